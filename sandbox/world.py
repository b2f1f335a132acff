"""The world a product is shown: X and Slack on loopback, a clock, and the books of what happened."""

from pathlib import Path
from types import TracebackType
from typing import Self

from domain.clock import Clock, utc_now
from sandbox.pace import Pace
from sandbox.slack import Slack
from sandbox.x import X


class World:
    """Starts the servers and stops them. Use it as a context manager."""

    def __init__(
        self, *, clock: Clock = utc_now, scenario: Path | None = None, seed: int = 1, speed: float = 1.0
    ) -> None:
        """Open nothing yet. `clock` is real or a test's; `world.clock` runs `speed` times as fast."""
        self.clock = Pace(clock, speed)
        self.scenario = scenario
        self.x = X(clock=self.clock, seed=seed)
        self.slack = Slack(clock=self.clock, seed=seed)

    def __enter__(self) -> Self:
        """Start."""
        self.x.start()
        self.slack.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.slack.stop()
        self.x.stop()
