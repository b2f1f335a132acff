"""The world a product is shown: X, Graph and Slack on loopback with people on them, a clock, and the books of it."""

from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from domain.clock import Clock, utc_now
from sandbox.books import Books, balance
from sandbox.customers import Customer
from sandbox.graph import Graph
from sandbox.pace import Pace
from sandbox.scenario import Brand, Scenario, load
from sandbox.slack import AGENTS, Slack
from sandbox.stage import Stage
from sandbox.web import Web
from sandbox.x import X
from sandbox.x_query import parse

LOOKS_EVERY = 0.05  # real seconds at most between two looks at the agenda: customers plan more while it is played


class World:
    """Starts the servers and plays the scenario. Use it as a context manager."""

    def __init__(
        self,
        *,
        clock: Clock = utc_now,
        scenario: Path | None = None,
        seed: int = 1,
        speed: float = 1.0,
        drive: bool = True,
        port: int = 0,
    ) -> None:
        """Open nothing yet. `clock` is real or a test's; `world.clock` starts with it and runs `speed` times as fast.

        With `drive` it plays at once as the clock goes; without, the caller says `play`, or does it with `step`.
        `port` is the page's, 0 lets the system choose.
        Raises ScenarioError for a scenario that cannot be played, OSError for one that cannot be read.
        """
        self.clock = Pace(clock, speed)
        self.scenario: Scenario | None = load(scenario) if scenario else None
        self.brand = self.scenario.brand if self.scenario else Brand()
        self.x = X(clock=self.clock, brand=self.brand.username, name=self.brand.name, seed=seed)
        self.graph = Graph(clock=self.clock, page=self.brand.username, name=self.brand.name, seed=seed)
        self.slack = Slack(clock=self.clock, seed=seed)
        self.stage = Stage(self.x, self.graph, self.slack, starts_at=self.clock.started_at, scenario=self.scenario)
        self.web = Web(self, port=port)
        self._drive, self._stopping = drive, Event()
        self._driver = Thread(target=self._play, name="sandbox-stage", daemon=True)

    @property
    def query(self) -> str:
        """The search that overhears those who do not name the brand."""
        return self.brand.query

    def __enter__(self) -> Self:
        """Start."""
        self.x.start()
        self.graph.start()
        self.slack.start()
        self.web.start()
        if self._drive:
            self.play()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._stopping.set()
        if self._driver.is_alive():
            self._driver.join()
        self.web.stop()
        self.slack.stop()
        self.graph.stop()
        self.x.stop()

    @property
    def page_url(self) -> str:
        """Where a browser finds the page; known once the world is entered."""
        return f"{self.web.base_url}/"

    def play(self) -> None:
        """Let a thread play what is due as the clock goes. A second call changes nothing."""
        if not (self._driver.is_alive() or self._stopping.is_set()):
            self._driver.start()

    def step(self) -> int:
        """Let everything that is due happen. Returns how much that was."""
        return self.stage.run_due(self.clock())

    def over(self) -> bool:
        """Whether the scenario is played and nobody has anything left to say."""
        return self.stage.over(self.clock())

    def wait(self, timeout: float) -> bool:
        """Wait until it is over, at most `timeout` real seconds. True if it is."""
        for _ in range(int(timeout / LOOKS_EVERY)):
            if self.over() or self._stopping.wait(LOOKS_EVERY):
                break
        return self.over()

    def summary(self) -> dict[str, Any]:
        """What the page says about the whole."""
        return {
            "title": self.scenario.title if self.scenario else f"{self.brand.name}, without a scenario",
            "brand": {"username": self.brand.username, "name": self.brand.name},
            "now": self.clock().isoformat(),
            "started_at": self.stage.starts_at.isoformat(),
            "ends_at": self.stage.ends_at.isoformat(),
            "out": {"x": self.x.out, "graph": self.graph.out, "slack": self.slack.out},
            "connected": self.slack.sockets.connected,
            "micros": self.x.bill.total(),
            "agents": AGENTS,
        }

    def customer(self, customer: Customer) -> None:
        """Give somebody a part, without a scenario."""
        self.stage.customers.cast(customer)

    def dump(self, folder: Path) -> None:
        """Write everything there is into `folder`, as x.json, graph.json and slack.json."""
        folder.mkdir(parents=True, exist_ok=True)
        self.x.dump(folder / "x.json")
        self.graph.dump(folder / "graph.json")
        self.slack.dump(folder / "slack.json")

    def books(self) -> Books:
        """Write up what happened so far."""
        return balance(
            self.x, self.graph, self.slack, matches=parse(self.query), planned=self.stage.kinds, now=self.clock()
        )

    def _play(self) -> None:
        while not self._stopping.is_set():
            # a network stamps what arrives when it arrives: a late thread must not write into the past
            self.stage.run_due(self.clock(), stamp=self.clock)
            due = self.stage.agenda.next_at()
            left = LOOKS_EVERY if due is None else min(LOOKS_EVERY, self.clock.real_seconds(due))
            self._stopping.wait(max(left, 0.001))
