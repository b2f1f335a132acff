"""Deliveries: what is to be sent, promised with the case that wants it, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnExpressionArgument, Index, String, bindparam, cast, func, text, true
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col, select, update

from domain.sending import CUSTOMER_FACING, DeliveryKind
from domain.values import Priority
from storage.columns import document, key, rows_of

READY, SENDING, SENT, UNKNOWN = "ready", "sending", "sent", "unknown"
FAILED, HELD, DROPPED = "failed", "held", "dropped"
"""failed: the platform refused · held: a person decides · dropped: the gate refused, or it was not wanted any more."""

UNSETTLED = (READY, SENDING, UNKNOWN)
MAIL_SUFFIX = ":mail"  # of the key of an alert's second way
DRIFT = "drift:"  # how the keys of words about drift begin
ASK = ":ask:"  # between a held delivery's key and fence: the key of the question about it


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Delivery(SQLModel, table=True):
    """One message to be sent, promised in the same transaction as the case that wants it."""

    __tablename__ = "deliveries"
    __table_args__ = (
        _partial("deliveries_ready", "via", "priority", "id", where="state = 'ready'"),
        _partial("deliveries_unsettled", "order_key", "id", where="state IN ('ready', 'sending', 'unknown')"),
        _partial("deliveries_sending", "via", "lease_until", where="state = 'sending'"),
        _partial("deliveries_unknown", "via", "not_before", where="state = 'unknown'"),
        Index("deliveries_author", "author_id", "sent_at"),
        Index("deliveries_account", "account", "sent_at"),
        Index("deliveries_held", "priority", "id", sqlite_where=text("state = 'held'")),
        _partial("deliveries_failed", "id", where="state = 'failed'"),
    )

    id: int = key()
    key: str = Field(unique=True)  # for ever: "case-41:acknowledge"
    kind: str
    via: str  # who carries it: a channel, "slack" or "mail"
    account: str
    case_id: int | None = Field(default=None, foreign_key="cases.id", index=True)
    post_id: int | None = Field(default=None, foreign_key="posts.id")  # the post it answers
    author_id: int | None = Field(default=None, foreign_key="authors.id")  # the customer it speaks to
    order_key: str  # within one, deliveries go strictly one after the other
    target: str
    body: str  # frozen when planned
    extra: dict[str, Any] = document()
    automatic: bool = True  # False: a named person wrote it
    by: str = "bot"
    priority: int = int(Priority.NORMAL)
    state: str = READY
    why: str = ""  # of the state
    planned_at: datetime
    not_before: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    fence: int = 0
    attempts: int = 0  # calls that may have been carried out
    failures: int = 0  # in a row, after which it is certain that nothing was sent
    tried_at: datetime | None = None  # of the first attempt that may have been carried out: where reading back begins
    lease_until: datetime | None = None
    missing: int = 0  # complete listings in a row that did not show it
    native_id: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A delivery that is wanted; each field means what it means in the row."""

    key: str
    kind: DeliveryKind
    via: str
    account: str
    order_key: str
    target: str
    body: str
    case_id: int | None = None
    post_id: int | None = None
    author_id: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    automatic: bool = True
    by: str = "bot"
    priority: Priority = Priority.NORMAL
    state: str = READY
    why: str = ""
    not_before: datetime | None = None

    def row(self, now: datetime) -> dict[str, Any]:
        """Make the row of a delivery promised now."""
        values: dict[str, Any] = {name.name: getattr(self, name.name) for name in fields(self)}
        values |= {"kind": self.kind.value, "priority": int(self.priority), "extra": dict(self.extra)}
        values |= {"planned_at": now, "not_before": self.not_before or now}
        return values | {"fence": 0, "attempts": 0, "failures": 0, "missing": 0}


_DELIVERIES = rows_of(Delivery)
_PLAN = insert(_DELIVERIES).on_conflict_do_nothing(index_elements=["key"])


