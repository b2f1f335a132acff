"""Looking back: which posts and days count, and that stored scores are judged as they were when they were heard."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from domain.conduct import Conduct
from domain.values import NewAuthor, NewPost, Page, PostKind, Scores, SourceSpec
from moderation import judge, lookback
from moderation.alerting import HISTORY_DAYS, Past
from moderation.dial import POSITIONS
from moderation.judge import Judge
from moderation.personal import PersonalData
from moderation.policy import load
from moderation.reference import Reference, Row
from responder import correct
from storage import posts, scored, sources
from storage.database import reading, writing
from storage.posts import Post
from tests.moderation.conftest import Canned, scores

POLICY, UTC_ZONE, BERLIN = load(), ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
DAY, NEUTRAL = timedelta(days=1), POSITIONS.index(0.0)
ANGRY, CALM = scores(negative=0.97, person=0.99), scores(kind={"noise": 1.0})
MEANS: Mapping[str, Scores] = {"angry": ANGRY, "calm": CALM, "hopeless": scores(distress=0.9)}


def hear(engine: Engine, at: datetime, word: str, **changed: Any) -> int:
    """Hear one post and judge it at once; each is another author's unless said otherwise. Gives its row id."""
    values: dict[str, Any] = {"kind": PostKind.MENTION, "author": NewAuthor(native_id=f"{at}{word}")} | changed
    with writing(engine) as db:
        sources.register(db, "x", "9", SourceSpec(name="m", endpoint="m", every=timedelta(minutes=1)), now=at)
        db.flush()
        (source,) = sources.listening(db)
        given: dict[str, Any] = {
            "native_id": f"{at.timestamp()}{word}",
            "text": word,
            "conversation": "c",
            "created_at": at,
        } | values
        stored = posts.store_page(db, source, Page(posts=(NewPost(**given),)), now=at)
    judge.run_once(engine, Judge(Canned(MEANS), PersonalData(), POLICY), now=at)
    return stored.new[0]


def look(engine: Engine, now: datetime, *, zone: ZoneInfo = UTC_ZONE, model: str = "canned-1") -> Past:
    with reading(engine) as db:
        return lookback.past(db, POLICY, Reference(), model=model, zone=zone, now=now)


def test_each_whole_day_since_the_model_began_counts_and_today_does_not(engine: Engine, now: datetime) -> None:
    for days_ago in (4, 3, 1, 0):
        hear(engine, now - days_ago * DAY, "angry")

    found = look(engine, now)

    assert found.days == 3
    assert found.alerts(NEUTRAL) == [1, 0, 1]


def test_no_more_than_four_weeks_are_looked_back_on(engine: Engine, now: datetime) -> None:
    for days_ago in (60, HISTORY_DAYS + 1, HISTORY_DAYS):
        hear(engine, now - days_ago * DAY, "angry")

    found = look(engine, now)

    assert found.days == HISTORY_DAYS
    assert sum(found.alerts(NEUTRAL)) == 1


def test_a_day_is_one_on_the_brands_clock(engine: Engine) -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    hear(engine, now - 3 * DAY, "calm")
    hear(engine, datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "angry")  # half past midnight in Berlin

    assert look(engine, now, zone=UTC_ZONE).alerts(NEUTRAL) == [1, 0]
    assert look(engine, now, zone=BERLIN).alerts(NEUTRAL) == [0, 1]


def test_all_of_a_day_says_the_same(engine: Engine, now: datetime) -> None:
    for hours in range(0, 200, 7):
        hear(engine, now - timedelta(hours=hours), ("angry", "calm")[hours % 2])

    early, late = (look(engine, now.replace(hour=hour)) for hour in (0, 23))

    assert early.alerts(NEUTRAL) == late.alerts(NEUTRAL)


def test_what_another_model_judged_says_nothing_of_this_one(engine: Engine, now: datetime) -> None:
    hear(engine, now - 3 * DAY, "angry")

    assert look(engine, now, model="another-2").days == 0


