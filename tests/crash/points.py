"""Points: one road killed at one boundary under one fault, taken up again by a new process, and its books closed."""

import gc
import os
import shutil
import signal
import tempfile
import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from storage.database import migrate, open_database
from tests.crash.books import Balance, balance, keys
from tests.crash.boundaries import Boundaries
from tests.crash.faults import FACEBOOK, PAGE, X, network_of
from tests.crash.outside import Outside, Places
from tests.crash.road import travel
from tests.crash.shared import Shared

UNDISTURBED = {X: "none", FACEBOOK: f"{PAGE}none"}
PATIENCE = 60  # real seconds a process may take for the hour before it counts as hanging
RESTART = timedelta(seconds=5)  # how soon whoever looks after the house starts it again


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """Where to kill: the boundary's number from the start, and from the start of the process that takes over."""

    fault: str
    first: int | None = None  # None: nobody is killed
    second: int | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a point ended."""

    point: Point
    killed_at: str
    balance: Balance
    labels: tuple[str, ...] = ()  # of every boundary, where nobody was killed


class Killer:
    """Runs points one after the other. Has no thread, so that it may fork."""

    def __init__(self) -> None:
        """Prepare an empty house to copy, the outside in a process of its own, and travel each road once.

        What an undisturbed road promises is learned by that; and every process forked later finds warm caches.
        """
        self.shared = Shared()
        self._outside = Outside(self.shared)
        self._folder = Path(tempfile.mkdtemp(prefix="sottovoce-crash-", dir=_memory()))
        self._database, self._empty = self._folder / "sottovoce.db", self._folder / "empty.db"
        self._engine = open_database(f"sqlite:///{self._database}")
        migrate(self._engine)
        self._engine.dispose()  # the last to close writes everything into the one file
        self._database.rename(self._empty)
        self._promised = {network: self._undisturbed(fault) for network, fault in UNDISTURBED.items()}
        gc.collect()
        gc.freeze()  # a collection in a fork would copy every page of ours

    def run(self, point: Point) -> Ended:
        """Run one point to its end."""
        self._begin_anew()
        places = self._outside.begin(point.fault)
        troubles = [self._process(places, point.first)]
        killed_at, labels = self.shared.label, self._labels() if point.first is None else ()
        if point.first is not None:
            troubles.append(self._process(places, point.second))
            if point.second is not None:
                troubles.append(self._process(places, None))
        books = balance(self._database, self._outside.held(), self._promised[network_of(point.fault)])
        for trouble in filter(None, troubles):
            books.lose(trouble)
        return Ended(point, killed_at, books, labels)

    def end(self) -> None:
        """Clean up."""
        self._outside.end()
        shutil.rmtree(self._folder)

    def _undisturbed(self, fault: str) -> frozenset[str]:
        self._begin_anew()
        travel(self._engine, self._outside.begin(fault), self.shared)
        return keys(self._database)

    def _begin_anew(self) -> None:
        for path in self._folder.glob(f"{self._database.name}*"):
            path.unlink()
        shutil.copy(self._empty, self._database)

    def _process(self, places: Places, kill_at: int | None) -> str:
        """Let one process travel; says what went wrong, if anything but being killed where it should."""
        self.shared.begin()
        process = os.fork()
        if process == 0:
            os._exit(self._travel(places, kill_at))
        _, status = os.waitpid(process, 0)
        self._outside.quiet()
        self.shared.set_clock(self.shared.now() + RESTART)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and kill_at is not None
        if status == 0 or killed:
            return ""
        return f"the process ended by itself: {status} after «{self.shared.label}» {self._trace()}"

    def _travel(self, places: Places, kill_at: int | None) -> int:
        gc.disable()
        signal.alarm(PATIENCE)
        boundaries = Boundaries(self.shared, kill_at)
        boundaries.watch_commits(self._engine)
        boundaries.watch_http()
        try:
            travel(self._engine, places, self.shared)
        except BaseException:  # noqa: BLE001 - whatever it is, the parent has to hear of it
            (self._folder / "trace").write_text(traceback.format_exc(), encoding="utf-8")
            return 3
        (self._folder / "labels").write_text("\n".join(boundaries.labels), encoding="utf-8")
        return 0

    def _labels(self) -> tuple[str, ...]:
        labels = self._folder / "labels"
        return tuple(labels.read_text(encoding="utf-8").splitlines()) if labels.exists() else ()

    def _trace(self) -> str:
        trace = self._folder / "trace"
        return trace.read_text(encoding="utf-8") if trace.exists() else ""


def _memory() -> str | None:
    """A disk in memory, where there is one: killing a process loses nothing the system has, and it is faster."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a fresh folder is made in it
