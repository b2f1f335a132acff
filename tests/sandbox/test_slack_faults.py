"""Every way the Slack look-alike hurts, felt through the real slack_sdk."""

import http.client
from urllib.error import URLError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from sandbox.slack import ANSWERS, Slack
from tests.sandbox.conftest import Hands, comes_true

SAY = "POST /api/chat.postMessage"


@pytest.fixture
def web(slack: Slack) -> WebClient:
    return WebClient(token=slack.token, base_url=slack.base_url, timeout=1, retry_handlers=[])


def say(web: WebClient, slack: Slack) -> None:
    web.chat_postMessage(channel=slack.alerts.id, text="a")


@pytest.mark.parametrize("name", sorted(set(ANSWERS) - {"rate_limited"}))
def test_slack_says_no_by_name(web: WebClient, slack: Slack, name: str) -> None:
    slack.fault(SAY, name)

    with pytest.raises(SlackApiError) as caught:
        say(web, slack)

    assert caught.value.response["error"] == name
    assert slack.messages() == []


def test_slack_says_how_long_to_wait(web: WebClient, slack: Slack) -> None:
    slack.fault(SAY, "rate_limited", seconds=7)

    with pytest.raises(SlackApiError) as caught:
        say(web, slack)

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize(("effect", "seconds"), [("drop", 0), ("hang", 30), ("error", 0), ("bad_gateway", 0)])
def test_the_wire_fails_before_or_after_the_message_is_said(
    web: WebClient,
    slack: Slack,
    effect: str,
    seconds: float,
    applied: bool,  # noqa: FBT001 - a table's column
) -> None:
    slack.fault(SAY, effect, applied=applied, seconds=seconds)

    with pytest.raises((SlackClientError, URLError, OSError, http.client.HTTPException)):
        say(web, slack)

    assert comes_true(lambda: len(slack.messages()) == applied)


def test_a_truncated_answer_is_no_answer(web: WebClient, slack: Slack) -> None:
    slack.fault(SAY, "truncate")

    with pytest.raises(SlackApiError):
        say(web, slack)


def test_a_message_may_arrive_late_and_a_listing_may_lag(web: WebClient, slack: Slack, hands: Hands) -> None:
    slack.fault(SAY, "late_effect", seconds=30)
    slack.fault("/api/conversations.history", "lag", seconds=60, count=9)

    def listed() -> int:
        return len(web.conversations_history(channel=slack.alerts.id)["messages"])

    say(web, slack)
    assert slack.messages() == []
    hands.move(seconds=30)
    assert len(slack.messages()) == 1
    assert listed() == 0
    hands.move(seconds=60)
    assert listed() == 1


def test_slack_may_be_gone_and_come_back(web: WebClient, slack: Slack) -> None:
    slack.outage()
    with pytest.raises(URLError):
        say(web, slack)
    slack.recover()
    slack.outage(reset=True)
    with pytest.raises((URLError, OSError)):
        say(web, slack)
    slack.recover()

    say(web, slack)

    assert len(slack.messages()) == 1
