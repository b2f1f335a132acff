"""What the weekly report says: values that figures fill and forms draw. Knows neither rows nor pixels.

For those who fill it and those who draw it:

- **A figure is a `Figure`**, never a bare number. `value` None: there is nothing to measure (`n` is 0), or `note` says
  why not ("not asked"). `too_small`: show the numbers themselves ("2 of 3"), never a percentage, an arrow or a colour.
- **A share** carries `hits` of `n` and its 95 % Wilson interval. A count or a median has an `interval` where one is
  known. `before` is the same figure one week earlier, None in a first week; `changed` says whether the two differ by
  more than chance, and only then may a form draw an arrow or say "better".
- **Behind a figure** stand `cases` (all of them) and `posts` (no more than `EVIDENCE`; `n` counts them all). The
  command `sottovoce report --week … --figure NAME --cases` lists them all. A form links or lists by `name`.
- **Times** are aware UTC; days are dates in the brand's zone; durations are seconds of real time, money is
  micro-dollars. Nothing here is "now": a week always looks the same, however late it is drawn.
- **Words of customers** stand in `Quote.text` only, masked, cut and cleaned of nothing else: forms must escape them,
  and set `lang` and direction. They go into page, PDF and mail, never into the room, where they could not be erased.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

EVIDENCE = 200  # post ids that a figure lists itself
SMALL = 10  # cases or posts below which a share or a median says little
FEW = 5  # ... and below which a quantile far out (p90) says nothing


class Unit(StrEnum):
    """What a figure's value is."""

    COUNT = "count"
    SHARE = "share"  # 0 to 1
    SECONDS = "seconds"
    SCORE = "score"  # customer effort, 1 (easy) to 5 (hard)
    MICROS = "micros"  # micro-dollars: 1_000_000 = 1 USD


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies, 95 times of 100; both ends included."""

    low: float
    high: float


class Change(StrEnum):
    """How a figure stands against the week before."""

    FIRST = "first"  # there is no week before, or nothing was measured in one of the two
    STEADY = "steady"  # no difference beyond chance
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number, what it rests on, and who stands behind it. See the module for how to show it."""

    name: str  # stable and dotted: "answer.first.median"
    label: str  # for people: "First answer by a person, median"
    value: float | None
    unit: Unit
    n: int  # the base: how many cases or posts it rests on
    hits: int | None = None  # of a share: how many of them
    interval: Interval | None = None
    before: float | None = None  # the week before
    change: Change = Change.FIRST
    good: Change | None = None  # which way is better: UP, DOWN; None: neither
    too_small: bool = False
    note: str = ""  # what must be said beside it: "not asked", "3 still wait"
    cases: tuple[int, ...] = ()  # ids, ascending
    posts: tuple[int, ...] = ()  # ids, ascending, at most EVIDENCE

    @property
    def better(self) -> bool | None:
        """Whether it became better (True) or worse (False) by more than chance; None: neither, or nobody can tell."""
        if self.good is None or self.change not in (Change.UP, Change.DOWN):
            return None
        return self.change is self.good


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """An ISO week on the brand's calendar: from Monday 00:00 to Monday 00:00, 167 to 169 hours of real time."""

    year: int  # ISO year: 2026-12-31 is in 2026-W53, 2027-01-03 too
    number: int  # 1 to 53
    zone: str  # IANA name: "Europe/Berlin"
    start: datetime  # aware UTC, included
    end: datetime  # aware UTC, excluded
    days: tuple[date, ...]  # the seven of them, Monday first
    bounds: tuple[datetime, ...]  # eight moments, UTC: where each day begins, and the end

    @property
    def name(self) -> str:
        """Write it as ISO 8601 does: "2026-W46"."""
        return f"{self.year}-W{self.number:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiments:
    """How posts feel: three shares of one base, which sum to 1."""

    negative: Figure
    neutral: Figure
    positive: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What the same weekday of the last four weeks lets expect: the middle and 95 times of 100 around it."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day against the same weekday of the weeks before."""

    day: date
    posts: Figure  # count
    negative: Figure  # share of the judged
    earlier_posts: tuple[int, ...] = ()  # same weekday, up to four weeks before, oldest first; shorter early on
    earlier_negative: tuple[float | None, ...] = ()  # shares; None: no post that day
    expected: Band | None = None  # of posts; None: fewer than two weeks to go by
    negative_expected: Band | None = None  # of the negative share


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One channel or one language."""

    key: str  # "x", "th"
    label: str  # "X", "Thai"
    posts: Figure  # count
    negative: Figure  # share of the judged
    cases: Figure  # cases opened, a count
    corrected: Figure | None = None  # languages: share of the model's decisions the team corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a customer wrote, masked. Of a public post that still stands and whose author was not forgotten."""

    text: str
    lang: str  # ISO 639; "und" where it cannot be told
    channel: str
    at: datetime
    post_id: int
    case_id: int | None = None
    link: str = ""


