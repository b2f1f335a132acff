"""What every room's tests share: a real database and an hour to stand on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.database import migrate, open_database

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'sottovoce.db'}")
    migrate(opened)
    yield opened
    opened.dispose()
