"""Meta's signatures: what Meta signed passes, what anybody touched does not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.meta_signed import challenge, signed_by, who_asks
from tests.channels.signing import APP_SECRET, VERIFY_TOKEN, encoded, meta_headers, signed_request

SECRET, TOKEN = APP_SECRET.encode(), VERIFY_TOKEN.encode()
ASKED = {"algorithm": "HMAC-SHA256", "issued_at": 1795176000, "user_id": "218471"}


def test_a_body_that_meta_signed_is_metas() -> None:
    body = b'{"object":"page","entry":[]}'

    assert signed_by(SECRET, meta_headers(body), body)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256="},
        {"x-hub-signature-256": "sha256=ü"},
        {"x-hub-signature": "sha1=0000"},
        meta_headers(b'{"object":"page"}', secret="another secret"),
        {name: value[:-2] for name, value in meta_headers(b'{"object":"page"}').items()},
        {name: value.upper() for name, value in meta_headers(b'{"object":"page"}').items()},
        {name: value.removeprefix("sha256=") for name, value in meta_headers(b'{"object":"page"}').items()},
    ],
)
def test_a_body_with_no_or_another_signature_is_not_metas(headers: dict[str, str]) -> None:
    assert not signed_by(SECRET, headers, b'{"object":"page"}')


@given(body=st.binary(min_size=1, max_size=200), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_body_of_which_one_bit_was_turned_is_not_metas(body: bytes, at: int, bit: int) -> None:
    headers = meta_headers(body)
    at %= len(body)

    turned = body[:at] + bytes([body[at] ^ (1 << bit)]) + body[at + 1 :]

    assert signed_by(SECRET, headers, body)
    assert not signed_by(SECRET, headers, turned)
    assert not signed_by(SECRET, headers, body[:-1])


def test_the_same_json_written_otherwise_is_not_what_was_signed() -> None:
    body = b'{"text":"\\u00e9"}'

    again = json.dumps(json.loads(body), ensure_ascii=False).encode()

    assert not signed_by(SECRET, meta_headers(body), again)


def test_the_handshake_gives_the_challenge_back() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}

    assert challenge(TOKEN, query) == "1158201444"


@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": "another"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "ü"},
        {"hub.verify_token": VERIFY_TOKEN + "x"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
        {"hub.challenge": ""},
        {"hub.challenge": "<script>alert(1)</script>"},
        {"hub.challenge": "1" * 600},
    ],
)
def test_the_handshake_tells_nobody_else_anything(changed: dict[str, str]) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}

    assert challenge(TOKEN, query | changed) is None


def test_a_signed_request_names_the_person() -> None:
    assert who_asks(SECRET, signed_request(ASKED)) == "218471"
    assert who_asks(SECRET, signed_request(ASKED | {"user_id": 218471})) == "218471"
    assert who_asks(SECRET, signed_request(ASKED | {"algorithm": "hmac-sha256"})) == "218471"


@pytest.mark.parametrize(
    "content",
    [
        ASKED | {"algorithm": "none"},
        ASKED | {"algorithm": "HMAC-SHA1"},
        ASKED | {"algorithm": None},
        {"user_id": "218471"},
        {"algorithm": "HMAC-SHA256"},
        ASKED | {"user_id": ""},
        ASKED | {"user_id": True},
        ASKED | {"user_id": "../../etc"},
        ASKED | {"user_id": "1" * 41},
        ASKED | {"user_id": ["218471"]},
        [],
        "218471",
        b"",
        b"{",
        b"[" * 5000,
        b"\xff\xfe",
    ],
)
def test_a_signed_request_that_does_not_say_who_is_nobodys(content: Any) -> None:
    assert who_asks(SECRET, signed_request(content)) is None


def test_a_signed_request_of_somebody_else_is_nobodys() -> None:
    genuine = signed_request(ASKED)
    signature, _, payload = genuine.partition(".")
    other = signed_request(ASKED | {"user_id": "999"}).partition(".")[2]

    forged = [
        signed_request(ASKED, secret="another secret"),
        f"{signature}.{other}",
        f".{payload}",
        payload,
        signature,
        f"{signature}.",
        f"{signature[:-2]}.{payload}",
        f"{genuine}.x",
        f"ü.{payload}",
        f"{signature}.ü",
        "",
        ".",
        "a" * 10_000,
    ]

    assert [who_asks(SECRET, one) for one in forged] == [None] * len(forged)


@given(text=st.text(max_size=100))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert who_asks(SECRET, text) is None
    assert who_asks(SECRET, signed_request(encoded(text))) is None
