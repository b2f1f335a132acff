import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from app.cli import main

runner = CliRunner()


def commands() -> list[list[str]]:
    found: list[list[str]] = []

    def walk(group: typer.Typer, path: list[str]) -> None:
        for command in group.registered_commands:
            assert command.callback is not None
            found.append([*path, command.name or command.callback.__name__])
        for sub in group.registered_groups:
            assert sub.typer_instance is not None
            named = [sub.name] if isinstance(sub.name, str) else []  # one without a name adds none to the path
            walk(sub.typer_instance, [*path, *named])

    walk(main, [])
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_explains_itself_with_an_example(command: list[str]) -> None:
    result = runner.invoke(main, [*command, "--help"])

    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"sottovoce {' '.join(command)}" in " ".join(result.output.split())


def test_help_loads_neither_the_model_nor_a_platform() -> None:
    code = (
        "import sys; from app.cli import main; heavy = {'transformers', 'onnxruntime', 'tweepy', 'slack_sdk',"
        " 'sqlalchemy', 'flask', 'pydantic'} & set(sys.modules); sys.exit(' '.join(sorted(heavy)))"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert result.stderr.strip() == ""


@pytest.mark.parametrize("command", [["status"], ["check"], ["run"], ["pause"], ["cases", "list"], ["held", "list"]])
def test_without_settings_every_command_says_what_to_do(command: list[str], tmp_path: Path) -> None:
    result = runner.invoke(main, [*command, "--settings", str(tmp_path / "none.toml")])

    assert result.exit_code == 2
    assert "sottovoce init" in result.output.replace("\n", " ")
