"""Our own posts, as the platform lists them: the bot's are known again, a person's silence the bot."""

from datetime import timedelta

import pytest

from domain.sending import DeliveryKind
from domain.values import PostKind
from storage import posts
from storage.database import writing
from storage.deliveries import DROPPED, HELD, SENDING, SENT, UNKNOWN, Delivery
from tests.responder.road import Road

ANA = "@brand third day without my parcel"


def mark(road: Road, state: str, **columns: object) -> Delivery:
    """Put the acknowledgement into a state."""
    with writing(road.engine) as db:
        row = db.get_one(Delivery, road.said(DeliveryKind.REPLY)[0].id)
        row.state, row.attempts = state, 1
        for name, value in columns.items():
            setattr(row, name, value)
        return row


@pytest.fixture
def asked(road: Road) -> Road:
    road.hears("ana", ANA, conversation="c")
    road.answer()
    return road


def test_our_own_answer_is_known_by_its_receipt(asked: Road) -> None:
    mark(asked, SENT, native_id="777")
    post = asked.ours("whatever it says now", native_id="777", conversation="c", in_reply_to="p1")

    asked.answer()

    assert asked.post(post).state == posts.SETTLED
    assert asked.case().claimed_by is None
    assert asked.case().sla == "pending"


@pytest.mark.parametrize("state", [SENDING, UNKNOWN, HELD])
def test_an_answer_whose_receipt_is_missing_is_known_by_its_words(asked: Road, state: str) -> None:
    said = mark(asked, state)
    asked.ours(f"@ana {said.body.replace('&', '&amp;')}", native_id="778", conversation="c", in_reply_to="p1")

    asked.answer()

    assert asked.case().claimed_by is None
    assert asked.case().answered_at is None


def test_words_that_never_began_to_go_are_not_taken_for_an_echo(asked: Road) -> None:
    said = asked.said(DeliveryKind.REPLY)[0]
    asked.ours(said.body, native_id="779", conversation="c", in_reply_to="p1")

    asked.answer()

    assert asked.case().claimed_by == "app"


def test_who_answers_in_the_app_has_the_case_and_the_bot_is_silent(asked: Road) -> None:
    asked.wait(minutes=10)
    asked.ours(
        "Hi Ana, Maria here.",
        native_id="780",
        conversation="c",
        in_reply_to="p1",
        created_at=asked.now - timedelta(minutes=2),
    )

    asked.answer()

    case = asked.case()
    assert (case.claimed_by, case.sla, case.state) == ("app", "met", "waiting")
    assert case.answered_at == asked.now - timedelta(minutes=2)
    assert asked.said(DeliveryKind.REPLY)[0].state == DROPPED
    assert asked.messages() == []


def test_an_answer_in_the_app_that_comes_with_the_complaint_spares_the_bots(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.ours("Hi Ana, Maria here.", native_id="780", conversation="c", in_reply_to="p1")

    road.answer()

    assert road.replies() == []
    assert road.reasons("withheld") == ["the case is with people"]
    assert road.case().claimed_by == "app"


def test_a_private_answer_in_the_app_counts_as_well(asked: Road) -> None:
    asked.writes("ana", "hello")
    asked.answer()
    asked.ours("Hello Ana, let me look", kind=PostKind.DIRECT, conversation="dm-ana")

    asked.answer()

    assert asked.case().claimed_by == "app"
    assert asked.case().handoff == "owned"


def test_of_two_cases_in_a_conversation_the_answered_one_is_meant(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.hears("bo", "@brand mine is late too, no parcel", conversation="c")
    road.answer()
    road.ours("Bo, we are on it", native_id="781", conversation="c", in_reply_to="p2")

    road.answer()

    assert [case.claimed_by for case in road.cases()] == [None, "app"]


def test_where_it_cannot_be_told_who_is_meant_nobody_is(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.hears("bo", "@brand mine is late too, no parcel", conversation="c")
    road.answer()
    road.ours("We are on it, all of you", native_id="782", conversation="c")

    road.answer()

    assert [case.claimed_by for case in road.cases()] == [None, None]


def test_a_post_of_ours_that_answers_nobody_is_settled(road: Road) -> None:
    post = road.ours("Happy Friday!")

    road.answer()

    assert road.post(post).state == posts.SETTLED
    assert road.said() == []
