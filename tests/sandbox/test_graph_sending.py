"""What Graph lets a Page send and when: private replies, windows, tags, lengths; it refuses in Meta's words."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.graph import Graph
from tests.sandbox.conftest import Hands, Page, refused

WINDOW, WINDOW_INSTAGRAM = (10, 2018278), (10, 2534022)


@pytest.fixture
def asked(graph: Graph) -> str:
    """A comment of Ana's under a post of the Page."""
    post = graph.publish("NordParcel", "Good morning")
    return graph.publish("ana", "third day without my parcel", under=post)


@pytest.fixture
def asked_on_instagram(graph: Graph) -> str:
    medium = graph.publish("nordparcel", "New vans", network="instagram")
    return graph.publish("ana.ig", "third day without my parcel", network="instagram", under=medium)


def test_a_private_reply_reaches_the_author_and_says_who_that_is(page: Page, graph: Graph, asked: str) -> None:
    answer = page.say("Write to us here", to={"comment_id": asked})

    sent = graph.private_replies(asked)[0]
    assert answer == {"recipient_id": graph.person("ana").id, "message_id": sent.id}
    assert [one.text for one in graph.sent_directs("ana")] == ["Write to us here"]


def test_a_comment_gets_one_private_reply_and_no_second(page: Page, graph: Graph, asked: str) -> None:
    page.say("Write to us here", to={"comment_id": asked})

    again = page.say("Do write to us", to={"comment_id": asked})

    assert again == (10900, None)
    assert len(graph.private_replies(asked)) == 1
    assert [one.why for one in graph.state.refused] == ["used_up"]


@pytest.mark.parametrize(("days", "goes"), [(7, True), (7.001, False)])
def test_a_comment_can_be_answered_privately_for_seven_days(
    page: Page,
    asked: str,
    hands: Hands,
    days: float,
    goes: bool,  # noqa: FBT001 - a table's column
) -> None:
    hands.move(days=days)

    page.say("Write to us here", to={"comment_id": asked})

    assert bool(page.graph.private_replies(asked)) is goes


def test_a_visitors_post_can_be_answered_privately_too(page: Page, graph: Graph) -> None:
    post = graph.publish("bo", "you lost my parcel")

    answer = page.say("Write to us here", to={"post_id": post})

    assert answer["recipient_id"] == graph.person("bo").id


@pytest.mark.parametrize("more", [{"anonymous": True}, {"author": "NordParcel"}, {"author": "othershop"}])
def test_pages_and_the_unknown_cannot_be_answered_privately(page: Page, graph: Graph, more: dict[str, Any]) -> None:
    graph.person("othershop", is_page=True)
    post = graph.publish("NordParcel", "Good morning")
    author = more.pop("author", "ana")
    comment = graph.publish(author, "hello", under=post, **more)

    assert page.say("Write to us here", to={"comment_id": comment}) == (10903, None)


def test_what_stands_elsewhere_or_nowhere_cannot_be_answered_privately(page: Page, graph: Graph) -> None:
    tag = graph.publish("ana", "look at @NordParcel", sort="tag")

    assert page.say("Hello", to={"post_id": tag}) == (100, 2018292)
    assert page.say("Hello", to={"comment_id": "1_2"}) == (100, 2018292)


def test_after_a_private_reply_only_their_answer_opens_the_conversation(page: Page, graph: Graph, asked: str) -> None:
    page.say("Write to us here", to={"comment_id": asked})
    them = {"id": graph.person("ana").id}

    early = page.say("Are you there?", to=them)
    graph.direct("ana", "here I am")
    late = page.say("Thank you", to=them)

    assert early == WINDOW
    assert late["recipient_id"] == them["id"]


@pytest.mark.parametrize(("network", "shut"), [("facebook", (400, *WINDOW)), ("instagram", (403, *WINDOW_INSTAGRAM))])
def test_the_window_shuts_after_a_day(
    page: Page, graph: Graph, hands: Hands, network: str, shut: tuple[int, int, int]
) -> None:
    graph.direct("ana", "hello", network=network)
    them, words = {"id": graph.person("ana", network).id}, {"text": "Hello"}

    hands.move(hours=24)
    inside = page.ask("POST", "me/messages", recipient=them, message=words, messaging_type="RESPONSE")
    hands.move(seconds=1)
    outside = page.ask("POST", "me/messages", recipient=them, message=words, messaging_type="RESPONSE")

    assert inside.status_code == 200
    assert (outside.status_code, *refused(outside.json())) == shut
    assert [one.text for one in graph.sent_directs("ana", network)] == ["Hello"]


def test_a_person_of_the_team_has_seven_days(page: Page, graph: Graph, hands: Hands) -> None:
    graph.direct("ana", "hello")
    them, tag = {"id": graph.person("ana").id}, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}

    hands.move(days=7)
    inside = page.say("Mia here", to=them, **tag)
    hands.move(seconds=1)
    outside = page.say("Mia again", to=them, **tag)

    assert "message_id" in inside
    assert outside == WINDOW
    assert graph.sent_directs("ana")[0].tag == "HUMAN_AGENT"


@pytest.mark.parametrize("tag", ["ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", ""])
def test_no_other_tag_is_left(page: Page, graph: Graph, tag: str) -> None:
    graph.direct("ana", "hello")

    told = page.say("Hello", to={"id": graph.person("ana").id}, messaging_type="MESSAGE_TAG", tag=tag)

    assert told == (100, None)


