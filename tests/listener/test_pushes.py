"""Pushes: polling slows to a sweep while they come, goes back to its pace by itself, and a dead stream is told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from app.status import gather
from domain.errors import Unavailable
from domain.values import Page
from listener import listen, pushes, watch
from listener.pushes import DEAD_AFTER, DISTRUSTED_FOR, GRACE, MISSED, Pushing
from storage import sources, streams
from storage.database import reading, writing
from storage.streams import Stream
from tests.listener.conftest import DIRECTS, MENTIONS, MINUTE, SEARCH, Desk, Wire, post

PUSHING = Pushing(sweep_every=10 * MINUTE, silent_after=60 * MINUTE)
STREAM = [("x", "9")]


def trust(desk: Desk, now: datetime, *, until: timedelta = PUSHING.silent_after) -> None:
    with writing(desk.engine) as db:
        source = sources.named(db, "x", "9", "mentions")
        assert source
        sources.trust(source, until=now + until, sweep=PUSHING.sweep_every, now=now)


def weigh(desk: Desk, now: datetime, followed: Sequence[tuple[str, str]] = ()) -> bool:
    return pushes.run_once(desk.engine, followed, conduct=desk.conduct, now=now)


def alive(desk: Desk, now: datetime, names: Sequence[str] = ("mentions",)) -> None:
    with writing(desk.engine) as db:
        row = streams.row(db, "x", "9", now=now)
        pushes.alive(db, row, names=names, pushing=PUSHING, conduct=desk.conduct, now=now)


def stream(engine: Engine) -> Stream:
    with reading(engine) as db:
        (row,) = streams.known(db)
    return row


def test_what_is_pushed_is_polled_as_a_sweep_only(desk: Desk, wire: Wire, now: datetime) -> None:
    trust(desk, now)

    desk.listen(now)
    early = desk.listen(now + 9 * MINUTE)
    due = desk.listen(now + 10 * MINUTE)

    assert (early, due) == (0, 1)
    assert desk.source().next_poll_at == now + 20 * MINUTE
    assert len(wire.asked) == 2


def test_a_sweep_slower_than_a_slow_source_does_not_speed_it_up(desk: Desk, now: datetime) -> None:
    with writing(desk.engine) as db:
        source = sources.named(db, "x", "9", "mentions")
        assert source
        source.every_s = 3600
        sources.trust(source, until=now + 60 * MINUTE, sweep=10 * MINUTE, now=now)

    assert sources.pace(source, now=now) == timedelta(hours=1)


def test_other_sources_keep_their_pace(engine: Engine, now: datetime) -> None:
    desk = Desk(engine, Wire(offers=[MENTIONS, SEARCH, DIRECTS]))
    desk.register(now)
    trust(desk, now)

    desk.listen(now)

    assert desk.source("mentions").next_poll_at == now + 10 * MINUTE
    assert desk.source("search:brand").next_poll_at == now + SEARCH.every
    assert desk.source("directs").next_poll_at == now + DIRECTS.every


def test_when_pushes_fall_silent_polls_come_at_their_pace_again(desk: Desk, now: datetime) -> None:
    trust(desk, now, until=3 * MINUTE)
    desk.listen(now)

    still = weigh(desk, now + 2 * MINUTE)
    lapsed = weigh(desk, now + 3 * MINUTE)
    rounds = desk.listen(now + 3 * MINUTE)

    assert (still, lapsed, rounds) == (False, True, 1)
    assert desk.source().next_poll_at == now + 4 * MINUTE
    assert desk.headlines() == []  # a quiet webhook is no news


def test_a_lapse_does_not_hurry_a_source_that_is_out_of_order(desk: Desk, wire: Wire, now: datetime) -> None:
    trust(desk, now, until=MINUTE)
    wire.will(Unavailable("x", "down", retry_at=now + 30 * MINUTE))
    desk.listen(now)

    weigh(desk, now + 2 * MINUTE)

    assert desk.source().next_poll_at == now + 30 * MINUTE


def test_after_a_new_start_a_lapse_is_noticed_as_well(desk: Desk, wire: Wire, now: datetime) -> None:
    trust(desk, now, until=MINUTE)
    desk.listen(now)
    listen.register(desk.engine, {"x": wire}, now=now + 2 * MINUTE)

    weigh(desk, now + 2 * MINUTE)

    assert desk.listen(now + 2 * MINUTE) == 1


def test_what_only_polls_find_ends_the_trust_and_is_told(desk: Desk, wire: Wire, now: datetime) -> None:
    trust(desk, now)
    late = now + 10 * MINUTE
    old = late - GRACE - MINUTE
    wire.will(Page(posts=tuple(post(f"10{number}", old) for number in range(MISSED)), cursor="1"))

    desk.listen(late)

    assert desk.headlines() == ["x mentions: pushes do not come"]
    assert desk.source().pushed_until is None
    assert desk.source().next_poll_at == late + MENTIONS.every


def test_once_distrusted_pushes_are_believed_again_after_an_hour(desk: Desk, wire: Wire, now: datetime) -> None:
    trust(desk, now)
    old = now + MINUTE
    wire.will(Page(posts=tuple(post(f"10{number}", old) for number in range(MISSED)), cursor="1"))
    late = now + 10 * MINUTE
    desk.listen(late)

    trust(desk, late + MINUTE)
    too_soon = desk.source().pushed_until
    trust(desk, late + DISTRUSTED_FOR)

    assert too_soon is None
    assert desk.source().pushed_until == late + DISTRUSTED_FOR + PUSHING.silent_after


@pytest.mark.parametrize(
    ("written_at", "own"),
    [
        (timedelta(minutes=-1), False),  # before we were pushed anything
        (timedelta(minutes=9), False),  # a push may still come
        (timedelta(minutes=1), True),  # ours: not everything of ours is pushed
    ],
)
def test_what_need_not_have_been_pushed_is_not_held_against_it(
    desk: Desk, wire: Wire, now: datetime, written_at: timedelta, *, own: bool
) -> None:
    trust(desk, now)
    found = tuple(post(f"10{number}", now + written_at, own=own) for number in range(5))
    wire.will(Page(posts=found, cursor="1"))

    desk.listen(now + 10 * MINUTE)

    assert desk.headlines() == []
    assert desk.source().pushed_until is not None


def test_few_missed_over_many_sweeps_count_together_until_a_push_comes(desk: Desk, wire: Wire, now: datetime) -> None:
    trust(desk, now, until=timedelta(days=1))
    for number in range(MISSED - 1):
        at = now + (number + 1) * 10 * MINUTE
        wire.will(Page(posts=(post(f"10{number}", at - 8 * MINUTE),), cursor="1"))
        desk.listen(at)
    counted = desk.source().missed

    with writing(desk.engine) as db:
        source = sources.named(db, "x", "9", "mentions")
        assert source
        sources.heard_push(source, new=1, now=now)

    assert counted == MISSED - 1
    assert desk.source().missed == 0


def test_a_source_that_is_pushed_is_not_told_quiet(desk: Desk, now: datetime) -> None:
    """What pushes bring is news of the source: only both ways silent are a silence."""
    with writing(desk.engine) as db:
        source = sources.named(db, "x", "9", "mentions")
        assert source
        source.expect_within_s = 3600
    for hour in range(1, 5):
        at = now + timedelta(hours=hour)
        with writing(desk.engine) as db:
            source = sources.named(db, "x", "9", "mentions")
            assert source
            sources.heard_push(source, new=1, now=at)
        desk.listen(at)
        watch.run_once(desk.engine, conduct=desk.conduct, now=at)

    assert desk.headlines() == []


def test_a_sign_of_life_makes_polls_a_sweep(desk: Desk, now: datetime) -> None:
    alive(desk, now)

    assert desk.source().pushed_until == now + PUSHING.silent_after
    assert stream(desk.engine).alive_at == now


def test_a_source_that_is_not_offered_is_not_mistaken_for_another(desk: Desk, now: datetime) -> None:
    alive(desk, now, names=("directs",))

    assert desk.source("mentions").pushed_until is None


def test_a_dead_stream_is_told_once_and_taken_back(desk: Desk, now: datetime) -> None:
    alive(desk, now)

    quiet = weigh(desk, now + DEAD_AFTER, STREAM)
    dead = weigh(desk, now + DEAD_AFTER + MINUTE, STREAM)
    weigh(desk, now + DEAD_AFTER + 2 * MINUTE, STREAM)
    alive(desk, now + DEAD_AFTER + 3 * MINUTE)
    alive(desk, now + DEAD_AFTER + 4 * MINUTE)

    assert (quiet, dead) == (False, True)
    assert desk.headlines() == [
        f"x: the stream is dead since {now:%d %b %H:%M} UTC",
        "x: the stream lives again",
    ]


def test_a_stream_that_never_lived_is_dead_too(desk: Desk, now: datetime) -> None:
    with writing(desk.engine) as db:
        streams.row(db, "x", "9", now=now)

    weigh(desk, now + DEAD_AFTER + MINUTE, STREAM)

    assert len(desk.headlines()) == 1


def test_a_stream_taken_out_of_the_settings_is_nobodys_matter(desk: Desk, now: datetime) -> None:
    alive(desk, now)

    assert not weigh(desk, now + DEAD_AFTER + MINUTE, [])
    assert desk.headlines() == []


def test_status_shows_a_stream_that_fails_and_what_is_pushed(desk: Desk, now: datetime) -> None:
    alive(desk, now)
    with writing(desk.engine) as db:
        row = streams.row(db, "x", "9", now=now)
        row.up_at = now
        streams.broke(row, until=now + MINUTE, why="the stream broke off")

    found = gather(desk.engine, desk.conduct, now=now)
    later = gather(desk.engine, desk.conduct, now=now + timedelta(days=2))

    (stream,) = found["streams"]
    assert (stream["channel"], stream["failures"]) == ("x", 1)
    assert "x's stream has failed 1 times: the stream broke off; polling goes on" in found["problems"]
    assert [(source["every_s"], source["pushed"]) for source in found["sources"]] == [(600, True)]
    assert later["streams"] == []
