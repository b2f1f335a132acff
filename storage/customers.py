"""Customers: one human over channels, as the links that hold say. Reads only; a customer has no row of its own."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, islice

from sqlmodel import Session, col, func, select

from storage import authors, links
from storage.authors import Author
from storage.cases import LIVE, Case, Fact

SHORTEST_HANDLE = 5  # letters and digits; shorter ones meet by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Everybody who is one human. The number is the smallest author id: it lasts while that author is linked."""

    number: int
    authors: tuple[Author, ...]

    @property
    def ids(self) -> frozenset[int]:
        """The row ids of the authors."""
        return frozenset(author.id for author in self.authors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A fact the same customer told elsewhere, and where."""

    kind: str
    value: str
    channel: str
    at: datetime
    case_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What the same customer had with us on one channel, told by an author linked with this case's."""

    channel: str
    cases: int
    live: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Another live case of the same customer that somebody has."""

    case_id: int
    channel: str
    by: str


def of(db: Session, author_id: int) -> Customer:
    """Read the customer an author belongs to; everybody belongs to exactly one, of their own by default."""
    ids = links.members(db, {author_id})[author_id]
    known = authors.by_id(db, ids)
    return Customer(number=min(ids), authors=tuple(known[each] for each in sorted(ids)))


def opted_out(db: Session, author_ids: Collection[int]) -> bool:
    """Say whether any of these authors wants no automatic words."""
    refused = col(Author.opted_out_at).is_not(None) | col(Author.forgotten_at).is_not(None)
    return db.exec(select(col(Author.id)).where(col(Author.id).in_(author_ids), refused).limit(1)).first() is not None


def elsewhere(db: Session, author_id: int, kin: Collection[int]) -> list[Elsewhere]:
    """Say what the others of `kin` had with us, by channel."""
    query = (
        select(Case.channel, Case.state, func.count(), func.max(Case.opened_at))
        .where(col(Case.author_id).in_(set(kin) - {author_id}))
        .group_by(Case.channel, Case.state)
    )
    rows: defaultdict[str, list[tuple[str, int, datetime]]] = defaultdict(list)
    for channel, state, count, last_at in db.exec(query):
        rows[channel].append((state, count, last_at))
    return [
        Elsewhere(
            channel=channel,
            cases=sum(count for _, count, _ in found),
            live=sum(count for state, count, _ in found if state in LIVE),
            last_at=max(last_at for _, _, last_at in found),
        )
        for channel, found in sorted(rows.items())
    ]


def held_beside(db: Session, case_id: int, kin: Collection[int]) -> list[Held]:
    """List the other live cases of `kin` that somebody has."""
    query = select(Case).where(
        col(Case.author_id).in_(kin),
        col(Case.id) != case_id,
        col(Case.state).in_(LIVE),
        col(Case.claimed_by).is_not(None),
    )
    return [
        Held(case_id=case.id, channel=case.channel, by=case.claimed_by or "")
        for case in db.exec(query.order_by(col(Case.id)))
    ]


def facts_elsewhere(db: Session, author_id: int, kin: Collection[int]) -> list[Known]:
    """List what the others of `kin` have told us, oldest first."""
    return facts_of(db, set(kin) - {author_id})


def facts_of(db: Session, author_ids: Collection[int]) -> list[Known]:
    """List what these authors have told us, oldest first."""
    query = (
        select(Fact, Case.channel)
        .join(Case, col(Case.id) == col(Fact.case_id))
        .where(col(Fact.author_id).in_(author_ids))
        .order_by(col(Fact.id))
    )
    return [
        Known(kind=fact.kind, value=fact.value, channel=channel, at=fact.at, case_id=fact.case_id)
        for fact, channel in db.exec(query)
    ]


def cases_of(db: Session, author_ids: Collection[int]) -> list[Case]:
    """List these authors' cases, the latest first."""
    query = select(Case).where(col(Case.author_id).in_(author_ids))
    return list(db.exec(query.order_by(col(Case.opened_at).desc(), col(Case.id).desc())))


def beside(db: Session, case_ids: Collection[int]) -> set[int]:
    """List the cases whose cards speak of these: the live ones of the same customers."""
    query = select(Case.author_id).where(col(Case.id).in_(case_ids))
    found = links.members(db, set(db.exec(query)))
    kin = frozenset().union(*found.values())
    live = select(col(Case.id)).where(col(Case.author_id).in_(kin), col(Case.state).in_(LIVE))
    return set(db.exec(live)) - set(case_ids)


def namesakes(db: Session, *, limit: int) -> list[tuple[Author, Author]]:
    """List pairs of authors with cases on two channels whose handles read the same; alone this says next to nothing."""
    query = select(Author).where(col(Author.id).in_(select(col(Case.author_id))), col(Author.forgotten_at).is_(None))
    alike: defaultdict[str, list[Author]] = defaultdict(list)
    for author in db.exec(query.order_by(col(Author.id))):
        spelled = "".join(character for character in author.handle.casefold() if character.isalnum())
        if len(spelled) >= SHORTEST_HANDLE:
            alike[spelled].append(author)
    pairs = (pair for theirs in alike.values() for pair in combinations(theirs, 2))
    return list(islice((pair for pair in pairs if pair[0].channel != pair[1].channel and _open(db, pair)), limit))


def _open(db: Session, pair: tuple[Author, Author]) -> bool:
    one, other = pair
    return links.last(db, one.id, other.id) is None and other.id not in links.members(db, {one.id})[one.id]
