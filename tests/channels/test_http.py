import gzip
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from channels import http
from channels.http import Session, Unanswered, Unsent, hush
from domain.clock import monotonic
from tests.channels.wire import Wire, answer, drips, drops, hangs, resets, sends

SECRET = "token-that-must-not-show"


@pytest.fixture
def session(wire: Wire) -> Iterator[Session]:
    made = Session(
        rebase={"https://api.elsewhere.example": wire.url},
        connect=timedelta(seconds=0.5),
        read=timedelta(seconds=0.3),
    )
    yield made
    made.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_request_goes_to_the_host_of_the_settings(wire: Wire, session: Session) -> None:
    wire.will(200, {"data": 1})

    response = session.get("https://api.elsewhere.example/2/things?a=b")

    assert response.json() == {"data": 1}
    assert wire.asked[0].target == "/2/things?a=b"
    assert wire.asked[0].headers["host"] == wire.url.removeprefix("http://")


def test_other_hosts_are_left_alone(wire: Wire, session: Session) -> None:
    wire.will(200, {})

    session.get(f"{wire.url}/as-it-is")

    assert wire.asked[0].path == "/as-it-is"


def test_the_answer_is_kept_with_its_headers_even_when_the_client_library_drops_them(
    wire: Wire, session: Session
) -> None:
    wire.will(429, {"title": "Too Many Requests"}, {"X-Rate-Limit-Reset": "17"})

    session.get(wire.url)

    assert session.answer is not None
    assert session.answer.status == 429
    assert session.answer.headers["x-rate-limit-reset"] == "17"
    assert session.answer.json() == {"title": "Too Many Requests"}


def test_each_thread_sees_its_own_answer(wire: Wire, session: Session) -> None:
    wire.will(200, {"of": "main"})
    session.get(wire.url)
    seen: list[object] = []

    other = threading.Thread(target=lambda: seen.append(session.answer))
    other.start()
    other.join()

    assert seen == [None]
    assert session.answer is not None


def test_a_forgotten_answer_does_not_pass_for_the_next_one(wire: Wire, session: Session) -> None:
    wire.will(200, {})
    session.get(wire.url)

    session.forget()

    assert session.answer is None


def test_a_request_that_fails_leaves_no_earlier_answer_behind(wire: Wire, session: Session) -> None:
    wire.will(200, {})
    wire.script.append(drops)
    session.get(wire.url)

    with pytest.raises(Unanswered):
        session.get(wire.url)

    assert session.answer is None


def test_redirects_are_not_followed_by_get_or_post(wire: Wire, session: Session) -> None:
    for status in (301, 302, 303, 307, 308):
        for method in ("GET", "POST"):
            wire.will(status, b"", {"Location": f"{wire.url}/trap"})

            response = session.request(method, f"{wire.url}/asked", json={"text": "once"})

            assert response.status_code == status
    assert {asked.path for asked in wire.asked} == {"/asked"}


def test_nothing_is_tried_twice(wire: Wire, session: Session) -> None:
    wire.script.append(drops)

    with pytest.raises(Unanswered):
        session.post(wire.url, json={"text": "once"})

    assert len(wire.asked) == 1


def test_a_refused_connection_is_known_to_have_sent_nothing(session: Session) -> None:
    with pytest.raises(Unsent, match="cannot connect"):
        session.post(f"http://127.0.0.1:{_free_port()}/", json={})


def test_an_unknown_host_is_known_to_have_sent_nothing(session: Session) -> None:
    with pytest.raises(Unsent, match="host name is not known"):
        session.post("http://no-such-host.invalid/", json={})


def test_a_server_without_tls_is_known_to_have_been_sent_nothing(wire: Wire, session: Session) -> None:
    wire.otherwise = b"this is no handshake\r\n\r\n"

    with pytest.raises(Unsent):
        session.post(wire.url.replace("http://", "https://"), json={"text": "secret"})

    assert all(b"secret" not in asked.body for asked in wire.asked)


def test_an_untrusted_certificate_is_known_to_have_been_sent_nothing(session: Session) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        threading.Thread(target=_shake_hands, args=(listener, context), daemon=True).start()

        with pytest.raises(Unsent, match="certificate or protocol"):
            session.post(f"https://127.0.0.1:{port}/", json={})


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    with connection:
        try:
            context.wrap_socket(connection, server_side=True).close()
        except (ssl.SSLError, OSError):
            return


