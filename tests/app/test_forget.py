import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import main
from tests.app.conftest import Desk
from tests.walks.street import Street
from tests.walks.street import settings as told_by

WORDS, NUMBER = "my turquoise parcel", "882134"


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with Street(tmp_path) as opened:
        opened.post("ana_says", f"@NordParcel {WORDS} NP-{NUMBER} is late", lang="en")
        opened.post("bo", "@NordParcel my parcel is late, like that of @ana_says", lang="en")
        opened.wait(seconds=10)
        opened.direct("ana_says", f"it is about {WORDS}")
        yield opened


@pytest.fixture
def file(street: Street) -> Path:
    return Desk(street.folder).write(told_by(street.world, street.folder))


def forget(terminal: CliRunner, file: Path, *more: str, typed: str = "") -> tuple[int, str]:
    result = terminal.invoke(main, ["forget", "x", "@ana_says", "--settings", str(file), *more], input=typed)
    return result.exit_code, result.stdout


def test_no_byte_of_the_person_stays_on_the_disk_or_in_the_room(
    street: Street, terminal: CliRunner, file: Path
) -> None:
    before = street.said_to_team()

    code, output = forget(terminal, file, "--yes", "--json")
    street.wait(minutes=1)

    found = json.loads(output)
    assert code == 0
    assert WORDS in before
    assert (found["known"], found["posts"], found["mentions"], found["file_clean"]) == (True, 2, 1, True)
    assert found["cases_not_shown_again"] == 0
    for left in (WORDS, NUMBER, "ana_says"):
        assert left not in street.said_to_team()
        assert left.encode() not in street.database()


def test_counts_history_and_other_people_stay(street: Street, terminal: CliRunner, file: Path) -> None:
    history = len(street.history(1))

    forget(terminal, file, "--yes")

    assert len(street.posts()) == 3
    assert len(street.cases()) == 2
    assert len(street.history(1)) > history
    assert "my parcel is late" in str(street.alert(2).blocks)


def test_the_person_gets_no_automatic_word_when_they_come_back(street: Street, terminal: CliRunner, file: Path) -> None:
    forget(terminal, file, "--yes")
    said = len(street.answers()) + len(street.private("ana_says"))

    street.post("ana_says", "@NordParcel another parcel is late", lang="en")
    street.wait(minutes=2)

    assert len(street.cases()) == 3
    assert len(street.answers()) + len(street.private("ana_says")) == said


def test_it_asks_first_and_no_changes_nothing(street: Street, terminal: CliRunner, file: Path) -> None:
    code, _ = forget(terminal, file, typed="n\n")

    assert code == 1
    assert WORDS in street.said_to_team()
    assert WORDS.encode() in street.database()


def test_yes_at_the_question_does_it_and_says_what_was_done(street: Street, terminal: CliRunner, file: Path) -> None:
    code, output = forget(terminal, file, typed="y\n")

    assert code == 0
    assert "2 posts" in output
    assert WORDS not in street.said_to_team()


def test_while_slack_is_away_the_rest_is_erased_and_the_room_follows(
    street: Street, terminal: CliRunner, file: Path
) -> None:
    street.world.slack.outage()

    code, output = forget(terminal, file, "--yes", "--json")
    street.world.slack.recover()
    kept = street.said_to_team()
    street.skip(hours=48)  # the terminal's clock is ahead of the street's
    street.wait(minutes=1)

    assert code == 1
    assert json.loads(output)["cases_not_shown_again"] == 2
    assert WORDS in kept
    assert WORDS not in street.said_to_team()


def test_somebody_never_heard_is_remembered_as_wanting_no_words(
    street: Street, terminal: CliRunner, file: Path
) -> None:
    result = terminal.invoke(main, ["forget", "x", "@nobody", "--yes", "--settings", str(file)])

    assert result.exit_code == 0
    assert "Nobody called @nobody" in result.output
    assert WORDS in street.said_to_team()
