"""Threads of the team's room: which one a note goes into. Knows no room."""

from sqlmodel import Session

from domain.sending import DeliveryKind
from storage import deliveries
from storage.deliveries import SENT, Delivery


def roots(case_id: int) -> tuple[str, str]:
    """Name the alerts a case's notes may go under, the better one first."""
    return f"case-{case_id}:urgent", f"case-{case_id}:alert"


def above(db: Session, case_id: int | None) -> Delivery | None:
    """Find the alert a case's notes go under; None where it was told with an incident only."""
    return deliveries.first_of(db, roots(case_id)) if case_id is not None else None


def thread_of(db: Session, delivery: Delivery) -> Delivery | None:
    """Find what a delivery belongs under: what it names, or for a note the alert of its case."""
    if delivery.kind not in (DeliveryKind.NOTE, DeliveryKind.REPORT):
        return None
    under = delivery.extra.get("under")
    return deliveries.by_key(db, under) if under else above(db, delivery.case_id)


def thread_extra(db: Session, delivery: Delivery) -> dict[str, str]:
    """Say what an order needs to go into its thread; nothing where the alert never reached the room."""
    alert = thread_of(db, delivery)
    return {"thread": alert.native_id} if alert and alert.state == SENT and alert.native_id else {}
