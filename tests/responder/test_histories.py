"""Whatever happens, in whatever order: the events tell how every case stands, and the house's rules hold."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import Session, col, select

from domain.conduct import Conduct
from domain.history import replay
from domain.sending import CUSTOMER_FACING, DeliveryKind
from domain.values import PostKind
from responder import claims
from storage import cases, events, posts
from storage.authors import Author
from storage.cases import Case
from storage.database import migrate, open_database, reading, writing
from storage.deliveries import DROPPED, READY, Delivery
from storage.events import Event
from tests.responder.road import JUDGED, ROOMS, Road

PEOPLE = st.sampled_from(["person:u1", "person:u2", claims.APP])
WHO = st.sampled_from(["ana", "bo", "cy"])
TEXTS = st.sampled_from(
    [
        "@brand third day without my parcel",
        "hello",
        "88213",
        "order 88213, call me",
        "a real person please",
        "are you a bot?",
        "STOP",
        "thank you",
        "@brand no internet",
    ]
)
REPLAYED = {"state", "need", "priority", "posts", "topic", "handoff", "claimed_by", "fence", "sla", "due_at"} | {
    "warned_at",
    "answered_at",
    "closed_at",
    "incident_id",
    "place_told",
}


@cache
def _empty_database() -> bytes:
    """Migrate once: it takes longer than most histories."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        engine = open_database(f"sqlite:///{file}")
        migrate(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        engine.dispose()
        return file.read_bytes()


class Histories(RuleBasedStateMachine):
    """Customers write, people act, time passes, the stages run: in any order."""

    @initialize(cap=st.integers(1, 9), storm=st.integers(2, 9))
    def begin(self, cap: int, storm: int) -> None:
        self.folder = TemporaryDirectory()
        file = Path(self.folder.name) / "h.db"
        file.write_bytes(_empty_database())
        engine = open_database(f"sqlite:///{file}")
        conduct = Conduct(brand="Nord Parcel", rooms=ROOMS, per_author_hour=cap, incident_cases=storm)
        self.road = Road(engine, conduct=conduct)

    def teardown(self) -> None:
        if hasattr(self, "road"):
            self.road.engine.dispose()
            self.folder.cleanup()

    @rule(who=WHO, text=TEXTS, judged=st.sampled_from(sorted(JUDGED)), thread=st.integers(1, 2), summoned=st.booleans())
    def somebody_posts(self, who: str, text: str, judged: str, thread: int, *, summoned: bool) -> None:
        self.road.hears(who, text, judged, conversation=f"c{thread}", summoned=summoned)

    @rule(who=WHO, text=TEXTS, judged=st.sampled_from(sorted(JUDGED)))
    def somebody_writes(self, who: str, text: str, judged: str) -> None:
        self.road.writes(who, text, judged, encrypted=judged == "encrypted")

    @rule(data=st.data())
    def somebody_edits(self, data: st.DataObject) -> None:
        heard = self._theirs()
        if heard:
            post = data.draw(st.sampled_from(heard))
            self.road.hears(
                post[1],
                "@brand I mean: third day without my parcel",
                "complaint",
                conversation=post[2],
                logical_id=post[0],
                version=post[3] + 1,
            )

    @rule(data=st.data())
    def somebody_deletes(self, data: st.DataObject) -> None:
        heard = self._theirs()
        if heard:
            post = data.draw(st.sampled_from(heard))
            with writing(self.road.engine) as db:
                posts.mark_gone(db, "x", [post[0]], now=self.road.now)

    @rule(data=st.data())
    def we_answer_in_the_app(self, data: st.DataObject) -> None:
        heard = self._theirs()
        if heard:
            post = data.draw(st.sampled_from(heard))
            self.road.ours("Maria here", conversation=post[2], in_reply_to=post[0])

    @rule(act=st.sampled_from(["take", "release", "spoke", "resolve", "dismiss"]), by=PEOPLE, data=st.data())
    def a_person_acts(self, act: str, by: str, data: st.DataObject) -> None:
        known = self.road.cases()
        if not known:
            return
        case = data.draw(st.sampled_from(known))
        acts = {
            "take": claims.take,
            "release": claims.release,
            "spoke": claims.person_spoke,
            "resolve": claims.resolve,
            "dismiss": claims.dismiss,
        }
        with writing(self.road.engine) as db:
            acts[act](db, case.id, by, now=self.road.now)

    @rule(minutes=st.sampled_from([-30, 1, 10, 20, 70, 60 * 25, 60 * 24 * 8]))
    def time_passes(self, minutes: int) -> None:
        self.road.wait(minutes=minutes)

    @rule()
    def the_bot_answers(self) -> None:
        self.road.answer()

    @rule()
    def timers_run(self) -> None:
        self.road.follow_up()
        self.road.watch_storms()

    @rule()
    def words_arrive(self) -> None:
        self.road.deliver()

    def _theirs(self) -> list[tuple[str, str, str, int]]:
        with reading(self.road.engine) as db:
            query = select(posts.Post, Author).join(Author, col(Author.id) == col(posts.Post.author_id))
            rows = db.exec(query.where(~col(posts.Post.own), posts.Post.kind == PostKind.MENTION.value).limit(8)).all()
            return [(post.logical_id, author.handle, post.conversation, post.version) for post, author in rows]

    @invariant()
    def the_events_tell_how_each_case_stands(self) -> None:
        if not hasattr(self, "road"):
            return
        with reading(self.road.engine) as db:
            for case in db.exec(select(Case)):
                told = asdict(replay(events.of_case(db, case.id)))
                assert {name: told[name] for name in REPLAYED} == {name: getattr(case, name) for name in REPLAYED}

    @invariant()
    def nobody_has_two_live_cases_in_a_conversation(self) -> None:
        if hasattr(self, "road"):
            live = [(case.author_id, case.conversation) for case in self.road.cases() if case.state in cases.LIVE]
            assert len(live) == len(set(live))

    @invariant()
    def the_bot_keeps_its_manners(self) -> None:
        if not hasattr(self, "road"):
            return
        with reading(self.road.engine) as db:
            said = [row for row in db.exec(select(Delivery)) if row.kind in CUSTOMER_FACING]
            _one_public_answer_a_case(said)
            _one_private_answer_a_message(said)
            _silent_where_people_are(db, said)
            _never_asked_twice(db, said)


def _one_public_answer_a_case(said: list[Delivery]) -> None:
    replies = Counter(row.case_id for row in said if row.kind == DeliveryKind.REPLY)
    assert all(count == 1 for count in replies.values())


def _one_private_answer_a_message(said: list[Delivery]) -> None:
    answered = Counter(row.post_id for row in said if row.kind == DeliveryKind.MESSAGE and row.state != DROPPED)
    assert all(count == 1 for count in answered.values())


def _silent_where_people_are(db: Session, said: list[Delivery]) -> None:
    for row in said:
        case = db.get_one(Case, row.case_id)
        if case.claimed_by or case.state not in cases.LIVE:
            assert row.state != READY


def _never_asked_twice(db: Session, said: list[Delivery]) -> None:
    for case in db.exec(select(Case)):
        reopened = [e.at for e in db.exec(select(Event).where(Event.case_id == case.id, Event.kind == "reopened"))]
        since = max(reopened, default=case.opened_at)
        asked = [
            kind
            for row in said
            if row.case_id == case.id and row.state != DROPPED and row.planned_at >= since
            for kind in row.extra.get("asks", ())
        ]
        assert len(asked) == len(set(asked))


Histories.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=timedelta(seconds=30),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
test_any_history = Histories.TestCase
