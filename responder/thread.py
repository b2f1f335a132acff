"""The private thread: what the assistant says next. Pure; it gathers and never solves.

It says once that it is a machine and that a person will read, tells the true place in the queue, asks for at most
two things nobody knows yet, and falls silent: when it has what a person needs, after three messages, or at once when
the customer wants a person or no machine at all.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from responder.language import Words
from responder.queue import Place
from responder.signals import Signals
from responder.topics import CALLBACK, MATTER, NEEDS, PHONE, Topic

MOST_MESSAGES = 3
MOST_QUESTIONS = 2  # in one message


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """How the thread stands when the customer has written; `known` and `asked` are kinds of facts."""

    words: Words
    brand: str
    topic: Topic
    said: int  # automatic messages in this thread so far
    known: Collection[str]  # told anywhere in the case, this text included
    asked: Collection[str]  # asked for before: never asked again
    privacy_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What happens next. `end` says why the bot says nothing more from now on; empty: it goes on."""

    text: str | None = None
    asks: tuple[str, ...] = ()
    end: str = ""
    place: Place | None = None  # as told in `text`


OPTED_OUT = "the customer wants no automatic words"
WANTS_PERSON = "the customer wants a person"
COMPLETE = "nothing left to ask"
ENOUGH = f"{MOST_MESSAGES} automatic messages"


def next_words(scene: Scene, wrote: Signals, place: Place | None) -> Next:
    """Say what the assistant answers to a message that gave these signals."""
    if wrote.stop:
        return Next(end=OPTED_OUT)
    if wrote.person:
        parts = (*_hello(scene), scene.words.thread["person"], _queue(scene.words, place))
        return Next(text=_join(parts), end=WANTS_PERSON, place=place)
    last = scene.said + 1 >= MOST_MESSAGES
    asks = () if last else _to_ask(scene)
    parts = (*_opening(scene, wrote), _queue(scene.words, place), *_questions(scene, asks), *_small_print(scene))
    return Next(text=_join(parts), asks=asks, end=_why_end(asks, last=last), place=place)


def _why_end(asks: Sequence[str], *, last: bool) -> str:
    if asks:
        return ""
    return ENOUGH if last else COMPLETE


def _to_ask(scene: Scene) -> tuple[str, ...]:
    """Choose the questions: a number to call where a call is wanted, what happened, and what the topic needs."""
    wanted = [MATTER] if scene.topic is Topic.OTHER else []
    if CALLBACK in scene.known:
        wanted = [PHONE, *wanted]
    if scene.topic in NEEDS:
        wanted.append(NEEDS[scene.topic])
    fresh = [kind for kind in dict.fromkeys(wanted) if kind not in scene.known and kind not in scene.asked]
    return tuple(fresh[:MOST_QUESTIONS])


def _hello(scene: Scene) -> Sequence[str]:
    """Introduce the assistant as one, or later mark the message as automatic."""
    thread = scene.words.thread
    return [thread["label"]] if scene.said else [thread["hello"].format(brand=scene.brand)]


def _opening(scene: Scene, wrote: Signals) -> Sequence[str]:
    thread = scene.words.thread
    if scene.said:
        return [thread["label"], thread["bot"] if wrote.bot else thread["thanks"]]
    about = [] if scene.topic is Topic.OTHER else [_about(scene)]
    return [*_hello(scene), thread["reads"], *about]


def _about(scene: Scene) -> str:
    return scene.words.thread["about"].format(matter=scene.words.matter[scene.topic][0])


def _queue(words: Words, place: Place | None) -> str:
    if place is None:
        return ""
    if place.urgent:
        return words.thread["place_urgent"].format(n=place.ahead)
    name = {0: "place_next", 1: "place_one"}.get(place.ahead, "place_many")
    return words.thread[name].format(n=place.ahead)


def _questions(scene: Scene, asks: Sequence[str]) -> Sequence[str]:
    if not asks:
        return [scene.words.thread["done"]]
    intro = [] if scene.said else [scene.words.thread["intro"]]
    return [*intro, *(scene.words.thread[kind] for kind in asks)]


def _small_print(scene: Scene) -> Sequence[str]:
    """Tell once how data are treated and how to make the assistant stop."""
    if scene.said:
        return []
    thread = scene.words.thread
    privacy = [thread["privacy"].format(url=scene.privacy_url)] if scene.privacy_url else []
    return [*privacy, thread["stop"]]


def _join(parts: Sequence[str]) -> str:
    return " ".join(part for part in parts if part)
