"""Every way the X look-alike hurts, felt through the real tweepy."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
import tweepy

from sandbox.x import X
from tests.sandbox.conftest import Hands, comes_true, tweepy_client

HELLO = "Hello"


@pytest.fixture
def impatient(x: X) -> Iterator[tweepy.Client]:
    made = tweepy_client(x, seconds=0.3)
    yield made
    made.session.close()


@pytest.fixture
def asked(x: X) -> str:
    return x.publish("ana", "@NordParcel third day without my parcel")


def answer(client: tweepy.Client, asked: str) -> None:
    client.create_tweet(text=HELLO, in_reply_to_tweet_id=asked)


def test_a_dropped_connection_is_reset_not_closed(x: X) -> None:
    x.fault("GET /2/users/me", "drop")

    with socket.create_connection(("127.0.0.1", x.server.port), timeout=30) as raw:
        raw.sendall(b"GET /2/users/me HTTP/1.1\r\nHost: x\r\n\r\n")

        with pytest.raises(ConnectionResetError):
            raw.recv(1)


@pytest.mark.parametrize("applied", [False, True])
def test_the_connection_drops_before_or_after_the_effect(
    client: tweepy.Client,
    x: X,
    asked: str,
    applied: bool,  # noqa: FBT001 - a table's column
) -> None:
    x.fault("POST /2/tweets", "drop", applied=applied)

    with pytest.raises(requests.ConnectionError):
        answer(client, asked)

    assert len(x.replies(asked)) == applied


@pytest.mark.parametrize("applied", [False, True])
def test_an_error_comes_before_or_after_the_effect(
    client: tweepy.Client,
    x: X,
    asked: str,
    applied: bool,  # noqa: FBT001 - a table's column
) -> None:
    x.fault("POST /2/tweets", "error", applied=applied, status=503)

    with pytest.raises(tweepy.TwitterServerError) as caught:
        answer(client, asked)

    assert caught.value.response.status_code == 503
    assert len(x.replies(asked)) == applied


@pytest.mark.parametrize("applied", [False, True])
def test_a_socket_hangs_before_or_after_the_effect(
    impatient: tweepy.Client,
    x: X,
    asked: str,
    applied: bool,  # noqa: FBT001 - a table's column
) -> None:
    x.fault("POST /2/tweets", "hang", applied=applied, seconds=60)

    with pytest.raises(requests.Timeout):
        answer(impatient, asked)

    assert comes_true(lambda: len(x.replies(asked)) == applied)


def test_a_slow_answer_comes(client: tweepy.Client, x: X, asked: str) -> None:
    x.fault("POST /2/tweets", "slow", seconds=0.05)

    answer(client, asked)

    assert len(x.replies(asked)) == 1


def test_a_bad_gateway_speaks_html(client: tweepy.Client, x: X) -> None:
    x.fault("GET .*/mentions", "bad_gateway")

    with pytest.raises(tweepy.TwitterServerError) as caught:
        client.get_users_mentions(x.brand.id, user_auth=True)

    assert caught.value.response.status_code == 502
    assert "<html>" in caught.value.response.text


def test_a_truncated_answer_is_no_json(client: tweepy.Client, x: X) -> None:
    x.fault("GET .*/mentions", "truncate")

    with pytest.raises(requests.JSONDecodeError):
        client.get_users_mentions(x.brand.id, user_auth=True)


@pytest.mark.parametrize(
    ("effect", "status", "says"),
    [
        ("not_summoned", 403, "mentioned or are the author"),
        ("duplicate", 403, "duplicate content"),
        ("gone", 403, "deleted or not visible"),
        ("out_of_credits", 402, "does not have any credits"),
        ("spending_cap", 403, "spending limit"),
        ("revoked", 401, "Unauthorized"),
        ("scope_lost", 403, "app permissions"),
        ("locked", 403, "temporarily locked"),
        ("automated", 403, "might be automated"),
        ("closed_directs", 403, "permission to DM"),
    ],
)
def test_a_refusal_has_the_networks_words(client: tweepy.Client, x: X, effect: str, status: int, says: str) -> None:
    asked = x.publish("ana", "@NordParcel where is it")
    x.fault("POST /2/tweets", effect)

    with pytest.raises(tweepy.HTTPException, match=says) as caught:
        answer(client, asked)

    assert caught.value.response.status_code == status
    assert caught.value.response.json()["type"]
    assert x.replies(asked) == []


def test_the_money_refusals_have_a_type_of_their_own(client: tweepy.Client, x: X, asked: str) -> None:
    x.fault("POST /2/tweets", "spending_cap")
    with pytest.raises(tweepy.Forbidden) as capped:
        answer(client, asked)
    x.fault("POST /2/tweets", "out_of_credits")
    with pytest.raises(tweepy.HTTPException) as empty:
        answer(client, asked)

    assert capped.value.response.json()["type"].endswith("/usage-capped")
    assert empty.value.response.json()["title"] == "CreditsDepleted"


def test_a_duplicate_may_be_our_own_that_arrived(client: tweepy.Client, x: X, asked: str) -> None:
    x.fault("POST /2/tweets", "duplicate", applied=True)

    with pytest.raises(tweepy.Forbidden, match="duplicate"):
        answer(client, asked)

    assert len(x.replies(asked)) == 1


def test_a_rate_limit_tells_its_end_or_does_not(client: tweepy.Client, x: X, asked: str, hands: Hands) -> None:
    x.fault("POST /2/tweets", "rate_limited", seconds=120)
    with pytest.raises(tweepy.TooManyRequests) as told:
        answer(client, asked)
    x.fault("POST /2/tweets", "rate_limited_bare")
    with pytest.raises(tweepy.TooManyRequests) as bare:
        answer(client, asked)

    assert told.value.reset_time == int(hands().timestamp()) + 120
    assert bare.value.reset_time is None


def test_an_effect_may_come_late(client: tweepy.Client, x: X, asked: str, hands: Hands) -> None:
    x.fault("POST /2/tweets", "late_effect", seconds=30)
    x.fault("POST /2/tweets", "error", applied=True)

    with pytest.raises(tweepy.TwitterServerError):
        answer(client, asked)

    assert client.get_users_tweets(x.brand.id, user_auth=True).data is None
    hands.move(seconds=30)
    assert len(client.get_users_tweets(x.brand.id, user_auth=True).data) == 1


def test_a_late_private_message_comes_late(client: tweepy.Client, x: X, hands: Hands) -> None:
    x.fault("POST .*/messages", "late_effect", seconds=30)

    client.create_direct_message(participant_id=x.person("ana").id, text="hi")

    assert x.sent_directs("ana") == []
    hands.move(seconds=30)
    assert len(x.sent_directs("ana")) == 1


def test_our_own_listings_may_lag(client: tweepy.Client, x: X, asked: str, hands: Hands) -> None:
    x.fault("GET .*/(tweets|dm_events)$", "lag", seconds=60, count=10)
    answer(client, asked)
    client.create_direct_message(participant_id=x.person("ana").id, text="hi")

    assert client.get_users_tweets(x.brand.id, user_auth=True).data is None
    assert client.get_direct_message_events().data is None
    hands.move(seconds=60)
    assert len(client.get_users_tweets(x.brand.id, user_auth=True).data) == 1
    assert len(client.get_direct_message_events().data) == 1


def test_a_share_of_the_mentions_is_indexed_late_and_none_is_lost(client: tweepy.Client, x: X, hands: Hands) -> None:
    x.fault("GET .*/mentions", "late_index", seconds=3600, share=0.3, count=100)
    published = {x.publish("ana", f"@NordParcel {number}") for number in range(50)}

    def seen() -> set[str]:
        answer = client.get_users_mentions(x.brand.id, max_results=100, user_auth=True)
        return {str(post.id) for post in answer.data}

    at_once = seen()
    assert 25 <= len(at_once) < 50
    assert seen() == at_once
    hands.move(hours=1)
    assert seen() == published


def test_a_cursor_may_be_given_again(client: tweepy.Client, x: X) -> None:
    for number in range(12):
        x.publish("ana", f"@NordParcel {number}")
    x.fault("GET .*/mentions", "repeat_cursor")

    first = client.get_users_mentions(x.brand.id, max_results=5, user_auth=True)
    again = client.get_users_mentions(
        x.brand.id, max_results=5, pagination_token=first.meta["next_token"], user_auth=True
    )

    assert [post.id for post in again.data] == [post.id for post in first.data]


def test_a_page_may_be_out_of_order(client: tweepy.Client, x: X) -> None:
    for number in range(10):
        x.publish("ana", f"@NordParcel {number}")
    x.fault("GET .*/mentions", "reorder")

    shuffled = [post.id for post in client.get_users_mentions(x.brand.id, user_auth=True).data]

    assert shuffled != sorted(shuffled, reverse=True)
    assert len(set(shuffled)) == 10


def test_fields_may_come_under_their_new_names_or_not_at_all(x: X, asked: str) -> None:
    raw = tweepy_client(x, return_type=dict)
    x.fault("GET .*/mentions", "renamed")
    renamed = raw.get_users_mentions(x.brand.id, tweet_fields=["author_id"], user_auth=True)["data"][0]
    x.fault("GET .*/mentions", "fields_missing")
    missing = raw.get_users_mentions(x.brand.id, tweet_fields=["author_id"], user_auth=True)["data"][0]
    raw.session.close()

    assert renamed["edit_history_post_ids"] == [asked]
    assert "author_id" not in missing


@pytest.mark.usefixtures("asked")
def test_the_servers_clock_may_be_wrong(x: X) -> None:
    raw = tweepy_client(x, return_type=requests.Response)
    x.fault("GET .*/mentions", "skew", seconds=3600)

    answer = raw.get_users_mentions(x.brand.id, tweet_fields=["created_at"], user_auth=True)
    raw.session.close()

    assert answer.headers["Date"] == "Fri, 20 Nov 2026 13:00:00 GMT"
    assert answer.json()["data"][0]["created_at"] == "2026-11-20T13:00:00.000Z"


def test_a_post_may_vanish_as_it_is_answered(client: tweepy.Client, x: X, asked: str) -> None:
    x.fault("POST /2/tweets", "vanish")

    with pytest.raises(tweepy.Forbidden, match="deleted"):
        answer(client, asked)


def test_a_post_may_be_edited_as_it_is_looked_at(client: tweepy.Client, x: X, asked: str) -> None:
    x.fault("GET /2/tweets", "edited")

    looked = client.get_tweets([asked], user_auth=True).data[0]

    assert looked.text.endswith("(edited)")
    assert len(looked.edit_history_tweet_ids) == 2


def test_the_whole_server_may_be_gone_and_come_back(client: tweepy.Client, x: X, asked: str) -> None:
    x.outage()
    with pytest.raises(requests.ConnectionError, match="refused"):
        answer(client, asked)
    x.recover()
    x.outage(reset=True)
    with pytest.raises(requests.ConnectionError):
        answer(client, asked)
    x.recover()

    answer(client, asked)

    assert len(x.replies(asked)) == 1


def test_a_fault_lets_some_pass_and_ends_after_its_count(client: tweepy.Client, x: X) -> None:
    x.fault("GET .*/mentions", "error", after=1, count=2)

    def works() -> bool:
        try:
            client.get_users_mentions(x.brand.id, user_auth=True)
        except tweepy.TwitterServerError:
            return False
        return True

    assert [works() for _ in range(4)] == [True, False, False, True]


def test_a_fault_has_its_time(client: tweepy.Client, x: X, hands: Hands) -> None:
    x.fault("GET", "error", count=99, since=hands() + timedelta(minutes=1), until=hands() + timedelta(minutes=2))

    client.get_me(user_auth=True)
    hands.move(minutes=1)
    with pytest.raises(tweepy.TwitterServerError):
        client.get_me(user_auth=True)
    hands.move(minutes=1)
    client.get_me(user_auth=True)


def test_an_effect_nobody_knows_is_refused(x: X) -> None:
    with pytest.raises(ValueError, match="no such effect: gremlins; there are"):
        x.fault("GET", "gremlins")
    with pytest.raises(ValueError, match="no regular expression"):
        x.fault("GET (", "drop")


def test_faults_are_set_told_and_taken_away_over_http(client: tweepy.Client, x: X) -> None:
    url = f"{x.base_url}/_sandbox/faults"
    fault = {"match": "GET .*/me", "effect": "error", "status": 500, "until": "2026-11-20T13:00:00+00:00", "tag": "t"}

    assert requests.post(url, json=fault, timeout=30).status_code == 200
    with pytest.raises(tweepy.TwitterServerError):
        client.get_me(user_auth=True)
    assert requests.get(url, timeout=30).json()[0]["hurt"] == 1
    assert requests.delete(url, params={"tag": "t"}, timeout=30).json() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"match": "GET"},
        {"match": "GET", "effect": "gremlins"},
        {"match": "GET", "effect": "drop", "until": "tomorrow"},
        {"match": "GET", "effect": "drop", "until": "2026-11-20T13:00:00"},
        {"match": "GET", "effect": "drop", "colour": "red"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_over_http(x: X, wrong: dict[str, str]) -> None:
    answer = requests.post(
        f"{x.base_url}/_sandbox/faults", data=json.dumps(wrong), headers={"Content-Type": "application/json"}, timeout=5
    )

    assert answer.status_code == 400
    assert answer.json()["error"]
