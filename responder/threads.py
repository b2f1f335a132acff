"""Threads of the team's room: which one a note goes into. Knows no room."""

from sqlmodel import Session

from domain.sending import DeliveryKind
from storage import deliveries
from storage.deliveries import SENT, Delivery


def thread_of(db: Session, delivery: Delivery) -> Delivery | None:
    """Find the alert a note belongs under: the one it names, or its case's."""
    if delivery.kind != DeliveryKind.NOTE:
        return None
    return deliveries.by_key(db, delivery.extra.get("under") or f"case-{delivery.case_id}:alert")


def thread_extra(db: Session, delivery: Delivery) -> dict[str, str]:
    """Say what an order needs to go into its thread; nothing where the alert never reached the room."""
    above = thread_of(db, delivery)
    return {"thread": above.native_id} if above and above.state == SENT and above.native_id else {}
