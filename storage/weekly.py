"""Weekly: reads for the report what was published, and what happened in cases, within a time. Changes nothing."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, literal_column, or_, select, type_coerce
from sqlalchemy.types import NullType
from sqlmodel import Session

from domain.history import EventKind
from domain.values import PostKind, Sentiment
from storage import links
from storage.cases import LIVE, Case, CasePost
from storage.columns import rows_of
from storage.corrections import Correction
from storage.deliveries import Delivery
from storage.events import Event
from storage.incidents import Incident
from storage.links import Link
from storage.posts import Post, Unreadable
from storage.sources import Source
from storage.spending import Spent
from storage.verdicts import Verdict

_POSTS, _VERDICTS, _EVENTS, _CASES = rows_of(Post), rows_of(Verdict), rows_of(Event), rows_of(Case)
_LINKS, _DELIVERIES, _SOURCES = rows_of(CasePost), rows_of(Delivery), rows_of(Source)
_INCIDENTS, _SPENT, _UNREADABLE = rows_of(Incident), rows_of(Spent), rows_of(Unreadable)
_LINKED, _CORRECTIONS = rows_of(Link), rows_of(Correction)
AT_ONCE = 10_000  # rows fetched at a time
IN_ONE = 4_000  # ids in one statement; SQLite takes 32,766 values
_HEALTH = "team:health:"  # how the order of words about a source begins; its id follows


class Published(NamedTuple):
    """One post of the week, without its words. `lang` and all after it are None where nobody has judged it."""

    id: int
    channel: str
    source_id: int
    author_id: int
    created_at: datetime
    heard_at: datetime
    lang: str | None
    sentiment: str | None
    abuse: str | None
    model: str | None
    sure: float | None  # the probability of the sentiment the model chose


def _within(start: datetime, end: datetime, sources: Sequence[int]) -> Any:
    """Narrow to what others published between two moments; by source, because that has the index."""
    return and_(_POSTS.c.source_id.in_(sources), _POSTS.c.created_at >= start, _POSTS.c.created_at < end, ~_POSTS.c.own)


def source_ids(db: Session) -> list[int]:
    """List every source there ever was."""
    return list(db.connection().execute(select(_SOURCES.c.id).order_by(_SOURCES.c.id)).scalars())


def published(db: Session, start: datetime, end: datetime) -> Iterator[Published]:
    """Give what others published from `start` until before `end`, in no order; of an edited post the newest version.

    A deleted post is among them: counts stay, words go.
    """
    older = replaced(db, start, end)
    felt = _VERDICTS.c.scores["sentiment"]
    columns = (
        *(_POSTS.c[name] for name in ("id", "channel", "source_id", "author_id")),
        raw(_POSTS.c.created_at),
        raw(_POSTS.c.heard_at),
        *(_VERDICTS.c[name] for name in ("lang", "sentiment", "abuse", "model")),
        *(felt[each.value].as_float() for each in Sentiment),
    )
    query = (
        select(*columns)
        .outerjoin(_VERDICTS, _VERDICTS.c.post_id == _POSTS.c.id)
        .where(_within(start, end, source_ids(db)))
    )
    for rows in db.connection().execute(query).partitions(AT_ONCE):
        for row in rows:
            if row[0] not in older:
                sure = None if row[10] is None else max(row[10:])
                yield Published(*row[:4], moment(row[4]), moment(row[5]), *row[6:10], sure)  # type: ignore[call-arg]


def raw(column: Any) -> Any:
    """Read a column as the database keeps it: what SQLAlchemy does for each value costs more than all the rest."""
    return type_coerce(column, NullType())


def moment(value: Any) -> datetime:
    """Read a moment that came raw: text from SQLite, without the zone that all of ours are in."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value.astimezone(UTC)


def replaced(db: Session, start: datetime, end: datetime) -> frozenset[int]:
    """List posts published within a time of which a newer version was heard: the newer one counts."""
    newer = _POSTS.alias("newer")
    query = (
        select(_POSTS.c.id)
        .join(
            newer,
            and_(
                newer.c.channel == _POSTS.c.channel,
                newer.c.logical_id == _POSTS.c.logical_id,
                newer.c.version > _POSTS.c.version,
            ),
        )
        .where(newer.c.version > literal_column("1"), _POSTS.c.created_at >= start, _POSTS.c.created_at < end)
    )
    return frozenset(db.connection().execute(query).scalars())


@dataclass(frozen=True, slots=True)
class Tally:
    """How many posts of one channel, language and sentiment there were; None: not judged."""

    channel: str
    lang: str | None
    sentiment: str | None
    posts: int = 0


