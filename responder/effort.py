"""Effort: keeps that a customer was asked how much effort their matter was, and what they said. Asks nobody itself."""

from datetime import datetime

from sqlmodel import Session

from domain.history import EventKind
from storage import cases, events
from storage.cases import RESOLVED, Case

EASY, HARD = 1, 5
"""Of the customer effort score, as the customer puts it. Source: Dixon, Freeman, Toman 2010, in its 5-point form."""


def asked(db: Session, case_id: int, *, by: str, now: datetime) -> bool:
    """Note that a person has asked. False: the case is not resolved, or its customer was asked in this wait already."""
    case = db.get(Case, case_id, with_for_update=True)
    if case is None or case.state != RESOLVED or _since_resolved(db, case_id, EventKind.EFFORT_ASKED):
        return False
    events.note(db, case_id, EventKind.EFFORT_ASKED, at=now, actor=by)
    return True


def told(db: Session, case_id: int, score: int, *, by: str, now: datetime) -> bool:
    """Note the score a customer gave, on whose word it is `by`; the latest holds. False: the case is not resolved.

    Who answers was asked, so that is noted as well. Raises ValueError on what is no score.
    """
    if not EASY <= score <= HARD:
        message = f"the score must be {EASY} (easy) to {HARD} (hard)"
        raise ValueError(message)
    case = db.get(Case, case_id, with_for_update=True)
    if case is None or case.state != RESOLVED:
        return False
    asked(db, case_id, by=by, now=now)
    heard = cases.last_direct(db, case)
    events.note(db, case_id, EventKind.EFFORT_TOLD, at=now, actor=by, score=score, post=heard.id if heard else None)
    return True


def _since_resolved(db: Session, case_id: int, kind: str) -> bool:
    """Say whether `kind` has happened since the case was last resolved."""
    found = False
    for event in events.of_case(db, case_id):
        found = False if event.kind == EventKind.RESOLVED else found or event.kind == kind
    return found
