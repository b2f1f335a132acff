"""Loopback: an HTTP server on 127.0.0.1 that can vanish and come back; it knows nothing of what it serves."""

import contextlib
import os
import socket
import struct
from datetime import timedelta
from email.utils import format_datetime
from threading import Thread
from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from domain.clock import Clock

HOST = "127.0.0.1"  # never another: what is served here takes made-up secrets from anybody who can reach it
POLL_INTERVAL = 0.02  # seconds; the longest a stop waits for the accepting thread to notice

RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: closing sends RST, as a crashed server's machine does


def reset(connection: socket.socket) -> None:
    """Cut a connection with RST at once, whatever still holds a file over it."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        os.close(connection.detach())


class Loopback:
    """Serves one WSGI application from threads; each request has its own."""

    def __init__(self, app: WSGIApplication, *, clock: Clock, software: str, port: int = 0) -> None:
        """Open nothing yet. `port` 0 lets the system choose; `software` is told in the `Server` header."""
        self._app, self._clock, self._software = app, clock, software
        self.port = port
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None
        self._placeholder: socket.socket | None = None
        self.resetting = False  # take each connection and cut it: the other kind of outage

    @property
    def base_url(self) -> str:
        """Where clients connect; known after `start`."""
        return f"http://{HOST}:{self.port}"

    @property
    def out(self) -> bool:
        """Whether connections are refused or cut."""
        return self.resetting or self._placeholder is not None

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._server = make_server(HOST, self.port, self._app, threaded=True, request_handler=self._handler())
        self.port = self._server.server_port
        self._thread = Thread(
            target=self._server.serve_forever, args=(POLL_INTERVAL,), name=f"sandbox-{self.port}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; requests under way are left to end by themselves. Stopping twice is safe."""
        self._close_placeholder()
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None

    def refuse(self) -> None:
        """Refuse connections, but keep the port: nobody else can be found behind it meanwhile."""
        if self._placeholder is not None:
            return
        self.stop()
        self._placeholder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._placeholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._placeholder.bind((HOST, self.port))

    def accept(self) -> None:
        """End `refuse`."""
        if self._placeholder is not None:
            self._close_placeholder()
            self.start()

    def _close_placeholder(self) -> None:
        if self._placeholder is not None:
            self._placeholder.close()
            self._placeholder = None

    def _handler(self) -> type[WSGIRequestHandler]:
        loopback = self

        class Handler(WSGIRequestHandler):
            """Tells sandbox time in `Date`, logs nothing, and cuts connections while the server is resetting."""

            def handle(self) -> None:
                if loopback.resetting:
                    reset(self.connection)
                else:
                    super().handle()

            def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
                del error, environ
                self.close_connection = True  # there is nothing left to read the next request from

            def date_time_string(self, timestamp: float | None = None) -> str:
                del timestamp
                environ: dict[str, Any] = getattr(self, "environ", {})
                skew = timedelta(seconds=float(environ.get("sandbox.skew", 0)))
                return format_datetime(loopback._clock() + skew, usegmt=True)

            def version_string(self) -> str:
                return loopback._software

            def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the library's name
                """Say nothing: who asks is recorded by the state, not by a log."""

        return Handler
