from datetime import datetime, timedelta

from domain.errors import Pause, Refused, Unavailable
from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import Priority, RateState
from responder.senders import LEASE
from storage import rates, spending
from storage.database import reading, writing
from storage.deliveries import DROPPED, FAILED, READY, SENDING, SENT, Delivery
from tests.responder.network import PRICE, Hurt
from tests.responder.promises import BRAND, House


def test_a_promise_is_kept_once_with_its_receipt(house: House) -> None:
    case = house.customer()
    key = house.promise(case)

    worked = house.step()

    row = house.row(key)
    assert worked
    assert (row.state, row.native_id, row.sent_at, row.attempts) == (SENT, "n1", house.now, 1)
    assert house.network.bodies() == [f"We are on it, automatically (acknowledge, {case})"]
    assert not house.step()
    assert house.network.calls == 1


def test_what_was_sent_stands_in_the_cases_history_and_the_gates_answer_beside_it(house: House) -> None:
    case = house.customer()
    key = house.promise(case)

    house.step()

    (event,) = house.history(case)
    (gating,) = house.gatings(key)
    assert (event.kind, event.data["key"]) == (EventKind.SENT, key)
    assert (gating.stage, gating.verdict, gating.rule) == ("send", "allow", "clear")
    assert gating.evidence["summoned"] is True


def test_what_was_sent_and_looked_at_is_booked(house: House) -> None:
    house.promise(house.customer())

    house.step()

    with reading(house.engine) as db:
        assert spending.this_month(db, "x", BRAND, now=house.now) == PRICE + 5_000


def test_the_claim_is_on_disk_before_the_call(house: House) -> None:
    key = house.promise(house.customer())
    seen: list[Delivery] = []
    house.network.hurts.append(Hurt(effect=True, first=lambda: seen.append(house.row(key))))

    house.step()

    assert seen[0].state == SENDING
    assert seen[0].fence == 1
    assert seen[0].lease_until == house.now + LEASE


def test_nothing_to_do_is_said_so(house: House) -> None:
    assert not house.step()
    assert not house.step("slack")


def test_the_most_urgent_goes_first(house: House) -> None:
    house.promise(house.customer("ana"), priority=Priority.NORMAL)
    house.promise(house.customer("ben"), priority=Priority.URGENT)

    house.step()

    assert house.network.orders[0].target == "p-ben"


def test_what_is_due_later_waits(house: House) -> None:
    key = house.promise(house.customer(), not_before=house.now + timedelta(minutes=5))

    assert not house.step()
    house.wait(minutes=5)
    house.step()

    assert house.state(key) == SENT


def test_words_to_one_customer_go_in_the_order_they_were_promised(house: House) -> None:
    case = house.customer()
    first = house.promise(case, automatic=False, by="person:U7", priority=Priority.LOW)
    second = house.promise(case, "more", automatic=False, by="person:U7", priority=Priority.URGENT)
    house.network.hurts.append(Hurt(error=Unavailable("x", "connection refused")))

    house.step()

    assert house.row(first).state == READY
    assert not house.step()
    house.settle()
    assert [order.key for order in house.network.orders] == [first, first, second]


def test_another_customer_does_not_wait_for_the_first(house: House) -> None:
    house.promise(house.customer("ana"), not_before=house.now + timedelta(hours=1))
    other = house.promise(house.customer("ben"))

    house.step()

    assert house.state(other) == SENT


def test_a_limit_moves_a_time_and_counts_no_attempt(house: House) -> None:
    key = house.promise(house.customer("ana"))
    other = house.promise(house.customer("ben"))
    until = house.now + timedelta(minutes=12)
    house.network.hurts.append(Hurt(error=_limited(until)))

    house.step()
    house.step()

    row = house.row(key)
    assert (row.state, row.attempts, row.tried_at, row.not_before) == (READY, 0, None, until)
    assert house.network.calls == 1
    assert house.row(other).not_before == until
    house.wait(minutes=12)
    while house.step():
        pass
    assert [house.state(key), house.state(other)] == [SENT, SENT]


def _limited(until: datetime) -> Unavailable:
    return Unavailable("x", "too many requests", pause=Pause.RATE, retry_at=until, endpoint="POST reply")


def test_a_window_that_is_used_up_is_left_alone_before_anybody_is_refused(house: House) -> None:
    house.promise(house.customer("ana"))
    other = house.promise(house.customer("ben"))
    reset = house.now + timedelta(minutes=3)
    house.network.rates = (RateState(endpoint="POST reply", remaining=0, limit=100, reset_at=reset),)

    house.step()
    house.step()

    assert house.network.calls == 1
    assert house.row(other).not_before == reset


