"""Slack, told with the real slack_sdk over loopback HTTP."""

import logging
import socket
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer

from desk import choices
from desk.cards import Shown
from desk.slack import GAP, Slack
from desk.slack_calls import EVENT
from domain.cards import Card
from domain.errors import Pause, Refused, Scope, SottovoceError, Unavailable, Uncertain
from domain.ports import Prices, Probes, TellsTeam
from domain.sending import DeliveryKind, Order
from tests.desk.conftest import ROOM, SlackTold, posted

POST, HISTORY, REPLIES = "/api/chat.postMessage", "/api/conversations.history", "/api/conversations.replies"
OneShot = Callable[[Callable[[socket.socket], None]], str]


def taken(server: HTTPServer, ts: str = "1795176000.000100") -> None:
    server.expect_request(POST).respond_with_json({"ok": True, "ts": ts, "channel": ROOM})


def at(api_base: str) -> Slack:
    return Slack(SlackTold(api_base=api_base), timeout=timedelta(seconds=1))


def failure(slack: Slack, alert: Order, now: datetime) -> SottovoceError:
    with pytest.raises(SottovoceError) as caught:
        slack.tell(alert, now=now)
    return caught.value


def test_it_serves_the_ports_of_whoever_tells_the_team(slack: Slack) -> None:
    assert isinstance(slack, TellsTeam)
    assert isinstance(slack, Probes)
    assert isinstance(slack, Prices)


def test_a_card_is_posted_once_with_its_key_and_comes_back_with_its_ts(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime
) -> None:
    taken(httpserver)

    receipt = slack.tell(alert, now=now)

    (body,) = posted(httpserver, "chat.postMessage")
    assert receipt.native_id == "1795176000.000100"
    assert body["channel"] == ROOM
    assert body["metadata"] == {"event_type": EVENT, "event_payload": {"key": "case-41:alert"}}
    assert body["blocks"][0]["text"]["text"] == "Threat (0.91)"
    assert body["text"].startswith("Threat (0.91)")
    assert (body["unfurl_links"], body["unfurl_media"], body["link_names"], body["mrkdwn"]) == (False,) * 4
    assert "thread_ts" not in body


def test_a_note_goes_into_the_thread_it_is_given(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime
) -> None:
    taken(httpserver)

    slack.tell(replace(alert, kind=DeliveryKind.NOTE, extra={"thread": "1795170000.000001"}), now=now)

    assert posted(httpserver, "chat.postMessage")[0]["thread_ts"] == "1795170000.000001"


def test_a_question_carries_its_own_buttons(slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime) -> None:
    taken(httpserver)

    slack.tell(replace(alert, extra=choices.offer(choices.APPROVAL, 7, 2)), now=now)

    actions = posted(httpserver, "chat.postMessage")[0]["blocks"][-1]["elements"]
    assert [(button["action_id"], button["value"]) for button in actions] == [
        ("held.send", "7.2"),
        ("held.drop", "7.2"),
    ]


def test_a_second_message_within_a_second_waits_before_any_byte(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime
) -> None:
    taken(httpserver)
    slack.tell(alert, now=now)

    exc = failure(slack, alert, now + timedelta(milliseconds=400))

    assert isinstance(exc, Unavailable)
    assert (exc.pause, exc.retry_at) == (Pause.RATE, now + GAP)
    assert len(httpserver.log) == 1


def test_each_room_has_its_own_pace(slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime) -> None:
    taken(httpserver)
    slack.tell(alert, now=now)

    slack.tell(replace(alert, target="C0000000002"), now=now)
    slack.tell(alert, now=now + GAP)

    assert len(httpserver.log) == 3
    assert slack.price(alert).endpoint != slack.price(replace(alert, target="C0000000002")).endpoint


