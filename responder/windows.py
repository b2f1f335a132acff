"""Windows: warns the team before a platform's window shuts on a case that still owes a word, and says when one has.

How long each is, and what is possible after, stands in the rule tables; when to warn, in the settings. Each window of
each message is told of once: a customer who writes again opens a new one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from domain.cards import Card, CardKind
from domain.conduct import Conduct
from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import Priority
from responder import threads
from responder.handover import ROOM
from responder.rulebook import Window, books
from storage import deliveries, events, windows
from storage.authors import Author
from storage.cases import Case
from storage.database import reading, writing
from storage.windows import Owing

LOOK_BACK = timedelta(days=7)  # after a window has shut, so that a stop of the house hides none
NO_LEAD = timedelta(hours=3)  # for a window the settings do not name
PRIVATE_REPLY, FOR_BOT, FOR_PEOPLE = "private-reply", "bot-message", "person-message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutting:
    """One window of one case, as far as it must be told of now."""

    case: Case
    window: Window
    until: datetime
    shut: bool
    after: str  # what is possible then

    @property
    def key(self) -> str:
        """Name the words to the team: one warning and one loss for each window and what began it."""
        return _key(self.case.id, self.window.name, self.until, shut=self.shut)


def run_once(engine: Engine, *, conduct: Conduct, now: datetime) -> bool:
    """Tell of every window that is about to shut, or has. False: there was none to tell of."""
    with reading(engine) as db:
        if not _untold(db, conduct, now):
            return False  # a write each time would flush the disk for nothing
    with writing(engine) as db:
        due = _untold(db, conduct, now)
        for each in due:
            _tell(db, each, conduct, now)
    return bool(due)


def _untold(db: Session, conduct: Conduct, now: datetime) -> list[Shutting]:
    timed = {channel: known.windows for channel, known in books().items() if known.windows}
    longest = max((each.length for several in timed.values() for each in several), default=timedelta(0))
    found = windows.owing(db, timed, written_since=now - longest - LOOK_BACK)
    due = [each for owes in found for each in shutting(owes, timed[owes.case.channel], conduct=conduct, now=now)]
    known = windows.said_before(db, {each.key for each in due})
    return [each for each in due if each.key not in known]


def shutting(owes: Owing, known: Sequence[Window], *, conduct: Conduct, now: datetime) -> Iterator[Shutting]:
    """List what must be told of one case's windows now. Pure."""
    for window in known:
        begun = _begun(owes, window, conduct)
        if begun is None:
            continue
        until = begun + window.length
        if now >= until - conduct.window_leads.get(window.name, NO_LEAD):
            after = _after(owes, window, known, conduct)
            yield Shutting(case=owes.case, window=window, until=until, shut=now >= until, after=after)


def _begun(owes: Owing, window: Window, conduct: Conduct) -> datetime | None:
    """Say when a window of this case began; None where it is of no concern."""
    if window.since == "post":
        unused = owes.answerable and not owes.theirs and not owes.answered_in_private
        return max(owes.answerable) if unused else None
    if window.name == FOR_PEOPLE and owes.case.channel not in conduct.human_agent:
        return None  # without the platform's approval people have the bot's window
    return max(owes.theirs, default=None)


def _after(owes: Owing, window: Window, known: Sequence[Window], conduct: Conduct) -> str:
    later = next((each for each in known if each.name == FOR_PEOPLE), None)
    if window.name != FOR_BOT or later is None:
        return window.instead
    if owes.case.channel in conduct.human_agent:
        return f"words a named person writes, until {_at(max(owes.theirs) + later.length)}"
    return later.instead


def _tell(db: Session, each: Shutting, conduct: Conduct, now: datetime) -> None:
    case, until = each.case, each.until
    kind = EventKind.WINDOW_LOST if each.shut else EventKind.WINDOW_WARNED
    warned = bool(windows.said_before(db, {_key(case.id, each.window.name, until, shut=False)}))
    about: dict[str, Any] = {"window": each.window.name, "until": until.isoformat(), "rule": each.window.rule}
    about |= {"warned": warned} if each.shut else {}
    events.note(db, case.id, kind, at=now, reason=_HEADLINES[each.window.name, each.shut], **about)
    above, author = threads.above(db, case.id), db.get(Author, case.author_id)
    deliveries.plan(
        db,
        key=each.key,
        kind=DeliveryKind.NOTE if above else DeliveryKind.ALERT,
        via=above.via if above else ROOM,
        account=above.account if above else case.account,
        order_key=above.order_key if above else f"team:case-{case.id}",
        target=above.target if above else conduct.rooms.alerts,
        body=_card(each, author.handle if author else "").to_json(),
        case_id=case.id,
        extra={"under": above.key} if above else None,
        priority=Priority.HIGH,
        now=now,
    )


def _card(each: Shutting, handle: str) -> Card:
    case = each.case
    holder = f"{case.claimed_by.removeprefix('person:')} has it." if case.claimed_by else "Nobody has taken it."
    text = f"{_at(each.until)}. {holder}"
    return Card(
        kind=CardKind.CLOCK,
        headline=_HEADLINES[each.window.name, each.shut],
        text=f"Shut at {text}" if each.shut else f"Open until {text}",
        remedy=f"{'Possible now' if each.shut else 'Possible after that'}: {each.after}.",
        case_id=case.id,
        need=case.need,
        priority=case.priority,
        channel=case.channel,
        author=handle,
    )


_HEADLINES = {
    (PRIVATE_REPLY, False): "The one private answer to their post is possible for a short time only",
    (PRIVATE_REPLY, True): "Their post can no longer be answered in private",
    (FOR_BOT, False): "The 24-hour window for private messages shuts soon",
    (FOR_BOT, True): "The 24-hour window for private messages has shut",
    (FOR_PEOPLE, False): "The 7-day window for a person's private answer shuts soon",
    (FOR_PEOPLE, True): "The 7-day window for a person's private answer has shut",
}


def _key(case_id: int, window: str, until: datetime, *, shut: bool) -> str:
    return f"case-{case_id}:window-{window}:{'lost' if shut else 'warned'}-{until.isoformat()}"


def _at(moment: datetime) -> str:
    return f"{moment:%d %b %H:%M} UTC"
