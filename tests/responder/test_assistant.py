"""The private thread, lived through: invitation, welcome, facts, hand-over."""

from datetime import timedelta

from domain.conduct import Conduct
from domain.sending import DeliveryKind
from domain.values import Priority
from responder import claims
from responder.language import words
from storage import authors
from storage.authors import Author
from storage.database import reading, writing
from storage.deliveries import DROPPED
from tests.responder.road import ROOMS, Road, spot

EN = words("en").thread
ANA = "@brand third day without my parcel"


def invited(road: Road, who: str = "ana", text: str = ANA, **post: object) -> None:
    road.hears(who, text, conversation=f"c-{who}", **post)  # type: ignore[arg-type]
    road.answer()
    road.deliver()


def test_who_follows_the_invitation_is_welcomed_in_the_case(road: Road) -> None:
    invited(road)
    post = road.writes("ana", "Hello, I was told to write here", "noise")

    road.answer()

    case = road.case()
    assert len(road.cases()) == 1
    assert (case.handoff, case.private_conversation, case.posts) == ("opened", "dm-ana", 2)
    (welcome,) = road.said(DeliveryKind.MESSAGE)
    assert (welcome.key, welcome.target, welcome.post_id, welcome.order_key) == (
        "case-1:welcome",
        "dm-ana",
        post,
        f"author-{case.author_id}",
    )
    assert "automated assistant of Nord Parcel" in welcome.body
    assert EN["order"] in welcome.body
    assert EN["place_next"] in welcome.body
    assert EN["matter"] not in welcome.body
    assert road.card(f"case-1:post-{post}").headline == "Wrote in private"


def test_the_place_is_the_true_one(road: Road) -> None:
    for name in ("bo", "cy"):
        invited(road, name)
    road.wait(minutes=1)
    invited(road)
    road.writes("ana", "hello")

    road.answer()

    assert "2 people are ahead of you" in road.messages()[0]
    assert road.case(3).place_told == 2


def test_what_was_said_in_public_is_not_asked_in_private(road: Road) -> None:
    text = f"{ANA}, order 88213"
    invited(road, text=text, spans=[spot(text, "88213", "order")])
    road.writes("ana", "hello", "noise")

    road.answer()

    (welcome,) = road.messages()
    assert EN["order"] not in welcome
    assert EN["done"] in welcome
    assert ("order", "88213") in road.facts()
    assert road.case().handoff == "context"
    assert road.replayed().silent


def test_an_answer_to_the_question_completes_the_context(road: Road) -> None:
    invited(road)
    road.writes("ana", "hello", "noise")
    road.answer()
    road.deliver()
    post = road.writes("ana", "88213", "noise")

    road.answer()

    _, thanks = road.messages()
    assert EN["thanks"] in thanks
    assert EN["done"] in thanks
    assert EN["order"] not in thanks
    assert ("order", "88213") in road.facts()
    assert road.case().handoff == "context"
    assert "order: [order]" in road.card(f"case-1:post-{post}").facts
    assert "88213" not in "".join(row.body for row in road.said(DeliveryKind.NOTE))


def test_after_the_hand_over_the_bot_is_silent(road: Road) -> None:
    invited(road)
    for text in ("hello", "88213", "anything new?", "please hurry"):
        road.writes("ana", text)
        road.answer()
        road.deliver()

    assert len(road.messages()) == 2
    assert road.kinds().count("silent") == 1


def test_at_most_three_automatic_messages_whatever_they_write(road: Road) -> None:
    invited(road, text="@brand you are the worst of them all, truly")
    for text in ("hi", "call me", "well, you know", "so?", "what now?"):
        road.writes("ana", text, "question")
        road.answer()
        road.deliver()

    assert len(road.messages()) <= 3
    assert road.replayed().silent


def test_thanks_need_no_answer(road: Road) -> None:
    invited(road)
    road.writes("ana", "hello", "noise")
    road.answer()
    road.deliver()
    road.writes("ana", "thank you so much", "praise")

    road.answer()

    assert len(road.messages()) == 1


def test_who_wants_a_person_goes_up_and_is_asked_nothing_more(road: Road) -> None:
    invited(road)
    road.writes("ana", "hello")
    road.answer()
    road.deliver()
    post = road.writes("ana", "a real person, please", "noise")

    road.answer()

    assert road.case().priority == Priority.HIGH
    assert EN["person"] in road.messages()[-1]
    assert road.card(f"case-1:post-{post}").headline == "Wants to speak with a person"
    assert road.replayed().silent
    assert road.case().handoff == "opened"