def test_a_limit_of_another_account_or_endpoint_stops_nobody(house: House) -> None:
    key = house.promise(house.customer())
    with writing(house.engine) as db:
        later = house.now + timedelta(hours=1)
        rates.pause(db, "x", BRAND, "POST message", until=later, why="used up", now=house.now)
        rates.pause(db, "x", "2", "POST reply", until=later, why="used up", now=house.now)

    house.step()

    assert house.state(key) == SENT


def test_an_outage_is_sat_out_with_growing_waits_and_no_attempt_counted(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts += [Hurt(error=Unavailable("x", "connection refused"))] * 6
    waits = []

    for _ in range(6):
        house.step()
        waits.append((house.row(key).not_before - house.now).total_seconds())
        house.now = house.row(key).not_before
    house.step()

    row = house.row(key)
    assert waits == [2, 4, 8, 16, 32, 64]
    assert (row.state, row.attempts, row.failures) == (SENT, 1, 0)
    assert house.network.count(key) == 1


def test_during_an_outage_the_others_do_not_all_run_into_it(house: House) -> None:
    for name in ("ana", "ben", "cem", "dan"):
        house.promise(house.customer(name))
    house.network.hurts.append(Hurt(error=Unavailable("x", "connection refused")))

    while house.step():
        pass

    assert house.network.calls == 1
    house.settle()
    assert len(house.network.said) == 4


def test_an_acknowledgement_an_outage_made_stale_is_dropped_and_the_case_says_so(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    house.network.hurts += [Hurt(error=Unavailable("x", "connection refused"))] * 500

    house.settle(hours=13)

    assert house.state(key) == DROPPED
    assert house.row(key).why == "stale"
    assert house.history(case)[-1].kind == EventKind.DROPPED
    assert not house.network.said


def test_a_refusal_ends_it_and_hands_the_case_to_a_person(house: House) -> None:
    case = house.customer()
    alert = house.alert(case)
    house.step("slack")
    key = house.promise(case)
    refusal = Refused("x", "they closed their replies", rule="x.replies-closed", remedy="Answer in the X app.")
    house.network.hurts.append(Hurt(error=refusal))

    house.step()

    row, card, note = house.row(key), house.cards()[-1], house.rows()[-1]
    assert (row.state, row.why) == (FAILED, "x.replies-closed")
    assert house.history(case)[-1].kind == EventKind.FAILED
    assert (card.headline, card.text) == ("Could not answer", "they closed their replies")
    assert card.remedy == "Answer in the X app."
    assert (note.kind, note.extra["under"]) == (DeliveryKind.NOTE, alert)


def test_a_refusal_without_an_alert_to_go_under_makes_one(house: House) -> None:
    house.promise(house.customer())
    house.network.hurts.append(Hurt(error=Refused("x", "no", rule="x.no")))

    house.step()
    house.step("slack")

    assert [order.kind for order in house.room.orders] == [DeliveryKind.ALERT]
    assert house.room.orders[0].target == "C2"


def test_a_post_that_is_gone_at_the_platform_takes_its_answer_and_its_words_along(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    house.network.hurts.append(Hurt(error=Refused("x", "no such post", rule="x.gone", gone=True)))

    house.step()

    assert house.state(key) == DROPPED
    assert [event.kind for event in house.history(case)][-2:] == [EventKind.DROPPED, EventKind.GONE]
    assert not [row for row in house.rows() if row.via == "slack"]


def test_a_carrier_without_the_capability_fails_it_with_the_reason(house: House) -> None:
    key = house.promise(house.customer(), "hide", kind=DeliveryKind.HIDE, automatic=False)

    class Mute:
        name = "x"

    house.network = Mute()  # type: ignore[assignment]
    house.step()

    assert (house.state(key), house.row(key).why) == (FAILED, "carrier.unable")
    assert house.cards()[-1].text == "a hide cannot be carried by x"


def test_every_kind_goes_by_its_own_method(house: House) -> None:
    case = house.customer()
    private = house.writes_privately()
    house.promise(case, post_id=None, target="p-ana")
    house.promise(case, "greet", kind=DeliveryKind.MESSAGE, target="c-ana", post_id=private)
    house.promise(case, "hide", kind=DeliveryKind.HIDE, automatic=False)
    house.alert(case)
    house.alert(case, "note", kind=DeliveryKind.NOTE)
    house.alert(case, "mail", kind=DeliveryKind.MAIL, via="mail")

    for via in ("slack", "mail", "x"):
        house.settle(via, hours=0.1)

    assert {row.state for row in house.rows()} == {SENT}
    assert [order.kind for order in house.network.orders] == ["reply", "message", "hide"]
    assert house.network.hidden == ["d-ana-1"]
    assert [order.kind for order in house.room.orders] == ["alert", "note"]
    assert [order.kind for order in house.post_office.orders] == ["mail"]
