"""The corners of both look-alikes: what clients rarely send and servers still answer."""

import random
from datetime import timedelta
from typing import Any

import pytest
import requests
import tweepy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import Slack
from sandbox.slack_blocks import complaints, total
from sandbox.x import X
from sandbox.x_query import QueryError, Searched, parse
from sandbox.x_text import show, weight
from tests.sandbox.conftest import Hands

OVERLAP = timedelta(minutes=5)


def post(x: X, path: str, body: Any, method: str = "POST") -> requests.Response:
    headers = {"Authorization": f"Bearer {x.credentials.user_token}"}
    return requests.request(method, f"{x.base_url}{path}", json=body, headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/2/tweets", {"text": "a", "reply": {"in_reply_to_tweet_id": "abc"}}, 400),
        ("POST", "/2/tweets", {"text": 7}, 400),
        ("POST", "/2/tweets", ["text"], 400),
        ("POST", "/2/tweets", {"text": "a", "reply": "b"}, 400),
        ("PUT", "/2/tweets/1234567890/hidden", {"hidden": "yes"}, 400),
        ("PUT", "/2/tweets/1234567890/hidden", {"hidden": True}, 403),
        ("DELETE", "/2/tweets/1234567890", None, 200),
        ("GET", "/2/tweets/nonsense", None, 200),
        ("GET", "/2/tweets", None, 400),
        ("GET", "/2/users/1234567890/mentions", None, 200),
        ("GET", "/2/nothing", None, 404),
        ("PATCH", "/2/tweets", None, 405),
    ],
)
def test_x_answers_odd_requests(x: X, method: str, path: str, body: Any, status: int) -> None:
    assert post(x, path, body, method).status_code == status


def test_a_header_that_is_no_signature_is_refused(x: X) -> None:
    for header in ("OAuth nonsense", "OAuth oauth_token=", "Basic abc", "OAuth"):
        answer = requests.get(f"{x.base_url}/2/users/me", headers={"Authorization": header}, timeout=30)
        assert answer.status_code == 401, header


def test_a_private_message_has_its_length(x: X) -> None:
    path = f"/2/dm_conversations/with/{x.person('ana').id}/messages"

    assert post(x, path, {"text": "a" * 10_000}).status_code == 201
    assert post(x, path, {"text": "a" * 10_001}).status_code == 400


def test_who_is_answered_can_be_asked_for(client: tweepy.Client, x: X) -> None:
    root = x.publish("ana", "root")
    x.publish("bob", "@NordParcel see", reply_to=root)

    answer = client.get_users_mentions(
        x.brand.id,
        tweet_fields=["in_reply_to_user_id", "public_metrics"],
        expansions=["in_reply_to_user_id", "referenced_tweets.id", "referenced_tweets.id.author_id"],
        user_auth=True,
    )

    assert answer.data[0].data["in_reply_to_user_id"] == x.person("ana").id
    assert {user.username for user in answer.includes["users"]} == {"ana"}
    assert answer.includes["tweets"][0].text == "root"


@pytest.mark.parametrize("seed", range(6))
def test_a_reader_with_an_overlap_misses_nothing_and_one_without_does(
    client: tweepy.Client, x: X, hands: Hands, seed: int
) -> None:
    x.windows.off = True
    chance = random.Random(seed)
    published: set[str] = set()
    careful: set[str] = set()
    hasty: set[str] = set()

    for _ in range(12):
        hands.move(seconds=chance.randrange(20, 60))
        for _ in range(chance.randrange(4)):
            late = timedelta(seconds=chance.choice([0, 0, 0, 90, 200]))
            published.add(x.publish("ana", f"@NordParcel {len(published)}", index_after=late))
        careful |= read(client, x, careful, start_time=hands() - OVERLAP)
        hasty |= read(client, x, hasty, since_id=max(hasty, key=int, default=None))
    hands.move(minutes=4)
    careful |= read(client, x, careful, start_time=hands() - OVERLAP - timedelta(minutes=4))
    hasty |= read(client, x, hasty, since_id=max(hasty, key=int, default=None))

    assert careful == published
    assert hasty < published


def read(client: tweepy.Client, x: X, known: set[str], **bounds: Any) -> set[str]:
    found: set[str] = set()
    token = None
    while True:
        page = client.get_users_mentions(x.brand.id, max_results=5, pagination_token=token, user_auth=True, **bounds)
        found |= {str(one.id) for one in page.data or []}
        token = page.meta.get("next_token")
        if token is None:
            return found - known


@given(st.text(max_size=60))
def test_any_query_is_read_or_refused_and_never_breaks(query: str) -> None:
    try:
        matches = parse(query)
    except QueryError:
        return

    assert matches(Searched(text="nord parcel @ana #late", author="ana")) in {True, False}


@given(st.text(max_size=120))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_shown_with_offsets_that_point_into_it(text: str) -> None:
    shown = show(text)

    assert "<" not in shown.text.replace("&lt;", "")
    for mention in shown.entities.get("mentions", []):
        assert shown.text[mention["start"] : mention["end"]].lstrip("@＠") == mention["username"]
    assert weight(text, reply=False) >= 0


def keyed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["type", "text", "elements", "fields", "action_id", "options", "block_id", "element"])
    kinds = st.sampled_from(["section", "header", "actions", "button", "mrkdwn", "plain_text", "context", "rich_text"])
    return st.dictionaries(names, inner | kinds, max_size=4)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | keyed(inner), max_leaves=12)


@given(ANYTHING)
def test_any_blocks_are_judged_and_never_break_the_judge(blocks: Any) -> None:
    assert all(complaint.startswith("[ERROR]") for complaint in complaints(blocks))
    assert total(blocks) >= 0


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.postMessage", {"channel": "alerts", "text": "a", "thread_ts": "1.000001"}, "thread_not_found"),
        ("chat.postMessage", {"text": "a"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "alerts", "blocks": "[broken"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "alerts", "text": "a", "metadata": "{broken"}, "invalid_json"),
        (
            "chat.postMessage",
            {"channel": "alerts", "text": "a", "metadata": {"event_payload": {}}},
            "invalid_metadata_format",
        ),
        (
            "chat.postMessage",
            {"channel": "alerts", "text": "a", "metadata": {"event_type": "a", "event_payload": {"a": "x" * 9000}}},
            "metadata_too_large",
        ),
        ("chat.postEphemeral", {"channel": "alerts", "user": "U0NOBODY", "text": "a"}, "user_not_in_channel"),
        ("chat.getPermalink", {"channel": "alerts", "message_ts": "1.000001"}, "message_not_found"),
        ("conversations.info", {"channel": "C0NOWHERE"}, "channel_not_found"),
        ("conversations.history", {"channel": "alerts", "cursor": "never-made"}, "invalid_cursor"),
        ("files.getUploadURLExternal", {"filename": "a", "length": 60_000_000}, "invalid_arguments"),
        ("views.update", {"view_id": "V1", "view": {"type": "modal"}}, "not_found"),
    ],
)
def test_slack_names_what_is_wrong(web: WebClient, method: str, args: dict[str, Any], error: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        web.api_call(method, json=args)

    assert caught.value.response["error"] == error


def test_a_file_is_uploaded_as_a_form_too_and_only_where_an_address_was_given(web: WebClient, slack: Slack) -> None:
    told = web.files_getUploadURLExternal(filename="a.png", length=3)

    assert requests.post(told["upload_url"], files={"file": ("a.png", b"abc")}, timeout=30).text == "OK - 3"
    assert requests.post(f"{slack.server.base_url}/upload/v1/F9", data=b"abc", timeout=30).status_code == 404
