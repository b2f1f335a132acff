"""Casework: which case a post belongs to, and what its coming makes of the case. Speaks to nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from domain.history import EventKind
from domain.values import AnswerBy, Need, PostKind
from responder import language
from responder.batch import Batch
from responder.claims import drop_ready
from responder.topics import Topic, detect
from storage import cases
from storage.cases import LIVE, OPEN, RESOLVED, WAITING, Case
from storage.posts import Post
from storage.verdicts import Verdict

QUIET = frozenset({Need.PRAISE, Need.NOISE})
_RANK = {Need.URGENT: 0, Need.COMPLAINT: 1, Need.QUESTION: 2, Need.PRAISE: 3, Need.NOISE: 4}


class How(Enum):
    """How a post came into its case."""

    NEW = auto()
    JOINED = auto()
    EDITED = auto()


@dataclass(slots=True, kw_only=True)
class Work:
    """A post that belongs to a case."""

    post: Post
    verdict: Verdict
    case: Case
    how: How
    raised: bool = False  # the case became urgent with it

    @property
    def private(self) -> bool:
        """Whether it was written in private."""
        return self.post.kind == PostKind.DIRECT

    @property
    def danger(self) -> bool:
        """Whether a canned word could do harm: distress, threats, hate, abuse."""
        return self.verdict.answer_by == AnswerBy.PERSON and self.verdict.need == Need.URGENT


def find(batch: Batch, post: Post) -> Case | None:
    """Find the case this post belongs to: a live one, or a resolved one it opens again."""
    ours = [case for case in batch.cases.get(post.author_id, ()) if case.account == post.account]
    return next(_by_likeness(ours, post), None)


def _by_likeness(ours: list[Case], post: Post) -> Iterator[Case]:
    here = [case for case in ours if post.conversation in (case.conversation, case.private_conversation)]
    yield from (case for case in here if case.state in LIVE)
    if post.kind == PostKind.DIRECT:  # they follow our invitation, or write in private about what they said in public
        live = [case for case in ours if case.state in LIVE]
        yield from sorted(live, key=lambda case: case.handoff == "none")
    yield from (case for case in here if case.state == RESOLVED)
    if post.kind == PostKind.DIRECT:
        yield from (case for case in ours if case.state == RESOLVED and case.handoff in ("offered", "lapsed"))


def take_in(batch: Batch, judged: Iterable[tuple[Post, Verdict]]) -> list[Work]:
    """Put posts into their cases, opening those that are missing, all at once; what needs no case is left out."""
    entries: list[tuple[Post, Verdict, How, Case | int]] = []
    opening = Openings()
    for post, verdict in judged:
        where = _place(batch, opening, post, verdict)
        if where:
            entries.append((post, verdict, *where))
    opened = cases.open_all(batch.db, opening.rows)
    return [
        Work(post=post, verdict=verdict, how=how, case=opened[case] if isinstance(case, int) else case)
        for post, verdict, how, case in entries
    ]


def _place(batch: Batch, opening: "Openings", post: Post, verdict: Verdict) -> tuple[How, Case | int] | None:
    """Say which case a post goes into: one we have, or by number one that is being opened."""
    if post.id in batch.versions:
        return How.EDITED, batch.db.get_one(Case, batch.versions[post.id])
    known = find(batch, post)
    if known and (known.state in LIVE or verdict.need not in QUIET):
        return How.JOINED, known
    number = opening.of(post)
    if number is not None:
        return How.JOINED, number
    return None if verdict.need in QUIET else (How.NEW, opening.add(post, _row(batch, post, verdict)))


class Openings:
    """Cases that are being opened, by number."""

    def __init__(self) -> None:
        """Begin with none."""
        self.rows: list[dict[str, Any]] = []
        self._by_author: dict[int, list[int]] = {}

    def add(self, post: Post, row: dict[str, Any]) -> int:
        """Open a case with this post; returns its number."""
        self.rows.append(row)
        number = len(self.rows) - 1
        self._by_author.setdefault(post.author_id, []).append(number)
        return number

    def of(self, post: Post) -> int | None:
        """Find the case this post joins: of the same conversation, and for a private post any of its author's."""
        here = [number for number in self._by_author.get(post.author_id, ()) if self._joins(number, post)]
        return here[-1] if here else None

    def _joins(self, number: int, post: Post) -> bool:
        row = self.rows[number]
        same = row["conversation"] == post.conversation or post.kind == PostKind.DIRECT
        return bool(row["account"] == post.account and same)


