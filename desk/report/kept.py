"""A report as it is kept: JSON that says everything it shows, and the digest by which two are the same. Pure."""

import json
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from hashlib import sha256
from typing import Any

from desk.report.values import Figure, Report

DIGITS = 6  # of numbers that are not whole: more would be noise


def to_json(report: Report) -> str:
    """Write a report down, indented for people, in the order of its fields: the same report gives the same text."""
    return json.dumps(plain(report), ensure_ascii=False, indent=1) + "\n"


def digest(report: Report) -> str:
    """Give a SHA-256 of what a report says, whichever revision it is."""
    return sha256(to_json(replace(report, revision=1, revised="")).encode()).hexdigest()


def plain(value: Any) -> Any:
    """Turn values into what JSON knows; figures leave out what says nothing."""
    if isinstance(value, Figure):
        return {name: plain(each) for name, each in _fields(value) if each not in (None, "", ())}
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(each) for name, each in _fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return _simple(value)


def _fields(value: Any) -> list[tuple[str, Any]]:
    return [(each.name, getattr(value, each.name)) for each in fields(value)]


def _simple(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return int(value) if value == int(value) else round(value, DIGITS)
    return value
