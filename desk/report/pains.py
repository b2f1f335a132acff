"""Pain points: what hurt in a week, under names that stay, with its size, its trend and the customers' own words.

`find` reads one view of the rows and changes none; `keep` writes down what makes a pain point the same next week.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from desk.report import (
    chance,
    measures,
    pains_change,
    pains_heaps,
    pains_names,
    pains_reading,
    pains_topics,
    quotes,
    stability,
)
from desk.report.pains_reading import Material
from desk.report.pains_topics import Topic
from desk.report.stability import Look
from desk.report.values import Change, Found, PainPoint, Quote, Sentiments, Trend, Week
from domain.history import EventKind
from domain.values import Need, Sentiment
from storage import pains, weekly
from storage.pains import Heard, PainTrace

SHOWN, SHOWN_GONE = 10, 3
FELT_BY = 3  # people; what fewer speak of is their matter, no pain point
PRAISES = 3
SURELY = 0.8  # of being positive; below it a joke at our cost is too often taken for praise
_CLOSING = frozenset({EventKind.RESOLVED, EventKind.DISMISSED, EventKind.REOPENED})


@dataclass(frozen=True, slots=True)
class _Seen:
    """A topic, and the posts in it."""

    topic: Topic
    now: tuple[Heard, ...]  # this week's, the most typical first
    before: tuple[Heard, ...]
    size: int  # posts this week, scaled where not all were looked at
    earlier: tuple[int, ...]  # the same of the weeks before, oldest first
    look: Look


def find(db: Session, week: Week, *, brand: str) -> Found:
    """Find the pain points of a week, those that matter most first, and praise. The same rows give the same."""
    material = pains_reading.read(db, week, brand=brand)
    topics = pains_topics.find(material.docs, material.vectors, material.background)
    seen = [one for topic in topics if (one := _see(topic, material)) is not None]
    seen.sort(key=lambda one: (-one.size, -sum(one.earlier), one.topic.rows))
    traces = pains.traces(db, brand, until=week.name)
    known = stability.match([one.look for one in seen], [_look_of(trace) for trace in traces])
    number = pains.newest(db, brand)
    made: list[tuple[PainPoint, PainTrace]] = []
    ended = _ended(db, [post.case_id for one in seen for post in one.now], week)
    for one, place in zip(seen, known, strict=True):
        trace = traces[place] if place is not None else None
        number += trace is None
        terms = _terms(one, trace)
        kept = _trace(one, brand, week, trace.pain if trace else number, terms)
        made.append((_point(one, kept, ended, material), kept))
    shown = _shown([point for point, _ in made])
    ids = {point.id for point in shown}
    return Found(
        pains=tuple(shown),
        moved=pains_change.moved(shown),
        praise=_praise(material.calm),
        notes=_notes(material),
        traces=tuple(trace for point, trace in made if point.id in ids),
    )


def keep(db: Session, week: Week, found: Found, *, brand: str) -> None:
    """Write down how the pain points of a week looked; the same twice changes nothing. The caller commits."""
    pains.keep(db, brand, week.name, found.traces)


def _see(topic: Topic, material: Material) -> _Seen | None:
    """Gather a topic's posts by week; None where too few people speak of it."""
    posts = [(back, post) for row in topic.rows for back, post in material.groups[row]]
    now = tuple(post for back, post in posts if back == 0)
    counts = Counter(back for back, _ in posts)
    sizes = [counts[back] * past.every for back, past in enumerate(material.weeks)]
    people = {post.author_id for post in now}
    if len(people) < FELT_BY and (len(sizes) == 1 or sizes[1] < pains_heaps.LEAST):
        return None
    look = stability.look(
        [word.key for word in topic.words], matter=topic.matter, model=material.model, middle=topic.middle
    )
    before = tuple(post for back, post in posts if back)
    return _Seen(topic, now, before, sizes[0], tuple(reversed(sizes[1:])), look)


def _look_of(trace: PainTrace) -> Look:
    return Look(tuple(trace.words), trace.matter, trace.model, trace.middle)


