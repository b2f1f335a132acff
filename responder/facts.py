"""Facts: what a customer has told us, taken from their own words so that nobody asks twice. Pure; stores nothing."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from domain.masking import mask
from domain.values import Span
from responder.topics import CALLBACK, EMAIL, MATTER, ORDER, PHONE, Topic

LONGEST = 300  # characters of a matter that are kept
_TELLING = 25  # letters from which a text tells what happened, whatever its topic
_SPAN_KINDS = {"order": ORDER, "account": ORDER, "email": EMAIL, "phone": PHONE}
_NEVER = frozenset({"card", "iban"})  # nobody needs these to help, so they are kept nowhere

_EMAIL = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<!\w)\+?\d(?:[ ().\-/]{0,2}\d){6,14}(?!\w)")
_ORDER = re.compile(r"(?<![\w\-])(?=[A-Za-z0-9\-]*\d)[A-Za-z0-9](?:[A-Za-z0-9\-]{2,23}[A-Za-z0-9])(?![\w\-])")
_DATE_OR_TIME = re.compile(
    r"(?:19|20)\d\d|\d{1,4}-\d{1,2}-\d{1,4}|\d{1,2}(?:am|pm|st|nd|rd|th)|\d+(?:min|h|hrs?|kg|km|x)", re.IGNORECASE
)
_FEWEST_DIGITS = 3


class Told(NamedTuple):
    """One fact: its kind and the customer's own value."""

    kind: str
    value: str


def extract(
    text: str, spans: Sequence[Span], *, topic: Topic, asked: Collection[str] = (), callback: bool = False
) -> list[Told]:
    """Find what `text` tells, each fact once. `asked` are the kinds just asked for: then a bare number is an answer."""
    found = [Told(_SPAN_KINDS[span.kind], text[span.start : span.end].strip()) for span in _kept(spans)]
    plain = _digits(text)
    answers = answered(text, spans, asked=asked)
    found += [Told(span.kind, plain[span.start : span.end]) for span in answers]
    found += _matter(text, (*spans, *answers), topic)
    return [*dict.fromkeys(found), Told(CALLBACK, "wanted")] if callback else list(dict.fromkeys(found))


def answered(text: str, spans: Sequence[Span], *, asked: Collection[str]) -> tuple[Span, ...]:
    """Find where `text` answers what was asked for, beside the personal data that `spans` mark already."""
    rest = _blank(_digits(text), spans)
    found = [Span(match.start(), match.end(), EMAIL) for match in _EMAIL.finditer(rest)]
    rest = _blank(rest, found)
    if PHONE in asked:
        found += [Span(match.start(), match.end(), PHONE) for match in _PHONE.finditer(rest)]
        rest = _blank(rest, found)
    if ORDER in asked and not any(span.kind in ("order", "account") for span in spans):
        found += _numbers(rest)
    return tuple(found)


def _kept(spans: Iterable[Span]) -> Iterator[Span]:
    return (span for span in spans if span.kind in _SPAN_KINDS)


def _numbers(text: str) -> list[Span]:
    """Find what looks like a number somebody would quote: no date, time, price or weight; at most the first two."""
    likely = [
        Span(match.start(), match.end(), ORDER)
        for match in _ORDER.finditer(text)
        if sum(character.isdigit() for character in match.group()) >= _FEWEST_DIGITS
        and not _DATE_OR_TIME.fullmatch(match.group())
    ]
    return likely[:2]


def _matter(text: str, spans: Sequence[Span], topic: Topic) -> Iterator[Told]:
    """Keep what happened in the customer's words, masked, where they tell it."""
    masked = " ".join(mask(text, spans).split())
    letters = sum(unicodedata.category(character)[0] in "LM" for character in mask(text, spans))
    if masked and (topic is not Topic.OTHER or letters >= _TELLING):
        yield Told(MATTER, masked[:LONGEST])


def _blank(text: str, spans: Iterable[Span]) -> str:
    for span in spans:
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    return text


def _digits(text: str) -> str:
    """Write every script's digits as 0-9, one for one, so that offsets stay true."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


def masked(told: Told) -> str:
    """Write a fact as the team's cards show it: "order: [order …13]". A matter is masked already."""
    if told.kind in (MATTER, CALLBACK):
        return f"{told.kind}: {told.value}"
    return f"{told.kind}: {mask(told.value, [Span(0, len(told.value), told.kind)])}"
