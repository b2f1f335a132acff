"""What is heard and answered on Instagram over HTTP."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from channels.instagram import Instagram
from domain.errors import Refused, Unavailable, Uncertain
from domain.sending import DeliveryKind, Look, Order, PostRef, ReadBack, Receipt, Standing
from domain.values import NewPost
from tests.channels.meta import PAGE, USER, a_message, a_talk, ago, an_account, error, listing, served
from tests.channels.wire import Asked, Wire, answer
from tests.conftest import NOON

ANA, US = {"id": "7", "username": "ana_b"}, {"id": USER, "username": "nordparcel"}
REPLYING = Order(key="k", kind=DeliveryKind.REPLY, account=USER, target="1700", body="We are sorry.")
IN_PRIVATE = replace(REPLYING, kind=DeliveryKind.PRIVATE_REPLY, extra={"author": "7"})
SAYING = replace(REPLYING, kind=DeliveryKind.MESSAGE, target="aWdf", extra={"author": "7"})
ACTING = replace(REPLYING, kind=DeliveryKind.HIDE, body="", by="person:1")
SINCE = NOON - timedelta(minutes=10)


def a_comment(native_id: str = "1700", **changed: Any) -> dict[str, Any]:
    item = {"id": native_id, "text": "third day", "timestamp": ago(minutes=5), "username": "ana_b", "from": ANA}
    return item | changed


def heard(
    account: Instagram, source: str, cursor: str | None = None, *, now: datetime = NOON
) -> tuple[list[NewPost], str]:
    found: list[NewPost] = []
    for _ in range(30):
        page = account.fetch(source, cursor, now=now)
        found, cursor = [*found, *page.posts], page.cursor
        if not page.more:
            return found, cursor or ""
    raise AssertionError("the poll has no end")


def form(asked: Asked) -> dict[str, Any]:
    found = {name: texts[0] for name, texts in parse_qs(asked.body.decode()).items() if name != "appsecret_proof"}
    return {name: json.loads(text) if text[:1] == "{" else text for name, text in found.items()}


def test_what_instagram_can_list_is_offered(wire: Wire) -> None:
    assert [(spec.name, spec.endpoint) for spec in an_account(wire).sources()] == [
        ("inbox", "messenger"),
        ("comments", "instagram"),
        ("tagged", "instagram"),
    ]


def test_comments_are_read_where_their_count_is_new(wire: Wire, now: datetime) -> None:
    media = [{"id": "1800", "comments_count": 1}, {"id": "1801", "comments_count": 0}]
    wire.respond = served(
        {f"{USER}/media": listing(*media), "1800/comments": listing(a_comment()), "1801/comments": listing()}
    )
    account = an_account(wire)
    first, cursor = heard(account, "comments")
    media[1]["comments_count"] = 1
    wire.respond = served({f"{USER}/media": listing(*media), "1801/comments": listing(a_comment("1710"))})
    wire.asked.clear()

    second, _ = heard(account, "comments", cursor, now=now + timedelta(minutes=1))

    assert [post.native_id for post in (*first, *second)] == ["1700", "1710"]
    assert [asked.path for asked in wire.asked] == [f"/v26.0/{USER}/media", "/v26.0/1801/comments"]
    assert "replies.limit(50){id,text" in wire.asked[1].query["fields"]


def test_a_sweep_finds_a_new_reply_under_an_old_comment(wire: Wire) -> None:
    old = [a_comment(str(2000 + n), timestamp=ago(days=2, minutes=n)) for n in range(4)]
    old[3]["replies"] = {"data": [a_comment("1777", timestamp=ago(minutes=1))]}

    def respond(asked: Asked) -> bytes:
        if asked.path.endswith("/media"):
            return answer(200, listing({"id": "1800", "comments_count": 5}))
        page = int(asked.query.get("after", "0"))
        return answer(200, listing(old[page], after=str(page + 1) if page < 3 else ""))

    wire.respond = respond

    posts, _ = heard(an_account(wire), "comments")

    assert [post.native_id for post in posts] == ["1777"]


def test_tags_and_the_inbox_are_heard(wire: Wire) -> None:
    tag = {"id": "1900", "caption": "@nordparcel", "timestamp": ago(minutes=2), "username": "ana_b"}
    talk = a_talk(a_message("aWdfM", **{"from": ANA}, to={"data": [US]}), native_id="aWdf")
    wire.respond = served({f"{USER}/tags": listing(tag), f"{PAGE}/conversations": listing(talk)})
    account = an_account(wire)

    (tagged,), (message,) = heard(account, "tagged")[0], heard(account, "inbox")[0]

    assert (tagged.native_id, tagged.summoned) == ("m:1900", True)
    assert (message.author.native_id, message.conversation, message.own) == ("7", "aWdf", False)
    assert wire.asked[-1].query["platform"] == "instagram"


def test_a_reply_goes_under_the_comment(wire: Wire, now: datetime) -> None:
    wire.will(200, {"id": "1702"})

    receipt = an_account(wire).reply(REPLYING, now=now)

    assert (wire.asked[0].method, wire.asked[0].path) == ("POST", "/v26.0/1700/replies")
    assert form(wire.asked[0]) == {"message": "We are sorry."}
    assert receipt == Receipt(native_id="1702")


@pytest.mark.parametrize(
    ("target", "named"),
    [("m:1900", {"media_id": "1900"}), ("m:1900:1700", {"media_id": "1900", "comment_id": "1700"})],
)
def test_a_mention_elsewhere_is_answered_by_its_media(wire: Wire, now: datetime, target: str, named: Any) -> None:
    wire.will(200, {"id": "1703"})

    an_account(wire).reply(replace(REPLYING, target=target), now=now)

    assert wire.asked[0].path == f"/v26.0/{USER}/mentions"
    assert form(wire.asked[0]) == {**named, "message": "We are sorry."}


@pytest.mark.parametrize("act", ["private_reply", "hide", "delete"])
def test_what_instagram_takes_under_our_own_media_only_is_refused_elsewhere(
    wire: Wire, now: datetime, act: str
) -> None:
    with pytest.raises(Refused):
        getattr(an_account(wire), act)(replace(ACTING, target="m:1900:1700", body="x"), now=now)

    assert wire.asked == []


def test_private_words_go_through_the_page(wire: Wire, now: datetime) -> None:
    account = an_account(wire)
    for _ in range(2):
        wire.will(200, {"recipient_id": "7", "message_id": "aWdfM"})

    account.private_reply(IN_PRIVATE, now=now)
    receipt = account.message(SAYING, now=now)

    assert [asked.path for asked in wire.asked] == [f"/v26.0/{PAGE}/messages"] * 2
    assert [form(asked)["recipient"] for asked in wire.asked] == [{"comment_id": "1700"}, {"id": "7"}]
    assert receipt.native_id == "aWdfM"


def test_messages_are_measured_in_bytes_and_comments_in_characters(wire: Wire) -> None:
    account = an_account(wire)

    assert account.fits("ก" * 333, DeliveryKind.MESSAGE)
    assert not account.fits("ก" * 334, DeliveryKind.MESSAGE)
    assert not account.fits("ก" * 334, DeliveryKind.PRIVATE_REPLY)
    assert account.fits("ก" * 2200)
    assert not account.fits("ก" * 2201)


def test_a_message_that_takes_too_many_bytes_is_refused_before_any_leaves(wire: Wire, now: datetime) -> None:
    with pytest.raises(Refused) as caught:
        an_account(wire).message(replace(SAYING, body="ก" * 334), now=now)

    assert "1000 bytes" in caught.value.remedy
    assert wire.asked == []


@pytest.mark.parametrize(("act", "method"), [("hide", "POST"), ("delete", "DELETE")])
def test_a_persons_act_is_one_request(wire: Wire, now: datetime, act: str, method: str) -> None:
    wire.will(200, {"success": True})

    assert getattr(an_account(wire), act)(ACTING, now=now) == Receipt(native_id="1700")

    (asked,) = wire.asked
    assert (asked.method, asked.path) == (method, "/v26.0/1700")
    assert form(asked) == ({"hide": "true"} if act == "hide" else {})


def test_deleting_needs_a_name_and_what_is_gone_is_deleted(wire: Wire, now: datetime) -> None:
    wire.will(400, error(100, 33))

    assert an_account(wire).delete(ACTING, now=now).native_id == "1700"
    with pytest.raises(Refused) as caught:
        an_account(wire).delete(replace(ACTING, by=""), now=now)
    assert caught.value.rule == "graph.person-only"


def test_a_delete_refused_for_another_reason_is_refused(wire: Wire, now: datetime) -> None:
    wire.will(400, error(10))

    with pytest.raises(Refused):
        an_account(wire).delete(ACTING, now=now)


def look(wire: Wire, target: str, body: Any) -> Look:
    wire.will(200, body)
    return an_account(wire).look(PostRef(native_id=target), now=NOON)


def test_a_look_sees_whether_we_answered(wire: Wire) -> None:
    by_name = [{"id": "1", "username": "ana_b"}, {"id": "2", "username": "nordparcel"}]

    assert not look(wire, "1700", {"id": "1700", "replies": {"data": by_name[:1]}}).answered_by_us
    assert look(wire, "1700", {"id": "1700", "replies": {"data": by_name}}).answered_by_us
    assert look(wire, "1700", {"id": "1700", "replies": {"data": [{"id": "2", "from": US}]}}).answered_by_us


def test_what_we_said_ourselves_is_no_persons_answer(wire: Wire, now: datetime) -> None:
    wire.will(200, {"id": "1700", "replies": {"data": [{"id": "1702", "username": "nordparcel"}]}})

    assert not an_account(wire).look(PostRef(native_id="1700", ours=("1702",)), now=now).answered_by_us


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("1700", {"id": "1700", "text": "it came"}),
        ("m:1900", {"mentioned_media": {"id": "1900", "caption": "it came"}}),
        ("m:1900:1700", {"mentioned_comment": {"id": "1700", "text": "it came"}}),
    ],
)
def test_an_edit_keeps_its_id_so_the_words_tell(wire: Wire, now: datetime, target: str, body: Any) -> None:
    wire.otherwise = answer(200, body)
    account = an_account(wire)

    looks = [account.look(PostRef(native_id=target, text=text), now=now) for text in ("it came", "where is it?")]

    assert [found.standing for found in looks] == [Standing.SAME, Standing.EDITED]


def test_a_look_elsewhere_asks_for_the_mention(wire: Wire) -> None:
    there = look(wire, "m:1900:1700", {"mentioned_comment": {"id": "1700"}, "id": USER})
    not_there = look(wire, "m:1900", {"id": USER})

    assert (there.standing, not_there.standing) == (Standing.SAME, Standing.GONE)
    assert wire.asked[0].query["fields"].startswith("mentioned_comment.comment_id(1700){id,text")
    assert wire.asked[1].query["fields"].startswith("mentioned_media.media_id(1900){id,caption")


def test_a_look_that_is_refused_is_no_finding(wire: Wire, now: datetime) -> None:
    account = an_account(wire)
    for target in ("1700", "m:1900"):
        wire.will(400, error(10))
        with pytest.raises(Refused):
            account.look(PostRef(native_id=target), now=now)
    wire.will(200, {})
    with pytest.raises(Unavailable):
        account.look(PostRef(native_id="1700"), now=now)


def test_a_mention_that_a_webhook_named_is_fetched(wire: Wire, now: datetime) -> None:
    account = an_account(wire)
    wire.will(
        200, {"mentioned_comment": a_comment(media={"id": "1900", "permalink": "https://www.instagram.com/p/X/"})}
    )
    wire.will(200, {"mentioned_media": {"id": "1900", "caption": "hi @nordparcel", "username": "bo"}})

    comment = account.mentioned("1900", "1700", now=now)
    media = account.mentioned("1900", now=now)

    assert comment
    assert media
    assert (comment.native_id, comment.permalink) == ("m:1900:1700", "https://www.instagram.com/p/X/")
    assert (media.native_id, media.summoned) == ("m:1900", True)


def test_a_mention_nobody_can_read_is_said_in_our_words(wire: Wire, now: datetime) -> None:
    wire.will(200, {"mentioned_comment": {"text": "secret"}})

    with pytest.raises(ValueError, match="no id"):
        an_account(wire).mentioned("1900", "1700", now=now)


def found(wire: Wire, *items: Any, parent: str | None = None, **changed: Any) -> ReadBack:
    pages = {"1700": {"id": "1700", "parent_id": parent}, f"{parent or '1700'}/replies": listing(*items)}
    wire.respond = served(pages)
    return an_account(wire).find_reply(replace(REPLYING, **changed), since=SINCE, now=NOON)


OURS = a_comment("1750", text="We are sorry.", username="nordparcel", **{"from": None})


def test_our_reply_is_found_by_its_words_under_the_comment_it_shares(wire: Wire) -> None:
    assert found(wire, a_comment("1749"), OURS).native_id == "1750"
    assert found(wire, OURS, parent="1690").native_id == "1750"
    assert wire.asked[-1].path == "/v26.0/1690/replies"


@pytest.mark.parametrize("changed", [{"username": "ana_b"}, {"text": "Sorry"}, {"timestamp": ago(hours=5)}])
def test_other_words_are_not_our_reply(wire: Wire, changed: dict[str, Any]) -> None:
    assert found(wire, {**OURS, **changed}) == ReadBack(native_id=None, complete=True)


def test_nobody_can_look_for_an_answer_elsewhere(wire: Wire) -> None:
    with pytest.raises(Refused) as caught:
        found(wire, target="m:1900")

    assert caught.value.rule == "graph.cannot-look"


def test_private_words_are_found_in_the_inbox(wire: Wire, now: datetime) -> None:
    told = a_message("aWdfM", **{"from": US}, message="We are sorry.")
    wire.respond = served(
        {"aWdf/messages": listing(told), f"{PAGE}/conversations": listing(a_talk(told, native_id="aWdf"))}
    )
    account = an_account(wire)

    assert account.find_message(SAYING, since=SINCE, now=now).native_id == "aWdfM"
    assert account.find_private_reply(IN_PRIVATE, since=SINCE, now=now).native_id == "aWdfM"
    assert account.thread("7", now=now) == "aWdf"


def test_a_yes_without_an_id_is_a_perhaps(wire: Wire, now: datetime) -> None:
    account = an_account(wire)
    for target in ("1700", "m:1900"):
        wire.will(200, {})
        with pytest.raises(Uncertain):
            account.reply(replace(REPLYING, target=target), now=now)


def test_a_comment_that_is_too_long_is_refused(wire: Wire, now: datetime) -> None:
    with pytest.raises(Refused):
        an_account(wire).reply(replace(REPLYING, body="x" * 2201), now=now)
