"""Calibration: what makes each head as sure as it is right, from posts the model was not trained on. Trains nothing."""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from transformers import PreTrainedTokenizerFast

from moderation.calibration import Calibration, script
from moderation.classifier import as_scores, probabilities
from moderation.encoder import Encoder
from moderation.reference import FILE, Row, dump
from moderation.training.data import EXCLUSIVE, HEADS, Example, Split, read_all
from moderation.training.fitting import FOLDS, pooled

SAMPLE = 600  # held-out posts of each licensed set that join for sentiment
MEASURED_FROM = 20  # held-out posts of a language for the model to count as measured in it
# as triage has them, which is not imported: the training's own environment lacks what the rules of personal data need
GRAVE, PRESSING = frozenset({"safety", "legal", "press"}), frozenset({"money", "access", "repeat", "churn"})
DANGEROUS = frozenset({"threat", "hateful"})

Floats = npt.NDArray[np.float64]


def run(path: Path, tokenizer: Any, texts: Sequence[str], *, longest: int = 128, threads: int = 2) -> dict[str, Floats]:
    """Give the logits of every head for `texts`, in order, each from a pass of its own as in the product."""
    encoded = tokenizer(list(texts), truncation=True, max_length=longest)["input_ids"]
    rows = Encoder(path, list(HEADS), threads=threads).run(encoded)
    return {name: np.array([row[at] for row in rows], dtype=np.float64) for at, name in enumerate(HEADS)}


def target(head: str, example: Example) -> list[float]:
    """Write what is known of one example as a row of zeros and ones."""
    if head in EXCLUSIVE:
        return [float(label == example.classes[head]) for label in HEADS[head]]
    return list(example.flags[head])


@dataclass(frozen=True, slots=True)
class Fitted:
    """What calibrating a model found."""

    heads: dict[str, dict[str, Any]]  # for each head what its description keeps as `calibration`
    languages: list[str]  # in which the model is measured
    reference: list[Row]


def fit(path: Path, tokenizer: Any, split: Split) -> Fitted:
    """Calibrate a model.

    The own corpus' held-out rows are neither looked at nor fitted to; they only say which languages are measured.
    """
    examples = calibrating(split)
    logits = run(path, tokenizer, [example.text for example in examples])
    heads, own = fit_heads(examples, logits), split.calibration
    counts = Counter(example.lang for example in split.held["own"])
    return Fitted(
        heads=heads,
        languages=sorted(lang for lang, count in counts.items() if count >= MEASURED_FROM),
        reference=referred(own, {head: found[: len(own)] for head, found in logits.items()}, heads),
    )


def referred(examples: Sequence[Example], logits: Mapping[str, Floats], heads: Mapping[str, Any]) -> list[Row]:
    """Keep how posts are scored once calibrated, beside what people said of them."""
    scripts = [script(example.text) for example in examples]
    chances = {
        head: probabilities(
            Calibration({"labels": HEADS[head], "calibration": heads[head]}).adjust(found, scripts),
            exclusive=head in EXCLUSIVE,
        ).tolist()
        for head, found in logits.items()
    }
    rows: list[Row] = []
    for at, example in enumerate(examples):
        named = {head: dict(zip(HEADS[head], found[at], strict=True)) for head, found in chances.items()}
        rows.append(Row(example.lang, urgent(example), as_scores(named)))
    return rows


def urgent(example: Example) -> bool:
    """Say whether a post cannot wait, by its labels: what triage would say if the model knew them.

    That somebody is unhappy and needs a person is not enough; it needs a reason that cannot wait.
    """
    why = {label for label, said in zip(HEADS["why"], example.flags["why"], strict=True) if said}
    unhappy, needed = example.classes["sentiment"] == "negative", bool(example.flags["person"][0])
    complains = example.classes["kind"] == "complaint" or (unhappy and needed)
    return (
        example.classes["abuse"] in DANGEROUS
        or bool(example.flags["distress"][0])
        or (needed and bool(why & (GRAVE | PRESSING if unhappy else GRAVE)))
        or (example.classes["abuse"] == "offensive" and not complains)
    )


def calibrating(split: Split) -> list[Example]:
    """List the posts to calibrate on: the own corpus' calibration part, and licensed posts for sentiment.

    Of a licensed set as many as the own part has in the same script, by digest: a set lies in its own order, and would
    else outweigh what is written to brands.
    """
    own = Counter(script(example.text) for example in split.calibration)
    chosen = list(split.calibration)
    for part in (part for name, part in split.held.items() if name != "own"):
        seen: Counter[str] = Counter()
        for example in sorted(part, key=lambda example: digest(example.text))[:SAMPLE]:
            seen[script(example.text)] += 1
            if seen[script(example.text)] <= own[script(example.text)]:
                chosen.append(example)
    return chosen


def digest(text: str) -> bytes:
    """Give what puts texts into an order, or a part, that is the same on every machine."""
    return hashlib.sha256(text.encode()).digest()


def fit_heads(examples: Sequence[Example], logits: Mapping[str, Floats]) -> dict[str, dict[str, Any]]:
    """Fit every head on `examples` and their logits; an example counts for the heads of which it knows the truth."""
    scripts = np.array([script(example.text) for example in examples])
    folds = np.array([digest(example.lang)[0] % FOLDS for example in examples])
    fitted = {}
    for head in HEADS:
        rows = [at for at, example in enumerate(examples) if head in example.classes or head in example.flags]
        known = np.array([target(head, examples[at]) for at in rows])
        fitted[head] = pooled(logits[head][rows], known, scripts[rows], folds[rows], exclusive=head in EXCLUSIVE)
    return fitted


def describe(about: dict[str, Any], fitted: Fitted) -> dict[str, Any]:
    """Put what was found into a model's description; its files' checksums are the caller's."""
    heads = {name: {**head, "calibration": fitted.heads[name]} for name, head in about["heads"].items()}
    return {**about, "heads": heads, "languages": fitted.languages}


def main() -> None:
    """Calibrate a model that is there already, and write what was found into its folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument(
        "--model", type=Path, required=True, help="folder of the shipped files; model.json is rewritten"
    )
    given = parser.parse_args()
    fitted = fit(given.model / "model.onnx", load_tokenizer(given.model), read_all(given.sets))
    path = given.model / "model.json"
    about = describe(json.loads(path.read_text("utf-8")), fitted)
    reference = dump(fitted.reference, model=about["version"], why=HEADS["why"])
    (given.model / FILE).write_text(reference, encoding="utf-8")
    about["files"][FILE] = hashlib.sha256(reference.encode()).hexdigest()
    path.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load_tokenizer(folder: Path) -> Any:
    """Read a model's tokenizer."""
    return PreTrainedTokenizerFast.from_pretrained(str(folder), local_files_only=True)


if __name__ == "__main__":
    main()
