"""Signals: what a customer wants of the assistant itself: a person, the truth about it, a call, or silence. Pure."""

from dataclasses import dataclass
from functools import cache

from responder.language import Words, available, comparable, stops_beside, words

EVERYWHERE = frozenset({"stop", "stopp", "unsubscribe", "opt out"})  # understood whatever the language


@dataclass(frozen=True, slots=True)
class Signals:
    """What a text asks for. Words of every language count: a short text's language is often guessed wrong."""

    person: bool = False  # wants to speak with a person
    bot: bool = False  # asks whether this is a machine
    callback: bool = False  # wants to be called
    stop: bool = False  # wants no automatic words

    def __or__(self, other: "Signals") -> "Signals":
        """Put together what several texts ask for."""
        return Signals(
            self.person or other.person,
            self.bot or other.bot,
            self.callback or other.callback,
            self.stop or other.stop,
        )


def read(text: str) -> Signals:
    """Read what a private text asks for."""
    plain = comparable(text)
    heard = _heard()
    bot = any(needle in plain for needle in heard["bot"])
    return Signals(
        # who asks "is this a person?" has not asked for one
        person=not bot and any(needle in plain for needle in heard["person"]),
        bot=bot,
        callback=any(needle in plain for needle in heard["callback"]),
        stop=plain.strip() in _stops() or any(needle in plain for needle in heard["stop_phrases"]),
    )


def stops_in_public(text: str) -> bool:
    """Say whether a public text is nothing but a stop word that means nothing else: "¡basta!" is a complaint."""
    return len(text) <= 80 and comparable(text).strip() in EVERYWHERE  # noqa: PLR2004 - handles and one or two words


@cache
def _heard() -> dict[str, tuple[str, ...]]:
    known = [words(lang) for lang in sorted(available())]
    heard = {name: _all(known, name) for name in ("person", "bot", "callback", "stop_phrases")}
    beside = (phrase for _, phrases in stops_beside().values() for phrase in phrases)
    heard["stop_phrases"] = tuple(dict.fromkeys((*heard["stop_phrases"], *beside)))
    return heard


def _all(known: list[Words], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(needle for each in known for needle in getattr(each, name)))


@cache
def _stops() -> frozenset[str]:
    ours = (words(lang).stop for lang in available())
    return EVERYWHERE.union(*ours, *(whole for whole, _ in stops_beside().values()))