def test_who_wants_no_machine_hears_it_no_more(road: Road) -> None:
    invited(road)
    road.writes("ana", "hello")
    road.answer()
    post = road.writes("ana", "STOP", "noise")
    road.answer()
    road.writes("ana", "my order is 88213")

    road.answer()

    assert [row.state for row in road.said(DeliveryKind.MESSAGE)] == [DROPPED]
    assert road.card(f"case-1:post-{post}").headline == "Wants no automatic words"
    with reading(road.engine) as db:
        author = authors.find(db, "x", "ana")
    assert isinstance(author, Author)
    assert author.opted_out_at == road.now


def test_who_asks_gets_the_truth(road: Road) -> None:
    invited(road)
    road.writes("ana", "hello")
    road.answer()
    road.deliver()
    road.writes("ana", "are you a bot?", "question")

    road.answer()

    assert EN["bot"] in road.messages()[-1]


def test_who_wants_a_call_is_asked_for_a_number_and_its_time(road: Road) -> None:
    invited(road)
    road.writes("ana", "please call me", "question")

    road.answer()

    assert EN["phone"] in road.messages()[0]
    assert ("callback", "wanted") in road.facts()


def test_several_messages_at_once_get_one_answer(road: Road) -> None:
    invited(road)
    for text in ("hello", "it is about my parcel", "88213"):
        road.writes("ana", text)

    road.answer()

    assert len(road.messages()) == 1
    assert len(road.said(DeliveryKind.NOTE)) == 3


def test_a_wish_in_an_earlier_message_of_several_is_granted(road: Road) -> None:
    invited(road)
    for text in ("hello", "I want a real person", "it is urgent for me"):
        road.writes("ana", text)

    road.answer()

    (message,) = road.messages()
    assert EN["person"] in message
    assert road.kinds().count("silent") == 1


def test_who_wants_a_person_is_asked_nothing_though_the_bot_may_not_say_so(road: Road) -> None:
    road.conduct = Conduct(brand="Nord Parcel", rooms=ROOMS, per_author_hour=1)
    invited(road)
    road.writes("ana", "a person please")
    road.answer()
    road.wait(hours=2)
    road.writes("ana", "hello?")

    road.answer()

    assert road.messages() == []
    assert road.replayed().silent


def test_in_a_storm_only_who_wants_a_person_is_told_singly(road: Road) -> None:
    for number in range(9):
        road.hears(f"c{number}", "@brand no internet", conversation=f"c{number}")
    road.answer()
    road.writes("c1", "hello")
    road.writes("c2", "a person please")

    road.answer()

    singly = [key for key in road.keys(DeliveryKind.ALERT, DeliveryKind.NOTE) if key.startswith("case-")]
    assert singly == ["case-3:urgent"]


def test_words_that_have_not_gone_are_taken_back_when_the_customer_writes_again(road: Road) -> None:
    invited(road)
    road.writes("ana", "hello", "noise")
    road.answer()
    post = road.writes("ana", "order 88213", spans=[spot("order 88213", "88213", "order")])

    road.answer()

    overtaken, fresh = road.said(DeliveryKind.MESSAGE)
    assert (overtaken.key, overtaken.state) == ("case-1:welcome", DROPPED)
    assert fresh.key == f"case-1:thread-{post}"
    assert "automated assistant of Nord Parcel" in fresh.body
    assert EN["order"] not in fresh.body


def test_where_a_person_has_the_case_the_bot_says_nothing(road: Road) -> None:
    invited(road)
    with writing(road.engine) as db:
        claims.take(db, 1, "person:u1", now=road.now)
    road.writes("ana", "hello")

    road.answer()

    assert road.messages() == []
    assert road.case().handoff == "owned"


def test_danger_in_private_silences_the_bot_and_alerts(road: Road) -> None:
    invited(road)
    road.writes("ana", "hello")
    road.answer()
    road.writes("ana", "I do not want to live any more", "distress")

    road.answer()

    assert road.messages() == []
    assert road.case().need == "urgent"
    urgent = next(row for row in road.said() if row.key == "case-1:urgent")
    assert urgent.target == ROOMS.alerts
    assert road.replayed().silent


def test_an_encrypted_message_in_a_case_says_where_to_open_it_and_silences_the_bot(road: Road) -> None:
    invited(road)
    post = road.writes("ana", "", "encrypted", encrypted=True)

    road.answer()

    assert road.messages() == []
    assert road.card(f"case-1:post-{post}").headline == "Encrypted message: open it in X"
    assert road.replayed().silent


