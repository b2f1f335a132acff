"""Answers that Graph once really gave, as other libraries keep them for their tests: each is read as what it is."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from channels.facebook_parse import parse_comment, parse_post, parse_review, parse_tagged
from channels.graph_errors import read_problem, rule_for
from channels.graph_inbox import parse_message, read_conversations
from channels.graph_parse import UNKNOWN, Own, asked_after, next_page, read_listing
from channels.graph_probe import RIGHTS, TOKEN
from channels.http import Answer
from channels.instagram_hear import read_comments
from channels.instagram_parse import parse_comment as parse_instagram_comment
from channels.instagram_parse import parse_media, parse_mention
from tests.channels.meta import PAGE, a_page, listing, served
from tests.channels.wire import Wire
from tests.conftest import NOON

PAYLOADS = Path(__file__).parents[3] / "shared/data/payloads"
RESTFB = PAYLOADS / "restfb/src/test/resources/json"
PYTHON = PAYLOADS / "python-facebook/testdata"
pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the recorded payloads are not beside the checkout")

OWN = Own(page_id="123456789", user_id="17841406338772941", handle="ikroskun")


def told(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("page", ["comments_p1", "comments_p2"])
def test_a_page_of_comments_without_ids_is_set_aside_whole_and_still_leads_on(page: str) -> None:
    payload = told(PYTHON / f"facebook/apidata/comments/{page}.json")
    parse = partial(parse_comment, own=OWN, post_id="1_2", now=NOON)

    listed = read_listing(payload, parse, time="created_time", now=NOON)

    assert listed.posts == ()
    assert {item.why for item in listed.unreadable} == {"no id"}
    assert len(listed.seen) == len(payload["data"])
    assert min(listed.seen) < datetime(2021, 8, 15, tzinfo=UTC)


def test_comments_by_their_ids_are_read_though_meta_names_no_author() -> None:
    payload = told(PYTHON / "facebook/apidata/comments/comments_info.json")

    posts = [parse_comment(item, OWN, "19292868552_1", now=NOON) for item in payload.values()]

    assert [post.native_id for post in posts] == [*payload]
    assert all(post.author.native_id == f"{UNKNOWN}{post.native_id}" for post in posts)
    assert posts[0].created_at == datetime(2021, 7, 21, 21, 5, 14, tzinfo=UTC)
    assert posts[0].permalink.endswith("?comment_id=10158371930463553")


def test_a_comment_of_the_page_itself_is_ours() -> None:
    post = parse_comment(told(RESTFB / "v2_2/comment_canHide.json"), OWN, "1_2", now=NOON)

    assert (post.own, post.text) == (True, "yes, really great")


def test_a_post_with_comments_is_read() -> None:
    payload = told(RESTFB / "v5_0/post-with-comment.json")["comments"]

    (post,) = read_listing(
        payload, partial(parse_comment, own=OWN, post_id="1_2", now=NOON), time="created_time", now=NOON
    ).posts

    assert (post.author.native_id, post.text) == ("987654321", "grandioses grau")


def test_a_tag_comes_without_its_author() -> None:
    post = parse_tagged(told(RESTFB / "v10_0/tagged-post.json"), OWN, now=NOON)

    assert post
    assert not post.summoned
    assert post.created_at == datetime(2021, 2, 26, 11, 49, 57, tzinfo=UTC)


def test_reviews_of_three_kinds_are_read() -> None:
    stars = parse_review(told(RESTFB / "v2_5/page-rating-example1.json"), OWN, now=NOON)
    recommended = parse_review(told(RESTFB / "v3_1/opengraphrating-recommendation.json"), OWN, now=NOON)

    assert stars
    assert recommended
    assert (stars.native_id, stars.raw["review"], stars.author.name) == ("10205863986386268", "5", "Taylor Lynn Rudd")
    assert (recommended.native_id, recommended.raw["review"]) == ("10150030749305470", "positive")
    assert recommended.author.native_id.startswith(UNKNOWN)


@pytest.mark.parametrize("page", ["feed_fields_p1", "feed_fields_p2", "feeds_default_fields_p1"])
def test_a_feed_is_read_and_its_time_paging_is_followed_without_the_token(page: str) -> None:
    payload = told(PYTHON / f"facebook/apidata/posts/{page}.json")

    listed = read_listing(payload, partial(parse_post, own=OWN, now=NOON), time="created_time", now=NOON)

    assert len(listed.posts) == len(payload["data"])
    link = payload.get("paging", {}).get("next", "")
    assert bool(listed.after) == bool(link)
    assert "REDACTED" not in listed.after
    assert not link or set(asked_after(listed.after)) <= {"until", "__paging_token", "after"}


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("connection-same-cursor", ""),  # cursors without a next page: the end
        ("connection-with-cursor-only", ""),
        ("connection-with-cursor", "NzU1MjI1MjU0"),  # a next page whose link names no cursor
        ("connection-nodata", "aftercurs"),  # nothing on the page, and yet a next one
        ("v4_0/strange-cursor", "QVFIUlNEN1BW"),
    ],
)
def test_only_a_next_page_leads_on(name: str, after: str) -> None:
    found = asked_after(next_page(told(RESTFB / f"{name}.json")))

    assert found.get("after", "").startswith(after)
    assert bool(found) == bool(after)


def test_a_conversation_is_read_with_its_messages() -> None:
    talk = told(RESTFB / "conversation.json")
    us = Own(page_id="120042743874449")

    listed = read_conversations(listing(talk), us, floor=NOON - timedelta(days=9999), now=NOON)

    assert listed.unreadable == ()
    assert {post.conversation for post in listed.posts} == {"t_id.378684585488220"}
    assert {post.author.native_id: post.own for post in listed.posts}["261743132120084"] is False
    assert {post.raw["psid"] for post in listed.posts if not post.own} == {"261743132120084"}
    assert max(post.raw.get("attachments", 0) for post in listed.posts) >= 2


def test_a_message_with_a_picture_is_read() -> None:
    item = told(PYTHON / "facebook/apidata/messages/message_info.json")

    post = parse_message(item, {"id": "t_1"}, Own(page_id="2121008874780932"), now=NOON)

    assert post
    assert (post.author.name, post.text, post.raw["attachments"]) == ("Kun Liu", "", 1)


@pytest.mark.parametrize("name", ["v2_5/messages-with-attachments", "v2_5/message", "v7_0/message-eu"])
def test_messages_of_older_versions_are_read(name: str) -> None:
    found = told(RESTFB / f"{name}.json")

    for item in found if isinstance(found, list) else [found]:
        post = parse_message(item, {"id": "t_1"}, OWN, now=NOON)
        assert post
        assert post.native_id == item["id"]


def test_a_reply_to_our_story_is_read() -> None:
    item = told(RESTFB / "v10_0/instagram-message-story.json")

    post = parse_message(item, {"id": "aWdf"}, Own(page_id=PAGE, user_id="901"), now=NOON)

    assert post
    assert (post.author.handle, post.text, post.raw["attachments"]) == ("some_username", "Nice shot !👍🏼", 1)


def test_comments_of_instagram_are_read_by_name_and_by_id() -> None:
    parse = partial(parse_instagram_comment, own=OWN, media_id="1", now=NOON)
    fields = told(PYTHON / "instagram/apidata/comments/comments_fields.json")

    ours, other = map(parse, fields.values())
    nameless = parse(told(RESTFB / "instagram/comment.json"))
    named = parse(told(RESTFB / "instagram/comment_missing_user.json"))

    assert (ours.own, other.own, other.author.native_id) == (True, False, "@lixiangguodu123")
    assert (nameless.author.native_id, named.author.native_id) == ("98765432123", "@bincyshiona")


def test_a_page_of_instagrams_comments_leads_on_and_brings_replies_along() -> None:
    first = read_comments(told(PYTHON / "instagram/apidata/medias/comments_p1.json"), "1", OWN, now=NOON)
    last = read_comments(told(PYTHON / "instagram/apidata/medias/comments_p2.json"), "1", OWN, now=NOON)
    nested = read_comments(listing(told(RESTFB / "instagram/comment.json")), "1", OWN, now=NOON)

    assert (first.after, last.after) == ("after=after", "")
    assert [post.native_id for post in nested.posts] == ["123456789", "1234567891"]


def test_tagged_media_and_mentions_are_read() -> None:
    tagged = told(PYTHON / "instagram/apidata/users/tagged_medias.json")
    mentioned = told(PYTHON / "instagram/apidata/users/mentioned_media.json")["mentioned_media"]
    comment = told(PYTHON / "instagram/apidata/users/mentioned_comment.json")["mentioned_comment"]

    listed = read_listing(tagged, partial(parse_media, own=OWN, now=NOON), time="timestamp", now=NOON)

    assert len(listed.posts) == len(tagged["data"])
    assert [post.text for post in listed.posts if post.summoned] == ["Cute.. #cute #loveyou  @ikroskun"]
    assert (found := parse_media(mentioned, OWN, now=NOON))
    assert found.summoned
    assert parse_mention(comment, OWN, "1", now=NOON) is None  # it is our own


@pytest.mark.parametrize(
    ("path", "code", "rule"),
    [
        (PYTHON / "error.json", 100, "graph.wrong-secret"),
        (PYTHON / "base/error_data.json", 100, "graph.no-permission"),
        (RESTFB / "oauthExampleError.json", 1, "graph.transient"),
        (RESTFB / "instagram/ig_login_exception.json", 2500, "graph.bad-request"),
        (RESTFB / "exampleOauthError.json", None, "graph.not-the-api"),
    ],
)
def test_refusals_are_read_by_their_codes(path: Path, code: int | None, rule: str) -> None:
    problem = read_problem(Answer(400, {}, path.read_bytes()))

    assert problem.code == code
    assert rule_for(400, problem).id == rule


@pytest.mark.parametrize("name", ["data-debug-token-info", "debug-token-info-2", "debug-token-info-4"])
def test_what_meta_says_of_tokens_is_read(wire: Wire, name: str) -> None:
    found = told(RESTFB / f"{name}.json")
    pages = {"debug_token": found if "data" in found else {"data": found}, PAGE: {"id": PAGE}}
    wire.respond = served({**pages, f"{PAGE}/conversations": listing({"id": "t_1"})})

    findings = {finding.what: finding for finding in a_page(wire).probe(now=NOON)}

    assert findings[TOKEN].ok is (name == "debug-token-info-4")  # the only one that does not run out
    assert "missing: pages_" in findings[RIGHTS].detail
