"""Console: tells whoever watches the terminal, where no room is set."""

import sys
import threading
from datetime import datetime
from typing import TextIO

from desk import letters, phrases
from desk.report import parts
from desk.report.values import RoomWords
from domain.cards import Card
from domain.errors import Refused
from domain.sending import DeliveryKind, Order, ReadBack, Receipt

NAME = "console"
RULE = "─" * 72


class Console:
    """Prints each card to `stream`, standard error by default."""

    name = NAME

    def __init__(self, stream: TextIO | None = None) -> None:
        """Build without printing."""
        self._stream = stream
        self._lock = threading.Lock()

    def tell(self, order: Order, *, now: datetime) -> Receipt:
        """Print a card whole; see `TellsTeam`. Never Uncertain."""
        try:
            words = letters.text(Card.from_json(order.body))
        except (ValueError, LookupError, TypeError, AttributeError):
            words = phrases.clean(_part(order) or order.body, 10_000) + "\n"
        stream = self._stream or sys.stderr
        with self._lock:
            stream.write(f"{RULE}\n{phrases.moment(now)}\n\n{words}")
            stream.flush()
        return Receipt(native_id=order.key)

    def find_told(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Refuse: what was printed cannot be read back. Words to the team are printed again then."""
        del order, since, now
        raise Refused(NAME, "what was printed cannot be read back", rule="console.no-read-back")


def _part(order: Order) -> str:
    """Read a report's summary; nothing where it is none."""
    if order.kind is not DeliveryKind.REPORT:
        return ""
    part = parts.of(order)
    return part.text if isinstance(part, RoomWords) else ""
