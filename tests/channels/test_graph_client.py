"""How a request to Graph looks on the wire: where the token is, what is signed, how nested values are written."""

import hashlib
import hmac
import importlib
import json
import logging
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from channels.facebook import Facebook
from channels.graph_client import Client, plain
from channels.graph_endpoints import FEED, ME
from channels.graph_settings import Account
from domain.errors import Refused, Scope, Unavailable
from domain.values import RateState
from tests.channels.meta import (
    APP,
    HEAR,
    IN_PRIVATE,
    PAGE,
    REPLYING,
    SECRET,
    SIGN_IN,
    TOKEN,
    a_page,
    does,
    listing,
    served,
)
from tests.channels.wire import Asked, Wire, answer

PROOF = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
SENT = {"recipient_id": "7", "message_id": "m_9"}


def form(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}


def test_the_token_goes_in_the_header_and_the_proof_signs_it(wire: Wire, now: datetime) -> None:
    wire.otherwise = answer(200, listing())

    does(a_page(wire), HEAR, now)

    (asked,) = wire.asked
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.query["appsecret_proof"] == PROOF
    assert TOKEN not in asked.target
    assert asked.path == f"/v26.0/{PAGE}/feed"


def test_the_token_can_go_as_a_parameter_and_a_write_keeps_it_out_of_the_address(wire: Wire, now: datetime) -> None:
    page = a_page(wire, token_in="parameter")
    wire.will(200, listing())
    wire.will(200, {"id": "55_21"})

    does(page, HEAR, now)
    page.reply(REPLYING, now=now)

    hearing, replying = wire.asked
    assert hearing.query["access_token"] == TOKEN
    assert "authorization" not in hearing.headers
    assert "?" not in replying.target
    assert form(replying) == {"message": "We are sorry.", "access_token": TOKEN, "appsecret_proof": PROOF}


def test_without_the_app_secret_nothing_is_signed(wire: Wire, now: datetime) -> None:
    wire.otherwise = answer(200, listing())

    does(a_page(wire, app_id="", app_secret=None), HEAR, now)

    assert "appsecret_proof" not in wire.asked[0].query


def test_nested_values_go_as_json_not_as_their_keys(wire: Wire, now: datetime) -> None:
    wire.will(200, SENT)

    a_page(wire).private_reply(IN_PRIVATE, now=now)

    sent = form(wire.asked[0])
    assert json.loads(sent["recipient"]) == {"comment_id": "55_20"}
    assert json.loads(sent["message"]) == {"text": "Please answer here."}
    assert wire.asked[0].path == f"/v26.0/{PAGE}/messages"


def test_values_are_written_as_graph_reads_them() -> None:
    written = plain({"a": True, "b": 5, "c": ["ü", 1], "d": None, "e": "é", "f": {"g": {"h": False}}})

    assert written == {"a": "true", "b": "5", "c": '["ü",1]', "e": "é", "f": '{"g":{"h":false}}'}


@pytest.mark.parametrize("version", ["v25.0", "v26.0"])
def test_the_version_is_the_settings_not_the_librarys(wire: Wire, now: datetime, version: str) -> None:
    wire.otherwise = answer(200, listing())

    does(a_page(wire, version=version), HEAR, now)

    assert wire.asked[0].path.startswith(f"/{version}/")
    library = importlib.import_module("facebook")
    with pytest.raises(library.GraphAPIError):
        library.GraphAPI("token", version=version.removeprefix("v"))  # why it is set beside the constructor


def test_the_token_itself_is_asked_about_by_the_app(wire: Wire, now: datetime) -> None:
    wire.will(200, {"data": {"is_valid": True}})

    _client(wire).token(now=now)

    (asked,) = wire.asked
    assert asked.path == "/v26.0/debug_token"
    assert asked.query["input_token"] == TOKEN
    assert asked.headers["authorization"] == f"Bearer {APP}|{SECRET}"


def test_without_an_app_the_token_asks_about_itself(wire: Wire, now: datetime) -> None:
    wire.will(200, {"data": {}})

    _client(wire, app_id="", app_secret=None).token(now=now)

    assert wire.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


def _client(wire: Wire, **changed: Any) -> Client:
    said = {**SIGN_IN, "api_base": wire.url, **changed}
    return Client("facebook", Account(**{name: value for name, value in said.items() if value is not None}))


def test_the_served_version_and_the_limits_come_with_the_answer(wire: Wire, now: datetime) -> None:
    used = {"X-App-Usage": '{"call_count":12,"total_time":30,"total_cputime":5}', "facebook-api-version": "v25.0"}
    wire.will(200, {"id": PAGE}, used)

    answered = _client(wire).read(ME, "me", now=now)

    assert answered.version == "v25.0"
    assert answered.rates == (
        RateState(endpoint="pages", remaining=45, limit=75),
        RateState(endpoint="pages:send", remaining=60, limit=90),
    )


def test_debug_logs_hold_no_token_even_where_the_address_does(
    wire: Wire, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wire.otherwise = answer(200, {"data": {}})
    client = _client(wire, token_in="parameter")

    client.token(now=now)
    client.read(FEED, PAGE, "feed", now=now)

    assert TOKEN not in caplog.text
    assert SECRET not in caplog.text


def test_a_base_nobody_can_ask_is_told_as_the_settings_fault(wire: Wire, now: datetime) -> None:
    client = _client(wire, api_base="http://:80")

    with pytest.raises((Refused, Unavailable)) as caught:
        client.read(ME, "me", now=now)

    assert TOKEN not in str(caught.value)


def test_a_text_no_form_can_carry_is_refused_before_any_byte(wire: Wire, now: datetime) -> None:
    with pytest.raises(Refused) as caught:
        _client(wire).write(ME, "me", "comments", {"message": "half \ud83d"}, now=now)

    assert (caught.value.rule, caught.value.scope) == ("graph.malformed", Scope.ITEM)
    assert wire.asked == []


@pytest.fixture
def paged(wire: Wire) -> Facebook:
    pages = {f"{PAGE}/conversations": listing(after="two")}
    wire.respond = served(pages)
    return a_page(wire)


def test_the_token_meta_writes_into_its_links_is_never_stored(wire: Wire, paged: Facebook, now: datetime) -> None:
    first = paged.fetch("inbox", None, now=now)
    paged.fetch("inbox", first.cursor, now=now)

    assert first.cursor
    assert TOKEN not in first.cursor
    assert wire.asked[1].query["after"] == "two"
