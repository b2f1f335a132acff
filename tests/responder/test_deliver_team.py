"""Words to the team: at least once, by a second way where the first fails, each note in its thread."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from domain.conduct import Rooms
from domain.errors import Pause, Refused, Scope, Unavailable, Uncertain
from domain.sending import DeliveryKind
from domain.values import Priority
from responder.outcome import TEAM_PATIENCE
from storage import rates
from storage.database import writing
from storage.deliveries import FAILED, READY, SENT, UNKNOWN
from tests.responder.network import Hurt, KilledError
from tests.responder.promises import BRAND, House

OUTAGE = Unavailable("slack", "bad gateway")
SIGNED_OUT = Refused("slack", "the token is revoked", rule="slack.signed-out", scope=Scope.ACCOUNT, remedy="New token.")


def test_a_note_goes_into_the_thread_of_its_cases_alert(house: House) -> None:
    case = house.customer()
    house.alert(case)
    house.alert(case, "note", kind=DeliveryKind.NOTE)

    house.settle("slack", hours=0.1)

    assert [order.extra.get("thread") for order in house.room.orders] == [None, "n1"]


def test_a_note_goes_under_the_message_it_names(house: House) -> None:
    incident = house.alert(None, "incident")
    house.alert(house.customer(), "note", kind=DeliveryKind.NOTE, extra={"under": incident})

    house.settle("slack", hours=0.1)

    assert house.room.orders[1].extra["thread"] == "n1"


def test_a_note_waits_for_its_thread_to_be_there(house: House) -> None:
    case = house.customer()
    house.alert(case, priority=Priority.NORMAL, not_before=house.now + timedelta(minutes=1))
    note = house.alert(case, "note", kind=DeliveryKind.NOTE, order_key="another", priority=Priority.URGENT)

    house.step("slack")
    assert house.state(note) == READY
    house.wait(minutes=1)
    house.settle("slack", hours=0.1)

    assert [order.kind for order in house.room.orders] == [DeliveryKind.ALERT, DeliveryKind.NOTE]


def test_a_note_whose_alert_was_refused_stands_by_itself(house: House) -> None:
    case = house.customer()
    house.alert(case)
    note = house.alert(case, "note", kind=DeliveryKind.NOTE)
    house.room.hurts.append(Hurt(error=Refused("slack", "too long", rule="slack.too-long")))

    house.settle("slack", hours=0.1)

    assert house.state(note) == SENT
    assert "thread" not in house.room.orders[-1].extra


def test_a_doubtful_note_is_looked_for_in_its_thread(house: House) -> None:
    case = house.customer()
    house.alert(case)
    note = house.alert(case, "note", kind=DeliveryKind.NOTE)
    house.room.hurts += [Hurt(effect=True), Hurt(effect=True, error=Uncertain("slack", "timeout"))]

    house.settle("slack", hours=0.1)

    assert (house.state(note), house.room.count(note)) == (SENT, 1)
    assert [order.extra["thread"] for order in house.room.searches] == ["n1"]


def test_doubt_about_an_alert_is_cleared_by_its_key(house: House) -> None:
    key = house.alert(house.customer())
    house.room.hurts.append(Hurt(effect=True, error=Uncertain("slack", "timeout")))

    house.settle("slack", hours=0.1)

    assert (house.state(key), house.room.count(key), house.room.finds) == (SENT, 1, 1)


def test_an_alert_is_rather_told_twice_than_not_at_all(house: House) -> None:
    key = house.alert(house.customer())
    no_history = Refused("slack", "no permission to read", rule="slack.missing-scope")
    house.room.hurts.append(Hurt(effect=True, error=Uncertain("slack", "timeout")))
    house.room.find_hurts.append(Hurt(error=no_history))

    house.settle("slack", hours=0.1)

    assert (house.state(key), house.room.count(key)) == (SENT, 2)


def test_an_alert_is_told_however_often_it_stays_in_doubt(house: House) -> None:
    key = house.alert(house.customer())
    house.room.hurts += [Hurt(error=Uncertain("slack", "timeout"))] * 6

    house.settle("slack", hours=1)

    assert (house.state(key), house.room.count(key)) == (SENT, 1)


def test_a_listing_with_gaps_does_not_hold_an_alert_up(house: House) -> None:
    key = house.alert(house.customer())
    house.room.complete = False
    house.room.hurts.append(Hurt(error=Uncertain("slack", "timeout")))

    house.settle("slack", hours=0.1)

    assert house.state(key) == SENT


def test_an_alert_whose_sender_died_is_told(house: House) -> None:
    key = house.alert(house.customer())
    house.room.hurts.append(Hurt(error=KilledError()))
    with pytest.raises(KilledError):
        house.step("slack")

    house.settle("slack", hours=0.2)

    assert house.state(key) == SENT


def test_an_urgent_alert_the_room_does_not_take_in_time_also_goes_by_mail_once(house: House) -> None:
    key = house.alert(house.customer())
    house.room.hurts += [Hurt(error=OUTAGE)] * 12

    while house.step("slack"):
        pass
    early = house.cards("mail")
    house.settle("slack", hours=2)
    house.settle("mail", hours=0.1)

    assert early == []
    assert [order.key for order in house.post_office.orders] == [f"{key}:mail"]
    assert house.post_office.orders[0].body == house.row(key).body
    assert house.post_office.orders[0].target == "team@brand.example"
    assert house.state(key) == SENT


def test_what_is_not_urgent_waits_for_the_room(house: House) -> None:
    house.alert(house.customer(), priority=Priority.NORMAL)
    house.room.hurts += [Hurt(error=OUTAGE)] * 5

    house.settle("slack", hours=1)

    assert house.cards("mail") == []


def test_without_an_address_nothing_is_mailed(house: House) -> None:
    house.conduct = replace(house.conduct, rooms=Rooms(alerts="C1"))
    house.alert(house.customer())
    house.room.hurts += [Hurt(error=OUTAGE)] * 5 + [Hurt(error=SIGNED_OUT)]

    house.settle("slack", hours=1)

    assert house.cards("mail") == []


def test_an_alert_the_room_refuses_goes_by_mail_at_once(house: House) -> None:
    key = house.alert(house.customer(), priority=Priority.NORMAL)
    house.room.hurts.append(Hurt(error=Refused("slack", "invalid blocks", rule="slack.invalid")))

    house.step("slack")
    house.step("mail")

    assert house.state(key) == FAILED
    assert [order.key for order in house.post_office.orders] == [f"{key}:mail"]


def test_a_room_that_is_lost_is_said_by_mail_once_a_day_and_gets_everything_when_mended(house: House) -> None:
    case = house.customer()
    alert = house.alert(case)
    note = house.alert(case, "note", kind=DeliveryKind.NOTE)
    house.room.hurts += [Hurt(error=SIGNED_OUT)] * 8

    house.settle("slack", hours=1)
    house.settle("mail", hours=0.1)

    headlines = [card.headline for card in house.cards("mail")]
    assert sorted(headlines) == ["Complaint", "slack: the team's room cannot be reached"]
    assert [house.state(alert), house.state(note)] == [SENT, SENT]
    assert [order.kind for order in house.room.orders[-2:]] == ["alert", "note"]


def test_a_limit_of_the_room_costs_no_attempt(house: House) -> None:
    key = house.alert(house.customer())
    until = house.now + timedelta(seconds=7)
    house.room.hurts.append(Hurt(error=Unavailable("slack", "limited", pause=Pause.RATE, retry_at=until)))

    house.step("slack")

    assert (house.row(key).not_before, house.row(key).attempts) == (until, 0)


def test_words_to_the_team_are_given_up_after_a_day(house: House) -> None:
    case = house.customer()
    alert = house.alert(case)
    house.room.hurts += [Hurt(error=OUTAGE)] * 500

    house.settle("slack", hours=TEAM_PATIENCE.total_seconds() / 3600 + 1)

    assert house.state(alert) == FAILED
    assert [row.key for row in house.rows() if row.via == "mail"] == [f"{alert}:mail"]


def test_mail_that_fails_is_tried_again_and_mails_nobody_about_itself(house: House) -> None:
    key = house.alert(house.customer(), "mail", via="mail", kind=DeliveryKind.MAIL, target="team@brand.example")
    house.post_office.hurts += [
        Hurt(error=Unavailable("mail", "connection refused")),
        Hurt(error=Refused("mail", "sign-in failed", rule="mail.signed-out", scope=Scope.ACCOUNT)),
        Hurt(effect=True, error=Uncertain("mail", "connection lost")),
    ]

    house.settle("mail", hours=1)

    assert house.state(key) == SENT
    assert len(house.rows()) == 1


def test_doubt_is_not_cleared_before_the_room_has_settled(house: House) -> None:
    key = house.alert(house.customer())
    house.room.hurts.append(Hurt(error=Uncertain("slack", "timeout")))

    house.step("slack")
    house.wait(seconds=59)

    assert not house.step("slack")
    assert house.state(key) == UNKNOWN


def test_a_storm_of_alerts_to_a_room_that_is_full_is_looked_at_once_a_turn(house: House) -> None:
    keys = [house.alert(house.customer(f"customer{number}")) for number in range(30)]
    until = house.now + timedelta(seconds=7)
    with writing(house.engine) as db:
        rates.pause(db, "slack", BRAND, "POST alert", until=until, why="full", now=house.now)
    looks: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        looks.extend(["rates"] if "FROM rates" in statement else [])

    event.listen(house.engine, "before_cursor_execute", look)
    house.step("slack")
    event.remove(house.engine, "before_cursor_execute", look)

    assert {house.row(key).not_before for key in keys} == {until}
    assert len(looks) == 1
    house.wait(seconds=7)
    while house.step("slack"):
        pass
    assert [house.state(key) for key in keys] == [SENT] * 30
