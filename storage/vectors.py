"""Vectors: what each judged post is about, small enough to keep. Says nothing about mood, compares nothing."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import SelectBase, bindparam, column, select, table
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, delete

from storage.columns import rows_of

STEPS = 7  # either side of zero, in 4 bits; as moderation.vectors writes them


class Vector(SQLModel, table=True):
    """What one post is about. Made from its words, so it goes when they go."""

    __tablename__ = "vectors"

    post_id: int = Field(primary_key=True, foreign_key="posts.id")
    model: str  # name and version of the model: vectors of two models can't be compared
    packed: bytes  # 4 bits a number, the first in the upper half of the first byte


_VECTORS = rows_of(Vector)
_POSTS = table("posts", column("id"), column("text"))  # its model imports this module
_STANDING = select(_POSTS.c.id).where(_POSTS.c.id.in_(bindparam("post_ids", expanding=True)), _POSTS.c.text != "")
_KEEP = insert(_VECTORS).on_conflict_do_nothing(index_elements=["post_id"])


def keep(db: Session, packed: Mapping[int, bytes], *, model: str) -> None:
    """Keep vectors by post id; of several about one post the first stands. An empty one is none.

    A post that was deleted or erased while the model looked at it has none either: that would outlive its words.
    """
    standing = db.connection().execute(_STANDING, {"post_ids": list(packed)}).scalars()
    rows = [{"post_id": post_id, "model": model, "packed": packed[post_id]} for post_id in standing if packed[post_id]]
    if rows:
        db.connection().execute(_KEEP, rows)


def drop(db: Session, post_ids: SelectBase) -> None:
    """Take away the vectors of posts whose words go."""
    db.connection().execute(delete(Vector).where(col(Vector.post_id).in_(post_ids)))


def unpack(packed: Sequence[bytes]) -> npt.NDArray[np.float32]:
    """Read vectors of one model, a row each. Raises ValueError where their lengths differ."""
    if not packed:
        return np.zeros((0, 0), dtype=np.float32)
    width = len(packed[0])
    if any(len(one) != width for one in packed):
        message = "vectors of different models cannot be read together"
        raise ValueError(message)
    halves = np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(len(packed), width)
    numbers = np.stack([halves >> 4, halves & 0x0F], axis=2).reshape(len(packed), 2 * width)
    return np.asarray((numbers.astype(np.float32) - STEPS) / STEPS, dtype=np.float32)
