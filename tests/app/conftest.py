"""What the commands' tests share: settings on the disk that talk to a world, and a model that reads a few words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.init import _toml
from moderation import classifier
from sandbox.world import World
from tests.walks.street import Reader
from tests.walks.street import settings as told_by


@dataclass
class Desk:
    """Somebody with a terminal, and settings in a folder."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "sottovoce.toml"

    def write(self, settings: dict[str, Any]) -> Path:
        """Write settings; a table for each mapping."""
        plain = {key: value for key, value in settings.items() if not isinstance(value, dict)}
        lines = [f"{key} = {_value(value)}" for key, value in plain.items()]
        for table, values in settings.items():
            if isinstance(values, dict):
                lines += [f"[{table}]", *(f"{key} = {_value(value)}" for key, value in values.items())]
        self.file.write_text("\n".join(lines) + "\n", "utf-8")
        return self.file


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else _toml(value)


@pytest.fixture
def world() -> Iterator[World]:
    with World(drive=False) as opened:
        yield opened


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def set_up(desk: Desk, world: World) -> Callable[..., Path]:
    """Write settings that talk to the world, with changes: {"x": {"handle": "other"}}."""

    def write(**changes: Any) -> Path:
        settings = told_by(world, desk.folder)
        for key, value in changes.items():
            settings[key] = {**settings[key], **value} if isinstance(settings.get(key), dict) else value
        return desk.write(settings)

    return write


class StandIn(Reader):
    """Takes the model's place where a command loads it."""

    def __init__(self, folder: Path = classifier.SHIPPED, *, threads: int = 0) -> None:
        del folder, threads


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge by a few words instead of the model, so that figures are known beforehand."""
    monkeypatch.setattr("app.judging.Classifier", StandIn)


@pytest.fixture
def terminal() -> CliRunner:
    return CliRunner()
