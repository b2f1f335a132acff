"""A server on loopback that answers with whatever bytes a test wants, and keeps what it was asked."""

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    target: str  # path and query
    headers: Mapping[str, str]  # lower-case names
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Behaviour = Callable[[socket.socket, threading.Event], None]


@dataclass
class Wire:
    """Answers in the order of `script`; afterwards, and without one, with `otherwise`."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    script: list[Behaviour] = field(default_factory=list)
    respond: Callable[[Asked], bytes] | None = None  # a server with a mind of its own
    otherwise: bytes = b""
    over: threading.Event = field(default_factory=threading.Event)

    def will(self, status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        """Answer the next request so."""
        self.script.append(sends(answer(status, body, headers)))

    def serve(self, listener: socket.socket) -> None:
        while not self.over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            asked = _read(connection)
            if asked is None:
                return
            self.asked.append(asked)
            if self.script:
                self.script.pop(0)(connection, self.over)
            else:
                connection.sendall(self.respond(asked) if self.respond else self.otherwise)


def answer(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> bytes:
    """Make a whole HTTP answer; `body` is JSON unless it is bytes."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    kind = {} if isinstance(body, bytes) else {"Content-Type": "application/json; charset=utf-8"}
    lines = {"Content-Length": str(len(raw)), "Connection": "close", **kind, **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + raw


def sends(raw: bytes) -> Behaviour:
    def behave(connection: socket.socket, _over: threading.Event) -> None:
        connection.sendall(raw)

    return behave


def hangs(connection: socket.socket, over: threading.Event) -> None:
    """Say nothing at all."""
    over.wait(20)
    connection.close()


def drips(raw: bytes, pause: float = 0.05) -> Behaviour:
    """Send one byte at a time: never quiet long enough for a read timeout."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        for byte in raw:
            if over.wait(pause):
                return
            connection.sendall(bytes([byte]))

    return behave


def drops(connection: socket.socket, _over: threading.Event) -> None:
    """Take the request and hang up."""
    connection.close()


def resets(connection: socket.socket, _over: threading.Event) -> None:
    """Take the request and slam the door."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _read(connection: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    return Asked(method, target, headers, body)
