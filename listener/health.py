"""Says to the team what ails our hearing, once for each cause, with the remedy. Mends nothing."""

from datetime import datetime, timedelta

from sqlmodel import Session

from domain.cards import Card, CardKind
from domain.conduct import Conduct
from domain.errors import Refused
from domain.sending import DeliveryKind, Probe
from domain.values import Priority
from storage import deliveries, posts, sources
from storage.sources import Source

CARRIER = "slack"


def tell(
    db: Session,
    source: Source,
    *,
    key: str,
    headline: str,
    text: str,
    conduct: Conduct,
    now: datetime,
    remedy: str = "",
    priority: Priority = Priority.URGENT,
) -> bool:
    """Promise a health card under `key`; a key told before is not told again, and False is returned."""
    card = Card(
        kind=CardKind.HEALTH,
        headline=headline,
        text=text,
        remedy=remedy,
        channel=source.channel,
        priority=int(priority),
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
        priority=priority,
        now=now,
    )


def _deaf(
    db: Session,
    source: Source,
    *,
    key: str,
    headline: str,
    text: str,
    remedy: str,
    conduct: Conduct,
    now: datetime,
) -> None:
    """Tell that we do not hear, and note it, so that it is told as well when we hear again."""
    tell(db, source, key=key, headline=headline, text=text, remedy=remedy, conduct=conduct, now=now)
    source.told = key


def failing(db: Session, source: Source, *, conduct: Conduct, now: datetime) -> None:
    """Tell that a source has failed several times in a row; it is tried on.

    Said once for an account until any of its sources hears again: an outage silences them all.
    """
    siblings = [other for other in sources.listening(db) if _account(other) == _account(source)]
    heard_at = max(other.last_ok_at or other.since for other in siblings)
    text = f"{source.failures} polls in a row failed: {source.why}. Nothing of this account has been heard since "
    text += f"{heard_at:%d %b %H:%M} UTC. Trying on; nothing is lost, it is read later."
    _deaf(
        db,
        source,
        key=f"failing:{source.channel}:{source.account}:{heard_at.isoformat()}",
        headline=f"{source.channel} {source.name}: cannot hear",
        text=text,
        remedy="Look at the platform's status page; run `sottovoce check`.",
        conduct=conduct,
        now=now,
    )


def _account(source: Source) -> tuple[str, str]:
    return source.channel, source.account


def recovered(db: Session, source: Source, *, conduct: Conduct, now: datetime) -> None:
    """Tell that we hear again where the team was told that we don't; said once for what was said once."""
    if not source.told:
        return
    last = source.last_ok_at or source.since
    tell(
        db,
        source,
        key=f"recovered:{source.told}",
        headline=f"{source.channel} {source.name}: hears again",
        text=f"What was published since {last:%d %b %H:%M} UTC is being read now.",
        conduct=conduct,
        now=now,
        priority=Priority.NORMAL,
    )
    source.told = ""


def stopped(db: Session, source: Source, exc: Refused, *, whole: bool, conduct: Conduct, now: datetime) -> None:
    """Tell that a source, or the whole account, was stopped because the platform refused.

    Told again when it is refused again after a new start, at most once an hour.
    """
    what = f"{source.channel}: every source" if whole else f"{source.channel} {source.name}"
    who = f"{source.channel}:{source.account}" if whole else f"{source.id}"
    _deaf(
        db,
        source,
        key=f"stopped:{who}:{exc.rule}:{now:%Y-%m-%dT%H}",
        headline=f"{what} has stopped",
        text=exc.why,
        remedy=f"{exc.remedy or 'Run `sottovoce check`.'} Then start Sottovoce again.",
        conduct=conduct,
        now=now,
    )


def money(db: Session, source: Source, why: str, *, conduct: Conduct, now: datetime) -> None:
    """Tell that the platform wants money; said once a day."""
    _deaf(
        db,
        source,
        key=f"money:{source.channel}:{source.account}:{now.date()}",
        headline=f"{source.channel}: out of credits",
        text=why,
        remedy="Top up or raise the spending cap in the platform's developer console. Asked again every hour.",
        conduct=conduct,
        now=now,
    )


