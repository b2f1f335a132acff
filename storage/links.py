"""Links: the ledger of which authors are one customer. Moves no row of anybody's, so taking a link back loses nothing.

A row is written once and never changed: what holds for two authors is the last row about them, and a customer is
everybody who can be reached over the links that hold. A row carries ids and our own reasons, never what somebody said.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, or_
from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import document, key, rows_of

BOT = "bot"
PERSON = "person:"
LINK, UNLINK, APART = "link", "unlink", "apart"
"""link: the same human · unlink: not known to be · apart: known not to be, until a person says otherwise."""


class Link(SQLModel, table=True):
    """One word about two authors; `one` is the smaller id. `evidence`: kind of value and ids of posts only."""

    __tablename__ = "customer_links"
    __table_args__ = (Index("customer_links_pair", "one", "other", "id"),)

    id: int = key()
    at: datetime
    act: str
    one: int = Field(foreign_key="authors.id")
    other: int = Field(foreign_key="authors.id", index=True)
    by: str  # bot, erasure or person:<id>
    reason: str = ""
    evidence: dict[str, Any] = document()


Pair = tuple[int, int]
_LINKS = rows_of(Link)


def pair(one: int, other: int) -> Pair:
    """Name two authors in the one order in which the ledger knows them."""
    return min(one, other), max(one, other)


def last(db: Session, one: int, other: int) -> Link | None:
    """Read what holds for two authors."""
    first, second = pair(one, other)
    query = select(Link).where(Link.one == first, Link.other == second)
    return db.exec(query.order_by(col(Link.id).desc()).limit(1)).first()


def members(db: Session, author_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Say for each of these authors who is the same customer, themselves included."""
    linked = neighbours(holding(db, author_ids))
    return {author_id: frozenset(_reach(linked, author_id)) for author_id in author_ids}


def ever(db: Session, author_id: int) -> frozenset[int]:
    """Say who was ever linked with an author, over whatever links held at any time; the author included."""
    return frozenset(_reach(neighbours(holding(db, {author_id}, ever=True)), author_id))


def between(db: Session, one: int, other: int) -> tuple[Link, ...]:
    """List the links by which two authors are one customer: the shortest way, in its order. Empty: they are not."""
    found = (last(db, *step) for step in way(neighbours(holding(db, {one})), one, other))
    return tuple(link for link in found if link)


def of_authors(db: Session, author_ids: Collection[int]) -> list[Link]:
    """List everything the ledger says about these authors, in the order it was written."""
    return list(db.exec(select(Link).where(_touches(author_ids)).order_by(col(Link.id))))


def after(db: Session, link_id: int, *, limit: int) -> list[Link]:
    """List what was written after a row, in order."""
    return list(db.exec(select(Link).where(col(Link.id) > link_id).order_by(col(Link.id)).limit(limit)))


def latest(db: Session) -> int:
    """Say which row was written last; 0: none was."""
    return db.exec(select(col(Link.id)).order_by(col(Link.id).desc()).limit(1)).first() or 0


def decided(db: Session, one: int, other: int) -> Link | None:
    """Find the last row in which a person decided about these two: the bot leaves such a pair alone."""
    first, second = pair(one, other)
    query = select(Link).where(Link.one == first, Link.other == second, col(Link.by).startswith(PERSON))
    return db.exec(query.order_by(col(Link.id).desc()).limit(1)).first()


def _touches(author_ids: Collection[int]) -> Any:
    return or_(_LINKS.c.one.in_(author_ids), _LINKS.c.other.in_(author_ids))


def holding(db: Session, author_ids: Collection[int], *, ever: bool = False) -> set[Pair]:
    """Find the links that hold, or held at any time, among everybody who can be reached from these authors."""
    seen: set[int] = set()
    frontier = set(author_ids)
    held: set[Pair] = set()
    while frontier:
        rows = db.execute(
            select(_LINKS.c.one, _LINKS.c.other, _LINKS.c.act).where(_touches(frontier)).order_by(_LINKS.c.id)
        )
        acts: dict[Pair, str] = {}
        for one, other, act in rows:
            if not ever or act == LINK:
                acts[one, other] = act
        found = {step for step, act in acts.items() if act == LINK}
        held |= found
        seen |= frontier
        frontier = {author_id for step in found for author_id in step} - seen
    return held


def neighbours(pairs: Iterable[Pair]) -> Mapping[int, set[int]]:
    """Say who is linked with whom, by pairs."""
    linked: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        linked[one].add(other)
        linked[other].add(one)
    return linked


def _reach(linked: Mapping[int, set[int]], start: int) -> set[int]:
    return set(_ways(linked, start))


def _ways(linked: Mapping[int, set[int]], start: int) -> dict[int, int]:
    """Walk from `start`, nearest first; returns from where each author was reached."""
    came: dict[int, int] = {start: start}
    waiting = [start]
    for here in waiting:
        for there in sorted(linked.get(here, ())):
            if there not in came:
                came[there] = here
                waiting.append(there)
    return came


def way(linked: Mapping[int, set[int]], one: int, other: int) -> list[Pair]:
    """Find the shortest way from one author to another, as pairs; empty: there is none."""
    came = _ways(linked, one)
    steps: list[Pair] = []
    here = other
    while here in came and here != one:
        steps.append(pair(came[here], here))
        here = came[here]
    return steps[::-1]
