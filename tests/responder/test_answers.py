"""What a person says or does through us: promised in their name, by the platform's rules, addressed when it goes."""

from datetime import timedelta

import pytest
from sqlmodel import select

from domain.sending import DeliveryKind
from domain.values import PostKind
from responder import answers
from responder.addressing import extra_of
from responder.asking import Answer, Says
from storage.authors import Author
from storage.cases import Case
from storage.database import reading, writing
from storage.deliveries import Delivery
from tests.responder.road import Road

REPLY, PRIVATE_REPLY, MESSAGE = DeliveryKind.REPLY, DeliveryKind.PRIVATE_REPLY, DeliveryKind.MESSAGE
HIDE, DELETE, BAN = DeliveryKind.HIDE, DeliveryKind.DELETE, DeliveryKind.BAN


@pytest.fixture
def meta(road: Road) -> Road:
    road.channel = "facebook"
    road.takes_private_replies()
    road.hears("ana", "my parcel has not arrived", kind=PostKind.COMMENT, native_id="c1")
    road.answer()
    return road


def say(road: Road, kind: DeliveryKind, text: str = "We found it. Ana", by: str = "person:u1") -> Answer | None:
    with writing(road.engine) as db:
        case = db.get_one(Case, 1)
        return answers.by_person(db, case, kind, text, by=by, conduct=road.conduct, now=road.now)


def mine(road: Road) -> list[Delivery]:
    return [row for row in road.said() if not row.automatic]


def test_a_persons_public_answer_is_aimed_at_the_latest_post_and_carries_their_name(meta: Road) -> None:
    answer = say(meta, REPLY)

    assert answer is not None
    assert answer.verdict is Says.ALLOW
    (row,) = mine(meta)
    assert (row.target, row.by, row.body, row.state) == ("c1", "person:u1", "We found it. Ana", "ready")


def test_two_answers_of_one_person_are_two(meta: Road) -> None:
    say(meta, REPLY)
    say(meta, REPLY, "And one thing more.")

    assert len({row.key for row in mine(meta)}) == 2


def test_a_second_private_reply_to_a_post_is_refused_and_not_promised_whoever_writes_it(meta: Road) -> None:
    meta.deliver()

    answer = say(meta, PRIVATE_REPLY)

    assert answer is not None
    assert (answer.verdict, answer.rule) == (Says.REFUSE, "private-reply-used")
    assert not mine(meta)


def test_where_they_have_not_written_in_private_there_is_nothing_to_aim_a_message_at(meta: Road) -> None:
    assert say(meta, MESSAGE) is None
    assert not mine(meta)


@pytest.mark.parametrize(
    ("hours", "approved", "by", "rule"),
    [
        (1, False, "person:u1", "clear"),
        (25, False, "person:u1", "human-tag-not-approved"),
        (25, True, "person:u1", "clear"),
        (25, True, "app", "human-tag-unnamed"),
        (24 * 7, True, "person:u1", "window-for-good"),
    ],
)
def test_a_late_message_goes_only_by_name_and_where_the_platform_approved_it(
    meta: Road, hours: int, *, approved: bool, by: str, rule: str
) -> None:
    if approved:
        meta.approve_late_answers("facebook")
    meta.writes("ana", "order 88213")
    meta.answer()
    meta.wait(hours=hours)

    answer = say(meta, MESSAGE, by=by)

    assert answer is not None
    assert answer.rule == rule
    assert bool(mine(meta)) is (rule == "clear")


@pytest.mark.parametrize(("kind", "by", "rule"), [(HIDE, "person:u1", "clear"), (DELETE, "app", "nobody-named")])
def test_acts_on_a_post_are_aimed_at_it(meta: Road, kind: DeliveryKind, by: str, rule: str) -> None:
    answer = say(meta, kind, "", by=by)

    assert answer is not None
    assert answer.rule == rule
    assert [row.target for row in mine(meta)] == (["c1"] if rule == "clear" else [])


def test_a_ban_is_aimed_at_the_author(meta: Road) -> None:
    say(meta, BAN, "")

    assert [row.target for row in mine(meta)] == ["u-ana"]


def test_private_words_are_addressed_when_they_go_and_not_before(meta: Road) -> None:
    meta.writes("psid", "order 88213", conversation="t_1", created_at=meta.now - timedelta(minutes=3))
    meta.answer()

    with reading(meta.engine) as db:
        rows = {row.kind: row for row in db.exec(select(Delivery)) if row.kind in (MESSAGE, PRIVATE_REPLY)}
        message, private = extra_of(db, rows[MESSAGE]), extra_of(db, rows[PRIVATE_REPLY])
        known = {author.native_id for author in db.exec(select(Author))}

    assert message == {"author": "u-psid", "heard_at": (meta.now - timedelta(minutes=3)).isoformat()}
    assert private == {"author": "u-ana"}
    assert not any(name in str(row.extra) for row in rows.values() for name in known)
