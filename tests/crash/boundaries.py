"""Boundaries: before and after every commit, before a request's bytes, after them, and after the answer's head."""

import http.client
import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from tests.crash.shared import Shared

BEFORE_COMMIT, AFTER_COMMIT = "before commit", "after commit"
BYTES, HEAD = "after the request's bytes", "after the answer's head"


class Boundaries:
    """Counts boundaries and, at one of them, kills this process as `kill -9` would."""

    def __init__(self, shared: Shared, kill_at: int | None) -> None:
        """`kill_at`: the boundary's number, from 1; None: live on."""
        self._shared, self._kill_at = shared, kill_at
        self.labels: list[str] = []

    def pass_one(self, label: str) -> None:
        self.labels.append(label)
        if self._shared.pass_boundary(label) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch_commits(self, engine: Engine) -> None:
        """Two boundaries for each commit of this engine."""
        commit = engine.dialect.do_commit

        def do_commit(connection: Any) -> None:
            self.pass_one(BEFORE_COMMIT)
            commit(connection)
            self.pass_one(AFTER_COMMIT)

        setattr(engine.dialect, "do_commit", do_commit)  # noqa: B010 - mypy will not have it assigned

    def watch_http(self) -> None:
        """Three boundaries for each request of this process, whichever library makes it."""
        self._wrap("putrequest", lambda method, url: f"before {method} {url.partition('?')[0]}", after=False)
        self._wrap("getresponse", lambda *_: BYTES, after=True)

    def _wrap(self, name: str, label: Callable[..., str], *, after: bool) -> None:
        original = getattr(http.client.HTTPConnection, name)

        def wrapped(connection: Any, *args: Any, **more: Any) -> Any:
            self.pass_one(label(*args[:2]))
            result = original(connection, *args, **more)
            if after:
                self.pass_one(HEAD)
            return result

        setattr(http.client.HTTPConnection, name, wrapped)
