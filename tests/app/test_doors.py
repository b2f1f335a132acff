"""The doors over real HTTP: what a platform signed is stored and answered at once, anything else leaves no trace."""

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from functools import partial

import pytest
import requests
from sqlalchemy import Engine, text
from sqlmodel import select

from app import doors as module
from app.doors import Doors, Knocks
from channels import meta_signed
from channels.meta_webhook import Door as MetaDoor
from channels.x_activity import Door as XDoor
from channels.x_money import Meter, price_table
from channels.x_parse import Own
from domain.errors import ConfigError
from storage import arrivals, deletions
from storage.arrivals import Arrival
from storage.database import reading, writing
from tests.channels.pushes import HANDLE, OWN_ID, comment, x_mention
from tests.channels.signing import (
    APP_SECRET,
    CONSUMER_SECRET,
    TIMEOUT,
    VERIFY_TOKEN,
    about,
    encoded,
    meta_headers,
    push_meta,
    push_x,
    signed_request,
    x_headers,
)

PUBLIC = "https://bot.example"


@pytest.fixture
def left() -> list[str]:
    return []


@pytest.fixture
def opened(engine: Engine, now: datetime, left: list[str]) -> Iterator[Doors]:
    x = XDoor(Own(OWN_ID, HANDLE), Meter(price_table()), consumer_secret=CONSUMER_SECRET)
    meta = MetaDoor([], app_secret=APP_SECRET.encode(), verify_token=VERIFY_TOKEN.encode())
    knocks = Knocks(
        engine=engine,
        clock=lambda: now,
        doors={"x": x, "meta": meta},
        who_asks=partial(meta_signed.who_asks, APP_SECRET.encode()),
        public_url=PUBLIC,
        left=left.append,
    )
    doors = Doors(knocks, host="127.0.0.1", port=0)
    doors.start()
    yield doors
    doors.stop()


@pytest.fixture
def base(opened: Doors) -> str:
    return f"http://127.0.0.1:{opened.port}"


def kept(engine: Engine) -> Sequence[Arrival]:
    with reading(engine) as db:
        return db.exec(select(Arrival).order_by(text("id"))).all()


def test_what_meta_signed_is_stored_as_it_came(base: str, engine: Engine, now: datetime) -> None:
    body = encoded(comment(1, now, "naïve café ☕"))

    status = push_meta(base, body)

    assert status == 200
    assert [(row.door, row.body, row.state) for row in kept(engine)] == [("meta", body.decode(), "new")]


def test_what_x_signed_is_stored_as_it_came(base: str, engine: Engine, now: datetime) -> None:
    status = push_x(base, x_mention("101", now))

    assert status == 200
    assert [row.door for row in kept(engine)] == ["x"]


def test_the_same_envelope_three_times_is_stored_once(base: str, engine: Engine, now: datetime) -> None:
    statuses = [push_meta(base, comment(1, now)) for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len(kept(engine)) == 1


Forge = Callable[[bytes], Mapping[str, str]]


@pytest.mark.parametrize(
    "forge",
    [
        lambda _body: {},
        lambda body: meta_headers(body, secret="another"),
        lambda body: meta_headers(body + b" "),
        lambda body: {name: value[:-1] for name, value in meta_headers(body).items()},
        lambda body: {"x-hub-signature": meta_headers(body)["x-hub-signature-256"]},
        x_headers,
    ],
)
def test_what_meta_did_not_sign_is_refused_and_leaves_nothing(
    base: str, engine: Engine, now: datetime, forge: Forge
) -> None:
    body = encoded(comment(1, now))

    answer = requests.post(f"{base}/meta", data=body, headers=dict(forge(body)), timeout=TIMEOUT)

    assert (answer.status_code, answer.content) == (403, b"")
    assert kept(engine) == []


@pytest.mark.parametrize("forge", [lambda _body: {}, meta_headers, lambda body: x_headers(body, secret="another")])
def test_what_x_did_not_sign_is_refused(base: str, engine: Engine, now: datetime, forge: Forge) -> None:
    body = encoded(x_mention("101", now))

    answer = requests.post(f"{base}/x", data=body, headers=dict(forge(body)), timeout=TIMEOUT)

    assert answer.status_code == 403
    assert kept(engine) == []


def test_a_signed_body_that_is_no_json_is_stored_all_the_same(base: str, engine: Engine) -> None:
    """It is read later: before the door only the signature counts."""
    assert push_meta(base, b"\xff\x00{not json") == 200

    assert len(kept(engine)) == 1


def test_meta_is_greeted_with_its_challenge(base: str) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}

    answer = requests.get(f"{base}/meta", params=query, timeout=TIMEOUT)
    stranger = requests.get(f"{base}/meta", params=query | {"hub.verify_token": "guess"}, timeout=TIMEOUT)

    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    assert (stranger.status_code, stranger.text) == (403, "")