def test_a_receipt_says_when_the_room_is_free_again(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime
) -> None:
    taken(httpserver)

    (rate,) = slack.tell(alert, now=now).rates

    assert (rate.endpoint, rate.remaining, rate.reset_at) == (slack.price(alert).endpoint, 0, now + GAP)


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize("code", ["ratelimited", "rate_limited", "message_limit_exceeded"])
def test_a_limit_moves_the_time_and_holds_the_room(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime, *, status: int, code: str
) -> None:
    httpserver.expect_ordered_request(POST).respond_with_json(
        {"ok": False, "error": code}, status=status, headers={"Retry-After": "30"}
    )

    exc = failure(slack, alert, now)
    held = failure(slack, alert, now + timedelta(seconds=29))

    assert isinstance(exc, Unavailable)
    assert (exc.pause, exc.retry_at) == (Pause.RATE, now + timedelta(seconds=30))
    assert exc.endpoint == slack.price(alert).endpoint
    assert isinstance(held, Unavailable)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("header", [{}, {"Retry-After": "soon"}, {"Retry-After": "Fri, 20 Nov 2026 12:00:30 GMT"}])
def test_a_limit_that_names_no_seconds_leaves_the_time_to_the_sender(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime, header: dict[str, str]
) -> None:
    httpserver.expect_request(POST).respond_with_json({"ok": False, "error": "ratelimited"}, status=429, headers=header)

    exc = failure(slack, alert, now)

    assert isinstance(exc, Unavailable)
    assert (exc.pause, exc.retry_at) == (Pause.RATE, None)


def test_a_limit_of_centuries_is_a_day(slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime) -> None:
    httpserver.expect_request(POST).respond_with_json({}, status=429, headers={"Retry-After": "9" * 400})

    exc = failure(slack, alert, now)

    assert isinstance(exc, Unavailable)
    assert exc.retry_at == now + timedelta(days=1)


@pytest.mark.parametrize(
    ("code", "scope", "remedy"),
    [
        ("invalid_auth", Scope.ACCOUNT, "bot token"),
        ("not_authed", Scope.ACCOUNT, "bot token"),
        ("account_inactive", Scope.ACCOUNT, "bot token"),
        ("token_revoked", Scope.ACCOUNT, "bot token"),
        ("token_expired", Scope.ACCOUNT, "bot token"),
        ("missing_scope", Scope.ACCOUNT, "Bot Token Scopes"),
        ("access_denied", Scope.ACCOUNT, "administrator"),
        ("channel_not_found", Scope.SENDING, "slack.room"),
        ("not_in_channel", Scope.SENDING, "/invite @"),
        ("is_archived", Scope.SENDING, "Bring the room back"),
        ("restricted_action_read_only_channel", Scope.SENDING, "posting permissions"),
        ("invalid_blocks", Scope.ITEM, "docs.slack.dev"),
        ("msg_blocks_too_long", Scope.ITEM, "docs.slack.dev"),
        ("msg_too_long", Scope.ITEM, "docs.slack.dev"),
        ("a_new_refusal", Scope.ITEM, "docs.slack.dev"),
    ],
)
def test_a_refusal_says_how_much_it_stops_and_what_to_do(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime, *, code: str, scope: Scope, remedy: str
) -> None:
    httpserver.expect_request(POST).respond_with_json({"ok": False, "error": code})

    exc = failure(slack, alert, now)

    assert isinstance(exc, Refused)
    assert exc.scope is scope
    assert remedy in exc.remedy
    assert exc.rule.startswith("slack.")
    assert len(httpserver.log) == 1


