"""Forgetting a person: no byte of their words, name or handle stays, what others said and what happened does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select, update

from domain.cards import Card, CardKind
from domain.sending import DeliveryKind
from domain.values import NewAuthor, PostKind, UnreadablePost
from responder.answers import by_person
from storage import authors, deliveries, events, pains, posts, vectors
from storage.authors import Author
from storage.cases import Case, CasePost, Fact
from storage.database import checkpoint, reading, sqlite_file, writing
from storage.deliveries import DROPPED, HELD, READY, SENDING, SENT, UNKNOWN, Delivery
from storage.erasure import GONE, Forgotten, forget
from storage.optouts import OptOut
from storage.pains import PainTrace
from storage.posts import Post, Unreadable
from storage.vectors import Vector
from tests.responder.road import Road
from tests.storage.conftest import MINUTE, hear, new_post, open_case, promise

ANA = NewAuthor(native_id="1001", handle="ana_b", name="Ana Banana", followers=4711)
BOB = NewAuthor(native_id="10011", handle="ana_bob", name="Bob")
HER_WORDS = "Zwetschgenkuchen"  # in every one of her texts, and in no other
HER_FACT = "HB-20931"


def card(**changed: Any) -> str:
    values: dict[str, Any] = {
        "kind": CardKind.CASE,
        "headline": "Unhappy 0.90",
        "quote": f"{HER_WORDS} never came",
        "author": "ana_b",
        "link": "https://x.com/ana_b/status/1",
        "facts": (f"order: {HER_FACT}",),
        "text": "They wrote again.",
    }
    return Card(**{**values, **changed}).to_json()


@dataclass
class Town:
    """Ana, Bob, what they wrote, and what came of it."""

    engine: Engine
    case_id: int
    ana: int
    bob: int

    def forget(self, who: str, now: datetime) -> Forgotten:
        with writing(self.engine) as db:
            return forget(db, "x", who, now=now)

    def post(self, native_id: str) -> Post:
        with reading(self.engine) as db:
            return db.exec(select(Post).where(Post.native_id == native_id)).one()

    def delivery(self, key: str) -> Delivery:
        with reading(self.engine) as db:
            found = deliveries.by_key(db, key)
        assert found
        return found

    def file_holds(self, *needles: str) -> list[str]:
        """Say which of these stand anywhere in the database's files."""
        assert checkpoint(self.engine)
        file = sqlite_file(self.engine.url)
        assert file is not None
        content = b"".join(path.read_bytes() for path in Path(file.parent).glob(f"{file.name}*"))
        return [needle for needle in needles if needle.encode() in content]


@pytest.fixture
def town(engine: Engine, now: datetime) -> Town:
    dm = "9-1001"
    broken = UnreadablePost(native_id="70", raw=f'{{"author_id": "1001", "text": "{HER_WORDS}"}}', why="no time")
    others = UnreadablePost(native_id="71", raw='{"author_id": "10011", "text": "Bob"}', why="no time")
    heard = hear(
        engine,
        now,
        new_post("1", now, author=ANA, text=f"{HER_WORDS} 1", permalink="https://x.com/ana_b/status/1", raw={"u": "ana_b"}),  # noqa: E501
        new_post("2", now, author=ANA, text=f"{HER_WORDS} 2", kind=PostKind.DIRECT, conversation=dm),
        new_post("3", now, author=BOB, text="I know @Ana_B, and @ana_bob is me", raw={"mentions": ["1001"]}),
        new_post("4", now, author=BOB, text="Bob's own matter", conversation="9-10011", kind=PostKind.DIRECT),
        new_post("5", now, author=NewAuthor(native_id="9"), own=True, text=f"{HER_WORDS}? Sorry.", in_reply_to="1", conversation="1"),  # noqa: E501
        new_post("6", now, author=NewAuthor(native_id="9"), own=True, text=f"About your {HER_WORDS}", kind=PostKind.DIRECT, conversation=dm),  # noqa: E501
        unreadable=(broken, others),
    )  # fmt: skip
    by_id = {post.native_id: post for post in heard}
    with writing(engine) as db:
        case = open_case(db, by_id["1"], now, private_conversation=dm)
        other = open_case(db, by_id["4"], now)
        db.add(CasePost(post_id=by_id["2"].id, case_id=case.id))
        db.add(
            Fact(case_id=case.id, author_id=case.author_id, post_id=by_id["2"].id, kind="order", value=HER_FACT, at=now)
        )
        db.add(
            Fact(case_id=other.id, author_id=other.author_id, post_id=by_id["4"].id, kind="order", value="B-1", at=now)
        )
        events.note(db, case.id, "opened", at=now, need="complaint", priority=2, post=by_id["1"].id)
        to_ana = {"author_id": case.author_id, "case_id": case.id, "body": f"Sorry about the {HER_WORDS}, @ana_b"}
        for state in (SENT, READY, SENDING, UNKNOWN, HELD):
            promise(db, f"to-ana:{state}", now, **to_ana, state=state)
        promise(db, "to-ana:message", now, **to_ana, kind=DeliveryKind.MESSAGE, target=dm, state=SENT)
        promise(db, "to-bob", now, author_id=other.author_id, case_id=other.id, body="Sorry, Bob")
        team = {"kind": DeliveryKind.ALERT, "via": "slack", "target": "C1", "case_id": case.id}
        promise(db, "alert", now, **team, body=card(), state=SENT)
        promise(
            db, "note", now, **{**team, "kind": DeliveryKind.NOTE}, body=card(headline="She wrote again"), state=READY
        )
        promise(
            db,
            "mail",
            now,
            **{**team, "via": "mail"},
            body=f"ana_b: {HER_WORDS}",
            state=SENT,
            extra={"subject": "about @ana_b"},
        )
        promise(
            db,
            "bobs-alert",
            now,
            **{**team, "case_id": other.id},
            body=card(quote="Bob", author="ana_bob", facts=(), link=""),
        )
        sent = deliveries.by_key(db, "alert")
        assert sent
        sent.native_id = "1763.1"
    return Town(engine, case.id, case.author_id, other.author_id)  # fmt: skip


