"""The known traps of such reports, each by a week small enough to be worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col

from domain.values import PostKind
from storage import authors, corrections, links, posts, verdicts
from storage.authors import Author
from storage.database import writing
from storage.posts import Post
from tests.desk.newsroom import MONDAY, Newsroom

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@pytest.fixture
def room(engine: Engine) -> Newsroom:
    return Newsroom(engine)


def test_the_bots_acknowledgement_is_no_first_answer(room: Newsroom) -> None:
    case = room.complains()
    room.wait(minutes=1)
    room.bot_speaks()
    room.wait(minutes=41)
    before = room.figures()

    room.answers(case)

    found = room.figures()
    assert before["answer.first.median"].value is None
    assert before["answer.unanswered"].cases == (case,)
    assert before["bot.acknowledged"].value == 1
    assert found["answer.first.median"].value == 42 * MINUTE
    assert found["answer.unanswered"].value == 0


def test_a_case_opened_again_is_a_new_wait_and_not_five_days(room: Newsroom) -> None:
    case = room.complains(conversation="c1")
    room.wait(minutes=30)
    room.answers(case)
    room.wait(minutes=30)
    room.resolves(case)
    room.wait(days=5)
    room.road.hears("ana", "it broke again", conversation="c1")
    room.road.answer()
    room.wait(minutes=10)
    room.answers(case)

    found = room.figures()
    assert found["cases.opened"].value == 1
    assert found["cases.reopened"].cases == (case,)
    assert found["answer.first.median"].n == 2
    assert found["answer.first.median"].value == 20 * MINUTE  # of 30 and 10
    assert found["answer.resolution.median"].value == 1 * HOUR
    assert found["first_contact"].hits == 0


def test_a_case_opened_again_next_week_was_resolved_at_first_contact_this_week(room: Newsroom) -> None:
    """A week looks the same whenever it is looked at."""
    case = room.complains(conversation="c1")
    room.wait(hours=1)
    room.resolves(case)
    first = room.figures()
    room.at(datetime(2026, 11, 16, 9, tzinfo=UTC))
    room.road.hears("ana", "it broke again", conversation="c1")
    room.road.answer()

    assert room.figures() == first
    assert first["first_contact"].hits == 1
    assert room.figures("2026-W47")["cases.reopened"].cases == (case,)


def test_who_wrote_out_of_hours_is_told_apart(room: Newsroom) -> None:
    early = datetime(2026, 11, 10, 7, 59, tzinfo=UTC)  # Tuesday 08:59 in Berlin
    for who, wrote in {"eva": early, "tom": early + timedelta(minutes=1)}.items():
        room.at(wrote)
        case = room.complains(who)
        room.at(datetime(2026, 11, 10, 9, tzinfo=UTC))
        room.answers(case)

    found = room.figures()
    assert found["answer.first.outside.median"].value == 61 * MINUTE
    assert found["answer.first.inside.median"].value == 60 * MINUTE
    assert room.report().answers.hours == "Mon to Fri 09:00 to 17:00"


@pytest.mark.parametrize(
    ("name", "sunday", "hours"),
    [
        ("2026-W13", datetime(2026, 3, 29, tzinfo=UTC), 167),
        ("2026-W43", datetime(2026, 10, 25, tzinfo=UTC), 169),
    ],
)
def test_over_a_clock_change_waits_are_real_time_and_days_are_whole(
    room: Newsroom, name: str, sunday: datetime, hours: int
) -> None:
    room.at(sunday)  # 01:00 or 02:00 in Berlin, before the change
    case = room.complains()
    room.wait(hours=3)
    room.answers(case)
    room.at(room.week(name).end - timedelta(minutes=1))
    room.complains("tom")
    room.wait(minutes=1)
    room.complains("eva")

    found, report = room.figures(name), room.report(name)
    assert found["answer.first.median"].value == 3 * HOUR
    assert [day.posts.value for day in report.days] == [0, 0, 0, 0, 0, 0, 2]
    assert any(f"{hours} hours" in note for note in report.notes)


def test_the_last_week_of_the_year_goes_on_in_the_next(room: Newsroom) -> None:
    room.at(datetime(2026, 12, 28, 12, tzinfo=UTC))
    old = room.complains()
    room.at(datetime(2027, 1, 3, 22, 59, tzinfo=UTC))
    same = room.complains("tom")
    room.wait(minutes=1)
    new = room.complains("eva")

    assert room.figures("2026-W53")["cases.opened"].cases == (old, same)
    assert room.figures("2027-W01")["cases.opened"].cases == (new,)
    assert room.figures("2027-W01")["cases.opened"].before == 2


def test_a_customer_on_two_channels_is_one_customer_with_two_cases(room: Newsroom) -> None:
    first, second = room.complains("ana"), room.complains("ana_b")
    room.complains("tom")
    apart = room.figures()["customers"].value

    with writing(room.engine) as db:
        one, other = (authors.find(db, "x", who) for who in ("ana", "ana_b"))
        assert one is not None
        assert other is not None
        pair = links.pair(one.id, other.id)
        db.add(links.Link(at=room.now, act=links.LINK, one=pair[0], other=pair[1], by=links.BOT))

    found = room.figures()
    assert (apart, found["customers"].value) == (3, 2)
    assert found["cases.opened"].value == 3
    assert {first, second} < set(found["cases.opened"].cases)
    assert found["posts"].value == 3


def test_of_a_deleted_post_the_count_stays(room: Newsroom) -> None:
    room.complains(native_id="p1")
    room.complains("tom", native_id="p2")
    before = room.figures()

    with writing(room.engine) as db:
        posts.mark_gone(db, "x", ["p1"], now=room.now)

    assert room.figures() == before
    assert before["posts"].value == 2
    assert before["sentiment.negative"].hits == 2


def test_a_case_of_last_week_answered_this_week_counts_this_week(room: Newsroom) -> None:
    room.at(datetime(2026, 11, 8, 12, tzinfo=UTC))  # the Sunday before
    case = room.complains()
    room.wait(days=2)
    room.answers(case)
    room.wait(days=1)
    room.resolves(case)

    last, this = room.figures("2026-W45"), room.figures("2026-W46")
    assert last["cases.opened"].cases == last["answer.unanswered"].cases == (case,)
    assert last["answer.first.median"].value is None
    assert this["cases.opened"].value == 0
    assert this["answer.first.median"].value == 2 * DAY
    assert this["answer.resolution.median"].value == 3 * DAY
    assert this["answer.target"].hits == 0


def test_a_dismissed_case_is_counted_and_in_no_figure_of_answers(room: Newsroom) -> None:
    joke, real = room.complains("tom"), room.complains("ana")
    room.wait(minutes=5)
    room.answers(joke)
    room.dismisses(joke)
    room.wait(minutes=5)
    room.answers(real)

    found = room.figures()
    assert found["cases.dismissed"].cases == (joke,)
    assert found["cases.opened"].value == 2
    assert found["answer.first.median"].cases == (real,)
    assert found["answer.first.median"].value == 10 * MINUTE
    assert found["promises.kept"].cases == (real,)
    assert found["answer.unanswered"].value == 0
    assert found["first_contact"].n == 0


def test_a_case_nobody_answered_breaks_its_promise_though_no_answer_is_late(room: Newsroom) -> None:
    kept, broken = room.complains("ana"), room.complains("tom")
    room.wait(minutes=59)
    room.answers(kept)
    room.wait(hours=2)
    room.road.follow_up()

    found = room.figures()
    assert (found["answer.target"].hits, found["answer.target"].n) == (1, 1)
    assert (found["promises.kept"].hits, found["promises.kept"].n) == (1, 2)
    assert found["answer.unanswered"].cases == (broken,)
    assert [case.case_id for case in room.report().open_cases if case.overdue] == [broken]


def test_a_promise_that_falls_due_next_week_is_next_weeks(room: Newsroom) -> None:
    room.at(room.week().end - timedelta(minutes=30))
    case = room.complains()

    assert room.figures()["promises.kept"].n == 0
    assert room.figures("2026-W47")["promises.kept"].cases == (case,)


def test_what_a_person_said_in_the_platforms_app_counts_from_when_they_said_it(room: Newsroom) -> None:
    case = room.complains()
    room.wait(minutes=20)
    said = room.now
    room.wait(hours=3)  # heard only then
    room.road.follow_up()
    room.answers(case, spoke_at=said)

    found = room.figures()
    assert found["answer.first.median"].value == 20 * MINUTE
    assert found["answer.target"].hits == 1


def test_an_answer_heard_of_in_the_next_week_counts_once(room: Newsroom) -> None:
    room.at(room.week().end - timedelta(minutes=30))
    case = room.complains()
    said = room.now + timedelta(minutes=10)
    room.wait(hours=1)
    room.answers(case, spoke_at=said)

    this, following = room.figures(), room.figures("2026-W47")
    assert this["answer.first.median"].n == 0
    assert this["answer.unanswered"].cases == (case,)
    assert following["answer.first.median"].value == 10 * MINUTE


def test_an_edited_post_is_one_post_by_its_newest_words(room: Newsroom) -> None:
    room.road.hears("ana", "you are the worst", native_id="p1")
    room.road.answer()
    room.wait(minutes=5)
    room.road.hears("ana", "you are the best", "praise", native_id="p2", logical_id="p1", version=2)
    room.road.answer()

    found = room.figures()
    assert found["posts"].value == 1
    assert found["sentiment.positive"].hits == found["sentiment.positive"].n == 1


def test_of_a_post_edited_in_an_earlier_week_the_weeks_before_count_one_as_well(room: Newsroom) -> None:
    room.at(datetime(2026, 10, 26, 9, tzinfo=UTC))
    room.complains("li")
    room.at(datetime(2026, 11, 3, 9, tzinfo=UTC))
    room.road.hears("ana", "you are the worst", native_id="old")
    room.road.hears("ana", "you are bad", native_id="new", logical_id="old", version=2)
    room.road.answer()
    room.at(MONDAY)
    room.complains("tom")

    tuesday = room.report().days[1]
    assert tuesday.earlier_posts[-1] == 1


def test_our_own_posts_are_nobodys_opinion(room: Newsroom) -> None:
    room.complains()
    room.road.ours("We are hiring!")
    room.road.answer()

    assert room.figures()["posts"].value == 1


def test_what_the_team_put_right_counts_and_is_counted(room: Newsroom) -> None:
    room.road.hears("ana", "oh great, the third day", "praise", lang="en")
    room.road.hears("nok", "ดีมาก", "praise", lang="th")
    room.road.answer()
    with writing(room.engine) as db:
        verdict = verdicts.of(db, [1])[1]
        corrections.keep(db, verdict, "sentiment", "negative", by="person:U0MIA", now=room.now + timedelta(days=30))

    found = room.figures()
    assert (found["sentiment.negative"].hits, found["sentiment.positive"].hits) == (1, 1)
    assert (found["bot.corrected"].hits, found["bot.corrected"].n) == (1, 2)
    assert (found["bot.corrected.en"].hits, found["bot.corrected.th"].hits) == (1, 0)
    assert found["bot.corrected.en"].posts == (1,)


def test_a_forgotten_customer_still_counts(room: Newsroom) -> None:
    room.complains()
    before = room.figures()

    with writing(room.engine) as db:
        db.execute(update(Author).values(handle="", name="", forgotten_at=room.now))
        db.execute(update(Post).values(text="").where(col(Post.author_id) == 1))

    assert room.figures() == before


def test_a_private_message_under_way_before_monday_is_mondays_when_published_then(room: Newsroom) -> None:
    """Where a week ends counts when a post was published, in the brand's zone, not when we heard it."""
    end = room.week().end
    room.at(end + timedelta(minutes=20))
    room.road.hears("ana", "late again", created_at=end - timedelta(minutes=1))
    room.road.hears("tom", "hello", "question", kind=PostKind.DIRECT, created_at=end)

    assert room.figures()["posts"].posts == (1,)
    assert room.figures("2026-W47")["posts"].posts == (2,)
    assert room.figures()["source.1.late"].hits == 1