def _trace(one: _Seen, brand: str, week: Week, number: int, terms: Sequence[str]) -> PainTrace:
    return PainTrace(
        brand=brand,
        week=week.name,
        pain=number,
        name=", ".join(terms),
        terms=list(terms),
        words=list(one.look.words),
        matter=one.look.matter,
        model=one.look.model,
        middle=one.look.middle,
        posts=one.size,
    )


def _terms(one: _Seen, trace: PainTrace | None) -> tuple[str, ...]:
    """Name a pain point: as it was called, while that still fits, or by the words that set it apart now."""
    telling = [word.shown for word in one.topic.words]
    label = pains_names.label(one.topic.matter)
    if trace is not None and stability.still_named(trace.terms, [*telling, label]):
        return tuple(trace.terms)
    langs = Counter(post.lang for post in (*one.now, *one.before))
    return pains_names.name(one.topic.words, langs, posts=len(one.topic.rows), label=label)


def _point(one: _Seen, trace: PainTrace, ended: dict[int, str], material: Material) -> PainPoint:
    name = f"pain.{trace.pain}"
    cases = sorted({post.case_id for post in one.now if post.case_id is not None})
    every = material.weeks[0].every
    up, down = pains_change.words(material, one.topic)
    return PainPoint(
        id=f"p-{trace.pain}",
        name=trace.name,
        terms=tuple(trace.terms),
        langs=_frequent([post.lang for post in one.now or one.before]),
        size=measures.count(
            f"{name}.size",
            f"Posts about {trace.name}",
            posts=[post.id for post in one.now],
            value=one.size,
            earlier=one.earlier,
            good=Change.DOWN,
            note=f"estimated from one of {every} posts" if every > 1 else "",
        ),
        cases=measures.count(f"{name}.cases", f"Cases about {trace.name}", cases=cases),
        trend=pains_change.trend(one.size, one.earlier),
        earlier=one.earlier,
        expected=chance.band(one.earlier),
        sentiment=_sentiments(name, trace.name, one.now),
        resolved=measures.share(
            f"{name}.resolved",
            f"Resolved of those about {trace.name}",
            [case for case in cases if ended.get(case) == EventKind.RESOLVED],
            cases,
            good=Change.UP,
        ),
        quotes=quotes.choose(one.now, telling=[term.casefold() for term in trace.terms]),
        words_up=up,
        words_down=down,
        channels=_frequent([post.channel for post in one.now]),
    )


def _sentiments(name: str, label: str, posts: Sequence[Heard]) -> Sentiments:
    whole = [post.id for post in posts]
    by = {
        each: measures.share(
            f"{name}.sentiment.{each.value}",
            f"{each.value.capitalize()} of posts about {label}",
            [post.id for post in posts if post.sentiment == each.value],
            whole,
            of_posts=True,
        )
        for each in Sentiment
    }
    return Sentiments(negative=by[Sentiment.NEGATIVE], neutral=by[Sentiment.NEUTRAL], positive=by[Sentiment.POSITIVE])


def _frequent(values: Sequence[str]) -> tuple[str, ...]:
    counts = Counter(values)
    return tuple(sorted(counts, key=lambda one: (-counts[one], one)))


def _ended(db: Session, case_ids: Sequence[int | None], week: Week) -> dict[int, str]:
    """Look up how each case stood at the week's end: resolved, dismissed, or opened again since."""
    wanted = {case for case in case_ids if case is not None}
    return {event.case_id: event.kind for event in weekly.log_of(db, wanted, end=week.end) if event.kind in _CLOSING}


def _shown(points: Sequence[PainPoint]) -> list[PainPoint]:
    felt = [one for one in points if one.trend is not Trend.GONE][:SHOWN]
    return [*felt, *[one for one in points if one.trend is Trend.GONE][:SHOWN_GONE]]


def _praise(posts: Sequence[Heard]) -> tuple[Quote, ...]:
    """Pick praise: the surest first, each of another person; none rather than a doubtful one."""
    glad = [post for post in posts if post.need == Need.PRAISE and post.positive >= SURELY]
    glad.sort(key=lambda post: (-post.positive, post.id))
    return quotes.choose(glad, at_most=PRAISES)


def _notes(material: Material) -> tuple[str, ...]:
    every = material.weeks[0].every
    if every == 1:
        return ()
    return (f"Pain points were found in one of {every} posts; their sizes are estimates.",)
