"""Column shapes that several tables share, so that each means the same everywhere."""

from typing import Any, cast

from sqlalchemy import JSON, Table
from sqlmodel import Field, SQLModel


def key() -> Any:
    """Make a surrogate primary key: ascending; rows that others name are never deleted."""
    return Field(default=None, primary_key=True)


def document() -> Any:
    """Make a JSON document, replaced whole: a change inside one is not seen by the session."""
    return Field(default_factory=dict, sa_type=JSON)


def rows_of(model: type[SQLModel]) -> Table:
    """Name a model's table for statements that move many rows at once, past the session."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]
