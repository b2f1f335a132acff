"""The command `forget`: erases a person here and in the team's room. Cannot be undone; counts and history stay."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import Engine
from sqlmodel import Session

from app import terminal
from app.opening import opened
from app.settings import Settings
from desk.faces import FACE, Faces
from desk.mail import NAME as MAIL
from desk.report import publish
from desk.slack import Slack
from desk.slack_errors import NAME as SLACK
from domain.clock import utc_now
from domain.errors import SottovoceError
from domain.history import EventKind
from storage import authors, customers, erasure, events
from storage.database import checkpoint, reading, writing
from storage.deliveries import Delivery
from storage.erasure import WHY, Forgotten


def run_forget(path: Path, channel: str, who: str, *, sure: bool, only: bool = False, as_json: bool) -> int:
    """Erase a person, on every channel where they are known to be the same customer; with `only`, just on this one.

    Exit code 1 when the operator says no, or when some cards could not be changed at once.
    """
    now = utc_now()
    with opened(path) as (settings, engine):
        with reading(engine) as db:
            others = _elsewhere(db, channel, who)
        if not sure and not typer.confirm(_question(channel, who, others, only=only), err=True):
            return 1
        with writing(engine) as db:
            whom = [(channel, who), *(() if only else others)]
            erased = [erase(db, *each, now=now) for each in whom]
        case_ids = sorted({case_id for _, found in erased for case_id in found})
        unchanged = _show_again(settings, engine, case_ids, now)
        publish.tidy(engine, now=now)
        clean = checkpoint(engine)
    found = _summary([forgotten for forgotten, _ in erased], cases=len(case_ids), unchanged=unchanged, clean=clean)
    channels = sorted(each for each, _ in others)
    found |= {"erased_on": [channel] if only else [channel, *channels], "kept_on": channels if only else []}
    if as_json:
        terminal.print_json(found)
    else:
        _draw(found, who)
    return 1 if unchanged else 0


def _elsewhere(db: Session, channel: str, who: str) -> list[tuple[str, str]]:
    """List the other identities of the same customer: channel and native id."""
    author = authors.find(db, channel, who)
    found = customers.of(db, author.id).authors if author else ()
    return [(each.channel, each.native_id) for each in found if author and each.id != author.id]


def _question(channel: str, who: str, others: Sequence[tuple[str, str]], *, only: bool) -> str:
    where = f"on {channel}"
    if others and not only:
        where += ", and what the same customer wrote on " + ", ".join(f"{each} as {name}" for each, name in others)
    kept = " What the same customer wrote elsewhere is kept." if others and only else ""
    return f"Erase everything {who} wrote {where}?{kept} This cannot be undone."


def erase(db: Session, channel: str, who: str, *, now: datetime) -> tuple[Forgotten, list[int]]:
    """Erase a person, and name the cases whose cards must be laid out anew; the caller owns the transaction."""
    forgotten = erasure.forget(db, channel, who, now=now)
    return forgotten, _to_be_shown_again(db, forgotten, now)


def _to_be_shown_again(db: Session, forgotten: Forgotten, now: datetime) -> list[int]:
    """Mark the cards in the room as not looking as they should; returns their cases.

    The event has a running Sottovoce change them, should Slack not be reached now.
    """
    rows = [db.get_one(Delivery, told.delivery_id) for told in forgotten.told if told.via == SLACK]
    for row in rows:
        row.extra = {**row.extra, FACE: ""}
    case_ids = sorted({row.case_id for row in rows if row.case_id is not None})
    for case_id in case_ids:
        events.note(db, case_id, EventKind.GONE, at=now, actor="operator", reason=WHY)
    return case_ids


def _show_again(settings: Settings, engine: Engine, case_ids: list[int], now: datetime) -> int:
    """Lay the cards out anew, without the person's words; returns in how many cases that failed."""
    if settings.slack is None:
        return len(case_ids)
    faces, failed = Faces(engine, Slack(settings.slack)), 0
    for case_id in case_ids:
        try:
            faces.show(case_id, now=now)
        except SottovoceError:
            failed += 1
    return failed


def _summary(erased: Sequence[Forgotten], *, cases: int, unchanged: int, clean: bool) -> dict[str, Any]:
    names = [field.name for field in fields(Forgotten) if field.name not in {"told", "author_id", "linked"}]
    numbers = {name: sum(getattr(forgotten, name) for forgotten in erased) for name in names}
    letters = len({told.delivery_id for forgotten in erased for told in forgotten.told if told.via == MAIL})
    return {
        "known": erased[0].author_id is not None,
        **numbers,
        "cases_shown_again": cases - unchanged,
        "cases_not_shown_again": unchanged,
        "letters": letters,
        "file_clean": clean,
    }


def _draw(found: dict[str, Any], who: str) -> None:
    out = terminal.out
    if not found["known"]:
        out.print(f"Nobody called {who} was heard here.", markup=False)
    out.print(
        f"Erased: {found['posts']} posts, {found['facts']} facts, {found['words']} words of ours to them "
        f"({found['dropped']} not sent any more), {found['cards']} cards to the team, "
        f"{found['mentions']} posts of others that named them, {found['unreadable']} items set aside."
    )
    if len(found["erased_on"]) > 1:
        out.print(f"Erased as one customer on {', '.join(found['erased_on'])}.", markup=False)
    if found["kept_on"]:
        out.print(
            f"What the same customer wrote on {', '.join(found['kept_on'])} is kept; the link between them is gone.",
            style="yellow",
            markup=False,
        )
    out.print(f"In the team's room, {found['cases_shown_again']} cases are shown without their words.")
    if found["cases_not_shown_again"]:
        out.print(
            f"{found['cases_not_shown_again']} cases could not be changed there now: a running Sottovoce does it "
            "as soon as Slack answers.",
            style="yellow",
        )
    if found["letters"]:
        out.print(
            f"{found['letters']} letters went to the team by mail: delete them in its letter box.", style="yellow"
        )
    if not found["file_clean"]:
        out.print("The file's log is still being read; it is emptied at the next restart.", style="yellow")
    out.print("They will get no automatic words, should they write again. Backups are yours to clear.")
