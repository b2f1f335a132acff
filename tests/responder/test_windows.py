"""A platform's windows: the team hears while there is still time, once, and hears when one was lost."""

from datetime import timedelta
from typing import Any

import pytest

from domain.cards import CardKind
from domain.history import EventKind
from domain.values import PostKind
from responder import claims, windows
from responder.rulebook import book
from storage import events
from storage.database import reading, writing
from tests.responder.road import Road

DAY = timedelta(hours=24) - timedelta(minutes=2)
WEEK = timedelta(days=7) - timedelta(minutes=5)


@pytest.fixture
def meta(road: Road) -> Road:
    road.channel = "facebook"
    return road


def watch(road: Road) -> bool:
    return windows.run_once(road.engine, conduct=road.conduct, now=road.now)


def told(road: Road, case_id: int = 1) -> list[dict[str, Any]]:
    with reading(road.engine) as db:
        kinds = (EventKind.WINDOW_WARNED, EventKind.WINDOW_LOST)
        return [{"kind": e.kind, **e.data} for e in events.of_case(db, case_id) if e.kind in kinds]


def test_the_windows_come_from_the_rules_and_x_has_none() -> None:
    known = {window.name: window.length for window in book("facebook").windows}

    assert known == {"private-reply": WEEK, "person-message": WEEK, "bot-message": DAY}
    assert book("x").windows == ()


def test_the_team_is_warned_once_before_the_day_is_over_and_told_what_is_possible_after(meta: Road) -> None:
    meta.writes("ana", "where is my parcel")
    meta.answer()

    meta.wait(hours=20)
    early = watch(meta)
    meta.wait(hours=2)
    first, again = watch(meta), watch(meta)

    assert (early, first, again) == (False, True, False)
    (said,) = told(meta)
    assert (said["kind"], said["window"], said["rule"]) == ("window_warned", "bot-message", "window-for-bot")
    card = next(card for card in meta.cards() if card.kind is CardKind.CLOCK)
    assert "21 Nov 11:58 UTC" in card.text
    assert "answer in public" in card.remedy


def test_a_window_that_shut_unanswered_is_told_as_lost_and_says_whether_there_was_a_warning(meta: Road) -> None:
    meta.writes("ana", "where is my parcel")
    meta.answer()

    meta.wait(hours=25)
    assert watch(meta)
    assert not watch(meta)

    assert [(each["kind"], each.get("warned")) for each in told(meta)] == [("window_lost", False)]


def test_a_lost_window_after_a_warning_says_so(meta: Road) -> None:
    meta.writes("ana", "where is my parcel")
    meta.answer()
    meta.wait(hours=22)
    watch(meta)

    meta.wait(hours=2)
    watch(meta)

    assert [(each["kind"], each.get("warned")) for each in told(meta)] == [
        ("window_warned", None),
        ("window_lost", True),
    ]


def test_a_person_who_has_spoken_needs_no_warning(meta: Road) -> None:
    meta.writes("ana", "where is my parcel")
    meta.answer()
    with writing(meta.engine) as db:
        claims.person_spoke(db, 1, "person:u1", now=meta.now)

    meta.wait(hours=23)

    assert not watch(meta)


def test_where_people_may_answer_late_the_warning_says_until_when_and_the_week_is_watched_as_well(meta: Road) -> None:
    meta.approve_late_answers("facebook")
    meta.writes("ana", "where is my parcel")
    meta.answer()

    meta.wait(hours=22)
    watch(meta)
    meta.wait(days=5, hours=6)
    watch(meta)

    assert sorted(each["window"] for each in told(meta)) == ["bot-message", "bot-message", "person-message"]
    remedies = [card.remedy for card in meta.cards() if card.kind is CardKind.CLOCK]
    assert "words a named person writes, until 27 Nov 11:55 UTC" in remedies[0]


def test_a_customer_who_writes_again_opens_a_new_window(meta: Road) -> None:
    meta.writes("ana", "where is my parcel")
    meta.answer()
    meta.wait(hours=22)
    watch(meta)
    meta.writes("ana", "hello?")
    meta.answer()

    assert not watch(meta)
    meta.wait(hours=22)

    assert watch(meta)
    assert len({each["until"] for each in told(meta)}) == 2


def test_a_post_nobody_has_answered_in_private_is_warned_of_before_its_week_is_over(meta: Road) -> None:
    meta.hears("ana", "my parcel is late", kind=PostKind.COMMENT)
    meta.answer()

    meta.wait(days=5)
    early = watch(meta)
    meta.wait(days=1, hours=1)

    assert (early, watch(meta)) == (False, True)
    assert told(meta)[0]["window"] == "private-reply"


@pytest.mark.parametrize("raw", [{"can_reply_privately": False}])
def test_a_post_that_cannot_be_answered_in_private_has_no_window(meta: Road, raw: dict[str, Any]) -> None:
    meta.hears("ana", "my parcel is late", kind=PostKind.COMMENT, raw=raw)
    meta.answer()

    meta.wait(days=6, hours=20)

    assert not watch(meta)


def test_a_private_answer_that_went_uses_the_window_up(meta: Road) -> None:
    meta.takes_private_replies()
    meta.hears("ana", "my parcel is late", kind=PostKind.COMMENT)
    meta.answer()
    meta.deliver()

    meta.wait(days=6, hours=20)

    assert not watch(meta)


def test_on_x_nothing_shuts(road: Road) -> None:
    road.writes("ana", "where is my parcel")
    road.answer()

    road.wait(hours=23)

    assert not watch(road)
