"""What the demo shows while it plays: counters, and a line for each thing worth knowing. Decides nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from sqlalchemy import Engine

from domain.history import EventKind
from sandbox.world import World
from storage import happenings, sources
from storage.books import Books, balance
from storage.database import reading
from storage.deliveries import FAILED, READY, SENDING, UNKNOWN
from storage.happenings import Happening

INDEXED_WITHIN = timedelta(seconds=45)  # of scenario time: search shows a post half a minute after it appeared

_WORDS = {
    EventKind.CLAIMED: ("✋", "taken by a person: the bot is silent"),
    EventKind.OPTED_OUT: ("✋", "wants no automatic words: noted at once"),
    EventKind.WITHHELD: ("·", "the bot says nothing"),
    EventKind.DOUBTFUL: ("?", "may have been sent: we look before anything else"),
    EventKind.FAILED: ("✗", "the platform refused: a person takes over"),
    EventKind.INCIDENT: ("≋", "one of many within minutes: told to the team as one incident"),
    EventKind.SILENT: ("→", "handed over to a person with all that was told"),
    EventKind.GONE: ("⌫", "deleted before it was answered"),
    EventKind.BREACHED: ("⏰", "nobody of the team has answered in the promised time"),
}
_ONCE = frozenset({EventKind.INCIDENT, EventKind.BREACHED})  # the first stands for all


class View:
    """Looks at the database and the world; remembers how far it has told."""

    def __init__(self, world: World, engine: Engine) -> None:
        """Begin with nothing told."""
        self._world, self._engine, self._told = world, engine, 0
        self._before: tuple[int, ...] = ()
        self._over_at: datetime | None = None
        self._teller = Teller()

    def news(self) -> Iterator[Text]:
        """Say what happened since the last look, a line each."""
        with reading(self._engine) as db:
            fresh = happenings.since(db, self._told)
        for happening in fresh:
            self._told = happening.id
            line = self._teller.line(happening)
            if line:
                yield Text(f"{happening.at:%H:%M:%S}  ", style="dim") + line

    def _clock(self) -> str:
        return f"{self._world.clock():%H:%M:%S}"

    def frame(self) -> Panel:
        """Draw the counters."""
        with reading(self._engine) as db:
            books = balance(db)
        table = Table.grid(padding=(0, 3))
        table.add_row(*(Text(f"{value}\n", style="bold") + Text(name, style="dim") for name, value in _counters(books)))
        return Panel(table, title=f"Nord Parcel, {self._clock()}", title_align="left", border_style="cyan")

    def at_rest(self) -> bool:
        """Whether all have spoken, every source was read since, and nothing is on its way or has changed of late."""
        if not self._world.over():
            self._over_at = None
            return False
        self._over_at = self._over_at or self._world.clock()
        with reading(self._engine) as db:
            books, heard = balance(db), sources.listening(db)
        states = (READY, SENDING, UNKNOWN)
        moving = sum(found.get(state, 0) for found in books.deliveries.values() for state in states)
        now = (books.heard, books.settled, sum(books.cases.values()), self._told)
        still, self._before = now == self._before, now
        read = all(source.last_ok_at and source.last_ok_at > self._over_at + INDEXED_WITHIN for source in heard)
        return read and still and moving == 0 and books.waiting == 0


def _counters(books: Books) -> Iterator[tuple[str, int]]:
    sent = {kind: states.get("sent", 0) for kind, states in books.deliveries.items()}
    yield "heard", books.heard
    yield "judged", books.judged
    yield "urgent", books.needs.get("urgent", 0)
    yield "cases", sum(books.cases.values())
    yield "answered in public", sent.get("reply", 0)
    yield "private words", sent.get("message", 0) + sent.get("private-reply", 0)
    yield "told in Slack", sent.get("alert", 0) + sent.get("note", 0)
    yield "refused", sum(states.get(FAILED, 0) for states in books.deliveries.values())
    yield "on their way", sum(states.get(READY, 0) + states.get(UNKNOWN, 0) for states in books.deliveries.values())


class Teller:
    """Makes a line of a happening, where it is worth one: firsts and exceptions, not the hundredth of a kind."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self._told: set[str] = set()

    def line(self, happening: Happening) -> Text | None:
        """Word one happening; None: the counters tell it well enough."""
        who = f"@{happening.handle} ({happening.lang})"
        why = f" ({happening.reason})" if happening.reason else ""
        if happening.kind == EventKind.OPENED and happening.need == "urgent":
            return Text("⚠ ", style="bold red") + Text(f"{who} urgent: {happening.reason}")
        if happening.kind == EventKind.SENT and happening.key.endswith(":acknowledge"):
            said = f"{who} acknowledged in public, invited to write privately"
            return Text("↳ ", style="green") + Text(said) if self._first(f"ack {happening.lang}") else None
        if happening.kind == EventKind.HANDOFF and happening.to == "opened":
            return Text("✉ ", style="cyan") + Text(f"{who} writes in private: the assistant says what it is, and asks")
        if happening.kind not in _WORDS:
            return None
        kind = EventKind(happening.kind)
        if kind in _ONCE and not self._first(kind):
            return None
        mark, words = _WORDS[kind]
        return Text(f"{mark} ", style="yellow") + Text(f"{who} {words}{'' if kind in _ONCE else why}")

    def _first(self, what: str) -> bool:
        if what in self._told:
            return False
        self._told.add(what)
        return True
