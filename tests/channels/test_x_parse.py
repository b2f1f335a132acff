"""Reading X's JSON: both generations of names, what is missing, what is absurd, and what X once really sent."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.x_fields import snowflake_at, snowflake_time
from channels.x_parse import Listing, Own, read_directs, read_posts
from domain.values import NewPost, PostKind
from tests.channels.timeline import snowflake
from tests.conftest import NOON

OWN = Own("900", "NordParcel")
ANA = {
    "id": "7",
    "username": "ana_b",
    "name": "Ana",
    "verified": False,
    "verified_type": "blue",
    "receives_your_dm": True,
    "public_metrics": {"followers_count": 1234},
}


def a_post(**changed: Any) -> dict[str, Any]:
    item = {
        "id": str(snowflake(NOON)),
        "author_id": "7",
        "text": "@nordparcel third day without my parcel",
        "created_at": "2026-11-20T12:00:00.000Z",
        "conversation_id": "55",
        "lang": "en",
        "edit_history_tweet_ids": [str(snowflake(NOON))],
        "entities": {"mentions": [{"username": "nordparcel", "id": "900", "start": 0, "end": 11}]},
    }
    return {name: value for name, value in (item | changed).items() if value is not None}


def an_event(**changed: Any) -> dict[str, Any]:
    item = {
        "id": str(snowflake(NOON)),
        "event_type": "MessageCreate",
        "text": "order 88213",
        "sender_id": "7",
        "dm_conversation_id": "7-900",
        "created_at": "2026-11-20T12:00:00.000Z",
    }
    return {name: value for name, value in (item | changed).items() if value is not None}


def read(*items: Any, **more: Any) -> Listing:
    return read_posts({"data": list(items), "includes": {"users": [ANA]}, **more}, OWN, now=NOON)


def hear(*items: Any) -> Listing:
    return read_directs({"data": list(items), "includes": {"users": [ANA]}}, OWN, now=NOON)


def only(listing: Listing) -> NewPost:
    assert not listing.unreadable
    (post,) = listing.posts
    return post


def test_a_mention_is_read_whole() -> None:
    post = only(read(a_post()))

    assert post.kind is PostKind.MENTION
    assert post.summoned
    assert post.text == "@nordparcel third day without my parcel"
    assert post.created_at == NOON
    assert (post.conversation, post.lang, post.version) == ("55", "en", 1)
    assert post.permalink == f"https://x.com/ana_b/status/{snowflake(NOON)}"
    assert (post.author.handle, post.author.name, post.author.followers) == ("ana_b", "Ana", 1234)
    assert post.author.verified
    assert post.author.accepts_directs


def test_the_new_names_read_like_the_old_ones() -> None:
    versions = [str(snowflake(NOON - timedelta(minutes=3))), str(snowflake(NOON))]
    references = [{"type": "replied_to", "id": "44"}, {"type": "quoted", "id": "45"}]
    long = {"text": "@nordparcel the whole of a long post"}
    old = a_post(edit_history_tweet_ids=versions, referenced_tweets=references, note_tweet=long)
    new = a_post(
        edit_history_tweet_ids=None, edit_history_post_ids=versions, referenced_posts=references, note_post=long
    )

    post = only(read(new))

    assert post == only(read(old))
    assert (post.version, post.logical_id) == (2, versions[0])
    assert (post.in_reply_to, post.raw["quoted"]) == ("44", "45")
    assert post.text == long["text"]


def test_an_edit_keeps_the_first_version_as_its_logical_id() -> None:
    chain = ["11", "12", str(snowflake(NOON))]

    post = only(read(a_post(edit_history_tweet_ids=chain)))

    assert (post.logical_id, post.version, post.raw["versions"]) == ("11", 3, chain)


def test_a_chain_that_lacks_the_post_itself_counts_it_last() -> None:
    assert only(read(a_post(edit_history_tweet_ids=["11", "12"]))).version == 2


def test_a_post_can_be_edited_until_x_says_so() -> None:
    until = "2026-11-20T12:30:00.000Z"
    open_, shut = (
        {"editable_until": until, "is_edit_eligible": True},
        {"editable_until": until, "is_edit_eligible": False},
    )

    assert only(read(a_post(edit_controls=open_))).editable_until == NOON + timedelta(minutes=30)
    assert only(read(a_post(edit_controls=shut))).editable_until is None


def test_escapes_of_x_are_undone_once() -> None:
    assert only(read(a_post(text="@nordparcel a &lt;b&gt; &amp;amp; c"))).text == "@nordparcel a <b> &amp; c"


def test_reposts_and_our_own_posts_are_passed_over_but_count_as_seen() -> None:
    repost = a_post(id="31", referenced_tweets=[{"type": "retweeted", "id": "5"}])
    renamed = a_post(id="32", referenced_posts=[{"type": "reposted", "id": "5"}])
    ours = a_post(id="33", author_id="900")

    listing = read(repost, renamed, ours)

    assert [*listing.posts, *listing.unreadable] == []
    assert [seen.id for seen in listing.seen] == [31, 32, 33]


# -- summoned -------------------------------------------------------------------------------------------------

QUOTE = {"text": "look at this", "entities": {}, "referenced_tweets": [{"type": "quoted", "id": "45"}]}


@pytest.mark.parametrize(
    ("changed", "summoned"),
    [
        ({"entities": {"mentions": [{"username": "NORDPARCEL"}]}, "text": "…"}, True),
        ({"entities": {"mentions": [{"id": "900"}]}, "text": "…"}, True),
        ({"entities": {}, "text": "hey @NordParcel!"}, True),
        ({"entities": None, "text": "hey @nordparcel"}, True),
        ({"entities": {}, "text": "hey @nordparcels"}, False),
        ({"entities": {}, "text": "write to me@nordparcel.example"}, False),
        ({"entities": {}, "text": "nordparcel is late again"}, False),
        ({"entities": {"mentions": [{"username": "other", "id": "1"}]}, "text": "@other nordparcel"}, False),
        ({"entities": {}, "text": "yes", "referenced_tweets": [{"type": "replied_to", "id": "45"}]}, False),
    ],
)
def test_only_an_author_who_names_us_has_called_us(changed: dict[str, Any], summoned: bool) -> None:  # noqa: FBT001
    assert only(read(a_post(**changed))).summoned is summoned


@pytest.mark.parametrize("kind", ["tweets", "posts"])
def test_quoting_our_post_calls_us(kind: str) -> None:
    quoted = {"users": [ANA], kind: [{"id": "45", "author_id": "900"}]}

    assert only(read(a_post(**QUOTE), includes=quoted)).summoned
    assert not only(read(a_post(**QUOTE), includes={kind: [{"id": "45", "author_id": "8"}]})).summoned


@pytest.mark.parametrize(
    ("link", "summoned"),
    [
        ("https://twitter.com/nordparcel/status/45", True),
        ("https://x.com/NordParcel/status/45?s=20", True),
        ("https://x.com/somebody/status/45", False),
        ("https://x.com/nordparcel/status/46", False),
        ("https://evil.example/x.com/nordparcel/status/45", False),
    ],
)
def test_a_quote_is_known_by_its_link_where_x_does_not_send_the_quoted_post(link: str, summoned: bool) -> None:  # noqa: FBT001
    item = a_post(**QUOTE | {"entities": {"urls": [{"expanded_url": link}]}})

    assert only(read(item)).summoned is summoned


# -- what is missing or absurd ----------------------------------------------------------------------------------


def test_an_author_x_does_not_describe_is_kept_by_id() -> None:
    post = only(read(a_post(author_id="8")))

    assert (post.author.native_id, post.author.handle, post.author.accepts_directs) == ("8", "", None)
    assert post.permalink.startswith("https://x.com/i/status/")


@pytest.mark.parametrize(
    "at", [None, "", "yesterday", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 17, [], "2026-13-01"]
)
def test_a_time_that_is_missing_or_absurd_is_taken_from_the_id(at: Any) -> None:
    sent = NOON - timedelta(hours=2)

    listing = read(a_post(id=str(snowflake(sent)), created_at=at))

    assert only(listing).created_at == sent
    assert listing.seen[0].at == sent


@pytest.mark.parametrize("native_id", ["1001", "9999999999999999999"])
def test_a_post_without_any_usable_time_is_taken_as_new(native_id: str) -> None:
    assert only(read(a_post(id=native_id, created_at=None))).created_at == NOON


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"id": None}, "no id"),
        ({"id": "abc"}, "no id"),
        ({"id": "１２"}, "no id"),
        ({"id": True}, "no id"),
        ({"id": "12345678901234567890"}, "no id"),
        ({"author_id": None}, "no author_id"),
        ({"text": None}, "no text"),
        ({"text": 5}, "no text"),
    ],
)
def test_one_item_that_cannot_be_read_is_set_aside_and_the_others_are_heard(changed: dict[str, Any], why: str) -> None:
    broken = a_post(**changed)

    listing = read(a_post(id="1"), broken, a_post(id="2"))

    assert [post.native_id for post in listing.posts] == ["1", "2"]
    (aside,) = listing.unreadable
    assert aside.why == why
    assert json.loads(aside.raw) == broken


def test_an_item_without_an_id_is_known_by_its_digest() -> None:
    one, other = read("neither"), read({"text": "nor"})

    assert one.unreadable[0].native_id == read("neither").unreadable[0].native_id
    assert one.unreadable[0].native_id.startswith("sha256:")
    assert one.unreadable[0].native_id != other.unreadable[0].native_id


def test_text_that_no_database_could_keep_is_made_harmless() -> None:
    payload = json.loads('{"data": [{"id": "5", "author_id": "7", "text": "@nordparcel \\ud83d \\u0000!"}]}')

    post = only(read_posts(payload, OWN, now=NOON))

    assert post.text == "@nordparcel ? !"
    post.text.encode("utf-8")


@pytest.mark.parametrize("followers", [-1, 10**30, True, "many", None, 1.5])
def test_follower_counts_that_are_none_are_not_kept(followers: Any) -> None:
    listing = read(a_post(), includes={"users": [ANA | {"public_metrics": {"followers_count": followers}}]})

    assert only(listing).author.followers is None


@pytest.mark.parametrize("payload", [{}, {"data": None}, {"data": []}, {"meta": {"result_count": 0}}, {"data": "x"}])
def test_an_empty_answer_is_an_empty_page(payload: dict[str, Any]) -> None:
    assert read_posts(payload, OWN, now=NOON) == Listing()


def test_the_token_of_the_next_page_is_taken_where_there_is_one() -> None:
    assert read(meta={"next_token": "abc"}).next_token == "abc"
    assert read(meta={"next_token": 5}).next_token is None


def test_posts_x_says_are_gone_are_named_and_users_are_not() -> None:
    base = "https://api.twitter.com/2/problems"
    listing = read(
        a_post(id="1"),
        errors=[
            {"type": f"{base}/resource-not-found", "resource_type": "tweet", "resource_id": "41", "value": "41"},
            {"type": f"{base}/not-authorized-for-resource", "resource_type": "post", "value": "42"},
            {"type": f"{base}/resource-not-found", "resource_type": "user", "value": "43"},
            {"type": f"{base}/resource-not-found", "resource_type": "tweet", "value": "1"},
            {"type": f"{base}/disconnected", "resource_type": "tweet", "value": "44"},
            {"type": f"{base}/resource-not-found", "resource_type": "tweet", "value": "not an id"},
            None,
        ],
    )

    assert listing.gone == ("41", "42")  # 1 is on the page itself
    assert listing.partial
    assert len(listing.posts) == 1


def test_everything_in_the_answer_is_counted_as_billed() -> None:
    listing = read(a_post(id="1"), "?", includes={"users": [ANA], "tweets": [{"id": "45"}], "posts": [{"id": "46"}]})

    assert listing.billed == (("item", "1"), ("item", "?1"), ("user", "7"), ("post", "45"), ("post", "46"))


# -- direct messages ----------------------------------------------------------------------------------------------


def test_a_message_is_read_whole() -> None:
    post = only(hear(an_event()))

    assert post.kind is PostKind.DIRECT
    assert (post.summoned, post.own, post.encrypted) == (True, False, False)
    assert (post.conversation, post.text, post.author.handle) == ("7-900", "order 88213", "ana_b")
    assert post.permalink == "https://x.com/messages/7-900"


def test_what_we_wrote_in_the_app_is_kept_as_ours() -> None:
    assert only(hear(an_event(sender_id="900"))).own


def test_joins_and_leaves_are_passed_over() -> None:
    listing = hear(an_event(event_type="ParticipantsJoin"), an_event(event_type="ParticipantsLeave", sender_id=None))

    assert [*listing.posts, *listing.unreadable] == []
    assert len(listing.seen) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"event_type": "chat.received", "text": None},
        {"event_type": "chat.received", "text": "AbCdEf=="},
        {"event_type": "chat.received", "text": None, "id": "evt_5-a"},
        {"text": None},
        {"text": ""},
    ],
)
def test_encrypted_events_are_kept_without_words(changed: dict[str, Any]) -> None:
    post = only(hear(an_event(**changed)))

    assert post.encrypted


def test_a_picture_without_words_is_not_taken_for_encrypted() -> None:
    post = only(hear(an_event(text=None, attachments={"media_keys": ["3_1"]})))

    assert not post.encrypted
    assert post.raw["attachments"] == 1


def test_a_conversation_x_does_not_name_is_named_after_its_two_people() -> None:
    assert only(hear(an_event(dm_conversation_id=None))).conversation == "7-900"
    assert hear(an_event(dm_conversation_id=None, sender_id="900")).unreadable[0].why == "no dm_conversation_id"


def test_a_message_without_a_sender_is_set_aside() -> None:
    assert hear(an_event(sender_id=None)).unreadable[0].why == "no sender_id"


# -- what X once really sent --------------------------------------------------------------------------------------

CASSETTES = Path(__file__).parents[3] / "shared/data/payloads/tweepy/cassettes"


def recorded(name: str, path_end: str) -> list[dict[str, Any]]:
    """Give the recorded JSON bodies of one endpoint."""
    file = CASSETTES / name
    if not file.exists():
        pytest.skip("the recorded answers of X are not part of the project")
    interactions = yaml.safe_load(file.read_text(encoding="utf-8"))["interactions"]
    bodies = [step["response"]["body"]["string"] for step in interactions if step["request"]["uri"].endswith(path_end)]
    return [json.loads(gzip.decompress(body) if isinstance(body, bytes) else body) for body in bodies]


def test_recorded_mentions_are_read() -> None:
    (body,) = recorded("test_client_get_users_mentions.yaml", "/mentions")
    for item in body["data"]:
        item |= {"author_id": "7"}  # recorded without the fields we ask for

    listing = read_posts(body, Own("783214", "Twitter"), now=NOON)

    assert [post.native_id for post in listing.posts] == [item["id"] for item in body["data"]]
    assert listing.next_token == body["meta"]["next_token"]
    assert all(post.summoned and post.created_at.year == 2022 for post in listing.posts)


@pytest.mark.parametrize(
    ("name", "path_end"),
    [
        ("test_client_search_recent_tweets.yaml", "/search/recent"),
        ("test_client_get_users_tweets.yaml", "/tweets"),
        ("test_client_get_home_timeline.yaml", "/reverse_chronological"),
        ("test_client_get_quote_tweets.yaml", "/quote_tweets"),
    ],
)
def test_recorded_listings_account_for_every_item(name: str, path_end: str) -> None:
    for body in recorded(name, path_end):
        listing = read_posts(body, Own("1", "nobody"), now=NOON)

        assert len(listing.seen) == len(body["data"])
        assert len(listing.posts) + len(listing.unreadable) <= len(body["data"])
        assert all(
            aside.why == "no author_id" for aside in listing.unreadable
        )  # tweepy's own tests asked for no fields


def test_recorded_messages_are_read() -> None:
    bodies = [body for body in recorded("test_manage_and_lookup_direct_messages.yaml", "/dm_events") if "data" in body]

    for body in bodies:
        for event in body["data"]:  # recorded without the fields we ask for
            event |= {"sender_id": "145336962", "dm_conversation_id": "145336962-750362064426721281"}
        listing = read_directs(body, Own("750362064426721281", "us"), now=NOON)

        assert len(listing.posts) == len(body["data"])
        assert all(snowflake_time(int(post.native_id)).year == 2022 for post in listing.posts)


# -- anything at all ------------------------------------------------------------------------------------------------

NAMES = [
    *(
        "id",
        "author_id",
        "text",
        "created_at",
        "conversation_id",
        "lang",
        "entities",
        "mentions",
        "urls",
        "expanded_url",
    ),
    *("edit_history_tweet_ids", "edit_history_post_ids", "referenced_tweets", "referenced_posts", "type", "note_tweet"),
    *("note_post", "edit_controls", "editable_until", "username", "name", "public_metrics", "followers_count", "data"),
    *("verified_type", "receives_your_dm", "event_type", "sender_id", "dm_conversation_id", "attachments", "includes"),
    *("users", "tweets", "posts", "errors", "resource_type", "resource_id", "value", "meta", "next_token"),
]
LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())  # half surrogate pairs included
    | st.sampled_from(
        ["7", "900", "45", str(snowflake(NOON)), "quoted", "replied_to", "MessageCreate", "chat.x", "tweet"]
    )
    | st.sampled_from(
        ["2026-11-20T12:00:00Z", "2026-11-20", "https://x.com/nordparcel/status/45", "\x00", "@nordparcel"]
    )
)
ANYTHING = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=6),
    max_leaves=15,
)
ITEM = st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=8).map(
    lambda item: {"id": "5", "author_id": "7"} | item
)


@given(
    data=ANYTHING | st.lists(ITEM | ANYTHING, max_size=4),
    more=st.dictionaries(st.sampled_from(["includes", "meta", "errors"]), ANYTHING),
)
@settings(max_examples=120, deadline=None)
def test_no_item_ever_breaks_a_page(data: Any, more: dict[str, Any]) -> None:
    payload = {"data": data, **more}

    for reader in (read_posts, read_directs):
        listing = reader(payload, OWN, now=NOON)

        items = data if isinstance(data, list) else [data] if isinstance(data, dict) else []
        assert len(listing.posts) + len(listing.unreadable) <= len(items)
        for post in listing.posts:
            _can_be_stored(post)
        for aside in listing.unreadable:
            json.loads(aside.raw)
            (aside.native_id + aside.raw + aside.why).encode("utf-8")


def _can_be_stored(post: NewPost) -> None:
    texts = [post.native_id, post.text, post.conversation, post.logical_id, post.permalink, post.lang or ""]
    texts += [post.author.native_id, post.author.handle, post.author.name, json.dumps(dict(post.raw))]
    for text in texts:
        text.encode("utf-8")
        assert "\x00" not in text
    assert post.native_id
    assert post.author.native_id
    assert post.created_at.tzinfo is not None
    assert post.created_at <= NOON + timedelta(days=1)
    assert post.author.followers is None or post.author.followers < 2**63
    assert post.version >= 1


@given(st.datetimes(datetime(2011, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001 (made aware below)
def test_the_id_before_a_time_is_before_everything_of_its_millisecond(at: datetime) -> None:
    aware = at.replace(tzinfo=UTC)

    bound = snowflake_at(aware)

    assert bound < snowflake(aware, 0) <= snowflake(aware, 4_194_303)
    assert snowflake_time(bound + 1) <= aware < snowflake_time(bound + 1) + timedelta(milliseconds=1)
