"""The lock beside the database: one process owns writing. A second start says so and stops."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from domain.errors import ConfigError


@contextmanager
def sole_owner(database: Path) -> Iterator[None]:
    """Hold the lock file beside `database` for as long as the block runs; the system frees it if we are killed.

    Raises ConfigError when another process holds it, or when there is no writing beside the database.
    """
    path = database.with_name(database.name + ".lock")
    with _opened(path) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            message = f"{database}: Sottovoce already runs on this database (process {holder}). Stop it first."
            raise ConfigError([message]) from exc
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+")
    except OSError as exc:
        message = f"{path}: cannot be written ({exc.strerror}). Give Sottovoce's user a folder of its own."
        raise ConfigError([message]) from exc
