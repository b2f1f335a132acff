"""Opt-outs that outlive the person's data: who was forgotten is known again by a salted digest and nothing else."""

import hmac
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import rows_of

SALT_BYTES = 32


class Salt(SQLModel, table=True):
    """This database's salt, made when first needed: digests of two databases cannot be compared."""

    __tablename__ = "salts"

    id: int = Field(default=1, primary_key=True)
    value: str


class OptOut(SQLModel, table=True):
    """Somebody who was forgotten and wants no automatic words."""

    __tablename__ = "opt_outs"

    digest: str = Field(primary_key=True)
    at: datetime


def keep(db: Session, channel: str, native_id: str, *, now: datetime) -> str:
    """Keep an opt-out without the id; returns the digest that stands for it from now on."""
    found = digest(db, channel, native_id)
    db.execute(insert(OptOut).values(digest=found, at=now).on_conflict_do_nothing(index_elements=["digest"]))
    return found


def digest(db: Session, channel: str, native_id: str) -> str:
    """Make what stands for a native id without telling it; the same id gives the same digest in this database."""
    if db.get(Salt, 1) is None:
        db.add(Salt(value=secrets.token_hex(SALT_BYTES)))
        db.flush()
    return _digest(db.get_one(Salt, 1).value, channel, native_id)


_SALT = select(rows_of(Salt).c.value).where(rows_of(Salt).c.id == 1)


def among(db: Session, channel: str, native_ids: Collection[str]) -> list[str]:
    """Say which of these native ids belong to people who were forgotten."""
    salt = db.connection().execute(_SALT).scalar()
    if salt is None:  # nobody was: nothing to compute
        return []
    digests = {_digest(salt, channel, native_id): native_id for native_id in native_ids}
    found: Iterable[str] = db.exec(select(col(OptOut.digest)).where(col(OptOut.digest).in_(digests)))
    return [digests[digest] for digest in found]


def keyed(db: Session, value: str) -> str:
    """Make a digest of any value, by which it is known again in this database and in no other."""
    # the prefix keeps it apart from every digest of an id
    return hmac.new(bytes.fromhex(_salt(db)), f"value\0{value}".encode(), sha256).hexdigest()


def _salt(db: Session) -> str:
    if db.get(Salt, 1) is None:
        db.add(Salt(value=secrets.token_hex(SALT_BYTES)))
        db.flush()
    return db.get_one(Salt, 1).value


def _digest(salt: str, channel: str, native_id: str) -> str:
    return hmac.new(bytes.fromhex(salt), f"{channel}\0{native_id}".encode(), sha256).hexdigest()