class Trend(StrEnum):
    """How a pain point stands against the weeks before."""

    NEW = "new"  # not among the weeks before
    GROWING = "growing"  # more than chance
    SHRINKING = "shrinking"
    STEADY = "steady"
    GONE = "gone"  # was there last week, is no more: size 0
    UNKNOWN = "unknown"  # a first week, or too few posts to say


@dataclass(frozen=True, slots=True, kw_only=True)
class PainPoint:
    """One thing that hurts customers, the same one from week to week by its `id`."""

    id: str  # stable over weeks: "p-17"
    name: str  # for people, of its own terms: "lost bags, baggage claim"
    terms: tuple[str, ...]  # two to four, the most telling first, in the posts' own languages
    langs: tuple[str, ...]  # most frequent first
    size: Figure  # posts, a count
    cases: Figure  # cases, a count
    trend: Trend
    earlier: tuple[int, ...]  # its size in up to four weeks before, oldest first
    expected: Band | None  # its size by those weeks
    sentiment: Sentiments
    resolved: Figure  # share of its cases resolved by the week's end
    quotes: tuple[Quote, ...] = ()
    words_up: tuple[str, ...] = ()  # words that became more frequent in it: why it changed
    words_down: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Something that got better or worse by more than chance, and why as far as the words tell."""

    better: bool
    what: str  # one line: "Lost bags: 41 posts, 18 expected"
    why: str  # one line, or empty: "more often: carousel, Heathrow"
    figure: Figure
    pain_id: str = ""  # where a pain point moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What `pains.find(db, week, brand=…) -> Found` finds in one view of the rows, which it does not change.

    `pains.keep(db, week, found)` then writes down, in the transaction that stores the report, what makes pain points
    the same ones next week; doing so twice for a week changes nothing.
    """

    pains: tuple[PainPoint, ...] = ()
    moved: tuple[Moved, ...] = ()  # pain points that got better or worse; other figures are added to them
    praise: tuple[Quote, ...] = ()
    notes: tuple[str, ...] = ()
    traces: tuple[Any, ...] = ()  # for `keep` alone: no form shows them


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A storm: many cases within minutes."""

    id: int
    channel: str
    account: str
    began_at: datetime
    ended_at: datetime | None  # None: on at the week's end
    cases: Figure  # count
    topics: tuple[str, ...]  # what it was about, most frequent first: "late delivery"
    answered: Figure  # share of its cases a person had answered by the week's end


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took: the middle one, and what nine of ten did not exceed."""

    median: Figure
    p90: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promise by need: how long it gives, and how the answers of the week stood against it."""

    need: str  # urgent, complaint, question
    seconds: float
    met: Figure  # share of the answers given this week that came in time


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTimes:
    """How long customers waited for a person. An automatic acknowledgement never ends a wait; reopening begins one."""

    first: Spread  # a person's first word, of waits that ended this week
    first_inside: Spread  # ... of customers who wrote within opening hours
    first_outside: Spread
    resolution: Spread  # until resolved, of cases resolved this week
    resolution_inside: Spread
    resolution_outside: Spread
    within_target: Figure  # share of this week's first answers that came in time
    targets: tuple[Target, ...]
    unanswered: Figure  # count: waits without a person's word at the week's end
    hours: str  # the opening hours as people say them: "Mon to Fri 09:00 to 17:00"; "always open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step from public to private: how many cases came so far."""

    key: str  # offered, acknowledged, opened, context, owned, resolved: a case came so far or further
    label: str
    reached: Figure  # count
    of_previous: Figure | None  # share of the step before; None: the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What it cost customers whose cases were resolved this week."""

    messages: Spread  # they had to send, until it was resolved: unit COUNT
    asked_again: Figure  # count: cases in which something already asked or told was asked
    channels_changed: Figure  # count: cases in which they had to change the channel, or from public to private
    ces: Figure  # mean customer effort score, unit SCORE; value None and note "not asked" where nobody was asked
    ces_answered: Figure  # share of the asked who answered


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case that was live at the week's end."""

    case_id: int
    need: str
    priority: int  # 0 urgent to 3 low
    channel: str
    topic: str  # "late delivery"; empty: unknown
    state: str  # open: we owe the next word · waiting: the customer does
    opened_at: datetime
    waiting_s: float  # since the customer's first post of this wait, at the week's end
    owner: str  # "person:U024BE7LH" as events name people; empty: nobody
    overdue: bool  # its promise was broken, or past due at the week's end


