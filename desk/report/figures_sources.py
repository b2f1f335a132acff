"""Receipts of the sources: what each brought, how late, and how long it was silent. Reads no rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from desk.report import measures
from desk.report.values import Change, Coverage, Week
from storage.weekly import Heard, Published

LATE = timedelta(minutes=15)  # from published to heard


def coverage(
    sources: Sequence[Heard],
    posts: Iterable[Published],
    week: Week,
    *,
    unreadable: Mapping[int, int],
    troubles: Mapping[int, int],
) -> tuple[Coverage, ...]:
    """Make the receipt of each source that listened or brought anything; the mappings are counts by source id."""
    brought: defaultdict[int, list[Published]] = defaultdict(list)
    for post in posts:
        brought[post.source_id].append(post)
    known = [source for source in sources if source.since < week.end or source.id in brought]
    return tuple(_receipt(source, brought[source.id], week, unreadable, troubles) for source in known)


def _receipt(
    source: Heard, posts: list[Published], week: Week, unreadable: Mapping[int, int], troubles: Mapping[int, int]
) -> Coverage:
    lags = {post.id: post.heard_at - post.created_at for post in posts}
    late = [post for post, lag in lags.items() if lag > LATE]
    name = f"source.{source.id}"
    label = f"{source.channel} {source.name}"
    return Coverage(
        channel=source.channel,
        account=source.account,
        source=source.name,
        posts=measures.count(f"{name}.posts", f"Posts from {label}", posts=list(lags)),
        late=measures.share(f"{name}.late", f"Heard late from {label}", late, lags, good=Change.DOWN, of_posts=True),
        slowest_s=max(0.0, max(lags.values()).total_seconds()) if lags else None,
        quiet_s=_quiet(max(week.start, min(source.since, week.end)), week.end, (post.created_at for post in posts)),
        unreadable=measures.count(
            f"{name}.unreadable", f"Unreadable from {label}", value=unreadable.get(source.id, 0), good=Change.DOWN
        ),
        trouble=troubles.get(source.id, 0),
    )


def _quiet(start: datetime, end: datetime, published: Iterable[datetime]) -> float | None:
    """Say how many seconds the longest silence between two moments was; None where the time is empty."""
    moments = [start, *sorted(at for at in published if start < at < end), end]
    longest = max((later - earlier for earlier, later in pairwise(moments)), default=None)
    return longest.total_seconds() if longest else None
