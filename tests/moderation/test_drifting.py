"""Drift over days in a real database: told once, told again when it comes again, never on the day it was looked at."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from app.status import gather
from domain.cards import Card, CardKind
from domain.conduct import Conduct, Rooms
from domain.values import NewAuthor, NewPost, Page, PostKind, SourceSpec
from moderation import judge
from moderation.drifting import COMPARED, LOOKED_BACK, WEEK, Drifting, read
from moderation.judge import Judge
from moderation.personal import PersonalData
from moderation.policy import load
from moderation.reference import Reference, Row
from storage import posts, sources
from storage.database import reading, writing
from storage.deliveries import DRIFT, Delivery, told_since
from tests.moderation.conftest import Canned
from tests.moderation.test_drift import scored

DAY, ZONE = timedelta(days=1), ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
CONDUCT = Conduct(brand="Nord", rooms=Rooms(alerts="C1"))
GLAD, SAD = scored(0.05), scored(0.95)
MEANS = {"froh": GLAD, "traurig": SAD}


class Brand:
    """A brand that is written to a hundred times a week."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.now, self.said = engine, MONDAY, 0
        with writing(engine) as db:
            sources.register(db, "x", "9", SourceSpec(name="m", endpoint="m", every=DAY), now=self.now)

    def weeks(self, count: int, *, unhappy: int = 4, calm: int = 12) -> None:
        """Let weeks pass; on each day so many are unhappy and so many are not."""
        for _ in range(7 * count):
            self.day(["traurig"] * unhappy + ["froh"] * calm)

    def day(self, texts: list[str]) -> None:
        page = Page(posts=tuple(self._post(text) for text in texts))
        with writing(self.engine) as db:
            (source,) = sources.listening(db)
            posts.store_page(db, source, page, now=self.now)
        while judge.run_once(self.engine, Judge(Canned(MEANS), PersonalData(), load()), now=self.now):
            pass
        self.now += DAY

    def _post(self, text: str) -> NewPost:
        self.said += 1
        author = NewAuthor(native_id=str(self.said))
        return NewPost(
            native_id=str(self.said),
            kind=PostKind.MENTION,
            text=text,
            author=author,
            conversation="c",
            created_at=self.now,
        )

    def look(self, *, rows: tuple[Row, ...] = ()) -> bool:
        """Look as after a new start: nothing is remembered but what stands in the database."""
        return drifting(self.engine, rows=rows).run_once(CONDUCT, now=self.now)

    def told(self) -> list[tuple[str, Card]]:
        with reading(self.engine) as db:
            found = db.exec(select(Delivery).where(col(Delivery.key).startswith(DRIFT)).order_by(col(Delivery.id)))
            return [(row.key, Card.from_json(row.body)) for row in found]


def drifting(engine: Engine, *, rows: tuple[Row, ...] = ()) -> Drifting:
    return Drifting(engine, model="canned-1", measured=(), reference=Reference("canned-1", rows), zone=ZONE)


@pytest.fixture
def brand(engine: Engine) -> Brand:
    return Brand(engine)


def test_steady_weeks_say_nothing(brand: Brand) -> None:
    brand.weeks(6)

    assert not brand.look()
    assert brand.told() == []


def test_a_turn_is_told_once_with_what_moved_and_what_to_do(brand: Brand) -> None:
    brand.weeks(5)
    brand.weeks(1, unhappy=12, calm=4)

    first, same_day, again = brand.look(), brand.look(), brand.look()
    brand.day(["traurig"] * 12 + ["froh"] * 4)
    next_day = brand.look()

    ((_, card),) = brand.told()
    assert (first, same_day, again, next_day) == (True, False, False, False)
    assert (card.kind, card.headline) == (CardKind.HEALTH, "Judging: sentiment differs from its own earlier weeks")
    assert "Unhappy posts: 25% before, 75% in the last seven days." in card.text
    assert "sottovoce eval --corrections" in card.remedy


