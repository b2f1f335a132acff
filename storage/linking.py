"""Linking: what may be written into the ledger of links, and what stands in the way. Moves no row of anybody's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from storage import links
from storage.authors import Author
from storage.links import APART, BOT, LINK, PERSON, UNLINK, Link, Pair, between, decided, last, members, pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Whether something was written, or why not; `between` are the rows that stand in the way."""

    done: bool
    why: str = ""
    between: tuple[Link, ...] = ()


DONE = Outcome(done=True)


def kept_apart(db: Session, one: int, other: int) -> Link | None:
    """Find a row that keeps apart anybody of the one customer and anybody of the other."""
    found = members(db, {one, other})
    return _apart(db, found[one], found[other])


def link(
    db: Session, one: int, other: int, *, by: str, reason: str, now: datetime, evidence: Mapping[str, Any] | None = None
) -> Outcome:
    """Say that two authors are one customer. A person may overrule the bot; the bot never a person.

    Refused where somebody was decided to be another human than somebody they would come together with.
    The caller owns the transaction, and it must be a writing one: of two links at once the later one sees the earlier.
    """
    if one == other or _forgotten(db, {one, other}):
        return Outcome(done=False, why="there is nobody to link" if one != other else "this is one and the same author")
    holds = last(db, one, other)
    if holds and holds.act == LINK and not (holds.by == BOT and by.startswith(PERSON)):
        return Outcome(done=False, why="they are linked already", between=(holds,))
    said = decided(db, one, other)
    if said and not by.startswith(PERSON):
        return Outcome(done=False, why="a person has decided about these two", between=(said,))
    against = _against(db, one, other)
    if against:
        return Outcome(done=False, why="somebody in it is known to be another human", between=(against,))
    _write(db, LINK, one, other, by=by, reason=reason, now=now, evidence=evidence)
    return DONE


def unlink(db: Session, one: int, other: int, *, by: str, reason: str, now: datetime, apart: bool = False) -> Outcome:
    """Take the link between two authors back; everything is as it was before. With `apart`, remember they are two.

    Only the two authors' own link is taken back: where they are one customer by way of others, `between` names those
    links, and which of them is wrong is for a person to say.
    """
    holds = last(db, one, other)
    if apart and holds and holds.act == APART:
        return Outcome(done=False, why="they are known to be two already", between=(holds,))
    linked = bool(holds and holds.act == LINK)
    if not linked and not apart:
        way = between(db, one, other)
        return Outcome(
            done=False, why="they are linked by way of others" if way else "they are not linked", between=way
        )
    if apart:
        way = _detour(db, one, other)
        if way:
            return Outcome(done=False, why="they are linked by way of others as well", between=way)
    _write(db, APART if apart else UNLINK, one, other, by=by, reason=reason, now=now)
    return DONE


def apart(db: Session, one: int, other: int, *, by: str, reason: str, now: datetime) -> Outcome:
    """Remember that two authors are two humans; see `unlink`."""
    return unlink(db, one, other, by=by, reason=reason, now=now, apart=True)


def dissolve(db: Session, author_id: int, *, by: str, reason: str, now: datetime) -> int:
    """Take back every link of one author; returns how many there were."""
    touching = [step for step in links.holding(db, {author_id}) if author_id in step]
    for step in touching:
        _write(db, UNLINK, *step, by=by, reason=reason, now=now)
    return len(touching)


def _write(
    db: Session,
    act: str,
    one: int,
    other: int,
    *,
    by: str,
    reason: str,
    now: datetime,
    evidence: Mapping[str, Any] | None = None,
) -> None:
    first, second = pair(one, other)
    db.add(Link(at=now, act=act, one=first, other=second, by=by, reason=reason, evidence=dict(evidence or {})))
    db.flush()


def _detour(db: Session, one: int, other: int) -> tuple[Link, ...]:
    """List the links by which two are one customer besides their own."""
    others = links.holding(db, {one}) - {pair(one, other)}
    found = (last(db, *step) for step in links.way(links.neighbours(others), one, other))
    return tuple(row for row in found if row)


def _against(db: Session, one: int, other: int) -> Link | None:
    """Find what a link of these two would go against; what was said of the two alone is revised by it."""
    found = members(db, {one, other})
    return _apart(db, found[one], found[other], besides=pair(one, other))


def _apart(db: Session, left: Collection[int], right: Collection[int], *, besides: Pair | None = None) -> Link | None:
    across = (col(Link.one).in_(left) & col(Link.other).in_(right)) | (
        col(Link.one).in_(right) & col(Link.other).in_(left)
    )
    holds: dict[Pair, Link] = {}
    for row in db.exec(select(Link).where(across).order_by(col(Link.id))):
        holds[row.one, row.other] = row
    return next((row for step, row in holds.items() if row.act == APART and step != besides), None)


def _forgotten(db: Session, author_ids: Collection[int]) -> bool:
    there = select(col(Author.id)).where(col(Author.id).in_(author_ids), col(Author.forgotten_at).is_(None))
    return len(list(db.exec(there))) < len(author_ids)
