"""Watching: a quiet night is none of the team's business, a dead source is, soon, whatever made it die."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Pause, Refused, Unavailable
from domain.values import Page, SourceSpec
from listener import watch
from listener.watch import COMPARED_DAYS, KNOWN_DAYS, QUIET_FROM, same_hours
from storage import posts, sources
from storage.database import writing
from tests.listener.conftest import MENTIONS, MINUTE, Desk, Wire, post

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEP = 15 * MINUTE
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)

Rate = Callable[[datetime], float]
"""Posts an hour at a moment."""


def office(at: datetime) -> float:
    """Be busy by day, nearly silent by night and on Sundays."""
    if at.weekday() == 6 or not 7 <= at.hour < 22:
        return 0.3
    return 12.0


def shop(at: datetime) -> float:
    """Be busy round the clock, less so at night, with a storm on the third Tuesday."""
    if at.date() == (MONDAY + timedelta(days=15)).date() and at.hour in (13, 14):
        return 900.0
    return 20.0 if 8 <= at.hour < 23 else 4.0


def village(_at: datetime) -> float:
    """Bring two posts a day."""
    return 2 / 24


class Feed:
    """What a source has brought since Monday the first of June, heard as it was published."""

    def __init__(self, desk: Desk, rate: Rate, *, days: float, seed: int) -> None:
        self.desk, self.rate, self.chance = desk, rate, random.Random(seed)
        self.end = MONDAY
        self.times: list[datetime] = []
        self.go_on(days=days)

    def go_on(self, *, days: float) -> None:
        """Bring posts for so long: in each quarter of an hour as many as chance gives at this rate."""
        fresh: list[datetime] = []
        until = self.end + days * DAY
        while self.end < until:
            expected = self.rate(self.end) * (STEP / HOUR)
            while (expected := expected - self.chance.expovariate(1)) > 0:
                fresh.append(self.end + self.chance.random() * STEP)
            self.end += STEP
        self.times += sorted(fresh)
        page = Page(posts=tuple(post(f"{at.timestamp()}", at) for at in fresh))
        with writing(self.desk.engine) as db:
            source = sources.listening(db)[0]
            posts.store_page(db, source, page, now=self.end)
            sources.heard_page(source, page, new=len(fresh), late=0, now=self.end)

    def silences(self) -> Iterator[tuple[datetime, datetime]]:
        """Give every time between two posts that was long enough to be looked at."""
        return ((last, then) for last, then in pairwise(self.times) if then - last >= QUIET_FROM)

    def is_told(self, last: datetime, until: datetime) -> bool:
        """Say whether the watch speaks at `until`, when nothing has come since `last`."""
        with writing(self.desk.engine) as db:
            source = sources.listening(db)[0]
            source.last_new_at, source.last_ok_at, source.next_poll_at = last, until, until + MINUTE
            return watch.look(db, conduct=self.desk.conduct, now=until)

    def told_after(self, frozen: datetime, *, at_most: timedelta) -> timedelta | None:
        """Let nothing come from `frozen` on and look every quarter of an hour; says how long it took to be told."""
        for step in range(1, at_most // STEP + 1):
            if self.is_told(frozen, frozen + step * STEP):
                return step * STEP
        return None


@pytest.fixture
def listening_since_monday(desk: Desk) -> Desk:
    with writing(desk.engine) as db:
        source = sources.listening(db)[0]
        source.since = source.next_poll_at = MONDAY
    return desk


@pytest.mark.parametrize("rate", [office, shop, village])
def test_thirty_quiet_nights_after_a_month_raise_no_false_alarm(listening_since_monday: Desk, rate: Rate) -> None:
    """A silence is the longer the more suspicious, so each is looked at just before it ends, the first month's too."""
    feed = Feed(listening_since_monday, rate, days=COMPARED_DAYS + 30, seed=1)

    told = [(last, until) for last, until in feed.silences() if feed.is_told(last, until)]

    assert told == []
    assert len(list(feed.silences())) > 60
    assert listening_since_monday.cards() == []


