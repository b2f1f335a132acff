"""Opens the database and hands out transactions; knows no table.

SQLite as one process should use it: WAL, foreign keys, synchronous=FULL (a delivery is on disk before a byte
leaves), and writers that take the lock when they begin, so that a lost race waits instead of failing half-way.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlmodel import Session

BUSY_TIMEOUT = timedelta(seconds=15)  # longer than the longest transaction of ours by far
MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(url: str) -> Engine:
    """Make an engine for `url` (`sqlite:///file.db`). Opens nothing yet."""
    engine = create_engine(url, hide_parameters=True)  # a failed statement must not print what a customer wrote
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy begins; pysqlite must not
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={int(BUSY_TIMEOUT.total_seconds() * 1000)}",
        "secure_delete=ON",  # what `forget` removes is overwritten in the file, not only unlinked
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("sottovoce_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that commits when the block ends, and rolls back when it raises.

    Rows stay readable after the commit (nothing expires), so they can be handed on as values.
    """
    with Session(engine, expire_on_commit=False) as db, db.begin():
        yield db


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One consistent view that never blocks, and is never blocked by, a writer. Rows stay readable after it."""
    with Session(engine.execution_options(sottovoce_reads=True), expire_on_commit=False) as db:
        yield db
        db.expunge_all()  # a rollback would empty them


def migrate(engine: Engine) -> None:
    """Bring the tables up to this version, in one transaction. Safe to run at every start."""
    _keep_private(sqlite_file(engine.url))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _keep_private(file: Path | None) -> None:
    """Make a new database file readable by its owner alone; the files beside it take over its mode."""
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600, exist_ok=True)


def checkpoint(engine: Engine) -> bool:
    """Move everything from the log beside the database into the file and empty the log: erased words leave both.

    False while somebody still reads an older view: then try again later. Always True on a server.
    """
    if engine.dialect.name != "sqlite":
        return True
    with closing(engine.raw_connection()) as connection:
        busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def sqlite_file(url: str | URL) -> Path | None:
    """Say which file `url` lives in; None for a server or memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return None
    return Path(parsed.database)
