"""Promises that come to their time: warned of before, told after, once each, whatever the clock does."""

from datetime import timedelta

import pytest

from domain.cards import CardKind
from domain.conduct import Conduct
from domain.sending import DeliveryKind
from responder import claims
from responder.followup import BATCH
from storage import promises
from storage.database import writing
from tests.responder.road import NOON, ROOMS, Road

ANA = "@brand third day without my parcel"


@pytest.fixture
def waiting(road: Road) -> Road:
    road.hears("ana", ANA)
    road.answer()
    return road


def clocks(road: Road) -> list[str]:
    return [card.headline for card in road.cards() if card.kind is CardKind.CLOCK]


def test_nothing_is_said_while_there_is_time(waiting: Road) -> None:
    waiting.wait(minutes=44)

    assert not waiting.follow_up()
    assert clocks(waiting) == []


def test_the_team_is_warned_when_a_quarter_of_the_time_is_left(waiting: Road) -> None:
    waiting.wait(minutes=45)

    assert waiting.follow_up()
    assert not waiting.follow_up()

    assert clocks(waiting) == ["A first answer is due soon"]
    note = waiting.said(DeliveryKind.NOTE)[-1]
    assert (note.extra, note.order_key, note.target) == ({"under": "case-1:alert"}, "team:case-1", "C-CASES")
    assert waiting.case().warned_at == waiting.now
    assert "Nobody has taken it." in waiting.card(note.key).text


def test_the_warning_says_who_has_it(waiting: Road) -> None:
    with writing(waiting.engine) as db:
        claims.take(db, 1, "person:u1", now=waiting.now)
    waiting.wait(minutes=50)

    waiting.follow_up()

    assert waiting.card(waiting.said(DeliveryKind.NOTE)[-1].key).text.startswith("u1 has it.")


def test_a_missed_promise_is_told_once(waiting: Road) -> None:
    waiting.wait(minutes=50)
    waiting.follow_up()
    waiting.wait(minutes=10)

    assert waiting.follow_up()
    assert not waiting.follow_up()

    assert clocks(waiting) == ["A first answer is due soon", "A first answer is late"]
    assert waiting.case().sla == "breached"
    assert waiting.kinds()[-2:] == ["warned", "breached"]


def test_after_a_stop_what_was_missed_is_told_without_its_warning(waiting: Road) -> None:
    waiting.wait(days=2)

    waiting.follow_up()

    assert clocks(waiting) == ["A first answer is late"]


def test_a_clock_that_goes_back_and_forth_fires_nothing_twice(waiting: Road) -> None:
    for minutes in (50, -60, 60, 15, -70, 80):
        waiting.wait(minutes=minutes)
        waiting.follow_up()

    assert clocks(waiting) == ["A first answer is due soon", "A first answer is late"]


@pytest.mark.parametrize("act", ["speak", "resolve", "dismiss"])
def test_a_kept_promise_fires_nothing(waiting: Road, act: str) -> None:
    with writing(waiting.engine) as db:
        if act == "speak":
            claims.person_spoke(db, 1, "person:u1", now=waiting.now)
        if act == "resolve":
            claims.resolve(db, 1, "person:u1", now=waiting.now)
        if act == "dismiss":
            claims.dismiss(db, 1, "person:u1", now=waiting.now)
    waiting.wait(days=1)

    waiting.follow_up()

    assert clocks(waiting) == []


def test_an_automatic_acknowledgement_keeps_no_promise(waiting: Road) -> None:
    waiting.deliver()
    waiting.wait(hours=1)

    waiting.follow_up()

    assert waiting.case().sla == "breached"


def test_a_promise_kept_while_the_timer_looked_is_not_broken(waiting: Road) -> None:
    waiting.wait(hours=2)
    with writing(waiting.engine) as db:
        claims.person_spoke(db, 1, "person:u1", now=waiting.now, spoke_at=NOON)

    with writing(waiting.engine) as db:
        assert not promises.breach(db, 1, now=waiting.now)

    assert waiting.case().sla == "met"


def test_of_two_timers_one_fires(waiting: Road) -> None:
    waiting.wait(hours=2)

    with writing(waiting.engine) as db:
        assert [promises.breach(db, 1, now=waiting.now) for _ in range(2)] == [True, False]