@pytest.mark.parametrize(
    ("rate", "frozen", "within"),
    [
        (shop, timedelta(days=30, hours=10), 1.75 * HOUR),
        (shop, timedelta(days=30, hours=23), 5 * HOUR),
        (office, timedelta(days=30, hours=10), 2.75 * HOUR),
        (office, timedelta(days=30, hours=21), 12.25 * HOUR),
        (office, timedelta(days=33, hours=20), 13 * HOUR + 2 * DAY),
    ],
    ids=["by day", "at night", "at the office by day", "at the office in the evening", "before a Sunday"],
)
def test_a_frozen_feed_is_told_within_bounds(
    listening_since_monday: Desk, rate: Rate, frozen: timedelta, within: timedelta
) -> None:
    feed = Feed(listening_since_monday, rate, days=frozen / DAY, seed=2)

    took = feed.told_after(MONDAY + frozen, at_most=3 * DAY)

    assert took is not None
    assert took <= within
    assert not feed.is_told(MONDAY + frozen, MONDAY + frozen + took + HOUR), "said once"
    (card,) = listening_since_monday.cards()
    assert card.headline.startswith("x mentions: nothing new since ")
    assert "brought 15 posts and more" in card.text
    assert "from another account" in card.remedy


def test_a_feed_that_froze_last_week_and_came_back_can_be_told_dead_again(listening_since_monday: Desk) -> None:
    feed = Feed(listening_since_monday, shop, days=29, seed=3)
    feed.end += DAY
    feed.go_on(days=3 + 10 / 24)

    took = feed.told_after(feed.end, at_most=DAY)

    assert took is not None
    assert took <= 1.75 * HOUR


def test_a_source_is_not_called_quiet_before_it_is_known(listening_since_monday: Desk) -> None:
    feed = Feed(listening_since_monday, shop, days=KNOWN_DAYS - 1, seed=4)

    took = feed.told_after(feed.end, at_most=20 * HOUR)

    assert took is None


