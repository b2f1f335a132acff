"""Arrivals: whatever platforms push, in whatever order and however often, is the same posts as polling alone makes."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import col, select

from channels.x_activity import Door
from channels.x_money import Meter, price_table
from channels.x_parse import Own
from domain.errors import Refused, Unavailable
from domain.ports import Receives
from domain.values import Page, Pushed, UnreadablePost, Usage
from listener import arrive
from listener.arrive import KEPT_FOR, LEASE, MOST_ATTEMPTS, wait_before_reading
from listener.pushes import Pushing
from storage import arrivals, erasure, posts, spending
from storage.arrivals import Arrival
from storage.authors import Author
from storage.database import checkpoint, reading, sqlite_file, writing
from storage.posts import NEW, Unreadable
from tests.channels.pushes import HANDLE, OWN_ID, x_direct, x_mention
from tests.listener.conftest import DIRECTS, MENTIONS, MINUTE, Desk, Wire, post

PUSHING = Pushing(sweep_every=10 * MINUTE, silent_after=60 * MINUTE)


@dataclass
class Tells:
    """A door whose envelopes are what a test says they are."""

    name: str = "x"
    accounts: Sequence[tuple[str, str]] = (("x", "9"),)
    told: dict[str, Page | Exception] = field(default_factory=dict)
    read_bodies: list[str] = field(default_factory=list)
    source: str = "mentions"
    whole: bool = True
    meanwhile: Callable[[], None] | None = None

    def greet(self, query: Any) -> str | None:
        del query
        return None

    def genuine(self, headers: Any, body: bytes) -> bool:
        del headers, body
        return True

    def read(self, body: str, *, now: datetime) -> Sequence[Pushed]:
        del now
        self.read_bodies.append(body)
        if self.meanwhile:
            self.meanwhile()
        page = self.told[body]
        if isinstance(page, Exception):
            raise page
        return (Pushed(channel="x", account="9", source=self.source, page=page, whole=self.whole),)


@dataclass
class Hall:
    """Where envelopes arrive."""

    desk: Desk
    door: Tells

    def bring(self, now: datetime, **told: Page | Exception) -> list[bool]:
        self.door.told |= told
        with writing(self.desk.engine) as db:
            return [arrivals.keep(db, "x", body.encode(), now=now) for body in told]

    def read(self, now: datetime) -> int:
        rounds = 0
        while arrive.run_once(
            self.desk.engine, {"x": self.door}, pushing={"x": PUSHING}, conduct=self.desk.conduct, now=now
        ):
            rounds += 1
            assert rounds < 1000, "it never comes to rest"
        return rounds

    def rows(self) -> Sequence[Arrival]:
        with reading(self.desk.engine) as db:
            return db.exec(select(Arrival).order_by(col(Arrival.id))).all()


@pytest.fixture
def hall(desk: Desk) -> Hall:
    return Hall(desk, Tells())


def test_the_door_of_these_tests_is_a_receiver() -> None:
    assert isinstance(Tells(), Receives)


def test_what_arrived_becomes_posts_and_its_words_go(hall: Hall, desk: Desk, now: datetime) -> None:
    hall.bring(now, first=Page(posts=(post("101", now),)))

    rounds = hall.read(now)

    assert rounds == 1
    assert [row.state for row in desk.posts().values()] == [NEW]
    (row,) = hall.rows()
    assert (row.state, row.body, row.settled_at) == ("done", "", now)


def test_what_was_polled_before_is_not_stored_again(hall: Hall, desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(posts=(post("101", now),), cursor="1"))
    desk.listen(now)

    hall.bring(now, first=Page(posts=(post("101", now), post("102", now))))
    hall.read(now)

    assert list(desk.posts()) == ["101", "102"]
    assert desk.source().heard == 2


def test_the_cursor_of_polling_stays_where_it_was(hall: Hall, desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(posts=(post("101", now),), cursor="101"))
    desk.listen(now)

    hall.bring(now, first=Page(posts=(post("205", now),)))
    hall.read(now)

    assert desk.source().cursor == "101"
    assert desk.source().last_new_at == now


@pytest.mark.parametrize(
    ("source", "whole", "trusted"), [("mentions", True, True), ("mentions", False, False), ("", True, False)]
)
def test_polling_slows_only_for_what_is_wholly_pushed(
    hall: Hall, desk: Desk, now: datetime, *, source: str, whole: bool, trusted: bool
) -> None:
    hall.door.source, hall.door.whole = source, whole
    hall.bring(now, first=Page(posts=(post("101", now),)))

    hall.read(now)

    assert desk.source().pushed_until == (now + PUSHING.silent_after if trusted else None)


def test_the_same_envelope_again_is_not_even_read(hall: Hall, desk: Desk, now: datetime) -> None:
    page = Page(posts=(post("101", now),))

    kept = [hall.bring(now, first=page)[0] for _ in range(2)]
    hall.read(now)
    kept += hall.bring(now, first=page)
    hall.read(now)

    assert kept == [True, False, False]
    assert hall.door.read_bodies == ["first"]
    assert list(desk.posts()) == ["101"]


def test_after_its_digest_is_forgotten_it_still_doubles_nothing(hall: Hall, desk: Desk, now: datetime) -> None:
    page = Page(posts=(post("101", now),))
    hall.bring(now, first=page)
    hall.read(now)
    later = now + KEPT_FOR + MINUTE

    hall.read(later)
    kept = hall.bring(later, first=page)
    hall.read(later)

    assert kept == [True]
    assert list(desk.posts()) == ["101"]


def test_gone_before_it_came_is_not_kept(hall: Hall, desk: Desk, now: datetime) -> None:
    hall.bring(now, taken_back=Page(gone=("101",)), written=Page(posts=(post("101", now), post("102", now))))

    hall.read(now)

    assert list(desk.posts()) == ["102"]


def test_gone_after_it_came_loses_its_words(hall: Hall, desk: Desk, now: datetime) -> None:
    hall.bring(now, written=Page(posts=(post("101", now),)), taken_back=Page(gone=("101",)))

    hall.read(now)

    assert [(row.text, row.gone_at) for row in desk.posts().values()] == [("", now)]


def test_a_poll_does_not_bring_back_what_is_gone(hall: Hall, desk: Desk, wire: Wire, now: datetime) -> None:
    hall.bring(now, taken_back=Page(gone=("101",)))
    hall.read(now)
    wire.will(Page(posts=(post("101", now), post("102", now)), cursor="1"))

    desk.listen(now)

    assert list(desk.posts()) == ["102"]


def test_a_crash_between_storing_and_reading_loses_nothing(hall: Hall, desk: Desk, now: datetime) -> None:
    hall.bring(now, first=Page(posts=(post("101", now),)))
    with writing(desk.engine) as db:  # claimed, and then the process ended
        assert arrivals.claim(db, ["x"], now=now, lease=LEASE)

    at_once = hall.read(now)
    later = hall.read(now + LEASE)

    assert (at_once, later) == (0, 1)
    assert list(desk.posts()) == ["101"]


@pytest.mark.parametrize("broken_at", ["INSERT INTO posts", "INSERT INTO authors", "UPDATE arrivals", "COMMIT"])
def test_posts_and_their_envelope_are_settled_together_or_not_at_all(
    hall: Hall, desk: Desk, now: datetime, broken_at: str
) -> None:
    hall.bring(now, first=Page(posts=(post("101", now),)))
    seen: list[str] = []

    def power_cut(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)
        storing = sum(one.startswith("INSERT INTO authors") for one in seen)
        if storing and (statement.startswith(broken_at) or broken_at == "COMMIT"):
            raise OSError("the power went")

    event.listen(desk.engine, "before_cursor_execute", power_cut)
    with pytest.raises(OSError, match="power"):
        hall.read(now)
    event.remove(desk.engine, "before_cursor_execute", power_cut)
    between = list(desk.posts()), hall.rows()[0].state
    hall.read(now + LEASE)

    assert between == ([], "new")
    assert (list(desk.posts()), hall.rows()[0].state) == (["101"], "done")


def test_what_cannot_be_looked_up_now_is_read_later(hall: Hall, desk: Desk, now: datetime) -> None:
    hall.bring(now, first=Unavailable("x", "no answer"))

    first = hall.read(now)
    hall.door.told["first"] = Page(posts=(post("101", now),))
    too_soon = hall.read(now + timedelta(seconds=4))
    in_time = hall.read(now + timedelta(seconds=5))

    assert (first, too_soon, in_time) == (1, 0, 1)
    assert list(desk.posts()) == ["101"]


def test_a_platform_that_names_a_time_is_waited_for(hall: Hall, now: datetime) -> None:
    hall.bring(now, first=Unavailable("x", "throttled", retry_at=now + 20 * MINUTE))

    hall.read(now)

    (row,) = hall.rows()
    assert (row.next_at, row.why) == (now + 20 * MINUTE, "throttled")


def test_one_that_waits_holds_up_no_other(hall: Hall, desk: Desk, now: datetime) -> None:
    hall.bring(now, first=Unavailable("x", "no answer"), second=Page(posts=(post("102", now),)))

    hall.read(now)

    assert list(desk.posts()) == ["102"]


def test_what_never_can_be_read_is_kept_as_it_came_and_said(hall: Hall, desk: Desk, now: datetime) -> None:
    hall.bring(now, first=Unavailable("x", "no answer"))

    at = now
    for attempt in range(1, MOST_ATTEMPTS + 2):
        hall.read(at)
        at += wait_before_reading(attempt)

    with reading(desk.engine) as db:
        (item,) = db.exec(select(Unreadable)).all()
    assert (item.raw, item.why) == ("first", "no answer")
    assert (hall.rows()[0].state, hall.rows()[0].body) == ("done", "")
    assert desk.headlines() == ["x mentions: 1 unreadable"]


def test_waits_double_up_to_an_hour() -> None:
    waits = [wait_before_reading(attempts).total_seconds() for attempts in range(1, 15)]

    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 3600
    assert sum(wait_before_reading(n).total_seconds() for n in range(1, MOST_ATTEMPTS + 1)) > 10 * 3600


@pytest.mark.parametrize(
    ("exc", "why"),
    [
        (ValueError("no entries"), "no entries"),
        (json.JSONDecodeError("Expecting value", "her words", 0), "no JSON"),
        (UnicodeDecodeError("utf-8", b"her words", 0, 1, "x"), "no JSON"),
        (Refused("x", "a permission is missing", rule="x.permission"), "a permission is missing"),
    ],
)
def test_what_is_no_envelope_is_set_aside_in_our_own_words(
    hall: Hall, desk: Desk, now: datetime, exc: Exception, why: str
) -> None:
    hall.bring(now, first=exc, second=Page(posts=(post("102", now),)))

    hall.read(now)

    with reading(desk.engine) as db:
        (item,) = db.exec(select(Unreadable)).all()
    assert (item.raw, item.why) == ("first", why)
    assert list(desk.posts()) == ["102"]


def test_an_unknown_kind_is_said_once_however_often_it_comes(hall: Hall, desk: Desk, now: datetime) -> None:
    for number in range(5):
        aside = UnreadablePost(native_id="pushed:parking", raw=f"{number}", why="unknown")
        hall.bring(now + number * 120 * MINUTE, **{f"e{number}": Page(unreadable=(aside,))})
        hall.read(now + number * 120 * MINUTE)

    with reading(desk.engine) as db:
        assert [item.raw for item in db.exec(select(Unreadable))] == ["0"]
    assert len(desk.headlines()) == 1


def test_a_push_for_an_account_nobody_listens_to_is_let_go(engine: Engine, now: datetime) -> None:
    desk = Desk(engine, Wire())  # registers no source
    hall = Hall(desk, Tells())
    hall.bring(now, first=Page(posts=(post("101", now),)))

    hall.read(now)

    assert desk.posts() == {}
    assert hall.rows()[0].state == "done"


def test_what_is_pushed_is_billed(hall: Hall, desk: Desk, now: datetime) -> None:
    usage = Usage(endpoint="e", resource="post_read", units=1, micros=5_000)
    hall.bring(now, first=Page(posts=(post("101", now),), usage=(usage,)))

    hall.read(now)

    with reading(desk.engine) as db:
        assert spending.this_month(db, "x", "9", now=now) == 5_000


def test_whoever_is_forgotten_while_the_envelope_waits_is_not_stored(hall: Hall, desk: Desk, now: datetime) -> None:
    body = '{"author_id": "1", "text": "Zwetschgenkuchen"}'
    hall.bring(now, seen=Page(posts=(post("100", now),)))
    hall.read(now)
    hall.bring(now, **{body: Page(posts=(post("101", now),))})

    with writing(desk.engine) as db:
        forgotten = erasure.forget(db, "x", "@ana", now=now)
    hall.read(now)

    assert forgotten.envelopes == 1
    assert list(desk.posts()) == ["100"]
    assert checkpoint(desk.engine)
    file = sqlite_file(desk.engine.url)
    assert file is not None
    assert b"Zwetschgenkuchen" not in file.read_bytes()


def test_whoever_is_forgotten_while_the_envelope_is_read_is_not_stored(hall: Hall, desk: Desk, now: datetime) -> None:
    body = '{"author_id": "1"}'
    hall.bring(now, seen=Page(posts=(post("100", now),)))
    hall.read(now)
    hall.bring(now, **{body: Page(posts=(post("101", now),))})

    def forget() -> None:
        with writing(desk.engine) as db:
            erasure.forget(db, "x", "@ana", now=now)

    hall.door.meanwhile = forget
    hall.read(now)

    assert list(desk.posts()) == ["100"]
    with reading(desk.engine) as db:
        assert [author.handle for author in db.exec(select(Author))] == [""]


def test_the_same_envelope_brought_again_after_erasure_stays_out(hall: Hall, desk: Desk, now: datetime) -> None:
    body = '{"author_id": "1"}'
    page = Page(posts=(post("101", now),))
    hall.bring(now, seen=Page(posts=(post("100", now),)), **{body: page})
    with writing(desk.engine) as db:
        erasure.forget(db, "x", "1", now=now)  # nobody has heard her yet

    again = hall.bring(now, **{body: page})
    hall.read(now)

    assert again == [False]
    assert list(desk.posts()) == ["100"]


def test_a_real_event_of_x_walks_the_same_road(engine: Engine, now: datetime) -> None:
    desk = Desk(engine, Wire(account=OWN_ID, offers=[MENTIONS, DIRECTS]))
    desk.register(now)
    door = Door(Own(OWN_ID, HANDLE), Meter(price_table()), consumer_secret="s")
    with writing(engine) as db:
        for number, content in enumerate([x_mention("101", now), x_direct("500", now), x_mention("101", now)]):
            arrivals.keep(db, "x", json.dumps(content).encode() + b" " * number, now=now)

    while arrive.run_once(engine, {"x": door}, pushing={"x": PUSHING}, conduct=desk.conduct, now=now):
        pass

    assert [(row.native_id, row.kind) for row in desk.posts().values()] == [("101", "mention"), ("500", "direct")]
    assert (desk.source("mentions").heard, desk.source("directs").heard) == (1, 1)


def test_the_queue_is_read_by_its_index(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        for number in range(3):
            arrivals.keep(db, "x", str(number).encode(), now=now)
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT arrivals"):
            found = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[-1] for row in found)

    event.listen(engine, "before_cursor_execute", explain)
    with writing(engine) as db:
        arrivals.claim(db, ["x"], now=now, lease=LEASE)
    event.remove(engine, "before_cursor_execute", explain)

    assert any("arrivals_new" in plan for plan in plans)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM arrivals WHERE state = 'new'")).scalar_one() == 3
    assert posts.NEW == "new"
