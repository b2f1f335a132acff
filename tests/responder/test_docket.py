"""The docket says of many cases what the evidence says of each."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from domain.conduct import Conduct
from domain.sending import DeliveryKind
from domain.values import Usage
from responder.asking import Stage
from responder.docket import Docket
from responder.evidence import Wanted, gather, sending_switch
from storage import authors, deliveries, posts, spending, switches, verdicts
from storage.authors import Author
from storage.cases import Case
from storage.database import reading, writing
from tests.responder.road import BRAND, JUDGED, ROOMS, Road


@settings(max_examples=25, deadline=timedelta(seconds=20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(st.sampled_from(["complaint", "urgent", "distress", "question"]), min_size=1, max_size=4),
    paused=st.booleans(),
    stopped=st.booleans(),
    out=st.booleans(),
    gone=st.booleans(),
    summoned=st.booleans(),
    earlier=st.integers(0, 3),
    spent=st.integers(0, 9_000_000),
)
def test_both_see_the_same(
    engine: Engine,
    *,
    rules: list[str],
    paused: bool,
    stopped: bool,
    out: bool,
    gone: bool,
    summoned: bool,
    earlier: int,
    spent: int,
) -> None:
    assert set(rules) <= set(JUDGED)
    who = f"ana-{rules}-{paused}{stopped}{out}{gone}{summoned}{earlier}{spent}"
    conduct = Conduct(brand="Nord Parcel", rooms=ROOMS, budgets={"x": 10_000_000}, incident_cases=10**6)
    road = Road(engine, conduct=conduct)
    road._ids = iter(range(_next_id(engine), 10**9))  # other examples' posts stay in the file
    for number in range(earlier):
        road.hears(who, "@brand parcel", conversation=f"{who}{number}")
    road.answer()
    told = [
        road.hears(who, "@brand parcel", rule, conversation=f"{who}-{n}", summoned=summoned)
        for n, rule in enumerate(rules)
    ]
    with writing(engine) as db:
        switches.turn(db, switches.PAUSED, on=paused, by="person:u1", why="", now=road.now)
        switches.turn(db, sending_switch("x", BRAND), on=stopped, by="bot", why="", now=road.now)
        spending.book(db, "x", BRAND, [Usage(endpoint="e", resource="r", units=1, micros=spent)], now=road.now)
        author = authors.find(db, "x", who)
        assert author is not None
        if out:
            authors.opt_out(db, author.id, now=road.now)
        if gone:
            posts.mark_gone(db, "x", [db.get_one(posts.Post, told[0]).native_id], now=road.now)
    road.answer()

    with reading(engine) as db:
        docket = Docket(db, {author.id}, conduct=conduct, now=road.now)
        for case in db.exec(select(Case).where(Case.author_id == author.id)):
            words = [row.body for row in deliveries.of_case(db, case.id) if row.kind == DeliveryKind.REPLY]
            body = (words or ["An automated word"])[0]
            post = db.exec(select(posts.Post).where(posts.Post.conversation == case.conversation)).one()
            wanted = Wanted(
                key=f"case-{case.id}:another",
                kind=DeliveryKind.REPLY,
                via="x",
                account=BRAND,
                target=post.native_id,
                planned_at=road.now,
                case_id=case.id,
                post_id=post.id,
                author_id=author.id,
                body=body,
            )
            one = gather(db, wanted, stage=Stage.PLAN, conduct=conduct, now=road.now)
            judged = verdicts.of(db, [post.id])[post.id]
            many = docket.ask(case, post, db.get_one(Author, author.id), judged, body=body)
            assert many == replace(one, public_answers=0)  # the acknowledgement that was promised meanwhile


def _next_id(engine: Engine) -> int:
    with reading(engine) as db:
        return len(db.exec(select(posts.Post.id)).all()) + 1
