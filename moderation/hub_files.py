"""The files of a hub model: where they lie, whether they may be loaded, and the one way they are fetched."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from domain.errors import ConfigError, Unavailable
from moderation.hub_labels import Chosen

WEIGHTS, PARTS = "model.safetensors", "model.safetensors.index.json"  # in one file, or in parts that the index names
WORDS = ("tokenizer.json", "tokenizer.model", "sentencepiece.bpe.model", "spiece.model", "spm.model", "vocab.txt")
WORDS_IN_TWO = ("vocab.json", "merges.txt")
ONLY: Mapping[str, Any] = {  # neither pickles nor code, nor what lies in folders of its own
    "allow_patterns": ["*.json", "*.safetensors", "*.txt", "*.model", "*.codes", "LICENSE*", "README.md"],
    "ignore_patterns": ["*/*"],
}
SHORT = 7  # characters of a commit or digest that a version keeps
DOCS = "See docs/models.md."
NO_WEIGHTS = (
    f"has no {WEIGHTS}. Weights kept as a pickle (pytorch_model.bin) can run code when they are opened, so they never "
    f"are: name a revision that has {WEIGHTS} (often offered as refs/pr/1 and the like), or convert them elsewhere."
)


@dataclass(frozen=True, slots=True)
class Found:
    """A model on this machine, whole and safe to load."""

    folder: Path
    version: str  # its name and what it was made of: commit of the hub, or digest of the weights


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came from the hub."""

    folder: Path
    commit: str
    labels: tuple[str, ...]  # the model's own words


def find(chosen: Chosen) -> Found:
    """Find a model on this machine; a folder goes before a name of the hub. Asks no network.

    Raises ConfigError with what is missing, and with the command that fetches it.
    """
    local = Path(chosen.name).expanduser()
    folder = local if local.is_dir() else _cached(chosen)
    problems = wrong(folder)
    if problems:
        raise ConfigError([f"{chosen.key}: {chosen.name} {problem} {DOCS}" for problem in problems])
    if local.is_dir():
        return Found(folder, f"{local.resolve().name}@{digest(folder)[:SHORT]}")
    return Found(folder, f"{chosen.name}@{folder.name[:SHORT]}")


def _cached(chosen: Chosen) -> Path:
    """Say where the hub's own cache keeps a model."""
    revision = f" --revision {chosen.revision}" if chosen.revision else ""
    try:
        return Path(snapshot_download(chosen.name, revision=chosen.revision or None, local_files_only=True, **ONLY))
    except HFValidationError as exc:
        raise ConfigError([f"{chosen.key}.name: {chosen.name} is neither a folder nor a name of the hub."]) from exc
    except LocalEntryNotFoundError as exc:  # a half one is of this kind as well
        fetch = f"sottovoce model fetch {chosen.name}{revision}"
        problem = f"{chosen.name} is not on this machine, or not whole. Nothing is fetched unasked: run `{fetch}`."
        raise ConfigError([f"{chosen.key}: {problem}"]) from exc


def wrong(folder: Path) -> list[str]:
    """Say what keeps a folder from being loaded; empty if nothing does."""
    names = {path.name for path in folder.iterdir()}
    problems = [] if "config.json" in names else ["has no config.json, so it is no model."]
    if "adapter_config.json" in names:
        problems.append("is an adapter, not a model: merge it with its base and save both as one.")
    elif not names & {WEIGHTS, PARTS}:
        problems.append(NO_WEIGHTS)
    problems += [f"lacks {part}, one part of its weights." for part in _parts(folder) if part not in names]
    if not names.intersection(WORDS) and not names.issuperset(WORDS_IN_TWO):
        problems.append("has no tokenizer: save one beside it.")
    return problems


def _parts(folder: Path) -> list[str]:
    """List the files that hold the weights."""
    if (folder / WEIGHTS).exists() or not (folder / PARTS).exists():
        return [WEIGHTS] if (folder / WEIGHTS).exists() else []
    index: Mapping[str, Any] = _json(folder / PARTS)
    return sorted(set(index.get("weight_map", {}).values()))


def _json(path: Path) -> Mapping[str, Any]:
    try:
        read: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as exc:
        raise ConfigError([f"model: {path} cannot be read. {DOCS}"]) from exc
    return read


def digest(folder: Path) -> str:
    """Give the SHA-256 of a model's weights and description, so that a score knows what gave it."""
    whole = hashlib.sha256()
    for name in ["config.json", *_parts(folder)]:
        with (folder / name).open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def fetch(name: str, *, revision: str = "", endpoint: str | None = None) -> Fetched:
    """Fetch a model into the hub's own cache: weights as safetensors, tokenizer and description; no pickle, no code.

    The one place that asks the hub; `endpoint` None is the hub of the environment. Raises ConfigError for a model that
    is not there or may not be loaded, Unavailable when the hub does not answer.
    """
    try:
        folder = Path(snapshot_download(name, revision=revision or None, endpoint=endpoint, **ONLY))
    except HFValidationError as exc:
        raise ConfigError([f"{name} is no name of the hub, such as owner/model."]) from exc
    except (RepositoryNotFoundError, RevisionNotFoundError) as exc:
        problem = f"{name} is not on the hub under this name and revision, or needs a token: set HF_TOKEN."
        raise ConfigError([problem]) from exc
    except OSError as exc:  # the hub's own errors among them
        why = "no connection, no answer, or HF_HUB_OFFLINE is set"
        raise Unavailable("hub", f"{name} cannot be fetched ({type(exc).__name__}): {why}") from exc
    problems = wrong(folder)
    if problems:
        raise ConfigError([f"{name} {problem} {DOCS}" for problem in problems])
    labels = _json(folder / "config.json").get("id2label") or {}
    return Fetched(folder, folder.name, tuple(str(label) for label in labels.values()))
