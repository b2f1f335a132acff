from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.conduct import Conduct
from domain.sending import DeliveryKind, Standing
from domain.values import Abuse, AnswerBy, Kind, Need, Priority, Scores, Sentiment, Triage, Usage, Verdict
from responder.evidence import Seen, Wanted, consult, gather, sending_switch
from responder.gate import TEAM, Answer, Ask, Says, Stage
from storage import authors, posts, spending, switches, verdicts
from storage.authors import Author
from storage.cases import Case
from storage.database import writing
from storage.deliveries import SENT, UNKNOWN, Delivery
from tests.responder.promises import BRAND, House


def ask(house: House, key: str, **more: Any) -> Ask:
    """Gather what the gate goes by for a promised delivery."""
    with writing(house.engine) as db:
        wanted = Wanted.of(house.row(key))
        return gather(db, wanted, stage=Stage.SEND, conduct=house.conduct, now=house.now, **more)


def asked(house: House, key: str, stage: Stage = Stage.SEND, conduct: Conduct | None = None) -> Answer:
    """Consult the gate about a promised delivery."""
    with writing(house.engine) as db:
        wanted = Wanted.of(house.row(key))
        return consult(db, wanted, stage=stage, conduct=conduct or house.conduct, now=house.now)


def judge(house: House, post_id: int, answer_by: AnswerBy) -> None:
    triage = Triage(
        need=Need.URGENT, priority=Priority.URGENT, answer_by=answer_by, reason="distress", rule="d", policy="1"
    )
    scores = Scores(
        sentiment=dict.fromkeys(Sentiment, 1 / 3),
        abuse=dict.fromkeys(Abuse, 0.25),
        kind=dict.fromkeys(Kind, 0.25),
        person=1.0,
        distress=1.0,
    )
    with writing(house.engine) as db:
        verdicts.store(
            db, [(post_id, Verdict(lang="en", scores=scores, personal_data=(), triage=triage))], now=house.now
        )


def test_nothing_is_held_against_an_ordinary_answer(house: House) -> None:
    key = house.promise(house.customer())

    gathered = ask(house, key)

    assert gathered.summoned
    assert gathered.said_at == house.now - timedelta(minutes=1)
    assert (gathered.case_state, gathered.answer_by) == ("open", AnswerBy.BOT)
    assert (gathered.public_answers, gathered.automatic_last_hour, gathered.budget_micros) == (0, 0, None)
    assert not any((gathered.paused, gathered.sending_stopped, gathered.opted_out, gathered.encrypted))


def test_what_the_carrier_saw_is_taken_over(house: House) -> None:
    key = house.promise(house.customer())

    gathered = ask(house, key, seen=Seen(standing=Standing.SAME, answered_in_app=True, price_micros=7, fits=False))

    assert (gathered.standing, gathered.answered_by_person_in_app) == (Standing.SAME, True)
    assert (gathered.price_micros, gathered.fits) == (7, False)


