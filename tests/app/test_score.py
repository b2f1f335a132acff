import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import main
from moderation.classifier import SHIPPED

NEEDS = {"urgent", "complaint", "question", "praise", "noise"}
PRIORITIES = {"urgent", "high", "normal", "low"}


def scored(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def is_as_promised(line: dict[str, Any]) -> bool:
    """Hold one line beside the schema: exactly these keys, and probabilities from 0 to 1."""
    assert list(line) == ["id", "lang", "sentiment", "abuse", "person", "triage", "model", "policy"]
    assert set(line["sentiment"]) == {"negative", "neutral", "positive"}
    assert set(line["abuse"]) == {"none", "offensive", "hateful", "threat"}
    assert set(line["triage"]) == {"priority", "kind", "reason"}
    assert line["triage"]["priority"] in PRIORITIES
    assert line["triage"]["kind"] in NEEDS
    for name in ("id", "lang", "model", "policy"):
        assert isinstance(line[name], str)
        assert line[name]
    chances = [*line["sentiment"].values(), *line["abuse"].values(), line["person"]]
    assert all(isinstance(chance, float) and 0 <= chance <= 1 for chance in chances)
    for exclusive in ("sentiment", "abuse"):
        assert abs(sum(line[exclusive].values()) - 1) < 0.001
    return True


@pytest.mark.usefixtures("reader")
def test_each_line_comes_back_in_order_with_exactly_what_is_promised(terminal: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    texts = ["my parcel is late", "thank you", "", "I can't go on", "🎉" * 300, "is it open?"]
    file.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts)), "utf-8")

    result = terminal.invoke(main, ["score", str(file), "--json"])

    lines = scored(result.stdout)
    assert all(is_as_promised(line) for line in lines)
    assert [line["id"] for line in lines] == [str(number) for number in range(len(texts))]
    assert [lines[n]["triage"]["kind"] for n in (0, 1, 3, 5)] == ["complaint", "praise", "urgent", "question"]


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("name", [["-"], []])
def test_standard_input_is_read_where_no_file_is_named(terminal: CliRunner, name: list[str]) -> None:
    result = terminal.invoke(main, ["score", *name, "--json"], input='{"id": "a", "text": "thank you"}\n')

    assert result.exit_code == 0
    assert scored(result.stdout)[0]["id"] == "a"


@pytest.mark.usefixtures("reader")
def test_bad_lines_are_told_beside_the_results_and_in_the_exit_code(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["score", "--json"], input='nonsense\n{"id": 1, "text": "thank you"}\n{"id": 2}\n')

    assert result.exit_code == 1
    assert [line["id"] for line in scored(result.stdout)] == ["1"]
    assert "line 1" in result.stderr
    assert "line 3" in result.stderr


@pytest.mark.usefixtures("reader")
def test_own_thresholds_are_named_in_each_line(terminal: CliRunner, tmp_path: Path) -> None:
    shipped = (SHIPPED.parent / "policy.toml").read_text("utf-8")
    policy = tmp_path / "policy.toml"
    policy.write_text(shipped.replace('version = "', 'version = "ours-'), "utf-8")

    result = terminal.invoke(main, ["score", "--json", "--policy", str(policy)], input='{"id": 1, "text": "hello"}\n')

    assert scored(result.stdout)[0]["policy"].startswith("ours-")


@pytest.mark.usefixtures("reader")
def test_texts_are_judged_as_the_settings_have_it(
    terminal: CliRunner, set_up: Callable[..., Path], tmp_path: Path
) -> None:
    shipped = (SHIPPED.parent / "policy.toml").read_text("utf-8")
    policy = tmp_path / "policy.toml"
    policy.write_text(shipped.replace('version = "', 'version = "ours-'), "utf-8")
    settings = set_up(model={"policy": str(policy)})

    result = terminal.invoke(main, ["score", "--json", "-s", str(settings)], input='{"id": 1, "text": "hello"}\n')

    assert scored(result.stdout)[0]["policy"].startswith("ours-")


@pytest.mark.usefixtures("reader")
def test_for_people_it_says_what_to_do_and_why(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["score"], input='{"id": 1, "text": "my parcel is late"}\n')

    assert "complaint" in result.stdout
    assert "my parcel is late" in result.stdout


def test_a_file_that_is_not_there_is_told(terminal: CliRunner, reader: None, tmp_path: Path) -> None:
    del reader

    result = terminal.invoke(main, ["score", str(tmp_path / "none.jsonl")])

    assert result.exit_code == 2
    assert "cannot be read" in result.stderr.replace("\n", " ")


@pytest.mark.skipif(not (SHIPPED / "model.json").exists(), reason="the model is not there: make model")
def test_the_model_that_ships_keeps_the_promise_and_says_nothing_else(
    terminal: CliRunner, capfd: pytest.CaptureFixture[str]
) -> None:
    result = terminal.invoke(main, ["score", "--json"], input='{"id": 1, "text": "third day without my parcel"}\n')

    assert is_as_promised(scored(result.stdout)[0])
    assert result.stderr == ""
    assert "PyTorch" not in capfd.readouterr().err
