"""The books: what the outside holds beside what was promised. Read with plain SQL, so that no code under test helps."""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.outside import Held

CUSTOMER = frozenset({"reply", "message", "private-reply"})


@dataclass(slots=True)
class Balance:
    """How one point ended. `told_twice` is allowed: to the team, words go at least once."""

    double: int = 0
    lost: int = 0
    told_twice: int = 0
    problems: list[str] = field(default_factory=list)

    def lose(self, what: str) -> None:
        self.lost += 1
        self.problems.append(f"lost: {what}")

    def repeat(self, what: str, often: int) -> None:
        self.double += often - 1
        self.problems.append(f"said {often} times: {what}")


def balance(database: Path, held: Held, expected: frozenset[str]) -> Balance:
    """Compare. `expected`: keys of the deliveries that an undisturbed road promises."""
    result = Balance()
    connection = sqlite3.connect(database)
    try:
        _heard(connection, held, result)
        _promised(connection, expected, result)
        _said(connection, held, result)
        _history(connection, result)
    finally:
        connection.close()
    return result


def keys(database: Path) -> frozenset[str]:
    """List what was promised."""
    connection = sqlite3.connect(database)
    try:
        return frozenset(row[0] for row in connection.execute("SELECT key FROM deliveries"))
    finally:
        connection.close()


def _heard(connection: sqlite3.Connection, held: Held, result: Balance) -> None:
    for native_id in (held.mention, held.direct):
        rows = connection.execute("SELECT state FROM posts WHERE native_id = ?", (native_id,)).fetchall()
        if [row[0] for row in rows] != ["settled"]:
            result.lose(f"post {native_id}: {rows}")
    cases = connection.execute("SELECT count(*) FROM cases").fetchone()[0]
    if cases != 1:
        result.lose(f"{cases} cases instead of one")


def _promised(connection: sqlite3.Connection, expected: frozenset[str], result: Balance) -> None:
    rows = connection.execute("SELECT key, state, why FROM deliveries").fetchall()
    for key in sorted(expected - {row[0] for row in rows}):
        result.lose(f"{key} was never promised")
    for key, state, why in rows:
        if state != "sent":
            result.lose(f"{key} ended {state}: {why}")


def _said(connection: sqlite3.Connection, held: Held, result: Balance) -> None:
    rows = connection.execute("SELECT key, kind, state, native_id FROM deliveries").fetchall()
    words = [row for row in rows if row[1] in CUSTOMER]
    outside = {
        "reply": [one for one, _ in held.replies],
        "message": list(held.messages),
        "private-reply": list(held.private_replies),
    }
    for kind, ids in outside.items():
        promised = [row for row in words if row[1] == kind]
        if len(ids) > len(promised):
            result.repeat(f"{kind}, promised {len(promised)} times", 1 + len(ids) - len(promised))
        for key, _, state, native_id in promised:
            if state == "sent" and native_id not in ids:
                result.lose(f"{key} counts as sent and is not there")
    told = Counter(held.told)
    for key, kind, state, _ in rows:
        if kind not in CUSTOMER and state == "sent" and not told[key]:
            result.lose(f"{key} counts as told and is not there")
    result.told_twice = sum(often - 1 for often in told.values())


def _history(connection: sqlite3.Connection, result: Balance) -> None:
    sent = Counter(
        row[0] for row in connection.execute("SELECT json_extract(data, '$.key') FROM events WHERE kind = 'sent'")
    )
    for key, often in sent.items():
        if often > 1:
            result.lose(f"history: {key} stands there {often} times")
