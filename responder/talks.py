"""Talks: how a private thread stands, read from what was promised and what happened in it. Changes nothing."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from domain.history import EventKind, replay
from domain.sending import DeliveryKind
from responder.speaking import DRY_RUN
from storage import deliveries, events
from storage.cases import Case
from storage.deliveries import DROPPED, READY, Delivery

_PRIVATE = frozenset({DeliveryKind.MESSAGE, DeliveryKind.PRIVATE_REPLY})


@dataclass(slots=True, kw_only=True)
class Talk:
    """What the bot has said and asked in private since the case was opened, or opened again."""

    silent: bool  # it has handed over
    said: list[Delivery] = field(default_factory=list)
    pending: list[Delivery] = field(default_factory=list)  # promised, and not begun to go
    welcomed: bool = False  # the key of the first message is taken
    place_told_at: datetime | None = None

    @property
    def answered(self) -> bool:
        """Whether words of theirs in private were answered; a private reply to a public post answers none."""
        return any(delivery.kind == DeliveryKind.MESSAGE for delivery in (*self.said, *self.pending))

    @property
    def asked(self) -> set[str]:
        """The kinds of facts asked for, in words that went or may have gone."""
        return {kind for delivery in self.said for kind in delivery.extra.get("asks", ())}


def read(db: Session, case: Case) -> Talk:
    """Read how the thread of a case stands."""
    happened = events.of_case(db, case.id)
    begun = max((event.at for event in happened if event.kind == EventKind.REOPENED), default=case.opened_at)
    told = [event.at for event in happened if event.kind == EventKind.PLACE_TOLD]
    talk = Talk(silent=replay(happened).silent, place_told_at=max(told, default=None))
    for delivery in deliveries.of_case(db, case.id):
        if delivery.kind not in _PRIVATE or not delivery.automatic:
            continue
        talk.welcomed |= delivery.key == f"case-{case.id}:welcome"
        if delivery.planned_at < begun or not _counts(delivery):
            continue
        waits = delivery.state == READY and not delivery.attempts
        (talk.pending if waits else talk.said).append(delivery)
    return talk


def _counts(delivery: Delivery) -> bool:
    return delivery.state != DROPPED or delivery.why == DRY_RUN
