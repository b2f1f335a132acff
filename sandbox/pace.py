"""Pace: makes scenario time out of real time, faster; no other clock is invented here."""

from datetime import datetime

from domain.clock import Clock


class Pace:
    """A clock that starts with another one and then runs `speed` times as fast."""

    def __init__(self, clock: Clock, speed: float = 1.0) -> None:
        """Start now. Raises ValueError if `speed` is not above 0."""
        if speed <= 0:
            raise ValueError("speed must be above 0")
        self._clock, self.speed, self.started_at = clock, speed, clock()

    def __call__(self) -> datetime:
        """Say what time it is in the scenario, aware and UTC."""
        return self.started_at + (self._clock() - self.started_at) * self.speed

    def real_seconds(self, until: datetime) -> float:
        """How many real seconds are left before `until`, 0 if it has passed."""
        return max(0.0, (until - self()).total_seconds() / self.speed)