def test_a_later_pressing_message_is_named_by_its_reason(road: Road) -> None:
    invited(road, text="@brand locked out", rule="urgent")
    post = road.writes("ana", "now my account was emptied", "urgent")

    road.answer()

    assert road.card(f"case-1:post-{post}").headline == "Urgent 0.90"


def test_who_writes_in_private_first_has_a_case_and_is_welcomed(road: Road) -> None:
    road.writes("ana", "where is my parcel?", "question")

    road.answer()

    case = road.case()
    assert (case.conversation, case.private_conversation, case.handoff) == ("dm-ana", "dm-ana", "opened")
    assert road.keys() == ["case-1:welcome", "case-1:alert"]
    assert road.card("case-1:alert").facts == ("matter: where is my parcel?",)


def test_the_thread_speaks_the_language_of_the_case(road: Road) -> None:
    invited(road, text="@brand พัสดุยังไม่ถึง", lang="th")
    road.writes("ana", "88213", "noise", lang="en")

    road.answer()

    assert words("th").thread["reads"] in road.messages()[0]


def test_who_changes_language_is_followed(road: Road) -> None:
    invited(road, text="@brand พัสดุยังไม่ถึง", lang="th")
    road.writes("ana", "sorry, could we please do this in English?", "question", lang="en")

    road.answer()

    assert EN["reads"] in road.messages()[0]


def test_a_place_goes_up_only_for_more_urgent_cases_and_says_so(road: Road) -> None:
    invited(road)
    road.writes("ana", "hello", "noise")
    road.answer()
    road.deliver()
    road.wait(minutes=1)
    road.hears("bo", "@brand locked out", "urgent")
    road.answer()
    road.writes("ana", "88213", "noise")

    road.answer()

    assert EN["place_urgent"].format(n=1) in road.messages()[-1]
    assert road.case().place_told == 1


def test_a_place_that_goes_up_for_another_reason_is_kept_to_ourselves(road: Road) -> None:
    invited(road, "bo")
    with writing(road.engine) as db:
        claims.take(db, 1, "person:u1", now=road.now)
    road.wait(minutes=1)
    invited(road)
    road.writes("ana", "hello", "noise")
    road.answer()
    road.deliver()
    with writing(road.engine) as db:
        claims.release(db, 1, "person:u1", now=road.now)
    road.writes("ana", "88213", "noise")

    road.answer()

    assert EN["place_next"] in road.messages()[0]
    assert "ahead" not in road.messages()[-1]
    assert road.case(2).place_told == 0


def test_a_case_opened_again_in_private_starts_a_new_talk(road: Road) -> None:
    invited(road)
    road.writes("ana", "order 88213", spans=[spot("order 88213", "88213", "order")])
    road.answer()
    road.deliver()
    with writing(road.engine) as db:
        claims.take(db, 1, "person:u1", now=road.now)
        claims.resolve(db, 1, "person:u1", now=road.now)
    road.wait(days=2)
    road.writes("ana", "it still has not come")

    road.answer()

    assert len(road.cases()) == 1
    assert len(road.messages()) == 2
    assert EN["order"] not in road.messages()[-1]
    assert road.case().handoff == "context"


def test_a_place_told_before_counts_no_more_when_the_case_is_opened_again(road: Road) -> None:
    invited(road)
    road.writes("ana", "hello", "noise")
    road.answer()
    with writing(road.engine) as db:
        claims.resolve(db, 1, "person:u1", now=road.now)
    road.hears("ana", "@brand and again no parcel", conversation="c-ana")

    road.answer()

    assert road.case().place_told is None
    assert road.replayed().place_told is None


def test_a_rehearsal_counts_what_it_would_have_said(road: Road) -> None:
    road.conduct = Conduct(brand="Nord Parcel", rooms=ROOMS, dry_run=True, stale_after=timedelta(days=900))
    road.hears("ana", ANA)
    road.answer()
    for text in ("hello", "88213", "and?"):
        road.writes("ana", text)
        road.answer()

    said = road.said(DeliveryKind.MESSAGE)
    assert [row.state for row in said] == [DROPPED, DROPPED]
    assert EN["thanks"] in said[-1].body


def test_with_the_cap_reached_nothing_is_counted_as_said(road: Road) -> None:
    road.conduct = Conduct(brand="Nord Parcel", rooms=ROOMS, per_author_hour=1)
    invited(road)
    road.writes("ana", "hello")

    road.answer()

    (message,) = road.said(DeliveryKind.MESSAGE)
    assert (message.state, message.why) == (DROPPED, "author-cap")
    assert "place_told" not in road.kinds()
    assert "asked" not in road.kinds()
