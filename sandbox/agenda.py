"""The agenda: what is going to happen when, in order; it knows neither what nor to whom."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from domain.clock import Clock

Act = Callable[[datetime], None]


class Agenda:
    """Things to do, earliest first; of two at one time, the one planned first goes first."""

    def __init__(self) -> None:
        """Start empty."""
        self._heap: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()
        self._lock = Lock()

    def plan(self, at: datetime, act: Act) -> None:
        """Plan something; it will be given its time."""
        with self._lock:
            heapq.heappush(self._heap, (at, next(self._order), act))

    def next_at(self) -> datetime | None:
        """When the next thing is due; None when nothing is left."""
        with self._lock:
            return self._heap[0][0] if self._heap else None

    def run_due(self, now: datetime, *, stamp: Clock | None = None) -> int:
        """Do everything that is due, also what comes up meanwhile. Returns how much that was.

        What is done bears the time it was planned for; with `stamp`, the time it really happens.
        """
        done = 0
        while True:
            with self._lock:
                if not self._heap or self._heap[0][0] > now:
                    return done
                at, _, act = heapq.heappop(self._heap)
            act(stamp() if stamp else at)
            done += 1
