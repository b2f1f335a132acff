import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import main
from domain.clock import utc_now
from storage.database import writing
from storage.deliveries import Delivery
from tests.app.conftest import Desk
from tests.walks.street import Street
from tests.walks.street import settings as told_by

Says = Callable[..., Result]


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """Let there be one urgent case, one complaint, and a draft that waits."""
    with Street(tmp_path, {"approval": "public"}) as opened:
        opened.post("ana", "@NordParcel my parcel NP-882134 is late", lang="en")
        opened.post("bo", "@NordParcel I will break your windows", lang="en")
        opened.post("cy", "@NordParcel my parcel is late too", lang="en")
        opened.wait(seconds=10)
        yield opened


@pytest.fixture
def say(street: Street, terminal: CliRunner) -> Says:
    """Type a command at a terminal beside the house."""
    file = Desk(street.folder).write(told_by(street.world, street.folder))

    def run(*words: str, typed: str = "") -> Result:
        return terminal.invoke(main, [*words, "--settings", str(file)], input=typed)

    return run


def read(result: Result) -> Any:
    return json.loads(result.stdout)


def number_of(street: Street, author: str) -> int:
    return next(case.id for case in street.cases() if author in str(street.alert(case.id).blocks))


def test_cases_are_listed_the_most_urgent_first(say: Says) -> None:
    found = read(say("cases", "list", "--json"))

    assert found[0]["author"] == "@bo"
    assert len(found) == 3
    assert {row["state"] for row in found} == {"open"}
    assert all(row["due_at"] and row["reason"] for row in found)
    assert len(read(say("cases", "list", "--json", "--limit", "1"))) == 1
    assert read(say("cases", "list", "--state", "resolved", "--json")) == []
    assert "No case is resolved" in say("cases", "list", "--state", "resolved").output


def test_a_state_there_is_not_is_told_with_those_there_are(say: Says) -> None:
    result = say("cases", "list", "--state", "lost")

    assert result.exit_code == 2
    assert "dismissed" in result.output


def test_a_case_is_shown_with_everything_but_what_is_masked(street: Street, say: Says) -> None:
    number = str(number_of(street, "@ana"))

    found = read(say("cases", "show", number, "--json"))
    drawn = say("cases", "show", number).output

    assert found["posts"][0]["text"] == "@NordParcel my parcel [order …34] is late"
    assert [row["kind"] for row in found["deliveries"]] == ["reply", "alert", "note"]
    assert found["deliveries"][0]["body"]
    assert {row["rule"] for row in found["gate"]} == {"approval"}
    assert found["events"][0]["kind"] == "opened"
    assert "882134" not in json.dumps(found) + drawn
    assert "Events" in drawn


@pytest.mark.parametrize("words", [("cases", "show", "99"), ("cases", "take", "99"), ("held", "approve", "99")])
def test_what_there_is_not_is_told(say: Says, words: tuple[str, ...]) -> None:
    result = say(*words)

    assert result.exit_code == 2
    assert "there is none" in result.output.replace("\n", " ")


def test_a_case_is_taken_released_answered_and_resolved_as_in_the_room(street: Street, say: Says) -> None:
    taken = say("cases", "take", "1", "--as", "mia")
    holder = street.case(1).claimed_by
    others = say("cases", "take", "1", "--as", "tom")
    released = say("cases", "release", "1", "--as", "mia")
    answered = say("cases", "answered", "1", "--as", "mia")
    resolved = say("cases", "resolve", "1", "--as", "mia")
    again = say("cases", "resolve", "1", "--as", "mia")

    assert holder == "person:mia"
    assert [result.exit_code for result in (taken, others, released, answered, resolved, again)] == [0, 1, 0, 0, 0, 1]
    assert "person:mia has it" in others.output
    assert "Nothing changed" in again.output
    assert (street.case(1).state, street.case(1).sla) == ("resolved", "breached")
    assert {event.actor for event in street.history(1) if event.kind in {"claimed", "resolved"}} == {"person:mia"}


def test_a_case_that_needs_nobody_is_dismissed_with_the_reason(street: Street, say: Says) -> None:
    result = say("cases", "dismiss", "1", "--as", "mia", "--why", "a joke")

    assert result.exit_code == 0
    assert (street.case(1).state, street.case(1).sla) == ("dismissed", "void")
    assert "a joke" in {event.reason for event in street.history(1)}


def test_what_was_decided_at_the_terminal_shows_in_the_room(street: Street, say: Says) -> None:
    say("cases", "take", "1", "--as", "mia")

    street.wait(seconds=30)

    assert "Taken by mia" in str(street.alert(1).blocks)


