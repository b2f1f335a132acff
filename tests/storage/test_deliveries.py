"""Deliveries: which goes next, that only the holder of the fence writes its result, and that a key is promised once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from domain.sending import DeliveryKind
from domain.values import Priority
from storage import deliveries
from storage.database import reading, writing
from storage.deliveries import DROPPED, FAILED, HELD, READY, SENDING, SENT, UNKNOWN, Delivery, Promise
from tests.storage.conftest import MINUTE, hear, new_post, open_case, promise

LEASE = timedelta(seconds=60)


def due_key(engine: Engine, at: datetime, via: str = "x", passed: tuple[int, ...] = ()) -> str | None:
    with reading(engine) as db:
        found = deliveries.due(db, via=via, now=at, passed=passed)
        return found.key if found else None


def change(engine: Engine, key: str, **values: Any) -> None:
    with writing(engine) as db:
        row = deliveries.by_key(db, key)
        assert row
        for name, value in values.items():
            setattr(row, name, value)


def get(engine: Engine, key: str) -> Delivery:
    with reading(engine) as db:
        found = deliveries.by_key(db, key)
    assert found
    return found


def test_a_key_is_promised_once_for_ever(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        first = promise(db, "case-1:acknowledge", now, body="We are sorry.")
        second = promise(db, "case-1:acknowledge", now, body="Something else.")
    change(engine, "case-1:acknowledge", state=SENT)

    with writing(engine) as db:
        after_it_was_sent = promise(db, "case-1:acknowledge", now, body="Again.")

    assert (first, second, after_it_was_sent) == (True, False, False)
    assert (get(engine, "case-1:acknowledge").body, get(engine, "case-1:acknowledge").state) == ("We are sorry.", SENT)


def test_many_are_promised_at_once_in_their_order_and_none_twice(engine: Engine, now: datetime) -> None:
    wanted = [
        Promise(key=f"k{n}", kind=DeliveryKind.REPLY, via="x", account="9", order_key=f"a{n}", target="1", body=str(n))
        for n in range(2500)
    ]

    with writing(engine) as db:
        promise(db, "k7", now, body="was there")
        deliveries.plan_all(db, wanted, now=now)
        deliveries.plan_all(db, [], now=now)

    assert get(engine, "k7").body == "was there"
    assert get(engine, "k8").id < get(engine, "k9").id < get(engine, "k2499").id


def test_the_most_urgent_goes_first_and_among_equals_the_oldest(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        promise(db, "old", now, order_key="a")
        promise(db, "new", now, order_key="b")
        promise(db, "urgent", now, order_key="c", priority=Priority.URGENT)

    order = []
    while (key := due_key(engine, now)) is not None:
        order.append(key)
        change(engine, key, state=SENT)

    assert order == ["urgent", "old", "new"]


def test_nothing_goes_before_its_time_or_by_another_carrier(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        promise(db, "later", now, order_key="a", not_before=now + MINUTE)
        promise(db, "other", now, order_key="b", via="slack")

    found = [due_key(engine, now), due_key(engine, now + MINUTE), due_key(engine, now, via="slack")]

    assert found == [None, "later", "other"]


@pytest.mark.parametrize(
    ("state", "blocks"),
    [(READY, True), (SENDING, True), (UNKNOWN, True), (SENT, False), (FAILED, False), (HELD, False), (DROPPED, False)],
)
def test_within_one_order_the_earlier_goes_first_even_if_it_is_less_urgent(
    engine: Engine, now: datetime, state: str, *, blocks: bool
) -> None:
    with writing(engine) as db:
        promise(db, "first", now, priority=Priority.LOW, not_before=now + MINUTE)
        promise(db, "second", now, priority=Priority.URGENT)
        promise(db, "another's", now, order_key="author-2", priority=Priority.LOW)
    change(engine, "first", state=state)

    key = due_key(engine, now)

    assert key == ("another's" if blocks else "second")


def test_what_was_looked_at_and_left_is_passed_over(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        promise(db, "a", now, order_key="a")
        promise(db, "b", now, order_key="b")
    left = get(engine, "a").id

    key = due_key(engine, now, passed=(left,))

    assert key == "b"


def test_a_claim_counts_the_attempt_and_remembers_the_first(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        promise(db, "k", now)

    fences = []
    for minutes in (0, 5):
        with writing(engine) as db:
            row = deliveries.by_key(db, "k")
            assert row
            fences.append(deliveries.start(row, now=now + minutes * MINUTE, lease=LEASE))

    row = get(engine, "k")
    assert fences == [1, 2]
    assert (row.state, row.attempts, row.tried_at) == (SENDING, 2, now)
    assert row.lease_until == now + 5 * MINUTE + LEASE


def settle(engine: Engine, key: str, fence: int, **values: Any) -> bool:
    with writing(engine) as db:
        return deliveries.settle(db, get(engine, key).id, fence=fence, **values)


@pytest.mark.parametrize(
    ("state", "fence", "taken"),
    [
        (SENDING, 3, True),
        (UNKNOWN, 3, True),
        (SENDING, 2, False),
        (SENDING, 4, False),
        (SENT, 3, False),
        (READY, 3, False),
        (HELD, 3, False),
        (DROPPED, 3, False),
    ],
)
def test_only_the_holder_of_the_fence_writes_the_result(
    engine: Engine, now: datetime, state: str, fence: int, *, taken: bool
) -> None:
    with writing(engine) as db:
        promise(db, "k", now)
    change(engine, "k", state=state, fence=3, lease_until=now + LEASE)

    settled = settle(engine, "k", fence, state=SENT, native_id="77", sent_at=now)

    row = get(engine, "k")
    assert settled is taken
    assert (row.state, row.native_id, row.lease_until) == ((SENT, "77", None) if taken else (state, None, now + LEASE))


def test_a_lost_sender_leaves_doubt_never_something_to_send(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        for name, lease_until in (
            ("lost", now - MINUTE),
            ("at work", now + MINUTE / 2),
            ("clock went back", now + 99 * MINUTE),
        ):
            promise(db, name, now, order_key=name)
            row = deliveries.by_key(db, name)
            assert row
            row.state, row.lease_until, row.tried_at = SENDING, lease_until, now - 2 * MINUTE
        promise(db, "other carrier's", now, via="slack", state=SENDING)

    with writing(engine) as db:
        expired = deliveries.expire_leases(db, via="x", lease=LEASE, now=now)

    assert sorted(key for key, _ in expired) == ["clock went back", "lost"]
    assert {key: get(engine, key).state for key in ("lost", "at work", "clock went back", "other carrier's")} == {
        "lost": UNKNOWN,
        "at work": SENDING,
        "clock went back": UNKNOWN,
        "other carrier's": SENDING,
    }
    assert due_key(engine, now) is None


def test_doubts_are_looked_into_in_turn(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        promise(db, "waits", now, order_key="a", state=UNKNOWN, not_before=now + MINUTE)
        promise(db, "second", now, order_key="b", state=UNKNOWN, not_before=now - MINUTE)
        promise(db, "first", now, order_key="c", state=UNKNOWN, not_before=now - 2 * MINUTE)

    order = []
    with writing(engine) as db:
        while (found := deliveries.doubtful(db, via="x", now=now)) is not None:
            order.append(found.key)
            found.state = HELD
            db.flush()

    assert order == ["first", "second"]


Make = Callable[[Session, datetime], object]


@pytest.mark.parametrize(
    ("make", "something"),
    [
        (lambda _db, _now: None, False),
        (lambda db, now: promise(db, "k", now), True),
        (lambda db, now: promise(db, "k", now, not_before=now + MINUTE), False),
        (lambda db, now: promise(db, "k", now, via="slack"), False),
        (lambda db, now: promise(db, "k", now, state=UNKNOWN), True),
        (lambda db, now: promise(db, "k", now, state=UNKNOWN, not_before=now + MINUTE), False),
        (lambda db, now: promise(db, "k", now, state=SENT), False),
        (lambda db, now: promise(db, "k", now, state=HELD), False),
    ],
    ids=["nothing", "ready", "not yet", "another carrier's", "doubtful", "doubtful later", "sent", "held"],
)
def test_whether_there_is_anything_to_do_is_known_without_looking_closer(
    engine: Engine, now: datetime, make: Make, *, something: bool
) -> None:
    with writing(engine) as db:
        make(db, now)

    with reading(engine) as db:
        found = deliveries.anything_to_do(db, via="x", lease=LEASE, now=now)
        closer = deliveries.due(db, via="x", now=now) or deliveries.doubtful(db, via="x", now=now)

    assert found is something
    assert bool(closer) is something


def test_words_to_one_customer_are_counted_by_what_they_may_have_received(engine: Engine, now: datetime) -> None:
    (post,) = hear(engine, now, new_post("1", now))
    long_ago = now - 120 * MINUTE
    with writing(engine) as db:
        case = open_case(db, post, now)
        about = {"author_id": case.author_id, "case_id": case.id}
        for state in (READY, SENDING, UNKNOWN, SENT, HELD, FAILED, DROPPED):
            promise(db, f"new:{state}", now, **about, state=state)
            promise(db, f"old:{state}", long_ago, **about, state=state)
        promise(db, "person", now, **about, automatic=False, by="person:U1")
        promise(db, "nobody's", now)

    with reading(engine) as db:
        since = now - 60 * MINUTE
        counted = deliveries.automatic_to(db, case.author_id, since=since)
        besides = deliveries.automatic_to(db, case.author_id, since=since, besides="new:sent")
        each = deliveries.automatic_to_each(db, [case.author_id, 999], since=since)

    assert counted == 5 + 2, "the new ones that count, and old ones that may be going just now"
    assert besides == counted - 1
    assert each == {case.author_id: counted}


def plan_of(engine: Engine, ask: Callable[[Session], object]) -> str:
    """Ask the database how it finds what `ask` asks for."""
    asked: list[tuple[str, Any]] = []

    def remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", remember)
    with reading(engine) as db:
        ask(db)
    event.remove(engine, "before_cursor_execute", remember)
    with engine.connect() as connection:
        rows = [
            row
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    return "; ".join(row[3] for row in rows)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda db, now: deliveries.due(db, via="x", now=now), "deliveries_ready"),
        (lambda db, now: deliveries.due(db, via="x", now=now), "deliveries_unsettled"),
        (lambda db, now: deliveries.doubtful(db, via="x", now=now), "deliveries_unknown"),
        (lambda db, now: deliveries.anything_to_do(db, via="x", lease=LEASE, now=now), "deliveries_sending"),
        (lambda db, now: deliveries.automatic_to(db, 1, since=now), "deliveries_author"),
    ],
)
def test_queues_are_read_by_their_index(
    engine: Engine, now: datetime, ask: Callable[[Session, datetime], object], index: str
) -> None:
    plan = plan_of(engine, lambda db: ask(db, now))

    assert index in plan
    assert "SCAN" not in plan.replace("SCAN CONSTANT ROW", "")


def test_a_line_to_one_place_waits_as_one(engine: Engine, now: datetime) -> None:
    to_room = {"kind": DeliveryKind.ALERT, "via": "slack", "target": "C1"}
    with writing(engine) as db:
        for number in range(5):
            promise(db, f"alert-{number}", now, order_key=f"order-{number}", **to_room)
        promise(db, "elsewhere", now, **to_room | {"target": "C2"})
        promise(db, "later", now, not_before=now + 3 * MINUTE, **to_room)
        first = deliveries.by_key(db, "alert-0")
        assert first
        waiting = deliveries.wait_in_line(db, first, until=now + MINUTE, why="rate")

    assert waiting == 5
    assert {get(engine, f"alert-{number}").not_before for number in range(5)} == {now + MINUTE}
    assert get(engine, "elsewhere").not_before == now
    assert get(engine, "later").not_before == now + 3 * MINUTE