def budget(db: Session, source: Source, why: str, *, conduct: Conduct, now: datetime) -> None:
    """Tell that our own budget stops a source; said once a month and source."""
    _deaf(
        db,
        source,
        key=f"budget:{source.id}:{now:%Y-%m}",
        headline=f"{source.channel} {source.name}: stopped by the budget",
        text=why,
        remedy="Raise `budget_usd` in the settings, or wait for the first of the month (UTC).",
        conduct=conduct,
        now=now,
    )


def unreadable(db: Session, source: Source, *, conduct: Conduct, now: datetime) -> bool:
    """Tell what was set aside from this source and not told yet, at most once an hour. False: nothing, or not now.

    A platform that changes its format makes every post unreadable: that is one matter, not a thousand.
    """
    waiting = posts.unsaid(db, source.id)
    if not waiting:
        return False
    first = waiting[0]
    told = tell(
        db,
        source,
        key=f"unreadable:{source.id}:{now:%Y-%m-%dT%H}",
        headline=f"{source.channel} {source.name}: {len(waiting)} unreadable",
        text=f"Kept as they came (`sottovoce status`); first: {first.native_id}, {first.why}.",
        remedy="Open them on the platform; a newer Sottovoce may read them.",
        conduct=conduct,
        now=now,
        priority=Priority.HIGH,
    )
    for item in waiting if told else ():
        item.said_at = now
    return told


def stalled(db: Session, source: Source, *, conduct: Conduct, now: datetime) -> None:
    """Tell that a source should have been polled long ago."""
    last = source.last_ok_at or source.since
    _deaf(
        db,
        source,
        key=f"stalled:{source.id}:{source.next_poll_at.isoformat()}",
        headline=f"{source.channel} {source.name}: not polled since {last:%d %b %H:%M} UTC",
        text=source.why or "The poller has not come round.",
        remedy="See `sottovoce status`; start Sottovoce again if it hangs.",
        conduct=conduct,
        now=now,
    )


def fruitless(db: Session, source: Source, *, conduct: Conduct, now: datetime) -> None:
    """Tell that a source has been waiting or failing in ways nobody was told of, for so long that it must be said."""
    last = source.last_ok_at or source.since
    _deaf(
        db,
        source,
        key=f"fruitless:{source.id}:{last.isoformat()}",
        headline=f"{source.channel} {source.name}: nothing could be read since {last:%d %b %H:%M} UTC",
        text=source.why or "Polls end without a page; the log says why.",
        remedy="See `sottovoce status` for limits, and the log; fewer searches use less of a limit.",
        conduct=conduct,
        now=now,
    )


def quiet(
    db: Session, source: Source, last: datetime, lasted: timedelta, why: str, *, conduct: Conduct, now: datetime
) -> None:
    """Tell that a source answers but brings nothing, where something was to be expected."""
    hours = lasted / timedelta(hours=1)
    tell(
        db,
        source,
        key=_quiet_key(source, last),
        headline=f"{source.channel} {source.name}: nothing new since {last:%d %b %H:%M} UTC",
        text=f"Quiet for {hours:.1f} hours. {why}",
        remedy="Post a mention from another account and see whether it arrives; run `sottovoce check` for lost rights.",
        conduct=conduct,
        now=now,
    )


def ailing(db: Session, source: Source, finding: Probe, *, conduct: Conduct, now: datetime) -> bool:
    """Tell what a look at the sign-in found wrong; each thing once a week. False: told before."""
    return tell(
        db,
        source,
        key=f"checkup:{source.channel}:{source.account}:{finding.what}:{now:%G-W%V}",
        headline=f"{source.channel}: {finding.what}",
        text=finding.detail,
        remedy=finding.remedy,
        conduct=conduct,
        now=now,
        priority=Priority.HIGH,
    )


def told_quiet(db: Session, source: Source, last: datetime) -> bool:
    """Say whether the team was told of the silence since `last`: it need not be weighed again."""
    return deliveries.by_key(db, f"health:{_quiet_key(source, last)}") is not None


def _quiet_key(source: Source, last: datetime) -> str:
    return f"quiet:{source.id}:{last.isoformat()}"