def test_one_look_a_day_is_enough(brand: Brand) -> None:
    brand.weeks(5)
    brand.weeks(1, unhappy=12, calm=4)
    watch = drifting(brand.engine)

    assert watch.run_once(CONDUCT, now=brand.now)
    with writing(brand.engine) as db:
        db.delete(db.exec(select(Delivery)).one())
    assert not watch.run_once(CONDUCT, now=brand.now + timedelta(hours=3))
    assert watch.run_once(CONDUCT, now=brand.now + DAY)


def test_what_is_over_and_comes_again_is_told_again(brand: Brand) -> None:
    brand.weeks(6)
    brand.weeks(1, unhappy=14, calm=2)
    brand.look()
    brand.weeks(3)
    brand.look()
    brand.weeks(1, unhappy=1, calm=15)
    brand.weeks(1, unhappy=16, calm=0)

    assert brand.look()

    assert len(brand.told()) == 2


def test_the_new_custom_is_drift_no_more(brand: Brand) -> None:
    brand.weeks(5)
    for _ in range(6):
        brand.weeks(1, unhappy=12, calm=4)
        brand.look()

    assert len(brand.told()) == 1


def test_a_language_that_comes_up_is_told_by_name(brand: Brand) -> None:
    brand.weeks(5)
    for _ in range(7):
        brand.day(
            ["froh"] * 6 + ["traurig"] * 4 + ["Jestem bardzo niezadowolony z tej paczki i czekam już tydzień"] * 6
        )

    brand.look()

    told = [card.text for key, card in brand.told() if key.startswith("drift:language")]
    assert len(told) == 1
    assert told[0].startswith("Posts in pl: 0% before, 38% in the last seven days; ")


def test_a_new_brand_is_held_against_the_calibration_posts_and_told_once_for_ever(brand: Brand) -> None:
    rows = tuple(Row("de", urgent=False, scores=GLAD) for _ in range(100))
    brand.weeks(1, unhappy=16, calm=0)

    first = brand.look(rows=rows)
    brand.weeks(1, unhappy=16, calm=0)
    second = brand.look(rows=rows)

    ((key, card),) = brand.told()
    assert (first, second, key) == (True, False, "drift:sentiment:canned-1")
    assert card.headline == "Judging: sentiment differs from what the model was calibrated on"


def test_calibration_posts_of_another_model_are_no_measure(brand: Brand) -> None:
    rows = tuple(Row("de", urgent=False, scores=GLAD) for _ in range(100))
    brand.weeks(1, unhappy=16, calm=0)

    other = Drifting(brand.engine, model="canned-1", measured=(), reference=Reference("other", rows), zone=ZONE)

    assert not other.run_once(CONDUCT, now=brand.now)


def test_a_card_of_drift_reaches_the_room_for_alerts(brand: Brand) -> None:
    brand.weeks(5)
    brand.weeks(1, unhappy=12, calm=4)
    brand.look()

    with reading(brand.engine) as db:
        row = db.exec(select(Delivery)).one()
    assert (row.via, row.target, row.kind, row.state) == ("slack", "C1", "alert", "ready")


def test_the_status_shows_what_was_told_within_a_week(brand: Brand) -> None:
    brand.weeks(5)
    brand.weeks(1, unhappy=12, calm=4)
    brand.look()

    early, late = (gather(brand.engine, CONDUCT, now=brand.now + after)["drift"] for after in (DAY, 8 * DAY))

    assert early == ["Judging: sentiment differs from its own earlier weeks"]
    assert late == []
    with reading(brand.engine) as db:
        assert told_since(db, "drifs", brand.now - DAY) == told_since(db, DRIFT, brand.now + DAY) == []


def test_days_are_counted_as_far_back_as_any_comparison_reaches(brand: Brand) -> None:
    brand.weeks(1)
    today = brand.now.date()

    with reading(brand.engine) as db:
        days = read(db, "canned-1", today, zone=ZONE)

    assert len(days) == (LOOKED_BACK + (COMPARED + 1) * WEEK) // DAY
    assert max(days) == today - DAY
    assert days[today - DAY]["language"].total() == 16
