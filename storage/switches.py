"""Switches: what a person has turned by hand and every worker obeys at once, and each stage's sign of life."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, select

PAUSED = "paused"  # the stop switch: nothing goes to any customer


class Switch(SQLModel, table=True):
    """One switch, who turned it and why."""

    __tablename__ = "switches"

    name: str = Field(primary_key=True)
    on: bool
    by: str
    why: str
    at: datetime


class Beat(SQLModel, table=True):
    """When a stage last ran, last found work and last failed."""

    __tablename__ = "beats"

    stage: str = Field(primary_key=True)
    ran_at: datetime
    worked_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""  # the error's type and our own words, never a customer's


def turn(db: Session, name: str, *, on: bool, by: str, why: str, now: datetime) -> None:
    """Turn a switch; sending obeys from the next claim on."""
    row = {"name": name, "on": on, "by": by, "why": why, "at": now}
    db.execute(insert(Switch).values(row).on_conflict_do_update(index_elements=["name"], set_=row))


def is_on(db: Session, name: str) -> bool:
    """Say whether a switch is on; one nobody has turned is off."""
    row = db.get(Switch, name)
    return bool(row and row.on)


def why(db: Session, name: str) -> str | None:
    """Say why a switch is on; None: it is off."""
    row = db.get(Switch, name)
    return row.why if row and row.on else None


def beat(db: Session, stage: str, *, worked: bool, now: datetime, failure: str = "") -> None:
    """Note a stage's sign of life."""
    row: dict[str, object] = {"stage": stage, "ran_at": now}
    if worked:
        row["worked_at"] = now
    if failure:
        row |= {"failed_at": now, "failure": failure}
    changed = {name: value for name, value in row.items() if name != "stage"}
    full = {"failure": "", **row}
    db.execute(insert(Beat).values(full).on_conflict_do_update(index_elements=["stage"], set_=changed))


def retire_beats(db: Session, *, besides: Collection[str]) -> None:
    """Forget the signs of life of stages there are no more, such as the way by mail after it was taken out."""
    db.execute(delete(Beat).where(col(Beat.stage).not_in(besides)))


def beats(db: Session) -> list[Beat]:
    """List the stages' signs of life."""
    return list(db.exec(select(Beat).order_by(Beat.stage)))


def turned_on(db: Session) -> list[Switch]:
    """List the switches that are on."""
    return list(db.exec(select(Switch).where(col(Switch.on)).order_by(Switch.name)))
