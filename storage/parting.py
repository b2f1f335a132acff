"""Parting: takes a person who is forgotten out of their customer, so that no digest, link or line of theirs is left."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from domain.cards import Card
from domain.sending import DeliveryKind
from storage import clues, linking, links
from storage.cases import Case
from storage.deliveries import Delivery

ERASURE = "erasure"  # who took the links back


def part(db: Session, author_id: int, *, why: str, now: datetime) -> tuple[frozenset[int], list[Delivery]]:
    """Erase an author's clues, take their links back and take them out of the cards of whoever was linked with them.

    Returns who was the same customer until now, and the cards that were changed. The ledger keeps that there were
    links, by ids alone; with the links the opt-out of the one stops counting for the others.
    """
    were = links.members(db, {author_id})[author_id] - {author_id}
    cards = _unsay(db, links.ever(db, author_id) - {author_id})
    clues.erase(db, {author_id})
    linking.dissolve(db, author_id, by=ERASURE, reason=why, now=now)
    return were, cards


def _unsay(db: Session, author_ids: frozenset[int]) -> list[Delivery]:
    """Empty what the alerts of these authors' cases tell of the rest of their customer; each is shown anew."""
    theirs = select(col(Case.id)).where(col(Case.author_id).in_(author_ids))
    query = select(Delivery).where(
        col(Delivery.case_id).in_(theirs),
        col(Delivery.kind).in_((DeliveryKind.ALERT.value, DeliveryKind.MAIL.value)),
    )
    changed = []
    for delivery in db.exec(query) if author_ids else ():
        try:
            card = Card.from_json(delivery.body)
        except ValueError:
            continue
        delivery.body = replace(card, also=()).to_json()
        changed.append(delivery)
    return changed
