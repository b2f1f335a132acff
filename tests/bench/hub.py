"""What `transformers.pipeline` takes for a model of the shipped one's shape: what the shipped one is held beside.

Its weights are random, for speed does not ask what they say. It needs PyTorch; where that is not installed there is
nothing to measure, and that is said.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from moderation.classifier import SHIPPED
from moderation.normalise import normalise

BATCH = 32  # texts a pass, as models of the hub are run in the house
WIDE, HEADS, INNER = 384, 12, 1_536  # of multilingual-e5-small
ONE_BY_ONE = 4  # every how many-th text is judged by itself: it takes longer, and varies less
NO_TORCH = "not measured: PyTorch is not installed (docs/models.md)"


def layers(graph: Path = SHIPPED / "model.onnx") -> int:
    """Count the layers of the shipped encoder by the names in its graph."""
    return len(set(re.findall(rb"encoder/layer\.(\d+)/", graph.read_bytes())))


def build(folder: Path, *, deep: int, pieces: int) -> Path:
    """Write a model of random weights with three labels into `folder`, and the shipped tokenizer beside it."""
    import torch  # noqa: PLC0415 - only where it is installed
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=pieces,
        hidden_size=WIDE,
        num_hidden_layers=deep,
        num_attention_heads=HEADS,
        intermediate_size=INNER,
        id2label={0: "negative", 1: "neutral", 2: "positive"},
        label2id={"negative": 0, "neutral": 1, "positive": 2},
    )
    BertForSequenceClassification(config).save_pretrained(str(folder))
    PreTrainedTokenizerFast.from_pretrained(str(SHIPPED), local_files_only=True).save_pretrained(str(folder))
    return folder


def measure(texts: Sequence[str], *, threads: int = 1, deep: int = 0, most: int = 128) -> dict[str, Any]:
    """Say how many posts a CPU-second the pipeline judges, in sorted batches of 32 and one by one.

    `deep` 0 is as many layers as the shipped model has, `most` the tokens a text is cut to. Where there is no PyTorch
    the one key `pipeline` says so.
    """
    if find_spec("torch") is None:
        return {"pipeline": NO_TORCH}
    import torch  # noqa: PLC0415 - only where it is installed
    from transformers import AutoTokenizer, pipeline  # noqa: PLC0415

    torch.set_num_threads(threads)
    plain = [text for text in map(normalise, texts) if text]
    tokenizer: Any = AutoTokenizer.from_pretrained(str(SHIPPED), local_files_only=True)
    deep, pieces = deep or layers(), len(tokenizer)
    sizes = {text: min(most, len(ids)) for text, ids in zip(plain, tokenizer(plain)["input_ids"], strict=True)}
    with TemporaryDirectory(prefix="sottovoce-bench-") as folder:
        model = str(build(Path(folder), deep=deep, pieces=pieces))
        judge: Any = pipeline("text-classification", model=model, device="cpu", top_k=None)
    cut = {"truncation": True, "max_length": most}
    ordered = sorted(plain, key=sizes.__getitem__)
    judge(ordered[:BATCH], batch_size=BATCH, **cut)
    alone = plain[::ONE_BY_ONE]
    return {
        "pipeline_layers": deep,
        "pipeline_pieces": pieces,
        "pipeline_tokens_a_post": round(sum(map(sizes.__getitem__, plain)) / len(plain), 1),
        "pipeline_batched": round(len(plain) / cost(lambda: judge(ordered, batch_size=BATCH, **cut)), 1),
        "pipeline_one_by_one": round(len(alone) / cost(lambda: [judge(text, **cut) for text in alone]), 1),
    }


def cost(act: Callable[[], object]) -> float:
    """Do it, and say how many CPU-seconds of this process it took."""
    began = process_time()
    act()
    return process_time() - began


def main() -> int:
    """Measure on the bench's own posts and print one line of JSON."""
    from tests.bench.model import texts  # noqa: PLC0415 - its posts, and nothing else of it

    sys.stdout.write(json.dumps(measure(texts())) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
