"""Figures: derives the whole report of a week from what is stored. Reads rows, changes none, asks no clock."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from desk.report import (
    answer_times,
    casebook,
    chance,
    figures_bot,
    figures_cases,
    figures_posts,
    figures_sources,
    measures,
    numbers,
    sentences,
)
from desk.report import week as weeks
from desk.report.casebook import Cut
from desk.report.figures_posts import Earlier, Piles
from desk.report.values import EVIDENCE, AnswerTimes, Figure, Found, Group, Moved, Report, Totals, Week
from domain.conduct import DEFAULT_SLA
from domain.hours import OpeningHours, always
from domain.values import Need
from storage import weekly
from storage.weekly import Published, Tally

HISTORY = 4  # weeks before that a week is held against


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What of the settings the figures depend on."""

    name: str
    zone: ZoneInfo
    hours: OpeningHours = field(default_factory=always)
    promised: Mapping[Need, timedelta] = field(default_factory=lambda: dict(DEFAULT_SLA))


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a week."""

    posts: list[Published]
    piles: Piles
    earlier: Earlier
    writers: tuple[int, int | None]  # people this week, and the week before
    now: Cut
    before: Cut | None


def report(db: Session, week: Week, brand: Brand, *, found: Found | None = None) -> Report:
    """Derive the report of a week; `found` are its pain points. The same rows give the same report."""
    made: Report = trimmed(whole(db, week, brand, found=found))
    return made


def trimmed(value: Any) -> Any:
    """Leave in every figure no more post ids than it lists itself."""
    if isinstance(value, Figure):
        return replace(value, posts=value.posts[:EVIDENCE])
    if isinstance(value, tuple):
        return tuple(trimmed(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: trimmed(getattr(value, each.name)) for each in fields(value)})
    return value


def whole(db: Session, week: Week, brand: Brand, *, found: Found | None = None) -> Report:
    """Derive the same report with the ids of every post behind every figure."""
    with _uncollected():
        return _whole(db, week, brand, found or Found())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: among a million small values without a cycle that took a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _whole(db: Session, week: Week, brand: Brand, found: Found) -> Report:
    read = _read(db, week)
    put_right = weekly.put_right(db, week.start, week.end)
    corrected, by_lang = figures_bot.corrections(read.posts, put_right)
    totals = _totals(read)
    answers = answer_times.answer_times(read.now, read.before, hours=brand.hours, promised=brand.promised)
    open_cases = figures_cases.open_cases(read.now)
    incidents = figures_cases.incidents(read.now, weekly.storms(db, week.start, week.end))
    expected = chance.band(read.earlier.posts())
    return Report(
        brand=brand.name,
        week=week,
        revision=1,
        revised="",
        weeks_before=len(read.earlier.weeks),
        sentences=(
            sentences.volume(totals, expected),
            sentences.hurt(totals, found.pains, incidents),
            sentences.answered(answers, open_cases),
        ),
        totals=totals,
        days=figures_posts.days(read.piles, week, read.earlier),
        channels=_channels(read),
        languages=_languages(read, by_lang),
        pains=found.pains,
        moved=(*found.moved, *_moved(totals, answers)),
        incidents=incidents,
        praise=found.praise,
        answers=answers,
        funnel=figures_cases.funnel(read.now, read.before),
        first_contact=figures_cases.first_contact(read.now, read.before),
        effort=figures_cases.effort(read.now, read.before),
        promises=answer_times.promises(read.now, read.before),
        open_cases=open_cases,
        abuse=figures_cases.abuse(read.now, read.posts),
        bot=figures_bot.record(
            read.now,
            read.before,
            corrected=by_lang,
            all_corrected=corrected,
            posts=read.posts,
            money=weekly.spent(db, week.start, week.end),
        ),
        coverage=figures_sources.coverage(
            weekly.heard_from(db),
            read.posts,
            week,
            unreadable=weekly.unread(db, week.start, week.end),
            troubles=weekly.troubles(db, week.start, week.end),
        ),
        notes=(*_notes(week, read), *found.notes),
    )


def _read(db: Session, week: Week) -> _Read:
    posts = sorted(weekly.published(db, week.start, week.end), key=lambda post: post.id)
    earlier = _earlier(db, week)
    last = weeks.before(week)
    book = casebook.read(db, start=last.start if earlier.weeks else week.start, end=week.end)
    people = weekly.people(db, {post.author_id for post in posts})
    people_before = weekly.people(db, weekly.writers(db, last.start, last.end)) if earlier.weeks else None
    return _Read(
        posts=posts,
        piles=figures_posts.sort(posts, week),
        earlier=earlier,
        writers=(people, people_before),
        now=Cut(book, week),
        before=Cut(book, last) if earlier.weeks else None,
    )


def _earlier(db: Session, week: Week) -> Earlier:
    """Count the weeks before, as far back as there are whole ones: the one in which listening began is none."""
    first = weekly.first_published(db)
    known = [weeks.before(week, weeks=back) for back in range(HISTORY, 0, -1)]
    whole = [past for past in known if first is not None and first < past.bounds[1]]
    older = weekly.replaced(db, whole[0].start, whole[-1].end) if whole else frozenset()

    def day(past: Week, number: int) -> tuple[Tally, ...]:
        return tuple(weekly.tally(db, past.bounds[number], past.bounds[number + 1], older=older))

    return Earlier(tuple(tuple(day(past, number) for number in range(len(past.days))) for past in whole))


def _totals(read: _Read) -> Totals:
    people, people_before = read.writers
    return Totals(
        posts=measures.count("posts", "Posts", posts=read.piles.whole.posts, earlier=read.earlier.posts()),
        customers=measures.count(
            "customers", "People who wrote", value=people, earlier=[] if people_before is None else [people_before]
        ),
        sentiment=figures_posts.sentiments("sentiment", read.piles.whole, read.earlier.last()),
        **figures_cases.totals(read.now, read.before),
    )


def _opened(read: _Read, by: str) -> list[tuple[str, int]]:
    matters = read.now.book.matters
    return [(str(getattr(matters[case], by)), case) for case in figures_cases.opened(read.now)]


def _channels(read: _Read) -> tuple[Group, ...]:
    return figures_posts.channels(read.piles, read.earlier, _opened(read, "channel"))


def _languages(read: _Read, corrected: dict[str, Figure]) -> tuple[Group, ...]:
    return figures_posts.languages(read.piles, read.earlier, _opened(read, "lang"), corrected)


def _moved(totals: Totals, answers: AnswerTimes) -> tuple[Moved, ...]:
    """List the figures that got better or worse by more than chance."""
    watched: Sequence[Figure] = (
        totals.sentiment.negative,
        totals.sentiment.positive,
        totals.reopened,
        answers.first.median,
        answers.resolution.median,
        answers.within_target,
        answers.unanswered,
    )
    return tuple(
        Moved(better=figure.better, what=_what(figure), why="", figure=figure)
        for figure in watched
        if figure.better is not None and not figure.too_small
    )


def _what(figure: Figure) -> str:
    before = numbers.amount(figure.before, figure.unit) if figure.before is not None else numbers.NOTHING
    return f"{figure.label}: {numbers.figure(figure)}, {before} the week before"


def _notes(week: Week, read: _Read) -> list[str]:
    notes = []
    longer = weeks.clock_changes(week)
    if longer:
        way = "back" if longer > 0 else "forward"
        hours = 168 + longer / 60
        notes.append(f"The clocks went {way}: the week had {hours:g} hours.")
    if not read.earlier.weeks:
        notes.append("A first week: there is nothing to compare it with.")
    return notes