_other = aliased(Delivery)
_BLOCKED = (
    select(true())
    .where(
        col(_other.order_key) == col(Delivery.order_key),
        col(_other.id) < col(Delivery.id),
        # literally: with parameters SQLite does not see that the partial index has them all
        col(_other.state).in_(bindparam("unsettled", UNSETTLED, expanding=True, literal_execute=True)),
    )
    .exists()
)
_MAILED = select(true()).where(col(_other.key) == col(Delivery.key) + MAIL_SUFFIX).exists()


def plan(
    db: Session,
    *,
    key: str,
    kind: DeliveryKind,
    via: str,
    account: str,
    order_key: str,
    target: str,
    body: str,
    now: datetime,
    case_id: int | None = None,
    post_id: int | None = None,
    author_id: int | None = None,
    extra: dict[str, Any] | None = None,
    automatic: bool = True,
    by: str = "bot",
    priority: Priority = Priority.NORMAL,
    state: str = READY,
    why: str = "",
    not_before: datetime | None = None,
) -> bool:
    """Promise a delivery. False when this key was promised before: planning twice is safe.

    The caller owns the transaction: a delivery is committed with its case or not at all.
    """
    promise = Promise(
        key=key,
        kind=kind,
        via=via,
        account=account,
        order_key=order_key,
        target=target,
        body=body,
        case_id=case_id,
        post_id=post_id,
        author_id=author_id,
        extra=extra or {},
        automatic=automatic,
        by=by,
        priority=priority,
        state=state,
        why=why,
        not_before=not_before,
    )
    return db.connection().execute(_PLAN.returning(_DELIVERIES.c.id), promise.row(now)).first() is not None


def plan_all(db: Session, promises: Sequence["Promise"], *, now: datetime) -> None:
    """Promise many deliveries at once, in their order; keys promised before are passed over."""
    if promises:
        db.connection().execute(_PLAN, [promise.row(now) for promise in promises])


def due(db: Session, *, via: str, now: datetime, passed: Sequence[int] = ()) -> Delivery | None:
    """Find the most urgent delivery that may go now: nothing earlier in its order is unsettled.

    `passed` are ids the caller has just looked at and left. The row is locked for the caller's transaction.
    """
    query = (
        select(Delivery)
        .where(Delivery.via == via, Delivery.state == READY, col(Delivery.not_before) <= now, ~_BLOCKED)
        .order_by(col(Delivery.priority), col(Delivery.id))
        .limit(1)
    )
    if passed:
        query = query.where(col(Delivery.id).not_in(passed))
    return db.exec(query.with_for_update(skip_locked=True)).first()


_MINE = select(true()).where(col(Delivery.via) == bindparam("via"))
_NOW: BindParameter[datetime] = bindparam("now")
_LEASE_END: BindParameter[datetime] = bindparam("lease_end")
_TO_DO = select(
    _MINE.where(col(Delivery.state) == READY, col(Delivery.not_before) <= _NOW, ~_BLOCKED).exists()
    | _MINE.where(col(Delivery.state) == UNKNOWN, col(Delivery.not_before) <= _NOW).exists()
    | _MINE.where(
        col(Delivery.state) == SENDING, (col(Delivery.lease_until) < _NOW) | (col(Delivery.lease_until) > _LEASE_END)
    ).exists()
)


def anything_to_do(db: Session, *, via: str, lease: timedelta, now: datetime) -> bool:
    """Say whether `due`, `doubtful` or `expire_leases` would find anything. Cheap, and no write: asked every second."""
    return bool(db.connection().execute(_TO_DO, {"via": via, "now": now, "lease_end": now + lease}).scalar())


def wait_in_line(db: Session, delivery: Delivery, *, until: datetime, why: str) -> int:
    """Let a delivery wait, and with it every one of its kind to the same place that would go sooner.

    A line of a thousand alerts to one room moves in one statement, not one by one at each turn. Returns how many.
    """
    statement = (
        update(Delivery)
        .where(
            col(Delivery.via) == delivery.via,
            col(Delivery.account) == delivery.account,
            col(Delivery.kind) == delivery.kind,
            col(Delivery.target) == delivery.target,
            col(Delivery.state) == READY,
            col(Delivery.not_before) < until,
        )
        .values(not_before=until, why=why)
    )
    waiting = db.connection().execute(statement).rowcount
    db.expire(delivery)
    return waiting


