"""Scores texts the way posts are judged, storing nothing."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from app.reading import Row
from domain.values import Abuse, PostKind, Sentiment, Verdict
from moderation.judge import BATCH, Judge
from moderation.triage import Subject


def score(rows: Iterable[Row], judge: Judge) -> Iterator[tuple[Row, Verdict]]:
    """Judge rows in batches, in order; a stream of any length needs the memory of one batch."""
    pending = iter(rows)
    while batch := list(islice(pending, 16 * BATCH)):  # so many that every core has enough to do
        subjects = [
            Subject(
                text=row.text,
                kind=PostKind.DIRECT if row.direct else PostKind.MENTION,
                lang=row.lang,
                followers=row.followers,
            )
            for row in batch
        ]
        yield from zip(batch, judge.judge(subjects), strict=True)


def as_json(row: Row, verdict: Verdict) -> dict[str, Any]:
    """Write one verdict for machines: probabilities 0 to 1 with four decimals."""
    scores, triage = verdict.scores, verdict.triage
    return {
        "id": row.id,
        "lang": verdict.lang,
        "sentiment": {label.value: round(scores.sentiment[label], 4) for label in Sentiment},
        "abuse": {label.value: round(scores.abuse[label], 4) for label in Abuse},
        "person": round(scores.person, 4),
        "triage": {"priority": triage.priority.name.lower(), "kind": triage.need.value, "reason": triage.reason},
        "model": scores.model,
        "policy": triage.policy,
    }
