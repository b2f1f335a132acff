"""Figures of what people wrote: how much, how it felt, on which channel, in which language. Knows no case."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from babel import Locale, UnknownLocaleError

from desk.report import chance, measures
from desk.report.values import Change, Day, Figure, Group, Sentiments, Week
from domain.values import Sentiment
from storage.weekly import Published, Tally

LABELS = {"x": "X", "facebook": "Facebook", "instagram": "Instagram"}
UNTOLD = "und"


@dataclass(slots=True)
class Pile:
    """Posts thrown together: their ids, and those that were judged by how they feel."""

    posts: list[int] = field(default_factory=list)
    by: dict[str, list[int]] = field(default_factory=lambda: {each.value: [] for each in Sentiment})

    def add(self, post: Published) -> None:
        """Throw a post on it."""
        self.posts.append(post.id)
        if post.sentiment is not None:
            self.by[post.sentiment].append(post.id)

    @property
    def judged(self) -> list[int]:
        """Ids of those that were judged."""
        return [post for posts in self.by.values() for post in posts]


@dataclass(frozen=True, slots=True)
class Piles:
    """The week's posts, sorted every way the report shows them."""

    whole: Pile
    days: tuple[Pile, ...]
    channels: dict[str, Pile]
    languages: dict[str, Pile]


def sort(posts: Iterable[Published], week: Week) -> Piles:
    """Sort the week's posts in one pass."""
    whole, days = Pile(), tuple(Pile() for _ in week.days)
    channels: defaultdict[str, Pile] = defaultdict(Pile)
    languages: defaultdict[str, Pile] = defaultdict(Pile)
    for post in posts:
        for pile in (whole, days[_day(week, post.created_at)], channels[post.channel], languages[post.lang or UNTOLD]):
            pile.add(post)
    return Piles(whole, days, channels, languages)


def _day(week: Week, at: datetime) -> int:
    return next(day for day in range(len(week.days) - 1, -1, -1) if at >= week.bounds[day])


@dataclass(slots=True)
class Counts:
    """How many posts of an earlier time there were, and how the judged among them felt."""

    posts: int = 0
    by: Counter[str] = field(default_factory=Counter)

    def add(self, row: Tally) -> None:
        """Add what the store has counted."""
        self.posts += row.posts
        if row.sentiment is not None:
            self.by[row.sentiment] += row.posts

    @property
    def judged(self) -> int:
        """How many of them were judged."""
        return self.by.total()

    def share(self, sentiment: str) -> tuple[int, int]:
        """Give one sentiment's hits and base."""
        return self.by[sentiment], self.judged


@dataclass(frozen=True, slots=True)
class Earlier:
    """The weeks before, oldest first: what was counted on each of their days."""

    weeks: tuple[tuple[tuple[Tally, ...], ...], ...]  # of up to four weeks the seven days

    def of(self, week: int, wanted: Callable[[Tally], bool] = lambda _: True, day: int | None = None) -> Counts:
        """Sum what is wanted over a week, or over one day of it."""
        counts = Counts()
        for number, rows in enumerate(self.weeks[week]):
            for row in rows if day in (None, number) else ():
                if wanted(row):
                    counts.add(row)
        return counts

    def last(self, wanted: Callable[[Tally], bool] = lambda _: True) -> Counts | None:
        """Sum what is wanted over the week just before; None in a first week."""
        return self.of(-1, wanted) if self.weeks else None

    def posts(self, wanted: Callable[[Tally], bool] = lambda _: True, day: int | None = None) -> list[int]:
        """Count posts week by week."""
        return [self.of(week, wanted, day).posts for week in range(len(self.weeks))]


def sentiments(name: str, pile: Pile, before: Counts | None = None) -> Sentiments:
    """Make the three shares of a pile."""
    judged = pile.judged
    made = {each: _sentiment(name, pile, judged, each, before) for each in Sentiment}
    return Sentiments(
        negative=made[Sentiment.NEGATIVE], neutral=made[Sentiment.NEUTRAL], positive=made[Sentiment.POSITIVE]
    )


_GOOD = {Sentiment.NEGATIVE: Change.DOWN, Sentiment.NEUTRAL: None, Sentiment.POSITIVE: Change.UP}


def _sentiment(name: str, pile: Pile, judged: list[int], each: Sentiment, before: Counts | None) -> Figure:
    return measures.share(
        f"{name}.{each.value}",
        f"{each.value.capitalize()} posts",
        pile.by[each.value],
        judged,
        before=before.share(each.value) if before else None,
        good=_GOOD[each],
        of_posts=True,
    )


