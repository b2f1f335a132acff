"""The sign-in check: every finding in plain words, with a remedy where something is wrong."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from channels.x import X
from domain.sending import Probe
from tests.channels.conftest import OAUTH1, US
from tests.channels.wire import Asked, Wire, answer, drops

MakeX = Callable[..., X]
ME = {"data": {"id": US, "username": "NordParcel", "name": "Nord"}}
FULL = {"x-access-level": "read-write-directmessages"}
MENTION = {"id": "5", "text": "…", "author_id": "7", "created_at": "2026-11-20T12:00:00Z"}
EVENT = {"id": "6", "event_type": "MessageCreate"}


def serving(me: bytes, mentions: bytes, directs: bytes) -> Callable[[Asked], bytes]:
    def respond(asked: Asked) -> bytes:
        return {"me": me, "mentions": mentions}.get(asked.path.rsplit("/", 1)[-1], directs)

    return respond


def all_well(**headers: str) -> list[bytes]:
    given = {name.replace("_", "-"): value for name, value in headers.items()} or FULL
    return [answer(200, ME, given), answer(200, {"data": [MENTION]}), answer(200, {"data": [EVENT]})]


def probed(wire: Wire, made: X, now: datetime, answers: list[bytes]) -> dict[str, Probe]:
    wire.respond = serving(*answers)
    return {finding.what: finding for finding in made.probe(now=now)}


def test_an_account_in_order_has_nothing_to_mend(wire: Wire, x: MakeX, now: datetime) -> None:
    found = probed(wire, x(), now, all_well())

    assert list(found) == ["sign-in", "mentions", "direct messages", "right to answer", "credits"]
    assert all(finding.ok and not finding.remedy for finding in found.values())
    assert found["sign-in"].detail == f"signed in as @NordParcel ({US})"


def test_a_probe_asks_for_as_little_as_x_sells(wire: Wire, x: MakeX, now: datetime) -> None:
    probed(wire, x(), now, all_well())

    assert [asked.query.get("max_results") for asked in wire.asked] == [None, "5", "1"]
    assert {asked.method for asked in wire.asked} == {"GET"}


def test_an_account_that_hears_no_messages_is_not_asked_for_them(wire: Wire, x: MakeX, now: datetime) -> None:
    found = probed(wire, x(hear_directs=False), now, all_well(x_access_level="read-write"))

    assert "direct messages" not in found
    assert all(finding.ok for finding in found.values())


@pytest.mark.parametrize(
    ("level", "says"),
    [
        ("read", "may only read"),
        ("read-write", "neither read nor write direct messages"),
        ("read-write-directmessages", "read-write-directmessages"),
        ("", "X does not say"),
    ],
)
def test_the_tokens_rights_are_read_from_what_x_says_of_them(
    wire: Wire, x: MakeX, now: datetime, level: str, says: str
) -> None:
    right = probed(wire, x(), now, all_well(x_access_level=level))["right to answer"]

    assert says in right.detail
    assert right.ok is (level not in ("read", "read-write"))
    assert bool(right.remedy) is not right.ok


@pytest.mark.parametrize(
    ("status", "body", "what", "says"),
    [
        (401, {}, "sign-in", "sign-in is wrong"),
        (402, {"title": "CreditsDepleted"}, "credits", "out of credits"),
        (403, {"type": "https://api.x.com/2/problems/credits"}, "credits", "spending cap"),
        (403, {"type": "https://api.x.com/2/problems/client-forbidden"}, "sign-in", "may not use this API"),
        (503, b"<html>", "sign-in", "X is in trouble"),
        (200, b"<html>", "sign-in", "cannot be read"),
    ],
)
def test_every_refusal_is_a_finding_with_a_remedy(  # noqa: PLR0917 (three fixtures, four columns)
    wire: Wire, x: MakeX, now: datetime, status: int, body: Any, what: str, says: str
) -> None:
    found = probed(wire, x(), now, [answer(status, body)] * 3)

    assert not found[what].ok
    assert says in found[what].detail
    assert found[what].remedy
    assert not any(secret in repr(found) for secret in OAUTH1.values())


def test_a_lost_permission_for_messages_leaves_the_rest_in_order(wire: Wire, x: MakeX, now: datetime) -> None:
    refused = answer(403, {"type": "https://api.x.com/2/problems/oauth1-permissions"})

    found = probed(wire, x(), now, [*all_well()[:2], refused])

    assert [what for what, finding in found.items() if not finding.ok] == ["direct messages"]
    assert "regenerate the access token" in found["direct messages"].remedy


def test_a_token_of_another_account_is_found_out(wire: Wire, x: MakeX, now: datetime) -> None:
    other = answer(200, {"data": {"id": "901", "username": "somebody"}}, FULL)

    found = probed(wire, x(), now, [other, *all_well()[1:]])

    assert not found["sign-in"].ok
    assert "another account" in found["sign-in"].detail


def test_a_renamed_account_is_found_out(wire: Wire, x: MakeX, now: datetime) -> None:
    renamed = answer(200, {"data": {"id": US, "username": "nord"}}, FULL)

    found = probed(wire, x(), now, [renamed, *all_well()[1:]])

    assert not found["sign-in"].ok
    assert "`handle`" in found["sign-in"].remedy


@pytest.mark.parametrize("missing", ["author_id", "created_at"])
def test_fields_that_come_back_empty_are_said_loudly(wire: Wire, x: MakeX, now: datetime, missing: str) -> None:
    poor = {name: value for name, value in MENTION.items() if name != missing}

    found = probed(wire, x(), now, [all_well()[0], answer(200, {"data": [poor]}), all_well()[2]])

    assert not found["mentions"].ok
    assert 'names = "post"' in found["mentions"].remedy


def test_an_account_nobody_has_mentioned_is_in_order(wire: Wire, x: MakeX, now: datetime) -> None:
    found = probed(wire, x(), now, [all_well()[0], answer(200, {"meta": {"result_count": 0}}), all_well()[2]])

    assert found["mentions"].ok


def test_a_network_that_is_down_is_a_finding_too(wire: Wire, x: MakeX, now: datetime) -> None:
    wire.script += [drops, drops, drops]

    found = x().probe(now=now)

    assert [(finding.what, finding.ok) for finding in found] == [
        ("sign-in", False),
        ("mentions", False),
        ("direct messages", False),
    ]
