"""Answers of a Page over HTTP: what is sent, once, and how we find out whether it was."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from channels.facebook import Facebook
from domain.errors import Refused, Unavailable
from domain.sending import DeliveryKind, Look, Order, PostRef, ReadBack, Receipt, Standing
from tests.channels.meta import (
    ANA,
    HIDING,
    IN_PRIVATE,
    PAGE,
    REPLYING,
    SAYING,
    US,
    a_comment,
    a_message,
    a_page,
    a_talk,
    ago,
    error,
    listing,
    served,
)
from tests.channels.wire import Asked, Wire
from tests.conftest import NOON

SINCE = NOON - timedelta(minutes=10)
SENT = {"recipient_id": "7", "message_id": "m_9"}


def form(asked: Asked) -> dict[str, Any]:
    """Read a form; what is JSON in it as JSON."""
    found: dict[str, Any] = {}
    for name, (text,) in parse_qs(asked.body.decode()).items():
        found[name] = json.loads(text) if text[:1] in "{[" else text
    found.pop("appsecret_proof", None)
    return found


def only(wire: Wire) -> Asked:
    (asked,) = wire.asked
    return asked


def test_a_reply_is_one_request_under_the_comment(wire: Wire, now: datetime) -> None:
    wire.will(200, {"id": "55_21"}, {"X-App-Usage": '{"call_count":1}'})

    receipt = a_page(wire).reply(REPLYING, now=now)

    asked = only(wire)
    assert (asked.method, asked.path) == ("POST", "/v26.0/55_20/comments")
    assert form(asked) == {"message": "We are sorry."}
    assert receipt.native_id == "55_21"
    assert [state.endpoint for state in receipt.rates] == ["pages", "pages:send"]


def test_a_private_reply_names_the_comment_or_the_post(wire: Wire, now: datetime) -> None:
    page = a_page(wire)
    for _ in range(2):
        wire.will(200, SENT)

    receipt = page.private_reply(IN_PRIVATE, now=now)
    page.private_reply(replace(IN_PRIVATE, target="900_60"), now=now)

    to_comment, to_post = map(form, wire.asked)
    assert receipt.native_id == "m_9"
    assert to_comment == {"recipient": {"comment_id": "55_20"}, "message": {"text": "Please answer here."}}
    assert to_post["recipient"] == {"post_id": "900_60"}


def test_a_message_is_sent_back_by_the_id_it_is_listed_with(wire: Wire, now: datetime) -> None:
    wire.will(200, {"recipient_id": "7", "message_id": "mid.1456970487936:c34767dfe57ee6e339"})

    assert a_page(wire).message(SAYING, now=now).native_id == "m_mid.1456970487936:c34767dfe57ee6e339"


def heard(back: timedelta, **changed: Any) -> Order:
    """A message to a customer who wrote so long ago."""
    extra = {"author": "7", "heard_at": (NOON - back).isoformat()}
    return replace(SAYING, extra=extra, **changed)


DAY, WEEK = timedelta(days=1), timedelta(days=7)
SOON = timedelta(seconds=1)
RESPONSE = {"messaging_type": "RESPONSE"}
AS_AGENT = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


@pytest.mark.parametrize(
    ("order", "approved", "kind"),
    [
        (SAYING, False, RESPONSE),
        (SAYING, True, RESPONSE),
        (replace(SAYING, by="person:1"), True, RESPONSE),
        (heard(DAY - SOON), False, RESPONSE),
        (heard(DAY - SOON, by="person:1"), True, RESPONSE),
        (heard(DAY, by="person:1"), True, AS_AGENT),
        (heard(WEEK - SOON, by="person:1"), True, AS_AGENT),
    ],
)
def test_a_message_is_a_response_and_a_persons_late_one_says_that_a_person_wrote_it(
    wire: Wire, now: datetime, *, order: Order, approved: bool, kind: dict[str, str]
) -> None:
    wire.will(200, SENT)

    receipt = a_page(wire, human_agent=approved).message(order, now=now)

    asked = only(wire)
    assert asked.path == f"/v26.0/{PAGE}/messages"
    assert form(asked) == {"recipient": {"id": "7"}, **kind, "message": {"text": "What is its number?"}}
    assert receipt.native_id == "m_9"


@pytest.mark.parametrize(
    ("order", "approved", "remedy"),
    [
        (heard(DAY), True, "in public"),
        (heard(DAY), False, "in public"),
        (heard(DAY, by="person:1"), False, "human_agent = true"),
        (heard(WEEK), True, "in public"),
        (heard(WEEK, by="person:1"), True, "in public"),
        (heard(WEEK, by="person:1"), False, "in public"),
    ],
)
def test_a_message_after_its_time_is_refused_before_any_byte(
    wire: Wire, now: datetime, *, order: Order, approved: bool, remedy: str
) -> None:
    with pytest.raises(Refused) as caught:
        a_page(wire, human_agent=approved).message(order, now=now)

    assert caught.value.rule == "graph.window-shut"
    assert remedy in caught.value.remedy
    assert wire.asked == []


@pytest.mark.parametrize("author", ["", "unknown:55_20", "../me", "a b"])
def test_a_message_to_nobody_is_refused_before_any_byte(wire: Wire, now: datetime, author: str) -> None:
    with pytest.raises(Refused) as caught:
        a_page(wire).message(replace(SAYING, extra={"author": author}), now=now)

    assert caught.value.rule == "graph.no-recipient"
    assert wire.asked == []


LONG, HUGE = "x" * 2001, "x" * 8001


@pytest.mark.parametrize(
    ("act", "body"),
    [("reply", HUGE), ("reply", " "), ("message", LONG), ("private_reply", LONG), ("message", ""), ("reply", "\ud83d")],
)
def test_what_does_not_fit_is_refused_before_any_byte(wire: Wire, now: datetime, act: str, body: str) -> None:
    order = {"reply": REPLYING, "message": SAYING, "private_reply": IN_PRIVATE}[act]

    with pytest.raises(Refused) as caught:
        getattr(a_page(wire), act)(replace(order, body=body), now=now)

    assert caught.value.rule == "graph.does-not-fit"
    assert wire.asked == []


def test_what_fits_is_measured_as_facebook_counts(wire: Wire) -> None:
    page = a_page(wire)

    assert page.fits("x" * 8000)
    assert not page.fits(HUGE)
    assert page.fits("😀" * 1000, DeliveryKind.MESSAGE)
    assert not page.fits("😀" * 1001, DeliveryKind.MESSAGE)
    assert not page.fits(LONG, DeliveryKind.PRIVATE_REPLY)


@pytest.mark.parametrize("target", ["", "../me", "a/b", "1?x=2", "unknown:55_20", "review-0f", "-1"])
@pytest.mark.parametrize("act", ["reply", "private_reply", "hide", "like", "delete", "ban", "find_message"])
def test_an_id_that_is_none_never_gets_into_an_address(wire: Wire, now: datetime, act: str, target: str) -> None:
    order = replace(HIDING, target=target, body="x")
    more = {"since": now} if act.startswith("find") else {}

    with pytest.raises(Refused) as caught:
        getattr(a_page(wire), act)(order, now=now, **more)

    assert caught.value.rule == "graph.bad-target"
    assert wire.asked == []


def test_hiding_asks_first_whether_it_may(wire: Wire, now: datetime) -> None:
    wire.will(200, {"id": "55_20", "can_hide": True, "is_hidden": False})
    wire.will(200, {"success": True})

    receipt = a_page(wire).hide(HIDING, now=now)

    looked, hidden = wire.asked
    assert looked.query["fields"] == "id,can_hide,is_hidden"
    assert (hidden.method, hidden.path, form(hidden)) == ("POST", "/v26.0/55_20", {"is_hidden": "true"})
    assert receipt.native_id == "55_20"


def test_what_facebook_lets_nobody_hide_is_refused_and_nothing_is_sent(wire: Wire, now: datetime) -> None:
    wire.will(200, {"id": "55_20", "can_hide": False})

    with pytest.raises(Refused) as caught:
        a_page(wire).hide(HIDING, now=now)

    assert caught.value.rule == "graph.cannot-hide"
    assert [asked.method for asked in wire.asked] == ["GET"]


def test_what_is_hidden_already_counts_as_hidden(wire: Wire, now: datetime) -> None:
    wire.will(200, {"id": "55_20", "can_hide": False, "is_hidden": True})

    assert a_page(wire).hide(HIDING, now=now) == Receipt(native_id="55_20")


ACTS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("like", "POST", "/v26.0/55_20/likes", {"success": True}),
    ("delete", "DELETE", "/v26.0/55_20", {"success": True}),
    ("ban", "POST", f"/v26.0/{PAGE}/blocked", {"55_20": True}),
    ("ban", "POST", f"/v26.0/{PAGE}/blocked", {"success": True}),
]


@pytest.mark.parametrize(("act", "method", "path", "yes"), ACTS)
def test_a_persons_act_is_one_request(
    wire: Wire, now: datetime, *, act: str, method: str, path: str, yes: dict[str, Any]
) -> None:
    wire.will(200, yes)

    receipt: Receipt = getattr(a_page(wire), act)(HIDING, now=now)

    asked = only(wire)
    assert (asked.method, asked.path) == (method, path)
    assert receipt.native_id == "55_20"
    assert act != "ban" or form(asked) == {"psid": "55_20"}


@pytest.mark.parametrize("act", ["like", "delete", "ban", "hide"])
def test_an_act_that_meta_does_not_confirm_is_tried_again_later(wire: Wire, now: datetime, act: str) -> None:
    wire.otherwise = b""
    wire.will(200, {"id": "55_20", "can_hide": True} if act == "hide" else {"success": False})
    wire.will(200, {"success": False})

    with pytest.raises(Unavailable):
        getattr(a_page(wire), act)(HIDING, now=now)


@pytest.mark.parametrize("act", ["delete", "ban"])
def test_what_cannot_be_undone_needs_a_name(wire: Wire, now: datetime, act: str) -> None:
    with pytest.raises(Refused) as caught:
        getattr(a_page(wire), act)(replace(HIDING, by=""), now=now)

    assert caught.value.rule == "graph.person-only"
    assert wire.asked == []


def test_deleting_what_is_gone_is_done(wire: Wire, now: datetime) -> None:
    wire.will(400, error(100, 33))

    assert a_page(wire).delete(HIDING, now=now) == Receipt(native_id="55_20")


# Looking


def looked(wire: Wire, *answers: Any) -> Look:
    wire.will(200, {"id": "55_20", "comments": {"data": list(answers)}})
    return a_page(wire).look(PostRef(native_id="55_20"), now=NOON)


def test_a_comment_that_stands_is_the_same_and_unanswered(wire: Wire) -> None:
    assert looked(wire, {"id": "55_21", "from": ANA}, {"id": "55_22"}) == Look(standing=Standing.SAME)
    assert "comments.filter(stream)" in only(wire).query["fields"]


def test_what_we_said_ourselves_is_no_persons_answer(wire: Wire, now: datetime) -> None:
    page, ours = a_page(wire), PostRef(native_id="55_20", ours=("55_22",))
    for answers in ([{"id": "55_22", "from": US}], [{"id": "55_22", "from": US}, {"id": "55_23", "from": US}]):
        wire.will(200, {"id": "55_20", "comments": {"data": answers}})

    assert [page.look(ours, now=now).answered_by_us for _ in range(2)] == [False, True]


def test_an_answer_of_our_page_is_seen(wire: Wire) -> None:
    assert looked(wire, {"id": "55_21", "from": ANA}, {"id": "55_22", "from": US}).answered_by_us


@pytest.mark.parametrize(
    ("heard_as", "reads", "standing"),
    [
        ("where is it?", "where is it?", Standing.SAME),
        ("where is it?", "never mind, it came", Standing.EDITED),
        ("where is it?", None, Standing.EDITED),
        ("", None, Standing.SAME),
        (None, "anything", Standing.SAME),
    ],
)
def test_an_edit_keeps_its_id_so_the_words_tell(
    wire: Wire, now: datetime, *, heard_as: str | None, reads: str | None, standing: Standing
) -> None:
    wire.will(200, {"id": "55_20", "message": reads})

    assert a_page(wire).look(PostRef(native_id="55_20", text=heard_as), now=now).standing is standing


def test_a_look_that_shows_nothing_is_no_look(wire: Wire, now: datetime) -> None:
    wire.will(200, {})

    with pytest.raises(Unavailable):
        a_page(wire).look(PostRef(native_id="55_20"), now=now)


# Finding out

OURS = a_comment("55_30", **{"from": US}, message="We are sorry.", created_time=ago(minutes=9))


def found(wire: Wire, order: Order, *items: Any, after: str = "", parent: Any = None) -> ReadBack:
    comment = {"id": order.target} | ({"parent": parent} if parent else {})
    under = parent["id"] if parent else order.target
    wire.respond = served({order.target: comment, f"{under}/comments": listing(*items, after=after)})
    return a_page(wire).find_reply(order, since=SINCE, now=NOON)


def test_our_reply_is_found_by_its_words(wire: Wire) -> None:
    back = found(wire, REPLYING, a_comment("55_29"), OURS)

    assert (back.native_id, back.complete) == ("55_30", True)


@pytest.mark.parametrize(
    "changed",
    [
        {"from": ANA},
        {"from": None},
        {"message": "We are sorry!"},
        {"message": ""},
        {"created_time": ago(hours=3)},
    ],
)
def test_anothers_words_or_older_ones_are_not_our_reply(wire: Wire, changed: dict[str, Any]) -> None:
    back = found(wire, REPLYING, {**OURS, **changed})

    assert (back.native_id, back.complete) == (None, True)


def test_spaces_and_escapes_do_not_hide_our_reply(wire: Wire) -> None:
    order = replace(REPLYING, body="Sorry  &\nthank you")

    assert found(wire, order, {**OURS, "message": "Sorry &amp; thank you"}).native_id == "55_30"


def test_a_receipt_of_another_order_is_not_ours(wire: Wire) -> None:
    order = replace(REPLYING, extra={"known": ["55_30"]})

    assert found(wire, order, OURS).native_id is None


def test_a_reply_to_a_reply_is_looked_for_under_the_comment_they_share(wire: Wire) -> None:
    back = found(wire, REPLYING, OURS, parent={"id": "55_10"})

    assert back.native_id == "55_30"
    assert wire.asked[1].path == "/v26.0/55_10/comments"


def test_a_reply_to_a_post_is_looked_for_under_it_at_once(wire: Wire) -> None:
    order = replace(REPLYING, target="900_60")

    assert found(wire, order, OURS).native_id == "55_30"
    assert only(wire).path == "/v26.0/900_60/comments"


def test_a_listing_that_does_not_end_is_not_complete(wire: Wire) -> None:
    back = found(wire, REPLYING, a_comment("55_29"), after="same")

    assert (back.native_id, back.complete) == (None, False)
    assert len(wire.asked) == 3  # the comment, its answers, and the page its cursor leads back to


def test_an_item_nobody_can_read_may_be_ours(wire: Wire) -> None:
    assert not found(wire, REPLYING, {"message": "We are sorry."}).complete


def test_a_message_is_found_in_its_conversation(wire: Wire, now: datetime) -> None:
    told = a_message("m_9", **{"from": US}, message="What is its number?")
    wire.respond = served({"t_1/messages": listing(a_message(), told)})

    back = a_page(wire).find_message(SAYING, since=SINCE, now=now)

    assert (back.native_id, back.complete) == ("m_9", True)


def test_a_message_is_looked_for_no_further_back_than_the_attempt(wire: Wire, now: datetime) -> None:
    old = a_message("m_8", **{"from": US}, message="What is its number?", created_time=ago(hours=4))
    wire.respond = served({"t_1/messages": listing(a_message(), old, after="more")})

    back = a_page(wire).find_message(SAYING, since=SINCE, now=now)

    assert (back.native_id, back.complete) == (None, True)
    assert len(wire.asked) == 1


PRIVATE = a_message("m_7", **{"from": US}, message="Please answer here.", created_time=ago(minutes=8))


def private(wire: Wire, *talks: dict[str, Any], order: Order = IN_PRIVATE) -> ReadBack:
    wire.respond = served({f"{PAGE}/conversations": listing(*talks)})
    return a_page(wire).find_private_reply(order, since=SINCE, now=NOON)


def test_a_private_reply_is_found_in_the_customers_conversation(wire: Wire) -> None:
    back = private(wire, a_talk(a_message("m_6"), native_id="t_9", participants=None), a_talk(PRIVATE))

    assert (back.native_id, back.complete) == ("m_7", True)


def test_a_private_reply_that_is_nowhere_was_not_sent(wire: Wire) -> None:
    assert private(wire, a_talk(a_message())) == ReadBack(native_id=None, complete=True)


DOUBTS: list[tuple[str, Callable[[], dict[str, Any]]]] = [
    ("the same words to somebody else", lambda: a_talk(PRIVATE, participants={"data": [US, {"id": "8"}]})),
    ("the same words to nobody named", lambda: a_talk(PRIVATE, participants=None)),
    ("more messages than are shown", lambda: a_talk(messages=listing(a_message(), after="x"))),
]


@pytest.mark.parametrize("talk", [doubt[1] for doubt in DOUBTS], ids=[doubt[0] for doubt in DOUBTS])
def test_where_nobody_can_tell_a_private_reply_the_listing_is_not_complete(
    wire: Wire, talk: Callable[[], dict[str, Any]]
) -> None:
    back = private(wire, talk())

    assert (back.native_id, back.complete) == (None, False)


def test_the_conversation_with_a_customer_is_named_as_polling_names_it(wire: Wire, now: datetime) -> None:
    other = {"id": "t_2", "participants": {"data": [{"id": "8"}, {"id": PAGE}]}}
    hers = {"id": "t_1", "participants": {"data": [{"id": "7"}, {"id": PAGE}]}}
    wire.respond = served({f"{PAGE}/conversations": listing(other, hers)})

    assert a_page(wire).thread("7", now=now) == "t_1"
    assert a_page(wire).thread("9", now=now) == ""  # should Meta pass over `user_id`: nobody else's conversation
    assert wire.asked[0].query["user_id"] == "7"


def test_each_act_has_a_price_of_nothing_and_a_row_that_hearing_leaves_to_it(wire: Wire) -> None:
    page: Facebook = a_page(wire)
    rows = {order.kind: page.price(order) for order in (REPLYING, SAYING, IN_PRIVATE, HIDING)}

    assert {kind: usage.endpoint for kind, usage in rows.items()} == {
        DeliveryKind.REPLY: "pages:send",
        DeliveryKind.MESSAGE: "messenger:send",
        DeliveryKind.PRIVATE_REPLY: "messenger:send",
        DeliveryKind.HIDE: "pages:send",
    }
    assert not any(usage.micros for usage in rows.values())