def test_no_byte_of_the_person_is_left_in_the_files(town: Town, now: datetime) -> None:
    needles = (HER_WORDS, "Ana Banana", HER_FACT, "ana_b/status", '"ana_b"', "@ana_b", "@Ana_B", "9-1001")
    before = town.file_holds(*needles)

    town.forget("@ana_b", now)

    bobs = ["@ana_b", "9-1001"]  # how his own handle and conversation begin
    assert before == list(needles)
    assert town.file_holds(*needles) == bobs
    with writing(town.engine) as db:
        db.exec(update(Post).where(col(Post.author_id) == town.bob).values(text="", conversation=""))
        db.exec(update(Case).where(col(Case.author_id) == town.bob).values(conversation=""))
    assert town.file_holds(*needles) == []
    assert town.post("2").conversation == f"9-forgotten:{town.ana}"


@pytest.mark.parametrize("bulk", [50, 2000])
def test_not_even_where_rows_were_moved_about_in_the_file(engine: Engine, now: datetime, bulk: int) -> None:
    """Rows between hers come, grow and shrink, so that pages are split and merged again."""
    page = []
    for n in range(bulk):
        hers = n % 7 == 0
        text = f"{HER_WORDS} {'and so on ' * (n % 90)}" if hers else "quite another matter " * (n % 60)
        page.append(new_post(f"{n}", now, text=text, author=ANA if hers else BOB, permalink=f"https://x.com/{n}"))
    hear(engine, now, *page)
    with writing(engine) as db:
        posts.mark_gone(db, "x", [str(n) for n in range(0, bulk, 3) if n % 7], now=now)
    town = Town(engine, 0, 0, 0)

    town.forget("1001", now)

    assert town.file_holds(HER_WORDS, "Ana Banana") == []


def test_what_is_counted_is_what_was_erased(town: Town, now: datetime) -> None:
    done = town.forget("@ana_b", now)

    assert done.author_id == town.ana
    assert (done.posts, done.mentions, done.facts) == (2, 1, 1)
    assert (done.words, done.dropped, done.cards, done.unreadable) == (6, 4, 3, 1)


def test_her_posts_stay_counted_without_a_word(town: Town, now: datetime) -> None:
    with reading(town.engine) as db:
        before = posts.tally(db)

    town.forget("1001", now)

    with reading(town.engine) as db:
        assert posts.tally(db) == before
        assert db.exec(select(func.count()).select_from(Case)).one() == 2
    for native_id in ("1", "2"):
        post = town.post(native_id)
        assert (post.text, post.raw, post.permalink) == ("", {}, "")


def test_others_keep_their_words_and_only_her_name_is_written_over(town: Town, now: datetime) -> None:
    town.forget("ana_b", now)

    theirs = town.post("3")
    assert theirs.text == "I know @·····, and @ana_bob is me"
    assert theirs.raw == {}
    assert town.post("4").text == "Bob's own matter"
    assert town.post("4").conversation == "9-10011"
    assert town.delivery("to-bob").body == "Sorry, Bob"
    assert "Bob" in town.delivery("bobs-alert").body
    with reading(town.engine) as db:
        kept = {item.native_id: item.raw for item in db.exec(select(Unreadable))}
        assert [fact.value for fact in db.exec(select(Fact))] == ["B-1"]
    assert kept == {"70": GONE, "71": '{"author_id": "10011", "text": "Bob"}'}


