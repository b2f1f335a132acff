"""Judging: each new post once, whoever else judges too, and nothing lost when the model fails."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select

from domain.values import AnswerBy, NewAuthor, NewPost, Page, PostKind, Priority, SourceSpec
from moderation import judge
from moderation.judge import BATCH, Judge
from moderation.personal import PersonalData
from moderation.policy import Policy, load
from moderation.triage import Subject
from storage import posts, sources, verdicts
from storage.database import reading, writing
from storage.posts import IGNORED, JUDGED, NEW, SETTLED, Post
from storage.verdicts import Verdict
from tests.moderation.conftest import Canned, scores


def judge_with(model: Canned, policy: Policy | None = None) -> Judge:
    return Judge(model, PersonalData(), policy or load())


def hear(engine: Engine, now: datetime, *texts: str, **changed: object) -> list[int]:
    """Store posts as the listener would; gives their row ids, oldest first."""
    with writing(engine) as db:
        sources.register(db, "x", "9", SourceSpec(name="m", endpoint="m", every=timedelta(minutes=1)), now=now)
        db.flush()
        (source,) = sources.listening(db)
        values = {"kind": PostKind.MENTION, "author": NewAuthor(native_id="1", followers=12), **changed}
        page = tuple(
            NewPost(native_id=f"{source.heard + n:06}", text=text, conversation="c", created_at=now, **values)  # type: ignore[arg-type]
            for n, text in enumerate(texts)
        )
        stored = posts.store_page(db, source, Page(posts=page), now=now)
        source.heard += len(stored.new)
    return list(stored.new)


def states(engine: Engine) -> dict[int, str]:
    with reading(engine) as db:
        return {row.id: row.state for row in db.exec(select(Post))}


def kept(engine: Engine) -> list[Verdict]:
    with reading(engine) as db:
        return list(db.exec(select(Verdict).order_by(col(Verdict.post_id))))


def test_a_new_post_is_judged_and_handed_on(engine: Engine, now: datetime) -> None:
    (post_id,) = hear(engine, now, "third day without my parcel, order HB-20931")
    model = Canned(
        {"third day without my parcel, order HB-20931": scores(negative=0.6, person=0.6, kind={"complaint": 0.9})}
    )

    worked = judge.run_once(engine, judge_with(model), now=now)
    again = judge.run_once(engine, judge_with(model), now=now)

    (verdict,) = kept(engine)
    assert (worked, again) == (True, False)
    assert states(engine) == {post_id: JUDGED}
    assert (verdict.rule, verdict.need, verdict.lang, verdict.judged_at) == ("order-number", "urgent", "en", now)
    assert verdict.personal_data == [{"start": 35, "end": 43, "kind": "order"}]
    assert (verdict.model, verdict.policy) == ("canned-1", load().version)
    assert (verdict.sentiment, verdict.abuse) == ("neutral", "none") or verdict.sentiment == "negative"


def test_scores_are_kept_whole_for_the_report(engine: Engine, now: datetime) -> None:
    hear(engine, now, "x")
    model = Canned({"x": scores(negative=0.75, person=0.5, distress=0.123456, why={"money": 0.333333})})

    judge.run_once(engine, judge_with(model), now=now)

    (verdict,) = kept(engine)
    assert verdict.scores["sentiment"] == {"negative": 0.75, "neutral": 0.25, "positive": 0.0}
    assert verdict.scores["why"] == {"money": 0.3333}
    assert sum(verdict.scores["kind"].values()) == 1
    assert verdict.distress == 0.123456


def test_a_batch_is_sixty_four_and_the_oldest_go_first(engine: Engine, now: datetime) -> None:
    ids = hear(engine, now, *[f"post {n}" for n in range(BATCH + 10)])
    model = Canned()

    judge.run_once(engine, judge_with(model), now=now)
    after_one = states(engine)
    judge.run_once(engine, judge_with(model), now=now)

    assert model.batches == [64, 10]
    assert [after_one[post_id] for post_id in ids] == [JUDGED] * 64 + [NEW] * 10
    assert set(states(engine).values()) == {JUDGED}


def test_a_post_takes_its_place_in_the_responders_queue(engine: Engine, now: datetime) -> None:
    hear(engine, now, "fine", "I cannot go on")
    model = Canned({"I cannot go on": scores(distress=0.9)})

    judge.run_once(engine, judge_with(model), now=now)

    with reading(engine) as db:
        queue = posts.to_answer(db, limit=9)
    assert [(post.text, post.priority) for post in queue] == [
        ("I cannot go on", Priority.URGENT),
        ("fine", Priority.LOW),
    ]


@pytest.mark.parametrize(("counted_from", "rule"), [(50_000, "reach"), (0, "unhappy")])
def test_readers_count_only_where_the_policy_asks(
    engine: Engine, now: datetime, policy: Policy, counted_from: int, rule: str
) -> None:
    hear(engine, now, "bad", author=NewAuthor(native_id="7", followers=2_000_000))
    model = Canned({"bad": scores(negative=0.9)})
    chosen = replace(policy, reach_followers=counted_from)

    judge.run_once(engine, judge_with(model, chosen), now=now)

    assert kept(engine)[0].rule == rule


def test_an_encrypted_message_goes_to_a_person(engine: Engine, now: datetime) -> None:
    hear(engine, now, "", encrypted=True, kind=PostKind.DIRECT)

    judge.run_once(engine, judge_with(Canned()), now=now)

    assert (kept(engine)[0].rule, kept(engine)[0].answer_by) == ("encrypted", AnswerBy.PERSON.value)


def test_the_platforms_word_on_the_language_helps_where_there_are_no_words(engine: Engine, now: datetime) -> None:
    hear(engine, now, "😡😡", lang="th")

    judge.run_once(engine, judge_with(Canned()), now=now)

    assert kept(engine)[0].lang == "th"


class ModelError(Exception):
    pass


def test_a_model_that_fails_leaves_the_posts_new(engine: Engine, now: datetime) -> None:
    ids = hear(engine, now, "one", "two")

    def fail() -> None:
        raise ModelError

    with pytest.raises(ModelError):
        judge.run_once(engine, judge_with(Canned(before=fail)), now=now)
    while_broken = states(engine)
    judge.run_once(engine, judge_with(Canned()), now=now)

    assert while_broken == dict.fromkeys(ids, NEW)
    assert states(engine) == dict.fromkeys(ids, JUDGED)


def test_two_workers_that_race_for_a_batch_judge_each_post_once(engine: Engine, now: datetime) -> None:
    hear(engine, now, *[f"post {n}" for n in range(40)])
    together = threading.Barrier(2, timeout=20)

    def meet() -> None:
        together.wait()

    models = [Canned({f"post {n}": scores(distress=p) for n in range(40)}, before=meet) for p in (0.0, 0.9)]
    workers = [
        threading.Thread(target=judge.run_once, args=(engine, judge_with(model)), kwargs={"now": now})
        for model in models
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    with reading(engine) as db:
        pairs = db.exec(select(Verdict, Post).join(Post, col(Post.id) == col(Verdict.post_id))).all()
    assert [model.batches for model in models] == [[40], [40]]
    assert len(pairs) == 40
    assert len({verdict.rule for verdict, _ in pairs}) == 1, "one of the two wrote them all"
    assert all(post.priority == verdict.priority for verdict, post in pairs), "and the queue goes by its word"
    assert set(states(engine).values()) == {JUDGED}


def test_a_verdict_once_given_stands(engine: Engine, now: datetime) -> None:
    (post_id,) = hear(engine, now, "one")
    judge.run_once(engine, judge_with(Canned({"one": scores(distress=0.9)})), now=now)
    with writing(engine) as db:
        posts.move(db, [post_id], to=NEW)

    judge.run_once(engine, judge_with(Canned()), now=now + timedelta(hours=1))

    (verdict,) = kept(engine)
    assert (verdict.rule, verdict.judged_at) == ("distress", now)
    with reading(engine) as db:
        assert db.get_one(Post, post_id).priority == Priority.URGENT


@pytest.mark.parametrize("state", [IGNORED, SETTLED])
def test_a_post_that_moved_on_meanwhile_is_not_brought_back(engine: Engine, now: datetime, state: str) -> None:
    (post_id,) = hear(engine, now, "one")

    def move_on() -> None:
        with writing(engine) as db:
            posts.move(db, [post_id], to=state)

    judge.run_once(engine, judge_with(Canned(before=move_on)), now=now)

    assert states(engine) == {post_id: state}


def test_nothing_to_judge_asks_no_model(engine: Engine, now: datetime) -> None:
    hear(engine, now, "ours", own=True)
    model = Canned()

    worked = judge.run_once(engine, judge_with(model), now=now)

    assert not worked
    assert model.batches == []


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 100_000, "😡" * 20_000, "\u200b", "4242 4242 4242 4242 " * 2_000])
def test_texts_of_any_length_are_judged(engine: Engine, now: datetime, text: str) -> None:
    hear(engine, now, text)

    judge.run_once(engine, judge_with(Canned()), now=now)

    assert len(kept(engine)) == 1


def test_judging_without_a_database_gives_the_same(engine: Engine, now: datetime) -> None:
    text = "order HB-20931 please"
    hear(engine, now, text)
    model = Canned({text: scores(negative=0.9, person=0.9)})

    (direct,) = judge_with(model).judge([Subject(text=text, followers=12)])
    judge.run_once(engine, judge_with(model), now=now)

    (verdict,) = kept(engine)
    assert (verdict.lang, verdict.rule, verdict.reason) == (direct.lang, direct.triage.rule, direct.triage.reason)


def test_the_words_themselves_are_not_written_a_second_time(engine: Engine, now: datetime) -> None:
    hear(engine, now, "my number is +44 7700 900123")

    judge.run_once(engine, judge_with(Canned()), now=now)

    (verdict,) = kept(engine)
    assert "900123" not in str(verdict.model_dump())


def test_verdicts_of_thousands_are_stored_at_once(engine: Engine, now: datetime) -> None:
    ids = hear(engine, now, *[f"post {n}" for n in range(2500)])
    (verdict,) = judge_with(Canned()).judge([Subject(text="x")])

    with writing(engine) as db:
        verdicts.store(db, [(post_id, verdict) for post_id in ids], now=now)

    with reading(engine) as db:
        assert db.exec(select(func.count()).select_from(Verdict)).one() == 2500