def test_a_missing_scope_is_named(slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime) -> None:
    httpserver.expect_request(POST).respond_with_json({"ok": False, "error": "missing_scope", "needed": "chat:write"})

    assert "chat:write" in str(failure(slack, alert, now))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "<html>Internal</html>"),
        (502, "<html>Bad gateway</html>"),
        (503, '{"ok": false, "error": "service_unavailable"}'),
        (200, '{"ok": false, "error": "internal_error"}'),
        (200, '{"ok": false, "error": "fatal_error"}'),
        (200, "<html>a proxy's page</html>"),
        (200, ""),
        (200, "[1, 2]"),
        (200, "null"),
        (200, '{"ok": true}'),
        (200, '{"ok": true, "ts": ""}'),
        (200, '{"ok": true, "ts": 17}'),
        (200, b"\xff\xfe{"),
    ],
)
def test_what_may_have_been_posted_is_uncertain(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime, *, status: int, body: str | bytes
) -> None:
    httpserver.expect_request(POST).respond_with_data(body, status=status, content_type="application/json")

    assert isinstance(failure(slack, alert, now), Uncertain)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("status", "body"), [(404, "<html>"), (407, ""), (200, '{"ok":false,"error":"request_timeout"}')]
)
def test_what_slack_itself_never_took_goes_later(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime, *, status: int, body: str
) -> None:
    httpserver.expect_request(POST).respond_with_data(body, status=status)

    assert isinstance(failure(slack, alert, now), Unavailable)


def test_an_unknown_charset_is_uncertain(slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime) -> None:
    httpserver.expect_request(POST).respond_with_data(b"{}", content_type="application/json; charset=klingon")

    assert isinstance(failure(slack, alert, now), Uncertain)


