"""Senders: who sends by one way, and the lock that lets one account speak once at a time. Sends nothing itself."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine

from domain.clock import Clock
from domain.conduct import Conduct

LEASE = timedelta(minutes=2)  # a carrier's call ends within half of it: X and Slack give up after 35 s
_LOCKS: defaultdict[tuple[str, str, str], threading.Lock] = defaultdict(threading.Lock)
_LOCKS_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Everything a delivery needs on its way out by `via`."""

    engine: Engine
    via: str
    carrier: object  # its methods are its capabilities: see domain/ports.py
    conduct: Conduct
    clock: Clock
    monotonic: Callable[[], float]  # seconds; does not jump with the clock

    @contextmanager
    def speaking(self, account: str) -> Iterator[None]:
        """Hold the account's lock: nobody else of this process sends, or looks for what was sent, meanwhile.

        One process owns the database (storage/lock.py), so a lock within the process is enough.
        """
        with _LOCKS_LOCK:
            lock = _LOCKS[str(self.engine.url), self.via, account]
        with lock:
            yield
