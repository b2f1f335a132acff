"""The socket, with the real Socket Mode client against the Slack look-alike: presses come in, wherever Slack is."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from pydantic import SecretStr
from slack_sdk.errors import SlackClientNotConnectedError
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from desk import socket as desk_socket
from desk.buttons import Press
from desk.socket import Socket, connect
from tests.desk.office import MIA, TOM, Office

PATIENCE = 15.0  # real seconds, for threads on a busy machine


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something that happens in another thread."""
    tick = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        if true():
            return
        tick.wait(0.02)
    raise AssertionError(f"not within {PATIENCE} s: {what}")


@contextmanager
def listening(office: Office, socket: Socket | None = None) -> Iterator[Socket]:
    opened = socket or connect(
        office.settings, office.engine, office.slack, office.faces, conduct=office.conduct, clock=lambda: office.now
    )
    assert opened is not None
    opened.start()
    try:
        yield opened
    finally:
        # a client that closes waits for its own read to end: hang up, and it ends at once
        hang_up = threading.Timer(0.05, office.room.sockets.close_all)
        hang_up.start()
        opened.stop()
        hang_up.join()


def test_a_press_in_the_room_takes_the_case(office: Office) -> None:
    case_id = office.case()
    alert = office.row(f"case-{case_id}:alert").native_id or ""
    with listening(office) as socket:
        until(lambda: socket.connected, "connected")

        acked = office.room.press(alert, "case.take", user=MIA)

        assert acked
        until(lambda: "Taken by <@U0MIA>" in office.looks(f"case-{case_id}:alert"), "shown")
    assert office.stored(case_id).claimed_by == "person:U0MIA"


def test_two_people_press_and_one_has_the_case(office: Office) -> None:
    case_id = office.case()
    alert = office.row(f"case-{case_id}:alert").native_id or ""
    with listening(office) as socket:
        until(lambda: socket.connected, "connected")

        hands = [
            threading.Thread(target=office.room.press, args=(alert, "case.take"), kwargs={"user": user})
            for user in (MIA, TOM)
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()

        until(lambda: len(office.whispers(MIA) + office.whispers(TOM)) == 1, "one was told that the other has it")
    assert [event.kind for event in office.history(case_id)].count("claimed") == 1
    assert office.whispers(str(office.stored(case_id).claimed_by).removeprefix("person:")) == []


def test_the_answer_to_slack_does_not_wait_for_the_work(office: Office) -> None:
    case_id = office.case()
    alert = office.row(f"case-{case_id}:alert").native_id or ""
    going_on, heard = threading.Event(), []

    def slow(press: Press) -> None:
        going_on.wait(PATIENCE)
        heard.append(press)

    socket = Socket(SecretStr(office.room.app_token), slow, api_base=office.room.base_url)
    with listening(office, socket):
        until(lambda: socket.connected, "connected")

        acked = office.room.press(alert, "case.take")

        assert acked
        assert not heard
        going_on.set()
        until(lambda: len(heard) == 1, "worked")


def test_it_connects_as_soon_as_slack_is_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_socket, "TRY_AGAIN", desk_socket.TRY_AGAIN / 100)
    case_id = office.case()
    office.room.outage()
    with listening(office) as socket:
        assert not socket.connected

        office.room.recover()
        until(lambda: socket.connected, "connected")

        assert office.room.press(office.row(f"case-{case_id}:alert").native_id or "", "case.take")
        until(lambda: office.stored(case_id).claimed_by is not None, "taken")


def test_it_connects_anew_when_it_is_cut_off(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_socket, "PING", desk_socket.PING / 20)
    case_id = office.case()
    alert = office.row(f"case-{case_id}:alert").native_id or ""
    with listening(office) as socket:
        until(lambda: socket.connected, "connected")
        office.room.sockets.close_all()

        until(lambda: socket.connected and office.room.press(alert, "case.take", wait=0.3), "heard again")
        until(lambda: office.stored(case_id).claimed_by is not None, "taken")


def test_the_same_press_heard_twice_changes_nothing_more(office: Office) -> None:
    case_id = office.case()
    alert = office.row(f"case-{case_id}:alert").native_id or ""
    with listening(office) as socket:
        until(lambda: socket.connected, "connected")
        office.room.press(alert, "case.take")
        until(lambda: "Taken by" in office.looks(f"case-{case_id}:alert"), "shown")
        before = len(office.history(case_id))

        office.press("case.take", case_id)  # the envelope again, after a new connection

        assert len(office.history(case_id)) == before


class _Deaf(BaseSocketModeClient):
    """A connection that is gone when we answer."""

    def send_message(self, message: str) -> None:
        del message
        raise SlackClientNotConnectedError


def test_a_press_counts_even_if_slack_does_not_get_our_answer() -> None:
    heard: list[Press] = []
    socket = Socket(SecretStr("xapp-1"), heard.append, api_base="http://127.0.0.1:1/api/")
    told = {
        "type": "block_actions",
        "user": {"id": "U1"},
        "container": {"channel_id": "C1"},
        "actions": [{"action_id": "case.take", "value": "41"}],
    }

    socket._heard(_Deaf(), SocketModeRequest(type="interactive", envelope_id="e", payload=told))
    socket._heard(_Deaf(), SocketModeRequest(type="events_api", envelope_id="f", payload=told))

    assert [press.value for press in heard] == ["41"]


def test_without_an_app_token_there_is_no_socket(office: Office) -> None:
    silent = replace(office.settings, app_token=None)

    assert (
        connect(silent, office.engine, office.slack, office.faces, conduct=office.conduct, clock=lambda: office.now)
        is None
    )


def test_one_that_never_started_stops(office: Office) -> None:
    socket = connect(
        office.settings, office.engine, office.slack, office.faces, conduct=office.conduct, clock=lambda: office.now
    )

    assert socket is not None
    assert not socket.connected
    socket.stop()
