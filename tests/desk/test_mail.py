"""Mail over real SMTP on loopback."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from desk import letters
from desk.mail import Mail, write
from domain.cards import Card, CardKind
from domain.errors import Refused, Scope, SottovoceError, Unavailable, Uncertain
from domain.ports import Probes, TellsTeam
from domain.sending import DeliveryKind, Order


@dataclass(frozen=True)
class MailTold:
    host: str = "127.0.0.1"
    port: int = 0
    sender: str = "sottovoce@nord.example"
    to: str = "team@nord.example"
    user: str = ""
    password: SecretStr | None = None
    tls: Literal["starttls", "tls", "none"] = "none"


@dataclass
class Box:
    """What a server took, and the answers it gives instead, by command."""

    letters: list[EmailMessage] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_MAIL(  # noqa: N802 (aiosmtpd calls by these names)
        self, _s: SMTP, _e: Session, envelope: Envelope, address: str, _o: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, _s: SMTP, _e: Session, envelope: Envelope, address: str, _o: list[str]
    ) -> str:
        answer = self.answers.get("RCPT", "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _e: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("2"):
            parsed: Any = message_from_bytes(envelope.content, policy=policy.default)
            self.letters.append(parsed)
            self.receivers += envelope.rcpt_tos
        if answer == "250 OK, then silence":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer


@pytest.fixture
def box() -> Box:
    return Box()


Serve = Callable[..., MailTold]


@pytest.fixture
def serve(box: Box) -> Iterator[Serve]:
    controllers: list[Controller] = []

    def begin(**options: Any) -> MailTold:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        controller = Controller(box, hostname="127.0.0.1", port=port, **options)
        controller.start()
        controllers.append(controller)
        return MailTold(port=port)

    yield begin
    for controller in controllers:
        controller.stop()


@pytest.fixture
def order(card: Card) -> Order:
    return Order(
        key="case-41:alert:mail",
        kind=DeliveryKind.MAIL,
        account="mail",
        target="team@nord.example",
        body=card.to_json(),
    )


def failure(mail: Mail, order: Order, now: datetime) -> SottovoceError:
    with pytest.raises(SottovoceError) as caught:
        mail.tell(order, now=now)
    return caught.value


def hasty(told: MailTold) -> Mail:
    return Mail(told, timeout=timedelta(milliseconds=300))


def test_it_serves_the_ports_of_whoever_tells_the_team() -> None:
    assert isinstance(Mail(MailTold()), TellsTeam)
    assert isinstance(Mail(MailTold()), Probes)


def test_a_card_arrives_as_text_and_page_and_asks_for_no_automatic_answer(
    serve: Serve, box: Box, order: Order, now: datetime
) -> None:
    receipt = Mail(serve()).tell(order, now=now)

    (letter,) = box.letters
    assert letter["Subject"] == "Threat (0.91)"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == receipt.native_id
    assert letter["To"] == "team@nord.example"
    assert letter["From"] == "sottovoce@nord.example"
    assert letter["Date"].datetime == now
    assert "> my parcel" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "my parcel</blockquote>" in letter.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_the_same_key_makes_the_same_message_id(order: Order, now: datetime) -> None:
    ids = {write(order, sender="a@b.example", now=now + timedelta(hours=hours))["Message-ID"] for hours in range(3)}
    other = write(replace(order, key="case-42:alert:mail"), sender="a@b.example", now=now)["Message-ID"]

    assert len(ids) == 1
    assert other not in ids


def test_everybody_of_a_list_of_addresses_gets_it(serve: Serve, box: Box, order: Order, now: datetime) -> None:
    told = replace(serve(), sender="Sottovoce <bot@nord.example>")

    Mail(told).tell(replace(order, target="a@nord.example, Bo <b@nord.example>"), now=now)

    assert box.receivers == ["a@nord.example", "b@nord.example"]


def test_a_headline_cannot_begin_a_header(serve: Serve, box: Box, card: Card, order: Order, now: datetime) -> None:
    evil = replace(card, headline="Hi\r\nBcc: all@nord.example\r\n\r\nbody", quote="\r\n.\r\nMAIL FROM:<x@y>\r\n")

    Mail(serve()).tell(replace(order, body=evil.to_json()), now=now)

    (letter,) = box.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Hi Bcc: all@nord.example body"
    assert box.receivers == ["team@nord.example"]


def test_a_delivery_that_holds_no_card_is_sent_as_the_text_it_is(
    serve: Serve, box: Box, order: Order, now: datetime
) -> None:
    Mail(serve()).tell(replace(order, body="Room lost\nMend it."), now=now)

    assert box.letters[0]["Subject"] == "Room lost"
    assert "Mend it." in box.letters[0].get_content()


@settings(max_examples=40, deadline=None)
@given(words=st.text(st.characters(exclude_categories=())))
def test_any_words_make_a_letter_with_our_headers_only(words: str) -> None:
    card = Card(kind=CardKind.CASE, headline=words, quote=words, text=words, author=words, facts=(words,), remedy=words)
    order = Order(key="k", kind=DeliveryKind.MAIL, account="", target="t@nord.example", body=card.to_json())

    raw = write(order, sender="s@nord.example", now=datetime.fromisoformat("2026-11-20T12:00Z")).as_bytes()

    names = {name.lower() for name, _ in message_from_bytes(raw).items()}
    assert names == {"subject", "from", "to", "date", "message-id", "auto-submitted", "mime-version", "content-type"}


def test_a_page_is_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>&\"'"
    card = Card(
        kind=CardKind.CASE, headline=evil, quote=evil, text=evil, author=evil, facts=(evil,), remedy=evil, channel=evil
    )

    page = letters.page(replace(card, link='https://x.com/"onclick="alert(1)'))

    assert "<img" not in page
    assert '"onclick' not in page


def test_the_text_tells_what_the_room_would_have_told(card: Card, now: datetime) -> None:
    full = replace(
        card,
        author="ana",
        followers=1,
        nth=2,
        need="complaint",
        lang="lo",
        facts=("order: […13]",),
        link="https://x.com/1",
    )

    text = letters.text(replace(full, heard_at=now, remedy="Call them.", text="We said we look."))

    for piece in (
        "Threat (0.91)\n",
        "@ana on X · 1 follower · 2nd complaint in 30 days",
        "complaint · Lao",
        "First answer by 20 Nov 12:00 UTC · heard 20 Nov 12:00 UTC",
        "> my parcel",
        "What to do: Call them.",
        "- order: […13]",
        "Open: https://x.com/1",
        "Case 41",
    ):
        assert piece in text


# what the server says

NEVER, LATER = "550 no", "451 later"


@pytest.mark.parametrize(("step", "scope"), [("MAIL", Scope.SENDING), ("RCPT", Scope.SENDING), ("DATA", Scope.ITEM)])
def test_a_refusal_is_final_and_names_the_addresses(
    serve: Serve, box: Box, order: Order, now: datetime, *, step: str, scope: Scope
) -> None:
    told = serve()
    box.answers[step] = NEVER

    exc = failure(Mail(told), order, now)

    assert isinstance(exc, Refused)
    assert exc.scope is scope
    assert "mail.to" in exc.remedy


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_later_is_later(serve: Serve, box: Box, order: Order, now: datetime, *, step: str) -> None:
    told = serve()
    box.answers[step] = LATER

    assert isinstance(failure(Mail(told), order, now), Unavailable)
    assert not box.letters


def test_a_letter_taken_and_not_acknowledged_is_uncertain(serve: Serve, box: Box, order: Order, now: datetime) -> None:
    told = serve()
    box.answers["DATA"] = "250 OK, then silence"

    exc = failure(Mail(told), order, now)

    assert isinstance(exc, Uncertain)
    assert len(box.letters) == 1


def test_a_closed_port_is_unavailable(order: Order, now: datetime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert isinstance(failure(Mail(MailTold(port=port)), order, now), Unavailable)


Talk = Callable[[socket.socket], None]


def _says(*lines: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.settimeout(2)
        for line in lines:
            connection.sendall(line + b"\r\n")
            try:
                connection.recv(65536)
            except TimeoutError:
                return

    return talk


GREETED = (b"220 hi", b"250 hi")


@pytest.mark.parametrize(
    ("talk", "error"),
    [
        (_says(), Unavailable),  # hangs up at once
        (_says(b"554 go away"), Unavailable),
        (_says(b"220 hi"), Unavailable),
        (_says(*GREETED, b"250 sender"), Unavailable),
        (_says(*GREETED, b"250 sender", b"250 receiver", b"421 closing"), Unavailable),
        (_says(*GREETED, b"250 sender", b"250 receiver", b"354 go on"), Uncertain),
        (_says(*GREETED, b"250 sender", b"250 receiver", b"354 go on", b"550 spam"), Refused),
    ],
)
def test_a_connection_that_breaks_is_doubtful_only_with_the_letter(
    one_shot: Callable[[Talk], str], order: Order, now: datetime, *, talk: Talk, error: type[SottovoceError]
) -> None:
    port = int(one_shot(talk).split(":")[2].partition("/")[0])

    assert isinstance(failure(hasty(MailTold(port=port)), order, now), error)


def test_a_server_that_says_nothing_is_unavailable(
    one_shot: Callable[[Talk], str], order: Order, now: datetime
) -> None:
    def silent(connection: socket.socket) -> None:
        connection.settimeout(2)
        connection.recv(1)

    port = int(one_shot(silent).split(":")[2].partition("/")[0])

    assert isinstance(failure(hasty(MailTold(port=port)), order, now), Unavailable)


# signing in


def _right(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, told: object) -> AuthResult:
    assert isinstance(told, LoginPassword)
    return AuthResult(success=(told.login, told.password) == (b"bot", b"right"), handled=False)


@pytest.mark.parametrize(("password", "works"), [("right", True), ("wrong", False)])
def test_signing_in(serve: Serve, box: Box, order: Order, now: datetime, *, password: str, works: bool) -> None:
    told = serve(authenticator=_right, auth_require_tls=False)
    mail = Mail(replace(told, user="bot", password=SecretStr(password)))

    if works:
        mail.tell(order, now=now)
        assert len(box.letters) == 1
    else:
        exc = failure(mail, order, now)
        assert isinstance(exc, Refused)
        assert exc.scope is Scope.ACCOUNT
        assert "SOTTOVOCE_MAIL_PASSWORD" in exc.remedy
        assert "wrong" not in str(exc)


def test_a_server_without_starttls_gets_no_letter(serve: Serve, box: Box, order: Order, now: datetime) -> None:
    exc = failure(Mail(replace(serve(), tls="starttls")), order, now)

    assert isinstance(exc, Refused)
    assert exc.scope is Scope.ACCOUNT
    assert "mail.tls" in exc.remedy
    assert not box.letters


def test_a_server_that_speaks_no_tls_at_all_is_unavailable(serve: Serve, order: Order, now: datetime) -> None:
    assert isinstance(failure(hasty(replace(serve(), tls="tls")), order, now), Unavailable)


# probing, and looking for what was sent


def test_a_probe_signs_in_asks_for_the_addresses_and_sends_nothing(serve: Serve, box: Box, now: datetime) -> None:
    (probe,) = Mail(serve()).probe(now=now)

    assert probe.ok
    assert not box.letters


def test_a_probe_says_what_is_wrong(serve: Serve, box: Box, now: datetime) -> None:
    told = serve()
    box.answers["RCPT"] = NEVER

    (refused,) = Mail(told).probe(now=now)
    (down,) = Mail(MailTold(port=1)).probe(now=now)

    assert not refused.ok
    assert "mail.to" in refused.remedy
    assert not down.ok
    assert "mail.host" in down.remedy


def test_nobody_can_look_for_a_letter(order: Order, now: datetime) -> None:
    with pytest.raises(Refused):
        Mail(MailTold()).find_told(order, since=now, now=now)


def test_the_system_decides_whom_to_trust() -> None:
    assert Mail(MailTold())._trust().verify_mode is ssl.CERT_REQUIRED
