"""Faces: the cards in the room follow their cases, whoever changed those, and whatever Slack does meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from desk.faces import FACE, Faces
from domain.cards import Card, CardKind
from domain.sending import DeliveryKind
from responder import claims
from storage import cases, events, posts
from storage.authors import Author
from storage.database import writing
from storage.incidents import Incident
from storage.posts import Post
from tests.desk.office import MIA, Office


def key(case_id: int) -> str:
    return f"case-{case_id}:alert"


def updates(office: Office, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every change of a card that is asked of Slack."""
    made: list[str] = []
    whole = office.slack.update

    def noted(card: Card, **asked: Any) -> None:
        made.append(asked["ts"])
        whole(card, **asked)

    monkeypatch.setattr(office.slack, "update", noted)
    return made


def test_a_case_taken_elsewhere_shows_in_the_room(office: Office) -> None:
    case_id = office.case()
    office.take(case_id)

    office.show()

    assert "Taken by <@U0MIA>" in office.looks(key(case_id))
    assert office.row(key(case_id)).extra[FACE]


def test_a_card_that_looks_as_it_should_is_left_alone(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = updates(office, monkeypatch)
    case_id = office.case()
    office.take(case_id)
    office.show()

    Faces(office.engine, office.slack).run_once(now=office.now)  # as after a start
    office.faces.show(case_id, now=office.now)

    assert len(made) == 1


def test_a_start_shows_what_happened_while_nothing_ran(office: Office) -> None:
    case_id = office.case()
    office.show()
    office.take(case_id)

    fresh = Faces(office.engine, office.slack)
    while fresh.run_once(now=office.now):
        pass

    assert "Taken by <@U0MIA>" in office.looks(key(case_id))


def test_a_case_taken_before_its_card_arrived_shows_once_it_has(office: Office) -> None:
    case_id = office.case(alert=False)
    office.take(case_id)
    office.show()

    office.tell(key(case_id), Card(kind=CardKind.CASE, headline="Complaint", case_id=case_id), case_id)
    office.settle()
    office.show()

    assert "Taken by <@U0MIA>" in office.looks(key(case_id))


def test_every_card_with_a_case_on_it_changes_and_news_do_not(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = office.case()
    note: dict[str, Any] = {"kind": DeliveryKind.NOTE}
    office.tell("clock", Card(kind=CardKind.CLOCK, headline="4 min left", case_id=case_id), case_id, **note)
    office.tell("news", Card(kind=CardKind.NEWS, headline="wrote again", case_id=case_id), case_id, **note)
    office.settle()
    made = updates(office, monkeypatch)
    office.take(case_id)

    office.show()

    assert made == [office.row(key(case_id)).native_id, office.row("clock").native_id]
    assert "Taken by" in office.looks("clock")
    assert "Taken by" not in office.looks("news")


def test_a_limit_of_slack_is_waited_for_and_nothing_forgotten(office: Office) -> None:
    case_id = office.case()
    office.take(case_id)
    office.room.fault("chat.update", "rate_limited", count=1, seconds=30)

    assert not office.faces.run_once(now=office.now)
    assert not office.faces.run_once(now=office.now + timedelta(seconds=29))
    assert office.faces.run_once(now=office.now + timedelta(seconds=31))

    assert "Taken by <@U0MIA>" in office.looks(key(case_id))


@pytest.mark.parametrize("effect", ["message_not_found", "not_in_channel"])
def test_a_card_that_cannot_be_changed_is_not_tried_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch, effect: str
) -> None:
    made = updates(office, monkeypatch)
    case_id = office.case()
    office.take(case_id)
    office.room.fault("chat.update", effect, count=1)

    office.show()
    office.faces.show(case_id, now=office.now)

    assert len(made) == 1


def test_a_case_that_comes_back_can_be_taken_again(office: Office) -> None:
    case_id = office.case()
    with writing(office.engine) as db:
        claims.resolve(db, case_id, f"person:{MIA}", now=office.now)
    office.show()
    assert office.actions(key(case_id)) == []

    with writing(office.engine) as db:
        case = db.get_one(cases.Case, case_id)
        case.state, case.closed_at = cases.OPEN, None
        events.note(db, case_id, "reopened", at=office.now)
    office.show()

    assert office.actions(key(case_id)) == ["case.take", "case.not-urgent", "case.judged"]


def test_somebody_who_answered_in_the_platforms_app_is_named_so(office: Office) -> None:
    case_id = office.case()
    with writing(office.engine) as db:
        claims.take(db, case_id, claims.APP, now=office.now)

    office.show()

    assert "somebody of ours in the platform" in office.looks(key(case_id))


def test_words_deleted_at_their_platform_are_deleted_in_the_room(office: Office) -> None:
    case_id = office.case()
    with writing(office.engine) as db:
        posts.mark_gone(db, "x", [cases.posts_of(db, case_id)[0].native_id], now=office.now)
        events.note(db, case_id, "gone", at=office.now)

    office.show()

    message = office.message(key(case_id))
    assert "third day" not in str(message.blocks) + message.text
    assert "deleted at their platform" in str(message.blocks)
    assert office.actions(key(case_id)) == ["case.take", "case.not-urgent", "case.judged"]


def test_words_of_somebody_forgotten_are_deleted_in_the_whole_thread(office: Office) -> None:
    case_id = office.case()
    news = Card(kind=CardKind.NEWS, headline="wrote again", quote="my number is", case_id=case_id, author="ana0")
    office.tell("news", news, case_id, kind=DeliveryKind.NOTE)
    office.settle()
    with writing(office.engine) as db:
        author = db.get_one(Author, cases.posts_of(db, case_id)[0].author_id)
        author.forgotten_at = office.now

    office.faces.show(case_id, now=office.now)

    for told in (key(case_id), "news"):
        message = office.message(told)
        assert "third day" not in str(message.blocks) + message.text
        assert "my number" not in str(message.blocks) + message.text
        assert "ana0" not in str(message.blocks) + message.text


def test_a_question_that_settled_itself_loses_its_buttons(office: Office) -> None:
    case_id = office.case()
    held = office.hold(case_id)
    office.settle()
    asked = f"case-{case_id}:acknowledge:ask:0"
    assert office.actions(asked) == ["held.send", "held.drop", "open"]

    with writing(office.engine) as db:
        row = db.get_one(type(office.row(asked)), held)
        row.state = "dropped"
    office.faces.show(case_id, now=office.now)

    assert "No decision is needed any more" in office.looks(asked)
    assert office.actions(asked) == ["open"]


def test_a_case_nobody_knows_shows_nothing(office: Office) -> None:
    office.faces.show(999, now=office.now)

    assert not office.room.state.sent


def test_what_is_no_card_is_left_alone(office: Office) -> None:
    case_id = office.case()
    with writing(office.engine) as db:
        row = db.get_one(type(office.row(key(case_id))), office.row(key(case_id)).id)
        row.body = ""
        assert db.get(Post, 1)
    office.take(case_id)

    office.show()

    assert "Taken by" not in office.looks(key(case_id))


# storms


def storm(office: Office, *, told: int) -> int:
    """Let a storm be told to the team, with its card in the room."""
    with writing(office.engine) as db:
        row = Incident(channel="x", account="1", opened_at=office.now, last_at=office.now, cases=told, told=told)
        row.told_at = office.now
        db.add(row)
        db.flush()
        storm_id = row.id
    card = Card(kind=CardKind.INCIDENT, headline=f"{told} cases within minutes", count=told)
    office.tell(f"incident-{storm_id}:alert", card, None)
    office.settle()
    return storm_id


def grow(office: Office, storm_id: int, *, told: int, over: bool = False) -> None:
    with writing(office.engine) as db:
        row = db.get_one(Incident, storm_id)
        row.cases = row.told = told
        row.closed_at = office.now if over else None


def test_a_storms_card_counts_on_as_it_grows(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = updates(office, monkeypatch)
    storm_id = storm(office, told=8)
    office.show()
    assert not made

    grow(office, storm_id, told=17)
    office.show()
    grow(office, storm_id, told=40, over=True)
    office.show()

    assert "40 cases so far" in office.looks(f"incident-{storm_id}:alert")
    assert office.message(f"incident-{storm_id}:alert").text.startswith("40 cases within minutes")
    assert len(made) == 2


def test_a_storm_long_over_is_not_looked_at_any_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    storm_id = storm(office, told=8)
    made = updates(office, monkeypatch)
    grow(office, storm_id, told=17, over=True)
    office.wait(hours=2)

    office.show()

    assert not made


def test_a_limit_holds_back_storms_as_well(office: Office) -> None:
    storm_id = storm(office, told=8)
    grow(office, storm_id, told=17)
    office.room.fault("chat.update", "rate_limited", count=1, seconds=30)

    assert not office.faces.run_once(now=office.now)
    assert not office.faces.run_once(now=office.now + timedelta(seconds=29))
    assert office.faces.run_once(now=office.now + timedelta(seconds=31))

    assert "17 cases so far" in office.looks(f"incident-{storm_id}:alert")
