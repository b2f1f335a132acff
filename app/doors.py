"""The doors: a small web server where platforms knock and people see how their deletion stands. Reads no envelope."""

import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from threading import Event, Thread
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

from app.doors_pages import deletion_page, unknown_page
from domain.clock import Clock, monotonic
from domain.errors import ConfigError
from domain.ports import Receives
from storage import arrivals, deletions
from storage.database import reading, writing

LARGEST = 2 * 1024 * 1024  # bytes of one request; Meta puts up to 1,000 changes into one, far below this
LARGEST_HEADERS = 32 * 1024  # bytes
SLOWEST = timedelta(seconds=15)  # a request must be whole by then: platforms send theirs at once
IDLE = timedelta(seconds=30)  # a connection that says nothing is let go
CONNECTIONS = 200  # at once
THREADS = 4
STOP_WITHIN = timedelta(seconds=5)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

log = logging.getLogger(__name__)

WhoAsks = Callable[[str], str | None]
"""Reads whom a signed request is about; None when it is not genuine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knocks:
    """What stands behind the doors."""

    engine: Engine
    clock: Clock
    doors: Mapping[str, Receives]  # by the path they are at: "x" is at /x
    who_asks: WhoAsks | None = None  # of Meta's requests about a person; None: there is no such door
    public_url: str = ""
    left: Callable[[str], None] = field(default=lambda _who: None)  # somebody took the app away


def application(knocks: Knocks) -> Flask:
    """Make the WSGI application: each door, the two requests about a person, and the page that tells how they stand."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST
    app.after_request(_careful)
    for name, door in knocks.doors.items():
        app.add_url_rule(f"/{name}", f"greet {name}", lambda door=door: _greet(door), methods=["GET"])
        app.add_url_rule(f"/{name}", f"take {name}", lambda door=door: _take(knocks, door), methods=["POST"])
    if knocks.who_asks is not None:
        who_asks = knocks.who_asks
        app.add_url_rule("/meta/deletion", "deletion", lambda: _delete(knocks, who_asks), methods=["POST"])
        app.add_url_rule("/meta/deauthorize", "left", lambda: _leave(knocks, who_asks), methods=["POST"])
        app.add_url_rule("/deletion/<code>", "status", lambda code: _status(knocks, code), methods=["GET"])
    app.register_error_handler(SQLAlchemyError, _cannot_store)
    app.register_error_handler(OSError, _cannot_store)
    return app


def _greet(door: Receives) -> Response:
    answer = door.greet(request.args.to_dict())
    if answer is None:
        return _nothing(HTTPStatus.FORBIDDEN)
    return Response(answer, mimetype="application/json" if answer.startswith("{") else "text/plain")


def _take(knocks: Knocks, door: Receives) -> Response:
    """Store what was brought, then say so: a platform brings again what we have not said yes to."""
    body = request.get_data(cache=False)
    if not door.genuine({name.lower(): value for name, value in request.headers.items()}, body):
        log.warning("somebody knocked without the right signature", extra={"door": door.name})
        return _nothing(HTTPStatus.FORBIDDEN)
    with writing(knocks.engine) as db:
        arrivals.keep(db, door.name, body, now=knocks.clock())
    return _nothing(HTTPStatus.OK)


def _delete(knocks: Knocks, who_asks: WhoAsks) -> Response | dict[str, str]:
    """Write a request down; a stage does it. Whoever is not known here gets the same answer."""
    who = who_asks(request.form.get("signed_request", ""))
    if who is None:
        return _nothing(HTTPStatus.FORBIDDEN)
    with writing(knocks.engine) as db:
        code = deletions.ask(db, "meta", who, now=knocks.clock())
    return {"url": f"{knocks.public_url}/deletion/{code}", "confirmation_code": code}


def _leave(knocks: Knocks, who_asks: WhoAsks) -> Response:
    who = who_asks(request.form.get("signed_request", ""))
    if who is None:
        return _nothing(HTTPStatus.FORBIDDEN)
    knocks.left(who)
    return _nothing(HTTPStatus.OK)


def _status(knocks: Knocks, code: str) -> Response:
    with reading(knocks.engine) as db:
        found = deletions.by_code(db, code)
    page = unknown_page() if found is None else deletion_page(done=found.state == deletions.DONE, at=found.done_at)
    return Response(page, HTTPStatus.NOT_FOUND if found is None else HTTPStatus.OK, mimetype="text/html")


def _cannot_store(exc: Exception) -> Response:
    log.error("what was brought cannot be stored", extra={"why": type(exc).__name__})
    return _nothing(HTTPStatus.SERVICE_UNAVAILABLE)  # it is brought again


def _nothing(status: HTTPStatus) -> Response:
    return Response("", status, mimetype="text/plain")


def _careful(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


class _Channel(HTTPChannel):  # type: ignore[misc] # the library tells no types
    """One connection; a request that dribbles in byte by byte is cut off."""

    _began: float | None = None

    def received(self, data: bytes) -> bool:
        got = bool(super().received(data))
        self._began = None if self.request is None else self._began or monotonic()
        return got

    def readable(self) -> bool:
        if self._began is not None and monotonic() - self._began > SLOWEST.total_seconds():
            self.will_close = True
        return bool(super().readable())


class Doors:
    """The server, in threads of its own from `start` to `stop`."""

    def __init__(self, knocks: Knocks, *, host: str, port: int) -> None:
        """Build without listening. `port` 0 lets the system choose."""
        self._app, self.host, self.port = application(knocks), host, port
        self._stopping = Event()
        self._server: Any = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Listen; returns at once. Raises ConfigError when the address cannot be had."""
        try:
            self._server = self._listen()
        except OSError as exc:
            where = f"doors.host, doors.port: {self.host}:{self.port} cannot be listened on"
            raise ConfigError([f"{where} ({exc.strerror}). Is Sottovoce running already?"]) from exc
        self.port = int(self._server.effective_port)
        self._thread = Thread(target=self._serve, name="doors", daemon=True)
        self._thread.start()
        log.info("doors are open", extra={"host": self.host, "port": self.port})

    def stop(self) -> None:
        """Listen no more; what is being answered comes to its end. Stopping twice is safe."""
        self._stopping.set()
        server, self._server = self._server, None
        if server is None or self._thread is None:
            return
        server.pull_trigger()  # still open: only here is it shut
        self._thread.join(timeout=2 * STOP_WITHIN.total_seconds())
        server.task_dispatcher.shutdown(timeout=STOP_WITHIN.total_seconds())
        wasyncore.close_all(server._map)  # noqa: SLF001

    def _listen(self) -> Any:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        server = create_server(
            self._app,
            sockets=[socket.create_server((self.host, self.port), family=family, backlog=CONNECTIONS)],
            threads=THREADS,
            ident=None,
            connection_limit=CONNECTIONS,
            channel_timeout=int(IDLE.total_seconds()),
            cleanup_interval=5,
            max_request_body_size=LARGEST + 1,
            max_request_header_size=LARGEST_HEADERS,
            log_socket_errors=False,
            clear_untrusted_proxy_headers=True,
        )
        server.channel_class = _Channel
        return server

    def _serve(self) -> None:
        server = self._server
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1, map=server._map, count=1)  # noqa: SLF001 (its own loop never ends)
