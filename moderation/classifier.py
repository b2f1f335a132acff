"""The shipped model: texts in, scores out. No network, no database, no language detection."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from domain.errors import ConfigError
from domain.values import Abuse, Kind, Scores, Sentiment
from moderation import vectors
from moderation.calibration import Calibration, script
from moderation.normalise import normalise

# only its tokenizer is wanted: it would tell whoever runs a command that PyTorch is missing
os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
from transformers import PreTrainedTokenizerFast

SHIPPED = Path(__file__).parent / "model"
BATCH = 32  # texts a pass; more gains nothing on a CPU
LONGEST = 4_000  # characters looked at, from both ends: far more than the model's tokens hold
REINSTALL = "install sottovoce again, or run `make model`"

Floats = npt.NDArray[np.float64]
Ids = list[int]


class Classifier:
    """Scores texts with one pass of one encoder; serves `Classifies`. Loading takes about a second."""

    version: str
    languages: frozenset[str]  # that it was measured in; empty: nobody wrote down which

    def __init__(self, folder: Path = SHIPPED, *, threads: int = 0) -> None:
        """Load the model in `folder`; `threads` 0 takes every core.

        Raises ConfigError if a file is missing or not the one that was measured.
        """
        about = read_manifest(folder)
        self.version = about["version"]
        self.languages = frozenset(about.get("languages", ()))
        self._heads: Mapping[str, Mapping[str, Any]] = about["heads"]
        self._calibration = {name: Calibration(head) for name, head in self._heads.items()}
        self._most, self._front = int(about["max_tokens"]), int(about["front_tokens"])
        self._tokenizer: Any = PreTrainedTokenizerFast.from_pretrained(str(folder), local_files_only=True)
        self._begin, self._end, self._pad = self._tokenizer.convert_tokens_to_ids(["<s>", "</s>", "<pad>"])
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        # Waiting threads sleep: the rest of the house shares these cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        graph = folder / "model.onnx" if about.get("vector") else vectors.extended(folder)
        self._session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        """Score each text, in order; see `Classifies`. Equal texts are judged once."""
        plain = [normalise(shorten(text)) for text in texts]
        wanted = sorted({text for text in plain if text})
        known = {"": self._no_evidence()}
        for batch in self._batches(wanted):
            known |= self._judge(batch)
        return [known[text] for text in plain]

    def _batches(self, texts: Sequence[str]) -> Iterator[list[tuple[str, Ids]]]:
        """Put texts of like length together, so that little is padded."""
        if not texts:
            return
        encoded = self._tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        fitted = [(text, self._fit(ids)) for text, ids in zip(texts, encoded, strict=True)]
        fitted.sort(key=lambda pair: (len(pair[1]), pair[0]))
        for start in range(0, len(fitted), BATCH):
            yield fitted[start : start + BATCH]

    def _fit(self, ids: Ids) -> Ids:
        """Add the marks of start and end; of a long text keep both ends, where people say what they want."""
        room = self._most - 2
        if len(ids) > room:
            ids = ids[: self._front] + ids[self._front - room :]
        return [self._begin, *ids, self._end]

    def _judge(self, batch: Sequence[tuple[str, Ids]]) -> dict[str, Scores]:
        width = max(len(ids) for _, ids in batch)
        inputs = np.full((len(batch), width), self._pad, dtype=np.int64)
        mask = np.zeros_like(inputs)
        for row, (_, ids) in enumerate(batch):
            inputs[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        outputs = [vectors.NAME, *(head["output"] for head in self._heads.values())]
        about, *logits = self._session.run(outputs, {"input_ids": inputs, "attention_mask": mask})
        scripts = [script(text) for text, _ in batch]
        chances = {
            name: probabilities(
                self._calibration[name].adjust(np.asarray(found, dtype=np.float64), scripts),
                exclusive=head["exclusive"],
            )
            for (name, head), found in zip(self._heads.items(), logits, strict=True)
        }
        packed = vectors.pack(about)
        return {
            text: self._scores({name: found[row] for name, found in chances.items()}, packed[row])
            for row, (text, _) in enumerate(batch)
        }

    def _scores(self, chances: Mapping[str, Floats], vector: bytes) -> Scores:
        named = {
            name: dict(zip(head["labels"], chances[name].tolist(), strict=True)) for name, head in self._heads.items()
        }
        return Scores(
            sentiment={label: named["sentiment"][label] for label in Sentiment},
            abuse={label: named["abuse"][label] for label in Abuse},
            kind={label: named["kind"][label] for label in Kind},
            person=named["person"]["person"],
            distress=named["distress"]["distress"],
            why=named["why"],
            model=self.version,
            vector=vector,
        )

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


def shorten(text: str) -> str:
    """Cut the middle out of a text too long for any post, so that tokenizing stays quick."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"


def probabilities(logits: Floats, *, exclusive: bool) -> Floats:
    """Turn logits into probabilities: along each row that sum to 1 where labels exclude each other, else one by one."""
    if not exclusive:
        return np.asarray((1 + np.tanh(logits / 2)) / 2)  # the logistic function, without its overflow
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read `model.json` and hold every file it names against its checksum.

    Raises ConfigError with one problem for each file that is missing or altered.
    """
    try:
        about: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ConfigError([f"model: {folder / 'model.json'} cannot be read; {REINSTALL}"]) from exc
    problems = [problem for name, digest in about["files"].items() if (problem := check(folder / name, digest))]
    if problems:
        raise ConfigError(problems)
    return about


def check(path: Path, digest: str) -> str:
    """Say what is wrong with a file of the model; empty if it is the one whose SHA-256 is `digest`."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return f"model: {path} is missing; {REINSTALL}"
    return "" if found == digest else f"model: {path} is not the file that was measured; {REINSTALL}"
