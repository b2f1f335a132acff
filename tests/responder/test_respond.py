"""From judged posts to cases, words and cards: the stories of the road's third stretch."""

from datetime import timedelta

import pytest

from domain.cards import CardKind
from domain.conduct import Approval, Conduct
from domain.sending import DeliveryKind
from domain.values import Abuse, Priority
from responder import claims
from responder.language import words
from storage import gatings, posts, switches
from storage.database import reading, writing
from storage.deliveries import DROPPED, HELD, READY
from tests.responder.road import BRAND, ROOMS, Road, spot

ANA = "@brand third day without my parcel, order 88213"


def test_a_complaint_becomes_a_case_an_acknowledgement_and_a_card(road: Road) -> None:
    road.hears("ana", ANA, spans=[spot(ANA, "88213", "order")], followers=120)

    assert road.answer() == 1

    case = road.case()
    assert (case.state, case.need, case.topic, case.handoff) == ("open", "complaint", "late_delivery", "offered")
    assert case.due_at == road.now + timedelta(hours=1)
    (reply,) = road.said(DeliveryKind.REPLY)
    assert (reply.key, reply.target, reply.state, reply.order_key) == (
        "case-1:acknowledge",
        "p1",
        READY,
        f"author-{case.author_id}",
    )
    assert "deliver" in reply.body
    (alert,) = road.said(DeliveryKind.ALERT)
    assert (alert.key, alert.via, alert.target, alert.order_key) == (
        "case-1:alert",
        "slack",
        "C-CASES",
        "team:case-1",
    )
    card = road.card("case-1:alert")
    assert card.kind is CardKind.CASE
    assert card.headline == "Complaint 0.90"
    assert card.quote == "@brand third day without my parcel, order [order]"
    assert (card.author, card.followers, card.nth, card.due_at) == ("ana", 120, 1, case.due_at)
    assert card.text == "Acknowledged and invited to write in private."
    assert road.kinds() == ["opened", "planned", "handoff"]
    assert road.post(1).state == posts.SETTLED


def test_the_gates_answer_is_stored_with_the_plan(road: Road) -> None:
    road.hears("ana", ANA)

    road.answer()

    with reading(road.engine) as db:
        (said,) = gatings.of_delivery(db, "case-1:acknowledge")
    assert (said.stage, said.verdict, said.rule) == ("plan", "allow", "clear")
    assert said.evidence["summoned"] is True


def test_an_urgent_matter_goes_to_the_alert_room_at_once(road: Road) -> None:
    road.hears("ana", "@brand locked out of my account", "urgent")

    road.answer()

    (alert,) = road.said(DeliveryKind.ALERT)
    assert (alert.target, alert.priority) == ("C-ALERTS", Priority.HIGH)
    assert road.case().due_at == road.now + timedelta(minutes=15)


def test_without_a_room_for_cases_they_go_with_the_alerts(road: Road) -> None:
    road.conduct = Conduct(brand="Nord Parcel", rooms=type(ROOMS)(alerts="C-ALERTS"))
    road.hears("ana", ANA)

    road.answer()

    assert [alert.target for alert in road.said(DeliveryKind.ALERT)] == ["C-ALERTS"]


@pytest.mark.parametrize("rule", ["distress", "threat", "offensive"])
def test_where_words_could_do_harm_only_people_are_told(road: Road, rule: str) -> None:
    road.hears("ana", "@brand I cannot go on like this, my parcel", rule)

    road.answer()

    assert road.replies() == []
    assert road.reasons("withheld") == ["only a person may answer this"]
    assert road.card("case-1:alert").text == "No automatic answer: only a person may answer this."


def test_a_question_is_for_people(road: Road) -> None:
    road.hears("ana", "@brand when do you open?", "question")

    road.answer()

    assert road.replies() == []
    assert road.case().need == "question"
    assert road.keys() == ["case-1:alert"]


def test_praise_and_noise_are_settled_and_nobody_is_bothered(road: Road) -> None:
    road.hears("ana", "@brand you are great", "praise")
    road.hears("bo", "@brand lol", "noise")
    road.writes("cy", "hi", "noise")

    road.answer()

    assert road.cases() == []
    assert road.said() == []
    with reading(road.engine) as db:
        assert posts.tally(db) == {posts.SETTLED: 3}


