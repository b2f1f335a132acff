"""What people do with a case, and what the bot leaves undone because of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from domain.sending import DeliveryKind
from responder import claims
from storage.database import reading, writing
from storage.deliveries import DROPPED, READY, SENDING, Delivery
from tests.responder.road import NOON, Road

ANA = "@brand third day without my parcel"


@pytest.fixture
def case(road: Road) -> int:
    road.hears("ana", ANA)
    road.answer()
    return 1


def take(road: Road, case: int, who: str) -> int | None:
    with writing(road.engine) as db:
        return claims.take(db, case, who, now=road.now)


def test_the_first_gets_it_and_the_second_does_not(road: Road, case: int) -> None:
    assert take(road, case, "person:u1") == 1
    assert take(road, case, "person:u2") is None

    assert road.case().claimed_by == "person:u1"
    assert road.kinds().count("claimed") == 1


def test_taking_twice_is_safe(road: Road, case: int) -> None:
    assert take(road, case, "person:u1") == take(road, case, "person:u1") == 1

    assert road.kinds().count("claimed") == 1


def test_of_many_who_race_exactly_one_gets_it(road: Road, case: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        fences = list(pool.map(lambda number: take(road, case, f"person:u{number}"), range(24)))

    assert [fence for fence in fences if fence is not None] == [1]
    assert road.kinds().count("claimed") == 1


def test_each_claim_has_a_higher_fence(road: Road, case: int) -> None:
    first = take(road, case, "person:u1")
    with writing(road.engine) as db:
        assert claims.release(db, case, "person:u1", now=road.now)
    second = take(road, case, "person:u2")

    assert (first, second) == (1, 2)
    with reading(road.engine) as db:
        assert not claims.holds(db, case, 1)
        assert claims.holds(db, case, 2)


def test_a_released_case_nobody_holds_is_nobodys(road: Road, case: int) -> None:
    take(road, case, "person:u1")

    with writing(road.engine) as db:
        assert claims.release(db, case, "person:u1", now=road.now)
        assert not claims.release(db, case, "person:u1", now=road.now)

    with reading(road.engine) as db:
        assert not claims.holds(db, case, 1)


def test_the_bot_falls_silent_when_a_person_takes_the_case(road: Road, case: int) -> None:
    take(road, case, "person:u1")

    (reply,) = road.said(DeliveryKind.REPLY)
    (alert,) = road.said(DeliveryKind.ALERT)
    assert (reply.state, reply.why) == (DROPPED, "a person has the case")
    assert alert.state == READY
    assert road.kinds()[-2:] == ["claimed", "dropped"]


def test_words_that_have_begun_to_go_are_left_alone(road: Road, case: int) -> None:
    with writing(road.engine) as db:
        db.get_one(Delivery, road.said(DeliveryKind.REPLY)[0].id).state = SENDING

    take(road, case, "person:u1")

    assert road.said(DeliveryKind.REPLY)[0].state == SENDING


def test_a_persons_own_words_are_never_dropped(road: Road, case: int) -> None:
    with writing(road.engine) as db:
        db.get_one(Delivery, road.said(DeliveryKind.REPLY)[0].id).automatic = False

    take(road, case, "person:u1")

    assert road.said(DeliveryKind.REPLY)[0].state == READY


def test_a_first_word_in_time_keeps_the_promise(road: Road, case: int) -> None:
    road.wait(minutes=59)

    with writing(road.engine) as db:
        assert claims.person_spoke(db, case, "person:u1", now=road.now)

    found = road.case()
    assert (found.sla, found.state, found.answered_at, found.claimed_by) == ("met", "waiting", road.now, "person:u1")


def test_a_first_word_too_late_breaks_it(road: Road, case: int) -> None:
    road.wait(minutes=61)

    with writing(road.engine) as db:
        claims.person_spoke(db, case, "person:u1", now=road.now)

    assert road.case().sla == "breached"


def test_a_word_heard_of_late_is_counted_from_when_it_was_said(road: Road, case: int) -> None:
    road.wait(hours=2)
    road.follow_up()
    assert road.case().sla == "breached"

    with writing(road.engine) as db:
        claims.person_spoke(db, case, claims.APP, now=road.now, spoke_at=NOON + timedelta(minutes=5))

    assert road.case().sla == "met"
    assert road.replayed().sla == "met"


def test_only_the_first_word_counts(road: Road, case: int) -> None:
    with writing(road.engine) as db:
        claims.person_spoke(db, case, "person:u1", now=road.now)
    road.wait(hours=5)

    with writing(road.engine) as db:
        claims.person_spoke(db, case, "person:u1", now=road.now)

    assert (road.case().sla, road.case().answered_at) == ("met", NOON)


def test_speaking_does_not_take_a_case_from_its_holder(road: Road, case: int) -> None:
    take(road, case, "person:u1")

    with writing(road.engine) as db:
        claims.person_spoke(db, case, "person:u2", now=road.now)

    assert road.case().claimed_by == "person:u1"


def test_what_only_the_app_knows_as_ours_may_be_taken_over(road: Road, case: int) -> None:
    with writing(road.engine) as db:
        claims.person_spoke(db, case, claims.APP, now=road.now)

    assert take(road, case, "person:u1") == 2


def test_resolving_closes_the_case_and_counts_as_an_answer(road: Road, case: int) -> None:
    take(road, case, "person:u1")

    with writing(road.engine) as db:
        assert claims.resolve(db, case, "person:u1", now=road.now)
        assert not claims.resolve(db, case, "person:u1", now=road.now)

    found = road.case()
    assert (found.state, found.sla, found.closed_at, found.claimed_by) == ("resolved", "met", road.now, None)


def test_a_dismissed_case_owed_nothing(road: Road, case: int) -> None:
    with writing(road.engine) as db:
        assert claims.dismiss(db, case, "person:u1", now=road.now, why="a joke")

    assert (road.case().state, road.case().sla) == ("dismissed", "void")
    assert road.reasons("dismissed") == ["a joke"]


@pytest.mark.parametrize("close", [claims.resolve, claims.dismiss])
def test_nothing_can_be_done_with_a_closed_case(road: Road, case: int, close: object) -> None:
    with writing(road.engine) as db:
        close(db, case, "person:u1", now=road.now)  # type: ignore[operator]

    with writing(road.engine) as db:
        assert claims.take(db, case, "person:u2", now=road.now) is None
        assert not claims.release(db, case, "person:u2", now=road.now)
        assert not claims.person_spoke(db, case, "person:u2", now=road.now)
        assert not claims.resolve(db, case, "person:u2", now=road.now)


def test_a_case_that_is_not_there_is_nobodys(engine: Engine) -> None:
    with writing(engine) as db:
        assert claims.take(db, 404, "person:u1", now=NOON) is None


def test_the_handoff_is_owned_by_who_takes_the_case_and_ends_with_it(road: Road, case: int) -> None:
    road.writes("ana", "hello")
    road.answer()

    take(road, case, "person:u1")
    assert road.case().handoff == "owned"
    with writing(road.engine) as db:
        claims.resolve(db, case, "person:u1", now=road.now)

    assert road.case().handoff == "resolved"
    assert road.replayed().handoff == "resolved"
