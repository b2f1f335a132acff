"""The plan of a simulated week: who writes what, where and when, and what they do once answered. Pure and seeded."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sandbox.scenario import Manner

T = TypeVar("T")
WEEK = timedelta(days=7)
NETWORKS = (("x", 0.4), ("facebook", 0.35), ("instagram", 0.25))
WAYS = {
    "x": (("mention", 0.85), ("direct", 0.15)),
    "facebook": (("comment", 0.7), ("visitor", 0.12), ("review", 0.03), ("direct", 0.15)),
    "instagram": (("comment", 0.8), ("tag", 0.05), ("direct", 0.15)),
}
KINDS = (("complaint", 0.7), ("question", 0.12), ("praise", 0.1), ("noise", 0.08))
MANNERS = (
    (Manner.ANSWERS, 0.55),
    (Manner.NEVER_COMES, 0.2),
    (Manner.WANTS_PERSON, 0.1),
    (Manner.SAYS_STOP, 0.1),
    (Manner.CLOSES_DIRECTS, 0.05),
)
ANSWERED_IN_TIME, ANSWERED_LATE = 0.6, 0.75  # of private threads: up to here within a day, up to there within six
TEXTS = {
    "complaint": (
        "day {n} without my parcel, nobody answers",
        "my parcel was left in the rain again, number {n}",
        "parcel {n} went to the wrong town",
        "tercer día sin mi paquete, llamada {n} y nadie contesta",
        "still no parcel after {n} calls",
    ),
    "question": ("is the shop open on day {n}?", "do you deliver to house {n}?"),
    "praise": ("thank you, driver {n} was kind", "thank you for box {n}"),
    "noise": ("nice weather on day {n}", "look at number {n}"),
}
WORDS = {
    Manner.ANSWERS: ("Hello, it is about what I wrote", "Order NP-{number}", "That is all I have"),
    Manner.WANTS_PERSON: ("Hello, here I am", "I want to talk to a person"),
    Manner.SAYS_STOP: ("Hello, here I am", "stop"),
    Manner.CLOSES_DIRECTS: ("Hello, and goodbye",),
    Manner.NEVER_COMES: (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One conversation that is going to happen."""

    number: int
    at: datetime
    network: str
    way: str
    kind: str
    text: str
    manner: Manner
    after: timedelta  # from our answer to their first private word
    says: tuple[str, ...]
    answered_after: timedelta | None  # when somebody of the team writes to them; None: nobody does
    deleted_after: timedelta | None  # when they delete what they wrote

    @property
    def author(self) -> str:
        """Who it is; a name fits every network."""
        return f"customer_{self.number}"


def plan(count: int, *, begins: datetime, lasts: timedelta = WEEK, seed: int) -> Iterator[Story]:
    """Plan `count` conversations from `begins` on, in the order of their times."""
    dice = random.Random(seed)
    times = sorted(begins + lasts * dice.random() for _ in range(count))
    for number, at in enumerate(times):
        yield _story(number, at, dice)


def _story(number: int, at: datetime, dice: random.Random) -> Story:
    network = _one(NETWORKS, dice)
    kind, manner = _one(KINDS, dice), _one(MANNERS, dice)
    text = dice.choice(TEXTS[kind]).format(n=number)
    return Story(
        number=number,
        at=at,
        network=network,
        way=_one(WAYS[network], dice),
        kind=kind,
        text=f"@NordParcel {text}" if network == "x" else text,
        manner=manner,
        after=timedelta(minutes=dice.uniform(1, 600)),
        says=tuple(words.format(number=100_000 + number) for words in WORDS[manner]),
        answered_after=_answered(dice),
        deleted_after=timedelta(minutes=dice.uniform(0, 30)) if dice.random() < 0.02 else None,
    )


def _answered(dice: random.Random) -> timedelta | None:
    lot = dice.random()
    if lot < ANSWERED_IN_TIME:
        return timedelta(hours=dice.uniform(0.2, 20))
    if lot < ANSWERED_LATE:
        return timedelta(hours=dice.uniform(25, 140))
    return None


def _one(chances: tuple[tuple[T, float], ...], dice: random.Random) -> T:
    return dice.choices([each for each, _ in chances], [share for _, share in chances])[0]
