"""Languages: the words we have in each, read from responder/words, and texts made comparable. Decides nothing."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from domain.errors import ConfigError

_ADDRESSES = re.compile(r"https?://\S+|(?<!\w)@\w+(?:[.\-]\w+)*")
_LATIN_MARKS = range(0x300, 0x370)
_ARABIC_MARKS = range(0x64B, 0x660)
_JOINERS = frozenset("'’‘`´\u200c\u200d\ufe0e\ufe0f")  # dropped, so that "hasn't" is typed either way


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What we can say in one language, and what we understand."""

    lang: str  # ISO 639-1
    openings: tuple[str, ...]  # each with {matter}
    honesty: tuple[str, ...]  # each says that a machine writes
    invite: tuple[str, ...]
    expose: tuple[str, ...]  # instead of `invite` where personal data stand in public
    told: tuple[str, ...]  # instead of `invite` where we write to them in private ourselves
    closing: tuple[str, ...]  # close a public thread; each says that a machine writes
    matter: Mapping[str, tuple[str, ...]]  # topic -> how it is named
    topics: tuple[tuple[str, str], ...]  # needle, topic
    thread: Mapping[str, str]  # the private thread's sentences by name
    person: tuple[str, ...]  # needles from here on
    bot: tuple[str, ...]
    callback: tuple[str, ...]
    automated: tuple[str, ...]  # every disclosure shows one of these
    stop: frozenset[str]  # whole texts
    stop_phrases: tuple[str, ...]


class _Plain(dict[int, str | None]):
    """Maps characters to what they are compared as; learns each when first met."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        if code in _LATIN_MARKS or code in _ARABIC_MARKS or character in _JOINERS:
            plain: str | None = None
        else:
            plain = character if unicodedata.category(character)[0] in "LMN" else " "
        self[code] = plain
        return plain


_PLAIN = _Plain()


def comparable(text: str) -> str:
    """Reduce a text to what is compared: lower case, no accents, handles or links; single spaces, one at each end."""
    bare = _ADDRESSES.sub(" ", text)
    folded = unicodedata.normalize("NFKD", bare.casefold()).translate(_PLAIN)
    return f" {' '.join(folded.split())} "


def needle(keyword: str, *, spaced: bool) -> str:
    """Make a keyword findable in a `comparable` text: whole words, or with `*` at its end their beginnings.

    Where words are not set apart by spaces, anywhere.
    """
    begins = keyword.endswith("*")
    plain = comparable(keyword.rstrip("*")).strip()
    if not spaced:
        return plain
    return f" {plain}" if begins else f" {plain} "


@cache
def available() -> frozenset[str]:
    """Say which languages have words."""
    return frozenset(path.name.removesuffix(".toml") for path in _FOLDER.iterdir() if path.name.endswith(".toml"))


@cache
def words(lang: str) -> Words:
    """Read the words of a language. Raises ConfigError when there are none."""
    if lang not in available():
        raise ConfigError([f"language {lang}: no words; there are {', '.join(sorted(available()))}"])
    return _read(lang, tomllib.loads(_FOLDER.joinpath(f"{lang}.toml").read_text("utf-8")))


def choose(wanted: Iterable[str | None], *, fallback: str) -> tuple[Words, bool]:
    """Take the first wanted language that has words (`pt-BR` counts as `pt`); else `fallback`, and say that it is."""
    for lang in wanted:
        base = (lang or "").partition("-")[0].lower()
        if base in available():
            return words(base), False
    return words(fallback), True


def discloses(text: str) -> bool:
    """Say whether a text of ours says, in any of our languages, that a machine writes it."""
    plain = text.casefold()
    return any(mark in plain for mark in _marks())


@cache
def _marks() -> tuple[str, ...]:
    return tuple(sorted({mark for lang in available() for mark in words(lang).automated}))


@cache
def stops_beside() -> Mapping[str, tuple[frozenset[str], tuple[str, ...]]]:
    """Read the stop words of languages we have no words of our own in: whole texts, and phrases."""
    told = tomllib.loads(files("responder").joinpath("stops.toml").read_text("utf-8"))
    return {
        lang: (
            frozenset(comparable(word).strip() for word in table["stop"]),
            tuple(needle(phrase, spaced=table["spaced"]) for phrase in table["stop_phrases"]),
        )
        for lang, table in told.items()
    }


_FOLDER = files("responder").joinpath("words")


def _read(lang: str, data: dict[str, Any]) -> Words:
    spaced = data["spaced"]
    said, signals = data["acknowledge"], data["signals"]
    own = (data["thread"][name] for name in ("hello", "label", "bot"))
    for disclosure in (*said["honesty"], *data["closing"]["lines"], *own):
        if not any(mark in disclosure.casefold() for mark in data["automated"]):
            raise ConfigError([f"words of {lang}: {disclosure!r} does not say that a machine writes"])

    def needles(keywords: Iterable[str]) -> tuple[str, ...]:
        return tuple(needle(keyword, spaced=spaced) for keyword in keywords)

    return Words(
        lang=lang,
        openings=tuple(said["openings"]),
        honesty=tuple(said["honesty"]),
        invite=tuple(said["invite"]),
        expose=tuple(said["expose"]),
        told=tuple(said["told"]),
        closing=tuple(data["closing"]["lines"]),
        matter=MappingProxyType({topic: tuple(names) for topic, names in data["matter"].items()}),
        topics=tuple((found, topic) for topic, keys in data["topics"].items() for found in needles(keys)),
        thread=MappingProxyType(data["thread"]),
        person=needles(signals["person"]),
        bot=needles(signals["bot"]),
        callback=needles(signals["callback"]),
        automated=tuple(mark.casefold() for mark in data["automated"]),
        stop=frozenset(comparable(word).strip() for word in signals["stop"]),
        stop_phrases=needles(signals["stop_phrases"]),
    )