def test_a_closed_port_is_unavailable(alert: Order, now: datetime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    exc = failure(at(f"http://127.0.0.1:{port}/api/"), alert, now)

    assert isinstance(exc, Unavailable)
    assert exc.pause is Pause.OUTAGE


def test_a_name_nobody_knows_is_unavailable(alert: Order, now: datetime) -> None:
    assert isinstance(failure(at("http://sottovoce.invalid/api/"), alert, now), Unavailable)


def _hang(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.settimeout(5)
    connection.recv(65536)


def _reset(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _hang_up(connection: socket.socket) -> None:
    connection.recv(65536)


def _half(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{"ok": true, "ts": "1')


def _nonsense(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")


@pytest.mark.parametrize("handle", [_hang, _reset, _hang_up, _half, _nonsense])
def test_a_connection_that_breaks_with_the_request_is_uncertain_and_tried_once(
    one_shot: OneShot, alert: Order, now: datetime, handle: Callable[[socket.socket], None]
) -> None:
    calls = []

    def counted(connection: socket.socket) -> None:
        calls.append(1)
        handle(connection)

    exc = failure(at(one_shot(counted)), alert, now)

    assert isinstance(exc, Uncertain)
    assert len(calls) == 1


def test_a_post_is_not_sent_on_to_where_a_redirect_points(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime
) -> None:
    httpserver.expect_request(POST).respond_with_data("", status=307, headers={"Location": "/api/elsewhere"})

    assert isinstance(failure(slack, alert, now), Unavailable)
    assert [request.path for request, _ in httpserver.log] == [POST]


def test_neither_errors_nor_logs_hold_words_or_secrets(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request(POST).respond_with_data("<html>my parcel</html>", status=200)

    exc = failure(slack, alert, now)

    assert "my parcel" not in str(exc) + caplog.text
    assert "xoxb-example" not in str(exc) + caplog.text
    assert exc.__cause__ is None


def test_what_is_no_card_is_refused_before_any_byte(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime
) -> None:
    for body in ("", "hello", "[]", "{}", '{"kind": "banana"}', '{"kind": "case", "due_at": "soon"}'):
        exc = failure(slack, replace(alert, body=body), now)
        assert isinstance(exc, Refused)
        assert exc.rule == "slack.no-card"

    assert not httpserver.log


# looking for what was told


def message(key: str, ts: str, event: str = EVENT) -> dict[str, Any]:
    return {"ts": ts, "text": "…", "metadata": {"event_type": event, "event_payload": {"key": key}}}


def test_an_alert_is_found_by_its_key_over_several_pages(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime
) -> None:
    strangers = [{"ts": "3.0", "text": "lunch?"}, message("case-41:alert", "2.5", event="another_app")]
    first = {"ok": True, "messages": strangers, "has_more": True, "response_metadata": {"next_cursor": "b"}}
    httpserver.expect_ordered_request(HISTORY).respond_with_json(first)
    found = {"ok": True, "messages": [message("case-4:alert", "2.0"), message("case-41:alert", "1.0")]}
    httpserver.expect_ordered_request(HISTORY).respond_with_json(found)

    back = slack.find_told(alert, since=now - timedelta(minutes=5), now=now)

    asked = [dict(request.args) | dict(request.form) for request, _ in httpserver.log]
    assert (back.native_id, back.complete) == ("1.0", True)
    assert asked[0]["oldest"] == f"{(now - timedelta(minutes=5)).timestamp():.6f}"
    assert asked[0]["include_all_metadata"] == "1"
    assert asked[1]["cursor"] == "b"


def test_a_note_is_looked_for_in_its_thread(slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime) -> None:
    httpserver.expect_request(REPLIES).respond_with_json({"ok": True, "messages": [message("case-41:n1", "9.0")]})

    note = replace(alert, key="case-41:n1", extra={"thread": "5.0"})
    back = slack.find_told(note, since=now, now=now)

    assert back.native_id == "9.0"
    asked = dict(httpserver.log[0][0].args) | dict(httpserver.log[0][0].form)
    assert asked["ts"] == "5.0"


def test_a_whole_listing_without_it_says_so(slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime) -> None:
    httpserver.expect_request(HISTORY).respond_with_json({"ok": True, "messages": [], "has_more": False})

    back = slack.find_told(alert, since=now, now=now)

    assert (back.native_id, back.complete) == (None, True)


@pytest.mark.parametrize("cursor", ["more", ""])
def test_a_listing_that_does_not_end_is_not_called_complete(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime, cursor: str
) -> None:
    endless = {"ok": True, "messages": [], "has_more": True, "response_metadata": {"next_cursor": cursor}}
    httpserver.expect_request(HISTORY).respond_with_json(endless)

    back = slack.find_told(alert, since=now, now=now)

    assert (back.native_id, back.complete) == (None, False)
    assert len(httpserver.log) <= 10


@pytest.mark.parametrize(("status", "error"), [(500, "x"), (200, "internal_error"), (429, "ratelimited")])
def test_a_look_that_fails_is_unavailable_never_uncertain(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime, *, status: int, error: str
) -> None:
    httpserver.expect_request(HISTORY).respond_with_json({"ok": False, "error": error}, status=status)

    with pytest.raises(Unavailable):
        slack.find_told(alert, since=now, now=now)


def test_a_look_without_the_right_to_read_is_refused(
    slack: Slack, httpserver: HTTPServer, alert: Order, now: datetime
) -> None:
    httpserver.expect_request(HISTORY).respond_with_json(
        {"ok": False, "error": "missing_scope", "needed": "channels:history"}
    )

    with pytest.raises(Refused, match="channels:history"):
        slack.find_told(alert, since=now, now=now)


# cards that change


def test_a_changed_card_is_sent_with_blocks_and_text(
    slack: Slack, httpserver: HTTPServer, card: Card, now: datetime
) -> None:
    httpserver.expect_request("/api/chat.update").respond_with_json({"ok": True})

    slack.update(card, room=ROOM, ts="1.0", shown=Shown(holder="person:U0HOLDER", at=now), now=now)

    (body,) = posted(httpserver, "chat.update")
    assert "<@U0HOLDER>" in body["text"]
    assert any("<@U0HOLDER>" in str(block) for block in body["blocks"])
    assert (body["channel"], body["ts"]) == (ROOM, "1.0")


def test_a_doubtful_change_may_be_made_again(slack: Slack, httpserver: HTTPServer, card: Card, now: datetime) -> None:
    httpserver.expect_request("/api/chat.update").respond_with_data("", status=502)

    with pytest.raises(Unavailable):
        slack.update(card, room=ROOM, ts="1.0", shown=Shown(), now=now)


# probing

SIGN_IN = {"ok": True, "user": "sotto", "team": "Nord"}
ALL_SCOPES = {"x-oauth-scopes": "chat:write,channels:read,groups:history,files:write"}


def probed(server: HTTPServer, settings: SlackTold, now: datetime) -> dict[str, tuple[bool, str]]:
    told = replace(settings, api_base=server.url_for("/api"))
    return {probe.what: (probe.ok, probe.remedy) for probe in Slack(told).probe(now=now)}


def test_a_probe_signs_in_reads_scopes_and_looks_into_each_room(httpserver: HTTPServer, now: datetime) -> None:
    httpserver.expect_request("/api/auth.test").respond_with_json(SIGN_IN, headers=ALL_SCOPES)
    httpserver.expect_request("/api/conversations.info").respond_with_json(
        {"ok": True, "channel": {"is_member": True, "is_archived": False}}
    )
    httpserver.expect_request("/api/apps.connections.open").respond_with_json({"ok": True, "url": "ws://x"})

    found = probed(httpserver, SlackTold(cases_room="C2", app_token=SecretStr("xapp-1")), now)

    assert all(ok for ok, _ in found.values())
    assert {f"Slack room {ROOM}", "Slack room C2", "Slack buttons (Socket Mode)"} < found.keys()
    assert not posted(httpserver, "chat.postMessage")


def test_a_probe_names_the_scope_that_is_missing(httpserver: HTTPServer, now: datetime) -> None:
    httpserver.expect_request("/api/auth.test").respond_with_json(SIGN_IN, headers={"x-oauth-scopes": "chat:write"})
    httpserver.expect_request("/api/conversations.info").respond_with_json({"ok": False, "error": "missing_scope"})

    found = probed(httpserver, SlackTold(), now)

    assert found["Slack scope chat:write"][0]
    assert not found["Slack scope channels:history or groups:history"][0]
    assert "install the app again" in found["Slack scope channels:history or groups:history"][1]


@pytest.mark.parametrize(
    ("channel", "remedy"),
    [
        ({"is_member": False}, "/invite @sotto"),
        ({"is_member": True, "is_archived": True}, "Bring it back"),
        (None, "/invite @sotto"),
    ],
)
def test_a_probe_says_what_to_do_about_a_room(
    httpserver: HTTPServer, now: datetime, channel: dict[str, bool] | None, remedy: str
) -> None:
    httpserver.expect_request("/api/auth.test").respond_with_json(SIGN_IN, headers=ALL_SCOPES)
    httpserver.expect_request("/api/conversations.info").respond_with_json({"ok": True, "channel": channel})

    ok, told = probed(httpserver, SlackTold(), now)[f"Slack room {ROOM}"]

    assert not ok
    assert remedy in told


def test_a_probe_reports_a_lost_sign_in_and_asks_no_further(httpserver: HTTPServer, now: datetime) -> None:
    httpserver.expect_request("/api/auth.test").respond_with_json({"ok": False, "error": "token_revoked"})

    found = probed(httpserver, SlackTold(), now)

    assert list(found) == ["Slack sign-in"]
    assert "bot token" in found["Slack sign-in"][1]


def test_a_probe_reports_a_network_that_is_down() -> None:
    found = Slack(SlackTold(api_base="http://127.0.0.1:1/api/")).probe(now=datetime.fromisoformat("2026-11-20T12:00Z"))

    assert [probe.ok for probe in found] == [False]


def test_an_app_token_that_opens_no_socket_is_reported(httpserver: HTTPServer, now: datetime) -> None:
    httpserver.expect_request("/api/auth.test").respond_with_json(SIGN_IN)
    httpserver.expect_request("/api/conversations.info").respond_with_json({"ok": True, "channel": {"is_member": True}})
    httpserver.expect_request("/api/apps.connections.open").respond_with_json({"ok": False, "error": "invalid_auth"})

    ok, remedy = probed(httpserver, SlackTold(app_token=SecretStr("xapp-1")), now)["Slack buttons (Socket Mode)"]

    assert not ok
    assert "connections:write" in remedy
