"""Opening and writing: what is promised about the file, about waiting, and about what an error may say."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlmodel import select

from storage.authors import Author
from storage.database import checkpoint, migrate, open_database, reading, sqlite_file, writing

HER_WORDS = "my card was stolen and nobody picks up"


def author(native_id: str, now: datetime, name: str = "") -> Author:
    return Author(channel="x", native_id=native_id, name=name, first_seen_at=now)


def count(engine: Engine) -> int:
    with reading(engine) as db:
        return db.exec(select(func.count()).select_from(Author)).one()


def test_every_connection_is_as_safe_as_the_first(engine: Engine) -> None:
    connections = [engine.raw_connection() for _ in range(3)]

    found = [
        {
            name: connection.cursor().execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        }
        for connection in connections
    ]

    full, on = 2, 1
    wanted = {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": on,
        "busy_timeout": 15_000,
        "secure_delete": on,
    }
    assert found == [wanted] * 3
    for connection in connections:
        connection.close()


def test_the_file_is_its_owners_alone(tmp_path: Path, now: datetime) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'deep' / 'new.db'}")

    migrate(engine)
    with writing(engine) as db:
        db.add(author("1", now))

    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "deep").iterdir()}
    assert modes["new.db"] == 0o600
    assert set(modes.values()) == {0o600}
    engine.dispose()


def test_opening_opens_nothing(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'none.db'}")

    engine.dispose()

    assert list(tmp_path.iterdir()) == []


def test_a_time_without_a_zone_is_refused(engine: Engine, now: datetime) -> None:
    with pytest.raises(StatementError, match="timezone"), writing(engine) as db:
        db.add(author("1", now.replace(tzinfo=None)))

    assert count(engine) == 0


def test_times_come_back_aware_and_in_utc(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        db.add(author("1", now))

    with reading(engine) as db:
        kept = db.exec(select(Author)).one()

    assert kept.first_seen_at == now
    assert kept.first_seen_at.utcoffset() == timedelta(0)


def test_a_failing_statement_does_not_say_what_a_customer_wrote(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        db.add(author("1", now))

    with pytest.raises(IntegrityError) as failed, writing(engine) as db:
        db.add(author("1", now, name=HER_WORDS))

    assert HER_WORDS not in str(failed.value)
    assert HER_WORDS not in repr(failed.value)
    assert "hidden" in str(failed.value)


def break_after_writing(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        db.add(author("1", now))
        db.flush()
        raise RuntimeError


def test_a_block_that_raises_writes_nothing(engine: Engine, now: datetime) -> None:
    with pytest.raises(RuntimeError):
        break_after_writing(engine, now)

    assert count(engine) == 0


def test_rows_stay_readable_after_the_commit_and_after_the_reading(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        written = author("1", now, name="Ana")
        db.add(written)

    with reading(engine) as db:
        read = db.exec(select(Author)).one()

    assert (written.name, read.name) == ("Ana", "Ana")


def test_a_reader_sees_one_view_and_never_waits_for_a_writer(engine: Engine, now: datetime) -> None:
    with reading(engine) as before:
        first = before.exec(select(func.count()).select_from(Author)).one()
        with writing(engine) as db:
            db.add(author("1", now))
            db.flush()
            during = count(engine)
        second = before.exec(select(func.count()).select_from(Author)).one()

    assert (first, during, second) == (0, 0, 0)
    assert count(engine) == 1


@pytest.fixture
def held(engine: Engine) -> Iterator[sqlite3.Connection]:
    """Another process's connection that holds the write lock."""
    file = sqlite_file(engine.url)
    assert file is not None
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_a_writer_waits_for_another_to_end(engine: Engine, held: sqlite3.Connection, now: datetime) -> None:
    release = threading.Timer(0.2, held.execute, ["COMMIT"])
    release.start()

    with writing(engine) as db:
        db.add(author("1", now))
    release.join()

    assert count(engine) == 1


def test_a_writer_that_waited_too_long_says_so_and_loses_nothing(
    engine: Engine, held: sqlite3.Connection, now: datetime
) -> None:
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50"))
    engine.dispose()

    with pytest.raises(OperationalError, match="locked"), writing(engine) as db:
        db.add(author("1", now))
    held.execute("ROLLBACK")
    with writing(engine) as db:
        db.add(author("1", now))

    assert count(engine) == 1


def write_many(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        db.add_all([author(str(native_id), now, name="x" * 500) for native_id in range(2, 200)])


def leave_one_page(connection: Any, _record: Any) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages + 1}")


def test_a_full_disk_is_said_keeps_what_was_there_and_takes_more_once_there_is_room(
    engine: Engine, now: datetime
) -> None:
    with writing(engine) as db:
        db.add(author("1", now))
    event.listen(engine, "connect", leave_one_page)
    engine.dispose()

    with pytest.raises(OperationalError, match="full") as failed:
        write_many(engine, now)
    kept = count(engine)
    event.remove(engine, "connect", leave_one_page)
    engine.dispose()
    write_many(engine, now)

    assert kept == 1
    assert "xxx" not in str(failed.value)
    assert count(engine) == 199
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


def test_a_checkpoint_empties_the_log_unless_somebody_reads_an_older_view(engine: Engine, now: datetime) -> None:
    file = sqlite_file(engine.url)
    assert file is not None
    log = file.with_name(file.name + "-wal")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50"))
    engine.dispose()
    with writing(engine) as db:
        db.add(author("1", now))

    with reading(engine) as db:
        db.exec(select(Author)).all()
        with writing(engine) as other:
            other.add(author("2", now))
        while_reading = checkpoint(engine)
    after = checkpoint(engine)

    assert (while_reading, after) == (False, True)
    assert log.stat().st_size == 0


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///sub/a.db", Path("sub/a.db")),
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("postgresql://h/d", None),
    ],
)
def test_the_file_of_a_database_is_known_where_there_is_one(url: str, file: Path | None) -> None:
    found = sqlite_file(url)

    assert found == file
