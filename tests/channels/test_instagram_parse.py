"""Reading Instagram's JSON: comments with replies, tags, mentions; what is missing, and what is absurd."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.graph_inbox import parse_message
from channels.graph_parse import UNKNOWN, Own, read_each
from channels.instagram_hear import read_comments
from channels.instagram_parse import (
    elsewhere,
    names,
    parse_comment,
    parse_media,
    parse_mention,
    place_of,
    with_replies,
)
from domain.values import NewPost, PostKind
from tests.channels.meta import PAGE, USER, a_talk, ago, listing
from tests.conftest import NOON

OWN = Own(page_id=PAGE, user_id=USER, handle="nord.parcel")
ANA = {"id": "7", "username": "ana_b"}
US = {"id": USER, "username": "nord.parcel"}
ITEM = {
    "id": "1700",
    "text": "third day",
    "timestamp": ago(minutes=5),
    "username": "ana_b",
    "from": ANA,
    "media": {"permalink": "https://www.instagram.com/p/AbC/"},
}


def a_comment(**changed: Any) -> dict[str, Any]:
    return {name: value for name, value in {**ITEM, **changed}.items() if value is not None}


def comment(**changed: Any) -> NewPost:
    return parse_comment(a_comment(**changed), OWN, "1800", now=NOON)


def test_a_comment_is_read_whole() -> None:
    post = comment()

    assert (post.kind, post.native_id, post.conversation, post.in_reply_to) == (
        PostKind.COMMENT,
        "1700",
        "1800",
        "1800",
    )
    assert (post.text, post.created_at) == ("third day", NOON - timedelta(minutes=5))
    assert (post.author.native_id, post.author.handle) == ("7", "ana_b")
    assert post.summoned
    assert post.permalink == "https://www.instagram.com/p/AbC/"
    assert post.raw == {"page": PAGE, "media": "1800", "can_hide": True, "can_reply_privately": True}


@pytest.mark.parametrize("writer", [US, {"id": USER}, {"username": "Nord.Parcel"}])
def test_our_own_comment_is_marked_as_ours(writer: dict[str, str]) -> None:
    post = comment(**{"from": writer}, username=writer.get("username"), parent_id="1699")

    assert (post.own, post.summoned, post.in_reply_to) == (True, False, "1699")
    assert post.author.native_id == USER
    assert not post.raw["can_hide"]


def test_an_author_told_by_name_only_is_known_by_it() -> None:
    post = comment(**{"from": None}, username="Ana_B")

    assert (post.author.native_id, post.author.handle) == ("@ana_b", "Ana_B")
    assert post.raw["can_reply_privately"]


def test_an_author_nobody_names_is_nobody_elses() -> None:
    post = comment(**{"from": None}, username=None)

    assert post.author.native_id == f"{UNKNOWN}1700"
    assert not post.raw["can_reply_privately"]


def test_replies_that_come_along_know_their_comment_and_where_they_stand() -> None:
    reply = {"id": "1701", "text": "me too", "timestamp": ago(minutes=1), "username": "bo"}
    item = a_comment(replies={"data": [reply, 5]})

    listed = read_comments(listing(item), "1800", OWN, now=NOON)

    assert [(post.native_id, post.in_reply_to) for post in listed.posts] == [("1700", "1800"), ("1701", "1700")]
    assert listed.posts[1].permalink == "https://www.instagram.com/p/AbC/"
    assert len(listed.unreadable) == 1
    assert max(listed.seen) == NOON


def test_media_that_tags_us_is_answered_only_where_its_words_name_us() -> None:
    item = {"id": "1900", "caption": "thanks @Nord.Parcel!", "timestamp": ago(hours=1), "username": "ana_b"}

    named = parse_media(item, OWN, now=NOON)
    tagged = parse_media({**item, "caption": "look"}, OWN, now=NOON)

    assert named
    assert tagged
    assert (named.native_id, named.kind, named.summoned) == ("m:1900", PostKind.MENTION, True)
    assert not tagged.summoned
    assert named.author.native_id == "@ana_b"
    assert parse_media({**item, "username": "nord.parcel"}, OWN, now=NOON) is None


def test_a_mention_elsewhere_goes_by_media_and_comment() -> None:
    post = parse_mention(a_comment(), OWN, "1900", now=NOON)

    assert post
    assert (post.native_id, post.conversation, post.summoned) == ("m:1900:1700", "m:1900", True)
    assert not post.raw["can_reply_privately"]
    assert parse_mention(a_comment(**{"from": US}), OWN, "1900", now=NOON) is None


@pytest.mark.parametrize(
    ("native_id", "place"),
    [
        ("1700", None),
        ("m:1900", ("1900", "")),
        ("m:1900:1700", ("1900", "1700")),
        ("m:", None),
        ("m:x", None),
        ("m:1:2:3", None),
    ],
)
def test_a_name_tells_where_a_thing_stands(native_id: str, place: tuple[str, str] | None) -> None:
    assert place_of(native_id) == place
    assert place is None or elsewhere(*place) == native_id


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("@nord.parcel where", True),
        ("hey @NORD.PARCEL.", True),
        ("(@nord.parcel)", True),
        ("@nord.parcels", False),
        ("@nord.parcel_uk", False),
        ("@nord.parcel.uk", False),
        ("me@nord.parcel", False),
        ("nord.parcel", False),
        ("@nordxparcel", False),
    ],
)
def test_our_name_is_seen_whole_or_not_at_all(*, text: str, ours: bool) -> None:
    assert names(text, OWN) is ours


def test_messages_of_instagram_know_us_by_either_id_or_name() -> None:
    message = {"id": "aWdfZAG1f:Q==", "message": "hi", "from": US, "to": {"data": [ANA]}, "created_time": ago()}

    post = parse_message(message, a_talk(native_id="aWdfTALK=="), OWN, now=NOON)

    assert post
    assert (post.own, post.raw, post.author.native_id) == (True, {"page": PAGE}, USER)
    assert post.permalink == "https://www.instagram.com/direct/inbox/"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "data", "username"]), inner),
    max_leaves=6,
)
_REPLIES = {"data": [{"id": "1701", "text": "x"}, None]}
_ODD = st.fixed_dictionaries(
    {}, optional={name: st.just(value) | _JSON for name, value in {**ITEM, "replies": _REPLIES, "caption": "x"}.items()}
)


@given(items=st.lists(_ODD | _JSON, max_size=4))
def test_no_item_however_odd_breaks_its_page(items: list[Any]) -> None:
    listed = read_comments({"data": items}, "1800", OWN, now=NOON)
    flat = list(with_replies(items))

    assert len(listed.posts) + len(listed.unreadable) <= len(flat)
    for parse in (partial(parse_media, own=OWN, now=NOON), partial(parse_mention, own=OWN, media_id="1", now=NOON)):
        posts, aside = read_each(items, parse)
        assert len(posts) + len(aside) <= len(items)
