"""Calibration: one temperature for each head, from posts the model was not trained on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from moderation.training.data import EXCLUSIVE, HEADS, Example, Split

BATCH = 32
CANDIDATES = np.geomspace(0.4, 3.0, 60)
SAMPLE = 600  # held-out posts of each licensed set that join for sentiment

Floats = npt.NDArray[np.float64]


def run(path: Path, tokenizer: Any, texts: Sequence[str], *, longest: int = 128, threads: int = 2) -> dict[str, Floats]:
    """Give the logits of every head for `texts`, in order."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    encoded = tokenizer(list(texts), truncation=True, max_length=longest)["input_ids"]
    order = sorted(range(len(texts)), key=lambda at: len(encoded[at]))
    found = {name: np.zeros((len(texts), len(labels))) for name, labels in HEADS.items()}
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        batch = tokenizer.pad({"input_ids": [encoded[at] for at in rows]}, return_tensors="np")
        feed = {
            "input_ids": batch["input_ids"].astype(np.int64),
            "attention_mask": batch["attention_mask"].astype(np.int64),
        }
        for name, logits in zip(HEADS, session.run(list(HEADS), feed), strict=True):
            found[name][rows] = logits
    return found


def surprise(logits: Floats, targets: Floats, *, exclusive: bool) -> float:
    """Give the mean negative log-likelihood; `targets` has the shape of `logits`."""
    if exclusive:
        shifted = logits - logits.max(axis=1, keepdims=True)
        return float(-(targets * (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))).sum(axis=1).mean())
    return float((np.logaddexp(0, logits) - targets * logits).mean())


def target(head: str, example: Example) -> list[float]:
    """Write what is known of one example as a row of zeros and ones."""
    if head in EXCLUSIVE:
        return [float(label == example.classes[head]) for label in HEADS[head]]
    return list(example.flags[head])


def temperatures(path: Path, tokenizer: Any, split: Split) -> dict[str, float]:
    """Find for each head the temperature under which the calibration posts surprise least.

    The licensed sets' held-out parts join for sentiment only; the own held rows never do.
    """
    licensed = [e for name, part in split.held.items() if name != "own" for e in part[:SAMPLE]]
    best: dict[str, float] = {}
    examples = split.calibration + licensed
    logits = run(path, tokenizer, [example.text for example in examples])
    own = len(split.calibration)
    for head in HEADS:
        rows = slice(None) if head == "sentiment" else slice(0, own)
        known = np.array([target(head, example) for example in examples[rows]])
        scored = [surprise(logits[head][rows] / heat, known, exclusive=head in EXCLUSIVE) for heat in CANDIDATES]
        best[head] = float(CANDIDATES[int(np.argmin(scored))])
    return best