def test_the_tag_needs_its_feature(page: Page, graph: Graph) -> None:
    graph.direct("ana", "hello")
    graph.access.human_agent = False

    told = page.say("Hi", to={"id": graph.person("ana").id}, messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")

    assert told == (10, None)


@pytest.mark.parametrize(
    ("network", "text", "fits"),
    [
        ("facebook", "a" * 2000, True),
        ("facebook", "a" * 2001, False),
        ("facebook", "ส" * 2000, True),
        ("instagram", "a" * 1000, True),
        ("instagram", "a" * 1001, False),
        ("instagram", "ส" * 333, True),
        ("instagram", "ส" * 334, False),
    ],
)
def test_instagram_counts_bytes_and_messenger_characters(
    page: Page,
    graph: Graph,
    network: str,
    text: str,
    fits: bool,  # noqa: FBT001 - a table's column
) -> None:
    graph.direct("ana", "hello", network=network)

    page.say(text, to={"id": graph.person("ana", network).id})

    assert bool(graph.sent_directs("ana", network)) is fits


def test_who_turned_us_off_cannot_be_reached(page: Page, graph: Graph, asked: str) -> None:
    graph.direct("ana", "hello")
    graph.person("ana", reachable=False)

    assert page.say("Hi", to={"id": graph.person("ana").id}) == (551, 1545041)
    assert page.say("Hi", to={"comment_id": asked}) == (551, 1545041)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"message": {"text": "Hi"}}, (100, None)),
        ({"recipient": "comment_id", "message": "text"}, (100, None)),  # what facebook-sdk makes of nested values
        ({"recipient": {"id": "1"}, "message": {"text": "Hi"}}, (100, 2018001)),
        ({"recipient": {"id": "1"}, "message": {}}, (100, None)),
    ],
)
def test_a_malformed_message_is_refused(page: Page, form: dict[str, Any], why: tuple[int, int | None]) -> None:
    assert refused(page.post("me/messages", **form)) == why


def test_an_unknown_type_and_an_empty_text_are_refused(page: Page, graph: Graph) -> None:
    graph.direct("ana", "hello")
    them = {"id": graph.person("ana").id}

    assert page.say("Hi", to=them, messaging_type="PROMOTION") == (100, None)
    assert page.say("  ", to=them) == (100, None)


def test_instagram_is_answered_privately_once_as_well(page: Page, graph: Graph, asked_on_instagram: str) -> None:
    first = page.say("Write to us here", to={"comment_id": asked_on_instagram})
    second = page.say("Write to us here", to={"comment_id": asked_on_instagram})

    assert first["recipient_id"] == graph.person("ana.ig", "instagram").id
    assert second == (10900, None)


def test_a_late_effect_is_promised_at_once_and_there_later(page: Page, graph: Graph, asked: str, hands: Hands) -> None:
    graph.fault("messages$", "late_effect", seconds=60)

    page.say("Write to us here", to={"comment_id": asked})
    now = len(graph.private_replies(asked))
    hands.move(seconds=61)

    assert (now, len(graph.private_replies(asked))) == (0, 1)


def test_the_conversation_tells_both_sides_newest_first(page: Page, graph: Graph, hands: Hands) -> None:
    graph.direct("ana", "hello")
    hands.move(minutes=1)
    page.say("Hi Ana", to={"id": graph.person("ana").id})

    found = page.data("me/conversations", fields="id,updated_time,participants,messages{id,from,to,message}")

    assert found[0]["updated_time"] == (hands()).strftime("%Y-%m-%dT%H:%M:%S+0000")
    assert [one["message"] for one in found[0]["messages"]["data"]] == ["Hi Ana", "hello"]
    assert found[0]["participants"]["data"][0]["email"].endswith("@facebook.com")
    assert found[0]["messages"]["data"][0]["to"]["data"][0]["id"] == graph.person("ana").id


def test_the_conversation_with_the_newest_word_comes_first_on_its_own_platform(
    page: Page, graph: Graph, hands: Hands
) -> None:
    for name in ("ana", "bo"):
        graph.direct(name, "hello")
        hands.move(minutes=1)
    graph.direct("ana", "still there?")
    graph.direct("cy.ig", "hello", network="instagram")

    messenger = page.data("me/conversations", platform="messenger", fields="participants")
    instagram = page.data("me/conversations", platform="instagram", fields="participants")

    names = [one["participants"]["data"][0]["name"] for one in messenger]
    assert names == ["Ana", "Bo"]
    assert instagram[0]["participants"]["data"][0]["username"] == "cy.ig"


def test_only_the_newest_messages_are_told_in_full(page: Page, graph: Graph, hands: Hands) -> None:
    for number in range(23):
        graph.direct("ana", f"word {number}")
        hands.move(seconds=1)
    thread = page.data("me/conversations")[0]["id"]

    told = page.data(f"{thread}/messages", fields="message", limit="50")

    assert [("message" in one) for one in told] == [True] * 20 + [False] * 3


def test_one_conversation_can_be_asked_for_by_its_person(page: Page, graph: Graph) -> None:
    for name in ("ana", "bo"):
        graph.direct(name, "hello")

    found = page.data("me/conversations", user_id=graph.person("bo").id, fields="participants")

    assert [one["participants"]["data"][0]["name"] for one in found] == ["Bo"]


def test_without_advanced_access_the_inbox_is_empty(page: Page, graph: Graph) -> None:
    graph.direct("ana", "hello")
    graph.access.advanced = False

    assert page.data("me/conversations") == []


def test_time_is_what_the_clock_says(page: Page, graph: Graph, hands: Hands) -> None:
    sent = graph.direct("ana", "hello", at=hands() - timedelta(hours=2))

    told = page.get(sent, fields="created_time,message")

    assert told["created_time"] == (hands() - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+0000")