def test_who_did_not_call_us_is_answered_by_a_person_in_the_app(road: Road) -> None:
    road.hears("ana", "nordparcel lost my parcel", summoned=False)

    road.answer()

    assert road.replies() == []
    assert "a person answers in the platform's app" in road.card("case-1:alert").text


def test_who_shows_personal_data_is_asked_to_delete_and_nothing_is_repeated(road: Road) -> None:
    text = "@brand my card 4111 1111 1111 1111 was charged twice"
    road.hears("ana", text, "personal-data", spans=[spot(text, "4111 1111 1111 1111", "card")])

    road.answer()

    (reply,) = road.replies()
    assert any(sentence in reply for sentence in words("en").expose)
    assert "4111" not in "".join(row.body for row in road.said())
    assert "[card]" in road.card("case-1:alert").quote


def test_the_same_customer_in_the_same_conversation_has_one_case(road: Road) -> None:
    road.hears("ana", ANA)
    road.answer()
    second = road.hears("ana", "@brand hello? my parcel!", conversation="p1")

    road.answer()

    assert len(road.cases()) == 1
    assert road.case().posts == 2
    assert len(road.replies()) == 1
    assert f"case-1:post-{second}" in road.keys(DeliveryKind.NOTE)
    (note,) = road.said(DeliveryKind.NOTE)
    assert (note.target, note.order_key, note.extra) == ("C-CASES", "team:case-1", {"under": "case-1:alert"})


