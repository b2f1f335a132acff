"""Following a stream: every line is kept at once, a break is a wait and no loss, and nothing is opened in a hurry."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from channels.x_activity import Door
from channels.x_activity_stream import ActivityStream
from channels.x_money import Meter, price_table
from channels.x_parse import Own
from channels.x_settings import Settings
from domain.clock import utc_now
from domain.errors import Pause, Refused, Unavailable
from domain.ports import Streams
from listener import arrive, follow
from listener.follow import LONG_ENOUGH, REFUSED_WAIT, Follower, wait_before_opening
from listener.pushes import Pushing
from sandbox.x import X
from storage import rates, streams
from storage.arrivals import Arrival
from storage.database import reading, writing
from storage.streams import Stream
from tests.listener.conftest import DIRECTS, MENTIONS, MINUTE, Desk, Wire

PUSHING = Pushing(sweep_every=10 * MINUTE, silent_after=2 * MINUTE)


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Line:
    """A stream that says what a test wants, and does something between two lines."""

    channel: str = "x"
    account: str = "9"
    endpoint: str = "GET /stream"
    sources: Sequence[str] = ("mentions",)
    says: list[bytes | Exception | Callable[[], None]] = field(default_factory=list)
    unprepared: Exception | None = None
    opened: int = 0

    def prepare(self, *, now: datetime) -> None:
        del now
        if self.unprepared:
            raise self.unprepared

    def lines(self, *, now: datetime) -> Iterator[bytes]:
        del now
        self.opened += 1
        while self.says:
            said = self.says.pop(0)
            if isinstance(said, Exception):
                raise said
            if callable(said):
                said()
            else:
                yield said

    def close(self) -> None:
        self.says.clear()


@dataclass
class Road:
    desk: Desk
    line: Line
    clock: Clock

    def follow(self) -> bool:
        return follow.follow(self.desk.engine, self.line, pushing=PUSHING, conduct=self.desk.conduct, clock=self.clock)

    def kept(self) -> list[str]:
        with reading(self.desk.engine) as db:
            return list(db.exec(select(Arrival.body).order_by(col(Arrival.id))))

    def row(self) -> Stream:
        with reading(self.desk.engine) as db:
            return streams.known(db)[0]

    def pass_time(self, by: timedelta) -> Callable[[], None]:
        def later() -> None:
            self.clock.now += by

        return later


@pytest.fixture
def road(desk: Desk, now: datetime) -> Road:
    return Road(desk, Line(), Clock(now))


def test_the_line_of_these_tests_is_a_stream() -> None:
    assert isinstance(Line(), Streams)


def test_every_line_is_kept_and_breaths_are_not(road: Road, now: datetime) -> None:
    road.line.says = [b"", b"one", b"", b"two", b"one"]

    followed = road.follow()

    assert followed
    assert road.kept() == ["one", "two"]  # the repeat is no news
    assert road.row().alive_at == now


def test_while_it_lives_polling_is_a_sweep(road: Road, now: datetime) -> None:
    road.line.says = [b"", road.pass_time(MINUTE), b""]

    road.follow()

    assert road.desk.source().pushed_until == now + MINUTE + PUSHING.silent_after


def test_a_break_is_a_wait_that_doubles_and_keeps_what_came(road: Road, now: datetime) -> None:
    waits = []
    for _ in range(3):
        road.line.says = [Unavailable("x", "the stream broke off")]
        road.follow()
        waits.append(road.row().next_at - road.clock.now)
        road.clock.now = road.row().next_at
    road.line.says = [b"one", Unavailable("x", "the stream broke off")]
    road.follow()

    assert [wait.total_seconds() for wait in waits] == [5, 10, 20]
    assert road.kept() == ["one"]
    assert road.row().failures == 1  # it had lived
    assert road.desk.headlines() == []
    assert now < road.clock.now


def test_it_is_not_opened_before_its_time(road: Road) -> None:
    road.line.says = [Unavailable("x", "broke off")]
    road.follow()
    road.clock.now += timedelta(seconds=4)

    assert not road.follow()
    assert road.line.opened == 1


def test_a_process_that_dies_while_opening_does_not_hammer_when_it_is_back(road: Road, now: datetime) -> None:
    road.line.says = [RuntimeError("killed")]
    with pytest.raises(RuntimeError):
        road.follow()

    assert not road.follow()
    assert road.row().next_at == now + follow.FIRST_WAIT


def test_a_platform_that_names_a_time_is_waited_for_across_starts(road: Road, now: datetime) -> None:
    limited = Unavailable("x", "too many", pause=Pause.RATE, retry_at=now + 15 * MINUTE)
    road.line.unprepared = limited
    road.follow()
    with writing(road.desk.engine) as db:
        streams.row(db, "x", "9", now=now).next_at = now  # even where the row were lost

    assert not road.follow()
    with reading(road.desk.engine) as db:
        assert rates.free_at(db, "x", "9", "GET /stream", now=now) == now + 15 * MINUTE


def test_a_refusal_is_told_once_a_day_and_tried_again_every_hour(road: Road, now: datetime) -> None:
    refused = Refused("x", "the app may not", rule="x.forbidden", remedy="Ask for access.")
    for _ in range(3):
        road.line.unprepared = refused
        assert road.follow()
        road.clock.now += REFUSED_WAIT

    assert road.desk.headlines() == ["x: the stream is refused"]
    assert "Ask for access." in road.desk.cards()[0].remedy
    assert road.desk.source().state == "listening"  # polling goes on
    assert road.clock.now == now + 3 * REFUSED_WAIT


def test_an_end_in_good_order_is_opened_again_at_once(road: Road) -> None:
    road.line.says = [b"", road.pass_time(LONG_ENOUGH)]
    road.follow()

    assert road.row().next_at == road.clock.now
    assert road.follow()


def test_a_stream_that_ends_as_soon_as_it_opens_is_no_hot_loop(road: Road) -> None:
    road.line.says = [b""]
    road.follow()

    assert road.row().next_at == road.clock.now + timedelta(seconds=5)


def test_waits_stop_growing() -> None:
    assert [wait_before_opening(n).total_seconds() for n in (1, 2, 3, 7, 8, 100)] == [5, 10, 20, 300, 300, 300]


def test_signs_of_life_are_written_no_more_often_than_needed(road: Road) -> None:
    written: list[datetime] = []

    def note() -> None:
        row = road.row()
        assert row.alive_at
        written.append(row.alive_at)

    tick = road.pass_time(timedelta(seconds=4))
    road.line.says = [b"", note, tick, b"", note, tick, b"", note, tick, b"", note]

    road.follow()

    assert len(set(written)) == 2


def test_a_thread_follows_a_real_stream_through_cuts_and_stops_when_told(engine: Engine) -> None:
    x = X(clock=utc_now)
    x.activity.breath = 0.05
    x.start()
    known = x.credentials
    settings = Settings.model_validate(
        {
            "api_base": x.base_url,
            "consumer_key": known.consumer_key,
            "consumer_secret": known.consumer_secret,
            "access_token": known.access_token,
            "access_token_secret": known.access_token_secret,
        }
    )
    desk = Desk(engine, Wire(account=x.brand.id, offers=[MENTIONS, DIRECTS]))
    desk.register(utc_now())
    stream = ActivityStream(settings, account=x.brand.id, app_token=known.bearer_token)
    clock = Clock(utc_now())
    follower = Follower(engine, stream, pushing=PUSHING, conduct=desk.conduct, clock=clock)
    tick = threading.Event()

    follower.start()
    for number in range(2):
        _until(lambda: x.activity.connected == 1, tick)
        x.publish("ana_b", f"@{x.brand.username} third day without my parcel {number}")
        _until(lambda number=number: _count(engine) == number + 1, tick)  # type: ignore[misc]
        clock.now += 2 * LONG_ENOUGH
        x.activity.cut()
    _until(lambda: x.activity.connected == 1, tick)
    follower.stop()
    x.stop()

    door = Door(Own(x.brand.id, x.brand.username), Meter(price_table()), consumer_secret="s")
    while arrive.run_once(engine, {"x": door}, pushing={"x": PUSHING}, conduct=desk.conduct, now=clock.now):
        pass
    assert [row.text[-1] for row in desk.posts().values()] == ["0", "1"]
    assert desk.source("mentions").pushed_until
    assert desk.source("directs").pushed_until


def _until(true: Callable[[], bool], tick: threading.Event) -> None:
    for _ in range(400):
        if true():
            return
        tick.wait(0.05)
    pytest.fail("it did not come about")


def _count(engine: Engine) -> int:
    with reading(engine) as db:
        return len([body for body in db.exec(select(Arrival.body)) if json.loads(body)])