@dataclass(frozen=True, slots=True, kw_only=True)
class Abuse:
    """What was thrown at the brand and its customers, and what was done."""

    kinds: tuple[Figure, ...]  # counts of posts: offensive, hateful, threat
    handled: Figure  # share of its cases a person had taken, answered or closed by the week's end
    hidden: Figure  # counts of what was done at the platform
    deleted: Figure
    banned: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class BotRecord:
    """What the bot did by itself, what it was kept from, and how sure its model was."""

    acknowledged: Figure  # public replies sent
    messages: Figure  # private messages sent
    held: Figure  # words held for a person
    approved: Figure  # share of the held that a person released
    refused: tuple[Figure, ...]  # counts by the gate's rule, most frequent first; label is the rule's name in words
    failed: Figure  # refused by platforms
    doubtful: Figure  # sends that had to be looked for
    corrected: Figure  # share of the model's decisions the team corrected
    corrected_by_lang: tuple[Figure, ...]  # the same by language, most posts first
    confidence: Figure  # median probability of the sentiment it chose: unit SHARE
    unsure: Figure  # share of posts below 0.6
    money: tuple[Figure, ...]  # micro-dollars by channel; UTC days
    models: tuple[str, ...]  # name and version of those that judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The receipt of one source: what it brought, so that a silence is seen for what it is."""

    channel: str
    account: str
    source: str
    posts: Figure  # count
    late: Figure  # share heard more than 15 minutes after it was published
    slowest_s: float | None  # the longest from published to heard
    quiet_s: float | None  # the longest time within the week without a post
    unreadable: Figure  # count: kept as they came
    trouble: int  # how often the team was told that it fails or is silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The week in counts."""

    posts: Figure  # published this week, versions of one post counted once, ours left out
    customers: Figure  # people who wrote; identities known to be one person count once
    cases: Figure  # opened
    resolved: Figure
    dismissed: Figure  # needed nobody: in no figure of answer times, promises or first contact
    reopened: Figure
    sentiment: Sentiments


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One week of one brand, whole. The same week of the same rows gives the same value."""

    brand: str
    week: Week
    revision: int  # 1; more where something came to light after it was made
    revised: str  # why: "3 posts arrived late"; empty for the first
    weeks_before: int  # full weeks of history at hand, at most 4: 0 is a first week
    sentences: tuple[str, str, str]
    totals: Totals
    days: tuple[Day, ...]  # seven
    channels: tuple[Group, ...]  # most posts first
    languages: tuple[Group, ...]  # most posts first
    pains: tuple[PainPoint, ...]  # what matters most first; those that are gone last
    moved: tuple[Moved, ...]
    incidents: tuple[Incident, ...]
    praise: tuple[Quote, ...]
    answers: AnswerTimes
    funnel: tuple[Step, ...]
    first_contact: Figure  # share of the resolved that needed one answer of one person and no second post
    effort: Effort
    promises: Figure  # share of the promises due this week that were kept
    open_cases: tuple[OpenCase, ...]  # most urgent and then oldest first
    abuse: Abuse
    bot: BotRecord
    coverage: tuple[Coverage, ...]
    notes: tuple[str, ...] = ()  # what a reader must know: "The clocks went back: the week had 169 hours."

    @property
    def empty(self) -> bool:
        """Whether nobody wrote and nothing was open."""
        return not (self.totals.posts.value or self.totals.cases.value or self.open_cases)

    def figures(self) -> Iterator[Figure]:
        """Give every figure once, in the order of the report; names are unique."""
        yield from {figure.name: figure for figure in _figures(self)}.values()


def _figures(value: object) -> Iterator[Figure]:
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _figures(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _figures(getattr(value, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One chart as an image."""

    name: str  # unique in the report, fit for a file: "days"
    title: str
    alt: str  # the finding in words, not "chart"
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomWords:
    """The summary as the team's room shows it. Holds no customer's words."""

    text: str  # what a notification shows and a screen reader reads
    blocks: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The report as a mail: `html` shows each picture as `cid:<its name>`, `plain` can be read on its own."""

    subject: str
    plain: str
    html: str
    pictures: tuple[Picture, ...] = ()
