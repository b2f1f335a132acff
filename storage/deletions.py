"""Deletions: people's requests to be erased that came through a platform, and how each stands. Erases nobody itself."""

import secrets
from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, select, update

from storage import optouts
from storage.columns import key, rows_of

ASKED, DONE = "asked", "done"
CODE_BYTES = 16  # of chance in a confirmation code: 128 bits cannot be guessed


class Deletion(SQLModel, table=True):
    """One person's request; who asked is kept only until it is done, then a salted digest alone."""

    __tablename__ = "deletions"
    __table_args__ = (
        Index("deletions_asked", "id", sqlite_where=text("state = 'asked'"), postgresql_where=text("state = 'asked'")),
    )

    id: int = key()
    code: str = Field(unique=True)  # names the request to whoever asked, and to nobody else
    digest: str = Field(unique=True)  # of platform and person: asking again is the same request
    platform: str  # "meta"
    who: str  # native id; empty once done
    state: str = ASKED
    asked_at: datetime  # the first time
    done_at: datetime | None = None
    asks: int = 1


def ask(db: Session, platform: str, who: str, *, now: datetime) -> str:
    """Write a request down and return its code; who asks again gets the same code, and is erased again."""
    row = {
        "code": secrets.token_hex(CODE_BYTES),
        "digest": optouts.digest(db, platform, who),
        "platform": platform,
        "who": who,
        "state": ASKED,
        "asked_at": now,
        "asks": 1,
    }
    table = rows_of(Deletion)
    again = {"who": who, "state": ASKED, "asks": table.c.asks + 1}
    statement = insert(table).values(row).on_conflict_do_update(index_elements=["digest"], set_=again)
    return str(db.connection().execute(statement.returning(table.c.code)).scalar_one())


def next_asked(db: Session) -> Deletion | None:
    """Take the oldest request that is not done, or None."""
    query = select(Deletion).where(Deletion.state == ASKED).order_by(col(Deletion.id)).limit(1)
    return db.exec(query.with_for_update(skip_locked=True)).first()


def settle(deletion: Deletion, *, now: datetime) -> None:
    """Note that a request is done; nothing of the person stays in it."""
    deletion.state, deletion.who, deletion.done_at = DONE, "", now


def by_code(db: Session, code: str) -> Deletion | None:
    """Look a request up by its code."""
    return db.exec(select(Deletion).where(Deletion.code == code)).first()


def forget(db: Session, native_id: str, *, now: datetime) -> None:
    """Be done with the requests of a person who is being erased, whichever way that came about."""
    done = {"who": "", "state": DONE, "done_at": now}
    theirs = col(Deletion.who) == native_id, col(Deletion.state) == ASKED
    db.connection().execute(update(Deletion).where(*theirs).values(done))