def test_what_the_connector_expects_counts_from_the_first_day(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.offers = [SourceSpec(name="mentions", endpoint="mentions", every=MINUTE, expect_within=2 * HOUR)]
    desk.register(now)

    told = []
    for minutes in range(0, 300, 10):
        desk.listen(now + minutes * MINUTE)
        if watch.run_once(desk.engine, conduct=desk.conduct, now=now + minutes * MINUTE):
            told.append(minutes)

    assert told == [130]
    assert "every 2:00:00" in desk.cards()[0].text


def test_a_poller_that_does_not_come_round_is_said_once(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(posts=(post("101", now),)))
    desk.listen(now)

    told = [m for m in range(60) if watch.run_once(desk.engine, conduct=desk.conduct, now=now + m * MINUTE)]

    assert told[0] == 17, "due after one minute, fifteen overdue"
    assert desk.headlines() == ["x mentions: not polled since 20 Nov 12:00 UTC"]


def test_a_source_polled_seldom_has_time_to_be_late(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.offers = [SourceSpec(name="mentions", endpoint="mentions", every=20 * MINUTE)]
    desk.register(now)
    desk.listen(now)

    told = [m for m in range(180) if watch.run_once(desk.engine, conduct=desk.conduct, now=now + m * MINUTE)]

    assert told[0] == 20 + 5 * 20 + 1


def test_a_night_without_power_is_no_fault_of_a_source(desk: Desk, now: datetime) -> None:
    """The machine was off for nine hours; the watch may look before the first poll."""
    desk.listen(now)
    morning = now + 9 * HOUR

    desk.register(morning)
    before_the_poll = watch.run_once(desk.engine, conduct=desk.conduct, now=morning + MINUTE)
    desk.listen(morning + MINUTE)
    after_the_poll = watch.run_once(desk.engine, conduct=desk.conduct, now=morning + 2 * MINUTE)

    assert (before_the_poll, after_the_poll) == (False, False)
    assert desk.cards() == []


@pytest.mark.parametrize(
    "answer",
    [
        Refused("x", "HTTP 403", rule="x.rights"),
        Unavailable("x", "HTTP 402", pause=Pause.MONEY),
        Unavailable("x", "HTTP 503"),
    ],
    ids=["stopped", "out of credits", "failing"],
)
def test_what_was_told_otherwise_is_not_told_by_the_watch_too(
    desk: Desk, wire: Wire, now: datetime, answer: Exception
) -> None:
    wire.will(*[answer] * 200)

    told = []
    for minutes in range(0, 180, 5):
        desk.listen(now + minutes * MINUTE)
        told.append(watch.run_once(desk.engine, conduct=desk.conduct, now=now + minutes * MINUTE))

    assert not any(told)
    assert len(desk.cards()) == 1


def test_a_limit_that_lets_nothing_through_for_an_hour_is_said(desk: Desk, wire: Wire, now: datetime) -> None:
    desk.listen(now)
    for minutes in range(15, 120, 15):
        retry_at = now + (minutes + 15) * MINUTE
        wire.will(Unavailable("x", "HTTP 429: too many", pause=Pause.RATE, retry_at=retry_at))

    told = []
    for minutes in range(1, 125):
        desk.listen(now + minutes * MINUTE)
        if watch.run_once(desk.engine, conduct=desk.conduct, now=now + minutes * MINUTE):
            told.append(minutes)

    assert told[0] == 61
    assert desk.headlines()[0] == "x mentions: nothing could be read since 20 Nov 12:00 UTC"
    assert desk.cards()[0].text == "HTTP 429: too many"
    assert desk.headlines()[1:] == ["x mentions: hears again"]


def test_the_usual_quarter_of_an_hour_of_a_limit_is_not_worth_a_word(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Unavailable("x", "HTTP 429", pause=Pause.RATE, retry_at=now + 15 * MINUTE))

    told = []
    for minutes in range(40):
        desk.listen(now + minutes * MINUTE)
        told.append(watch.run_once(desk.engine, conduct=desk.conduct, now=now + minutes * MINUTE))

    assert not any(told)


def test_a_connector_that_breaks_at_every_poll_is_said_within_the_hour(desk: Desk, wire: Wire, now: datetime) -> None:
    """Nobody catches what nobody foresaw; that nothing was read is told all the same."""
    desk.listen(now)
    wire.will(*[KeyError("author_id")] * 200)

    told = []
    for minutes in range(1, 90):
        with pytest.raises(KeyError):
            desk.listen(now + minutes * MINUTE)
        if watch.run_once(desk.engine, conduct=desk.conduct, now=now + minutes * MINUTE):
            told.append(minutes)

    assert told[0] == 61
    assert len(desk.cards()) == 1


@given(
    start=st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda after: MONDAY + after),
    lasted=st.timedeltas(QUIET_FROM, timedelta(days=40)),
    known_for=st.timedeltas(timedelta(0), timedelta(days=60)),
)
def test_days_compared_are_as_long_known_and_never_the_silence_itself(
    start: datetime, lasted: timedelta, known_for: timedelta
) -> None:
    first = start - known_for

    spans = list(same_hours(start, start + lasted, first=first))

    assert all(to - since == lasted for since, to in spans)
    assert all(first <= since and to <= start for since, to in spans)
    assert all((start - since) % DAY == timedelta(0) for since, _ in spans)
    assert len(spans) <= COMPARED_DAYS
    if lasted <= DAY and known_for >= KNOWN_DAYS * DAY:
        assert len(spans) >= KNOWN_DAYS


def test_the_watch_is_registered_sources_only(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.offers = []
    desk.register(now)

    told = watch.run_once(desk.engine, conduct=desk.conduct, now=now + DAY)

    assert not told
    assert MENTIONS.name == "mentions"
