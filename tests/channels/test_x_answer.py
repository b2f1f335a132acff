"""Answering over HTTP: one request each, and finding out afterwards whether it was done."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels.x import X
from domain.errors import Refused, Unavailable, Uncertain
from domain.sending import Order, PostRef, Standing
from tests.channels.conftest import HIDING, MESSAGE, ORDER, US
from tests.channels.timeline import snowflake
from tests.channels.wire import Asked, Wire, answer, drops

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MakeX = Callable[..., X]
LINK = "We are sorry: https://nordparcel.example/help"


def order_for(now: datetime, body: str = ORDER.body) -> Order:
    """An answer to a post half an hour old."""
    return replace(ORDER, target=str(snowflake(now - 30 * MINUTE)), body=body)


def our_post(order: Order, text: str, native_id: str = "61", **changed: Any) -> dict[str, Any]:
    item = {"id": native_id, "text": text, "referenced_tweets": [{"type": "replied_to", "id": order.target}]}
    return {name: value for name, value in (item | changed).items() if value is not None}


def our_message(at: datetime, text: str, **changed: Any) -> dict[str, Any]:
    item = {"id": str(snowflake(at)), "text": text, "sender_id": US, "event_type": "MessageCreate"}
    return item | {"created_at": at.isoformat()} | changed


# -- replying ------------------------------------------------------------------------------------------------


def test_a_reply_is_one_request_and_its_receipt_names_it(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(201, {"data": {"id": "61", "text": ORDER.body}})

    receipt = x().reply(ORDER, now=now)

    (asked,) = wire.asked
    assert (asked.method, asked.path) == ("POST", "/2/tweets")
    assert asked.json == {"text": ORDER.body, "reply": {"in_reply_to_tweet_id": "20"}}
    assert receipt.native_id == "61"
    assert [(usage.resource, usage.micros) for usage in receipt.usage] == [("summoned_reply", 10_000)]


@pytest.mark.parametrize("body", ["x" * 276, "語" * 138, "", "  \n", "half a pair \ud83d"])
def test_a_reply_that_does_not_fit_is_refused_before_any_byte_leaves(
    wire: Wire, x: MakeX, now: datetime, body: str
) -> None:
    replying = x()

    with pytest.raises(Refused) as caught:
        replying.reply(replace(ORDER, body=body), now=now)

    assert caught.value.rule == "x.does-not-fit"
    assert not replying.fits(body)
    assert wire.asked == []


def test_a_link_goes_out_only_where_its_price_is_accepted(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(201, {"data": {"id": "61"}})

    with pytest.raises(Refused):
        x().reply(replace(ORDER, body=LINK), now=now)
    receipt = x(paid_links=True).reply(replace(ORDER, body=LINK), now=now)

    assert len(wire.asked) == 1
    assert receipt.usage[0].micros == 200_000


@pytest.mark.parametrize("target", ["", "../users", "20/hidden", "20?x=1", "２０", "x" * 81])
def test_a_target_that_is_no_id_never_becomes_part_of_an_address(
    wire: Wire, x: MakeX, now: datetime, target: str
) -> None:
    for act in (x().reply, x().hide, x().message):
        with pytest.raises(Refused, match="no id of X"):
            act(replace(ORDER, target=target), now=now)

    with pytest.raises(Refused, match="no id of X"):
        x().look(PostRef(native_id=target), now=now)
    assert wire.asked == []


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {"text": "yes"}}, {"data": {"id": "not a number"}}])
def test_a_yes_without_an_id_may_have_been_sent(wire: Wire, x: MakeX, now: datetime, body: Any) -> None:
    for send, order in ((x().reply, ORDER), (x().message, MESSAGE)):
        wire.will(201, body)

        with pytest.raises(Uncertain):
            send(order, now=now)


@pytest.mark.parametrize(
    ("order", "endpoint", "micros"),
    [
        (ORDER, "POST /2/tweets", 10_000),
        (replace(ORDER, body=LINK), "POST /2/tweets", 200_000),
        (MESSAGE, "POST /2/dm_conversations/:id/messages", 15_000),
        (replace(MESSAGE, body=LINK), "POST /2/dm_conversations/:id/messages", 15_000),
        (HIDING, "PUT /2/tweets/:id/hidden", 5_000),
    ],
)
def test_the_price_of_an_order_is_known_before_it_is_carried_out(
    wire: Wire, x: MakeX, order: Order, endpoint: str, micros: int
) -> None:
    price = x().price(order)

    assert (price.endpoint, price.micros) == (endpoint, micros)
    assert wire.asked == []


# -- messages ------------------------------------------------------------------------------------------------


def test_a_message_goes_into_its_conversation(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(201, {"data": {"dm_conversation_id": "7-900", "dm_event_id": "71"}})

    receipt = x().message(MESSAGE, now=now)

    (asked,) = wire.asked
    assert (asked.method, asked.path) == ("POST", "/2/dm_conversations/7-900/messages")
    assert asked.json == {"text": MESSAGE.body}
    assert receipt.native_id == "71"
    assert receipt.usage[0].micros == 15_000


def test_a_message_may_name_its_receiver_instead(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(201, {"data": {"dm_event_id": "71"}})
    order = replace(MESSAGE, target="", extra={"participant": "7"})

    x().message(order, now=now)

    assert wire.asked[0].path == "/2/dm_conversations/with/7/messages"


@pytest.mark.parametrize("body", ["", "   ", "x" * 10_001, "\udc00"])
def test_what_is_no_message_is_refused_before_any_byte_leaves(wire: Wire, x: MakeX, now: datetime, body: str) -> None:
    with pytest.raises(Refused):
        x().message(replace(MESSAGE, body=body), now=now)

    assert wire.asked == []


# -- hiding --------------------------------------------------------------------------------------------------


def test_hiding_is_one_request_that_may_be_repeated(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.script.append(drops)
    wire.will(200, {"data": {"hidden": True}})

    with pytest.raises(Unavailable):
        x().hide(HIDING, now=now)
    receipt = x().hide(HIDING, now=now)

    assert [(asked.method, asked.path, asked.json) for asked in wire.asked] == [
        ("PUT", "/2/tweets/20/hidden", {"hidden": True})
    ] * 2
    assert receipt.native_id == "20"
    assert receipt.usage[0].micros == 5_000


def test_a_post_that_is_not_hidden_afterwards_is_tried_again(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": {"hidden": False}})

    with pytest.raises(Unavailable):
        x().hide(HIDING, now=now)


# -- looking -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", ["edit_history_tweet_ids", "edit_history_post_ids"])
@pytest.mark.parametrize(
    ("history", "standing"),
    [(["20"], Standing.SAME), (["19", "20"], Standing.SAME), (["20", "21"], Standing.EDITED), ([], Standing.SAME)],
)
def test_a_look_tells_an_edited_post_from_an_untouched_one(  # noqa: PLR0917 (three fixtures, three columns)
    wire: Wire, x: MakeX, now: datetime, names: str, history: list[str], standing: Standing
) -> None:
    wire.will(200, {"data": {"id": "20", "text": "…", names: history}})

    look = x().look(PostRef(native_id="20"), now=now)

    assert look.standing is standing
    assert not look.answered_by_us
    assert look.usage[0].micros == 5_000


def test_a_look_that_shows_a_later_version_in_its_place_shows_an_edit(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": {"id": "21", "edit_history_tweet_ids": ["20", "21"]}})

    assert x().look(PostRef(native_id="20"), now=now).standing is Standing.EDITED


def test_a_version_we_know_already_is_no_edit(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": {"id": "20", "edit_history_tweet_ids": ["20", "21"]}})

    assert x().look(PostRef(native_id="20", version_ids=("20", "21")), now=now).standing is Standing.SAME


def test_an_answer_that_says_nothing_about_the_post_proves_nothing(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {})

    with pytest.raises(Unavailable):
        x().look(PostRef(native_id="20"), now=now)


# -- finding a reply -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "shown"),
    [
        ("We are sorry.", "We are sorry."),
        ("We are sorry.", "@ana_b @other We are sorry."),
        ("We are sorry & <sad>", "@ana_b We are sorry &amp; &lt;sad&gt;"),
        ("Help: example.com/a now", "@ana_b Help: https://t.co/abc123 now"),
        ("Cafe\u0301  au\nlait", "@ana_b Caf\u00e9 au lait"),
        ("@ana_b We are sorry.", "@ana_b We are sorry."),
    ],
)
def test_our_reply_is_found_as_x_shows_it(wire: Wire, x: MakeX, now: datetime, ours: str, shown: str) -> None:
    order = order_for(now, ours)
    wire.will(200, {"data": [our_post(order, "Something else", "62"), our_post(order, shown)]})

    found = x().find_reply(order, since=now - MINUTE, now=now)

    assert (found.native_id, found.complete) == ("61", True)


def test_our_own_listing_is_asked_from_the_answered_post_on(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": []})
    order = order_for(now)

    found = x(owns_app=True).find_reply(order, since=now - MINUTE, now=now)

    (asked,) = wire.asked
    assert asked.path == f"/2/users/{US}/tweets"
    assert asked.query["since_id"] == order.target
    assert asked.query["exclude"] == "retweets"
    assert (found.native_id, found.complete) == (None, True)
    assert found.usage[0].resource == "owned_read"


def test_an_old_post_is_not_listed_from_its_beginning_but_from_well_before_the_attempt(
    wire: Wire, x: MakeX, now: datetime
) -> None:
    wire.will(200, {"data": []})
    order = replace(ORDER, target=str(snowflake(now - 300 * HOUR)))

    x().find_reply(order, since=now - MINUTE, now=now)

    assert int(wire.asked[0].query["since_id"]) == snowflake(now - 2 * HOUR - MINUTE) - 1


def test_a_target_that_is_no_number_is_looked_for_by_time(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": []})

    x().find_reply(replace(ORDER, target="abc"), since=now, now=now)

    assert wire.asked[0].query["start_time"] == "2026-11-20T10:00:00Z"


@pytest.mark.parametrize(
    "item",
    [
        {"text": "We are sorry.", "referenced_tweets": [{"type": "replied_to", "id": "999"}]},
        {"text": "We are very sorry."},
        {"text": None},
        {"text": "We are sorry.", "referenced_tweets": [{"type": "quoted", "id": "5"}], "id": None},
    ],
)
def test_other_words_and_other_targets_are_not_ours(wire: Wire, x: MakeX, now: datetime, item: dict[str, Any]) -> None:
    order = order_for(now)
    wire.will(200, {"data": [our_post(order, **{"text": "…", **item})]})

    assert x().find_reply(order, since=now, now=now).native_id is None


def test_what_is_known_to_be_another_orders_receipt_is_not_taken_for_this_one(
    wire: Wire, x: MakeX, now: datetime
) -> None:
    said_before = replace(order_for(now), extra={"known": ["61"]})
    twice = [our_post(said_before, ORDER.body, "62"), our_post(said_before, ORDER.body)]
    for listed, found in ((twice, "62"), (twice[1:], None)):
        wire.will(200, {"data": listed})

        assert x().find_reply(said_before, since=now, now=now).native_id == found


def test_where_x_names_no_target_the_words_decide(wire: Wire, x: MakeX, now: datetime) -> None:
    order = order_for(now)
    wire.will(200, {"data": [our_post(order, order.body, referenced_tweets=None)]})

    assert x().find_reply(order, since=now, now=now).native_id == "61"


def test_every_page_is_read_before_a_reply_counts_as_missing(wire: Wire, x: MakeX, now: datetime) -> None:
    order = order_for(now)
    wire.will(200, {"data": [our_post(order, "one", "63")], "meta": {"next_token": "two"}})
    wire.will(200, {"data": [our_post(order, order.body)], "meta": {}})

    found = x().find_reply(order, since=now, now=now)

    assert found.native_id == "61"
    assert wire.asked[1].query["pagination_token"] == "two"
    assert sum(usage.units for usage in found.usage) == 2


@pytest.mark.parametrize(
    ("pages", "requests"),
    [
        ([{"data": [{"id": "5", "text": "…"}], "errors": [{"title": "left out"}]}], 1),
        ([{"data": ["?"]}], 1),
        ([{"data": [], "meta": {"next_token": "a"}}, {"data": [], "meta": {"next_token": "a"}}], 2),
        ([{"data": [], "meta": {"next_token": str(n)}} for n in range(20)], 8),
    ],
    ids=["partial", "unreadable", "repeated token", "endless"],
)
def test_a_listing_with_holes_proves_nothing_missing(
    wire: Wire, x: MakeX, now: datetime, pages: list[dict[str, Any]], requests: int
) -> None:
    for page in pages:
        wire.will(200, page)

    found = x().find_reply(order_for(now), since=now, now=now)

    assert (found.native_id, found.complete) == (None, False)
    assert len(wire.asked) == requests


def test_a_listing_that_fails_is_said_to_have_failed(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(503, b"")

    with pytest.raises(Unavailable):
        x().find_reply(order_for(now), since=now, now=now)


# -- finding a message ---------------------------------------------------------------------------------------


def test_our_message_is_found_in_its_conversation(wire: Wire, x: MakeX, now: datetime) -> None:
    theirs = our_message(now, MESSAGE.body, sender_id="7", id="72")
    wire.will(200, {"data": [theirs, our_message(now, MESSAGE.body)]})

    found = x().find_message(MESSAGE, since=now - MINUTE, now=now)

    assert wire.asked[0].path == "/2/dm_conversations/7-900/dm_events"
    assert found.native_id == str(snowflake(now))
    assert found.usage[0].resource == "dm_event_read"


def test_a_message_to_somebody_is_looked_for_in_their_conversation(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": []})

    x().find_message(replace(MESSAGE, target="", extra={"participant": "1000"}), since=now, now=now)

    assert wire.asked[0].path == "/2/dm_conversations/900-1000/dm_events"


def test_the_same_words_of_last_week_are_another_message(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": [our_message(now - 7 * 24 * HOUR, MESSAGE.body)], "meta": {"next_token": "older"}})

    found = x().find_message(MESSAGE, since=now - MINUTE, now=now)

    assert (found.native_id, found.complete) == (None, True)
    assert len(wire.asked) == 1


@pytest.mark.parametrize("apart", [HOUR, -HOUR])
def test_clocks_an_hour_apart_do_not_hide_our_message(wire: Wire, x: MakeX, now: datetime, apart: timedelta) -> None:
    wire.will(200, {"data": [our_message(now + apart, MESSAGE.body)]})

    assert x().find_message(MESSAGE, since=now - MINUTE, now=now).native_id


def test_a_message_older_than_x_keeps_them_cannot_be_proven_missing(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": []})

    found = x().find_message(MESSAGE, since=now - timedelta(days=31), now=now)

    assert (found.native_id, found.complete) == (None, False)


def test_a_message_without_a_usable_time_may_still_be_ours(wire: Wire, x: MakeX, now: datetime) -> None:
    for at in (None, "soon", "2026-11-20T12:00:00"):
        wire.will(200, {"data": [our_message(now, MESSAGE.body, created_at=at)]})

        assert x().find_message(MESSAGE, since=now - MINUTE, now=now).native_id


# -- together ------------------------------------------------------------------------------------------------


def test_threads_do_not_take_each_others_answers(wire: Wire, x: MakeX, now: datetime) -> None:
    def respond(asked: Asked) -> bytes:
        return answer(200, {"data": {"id": asked.path.rsplit("/", 1)[-1], "edit_history_tweet_ids": []}})

    wire.respond = respond
    shared, seen = x(read_timeout=timedelta(seconds=10)), set[Standing]()

    def look(native_id: str) -> None:
        for _ in range(10):
            seen.add(shared.look(PostRef(native_id=native_id), now=now).standing)

    threads = [threading.Thread(target=look, args=(str(number),)) for number in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == {Standing.SAME}
    assert len(wire.asked) == 50
