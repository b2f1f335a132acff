"""`python -m tests.crash`: kills the road at every boundary under every fault; the last line is the result."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

from domain.clock import monotonic
from tests.crash import choice
from tests.crash.faults import FAULTS, network_of
from tests.crash.mutants import MUTANTS
from tests.crash.points import Ended, Killer, Point

REPORTS = 20  # lines of progress in a whole run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 0 when nothing was doubled and nothing lost, or, with a mutant, when it was caught."""
    asked = _arguments(arguments)
    if asked.mutant:
        MUTANTS[asked.mutant]()
    networks = [asked.network] if asked.network else list(choice.TELLING)
    every = tuple(fault for fault in FAULTS if network_of(fault) in networks)
    telling = tuple(fault for network in networks for fault in choice.TELLING[network])
    faults = asked.fault or (telling if asked.quick or asked.mutant else every)
    team, tally = Team(asked.jobs), Tally(until_caught=bool(asked.mutant))
    labels = {ended.point.fault: ended.labels for ended in tally.watch(team.run([Point(fault) for fault in faults]))}
    passed = {fault: labels[fault] for fault in faults if fault in labels}
    points = choice.telling(passed) if asked.quick or asked.mutant else choice.every(passed)
    _say(f"{len(points)} points in {len(passed)} roads, {asked.jobs} at a time")
    tally.expect(len(points))
    for _ in tally.watch(team.run(points)):
        pass
    team.dismiss()
    return tally.close(asked.mutant)


class Tally:
    """Counts what ended how, and says so."""

    def __init__(self, *, until_caught: bool) -> None:
        self._until_caught, self._began, self._every = until_caught, monotonic(), 0
        self._points = self._double = self._lost = self._told_twice = self._expected = 0

    def expect(self, points: int) -> None:
        """Say from now on how far we have come of so many more."""
        self._expected = self._points + points
        self._every = max(1, points // REPORTS)

    def watch(self, ends: Iterable[Ended]) -> Iterator[Ended]:
        """Count points as they end; stop at the first problem where that is what we wait for."""
        if self._until_caught and self._caught:
            return
        for ended in ends:
            self._add(ended)
            yield ended
            if self._until_caught and self._caught:
                return

    def close(self, mutant: str) -> int:
        """Say the result; returns the exit status."""
        _say(f"told the team twice, which is allowed: {self._told_twice}")
        if mutant:
            _say(f"{mutant}: {'caught' if self._caught else 'NOT CAUGHT'}")
        _say(f"points={self._points} double={self._double} lost={self._lost}")
        return int(self._caught != bool(mutant))

    @property
    def _caught(self) -> bool:
        return bool(self._double or self._lost)

    def _add(self, ended: Ended) -> None:
        self._points += 1
        self._double += ended.balance.double
        self._lost += ended.balance.lost
        self._told_twice += ended.balance.told_twice
        for problem in ended.balance.problems:
            _say(f"{ended.point} killed {ended.killed_at}: {problem}")
        if self._every and self._points % self._every == 0:
            _say(f"{self._points} of {self._expected} after {monotonic() - self._began:.0f} s")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the points at which mistakes show best")
    parser.add_argument("--mutant", choices=sorted(MUTANTS), default="", help="make a mistake that must be caught")
    parser.add_argument("--network", choices=sorted(choice.TELLING), default="", help="only the road of this network")
    parser.add_argument("--fault", action="append", choices=sorted(FAULTS), help="only this fault; may be repeated")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="points at a time")
    return parser.parse_args(arguments)


class Team:
    """Processes that run points side by side, each with an outside of its own."""

    def __init__(self, size: int) -> None:
        self._lines = [_worker() for _ in range(size)]

    def run(self, points: Sequence[Point]) -> Iterator[Ended]:
        """Run points; they end in any order."""
        waiting, busy = list(reversed(points)), set[Connection]()
        for line in self._lines[: len(points)]:
            line.send(waiting.pop())
            busy.add(line)
        while busy:
            for line in [line for line in busy if line in wait(busy)]:
                yield line.recv()
                if waiting:
                    line.send(waiting.pop())
                else:
                    busy.remove(line)

    def dismiss(self) -> None:
        """Let them go."""
        for line in self._lines:
            line.close()


def _worker() -> Connection:
    ours, theirs = Pipe()
    if os.fork():
        theirs.close()
        return ours
    ours.close()
    status = 1
    try:
        _work(theirs)
        status = 0
    finally:
        os._exit(status)


def _work(line: Connection) -> None:
    killer = Killer()
    try:
        while True:
            line.send(killer.run(line.recv()))
    except (EOFError, ConnectionError):
        pass  # whoever asked has heard enough
    finally:
        killer.end()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