def test_x_is_greeted_by_signing_its_token(base: str) -> None:
    answer = requests.get(f"{base}/x", params={"crc_token": "challenge string"}, timeout=TIMEOUT)

    assert answer.json() == {"response_token": x_headers(b"challenge string")["x-twitter-webhooks-signature"]}
    assert answer.headers["content-type"] == "application/json"
    assert requests.get(f"{base}/x", timeout=TIMEOUT).status_code == 403


def test_nothing_else_is_behind_the_doors(base: str) -> None:
    found = {path: requests.get(base + path, timeout=TIMEOUT).status_code for path in ("/", "/facebook", "/static/x")}
    wrong = requests.delete(f"{base}/meta", timeout=TIMEOUT)

    assert set(found.values()) == {404}
    assert wrong.status_code == 405
    assert "waitress" not in str(wrong.headers).lower()


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(base: str, engine: Engine) -> None:
    body = b"x" * (module.LARGEST + 1)

    with suppress(requests.ConnectionError):  # the server may hang up while we are still writing
        answer = requests.post(f"{base}/meta", data=body, headers=meta_headers(body), timeout=TIMEOUT)
        assert answer.status_code == 413
    assert kept(engine) == []
    assert push_meta(base, b"{}") == 200


def test_a_body_that_is_announced_too_long_is_not_waited_for(opened: Doors) -> None:
    with closing(socket.create_connection(("127.0.0.1", opened.port), timeout=TIMEOUT)) as caller:
        length = module.LARGEST + 1
        caller.sendall(f"POST /meta HTTP/1.1\r\nHost: bot\r\nContent-Length: {length}\r\n\r\n".encode())

        assert b" 413 " in caller.recv(100)


def test_headers_beyond_the_limit_are_refused(base: str) -> None:
    answer = requests.get(f"{base}/meta", headers={"x-long": "x" * module.LARGEST_HEADERS}, timeout=TIMEOUT)

    assert answer.status_code == 431