def tally(db: Session, start: datetime, end: datetime, *, older: frozenset[int]) -> list[Tally]:
    """Count what `published` would give, by channel, language and sentiment; `older` are the posts replaced."""
    by = (_POSTS.c.channel, _VERDICTS.c.lang, _VERDICTS.c.sentiment)
    within = _within(start, end, source_ids(db))
    query = select(*by, func.count()).outerjoin(_VERDICTS, _VERDICTS.c.post_id == _POSTS.c.id).group_by(*by)
    found = [Tally(*row) for row in db.connection().execute(query.where(within))]
    counts = {(row.channel, row.lang, row.sentiment): row.posts for row in found}
    for part in _parts(sorted(older)):
        for row in db.connection().execute(query.where(within, _POSTS.c.id.in_(part))):
            counts[row[0], row[1], row[2]] -= row[3]
    return [Tally(*by_what, posts=count) for by_what, count in sorted(counts.items(), key=str) if count]


def writers(db: Session, start: datetime, end: datetime) -> set[int]:
    """List the authors who published anything within a time."""
    query = select(_POSTS.c.author_id).where(_within(start, end, source_ids(db))).distinct()
    return set(db.connection().execute(query).scalars())


def people(db: Session, author_ids: Collection[int]) -> int:
    """Count the humans behind these authors: those linked as one customer count once."""
    ledger = db.connection().execute(select(_LINKED.c.one, _LINKED.c.other)).all()
    spoken_of = {author for pair in ledger for author in pair}.intersection(author_ids)
    linked = links.members(db, spoken_of)
    return len(set(author_ids) - spoken_of) + len({min(kin) for kin in linked.values()})


def first_published(db: Session) -> datetime | None:
    """Say when the first post of others was published."""
    query = select(func.min(_POSTS.c.created_at)).where(_POSTS.c.source_id == bindparam("source"), ~_POSTS.c.own)
    firsts = [db.connection().execute(query, {"source": source}).scalar() for source in source_ids(db)]
    return min((first for first in firsts if first), default=None)


def listening_since(db: Session) -> datetime | None:
    """Say since when anything is listened to; None: nothing is."""
    return db.connection().execute(select(func.min(_SOURCES.c.since))).scalar()


def put_right(db: Session, start: datetime, end: datetime) -> frozenset[int]:
    """List the posts published within a time of which a person corrected the verdict, whenever that was."""
    query = (
        select(_CORRECTIONS.c.post_id)
        .join(_POSTS, _POSTS.c.id == _CORRECTIONS.c.post_id)
        .where(_POSTS.c.created_at >= start, _POSTS.c.created_at < end)
    )
    return frozenset(db.connection().execute(query).scalars())


def moved_cases(db: Session, start: datetime, end: datetime) -> set[int]:
    """List the cases in which anything happened within a time, and those live at its end."""
    happened = select(_EVENTS.c.case_id).where(_EVENTS.c.at >= start, _EVENTS.c.at < end).distinct()
    live = select(_CASES.c.id).where(_CASES.c.opened_at < end, or_(_CASES.c.state.in_(LIVE), _CASES.c.closed_at >= end))
    return {*db.connection().execute(happened).scalars(), *db.connection().execute(live).scalars()}


class Logged(NamedTuple):
    """One event of the log."""

    id: int
    case_id: int
    at: datetime
    actor: str
    kind: str
    raw: Any  # as the database keeps it; see `data`

    @property
    def data(self) -> Mapping[str, Any]:
        """Read what it says. Most events are never asked, and many say the same."""
        return _document(self.raw) if isinstance(self.raw, str) else dict(self.raw)


@lru_cache(maxsize=1 << 16)
def _document(raw: str) -> Mapping[str, Any]:
    return MappingProxyType(json.loads(raw))


_UNASKED = tuple(
    kind.value
    for kind in (
        EventKind.EDITED,
        EventKind.GONE,
        EventKind.OPTED_OUT,
        EventKind.PLACE_TOLD,
        EventKind.SILENT,
        EventKind.WARNED,
        EventKind.WITHHELD,
    )
)
"""Kinds that no figure asks for."""


def log_of(db: Session, case_ids: Collection[int], *, end: datetime) -> Iterator[Logged]:
    """Give the events of these cases before `end` that figures ask for, case by case in the order they were written."""
    columns = (
        _EVENTS.c.id,
        _EVENTS.c.case_id,
        raw(_EVENTS.c.at),
        _EVENTS.c.actor,
        _EVENTS.c.kind,
        raw(_EVENTS.c.data),
    )
    for part in _parts(sorted(case_ids)):
        query = select(*columns).where(_EVENTS.c.case_id.in_(part), _EVENTS.c.at < end, _EVENTS.c.kind.not_in(_UNASKED))
        for row_id, case_id, at, actor, kind, data in (
            db.connection().execute(query.order_by(_EVENTS.c.case_id, _EVENTS.c.id)).all()
        ):
            yield Logged(row_id, case_id, moment(at), actor, kind, data)


@dataclass(frozen=True, slots=True)
class Matter:
    """What of a case never changes."""

    id: int
    channel: str
    account: str
    author_id: int
    lang: str
    incident_id: int | None


