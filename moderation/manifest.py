"""The model's description: read, and held against the files it names. Loads no model."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.errors import ConfigError
from domain.values import Abuse, Kind, Sentiment

FILE = "model.json"
REINSTALL = "install sottovoce again, or run `make model`"
NEEDED = ("model.onnx", "tokenizer.json", "tokenizer_config.json")
LABELS: Mapping[str, Sequence[str]] = {  # that the house asks for, by head; a head may know more
    "sentiment": list(Sentiment),
    "abuse": list(Abuse),
    "kind": list(Kind),
    "person": ["person"],
    "distress": ["distress"],
    "why": [],
}
_KEYS: Mapping[str, type] = {"version": str, "max_tokens": int, "front_tokens": int, "heads": dict, "files": dict}
_HEAD_KEYS: Mapping[str, type] = {"output": str, "labels": list, "exclusive": bool}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read `model.json` and hold every file it names against its checksum.

    Raises ConfigError with every problem at once: what the description lacks, then each file missing or altered.
    """
    path = folder / FILE
    try:
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ConfigError([f"model: {path} cannot be read; {REINSTALL}"]) from exc
    problems = [f"model: {path} {problem}; {REINSTALL}" for problem in _problems(about)]
    files = about.get("files") if isinstance(about, dict) else None
    if isinstance(files, dict):
        problems += [problem for name, digest in files.items() if (problem := check(folder / name, digest))]
    if problems:
        raise ConfigError(problems)
    return about


def check(path: Path, digest: str) -> str:
    """Say what is wrong with a file of the model; empty if it is the one whose SHA-256 is `digest`."""
    try:
        with path.open("rb") as file:
            found, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except OSError:
        return f"model: {path} is missing; {REINSTALL}"
    if found == digest:
        return ""
    told = f"has {size:,} bytes and is not the file that was measured" if size else "is empty"
    return f"model: {path} {told}; {REINSTALL}"


def _problems(about: Any) -> Iterator[str]:
    """Name what a description lacks, in the order it is asked for."""
    if not isinstance(about, dict):
        yield "is no table"
        return
    yield from _lacking("", about, _KEYS)
    if isinstance(files := about.get("files"), dict):
        yield from (f"names no checksum of {name}" for name in NEEDED if name not in files)
    if isinstance(heads := about.get("heads"), dict):
        for name, labels in LABELS.items():
            yield from _of_head(name, heads.get(name), labels)


def _of_head(name: str, head: Any, labels: Sequence[str]) -> Iterator[str]:
    if not isinstance(head, dict):
        yield f"lacks heads.{name}"
        return
    yield from _lacking(f"heads.{name}.", head, _HEAD_KEYS)
    if "calibration" not in head and "temperature" not in head:
        yield f"lacks heads.{name}.calibration"
    known = head.get("labels")
    if isinstance(known, list):
        yield from (f"has no label {label} in heads.{name}" for label in labels if label not in known)


def _lacking(where: str, table: Mapping[str, Any], keys: Mapping[str, type]) -> Iterator[str]:
    for key, kind in keys.items():
        if key not in table:
            yield f"lacks {where}{key}"
        elif not isinstance(table[key], kind):
            yield f"has a wrong {where}{key}: {kind.__name__} is needed"
