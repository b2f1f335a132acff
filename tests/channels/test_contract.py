"""What every connector promises, whatever its platform: found by its module, held to the same checks.

A connector is a module in channels/ with `Settings` and `connect`. A new one adds its sample below, nothing else.
"""

import importlib
import logging
import pkgutil
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

import channels
from domain.clock import monotonic
from domain.errors import Refused, SottovoceError, Unavailable, Uncertain
from domain.ports import Bans, Deletes, Hears, Likes, Moderates, OpensThreads, Prices, Probes, Replies, RepliesPrivately
from domain.sending import DeliveryKind, Look, Order, PostRef, Standing
from domain.values import Page
from tests.channels.wire import Behaviour, Wire, answer, drips, drops, hangs, resets, sends

PATIENCE = timedelta(seconds=0.8)  # connect and read timeout of every sample together


@dataclass(frozen=True)
class Sample:
    """Settings that could work, pointed at a server; which of them are secret is read off their type."""

    base: str  # the setting that names the server
    said: dict[str, Any]


SAMPLES = {
    "x": Sample(
        "api_base",
        {
            "user_id": "900",
            "handle": "nordparcel",
            "consumer_key": "contract-secret-1",
            "consumer_secret": "contract-secret-2",
            "access_token": "contract-secret-3",
            "access_token_secret": "contract-secret-4",
            "searches": ["nord parcel"],
            "connect_timeout": 0.5,
            "read_timeout": 0.3,
        },
    ),
    "facebook": Sample(
        "api_base",
        {
            "page_id": "900",
            "access_token": "contract-secret-5",
            "app_id": "77",
            "app_secret": "contract-secret-6",
            "connect_timeout": 0.5,
            "read_timeout": 0.3,
        },
    ),
    "instagram": Sample(
        "api_base",
        {
            "page_id": "900",
            "user_id": "901",
            "handle": "nordparcel",
            "access_token": "contract-secret-7",
            "app_id": "77",
            "app_secret": "contract-secret-8",
            "connect_timeout": 0.5,
            "read_timeout": 0.3,
        },
    ),
}


def _connectors() -> list[str]:
    names = [module.name for module in pkgutil.iter_modules(channels.__path__)]
    modules = {name: importlib.import_module(f"channels.{name}") for name in names}
    return [name for name, module in modules.items() if hasattr(module, "Settings") and hasattr(module, "connect")]


CONNECTORS = _connectors()
per_connector = pytest.mark.parametrize("name", CONNECTORS)


def settings(name: str, wire: Wire, **changed: Any) -> BaseModel:
    sample = SAMPLES[name]
    made = importlib.import_module(f"channels.{name}").Settings(**{**sample.said, sample.base: wire.url, **changed})
    assert isinstance(made, BaseModel)
    return made


def connect(name: str, wire: Wire, now: datetime, **changed: Any) -> Any:
    return importlib.import_module(f"channels.{name}").connect(settings(name, wire, **changed), now=now)


def secrets(made: BaseModel) -> list[str]:
    values = (getattr(made, name) for name in type(made).model_fields)
    found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    assert found, "a connector without a secret?"
    return found


Act = Callable[[], object]
ACTING: dict[type, str] = {Moderates: "hide", Likes: "like", Deletes: "delete", Bans: "ban"}


def orders(made: Any) -> tuple[Order, Order, Order]:
    """A reply, a message and something to hide."""
    reply = Order(key="k", kind=DeliveryKind.REPLY, account=made.account, target="20", body="We are sorry.")
    message = replace(reply, key="m", kind=DeliveryKind.MESSAGE, target="7-900", extra={"author": "7"})
    return reply, message, replace(reply, key="h", kind=DeliveryKind.HIDE, body="", by="person:1")


