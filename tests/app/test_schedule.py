import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from app.schedule import Schedule, Stage, drain
from domain.clock import utc_now
from storage import switches
from storage.database import reading, writing

WAIT = 5.0  # seconds a test gives a thread at most


def test_a_stage_that_fails_goes_on_at_the_next_tick(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    runs = 0
    again = threading.Event()

    def fails_once(_: datetime) -> bool:
        nonlocal runs
        runs += 1
        if runs == 1:
            message = "a customer's words"
            raise RuntimeError(message)
        again.set()
        return False

    schedule = Schedule(engine, [Stage("listen", fails_once, timedelta(milliseconds=20))], clock=utc_now)
    schedule.start()
    went_on = again.wait(WAIT)
    schedule.stop()

    assert went_on
    with reading(engine) as db:
        assert [beat.failure for beat in switches.beats(db)] == ["RuntimeError"]
    assert "stage failed" in caplog.text


def test_work_wakes_the_next_stage_before_its_own_tick(engine: Engine) -> None:
    woken = threading.Event()
    work = iter([True, False])
    first_round = threading.Event()

    def judge(_: datetime) -> bool:
        if first_round.is_set():
            woken.set()
        return False

    def listen(_: datetime) -> bool:
        first_round.set()
        return next(work, False)

    slow = timedelta(hours=1)
    stages = [Stage("judge", judge, slow), Stage("listen", listen, timedelta(milliseconds=50), wakes=("judge",))]
    schedule = Schedule(engine, stages, clock=utc_now)
    schedule.start()
    came = woken.wait(WAIT)
    schedule.stop()

    assert came


def test_stopping_waits_for_what_is_on_its_way(engine: Engine) -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def sends(_: datetime) -> bool:
        begun.set()
        may_end.wait(WAIT)
        ended.set()
        return False

    schedule = Schedule(engine, [Stage("deliver", sends, timedelta(milliseconds=20))], clock=utc_now)
    schedule.start()
    begun.wait(WAIT)
    threading.Timer(0.1, may_end.set).start()
    schedule.stop()

    assert ended.is_set()


def test_a_hanging_stage_holds_up_nobody_else(engine: Engine) -> None:
    release, alive = threading.Event(), threading.Event()

    def hangs(_: datetime) -> bool:
        release.wait(WAIT)
        return False

    def lives(_: datetime) -> bool:
        alive.set()
        return False

    tick = timedelta(milliseconds=20)
    schedule = Schedule(engine, [Stage("listen", hangs, tick), Stage("deliver", lives, tick)], clock=utc_now)
    schedule.start()
    lived = alive.wait(WAIT / 2)
    release.set()
    schedule.stop()

    assert lived


def test_drain_runs_until_nobody_finds_work(now: datetime) -> None:
    left = {"judge": 3, "respond": 2}

    def take(name: str) -> bool:
        left[name] -= 1
        return left[name] >= 0

    worked = drain([Stage(name, lambda _, name=name: take(name)) for name in left], now=now)  # type: ignore[misc]

    assert worked == 5


def test_stages_there_are_no_more_leave_no_sign_of_life(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        switches.beat(db, "deliver mail", worked=True, now=now)
        switches.beat(db, "judge", worked=True, now=now)

    schedule = Schedule(engine, [Stage("judge", lambda _: False, timedelta(hours=1))], clock=utc_now)
    schedule.start()
    schedule.stop()

    with reading(engine) as db:
        assert [beat.stage for beat in switches.beats(db)] == ["judge"]
