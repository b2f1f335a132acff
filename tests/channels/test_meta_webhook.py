"""What Meta pushes: the same posts as a poll would make of them; what nobody knows is kept once and blocks nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.facebook_parse import parse_comment, parse_post
from channels.graph_inbox import parse_message
from channels.graph_parse import Own
from channels.instagram_parse import parse_comment as parse_ig_comment
from channels.instagram_parse import parse_mention
from channels.meta_webhook import Door, Reader
from channels.meta_webhook_facebook import FacebookReader
from channels.meta_webhook_instagram import InstagramReader
from domain.errors import Refused, Unavailable
from domain.ports import Receives
from domain.values import NewPost, PostKind, Pushed
from tests.channels.pushes import (
    IG_USER,
    IGSID,
    PAGE,
    POST,
    PSID,
    change,
    comment,
    comment_id,
    gone,
    message,
)
from tests.channels.signing import APP_SECRET, VERIFY_TOKEN
from tests.conftest import NOON

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "payloads" / "restfb" / "src" / "test" / "resources" / "json"
THREAD = "t_10101"


@dataclass
class Line:
    """Stands for a connector: says what conversation a person is in, and what a mention says."""

    name: str = "facebook"
    account: str = PAGE
    own: Own = field(default_factory=lambda: Own(page_id=PAGE))
    threads: dict[str, str] = field(default_factory=lambda: {PSID: THREAD, IGSID: THREAD})
    otherwise: str = ""  # the conversation of anybody else
    asked: list[str] = field(default_factory=list)
    mention: NewPost | Exception | None = None

    def thread(self, author: str, *, now: datetime) -> str:
        del now
        self.asked.append(author)
        return self.threads.get(author, self.otherwise)

    def mentioned(self, media_id: str, comment_id: str = "", *, now: datetime) -> NewPost | None:
        del now
        self.asked.append(f"{media_id}/{comment_id}")
        if isinstance(self.mention, Exception):
            raise self.mention
        return self.mention


@pytest.fixture
def facebook() -> Line:
    return Line()


@pytest.fixture
def instagram() -> Line:
    return Line("instagram", IG_USER, Own(page_id=PAGE, user_id=IG_USER, handle="nordparcel"))


@pytest.fixture
def door(facebook: Line, instagram: Line) -> Door:
    return made(facebook, instagram)


def made(facebook: Line, instagram: Line) -> Door:
    readers: list[Reader] = [FacebookReader(facebook), InstagramReader(instagram)]
    return Door(readers, app_secret=APP_SECRET.encode(), verify_token=VERIFY_TOKEN.encode())


def read(door: Door, content: Any, now: datetime = NOON) -> Sequence[Pushed]:
    return door.read(json.dumps(content), now=now)


def only(door: Door, content: Any, now: datetime = NOON) -> NewPost:
    (told,) = read(door, content, now)
    (post,) = told.page.posts
    return post


def recorded(name: str) -> Any:
    file = RECORDED / f"{name}.json"
    if not file.exists():
        pytest.skip("the recorded payloads are not here")
    return json.loads(file.read_text("utf-8"))


def test_the_door_is_a_receiver(door: Door) -> None:
    assert isinstance(door, Receives)
    assert list(door.accounts) == [("facebook", PAGE), ("instagram", IG_USER)]


def test_a_pushed_comment_is_the_post_that_a_poll_would_have_made(door: Door, now: datetime) -> None:
    item = {
        "id": comment_id(1),
        "message": "third day without my parcel",
        "from": {"id": PSID, "name": "Ana Banana"},
        "created_time": now.isoformat(),
        "can_hide": True,
        "can_reply_privately": True,
        "is_hidden": False,
    }
    polled = parse_comment(item, Own(page_id=PAGE), POST, now=now)

    (told,) = read(door, comment(1, now), now)

    assert told.page.posts == (polled,)
    assert (told.channel, told.account, told.source) == ("facebook", PAGE, "comments")


def test_an_answer_to_a_comment_says_to_which(door: Door, now: datetime) -> None:
    post = only(door, comment(2, now, parent_id=comment_id(1)), now)

    assert (post.in_reply_to, post.conversation) == (comment_id(1), POST)


def test_a_visitors_post_is_the_post_that_a_poll_would_have_made(door: Door, now: datetime) -> None:
    value = {
        "item": "status",
        "verb": "add",
        "post_id": POST,
        "from": {"id": PSID, "name": "Ana Banana"},
        "published": 1,
        "created_time": int(now.timestamp()),
        "message": "Where are you?",
    }
    polled = parse_post(
        {"id": POST, "message": "Where are you?", "from": value["from"], "created_time": now.isoformat()},
        Own(page_id=PAGE),
        now=now,
    )

    (told,) = read(door, change("feed", value), now)

    assert told.page.posts == (polled,)
    assert told.source == "posts"


def test_our_own_posts_are_passed_over_and_our_own_comments_are_ours(door: Door, now: datetime) -> None:
    own_post = {"item": "status", "verb": "add", "post_id": POST, "from": {"id": PAGE}, "message": "News!"}

    assert read(door, change("feed", own_post), now) == []
    assert only(door, comment(1, now, writer={"id": PAGE, "name": "Nord Parcel"}), now).own


def test_a_post_nobody_can_see_yet_is_passed_over(door: Door, now: datetime) -> None:
    value = {"item": "status", "verb": "add", "post_id": POST, "from": {"id": PSID}, "published": 0, "message": "x"}

    assert read(door, change("feed", value), now) == []


def test_a_comment_that_was_taken_back_is_gone(door: Door, now: datetime) -> None:
    (told,) = read(door, gone(1), now)

    assert told.page.gone == (comment_id(1),)
    assert told.page.posts == ()


@pytest.mark.parametrize("verb", ["hide", "unhide"])
def test_a_hidden_comment_still_is(door: Door, now: datetime, verb: str) -> None:
    assert read(door, comment(1, now, verb=verb), now) == []


@pytest.mark.parametrize("verb", ["edited", "edit", "add"])
def test_an_edited_comment_is_the_comment_with_its_newest_words(door: Door, now: datetime, verb: str) -> None:
    post = only(door, comment(1, now, "now in other words", verb=verb), now)

    assert (post.native_id, post.text) == (comment_id(1), "now in other words")


@pytest.mark.parametrize("item", ["reaction", "like"])
def test_who_likes_something_says_nothing(door: Door, item: str) -> None:
    assert read(door, change("feed", {"item": item, "verb": "add", "post_id": POST})) == []


def test_a_mention_without_its_author_is_for_people(door: Door, now: datetime) -> None:
    value = {"item": "post", "verb": "add", "post_id": "77_88", "message": "@Nord Parcel?", "created_time": 1614340562}

    (told,) = read(door, change("mention", value), now)

    (post,) = told.page.posts
    assert (told.source, post.kind, post.summoned) == ("tagged", PostKind.MENTION, False)
    assert post.author.native_id.startswith("unknown:")


def test_a_mention_in_a_comment_stands_under_its_post(door: Door, now: datetime) -> None:
    value = {"item": "comment", "verb": "add", "post_id": "77_88", "comment_id": "88_99", "message": "@Nord Parcel"}

    post = only(door, change("mention", value), now)

    assert (post.native_id, post.conversation, post.in_reply_to) == ("88_99", "77_88", "77_88")


def test_a_pushed_message_is_the_post_that_a_poll_would_have_made(door: Door, now: datetime) -> None:
    item = {
        "id": "m_1",
        "from": {"id": PSID},
        "to": {"data": [{"id": PAGE}]},
        "message": "hello",
        "created_time": now.isoformat(),
    }
    polled = parse_message(item, {"id": THREAD}, Own(page_id=PAGE), now=now)

    (told,) = read(door, message("m_1", now), now)

    assert told.page.posts == (polled,)
    assert told.source == "inbox"
    assert told.page.posts[0].raw["psid"] == PSID


def test_an_echo_is_ours_and_in_the_same_conversation(door: Door, now: datetime) -> None:
    theirs, ours = only(door, message("m_1", now), now), only(door, message("m_2", now, echo=True), now)

    assert (theirs.own, ours.own) == (False, True)
    assert theirs.conversation == ours.conversation == THREAD


def test_a_conversation_is_asked_for_once(door: Door, facebook: Line, now: datetime) -> None:
    for number in range(3):
        read(door, message(f"m_{number}", now), now)

    assert facebook.asked == [PSID]


def test_a_message_whose_conversation_is_not_listed_yet_is_read_later(
    door: Door, facebook: Line, now: datetime
) -> None:
    facebook.threads.clear()

    with pytest.raises(Unavailable, match="not listed yet"):
        read(door, message("m_1", now), now)
    facebook.threads[PSID] = THREAD

    assert only(door, message("m_1", now), now).conversation == THREAD


def test_only_so_many_conversations_are_remembered(
    door: Door, facebook: Line, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.meta_webhook_talk.REMEMBERED", 2)
    facebook.threads = {str(person): f"t_{person}" for person in range(100, 104)}

    for person in ("100", "101", "102", "100"):
        read(door, message(f"m_{person}", now, person=person), now)

    assert facebook.asked == ["100", "101", "102", "100"]


def test_a_message_that_was_taken_back_is_gone(door: Door, now: datetime) -> None:
    content = message("m_1", now)
    content["entry"][0]["messaging"][0]["message"] = {"mid": "m_1", "is_deleted": True}

    (told,) = read(door, content, now)

    assert told.page.gone == ("m_1",)


def test_a_message_is_named_as_polling_lists_it_however_it_is_pushed(door: Door, now: datetime) -> None:
    taken_back = message("mid.1457764197618:41d1", now)
    taken_back["entry"][0]["messaging"][0]["message"] = {"mid": "mid.1457764197618:41d1", "is_deleted": True}

    written, gone_again = (
        only(door, message("mid.1457764197618:41d1", now), now),
        read(door, taken_back, now)[0].page.gone,
    )

    assert gone_again == (written.native_id,)


def test_a_picture_without_words_is_kept_and_counted(door: Door, now: datetime) -> None:
    content = message("m_1", now, "")
    content["entry"][0]["messaging"][0]["message"]["attachments"] = [{"type": "image", "payload": {"url": "https://x"}}]

    post = only(door, content, now)

    assert (post.text, post.raw["attachments"], post.encrypted) == ("", 1, False)
    assert "https://x" not in repr(post.raw)


def test_what_meta_shows_in_its_app_only_is_kept_without_words(door: Door, now: datetime) -> None:
    content = message("m_1", now)
    content["entry"][0]["messaging"][0]["message"] = {"mid": "m_1", "is_unsupported": True}

    assert only(door, content, now).encrypted


@pytest.mark.parametrize("kind", ["read", "delivery", "referral", "postback", "reaction", "optin", "message_edit"])
def test_events_without_new_words_are_passed_over(door: Door, facebook: Line, kind: str, now: datetime) -> None:
    event = {"sender": {"id": PSID}, "recipient": {"id": PAGE}, "timestamp": 1, kind: {"x": 1}}
    content = {"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [event]}]}

    assert read(door, content, now) == []
    assert facebook.asked == []


def test_a_comment_on_instagram_is_the_post_that_a_poll_would_have_made(
    door: Door, instagram: Line, now: datetime
) -> None:
    value = {"id": "178", "text": "Wo?", "from": {"id": IGSID, "username": "ana.b"}, "media": {"id": "76543987"}}
    polled = parse_ig_comment({**value, "timestamp": now.isoformat()}, instagram.own, "76543987", now=now)
    content = change("comments", value, kind="instagram", entry=IG_USER)
    content["entry"][0]["time"] = int(now.timestamp())

    (told,) = read(door, content, now + timedelta(minutes=1))

    assert told.page.posts == (polled,)
    assert (told.channel, told.account, told.source) == ("instagram", IG_USER, "comments")


def test_a_mention_on_instagram_is_fetched_by_its_ids(door: Door, instagram: Line, now: datetime) -> None:
    item = {"id": "55", "text": "@nordparcel hm", "username": "ana.b", "timestamp": now.isoformat()}
    instagram.mention = parse_mention(item, instagram.own, "66", now=now)
    value = {"media_id": "66", "comment_id": "55"}

    (told,) = read(door, change("mentions", value, kind="instagram", entry=IG_USER), now)

    assert instagram.asked == ["66/55"]
    assert told.page.posts == (instagram.mention,)
    assert (told.source, told.whole) == ("tagged", False)  # tags in pictures are not pushed


def test_a_mention_that_no_longer_exists_is_gone(door: Door, instagram: Line, now: datetime) -> None:
    instagram.mention = Refused("instagram", "it is gone", rule="graph.gone", gone=True)
    value = {"media_id": "66", "comment_id": "55"}

    (told,) = read(door, change("mentions", value, kind="instagram", entry=IG_USER), now)

    assert told.page.gone == ("m:66:55",)


def test_a_mention_that_cannot_be_fetched_now_is_read_later(door: Door, instagram: Line) -> None:
    instagram.mention = Unavailable("instagram", "no answer")

    with pytest.raises(Unavailable):
        read(door, change("mentions", {"media_id": "66"}, kind="instagram", entry=IG_USER))


def test_a_mention_that_is_refused_is_set_aside_and_blocks_nothing(door: Door, instagram: Line, now: datetime) -> None:
    instagram.mention = Refused("instagram", "a permission is missing", rule="graph.permission")
    content = change("mentions", {"media_id": "66"}, kind="instagram", entry=IG_USER)
    content["entry"][0]["changes"] += [
        {"field": "comments", "value": {"id": "178", "text": "Wo?", "media": {"id": "7"}, "from": {"id": IGSID}}}
    ]

    aside, read_too = read(door, content, now)

    assert [item.why for item in aside.page.unreadable] == ["a permission is missing"]
    assert len(read_too.page.posts) == 1


def test_a_message_on_instagram_is_read_as_on_messenger(door: Door, instagram: Line, now: datetime) -> None:
    content = message("aWd_1", now, person=IGSID)
    content["object"] = "instagram"
    entry = content["entry"][0]
    entry["id"] = IG_USER
    entry["messaging"][0]["recipient"] = {"id": IG_USER}

    post = only(door, content, now)

    assert (post.kind, post.conversation, post.author.native_id) == (PostKind.DIRECT, THREAD, IGSID)
    assert instagram.asked == [IGSID]


def test_pages_of_other_customers_of_the_app_are_nobodys(door: Door, now: datetime) -> None:
    assert read(door, change("feed", {"item": "comment"}, entry="999"), now) == []
    assert read(door, change("comments", {}, kind="instagram", entry=PAGE), now) == []
    assert read(door, {"object": "permissions", "entry": [{"id": PAGE}]}, now) == []


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (change("parking", {}), "pushed:parking"),
        (
            change("feed", {"item": "comment", "verb": "wave", "comment_id": "1_2", "post_id": POST}),
            "feed.comment.wave",
        ),
        (change("feed", {"item": "hologram", "verb": "add"}), "feed.hologram.add"),
        (change("holograms", {}, kind="instagram", entry=IG_USER), "holograms"),
        (change("<b>ü", {}), "pushed:?b??"),
    ],
)
def test_what_nobody_knows_is_set_aside_once_for_its_kind(door: Door, content: Any, name: str) -> None:
    first, second = read(door, content), read(door, content)

    names = {item.native_id for told in (*first, *second) for item in told.page.unreadable}
    assert names == {name if name.startswith("pushed:") else f"pushed:{name}"}
    assert [told.page.posts for told in first] == [()]


def test_one_bad_item_holds_up_nothing(door: Door, now: datetime) -> None:
    content = comment(1, now)
    changes = content["entry"][0]["changes"]
    changes[:0] = [None, 7, {"field": "feed"}, {"field": "feed", "value": {"item": "comment", "verb": "add"}}]
    content["entry"] += [None, {"id": PAGE, "changes": "x", "messaging": {}}, *message("m_1", now)["entry"]]

    told = read(door, content, now)

    posts = [post.native_id for pushed in told for post in pushed.page.posts]
    assert posts == [comment_id(1), "m_1"]


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", '{"entry": {}}', "{", "[" * 100_000])
def test_what_is_no_envelope_is_refused(door: Door, now: datetime, body: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|no entries|nested"):
        door.read(body, now=now)


ON_PAGE = {
    "webhooks/feed-comment-add-211": (1, 0),
    "webhooks/feed-comment-edited-25": (1, 0),
    "webhooks/feed-comment-edited-with-video": (1, 0),
    "webhooks/feed-comment-remove-25": (0, 1),
    "webhooks/feed-comment-hide": (0, 0),
    "webhooks/feed-comment-unhide": (0, 0),
    "webhooks/feed-post-add-25": (1, 0),
    "webhooks/feed-post-edit": (1, 0),
    "webhooks/feed-status-add-25": (0, 0),
    "webhooks/feed-photo-remove-25": (0, 1),
    "webhooks/feed-reaction-add": (0, 0),
    "webhooks/mention-post-add-real": (1, 0),
    "webhooks/mention-comment-add": (1, 0),
    "webhooks/ratings-comment-add-25": (0, 0),
}
MESSAGES = {
    "webhooks/messaging-message-basic": (1, 0),
    "webhooks/messaging-message-media-attachment": (1, 0),
    "webhooks/messaging-message-reply-2": (1, 0),
    "webhooks/messaging-message-isdeleted": (0, 1),
    "webhooks/messaging-message-isunsupported": (1, 0),
    "webhooks/messaging-message-quickreply": (1, 0),
    "webhooks/messaging-message-prior": (1, 0),
    "webhooks/messaging-message-sticker": (1, 0),
    "webhooks/messaging-referral-basic": (0, 0),
    "webhooks/messaging-delivery-basic": (0, 0),
    "webhooks/messaging-read-basic": (0, 0),
    "webhooks/messaging-postback-basic": (0, 0),
    "webhooks/messaging-optin-basic": (0, 0),
    "webhooks/messaging-payment": (0, 0),
    "webhooks/standby-message-basic-echo": (1, 0),
    "webhooks/messaging-message-basic-echo": (1, 0),
}


@pytest.mark.parametrize(("name", "wanted"), {**ON_PAGE, **MESSAGES}.items())
def test_recorded_payloads_of_a_page_are_read(name: str, wanted: tuple[int, int]) -> None:
    content = recorded(name)
    entry = content["entry"][0]
    account = str(entry["id"])
    line = Line(account=account, own=Own(page_id=account), threads={PSID: THREAD})

    told = read(made(line, Line("instagram", IG_USER)), content)

    found = sum(len(one.page.posts) for one in told), sum(len(one.page.gone) for one in told)
    assert found == wanted
    assert [item.why for one in told for item in one.page.unreadable] == []


@pytest.mark.parametrize(
    ("name", "posts"),
    [
        ("instagram/wh-comments-2021", 1),
        ("instagram/wh-comments", 0),
        ("instagram/wh-mentions", 1),
        ("instagram/messaging-attachment-unsupported", 1),
        ("instagram/messaging-seen", 0),
        ("instagram/wh-story_insights", 0),
    ],
)
def test_recorded_payloads_of_instagram_are_read(name: str, posts: int, instagram: Line, facebook: Line) -> None:
    content = recorded(name)
    content["entry"][0]["id"] = IG_USER
    mention = parse_mention({"id": "1", "text": "@nordparcel"}, instagram.own, "66", now=NOON)
    assert mention
    instagram.mention = replace(mention, native_id="m:17887498072083520:17887498072083520")

    told = read(made(facebook, instagram), content)

    assert sum(len(one.page.posts) for one in told) == posts


def test_every_recorded_webhook_is_read_without_a_crash() -> None:
    files = sorted((RECORDED / "webhooks").glob("*.json"))
    if not files:
        pytest.skip("the recorded payloads are not here")

    for file in files:
        content = json.loads(file.read_text("utf-8"))
        account = str(content["entry"][0].get("id"))
        line = Line(account=account, own=Own(page_id=account), otherwise=THREAD)
        read(made(line, Line("instagram", IG_USER)), content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
VALUE = st.fixed_dictionaries(
    {},
    optional={
        "item": st.sampled_from(["comment", "post", "status", "like", "x"]) | JSON,
        "verb": st.sampled_from(["add", "edited", "remove", "hide", "x"]) | JSON,
        "comment_id": st.just("1_2") | JSON,
        "post_id": st.just(POST) | JSON,
        "from": JSON,
        "message": JSON,
        "created_time": JSON,
        "published": JSON,
        "parent_id": JSON,
        "media": st.just({"id": "7"}) | JSON,
        "id": JSON,
        "text": JSON,
    },
)


@given(field=st.sampled_from(["feed", "mention", "comments", "mentions", "other"]), value=VALUE, kind=st.booleans())
def test_no_change_breaks_the_reading(field: str, value: Any, kind: bool) -> None:  # noqa: FBT001
    door = made(Line(), Line("instagram", IG_USER, Own(page_id=PAGE, user_id=IG_USER, handle="nordparcel")))
    content = change(field, value, kind="instagram" if kind else "page", entry=IG_USER if kind else PAGE)

    for told in read(door, content):
        assert len(told.page.posts) + len(told.page.unreadable) + len(told.page.gone) == 1


@given(event=st.dictionaries(st.sampled_from(["sender", "recipient", "timestamp", "message", "read", "x"]), JSON))
def test_no_event_breaks_the_reading(event: Any) -> None:
    door = made(Line(), Line("instagram", IG_USER))

    read(door, {"object": "page", "entry": [{"id": PAGE, "messaging": [event]}]})
