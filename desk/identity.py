"""Identity: asks the team whether two authors are one customer, and keeps their answer. Links nobody by itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from desk import choices
from desk.cards import DECIDED, Shown
from desk.slack_errors import NAME
from domain.cards import Card, CardKind
from domain.conduct import Conduct
from domain.sending import DeliveryKind
from responder import identity_view, threads
from storage import authors, customers, deliveries, linking, links, suggestions
from storage.authors import Author
from storage.cases import Case
from storage.database import reading, writing
from storage.erasure import Forgotten
from storage.links import APART, LINK, Link
from storage.suggestions import Suggestion

AT_ONCE = 20
HEADLINE = "Same customer?"
REMEDY = (
    "“Same customer” shows their history and facts side by side and can be taken back without loss. "
    "“Not the same” is remembered, and nobody is asked again."
)
NOT_KNOWN = "These two are not known any more."
_HOW = {LINK: "Same customer, decided", APART: "Not the same, decided"}


def run_once(engine: Engine, *, conduct: Conduct, now: datetime) -> bool:
    """Ask about each suggestion nobody was asked about yet. False: there was none."""
    with reading(engine) as db:
        if not suggestions.unasked(db, limit=1):
            return False  # a write each second would flush the disk for nothing
    with writing(engine) as db:
        for suggestion in suggestions.unasked(db, limit=AT_ONCE):
            suggestion.asked_at = now
            if suggestions.stands(db, suggestion):
                _ask(db, suggestion, conduct, now)
    return True


def _ask(db: Session, suggestion: Suggestion, conduct: Conduct, now: datetime) -> None:
    """Ask in the thread of the case where it came up, or of the latest of the two."""
    theirs = customers.cases_of(db, {suggestion.one, suggestion.other})
    case = next((case for case in theirs if case.id == suggestion.case_id), theirs[0] if theirs else None)
    if case is None:
        return  # nobody works on anything of theirs; the terminal lists it all the same
    card, extra = _card(db, suggestion, case, theirs), choices.offer_identity(suggestion.id)
    _tell(db, case, card, key=_key(suggestion), extra=extra, conduct=conduct, now=now)


def _key(suggestion: Suggestion) -> str:
    return f"customers:{suggestion.one}-{suggestion.other}:ask"


def _tell(
    db: Session,
    case: Case,
    card: Card,
    *,
    key: str,
    conduct: Conduct,
    now: datetime,
    extra: Mapping[str, Any] | None = None,
) -> bool:
    """Tell the team in the case's thread, or in the room where there is none."""
    above = threads.above(db, case.id)
    return deliveries.plan(
        db,
        key=key,
        kind=DeliveryKind.NOTE if above else DeliveryKind.ALERT,
        via=above.via if above else NAME,
        account=above.account if above else case.account,
        order_key=above.order_key if above else f"team:case-{case.id}",
        target=above.target if above else conduct.rooms.cases or conduct.rooms.alerts,
        body=card.to_json(),
        case_id=case.id,
        extra={**(extra or {}), **({"under": above.key} if above else {})},
        now=now,
    )


def _card(db: Session, suggestion: Suggestion, case: Case, theirs: Sequence[Case]) -> Card:
    known = authors.by_id(db, {suggestion.one, suggestion.other})
    first, second = (known[author_id] for author_id in sorted(known, key=lambda each: each != case.author_id))
    return Card(
        kind=CardKind.NEWS,
        headline=HEADLINE,
        text=f"{_named(first, theirs)} and {_named(second, theirs)}: {suggestion.reason}.",
        remedy=REMEDY,
        case_id=case.id,
        channel=case.channel,
    )


def _named(author: Author, theirs: Sequence[Case]) -> str:
    """Name an author so that erasure finds it: the handle after an @, never the display name."""
    case_id = next((case.id for case in theirs if case.author_id == author.id), None)
    where = f"on {identity_view.place(author.channel)}"
    who = f"@{author.handle} {where}" if author.handle else f"somebody {where}"
    return f"{who} (case {case_id})" if case_id else who


def decide(db: Session, suggestion_id: int, *, same: bool, by: str, now: datetime) -> tuple[int | None, str]:
    """Keep a person's answer; returns the case in which it was asked, and why nothing was done, empty: it was."""
    suggestion = db.get(Suggestion, suggestion_id)
    if suggestion is None:
        return None, NOT_KNOWN
    asked_in = _asked_in(db, suggestion)
    before = suggestions.decision(db, suggestion)
    if before is not None:
        return asked_in, f"This was decided before: {_said(before).lower()}."
    act = linking.link if same else linking.apart
    done = act(db, suggestion.one, suggestion.other, by=by, reason=suggestion.reason, now=now)
    return asked_in, "" if done.done else f"Nothing was changed: {done.why}."


def _asked_in(db: Session, suggestion: Suggestion) -> int | None:
    told = deliveries.by_key(db, _key(suggestion))
    return told.case_id if told else suggestion.case_id


def standing(db: Session, suggestion_id: int) -> Shown:
    """Say what became of a question: open for as long as nobody has decided and both can be told."""
    suggestion = db.get(Suggestion, suggestion_id)
    known = authors.by_id(db, {suggestion.one, suggestion.other}) if suggestion else {}
    if suggestion is None or any(author.forgotten_at for author in known.values()):
        return Shown(state=DECIDED, how="No decision is needed any more")
    said = suggestions.decision(db, suggestion)
    if said is None:
        return Shown()
    by = said.by if said.by.startswith(links.PERSON) else ""
    return Shown(state=DECIDED, how=_said(said), by=by, at=said.at)


def _said(decided: Link) -> str:
    return _HOW.get(decided.act, "Not known to be the same, decided")


def tell_kept(db: Session, forgotten: Forgotten, *, channel: str, conduct: Conduct, now: datetime) -> int:
    """Tell the team what is kept of a customer who was erased on one channel at a platform's word; returns how often.

    The platform spoke for its own channel only; what else the person wants erased is for them, or the team, to say.
    """
    theirs = customers.cases_of(db, forgotten.linked)
    known = authors.by_id(db, forgotten.linked)
    told = 0
    for author_id in sorted(forgotten.linked):
        case = next((case for case in theirs if case.author_id == author_id), None)
        if case is not None and known[author_id].forgotten_at is None:
            card = _kept(case, channel)
            key = f"customers:{forgotten.author_id}-{author_id}:kept"
            told += _tell(db, case, card, key=key, conduct=conduct, now=now)
    return told


def _kept(case: Case, channel: str) -> Card:
    here, there = identity_view.place(case.channel), identity_view.place(channel)
    return Card(
        kind=CardKind.NEWS,
        headline=f"Erased on {there}, kept on {here}",
        text=f"The same customer had what they wrote on {there} erased. What they wrote on {here} is kept.",
        remedy=f"`sottovoce customers show {case.id}` names them; `sottovoce forget` erases them here as well.",
        case_id=case.id,
        channel=case.channel,
    )


def touched(db: Session, link_id: int, *, limit: int) -> tuple[int, set[int]]:
    """Say which row of the ledger was read last, and which cases' cards speak of what was written after `link_id`."""
    fresh = links.after(db, link_id, limit=limit)
    if not fresh:
        return link_id, set()
    named = {author_id for link in fresh for author_id in (link.one, link.other)}
    everybody = frozenset(named).union(*links.members(db, named).values())
    return fresh[-1].id, {case.id for case in customers.cases_of(db, everybody)}