def _row(batch: Batch, post: Post, verdict: Verdict) -> dict[str, Any]:
    return {
        "channel": post.channel,
        "account": post.account,
        "author_id": post.author_id,
        "conversation": post.conversation,
        "private_conversation": post.conversation if post.kind == PostKind.DIRECT else None,
        "need": verdict.need,
        "priority": verdict.priority,
        "lang": verdict.lang,
        "rule": verdict.rule,
        "reason": verdict.reason,
        "topic": topic_of(batch, post, verdict).value,
        "opened_at": batch.now,
        "updated_at": batch.now,
        "due_at": _due(batch, verdict.need),
    }


def topic_of(batch: Batch, post: Post, verdict: Verdict) -> Topic:
    """Name what a post is about, by the words of its language."""
    known, _ = language.choose((verdict.lang, post.lang), fallback=batch.conduct.fallback_lang)
    return detect(post.text, known)


def _due(batch: Batch, need: str) -> datetime | None:
    promised = batch.conduct.sla.get(Need(need))
    return batch.now + promised if promised else None


def enter(batch: Batch, work: Work) -> None:
    """Write down what the post makes of its case; the case is written already."""
    batch.link(work.post, work.case)
    match work.how:
        case How.NEW:
            _opened(batch, work)
        case How.JOINED:
            _joined(batch, work)
        case How.EDITED:
            batch.note(work.case, EventKind.EDITED, actor="customer", post=work.post.id)
    if work.private:
        _in_private(batch, work)
    if work.how is not How.NEW and work.case.state in LIVE:
        _learn(batch, work)
        raise_to(batch, work, need=work.verdict.need, priority=work.verdict.priority, reason=work.verdict.reason)


def _opened(batch: Batch, work: Work) -> None:
    case = work.case
    batch.number(case)
    batch.note(
        case,
        EventKind.OPENED,
        reason=work.verdict.reason,
        need=case.need,
        priority=case.priority,
        post=work.post.id,
        topic=case.topic,
        due_at=_iso(case.due_at),
    )


def _joined(batch: Batch, work: Work) -> None:
    case = work.case
    if case.state == RESOLVED:
        _reopen(batch, work)
    we_owe = work.verdict.need != Need.PRAISE  # "thank you" wants no answer
    if we_owe and case.state == WAITING:
        case.state = OPEN
    case.posts += 1
    case.updated_at = batch.now
    batch.note(case, EventKind.JOINED, actor="customer", post=work.post.id, open=we_owe)


def _reopen(batch: Batch, work: Work) -> None:
    """Begin a new wait: the first answer is promised anew, and nobody holds the case."""
    case = work.case
    case.state, case.closed_at = OPEN, None
    case.sla, case.due_at = "pending", _due(batch, case.need)
    case.warned_at, case.answered_at, case.place_told = None, None, None
    batch.note(case, EventKind.REOPENED, actor="customer", reason="the customer wrote again", due_at=_iso(case.due_at))


def _in_private(batch: Batch, work: Work) -> None:
    """Note where the private thread is, and that the customer has opened it."""
    case = work.case
    case.private_conversation = work.post.conversation
    if case.handoff in ("none", "offered", "lapsed", "resolved", "closed"):
        hand_off(batch, case, "owned" if case.claimed_by else "opened", actor="customer")


def _learn(batch: Batch, work: Work) -> None:
    """Take over what the case is about, where that was not clear before."""
    case = work.case
    if case.topic in ("", Topic.OTHER):
        topic = topic_of(batch, work.post, work.verdict)
        if topic is not Topic.OTHER:
            case.topic = topic.value
            batch.note(case, EventKind.TOPIC, topic=case.topic)


def raise_to(batch: Batch, work: Work, *, need: str, priority: int, reason: str) -> None:
    """Make a case more urgent, never less; the promise comes nearer while it is open."""
    case = work.case
    before = (case.need, case.priority)
    more = _RANK[Need(need)] < _RANK[Need(case.need)]
    work.raised |= more and need == Need.URGENT
    case.need = need if more else case.need
    case.priority = min(case.priority, int(priority))
    if before == (case.need, case.priority):
        return
    if more:
        case.reason, case.rule = reason, work.verdict.rule
        nearer = _due(batch, case.need)
        if case.sla == "pending" and nearer:
            case.due_at = min(case.due_at, nearer) if case.due_at else nearer
    batch.note(
        case,
        EventKind.RAISED,
        reason=reason,
        need=case.need,
        priority=case.priority,
        due_at=_iso(case.due_at),
    )


def hand_off(batch: Batch, case: Case, to: str, *, actor: str = "bot", reason: str = "") -> None:
    """Move the handoff on."""
    case.handoff, case.handoff_at = to, batch.now
    batch.note(case, EventKind.HANDOFF, actor=actor, reason=reason, to=to)


def hush(batch: Batch, case: Case, *, why: str) -> None:
    """Take back what the bot was about to say in a case."""
    batch.write()
    drop_ready(batch.db, case, now=batch.now, why=why)
    batch.db.flush()


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