def days(piles: Piles, week: Week, earlier: Earlier) -> tuple[Day, ...]:
    """Make the seven days, each against its weekday in the weeks before."""
    return tuple(_one_day(number, piles.days[number], week, earlier) for number in range(len(week.days)))


def _one_day(number: int, pile: Pile, week: Week, earlier: Earlier) -> Day:
    day = week.days[number]
    then = [earlier.of(past, day=number) for past in range(len(earlier.weeks))]
    negative = [counts.by["negative"] / counts.judged if counts.judged else None for counts in then]
    name = f"day.{day.isoformat()}"
    last = then[-1].share("negative") if then else None
    return Day(
        day=day,
        posts=measures.count(
            f"{name}.posts", f"Posts on {day:%A}", posts=pile.posts, earlier=[counts.posts for counts in then]
        ),
        negative=measures.share(
            f"{name}.negative",
            f"Negative posts on {day:%A}",
            pile.by["negative"],
            pile.judged,
            before=last,
            good=Change.DOWN,
            of_posts=True,
        ),
        earlier_posts=tuple(counts.posts for counts in then),
        earlier_negative=tuple(negative),
        expected=chance.band([counts.posts for counts in then]),
        negative_expected=chance.band_of_shares([share for share in negative if share is not None], n=len(pile.judged)),
    )


def channels(piles: Piles, earlier: Earlier, cases: Sequence[tuple[str, int]]) -> tuple[Group, ...]:
    """Make the groups by channel; `cases` are (channel, id) of those opened this week."""
    return _groups(
        _Kind("channel", _channel_label, lambda key: earlier_of(earlier, channel=key)), piles.channels, cases
    )


def languages(
    piles: Piles, earlier: Earlier, cases: Sequence[tuple[str, int]], corrected: dict[str, Figure]
) -> tuple[Group, ...]:
    """Make the groups by language; `corrected` are figures by language."""
    kind = _Kind("language", language_label, lambda key: earlier_of(earlier, lang=None if key == UNTOLD else key))
    return _groups(kind, piles.languages, cases, corrected)


def earlier_of(earlier: Earlier, **wanted: str | None) -> tuple[list[int], Counts | None]:
    """Give a group's posts week by week, and its counts of the week just before."""

    def fits(row: Tally) -> bool:
        return all((getattr(row, name) or UNTOLD) == (value or UNTOLD) for name, value in wanted.items())

    return earlier.posts(fits), earlier.last(fits)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What posts are grouped by: the group's label, and its posts week by week with its counts of the last week."""

    name: str
    label: Callable[[str], str]
    then: Callable[[str], tuple[list[int], Counts | None]]


def _groups(
    kind: _Kind,
    piles: dict[str, Pile],
    cases: Sequence[tuple[str, int]],
    corrected: dict[str, Figure] | None = None,
) -> tuple[Group, ...]:
    opened: defaultdict[str, list[int]] = defaultdict(list)
    for key, case in cases:
        opened[key].append(case)
    keys = sorted({*piles, *opened}, key=lambda key: (-len(piles[key].posts) if key in piles else 0, key))
    groups = []
    for key in keys:
        pile, (earlier, last) = piles.get(key, Pile()), kind.then(key)
        name, named = f"{kind.name}.{key}", kind.label(key)
        groups.append(
            Group(
                key=key,
                label=named,
                posts=measures.count(f"{name}.posts", f"Posts, {named}", posts=pile.posts, earlier=earlier),
                negative=measures.share(
                    f"{name}.negative",
                    f"Negative posts, {named}",
                    pile.by["negative"],
                    pile.judged,
                    before=last.share("negative") if last else None,
                    good=Change.DOWN,
                    of_posts=True,
                ),
                cases=measures.count(f"{name}.cases", f"Cases opened, {named}", cases=opened[key]),
                corrected=(corrected or {}).get(key),
            )
        )
    return tuple(groups)


def _channel_label(key: str) -> str:
    return LABELS.get(key, key.capitalize())


def language_label(key: str) -> str:
    """Name a language in English: "th" is Thai."""
    try:
        named = Locale.parse(key).get_language_name("en") if key != UNTOLD else None
    except (UnknownLocaleError, ValueError):
        named = None
    return named or (key if key != UNTOLD else "not told")
