"""The clock: the only place that reads the time; everything else is given `now`."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Says what time it is: aware, UTC. Drivers carry one; functions of values are given `now` instead."""


def utc_now() -> datetime:
    """Read the machine's clock, aware and in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Read seconds that never go back: for "how long since", never for "when"."""
    return time.monotonic()
