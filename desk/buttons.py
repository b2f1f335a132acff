"""Buttons: what a press in the room does. The row in the database decides who was first; nothing is sent to customers.

Pressing twice, or two at once, or the same press heard twice, does what pressing once does.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from desk import cards, choices, identity
from desk.faces import Faces
from desk.slack import Slack
from domain.clock import Clock
from domain.conduct import Conduct
from domain.errors import Refused, Unavailable
from responder import claims, correct, decide
from storage import cases
from storage.cases import Case
from storage.database import writing
from storage.deliveries import Delivery

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One press of one button: which, by whom, and where it stands."""

    action: str
    value: str
    user: str
    room: str
    thread: str | None = None

    @property
    def by(self) -> str:
        """Name who pressed, as events do."""
        return f"person:{self.user}"


def presses(payload: Mapping[str, Any]) -> list[Press]:
    """Read Slack's payload of an interaction; nothing we have a button for gives nothing."""
    if payload.get("type") != "block_actions":
        return []
    user = _part(payload, "user").get("id")
    where = _part(payload, "container")
    room = where.get("channel_id") or _part(payload, "channel").get("id")
    if not isinstance(user, str) or not isinstance(room, str):
        return []
    actions = [action for action in payload.get("actions") or () if isinstance(action, Mapping)]
    return [
        Press(
            action=str(action.get("action_id")),
            value=str(action.get("value") or _part(action, "selected_option").get("value", "")),
            user=user,
            room=room,
            thread=where.get("thread_ts"),
        )
        for action in actions
    ]


class Buttons:
    """Acts on presses."""

    def __init__(self, engine: Engine, slack: Slack, faces: Faces, *, conduct: Conduct, clock: Clock) -> None:
        """Build without asking anybody."""
        self._engine, self._slack, self._faces, self._clock = engine, slack, faces, clock
        self._conduct = conduct

    def press(self, press: Press) -> None:
        """Act on a press: commit first, then show it; who came too late is told so, alone."""
        act = _ACTS.get(press.action)
        if act is None:
            return  # a link: Slack says that it was opened
        now = self._clock()
        with writing(self._engine) as db:
            case_id, too_late = act(db, press, self._conduct, now)
        log.info("pressed", extra={"action": press.action, "case": case_id, "done": not too_late})
        if too_late:
            self._try(
                lambda: self._slack.whisper(too_late, room=press.room, user=press.user, thread=press.thread, now=now)
            )
        if case_id is not None:
            self._try(lambda: self._faces.show(case_id, now=now))

    def _try(self, show: Callable[[], None]) -> None:
        """Show what was done. It is done whether or not Slack can show it; the faces are shown again later."""
        try:
            show()
        except (Unavailable, Refused) as exc:
            log.warning("not shown", extra={"why": exc.why})


Done = tuple[int | None, str]
"""The case it is about, and why nothing was done; empty: it was."""

_Act = Callable[[Session, Press, Conduct, datetime], Done]


def _take(db: Session, press: Press, _conduct: Conduct, now: datetime) -> Done:
    case = _case(db, press)
    if case is None:
        return None, _NO_CASE
    done = claims.take(db, case.id, press.by, now=now) is not None
    return case.id, "" if done else _why_not(case)


def _release(db: Session, press: Press, _conduct: Conduct, now: datetime) -> Done:
    case = _case(db, press)
    if case is None:
        return None, _NO_CASE
    return case.id, "" if claims.release(db, case.id, press.by, now=now) else _why_not(case)


def _resolve(db: Session, press: Press, _conduct: Conduct, now: datetime) -> Done:
    case = _case(db, press)
    if case is None:
        return None, _NO_CASE
    if case.claimed_by != press.by:
        return case.id, _why_not(case)
    return case.id, "" if claims.resolve(db, case.id, press.by, now=now) else _why_not(case)


def _not_urgent(db: Session, press: Press, _conduct: Conduct, now: datetime) -> Done:
    case = _case(db, press)
    if case is None:
        return None, _NO_CASE
    if case.claimed_by not in (None, press.by):
        return case.id, _why_not(case)
    done = claims.dismiss(db, case.id, press.by, now=now, why="needs nobody")
    return case.id, "" if done else _why_not(case)


def _judged(db: Session, press: Press, conduct: Conduct, now: datetime) -> Done:
    """Put the verdict on the case's gravest post right, whoever has the case."""
    number, head, value = (*press.value.split(":"), "", "", "")[:3]
    case = _case(db, replace(press, value=number))
    about = correct.leading(db, case.id) if case else None
    if case is None or about is None or value not in correct.HEADS.get(head, ()):
        return None, _NO_CASE
    done = correct.correct(db, about, {head: value}, by=press.by, conduct=conduct, now=now)
    return case.id, "" if done else f"Case {case.id} is judged so already."


def _decide(act: Callable[[Session, int, str, datetime], bool]) -> _Act:
    def decided(db: Session, press: Press, _conduct: Conduct, now: datetime) -> Done:
        asked = choices.decided(press.value)
        held = db.get(Delivery, asked[0], with_for_update=True) if asked else None
        if asked is None or held is None:
            return None, "These words are not known any more."
        # an old question says nothing about words that were held again since
        done = held.fence == asked[1] and act(db, held.id, press.by, now)
        return held.case_id, "" if done else f"This was decided before: it is {held.state} now."

    return decided


def _same_customer(*, same: bool) -> _Act:
    def decided(db: Session, press: Press, _conduct: Conduct, now: datetime) -> Done:
        number = _number(press.value)
        if number is None:
            return None, identity.NOT_KNOWN
        return identity.decide(db, number, same=same, by=press.by, now=now)

    return decided


_NO_CASE = "This case is not known any more."
_LEFT = "nobody can tell whether it went; left as it is"

_ACTS: Mapping[str, _Act] = {
    cards.TAKE: _take,
    cards.RELEASE: _release,
    cards.RESOLVE: _resolve,
    cards.NOT_URGENT: _not_urgent,
    cards.JUDGED: _judged,
    cards.SEND: _decide(lambda db, held, by, now: decide.approve(db, held, by=by, now=now)),
    cards.DROP: _decide(lambda db, held, by, now: decide.drop(db, held, by=by, why="not wanted", now=now)),
    cards.THERE: _decide(lambda db, held, by, now: decide.was_sent(db, held, by=by, now=now)),
    cards.AGAIN: _decide(lambda db, held, by, now: decide.resend(db, held, by=by, now=now)),
    cards.SAME: _same_customer(same=True),
    cards.NOT_SAME: _same_customer(same=False),
    cards.LEAVE: _decide(lambda db, held, by, now: decide.drop(db, held, by=by, why=_LEFT, now=now)),
}


def _case(db: Session, press: Press) -> Case | None:
    number = _number(press.value)
    return None if number is None else db.get(Case, number, with_for_update=True)


def _number(value: str) -> int | None:
    fits = value.isascii() and value.isdecimal() and len(value) <= 18  # noqa: PLR2004 (64 bits)
    return int(value) if fits else None


def _why_not(case: Case) -> str:
    if case.state not in cases.LIVE:
        return f"Case {case.id} is {case.state} already."
    if case.claimed_by:
        since = f" since {cards.token(case.claimed_at)}" if case.claimed_at else ""
        return f"{cards.person(case.claimed_by)} has case {case.id}{since}."
    return f"Nobody has case {case.id}: take it first."


def _part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = payload.get(name)
    return part if isinstance(part, Mapping) else {}
