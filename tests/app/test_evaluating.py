"""The command `eval`, from what is typed to tables, JSON and page; the model is a stand-in that reads a few words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from app.cli import main
from app.evaluating import Asked, wanted_of
from domain.errors import ConfigError
from moderation.classifier import SHIPPED
from storage.database import writing
from storage.posts import Post
from tests.app.conftest import Desk
from tests.moderation.conftest import measured
from tests.walks.street import Street
from tests.walks.street import settings as told_by

POSTS = [
    {"text": "my parcel is late, order AB-1234567", "lang": "en", "sentiment": "neg", "person": 1, "kind": "complaint"},
    {"text": "my parcel came", "lang": "en", "sentiment": "pos", "person": 0, "kind": "praise"},
    {"text": "thank you", "lang": "en", "sentiment": "neu", "person": 0, "kind": "praise"},
    {"text": "mi paquete", "lang": "es", "sentiment": "neg", "person": 1, "kind": "complaint"},
    {"text": "this is fraud", "lang": "en", "sentiment": "neg", "person": 1, "kind": "complaint"},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.jsonl"
    path.write_text("".join(json.dumps(post) + "\n" for post in POSTS), "utf-8")
    return path


def evaluated(terminal: CliRunner, *words: object, code: int = 0, **given: Any) -> dict[str, Any]:
    result = terminal.invoke(main, ["eval", *map(str, words), "--json"], **given)
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def flat(result: Result) -> str:
    return " ".join(result.output.split())


@pytest.mark.usefixtures("reader")
def test_json_says_how_often_each_head_is_right(terminal: CliRunner, file: Path) -> None:
    found = evaluated(terminal, file)

    assert list(found) == ["source", "reading", "model", "policy", "posts", "languages", "wanted", "heads"]
    assert found["reading"]["columns"]["sentiment"] == "sentiment"
    assert (found["source"], found["model"], found["posts"]) == ("file", "reader-1", 5)
    assert found["languages"] == {"en": 4, "es": 1}
    assert found["wanted"] == {"precision": 0.8, "recall": 0.95}
    sentiment = found["heads"]["sentiment"]
    assert sentiment["all"]["confusion"] == [[3, 0, 0], [0, 1, 0], [1, 0, 0]]
    assert sentiment["all"]["accuracy"] == 0.8
    assert [each["line"] for each in sentiment["worst"]] == [2]
    assert set(found["heads"]) == {"sentiment", "kind", "person"}


@pytest.mark.usefixtures("reader")
def test_people_get_tables_and_the_worst_mistakes_masked(terminal: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    post = {"text": "my parcel: call +49 30 901820 or ana@example.com", "lang": "en", "sentiment": "positive"}
    path.write_text(json.dumps(post) + "\n" + json.dumps({"text": "thank you", "sentiment": "neutral"}), "utf-8")

    result = terminal.invoke(main, ["eval", str(path)])

    assert result.exit_code == 0
    assert "macro-F1" in result.stdout
    assert "line 1, en: negative 0.90, people say positive" in result.stdout
    assert "[email]" in result.stdout
    assert "901820" not in result.stdout
    assert "ana@example.com" not in result.stdout


@pytest.mark.usefixtures("reader")
def test_nothing_in_a_file_steers_the_terminal_or_breaks_its_markup(terminal: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    post = {"text": "my parcel [/red] \x1b[31m", "sentiment": "positive", "lang": "[/]"}
    path.write_text("".join(json.dumps({**post, "lang": lang}) + "\n" for lang in ["[/]"] * 21 + ["[b]"] * 21), "utf-8")

    result = terminal.invoke(main, ["eval", str(path), "--worst", "1"])

    assert result.exit_code == 0
    assert "[/red]" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.usefixtures("reader")
def test_no_mistakes_are_shown_where_none_are_wanted(terminal: CliRunner, file: Path) -> None:
    found = evaluated(terminal, file, "--worst", 0)

    assert found["heads"]["sentiment"]["wrong"] == 1
    assert found["heads"]["sentiment"]["worst"] == []


@pytest.mark.usefixtures("reader")
def test_the_page_is_written_for_its_owner_alone(terminal: CliRunner, file: Path, tmp_path: Path) -> None:
    page = tmp_path / "eval.html"
    page.write_text("of last week, for all to read", "utf-8")
    page.chmod(0o644)

    result = terminal.invoke(main, ["eval", str(file), "--html", str(page)])

    assert result.exit_code == 0
    assert page.stat().st_mode & 0o077 == 0
    assert "<h1>How well the model judges</h1>" in page.read_text("utf-8")
    assert str(page.name) in result.stderr.replace("\n", "")


@pytest.mark.usefixtures("reader")
def test_a_folder_that_is_not_there_is_told_before_anything_is_judged(terminal: CliRunner, file: Path) -> None:
    result = terminal.invoke(main, ["eval", str(file), "--html", "/nowhere/eval.html"])

    assert result.exit_code == 2
    assert "no such folder" in flat(result)


@pytest.mark.usefixtures("reader")
def test_standard_input_is_read(terminal: CliRunner) -> None:
    found = evaluated(terminal, "-", input="text,label\nmy parcel,negative\nthank you,positive\n")

    assert found["posts"] == 2


@pytest.mark.usefixtures("reader")
def test_what_was_left_out_is_told_beside_the_figures_and_in_the_exit_code(terminal: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("text,label\nmy parcel,negative\n,negative\nthank you,mixed\nok,positive\n", "utf-8")

    result = terminal.invoke(main, ["eval", str(path), "--json"])

    assert result.exit_code == 1
    told = json.loads(result.stdout)["reading"]
    assert told["left_out"][0] == {"why": "no text", "count": 1, "lines": [3]}
    assert told["unknown"] == [{"why": "label: “mixed” is no label of sentiment", "count": 1, "lines": [4]}]
    assert "left out 1: no text (line 3)" in result.stderr
    assert "“mixed”" in result.stderr


@pytest.mark.usefixtures("reader")
def test_numbers_are_explained_on_the_command_line(terminal: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("Words;stars;part\nmy parcel;1;a\nthank you;5;a\nso;3;a\nx;1;b\n", "utf-8")
    words = ["--text", "Words", "--label", "stars=sentiment", "--only", "part=a"]

    asked = terminal.invoke(main, ["eval", str(path), *words])
    found = evaluated(
        terminal, path, *words, "--map", "1=negative", "--map", "sentiment:5=positive", "--map", "3=", code=1
    )

    assert asked.exit_code == 2
    assert "1, 3, 5 are numbers" in flat(asked)
    assert found["heads"]["sentiment"]["all"]["n"] == 2
    assert found["reading"]["rows"] == 3


def test_wrong_words_are_told_at_once() -> None:
    asked = Asked(
        label=["a=mood"], map=["2", "2=glad", "person:1=negative", "=positive"], only=["held"], precision=0, recall=1.5
    )

    with pytest.raises(ConfigError) as caught:
        wanted_of(asked)

    assert len(caught.value.problems) == 8
    assert "mood is no head" in caught.value.problems[0]


def test_words_are_read_as_they_are_compared() -> None:
    asked = Asked(label=["My_Mood=sentiment", "other"], map=[":)=positive", "person:No Way=no"], only=["Part=A b"])

    wanted = wanted_of(asked)

    assert wanted.heads == {"my mood": "sentiment", "other": ""}
    assert wanted.maps == {("", ":)"): "positive", ("person", "no way"): "no"}
    assert wanted.only == {"part": "a b"}


def test_it_says_what_may_be_measured_when_nothing_is_named(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["eval"], env={"SOTTOVOCE_SETTINGS": ""})

    assert result.exit_code == 2
    assert "--corrections" in flat(result)


def test_corrections_and_a_file_do_not_mix(terminal: CliRunner, file: Path) -> None:
    result = terminal.invoke(main, ["eval", str(file), "--corrections"])

    assert result.exit_code == 2
    assert "leave FILE" in flat(result)


@pytest.fixture
def street(tmp_path: Path, reader: None) -> Iterator[Street]:
    del reader
    with Street(tmp_path, {"approval": "public"}) as opened:
        opened.post("ana", "@NordParcel my parcel NP-882134 is late", lang="en")
        opened.post("bo", "@NordParcel I will break your windows", lang="en")
        opened.wait(seconds=10)
        yield opened


def by_settings(street: Street) -> list[str]:
    return ["--settings", str(Desk(street.folder).write(told_by(street.world, street.folder)))]


def correct(terminal: CliRunner, street: Street, author: str, *words: str) -> None:
    case = next(case.id for case in street.cases() if author in str(street.alert(case.id).blocks))
    result = terminal.invoke(main, ["cases", "correct", str(case), *words, *by_settings(street)])
    assert result.exit_code == 0, result.output


def test_the_teams_corrections_are_held_beside_the_model_then_and_now(terminal: CliRunner, street: Street) -> None:
    correct(terminal, street, "@ana", "--need", "question", "--sentiment", "neutral")
    correct(terminal, street, "@ana", "--need", "urgent")
    correct(terminal, street, "@bo", "--abuse", "none")

    found = evaluated(terminal, "--corrections", *by_settings(street))

    assert (found["source"], found["posts"]) == ("corrections", 2)
    # the word on need was taken back: there the model had been right
    assert found["corrected"] == {
        "need": {"posts": 1, "right_then": 1, "right_now": 1},
        "sentiment": {"posts": 1, "right_then": 0, "right_now": 0},
        "abuse": {"posts": 1, "right_then": 0, "right_now": 0},
    }
    assert found["heads"]["sentiment"]["worst"][0]["gold"] == "neutral"
    assert "882134" not in json.dumps(found)


def test_it_is_said_that_corrections_are_mistakes_nearly_all(terminal: CliRunner, street: Street) -> None:
    correct(terminal, street, "@bo", "--abuse", "none")
    page = street.folder / "corrections.html"

    result = terminal.invoke(main, ["eval", "--corrections", *by_settings(street), "--html", str(page)])

    assert "never how often" in flat(result)
    assert "abuse: 1 posts were corrected; the model had 0 right, now 0." in flat(result)
    assert "never how often" in page.read_text("utf-8")


def test_what_was_erased_is_not_measured(terminal: CliRunner, street: Street) -> None:
    correct(terminal, street, "@bo", "--abuse", "none")
    correct(terminal, street, "@ana", "--sentiment", "neutral")
    with writing(street.house.engine) as db:
        for post in db.exec(select(Post)):
            post.text = "" if "windows" in post.text else post.text

    found = evaluated(terminal, "--corrections", *by_settings(street))

    assert found["posts"] == 1
    assert "abuse" not in found["heads"]


def test_where_nobody_corrected_anything_it_is_said_how(terminal: CliRunner, street: Street) -> None:
    result = terminal.invoke(main, ["eval", "--corrections", *by_settings(street)])

    assert result.exit_code == 2
    assert "cases correct" in flat(result)


@pytest.mark.skipif(not (SHIPPED / "model.json").exists(), reason="the model is not there: make model")
def test_the_model_that_ships_is_measured_on_posts_it_never_saw(terminal: CliRunner, tmp_path: Path) -> None:
    rows = [row for row in measured("airline.jsonl") if len(row["text"]) < 80][:60]
    path = tmp_path / "airline.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")

    found = evaluated(terminal, path)

    assert found["posts"] == 60
    assert found["heads"]["sentiment"]["all"]["accuracy"] > 0.6
