from datetime import datetime, timedelta

import pytest

from domain.errors import Refused, Scope, Unavailable, Uncertain
from domain.history import EventKind
from domain.sending import DeliveryKind
from responder import deliver
from responder.outcome import SECOND_LOOK, SETTLE
from responder.recover import SKEW
from responder.senders import LEASE
from storage import spending
from storage.database import reading, writing
from storage.deliveries import HELD, READY, SENDING, SENT, UNKNOWN, Delivery
from tests.responder.network import PRICE, Hurt, KilledError
from tests.responder.promises import BRAND, House

TIMEOUT = Uncertain("x", "no answer within 30 s")


def test_a_call_nobody_answered_was_perhaps_made(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    house.network.hurts.append(Hurt(error=TIMEOUT))

    house.step()

    row = house.row(key)
    assert (row.state, row.why, row.not_before) == (UNKNOWN, "no answer within 30 s", house.now + SETTLE)
    assert house.history(case)[-1].kind == EventKind.DOUBTFUL
    assert not house.step()


def test_what_was_taken_after_all_is_found_and_not_sent_again(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(effect=True, error=TIMEOUT))

    house.step()
    house.settle()

    assert (house.state(key), house.row(key).native_id) == (SENT, "n1")
    assert house.network.count(key) == 1
    with reading(house.engine) as db:
        assert spending.this_month(db, "x", BRAND, now=house.now) == PRICE + 5_000 + 1_000


def test_what_was_not_taken_is_looked_for_twice_before_it_goes_again(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(error=TIMEOUT))
    house.step()

    house.wait(seconds=SETTLE.total_seconds())
    house.step()
    once = house.row(key)
    house.wait(seconds=SECOND_LOOK.total_seconds() - 1)
    assert not house.step()
    house.wait(seconds=1)
    house.step()
    twice = house.row(key)
    house.settle(hours=0.1)

    assert (once.state, once.missing) == (UNKNOWN, 1)
    assert (twice.state, twice.fence, twice.missing) == (READY, 1, 0)
    assert (house.state(key), house.row(key).fence, house.network.count(key)) == (SENT, 2, 1)


def test_a_listing_that_lags_is_given_time(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(effect=True, error=TIMEOUT, shows_after=SETTLE + timedelta(seconds=30)))

    house.step()
    house.settle()

    assert (house.state(key), house.network.finds, house.network.count(key)) == (SENT, 2, 1)


def test_a_listing_with_gaps_says_nothing(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(error=TIMEOUT))
    house.network.complete = False

    house.settle(hours=3)
    doubtful = house.row(key)
    house.network.complete = True
    house.settle(hours=1)

    assert (doubtful.state, doubtful.missing, house.state(key)) == (UNKNOWN, 0, SENT)
    assert house.network.count(key) == 1


def test_a_look_that_fails_is_taken_again_later_and_later(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(effect=True, error=TIMEOUT))
    house.network.find_hurts += [Hurt(error=Unavailable("x", "bad gateway"))] * 8
    house.step()
    waits = []

    while house.state(key) == UNKNOWN:
        house.now = house.row(key).not_before
        house.step()
        waits.append((house.row(key).not_before - house.now).total_seconds())

    assert waits[:8] == [60, 60, 60, 60, 60, 64, 128, 256]
    assert house.network.count(key) == 1


def test_a_platform_that_asks_for_time_before_the_next_look_gets_it(house: House) -> None:
    key = house.promise(house.customer())
    later = house.now + timedelta(minutes=20)
    house.network.hurts.append(Hurt(error=TIMEOUT))
    house.network.find_hurts.append(Hurt(error=Unavailable("x", "too many requests", retry_at=later)))
    house.step()
    house.wait(seconds=60)

    house.step()

    assert house.row(key).not_before == later


def test_what_cannot_be_looked_for_for_half_a_day_is_left_to_a_person(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    house.network.hurts.append(Hurt(effect=True, error=TIMEOUT))
    house.network.find_hurts += [Hurt(error=Unavailable("x", "bad gateway"))] * 500

    house.settle(hours=13)

    assert house.state(key) == HELD
    assert house.history(case)[-1].kind == EventKind.HELD
    assert house.network.count(key) == 1


def test_where_nobody_may_look_silence_beats_a_double(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(error=TIMEOUT))
    house.network.find_hurts.append(Hurt(error=Refused("x", "no permission to list", rule="x.forbidden")))

    house.settle()

    assert (house.state(key), house.network.calls) == (HELD, 1)


def test_a_lost_sign_in_is_mended_first_and_then_looked_again(house: House) -> None:
    key = house.promise(house.customer())
    signed_out = Refused("x", "token revoked", rule="x.signed-out", scope=Scope.ACCOUNT)
    house.network.hurts.append(Hurt(effect=True, error=TIMEOUT))
    house.network.find_hurts += [Hurt(error=signed_out)] * 2

    house.settle()

    assert (house.state(key), house.network.count(key)) == (SENT, 1)
    assert [card.headline for card in house.cards()] == ["x: may not send"]


def test_what_may_have_been_sent_four_times_is_left_to_a_person(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    house.network.hurts += [Hurt(error=TIMEOUT)] * 9

    house.settle()

    assert (house.state(key), house.row(key).attempts, house.network.calls) == (HELD, 4, 4)
    assert house.history(case)[-1].kind == EventKind.HELD


def test_the_claim_that_duplicates_are_refused_is_looked_into(house: House) -> None:
    key = house.promise(house.customer())
    duplicate = Uncertain("x", "duplicate content")
    lagging = Hurt(effect=True, shows_after=timedelta(minutes=5), error=TIMEOUT)
    house.network.hurts += [lagging, Hurt(error=duplicate)]

    house.settle()

    assert (house.state(key), house.network.calls, house.network.count(key)) == (SENT, 2, 1)


def test_a_platform_that_calls_it_a_duplicate_and_never_shows_it_leaves_it_to_a_person(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts += [Hurt(error=Uncertain("x", "duplicate content"))] * 9

    house.settle()

    assert (house.state(key), house.network.calls) == (HELD, 4)


def test_a_later_word_waits_for_as_long_as_an_earlier_one_is_doubtful(house: House) -> None:
    case = house.customer()
    first = house.promise(case, automatic=False)
    second = house.promise(case, "more", automatic=False)
    house.network.hurts.append(Hurt(effect=True, error=TIMEOUT))

    house.step()
    assert not house.step()
    house.settle()

    assert [said.order.key for said in house.network.said] == [first, second]


def test_a_sender_that_died_leaves_doubt_and_never_a_second_call(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    house.network.hurts.append(Hurt(effect=True, error=KilledError()))
    with pytest.raises(KilledError):
        house.step()
    left = house.state(key)

    house.wait(seconds=LEASE.total_seconds())
    assert not house.step()
    house.wait(seconds=1)
    house.settle()

    assert (left, house.state(key), house.network.count(key)) == (SENDING, SENT, 1)
    assert EventKind.DOUBTFUL in [event.kind for event in house.history(case)]


def test_a_sender_that_died_before_the_call_loses_nothing(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(error=KilledError()))
    with pytest.raises(KilledError):
        house.step()

    house.settle()

    assert (house.state(key), house.network.count(key)) == (SENT, 1)


def test_a_lease_given_before_the_clock_went_back_does_not_hold_for_an_hour(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(effect=True, error=KilledError()))
    with pytest.raises(KilledError):
        house.step()

    house.now -= timedelta(hours=1)
    house.settle(hours=0.2)

    assert (house.state(key), house.network.count(key)) == (SENT, 1)


def test_a_clock_that_was_ahead_when_we_tried_does_not_hide_what_we_sent(house: House) -> None:
    key = house.promise(house.customer())
    real = house.now
    house.network.hurts.append(Hurt(effect=True, error=TIMEOUT))
    house.step()
    house.network.said[0] = type(house.network.said[0])(
        house.network.said[0].order, "n1", real - timedelta(hours=1), real - timedelta(hours=1)
    )

    house.settle()

    assert (house.state(key), house.network.count(key)) == (SENT, 1)
    assert house.network.searched_since[0] == real - SKEW


def test_the_first_attempt_is_still_looked_for_after_the_second(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts += [Hurt(error=TIMEOUT), Hurt(error=TIMEOUT)]

    house.settle()

    assert house.network.searched_since[0] == house.network.searched_since[-1]
    assert house.network.count(key) == 1


def test_the_same_words_sent_before_are_not_taken_for_these(house: House) -> None:
    case = house.customer()
    private = {"kind": DeliveryKind.MESSAGE, "target": "c-ana", "automatic": False, "body": "Thank you."}
    house.writes_privately()
    first = house.promise(case, "one", **private)
    house.step()
    second = house.promise(case, "two", **private)
    house.network.hurts.append(Hurt(error=TIMEOUT))

    house.settle()

    assert [house.row(first).native_id, house.row(second).native_id] == ["n1", "n2"]
    assert len(house.network.said) == 2


def test_a_carrier_that_cannot_tell_the_same_words_apart_leaves_it_to_a_person(house: House) -> None:
    case = house.customer()
    private = {"kind": DeliveryKind.MESSAGE, "target": "c-ana", "automatic": False, "body": "Thank you."}
    house.writes_privately()
    first = house.promise(case, "one", **private)
    house.step()
    second = house.promise(case, "two", **private)
    house.network.hurts.append(Hurt(error=TIMEOUT))
    house.network.knows_its_own = False

    house.settle(hours=13)

    assert [house.state(first), house.state(second)] == [SENT, HELD]
    assert len(house.network.said) == 1


def test_hiding_is_simply_done_again(house: House) -> None:
    key = house.promise(house.customer(), "hide", kind=DeliveryKind.HIDE, automatic=False, by="person:U7")
    house.network.hurts.append(Hurt(effect=True, error=TIMEOUT))

    house.settle()

    assert (house.state(key), house.network.hidden, house.network.finds) == (SENT, ["p-ana", "p-ana"], 0)


def test_somebody_who_settled_it_meanwhile_is_not_overruled(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(error=TIMEOUT))
    house.step()
    house.wait(seconds=60)

    def settled_by_another() -> None:
        with writing(house.engine) as db:
            row = db.get_one(Delivery, house.row(key).id)
            row.state, row.native_id = SENT, "n9"

    house.network.find_hurts.append(Hurt(first=settled_by_another))
    house.step()

    assert (house.state(key), house.row(key).native_id) == (SENT, "n9")


def test_what_was_settled_while_we_waited_for_our_turn_is_not_looked_for(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(error=TIMEOUT))
    house.step()
    house.wait(seconds=60)
    asked: list[datetime] = []

    def clock() -> datetime:
        asked.append(house.now)
        if len(asked) == 4:  # late alerts, whether there is work, what is doubtful, and then: our turn
            with writing(house.engine) as db:
                db.get_one(Delivery, house.row(key).id).state = SENT
        return house.now

    carriers = {"x": house.network}
    deliver.run_once(house.engine, via="x", carriers=carriers, conduct=house.conduct, clock=clock)

    assert (house.state(key), house.network.finds) == (SENT, 0)
