"""The line that closes a public thread: a person decides or the settings do, once, and never on X."""

from dataclasses import replace

import pytest

from domain.conduct import Closing
from domain.sending import DeliveryKind
from domain.values import PostKind
from responder import claims, closing
from responder.language import discloses
from storage.database import writing
from storage.deliveries import DROPPED, HELD, READY, Delivery
from tests.responder.road import Road


@pytest.fixture
def settled(road: Road) -> Road:
    """A Facebook comment whose matter a person settled in private."""
    road.channel = "facebook"
    road.takes_private_replies()
    return settle(road)


def settle(road: Road) -> Road:
    road.hears("ana", "my parcel has not arrived", kind=PostKind.COMMENT)
    road.answer()
    road.deliver()
    road.wait(minutes=10)
    road.writes("ana", "order 88213")
    road.answer()
    road.deliver()
    with writing(road.engine) as db:
        claims.take(db, 1, "person:u1", now=road.now)
        claims.resolve(db, 1, "person:u1", now=road.now)
    return road


def close(road: Road) -> bool:
    return closing.run_once(road.engine, conduct=road.conduct, now=road.now)


def line(road: Road) -> Delivery | None:
    return next((row for row in road.said() if row.key == "case-1:closing"), None)


def test_the_team_is_asked_whether_a_line_closes_the_thread(settled: Road) -> None:
    first, again = close(settled), close(settled)

    said = line(settled)
    assert (first, again) == (True, False)
    assert said is not None
    assert (said.kind, said.state, said.why) == (DeliveryKind.REPLY, HELD, "closing")
    assert discloses(said.body)
    assert "88213" not in said.body


def test_where_the_settings_say_so_it_goes_by_itself_beside_the_acknowledgement(settled: Road) -> None:
    settled.conduct = replace(settled.conduct, closing=Closing.AUTOMATIC)

    close(settled)

    said = line(settled)
    assert said is not None
    assert said.state == READY


def test_never_means_never(settled: Road) -> None:
    settled.conduct = replace(settled.conduct, closing=Closing.NEVER)

    assert not close(settled)
    assert line(settled) is None


def test_on_x_there_is_none(road: Road) -> None:
    settle(road)
    road.conduct = replace(road.conduct, closing=Closing.AUTOMATIC)

    assert not close(road)


def test_a_matter_that_was_never_public_needs_none(road: Road) -> None:
    road.channel = "facebook"
    road.writes("ana", "order 88213 has not arrived")
    road.answer()
    with writing(road.engine) as db:
        claims.resolve(db, 1, "person:u1", now=road.now)

    assert road.case().handoff == "resolved"
    assert not close(road)


def test_a_day_later_nobody_is_reminded(settled: Road) -> None:
    settled.wait(hours=25)

    assert not close(settled)


def test_somebody_who_opted_out_is_not_told_and_the_reason_is_kept(settled: Road) -> None:
    settled.opt_out("ana")

    close(settled)

    said = line(settled)
    assert said is not None
    assert (said.state, said.why) == (DROPPED, "opted-out")
