"""The commands `held …`: what waits for a person's word before it is sent."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from rich.table import Table

from app import terminal
from app.opening import opened
from domain.clock import utc_now
from domain.errors import ConfigError, SottovoceError
from responder import decide
from storage import deliveries
from storage.database import reading, writing
from storage.deliveries import Delivery


def list_held(settings: Path, *, as_json: bool) -> int:
    """List held deliveries with the words that would be sent."""
    with opened(settings) as (_, engine), reading(engine) as db:
        found = [
            {
                "id": row.id,
                "key": row.key,
                "kind": row.kind,
                "case": row.case_id,
                "why": row.why,
                "body": row.body,
                "planned_at": row.planned_at,
                "may_have_been_sent": row.attempts > 0,
            }
            for row in deliveries.held(db)
        ]
    if as_json:
        terminal.print_json(found)
        return 0
    table = Table("id", "case", "kind", "since", "why", "words")
    for row in found:
        cells = (row["id"], row["case"], row["kind"], f"{row['planned_at']:%d %b %H:%M}", row["why"], row["body"])
        table.add_row(*map(str, cells))
    terminal.out.print(table if found else "Nothing waits for you.")
    return 0


DECISIONS: Mapping[str, tuple[Callable[..., bool], str]] = {
    "approve": (decide.approve, "goes out next, if the gate still lets it"),
    "resend": (decide.resend, "is sent again"),
    "seen": (decide.was_sent, "is settled as sent"),
    "drop": (partial(decide.drop, why="not wanted"), "is dropped"),
}


def decide_held(settings: Path, delivery_id: int, verb: str, *, by: str) -> int:
    """Decide one held delivery. Exit code 1 when it was not in a state for that: then nothing changed."""
    act, done = DECISIONS[verb]
    try:
        with opened(settings) as (_, engine), writing(engine) as db:
            if db.get(Delivery, delivery_id) is None:
                raise ConfigError([f"delivery {delivery_id}: there is none. `sottovoce held list` shows them."])
            changed = act(db, delivery_id, by=f"person:{by}", now=utc_now())
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    if not changed:
        terminal.err.print(f"Delivery {delivery_id} is not in a state for {verb}: nothing changed.", markup=False)
        return 1
    terminal.out.print(f"Delivery {delivery_id} {done}.", markup=False)
    return 0
