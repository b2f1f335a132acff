"""What the demo shows while it plays: counters, and a line for each thing worth knowing. Decides nothing."""

from collections.abc import Iterator

from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from sqlalchemy import Engine

from domain.history import EventKind
from sandbox.world import World
from storage import happenings
from storage.books import Books, balance
from storage.database import reading
from storage.deliveries import FAILED, READY, SENDING, UNKNOWN
from storage.happenings import Happening

_WORDS = {
    EventKind.CLAIMED: ("✋", "taken by a person; the bot is silent"),
    EventKind.OPTED_OUT: ("✋", "wants no automatic words; noted at once"),
    EventKind.WITHHELD: ("·", "the bot says nothing"),
    EventKind.DOUBTFUL: ("?", "may have been sent: looked for before anything else"),
    EventKind.FAILED: ("✗", "the platform refused; a person takes over"),
    EventKind.INCIDENT: ("≋", "told with many others as one incident"),
    EventKind.FACTS: ("✎", "told what the team needs; nobody asks again"),
    EventKind.SILENT: ("→", "handed over to a person with everything known"),
    EventKind.WARNED: ("⏰", "the promised answer is nearly due"),
    EventKind.BREACHED: ("⏰", "the promised answer is late"),
    EventKind.GONE: ("⌫", "the post was deleted before it was answered"),
}


class View:
    """Looks at the database and the world; remembers how far it has told."""

    def __init__(self, world: World, engine: Engine) -> None:
        """Begin with nothing told."""
        self._world, self._engine, self._told = world, engine, 0
        self._before: tuple[int, ...] = ()

    def news(self) -> Iterator[Text]:
        """Say what happened since the last look, a line each."""
        with reading(self._engine) as db:
            fresh = happenings.since(db, self._told)
        for happening in fresh:
            self._told = happening.id
            line = _line(happening)
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
        """Whether nothing is on its way and nothing changed since the last look."""
        with reading(self._engine) as db:
            books = balance(db)
        moving = sum(
            states.get(state, 0) for states in books.deliveries.values() for state in (READY, SENDING, UNKNOWN)
        )
        now = (books.heard, books.settled, sum(books.cases.values()), self._told)
        still, self._before = now == self._before, now
        return still and moving == 0 and books.waiting == 0


def _counters(books: Books) -> Iterator[tuple[str, int]]:
    sent = {kind: states.get("sent", 0) for kind, states in books.deliveries.items()}
    yield "heard", books.heard
    yield "judged", books.judged
    yield "urgent", books.needs.get("urgent", 0)
    yield "cases", sum(books.cases.values())
    yield "answered in public", sent.get("reply", 0)
    yield "private words", sent.get("message", 0)
    yield "told in Slack", sent.get("alert", 0) + sent.get("note", 0)
    yield "refused", sum(states.get(FAILED, 0) for states in books.deliveries.values())
    yield "on their way", sum(states.get(READY, 0) + states.get(UNKNOWN, 0) for states in books.deliveries.values())


def _line(happening: Happening) -> Text | None:
    who = f"@{happening.handle} ({happening.lang})"
    if happening.kind == EventKind.OPENED and happening.need == "urgent":
        return Text("⚠ ", style="bold red") + Text(f"{who} urgent: {happening.reason}")
    if happening.kind == EventKind.SENT and ":acknowledge" in happening.key:
        return Text("↳ ", style="green") + Text(f"{who} acknowledged in public, invited to write privately")
    if happening.kind == EventKind.HANDOFF and happening.reason:
        return Text("✉ ", style="cyan") + Text(f"{who} {happening.reason}")
    if happening.kind in _WORDS:
        mark, words = _WORDS[EventKind(happening.kind)]
        why = f" ({happening.reason})" if happening.reason else ""
        return Text(f"{mark} ", style="yellow") + Text(f"{who} {words}{why}")
    return None
