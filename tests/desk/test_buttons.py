"""Buttons: of two people pressing, one has the case, and the other is told who."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import select

from desk.buttons import Press, presses
from domain.history import replay
from domain.values import Abuse
from storage import cases, deliveries, verdicts
from storage.cases import Case
from storage.database import reading, writing
from tests.desk.office import MIA, TOM, Office
from tests.responder.road import verdict


def key(case_id: int) -> str:
    return f"case-{case_id}:alert"


def test_taking_a_case_shows_who_has_it_on_the_card_itself(office: Office) -> None:
    case_id = office.case()

    office.press("case.take", case_id)

    assert office.stored(case_id).claimed_by == "person:U0MIA"
    assert "Taken by <@U0MIA>" in office.looks(key(case_id))
    assert "Taken by <@U0MIA>" in office.message(key(case_id)).text
    assert office.actions(key(case_id)) == ["case.resolve", "case.release", "case.judged"]
    assert not office.whispers(MIA)


def test_the_second_to_press_is_told_alone_who_was_first(office: Office) -> None:
    case_id = office.case()
    office.press("case.take", case_id, user=MIA)

    office.press("case.take", case_id, user=TOM)

    assert office.stored(case_id).claimed_by == "person:U0MIA"
    (told,) = office.whispers(TOM)
    assert told.startswith(f"<@U0MIA> has case {case_id} since <!date^")
    assert not office.whispers(MIA)
    assert "U0TOM" not in office.looks(key(case_id))


def test_pressing_twice_does_what_pressing_once_does(office: Office) -> None:
    case_id = office.case()

    office.press("case.take", case_id)
    before = [event.kind for event in office.history(case_id)]
    office.press("case.take", case_id)

    assert [event.kind for event in office.history(case_id)] == before
    assert not office.whispers(MIA)
    assert office.stored(case_id).fence == 1


def test_of_many_pressing_at_once_one_has_the_case_and_all_others_know_who(office: Office) -> None:
    case_id = office.case()
    users = [office.room.state.colleague(f"U0AGENT{number}").id for number in range(8)]
    office.room.pacing.off = True

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda user: office.press("case.take", case_id, user=user), users))

    holder = office.stored(case_id).claimed_by
    assert holder is not None
    winner = holder.removeprefix("person:")
    assert [event.kind for event in office.history(case_id)].count("claimed") == 1
    assert f"Taken by <@{winner}>" in office.looks(key(case_id))
    for user in users:
        told = office.whispers(user)
        assert len(told) == (0 if user == winner else 1)
        assert all(f"<@{winner}> has case" in words for words in told)


def test_not_urgent_closes_a_case_nobody_has(office: Office) -> None:
    case_id = office.case()

    office.press("case.not-urgent", case_id)

    assert office.stored(case_id).state == "dismissed"
    assert "Needs nobody, says <@U0MIA>" in office.looks(key(case_id))
    assert office.actions(key(case_id)) == []


def test_not_urgent_does_not_close_a_case_under_a_colleagues_hands(office: Office) -> None:
    case_id = office.case()
    office.take(case_id, MIA)

    office.press("case.not-urgent", case_id, user=TOM)

    assert office.stored(case_id).state == "open"
    assert "<@U0MIA> has case" in office.whispers(TOM)[0]
    assert "Taken by <@U0MIA>" in office.looks(key(case_id))


def test_a_released_case_can_be_taken_by_another(office: Office) -> None:
    case_id = office.case()
    office.press("case.take", case_id, user=MIA)

    office.press("case.release", case_id, user=MIA)
    assert office.actions(key(case_id)) == ["case.take", "case.not-urgent", "case.judged"]
    office.press("case.take", case_id, user=TOM)

    assert office.stored(case_id).claimed_by == "person:U0TOM"
    assert office.stored(case_id).fence == 2
    assert "Taken by <@U0TOM>" in office.looks(key(case_id))


def test_only_who_has_a_case_resolves_it(office: Office) -> None:
    case_id = office.case()
    office.press("case.take", case_id, user=MIA)

    office.press("case.resolve", case_id, user=TOM)
    assert office.stored(case_id).state == "open"
    office.press("case.resolve", case_id, user=MIA)

    assert office.stored(case_id).state == "resolved"
    assert "Resolved by <@U0MIA>" in office.looks(key(case_id))
    assert "<@U0MIA> has case" in office.whispers(TOM)[0]


@pytest.mark.parametrize("action", ["case.take", "case.release", "case.resolve", "case.not-urgent"])
def test_a_press_on_an_old_card_of_a_closed_case_says_so(office: Office, action: str) -> None:
    case_id = office.case()
    office.press("case.not-urgent", case_id)

    office.press(action, case_id, user=TOM)

    assert office.whispers(TOM) == [f"Case {case_id} is dismissed already."]


def test_releasing_what_nobody_has_says_so(office: Office) -> None:
    case_id = office.case()

    office.press("case.release", case_id)

    assert office.whispers(MIA) == [f"Nobody has case {case_id}: take it first."]


@pytest.mark.parametrize("value", ["999", "", "41; DROP TABLE cases", "-1", "٤١", "9" * 40, "None"])
@pytest.mark.parametrize("action", ["case.take", "case.release", "case.resolve", "case.not-urgent", "held.send"])
def test_a_value_that_is_none_of_ours_changes_nothing(office: Office, action: str, value: str) -> None:
    office.press(action, value)

    (told,) = office.whispers(MIA)
    assert "not known any more" in told


def test_a_link_and_a_button_of_somebody_elses_do_nothing(office: Office) -> None:
    case_id = office.case()

    office.press("open", case_id)
    office.press("another.app", case_id)

    assert office.stored(case_id).claimed_by is None
    assert not office.whispers(MIA)


def test_a_case_taken_while_slack_is_down_is_taken_and_shown_later(office: Office) -> None:
    case_id = office.case()
    office.room.outage()

    office.press("case.take", case_id)
    assert office.stored(case_id).claimed_by == "person:U0MIA"
    office.room.recover()
    office.show()

    assert "Taken by <@U0MIA>" in office.looks(key(case_id))


def test_what_people_did_can_be_replayed_from_the_history(office: Office) -> None:
    case_id = office.case()

    office.press("case.take", case_id)
    office.press("case.release", case_id)
    office.press("case.take", case_id, user=TOM)
    office.press("case.resolve", case_id, user=TOM)

    state = replay(office.history(case_id))
    assert (state.state, state.claimed_by, state.fence) == ("resolved", None, 2)
    people = [event.actor for event in office.history(case_id) if event.actor.startswith("person:")]
    assert people == ["person:U0MIA", "person:U0MIA", "person:U0TOM", "person:U0TOM"]


def test_the_bots_words_are_taken_back_when_a_person_takes_the_case(office: Office) -> None:
    case_id = office.case()
    office.hold(case_id, state=deliveries.READY, why="")

    office.press("case.take", case_id)

    assert office.row(f"case-{case_id}:acknowledge").state == deliveries.DROPPED


# deciding on words that are held


def question(office: Office, *, attempts: int = 0) -> tuple[int, int, str]:
    """A case with held words the team was asked about: case, held delivery, key of the question."""
    case_id = office.case()
    held = office.hold(case_id, attempts=attempts)
    office.settle()
    return case_id, held, f"case-{case_id}:acknowledge:ask:0"


def test_approved_words_go_and_the_question_says_who_approved(office: Office) -> None:
    case_id, held, asked = question(office)

    office.press("held.send", f"{held}.0")

    words = office.row(f"case-{case_id}:acknowledge")
    assert (words.state, words.approved_by) == (deliveries.READY, "person:U0MIA")
    assert "Released by <@U0MIA>" in office.looks(asked)
    assert office.actions(asked) == ["open"]


def test_words_nobody_wants_are_dropped(office: Office) -> None:
    case_id, held, asked = question(office)

    office.press("held.drop", f"{held}.0", user=TOM)

    assert office.row(f"case-{case_id}:acknowledge").state == deliveries.DROPPED
    assert "Not sent, decided by <@U0TOM>" in office.looks(asked)


def test_of_two_who_decide_the_first_counts_and_the_second_knows(office: Office) -> None:
    case_id, held, asked = question(office)

    office.press("held.drop", f"{held}.0", user=MIA)
    office.press("held.send", f"{held}.0", user=TOM)

    assert office.row(f"case-{case_id}:acknowledge").state == deliveries.DROPPED
    assert office.whispers(TOM) == ["This was decided before: it is dropped now."]
    assert "<@U0MIA>" in office.looks(asked)


@pytest.mark.parametrize(
    ("action", "state", "words"),
    [
        ("doubt.there", deliveries.SENT, "Seen there by <@U0MIA>"),
        ("doubt.again", deliveries.READY, "Released by <@U0MIA>"),
        ("doubt.leave", deliveries.DROPPED, "Not sent, decided by <@U0MIA>"),
    ],
)
def test_a_person_settles_what_nobody_can_tell(office: Office, action: str, state: str, words: str) -> None:
    case_id, held, asked = question(office, attempts=2)

    office.press(action, f"{held}.0")

    assert office.row(f"case-{case_id}:acknowledge").state == state
    assert words in office.looks(asked)


def test_approval_does_not_release_what_may_have_been_sent(office: Office) -> None:
    case_id, held, _ = question(office, attempts=1)

    office.press("held.send", f"{held}.0")

    assert office.row(f"case-{case_id}:acknowledge").state == deliveries.HELD


def test_an_old_question_says_nothing_about_words_held_again_since(office: Office) -> None:
    case_id, held, _ = question(office)
    with writing(office.engine) as db:
        row = db.get_one(deliveries.Delivery, held)
        row.fence, row.attempts = 1, 1

    office.press("held.drop", f"{held}.0")

    assert office.row(f"case-{case_id}:acknowledge").state == deliveries.HELD
    assert len(office.whispers(MIA)) == 1


# reading what Slack says


def payload(**more: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U0MIA"},
        "container": {"channel_id": "C1", "message_ts": "1.0", "thread_ts": "0.5"},
        "actions": [{"action_id": "case.take", "value": "41"}],
        **more,
    }


def test_a_press_is_read_with_who_and_where() -> None:
    (press,) = presses(payload())

    assert press == Press(action="case.take", value="41", user="U0MIA", room="C1", thread="0.5")
    assert press.by == "person:U0MIA"


@pytest.mark.parametrize(
    "strange",
    [
        {},
        {"type": "view_submission"},
        payload(user=None),
        payload(user={"id": 7}),
        payload(container=None),
        payload(actions=None),
        payload(actions=["x"]),
        payload(actions=[]),
    ],
)
def test_what_is_no_press_of_ours_is_none(strange: dict[str, Any]) -> None:
    assert presses(strange) == []


def test_nothing_is_written_for_a_press_that_changes_nothing(office: Office) -> None:
    case_id = office.case()
    office.press("case.release", case_id)

    with writing(office.engine) as db:
        assert [case.updated_at for case in db.exec(select(Case))] == [office.stored(case_id).updated_at]
    assert not [event for event in office.history(case_id) if event.actor.startswith("person:")]


def judged(office: Office, case_id: int, rule: str = "complaint") -> int:
    with writing(office.engine) as db:
        post_id = cases.posts_of(db, case_id)[0].id
        verdicts.store(db, [(post_id, verdict(rule, "en", (), Abuse.NONE))], now=office.now)
    return post_id


def test_what_was_judged_wrong_is_put_right_from_the_card_and_stands_there(office: Office) -> None:
    case_id = office.case()
    post_id = judged(office, case_id)

    office.press("case.judged", f"{case_id}:need:question")

    with reading(office.engine) as db:
        assert verdicts.of(db, [post_id])[post_id].need == "question"
    assert "Judged again by <@U0MIA>: question, not complaint" in office.looks(key(case_id))
    assert office.stored(case_id).need == "question"
    assert not office.whispers(MIA)


def test_what_is_judged_so_already_is_told_alone(office: Office) -> None:
    case_id = office.case()
    judged(office, case_id)

    office.press("case.judged", f"{case_id}:need:complaint")

    assert office.whispers(MIA) == [f"Case {case_id} is judged so already."]
    assert [event.kind for event in office.history(case_id)].count("corrected") == 0


_SENSELESS = ("", "41", "1:need", "1:need:furious", "1:mood:bad", "x:need:urgent", "1:need:urgent:")


@pytest.mark.parametrize("value", _SENSELESS)
def test_a_choice_that_makes_no_sense_changes_nothing(office: Office, value: str) -> None:
    case_id = office.case()
    before = judged(office, case_id)

    office.press("case.judged", value)

    with reading(office.engine) as db:
        assert verdicts.of(db, [before])[before].need in ("complaint", "urgent")
    assert [event.kind for event in office.history(case_id)].count("corrected") == (value == "1:need:urgent:")


def test_slack_tells_which_of_a_menus_options_was_chosen() -> None:
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": "U0MIA"},
        "channel": {"id": "C1"},
        "actions": [
            {
                "type": "static_select",
                "action_id": "case.judged",
                "selected_option": {"text": {"type": "plain_text", "text": "It is urgent"}, "value": "7:need:urgent"},
            }
        ],
    }

    (heard,) = presses(payload)

    assert (heard.action, heard.value) == ("case.judged", "7:need:urgent")
