"""Measures how sure each head is beside how right it was, on posts never trained on nor fitted to. Fits nothing."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.calibration import ALL, SCRIPTS, Calibration, script
from moderation.classifier import probabilities
from moderation.measure import figures
from moderation.training.calibrate import SAMPLE, digest, load_tokenizer, run, target
from moderation.training.data import EXCLUSIVE, HEADS, Example, Split, read_all

FEWEST = 100  # posts for a script to be told on its own: with fewer, chance alone shows an error of 0.1
DRAWS, SEED = 200, 20_261_122

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """One question over some posts."""

    head: str  # for a head of several yes-or-no questions each is told: "why.money"
    script: str
    n: int
    before: float  # expected calibration error with logits as they come
    after: float
    chance: float  # what the same number of judgements would show if they were as sure as they are right


def measure(examples: Sequence[Example], logits: Mapping[str, Floats], heads: Mapping[str, Any]) -> list[Line]:
    """Measure every head over all posts and over those of each script with enough; `heads` as in `model.json`."""
    scripts = np.array([script(example.text) for example in examples])
    lines: list[Line] = []
    for head in HEADS:
        rows = [at for at, example in enumerate(examples) if head in example.classes or head in example.flags]
        if not rows:
            continue
        known = np.array([target(head, examples[at]) for at in rows])
        raw = Calibration({"labels": HEADS[head], "temperature": 1.0})
        told = Calibration({"labels": HEADS[head], **heads[head]})
        before, after = (
            probabilities(each.adjust(logits[head][rows], scripts[rows].tolist()), exclusive=head in EXCLUSIVE)
            for each in (raw, told)
        )
        for name in (ALL, *SCRIPTS):
            at = np.ones(len(rows), bool) if name == ALL else scripts[rows] == name
            if at.sum() >= FEWEST:
                lines += _lines(head, name, before[at], after[at], known[at])
    return lines


def _lines(head: str, name: str, before: Floats, after: Floats, known: Floats) -> Iterator[Line]:
    if head in EXCLUSIVE:
        rows = np.arange(len(known))
        was, now = before.argmax(axis=1), after.argmax(axis=1)
        error = figures.ece(before[rows, was], known[rows, was])
        yield _line(head, name, error, after[rows, now], known[rows, now])
        return
    for at, label in enumerate(HEADS[head]):
        asked = f"{head}.{label}" if len(HEADS[head]) > 1 else head
        yield _line(asked, name, figures.ece(before[:, at], known[:, at]), after[:, at], known[:, at])


def _line(head: str, name: str, before: float, sure: Floats, right: Floats) -> Line:
    after, chance = figures.ece(sure, right), by_chance(sure)
    return Line(head=head, script=name, n=len(sure), before=before, after=after, chance=chance)


def by_chance(sure: Floats) -> float:
    """Give the calibration error that judgements exactly as sure as they are right would show on average."""
    draws = np.random.default_rng(SEED).random((DRAWS, len(sure))) < sure
    return float(np.mean([figures.ece(sure, drawn) for drawn in draws]))


def table(lines: Sequence[Line]) -> str:
    """Write a table in Markdown."""
    rows = ["| head | script | posts | before | after | by chance |", "|---|---|---:|---:|---:|---:|"]
    rows += [f"| {x.head} | {x.script} | {x.n:,} | {x.before:.3f} | {x.after:.3f} | {x.chance:.3f} |" for x in lines]
    return "\n".join(rows)


def others(split: Split) -> list[Example]:
    """List the licensed sets' held-out posts that were not looked at for calibrating, by digest."""
    parts = (part for name, part in split.held.items() if name != "own")
    return [e for part in parts for e in sorted(part, key=lambda e: digest(e.text))[SAMPLE : 2 * SAMPLE]]


def main() -> None:
    """Measure a calibrated model on the own held-out posts, then on licensed ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    given = parser.parse_args()
    split, heads = read_all(given.sets), json.loads((given.model / "model.json").read_text("utf-8"))["heads"]
    tokenizer = load_tokenizer(given.model)
    for name, examples in (("own, held out", split.held["own"]), ("licensed, held out", others(split))):
        logits = run(given.model / "model.onnx", tokenizer, [example.text for example in examples])
        sys.stdout.write(f"{name}\n\n{table(measure(examples, logits, heads))}\n\n")


if __name__ == "__main__":
    main()
