"""A hub model, run by `transformers.pipeline`: texts in, one head's chances out. Needs PyTorch, asks no network."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline
from transformers.utils import logging as their_log

from domain.errors import ConfigError
from moderation.cores import cores
from moderation.hub_files import DOCS, find
from moderation.hub_labels import Chances, Chosen, meaning

BATCH = 32  # texts a pass
MOST = 512  # tokens of a text: no post is longer, and the cost of a pass grows with its square
FRONT = 0.6  # of a text too long, the share kept from its front; the rest from its end, where people say what they want
ABSURD = "word " * 5_000 + "😀" * 3_000  # what a model must be able to judge before it is taken


FAULTS = (ImportError, OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, SafetensorError)
"""What a stranger's files make the library raise."""


class HubModel:
    """One model that answers one head; serves `Answers`. Loading takes seconds, and the memory of its weights."""

    version: str
    head: str

    def __init__(self, chosen: Chosen, *, device: str = "auto", threads: int = 0) -> None:
        """Load the model that was chosen, from this machine alone; `threads` 0 takes every core this process may use.

        Raises ConfigError for a model that is not here, is not safe to load, has untrained weights, or whose labels
        nobody knows the meaning of.
        """
        found = find(chosen)
        torch.set_num_threads(threads or cores())  # of the whole process, in threads to come as well
        where = place(chosen, device)
        tokenizer, model = _load(chosen, str(found.folder))
        exclusive = model.config.problem_type != "multi_label_classification" and model.config.num_labels > 1
        self._meaning = meaning(chosen, list(model.config.id2label.values()), exclusive=exclusive)
        self.head, self.version = self._meaning.head, found.version
        self._tokenizer, self._most = tokenizer, _most(tokenizer, model)
        self._room = self._most - tokenizer.num_special_tokens_to_add()
        self._pipeline: Any = pipeline("text-classification", model=model, tokenizer=tokenizer, device=where)
        # a model that knows no padding takes one text a pass
        self._batch = BATCH if tokenizer.pad_token_id is not None and model.config.pad_token_id is not None else 1
        self._prove(chosen)

    def answer(self, texts: Sequence[str]) -> list[Chances | None]:
        """Judge each text, in order; see `Answers`. Texts of like length go together, so that little is padded."""
        if not texts:
            return []
        fitted = self._fit(texts)
        order = sorted(range(len(texts)), key=lambda number: (fitted[number][0], texts[number]))
        with torch.inference_mode():
            raw = self._pipeline(
                [fitted[number][1] for number in order],
                batch_size=self._batch,
                top_k=None,
                function_to_apply="softmax" if self._meaning.exclusive else "sigmoid",
                truncation=True,
                max_length=self._most,
            )
        answers = dict(zip(order, (self._chances(labels) for labels in raw), strict=True))
        return [answers[number] for number in range(len(texts))]

    def _chances(self, labels: Sequence[dict[str, Any]]) -> Chances | None:
        raw = [(label["label"], label["score"]) for label in labels]
        return self._meaning.chances(raw) if all(isfinite(score) for _, score in raw) else None

    def _fit(self, texts: Sequence[str]) -> list[tuple[int, str]]:
        """Say how many tokens each text has, and cut the middle out of one too long."""
        fast = self._tokenizer.is_fast  # others do not tell where in the text a token stands
        encoded = self._tokenizer(
            list(texts),
            add_special_tokens=False,
            return_offsets_mapping=fast,
            return_attention_mask=False,
            verbose=False,
        )
        offsets = encoded["offset_mapping"] if fast else [()] * len(texts)
        return [
            (min(len(ids), self._room), self._ends(text, at) if fast and len(ids) > self._room else text)
            for text, ids, at in zip(texts, encoded["input_ids"], offsets, strict=True)
        ]

    def _ends(self, text: str, offsets: Sequence[tuple[int, int]]) -> str:
        front = int(self._room * FRONT)
        # one token less: the seam may cost one
        return f"{text[: offsets[front - 1][1]]} {text[offsets[front - self._room + 1][0] :]}"

    def _prove(self, chosen: Chosen) -> None:
        """Judge an absurdly long text once, so that a model that cannot is known now, not in the middle of the night.

        Raises ConfigError if it fails or gives no number.
        """
        try:
            answers = self.answer([ABSURD, "ok"])
        except (RuntimeError, IndexError, ValueError, TypeError) as exc:
            raise ConfigError([f"{chosen.key}: {chosen.name} cannot judge a text: {_first_line(exc)}. {DOCS}"]) from exc
        if None in answers:
            raise ConfigError([f"{chosen.key}: {chosen.name} gives no number (NaN): its weights are broken. {DOCS}"])


def place(chosen: Chosen, device: str) -> str:
    """Say on what to run: `auto` takes a graphics card where there is one. Raises ConfigError for what is not there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        return "cuda" if there["cuda"] else "cpu"
    kind, _, number = device.partition(":")
    if not there[kind] or (number and int(number) >= torch.cuda.device_count()):
        raise ConfigError([f"model.device: {device} is not here, {chosen.name} cannot run on it. Set auto or cpu."])
    return device


def _load(chosen: Chosen, folder: str) -> tuple[Any, Any]:
    """Load tokenizer and model. Raises ConfigError, also where weights are missing: what is made up judges nothing."""
    safely: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    their_log.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **safely)
        model, about = AutoModelForSequenceClassification.from_pretrained(
            folder, use_safetensors=True, output_loading_info=True, **safely
        )
    except FAULTS as exc:
        raise ConfigError([f"{chosen.key}: {chosen.name} cannot be loaded: {_first_line(exc)}. {DOCS}"]) from exc
    missing = sorted({*about["missing_keys"], *(str(key) for key in about["mismatched_keys"])})
    problems = []
    if missing:
        problems.append(f"has no weights for {', '.join(missing[:3])}: it was never trained to tell labels apart.")
    if model.config.problem_type == "regression":
        problems.append("gives one number, not labels.")
    if problems:
        raise ConfigError([f"{chosen.key}: {chosen.name} {problem} {DOCS}" for problem in problems])
    return tokenizer, model.eval()


def _most(tokenizer: Any, model: Any) -> int:
    """Say how many tokens the model takes: the least of what its tokenizer, its description and its tables tell.

    A tokenizer that was saved without a limit tells 10^30, and a table of positions of the RoBERTa family has two rows
    that no text may use.
    """
    limits = [MOST, tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", None) or MOST]
    for name, table in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(table, torch.nn.Embedding):
            unused = 0 if table.padding_idx is None else table.padding_idx + 1
            limits.append(table.num_embeddings - unused)
    return int(min(limits))


def _first_line(exc: Exception) -> str:
    lines = str(exc).strip().splitlines()
    return f"{type(exc).__name__}: {lines[0][:200]}" if lines else type(exc).__name__
