"""Alerting: which dial keeps the operator's word on alerts, and what each costs. Pure: no clock, no database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, sqrt

from domain.values import Need
from moderation.dial import POSITIONS, turned
from moderation.policy import Policy
from moderation.triage import RULES, Facts, triage

HISTORY_DAYS = 28  # whole days looked back on
KNOWN_DAYS = 7  # of history before a budget moves anything
USUAL = 0.75  # on so many of the days there are no more alerts than on a "usual" one
KNOWN_URGENT = 30  # urgent posts before anything is said of what would be missed
Z = 1.645  # of a normal distribution: 95 % lie below it, so that a bound errs on the safe side 19 times of 20
NEVER = -1  # the place of a post that alerts at no position of the dial
_NEUTRAL = POSITIONS.index(0.0)
_DIALLED = frozenset(rule.id for rule in RULES if rule.dialled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the operator wants; at most one of the two."""

    at_most_a_day: float | None = None  # alerts on a usual day
    miss_at_most: float | None = None  # share of urgent posts, 0 to 1


@dataclass(frozen=True, slots=True)
class Heard:
    """One post of the brand's past."""

    day: date  # on the brand's clock
    author: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class Known:
    """One post of which people said whether it cannot wait."""

    facts: Facts
    urgent: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `n` posts, with where it may lie (Wilson 1927, 90 % two-sided, so 95 % lie below `high`)."""

    part: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.part / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What one position of the dial costs and brings."""

    dial: float
    usual: int | None  # alerts on a usual day; None: too little is known
    most: int | None  # on the busiest day
    danger: int | None  # alerts of danger on a usual day, which no dial turns; they are among `usual`
    missed: Share  # of the urgent posts
    precise: Share  # of the posts that alert, those that are urgent


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The dial in force, and why."""

    dial: float
    why: str
    kept: bool = True  # whether what was wanted could be had


class Past:
    """The brand's own whole days, and posts whose urgency is known, as each position of the dial would judge them."""

    def __init__(self, policy: Policy, days: Sequence[date], heard: Iterable[Heard], known: Iterable[Known]) -> None:
        """Judge everything again from its stored scores; `heard` beyond `days` is left out."""
        self._policies = [turned(policy, dial) for dial in POSITIONS]
        self.days = len(days)
        loudest: dict[date, dict[int, int]] = {day: defaultdict(lambda: NEVER) for day in days}
        danger: dict[date, set[int]] = {day: set() for day in days}
        for post in heard:
            if post.day in loudest:
                place = self._place(post.facts)
                # several posts of one customer are one case, and one alert
                loudest[post.day][post.author] = max(loudest[post.day][post.author], place)
                if self._dangerous(post.facts, place):
                    danger[post.day].add(post.author)
        self._days = [sorted(authors.values()) for authors in loudest.values()]
        self._danger = [len(authors) for authors in danger.values()]
        self._known = [(self._place(each.facts), each.urgent) for each in known]
        self.urgent = sum(urgent for _, urgent in self._known)

    def _place(self, facts: Facts) -> int:
        """Find the highest position at which a post alerts; it does at all below, since turning up makes no alert."""
        low, high = 0, len(self._policies) - 1
        if not self._alerts(facts, low):  # most posts
            return NEVER
        while low < high:
            middle = (low + high + 1) // 2
            if self._alerts(facts, middle):
                low = middle
            else:
                high = middle - 1
        return low

    def _alerts(self, facts: Facts, place: int) -> bool:
        return triage(facts, self._policies[place]).need is Need.URGENT

    def _dangerous(self, facts: Facts, place: int) -> bool:
        top = len(self._policies) - 1
        return place == top and triage(facts, self._policies[top]).rule not in _DIALLED

    def alerts(self, place: int) -> list[int]:
        """Count the alerts of each day at a position of the dial."""
        return [sum(each >= place for each in day) for day in self._days]

    def missed(self, place: int) -> Share:
        """Give the share of urgent posts that would not alert."""
        return share(sum(urgent and each < place for each, urgent in self._known), self.urgent)

    def trade(self, place: int) -> Trade:
        """Say what a position costs and brings."""
        days, loud = self.alerts(place), [urgent for each, urgent in self._known if each >= place]
        return Trade(
            dial=POSITIONS[place],
            usual=usual(days) if days else None,
            most=max(days) if days else None,
            danger=usual(self._danger) if days else None,
            missed=self.missed(place),
            precise=share(sum(loud), len(loud)),
        )

    def choose(self, choice: Choice) -> Chosen:
        """Find the dial that keeps what the operator wants with the fewest posts missed, or alerts told."""
        if choice.at_most_a_day is not None:
            return self._within(choice.at_most_a_day)
        if choice.miss_at_most is not None:
            return self._missing(choice.miss_at_most)
        return Chosen(dial=0.0, why="no choice is set: the policy's own thresholds")

    def _within(self, budget: float) -> Chosen:
        """Find the lowest dial that keeps a budget; never below the policy: a cap makes no alerts."""
        if self.days < KNOWN_DAYS:
            why = (
                f"only {self.days} whole days were judged by this model; until there are {KNOWN_DAYS}, the policy's own"
            )
            return Chosen(dial=0.0, why=f"{why} thresholds: nothing is kept from alerting on so little")
        for place in range(_NEUTRAL, len(POSITIONS)):
            found = usual(self.alerts(place))
            if found <= budget:
                return Chosen(dial=POSITIONS[place], why=f"{found} alerts on a usual day of the last {self.days}")
        danger = usual(self._danger)
        why = f"cannot be kept: {found} alerts on a usual day are left, {danger} of them of danger, which always alerts"
        return Chosen(dial=POSITIONS[-1], why=why, kept=False)

    def _missing(self, most: float) -> Chosen:
        """Find the highest dial under which, for all that so few posts can say, no more urgent ones are missed."""
        if self.urgent < KNOWN_URGENT:
            why = f"only {self.urgent} posts are known to be urgent; until there are {KNOWN_URGENT}, the policy's own"
            return Chosen(dial=0.0, why=f"{why} thresholds")
        for place in range(len(POSITIONS) - 1, -1, -1):
            missed = self.missed(place)
            if missed.high <= most:
                told = f"{missed.part} of {missed.n} urgent posts would be missed, at most {missed.high:.1%}"
                return Chosen(dial=POSITIONS[place], why=f"{told} with 95 % confidence")
        why = f"cannot be kept: {missed.part} of {missed.n} urgent posts would be missed even at the lowest dial"
        return Chosen(dial=POSITIONS[0], why=why, kept=False)


def usual(counts: Sequence[int]) -> int:
    """Give the upper quartile: on three days of four there were no more. Raises ValueError where there are no days."""
    if not counts:
        raise ValueError("no days")
    return sorted(counts)[ceil(USUAL * len(counts)) - 1]


def share(part: int, n: int) -> Share:
    """Say where a share may lie; of no posts it may lie anywhere."""
    if not n:
        return Share(part, n, 0.0, 1.0)
    middle = (part + Z * Z / 2) / (n + Z * Z)
    half = Z / (n + Z * Z) * sqrt(part * (n - part) / n + Z * Z / 4)
    # rounding must not leave the share itself outside
    return Share(part, n, max(0.0, min(part / n, middle - half)), min(1.0, max(part / n, middle + half)))