def start(delivery: Delivery, *, now: datetime, lease: timedelta) -> int:
    """Claim a delivery for sending; returns the fence that the result must carry. Commit before any byte leaves."""
    delivery.state = SENDING
    delivery.fence += 1
    delivery.attempts += 1
    delivery.tried_at = delivery.tried_at or now
    delivery.lease_until = now + lease
    return delivery.fence


def settle(db: Session, delivery_id: int, *, fence: int, **values: Any) -> bool:
    """Write a result, only for the holder of `fence`. False: somebody else has taken over; then log and leave."""
    statement = (
        update(Delivery)
        .where(
            col(Delivery.id) == delivery_id,
            col(Delivery.fence) == fence,
            col(Delivery.state).in_((SENDING, UNKNOWN)),
        )
        .values(lease_until=None, **values)
    )
    return db.connection().execute(statement).rowcount == 1


def expire_leases(db: Session, *, via: str, lease: timedelta, now: datetime) -> list[tuple[str, int | None]]:
    """Turn deliveries whose sender was lost into `unknown`: they may have been sent. Never into `ready`.

    A lease that ends later than a whole `lease` from now counts too: it would hold up its customer for as long as the
    clock jumped back. Returns their keys and case ids.
    """
    statement = (
        update(Delivery)
        .where(
            col(Delivery.via) == via,
            col(Delivery.state) == SENDING,
            (col(Delivery.lease_until) < now) | (col(Delivery.lease_until) > now + lease),
        )
        .values(state=UNKNOWN, why="the sender stopped before it could say", not_before=now)
    )
    return [(row[0], row[1]) for row in db.execute(statement.returning(col(Delivery.key), col(Delivery.case_id)))]


def doubtful(db: Session, *, via: str, now: datetime) -> Delivery | None:
    """Find the `unknown` delivery that has waited longest to be looked for at its platform."""
    query = (
        select(Delivery)
        .where(Delivery.via == via, Delivery.state == UNKNOWN, col(Delivery.not_before) <= now)
        .order_by(col(Delivery.not_before), col(Delivery.id))
        .limit(1)
    )
    return db.exec(query.with_for_update(skip_locked=True)).first()


def unheard(db: Session, *, via: str, promised_by: datetime, limit: int = 20) -> list[Delivery]:
    """List urgent alerts promised by then that their room has not taken and that have not gone by mail as well."""
    found: list[Delivery] = []
    for state in UNSETTLED:  # one by one: each has its partial index
        query = select(Delivery).where(
            Delivery.via == via,
            Delivery.state == state,
            Delivery.priority == int(Priority.URGENT),
            Delivery.kind == DeliveryKind.ALERT.value,
            col(Delivery.planned_at) <= promised_by,
            ~_MAILED,
        )
        found += db.exec(query.order_by(col(Delivery.id)).limit(limit))
    return found


def receipts_like(db: Session, delivery: Delivery) -> list[str]:
    """List native ids of other deliveries with the same words to the same customer and place: not this one's."""
    query = select(col(Delivery.native_id)).where(
        Delivery.via == delivery.via,
        col(Delivery.author_id) == delivery.author_id,
        Delivery.target == delivery.target,
        Delivery.body == delivery.body,
        col(Delivery.id) != delivery.id,
        col(Delivery.native_id).is_not(None),
    )
    return [native_id for native_id in db.exec(query) if native_id]


def by_key(db: Session, key: str) -> Delivery | None:
    """Look up a delivery by its key."""
    return db.exec(select(Delivery).where(Delivery.key == key)).first()


def first_of(db: Session, keys: Sequence[str]) -> Delivery | None:
    """Look up the first of these keys that was ever promised."""
    found = {delivery.key: delivery for delivery in db.exec(select(Delivery).where(col(Delivery.key).in_(keys)))}
    return next((found[key] for key in keys if key in found), None)


