"""How far cases came from public to private: each number lists its cases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from domain.values import PostKind
from responder import claims, windows
from storage import handoffs
from storage.database import reading, writing
from storage.handoffs import Reached
from tests.responder.road import Road


@pytest.fixture
def road(engine: Engine) -> Road:
    made = Road(engine, channel="facebook")
    made.takes_private_replies()
    return made


def begin(road: Road, who: str, *, writes: bool = False) -> None:
    road.hears(who, "my parcel has not arrived", kind=PostKind.COMMENT)
    road.answer()
    road.deliver()
    if writes:
        road.writes(who, "order 88213")
        road.answer()
        road.deliver()


def steps(road: Road, *, days: int = 7) -> dict[str, Reached]:
    with reading(road.engine) as db:
        found = handoffs.reached(db, since=road.now - timedelta(days=days), until=road.now + timedelta(seconds=1))
    return {each.step: each for each in found if each.channel == "facebook"}


def test_each_step_lists_who_came_so_far_and_who_no_further(road: Road) -> None:
    begin(road, "ana")
    begin(road, "ben", writes=True)
    begin(road, "cy", writes=True)
    with writing(road.engine) as db:
        claims.take(db, 3, "person:u1", now=road.now)
        claims.resolve(db, 3, "person:u1", now=road.now)

    found = steps(road)

    assert found["offered"].case_ids == (1, 2, 3)
    assert found["offered"].dropped == (1,)
    assert found["offered"].conversion == pytest.approx(2 / 3)
    assert found["opened"].case_ids == (2, 3)
    assert found["resolved"].case_ids == (3,)
    assert found["closed"].case_ids == ()
    assert found["closed"].conversion is None


def test_a_way_that_began_before_belongs_to_the_time_before(road: Road) -> None:
    begin(road, "ana")
    road.wait(days=8)
    road.writes("ana", "order 88213")
    road.answer()

    found = steps(road)

    assert all(not each.case_ids for each in found.values())


def test_a_window_that_shut_is_counted_where_the_way_ended(road: Road) -> None:
    begin(road, "ana", writes=True)
    road.wait(hours=25)
    windows.run_once(road.engine, conduct=road.conduct, now=road.now)

    found = steps(road)

    ended = [each for each in found.values() if each.lost]
    assert [each.lost for each in ended] == [(1,)]
    assert ended[0].step in {"opened", "context"}


def test_where_nothing_began_there_is_nothing(road: Road) -> None:
    assert steps(road) == {}
