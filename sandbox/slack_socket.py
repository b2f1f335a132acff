"""Socket Mode: hands out addresses, keeps the connections, carries envelopes to one of them and waits for its ack."""

import functools
import json
import random
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition, Event, Thread
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from simple_websocket import ConnectionClosed, Server
from werkzeug.wrappers import Request, Response

from sandbox.hurting import CutError
from sandbox.slack_api import Ask, SlackApi
from sandbox.slack_state import APP

PATH = "/link/"
MOST_SOCKETS = 10  # an app's connections at once
LIFE = 18_060  # seconds a connection is said to live


@dataclass(slots=True)
class _Envelope:
    acknowledged: Event = field(default_factory=Event)
    answer: dict[str, Any] = field(default_factory=dict)


class Sockets:
    """The open connections of the app."""

    def __init__(self, seed: int) -> None:
        """Start with none. The seed decides which of several connections gets what."""
        self._open: list[Server] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, _Envelope] = {}
        self._lock = Condition()  # also told when a connection opens
        self._chance = random.Random(seed)  # noqa: S311 - which connection, not a secret
        self._count = 0

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def ticket(self) -> str:
        """Make a ticket that opens one connection once."""
        with self._lock:
            self._count += 1
            ticket = f"sandbox-{self._count}"
            self._tickets.add(ticket)
            return ticket

    def serve(self, environ: WSGIEnvironment) -> None:
        """Talk with one connection until it ends. Raises CutError: there is no HTTP answer."""
        ticket = Request(environ).args.get("ticket", "")
        with self._lock:
            known = ticket in self._tickets
            self._tickets.discard(ticket)
        if not known or self.connected >= MOST_SOCKETS:
            raise CutError
        link = Server(environ, thread_class=functools.partial(Thread, daemon=True))
        self._greet(link)
        with suppress(ConnectionClosed, OSError):
            while True:
                self._heard(json.loads(link.receive()))
        self._forget(link)
        raise CutError

    def send(
        self, kind: str, payload: dict[str, Any], *, wait: float, answerable: bool = False
    ) -> dict[str, Any] | None:
        """Carry an event to one connection. Returns its answer once acked, None without ack in `wait` real seconds."""
        with self._lock:
            self._count += 1
            number = f"envelope-{self._count}"
            envelope = self._waiting[number] = _Envelope()
            self._lock.wait_for(lambda: bool(self._open), timeout=wait)
            links = list(self._open)
            self._chance.shuffle(links)
        told = {"envelope_id": number, "payload": payload, "type": kind, "accepts_response_payload": answerable}
        if not any(self._carried(link, told) for link in links):
            return None
        acknowledged = envelope.acknowledged.wait(wait)
        self._waiting.pop(number, None)
        return envelope.answer if acknowledged else None

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to come again, and close it: `warning`, `refresh_requested` or `link_disabled`."""
        for link in tuple(self._open):
            self._carried(link, {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
            if reason != "warning":
                self.close(link)

    def close(self, link: Server) -> None:
        """Close one connection, whether the other side answers or not."""
        with suppress(ConnectionClosed, OSError):
            link.close()
        with suppress(OSError):
            link.sock.shutdown(socket.SHUT_RDWR)
        link.event.set()
        self._forget(link)

    def close_all(self) -> None:
        """Close every connection."""
        for link in tuple(self._open):
            self.close(link)

    def _greet(self, link: Server) -> None:
        hello = {
            "type": "hello",
            "num_connections": self.connected + 1,
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": LIFE},
            "connection_info": {"app_id": APP},
        }
        link.send(json.dumps(hello))
        with self._lock:
            self._open.append(link)
            self._lock.notify_all()

    def _heard(self, told: dict[str, Any]) -> None:
        envelope = self._waiting.get(told.get("envelope_id", ""))
        if envelope is not None:
            envelope.answer = told.get("payload") or {}
            envelope.acknowledged.set()

    def _carried(self, link: Server, told: dict[str, Any]) -> bool:
        try:
            link.send(json.dumps(told))
        except (ConnectionClosed, OSError):
            self._forget(link)
            return False
        return True

    def _forget(self, link: Server) -> None:
        with self._lock:
            if link in self._open:
                self._open.remove(link)


class Linking:
    """A WSGI application around another that takes WebSocket connections out of its way."""

    def __init__(self, app: WSGIApplication, sockets: Sockets) -> None:
        """Serve PATH by `sockets`, everything else by `app`."""
        self._app, self._sockets = app, sockets

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        if not environ["PATH_INFO"].startswith(PATH):
            return self._app(environ, start_response)
        if not _upgrades(environ):
            return Response("a WebSocket is expected here", 426)(environ, start_response)
        self._sockets.serve(environ)
        return []


def _upgrades(environ: WSGIEnvironment) -> bool:
    """Whether a request asks for a WebSocket with all it takes. Source: RFC 6455, section 4.2.1."""
    return (
        environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        and "upgrade" in environ.get("HTTP_CONNECTION", "").lower()
        and "HTTP_SEC_WEBSOCKET_KEY" in environ
    )


def register(api: SlackApi, app: Flask, sockets: Sockets) -> None:
    """Put the method that hands out addresses on the application."""

    def address(_api: SlackApi, _ask: Ask) -> dict[str, Any]:
        host = api.base_url.removeprefix("http://")
        return {"url": f"ws://{host}{PATH}?ticket={sockets.ticket()}&app_id={APP}"}

    api.method(app, "apps.connections.open", address, token=api.app_token)