@pytest.mark.parametrize("behaviour", [hangs, drops, resets])
def test_after_the_request_has_left_silence_is_no_proof_of_anything(
    wire: Wire, session: Session, behaviour: object
) -> None:
    wire.script.append(behaviour)  # type: ignore[arg-type]

    with pytest.raises(Unanswered):
        session.post(wire.url, json={})

    assert session.answer is None


@pytest.mark.parametrize(
    "raw",
    [answer(200, {"data": "x" * 200}), b"HTTP/1.1 200 OK\r\nX-Filler: " + b"y" * 400],
    ids=["body", "headers"],
)
def test_a_server_that_drips_is_cut_off_in_time(wire: Wire, session: Session, raw: bytes) -> None:
    wire.script.append(drips(raw))
    began = monotonic()

    with pytest.raises(Unanswered, match=r"no answer within 0\.8 s"):
        session.get(wire.url)

    assert monotonic() - began < 3


def test_a_silent_server_is_left_after_the_read_timeout(wire: Wire, session: Session) -> None:
    wire.script.append(hangs)
    began = monotonic()

    with pytest.raises(Unanswered, match="no answer within"):
        session.get(wire.url)

    assert monotonic() - began < 2


def test_half_an_answer_is_no_answer(wire: Wire, session: Session) -> None:
    whole = answer(200, {"data": {"id": "1"}})
    wire.script.append(sends(whole[:-5]))

    with pytest.raises(Unanswered, match="broke off"):
        session.get(wire.url)


def test_an_answer_that_cannot_be_unpacked_is_no_answer(wire: Wire, session: Session) -> None:
    wire.will(200, b"not gzip at all", {"Content-Encoding": "gzip"})

    with pytest.raises(Unanswered):
        session.get(wire.url)


def test_no_answer_may_grow_without_bound(wire: Wire, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY", 10_000)
    wire.will(200, gzip.compress(b" " * 5_000_000), {"Content-Encoding": "gzip"})

    with pytest.raises(Unanswered, match="too large"):
        session.get(wire.url)


def test_a_netrc_file_does_not_replace_the_sign_in(
    wire: Wire, session: Session, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", netrc)
    wire.will(200, {})

    session.get(wire.url, headers={"Authorization": f"Bearer {SECRET}"})

    assert wire.asked[0].headers["authorization"] == f"Bearer {SECRET}"


def test_this_machine_is_reached_without_the_proxy_of_the_environment(
    wire: Wire, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{_free_port()}")
    wire.will(200, {"data": 1})

    assert session.get(wire.url).status_code == 200


def test_cookies_are_not_carried_from_one_request_to_the_next(wire: Wire, session: Session) -> None:
    wire.will(200, {}, {"Set-Cookie": "guest_id=v1; Path=/"})
    wire.will(200, {})

    session.get(wire.url)
    session.get(wire.url)

    assert "cookie" not in wire.asked[1].headers


def test_every_request_gets_a_connection_of_its_own(wire: Wire, session: Session) -> None:
    wire.will(200, {})

    session.get(wire.url)

    assert wire.asked[0].headers["connection"] == "close"


def test_a_failure_names_neither_address_nor_token(wire: Wire, session: Session) -> None:
    wire.script.append(drops)

    with pytest.raises(requests.RequestException) as caught:
        session.get(f"{wire.url}/?access_token={SECRET}", headers={"Authorization": SECRET})

    assert SECRET not in repr(caught.value)
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None
    assert caught.value.request is None


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<html>", b"[" * 100_000, b"\x80{}"])
def test_a_body_that_is_no_json_is_a_value_error_and_nothing_else(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (each body has words of its own)
        http.Answer(200, {}, body).json()


def test_client_libraries_log_no_headers_whatever_the_root_logger_says(caplog: pytest.LogCaptureFixture) -> None:
    hush()
    caplog.set_level(logging.DEBUG)
    for name in http.TALKATIVE:
        logging.getLogger(name).setLevel(logging.DEBUG)  # somebody turns it up afterwards

    for name in http.TALKATIVE:
        logging.getLogger(name).debug("Authorization: %s", SECRET)

    assert SECRET not in caplog.text
