"""The Graph look-alike beside answers recorded from the real one: the same keys in the same places, the same types."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.graph import Graph
from tests.sandbox.conftest import Page

PAYLOADS = Path(__file__).parents[3] / "shared" / "data" / "payloads"
RESTFB = PAYLOADS / "restfb" / "src" / "test" / "resources" / "json"
PYTHON = PAYLOADS / "python-facebook" / "testdata"
pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="needs the recorded answers in ../shared/data/payloads")


def recorded(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def holds(told: Any, real: Any, without: frozenset[str] = frozenset()) -> None:
    """Hold that whatever both have is of one type, and that nothing of the real one lacks but `without`."""
    if isinstance(real, dict):
        assert set(real) - without <= set(told), set(real) - set(told)
        for name in set(real) & set(told):
            holds(told[name], real[name], without)
    elif isinstance(real, list):
        assert isinstance(told, list)
        if real and told:
            holds(told[0], real[0], without)
    else:
        assert type(told) is type(real), (told, real)


def fields(real: Any) -> str:
    return ",".join(real)


@pytest.fixture
def comment(graph: Graph) -> str:
    return graph.publish("ana", "late", under=graph.publish("NordParcel", "Good morning"))


def test_a_comment(page: Page, comment: str) -> None:
    real = recorded(PYTHON / "facebook/apidata/comments/comment_info.json")

    holds(page.get(comment, fields=fields(real)), real)


def test_comments_of_a_post(page: Page, graph: Graph, comment: str) -> None:
    real = recorded(PYTHON / "facebook/apidata/comments/comments_p1.json")
    graph.publish("bo", "mine too", under=graph.item(comment).root)

    told = page.get(f"{graph.item(comment).root}/comments", fields=fields(real["data"][0]), limit="1", summary="true")

    holds(told, real)


def test_a_comment_that_can_be_hidden(page: Page, comment: str) -> None:
    real = recorded(RESTFB / "v2_2/comment_canHide.json")

    holds(page.get(comment, fields=fields(real)), real, frozenset({"category", "category_list"}))


def test_a_conversation(page: Page, graph: Graph) -> None:
    real = recorded(PYTHON / "facebook/apidata/conversations/cvs_info.json")
    graph.direct("ana", "hello")

    holds(page.data("me/conversations", fields=fields(real))[0], real)


def test_a_message(page: Page, graph: Graph) -> None:
    real = recorded(RESTFB / "v2_5/message.json")
    message = graph.direct("ana", "hello")

    holds(page.get(message, fields="id,created_time,from,to,message"), real, frozenset({"tags"}))


def test_an_instagram_conversation_and_message(page: Page, graph: Graph) -> None:
    real = recorded(RESTFB / "v10_0/instagram-conversation.json")
    message = recorded(RESTFB / "v10_0/instagram-message.json")
    sent = graph.direct("ana", "hello", network="instagram")
    rare = frozenset({"user_id", "is_unsupported", "attachments", "reactions", "shares", "story"})

    holds(page.data("me/conversations", platform="instagram", fields="participants")[0], real, rare)
    holds(page.get(sent, fields="id,created_time,from,to,message"), message, rare)


def test_what_a_sent_message_answers(page: Page, comment: str) -> None:
    real = recorded(RESTFB / "v2_6/sendresponse.json")

    holds(page.say("Hello", to={"comment_id": comment}), real)


def test_instagram_media_and_comments(page: Page, graph: Graph) -> None:
    medium = graph.publish("nordparcel", "New vans", network="instagram")
    graph.publish("ana", "late", network="instagram", under=medium)
    real = recorded(PYTHON / "instagram/apidata/comments/comment_fields.json")
    media = recorded(PYTHON / "instagram/apidata/users/medias_p1.json")["data"][0]
    missing = frozenset({"media_url", "shortcode"})

    holds(page.data(f"{medium}/comments", fields=fields(real))[0], real)
    holds(page.data(f"{graph.instagram.id}/media", fields=fields(set(media) - missing))[0], media, missing)


@pytest.mark.parametrize("kind", ["media", "comment"])
def test_what_mentions_us_on_instagram(page: Page, graph: Graph, kind: str) -> None:
    real = recorded(PYTHON / f"instagram/apidata/users/mentioned_{kind}.json")
    theirs = graph.publish("ana", "@nordparcel hey", network="instagram", sort="tag")
    about = theirs
    if kind == "comment":
        about = graph.publish("ana", "@nordparcel hey", network="instagram", under=theirs)
    asked = ",".join(set(real[f"mentioned_{kind}"]) - {"media_url"})

    told = page.get(graph.instagram.id, fields=f"mentioned_{kind}.{kind}_id({about}){{{asked}}}")

    holds(told, real, frozenset({"media_url"}))


def test_a_review(page: Page, graph: Graph) -> None:
    real = recorded(RESTFB / "v2_5/open-graph-rating-example.json")
    graph.publish("ana", "good", sort="review", rating="positive")

    told = page.data(
        "me/ratings", fields="open_graph_story{id},reviewer,review_text,created_time,has_rating,has_review"
    )

    holds(told[0], real, frozenset({"rating"}))


def test_what_a_token_is_worth(page: Page, graph: Graph) -> None:
    real = recorded(RESTFB / "debug-token-info-2.json")

    holds(page.get("debug_token", input_token=graph.credentials.page_token)["data"], real)


def test_an_error(page: Page) -> None:
    real = recorded(RESTFB / "exampleErrorNew.json")

    holds(page.get("nothing"), real, frozenset({"error_user_title", "error_user_msg"}))
