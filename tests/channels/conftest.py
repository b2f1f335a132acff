"""What the connectors' tests share: a server that says anything, and an X that talks to it."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels.x import Settings, X, connect
from domain.sending import DeliveryKind, Order, PostRef
from tests.channels.wire import Wire

OAUTH1 = {
    "consumer_key": "key-of-the-app-1",
    "consumer_secret": "secret-of-the-app-2",
    "access_token": "token-of-the-brand-3",
    "access_token_secret": "secret-of-the-brand-4",
}
US = "900"
MakeX = Callable[..., X]

ORDER = Order(key="case-1:acknowledge", kind=DeliveryKind.REPLY, account=US, target="20", body="We are sorry.")
MESSAGE = Order(key="case-1:context", kind=DeliveryKind.MESSAGE, account=US, target="7-900", body="What is its number?")

HIDING = Order(key="case-1:hide", kind=DeliveryKind.HIDE, account=US, target="20", body="")

HEAR = "hear"
REPLY = "reply"
SEND = "message"
LOOK = "look"
HIDE = "hide"


def does(x: X, what: str, now: datetime) -> object:
    """Do one of the connector's acts."""
    acts: dict[str, Callable[[], object]] = {
        HEAR: lambda: x.fetch("mentions", None, now=now),
        REPLY: lambda: x.reply(ORDER, now=now),
        SEND: lambda: x.message(MESSAGE, now=now),
        LOOK: lambda: x.look(PostRef(native_id="20"), now=now),
        HIDE: lambda: x.hide(HIDING, now=now),
    }
    return acts[what]()


@pytest.fixture
def wire() -> Iterator[Wire]:
    listener = socket.create_server(("127.0.0.1", 0))
    served = Wire(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    thread = threading.Thread(target=served.serve, args=(listener,), daemon=True)
    thread.start()
    yield served
    served.over.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.fixture
def settings(wire: Wire) -> Callable[..., Settings]:
    def make(**changed: Any) -> Settings:
        said: dict[str, Any] = {
            "user_id": US,
            "handle": "nordparcel",
            "api_base": wire.url,
            "connect_timeout": timedelta(seconds=1),
            "read_timeout": timedelta(seconds=0.3),
            **OAUTH1,
        }
        return Settings(**{name: value for name, value in (said | changed).items() if value is not None})

    return make


@pytest.fixture
def x(settings: Callable[..., Settings], now: datetime) -> MakeX:
    def make(**changed: Any) -> X:
        return connect(settings(**changed), now=now)

    return make
