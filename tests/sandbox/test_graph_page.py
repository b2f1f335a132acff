"""Reading and writing on a Page: feed, tags, reviews, comments and what may be done with them."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.graph import Graph
from tests.sandbox.conftest import Hands, Page, refused

COMMENT = "id,message,from,created_time,parent,can_hide,can_reply_privately,is_hidden,permalink_url,attachment"


@pytest.fixture
def post(graph: Graph) -> str:
    return graph.publish("NordParcel", "Good morning")


def test_the_feed_holds_our_posts_and_visitors_newest_first(page: Page, graph: Graph, post: str, hands: Hands) -> None:
    hands.move(minutes=1)
    visitor = graph.publish("ana", "you lost my parcel")

    told = page.data("me/feed", fields="id,message,from,created_time,updated_time,permalink_url,is_hidden")

    assert [one["id"] for one in told] == [visitor, post]
    assert told[0]["from"] == {"id": graph.person("ana").id, "name": "Ana"}
    assert visitor.startswith(f"{graph.page.id}_")
    assert [one["id"] for one in page.data("me/posts")] == [post]


def test_a_comment_moves_its_posts_updated_time(page: Page, graph: Graph, post: str, hands: Hands) -> None:
    hands.move(minutes=5)
    graph.publish("ana", "late", under=post)

    told = page.get(post, fields="created_time,updated_time")

    assert told["updated_time"] > told["created_time"]


def test_who_wrote_a_tagged_post_is_not_told(page: Page, graph: Graph) -> None:
    graph.publish("ana", "look at this, Nord Parcel", sort="tag")

    told = page.data("me/tagged", fields="id,message,from,created_time")

    assert "from" not in told[0]
    assert told[0]["message"] == "look at this, Nord Parcel"


def test_a_review_has_a_reviewer_and_a_story_that_can_be_answered(page: Page, graph: Graph) -> None:
    graph.publish("ana", "never again", sort="review", rating="negative")

    told = page.data("me/ratings", fields="reviewer,review_text,recommendation_type,open_graph_story{id}")[0]
    page.post(f"{told['open_graph_story']['id']}/comments", message="We are sorry.")

    assert told["recommendation_type"] == "negative"
    assert told["reviewer"]["name"] == "Ana"
    assert [one.text for one in graph.answers()] == ["We are sorry."]


def test_comments_say_what_can_be_done_with_them(page: Page, graph: Graph, post: str) -> None:
    graph.publish("ana", "late", under=post)

    told = page.data(f"{post}/comments", fields=COMMENT)[0]

    assert told["from"]["name"] == "Ana"
    assert (told["can_hide"], told["can_reply_privately"], told["is_hidden"]) == (True, True, False)
    assert told["permalink_url"].startswith(f"https://www.facebook.com/{graph.page.id}/posts/")
    assert "parent" not in told
    assert "attachment" not in told


def test_stream_tells_replies_too_and_toplevel_does_not(page: Page, graph: Graph, post: str) -> None:
    top = graph.publish("ana", "late", under=post)
    below = graph.publish("bo", "mine too", under=top)
    deeper = graph.publish("cy", "and mine", under=below)

    stream = page.data(f"{post}/comments", filter="stream", order="chronological", fields="id,parent")
    level = page.data(f"{post}/comments", filter="toplevel")

    assert [one["id"] for one in stream] == [top, below, deeper]
    assert [one["id"] for one in level] == [top]
    assert stream[2]["parent"]["id"] == top
    assert [one["id"] for one in page.data(f"{top}/comments")] == [below, deeper]


@pytest.mark.parametrize("order", ["chronological", "reverse_chronological"])
def test_every_comment_comes_once_over_all_pages(page: Page, graph: Graph, post: str, hands: Hands, order: str) -> None:
    made = []
    for number in range(7):
        made.append(graph.publish("ana", f"number {number}", under=post))
        hands.move(seconds=number % 2)

    seen, more = [], {"limit": "3"}
    while True:
        told = page.get(f"{post}/comments", filter="stream", order=order, **more)
        seen += [one["id"] for one in told["data"]]
        if "next" not in told["paging"]:
            break
        more["after"] = told["paging"]["cursors"]["after"]

    assert seen == (made if order == "chronological" else made[::-1])


def test_pages_can_be_walked_backwards_and_links_name_no_token(page: Page, graph: Graph, post: str) -> None:
    for number in range(4):
        graph.publish("ana", f"number {number}", under=post)
    second = page.get(
        f"{post}/comments", limit="2", after=page.get(f"{post}/comments", limit="2")["paging"]["cursors"]["after"]
    )

    first = page.get(f"{post}/comments", limit="2", before=second["paging"]["cursors"]["before"])

    assert [one["message"] for one in first["data"]] == ["number 0", "number 1"]
    assert "access_token" not in second["paging"]["previous"]


def test_links_carry_the_token_that_came_as_a_parameter(graph: Graph, post: str, sdk: Any) -> None:
    for number in range(2):
        graph.publish("ana", f"number {number}", under=post)

    found = [one["message"] for one in sdk.get_all_connections(post, "comments", limit=1)]

    assert found == ["number 0", "number 1"]


def test_what_is_written_between_two_pages_shifts_nothing(page: Page, graph: Graph, post: str, hands: Hands) -> None:
    for number in range(4):
        graph.publish("ana", f"number {number}", under=post)
        hands.move(seconds=1)
    asked = {"order": "reverse_chronological", "limit": "2"}
    first = page.get(f"{post}/comments", **asked)
    graph.publish("ana", "one more", under=post)

    second = page.data(f"{post}/comments", after=first["paging"]["cursors"]["after"], **asked)

    assert [one["message"] for one in second] == ["number 1", "number 0"]


def test_an_empty_list_has_no_paging(page: Page, post: str) -> None:
    assert page.get(f"{post}/comments") == {"data": []}


def test_the_feed_is_bounded_in_time(page: Page, graph: Graph, hands: Hands) -> None:
    for hour in range(3):
        graph.publish("NordParcel", f"hour {hour}", at=hands() + timedelta(hours=hour))
    hands.move(hours=3)
    since = str(int((hands() - timedelta(hours=2)).timestamp()))

    told = page.data("me/feed", since=since, until=(hands() - timedelta(hours=1)).isoformat())

    assert [one["message"] for one in told] == ["hour 1"]


def test_an_answer_stands_under_what_it_answers(page: Page, graph: Graph, post: str) -> None:
    comment = graph.publish("ana", "late", under=post)

    answer = page.post(f"{comment}/comments", message="We are sorry.")

    assert [one.id for one in graph.answers(comment)] == [answer["id"]]
    assert page.get(answer["id"], fields="from,can_hide")["from"]["id"] == graph.page.id


def test_the_sdk_writes_comments_likes_and_deletes(graph: Graph, post: str, sdk: Any) -> None:
    comment = graph.publish("ana", "late", under=post)

    sdk.put_comment(object_id=comment, message="We are sorry.")
    sdk.put_like(object_id=comment)
    answer = graph.answers(comment)[0]
    sdk.delete_object(answer.id)

    assert answer.text == "We are sorry."
    assert graph.item(comment).liked
    assert graph.answers(comment) == []


@pytest.mark.parametrize("text", ["", "   ", "a" * 8001])
def test_an_empty_or_endless_answer_is_refused(page: Page, graph: Graph, post: str, text: str) -> None:
    assert refused(page.post(f"{post}/comments", message=text)) == (100, None)
    assert graph.answers() == []


def test_hiding_twice_is_safe_and_undone(page: Page, graph: Graph, post: str) -> None:
    comment = graph.publish("ana", "late", under=post)

    told = [page.post(comment, is_hidden="true"), page.post(comment, is_hidden="true")]
    hidden = page.get(comment, fields="is_hidden")["is_hidden"]
    page.post(comment, is_hidden="false")

    assert told == [{"success": True}] * 2
    assert hidden is True
    assert not graph.item(comment).hidden


def test_what_cannot_be_hidden_is_not(page: Page, graph: Graph, post: str) -> None:
    comment = graph.publish("ana", "late", under=post, can_hide=False)

    assert refused(page.post(comment, is_hidden="true")) == (100, None)
    assert not graph.item(comment).hidden


def test_a_deleted_comment_takes_its_replies_along_and_is_gone(page: Page, graph: Graph, post: str) -> None:
    comment = graph.publish("ana", "late", under=post)
    below = graph.publish("bo", "mine too", under=comment)

    first, second = page.ask("DELETE", comment), page.ask("DELETE", comment)

    assert first.json() == {"success": True}
    assert refused(second.json()) == (100, 33)
    assert refused(page.get(below)) == (100, 33)
    assert page.data(f"{post}/comments", filter="stream") == []


def test_what_others_deleted_cannot_be_answered(page: Page, graph: Graph, post: str) -> None:
    comment = graph.publish("ana", "late", under=post)
    graph.delete(comment)

    assert refused(page.post(f"{comment}/comments", message="We are sorry.")) == (100, 33)
    assert page.say("Hello", to={"comment_id": comment}) == (100, 2018292)


def test_an_edited_comment_keeps_its_id(page: Page, graph: Graph, post: str) -> None:
    comment = graph.publish("ana", "late", under=post)
    graph.edit(comment, "very late")

    assert page.get(comment, fields="id,message") == {"id": comment, "message": "very late"}


def test_somebody_can_be_shut_out_and_let_in(page: Page, graph: Graph) -> None:
    ana = graph.person("ana").id

    told = [page.post("me/blocked", user=ana), page.post("me/blocked", psid=ana)]
    listed = page.data("me/blocked")
    page.ask("DELETE", "me/blocked", user=ana)

    assert told == [{ana: True}] * 2
    assert [one["id"] for one in listed] == [ana]
    assert page.data("me/blocked") == []
    assert refused(page.post("me/blocked", user="77")) == (100, None)


def test_unknown_fields_edges_and_syntax_are_refused(page: Page, post: str) -> None:
    assert refused(page.get(post, fields="id,colour")) == (100, None)
    assert refused(page.get(f"{post}/colours")) == (2500, None)
    assert refused(page.get("me/feed", fields="id,{")) == (2500, None)
    assert refused(page.get(f"{post}/comments", order="random")) == (100, None)
    assert refused(page.get("me/feed", limit="many")) == (100, None)
    assert refused(page.get("me/feed", after="!!")) == (100, None)


def test_what_no_client_can_read_comes_without_id_and_with_a_broken_time(page: Page, graph: Graph, post: str) -> None:
    graph.publish("ana", "late", under=post, malformed=True)

    told = page.data(f"{post}/comments", fields="id,created_time,message")[0]

    assert told == {"created_time": "not a time", "message": "late"}
