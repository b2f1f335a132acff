"""Opens the database for a command that looks or decides, without building the whole house."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from app import terminal
from app.settings import Settings, load
from domain.errors import ConfigError, SottovoceError
from storage.database import migrate, open_database


@contextmanager
def opened(path: Path) -> Iterator[tuple[Settings, Engine]]:
    """Read the settings and open their database; tells what is wrong and ends the command with code 2."""
    try:
        settings = load(path)
        if not settings.database.exists():
            message = f"{settings.database}: no such database yet. Start `sottovoce run` first."
            raise ConfigError([message])
        engine = open_database(settings.url)
        migrate(engine)
        yield settings, engine
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    engine.dispose()
