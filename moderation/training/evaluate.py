"""Evaluation: every figure of the model card, on posts the model never saw. Trains and tunes nothing."""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, f1_score, recall_score

from moderation.normalise import normalise
from moderation.training.calibrate import run
from moderation.training.data import HEADS, Example, read_all, read_jsonl
from moderation.training.train import load_tokenizer

Floats = npt.NDArray[np.float64]
Judge = Callable[[Sequence[str]], dict[str, Floats]]
Figures = dict[str, dict[str, float | int]]

SENTIMENT_SETS = ("airline", "umsab", "nusax", "id_smsa", "vi_vsfc")
ABUSE_SETS = {  # set -> the labels that count as abuse
    "tweeteval_offensive": ("offensive",),
    "tl_hate": ("hate",),
    "vi_vihsd": ("hate", "offensive"),
    "id_hate": ("hate", "abusive"),
}
PRECISION = 0.8  # at which the recall of "needs a person" is quoted
SPEED_POSTS = 960


def chances(head: str, logits: Floats) -> Floats:
    """Turn logits into probabilities without a temperature, which changes no order and no argmax."""
    if head in ("person", "distress", "why"):
        return np.asarray(1 / (1 + np.exp(-logits)))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def three_way(gold: Sequence[str], logits: Floats) -> dict[str, float | int]:
    """Score sentiment: macro recall (the SemEval measure) and macro-F1 over the labels that occur, in percent."""
    named = [HEADS["sentiment"][at] for at in logits.argmax(axis=1)]
    labels = sorted(set(gold))
    return {
        "n": len(gold),
        "macro_recall": 100 * recall_score(gold, named, labels=labels, average="macro", zero_division=0),
        "macro_f1": 100 * f1_score(gold, named, labels=labels, average="macro", zero_division=0),
        "accuracy": 100 * float(np.mean([a == b for a, b in zip(gold, named, strict=True)])),
    }


def sentiment_figures(folder: Path, judge: Judge) -> Figures:
    """Score the foreign sentiment sets, whole and by language."""
    found: Figures = {}
    for name in SENTIMENT_SETS:
        rows = [row for row in read_jsonl(folder / f"{name}.jsonl") if row["label"] in HEADS["sentiment"]]
        logits = judge([normalise(row["text"]) for row in rows])["sentiment"]
        groups: dict[str, list[int]] = defaultdict(list)
        for at, row in enumerate(rows):
            groups[name].append(at)
            groups[f"{name}/{row['lang']}"].append(at)
        if len(groups) == 2:  # noqa: PLR2004 - one language: the parts say nothing new
            groups.pop(next(key for key in groups if "/" in key))
        for key, part in groups.items():
            found[key] = three_way([rows[at]["label"] for at in part], logits[part])
        if name == "airline":
            unhappy = chances("sentiment", logits)[:, 0]
            gold = [row["label"] == "negative" for row in rows]
            found[name]["average_precision_unhappy"] = 100 * average_precision_score(gold, unhappy)
    return found


def abuse_figures(folder: Path, judge: Judge) -> Figures:
    """Score whether a post is abusive (anything but `none`) on the foreign abuse sets: macro-F1 at even odds."""
    found: Figures = {}
    for name, bad in ABUSE_SETS.items():
        rows = list(read_jsonl(folder / f"{name}.jsonl"))
        abusive = 1 - chances("abuse", judge([normalise(row["text"]) for row in rows])["abuse"])[:, 0]
        gold = np.array([row["label"] in bad for row in rows])
        found[name] = {
            "n": len(rows),
            "macro_f1": 100 * f1_score(gold, abusive > 0.5, average="macro"),  # noqa: PLR2004 - even odds
            "average_precision": 100 * average_precision_score(gold, abusive),
            "share_abusive": 100 * float(gold.mean()),
        }
    return found


def recall_at_precision(gold: Floats, score: Floats, least: float = PRECISION) -> float:
    """Give the highest recall, in percent, of any threshold whose precision is at least `least`."""
    order = np.argsort(-score, kind="stable")
    right = np.cumsum(gold[order])
    precise = right / np.arange(1, len(gold) + 1) >= least
    return 100 * float(right[precise].max() / max(1.0, gold.sum())) if precise.any() else 0.0


