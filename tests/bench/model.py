"""The model by itself: how fast it loads and judges, and what memory it takes."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import Any

from domain.values import Scores
from tests.bench.stages import WRITTEN

POSTS = 512
CALL = 32  # posts handed over at once
PIPELINE = 4  # every how many-th post the pipeline judges as well: it takes its time
CORPUS = Path(__file__).parents[2] / "moderation" / "training" / "corpus"


def resident() -> float:
    """Read this process's memory, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def texts() -> list[str]:
    """Give different posts in many languages, as people write them; the same every time."""
    found = [
        line.split("\t")[-1]
        for file in sorted(CORPUS.glob("*.tsv"))
        for line in file.read_text("utf-8").splitlines()[1:]
    ]
    every = max(1, len(found) // POSTS)
    return found[::every][:POSTS] or [f"{text} {n}" for n in range(POSTS // len(WRITTEN)) for text, _, _ in WRITTEN]


def spend(classify: Callable[[Sequence[str]], Sequence[Scores]], posts: Sequence[str]) -> float:
    """Say how many CPU-seconds all posts take, longest last, 32 a call."""
    ordered = sorted(posts, key=len)
    began = process_time()
    for at in range(0, len(ordered), CALL):
        classify(ordered[at : at + CALL])
    return process_time() - began


def tokens(posts: Sequence[str]) -> float:
    """Say how many pieces a post has on average, its two marks counted, as the model is given it."""
    from transformers import PreTrainedTokenizerFast  # noqa: PLC0415 - loaded by then

    from moderation.classifier import SHIPPED  # noqa: PLC0415 - as well
    from moderation.normalise import normalise  # noqa: PLC0415 - as well

    tokenizer: Any = PreTrainedTokenizerFast.from_pretrained(str(SHIPPED), local_files_only=True)
    most: int = json.loads((SHIPPED / "model.json").read_text("utf-8"))["max_tokens"]
    encoded: list[list[int]] = tokenizer([normalise(post) for post in posts], add_special_tokens=False, verbose=False)[
        "input_ids"
    ]
    return sum(min(most, len(ids) + 2) for ids in encoded) / len(posts)


def measure(*, threads: int = 1) -> dict[str, Any]:
    """Load the model and judge: posts it never saw, the same ones again, then the pipeline's turn on them."""
    before, began = resident(), process_time()
    from moderation.classifier import Classifier  # noqa: PLC0415 - importing it is part of what is measured

    imported = process_time() - began
    classifier = Classifier(threads=threads)
    loaded, memory = process_time() - began, resident()
    from tests.bench import hub  # noqa: PLC0415 - it imports what was just measured

    posts = texts()
    classifier.classify(["warm"])
    spent, again = spend(classifier.classify, posts), spend(classifier.classify, posts)
    at_work = resident()
    found = {
        "version": classifier.version,
        "threads": threads,
        "import_cpu_s": round(imported, 2),
        "load_cpu_s": round(loaded, 2),
        "memory_to_load_mb": round(memory - before),
        "memory_at_work_mb": round(at_work),
        "tokens_a_post": round(tokens(posts), 1),
        "posts_a_cpu_second": round(len(posts) / spent, 1),
        "repeated_posts_a_cpu_second": round(len(posts) / again),
        **hub.measure(posts[::PIPELINE], threads=threads),
    }
    if "pipeline_batched" in found:
        found["times_the_pipeline_batched"] = round(found["posts_a_cpu_second"] / found["pipeline_batched"], 1)
    return found


def main() -> int:
    """Measure and print one line of JSON."""
    sys.stdout.write(json.dumps(measure()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
