"""Fills our HTML templates: whatever is put into one is escaped. Fetches nothing."""

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desk.report.typeset import FORMS


def fill(template: str, **values: Any) -> str:
    """Fill a template of this folder. Raises jinja2.UndefinedError for a name it does not know."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FORMS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
