"""Faces: keeps the cards in the room in step with their cases, whoever changed those. Changes no case.

What a card shows is noted with its delivery, so doing it twice, or after a crash, costs nothing.
"""

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Engine
from sqlmodel import Session

from desk import choices, identity
from desk.cards import DECIDED, Choice, Shown
from desk.slack import Slack
from domain.cards import Card, CardKind
from domain.errors import Refused, Unavailable
from domain.history import EventKind
from domain.sending import DeliveryKind
from responder import identity_view
from responder import incidents as storms
from storage import cases, customers, deliveries, events, incidents, links
from storage.authors import Author
from storage.cases import Case
from storage.database import reading, writing
from storage.deliveries import HELD, SENT, Delivery
from storage.events import Event
from storage.posts import Post

FACE = "face"  # the name under which a delivery's `extra` holds what its card shows
READ_AGAIN = 500  # events, after a start: what happened while nobody could show it
AT_ONCE = 500
AFTER_STORM = timedelta(hours=1)  # its last count is shown within this time
_MARK = 12  # hex digits that tell two sets of lines apart
WAIT = timedelta(seconds=10)  # where Slack names no time

SHOWS = frozenset(
    {
        EventKind.CLAIMED,
        EventKind.RELEASED,
        EventKind.RESOLVED,
        EventKind.DISMISSED,
        EventKind.REOPENED,
        EventKind.GONE,
        EventKind.CORRECTED,
        EventKind.APPROVED,
        EventKind.DROPPED,
        EventKind.SENT,
    }
)
_SHOWS_BESIDE = SHOWS | {EventKind.OPENED, EventKind.FACTS}  # on the cards of the customer's other cases
_CLOSING = (EventKind.RESOLVED, EventKind.DISMISSED)
_DECISIONS = {EventKind.APPROVED: "Released", EventKind.DROPPED: "Not sent, decided", EventKind.SENT: "Seen there"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Face:
    """What a told card should look like. `mark` is the same exactly when nothing need be changed."""

    told: Delivery
    card: Card
    shown: Shown
    mark: str
    choices: Sequence[Choice] | None = None


class Faces:
    """Shows in the room how cases, and storms of them, stand. One process has one; threads share it."""

    def __init__(self, engine: Engine, slack: Slack) -> None:
        """Build without asking anybody."""
        self._engine, self._slack = engine, slack
        self._lock = threading.Lock()  # two updates of one card must not overtake each other
        self._seen: int | None = None
        self._links_seen = 0
        self._waiting: dict[int, None] = {}
        self._not_before: datetime | None = None

    def run_once(self, *, now: datetime) -> bool:
        """Show one case that has changed, or how storms have grown. False: nothing, or Slack wants to be left alone."""
        self._gather()
        if self._not_before and now < self._not_before:
            return False
        case_id = next(iter(self._waiting), None)
        try:
            if case_id is None:
                return self._show_storms(now)
            self.show(case_id, now=now)
        except Unavailable as exc:
            self._not_before = exc.retry_at or now + WAIT
            return False
        self._waiting.pop(case_id, None)
        return True

    def show(self, case_id: int, *, now: datetime) -> None:
        """Bring the cards of one case up to date. Raises Unavailable; what was shown by then stays shown."""
        with self._lock:
            with reading(self._engine) as db:
                wanted = _faces(db, case_id)
            for face in wanted:
                self._put(face, now)

    def _show_storms(self, now: datetime) -> bool:
        with self._lock:
            with reading(self._engine) as db:
                wanted = _storm_faces(db, since=now - AFTER_STORM)
            for face in wanted:
                self._put(face, now)
        return bool(wanted)

    def _gather(self) -> None:
        with reading(self._engine) as db:
            if self._seen is None:
                self._seen = max(0, events.latest(db) - READ_AGAIN)
                self._links_seen = max(0, links.latest(db) - READ_AGAIN)
            changed: set[int] = set()
            for event_id, case_id, kind in events.after(db, self._seen, limit=AT_ONCE):
                self._seen = event_id
                if kind in SHOWS:
                    self._waiting[case_id] = None
                if kind in _SHOWS_BESIDE:
                    changed.add(case_id)
            self._links_seen, spoken_of = identity.touched(db, self._links_seen, limit=AT_ONCE)
            if self._links_seen and changed:  # without a link nobody has another channel
                spoken_of |= customers.beside(db, changed)
            self._waiting |= dict.fromkeys(sorted(spoken_of))

    def _put(self, face: _Face, now: datetime) -> None:
        told = face.told
        try:
            self._slack.update(
                face.card,
                room=told.target,
                ts=told.native_id or "",
                shown=face.shown,
                choices=face.choices,
                now=now,
            )
        except Refused as exc:  # the message is gone, or too old to be changed: trying again would not help
            log.warning("card not changed", extra={"delivery": told.key, "rule": exc.rule})
        with writing(self._engine) as db:
            row = db.get(Delivery, told.id)
            if row is not None:
                row.extra = {**row.extra, FACE: face.mark}


def _storm_faces(db: Session, *, since: datetime) -> list[_Face]:
    """List the storms' cards that count too few: as many cases as the thread was told of."""
    found = []
    for storm in incidents.lately(db, since=since):
        told = deliveries.by_key(db, storms.key(storm.id))
        card = _card(told) if told and _in_room(told) else None
        if told and card and told.extra.get(FACE, str(card.count)) != str(storm.told):
            card = replace(card, count=storm.told, headline=f"{storm.told} cases within minutes")
            found.append(_Face(told=told, card=card, shown=Shown(), mark=str(storm.told)))
    return found


def _faces(db: Session, case_id: int) -> list[_Face]:
    """List the cards of a case that do not look as they should."""
    case = db.get(Case, case_id)
    if case is None:
        return []
    history = events.of_case(db, case_id)
    found = (_face(db, case, history, told) for told in deliveries.of_case(db, case_id) if _in_room(told))
    return [face for face in found if face and face.mark != face.told.extra.get(FACE, _FRESH)]


_FRESH = "open|||"


def _in_room(told: Delivery) -> bool:
    return (
        told.via == Slack.name
        and told.kind in (DeliveryKind.ALERT, DeliveryKind.NOTE)
        and told.state == SENT
        and bool(told.native_id)
    )


def _face(db: Session, case: Case, history: Sequence[Event], told: Delivery) -> _Face | None:
    card = _card(told)
    if card is None:
        return None
    shown, offered = Shown(), choices.offered(told.extra)
    if offered is not None:
        shown = _decided(db, history, told)
        offered = () if shown.state == DECIDED else offered
    elif card.kind in (CardKind.CASE, CardKind.CLOCK):
        shown = _standing(case, history)
    gone = _words_gone(db, case, told)
    mark = f"{shown.state}|{shown.holder}|{shown.by}|{'gone' if gone else ''}" + (
        f"|{shown.corrected}" if shown.corrected else ""
    )
    also = () if gone else _also(db, case, card)
    if also != card.also:
        mark += f"|{sha256(json.dumps(also).encode()).hexdigest()[:_MARK]}"
        card = replace(card, also=also)
    if gone:
        text = "The words are deleted at their platform, and so here."
        card = replace(card, quote="", author="", facts=(), link="", text=text)
    return _Face(told=told, card=card, shown=shown, mark=mark, choices=offered)


def _also(db: Session, case: Case, card: Card) -> tuple[str, ...]:
    """Say what else there is of the case's customer now; a note keeps what it was told with."""
    if card.kind is not CardKind.CASE:
        return card.also
    return identity_view.lines(db, case, links.members(db, {case.author_id})[case.author_id])


def _card(told: Delivery) -> Card | None:
    try:
        return Card.from_json(told.body)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _standing(case: Case, history: Sequence[Event]) -> Shown:
    """Say how the case stands; waiting for the customer looks like open."""
    right, by = _corrected(history)
    if case.state in cases.LIVE:
        return Shown(holder=case.claimed_by or "", at=case.claimed_at, corrected=right, corrected_by=by)
    closing = next((event for event in reversed(history) if event.kind in _CLOSING), None)
    actor = closing.actor if closing else ""
    return Shown(state=case.state, by=actor, at=case.closed_at, corrected=right, corrected_by=by)


def _corrected(history: Sequence[Event]) -> tuple[str, str]:
    """Say what a person put right last, and who."""
    last = next((event for event in reversed(history) if event.kind == EventKind.CORRECTED), None)
    if last is None:
        return "", ""
    return f"{last.data['now']}, not {last.data['was']}", last.actor


def _decided(db: Session, history: Sequence[Event], told: Delivery) -> Shown:
    """Say what became of the question: open for as long as the delivery is held by the same fence."""
    asked = told.extra[choices.OFFER]
    if asked["kind"] == choices.IDENTITY:
        return identity.standing(db, asked["suggestion"])
    held = db.get(Delivery, asked["delivery"])
    if held is None or (held.state == HELD and held.fence == asked["fence"]):
        return Shown()
    for event in history:
        if event.data.get("key") == held.key and event.kind in _DECISIONS and event.at >= told.planned_at:
            by = event.actor if event.actor.startswith("person:") else ""
            return Shown(state=DECIDED, how=_DECISIONS[EventKind(event.kind)], by=by, at=event.at)
    return Shown(state=DECIDED, how="No decision is needed any more")


def _words_gone(db: Session, case: Case, told: Delivery) -> bool:
    """Say whether the quoted words may not be shown any more: deleted by their author, or the author forgotten."""
    author = db.get(Author, case.author_id)
    if author and author.forgotten_at:
        return True
    post = db.get(Post, told.post_id) if told.post_id else None
    return bool(post and post.gone_at)
