"""What the desk's tests share: settings, and servers on loopback that the real clients talk to."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine

from desk.slack import Slack
from domain.cards import Card, CardKind
from domain.sending import DeliveryKind, Order

if TYPE_CHECKING:
    from tests.desk.office import Office

ROOM = "C0123456789"


@dataclass(frozen=True)
class SlackTold:
    bot_token: SecretStr = field(default_factory=lambda: SecretStr("xoxb-example"))
    app_token: SecretStr | None = None
    room: str = ROOM
    cases_room: str = ""
    api_base: str = ""


@pytest.fixture
def slack(httpserver: HTTPServer) -> Slack:
    return Slack(SlackTold(api_base=httpserver.url_for("/api/")))


@pytest.fixture
def office(engine: Engine) -> Iterator["Office"]:
    from tests.desk.office import Office  # noqa: PLC0415 (it needs the settings above)

    with Office(engine) as opened:
        yield opened


@pytest.fixture
def card(now: datetime) -> Card:
    return Card(kind=CardKind.CASE, headline="Threat (0.91)", quote="my parcel", case_id=41, due_at=now, channel="x")


@pytest.fixture
def alert(card: Card) -> Order:
    return Order(key="case-41:alert", kind=DeliveryKind.ALERT, account="1", target=ROOM, body=card.to_json())


def posted(server: HTTPServer, method: str) -> list[dict[str, Any]]:
    """List the bodies of the calls a server has had, in order."""
    return [request.get_json() for request, _ in server.log if request.path.endswith(method)]


@pytest.fixture
def one_shot() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Serve connections by a function of the raw socket; gives the base address."""
    listeners: list[socket.socket] = []

    def serve(handle: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    handle(connection)

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/api/"

    yield serve
    for listener in listeners:
        listener.close()