def test_held_words_are_listed_and_released_or_dropped(street: Street, say: Says) -> None:
    found = read(say("held", "list", "--json"))
    first, second = (row["id"] for row in found)

    released = say("held", "approve", str(first), "--as", "mia")
    dropped = say("held", "drop", str(second), "--as", "mia")
    again = say("held", "approve", str(second), "--as", "mia")
    street.clock.now = utc_now()  # the terminal's
    street.wait(seconds=30)
    left = say("held", "list")

    assert all(row["body"] and not row["may_have_been_sent"] for row in found)
    assert [result.exit_code for result in (released, dropped, again)] == [0, 0, 1]
    assert "nothing changed" in again.output.replace("\n", " ")
    assert "Nothing waits" in left.output
    states = {row.id: row.state for row in street.deliveries("reply")}
    assert (states[first], states[second]) == ("sent", "dropped")


def test_status_tells_sources_books_and_what_needs_somebody(say: Says) -> None:
    before = say("status", "--json")
    for row in read(say("held", "list", "--json")):
        say("held", "drop", str(row["id"]))
    after = say("status", "--json")

    found = read(before)
    assert (before.exit_code, after.exit_code) == (1, 0)
    assert "2 deliveries wait for a person" in found["problems"][0]
    assert {source["name"] for source in found["sources"]} >= {"mentions"}
    assert found["posts"] == {"heard": 3, "judged": 3, "waiting": 0}
    assert found["cases"] == {"open": 3}
    assert found["money"][0]["spent_usd"] > 0
    assert read(after)["problems"] == []


def test_status_for_people_says_the_same(say: Says) -> None:
    result = say("status")

    assert result.exit_code == 1
    assert "3 heard, 3 judged, 0 on their way" in result.output
    assert "wait for a person" in result.output


def test_a_source_that_stopped_is_a_problem_with_its_remedy(street: Street, say: Says) -> None:
    street.world.x.fault("GET .*mentions", "revoked", count=9)
    street.wait(minutes=2)

    result = say("status", "--json")

    assert result.exit_code == 1
    assert any("is stopped" in problem for problem in read(result)["problems"])


def test_paused_at_the_terminal_nothing_goes_and_resumed_it_does(street: Street, say: Says) -> None:
    held = read(say("held", "list", "--json"))[0]["id"]

    paused = say("pause", "press is on it", "--as", "mia")
    status = read(say("status", "--json"))
    street.open(approval="none")
    say("held", "approve", str(held))
    street.wait(minutes=1)
    silent = street.answers()
    resumed = say("resume", "--as", "mia")

    assert (paused.exit_code, resumed.exit_code) == (0, 0)
    assert status["paused"]
    assert silent == []
    assert not read(say("status", "--json"))["paused"]


def test_what_was_refused_is_a_problem_for_a_day_only(street: Street, say: Says) -> None:
    for row in read(say("held", "list", "--json")):
        say("held", "drop", str(row["id"]))
    with writing(street.house.engine) as db:
        refused = db.get_one(Delivery, 1)
        refused.state, refused.planned_at = "failed", utc_now()
    fresh = read(say("status", "--json"))["problems"]
    with writing(street.house.engine) as db:
        db.get_one(Delivery, 1).planned_at = utc_now() - timedelta(days=2)

    old = say("status", "--json")

    assert fresh == ["1 deliveries were refused within a day"]
    assert (old.exit_code, read(old)["problems"]) == (0, [])


def test_what_was_judged_wrong_is_put_right_at_the_terminal_and_shows_in_the_room(street: Street, say: Says) -> None:
    number = str(number_of(street, "@ana"))

    done = say("cases", "correct", number, "--as", "mia", "--need", "question", "--sentiment", "Neutral")
    again = say("cases", "correct", number, "--need", "question")
    street.wait(seconds=30)

    assert done.exit_code == 0, done.output
    assert "need question, not" in done.output
    assert street.case(int(number)).need == "question"
    assert again.exit_code == 1
    assert "Nothing changed" in again.output
    assert "Judged again by mia" in str(street.alert(int(number)).blocks)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--need", "furious"), "must be one of complaint, noise, praise, question, urgent"),
        ((), "say what was judged wrong"),
        (("--need", "noise", "--post", "999"), "has no such post"),
    ],
)
def test_a_correction_that_makes_no_sense_says_what_would(say: Says, words: tuple[str, ...], told: str) -> None:
    result = say("cases", "correct", "1", *words)

    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_a_customers_effort_is_kept_when_their_case_is_resolved(say: Says) -> None:
    too_soon = say("cases", "effort", "1", "2")
    say("cases", "resolve", "1", "--as", "mia")
    asked, again, told = say("cases", "effort", "1"), say("cases", "effort", "1"), say("cases", "effort", "1", "2")
    no_score = say("cases", "effort", "1", "9")

    assert [result.exit_code for result in (too_soon, asked, again, told, no_score)] == [1, 0, 1, 0, 2]
    assert "not resolved" in too_soon.output
    assert "effort 2 of 5" in told.output
