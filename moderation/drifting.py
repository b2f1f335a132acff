"""Looks for drift once a day and tells the team of each once, with what to do. Weighs nothing itself."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from domain.cards import Card, CardKind
from domain.conduct import Conduct
from domain.sending import DeliveryKind
from domain.values import Priority, Scores
from moderation import drift
from moderation.drift import Mixes, Moved
from moderation.lookback import DAY, days_between, midnight, scores
from moderation.reference import Reference
from storage import deliveries, scored
from storage.database import writing

CARRIER = "slack"
WEEK = timedelta(days=7)
COMPARED = 8  # earlier weeks, at most
LOOKED_BACK = timedelta(days=28)  # for the day a drift began
CALM = 7  # days without it, after which it is over and may be told again
REMEDY = (
    "Label some posts with `sottovoce cases correct` and see `sottovoce eval --corrections`: is the model still right? "
    "`sottovoce thresholds` shows what the alerts cost now; [alerts] in the settings turns them."
)

Days = Mapping[date, Mixes]


class Drifting:
    """Looks after one model's scores: after midnight of the brand's clock, and at the start."""

    def __init__(
        self, engine: Engine, *, model: str, measured: Collection[str], reference: Reference, zone: ZoneInfo
    ) -> None:
        """Keep them; looks at nothing yet."""
        self._engine, self._model, self._measured, self._zone = engine, model, measured, zone
        rows = reference.rows if reference.model == model else ()
        self._reference = drift.mixes([(row.lang, row.scores) for row in rows])
        self._day: date | None = None

    def run_once(self, conduct: Conduct, *, now: datetime) -> bool:
        """Tell of what has moved and was not told. False: nothing, or today was looked at before."""
        today = now.astimezone(self._zone).date()
        if self._day == today:
            return False
        with writing(self._engine) as db:
            days = read(db, self._model, today, zone=self._zone)
            told = [tell(db, moved, key, conduct=conduct, now=now) for moved, key in self.found(days, today)]
        self._day = today
        return any(told)

    def found(self, days: Days, today: date) -> Iterator[tuple[Moved, str]]:
        """Give what has moved by today's beginning, each with the key under which it is told once."""
        now, earlier = weeks(days, today)
        if not drift.comparable(earlier):
            for moved in drift.unlike(now, self._reference, self._measured):
                yield moved, f"{deliveries.DRIFT}{moved.what}:{self._model}"
            return
        for moved in drift.drifted(now, earlier):
            yield moved, f"{deliveries.DRIFT}{moved.what}:{began(days, today, moved.what).isoformat()}"


def read(db: Session, model: str, today: date, *, zone: ZoneInfo) -> Days:
    """Count the brand's posts by day, as far back as any comparison reaches."""
    first = today - LOOKED_BACK - (COMPARED + 1) * WEEK
    posts: dict[date, list[tuple[str, Scores]]] = defaultdict(list)
    for row in scored.judged(db, midnight(first, zone), midnight(today, zone), model=model):
        posts[row.created_at.astimezone(zone).date()].append((row.lang, scores(row)))
    return {day: drift.mixes(posts.get(day, [])) for day in days_between(first, today)}


def weeks(days: Days, today: date) -> tuple[Mixes, Sequence[Mixes]]:
    """Give the seven days before `today`, and the weeks before them, the latest first."""
    ends = [today - n * WEEK for n in range(COMPARED + 1)]
    empty = drift.mixes([])
    now, *earlier = (drift.together([days.get(day, empty) for day in days_between(end - WEEK, end)]) for end in ends)
    return now, earlier


def began(days: Days, today: date, what: str) -> date:
    """Find the day on which this drift was first to be seen: a pause of less than a week does not end it."""
    start, calm = today, 0
    for ago in range(1, LOOKED_BACK // DAY + 1):
        day = today - ago * DAY
        now, earlier = weeks(days, day)
        if what in {moved.what for moved in drift.drifted(now, earlier)}:
            start, calm = day, 0
        else:
            calm += 1
        if calm == CALM:
            break
    return start


def tell(db: Session, moved: Moved, key: str, *, conduct: Conduct, now: datetime) -> bool:
    """Promise a card; a drift told before is not told again, and False is returned."""
    against = (
        "from its own earlier weeks" if moved.against == "earlier weeks" else "from what the model was calibrated on"
    )
    card = Card(
        kind=CardKind.HEALTH,
        headline=f"Judging: {moved.what} differs {against}",
        text=f"{moved.told[:1].upper()}{moved.told[1:]}. A difference of {moved.size:.2f}; chance and custom explain "
        f"{moved.limit:.2f}. An incident or a campaign may be why; else confidence may no longer mean what it says.",
        remedy=REMEDY,
        priority=int(Priority.NORMAL),
    )
    return deliveries.plan(
        db,
        key=key,
        kind=DeliveryKind.ALERT,
        via=CARRIER,
        account="team",
        order_key="team:drift",
        target=conduct.rooms.alerts,
        body=card.to_json(),
        priority=Priority.NORMAL,
        now=now,
    )