def of_case(db: Session, case_id: int) -> list[Delivery]:
    """List a case's deliveries in the order they were promised."""
    return list(db.exec(select(Delivery).where(Delivery.case_id == case_id).order_by(col(Delivery.id))))


def ready_automatic(db: Session, case_id: int) -> list[Delivery]:
    """List the bot's words to a case's customer that have not begun to go."""
    query = select(Delivery).where(
        Delivery.case_id == case_id,
        Delivery.state == READY,
        col(Delivery.automatic),
        col(Delivery.kind).in_(CUSTOMER_FACING),
    )
    return list(db.exec(query.order_by(col(Delivery.id)).with_for_update()))


def automatic_to(db: Session, author_id: int, *, since: datetime, besides: str = "") -> int:
    """Count the automatic words to this author promised or sent since then, or perhaps just going.

    A private reply is left out: a platform takes one a post, and it goes with the public answer that is counted.
    `besides` is the key of the one that asks.
    """
    query = select(func.count()).select_from(Delivery)
    return db.exec(query.where(Delivery.author_id == author_id, Delivery.key != besides, *_said_since(since))).one()


def automatic_to_each(db: Session, author_ids: Collection[int], *, since: datetime) -> dict[int, int]:
    """Count the same for many authors; who was told nothing is missing."""
    query = select(Delivery.author_id, func.count()).where(col(Delivery.author_id).in_(author_ids), *_said_since(since))
    return {row[0]: row[1] for row in db.exec(query.group_by(col(Delivery.author_id))) if row[0] is not None}


def _said_since(since: datetime) -> tuple[ColumnExpressionArgument[bool], ...]:
    later = (
        (col(Delivery.planned_at) >= since)
        | (col(Delivery.sent_at) >= since)
        | col(Delivery.state).in_((SENDING, UNKNOWN))
    )
    counted = col(Delivery.kind) != DeliveryKind.PRIVATE_REPLY.value
    return col(Delivery.automatic), counted, col(Delivery.state).in_((*UNSETTLED, SENT, HELD)), later


def recent_bodies(db: Session, *, kind: DeliveryKind, limit: int) -> list[str]:
    """List the latest bodies of this kind, newest first, so that the next can be different."""
    query = select(Delivery.body).where(Delivery.kind == kind.value).order_by(col(Delivery.id).desc()).limit(limit)
    return list(db.exec(query))


def tally(db: Session) -> dict[tuple[str, str], int]:
    """Count deliveries by kind and state."""
    rows = db.execute(
        select(col(Delivery.kind), col(Delivery.state), func.count()).group_by(col(Delivery.kind), col(Delivery.state))
    ).all()
    return {(kind, state): count for kind, state, count in rows}


def refused_since(db: Session, since: datetime) -> int:
    """Count the deliveries promised since then that their platform will never take."""
    query = select(func.count()).select_from(Delivery)
    return db.exec(query.where(Delivery.state == FAILED, col(Delivery.planned_at) >= since)).one()


def told_since(db: Session, prefix: str, since: datetime) -> list[Delivery]:
    """List what was planned since then under keys that begin so, oldest first."""
    query = select(Delivery).where(
        col(Delivery.key) >= prefix,
        col(Delivery.key) < prefix[:-1] + chr(ord(prefix[-1]) + 1),  # a range of the index on keys
        Delivery.planned_at >= since,
    )
    return list(db.exec(query.order_by(col(Delivery.id))))


def held(db: Session) -> list[Delivery]:
    """List what waits for a person's decision, oldest first."""
    return list(db.exec(select(Delivery).where(Delivery.state == HELD).order_by(col(Delivery.id))))


def unasked(db: Session, *, limit: int) -> list[Delivery]:
    """List what waits for a person's decision and nobody has been asked about, the most urgent first."""
    question = aliased(Delivery)
    asked = select(true()).where(col(question.key) == col(Delivery.key) + ASK + cast(col(Delivery.fence), String))
    query = select(Delivery).where(Delivery.state == HELD, ~asked.exists())
    return list(db.exec(query.order_by(col(Delivery.priority), col(Delivery.id)).limit(limit)))