def own_part(examples: Sequence[Example], logits: dict[str, Floats], rows: Sequence[int]) -> dict[str, float | int]:
    """Score some held-out rows of the own corpus on every head."""
    part = [examples[at] for at in rows]
    take = {head: chances(head, found[list(rows)]) for head, found in logits.items()}
    person = np.array([example.flags["person"][0] for example in part])
    alarm = np.array([e.classes["abuse"] == "threat" or e.flags["distress"][0] > 0 for e in part], dtype=float)
    raised = np.maximum(take["abuse"][:, 3], take["distress"][:, 0])
    figures = three_way([example.classes["sentiment"] for example in part], logits["sentiment"][list(rows)])
    for head in ("kind", "abuse"):
        gold = [example.classes[head] for example in part]
        named = [HEADS[head][at] for at in take[head].argmax(axis=1)]
        figures[f"{head}_accuracy"] = 100 * float(np.mean([a == b for a, b in zip(gold, named, strict=True)]))
        figures[f"{head}_macro_f1"] = 100 * f1_score(gold, named, labels=HEADS[head], average="macro", zero_division=0)
    figures["person_average_precision"] = 100 * average_precision_score(person, take["person"][:, 0])
    figures["person_recall_at_p80"] = recall_at_precision(person, take["person"][:, 0])
    figures["person_accuracy"] = 100 * float(np.mean((take["person"][:, 0] > 0.5) == (person > 0)))  # noqa: PLR2004
    figures["threat_or_distress_n"] = int(alarm.sum())
    if alarm.any():
        figures["threat_or_distress_recall_at_half"] = 100 * float((raised[alarm > 0] > 0.5).mean())  # noqa: PLR2004
        figures["threat_or_distress_false_alarms"] = 100 * float((raised[alarm == 0] > 0.5).mean())  # noqa: PLR2004
        figures["threat_or_distress_recall_at_p80"] = recall_at_precision(alarm, raised)
    return figures


def own_figures(examples: Sequence[Example], judge: Judge) -> Figures:
    """Score the own held-out rows: whole, and by language."""
    logits = judge([example.text for example in examples])
    found = {"own": own_part(examples, logits, range(len(examples)))}
    for lang in sorted({example.lang for example in examples}):
        found[f"own/{lang}"] = own_part(examples, logits, [a for a, e in enumerate(examples) if e.lang == lang])
    known = np.array([example.flags["why"] for example in examples])
    for at, label in enumerate(HEADS["why"]):
        if known[:, at].any():
            score = 100 * average_precision_score(known[:, at], logits["why"][:, at])
            found[f"own/why/{label}"] = {"n": int(known[:, at].sum()), "average_precision": score}
    return found


def evaluate(given: argparse.Namespace, path: Path) -> Figures:
    """Run one ONNX file over everything."""
    tokenizer = load_tokenizer(given.model / "tokenizer.json")
    split = read_all(given.sets)

    def judge(texts: Sequence[str]) -> dict[str, Floats]:
        return run(path, tokenizer, texts)

    figures: Figures = {}
    for name in ("tweeteval_sentiment", "th_wisesight"):
        rows = [e for e in split.held[name] if e.classes.get("kind") != "question"]
        figures[name] = three_way([e.classes["sentiment"] for e in rows], judge([e.text for e in rows])["sentiment"])
    figures |= sentiment_figures(given.dev, judge)
    figures |= abuse_figures(given.dev, judge)
    figures |= own_figures(split.held["own"], judge)
    tweets = [e.text for e in split.held["tweeteval_sentiment"]][:SPEED_POSTS]
    began = time.process_time()
    run(path, tokenizer, tweets, threads=1)
    spent = time.process_time() - began
    figures["speed"] = {"n": len(tweets), "posts_per_cpu_second": len(tweets) / spent}
    return figures


def rounded(figures: Figures) -> dict[str, dict[str, Any]]:
    """Round for people: one decimal."""
    return {name: {key: round(value, 1) for key, value in part.items()} for name, part in figures.items()}


def main() -> None:
    """Measure the float32 and the shipped file, and write both into one JSON file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--dev", type=Path, required=True, help="folder of the sets that only measure")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder of the float32 graph")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=["int8", "fp32"])
    given = parser.parse_args()
    files = {"int8": given.model / "model.onnx", "fp32": given.work / "model.fp32.onnx"}
    report = {name: rounded(evaluate(given, path)) for name, path in files.items() if given.only in (None, name)}
    given.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
