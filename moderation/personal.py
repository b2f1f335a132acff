"""Personal data: where a text shows what should not be public. Finds it; masking is the domain's."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from domain.values import Span
from moderation.numbered import numbered, shaped
from moderation.payment import accounts, cards
from moderation.telephones import phones

ECHO_FROM = 5  # characters; a value found once is personal wherever else it stands in the text

_NAME, _LABEL = r"[\w.%+\-]{1,256}", r"[\w\-]{1,63}"
_DOT = r"(?:\.|\s?[\[({]\s?(?:dot|punto|punkt|point|ponto)\s?[\])}]\s?)"
_EMAIL = re.compile(
    # ana@example.com, ana[at]example[dot]com; not @ana@example.social, which is a handle
    rf"(?<![\w.%+\-@]){_NAME}(?:@|\s?[\[({{]\s?(?:at|arroba)\s?[\])}}]\s?){_LABEL}(?:{_DOT}{_LABEL}){{1,8}}",
    re.IGNORECASE,
)
_SPELT_EMAIL = re.compile(
    # ana at example dot com, ana @ example.com
    rf"(?<![\w.%+\-@]){_NAME}\s(?:at|arroba|@)\s{_LABEL}"
    r"(?:\s(?:dot|punto|\.)\s[a-z]{2,24}|\.(?:com|org|net|co|[a-z]{2})){1,3}(?!\w)",
    re.IGNORECASE,
)
_EMAIL_SIGN = re.compile(r"@|[\[({\s](?:at|arroba)[\])}\s]", re.IGNORECASE)
_WORTH_A_LOOK = re.compile(
    r"[\d@\uff20\u2460-\u249b]|[\[({\s\uff08\u3010](?:at|arroba)[\])}\s\uff09\u3011]", re.IGNORECASE
)

# where most who write a language live, for numbers written without a country's code; ISO 3166
_SPOKEN_IN = {
    "ar": ("EG", "SA"),
    "bn": ("BD", "IN"),
    "de": ("DE", "AT"),
    "es": ("ES", "MX"),
    "fil": ("PH",),
    "fr": ("FR",),
    "hi": ("IN",),
    "id": ("ID",),
    "it": ("IT",),
    "ja": ("JP",),
    "km": ("KH",),
    "ko": ("KR",),
    "lo": ("LA",),
    "my": ("MM",),
    "nl": ("NL",),
    "pl": ("PL",),
    "pt": ("BR", "PT"),
    "ru": ("RU",),
    "ta": ("IN", "LK"),
    "th": ("TH",),
    "tr": ("TR",),
    "uk": ("UA",),
    "vi": ("VN",),
    "zh": ("CN", "TW"),
}


class PersonalData:
    """Finds personal data by shape and checksum, and by the brand's own patterns for order and account numbers."""

    def __init__(self, patterns: Sequence[tuple[str, str]] = (), *, regions: Sequence[str] = ("US", "GB")) -> None:
        """Prepare to look. `patterns`: (kind, regular expression); the group `id`, where there is one, is what counts.

        `regions`: ISO 3166 codes whose national phone numbers are looked for; international ones always are.
        """
        self._patterns = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in patterns]
        self._regions = tuple(regions)

    def find(self, text: str, *, lang: str = "und") -> tuple[Span, ...]:
        """Say where `text` shows personal data, in order, without overlaps: the surer kind wins.

        `lang` adds the countries where it is spoken to those whose phone numbers are looked for.
        """
        if not self._patterns and not _WORTH_A_LOOK.search(text):
            return ()
        plain, places = _plain(text)
        kept = _apart(self._candidates(plain, lang))
        if kept:
            kept = _apart((*kept, *_echoes(plain, kept)))
        return tuple(Span(places[span.start], places[span.end - 1] + 1, span.kind) for span in kept)

    def _candidates(self, text: str, lang: str) -> Iterator[Span]:
        """Surest first: checksums, then the brand's own patterns, then names and shapes."""
        if _EMAIL_SIGN.search(text):
            for pattern in (_EMAIL, _SPELT_EMAIL):
                yield from (Span(found.start(), found.end(), "email") for found in pattern.finditer(text))
        has_digits = any(map(str.isdigit, text))
        if has_digits:
            yield from cards(text)
            yield from accounts(text)
        for kind, own in self._patterns:
            yield from (_named(found, kind) for found in own.finditer(text))
        if has_digits:
            yield from numbered(text)
            yield from phones(text, tuple(dict.fromkeys((*self._regions, *_SPOKEN_IN.get(lang, ())))))
            yield from shaped(text)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Keep of overlapping spans the one that comes first, and order what is kept by place."""
    kept: list[Span] = []
    taken = bytearray()
    for span in spans:
        if len(taken) < span.end:
            taken.extend(bytes(span.end - len(taken)))
        if span.start < span.end and not any(taken[span.start : span.end]):
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _echoes(text: str, kept: Sequence[Span]) -> Iterator[Span]:
    """Find the same values again where nothing beside them tells what they are."""
    values = {text[span.start : span.end]: span.kind for span in kept if span.end - span.start >= ECHO_FROM}
    if values:
        longest_first = sorted(values, key=len, reverse=True)
        for found in re.finditer("|".join(map(re.escape, longest_first)), text):
            yield Span(found.start(), found.end(), values[found.group()])


def _named(found: re.Match[str], kind: str) -> Span:
    group: int | str = "id" if "id" in found.re.groupindex else 0
    return Span(found.start(group), found.end(group), kind)


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """Write `text` with every script's digits as 0-9 and without invisible characters; gives each one's place in it."""
    if text.isascii():
        return text, range(len(text))
    characters = [(at, plain) for at, character in enumerate(text) if (plain := _plain_character(character))]
    return "".join(plain for _, plain in characters), [at for at, _ in characters]


@lru_cache(maxsize=8192)
def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if unicodedata.category(character) in {"Cf", "Me"} or character == "\ufe0f":  # zero width, a keycap's frame
        return ""
    if character.isdigit():
        return str(unicodedata.digit(character))
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 and folded.isascii() else character


def kinds(spans: Iterable[Span]) -> tuple[str, ...]:
    """Name each kind once, in order: what may be told of what was found."""
    return tuple(dict.fromkeys(span.kind for span in spans))
