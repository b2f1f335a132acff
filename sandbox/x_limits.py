"""X's rate limits: fixed windows per endpoint and identity, in sandbox time; the numbers are the documented ones."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(minutes=15)
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests a window by user token and by app token; 0 means that kind of token may not ask at all."""

    user: int
    app: int = 0
    daily: int = 0  # 0: none


LIMITS = {
    "me": Limit(75),
    "users": Limit(900, 300),
    "mentions": Limit(300, 450),
    "timeline": Limit(900, 1500),
    "search": Limit(300, 450),
    "lookup": Limit(5000, 3500),
    "post": Limit(900, 450),
    "create": Limit(100, daily=10_000),
    "delete": Limit(50),
    "hide": Limit(50),
    "directs": Limit(15),
    "direct_create": Limit(15, daily=1440),
    "usage": Limit(0, 50),
}
"""By endpoint. Source: X's rate-limit page of August 2026."""


@dataclass(frozen=True, slots=True)
class Left:
    """How an identity stands at an endpoint after this request."""

    limit: int
    remaining: int
    reset_at: datetime
    allowed: bool
    prefix: str = "x-rate-limit"

    def headers(self) -> dict[str, str]:
        """What the client is told."""
        return {
            f"{self.prefix}-limit": str(self.limit),
            f"{self.prefix}-remaining": str(self.remaining),
            f"{self.prefix}-reset": str(int(self.reset_at.timestamp())),
        }


@dataclass(slots=True)
class Windows:
    """Counts requests. A window begins with its first request and ends 15 minutes, or 24 hours, later."""

    off: bool = False  # nobody is limited, but everybody is still told
    _open: dict[tuple[str, str, timedelta], tuple[datetime, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def count(self, endpoint: str, identity: str, *, app: bool, now: datetime) -> list[Left]:
        """Count one request; the answer is allowed if every window it falls into allows it."""
        limit = LIMITS[endpoint]
        lefts = [self._count(endpoint, identity, limit.app if app else limit.user, WINDOW, now)]
        if limit.daily:
            day = self._count(endpoint, identity, limit.daily, DAY, now)
            lefts.append(Left(day.limit, day.remaining, day.reset_at, day.allowed, "x-user-limit-24hour"))
        return lefts

    def _count(self, endpoint: str, identity: str, limit: int, window: timedelta, now: datetime) -> Left:
        key = (endpoint, identity, window)
        with self._lock:
            began, used = self._open.get(key, (now, 0))
            if now >= began + window:
                began, used = now, 0
            self._open[key] = (began, used + 1)
        return Left(limit, max(0, limit - used - 1), began + window, self.off or used < limit)
