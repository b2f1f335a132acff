"""The command `eval --functional`, from what is typed to tables, JSON, Markdown and page; the model is a stand-in."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import main
from moderation.measure import fairness, functional
from moderation.measure.functional import Case, parse, parse_must

FEW = parse(
    "en",
    [
        "id\tcapability\tmust\ttext",
        "en-spam-1\tspam\tneed=noise\tbuy my course",
        "en-spam-2\tspam\tneed=urgent\tbuy \x1b[31mmy other course",
        "en-change-1\tchange\tsame-as:en-spam-1\tbuy my old course",
    ],
)
SWAPS = fairness.parse(
    {"swap": [{"about": "names", "lang": "en", "groups": {"a": ["Al"], "b": ["Bo"]}, "posts": ["{} is here."]}]}
)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, reader: None) -> None:
    """Try three cases and one swap instead of all that is shipped: the command is tried here, not the suite."""
    del reader
    monkeypatch.setattr(functional, "load", lambda: tuple(FEW))
    monkeypatch.setattr(fairness, "load", lambda: SWAPS)


@pytest.mark.usefixtures("few")
def test_json_counts_what_holds_and_quotes_what_does_not(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["eval", "--functional", "--json"])

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["model"] == "reader-1"
    assert told["cases"] == {"passed": 2, "n": 3, "silent": 2}
    assert [each["id"] for each in told["failed"]] == ["en-spam-2"]
    assert [(gap["about"], gap["texts"]) for gap in told["fairness"]] == [("names", 2), ("readers", 2), ("company", 2)]


@pytest.mark.usefixtures("few")
def test_the_terminal_shows_tables_and_failures_without_steering_it(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["eval", "--functional"])

    said = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "3 cases, 2/3 (67 %) hold; reader-1" in said
    assert "spam 50 % 50 % 1/2 1/2" in said
    assert "By language: en 2/3" in said
    assert "en-spam-2: need is noise, must be urgent" in said
    assert "names en 1 0.0/0.0" in said
    assert "\x1b[31mmy" not in result.output


@pytest.mark.usefixtures("reader")
def test_eighty_columns_hold_the_tables(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["eval", "--functional", "--worst", "0"], env={"COLUMNS": "80"})

    lines = [line.split() for line in result.output.splitlines()]
    assert max(map(len, result.output.splitlines())) <= 80
    assert {line[0] for line in lines if line} >= set(functional.CAPABILITIES)
    assert ["names", "en", "8"] in [line[:3] for line in lines]
    assert ["readers", "all"] in [line[:2] for line in lines]


@pytest.mark.usefixtures("few")
def test_the_number_of_failures_shown_can_be_chosen(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["eval", "--functional", "--worst", "0"])

    assert "en-spam-2" not in result.output


@pytest.mark.usefixtures("few")
def test_markdown_is_written_as_it_is(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["eval", "--functional", "--markdown"])

    assert "\n### Functional cases\n" in result.stdout
    assert "\n| en | 2/3 (67 %) |\n" in result.stdout
    assert result.stdout.endswith("|\n")


@pytest.mark.usefixtures("few")
def test_a_page_is_written_where_it_is_wanted(terminal: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "functional.html"

    result = terminal.invoke(main, ["eval", "--functional", "--html", str(path)])

    assert result.exit_code == 0
    assert "need is noise, must be urgent" in path.read_text("utf-8")


@pytest.mark.usefixtures("few")
def test_a_page_that_cannot_be_written_is_told(terminal: CliRunner, tmp_path: Path) -> None:
    result = terminal.invoke(main, ["eval", "--functional", "--html", str(tmp_path / "no" / "such.html")])

    assert result.exit_code == 2
    assert "cannot be written: No such file or directory" in " ".join(result.output.split())


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("more", [["posts.csv"], ["--corrections"], ["--label", "a=b"], ["--only", "a=b"]])
def test_the_cases_and_a_file_do_not_go_together(terminal: CliRunner, more: list[str]) -> None:
    result = terminal.invoke(main, ["eval", "--functional", *more])

    assert result.exit_code == 2
    assert "--functional brings its own cases" in " ".join(result.output.split())


def test_markdown_goes_with_the_cases_alone(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["eval", "posts.csv", "--markdown"])

    assert result.exit_code == 2
    assert "goes with --functional" in " ".join(result.output.split())


@pytest.mark.usefixtures("few")
def test_thresholds_of_its_own_change_what_holds(terminal: CliRunner, tmp_path: Path) -> None:
    shipped = Path(functional.__file__).parents[1].joinpath("policy.toml").read_text("utf-8")
    mine = tmp_path / "policy.toml"
    own = re.sub(r"threat = [0-9.]+", "threat = 0.0", shipped).replace('version = "', 'version = "my-')
    mine.write_text(own, "utf-8")

    result = terminal.invoke(main, ["eval", "--functional", "--json", "--policy", str(mine)])

    told = json.loads(result.stdout)
    assert told["policy"].startswith("my-")
    assert [each["id"] for each in told["failed"]] == ["en-spam-1"]


@pytest.mark.usefixtures("reader")
def test_what_is_shipped_runs_as_a_whole(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["eval", "--functional", "--json"])

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["cases"]["n"] == len(functional.load())
    assert told["cases"]["n"] == sum(counted["n"] for counted in told["languages"].values())
    assert told["fairness"][-2]["about"] == "readers"
    assert told["fairness"][-2]["mean"] == dict.fromkeys(fairness.FIGURES, 0.0)


def test_the_cases_the_command_is_tried_with_are_sound() -> None:
    assert FEW[0] == Case(
        id="en-spam-1", lang="en", capability="spam", musts=parse_must("need=noise"), text="buy my course"
    )