def test_posts_of_one_batch_join_the_case_the_first_of_them_opens(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.hears("ana", "@brand and nobody answers", conversation="c")
    road.writes("ana", "hello")
    road.hears("ana", "@brand another matter: wrong size", conversation="d")

    road.answer()

    assert [case.posts for case in road.cases()] == [3, 1]
    assert road.replayed(1).posts == 3


def test_other_people_and_other_conversations_have_cases_of_their_own(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.hears("bo", "@brand me too, no parcel", conversation="c")
    road.hears("ana", "@brand you charged me twice", conversation="d")

    road.answer()

    assert [(case.author_id, case.conversation) for case in road.cases()] == [(1, "c"), (1, "d"), (2, "c")]
    assert len(road.replies()) == 3


def test_the_most_urgent_comes_first_but_each_customers_posts_in_their_order(road: Road) -> None:
    road.hears("ana", "@brand parcel late", conversation="a1")
    road.hears("bo", "@brand fire!", "distress")
    road.hears("ana", "@brand locked out", "urgent", conversation="a2")

    road.answer()

    assert [(case.author_id, case.conversation) for case in road.cases()] == [(2, "p2"), (1, "a1"), (1, "a2")]


def test_a_later_post_can_make_a_case_urgent_and_the_alert_room_hears_of_it(road: Road) -> None:
    road.hears("ana", "@brand when do you open?", "question", conversation="c")
    road.answer()
    road.wait(minutes=5)
    road.hears("ana", "@brand my kettle caught fire", "urgent", conversation="c")

    road.answer()

    case = road.case()
    assert (case.need, case.priority, case.topic) == ("urgent", Priority.HIGH, "safety")
    assert case.due_at == road.now + timedelta(minutes=15)
    urgent = next(row for row in road.said() if row.key == "case-1:urgent")
    assert (urgent.kind, urgent.target) == (DeliveryKind.ALERT, "C-ALERTS")
    assert len(road.replies()) == 1
    assert "raised" in road.kinds()


def test_a_case_never_becomes_less_urgent(road: Road) -> None:
    road.hears("ana", "@brand locked out", "urgent", conversation="c")
    road.answer()
    road.hears("ana", "@brand so, what are your hours?", "question", conversation="c")

    road.answer()

    assert (road.case().need, road.case().priority) == ("urgent", Priority.HIGH)
    assert "raised" not in road.kinds()


def test_danger_in_a_later_post_takes_back_what_the_bot_was_about_to_say(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.answer()
    road.hears("ana", "@brand I want to end it all", "distress", conversation="c")

    road.answer()

    (reply,) = road.said(DeliveryKind.REPLY)
    assert reply.state == DROPPED
    assert "dropped" in road.kinds()


def test_thanks_to_a_resolved_case_open_nothing(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.answer()
    with writing(road.engine) as db:
        claims.resolve(db, 1, "person:u1", now=road.now)
    road.hears("ana", "@brand thank you!", "praise", conversation="c")

    road.answer()

    assert road.case().state == "resolved"


def test_a_customer_who_writes_again_within_a_week_opens_the_case_again(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.answer()
    with writing(road.engine) as db:
        claims.resolve(db, 1, "person:u1", now=road.now)
    road.wait(days=6)
    road.hears("ana", "@brand it is still not here, no parcel", conversation="c")

    road.answer()

    case = road.case()
    assert (case.state, case.sla, case.answered_at, case.posts) == ("open", "pending", None, 2)
    assert case.due_at == road.now + timedelta(hours=1)
    assert len(road.cases()) == 1
    assert "reopened" in road.kinds()


def test_after_a_week_it_is_a_new_case(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.answer()
    with writing(road.engine) as db:
        claims.resolve(db, 1, "person:u1", now=road.now)
    road.wait(days=8)
    road.hears("ana", "@brand it is still not here, no parcel", conversation="c")

    road.answer()

    assert [case.state for case in road.cases()] == ["resolved", "open"]
    assert road.card("case-2:alert").nth == 2


def test_a_dismissed_case_is_not_opened_again(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.answer()
    with writing(road.engine) as db:
        claims.dismiss(db, 1, "person:u1", now=road.now)
    road.hears("ana", "@brand and where is it now, the parcel", conversation="c")

    road.answer()

    assert [case.state for case in road.cases()] == ["dismissed", "open"]


def test_the_third_case_in_a_month_is_counted(road: Road) -> None:
    for number in range(3):
        road.hears("ana", ANA, conversation=f"c{number}")
        road.answer()
        road.wait(days=20)

    assert [road.card(f"case-{number}:alert").nth for number in (1, 2, 3)] == [1, 2, 2]


def test_an_edit_changes_the_case_and_is_not_acknowledged_again(road: Road) -> None:
    road.hears("ana", ANA, native_id="v1")
    road.answer()
    road.deliver()
    edit = road.hears("ana", f"{ANA}!!", native_id="v2", logical_id="v1", version=2, conversation="v1")

    road.answer()

    assert len(road.cases()) == 1
    assert len(road.replies()) == 1
    assert road.case().posts == 1
    assert "edited" in road.kinds()
    assert road.card(f"case-1:post-{edit}").headline == "Changed their post"


def test_an_edit_before_the_answer_is_answered_in_its_place(road: Road) -> None:
    road.hears("ana", "@brand parcel", native_id="v1")
    road.hears("ana", ANA, native_id="v2", logical_id="v1", version=2, conversation="v1")

    road.answer()

    (reply,) = road.said(DeliveryKind.REPLY)
    assert reply.target == "v2"
    assert len(road.cases()) == 1


def test_a_post_gone_before_its_answer_is_settled_without_a_word(road: Road) -> None:
    post = road.hears("ana", ANA)
    with writing(road.engine) as db:
        posts.mark_gone(db, "x", ["p1"], now=road.now)

    road.answer()

    assert road.post(post).state == posts.SETTLED
    assert road.cases() == []
    assert road.said() == []


def test_a_post_gone_from_a_live_case_is_written_down(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.answer()
    road.hears("ana", "@brand and now?", conversation="c", native_id="late")
    with writing(road.engine) as db:
        posts.mark_gone(db, "x", ["late"], now=road.now)

    road.answer()

    assert road.kinds()[-1] == "gone"
    assert road.case().posts == 1


def test_a_dry_run_decides_everything_and_sends_nothing(road: Road) -> None:
    road.conduct = Conduct(brand="Nord Parcel", rooms=ROOMS, dry_run=True)
    road.hears("ana", ANA)

    road.answer()

    (reply,) = road.said(DeliveryKind.REPLY)
    assert (reply.state, reply.why) == (DROPPED, "dry-run")
    assert reply.body
    assert road.case().handoff == "offered"


def test_words_that_need_approval_are_held(road: Road) -> None:
    road.conduct = Conduct(brand="Nord Parcel", rooms=ROOMS, approval=Approval.PUBLIC)
    road.hears("ana", ANA)

    road.answer()

    (reply,) = road.said(DeliveryKind.REPLY)
    assert (reply.state, reply.why) == (HELD, "approval")
    assert road.card("case-1:alert").text == "An acknowledgement waits: a person releases what the bot says."


def test_while_paused_words_wait(road: Road) -> None:
    with writing(road.engine) as db:
        switches.turn(db, switches.PAUSED, on=True, by="person:u1", why="test", now=road.now)
    road.hears("ana", ANA)

    road.answer()

    (reply,) = road.said(DeliveryKind.REPLY)
    assert reply.state == READY
    assert reply.not_before > road.now


def test_words_over_the_cap_are_dropped_and_the_card_says_so(road: Road) -> None:
    road.conduct = Conduct(brand="Nord Parcel", rooms=ROOMS, per_author_hour=2)
    for number in range(3):
        road.hears("ana", ANA, conversation=f"c{number}")

    road.answer()

    assert [row.state for row in road.said(DeliveryKind.REPLY)] == [READY, READY, DROPPED]
    assert "within an hour" in road.card("case-3:alert").text
    assert road.case(3).handoff == "none"


def test_a_public_stop_word_silences_the_bot_for_this_author(road: Road) -> None:
    road.hears("ana", ANA, conversation="c")
    road.answer()
    road.hears("ana", "@brand STOP", "noise", conversation="c")
    road.answer()
    road.hears("ana", "@brand you lost my parcel as well", conversation="d")

    road.answer()

    assert [row.state for row in road.said(DeliveryKind.REPLY)] == [DROPPED, DROPPED]
    assert "opted_out" in road.kinds(1)
    assert "no automatic words" in road.card("case-2:alert").text


def test_an_encrypted_message_is_a_case_that_says_where_to_open_it(road: Road) -> None:
    road.writes("ana", "", "encrypted", encrypted=True)

    road.answer()

    assert road.messages() == []
    assert road.card("case-1:alert").headline == "Encrypted message: open it in X"
    assert road.case().handoff == "opened"


def test_what_a_customer_wrote_is_cut_on_the_card(road: Road) -> None:
    road.hears("ana", "@brand my parcel " + "is late " * 200)

    road.answer()

    assert len(road.card("case-1:alert").quote) == 600
    assert road.card("case-1:alert").quote.endswith("…")


def test_abuse_without_a_matter_is_not_acknowledged(road: Road) -> None:
    road.hears("ana", "@brand you utter idiots", abuse=Abuse.OFFENSIVE)

    road.answer()

    assert road.replies() == []
    assert road.reasons("withheld") == ["abuse that names no matter"]


def test_running_again_finds_nothing_and_changes_nothing(road: Road) -> None:
    road.hears("ana", ANA)
    road.answer()
    before = road.keys()

    assert road.answer() == 0

    assert road.keys() == before


def test_customers_get_different_words(road: Road) -> None:
    for number in range(30):
        road.hears(f"c{number}", ANA)

    road.answer()

    assert len(set(road.replies())) == 30


def test_each_customer_is_answered_in_their_language(road: Road) -> None:
    for lang in ("th", "lo", "km", "ta", "es", "my"):
        road.hears(f"from-{lang}", "@brand …", lang=lang)

    road.answer()

    said = dict(zip(("th", "lo", "km", "ta", "es", "my"), road.replies(), strict=True))
    for lang in ("th", "lo", "km", "ta", "es"):
        assert any(honest in said[lang] for honest in words(lang).honesty)
    assert any(honest in said["my"] for honest in words("en").honesty)
    assert road.reasons("planned", 6) == ["no words in my, so in en, about other"]


def test_nothing_personal_stands_in_the_events(road: Road) -> None:
    road.hears("ana", ANA, spans=[spot(ANA, "88213", "order")])
    road.writes("ana", "my order is 88213, call me", spans=[])
    road.answer()

    with reading(road.engine) as db:
        from storage import events  # noqa: PLC0415 - only here

        written = [f"{event.reason} {event.data}" for event in events.of_case(db, 1)]
    assert not any("88213" in line or "parcel" in line or "ana" in line.split() for line in written)


def test_our_account_is_the_one_the_post_came_to(road: Road) -> None:
    road.hears("ana", ANA)

    road.answer()

    assert {row.account for row in road.said()} == {BRAND}
