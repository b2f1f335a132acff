"""Looks back: what the brand's own judged posts and the known ones say of each dial. Judges no text, writes nothing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from domain.values import Abuse, Kind, Need, PostKind, Scores, Sentiment, Span
from moderation.alerting import HISTORY_DAYS, Heard, Known, Past
from moderation.danger import DISTRESS, THREAT
from moderation.policy import Policy
from moderation.reference import Reference
from moderation.triage import SAID, Facts
from storage import scored
from storage.scored import Scored

DAY = timedelta(days=1)


def past(db: Session, policy: Policy, reference: Reference, *, model: str, zone: ZoneInfo, now: datetime) -> Past:
    """Look back from the last midnight of `zone`, so that all of a day says the same.

    Only what `model` judged counts, and the reference only where it is that model's: scores of others mean other
    things. The day on which the model began is not whole.
    """
    today = now.astimezone(zone).date()
    start = today - (HISTORY_DAYS + 1) * DAY
    rows = list(scored.judged(db, midnight(start, zone), midnight(today, zone), model=model))
    heard = [Heard(row.created_at.astimezone(zone).date(), row.author_id, facts(row)) for row in rows]
    began = min((post.day for post in heard), default=today)
    return Past(policy, days_between(began + DAY, today), heard, known(db, reference, model=model))


def known(db: Session, reference: Reference, *, model: str) -> Iterator[Known]:
    """Give the posts of which people said whether they cannot wait: the reference's, then the team's corrections."""
    if reference.model == model:
        for row in reference.rows:
            yield Known(Facts(scores=row.scores, kind=PostKind.MENTION, lang=row.lang), row.urgent)
    for post, need in scored.corrected(db, model=model):
        yield Known(facts(post), need == Need.URGENT.value)


def days_between(first: date, end: date) -> Sequence[date]:
    """List the days from `first` until before `end`."""
    return [first + n * DAY for n in range((end - first).days)]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the moment a day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def facts(row: Scored) -> Facts:
    """Give what triage was told of a post, from its verdict: the model's scores, whatever a person said since."""
    spoken = {rule for rule in (DISTRESS, THREAT) if row.rule == rule and SAID in row.reason}
    return Facts(
        scores=scores(row),
        kind=PostKind(row.kind),
        personal_data=tuple(Span(**span) for span in row.personal_data),
        followers=row.followers,
        lang=row.lang,
        encrypted=row.encrypted,
        said=frozenset(spoken),
    )


def scores(row: Scored) -> Scores:
    """Read scores as they are stored."""

    def of(head: str, labels: Any) -> dict[Any, float]:
        return {label: row.scores.get(head, {}).get(label.value, 0.0) for label in labels}

    return Scores(
        sentiment=of("sentiment", Sentiment),
        abuse=of("abuse", Abuse),
        kind=of("kind", Kind),
        person=row.person,
        distress=row.distress,
        why=row.scores.get("why", {}),
    )