def test_what_we_wrote_to_her_goes_too(town: Town, now: datetime) -> None:
    town.forget("ana_b", now)

    assert (town.post("5").text, town.post("6").text) == ("", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [(SENT, SENT), (READY, DROPPED), (SENDING, DROPPED), (UNKNOWN, DROPPED), (HELD, DROPPED)],
)
def test_nothing_more_is_sent_to_her_and_what_was_sent_is_on_record(
    town: Town, now: datetime, before: str, after: str
) -> None:
    town.forget("ana_b", now)

    delivery = town.delivery(f"to-ana:{before}")
    assert (delivery.state, delivery.body, delivery.extra) == (after, GONE, {})
    with reading(town.engine) as db:
        assert deliveries.due(db, via="x", now=now) is None or before  # to Bob only
        noted = [event.data["key"] for event in events.of_case(db, town.case_id) if event.kind == "dropped"]
    assert (f"to-ana:{before}" in noted) == (after == DROPPED)


def test_a_sender_that_was_just_sending_reports_to_nobody(town: Town, now: datetime) -> None:
    fence = town.delivery(f"to-ana:{SENDING}").fence

    town.forget("ana_b", now)

    with writing(town.engine) as db:
        settled = deliveries.settle(db, town.delivery(f"to-ana:{SENDING}").id, fence=fence, state=SENT, native_id="77")
    assert not settled


def test_the_team_is_still_told_of_the_case_without_her_words(town: Town, now: datetime) -> None:
    town.forget("ana_b", now)

    note = town.delivery("note")
    left = Card.from_json(note.body)
    assert note.state == READY
    assert left.headline == "She wrote again"
    assert (left.quote, left.author, left.link, left.facts, left.text) == ("", "", "", (), GONE)
    assert town.delivery("mail").body == GONE
    assert town.delivery("mail").extra == {"subject": "about @·····"}


def test_the_messages_that_stand_in_the_room_are_named(town: Town, now: datetime) -> None:
    done = town.forget("ana_b", now)

    (told,) = done.told
    assert (told.via, told.account, told.room, told.native_id) == ("slack", "9", "C1", "1763.1")
    assert told.delivery_id == town.delivery("alert").id


def test_she_is_known_again_only_as_somebody_who_wants_no_automatic_words(town: Town, now: datetime) -> None:
    town.forget("ana_b", now)
    later = now + timedelta(days=3)

    hear(town.engine, later, new_post("90", later, author=ANA), new_post("91", later, author=BOB))

    with reading(town.engine) as db:
        back, bob = authors.find(db, "x", "1001"), authors.find(db, "x", "10011")
        old = db.get_one(Author, town.ana)
        digests = list(db.exec(select(col(OptOut.digest))))
    assert back
    assert bob
    assert back.id != town.ana
    assert (back.opted_out_at, bob.opted_out_at) == (later, None)
    assert (old.handle, old.name, old.followers, old.forgotten_at) == ("", "", None, now)
    assert old.native_id == f"forgotten:{town.ana}"
    assert len(digests) == 1
    assert "1001" not in digests[0]


def test_reading_her_old_posts_again_brings_nothing_back(town: Town, now: datetime) -> None:
    """An overlap is re-read at every poll: it must not undo what was erased."""
    town.forget("ana_b", now)

    new = hear(town.engine, now, new_post("1", now, author=ANA, text=f"{HER_WORDS} 1"))

    assert new == []
    assert town.file_holds(HER_WORDS, "Ana Banana") == []


def test_forgetting_again_after_she_came_back_forgets_that_too(town: Town, now: datetime) -> None:
    town.forget("ana_b", now)
    hear(town.engine, now, new_post("90", now, author=ANA, text=f"{HER_WORDS} again", conversation="9-1001"))

    again = town.forget("ana_b", now)
    third = town.forget("ana_b", now)

    assert (again.posts, third.posts, third.author_id) == (1, 0, None)
    assert town.file_holds(HER_WORDS, "Ana Banana") == []


@pytest.mark.parametrize("who", ["", "@", "nobody", "ana", "1", "ana_", "ana%b", "aXb"])
def test_a_name_that_nearly_fits_forgets_nobody(town: Town, now: datetime, who: str) -> None:
    done = town.forget(who, now)

    assert (done.author_id, done.posts, done.words) == (None, 0, 0)
    assert town.post("1").text == f"{HER_WORDS} 1"


def test_a_handle_with_a_wildcard_in_it_is_that_handle_alone(engine: Engine, now: datetime) -> None:
    hear(engine, now, new_post("1", now, author=NewAuthor(native_id="5", handle="a_b"), text="mine"))
    hear(engine, now, new_post("2", now, author=NewAuthor(native_id="6", handle="axb"), text="another's"))
    town = Town(engine, 0, 0, 0)

    town.forget("A_B", now)

    assert (town.post("1").text, town.post("2").text) == ("", "another's")


