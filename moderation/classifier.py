"""The shipped model: texts in, scores out. No network, no database, no language detection."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.errors import ConfigError
from domain.values import Abuse, Kind, Scores, Sentiment
from moderation import vectors
from moderation.calibration import Calibration, script
from moderation.certain import certain
from moderation.cores import cores
from moderation.encoder import Encoder
from moderation.manifest import REINSTALL, read_manifest
from moderation.normalise import normalise
from moderation.remembered import Answer, Remembered

# only its tokenizer is wanted: it would tell whoever runs a command that PyTorch is missing
os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
from transformers import PreTrainedTokenizerFast

SHIPPED = Path(__file__).parent / "model"
LONGEST = 4_000  # characters looked at, from both ends: far more than the model's tokens hold

Floats = npt.NDArray[np.float64]
Ids = list[int]


class Classifier:
    """Scores texts with one pass of one encoder each; serves `Classifies`. Loading takes about a second."""

    version: str
    languages: frozenset[str]  # that it was measured in; empty: nobody wrote down which

    def __init__(self, folder: Path = SHIPPED, *, threads: int = 0) -> None:
        """Load the model in `folder`; `threads` 0 takes every core this process may use.

        Raises ConfigError if a file is missing or not the one that was measured, or if files do not belong together.
        """
        about = read_manifest(folder)
        self.version = about["version"]
        self.languages = frozenset(about.get("languages", ()))
        self._heads: Mapping[str, Mapping[str, Any]] = about["heads"]
        self._calibration = {name: Calibration(head) for name, head in self._heads.items()}
        self._most, self._front = about["max_tokens"], about["front_tokens"]
        self._tokenizer: Any = PreTrainedTokenizerFast.from_pretrained(str(folder), local_files_only=True)
        self._begin, self._end = self._marks()
        outputs = [vectors.NAME, *(head["output"] for head in self._heads.values())]
        self._encoder = Encoder(folder / "model.onnx", outputs, threads=threads or cores())
        widths = {head["output"]: len(head["labels"]) for head in self._heads.values()}
        self._encoder.prove(pieces=len(self._tokenizer), widths=widths)
        self._remembered = Remembered(self.version)

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        """Score each text, in order; see `Classifies`.

        What a text gets depends on nothing but the text. Equal ones are judged once, also over calls, and those that
        say nothing are not judged at all.
        """
        plain = [normalise(shorten(text)) for text in texts]
        different = dict.fromkeys(plain)
        found = {text: self._remembered.find(text) for text in different if not certain(text)}
        asked = [text for text, answer in found.items() if answer is None]
        known = {text: answer for text, answer in found.items() if answer is not None}
        for text, answer in zip(asked, self.judge(asked), strict=True):
            self._remembered.keep(text, answer)
            known[text] = answer
        nothing = self._no_evidence()
        scored = {text: self.read(known[text]) if text in known else nothing for text in different}
        return [scored[text] for text in plain]

    def judge(self, plain: Sequence[str]) -> list[Answer]:
        """Judge each normalised text by a pass of its own, in order, whatever it says."""
        if not plain:
            return []
        encoded = self._tokenizer(list(plain), add_special_tokens=False, verbose=False)["input_ids"]
        about, *logits = zip(*self._encoder.run([self._fit(ids) for ids in encoded]), strict=True)
        scripts = [script(text) for text in plain]
        chances = [
            probabilities(
                self._calibration[name].adjust(np.array(found, dtype=np.float64), scripts), exclusive=head["exclusive"]
            )
            for (name, head), found in zip(self._heads.items(), logits, strict=True)
        ]
        rows = np.concatenate(chances, axis=1)
        return [(row.tobytes(), vector) for row, vector in zip(rows, vectors.pack(np.array(about)), strict=True)]

    def read(self, answer: Answer) -> Scores:
        """Make scores of an answer of this model."""
        numbers, vector = answer
        told = iter(np.frombuffer(numbers).tolist())
        named = {name: {label: next(told) for label in head["labels"]} for name, head in self._heads.items()}
        return replace(as_scores(named), model=self.version, vector=vector)

    def _marks(self) -> tuple[int, int]:
        """Find the marks of start and end. Raises ConfigError for a tokenizer that has none."""
        vocabulary = self._tokenizer.get_vocab()
        missing = [mark for mark in ("<s>", "</s>") if mark not in vocabulary]
        if missing:
            raise ConfigError([f"model: tokenizer.json has no piece {mark}; {REINSTALL}" for mark in missing])
        return vocabulary["<s>"], vocabulary["</s>"]

    def _fit(self, ids: Ids) -> Ids:
        """Add the marks of start and end; of a long text keep both ends, where people say what they want."""
        room = self._most - 2
        if len(ids) > room:
            ids = ids[: self._front] + ids[self._front - room :]
        return [self._begin, *ids, self._end]

    def _no_evidence(self) -> Scores:
        return Scores(
            sentiment={label: float(label is Sentiment.NEUTRAL) for label in Sentiment},
            abuse={label: float(label is Abuse.NONE) for label in Abuse},
            kind={label: float(label is Kind.NOISE) for label in Kind},
            person=0.0,
            distress=0.0,
            why=dict.fromkeys(self._heads["why"]["labels"], 0.0),
            model=self.version,
        )


def as_scores(named: Mapping[str, Mapping[str, float]]) -> Scores:
    """Make scores of the probabilities by head and label."""
    return Scores(
        sentiment={label: named["sentiment"][label] for label in Sentiment},
        abuse={label: named["abuse"][label] for label in Abuse},
        kind={label: named["kind"][label] for label in Kind},
        person=named["person"]["person"],
        distress=named["distress"]["distress"],
        why=named["why"],
    )


def shorten(text: str) -> str:
    """Cut the middle out of a text too long for any post, so that tokenizing stays quick."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"


def probabilities(logits: Floats, *, exclusive: bool) -> Floats:
    """Turn logits into probabilities: along each row that sum to 1 where labels exclude each other, else one by one."""
    if not exclusive:
        return np.asarray((1 + np.tanh(logits / 2)) / 2)  # the logistic function, without its overflow
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