def acts(made: Any, now: datetime) -> dict[str, Act]:
    """Everything this connector can do, one request or more each."""
    order, message, hiding = orders(made)
    can: dict[str, Act] = {}
    if isinstance(made, Hears):
        can |= {f"fetch {spec.name}": _fetching(made, spec.name, now) for spec in made.sources()}
    if isinstance(made, Replies):
        can |= {
            "reply": lambda: made.reply(order, now=now),
            "find_reply": lambda: made.find_reply(order, since=now, now=now),
            "look": lambda: made.look(PostRef(native_id="20"), now=now),
        }
    if isinstance(made, OpensThreads):
        can |= {
            "message": lambda: made.message(message, now=now),
            "find_message": lambda: made.find_message(message, since=now, now=now),
        }
    if isinstance(made, RepliesPrivately):
        can |= {
            "private_reply": lambda: made.private_reply(order, now=now),
            "find_private_reply": lambda: made.find_private_reply(order, since=now, now=now),
        }
    for port, method in ACTING.items():
        if isinstance(made, port):
            can |= {method: _acting(made, method, hiding, now)}
    return can


def _acting(made: Any, method: str, order: Order, now: datetime) -> Act:
    return lambda: getattr(made, method)(order, now=now)


def _fetching(made: Hears, source: str, now: datetime) -> Act:
    return lambda: made.fetch(source, None, now=now)


SENDING = ("reply", "message", "private_reply")
BEHAVIOURS: dict[str, Behaviour] = {
    "hangs": hangs,
    "drops": drops,
    "resets": resets,
    "drips": drips(answer(200, {"data": "x" * 300}), pause=0.02),
    "half an answer": sends(answer(200, {"data": {"id": "1"}})[:-4]),
    "html": sends(answer(200, b"<html>all is well</html>")),
    "wrong encoding": sends(answer(200, b"\xff\xfe\x00")),
    "empty": sends(answer(200, b"")),
    "not http": sends(b"220 mail.example ESMTP\r\n\r\n"),
}
STATUSES = (301, 307, 400, 401, 402, 403, 404, 408, 409, 418, 429, 500, 502, 503, 504, 520)


def test_every_connector_has_a_sample() -> None:
    assert {"x", "facebook", "instagram"} <= set(CONNECTORS)
    assert set(CONNECTORS) == set(SAMPLES)


@per_connector
def test_a_connector_names_itself_and_its_account_and_opens_nothing(name: str, wire: Wire, now: datetime) -> None:
    made = connect(name, wire, now)

    assert made.name == name
    assert made.account
    assert wire.asked == []


@per_connector
def test_a_connector_serves_whole_ports_only(name: str, wire: Wire, now: datetime) -> None:
    made = connect(name, wire, now)

    assert isinstance(made, Hears)
    assert isinstance(made, Probes)
    speaking = {Replies: "reply", OpensThreads: "message", RepliesPrivately: "private_reply"}
    for port, method in (speaking | ACTING).items():
        assert isinstance(made, port) == hasattr(made, method)


@per_connector
def test_settings_are_inert_and_forgive_no_misspelling(name: str, wire: Wire) -> None:
    made = settings(name, wire)

    assert made.model_config.get("frozen")
    with pytest.raises(ValidationError):
        settings(name, wire, no_such_setting=1)
    assert wire.asked == []


@per_connector
def test_sources_can_be_polled_and_priced(name: str, wire: Wire, now: datetime) -> None:
    made: Hears = connect(name, wire, now)

    sources = made.sources()

    assert sources
    assert len({source.name for source in sources}) == len(sources)
    for source in sources:
        assert source.endpoint
        assert source.every >= timedelta(seconds=15)
        assert made.cost(source.name).micros >= 0


@per_connector
def test_what_can_be_sent_has_a_price_and_a_limit_before_it_is_sent(name: str, wire: Wire, now: datetime) -> None:
    made = connect(name, wire, now)
    if not isinstance(made, Prices):
        pytest.skip("free of charge")

    for order in orders(made):
        price = made.price(order)

        assert price.endpoint
        assert price.micros >= 0
    assert wire.asked == []


@per_connector
def test_an_unknown_source_is_refused(name: str, wire: Wire, now: datetime) -> None:
    with pytest.raises(Refused):
        connect(name, wire, now).fetch("no such source", None, now=now)