def test_each_need_has_its_own_time(road: Road) -> None:
    road.hears("ana", "@brand locked out", "urgent")
    road.hears("bo", ANA)
    road.hears("cy", "@brand when do you open?", "question")
    road.answer()

    road.wait(minutes=15)
    road.follow_up()
    assert [case.sla for case in road.cases()] == ["breached", "pending", "pending"]
    road.wait(minutes=45)
    road.follow_up()
    assert [case.sla for case in road.cases()] == ["breached", "breached", "pending"]
    road.wait(hours=5)
    road.follow_up()
    assert [case.sla for case in road.cases()] == ["breached", "breached", "breached"]


def test_a_far_question_does_not_hide_behind_near_complaints(road: Road) -> None:
    road.conduct = Conduct(brand="Nord Parcel", rooms=ROOMS, per_author_hour=99, incident_cases=10**6)
    road.hears("q", "@brand when do you open?", "question")
    road.answer()
    road.wait(hours=4, minutes=25)
    for number in range(BATCH + 1):
        road.hears(f"c{number}", ANA)
    road.answer()
    road.wait(minutes=10)

    road.follow_up()

    assert road.case(1).warned_at == road.now


def test_a_case_opened_again_is_promised_and_warned_of_again(waiting: Road) -> None:
    waiting.wait(hours=2)
    waiting.follow_up()
    with writing(waiting.engine) as db:
        claims.resolve(db, 1, "person:u1", now=waiting.now)
    waiting.hears("ana", "@brand again no parcel", conversation="p1")
    waiting.answer()
    waiting.wait(hours=2)

    waiting.follow_up()

    assert clocks(waiting) == ["A first answer is late"] * 2


def test_an_invitation_nobody_followed_lapses_after_a_day(waiting: Road) -> None:
    waiting.deliver()
    waiting.wait(hours=25)

    waiting.follow_up()
    waiting.follow_up()

    assert waiting.case().handoff == "lapsed"
    assert [kind for kind in waiting.kinds() if kind == "handoff"] == ["handoff", "handoff"]


def test_an_invitation_that_was_followed_does_not(waiting: Road) -> None:
    waiting.deliver()
    waiting.writes("ana", "hello")
    waiting.answer()
    waiting.wait(hours=25)

    waiting.follow_up()

    assert waiting.case().handoff == "opened"


def test_the_invitation_of_a_closed_case_is_over(waiting: Road) -> None:
    with writing(waiting.engine) as db:
        claims.resolve(db, 1, "person:u1", now=waiting.now)

    assert waiting.case().handoff == waiting.replayed().handoff == "lapsed"


def test_one_that_never_went_out_was_none(waiting: Road) -> None:
    with writing(waiting.engine) as db:
        claims.take(db, 1, "person:u1", now=waiting.now)
    waiting.wait(hours=25)

    waiting.follow_up()

    assert waiting.case().handoff == "none"
    assert "the invitation never went out" in waiting.reasons("handoff")


def test_one_that_went_out_late_has_its_day(waiting: Road) -> None:
    waiting.wait(hours=23)
    waiting.deliver()
    waiting.wait(hours=2)
    waiting.follow_up()
    assert waiting.case().handoff == "offered"

    waiting.wait(hours=23)
    waiting.follow_up()

    assert waiting.case().handoff == "lapsed"


def test_who_writes_after_all_is_welcome(waiting: Road) -> None:
    waiting.deliver()
    waiting.wait(hours=25)
    waiting.follow_up()
    waiting.writes("ana", "sorry, only now")

    waiting.answer()

    assert waiting.case().handoff == "opened"
    assert len(waiting.messages()) == 1


def test_the_promises_of_a_storm_are_told_together(road: Road) -> None:
    for number in range(30):
        road.hears(f"c{number}", "@brand no internet at all")
    road.answer()
    road.wait(minutes=50)

    road.follow_up()
    road.wait(minutes=20)
    road.follow_up()

    assert clocks(road) == [
        "A first answer is due soon: 30 cases of the incident",
        "A first answer is late: 30 cases of the incident",
    ]
    assert {case.sla for case in road.cases()} == {"breached"}


def test_the_breach_is_told_as_late_as_it_was(waiting: Road) -> None:
    waiting.wait(hours=3)

    waiting.follow_up()

    card = waiting.card(waiting.said(DeliveryKind.NOTE)[-1].key)
    assert card.due_at == NOON + timedelta(hours=1)
