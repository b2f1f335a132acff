"""Stability: finds again in this week's topics the pain points of weeks before, by their words and middles. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

WORDS, MIDDLES, MATTER = 0.55, 0.35, 0.1  # how much each counts of a likeness of 1
SAME = 0.4  # likeness from which on two are one pain
COMPARED = 8  # of the words that set a topic apart
STAYS = 0.6  # share of a name's words that must still set it apart, or it is named anew


@dataclass(frozen=True, slots=True)
class Look:
    """How a pain point looks in a week."""

    words: tuple[str, ...]  # stems, the most telling first
    matter: str
    model: str
    middle: bytes  # float16; empty: none


def look(words: Sequence[str], *, matter: str, model: str, middle: npt.NDArray[np.float32]) -> Look:
    """Make a look; `middle` of length 1, or all zero."""
    packed = middle.astype("<f2").tobytes() if model and middle.any() else b""
    return Look(tuple(words[:COMPARED]), matter, model if packed else "", packed)


def likeness(one: Look, other: Look) -> float:
    """Say how alike two looks are, 0 to 1. Words that tell more count for more; middles of two models not at all."""
    first, second = ({word: 1 / (place + 1) for place, word in enumerate(look.words)} for look in (one, other))
    least = min(sum(first.values()), sum(second.values()))
    shared = sum(min(first[word], second[word]) for word in first if word in second) / least if least else 0.0
    near = 0.0
    comparable = one.model == other.model != "" and len(one.middle) == len(other.middle)
    if comparable:
        here, there = (np.frombuffer(look.middle, dtype="<f2").astype(np.float64) for look in (one, other))
        near = max(0.0, float(here @ there) / float(np.linalg.norm(here) * np.linalg.norm(there)))
    else:
        shared = min(1.0, shared * (WORDS + MIDDLES) / WORDS)
    same_matter = one.matter == other.matter != ""
    return WORDS * shared + MIDDLES * near + MATTER * same_matter


def match(found: Sequence[Look], known: Sequence[Look]) -> list[int | None]:
    """Say for each found look which known one it is, each at most once, the most alike first; None: a new one."""
    pairs = [(likeness(one, other), here, there) for here, one in enumerate(found) for there, other in enumerate(known)]
    matched: list[int | None] = [None] * len(found)
    taken: set[int] = set()
    for alike, here, there in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if alike < SAME:
            break
        if matched[here] is None and there not in taken:
            matched[here] = there
            taken.add(there)
    return matched


def still_named(terms: Sequence[str], telling: Sequence[str]) -> bool:
    """Say whether a name still fits: enough of its words still set the topic apart."""
    return bool(terms) and sum(term in telling for term in terms) >= STAYS * len(terms)
