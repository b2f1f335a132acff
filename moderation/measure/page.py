"""The page of an evaluation: one file that asks no server for anything and runs no script. Computes no figure."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from moderation.measure import plots, wording
from moderation.measure.values import Curve, Evaluation

FORMS = Path(__file__).parent / "forms"
RECALLS = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0)  # at which the table of a curve stops


def page(found: Evaluation, *, notes: Sequence[str] = ()) -> str:
    """Set the page; `notes` stand above everything. Whatever is put in is escaped."""
    return render("page.html", found=found, notes=notes, plots=plots, wording=wording, stops=stops)


def render(form: str, **given: object) -> str:
    """Set a page by its form, in the style all pages of measuring share."""
    style = (FORMS / "page.css").read_text("utf-8")
    return _environment().get_template(form).render(style=style, **given)


def stops(line: Curve) -> list[tuple[float, float, float]]:
    """Give (recall, precision, score) where a curve first reaches each of `RECALLS`."""
    places = [int(np.searchsorted(line.recall, recall - 1e-12)) for recall in RECALLS]
    return [
        (recall, float(line.precision[at]), float(line.at[at]))
        for recall, at in zip(RECALLS, places, strict=True)
        if at < len(line)
    ]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FORMS), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
