"""The console prints cards for whoever has no room."""

import io
from dataclasses import replace
from datetime import datetime

import pytest

from desk.console import Console
from domain.cards import Card
from domain.errors import Refused
from domain.ports import TellsTeam
from domain.sending import Order


def test_a_card_is_printed_whole(alert: Order, now: datetime) -> None:
    stream = io.StringIO()

    receipt = Console(stream).tell(alert, now=now)

    assert receipt.native_id == "case-41:alert"
    assert "20 Nov 12:00 UTC" in stream.getvalue()
    assert "Threat (0.91)" in stream.getvalue()
    assert "> my parcel" in stream.getvalue()


def test_nothing_printed_can_drive_the_terminal(alert: Order, card: Card, now: datetime) -> None:
    stream = io.StringIO()

    Console(stream).tell(replace(alert, body=replace(card, quote="\x1b[2J\x07\x9b31mred").to_json()), now=now)
    Console(stream).tell(replace(alert, body="\x1b]0;title\x07 plain"), now=now)

    assert not {"\x1b", "\x07", "\x9b"} & set(stream.getvalue())


def test_without_a_stream_it_goes_to_standard_error(
    alert: Order, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    Console().tell(alert, now=now)

    assert "Threat" in capsys.readouterr().err


def test_what_was_printed_cannot_be_read_back(alert: Order, now: datetime) -> None:
    assert isinstance(Console(), TellsTeam)
    with pytest.raises(Refused):
        Console().find_told(alert, since=now, now=now)