def test_a_request_that_dribbles_in_is_cut_off(opened: Doors, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLOWEST", timedelta(seconds=0.5))
    began = time.perf_counter()

    with closing(socket.create_connection(("127.0.0.1", opened.port), timeout=TIMEOUT)) as slow:
        slow.sendall(b"POST /meta HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n\r\n")
        cut = _dribble(slow)
        others = push_meta(base, b"{}")

    assert cut
    assert time.perf_counter() - began < TIMEOUT
    assert others == 200


def _dribble(slow: socket.socket) -> bool:
    slow.settimeout(0.1)
    for _ in range(60):
        try:
            slow.sendall(b"x")
            if slow.recv(1) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def test_many_slow_callers_do_not_keep_a_platform_out(opened: Doors, base: str) -> None:
    callers = [socket.create_connection(("127.0.0.1", opened.port), timeout=TIMEOUT) for _ in range(50)]
    for caller in callers:
        caller.sendall(b"POST /meta HTTP/1.1\r\nHost: bot\r\n")

    status = push_meta(base, b"{}")

    assert status == 200
    for caller in callers:
        caller.close()


def test_where_it_cannot_be_stored_the_platform_is_asked_to_come_again(base: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE arrivals RENAME TO elsewhere"))

    refused = push_meta(base, b"{}")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO arrivals"))

    assert refused == 503
    assert push_meta(base, b"{}") == 200


def test_a_request_to_be_erased_is_written_down_and_named_by_a_code(base: str, engine: Engine) -> None:
    answer = requests.post(f"{base}/meta/deletion", data={"signed_request": about("218471")}, timeout=TIMEOUT).json()

    code = answer["confirmation_code"]
    assert answer == {"url": f"{PUBLIC}/deletion/{code}", "confirmation_code": code}
    assert len(code) == 32
    assert code.isalnum()
    with reading(engine) as db:
        found = deletions.by_code(db, code)
    assert found is not None
    assert (found.who, found.state) == ("218471", "asked")


def test_asking_again_is_the_same_request(base: str) -> None:
    codes = {
        requests.post(f"{base}/meta/deletion", data={"signed_request": about(who)}, timeout=TIMEOUT).json()[
            "confirmation_code"
        ]
        for who in ("218471", "218471", "218471", "7")
    }

    assert len(codes) == 2


@pytest.mark.parametrize("form", [{}, {"signed_request": "x.y"}, {"signed_request": signed_request({}, secret="no")}])
def test_a_request_that_meta_did_not_sign_erases_nobody(base: str, engine: Engine, form: dict[str, str]) -> None:
    answer = requests.post(f"{base}/meta/deletion", data=form, timeout=TIMEOUT)

    assert answer.status_code == 403
    with reading(engine) as db:
        assert deletions.next_asked(db) is None


def test_the_page_tells_how_it_stands_and_nothing_else(base: str, engine: Engine, now: datetime) -> None:
    answer = requests.post(f"{base}/meta/deletion", data={"signed_request": about("218471")}, timeout=TIMEOUT).json()
    page = base + answer["url"].removeprefix(PUBLIC)

    before = requests.get(page, timeout=TIMEOUT)
    with writing(engine) as db:
        asked = deletions.next_asked(db)
        assert asked
        deletions.settle(asked, now=now)
    after = requests.get(page, timeout=TIMEOUT)

    assert "is being erased" in before.text
    assert "Your data is erased" in after.text
    assert f"{now:%d %B %Y}" in after.text
    assert "218471" not in before.text + after.text
    assert after.headers["content-type"].startswith("text/html")
    assert after.headers["x-robots-tag"] == "noindex"
    assert "script-src" not in after.headers["content-security-policy"]


def test_an_unknown_code_is_told_as_unknown(base: str) -> None:
    answer = requests.get(f"{base}/deletion/{'0' * 32}", timeout=TIMEOUT)

    assert answer.status_code == 404
    assert "no request of this number" in answer.text


def test_somebody_who_took_the_app_away_is_noted(base: str, left: list[str]) -> None:
    genuine = requests.post(f"{base}/meta/deauthorize", data={"signed_request": about("5")}, timeout=TIMEOUT)
    forged = requests.post(f"{base}/meta/deauthorize", data={"signed_request": "5"}, timeout=TIMEOUT)

    assert (genuine.status_code, forged.status_code) == (200, 403)
    assert left == ["5"]


def test_a_port_that_is_taken_is_a_mistake_in_the_settings(opened: Doors, engine: Engine, now: datetime) -> None:
    second = Doors(Knocks(engine=engine, clock=lambda: now, doors={}), host="127.0.0.1", port=opened.port)

    with pytest.raises(ConfigError, match=r"doors\.port"):
        second.start()


def test_doors_that_are_shut_answer_nobody_and_can_be_shut_twice(opened: Doors, base: str) -> None:
    opened.stop()
    opened.stop()

    with pytest.raises(requests.ConnectionError):
        requests.get(f"{base}/x", timeout=TIMEOUT)


def test_doors_whose_loop_woke_by_itself_are_shut_as_well(opened: Doors, base: str) -> None:
    opened._stopping.set()
    serving = opened._thread
    assert serving
    serving.join()

    opened.stop()

    with pytest.raises(requests.ConnectionError):
        requests.get(f"{base}/x", timeout=TIMEOUT)


def test_an_envelope_is_answered_while_the_stages_write(base: str, engine: Engine, now: datetime) -> None:
    for number in range(20):
        assert push_meta(base, comment(number, now)) == 200

    with writing(engine) as db:
        assert arrivals.waiting(db) == 20
    assert json.loads(kept(engine)[0].body)["object"] == "page"
