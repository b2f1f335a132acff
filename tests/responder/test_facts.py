"""Facts from a customer's words: never asked twice, never what nobody needs."""

from hypothesis import given
from hypothesis import strategies as st

from domain.values import Span
from responder.facts import Told, extract, masked
from responder.topics import Topic
from tests.responder.road import spot


def values(told: list[Told], kind: str) -> list[str]:
    return [each.value for each in told if each.kind == kind]


def test_what_the_judge_marked_is_a_fact() -> None:
    text = "order 88213, reach me at ana@example.org or +49 30 901820"
    spans = [spot(text, "88213", "order"), spot(text, "ana@example.org", "email"), spot(text, "+49 30 901820", "phone")]

    told = extract(text, spans, topic=Topic.LATE_DELIVERY)

    assert values(told, "order") == ["88213"]
    assert values(told, "email") == ["ana@example.org"]
    assert values(told, "phone") == ["+49 30 901820"]


def test_a_card_is_no_fact_and_is_masked_in_the_matter() -> None:
    text = "you charged 4111 1111 1111 1111 twice"
    spans = [spot(text, "4111 1111 1111 1111", "card")]

    told = extract(text, spans, topic=Topic.PAYMENT, asked=("order", "phone"))

    assert told == [Told("matter", "you charged [card] twice")]


def test_a_bare_number_answers_the_question_for_it() -> None:
    assert values(extract("88213", [], topic=Topic.OTHER, asked=("order",)), "order") == ["88213"]
    assert values(extract("AB-12345", [], topic=Topic.OTHER, asked=("order",)), "order") == ["AB-12345"]
    assert extract("88213", [], topic=Topic.OTHER) == []


def test_digits_of_any_script_are_understood() -> None:
    assert values(extract("๘๘๒๑๓", [], topic=Topic.OTHER, asked=("order",)), "order") == ["88213"]
    assert values(extract("លេខ ៨៨២១៣", [], topic=Topic.OTHER, asked=("order",)), "order") == ["88213"]


def test_a_date_or_a_weight_is_no_order_number() -> None:
    told = extract("ordered 2026-11-20, 500kg, since 2025", [], topic=Topic.OTHER, asked=("order",))

    assert values(told, "order") == []


def test_a_phone_number_is_one_only_when_it_was_asked_for() -> None:
    assert values(extract("020 5551 2345 after 5", [], topic=Topic.OTHER, asked=("phone",)), "phone") == [
        "020 5551 2345"
    ]
    assert values(extract("020 5551 2345", [], topic=Topic.OTHER), "phone") == []


def test_an_email_is_always_one() -> None:
    assert values(extract("it is ana.p@example.co.uk", [], topic=Topic.OTHER), "email") == ["ana.p@example.co.uk"]


def test_a_wish_for_a_call_is_a_fact() -> None:
    assert Told("callback", "wanted") in extract("call me", [], topic=Topic.OTHER, callback=True)


def test_a_long_story_is_a_matter_though_we_cannot_name_it() -> None:
    story = "it arrived and then it simply was not what anybody would expect from you"

    assert values(extract(story, [], topic=Topic.OTHER), "matter") == [story]
    assert values(extract("hello?", [], topic=Topic.OTHER), "matter") == []


def test_facts_are_shown_masked() -> None:
    assert masked(Told("order", "88213013")) == "order: [order …13]"
    assert masked(Told("email", "ana@example.org")) == "email: [email]"
    assert masked(Told("matter", "late again")) == "matter: late again"


@given(text=st.text(max_size=200), data=st.data())
def test_no_card_number_is_ever_kept(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    card = "4111111111111111"
    whole = f"{text[:at]} {card} {text[at:]}"
    spans = [Span(at + 1, at + 1 + len(card), "card")]

    told = extract(whole, spans, topic=Topic.PAYMENT, asked=("order", "phone", "email"))

    assert not any(card in each.value for each in told)
