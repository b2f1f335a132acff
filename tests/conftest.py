"""What every room's tests share: a real database and an hour to stand on."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.database import migrate, open_database

# every commit is flushed to the disk, as in life; where there is a disk of memory the flush costs nothing
if os.access("/dev/shm", os.W_OK):  # noqa: S108 - pytest makes a folder of its own in it
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", "/dev/shm")  # noqa: S108

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the migrations once; each test gets a copy of the file."""
    path = tmp_path_factory.mktemp("migrated") / "sottovoce.db"
    opened = open_database(f"sqlite:///{path}")
    migrate(opened)
    opened.dispose()
    return path


@pytest.fixture
def engine(tmp_path: Path, migrated: Path) -> Iterator[Engine]:
    path = tmp_path / "sottovoce.db"
    shutil.copy(migrated, path)
    opened = open_database(f"sqlite:///{path}")
    yield opened
    opened.dispose()
