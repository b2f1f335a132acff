"""The private thread: what the assistant says next. Pure; it gathers and never solves.

It says once that it is a machine and that a person will read, tells the true place in the queue, asks for at most
two things nobody knows yet, and falls silent: when it has what a person needs, after three messages, or at once when
the customer wants a person or no machine at all.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from responder.language import Words
from responder.plan import anything
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
    fits: Callable[[str], bool] = anything  # the platform takes a text of this length


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


def private_answer(scene: Scene) -> str | None:
    """Write the one private answer to a public post, before they have written in private; None where nothing fits."""
    thread = scene.words.thread
    known = [] if scene.topic is Topic.OTHER else [_about(scene)]
    return _fitting(scene, [thread["hello"].format(brand=scene.brand)], [*known, thread["reads"]], [thread["answer"]])


def next_words(scene: Scene, wrote: Signals, place: Place | None) -> Next:
    """Say what the assistant answers to a message that gave these signals."""
    if wrote.stop:
        return Next(end=OPTED_OUT)
    queue = _queue(scene.words, place)
    if wrote.person:
        parts = (*_hello(scene), scene.words.thread["person"], queue)
        return Next(text=_join(parts), end=WANTS_PERSON, place=place)
    last = scene.said + 1 >= MOST_MESSAGES
    asks = () if last else _to_ask(scene)
    must, may = _opening(scene, wrote)
    text = _fitting(scene, must, may, [queue, *_questions(scene, asks)])
    if text is None and asks:  # where little fits, one question less
        asks = asks[:1]
        text = _fitting(scene, must, may, [queue, *_questions(scene, asks)])
    told = _join([*must, *may, queue, *_questions(scene, asks), *_small_print(scene)])
    return Next(text=text or told, asks=asks, end=_why_end(asks, last=last), place=place)


def _fitting(scene: Scene, must: Sequence[str], may: Sequence[str], then: Sequence[str]) -> str | None:
    """Put a message together that the platform takes: what may be left out goes first to last, then the small print.

    How to make the assistant stop is never left out.
    """
    small = _small_print(scene)
    ways = [(may[left:], small) for left in range(len(may) + 1)]
    for kept, print_ in [*ways, ((), small[-1:])]:
        text = _join([*must, *kept, *then, *print_])
        if scene.fits(text):
            return text
    return None


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


def _opening(scene: Scene, wrote: Signals) -> tuple[Sequence[str], Sequence[str]]:
    """Begin a message: what it must say, and what it may leave out where little fits."""
    thread = scene.words.thread
    if scene.said:
        return [thread["label"], thread["bot"] if wrote.bot else thread["thanks"]], []
    about = [] if scene.topic is Topic.OTHER else [_about(scene)]
    return _hello(scene), [thread["reads"], *about]


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
