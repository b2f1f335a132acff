"""The model by itself: how fast it loads and judges, and what memory it takes."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from time import process_time

from tests.bench.stages import WRITTEN

POSTS = 512
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


def main(threads: Sequence[int] = (1,)) -> int:
    """Measure and print one line of JSON."""
    before, began = resident(), process_time()
    from moderation.classifier import Classifier  # noqa: PLC0415 - importing it is part of what is measured

    imported = process_time() - began
    classifier = Classifier(threads=threads[0])
    loaded, memory = process_time() - began, resident()
    posts = texts()
    classifier.classify(posts[:64])
    began = process_time()
    classifier.classify(posts)
    spent = process_time() - began
    found = {
        "version": classifier.version,
        "import_cpu_s": round(imported, 2),
        "load_cpu_s": round(loaded, 2),
        "posts_a_cpu_second": round(len(posts) / spent, 1),
        "memory_to_load_mb": round(memory - before),
        "memory_at_work_mb": round(resident() - before),
    }
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
