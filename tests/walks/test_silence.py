"""Where the bot keeps its mouth shut: danger, secrets, people who did not call, people who want none of it."""

import logging

import pytest

from responder.language import words
from tests.walks.conftest import Opens
from tests.walks.street import Street

CARD = "4242 4242 4242 4242"
DIGITS = CARD.replace(" ", "")


def spoken(street: Street, author: str) -> list[str]:
    """List every word of ours that this person can read."""
    return [*(answer.text for answer in street.answers()), *street.private(author)]


@pytest.mark.parametrize(
    "text",
    ["@NordParcel no parcel, no money, I can't go on any more", "@NordParcel I will break your windows tonight"],
)
def test_danger_gets_no_automatic_word_and_an_urgent_alert_at_once(street: Street, text: str) -> None:
    street.post("dee", text, lang="en")

    street.wait(minutes=3)

    assert spoken(street, "dee") == []
    assert [row.kind for row in street.deliveries()] == ["alert"]
    assert street.alert().room == street.world.slack.alerts.id
    assert (street.case().need, street.case().priority) == ("urgent", 0)


def test_who_is_in_danger_is_not_answered_in_private_either(street: Street) -> None:
    street.direct("dee", "I can't go on, and your parcel was the last straw")
    street.direct("dee", "hello? is anybody there?")

    assert spoken(street, "dee") == []
    assert street.alert().room == street.world.slack.alerts.id
    assert len(street.thread(street.alert())) == 1


def test_somebody_who_falls_into_despair_later_hears_no_machine_from_then_on(street: Street) -> None:
    street.post("dee", "@NordParcel my parcel is late", lang="en")
    street.wait(minutes=1)
    before = spoken(street, "dee")

    street.direct("dee", "I can't go on like this")
    street.direct("dee", "my parcel number is NP-882134")

    assert len(before) == 1
    assert spoken(street, "dee") == before
    assert street.delivery("case-1:urgent").target == street.world.slack.alerts.id
    assert street.delivery("case-1:urgent").state == "sent"


def test_a_card_number_is_repeated_to_nobody_and_kept_out_of_cards_and_logs(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post = street.post("eve", f"@NordParcel you took my parcel money from {CARD}, give it back", lang="en")

    street.wait(minutes=2)
    street.direct("eve", f"again: {CARD}")

    told = "\n".join(row.body for row in street.deliveries())
    for where in (told, street.said_to_team(), caplog.text, *spoken(street, "eve")):
        assert CARD not in where
        assert DIGITS not in where.replace(" ", "")
    assert "[card]" in street.said_to_team()
    assert len(street.answers(post)) == 1
    asked = street.answers(post)[0].text
    assert any(part in asked for part in ("delete", "remove"))
    assert street.case().need == "urgent"


def test_who_did_not_call_us_is_heard_and_shown_but_never_answered(street: Street) -> None:
    post = street.post("fox", "nordparcel lost my parcel again, never using them", lang="en")

    street.wait(minutes=5)

    assert street.answers() == []
    assert street.case().state == "open"
    assert "did not call us" in str(street.alert().blocks)
    assert f"status/{post}" in str(street.alert().blocks)
    assert not any("POST /2/tweets" in str(charge) for charge in street.world.x.bill.charges)


@pytest.mark.parametrize("word", ["STOP", "stop messaging me please"])
def test_who_says_stop_hears_nothing_more_and_a_person_knows(street: Street, word: str) -> None:
    street.post("gil", "@NordParcel my parcel is late", lang="en")
    street.wait(minutes=1)
    street.direct("gil", "hello")
    before = spoken(street, "gil")

    street.direct("gil", word)
    street.direct("gil", "and my parcel?")
    street.post("gil", "@NordParcel another parcel is late", lang="en")
    street.wait(minutes=2)

    assert len(before) == 2
    assert spoken(street, "gil") == before
    assert "Wants no automatic words" in street.said_to_team()
    assert len(street.cases()) == 2
    assert street.delivery("case-2:acknowledge").why == "opted-out"


def test_who_asks_for_a_person_gets_one_last_word_and_then_people_only(street: Street) -> None:
    street.post("hal", "@NordParcel my parcel is late", lang="en")
    street.wait(minutes=1)

    street.direct("hal", "I want to speak to a human")
    street.direct("hal", "well? my parcel?")

    assert len(street.private("hal")) == 1
    assert words("en").thread["person"] in street.private("hal")[0]
    assert "Wants to speak with a person" in street.said_to_team()


def test_who_asks_whether_it_is_a_machine_is_told_the_truth(street: Street) -> None:
    street.post("ivy", "@NordParcel my parcel is late", lang="en")
    street.wait(minutes=1)

    street.direct("ivy", "hello")
    street.direct("ivy", "are you a bot?")

    assert words("en").thread["bot"] in street.private("ivy")[-1]


def test_an_assistant_speaks_three_times_at_most(street: Street) -> None:
    for word in ("hello", "my parcel was blue", "are you a bot?", "are you a robot?", "is this a bot?"):
        street.direct("jo", f"{word} about my parcel")

    assert 1 <= len(street.private("jo")) <= 3


def test_nobody_gets_more_automatic_words_an_hour_than_the_brand_wants(open_street: Opens) -> None:
    street = open_street(per_author_hour=2)
    for number in range(4):
        street.post("kim", f"@NordParcel parcel number {number} of mine is late", lang="en")
        street.wait(minutes=1)

    assert len(street.answers()) == 2
    assert len(street.cases()) == 4
    assert street.delivery("case-3:acknowledge").why == "author-cap"


def test_praise_and_noise_are_read_and_left_in_peace(street: Street) -> None:
    street.post("lu", "@NordParcel thank you, quick as ever", lang="en")
    street.post("mo", "@NordParcel nice weather", lang="en")

    street.wait(minutes=2)

    assert street.answers() == []
    assert street.cases() == []
    assert street.books().needs == {"praise": 1, "noise": 1}
