"""Ana's late parcel, from her post to its end and beyond."""

from responder import claims
from responder.language import words
from storage.database import writing
from tests.walks.conftest import Opens
from tests.walks.street import MIA, TOM, Street, until

COMPLAINT = "@NordParcel tercer día sin mi paquete, pedido NP-882134. Nadie contesta y estoy muy enfadada"
ENGLISH = "@NordParcel third day without my parcel, nobody answers and I am furious about it"


def complains(street: Street, text: str = COMPLAINT, lang: str = "es") -> str:
    post = street.post("ana", text, lang=lang)
    street.wait(minutes=1)
    return post


def test_the_team_sees_reason_words_and_clock_with_the_order_number_masked(street: Street) -> None:
    complains(street)

    card = street.alert()
    shown = str(card.blocks)
    assert "@ana" in shown
    assert "tercer día sin mi paquete" in shown
    assert "[order …34]" in shown
    assert "First answer by" in shown
    assert card.blocks[0]["type"] == "header"
    assert "882134" not in street.said_to_team()


def test_ana_is_answered_once_in_public_and_in_her_language(street: Street) -> None:
    post = complains(street)
    street.skip(minutes=28)
    street.wait(minutes=2)

    answers = street.answers(post)
    assert len(answers) == 1
    assert "automátic" in answers[0].text
    assert "882134" not in answers[0].text
    assert street.case().handoff == "offered"
    assert street.private("ana") == []


def test_in_private_the_assistant_says_what_it_is_and_asks_for_nothing_it_knows(street: Street) -> None:
    complains(street)

    street.direct("ana", "Hola, es por mi paquete")

    said = street.private("ana")
    assert len(said) == 1
    assert words("es").thread["hello"].format(brand="Nord Parcel") in said[0]
    assert words("es").thread["place_next"] in said[0]
    assert words("es").thread["order"] not in said[0]
    assert street.case().handoff == "context"
    assert "order: [order …34]" in str(street.thread(street.alert())[-1].blocks)


def test_what_it_does_not_know_it_asks_once_and_then_has_context(street: Street) -> None:
    complains(street, ENGLISH, "en")

    street.direct("ana", "Hello, here I am")
    street.direct("ana", "It is NP-882134")

    first, second = street.private("ana")
    assert words("en").thread["order"] in first
    assert words("en").thread["order"] not in second
    assert words("en").thread["done"] in second
    assert street.case().handoff == "context"
    assert "882134" not in street.said_to_team()


def test_the_place_in_the_queue_is_the_true_one(street: Street) -> None:
    for name in ("bo", "cy"):
        street.post(name, f"@NordParcel my parcel is late again, says {name}", lang="en")
        street.wait(minutes=1)
    complains(street, ENGLISH, "en")

    street.direct("ana", "Hello, here I am")

    assert words("en").thread["place_many"].format(n=2) in street.private("ana")[0]


def test_who_presses_take_it_has_the_case_and_the_bot_falls_silent(street: Street) -> None:
    complains(street, ENGLISH, "en")
    socket = street.connect()
    card = street.alert()

    acked = street.world.slack.press(card.ts, "case.take", user=MIA)
    taken = until(lambda: street.case().claimed_by)
    shown = until(lambda: MIA in str(street.alert().blocks))
    socket.stop()
    street.direct("ana", "Hello, here I am")

    assert (acked, taken, shown) == (True, True, True)
    assert street.case().claimed_by == f"person:{MIA}"
    assert street.case().handoff == "owned"
    assert street.private("ana") == []
    assert "here I am" in str(street.thread(street.alert())[-1].blocks)


def test_of_two_who_press_one_has_it_and_the_other_is_told_so(street: Street) -> None:
    complains(street)
    socket = street.connect()
    card = street.alert()

    street.world.slack.press(card.ts, "case.take", user=MIA)
    until(lambda: street.case().claimed_by)
    street.press_anyway("case.take", user=TOM)
    whispered = until(lambda: street.world.slack.whispers(TOM))
    socket.stop()

    assert whispered
    assert street.case().claimed_by == f"person:{MIA}"


def test_resolved_it_opens_again_when_she_writes_again(street: Street) -> None:
    complains(street, ENGLISH, "en")
    with writing(street.house.engine) as db:
        claims.take(db, 1, f"person:{MIA}", now=street.clock.now)
        claims.resolve(db, 1, f"person:{MIA}", now=street.clock.now)
    street.wait(minutes=1)
    resolved = street.case()

    street.direct("ana", "It is still not here, where is my parcel")

    again = street.case()
    assert (resolved.state, again.state, len(street.cases())) == ("resolved", "open", 1)
    assert again.claimed_by is None
    assert again.sla == "pending"
    assert again.due_at is not None
    assert again.due_at > street.clock.now
    assert "Take it" in str(street.alert().blocks)


def test_thanks_after_the_end_wake_nobody(street: Street) -> None:
    complains(street, ENGLISH, "en")
    with writing(street.house.engine) as db:
        claims.take(db, 1, f"person:{MIA}", now=street.clock.now)
        claims.resolve(db, 1, f"person:{MIA}", now=street.clock.now)
    street.wait(minutes=1)

    street.direct("ana", "thank you")

    assert street.case().state == "resolved"
    assert street.private("ana") == []


def test_a_promise_nobody_keeps_is_warned_of_and_then_said_to_be_broken(street: Street) -> None:
    complains(street, ENGLISH, "en")

    street.skip(minutes=48)
    street.wait(minutes=1)
    warned = [str(card.blocks) for card in street.thread(street.alert())]
    street.skip(minutes=11)
    street.wait(minutes=1)

    assert any("due soon" in card for card in warned)
    assert any("is late" in str(card.blocks) for card in street.thread(street.alert()))
    assert street.case().sla == "breached"


def test_when_the_day_is_over_the_books_balance(open_street: Opens) -> None:
    street = open_street()
    complains(street)
    for name, text in (("bo", "thank you"), ("cy", "is the shop open?"), ("di", "nothing much")):
        street.post(name, f"@NordParcel {text}", lang="en")
    street.direct("ana", "Hola, es por mi paquete")
    street.wait(minutes=5)

    books, seen = street.books(), street.world.books()
    assert books.balanced
    assert seen.doubles == ()
    heard = {post.native_id for post in street.posts()}
    assert [one.id for one in seen.heard if one.id not in heard] == []
    assert (books.deliveries["reply"]["sent"], books.deliveries["message"]["sent"]) == (seen.replies, seen.directs)
