"""People's hands in the Slack look-alike, felt through the real Socket Mode client."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import pytest
import requests
from simple_websocket import Client
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from sandbox import slack_hands
from sandbox.slack import Slack

BLOCKS: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "case 41"}},
    {
        "type": "actions",
        "block_id": "choices",
        "elements": [
            {
                "type": "button",
                "action_id": "take",
                "text": {"type": "plain_text", "text": "Take it"},
                "value": "41",
                "style": "primary",
            },
            {
                "type": "static_select",
                "action_id": "why",
                "options": [
                    {"text": {"type": "plain_text", "text": "Late"}, "value": "late"},
                    {"text": {"type": "plain_text", "text": "Lost"}, "value": "lost"},
                ],
            },
        ],
    },
]
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "reply",
    "private_metadata": "41",
    "title": {"type": "plain_text", "text": "Reply"},
    "blocks": [
        {
            "type": "input",
            "block_id": "words",
            "label": {"type": "plain_text", "text": "Words"},
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
        }
    ],
}


@dataclass
class Listener:
    """An app that keeps what it hears and acks it, unless told otherwise."""

    web: WebClient
    heard: list[dict[str, Any]] = field(default_factory=list)
    answer: dict[str, Any] | None = None
    acks: bool = True
    opens: dict[str, Any] | None = None

    def __call__(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        self.heard.append(request.payload)
        if self.opens and request.payload["type"] == "block_actions":
            self.web.views_open(trigger_id=request.payload["trigger_id"], view=self.opens)
        if self.acks:
            client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.answer))


def hang_up(client: SocketModeClient, slack: Slack) -> None:
    """Wake the client while it closes: alone it would wait seconds for its own read to time out."""
    closing = Thread(target=client.close)
    closing.start()
    while closing.is_alive():
        for link in tuple(slack.sockets._open):
            slack.sockets._carried(link, {"type": "noise"})
        closing.join(0.02)


@pytest.fixture
def app(slack: Slack, web: WebClient) -> Iterator[Listener]:
    listener = Listener(web)
    client = SocketModeClient(app_token=slack.app_token, web_client=web)
    client.socket_mode_request_listeners.append(listener)
    client.connect()
    yield listener
    hang_up(client, slack)


@pytest.fixture
def said(slack: Slack, web: WebClient) -> str:
    return str(web.chat_postMessage(channel=slack.alerts.id, text="case 41", blocks=BLOCKS)["ts"])


def test_a_pressed_button_reaches_the_app(slack: Slack, app: Listener, said: str) -> None:
    assert slack.press(said, "take", user="U0TOM")

    payload = app.heard[0]
    assert payload["type"] == "block_actions"
    assert payload["user"]["id"] == "U0TOM"
    assert payload["channel"]["id"] == slack.alerts.id
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == said
    action = payload["actions"][0]
    assert (action["action_id"], action["value"], action["block_id"], action["type"]) == (
        "take",
        "41",
        "choices",
        "button",
    )


def test_a_choice_of_a_menu_reaches_the_app(slack: Slack, app: Listener, said: str) -> None:
    assert slack.press(said, "why", choice="lost")

    assert app.heard[0]["actions"][0]["selected_option"]["value"] == "lost"


def test_without_an_ack_the_person_is_left_waiting(slack: Slack, app: Listener, said: str) -> None:
    app.acks = False

    assert not slack.press(said, "take", wait=0.2)
    assert len(app.heard) == 1


def test_without_a_connection_nobody_hears(slack: Slack, said: str) -> None:
    assert not slack.press(said, "take", wait=0.01)


def test_what_is_not_there_cannot_be_pressed(slack: Slack, said: str) -> None:
    with pytest.raises(KeyError):
        slack.press(said, "nonsense")
    with pytest.raises(KeyError):
        slack.press("1.000001", "take")


@pytest.mark.usefixtures("app")
def test_a_button_is_pressed_over_http_too(slack: Slack, said: str) -> None:
    url = f"{slack.server.base_url}/_sandbox/slack/press"

    assert requests.post(url, json={"ts": said, "action_id": "take"}, timeout=30).json() == {"acked": True}
    assert requests.post(url, json={"ts": said, "action_id": "nonsense"}, timeout=30).status_code == 404


def test_a_modal_is_opened_filled_in_and_sent(slack: Slack, app: Listener, said: str) -> None:
    app.opens = MODAL
    slack.press(said, "take")

    modal = slack.modals("U0MIA")[0]
    assert slack.submit(modal.id, {"words": {"text": "Hello Ana"}}) == {}

    payload = app.heard[1]
    assert payload["type"] == "view_submission"
    assert payload["view"]["callback_id"] == "reply"
    assert payload["view"]["private_metadata"] == "41"
    assert payload["view"]["state"]["values"]["words"]["text"]["value"] == "Hello Ana"
    assert slack.modals() == []


def test_a_modal_with_something_wrong_stays_open(slack: Slack, app: Listener, said: str) -> None:
    app.opens = MODAL
    slack.press(said, "take")
    app.answer = {"response_action": "errors", "errors": {"words": "too long"}}

    answer = slack.submit(slack.modals()[0].id, {"words": {"text": "x"}})

    assert answer == app.answer
    assert len(slack.modals()) == 1
    slack.dismiss(slack.modals()[0].id)
    assert slack.modals() == []


def test_a_trigger_opens_one_modal_and_only_for_a_while(
    slack: Slack, app: Listener, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.press(said, "take")
    trigger = app.heard[0]["trigger_id"]
    app.web.views_open(trigger_id=trigger, view=MODAL)
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        app.web.views_open(trigger_id=trigger, view=MODAL)

    monkeypatch.setattr(slack_hands, "TRIGGER_LIFE", -1.0)
    slack.press(said, "take")
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        app.web.views_open(trigger_id=app.heard[1]["trigger_id"], view=MODAL)


def test_a_modal_has_limits_of_its_own(slack: Slack, app: Listener, said: str) -> None:
    slack.press(said, "take")
    long = {**MODAL, "title": {"type": "plain_text", "text": "x" * 25}}

    with pytest.raises(SlackApiError, match="invalid_arguments"):
        app.web.views_open(trigger_id=app.heard[0]["trigger_id"], view=long)


def test_a_modal_is_changed_while_it_is_open(slack: Slack, app: Listener, said: str) -> None:
    slack.press(said, "take")
    opened = app.web.views_open(trigger_id=app.heard[0]["trigger_id"], view=MODAL)

    app.web.views_update(view_id=opened["view"]["id"], view={**MODAL, "private_metadata": "42"})

    assert slack.modals()[0].view["private_metadata"] == "42"


def test_the_client_comes_again_when_it_is_told_to(slack: Slack, app: Listener, said: str) -> None:
    assert slack.press(said, "take")

    slack.sockets.disconnect()

    assert slack.press(said, "take", wait=5.0)
    assert len(app.heard) == 2


@pytest.mark.usefixtures("app")
def test_each_event_goes_to_one_of_several_connections(slack: Slack, web: WebClient, said: str) -> None:
    second = Listener(web)
    arrived = Event()
    client = SocketModeClient(app_token=slack.app_token, web_client=web)
    client.socket_mode_request_listeners.append(second)
    client.on_message_listeners.append(lambda message: arrived.set() if '"hello"' in message else None)
    client.connect()
    assert arrived.wait(5)

    pressed = [slack.press(said, "take") for _ in range(12)]
    hang_up(client, slack)

    assert all(pressed)
    assert 0 < len(second.heard) < 12


def test_only_the_app_token_opens_a_socket_and_a_ticket_opens_one(slack: Slack, web: WebClient) -> None:
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        web.apps_connections_open(app_token=slack.token)
    url = web.apps_connections_open(app_token=slack.app_token)["url"].replace("ws://", "http://")

    assert requests.get(url, timeout=30).status_code == 426
    link = Client(url.replace("http://", "ws://"))
    assert '"hello"' in link.receive(30)
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "x"}
    with pytest.raises(requests.ConnectionError):
        requests.get(url, headers=upgrade, timeout=30)
    link.close()
