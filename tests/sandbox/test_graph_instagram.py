"""Instagram on the Graph look-alike: media, comments, replies, hiding, tags and mentions."""

import pytest

from sandbox.graph import Graph
from tests.sandbox.conftest import Hands, Page, refused


@pytest.fixture
def medium(graph: Graph) -> str:
    return graph.publish("nordparcel", "New vans", network="instagram")


@pytest.fixture
def comment(graph: Graph, medium: str) -> str:
    return graph.publish("ana.ig", "late", network="instagram", under=medium)


def test_the_page_leads_to_its_account(page: Page, graph: Graph) -> None:
    told = page.get("me", fields="name,instagram_business_account")

    assert told["instagram_business_account"] == {"id": graph.instagram.id, "username": "nordparcel"}
    assert page.get(graph.instagram.id, fields="username") == {"username": "nordparcel", "id": graph.instagram.id}


def test_media_and_comments_come_newest_first(page: Page, graph: Graph, medium: str, hands: Hands) -> None:
    for number in range(3):
        hands.move(seconds=1)
        graph.publish("ana.ig", f"number {number}", network="instagram", under=medium)
    newer = graph.publish("nordparcel", "Older vans", network="instagram")

    media = page.data(f"{graph.instagram.id}/media", fields="id,caption,username,comments_count,timestamp")
    comments = page.data(f"{medium}/comments", fields="text,username,from,timestamp")

    assert [(one["id"], one["comments_count"]) for one in media] == [(newer, 0), (medium, 3)]
    assert [one["text"] for one in comments] == ["number 2", "number 1", "number 0"]
    assert comments[0]["from"]["username"] == comments[0]["username"] == "ana.ig"


def test_replies_stand_under_their_comment_oldest_first(page: Page, graph: Graph, medium: str, comment: str) -> None:
    graph.publish("bo.ig", "mine too", network="instagram", under=comment)
    answer = page.post(f"{comment}/replies", message="We are sorry.")

    told = page.data(f"{medium}/comments", fields="id,replies{id,text,username,parent_id}")

    assert [one["id"] for one in told] == [comment]
    assert [one["text"] for one in told[0]["replies"]["data"]] == ["mine too", "We are sorry."]
    assert told[0]["replies"]["data"][1] == {
        "id": answer["id"],
        "text": "We are sorry.",
        "username": "nordparcel",
        "parent_id": comment,
    }
    assert [one["text"] for one in page.data(f"{comment}/replies")] == ["mine too", "We are sorry."]


def test_hiding_and_deleting_a_comment(page: Page, comment: str) -> None:
    hidden = page.post(f"{comment}?hide=true")
    shown = page.get(comment, fields="hidden")["hidden"]
    deleted = page.ask("DELETE", comment).json()

    assert (hidden, shown, deleted) == ({"success": True}, True, {"success": True})
    assert refused(page.get(comment)) == (100, 33)


def test_hiding_must_say_whether(page: Page, comment: str) -> None:
    assert refused(page.post(comment)) == (100, None)


@pytest.mark.parametrize("text", ["a" * 301, "WE ARE SORRY", "#a #b #c #d #e", "http://a.example http://b.example"])
def test_instagram_does_not_take_every_answer(page: Page, graph: Graph, comment: str, text: str) -> None:
    assert refused(page.post(f"{comment}/replies", message=text)) == (100, None)
    assert graph.answers() == []


def test_media_that_tag_us_can_be_listed_and_their_comments_cannot(page: Page, graph: Graph) -> None:
    tagging = graph.publish("ana.ig", "look @nordparcel", network="instagram")

    told = page.data(f"{graph.instagram.id}/tags", fields="id,caption,username")

    assert told == [{"id": tagging, "caption": "look @nordparcel", "username": "ana.ig"}]
    assert refused(page.get(f"{tagging}/comments")) == (100, 33)


def test_a_mention_is_found_by_its_id_and_answered(page: Page, graph: Graph) -> None:
    theirs = graph.publish("ana.ig", "holiday", network="instagram", sort="tag")
    naming = graph.publish("bo.ig", "ask @nordparcel", network="instagram", under=theirs)
    account = graph.instagram.id

    media = page.get(account, fields=f"mentioned_media.media_id({theirs}){{caption,username}}")
    told = page.get(account, fields=f"mentioned_comment.comment_id({naming}){{text,username}}")
    page.post(f"{account}/mentions", media_id=theirs, comment_id=naming, message="Write to us, please.")

    assert media["mentioned_media"]["caption"] == "holiday"
    assert told["mentioned_comment"] == {"text": "ask @nordparcel", "username": "bo.ig", "id": naming}
    assert [one.text for one in graph.answers(naming)] == ["Write to us, please."]


def test_a_comment_that_does_not_mention_us_is_none_of_ours(page: Page, graph: Graph) -> None:
    theirs = graph.publish("ana.ig", "holiday", network="instagram", sort="tag")
    other = graph.publish("bo.ig", "nice", network="instagram", under=theirs)
    account = graph.instagram.id

    assert refused(page.get(account, fields=f"mentioned_comment.comment_id({other}){{text}}")) == (100, 33)
    assert refused(page.post(f"{account}/mentions", media_id=theirs, comment_id=other, message="Hi")) == (100, None)
