"""What X pushes: the same posts as a poll would make of them, and nothing of what is not ours."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.x_activity import Door, pair
from channels.x_money import Meter, price_table
from channels.x_parse import Own, read_directs, read_posts
from domain.ports import Receives
from domain.values import NewPost, Pushed
from tests.channels.pushes import ANA, ANA_ID, HANDLE, OWN_ID, x_direct, x_event, x_mention, x_post
from tests.channels.signing import CONSUMER_SECRET, x_headers
from tests.conftest import NOON

OWN = Own(OWN_ID, HANDLE)


@pytest.fixture
def door() -> Door:
    return Door(OWN, Meter(price_table()), consumer_secret=CONSUMER_SECRET)


def read(door: Door, event: Any, now: datetime) -> Pushed:
    (told,) = door.read(json.dumps(event), now=now)
    return told


def only(door: Door, event: Any, now: datetime) -> NewPost:
    (post,) = read(door, event, now).page.posts
    return post


def test_the_door_is_a_receiver(door: Door) -> None:
    assert isinstance(door, Receives)
    assert door.accounts == (("x", OWN_ID),)


def test_a_pushed_mention_is_the_post_that_a_poll_would_have_made(door: Door, now: datetime) -> None:
    polled = read_posts({"data": [x_post("101", now)], "includes": {"users": [ANA]}}, OWN, now=now)

    pushed = read(door, x_mention("101", now), now)

    assert pushed.page.posts == polled.posts
    assert (pushed.channel, pushed.account, pushed.source) == ("x", OWN_ID, "mentions")
    assert pushed.page.posts[0].summoned


def test_a_pushed_message_is_the_post_that_a_poll_would_have_made(door: Door, now: datetime) -> None:
    item = {
        "id": "500",
        "event_type": "MessageCreate",
        "text": "hello!",
        "sender_id": ANA_ID,
        "dm_conversation_id": f"{OWN_ID}-{ANA_ID}",
        "created_at": now.isoformat(),
    }
    polled = read_directs({"data": [item], "includes": {"users": [ANA]}}, OWN, now=now)

    pushed = read(door, x_direct("500", now), now)

    assert pushed.page.posts == polled.posts
    assert pushed.source == "directs"


@pytest.mark.parametrize("kind", ["post.mention.create", "post.reply.create", "post.quote.create"])
def test_replies_and_quotes_are_heard_as_mentions_are(door: Door, now: datetime, kind: str) -> None:
    event = x_event(kind, x_post("101", now), includes={"users": [{"data": ANA}]})

    pushed = read(door, event, now)

    assert (pushed.source, pushed.page.posts[0].author.handle) == ("mentions", "ana_b")


def test_what_we_wrote_ourselves_in_private_is_ours(door: Door, now: datetime) -> None:
    post = only(door, x_direct("501", now, "Good morning", sender=OWN_ID, to=ANA_ID), now)

    assert post.own
    assert post.conversation == pair(ANA_ID, OWN_ID)


def test_a_message_in_the_shape_of_version_two_is_read_as_well(door: Door, now: datetime) -> None:
    """Public reports of July 2026 show both shapes; the documentation the older one."""
    payload = {
        "id": "502",
        "event_type": "MessageCreate",
        "sender_id": ANA_ID,
        "dm_conversation_id": f"{OWN_ID}-{ANA_ID}",
        "text": "hello",
        "created_at": now.isoformat(),
    }

    post = only(door, x_event("dm.received", payload), now)

    assert (post.native_id, post.text, post.conversation) == ("502", "hello", f"{OWN_ID}-{ANA_ID}")


def test_an_encrypted_message_is_kept_without_words(door: Door, now: datetime) -> None:
    payload = {
        "id": "600",
        "sender_id": ANA_ID,
        "conversation_id": f"{ANA_ID}:{OWN_ID}",
        "created_at_msec": str(int(now.timestamp() * 1000)),
        "encoded_event": "bm90IGZvciB1cw==",
    }

    post = only(door, x_event("chat.received", payload), now)

    assert (post.encrypted, post.text, post.created_at) == (True, "", now)
    assert post.conversation == f"{OWN_ID}-{ANA_ID}"
    assert "bm90" not in repr(post)


def test_a_message_that_is_a_picture_is_no_encrypted_one(door: Door, now: datetime) -> None:
    event = x_direct("503", now, "")
    content = event["data"]["payload"]["direct_message_events"][0]["message_create"]["message_data"]
    content["attachment"] = {"type": "media"}

    post = only(door, event, now)

    assert (post.encrypted, post.raw["attachments"]) == (False, 1)


def test_a_deleted_post_is_gone(door: Door, now: datetime) -> None:
    event = x_event("post.delete", {"id": "101", "author_id": ANA_ID})

    assert read(door, event, now).page.gone == ("101",)


def test_events_of_other_accounts_of_the_app_are_nobodys(door: Door, now: datetime) -> None:
    event = x_event("post.mention.create", x_post("101", now), user_id="999")

    assert door.read(json.dumps(event), now=now) == ()


@pytest.mark.parametrize("kind", ["dm.read", "dm.indicate_typing", "oauth.revoke", "post.create"])
def test_events_without_words_for_us_are_passed_over(door: Door, now: datetime, kind: str) -> None:
    assert door.read(json.dumps(x_event(kind, {"id": "1"})), now=now) == ()


def test_an_event_of_an_unknown_kind_is_set_aside_once_for_its_kind(door: Door, now: datetime) -> None:
    first = read(door, x_event("post.wave.create", {"id": "1"}), now)
    second = read(door, x_event("post.wave.create", {"id": "2"}), now)

    names = {item.native_id for told in (first, second) for item in told.page.unreadable}
    assert names == {"pushed:post.wave.create"}
    assert first.page.unreadable[0].why == "X pushes post.wave.create, which is not known"


def test_a_post_that_cannot_be_read_is_set_aside_as_a_poll_would(door: Door, now: datetime) -> None:
    told = read(door, x_event("post.mention.create", {"id": "101", "text": "no author"}), now)

    assert told.page.posts == ()
    assert [item.native_id for item in told.page.unreadable] == ["101"]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"data": []}', "null", "{", '{"data": {}}', "[" * 100_000])
def test_what_is_no_event_is_refused_in_our_words(door: Door, now: datetime, body: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|no event|nested"):
        door.read(body, now=now)


def test_a_mention_is_billed_as_x_lists_it(door: Door, now: datetime) -> None:
    mention, direct = read(door, x_mention("101", now), now), read(door, x_direct("500", now), now)

    assert [(usage.resource, usage.micros) for usage in mention.page.usage] == [("post_read", 5_000)]
    assert [(usage.resource, usage.micros) for usage in direct.page.usage] == [("dm_event_read", 10_000)]


def test_the_challenge_is_signed_with_the_consumer_secret(door: Door) -> None:
    answer = door.greet({"crc_token": "challenge string"})

    signed = x_headers(b"challenge string")["x-twitter-webhooks-signature"]
    assert json.loads(answer or "") == {"response_token": signed}
    assert door.greet({}) is None
    assert door.greet({"crc_token": ""}) is None
    assert door.greet({"crc_token": "x" * 600}) is None


@given(body=st.binary(max_size=100), at=st.integers(min_value=0))
def test_one_changed_byte_is_not_xs(body: bytes, at: int) -> None:
    door = Door(OWN, Meter(price_table()), consumer_secret=CONSUMER_SECRET)
    turned = body[: at % (len(body) + 1)] + b"!" + body[at % (len(body) + 1) :]

    assert door.genuine(x_headers(body), body)
    assert not door.genuine(x_headers(body), turned)
    assert not door.genuine({}, body)
    assert not door.genuine(x_headers(body, secret="another"), body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
KINDS = st.sampled_from(["post.mention.create", "dm.received", "chat.received", "post.delete", "dm.sent", "other"])


@given(kind=KINDS, payload=JSON, includes=JSON)
def test_no_payload_breaks_the_reading(kind: str, payload: Any, includes: Any) -> None:
    door = Door(OWN, Meter(price_table()), consumer_secret=CONSUMER_SECRET)

    told = door.read(json.dumps(x_event(kind, payload, includes=includes)), now=NOON)

    assert len(told) == 1


@given(field=st.sampled_from(["direct_message_events", "users"]), value=JSON)
def test_no_message_breaks_the_reading(field: str, value: Any) -> None:
    door = Door(OWN, Meter(price_table()), consumer_secret=CONSUMER_SECRET)
    event = x_direct("500", NOON)
    event["data"]["payload"][field] = value

    door.read(json.dumps(event), now=NOON)


@given(item=JSON, name=st.sampled_from(["id", "created_timestamp", "message_create", "type"]))
def test_no_field_of_a_message_breaks_the_reading(item: Any, name: str) -> None:
    door = Door(OWN, Meter(price_table()), consumer_secret=CONSUMER_SECRET)
    event = x_direct("500", NOON)
    event["data"]["payload"]["direct_message_events"][0][name] = item

    for told in door.read(json.dumps(event), now=NOON):
        for post in told.page.posts:
            assert post.created_at <= NOON + timedelta(days=1)
