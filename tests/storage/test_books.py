"""The books: what is counted is what is there, and a glance agrees with the whole count."""

from datetime import datetime

import pytest
from sqlalchemy import Engine, text

from domain.values import NewAuthor, UnreadablePost
from storage import books, posts, sources
from storage.books import Books, Glance
from storage.database import reading, writing
from storage.deliveries import DROPPED, FAILED, HELD, READY, SENDING, SENT, UNKNOWN
from storage.posts import IGNORED, JUDGED, NEW, SETTLED
from tests.storage.conftest import hear, new_post, open_case, promise


def look(engine: Engine) -> tuple[Books, Glance]:
    with reading(engine) as db:
        return books.balance(db), books.glance(db)


@pytest.fixture
def busy(engine: Engine, now: datetime) -> Engine:
    """Seven posts on their way and done, three cases, a delivery in every state."""
    broken = UnreadablePost(native_id="u", raw="{}", why="no time")
    page = [new_post(str(n), now, author=NewAuthor(native_id=str(n))) for n in range(7)]
    heard = hear(engine, now, *page, new_post("own", now, own=True), unreadable=[broken])
    with writing(engine) as db:
        (source,) = sources.listening(db)
        source.heard += len(heard)
        for post, state in zip(heard, (NEW, NEW, NEW, JUDGED, JUDGED, SETTLED, IGNORED, SETTLED), strict=True):
            posts.move(db, [post.id], to=state)
        for post, state in zip(heard, ("open", "open", "waiting", "resolved", "dismissed"), strict=False):
            open_case(db, post, now, state=state)
        for state in (READY, SENDING, UNKNOWN, HELD, FAILED, SENT, DROPPED):
            promise(db, f"k-{state}", now, order_key=state, state=state)
    return engine


def test_a_glance_agrees_with_the_whole_count(busy: Engine) -> None:
    whole, glance = look(busy)

    assert glance.heard == whole.heard == 8
    assert glance.to_judge + glance.to_answer == whole.waiting == 5
    assert glance.unreadable == whole.unreadable == 1
    assert glance.cases == sum(whole.cases.values()) == 5
    assert glance.live_cases == {"open": 2, "waiting": 1}
    states = whole.deliveries["reply"]
    assert glance.deliveries == {"reply": {state: states[state] for state in (READY, SENDING, UNKNOWN, HELD, FAILED)}}


def test_books_with_work_on_its_way_do_not_balance(busy: Engine) -> None:
    whole, _ = look(busy)

    assert not whole.balanced


def test_nothing_heard_is_balanced(engine: Engine) -> None:
    whole, glance = look(engine)

    assert whole.balanced
    assert (glance.heard, glance.cases, glance.live_cases, glance.deliveries) == (0, 0, {}, {})


def test_a_glance_scans_no_table_that_grows(busy: Engine) -> None:
    asked: list[str] = []
    with reading(busy) as db:
        driver = db.connection().connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(asked.append)
        books.glance(db)
        driver.set_trace_callback(None)

    with busy.connect() as connection:
        plans = [
            row[3]
            for statement in asked
            if statement.startswith("SELECT")
            for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))
        ]

    scans = {plan for plan in plans if plan.startswith("SCAN") and "USING" not in plan}
    assert scans <= {"SCAN sources", "SCAN unreadable"}
    for index in ("posts_new", "posts_judged", "deliveries_ready", "deliveries_held", "deliveries_failed"):
        assert any(index in plan for plan in plans)
