"""Wording: puts the public acknowledgement together, never twice the same for long. Pure; decides no more than words.

Four parts, each written whole in each language: an opening that names the matter, the disclosure that a machine
writes, and the way to private. The disclosure is put in here, whatever else is chosen: it cannot be left out.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import product
from zlib import crc32

from twitter_text import parse_tweet

from responder.language import Words
from responder.topics import Topic

Fits = Callable[[str], bool]

REMEMBERED = 200  # acknowledgements among which none is the same
MOST_WEIGHT = 275  # of X's 280, so that a change in how it counts does not cost an answer
# characters X counts twice, all but these ranges. Source: twitter-text configuration v3, ranges
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_MAY_LINK = re.compile(r"\S\.\S|://")
_NEVER = 1 << 30


def fits_post(text: str) -> bool:
    """Say whether `text` is no longer than X takes, by X's own counting: links 23, most Asian scripts double."""
    if _MAY_LINK.search(text):
        return bool(parse_tweet(text).weightedLength <= MOST_WEIGHT)
    return len(text) + len(_HEAVY.findall(text)) <= MOST_WEIGHT


class Memory:
    """What was said lately, newest first, so that the next is different."""

    def __init__(self, bodies: Iterable[str] = ()) -> None:
        """Remember `bodies`, newest first."""
        self._bodies = list(bodies)[:REMEMBERED]
        self._all = set(self._bodies)

    def __contains__(self, body: str) -> bool:
        """Say whether exactly this was said."""
        return body in self._all

    def add(self, body: str) -> None:
        """Remember what has just been said."""
        self._bodies.insert(0, body)
        self._all.add(body)
        if len(self._bodies) > REMEMBERED:
            self._all.discard(self._bodies.pop())

    def age(self, sentence: str) -> int:
        """Say how many acknowledgements ago a sentence was last used; `{matter}` stands for anything."""
        before, _, after = sentence.partition("{matter}")
        for age, body in enumerate(self._bodies):
            if before in body and after in body:
                return age
        return _NEVER


def acknowledge(
    words: Words,
    topic: Topic,
    *,
    seed: int,
    memory: Memory,
    fits: Fits = fits_post,
    exposed: bool = False,
    told: bool = False,
    link: str = "",
) -> str | None:
    """Write an acknowledgement that names `topic`, unlike what `memory` holds; None where nothing fits.

    `seed` (the case's id) decides among equals, so the same case always gets the same words. `exposed`: personal
    data stand in public, so ask for the post to be deleted. `told`: we write to them in private
    ourselves, so say that instead of inviting them. Repeats none of the customer's own words.
    """
    ways = words.told if told else words.invite
    slots = (
        _rank(words.openings, memory, seed),
        _rank(words.honesty, memory, seed),
        _rank(words.expose if exposed else ways, memory, seed),
        _rank(words.matter[topic], memory, seed),
    )
    said_before: str | None = None
    for places in _nearest(tuple(map(len, slots))):
        opening, honesty, way, matter = (slot[place] for slot, place in zip(slots, places, strict=True))
        text = f"{opening.format(matter=matter)} {honesty} {way}{f' {link}' if link else ''}"
        if not fits(text):
            continue
        if text not in memory:
            return text
        said_before = said_before or text
    return said_before or _short(slots[1], slots[2], link, fits)


def _rank(sentences: tuple[str, ...], memory: Memory, seed: int) -> list[str]:
    """Put the sentence unused for longest first; those never used in an order of this seed's own."""
    return sorted(sentences, key=lambda sentence: (-memory.age(sentence), crc32(f"{seed}:{sentence}".encode())))


@cache
def _nearest(sizes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """List all places of a grid, those nearest to its origin first."""
    return sorted(product(*map(range, sizes)), key=lambda places: (sum(places), places))


def _short(honesty: list[str], ways: list[str], link: str, fits: Fits) -> str | None:
    """Leave the opening out where a channel takes little; never the disclosure."""
    texts = (f"{honest} {way}{f' {link}' if link else ''}" for honest, way in product(honesty, ways))
    return next((text for text in texts if fits(text)), None)
