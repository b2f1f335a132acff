"""The schedule: wakes each stage when rows may be due; lost or doubled wake-ups do no harm. Knows no stage's work."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from domain.clock import Clock, utc_now
from storage import switches
from storage.database import writing

TICK = timedelta(seconds=1)
ROUNDS = 200  # pages, batches or deliveries in one go before other work of the process has its turn
SIGN_OF_LIFE = timedelta(seconds=30)  # an idle stage writes no more often: every write is a flush to the disk

log = logging.getLogger(__name__)
# it warns of each tick that finds its stage running; here that is a signal, see `Schedule._tick`
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the road. `run_once(now)` says whether it found work; then `wakes` may have some."""

    name: str
    run_once: Callable[[datetime], bool]
    every: timedelta = TICK
    wakes: tuple[str, ...] = ()


class Schedule:
    """Ticks stages in threads of their own: a hanging platform holds up nobody else."""

    def __init__(self, engine: Engine, stages: Sequence[Stage], *, clock: Clock) -> None:
        """Prepare; nothing runs before `start`."""
        self._engine, self._stages, self._clock = engine, {stage.name: stage for stage in stages}, clock
        self._stopping = threading.Event()
        self._last_beat: dict[str, datetime] = {}
        self._wanted = {stage.name: threading.Event() for stage in stages}
        self._running = {stage.name: threading.Lock() for stage in stages}
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(max_workers=2 * len(stages))}, timezone="UTC"
        )

    def start(self) -> None:
        """Begin to tick, every stage at once."""
        with writing(self._engine) as db:
            switches.retire_beats(db, besides=self._stages)
        for stage in self._stages.values():
            self._scheduler.add_job(
                self._tick,
                "interval",
                args=[stage],
                id=stage.name,
                seconds=stage.every.total_seconds(),
                next_run_time=utc_now(),
                coalesce=True,
                max_instances=2,  # the second only says that there may be more, see `_tick`
                # its default of one second would skip runs silently on a busy machine
                misfire_grace_time=None,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing new, let what runs come to its end, and return then."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.pause()
            self._scheduler.shutdown(wait=True)

    def _tick(self, stage: Stage) -> None:
        """Run one stage until it finds no work. A tick that comes meanwhile is not lost: the one that runs goes on."""
        wanted, running = self._wanted[stage.name], self._running[stage.name]
        wanted.set()
        while wanted.is_set() and not self._stopping.is_set() and running.acquire(blocking=False):
            try:
                wanted.clear()
                self._work(stage)
            finally:
                running.release()

    def _work(self, stage: Stage) -> None:
        worked = False
        for _ in range(ROUNDS):
            if self._stopping.is_set() or not self._once(stage):
                break
            worked = True
            for name in stage.wakes:
                self._wake(name)
        else:
            self._wanted[stage.name].set()
        self._beat(stage, worked=worked)

    def _once(self, stage: Stage) -> bool:
        try:
            return stage.run_once(self._clock())
        except Exception as exc:  # the one top loop: whatever it is, the next tick goes on
            log.exception("stage failed", extra={"stage": stage.name})
            self._beat(stage, worked=False, failure=type(exc).__name__)
            return False

    def _wake(self, name: str) -> None:
        if name in self._stages and not self._stopping.is_set():
            self._scheduler.modify_job(name, next_run_time=utc_now())

    def _beat(self, stage: Stage, *, worked: bool, failure: str = "") -> None:
        now = self._clock()
        last = self._last_beat.get(stage.name)
        if not worked and not failure and last and now - last < SIGN_OF_LIFE:
            return
        self._last_beat[stage.name] = now
        try:
            with writing(self._engine) as db:
                switches.beat(db, stage.name, worked=worked, now=now, failure=failure)
        except (OSError, SQLAlchemyError):
            log.exception("cannot write a sign of life", extra={"stage": stage.name})


def drain(stages: Sequence[Stage], *, now: datetime, rounds: int = 1_000_000) -> int:
    """Run stages one after the other until none finds work; returns how often one did. For imports and tests."""
    worked = 0
    for _ in range(rounds):
        found = sum(stage.run_once(now) for stage in stages)
        if not found:
            break
        worked += found
    return worked