@per_connector
def test_a_cursor_nobody_can_read_is_no_crash(name: str, wire: Wire, now: datetime) -> None:
    wire.otherwise = answer(200, {})
    made: Hears = connect(name, wire, now)

    for source in made.sources():
        page = made.fetch(source.name, "not a cursor of ours", now=now)

        assert isinstance(page, Page)
        assert page.cursor


@per_connector
@pytest.mark.parametrize("status", STATUSES)
def test_every_http_failure_is_one_of_our_errors(name: str, wire: Wire, now: datetime, status: int) -> None:
    made = connect(name, wire, now)
    for body in (b"", b"<html>", b'{"errors": 5}', b"[]"):
        wire.otherwise = answer(status, body, {"Location": f"{wire.url}/elsewhere"})
        for what, act in acts(made, now).items():
            wire.asked.clear()

            failed = _failure(act)

            assert type(failed) in (Unavailable, Refused, *((Uncertain,) if what in SENDING else ()))
            assert len(wire.asked) == 1, f"{what} was tried again, or a redirect followed"


def _failure(act: Act) -> SottovoceError:
    try:
        done = act()
    except SottovoceError as failed:
        return failed
    assert isinstance(done, Look)
    assert done.standing is Standing.GONE  # of a post that cannot be found this is the answer, not a failure
    return Refused("", "gone", rule="gone")


@per_connector
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_every_broken_answer_is_one_of_our_errors_and_in_time(
    name: str, wire: Wire, now: datetime, behaviour: str
) -> None:
    made = connect(name, wire, now)
    for what, act in acts(made, now).items():
        wire.script.append(BEHAVIOURS[behaviour])
        began = monotonic()

        with pytest.raises(Uncertain if what in SENDING else Unavailable):
            act()

        assert monotonic() - began < PATIENCE.total_seconds() + 2


@per_connector
def test_a_connection_that_is_refused_has_sent_nothing(name: str, wire: Wire, now: datetime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}"
    made = connect(name, wire, now, **{SAMPLES[name].base: closed})

    for act in acts(made, now).values():
        with pytest.raises(Unavailable):
            act()


@per_connector
def test_a_probe_reports_what_it_is_refused(name: str, wire: Wire, now: datetime) -> None:
    made: Probes = connect(name, wire, now)
    for status in STATUSES:
        wire.otherwise = answer(status, b"<html>")

        findings = made.probe(now=now)

        assert any(not finding.ok for finding in findings)
        assert all(finding.ok or finding.remedy for finding in findings)


@per_connector
def test_no_secret_shows_in_errors_logs_or_what_is_printed(
    name: str, wire: Wire, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = connect(name, wire, now)
    hidden = secrets(settings(name, wire))
    said = [repr(made), str(made), repr(settings(name, wire)), repr(vars(made))]
    for behaviour in (drops, resets, *(sends(answer(status, b"<html>")) for status in (200, 401, 403, 429, 500))):
        for act in acts(made, now).values():
            wire.script.append(behaviour)
            with pytest.raises(SottovoceError) as caught:
                act()
            said += [repr(caught.value), repr(vars(caught.value)), repr(caught.value.__cause__)]
            assert caught.value.__suppress_context__ or caught.value.__context__ is None

    for secret in hidden:
        assert not any(secret in text for text in said)
        assert secret not in caplog.text


@per_connector
def test_a_redirect_carries_no_sign_in_to_another_host(name: str, wire: Wire, now: datetime) -> None:
    trap = Wire()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=trap.serve, args=(listener,), daemon=True).start()
        wire.otherwise = answer(302, b"", {"Location": f"http://127.0.0.1:{listener.getsockname()[1]}/"})

        for act in acts(connect(name, wire, now), now).values():
            with pytest.raises(SottovoceError):
                act()

        trap.over.set()
        listener.shutdown(socket.SHUT_RDWR)
    assert trap.asked == []
