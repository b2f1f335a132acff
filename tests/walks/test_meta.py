"""Facebook and Instagram, from a comment to its end: the real house and connectors against the look-alike of Graph."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.sending import DeliveryKind
from tests.walks.pages import FACEBOOK, INSTAGRAM, PageStreet
from tests.walks.street import MIA

COMPLAINT = "third day without my parcel, order NP-882134, nobody answers"
MIA_SAYS = f"person:{MIA}"
NETWORKS = [FACEBOOK, INSTAGRAM]


@pytest.fixture
def street(tmp_path: Path) -> Iterator[PageStreet]:
    with PageStreet(tmp_path, every=120.0) as opened:
        yield opened


def complains(street: PageStreet, network: str = FACEBOOK) -> str:
    comment = street.comment("ana", COMPLAINT, network)
    street.wait(minutes=5)
    return comment


@pytest.mark.parametrize("network", NETWORKS)
def test_a_comment_becomes_a_case_with_one_answer_in_public_and_one_in_private(
    street: PageStreet, network: str
) -> None:
    comment = complains(street, network)
    street.wait(minutes=30)

    public, private = street.in_public(comment), street.graph.private_replies(comment)
    assert (len(public), len(private)) == (1, 1)
    assert "automated" in public[0].text.lower()
    assert "automated" in private[0].text.lower()
    assert "882134" not in public[0].text
    assert [(case.channel, case.state, case.handoff) for case in street.cases()] == [(network, "open", "offered")]


def test_the_team_sees_who_where_and_what_with_the_order_masked(street: PageStreet) -> None:
    complains(street)

    shown = str(street.alert().blocks)
    assert "third day without my parcel" in shown
    assert "facebook" in shown.lower()
    assert "882134" not in street.said_to_team()


@pytest.mark.parametrize("network", NETWORKS)
def test_what_the_customer_answers_in_private_is_of_the_same_case(street: PageStreet, network: str) -> None:
    complains(street, network)

    street.write("ana", "Hello, I live at number nine", network)

    assert len(street.cases()) == 1
    assert street.case().handoff == "context"
    assert len(street.said("ana", network)) == 2
    assert "I live at number nine" in str(street.thread(street.alert())[-1].blocks)


def test_what_is_not_known_is_asked_and_what_was_told_is_not(street: PageStreet) -> None:
    street.comment("ana", "third day without my parcel, nobody answers")
    street.wait(minutes=5)

    street.write("ana", "Hello, here I am")
    street.write("ana", "It is NP-882134")

    _, asking, thanking = [one.text for one in street.said("ana")]
    assert "order" in asking.lower()
    assert asking != thanking
    assert street.case().handoff == "context"
    assert "882134" not in street.said_to_team()


def test_a_visitors_post_is_answered_like_a_comment(street: PageStreet) -> None:
    post = street.graph.publish("ana", COMPLAINT)
    street.wait(minutes=5)

    assert len(street.in_public(post)) == 1
    assert len(street.graph.private_replies(post)) == 1


def test_whose_name_is_not_told_is_not_written_to_in_private(street: PageStreet) -> None:
    comment = street.comment("ana", COMPLAINT, anonymous=True)
    street.wait(minutes=5)

    assert street.graph.private_replies(comment) == []
    assert street.graph.state.refused == []
    assert len(street.cases()) == 1


def test_a_post_that_only_tags_us_goes_to_people(street: PageStreet) -> None:
    street.graph.publish("ana", f"{COMPLAINT}, Nord Parcel", sort="tag")
    street.wait(minutes=8)

    assert len(street.cases()) == 1
    assert street.in_public() == []
    assert street.graph.private_replies() == []


def test_who_writes_first_in_private_is_answered_there(street: PageStreet) -> None:
    street.write("ana", f"Hello, {COMPLAINT}")

    said = [one.text for one in street.said("ana")]
    assert len(said) == 1
    assert "automated" in said[0].lower()
    assert street.in_public() == []


def test_who_says_stop_hears_no_more_of_the_bot(street: PageStreet) -> None:
    complains(street)
    street.write("ana", "stop")
    before = len(street.said("ana"))

    street.write("ana", "where is my parcel")

    assert len(street.said("ana")) == before


@pytest.mark.parametrize("network", NETWORKS)
def test_a_person_answers_in_time_as_anybody_may(street: PageStreet, network: str) -> None:
    complains(street, network)
    street.write("ana", "Hello, here I am", network)

    key = street.speak(1, "Mia here, it is on its way.", by=MIA_SAYS)
    street.wait(minutes=2)

    assert street.delivery(key).state == "sent"
    assert (street.said("ana", network)[-1].text, street.said("ana", network)[-1].tag) == (
        "Mia here, it is on its way.",
        "",
    )


@pytest.mark.parametrize("network", NETWORKS)
def test_a_person_answers_late_as_a_human_agent(street: PageStreet, network: str) -> None:
    complains(street, network)
    street.write("ana", "Hello, here I am", network)
    street.skip(days=3)

    key = street.speak(1, "Mia here, it is on its way.", by=MIA_SAYS)
    street.wait(minutes=2)

    assert street.delivery(key).state == "sent"
    assert street.said("ana", network)[-1].tag == "HUMAN_AGENT"
    assert street.graph.state.refused == []


def test_after_seven_days_nobody_answers_and_a_person_is_told(street: PageStreet) -> None:
    complains(street)
    street.write("ana", "Hello, here I am")
    before = len(street.said("ana"))
    street.skip(days=7, minutes=5)

    key = street.speak(1, "Mia here, it is on its way.", by=MIA_SAYS)
    street.wait(minutes=2)

    assert street.delivery(key).state in {"dropped", "failed", "held"}
    assert len(street.said("ana")) == before
    assert street.graph.state.refused == []


def test_the_bot_never_speaks_once_the_window_is_shut(street: PageStreet) -> None:
    complains(street)
    street.write("ana", "Hello, here I am")
    before = len(street.said("ana"))
    street.skip(hours=25)

    key = street.speak(1, "An automatic word.", by="", key="late")
    street.wait(minutes=2)

    assert street.delivery(key).state in {"dropped", "failed", "held"}
    assert len(street.said("ana")) == before
    assert street.graph.state.refused == []


@pytest.mark.parametrize("network", NETWORKS)
def test_a_comment_is_hidden_for_a_person_and_never_by_the_bot(street: PageStreet, network: str) -> None:
    comment = complains(street, network)

    alone = street.act(1, DeliveryKind.HIDE, comment)
    street.wait(minutes=2)
    hidden_alone = street.graph.item(comment).hidden
    key = f"case-1:{DeliveryKind.HIDE.value}"
    decided = street.act(1, DeliveryKind.HIDE, comment, by=MIA_SAYS, name="hide-by-mia")
    street.wait(minutes=2)

    assert alone == key
    assert (hidden_alone, street.delivery(alone).state) != (True, "sent")
    assert street.delivery(decided).state == "sent"
    assert street.graph.item(comment).hidden


@pytest.mark.parametrize("effect", ["drop", "bad_gateway", "transient", "error", "truncate"])
@pytest.mark.parametrize("applied", [True, False])
def test_nothing_is_said_twice_and_nothing_lost_when_answers_go_astray(
    street: PageStreet,
    effect: str,
    applied: bool,  # noqa: FBT001 - a table's column
) -> None:
    street.graph.fault(r"^POST .*/(comments|messages)$", effect, applied=applied, count=2)

    comment = complains(street)
    street.wait(minutes=40)

    assert len(street.in_public(comment)) == 1
    assert len(street.graph.private_replies(comment)) == 1
    assert {row.state for row in street.deliveries("reply", "private-reply")} == {"sent"}
    assert street.world.books().doubles == ()


def test_a_private_reply_that_is_used_up_is_left_to_people_and_not_tried_again(street: PageStreet) -> None:
    comment = street.comment("ana", COMPLAINT)
    street.graph.fault(r"messages$", "used_up", count=1000)
    street.wait(minutes=60)

    tried = [one for one in street.graph.requests if one.startswith("POST") and one.endswith("messages")]
    assert street.graph.private_replies(comment) == []
    assert len(tried) == 0  # a fault answers before the request is counted
    assert street.deliveries("private-reply")[0].state in {"held", "failed"}
    assert len(street.in_public(comment)) == 1


def test_a_comment_that_is_gone_before_it_is_answered_gets_nothing(street: PageStreet) -> None:
    comment = street.comment("ana", COMPLAINT)
    street.graph.fault(rf"^GET .*/{comment}$", "vanish", count=1)
    street.wait(minutes=10)

    assert street.in_public(comment) == []
    assert street.graph.private_replies(comment) == []


def test_throttled_it_waits_and_then_goes_on(street: PageStreet) -> None:
    comment = street.comment("ana", COMPLAINT)
    street.graph.fault(r"^POST .*comments$", "throttled_pages", seconds=600)
    street.wait(minutes=5)
    early = len(street.in_public(comment))
    street.wait(minutes=30)

    assert early == 0
    assert len(street.in_public(comment)) == 1


def test_a_dead_token_stops_the_page_is_told_and_mended_by_a_restart(street: PageStreet) -> None:
    street.graph.access.dead = "token_expired"
    comment = street.comment("ana", COMPLAINT)
    street.wait(minutes=5)
    told = street.said_to_team().lower()
    street.graph.access.dead = ""
    street.open()
    street.wait(minutes=5)

    assert "token" in told
    assert len(street.in_public(comment)) == 1


def test_late_items_repeated_cursors_and_empty_pages_lose_nothing(street: PageStreet) -> None:
    post = street.morning()
    street.graph.fault(r"^GET .*comments$", "late_index", seconds=1200, share=0.5, count=1000)
    street.graph.fault(r"^GET .*comments$", "repeat_cursor", count=3)
    street.graph.fault(r"^GET .*comments$", "empty_next", count=3)
    made = [street.graph.publish(f"customer_{number}", "nothing much", under=post) for number in range(30)]
    street.wait(minutes=60)

    heard = {row.native_id for row in street.posts()}
    assert [one for one in made if one not in heard] == []


def test_an_answer_given_in_metas_own_app_silences_the_bot(street: PageStreet) -> None:
    complains(street)
    ana = street.graph.person("ana")
    street.write("ana", "Hello, here I am")
    street.graph.state.direct(street.graph.page, ana, "Mia here, from the app.", at=street.clock.now)
    street.wait(minutes=5)
    before = len(street.said("ana"))

    street.write("ana", "thank you, and where is it now?")

    assert street.case().claimed_by is not None
    assert len(street.said("ana")) == before


def test_one_matter_on_three_networks_stays_three_customers(street: PageStreet) -> None:
    complains(street)
    street.comment("ana", COMPLAINT, INSTAGRAM)
    street.post("ana", f"@NordParcel {COMPLAINT}")
    street.wait(minutes=10)

    assert sorted(case.channel for case in street.cases()) == ["facebook", "instagram", "x"]
    assert len({case.author_id for case in street.cases()}) == 3


def test_when_the_day_is_over_the_books_of_the_page_balance(street: PageStreet) -> None:
    for network in NETWORKS:
        street.comment("ana", COMPLAINT, network)
        street.comment("bo", "thank you", network)
        street.comment("cy", "is the shop open?", network)
        street.wait(minutes=5)
        street.write("ana", "Hello, here I am", network)
    street.wait(minutes=30)

    books, seen = street.books(), street.world.books()
    sent = {kind: states.get("sent", 0) for kind, states in books.deliveries.items()}
    heard = {post.native_id for post in street.posts()}
    assert books.balanced
    assert [one.id for one in seen.heard if one.id not in heard] == []
    assert (sent["reply"], sent["private-reply"], sent["message"]) == (
        seen.replies,
        seen.private_replies,
        seen.directs,
    )
    assert (seen.doubles, seen.illegal) == ((), ())
    assert timedelta(0) < street.clock.now - street.world.stage.starts_at
