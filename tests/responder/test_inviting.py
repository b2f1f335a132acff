"""From a public post to a private thread by the shortest way the platform allows, as one case."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from domain.errors import Refused
from domain.sending import DeliveryKind
from domain.values import PostKind
from responder import claims, thread
from responder.addressing import extra_of
from responder.inviting import INVITE, PRIVATE, PUBLIC
from responder.language import available, discloses, words
from responder.outcome import refused
from responder.plan import anything
from responder.queue import Place
from responder.record import record
from responder.senders import Sender
from responder.signals import Signals
from responder.topics import Topic
from storage.database import reading, writing
from storage.deliveries import DROPPED, FAILED, READY, SENDING, SENT, Delivery
from storage.gatings import Gating
from tests.responder.network import Network
from tests.responder.road import Road

REPLY, PRIVATE_REPLY, MESSAGE = DeliveryKind.REPLY, DeliveryKind.PRIVATE_REPLY, DeliveryKind.MESSAGE
INSTAGRAM = 1000  # bytes


@pytest.fixture
def meta(road: Road) -> Road:
    road.channel = "facebook"
    road.takes_private_replies()
    return road


def comment(road: Road, who: str = "ana", **more: Any) -> int:
    return road.hears(who, "my parcel has not arrived", kind=PostKind.COMMENT, lang="en", **more)


def row(road: Road, name: str, case_id: int = 1) -> Delivery:
    return next(each for each in road.said() if each.key == f"case-{case_id}:{name}")


def test_a_comment_gets_one_private_answer_and_one_public_word_that_tells_of_it(meta: Road) -> None:
    comment(meta)
    meta.answer()

    private, public = row(meta, PRIVATE), row(meta, PUBLIC)
    assert private.id < public.id
    assert (private.kind, private.target, private.state) == (PRIVATE_REPLY, public.target, READY)
    assert discloses(private.body)
    assert words("en").thread["answer"] in private.body
    assert "STOP" in private.body
    assert any(told in public.body for told in words("en").told)
    assert not any(invite in public.body for invite in words("en").invite)
    assert meta.case().handoff == "offered"


def test_both_answers_are_kept_with_what_the_customer_did_that_allows_them(meta: Road) -> None:
    comment(meta)
    meta.answer()

    with reading(meta.engine) as db:
        kept = {gating.delivery_key: gating for gating in db.exec(select(Gating))}
    assert kept["case-1:private-reply"].consent.startswith("commented")
    assert kept["case-1:acknowledge"].consent.startswith("wrote-where-we-answer")
    assert all("facebook" in gating.rulebook for gating in kept.values())


@pytest.mark.parametrize(
    "post", [{"raw": {"can_reply_privately": False}}, {"created_at": None}, {"who": "unknown"}], ids=str
)
def test_where_no_private_answer_is_taken_the_public_words_invite(meta: Road, post: dict[str, Any]) -> None:
    if "created_at" in post:
        post = {"created_at": meta.now - timedelta(days=8)}
    if "who" in post:
        post = {"author_id": "unknown:p9"}
    comment(meta, **post)
    meta.answer()

    assert not [each for each in meta.said(PRIVATE_REPLY) if each.state != DROPPED]
    public = meta.said(REPLY)
    if "created_at" not in post:  # so late that the bot says nothing at all
        assert any(invite in public[0].body for invite in words("en").invite)


def test_on_x_nothing_changes(road: Road) -> None:
    road.takes_private_replies()
    road.hears("ana", "@brand my parcel has not arrived")
    road.answer()

    assert not road.said(PRIVATE_REPLY)
    assert any(invite in road.replies()[0] for invite in words("en").invite)


def test_a_second_comment_in_the_case_gets_neither_again(meta: Road) -> None:
    comment(meta, conversation="c")
    meta.answer()
    meta.deliver()

    comment(meta, conversation="c")
    meta.answer()

    assert len(meta.said(PRIVATE_REPLY)) == 1
    assert len(meta.said(REPLY)) == 1


def test_the_customers_answer_goes_on_in_the_same_case_and_is_not_greeted_again(meta: Road) -> None:
    comment(meta)
    meta.answer()
    meta.deliver()
    meta.wait(minutes=5)

    meta.writes("ana", "order 88213")
    meta.answer()

    assert len(meta.cases()) == 1
    assert meta.case().handoff in {"opened", "context"}
    (message,) = meta.messages()
    assert message.startswith(words("en").thread["label"])
    assert words("en").thread["stop"] not in message


def test_an_answer_under_another_id_is_tied_to_the_comments_case_by_our_own_message_in_that_conversation(
    meta: Road,
) -> None:
    comment(meta, who="ana")
    meta.answer()
    meta.deliver()
    receipt = row(meta, PRIVATE).native_id

    meta.ours("as sent", kind=PostKind.DIRECT, conversation="t_1", native_id=receipt)
    meta.writes("psid-of-ana", "order 88213", conversation="t_1")
    meta.answer()

    assert len(meta.cases()) == 1
    case = meta.case()
    assert (case.private_conversation, case.posts, case.claimed_by) == ("t_1", 2, None)
    message = meta.said(MESSAGE)[0]
    assert message.target == "t_1"
    with reading(meta.engine) as db:
        assert extra_of(db, message)["author"] == "u-psid-of-ana"


def test_an_answer_in_a_conversation_nobody_began_is_a_case_of_its_own(meta: Road) -> None:
    comment(meta, who="ana")
    meta.answer()

    meta.writes("ben", "order 88213", conversation="t_9")
    meta.answer()

    assert len(meta.cases()) == 2


def test_words_that_were_refused_let_the_invitation_go_instead(meta: Road) -> None:
    comment(meta)
    meta.answer()
    private = row(meta, PRIVATE)
    with writing(meta.engine) as db:
        claimed = db.get_one(Delivery, private.id)
        claimed.state, claimed.fence, claimed.attempts = SENDING, 1, 1
    sender = Sender(
        engine=meta.engine,
        via="facebook",
        carrier=Network(),
        conduct=meta.conduct,
        clock=lambda: meta.now,
        monotonic=lambda: 0.0,
    )

    exc = Refused("facebook", "used up", rule="graph.private-reply-used")
    record(sender, claimed, refused(claimed, exc, now=meta.now), now=meta.now, failure=exc)

    assert row(meta, PRIVATE).state == FAILED
    assert (row(meta, PUBLIC).state, row(meta, PUBLIC).extra) == (DROPPED, {})
    instead = row(meta, INVITE)
    assert (instead.kind, instead.state, instead.target) == (REPLY, READY, private.target)
    assert any(invite in instead.body for invite in words("en").invite)


def test_an_invitation_that_went_lapses_whichever_words_led_there(meta: Road) -> None:
    comment(meta)
    meta.answer()
    meta.deliver(only=PRIVATE)

    meta.wait(hours=25)
    meta.follow_up()

    assert meta.case().handoff == "lapsed"


def test_somebody_who_writes_before_the_private_answer_went_is_not_sent_it(meta: Road) -> None:
    comment(meta)
    meta.answer()

    meta.writes("ana", "hello? order 88213")
    meta.answer()

    assert row(meta, PRIVATE).state == DROPPED
    assert meta.said(MESSAGE)[0].state == READY


def test_a_person_who_takes_the_case_stops_both(meta: Road) -> None:
    comment(meta)
    meta.answer()
    with writing(meta.engine) as db:
        claims.take(db, 1, "person:u1", now=meta.now)

    assert {row(meta, PRIVATE).state, row(meta, PUBLIC).state} == {DROPPED}
    assert SENT not in {each.state for each in meta.said()}


@pytest.mark.parametrize("lang", sorted(available()))
def test_every_language_has_words_for_it_that_fit_instagram(lang: str) -> None:
    def fits(text: str) -> bool:
        return len(text.encode()) <= INSTAGRAM

    scene = thread.Scene(
        words=words(lang),
        brand="Nord Parcel & Sons Worldwide",
        topic=Topic.OTHER,
        said=0,
        known=(),
        asked=(),
        privacy_url="https://nordparcel.example/privacy",
        fits=fits,
    )
    private = thread.private_answer(scene)
    first = thread.next_words(scene, Signals(), Place(12))

    assert private is not None
    assert first.text is not None
    assert fits(private)
    assert fits(first.text)
    assert first.asks
    assert all(words(lang).thread["stop"] in text for text in (private, first.text))
    assert discloses(private)


def test_what_fits_nowhere_is_not_written() -> None:
    scene = thread.Scene(
        words=words("en"), brand="Nord", topic=Topic.OTHER, said=0, known=(), asked=(), fits=lambda _: False
    )

    assert thread.private_answer(scene) is None
    assert anything("whatever")


@pytest.mark.parametrize("lang", sorted(available()))
def test_each_language_tells_of_a_private_message_without_promising_anything_else(lang: str) -> None:
    known = words(lang)

    assert len(set(known.told)) == 4
    assert len(set(known.closing)) == 3
    assert all(discloses(line) for line in known.closing)
    assert not set(known.told) & set(known.invite)
