"""Column shapes that several tables share, so that each means the same everywhere."""

from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field


def key() -> Any:
    """Make a surrogate primary key: ascending; rows that others name are never deleted."""
    return Field(default=None, primary_key=True)


def document() -> Any:
    """Make a JSON document, replaced whole: a change inside one is not seen by the session."""
    return Field(default_factory=dict, sa_type=JSON)
