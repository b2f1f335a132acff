"""The migrations make what the models describe, and the database itself keeps its promises."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

from storage.database import migrate, open_database, writing
from storage.tables import METADATA, Author, Case, Event


def test_models_and_migrations_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": METADATA})
        differences = compare_metadata(context, METADATA)

    assert differences == []


def test_partial_indexes_are_partial_in_the_file_too(engine: Engine) -> None:
    """`compare_metadata` does not look at the WHERE of an index, and a queue read hangs on it."""
    wanted = {
        index.name: str(index.dialect_options["sqlite"]["where"])
        for table in METADATA.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }

    with engine.connect() as connection:
        made = {
            row.name: row.sql.split("WHERE ", 1)[-1]
            for row in connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
            )
            if " WHERE " in row.sql
        }

    assert made == wanted
    assert len(wanted) >= 8


def test_an_empty_file_becomes_a_database_and_stays_one(tmp_path: Path, now: datetime) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'new.db'}")

    migrate(engine)
    with writing(engine) as db:
        db.add(Author(channel="x", native_id="1", first_seen_at=now))
    migrate(engine)

    tables = set(inspect(engine).get_table_names())
    assert set(METADATA.tables) == tables - {"alembic_version"}
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM authors")).scalar_one() == 1
    engine.dispose()


def test_a_migration_that_breaks_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'new.db'}")

    def break_at_events(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "CREATE TABLE events" in statement:
            raise OSError("the power went")

    event.listen(engine, "before_cursor_execute", break_at_events)
    with pytest.raises(OSError, match="power"):
        migrate(engine)
    event.remove(engine, "before_cursor_execute", break_at_events)
    left_behind = inspect(engine).get_table_names()
    migrate(engine)

    assert left_behind == []
    assert "events" in inspect(engine).get_table_names()
    engine.dispose()


@pytest.mark.parametrize("change", ["UPDATE events SET reason = 'another'", "DELETE FROM events"])
def test_nobody_changes_what_was_written_down(engine: Engine, now: datetime, change: str) -> None:
    with writing(engine) as db:
        db.add(Author(id=1, channel="x", native_id="1", first_seen_at=now))
        db.flush()
        db.add(
            Case(
                id=1,
                channel="x",
                account="9",
                author_id=1,
                conversation="1",
                need="complaint",
                opened_at=now,
                updated_at=now,
            )
        )
        db.flush()
        db.add(Event(case_id=1, at=now, actor="bot", kind="opened", reason="first"))

    with engine.begin() as connection, pytest.raises(IntegrityError, match="written once and never changed"):
        connection.execute(text(change))

    with engine.connect() as connection:
        assert connection.execute(text("SELECT reason FROM events")).scalars().all() == ["first"]


def test_a_customer_has_one_live_case_in_a_conversation(engine: Engine, now: datetime) -> None:
    def case(**changed: Any) -> Case:
        values: dict[str, Any] = {
            "channel": "x",
            "account": "9",
            "author_id": 1,
            "conversation": "c1",
            "need": "complaint",
            "opened_at": now,
            "updated_at": now,
        }
        return Case(**{**values, **changed})

    with writing(engine) as db:
        db.add(Author(id=1, channel="x", native_id="1", first_seen_at=now))
        db.flush()
        db.add(case(state="resolved", closed_at=now - timedelta(days=1)))
        db.add(case(conversation="c2"))
        db.add(case())

    with pytest.raises(IntegrityError), writing(engine) as db:
        db.add(case(state="waiting"))

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == 3
