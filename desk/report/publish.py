"""Publishing: makes the report of each week that is over, once, and promises its parts to the team. Sends nothing.

What counts is the row: whoever first writes that a week's parts are promised has promised them, in one transaction.
A start after the time, two schedulers, or a crash anywhere in between lead to one report.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import partial
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from desk.report import figures, kept, pains, parts, press
from desk.report import week as weeks
from desk.report.figures import Brand
from desk.report.press import Pressed
from desk.report.values import Found, Report, Week
from domain.sending import DeliveryKind
from domain.values import Priority
from responder.handover import MAIL, ROOM
from storage import deliveries, reports, weekly
from storage.database import reading, writing
from storage.deliveries import Promise
from storage.reports import Made

TEAM = "team"  # the account of words to the team that belong to no channel's account


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When a brand's report is made, from what, and who gets it."""

    brand: Brand
    shelf: Path  # where its files are kept
    weekday: int = 0  # of the week after: Monday 0
    at: time = time(8)  # by the brand's clock
    room: str = ""  # empty: no room is told
    pictures: bool = True  # whether the room can show them
    recipients: tuple[str, ...] = ()  # mail addresses
    scheduled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A revision as it lies on the shelf."""

    row: Made
    pressed: Pressed
    folder: Path
    fresh: bool  # this run has written it down; otherwise it had been before
    promised: bool = False  # this run has promised its parts


def run_once(engine: Engine, *, plan: Plan, now: datetime) -> bool:
    """Make and promise the report of the last week, if that is due and was not done. False: nothing to do."""
    tidied = tidy(engine, now=now)
    week = weeks.last_whole(now, plan.brand.zone)
    if not plan.scheduled or now < weeks.due_at(week, weekday=plan.weekday, at=plan.at):
        return tidied
    with reading(engine) as db:
        begun = weekly.listening_since(db)
        if begun is None or begun >= week.end or reports.promised(db, plan.brand.name, week.name):
            return tidied
    publish(engine, week, plan=plan, now=now)
    return True


def publish(engine: Engine, week: Week, *, plan: Plan, now: datetime, again: bool = False) -> Edition:
    """Make a week's report and promise it, unless it was promised before; `again`: a new revision goes out as well."""
    edition = make(engine, week, plan=plan, now=now)
    with writing(engine) as db:
        wanted = again or not reports.promised(db, plan.brand.name, week.name)
        if wanted and reports.promise(db, edition.row.id, now=now):
            deliveries.plan_all(db, list(_parts(edition, plan)), now=now)
            return replace(edition, promised=True)
    return edition


def make(engine: Engine, week: Week, *, plan: Plan, now: datetime) -> Edition:
    """Derive a week's report and keep it: as the revision there is, where it says the same, or else as the next.

    Raises ValueError for a week that is not over.
    """
    if now < week.end:
        message = f"{week.name} is not over"
        raise ValueError(message)
    while True:
        with reading(engine) as db:
            report, found = derive(db, week, plan.brand)
            before = reports.latest(db, plan.brand.name, week.name)
            same = before is not None and before.digest == kept.digest(report)
            revised = "" if before is None or same else _why(db, week, before)
        report = _numbered(report, before, same=same, revised=revised)
        pressed = press.press(report)
        folder = press.keep(pressed, plan.shelf)
        if same and before is not None and before.folder:
            return Edition(row=before, pressed=pressed, folder=folder, fresh=False)
        with writing(engine) as db:
            row = _keep(db, pressed, before if same else None, folder, now=now)
            if row is not None:
                pains.keep(db, week, found, brand=plan.brand.name)
                return Edition(row=row, pressed=pressed, folder=folder, fresh=True)


def derive(db: Session, week: Week, brand: Brand) -> tuple[Report, Found]:
    """Derive a week's report with its pain points, from one view of the rows."""
    found = pains.find(db, week, brand=brand.name)
    return figures.report(db, week, brand, found=found), found


def _numbered(report: Report, before: Made | None, *, same: bool, revised: str) -> Report:
    if before is None:
        return report
    if same:
        return replace(report, revision=before.revision, revised=before.revised)
    return replace(report, revision=before.revision + 1, revised=revised)


def _why(db: Session, week: Week, before: Made) -> str:
    """Say why a week looks otherwise than it did."""
    known = reports.since(db, weekly.source_ids(db), week.start, week.end, after=before.made_at)
    found = [
        (known.late, "post arrived late", "posts arrived late"),
        (known.corrected, "judgement was corrected", "judgements were corrected"),
        (known.gone, "post was deleted", "posts were deleted"),
    ]
    said = [f"{count} {one if count == 1 else many}" for count, one, many in found if count]
    if before.stale_at is not None:
        said.append("words were taken back")
    return ", ".join(said) or "derived anew with other settings or by another version"


def _keep(db: Session, pressed: Pressed, same: Made | None, folder: Path, *, now: datetime) -> Made | None:
    """Write the revision down; None where somebody else was first, so that it must be looked at again."""
    report = pressed.report
    if same is not None:
        reports.refilled(db, same, str(folder), quotes=_quoted(report))
        return db.get_one(Made, same.id)
    made = Made(
        brand=report.brand,
        week=report.week.name,
        revision=report.revision,
        revised=report.revised,
        digest=kept.digest(report),
        folder=str(folder),
        made_at=now,
    )
    return reports.keep(db, made, quotes=_quoted(report))


def _quoted(report: Report) -> frozenset[int]:
    quotes = [*report.praise, *(quote for pain in report.pains for quote in pain.quotes)]
    return frozenset(quote.post_id for quote in quotes)


def _parts(edition: Edition, plan: Plan) -> Iterator[Promise]:
    """List every part, under a key of its own, in the order in which they are to be read."""
    pressed = edition.pressed
    name = reports.key_of(edition.row)
    extra = {parts.FOLDER: str(edition.folder.absolute())}
    if plan.room:
        summary = f"{name}:room:summary"
        in_room = partial(_to_room, order_key=f"{name}:room", room=plan.room)
        yield in_room(summary, parts.of_words(pressed.words), extra)
        for picture in pressed.pictures if plan.pictures else ():
            yield in_room(f"{name}:room:{picture.name}", parts.of_picture(picture), {**extra, "under": summary})
    letter = parts.of_letter(pressed.letter)
    for address in plan.recipients:
        whose = sha256(address.encode()).hexdigest()[:12]  # a key is logged, an address is not
        yield Promise(
            key=f"{name}:mail:{whose}",
            kind=DeliveryKind.MAIL,
            via=MAIL,
            account=MAIL,
            order_key=f"{name}:mail:{whose}",
            target=address,
            body=letter,
            extra=extra,
            priority=Priority.LOW,
        )


def _to_room(key: str, body: str, extra: dict[str, str], *, order_key: str, room: str) -> Promise:
    return Promise(
        key=key,
        kind=DeliveryKind.REPORT,
        via=ROOM,
        account=TEAM,
        order_key=order_key,
        target=room,
        body=body,
        extra=extra,
        priority=Priority.LOW,
    )


def tidy(engine: Engine, *, now: datetime) -> bool:
    """Remove the files of reports that quote words taken back since, and what of them was still to be sent."""
    with reading(engine) as db:
        rows: Sequence[Made] = reports.stale(db)
    for row in rows:
        press.discard(Path(row.folder))
        with writing(engine) as db:
            reports.emptied(db, row, now=now)
    return bool(rows)
