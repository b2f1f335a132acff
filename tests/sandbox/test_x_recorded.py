"""The X look-alike beside answers recorded from the real one: the same keys in the same places."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import tweepy

from sandbox.x import X
from tests.sandbox.conftest import tweepy_client

CASSETTES = Path(__file__).parents[3] / "shared" / "data" / "payloads" / "tweepy" / "cassettes"
pytestmark = pytest.mark.skipif(not CASSETTES.is_dir(), reason="needs the recorded answers in ../shared/data/payloads")


def recorded(name: str, number: int = 0) -> tuple[int, Any, dict[str, Any]]:
    """One recorded answer: its status, body and headers."""
    yaml = pytest.importorskip("yaml")
    told = yaml.safe_load((CASSETTES / f"{name}.yaml").read_text())["interactions"][number]["response"]
    body = json.loads(gzip.decompress(told["body"]["string"]))
    return told["status"]["code"], body, told["headers"]


def shape(value: Any) -> Any:
    """What a value is made of: keys, and for lists the shape of their first item."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


@pytest.fixture
def client(x: X) -> Iterator[tweepy.Client]:
    made = tweepy_client(x, return_type=requests.Response)
    yield made
    made.session.close()


def same(answer: requests.Response, name: str, number: int = 0) -> None:
    status, body, headers = recorded(name, number)
    assert answer.status_code == status
    assert shape(answer.json()) == shape(body)
    for header in headers:
        if header.startswith(("x-rate-limit", "x-access-level", "api-version")):
            assert header in answer.headers


def test_who_am_i_looks_the_same(client: tweepy.Client) -> None:
    same(client.get_me(user_auth=True), "test_client_get_me")


def test_mentions_and_search_look_the_same(client: tweepy.Client, x: X) -> None:
    for number in range(11):
        x.publish("ana", f"@NordParcel {number}", at=x.clock() - timedelta(minutes=1))

    same(client.get_users_mentions(x.brand.id, user_auth=True), "test_client_get_users_mentions")
    same(client.search_recent_tweets("nordparcel", user_auth=True), "test_client_search_recent_tweets")


def test_lookups_look_the_same(client: tweepy.Client, x: X) -> None:
    first, second = x.publish("ana", "one"), x.publish("ana", "two")

    same(client.get_tweets([first, second], user_auth=True), "test_client_get_tweets")
    same(client.get_tweet(first, user_auth=True), "test_client_get_tweet")
    same(client.get_users(usernames=["ana", "NordParcel"], user_auth=True), "test_client_get_users")


def test_writing_and_deleting_look_the_same(client: tweepy.Client, x: X) -> None:
    ours = x.publish("NordParcel", "hello")
    under = x.publish("ana", "rude", reply_to=ours)

    same(client.hide_reply(under), "test_client_hide_and_unhide_reply")
    same(client.delete_tweet(ours), "test_client_create_and_delete_tweet", 1)


def test_private_messages_look_the_same(client: tweepy.Client, x: X) -> None:
    person = x.person("ana").id
    nothing = client.get_direct_message_events()
    same(nothing, "test_manage_and_lookup_direct_messages", 3)

    same(client.create_direct_message(participant_id=person, text="one"), "test_manage_and_lookup_direct_messages")