def test_our_own_posts_and_replaced_versions_do_not_count(engine: Engine, now: datetime) -> None:
    at = now - DAY
    hear(engine, now - 2 * DAY, "calm")
    hear(engine, at, "angry", own=True)
    hear(engine, at, "angry", native_id="1", logical_id="1")
    hear(engine, at + timedelta(minutes=5), "calm", native_id="2", logical_id="1", version=2)

    assert look(engine, now).alerts(NEUTRAL) == [0]


@pytest.mark.parametrize("word", ["angry", "calm", "hopeless"])
def test_a_stored_verdict_is_judged_again_as_it_was(engine: Engine, now: datetime, word: str) -> None:
    hear(engine, now - 2 * DAY, "calm")
    hear(engine, now - DAY, word, kind=PostKind.DIRECT)

    found = look(engine, now)

    assert found.alerts(NEUTRAL) == [int(word != "calm")]
    assert found.trade(NEUTRAL).danger == int(word == "hopeless")


def test_danger_said_in_so_many_words_is_remembered_without_the_words(engine: Engine, now: datetime) -> None:
    hear(engine, now - 2 * DAY, "calm")
    post = hear(engine, now - DAY, "I want to kill myself")
    with writing(engine) as db:
        db.get_one(Post, post).text = ""  # as after `forget`

    assert look(engine, now).trade(NEUTRAL).danger == 1


def test_personal_data_in_public_is_remembered_too(engine: Engine, now: datetime) -> None:
    hear(engine, now - 2 * DAY, "calm")
    hear(engine, now - DAY, "write to ana.banana@example.com")

    assert look(engine, now).trade(NEUTRAL).danger == 1


def known(engine: Engine, reference: Reference = Reference()) -> list[tuple[float, bool]]:  # noqa: B008 - frozen
    with reading(engine) as db:
        found = list(lookback.known(db, reference, model="canned-1"))
    return [(round(each.facts.scores.person, 2), each.urgent) for each in found]


def say(engine: Engine, post: int, need: str, now: datetime) -> None:
    with writing(engine) as db:
        correct.correct(db, post, {"need": need}, by="person:ana", conduct=Conduct(brand="b"), now=now)


def test_what_the_team_put_right_is_known_by_what_they_said_last(engine: Engine, now: datetime) -> None:
    calm, angry, _ = (hear(engine, now - n * DAY, word) for n, word in enumerate(["calm", "angry", "hopeless"]))
    say(engine, calm, "complaint", now)
    say(engine, calm, "urgent", now + DAY)
    say(engine, angry, "praise", now)

    assert sorted(known(engine)) == [(0.0, True), (0.99, False)]


def test_a_correction_leaves_the_scores_as_the_model_gave_them(engine: Engine, now: datetime) -> None:
    hear(engine, now - 2 * DAY, "calm")
    angry = hear(engine, now - DAY, "angry")
    say(engine, angry, "noise", now)

    assert look(engine, now).alerts(NEUTRAL) == [1]


def test_the_reference_is_known_where_it_is_this_models(engine: Engine) -> None:
    rows = (Row("en", urgent=True, scores=ANGRY), Row("th", urgent=False, scores=CALM))

    assert known(engine, Reference("canned-1", rows)) == [(0.99, True), (0.0, False)]
    assert known(engine, Reference("another-2", rows)) == []


def test_scores_are_read_as_they_were_stored(engine: Engine, now: datetime) -> None:
    hear(engine, now, "angry")

    with reading(engine) as db:
        (row,) = scored.judged(db, now - DAY, now + DAY, model="canned-1")

    found = lookback.scores(row)
    assert replace(found, model=ANGRY.model, sentiment=ANGRY.sentiment) == ANGRY
    assert found.sentiment == pytest.approx(ANGRY.sentiment)


def test_followers_reach_triage_again(engine: Engine, now: datetime) -> None:
    hear(engine, now, "angry", author=NewAuthor(native_id="7", followers=2_000_000), encrypted=True)

    with reading(engine) as db:
        (row,) = scored.judged(db, now - DAY, now + DAY, model="canned-1")

    found = lookback.facts(row)
    assert (found.followers, found.encrypted, found.kind) == (2_000_000, True, PostKind.MENTION)
