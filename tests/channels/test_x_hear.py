"""Hearing over HTTP: what is asked, what comes back, what it costs, and that nothing shown is lost."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from oauthlib.oauth1.rfc5849 import signature

from channels.x import X, connect
from channels.x_settings import Settings
from domain.errors import Refused, Unavailable
from domain.values import Page
from tests.channels.conftest import HEAR, HIDE, LOOK, OAUTH1, REPLY, SEND, US, does
from tests.channels.timeline import Timeline, snowflake
from tests.channels.wire import Asked, Wire, answer

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MakeX = Callable[..., X]
EMPTY = {"meta": {"result_count": 0}}


def a_post(at: datetime, **changed: Any) -> dict[str, Any]:
    item = {
        "id": str(snowflake(at)),
        "author_id": "7",
        "text": "@nordparcel hello",
        "created_at": at.isoformat(),
        "edit_history_tweet_ids": [str(snowflake(at))],
    }
    return item | changed


def an_event(at: datetime, **changed: Any) -> dict[str, Any]:
    item = {
        "id": str(snowflake(at)),
        "event_type": "MessageCreate",
        "text": "order 88213",
        "sender_id": "7",
        "dm_conversation_id": "7-900",
        "created_at": at.isoformat(),
    }
    return item | changed


# -- what is asked ------------------------------------------------------------------------------------------------


def test_sources_come_in_the_order_of_urgency(x: MakeX) -> None:
    sources = x(searches=("nord parcel", "#nordfail")).sources()

    assert [source.name for source in sources] == ["directs", "mentions", "search:1", "search:2"]
    assert [source.every.total_seconds() for source in sources] == [75, 60, 180, 180]
    assert sources[2].endpoint == sources[3].endpoint


def test_an_account_that_hears_no_messages_has_no_such_source(x: MakeX) -> None:
    assert [source.name for source in x(hear_directs=False).sources()] == ["mentions"]


def test_mentions_are_asked_for_with_the_old_names(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, EMPTY)

    x().fetch("mentions", None, now=now)

    (asked,) = wire.asked
    assert (asked.method, asked.path) == ("GET", f"/2/users/{US}/mentions")
    assert asked.query["max_results"] == "100"
    assert asked.query["start_time"] == "2026-11-20T06:00:00Z"
    assert "referenced_tweets" in asked.query["tweet.fields"].split(",")
    assert asked.query["expansions"] == "author_id,referenced_tweets.id"
    assert "receives_your_dm" in asked.query["user.fields"]


def test_mentions_can_be_asked_for_with_the_new_names(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, EMPTY)
    wire.will(200, EMPTY)
    renamed = x(names="post", searches=("nord parcel",))

    renamed.fetch("mentions", None, now=now)
    renamed.fetch("search:1", None, now=now)

    for asked in wire.asked:
        assert {"referenced_posts", "note_post", "created_at"} <= set(asked.query["post.fields"].split(","))
        assert asked.query["expansions"] == "author_id,referenced_posts.id"
        assert not any("tweet" in name for name in asked.query)
        assert asked.query["start_time"] == "2026-11-20T06:00:00Z"


def test_a_search_leaves_out_ourselves_and_reposts(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, EMPTY)

    x(searches=('"nord parcel" OR #nordfail',)).fetch("search:1", None, now=now)

    assert wire.asked[0].path == "/2/tweets/search/recent"
    assert wire.asked[0].query["query"] == '("nord parcel" OR #nordfail) -from:nordparcel -is:retweet'


def test_messages_are_asked_for_without_a_filter_that_would_hide_encrypted_ones(
    wire: Wire, x: MakeX, now: datetime
) -> None:
    wire.will(200, EMPTY)

    x().fetch("directs", None, now=now)

    assert wire.asked[0].path == "/2/dm_events"
    assert wire.asked[0].query["max_results"] == "10"
    assert "event_types" not in wire.asked[0].query


def test_every_page_of_a_poll_is_asked_for_with_the_same_bounds(wire: Wire, x: MakeX, now: datetime) -> None:
    hearing = x(searches=("nord",))
    for source, token_name in (("mentions", "pagination_token"), ("search:1", "next_token")):
        wire.asked.clear()
        wire.will(200, {"data": [a_post(now)], "meta": {"next_token": "two"}})
        wire.will(200, EMPTY)

        first = hearing.fetch(source, None, now=now)
        hearing.fetch(source, first.cursor, now=now + MINUTE)

        one, two = (asked.query for asked in wire.asked)
        assert two.pop(token_name) == "two"
        assert one == two


def test_the_next_poll_asks_by_id_and_never_by_time_as_well(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": [a_post(now)]})
    wire.will(200, EMPTY)
    hearing = x(searches=("nord",))

    first = hearing.fetch("search:1", None, now=now)
    hearing.fetch("search:1", first.cursor, now=now + MINUTE)

    assert not first.more
    assert "start_time" not in wire.asked[1].query
    assert int(wire.asked[1].query["since_id"]) == snowflake(now - 10 * MINUTE) - 1


# -- sign-in --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["hear", "reply"])
def test_the_signature_is_right_for_the_host_that_receives_it(wire: Wire, x: MakeX, now: datetime, act: str) -> None:
    wire.will(200, EMPTY)
    hearing = x(searches=("nord & söhne",))

    if act == "hear":
        hearing.fetch("search:1", None, now=now)
    else:
        from domain.sending import DeliveryKind, Order  # noqa: PLC0415 (only this branch)

        order = Order(key="k", kind=DeliveryKind.REPLY, account=US, target="20", body="Grüße & more")
        with pytest.raises(Exception, match="without saying to what"):
            hearing.reply(order, now=now)

    assert _signed_by_us(wire.asked[0], wire.url)


def _signed_by_us(asked: Asked, url: str) -> bool:
    """Check an OAuth 1.0a signature as a server does."""
    sent = signature.collect_parameters(
        uri_query=asked.target.partition("?")[2],
        headers={"Authorization": asked.headers["authorization"]},
        exclude_oauth_signature=False,
    )
    params = {name: value for name, value in sent if name != "oauth_signature"}
    uri = url + asked.path
    base = signature.signature_base_string(
        asked.method, signature.base_string_uri(uri), signature.normalize_parameters(list(params.items()))
    )
    key = f"{OAUTH1['consumer_secret']}&{OAUTH1['access_token_secret']}".encode()
    expected = base64.b64encode(hmac.new(key, base.encode(), hashlib.sha1).digest()).decode()
    return bool(dict(sent)["oauth_signature"] == expected)


def test_a_bearer_token_is_used_for_everything(wire: Wire, settings: Callable[..., Settings], now: datetime) -> None:
    wire.otherwise = answer(200, {"data": {"id": "77", "hidden": True, "dm_event_id": "78"}})
    signed_in = connect(settings(bearer_token="user-token-5", **dict.fromkeys(OAUTH1)), now=now)

    for act in (HEAR, HIDE, LOOK, REPLY, SEND):
        does(signed_in, act, now)

    assert {asked.headers["authorization"] for asked in wire.asked} == {"Bearer user-token-5"}


def test_who_we_are_is_asked_once_where_the_settings_do_not_say(
    wire: Wire, settings: Callable[..., Settings], now: datetime
) -> None:
    wire.will(200, {"data": {"id": "900", "username": "nordparcel", "name": "Nord"}})

    connected = connect(settings(user_id=None, handle=None), now=now)

    assert (connected.name, connected.account, connected.handle) == ("x", "900", "nordparcel")
    assert [asked.path for asked in wire.asked] == ["/2/users/me"]


def test_settings_that_say_who_we_are_open_nothing(wire: Wire, x: MakeX) -> None:
    assert x().account == US
    assert wire.asked == []


@pytest.mark.parametrize(("body", "error"), [({"data": {}}, Unavailable), ({}, Unavailable)])
def test_not_being_told_who_we_are_is_said(
    wire: Wire, settings: Callable[..., Settings], now: datetime, body: Any, error: type[Exception]
) -> None:
    wire.will(200, body)

    with pytest.raises(error, match="user_id"):
        connect(settings(user_id=None), now=now)


# -- what comes back --------------------------------------------------------------------------------------------------


def test_one_page_carries_posts_unreadable_items_and_the_gone(wire: Wire, x: MakeX, now: datetime) -> None:
    gone = {"type": "…/resource-not-found", "resource_type": "tweet", "resource_id": "41"}
    wire.will(200, {"data": [a_post(now), {"id": "6"}], "errors": [gone]})

    page = x().fetch("mentions", None, now=now)

    assert [post.native_id for post in page.posts] == [str(snowflake(now))]
    assert [item.native_id for item in page.unreadable] == ["6"]
    assert page.gone == ("41",)
    assert not page.more


def test_old_messages_of_a_new_inbox_are_left_alone(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": [an_event(now - HOUR), an_event(now - 90 * HOUR), an_event(now - 91 * HOUR)]})

    page = x().fetch("directs", None, now=now)

    assert len(page.posts) == 1
    assert not page.more


def test_messages_are_read_down_to_the_known_ones_and_no_further(wire: Wire, x: MakeX, now: datetime) -> None:
    old = [an_event(now - minutes * MINUTE) for minutes in range(20, 200, 20)]
    wire.will(200, {"data": old, "meta": {}})
    hearing = x()
    first = hearing.fetch("directs", None, now=now)

    wire.will(200, {"data": [an_event(now + MINUTE), *old], "meta": {"next_token": "older"}})
    second = hearing.fetch("directs", first.cursor, now=now + MINUTE)

    assert not second.more
    assert len(wire.asked) == 2


def test_a_burst_of_messages_is_read_again_from_the_top_in_full_pages(wire: Wire, x: MakeX, now: datetime) -> None:
    burst = [an_event(now - seconds * timedelta(seconds=1)) for seconds in range(40)]
    wire.will(200, {"data": burst[:10], "meta": {"next_token": "older"}})
    wire.will(200, {"data": burst, "meta": {}})
    hearing = x()

    first = hearing.fetch("directs", None, now=now)
    second = hearing.fetch("directs", first.cursor, now=now)

    assert first.more
    assert not second.more
    assert [asked.query["max_results"] for asked in wire.asked] == ["10", "100"]
    assert "pagination_token" not in wire.asked[1].query
    assert len(second.posts) == 40


def test_a_source_the_settings_do_not_know_is_refused_with_its_remedy(x: MakeX, now: datetime) -> None:
    with pytest.raises(Refused) as caught:
        x().fetch("search:9", None, now=now)

    assert caught.value.rule == "x.no-such-source"
    assert caught.value.remedy


def test_a_page_token_that_has_grown_old_begins_the_poll_anew(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": [a_post(now)], "meta": {"next_token": "two"}})
    wire.will(400, {"title": "Invalid Request"})
    wire.will(200, {"data": [a_post(now)]})
    hearing = x()

    first = hearing.fetch("mentions", None, now=now)
    second = hearing.fetch("mentions", first.cursor, now=now + HOUR)
    third = hearing.fetch("mentions", second.cursor, now=now + HOUR)

    assert second.more
    assert second.posts == ()
    assert [asked.query.get("pagination_token") for asked in wire.asked] == [None, "two", None]
    assert not third.more


def test_a_poll_that_is_refused_anew_is_refused_for_good(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, {"data": [a_post(now)], "meta": {"next_token": "two"}})
    hearing = x()
    cursor = hearing.fetch("mentions", None, now=now).cursor
    wire.will(400, {"title": "Invalid Request"})
    cursor = hearing.fetch("mentions", cursor, now=now).cursor
    wire.will(400, {"title": "Invalid Request"})

    with pytest.raises(Refused):
        hearing.fetch("mentions", cursor, now=now)


# -- money ------------------------------------------------------------------------------------------------------------


def _spent(page: Page) -> dict[str, tuple[int, int]]:
    return {usage.resource: (usage.units, usage.micros) for usage in page.usage}


def _billed(at: datetime) -> dict[str, Any]:
    includes = {"users": [{"id": "7"}], "tweets": [{"id": "45", "author_id": "1"}]}
    return {"data": [a_post(at), a_post(at - MINUTE)], "includes": includes}


def test_posts_users_and_expanded_posts_are_booked(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, _billed(now))

    page = x().fetch("mentions", None, now=now)

    assert _spent(page) == {"post_read": (3, 15_000), "user_read": (1, 10_000)}
    assert {usage.endpoint for usage in page.usage} == {"GET /2/users/:id/mentions"}


def test_the_owner_of_the_app_pays_a_fifth_for_mentions_but_not_for_searches(
    wire: Wire, x: MakeX, now: datetime
) -> None:
    owner = x(owns_app=True, searches=("nord",))
    wire.will(200, _billed(now))
    wire.will(200, _billed(now))

    mentions = owner.fetch("mentions", None, now=now)
    search = owner.fetch("search:1", None, now=now)

    assert _spent(mentions)["owned_read"] == (2, 2_000)
    assert _spent(mentions)["post_read"] == (1, 5_000)
    assert _spent(search)["post_read"] == (3, 15_000)


def test_what_was_paid_for_today_is_booked_once_if_its_page_was_stored(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.otherwise = answer(200, _billed(now))
    hearing = x()

    first = hearing.fetch("mentions", None, now=now)
    stored = hearing.fetch("mentions", first.cursor, now=now + MINUTE)

    assert _spent(stored) == {}
    assert first.usage


def test_a_page_that_was_never_stored_is_booked_again(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.otherwise = answer(200, _billed(now))
    hearing = x()

    first = hearing.fetch("mentions", None, now=now)
    again = hearing.fetch("mentions", None, now=now)  # the transaction with the first page never came

    assert _spent(again) == _spent(first)


def test_a_new_day_is_paid_anew(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.otherwise = answer(200, _billed(now))
    hearing = x()
    first = hearing.fetch("mentions", None, now=now)

    midnight = now.replace(hour=0) + timedelta(days=1)
    tomorrow = hearing.fetch("mentions", first.cursor, now=midnight)

    assert _spent(tomorrow) == _spent(first)


def test_a_price_of_the_settings_replaces_the_one_in_the_table(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.will(200, _billed(now))

    page = x(prices={"user_read": 1}).fetch("mentions", None, now=now)

    assert _spent(page)["user_read"] == (1, 1)


def test_expansions_are_not_booked_once_the_operator_knows_that_x_does_not_bill_them(
    wire: Wire, x: MakeX, now: datetime
) -> None:
    wire.will(200, _billed(now))
    sure = x(owns_app=True, count_expansions=False)

    page = sure.fetch("mentions", None, now=now)

    assert _spent(page) == {"owned_read": (2, 2_000)}
    assert sure.cost("mentions").micros == 100 * 1_000


def test_the_cost_of_a_page_is_the_most_it_can_be(x: MakeX) -> None:
    owner, other = x(owns_app=True, searches=("nord",)), x()

    assert owner.cost("mentions").micros == 100 * (1_000 + 10_000 + 5_000)
    assert other.cost("mentions").micros == 100 * (5_000 + 10_000 + 5_000)
    assert owner.cost("search:1").micros == 100 * (5_000 + 10_000 + 5_000)
    assert owner.cost("directs").micros == 100 * (10_000 + 10_000)


# -- a whole day over HTTP ------------------------------------------------------------------------------------


class FakeX:
    """Serves a make-believe timeline of mentions or messages over HTTP."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline, self.now = timeline, datetime.min.replace(tzinfo=UTC)

    def __call__(self, asked: Asked) -> bytes:
        params: dict[str, Any] = dict(asked.query)
        if "start_time" in params:
            params["start_time"] = datetime.fromisoformat(params["start_time"])
        self.timeline.page = int(params["max_results"])
        items, token = self.timeline.ask(params, now=self.now)
        made = an_event if "dm_events" in asked.path else a_post
        data = [made(item.at, id=str(item.id)) for item in items]
        return answer(200, {"data": data, "meta": {"next_token": token} if token else {}})


