"""Corrections: a person's word outranks the model, for the post and its case, and nothing said before is lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from domain.history import EventKind
from domain.values import Abuse, AnswerBy, Need, Priority, Sentiment
from responder import claims, correct
from storage import corrections, verdicts
from storage.cases import DISMISSED, OPEN
from storage.database import reading, writing
from storage.verdicts import Verdict
from tests.responder.road import Road

MIA = "person:U0MIA"


def put(road: Road, post_id: int, by: str = MIA, **wanted: str) -> list[str]:
    with writing(road.engine) as db:
        done = correct.correct(db, post_id, wanted, by=by, conduct=road.conduct, now=road.now)
        return [f"{one.head}: {one.was} -> {one.value}" for one in done]


def stored(road: Road, post_id: int) -> Verdict:
    with reading(road.engine) as db:
        return verdicts.of(db, [post_id])[post_id]


def test_a_persons_word_replaces_the_models_and_both_are_kept(road: Road) -> None:
    post = road.hears("ana", "where is my parcel")
    road.answer()

    done = put(road, post, need="question", sentiment="neutral")

    verdict = stored(road, post)
    assert done == ["need: complaint -> question", f"sentiment: {Sentiment.NEGATIVE} -> neutral"]
    assert (verdict.need, verdict.sentiment, verdict.rule) == (Need.QUESTION, Sentiment.NEUTRAL, "corrected")
    assert verdict.answer_by == AnswerBy.PERSON
    with reading(road.engine) as db:
        kept = [(one.head, one.was, one.value, one.by) for one in corrections.of_posts(db, [post])]
    assert kept == [("need", "complaint", "question", MIA), ("sentiment", "negative", "neutral", MIA)]


def test_saying_what_is_said_already_changes_nothing(road: Road) -> None:
    post = road.hears("ana", "where is my parcel")
    road.answer()
    put(road, post, need="question")
    before = road.kinds()

    done = put(road, post, need="question")

    assert done == []
    assert road.kinds() == before


def test_the_case_follows_and_its_promise_moves_with_it(road: Road) -> None:
    post = road.hears("ana", "my parcel is on fire")
    road.answer()
    road.wait(minutes=1)

    put(road, post, need="urgent")

    case = road.case()
    assert (case.need, case.priority, case.rule) == (Need.URGENT, Priority.URGENT, "corrected")
    assert case.due_at == case.opened_at + road.conduct.sla[Need.URGENT]
    put(road, post, need="question")
    assert road.case().due_at == case.opened_at + road.conduct.sla[Need.QUESTION]


def test_a_case_stays_as_grave_as_its_gravest_post(road: Road) -> None:
    first = road.hears("ana", "you have stolen my money", "urgent", conversation="t1")
    road.answer()
    second = road.hears("ana", "hello?", "complaint", conversation="t1")
    road.answer()

    put(road, second, need="noise")

    assert (road.case().need, road.case().state) == (Need.URGENT, OPEN)
    with reading(road.engine) as db:
        assert correct.leading(db, 1) == first


def test_a_case_that_turns_out_to_need_nobody_is_closed_unless_somebody_has_it(road: Road) -> None:
    alone = road.hears("ana", "good one", "complaint")
    held = road.hears("bo", "good one too", "complaint")
    road.answer()
    with writing(road.engine) as db:
        claims.take(db, 2, "person:U0TOM", now=road.now)

    put(road, alone, need="praise")
    put(road, held, need="noise")

    assert (road.case(1).state, road.case(1).sla) == (DISMISSED, "void")
    assert (road.case(2).state, road.case(2).claimed_by) == (OPEN, "person:U0TOM")


def test_a_closed_case_is_not_weighed_again(road: Road) -> None:
    post = road.hears("ana", "where is my parcel")
    road.answer()
    with writing(road.engine) as db:
        claims.resolve(db, 1, MIA, now=road.now)

    put(road, post, need="urgent")

    assert stored(road, post).need == Need.URGENT
    assert road.case().need == Need.COMPLAINT
    assert road.kinds()[-1] == EventKind.CORRECTED


@pytest.mark.parametrize("wanted", [{"need": "furious"}, {"mood": "bad"}, {"sentiment": "urgent"}])
def test_what_is_no_verdict_is_refused(road: Road, wanted: dict[str, str]) -> None:
    post = road.hears("ana", "where is my parcel")

    with pytest.raises(ValueError, match="no such correction"):
        put(road, post, **wanted)

    assert stored(road, post).need == Need.COMPLAINT


def test_corrections_are_counted_by_the_language_of_their_post(road: Road) -> None:
    thai = road.hears("ana", "พัสดุอยู่ไหน", lang="th")
    english = road.hears("bo", "where is it", lang="en")
    road.answer()
    put(road, thai, need="question")
    road.wait(days=7)
    put(road, english, abuse="offensive")

    with reading(road.engine) as db:
        week = corrections.between(db, road.now - timedelta(days=1), road.now + timedelta(seconds=1))
        before = corrections.between(db, road.now - timedelta(days=8), road.now)

    assert [(one.head, lang) for one, lang in week] == [("abuse", "en")]
    assert [(one.head, lang) for one, lang in before] == [("need", "th")]


_SAID = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.one_of(
            st.tuples(st.just("need"), st.sampled_from(list(Need))),
            st.tuples(st.just("sentiment"), st.sampled_from(list(Sentiment))),
            st.tuples(st.just("abuse"), st.sampled_from(list(Abuse))),
        ),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=_SAID)
def test_whatever_is_said_the_history_tells_how_the_case_stands(engine: Engine, said: list) -> None:  # type: ignore[type-arg]
    road = Road(engine)
    name = f"ana{uuid4()}"  # one database serves all examples
    posts = [road.hears(name, "words", rule, conversation=name, native_id=f"{name}-{rule}") for rule in _RULES]
    road.answer()
    (case_id,) = {case.id for case in road.cases() if case.conversation == name}

    for which, (head, value) in said:
        put(road, posts[which], **{head: value.value})

    case, told = road.case(case_id), road.replayed(case_id)
    assert (told.need, told.priority, told.state, told.due_at) == (case.need, case.priority, case.state, case.due_at)
    for post in posts:
        with reading(engine) as db:
            kept = corrections.of_posts(db, [post])
        verdict = stored(road, post)
        last = {one.head: one.value for one in kept}
        assert all(getattr(verdict, head) == value for head, value in last.items())


_RULES = ("urgent", "complaint", "question")
