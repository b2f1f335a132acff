"""HTTP under other people's client libraries: where a request goes, how long it may take, what came back.

Knows no platform and raises no error of the domain: a connector decides what a broken request means for it.
"""

import io
import json
import logging
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NameResolutionError

MAX_BODY = 8 * 1024 * 1024  # bytes, unpacked; a full page of posts stays below 1 MB
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
TALKATIVE = ("tweepy", "tweepy.client", "oauthlib", "requests_oauthlib", "urllib3.connectionpool")
"""Libraries whose debug lines carry sign-in headers, signatures or whole answers."""


class Unsent(requests.ConnectionError):
    """Not one byte of the request has left: whatever it asked for was not done."""


class Unanswered(requests.ConnectionError):
    """The request may have arrived, but no usable answer came back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said, whatever the client library above made of it."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes

    def json(self) -> Any:
        """Read the body as UTF-8 JSON. Raises ValueError on anything else, an empty body included."""
        try:
            return json.loads(self.body.decode("utf-8"))
        except RecursionError as exc:
            raise ValueError("nested too deeply") from exc


class _Watch:
    """One request's time and fate: cuts its socket off when the time is up."""

    def __init__(self, limit: timedelta) -> None:
        self.left = False  # at least one byte may have left
        self.expired = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(limit.total_seconds(), self._cut)
        self._timer.daemon = True

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()
        self._socket = None

    def leaving(self, over: socket.socket) -> None:
        """Note that bytes leave now. Raises TimeoutError instead when the time is up already."""
        self._socket = over
        if self.expired:
            raise TimeoutError
        self.left = True

    def _cut(self) -> None:
        self.expired = True
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_current = threading.local()  # the watch over this thread's request, where its connection finds it


class _Connection(HTTPConnection):
    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        _current.watch.leaving(self.sock)
        super().request(*args, **kwargs)


class _SecureConnection(HTTPSConnection):
    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        _current.watch.leaving(self.sock)
        super().request(*args, **kwargs)


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    """Sends once, within the time, and hands the whole answer over; keeps the last one of each thread."""

    def __init__(self, connect: timedelta, read: timedelta, kept: threading.local) -> None:
        self.kept = kept
        self.timeout = (connect.total_seconds(), read.total_seconds())
        self.total = connect + read
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.kept.answer = None
        _current.watch = watch = _Watch(self.total)
        kwargs |= {"stream": True, "timeout": self.timeout}
        watch.start()
        try:
            response = super().send(request, *args, **kwargs)
            body = response.raw.read(MAX_BODY + 1, decode_content=True)
            response.close()
        except (requests.RequestException, HTTPError, OSError) as exc:
            # from None: the library's words quote the whole address, and with it a token where one stands there
            raise _fate(exc, watch, self.total) from None
        finally:
            watch.stop()
        if watch.expired:
            raise Unanswered(_late(self.total))
        if len(body) > MAX_BODY:
            raise Unanswered("the answer is too large")
        response.raw = io.BytesIO(body)
        self.kept.answer = Answer(response.status_code, response.headers, body)
        return response


def _late(total: timedelta) -> str:
    return f"no answer within {total.total_seconds():g} s"


def _fate(exc: Exception, watch: _Watch, total: timedelta) -> Unsent | Unanswered:
    reason = getattr(exc.args[0] if exc.args else None, "reason", None)
    if watch.left:
        late = watch.expired or isinstance(exc, requests.Timeout)
        return Unanswered(_late(total) if late else "the connection broke off before the answer was complete")
    if isinstance(reason, NameResolutionError):
        return Unsent("the host name is not known")
    if isinstance(exc, requests.exceptions.SSLError):
        return Unsent("the server's certificate or protocol was not accepted")
    return Unsent("cannot connect")


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class Session(requests.Session):
    """A requests session for a client library that can be told neither its host nor its patience.

    Sends every request once: no retry, no redirect, no cookie, a fresh connection each time (a stale one would make
    "was it sent?" a guess). Together connecting and answering take at most `connect` + `read`; only the machine's own
    name lookup is outside that bound. Addresses that begin with a key of `rebase` go to its value instead, before the
    request is signed, so that an OAuth 1.0a signature is right for the host that receives it.
    """

    def __init__(self, *, rebase: Mapping[str, str], connect: timedelta, read: timedelta) -> None:
        """Build it; opens nothing. `connect` and `read` must be positive."""
        super().__init__()
        self._rebase = {old: new.rstrip("/") for old, new in rebase.items()}
        self._kept = threading.local()
        self.headers["Connection"] = "close"
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(connect, read, self._kept))

    @property
    def answer(self) -> Answer | None:
        """What this thread's last request brought; None after `forget`, or when nothing came back."""
        return getattr(self._kept, "answer", None)

    def forget(self) -> None:
        """Forget this thread's last answer, so that the next one cannot be mistaken for it."""
        self._kept.answer = None

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Turn the request to its real host; keeps a ~/.netrc from replacing its sign-in."""
        url = str(request.url)
        for old, new in self._rebase.items():
            if url.startswith(old):
                request.url = new + url[len(old) :]
        request.auth = request.auth or _as_it_is
        return super().prepare_request(request)

    def merge_environment_settings(self, url: Any, *args: Any, **kwargs: Any) -> Any:
        """Take proxy and certificates from the environment, but reach this machine itself without a proxy."""
        settings = super().merge_environment_settings(url, *args, **kwargs)
        if urlsplit(str(url)).hostname in LOOPBACK:
            settings["proxies"] = {}
        return settings

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 (the base class names it)
        """Follow no redirect: one would carry the sign-in to another host, or turn a POST into a GET."""
        return


def hush() -> None:
    """Keep client libraries from logging sign-in headers and answers, whatever level the root logger has."""
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.INFO))
        logger.addFilter(_no_debug)


def _no_debug(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.INFO
