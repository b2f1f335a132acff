"""Says to the team what ails our hearing, once for each cause, with the remedy. Mends nothing."""

from datetime import datetime

from sqlmodel import Session

from domain.cards import Card, CardKind
from domain.conduct import Conduct
from domain.errors import Refused
from domain.sending import DeliveryKind
from domain.values import Page, Priority
from storage import deliveries
from storage.sources import Source

CARRIER = "slack"


def tell(
    db: Session, source: Source, *, key: str, headline: str, text: str, remedy: str, conduct: Conduct, now: datetime
) -> bool:
    """Promise a health card under `key`; a key told before is not told again."""
    card = Card(
        kind=CardKind.HEALTH,
        headline=headline,
        text=text,
        remedy=remedy,
        channel=source.channel,
        priority=int(Priority.URGENT),
    )
    return deliveries.plan(
        db,
        key=f"health:{key}",
        kind=DeliveryKind.ALERT,
        via=CARRIER,
        account=source.account,
        order_key=f"team:health:{source.id}",
        target=conduct.rooms.alerts,
        body=card.to_json(),
        priority=Priority.URGENT,
        now=now,
    )


def _outage(source: Source) -> str:
    """Name the outage by the moment all was last well, so that each is told once."""
    return f"{source.id}:{(source.last_ok_at or source.since).isoformat()}"


def failing(db: Session, source: Source, *, conduct: Conduct, now: datetime) -> None:
    """Tell that a source has failed several times in a row; it is tried on."""
    headline = f"{source.channel} {source.name}: cannot hear"
    text = f"{source.failures} polls in a row failed: {source.why}. Trying on; nothing is lost, it is read later."
    remedy = "Look at the platform's status page; run `sottovoce check`."
    tell(
        db,
        source,
        key=f"failing:{_outage(source)}",
        headline=headline,
        text=text,
        remedy=remedy,
        conduct=conduct,
        now=now,
    )


def recovered(db: Session, source: Source, *, conduct: Conduct, now: datetime) -> None:
    """Tell that a source that was told to fail hears again."""
    headline = f"{source.channel} {source.name}: hears again"
    text = f"After {source.failures} failed polls. What was published meanwhile is being read now."
    tell(
        db,
        source,
        key=f"recovered:{_outage(source)}",
        headline=headline,
        text=text,
        remedy="",
        conduct=conduct,
        now=now,
    )


def stopped(db: Session, source: Source, exc: Refused, *, whole: bool, conduct: Conduct, now: datetime) -> None:
    """Tell that a source, or the whole account, was stopped because the platform refused."""
    what = f"{source.channel}: every source" if whole else f"{source.channel} {source.name}"
    remedy = exc.remedy or "Run `sottovoce check`."
    remedy += " Then start Sottovoce again."
    key = f"stopped:{exc.rule}:{_outage(source)}"
    tell(db, source, key=key, headline=f"{what} has stopped", text=exc.why, remedy=remedy, conduct=conduct, now=now)


def money(db: Session, source: Source, why: str, *, conduct: Conduct, now: datetime) -> None:
    """Tell that the platform wants money; said once a day."""
    key = f"money:{source.channel}:{source.account}:{now.date()}"
    headline = f"{source.channel}: out of credits"
    remedy = "Top up or raise the spending cap in the platform's developer console. Asked again every hour."
    tell(db, source, key=key, headline=headline, text=why, remedy=remedy, conduct=conduct, now=now)


def budget(db: Session, source: Source, why: str, *, conduct: Conduct, now: datetime) -> None:
    """Tell that our own budget stops a source; said once a month and source."""
    key = f"budget:{source.id}:{now:%Y-%m}"
    headline = f"{source.channel} {source.name}: stopped by the budget"
    remedy = "Raise `budget_usd` in the settings, or wait for the first of the month (UTC)."
    tell(db, source, key=key, headline=headline, text=why, remedy=remedy, conduct=conduct, now=now)


def unreadable(db: Session, source: Source, page: Page, count: int, *, conduct: Conduct, now: datetime) -> None:
    """Tell that posts were set aside because they could not be understood."""
    first = page.unreadable[0]
    headline = f"{source.channel} {source.name}: {count} unreadable"
    text = f"Kept as they came (`sottovoce status`); first: {first.native_id}, {first.why}."
    remedy = "Open them on the platform; a newer Sottovoce may read them."
    tell(
        db,
        source,
        key=f"unreadable:{source.id}:{first.native_id}",
        headline=headline,
        text=text,
        remedy=remedy,
        conduct=conduct,
        now=now,
    )


def stalled(db: Session, source: Source, *, conduct: Conduct, now: datetime) -> None:
    """Tell that a source should have been polled long ago."""
    headline = f"{source.channel} {source.name}: not polled since {source.last_ok_at or source.since:%d %b %H:%M} UTC"
    remedy = "See `sottovoce status`; start Sottovoce again if it hangs."
    text = source.why or "The poller has not come round."
    tell(
        db,
        source,
        key=f"stalled:{_outage(source)}",
        headline=headline,
        text=text,
        remedy=remedy,
        conduct=conduct,
        now=now,
    )


def quiet(db: Session, source: Source, expected: float, *, conduct: Conduct, now: datetime) -> None:
    """Tell that a source answers but brings nothing, where much was to be expected."""
    last = source.last_new_at or source.since
    headline = f"{source.channel} {source.name}: nothing new since {last:%d %b %H:%M} UTC"
    text = f"About {expected:.0f} posts were to be expected in that time, going by the last weeks."
    remedy = "Post a mention from another account and see whether it arrives; run `sottovoce check` for lost rights."
    tell(
        db,
        source,
        key=f"quiet:{source.id}:{last.isoformat()}",
        headline=headline,
        text=text,
        remedy=remedy,
        conduct=conduct,
        now=now,
    )
