"""How the brand wants its bot to behave, and what people do about held words."""

from datetime import time, timedelta

import pytest

from domain.clock import utc_now
from responder import decide
from storage import switches
from storage.database import writing
from tests.walks.conftest import Opens
from tests.walks.street import MIA, Street, until


def late(street: Street, author: str = "ana") -> str:
    post = street.post(author, f"@NordParcel my parcel is late, {author} is waiting", lang="en")
    street.wait(minutes=1)
    return post


def turn(street: Street, *, on: bool) -> None:
    with writing(street.house.engine) as db:
        switches.turn(db, switches.PAUSED, on=on, by="mia", why="press", now=street.clock.now)


def held(street: Street) -> list[str]:
    """List the questions the team was asked about held words."""
    return [each.text for each in street.thread(street.alert()) if "Approve this" in each.text]


def test_a_dry_run_decides_everything_tells_the_team_and_says_nothing(open_street: Opens) -> None:
    street = open_street(dry_run=True)
    late(street)
    street.direct("ana", "hello, it is about my parcel")

    assert street.answers() == []
    assert street.private("ana") == []
    assert {row.why for row in street.deliveries("reply", "message")} == {"dry-run"}
    assert all(row.body for row in street.deliveries("reply", "message"))
    assert "my parcel is late" in str(street.alert().blocks)
    assert {row.state for row in street.deliveries("alert", "note")} == {"sent"}


def test_with_approval_a_draft_waits_the_team_is_asked_once_and_a_press_sends_it(open_street: Opens) -> None:
    street = open_street(approval="public")
    late(street)
    street.wait(minutes=2)
    waiting, asked = street.answers(), held(street)
    socket = street.connect()
    question = next(each for each in street.thread(street.alert()) if "Approve this" in each.text)

    street.world.slack.press(question.ts, "held.send", user=MIA)
    released = until(lambda: street.delivery("case-1:acknowledge").approved_by)
    street.wait(seconds=30)
    socket.stop()

    assert (waiting, len(asked), released) == ([], 1, True)
    assert street.delivery("case-1:acknowledge").approved_by == f"person:{MIA}"
    assert [answer.text.removeprefix("@ana ") for answer in street.answers()] == [
        street.delivery("case-1:acknowledge").body
    ]


def test_a_draft_somebody_drops_never_goes(open_street: Opens) -> None:
    street = open_street(approval="public")
    late(street)
    with writing(street.house.engine) as db:
        decide.drop(db, street.delivery("case-1:acknowledge").id, by="person:mia", why="not wanted", now=street.clock())

    street.wait(minutes=2)

    assert street.answers() == []
    assert street.delivery("case-1:acknowledge").state == "dropped"


def test_private_words_need_nobodys_word_unless_all_do(open_street: Opens) -> None:
    street = open_street(approval="all")
    street.direct("ana", "hello, my parcel is late")

    assert street.private("ana") == []
    assert len(held(street)) == 1
    assert street.delivery("case-1:welcome").state == "held"


def test_paused_nothing_goes_to_anybody_alerts_do_and_resumed_it_goes_on(street: Street) -> None:
    turn(street, on=True)
    post = late(street)
    street.wait(minutes=1)
    silent, told = street.answers(post), street.alert()

    turn(street, on=False)
    street.wait(minutes=1)

    assert silent == []
    assert "my parcel is late" in str(told.blocks)
    assert len(street.answers(post)) == 1


def test_what_has_become_too_old_while_paused_is_not_said_any_more(street: Street) -> None:
    turn(street, on=True)
    post = late(street)
    street.skip(hours=13)

    turn(street, on=False)
    street.wait(minutes=1)

    assert street.answers(post) == []
    assert street.delivery("case-1:acknowledge").why == "stale"


def test_in_quiet_hours_the_bot_waits_and_the_team_is_told(open_street: Opens) -> None:
    street = open_street(timezone="Europe/Berlin", quiet={"start": time(12), "end": time(14)})  # Berlin: 13:00 now
    post = late(street)
    silent, told = street.answers(post), street.alert()

    street.skip(minutes=58)
    street.wait(minutes=2)

    assert silent == []
    assert told
    assert len(street.answers(post)) == 1
    assert street.answers(post)[0].at >= street.clock.now - timedelta(minutes=2)


def test_when_money_runs_low_searches_end_first_then_answers_then_hearing_and_each_is_said(open_street: Opens) -> None:
    street = open_street(budget_usd={"x": 100})
    street.spend(85)
    answered = late(street, "ana")
    searching = next(source.state for name, source in street.sources().items() if name.startswith("search"))

    street.spend(10)
    street.wait(minutes=10)
    unanswered = street.post("bo", "@NordParcel my parcel is late as well", lang="en")
    street.wait(minutes=6)
    hearing = street.sources()["mentions"].state

    street.spend(5)
    street.wait(minutes=6)

    assert (searching, hearing) == ("paused", "listening")
    assert len(street.answers(answered)) == 1
    assert street.answers(unanswered) == []
    assert street.delivery("case-2:acknowledge").why == "budget"
    assert street.alert(2).room == street.world.slack.cases.id
    assert street.sources()["mentions"].state == "paused"
    assert "searches stop" in street.said_to_team()
    assert "nothing is read any more" in street.said_to_team()


@pytest.mark.parametrize("languages", [("th", "พัสดุของฉันหายไปไหน parcel @NordParcel ฉันรอมาสามวันแล้วนะคะ")])
def test_a_customer_is_answered_in_the_language_they_wrote(street: Street, languages: tuple[str, str]) -> None:
    lang, text = languages
    post = street.post("nok", text, lang=lang)

    street.wait(minutes=1)

    answer = street.answers(post)[0].text
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in answer)


def test_the_clock_of_the_house_is_the_only_one(street: Street) -> None:
    late(street)

    stamps = [row.planned_at for row in street.deliveries()] + [case.opened_at for case in street.cases()]
    assert all(abs(stamp - street.clock.now) < timedelta(minutes=2) for stamp in stamps)
    assert abs(utc_now() - street.clock.now) > timedelta(minutes=2)
