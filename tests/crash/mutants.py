"""Mutants: the three mistakes everybody makes. The harness is worth something only if it catches each of them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from domain.conduct import Conduct
from domain.errors import Uncertain
from domain.values import Page
from listener import listen
from responder import outcome
from responder.outcome import Outcome
from storage import deliveries, posts, sources
from storage.database import writing
from storage.deliveries import READY, SENDING, Delivery
from storage.sources import Source


def requeue_on_expired_lease() -> None:
    """What job queues do: whose worker is lost goes again."""

    def requeue(db: Session, *, via: str, lease: timedelta, now: datetime) -> list[tuple[str, int | None]]:
        del lease
        lost = (col(Delivery.via) == via, col(Delivery.state) == SENDING, col(Delivery.lease_until) < now)
        db.execute(update(Delivery).where(*lost).values(state=READY, not_before=now))
        return []

    _replace(deliveries, "expire_leases", requeue)


def resend_when_ambiguous() -> None:
    """What HTTP clients do: a timeout is tried again."""

    def resend(exc: Uncertain, *, now: datetime) -> Outcome:
        return Outcome(state=READY, why=exc.why, columns={"not_before": now + timedelta(minutes=1)})

    _replace(outcome, "uncertain", resend)


def cursor_before_posts() -> None:
    """What pollers do: remember how far they have read, then store what they read."""

    def store(engine: Engine, source_id: int, page: Page, conduct: Conduct, now: datetime) -> None:
        del conduct
        with writing(engine) as db:
            sources.heard_page(db.get_one(Source, source_id), page, new=len(page.posts), late=0, now=now)
        with writing(engine) as db:
            posts.store_page(db, db.get_one(Source, source_id), page, now=now)

    _replace(listen, "_store", store)


def _replace(module: Any, name: str, mutant: Callable[..., Any]) -> None:
    if not hasattr(module, name):
        raise AttributeError(f"{module.__name__}.{name} is gone: mend the mutant")
    setattr(module, name, mutant)


MUTANTS: Mapping[str, Callable[[], None]] = {
    "requeue-on-expired-lease": requeue_on_expired_lease,
    "resend-when-ambiguous": resend_when_ambiguous,
    "cursor-before-posts": cursor_before_posts,
}