def test_a_post_left_to_a_person_silences_the_bot_in_the_whole_case(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    later = house.writes_privately()
    judge(house, later, AnswerBy.PERSON)

    assert ask(house, key).answer_by is AnswerBy.PERSON
    assert asked(house, key).rule == "person-only"


def test_without_a_case_the_posts_own_verdict_counts(house: House) -> None:
    promised = house.row(house.promise(house.customer()))
    assert promised.post_id is not None
    judge(house, promised.post_id, AnswerBy.NOBODY)
    wish = replace(Wanted.of(promised), case_id=None)

    with writing(house.engine) as db:
        gathered = gather(db, wish, stage=Stage.PLAN, conduct=house.conduct, now=house.now)

    assert gathered.answer_by is AnswerBy.NOBODY


def test_the_switches_are_read(house: House) -> None:
    key = house.promise(house.customer())
    with writing(house.engine) as db:
        for name in (switches.PAUSED, sending_switch("x", BRAND)):
            switches.turn(db, name, on=True, by="person:U7", why="", now=house.now)

    gathered = ask(house, key)

    assert gathered.paused
    assert gathered.sending_stopped


def test_somebody_who_opted_out_or_was_forgotten_hears_no_bot(house: House) -> None:
    for name in ("ana", "ben"):
        house.promise(house.customer(name))
    ana, ben = (row.author_id for row in house.rows())
    assert ana is not None
    with writing(house.engine) as db:
        authors.opt_out(db, ana, now=house.now)
        db.get_one(Author, ben).forgotten_at = house.now

    assert [ask(house, row.key).opted_out for row in house.rows()] == [True, True]


def test_the_ledger_of_this_month_stands_against_the_budget(house: House) -> None:
    house.conduct = replace(house.conduct, budgets={"x": 500})
    key = house.promise(house.customer())
    with writing(house.engine) as db:
        used = [Usage(endpoint="POST reply", resource="sent", units=1, micros=480)]
        spending.book(db, "x", BRAND, used, now=house.now)
        spending.book(db, "x", BRAND, used, now=house.now - timedelta(days=40))

    gathered = ask(house, key)

    assert (gathered.spent_micros, gathered.budget_micros) == (480, 500)
    assert asked(house, key).rule == "budget"


def test_of_two_answers_the_earlier_one_goes(house: House) -> None:
    case = house.customer()
    first, second = house.promise(case), house.promise(case, "again")

    assert [ask(house, first).public_answers, ask(house, second).public_answers] == [0, 1]


def test_a_later_answer_that_went_first_counts_all_the_same(house: House) -> None:
    case = house.customer()
    first, second = house.promise(case), house.promise(case, "again")
    for state in (SENT, UNKNOWN):
        with writing(house.engine) as db:
            db.get_one(Delivery, house.row(second).id).state = state

        assert ask(house, first).public_answers == 1


def test_what_a_person_said_does_not_count_as_the_bots(house: House) -> None:
    case = house.customer()
    house.promise(case, automatic=False)
    key = house.promise(case, "again")

    assert ask(house, key).public_answers == 0


def test_a_wish_is_measured_like_a_promise(house: House) -> None:
    case = house.customer()
    promised = house.row(house.promise(case))
    wish = replace(Wanted.of(promised), key=f"case-{case}:wish", id=None)

    with writing(house.engine) as db:
        gathered = gather(db, wish, stage=Stage.PLAN, conduct=house.conduct, now=house.now)

    assert (gathered.public_answers, gathered.automatic_last_hour) == (1, 1)


def test_the_last_hour_is_counted_by_when_words_went_and_not_only_by_when_they_were_promised(house: House) -> None:
    case = house.customer()
    old, new = house.promise(case), house.promise(case, "again")
    with writing(house.engine) as db:
        row = db.get_one(Delivery, house.row(old).id)
        row.planned_at, row.state = house.now - timedelta(hours=9), SENT
        row.sent_at = house.now - timedelta(minutes=59)

    assert ask(house, new).automatic_last_hour == 1
    house.wait(minutes=2)
    assert ask(house, new).automatic_last_hour == 0


def test_a_private_word_is_allowed_where_they_wrote_in_this_conversation(house: House) -> None:
    case = house.customer()
    post = house.writes_privately()
    here = house.promise(case, "here", kind=DeliveryKind.MESSAGE, target="c-ana", post_id=post)
    elsewhere = house.promise(case, "there", kind=DeliveryKind.MESSAGE, target="c-somebody", post_id=post)

    assert ask(house, here).customer_opened
    assert not ask(house, elsewhere).customer_opened
    assert ask(house, here).last_theirs_at == house.now


def test_a_message_that_answers_no_post_waits_for_theirs(house: House) -> None:
    case = house.customer()
    house.writes_privately()
    private = {"kind": DeliveryKind.MESSAGE, "target": "c-ana", "post_id": None}
    house.wait(seconds=1)
    house.promise(case, "one", **private)
    second = house.promise(case, "two", **private)

    assert ask(house, second).already_answered_their_last
    house.wait(seconds=1)
    house.writes_privately(n=2)
    assert not ask(house, second).already_answered_their_last


def test_a_later_version_we_heard_makes_the_post_an_edited_one(house: House) -> None:
    key = house.promise(house.customer())
    house.customer(native_id="p-ana-2", logical_id="p-ana", version=2, conversation="p-ana")

    assert ask(house, key).standing is Standing.EDITED
    assert ask(house, key, seen=Seen(standing=Standing.SAME)).standing is Standing.EDITED


def test_a_post_we_know_to_be_gone_is_gone(house: House) -> None:
    key = house.promise(house.customer())
    with writing(house.engine) as db:
        posts.mark_gone(db, "x", ["p-ana"], now=house.now)

    assert ask(house, key, seen=Seen(standing=Standing.SAME)).standing is Standing.GONE


def test_a_closed_case_is_seen_as_closed_and_a_taken_one_as_taken(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    with writing(house.engine) as db:
        row = db.get_one(Case, case)
        row.state, row.claimed_by = "resolved", "person:U7"

    gathered = ask(house, key)

    assert (gathered.case_state, gathered.claimed_by) == ("resolved", "person:U7")


def test_an_answer_is_kept_once_for_as_long_as_it_stays_the_same(house: House) -> None:
    key = house.promise(house.customer())
    dry = replace(house.conduct, dry_run=True)

    asked(house, key, Stage.PLAN)
    asked(house, key, Stage.SEND)
    asked(house, key, Stage.SEND)
    asked(house, key, Stage.SEND, dry)
    asked(house, key, Stage.SEND)

    kept = [(gating.stage, gating.verdict, gating.rule) for gating in house.gatings(key)]
    assert kept == [
        ("plan", "allow", "clear"),
        ("send", "allow", "clear"),
        ("send", "refuse", "dry-run"),
        ("send", "allow", "clear"),
    ]


def test_an_answer_is_kept_with_its_reason_its_remedy_and_no_words(house: House) -> None:
    key = house.promise(house.customer(text="my secret words", summoned=False))

    answer = asked(house, key)

    (kept,) = house.gatings(key)
    assert (kept.reason, kept.instead) == (answer.reason, answer.instead)
    assert kept.evidence["summoned"] is False
    assert "secret" not in str(kept.evidence)


def test_words_to_the_team_are_neither_gated_nor_recorded(house: House) -> None:
    key = house.alert(house.customer())

    answer = asked(house, key, conduct=replace(house.conduct, dry_run=True))

    assert answer is TEAM
    assert answer.verdict is Says.ALLOW
    assert not house.gatings(key)
