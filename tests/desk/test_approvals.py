"""Approvals: the team is asked about every delivery that is held, once for each time, in the case's thread."""

from desk import approvals
from domain.cards import Card, CardKind
from domain.sending import DeliveryKind
from storage import deliveries, gatings
from storage.database import writing
from storage.gatings import Gating
from tests.desk.office import Office


def ask(office: Office) -> bool:
    return approvals.run_once(office.engine, conduct=office.conduct, now=office.now)


def test_held_words_are_shown_in_the_cases_thread_with_buttons(office: Office) -> None:
    case_id = office.case()
    office.hold(case_id, body="We are sorry, write to us in private.")

    office.settle()

    message = office.message(f"case-{case_id}:acknowledge:ask:0")
    assert message.thread_ts == office.row(f"case-{case_id}:alert").native_id
    assert message.text.startswith("Approve this public reply?")
    assert "We are sorry, write to us in private." in str(message.blocks)
    assert "Held: approval." in str(message.blocks)
    assert office.actions(f"case-{case_id}:acknowledge:ask:0") == ["held.send", "held.drop", "open"]


def test_the_team_is_asked_once(office: Office) -> None:
    office.hold(office.case())

    assert ask(office)
    assert not ask(office)
    office.settle()
    assert not ask(office)


def test_words_held_again_are_asked_about_again(office: Office) -> None:
    case_id = office.case()
    held = office.hold(case_id)
    ask(office)
    with writing(office.engine) as db:
        row = db.get_one(deliveries.Delivery, held)
        row.fence, row.attempts = 3, 3

    assert ask(office)

    assert office.row(f"case-{case_id}:acknowledge:ask:3").extra["offer"]["kind"] == "doubt"


def test_what_may_have_been_sent_is_asked_about_with_the_way_to_look(office: Office) -> None:
    case_id = office.case()
    office.hold(case_id, attempts=2)

    office.settle()

    asked = f"case-{case_id}:acknowledge:ask:0"
    message = office.message(asked)
    assert message.text.startswith("Did this public reply go out?")
    assert office.actions(asked) == ["doubt.there", "doubt.again", "doubt.leave", "open"]
    assert "https://x.com/ana0/status/1" in str(message.blocks)


def test_without_a_thread_the_question_goes_into_the_room(office: Office) -> None:
    case_id = office.case(alert=False)
    office.hold(case_id, kind=DeliveryKind.MESSAGE)

    office.settle()

    message = office.message(f"case-{case_id}:acknowledge:ask:0")
    assert message.room == office.room.cases.id
    assert not message.thread_ts
    assert message.text.startswith("Approve this private message?")


def test_words_without_a_case_are_asked_about_as_well(office: Office) -> None:
    office.hold(None, kind=DeliveryKind.HIDE, body="")

    office.settle()

    assert office.message("case-None:acknowledge:ask:0").text.startswith("Approve hiding this post?")


def test_nothing_held_is_no_work(office: Office) -> None:
    office.case()

    assert not ask(office)


def test_the_gates_own_words_say_why(office: Office) -> None:
    case_id = office.case()
    office.hold(case_id)
    said = Gating(
        delivery_key=f"case-{case_id}:acknowledge",
        case_id=case_id,
        stage="plan",
        at=office.now,
        verdict="hold",
        rule="approval",
        reason="the settings want a person to approve it",
    )
    with writing(office.engine) as db:
        gatings.keep(db, said)

    office.settle()

    assert "Held: the settings want a person to approve it." in office.looks(f"case-{case_id}:acknowledge:ask:0")


def test_a_case_told_as_urgent_is_asked_about_in_that_thread(office: Office) -> None:
    case_id = office.case()
    office.tell(f"case-{case_id}:urgent", Card(kind=CardKind.CASE, headline="Threat", case_id=case_id), case_id)
    office.settle()
    office.hold(case_id)

    office.settle()

    asked = office.message(f"case-{case_id}:acknowledge:ask:0")
    assert asked.thread_ts == office.row(f"case-{case_id}:urgent").native_id
