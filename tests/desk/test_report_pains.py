"""Pain points of a week, from rows to names, sizes and quotes: what is found, stays found, and what must not show."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from desk.report import pains
from desk.report import week as weeks
from desk.report.values import Found, PainPoint, Trend, Week
from domain.history import EventKind
from domain.values import Need, PostKind, Sentiment, Span
from storage import authors, cases, erasure, events, posts
from storage.cases import Case
from storage.database import reading, writing
from storage.pains import PainTrace
from storage.posts import Post
from storage.verdicts import Verdict
from tests.desk.pains_week import APP, BAGS, HOLD, REFUND, WEEK, Said, about, glad, store

BRAND = "Nord Air"


def found(engine: Engine, week: Week = WEEK) -> Found:
    with reading(engine) as db:
        return pains.find(db, week, brand=BRAND)


def kept(engine: Engine, week: Week = WEEK) -> Found:
    one = found(engine, week)
    with writing(engine) as db:
        pains.keep(db, week, one, brand=BRAND)
    return one


def point(one: Found, word: str) -> PainPoint:
    (only,) = [pain for pain in one.pains if word in pain.name]
    return only


def test_what_hurts_is_found_and_called_by_its_own_words(engine: Engine) -> None:
    store(engine, [*about(BAGS, 30), *about(HOLD, 20), *about(REFUND, 12), *glad(40)])

    one = found(engine)

    assert [pain.size.value for pain in one.pains] == [30, 20, 12]
    assert "luggage" in one.pains[0].name
    assert "hold" in one.pains[1].name
    assert "refund" in one.pains[2].name
    assert all(1 <= len(pain.terms) <= 4 for pain in one.pains)


def test_a_figure_lists_the_posts_behind_it(engine: Engine) -> None:
    bags = store(engine, about(BAGS, 14))
    store(engine, [*about(HOLD, 14), *glad(20)])

    pain = point(found(engine), "luggage")

    assert list(pain.size.posts) == bags
    assert pain.size.n == 14
    assert pain.sentiment.negative.hits == 14
    assert pain.sentiment.negative.interval is not None


def test_the_same_rows_give_the_same_points_before_and_after_they_are_kept(engine: Engine) -> None:
    store(engine, [*about(BAGS, 25), *about(HOLD, 25), *about(APP, 15, back=1), *glad(30)])

    first = kept(engine)
    again = kept(engine)

    assert again.pains == first.pains
    assert again.moved == first.moved
    assert [trace.model_dump() for trace in again.traces] == [trace.model_dump() for trace in first.traces]
    with reading(engine) as db:
        assert len(list(db.exec(select(PainTrace)))) == len(first.pains)


def test_finding_changes_nothing(engine: Engine) -> None:
    store(engine, [*about(BAGS, 25), *glad(10)])

    found(engine)

    with reading(engine) as db:
        assert list(db.exec(select(PainTrace))) == []


def test_a_pain_keeps_its_number_and_name_from_week_to_week(engine: Engine) -> None:
    store(engine, [*about(BAGS, 20, back=2), *about(HOLD, 15, back=2), *glad(20, back=2)])
    store(engine, [*about(BAGS, 12, back=1), *about(HOLD, 25, back=1), *glad(20, back=1)])
    store(engine, [*about(HOLD, 18), *about(BAGS, 10), *about(APP, 16), *glad(20)])

    first, second, third = (kept(engine, weeks.before(WEEK, weeks=back)) for back in (2, 1, 0))

    for word in ("luggage", "hold"):
        assert point(first, word).id == point(second, word).id == point(third, word).id
        assert point(first, word).name == point(second, word).name == point(third, word).name
    assert point(third, "app").id not in {pain.id for pain in (*first.pains, *second.pains)}


def test_numbers_are_not_given_twice_even_where_an_old_week_is_made_again(engine: Engine) -> None:
    store(engine, [*about(BAGS, 20, back=1), *glad(20, back=1)])
    store(engine, [*about(APP, 20), *glad(20)])
    kept(engine, weeks.before(WEEK))
    later = kept(engine)
    store(engine, [*about(REFUND, 20, back=1)])

    again = kept(engine, weeks.before(WEEK))

    assert point(again, "refund").id not in {pain.id for pain in later.pains}


def test_a_pain_that_was_not_there_before_is_called_new(engine: Engine) -> None:
    store(engine, [*about(BAGS, 15, back=2), *about(BAGS, 15, back=1), *glad(20, back=1)])
    store(engine, [*about(BAGS, 15), *about(APP, 20), *glad(20)])

    one = found(engine)

    assert point(one, "app").trend is Trend.NEW
    assert point(one, "app").earlier == (0, 0)
    assert point(one, "luggage").trend is Trend.STEADY
    (moved,) = one.moved
    assert (moved.better, moved.pain_id) == (False, point(one, "app").id)
    assert "20 posts, none in the weeks before" in moved.what


def test_a_pain_that_ceased_is_called_gone_and_stands_last(engine: Engine) -> None:
    store(
        engine, [*about(BAGS, 16, back=2), *about(HOLD, 16, back=2), *about(BAGS, 16, back=1), *about(HOLD, 16, back=1)]
    )
    store(engine, [*about(HOLD, 16), *glad(20)])

    one = found(engine)

    assert one.pains[-1].trend is Trend.GONE
    assert "luggage" in one.pains[-1].name
    assert one.pains[-1].size.value == 0
    assert [moved.better for moved in one.moved] == [True]


def test_a_pain_that_grows_beyond_chance_says_which_words_made_it_grow(engine: Engine) -> None:
    for back in (1, 2, 3, 4):
        store(engine, [*about(HOLD, 10, back=back), *about(BAGS, 10, back=back), *glad(10, back=back)])
    strike = [replace(said, text=f"{said.text} during the strike") for said in about(BAGS, 45)]
    store(engine, [*strike, *about(HOLD, 10), *glad(10)])

    one = found(engine)

    bags = point(one, "luggage")
    assert bags.trend is Trend.GROWING
    assert bags.earlier == pytest.approx((10, 10, 10, 10), abs=1)
    assert "strike" in bags.words_up
    assert point(one, "hold").trend is Trend.STEADY
    (moved,) = one.moved
    assert f"{bags.size.value:.0f} posts, " in moved.what
    assert moved.what.endswith(" expected")
    assert "strike" in moved.why


def test_a_first_week_has_no_trend(engine: Engine) -> None:
    store(engine, [*about(BAGS, 20), *glad(10)])

    pain = point(found(engine), "luggage")

    assert (pain.trend, pain.earlier, pain.expected) == (Trend.UNKNOWN, (), None)


@pytest.mark.parametrize("said", [[], glad(30), about(BAGS, 2), [Said("bad"), Said("worse"), Said("")]])
def test_an_empty_or_quiet_week_has_no_pain_points(engine: Engine, said: list[Said]) -> None:
    store(engine, said)

    assert found(engine).pains == ()


def test_what_one_person_writes_over_and_over_is_no_pain_point(engine: Engine) -> None:
    store(engine, [replace(said, author="loud") for said in about(BAGS, 30)])
    store(engine, [*about(HOLD, 15), *glad(20)])

    one = found(engine)

    assert all("luggage" not in pain.name for pain in one.pains)
    assert "hold" in one.pains[0].name


def test_retweets_and_copies_count_but_are_read_once(engine: Engine) -> None:
    copies = [Said(f"RT @first: lost luggage at the desk in Oslo https://t.co/{n}", BAGS) for n in range(25)]
    store(engine, [*about(BAGS, 12), *copies, *about(HOLD, 12), *glad(20)])

    pain = point(found(engine), "luggage")

    assert pain.size.value == 37
    assert len({quote.text for quote in pain.quotes}) == len(pain.quotes) == 3


def test_a_corrected_post_hurts_no_more(engine: Engine) -> None:
    ids = store(engine, [*about(BAGS, 14), *about(HOLD, 14), *glad(20)])
    with writing(engine) as db:
        verdict = db.get_one(Verdict, ids[0])
        verdict.sentiment, verdict.need = Sentiment.NEUTRAL.value, Need.NOISE.value
        db.add(verdict)

    assert point(found(engine), "luggage").size.value == 13


def test_what_we_wrote_ourselves_and_older_versions_do_not_count(engine: Engine) -> None:
    store(engine, [*about(BAGS, 14), *about(HOLD, 14), *glad(20)])
    store(engine, [replace(said, own=True) for said in about(BAGS, 9)])

    assert point(found(engine), "luggage").size.value == 14


def test_quotes_are_masked_short_and_of_different_people(engine: Engine) -> None:
    spans = (Span(27, 35, "order"),)
    long = [f"you lost my luggage, order HB-20931, {said.text} {'and so on ' * 60}" for said in about(BAGS, 12)]
    store(engine, [Said(text, BAGS, spans=spans, author=f"a{n % 4}") for n, text in enumerate(long)])
    store(engine, [*about(HOLD, 10), *glad(20)])

    pain = point(found(engine), "luggage")

    assert pain.quotes
    for quote in pain.quotes:
        assert "HB-20931" not in quote.text
        assert "[order …31]" in quote.text
        assert len(quote.text) <= 220
    with reading(engine) as db:
        writers = {db.get_one(Post, quote.post_id).author_id for quote in pain.quotes}
    assert len(writers) == len(pain.quotes)


def test_personal_data_never_names_a_pain(engine: Engine) -> None:
    text = "lost luggage of Zacharias again, {} was told"
    store(engine, [Said(text.format(n), BAGS, spans=(Span(16, 25, "name"),)) for n in range(12)])
    store(engine, [*about(HOLD, 12), *glad(20)])

    one = found(engine)

    assert all(
        "zacharias" not in (pain.name + " ".join(trace.words)).lower() for pain in one.pains for trace in one.traces
    )


def test_private_posts_count_but_are_never_quoted(engine: Engine) -> None:
    private = [replace(said, kind=PostKind.DIRECT) for said in about(BAGS, 20)]
    store(engine, [*private, *about(HOLD, 12), *glad(20)])

    pain = point(found(engine), "luggage")

    assert pain.size.value == 20
    assert pain.quotes == ()


def test_deleted_posts_and_forgotten_people_are_not_quoted(engine: Engine) -> None:
    ids = store(engine, [*about(BAGS, 16), *about(HOLD, 16), *glad(20)])
    before = point(found(engine), "luggage")
    with writing(engine) as db:
        quoted = [db.get_one(Post, quote.post_id) for quote in before.quotes]
        posts.mark_gone(db, "x", [quoted[0].native_id], now=WEEK.end)
        erasure.forget(db, "x", authors.by_id(db, [quoted[1].author_id])[quoted[1].author_id].native_id, now=WEEK.end)

    after = point(found(engine), "luggage")

    gone = {quoted[0].id, quoted[1].id}
    assert len(before.quotes) == len(after.quotes) == 3
    assert gone.isdisjoint(quote.post_id for quote in after.quotes)
    assert ids[0] in before.size.posts


def test_praise_is_of_the_glad(engine: Engine) -> None:
    store(engine, [*about(BAGS, 12), *glad(9)])

    one = found(engine)

    assert len(one.praise) == 3
    assert all("luggage" not in quote.text for quote in one.praise)


def test_what_is_praise_only_perhaps_is_not_shared(engine: Engine) -> None:
    perhaps = [replace(one, sure=0.7) for one in glad(5)]
    merry = [replace(one, need=Need.NOISE) for one in glad(9)[5:]]
    store(engine, [*about(BAGS, 12), *perhaps, *merry])

    assert found(engine).praise == ()


def test_resolved_is_as_of_the_weeks_end(engine: Engine) -> None:
    ids = store(engine, [*about(BAGS, 12), *about(HOLD, 12), *glad(20)])
    inside, after = WEEK.end - timedelta(hours=1), WEEK.end + timedelta(hours=1)
    with writing(engine) as db:
        opened = [_open(db, db.get_one(Post, post_id)) for post_id in ids[:4]]
        events.note(db, opened[0], EventKind.RESOLVED, at=inside, sla="met")
        events.note(db, opened[1], EventKind.RESOLVED, at=after, sla="met")
        events.note(db, opened[2], EventKind.RESOLVED, at=inside, sla="met")
        events.note(db, opened[2], EventKind.REOPENED, at=inside)

    pain = point(found(engine), "luggage")

    assert pain.cases.value == 4
    assert (pain.resolved.hits, pain.resolved.n) == (1, 4)
    assert pain.resolved.too_small


def _open(db: Session, post: Post) -> int:
    case = Case(
        channel=post.channel,
        account=post.account,
        author_id=post.author_id,
        conversation=post.conversation,
        need="complaint",
        opened_at=post.created_at,
        updated_at=post.created_at,
    )
    return cases.open_case(db, case, post).id


def test_posts_judged_before_there_were_vectors_are_found_by_words_alone(engine: Engine) -> None:
    store(engine, [replace(said, vector=False) for said in (*about(BAGS, 20), *about(HOLD, 20), *glad(30))])

    one = found(engine)

    assert point(one, "luggage").size.value == 20
    assert point(one, "hold").size.value == 20


def test_of_very_many_posts_some_are_looked_at_and_the_report_says_so(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(engine, [*about(BAGS, 120), *about(HOLD, 60), *glad(20)])
    monkeypatch.setattr("desk.report.pains_reading.LOOKED_AT", 50)

    one = found(engine)

    bags = point(one, "luggage")
    assert bags.size.value == pytest.approx(120, abs=24)
    assert (bags.size.value or 1) % 4 == 0
    assert "one of 4 posts" in bags.size.note
    assert len(one.notes) == 1


def test_the_brands_name_and_handle_name_nothing(engine: Engine) -> None:
    said = [*about(BAGS, 20), *about(HOLD, 20), *glad(20)]
    store(engine, [replace(one, text=f"@NordAirCare {one.text} nord air nordaircare") for one in said])

    one = found(engine)

    assert one.pains
    assert all("nord" not in pain.name and "air" not in pain.name.split() for pain in one.pains)


def test_the_same_pain_in_two_languages_is_one(engine: Engine) -> None:
    thai = [
        Said(text, BAGS, lang="th")
        for text in (
            "กระเป๋าเดินทางหายที่สนามบิน",
            "กระเป๋าหายอีกแล้ว ไม่มีใครตอบ",
            "กระเป๋าเดินทางหาย ติดต่อไม่ได้เลย",
            "ทำกระเป๋าหาย แล้วยังไม่คืน",
            "กระเป๋าหายสามวันแล้ว",
            "กระเป๋าเดินทางของฉันหายไปไหน",
            "กระเป๋าหาย สายพานว่างเปล่า",
            "รอกระเป๋าที่หาย ยังไม่ได้คืน",
        )
    ]
    thai_hold = [
        Said(text, HOLD, lang="th")
        for text in (
            "โทรไปรอสายสองชั่วโมง",
            "รอสายนานมาก สายหลุด",
            "โทรศัพท์ไม่มีคนรับ รอสายทั้งวัน",
            "รอสายแล้วโดนตัดสาย",
            "รอสายเป็นชั่วโมง ไม่มีคนรับ",
            "โทรไม่ติด รอสายตลอด",
            "รอสายตั้งแต่เที่ยง",
            "ให้รอสายแล้ววางสายใส่",
        )
    ]
    store(engine, [*about(BAGS, 12), *thai, *about(HOLD, 12), *thai_hold, *glad(20)])

    one = found(engine)

    bags = point(one, "luggage")
    assert set(bags.langs) == {"en", "th"}
    assert any(quote.lang == "th" for quote in bags.quotes)
    assert any("กระเป๋า" in term for term in bags.terms)
