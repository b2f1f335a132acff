"""The letter: what a manager reads in two minutes, as a mail of HTML, inline pictures and a plain twin. Sends nothing.

Mail readers know tables and inline styles, and little else; long mails are cut. So it is short, and the page has all.
"""

from dataclasses import replace

from desk.report import charts, letter_plain
from desk.report.outline import Outline, outline
from desk.report.outline_values import Section
from desk.report.outline_work import KEPT
from desk.report.templates import fill
from desk.report.values import Letter, Report

LONGEST = 100_000  # bytes of HTML; source: Gmail shows no more than 102 kB of a message
PICTURES = ("pains", "days", "answers")
SECTIONS = ("moved", "pains", "incidents", "days", "answers", "open", "praise")
_ITEMS, _ROWS, _QUOTES, _NOTES = 6, 10, 1, 5
_CUTS = (1.0, 0.5, 0.2)  # how much is kept, until the HTML is short enough


def write(report: Report) -> Letter:
    """Write the letter. The same report gives the same letter."""
    drawn = tuple(picture for picture in charts.pictures(report) if picture.name in PICTURES)
    laid, page = outline(report), ""
    for share in _CUTS:
        kept = short(laid, share)
        shown = {picture.name: picture for picture in drawn}
        page = fill("letter.html", report=kept, week=report.week.name, pictures=shown)
        if len(page.encode()) <= LONGEST:
            break
    subject = f"{laid.title}: {laid.sentences[0]}"[:150].rstrip()
    told = {picture.name: picture.alt for picture in drawn}
    plain = letter_plain.write(short(laid, 1.0), week=report.week.name, told=told)
    return Letter(subject=subject, plain=plain, html=page, pictures=drawn)


def short(laid: Outline, share: float) -> Outline:
    """Keep what a mail shows: the sections a manager needs, and of long ones the beginning."""
    chosen = {section.key: section for section in laid.sections}
    sections = tuple(_short(chosen[key], share) for key in SECTIONS if key in chosen)
    return replace(laid, sections=sections, notes=laid.notes[: max(1, int(_NOTES * share))])


def _short(section: Section, share: float) -> Section:
    items = tuple(replace(item, quotes=item.quotes[:_QUOTES]) for item in section.items[: max(1, int(_ITEMS * share))])
    tables = tuple(replace(table, rows=table.rows[: max(1, int(_ROWS * share))]) for table in section.tables)
    if section.key in ("days", "answers"):  # the picture tells the rest
        tables = tuple(table for table in tables if table.name == KEPT)
    return replace(section, items=items, tables=tables, quotes=section.quotes[: max(1, int(3 * share))])
