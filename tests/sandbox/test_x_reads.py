"""Reading from the X look-alike with the real tweepy."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import tweepy

from sandbox.x import X
from sandbox.x_fields import Naming
from tests.sandbox.conftest import Hands, tweepy_client


@pytest.fixture
def app_client(x: X) -> Iterator[tweepy.Client]:
    made = tweepy_client(x, user=False)
    yield made
    made.session.close()


@pytest.fixture
def raw(x: X) -> Iterator[tweepy.Client]:
    made = tweepy_client(x, return_type=requests.Response)
    yield made
    made.session.close()


def ids(response: Any) -> list[str]:
    return [str(post.id) for post in response.data or []]


def mentions(client: tweepy.Client, x: X, **more: Any) -> Any:
    return client.get_users_mentions(x.brand.id, user_auth=True, **more)


def test_a_token_tells_whose_it_is(client: tweepy.Client, x: X) -> None:
    me = client.get_me(user_auth=True).data

    assert (str(me.id), me.username, me.name) == (x.brand.id, "NordParcel", "Nord Parcel")


def test_an_unknown_token_is_refused(client: tweepy.Client) -> None:
    client.access_token = "1-somebody-else"

    with pytest.raises(tweepy.Unauthorized) as caught:
        client.get_me(user_auth=True)

    assert caught.value.response.json()["status"] == 401


def test_a_wrong_signature_is_refused(client: tweepy.Client) -> None:
    client.access_token_secret = "not-the-secret"

    with pytest.raises(tweepy.Unauthorized):
        client.get_me(user_auth=True)


def test_a_signature_covers_the_query(client: tweepy.Client, x: X) -> None:
    signed = client.session.get(
        "https://api.twitter.com/2/users/me",
        params={"user.fields": "public_metrics"},
        auth=tweepy.OAuth1UserHandler(
            x.credentials.consumer_key,
            x.credentials.consumer_secret,
            x.credentials.access_token,
            x.credentials.access_token_secret,
        ).apply_auth(),
    )
    replayed = requests.get(
        f"{x.base_url}/2/users/me", headers={"Authorization": str(signed.request.headers["Authorization"])}, timeout=5
    )

    assert signed.status_code == 200
    assert replayed.status_code == 401


def test_a_request_without_a_token_is_refused(x: X) -> None:
    assert requests.get(f"{x.base_url}/2/users/me", timeout=30).status_code == 401


def test_a_user_token_of_oauth_2_stands_for_the_user(x: X) -> None:
    bearer = tweepy.Client(bearer_token=x.credentials.user_token)
    bearer.session.mount("https://api.twitter.com/", tweepy_client(x).session.get_adapter("https://api.twitter.com/"))

    assert str(bearer.get_me(user_auth=False).data.id) == x.brand.id
    bearer.session.close()


def test_the_app_alone_reads_mentions_but_no_private_messages(app_client: tweepy.Client, x: X) -> None:
    post = x.publish("ana", "@NordParcel hello")

    assert ids(app_client.get_users_mentions(x.brand.id)) == [post]
    with pytest.raises(tweepy.Forbidden, match="Application-Only is forbidden"):
        app_client.get_direct_message_events(user_auth=False)


def test_mentions_come_newest_first_and_only_those_that_name_us(client: tweepy.Client, x: X, hands: Hands) -> None:
    first = x.publish("ana", "hey @nordparcel where is it")
    x.publish("bob", "NordParcel without an at sign")
    x.publish("bob", "mail me at bob@NordParcel.example")
    hands.move(seconds=1)
    second = x.publish("bob", "@NordParcel me too")

    assert ids(mentions(client, x)) == [second, first]


def test_without_asking_for_fields_only_the_default_ones_come(client: tweepy.Client, x: X) -> None:
    post = x.publish("ana", "@NordParcel hello")

    assert mentions(client, x).data[0].data == {
        "id": post,
        "text": "@NordParcel hello",
        "edit_history_tweet_ids": [post],
    }


def test_asked_fields_and_expansions_come(client: tweepy.Client, x: X, now: datetime) -> None:
    x.person("ana", name="Ana", followers=12_000, verified=True)
    root = x.publish("ana", "first")
    post = x.publish("ana", "@NordParcel see #late https://a.example/1", reply_to=root, lang="en")

    answer = mentions(
        client,
        x,
        tweet_fields=["created_at", "author_id", "conversation_id", "referenced_tweets", "lang", "entities"],
        expansions=["author_id", "referenced_tweets.id"],
        user_fields=["public_metrics", "receives_your_dm", "verified"],
    )

    given = answer.data[0]
    assert (given.created_at, given.lang, str(given.conversation_id)) == (now, "en", root)
    assert [str(one.id) for one in given.referenced_tweets] == [root]
    assert given.entities["mentions"][0]["id"] == x.brand.id
    assert given.entities["hashtags"][0]["tag"] == "late"
    assert given.entities["urls"][0]["expanded_url"] == "https://a.example/1"
    author = answer.includes["users"][0]
    assert (author.username, author.verified, author.data["receives_your_dm"]) == ("ana", True, True)
    assert author.public_metrics["followers_count"] == 12_000
    assert [str(one.id) for one in answer.includes["tweets"]] == [root]
    assert str(given.id) == post


def test_texts_come_as_the_network_writes_them(client: tweepy.Client, x: X) -> None:
    x.publish("ana", "@NordParcel <b> & https://a.example/very/long/path?x=1&y=2")

    text = mentions(client, x).data[0].text

    assert text.startswith("@NordParcel &lt;b&gt; &amp; https://t.co/")


def test_a_long_post_is_cut_and_whole_in_its_note(client: tweepy.Client, x: X) -> None:
    x.publish("ana", "@NordParcel " + "word " * 100)

    post = mentions(client, x, tweet_fields=["note_tweet"]).data[0]

    assert len(post.text) < 300
    assert "https://t.co/" in post.text
    assert post.data["note_tweet"]["text"].endswith("word word ")


def test_an_empty_answer_has_no_data(client: tweepy.Client, x: X) -> None:
    answer = mentions(client, x)

    assert answer.data is None
    assert answer.meta == {"result_count": 0}


def test_pages_follow_one_another_without_gap_or_repeat(client: tweepy.Client, x: X) -> None:
    published = [x.publish("ana", f"@NordParcel {number}") for number in range(12)]

    found: list[str] = []
    token = None
    while True:
        answer = mentions(client, x, max_results=5, pagination_token=token)
        found += ids(answer)
        token = answer.meta.get("next_token")
        if token is None:
            break

    assert found == published[::-1]


def test_since_and_until_bound_what_comes(client: tweepy.Client, x: X) -> None:
    first, second, third = (x.publish("ana", f"@NordParcel {number}") for number in range(3))

    assert ids(mentions(client, x, since_id=first)) == [third, second]
    assert ids(mentions(client, x, until_id=third)) == [second, first]


def test_times_bound_what_comes(client: tweepy.Client, x: X, hands: Hands, now: datetime) -> None:
    first = x.publish("ana", "@NordParcel 1")
    hands.move(minutes=5)
    second = x.publish("ana", "@NordParcel 2")

    assert ids(mentions(client, x, start_time=now + timedelta(minutes=1))) == [second]
    assert ids(mentions(client, x, end_time=now + timedelta(minutes=1))) == [first]


@pytest.mark.parametrize(
    ("more", "parameter"),
    [
        ({"max_results": 4}, "max_results"),
        ({"max_results": 101}, "max_results"),
        ({"since_id": "abc"}, "since_id"),
        ({"pagination_token": "never-made"}, "pagination_token"),
        ({"start_time": "yesterday"}, "start_time"),
        ({"tweet_fields": ["nonsense"]}, "tweet.fields"),
        ({"expansions": ["nonsense"]}, "expansions"),
    ],
)
def test_a_wrong_parameter_is_named(client: tweepy.Client, x: X, more: dict[str, Any], parameter: str) -> None:
    with pytest.raises(tweepy.BadRequest) as caught:
        mentions(client, x, **more)

    body = caught.value.response.json()
    assert body["title"] == "Invalid Request"
    assert list(body["errors"][0]["parameters"]) == [parameter]
    assert caught.value.response.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_parameter_is_named(x: X) -> None:
    answer = requests.get(
        f"{x.base_url}/2/users/{x.brand.id}/mentions",
        params={"since": "1"},
        headers={"Authorization": f"Bearer {x.credentials.bearer_token}"},
        timeout=5,
    )

    assert answer.status_code == 400
    assert "The query parameter [since] is not one of [" in answer.json()["errors"][0]["message"]


def test_a_post_indexed_late_appears_below_what_was_given_before(client: tweepy.Client, x: X, hands: Hands) -> None:
    late = x.publish("ana", "@NordParcel late", index_after=timedelta(minutes=2))
    prompt = x.publish("bob", "@NordParcel prompt")

    assert ids(mentions(client, x)) == [prompt]
    hands.move(minutes=2)
    assert ids(mentions(client, x)) == [prompt, late]
    assert int(late) < int(prompt)


def test_a_malformed_post_is_given_malformed(raw: tweepy.Client, x: X) -> None:
    x.publish("ana", "@NordParcel x", malformed=True)

    given = raw.get_users_mentions(x.brand.id, tweet_fields=["created_at"], user_auth=True).json()["data"][0]

    assert "text" not in given
    assert given["created_at"] == "yesterday"


def test_the_timeline_shows_our_own_posts_with_the_names_they_answer(client: tweepy.Client, x: X) -> None:
    asked = x.publish("ana", "@NordParcel help")
    client.create_tweet(text="We are on it.", in_reply_to_tweet_id=asked)
    own = x.publish("NordParcel", "Good morning")

    answer = client.get_users_tweets(x.brand.id, user_auth=True)

    assert [post.text for post in answer.data] == ["Good morning", "@ana We are on it."]
    assert ids(client.get_users_tweets(x.brand.id, exclude=["replies"], user_auth=True)) == [own]


def test_posts_are_looked_up_and_missing_ones_are_told_beside_them(client: tweepy.Client, x: X) -> None:
    there = x.publish("ana", "here")
    gone = x.publish("ana", "gone")
    x.delete(gone)

    answer = client.get_tweets([there, gone], user_auth=True)

    assert ids(answer) == [there]
    assert answer.errors[0]["type"].endswith("/resource-not-found")
    assert answer.errors[0]["resource_id"] == gone


def test_a_single_missing_post_is_an_answer_with_errors(client: tweepy.Client, x: X) -> None:
    there = x.publish("ana", "here")

    assert str(client.get_tweet(there, user_auth=True).data.id) == there
    missing = client.get_tweet("1234567890", user_auth=True)
    assert missing.data is None
    assert missing.errors[0]["title"] == "Not Found Error"


def test_an_edited_post_answers_to_both_its_ids_with_its_newest_words(client: tweepy.Client, x: X) -> None:
    first = x.publish("ana", "@NordParcel tpyo")
    second = x.edit(first, "@NordParcel typo")

    answer = client.get_tweets([first], tweet_fields=["edit_controls"], user_auth=True)

    assert ids(answer) == [second]
    assert answer.data[0].data["edit_history_tweet_ids"] == [first, second]
    assert answer.data[0].data["edit_controls"]["edits_remaining"] == 4
    assert ids(mentions(client, x)) == [second]


def test_edits_end_after_half_an_hour(x: X, hands: Hands) -> None:
    post = x.publish("ana", "@NordParcel tpyo")
    hands.move(minutes=31)

    with pytest.raises(ValueError, match="no longer be edited"):
        x.edit(post, "@NordParcel typo")


def test_deleting_one_version_deletes_them_all(client: tweepy.Client, x: X) -> None:
    first = x.publish("ana", "@NordParcel a")
    second = x.edit(first, "@NordParcel b")
    x.delete(first)

    assert client.get_tweets([first, second], user_auth=True).data is None


def test_people_are_found_by_id_and_by_name(client: tweepy.Client, x: X) -> None:
    ana = x.person("ana", name="Ana")

    assert client.get_users(ids=[ana.id], user_auth=True).data[0].name == "Ana"
    assert client.get_user(id=ana.id, user_auth=True).data.username == "ana"
    assert str(client.get_user(username="ANA", user_auth=True).data.id) == ana.id
    both = client.get_users(usernames=["ana", "nobody"], user_auth=True)
    assert len(both.data) == 1
    assert both.errors[0]["resource_type"] == "user"


def test_search_finds_words_we_are_not_named_in(client: tweepy.Client, x: X, hands: Hands) -> None:
    found = x.publish("ana", "Nord Parcel lost my box", lang="en")
    x.publish("NordParcel", "Nord Parcel wishes you a good day")
    x.publish("bob", "my nordic parcel is fine")
    x.publish("carl", "RT Nord Parcel", reposts=found)
    hands.move(minutes=1)

    assert ids(client.search_recent_tweets("nord parcel -from:NordParcel -is:retweet", user_auth=True)) == [found]


def test_search_ends_thirty_seconds_ago_and_reaches_seven_days(client: tweepy.Client, x: X, hands: Hands) -> None:
    post = x.publish("ana", "nord")

    assert client.search_recent_tweets("nord", user_auth=True).data is None
    hands.move(seconds=31)
    assert ids(client.search_recent_tweets("nord", user_auth=True)) == [post]
    hands.move(days=7)
    assert client.search_recent_tweets("nord", user_auth=True).data is None


@pytest.mark.parametrize(
    "more", [{"max_results": 9}, {"since_id": "1", "start_time": datetime(2026, 11, 19, tzinfo=UTC)}]
)
def test_search_refuses_what_the_real_one_refuses(client: tweepy.Client, more: dict[str, Any]) -> None:
    with pytest.raises(tweepy.BadRequest):
        client.search_recent_tweets("nord", user_auth=True, **more)


@pytest.mark.parametrize("query", ["", '"open', "(a", "a)", "near:here", "is:nice", "a OR", "x" * 513])
def test_a_query_that_cannot_be_read_is_refused(client: tweepy.Client, query: str) -> None:
    with pytest.raises(tweepy.BadRequest):
        client.search_recent_tweets(query, user_auth=True)


def test_private_messages_come_newest_first_over_every_conversation(client: tweepy.Client, x: X, hands: Hands) -> None:
    first = x.direct("ana", "my order is 88213")
    hands.move(seconds=1)
    second = x.direct("bob", "hello?")

    answer = client.get_direct_message_events(
        dm_event_fields=["id", "event_type", "text", "created_at", "sender_id", "dm_conversation_id"],
        expansions=["sender_id"],
        event_types="MessageCreate",
        user_auth=True,
    )

    assert [str(event.id) for event in answer.data] == [second, first]
    low, high = sorted((x.person("ana").id, x.brand.id), key=int)
    assert answer.data[1].dm_conversation_id == f"{low}-{high}"
    assert answer.data[1].text == "my order is 88213"
    assert {user.username for user in answer.includes["users"]} == {"ana", "bob"}


def test_private_messages_are_read_by_person_and_by_conversation(client: tweepy.Client, x: X) -> None:
    mine = x.direct("ana", "one")
    x.direct("bob", "two")
    conversation = x.directs_with("ana")[0].conversation

    by_person = client.get_direct_message_events(participant_id=x.person("ana").id)
    by_conversation = client.get_direct_message_events(dm_conversation_id=conversation)

    assert [str(event.id) for event in by_person.data] == [mine]
    assert [str(event.id) for event in by_conversation.data] == [mine]


def test_private_messages_have_pages_but_no_memory_beyond_thirty_days(
    client: tweepy.Client, x: X, hands: Hands
) -> None:
    sent = [x.direct("ana", str(number)) for number in range(3)]

    first = client.get_direct_message_events(max_results=2)
    second = client.get_direct_message_events(max_results=2, pagination_token=first.meta["next_token"])
    assert [str(event.id) for event in (*first.data, *second.data)] == sent[::-1]
    hands.move(days=31)
    assert client.get_direct_message_events().data is None


def test_an_encrypted_message_is_there_without_its_words(client: tweepy.Client, x: X) -> None:
    x.direct("ana", "nobody can read this", encrypted=True)

    event = client.get_direct_message_events(dm_event_fields=["sender_id", "text"]).data[0]

    assert event.text is None
    assert event.data["encrypted"] is True
    assert str(event.sender_id) == x.person("ana").id


def test_usage_is_told_to_the_app_only(app_client: tweepy.Client, x: X) -> None:
    x.publish("ana", "@NordParcel a")
    app_client.get_users_mentions(x.brand.id)

    answer = app_client.session.get(
        "https://api.twitter.com/2/usage/tweets", headers={"Authorization": f"Bearer {x.credentials.bearer_token}"}
    )

    assert answer.json()["data"]["project_usage"] == "1"


def test_every_answer_tells_the_rate_limit_and_the_access_level(raw: tweepy.Client, x: X, now: datetime) -> None:
    headers = raw.get_users_mentions(x.brand.id, user_auth=True).headers

    assert headers["x-rate-limit-limit"] == "300"
    assert headers["x-rate-limit-remaining"] == "299"
    assert headers["x-rate-limit-reset"] == str(int((now + timedelta(minutes=15)).timestamp()))
    assert headers["x-access-level"] == "read-write-directmessages"
    assert headers["Date"] == "Fri, 20 Nov 2026 12:00:00 GMT"


def test_the_sixteenth_read_of_private_messages_in_a_window_is_refused(client: tweepy.Client, hands: Hands) -> None:
    for _ in range(15):
        client.get_direct_message_events()

    with pytest.raises(tweepy.TooManyRequests) as caught:
        client.get_direct_message_events()

    assert caught.value.reset_time == int(hands().timestamp()) + 900
    hands.move(minutes=15)
    client.get_direct_message_events()


def test_limits_can_be_lifted(client: tweepy.Client, x: X) -> None:
    x.windows.off = True

    for _ in range(17):
        client.get_direct_message_events()


@pytest.mark.parametrize("naming", [Naming.NEW, Naming.BOTH])
def test_asked_in_the_new_names_it_answers_in_the_new_names(x: X, naming: Naming) -> None:
    x.naming = naming
    root = x.publish("ana", "root")
    post = x.publish("ana", "@NordParcel a", reply_to=root)

    body = requests.get(
        f"{x.base_url}/2/users/{x.brand.id}/mentions",
        params={"post.fields": "referenced_posts,author_id", "expansions": "referenced_posts.id"},
        headers={"Authorization": f"Bearer {x.credentials.bearer_token}"},
        timeout=5,
    ).json()

    assert body["data"][0]["referenced_posts"] == [{"type": "replied_to", "id": root}]
    assert body["data"][0]["edit_history_post_ids"] == [post]
    assert body["includes"]["posts"][0]["id"] == root


def test_a_server_of_new_names_refuses_the_old_and_the_other_way_round(x: X) -> None:
    def asked(name: str) -> int:
        return requests.get(
            f"{x.base_url}/2/users/{x.brand.id}/mentions",
            params={name: "author_id"},
            headers={"Authorization": f"Bearer {x.credentials.bearer_token}"},
            timeout=5,
        ).status_code

    x.naming = Naming.NEW
    assert (asked("tweet.fields"), asked("post.fields")) == (400, 200)
    x.naming = Naming.OLD
    assert (asked("tweet.fields"), asked("post.fields")) == (200, 400)


def test_the_bill_charges_each_post_once_a_day_and_our_own_mentions_less(
    client: tweepy.Client, x: X, hands: Hands
) -> None:
    x.publish("ana", "@NordParcel nord")
    hands.move(minutes=1)

    for _ in range(2):
        mentions(client, x)
        client.search_recent_tweets("nord", user_auth=True)

    assert x.bill.units() == {"owned_read": 1, "post_read": 1}
    assert x.bill.total() == 1_000 + 5_000
    hands.move(hours=13)
    mentions(client, x)
    assert x.bill.units()["owned_read"] == 2


def test_expansions_are_billed_only_if_that_is_how_it_is(client: tweepy.Client, x: X) -> None:
    x.publish("ana", "@NordParcel nord")
    mentions(client, x, expansions=["author_id"])
    free = x.bill.total()

    x.bill.bill_expansions = True
    mentions(client, x, expansions=["author_id"])

    assert x.bill.total() == free + 10_000


def test_money_that_runs_out_ends_everything(client: tweepy.Client, x: X) -> None:
    x.publish("ana", "@NordParcel a")
    x.bill.credits = 2_000
    client.get_me(user_auth=True)
    mentions(client, x)

    with pytest.raises(tweepy.HTTPException, match="does not have any credits") as empty:
        mentions(client, x)
    x.bill.credits, x.bill.cap = None, 2_000
    with pytest.raises(tweepy.Forbidden, match="spending limit"):
        mentions(client, x)

    assert empty.value.response.status_code == 402
