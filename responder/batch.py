"""The batch: what the responder must know of the posts it has taken, read once, and what it will write, kept in order.

Decides nothing. Events and cards are collected and written many at a time; `write` puts them into the transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlmodel import Session

from domain.conduct import Conduct
from domain.history import EventKind
from domain.sending import DeliveryKind
from responder import conversations
from responder.asking import Answer, Ask
from responder.docket import Docket
from responder.plan import Limits
from responder.signals import Signals
from responder.wording import REMEMBERED, Memory
from storage import authors, cases, deliveries, events, gatings, links, posts, verdicts
from storage.authors import Author
from storage.cases import Case
from storage.deliveries import Promise
from storage.posts import Post
from storage.verdicts import Verdict

REOPENS_WITHIN = timedelta(days=7)  # a resolved case goes on when its customer writes again
HISTORY = timedelta(days=30)  # "3rd complaint in 30 days"
PLAIN_LIMITS = Limits()


@dataclass(kw_only=True)
class Batch:
    """Some posts, all that is known of them, and what comes of them."""

    db: Session
    conduct: Conduct
    now: datetime
    channels: Mapping[str, Limits]
    posts: Sequence[Post]
    verdicts: Mapping[int, Verdict]
    authors: Mapping[int, Author]
    cases: dict[int, list[Case]]  # by author, the latest first; new ones join it
    before: dict[int, int]  # how many cases each author has had within HISTORY
    versions: Mapping[int, int]  # post -> the case that holds an earlier version of it
    kin: dict[int, frozenset[int]] = field(default_factory=dict)  # author -> all who are the same customer
    numbers: dict[int, int] = field(default_factory=dict)  # new case -> which of its author's it is
    wishes: dict[int, Signals] = field(default_factory=dict)  # case -> what its customer has asked for and waits for
    acknowledged: set[int] = field(default_factory=set)  # cases that got their acknowledgement just now
    roots: dict[int, Promise] = field(default_factory=dict)  # case -> the alert its notes go under, where new
    _events: list[dict[str, Any]] = field(default_factory=list)
    _links: list[tuple[int, int]] = field(default_factory=list)
    _promises: list[Promise] = field(default_factory=list)
    _gatings: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def gather(
        cls, db: Session, taken: Sequence[Post], *, conduct: Conduct, now: datetime, channels: Mapping[str, Limits]
    ) -> "Batch":
        """Read everything about the posts taken, in one query a table."""
        writers = {post.author_id for post in taken if not post.own}
        known: dict[int, list[Case]] = defaultdict(list)
        conversations.tie(db, taken)
        for case in cases.of_authors(db, writers, resolved_since=now - REOPENS_WITHIN):
            known[case.author_id].append(case)
        elsewhere = conversations.of_others(db, taken, known, resolved_since=now - REOPENS_WITHIN)
        for writer, there in elsewhere.items():
            known[writer] += there
        owners = {case.author_id for there in elsewhere.values() for case in there}
        return cls(
            db=db,
            conduct=conduct,
            now=now,
            channels=channels,
            posts=_together(taken),
            verdicts=verdicts.of(db, [post.id for post in taken]),
            authors=authors.by_id(db, writers | owners),
            cases=known,
            before=cases.opened_since(db, writers, now - HISTORY),
            versions=_earlier(db, taken),
            kin=links.members(db, writers),
        )

    @cached_property
    def memory(self) -> Memory:
        """What was said in public lately."""
        return Memory(deliveries.recent_bodies(self.db, kind=DeliveryKind.REPLY, limit=REMEMBERED))

    @cached_property
    def docket(self) -> Docket:
        """What the gate goes by for first words."""
        return Docket(self.db, set(self.authors), conduct=self.conduct, now=self.now)

    def limits(self, channel: str) -> Limits:
        """Say what must be known of a channel to write for it."""
        return self.channels.get(channel, PLAIN_LIMITS)

    def kin_of(self, case: Case) -> frozenset[int]:
        """Say who is the same customer as the case's author, who is among them."""
        return self.kin.get(case.author_id) or frozenset({case.author_id})

    def number(self, case: Case) -> None:
        """Count a new case among its author's."""
        self.before[case.author_id] = self.numbers[case.id] = self.before.get(case.author_id, 0) + 1

    def nth(self, case: Case) -> int:
        """Say which case of its author within HISTORY this is."""
        return self.numbers.get(case.id) or max(1, self.before.get(case.author_id, 0))

    def note(self, case: Case, kind: EventKind, *, actor: str = events.BOT, reason: str = "", **data: Any) -> None:
        """Write down what happened in a case; `data` holds ids, states and numbers only."""
        self._events.append(
            {"case_id": case.id, "at": self.now, "actor": actor, "kind": kind.value, "reason": reason, "data": data}
        )

    def link(self, post: Post, case: Case) -> None:
        """Put a post into a case."""
        self._links.append((post.id, case.id))

    def promise(self, promise: Promise) -> None:
        """Promise words, to the team or to a customer."""
        self._promises.append(promise)

    def keep(self, key: str, ask: Ask, answer: Answer, case: Case) -> None:
        """Keep what the gate said about words that are promised for the first time."""
        self._gatings.append(
            {
                "delivery_key": key,
                "case_id": case.id,
                "stage": ask.stage.value,
                "at": self.now,
                "verdict": answer.verdict.value,
                "rule": answer.rule,
                "reason": answer.reason,
                "instead": answer.instead,
                "source": answer.source,
                "rulebook": answer.rulebook,
                "consent": answer.consent,
                "evidence": ask.evidence(),
            }
        )

    def write(self) -> None:
        """Put into the transaction what has been collected, in its order; the cases first."""
        self.db.flush()
        cases.add_posts(self.db, self._links)
        events.note_all(self.db, self._events)
        deliveries.plan_all(self.db, self._promises, now=self.now)
        gatings.keep_all(self.db, self._gatings)
        for collected in (self._links, self._events, self._promises, self._gatings):
            collected.clear()


def _together(taken: Sequence[Post]) -> list[Post]:
    """Keep the most urgent first, and with each author's first post all of theirs, in the order they were heard."""
    turn: dict[int, int] = {}
    for place, post in enumerate(taken):
        turn.setdefault(post.author_id, place)
    return sorted(taken, key=lambda post: (turn[post.author_id], post.id))


def _earlier(db: Session, taken: Iterable[Post]) -> dict[int, int]:
    """Find the cases that hold earlier versions of edited posts."""
    found: dict[int, int] = {}
    for edit in (post for post in taken if post.version > 1 and not post.own):
        older = [post.id for post in posts.versions(db, edit) if post.version < edit.version]
        held = cases.of_posts(db, older)
        if held:
            found[edit.id] = held[max(held)]
    return found