def test_who_was_only_spoken_of_is_written_over(town: Town, now: datetime) -> None:
    hear(town.engine, now, new_post("80", now, author=BOB, text="ask @carol_c, she knows"))

    done = town.forget("@carol_c", now)

    assert (done.author_id, done.mentions) == (None, 1)
    assert town.post("80").text == "ask @·······, she knows"


def test_erasing_is_all_or_nothing(town: Town, now: datetime) -> None:
    class CrashError(Exception):
        pass

    def crash() -> None:
        with writing(town.engine) as db:
            forget(db, "x", "ana_b", now=now)
            raise CrashError

    with pytest.raises(CrashError):
        crash()

    assert town.post("1").text == f"{HER_WORDS} 1"
    assert town.delivery("to-ana:ready").state == READY


@pytest.mark.parametrize("who", ["1", "10", "brand"])
def test_a_name_nobody_has_spoils_no_records(town: Town, now: datetime, who: str) -> None:
    hear(town.engine, now, new_post("82", now, author=BOB, text="1 of 10 at @brandy", raw={"likes": 1, "by": "brandy"}))

    town.forget(who, now)

    assert (town.post("82").text, town.post("82").raw) == ("1 of 10 at @brandy", {"likes": 1, "by": "brandy"})


def test_other_rows_are_not_touched(town: Town, now: datetime) -> None:
    rows: Callable[[], dict[str, tuple[str, str]]] = lambda: {  # noqa: E731 - the same question twice
        post.native_id: (post.text, post.permalink) for post in _others(town)
    }
    hear(town.engine, now + MINUTE, *[new_post(f"6{n:03}", now, author=BOB, text=f"matter {n}") for n in range(300)])
    before = rows()

    town.forget("ana_b", now)

    assert rows() == before
    assert len(before) == 300


def _others(town: Town) -> list[Post]:
    with reading(town.engine) as db:
        return list(db.exec(select(Post).where(col(Post.native_id).startswith("6"), func.length(Post.native_id) == 4)))


def test_what_her_posts_were_about_goes_with_their_words(town: Town, now: datetime) -> None:
    with writing(town.engine) as db:
        vectors.keep(db, {town.post(name).id: b"\x12\x34" for name in ("1", "2", "3", "4")}, model="m")

    town.forget("@ana_b", now)

    with reading(town.engine) as db:
        left = set(db.exec(select(Vector.post_id)))
    assert left == {town.post("3").id, town.post("4").id}


def test_what_a_deleted_post_was_about_goes_too(town: Town, now: datetime) -> None:
    with writing(town.engine) as db:
        vectors.keep(db, {town.post(name).id: b"\x12\x34" for name in ("3", "4")}, model="m")

    with writing(town.engine) as db:
        posts.mark_gone(db, "x", ["4"], now=now)

    with reading(town.engine) as db:
        assert list(db.exec(select(Vector.post_id))) == [town.post("3").id]


def test_a_pain_point_is_not_called_by_her_name(town: Town, now: datetime) -> None:
    with writing(town.engine) as db:
        both = ["banana", "late"]
        trace = PainTrace(brand="Nord", week="2026-W46", pain=1, name="banana, late", terms=both, words=both)
        pains.keep(db, "Nord", "2026-W46", [trace])

    town.forget("@ana_b", now)

    with reading(town.engine) as db:
        (left,) = pains.traces(db, "Nord", until="2026-W46")
    assert (left.name, left.terms, left.words) == ("late", ["late"], ["late"])


def test_private_answers_bans_and_what_was_told_under_another_id_go_too(engine: Engine) -> None:
    road = Road(engine, channel="facebook")
    road.takes_private_replies()
    road.hears("ana", "my parcel has not arrived", kind=PostKind.COMMENT)
    road.answer()
    road.deliver()
    receipt = next(row.native_id for row in road.said(DeliveryKind.PRIVATE_REPLY))
    road.ours("as sent", kind=PostKind.DIRECT, conversation="t_1", native_id=receipt)
    road.writes("psid", "order 88213", conversation="t_1")
    road.answer()
    with writing(engine) as db:
        case = db.get_one(Case, 1)
        by_person(db, case, DeliveryKind.BAN, "", by="person:u1", conduct=road.conduct, now=road.now)

    with writing(engine) as db:
        forget(db, "facebook", "u-psid", now=road.now)
        forget(db, "facebook", "u-ana", now=road.now)

    said = road.said(DeliveryKind.PRIVATE_REPLY, DeliveryKind.MESSAGE, DeliveryKind.REPLY, DeliveryKind.BAN)
    assert {row.body for row in said} == {GONE}
    assert not any(row.extra for row in said)
    assert not any("u-ana" in row.target for row in said)
    assert road.facts() == []
