"""When X or Slack is away, lies or loses answers: nothing is lost, nothing is said twice, and somebody is told."""

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.walks.conftest import Opens
from tests.walks.street import Street

REPLY, MESSAGE, TELL = "POST /2/tweets$", "POST /2/dm_conversations", "chat.postMessage"


class Letters:
    """A letter box of the team."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (its name)
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def letters() -> Iterator[tuple[Letters, int]]:
    box = Letters()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


def complain(street: Street, text: str = "@NordParcel my parcel is late") -> str:
    return street.post("ana", text, lang="en")


@pytest.mark.parametrize("effect", ["drop", "error", "bad_gateway", "truncate"])
def test_an_answer_that_was_taken_but_not_confirmed_is_said_once(street: Street, effect: str) -> None:
    street.world.x.fault(REPLY, effect, applied=True)
    post = complain(street)

    street.wait(minutes=2)
    doubtful = street.delivery("case-1:acknowledge").state
    street.wait(minutes=6)

    assert doubtful in {"unknown", "sent"}
    assert len(street.answers(post)) == 1
    assert street.delivery("case-1:acknowledge").state == "sent"
    assert street.delivery("case-1:acknowledge").native_id == str(street.answers(post)[0].id)


@pytest.mark.parametrize("effect", ["drop", "error"])
def test_an_answer_that_was_not_taken_goes_after_two_looks(street: Street, effect: str) -> None:
    street.world.x.fault(REPLY, effect)
    post = complain(street)

    street.wait(minutes=10)

    assert len(street.answers(post)) == 1
    assert street.delivery("case-1:acknowledge").state == "sent"


def test_private_words_that_were_taken_but_not_confirmed_are_said_once(street: Street) -> None:
    street.world.x.fault(MESSAGE, "drop", applied=True)

    street.direct("ana", "hello, my parcel is late")
    street.wait(minutes=8)

    assert len(street.private("ana")) == 1
    assert street.delivery("case-1:welcome").state == "sent"


def test_a_claim_of_duplicate_content_is_looked_into(street: Street) -> None:
    street.world.x.fault(REPLY, "duplicate")
    post = complain(street)

    street.wait(minutes=10)

    assert len(street.answers(post)) == 1
    assert street.delivery("case-1:acknowledge").state == "sent"


def test_while_x_is_away_nothing_is_lost(street: Street) -> None:
    street.wait(minutes=1)
    street.world.x.outage()
    post = complain(street)
    street.wait(minutes=4)
    silent, told = street.cases(), street.said_to_team()

    street.world.x.recover()
    street.wait(minutes=6)

    assert silent == []
    assert "cannot hear" in told
    assert len(street.answers(post)) == 1
    assert street.books().balanced


def test_x_that_asks_for_patience_gets_it(street: Street) -> None:
    street.world.x.fault(REPLY, "rate_limited", seconds=300.0)
    post = complain(street)

    street.wait(minutes=3)
    early = street.answers(post)
    street.wait(minutes=4)

    assert early == []
    assert len(street.answers(post)) == 1
    assert sum("tweets" in one["match"] and one["seen"] for one in street.world.x.faults.told()) <= 2


def test_an_account_that_may_not_send_stops_talking_says_so_and_hears_on(street: Street) -> None:
    street.world.x.fault(REPLY, "locked")
    complain(street)
    street.wait(minutes=1)
    street.post("bo", "@NordParcel my parcel as well", lang="en")

    street.wait(minutes=3)

    assert street.answers() == []
    assert len(street.cases()) == 2
    assert "may not send" in street.said_to_team()


def test_while_slack_is_away_an_urgent_alert_goes_by_mail_and_reaches_the_room_later(
    open_street: Opens, letters: tuple[Letters, int]
) -> None:
    box, port = letters
    team = {"sender": "bot@nord.example", "to": "team@nord.example", "tls": "none"}
    street = open_street(mail={**team, "host": "127.0.0.1", "port": port})
    street.world.slack.outage()
    street.post("dee", "@NordParcel I will break your windows tonight", lang="en")
    street.post("ana", "@NordParcel my parcel is late", lang="en")
    street.wait(minutes=4)
    away = len(street.world.slack.state.sent)

    street.world.slack.recover()
    street.wait(minutes=6)

    assert away == 0
    assert [letter["To"] for letter in box.taken] == ["team@nord.example"]
    body = box.taken[0].get_body(("plain",))
    assert body is not None
    assert "break your windows" in body.get_content()
    assert "break your windows" in str(street.alert(1).blocks) + str(street.alert(2).blocks)
    assert len(street.answers()) == 1
    assert len(street.world.slack.state.sent) == 2


def test_an_alert_slack_took_but_did_not_confirm_stands_there_once(street: Street) -> None:
    street.world.slack.fault(TELL, "drop", applied=True)
    complain(street)

    street.wait(minutes=8)

    assert len(street.world.slack.state.sent) == 1
    assert street.delivery("case-1:alert").state == "sent"


def test_a_restart_while_nobody_knows_whether_it_went_says_it_once(street: Street) -> None:
    street.world.x.fault(REPLY, "drop", applied=True)
    post = complain(street)
    street.wait(seconds=5)

    street.open()
    street.wait(minutes=6)

    assert len(street.answers(post)) == 1