def matters(db: Session, case_ids: Collection[int]) -> dict[int, Matter]:
    """Look up cases by id."""
    columns = [_CASES.c[name] for name in ("id", "channel", "account", "author_id", "lang", "incident_id")]
    return {row[0]: Matter(*row) for row in _in_parts(db, select(*columns), _CASES.c.id, case_ids)}


class Placed(NamedTuple):
    """A post of a case: when and where it was published, and how it was judged."""

    id: int
    case_id: int
    at: datetime
    channel: str
    private: bool
    abuse: str | None


def placed(db: Session, case_ids: Collection[int]) -> Iterator[Placed]:
    """Give the posts in these cases, in no order."""
    query = (
        select(
            _POSTS.c.id,
            _LINKS.c.case_id,
            raw(_POSTS.c.created_at),
            _POSTS.c.channel,
            _POSTS.c.kind == PostKind.DIRECT.value,
            _VERDICTS.c.abuse,
        )
        .join(_LINKS, _LINKS.c.post_id == _POSTS.c.id)
        .outerjoin(_VERDICTS, _VERDICTS.c.post_id == _POSTS.c.id)
    )
    for row in _in_parts(db, query, _LINKS.c.case_id, case_ids):
        yield Placed(row[0], row[1], moment(row[2]), *row[3:])


@dataclass(frozen=True, slots=True)
class Sent:
    """What a delivery of a case is."""

    kind: str
    automatic: bool


def kinds_of(db: Session, case_ids: Collection[int]) -> dict[str, Sent]:
    """Look up by key what kind each delivery of these cases is, and whether the bot decided it."""
    query = select(_DELIVERIES.c.key, _DELIVERIES.c.kind, _DELIVERIES.c.automatic)
    return {row[0]: Sent(row[1], row[2]) for row in _in_parts(db, query, _DELIVERIES.c.case_id, case_ids)}


@dataclass(frozen=True, slots=True)
class Storm:
    """An incident that went on within a time."""

    id: int
    channel: str
    account: str
    opened_at: datetime
    closed_at: datetime | None


def storms(db: Session, start: datetime, end: datetime) -> list[Storm]:
    """List incidents that began or went on within a time, oldest first."""
    columns = [_INCIDENTS.c[name] for name in ("id", "channel", "account", "opened_at", "closed_at")]
    query = select(*columns).where(
        _INCIDENTS.c.opened_at < end, or_(_INCIDENTS.c.closed_at.is_(None), _INCIDENTS.c.closed_at >= start)
    )
    return [Storm(*row) for row in db.connection().execute(query.order_by(_INCIDENTS.c.id))]


def troubles(db: Session, start: datetime, end: datetime) -> dict[int, int]:
    """Count by source how often the team was told within a time that it fails, has stopped or is silent."""
    ours = _DELIVERIES.c.order_key
    query = select(ours, func.count()).where(
        _DELIVERIES.c.key >= "health:",
        _DELIVERIES.c.key < "health;",  # the next character: a range of the index on keys
        ~_DELIVERIES.c.key.startswith("health:recovered:"),
        _DELIVERIES.c.planned_at >= start,
        _DELIVERIES.c.planned_at < end,
        ours.startswith(_HEALTH),
    )
    found = db.connection().execute(query.group_by(ours))
    return {int(name): count for key, count in found if (name := key.removeprefix(_HEALTH)).isdecimal()}


def spent(db: Session, start: datetime, end: datetime) -> dict[str, int]:
    """Sum micro-dollars by channel, over UTC days from the one `start` lies in until before the one of `end`."""
    query = select(_SPENT.c.channel, func.sum(_SPENT.c.micros)).where(
        _SPENT.c.day >= start.date(), _SPENT.c.day < end.date()
    )
    return {row[0]: int(row[1]) for row in db.connection().execute(query.group_by(_SPENT.c.channel))}


@dataclass(frozen=True, slots=True)
class Heard:
    """One source, as it is called."""

    id: int
    channel: str
    account: str
    name: str
    since: datetime


def heard_from(db: Session) -> list[Heard]:
    """List every source there ever was, in a stable order."""
    columns = [_SOURCES.c[name] for name in ("id", "channel", "account", "name", "since")]
    query = select(*columns).order_by(_SOURCES.c.channel, _SOURCES.c.account, _SOURCES.c.name)
    return [Heard(*row) for row in db.connection().execute(query)]


def unread(db: Session, start: datetime, end: datetime) -> dict[int, int]:
    """Count by source what was set aside unreadable within a time."""
    query = select(_UNREADABLE.c.source_id, func.count()).where(_UNREADABLE.c.at >= start, _UNREADABLE.c.at < end)
    return {row[0]: row[1] for row in db.connection().execute(query.group_by(_UNREADABLE.c.source_id))}


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), IN_ONE):
        yield ids[start : start + IN_ONE]


def _in_parts(db: Session, query: Select[Any], column: Any, ids: Collection[int]) -> Iterator[Any]:
    for part in _parts(sorted(ids)):
        yield from db.connection().execute(query.where(column.in_(part))).all()