@pytest.mark.parametrize("source", ["mentions", "search:1", "directs"])
def test_late_posts_swapped_pages_repeated_tokens_and_lost_transactions_lose_nothing(
    wire: Wire, x: MakeX, now: datetime, source: str
) -> None:
    random = Random(7)
    timeline = Timeline(random=random, swap=0.3, repeat=0.1)
    ats = sorted(now + timedelta(seconds=random.uniform(0, 3 * 3600)) for _ in range(150))
    ats += [now + HOUR + timedelta(milliseconds=n) for n in range(250)]  # a storm: more than two full pages
    for at in sorted(ats):
        timeline.publish(at, late=random.uniform(0, 6) * HOUR if random.random() < 0.05 else timedelta(0))
    wire.respond = fake = FakeX(timeline)
    hearing, cursor, heard = x(searches=("nord",)), None, set[str]()

    for minute in range(0, 10 * 60, 6):
        fake.now = now + minute * MINUTE
        page = Page(more=True)
        while page.more:
            page = hearing.fetch(source, cursor, now=fake.now)
            if random.random() < 0.1:
                continue  # the transaction did not come through
            cursor = page.cursor
            heard |= {post.native_id for post in page.posts}

    assert {str(item.id) for item in timeline.items} - heard == set()
    assert len(wire.asked) < 3 * 100
