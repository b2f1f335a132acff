"""What a hub model's labels mean here: its own words to ours, and its chances to a head's. Loads no model."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.errors import ConfigError
from domain.values import Abuse, Kind, Sentiment
from moderation.measure.labels import head_value, plain

HEADS: Mapping[str, type[StrEnum]] = {"sentiment": Sentiment, "abuse": Abuse, "kind": Kind}
RESTING: Mapping[str, StrEnum] = {"sentiment": Sentiment.NEUTRAL, "abuse": Abuse.NONE, "kind": Kind.NOISE}
"""What a text is under each head while nothing speaks for anything else."""

# beside those of moderation/measure/synonyms.toml: words that only models use
_MODELS: Mapping[str, Mapping[str, str]] = {
    "sentiment": {
        **dict.fromkeys(("1 star", "2 stars"), "negative"),
        "3 stars": "neutral",
        **dict.fromkeys(("4 stars", "5 stars"), "positive"),
        "mixed": "neutral",
    },
    "abuse": {
        **dict.fromkeys(("neutral", "safe", "ok", "non toxic", "not toxic", "no hate", "non hate speech"), "none"),
        **dict.fromkeys(
            ("severe toxic", "severe toxicity", "toxicity", "obscene", "harassment", "offensive language"), "offensive"
        ),
        **dict.fromkeys(("identity hate", "identity attack"), "hateful"),
    },
    "kind": {},
}
_NUMBERED = re.compile(r"(?i)label_(\d+)")
_USUAL: Mapping[tuple[str, int], Sequence[str]] = {
    ("sentiment", 2): ("negative", "positive"),
    ("sentiment", 3): ("negative", "neutral", "positive"),
    ("sentiment", 5): ("negative", "negative", "neutral", "positive", "positive"),
    ("abuse", 2): ("none", "offensive"),
}
"""What LABEL_0, LABEL_1 … mean more often than not; proposed to the operator, never taken for granted."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")  # of TOML: a key that needs no quotes

Chances = Mapping[StrEnum, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A model the operator named instead of the shipped one."""

    name: str  # of the hub, or a folder
    head: str = ""  # one of HEADS; empty: told by its labels
    labels: Mapping[str, str] = field(default_factory=dict)  # its own words -> ours
    revision: str = ""  # branch, tag or commit; empty: the hub's main

    @property
    def key(self) -> str:
        """Where the settings speak of it."""
        return f"model.heads.{self.head}" if self.head else "model"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a model's labels mean: which head it answers, and each of its words in ours."""

    head: str
    words: Mapping[str, StrEnum]
    exclusive: bool  # its chances sum to 1; else each label is a yes or no of its own

    def chances(self, raw: Sequence[tuple[str, float]]) -> Chances:
        """Turn a model's probabilities by its own words into ours, which sum to 1.

        Labels that exclude each other are added up. Of labels that do not, the likeliest counts for each of our words;
        nothing speaks for the head's resting word but that they are all unlikely.
        """
        found: dict[StrEnum, float] = {}
        for own, chance in raw:
            word = self.words[own]
            before = found.get(word, 0.0)
            found[word] = before + chance if self.exclusive else max(before, chance)
        if self.exclusive:
            total = sum(found.values())  # 1 but for the rounding of 32 bits
            return {word: chance / total for word, chance in found.items()}
        resting = RESTING[self.head]
        others = {word: chance for word, chance in found.items() if word is not resting}
        most, total = max(others.values()), sum(others.values())
        shares = {word: most * chance / total if total else 0.0 for word, chance in others.items()}
        return {resting: 1.0 - most, **shares}


def meaning(chosen: Chosen, own: Sequence[str], *, exclusive: bool) -> Meaning:
    """Say what the labels `own` of a model mean. Raises ConfigError with all that is unknown at once.

    Labels that plainly say what they mean need no mapping; what `chosen` says of a label goes before that.
    """
    head = chosen.head or _head(chosen, own)
    words = {label: _word(chosen, head, label) for label in own}
    problems = _misnamed(chosen, own, head)
    if not problems and not all(words.values()):
        problems = [_ask(chosen, own, head)]
    known = {label: HEADS[head](word) for label, word in words.items() if word in list(HEADS[head])}
    if not problems and len({*known.values(), *(() if exclusive else (RESTING[head],))}) == 1:
        problems = [f"{chosen.key}.labels: every label of {chosen.name} means the same, so it tells nothing apart."]
    if problems:
        raise ConfigError(problems)
    return Meaning(head, known, exclusive)


def _word(chosen: Chosen, head: str, label: str) -> str:
    """Give our word for a model's label; empty if nobody knows."""
    told = {plain(own): plain(word) for own, word in chosen.labels.items()}
    return told.get(plain(label)) or head_value(head, label, {}) or _MODELS[head].get(plain(label), "")


def _head(chosen: Chosen, own: Sequence[str]) -> str:
    """Say which head a model answers: the one most of whose labels mean something under it."""

    def understood(head: str) -> int:
        return sum(_word(chosen, head, label) in list(HEADS[head]) for label in own)

    return max(HEADS, key=understood)  # of equals the first: sentiment


def _misnamed(chosen: Chosen, own: Sequence[str], head: str) -> list[str]:
    """Name every entry of the operator's mapping that fits neither the model nor the head."""
    has = {plain(label) for label in own}
    problems = [
        f"{chosen.key}.labels: {chosen.name} has no label {label}; it has {', '.join(own)}."
        for label in chosen.labels
        if plain(label) not in has
    ]
    problems += [
        f"{chosen.key}.labels.{label}: {word} is none of {', '.join(HEADS[head])}."
        for label, word in chosen.labels.items()
        if plain(word) not in list(HEADS[head])
    ]
    return problems


def _ask(chosen: Chosen, own: Sequence[str], head: str) -> str:
    """Word the question what labels mean, with a line to be pasted into the settings."""
    unknown = [label for label in own if not _word(chosen, head, label)]
    words = ", ".join(HEADS[head])
    other = "" if chosen.head else f" (if it does not judge {head}, name it as heads.abuse or heads.kind)"
    return (
        f"{chosen.key}.labels: nobody knows what {', '.join(unknown)} of {chosen.name} mean under {head} ({words}). "
        f"Look into the model's card, correct this line and put it beside the name{other}: {paste(chosen, own, head)}"
    )


def paste(chosen: Chosen, own: Sequence[str], head: str) -> str:
    """Write the mapping of all labels as a line of the settings, with `?` where nothing can even be supposed."""
    numbered = all(_NUMBERED.fullmatch(label) for label in own)
    usual = _USUAL.get((head, len(own)), ()) if numbered else ()
    supposed: dict[str, Any] = dict(zip(own, usual, strict=False))
    pairs = [(label, _word(chosen, head, label) or supposed.get(label, "?")) for label in own]
    return "labels = { " + ", ".join(f'{_key(label)} = "{word}"' for label, word in pairs) + " }"


def _key(label: str) -> str:
    # TOML's strings are JSON's, but for one character that TOML wants escaped
    return label if _BARE.fullmatch(label) else json.dumps(label, ensure_ascii=False).replace("\x7f", "\\u007f")
