"""Typesets: gives our templates and a report's values to Typst, which shapes every script with the fonts shipped here.

No font of the machine is used, no file but ours is read, nothing is fetched, and no clock goes in: the same values
give the same bytes. Values go in as data, never as markup, so no customer's words can be a command.
"""

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from desk import phrases

FOLDER = Path(__file__).parent
FORMS = FOLDER / "forms"
_PIXELS = 216  # per inch: three for each CSS pixel of a picture that is 360 wide
_LANG = re.compile(r"[a-z]{2,3}")
_LONG = re.compile("[!-\u024f]{25,}")  # Latin letters and signs; Typst itself breaks scripts without spaces
_PIECE = re.compile(".{1,20}")
_BREAK = "\u200b"
_UNKNOWN = "\u25a1"
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def png(main: str, values: Mapping[str, Any]) -> bytes:
    """Draw a template of one page as a picture."""
    return _compile(main, values, "png")


def svg(main: str, values: Mapping[str, Any]) -> bytes:
    """Draw a template of one page as a drawing, its letters as outlines."""
    return _compile(main, values, "svg")


def pdf(main: str, values: Mapping[str, Any]) -> bytes:
    """Set a template as a document: tagged, with selectable text. Source: PDF/UA-1, which Typst checks as it writes."""
    return _compile(main, values, "pdf", pdf_standards=["ua-1"])


def words(text: str, limit: int, lang: str = "en") -> dict[str, str]:
    """Give a text as templates take it: clean, on one line, of drawable characters, with language and direction."""
    return run(phrases.one_line(text, limit), lang)


def run(cleaned: str, lang: str = "en") -> dict[str, str]:
    """Give an already cleaned text as templates take it."""
    return {"text": drawable(cleaned), "lang": language(lang), "dir": direction(cleaned)}


def language(code: str) -> str:
    """Give a language code that every form takes; "und" where it is none."""
    return code if _LANG.fullmatch(code) else "und"


def direction(text: str) -> str:
    """Say which way a text runs, by its first letter with a direction of its own. Source: UAX #9, rule P2."""
    return next((_STRONG[kind] for kind in map(unicodedata.bidirectional, text) if kind in _STRONG), "ltr")


def drawable(text: str) -> str:
    """Show characters that no font here holds as a box, drop invisible ones, and let very long words break."""
    kept = "".join(character if _covered(character) else _stand_in(character) for character in text)
    return _LONG.sub(lambda word: _BREAK.join(_PIECE.findall(word[0])), kept)


def _stand_in(character: str) -> str:
    return "" if unicodedata.category(character)[0] in "CM" else _UNKNOWN


def _covered(character: str) -> bool:
    starts, ends = _ranges()
    code = ord(character)
    place = bisect_right(starts, code) - 1
    return character == "\n" or (place >= 0 and code <= ends[place])


@cache
def _ranges() -> tuple[list[int], list[int]]:
    lines = (FOLDER / "fonts" / "covered.txt").read_text(encoding="ascii").split()
    pairs = [line.split("-") for line in lines]
    return [int(start, 16) for start, _ in pairs], [int(end, 16) for _, end in pairs]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER / "fonts")])


def _compile(main: str, values: Mapping[str, Any], form: Literal["png", "svg", "pdf"], **more: Any) -> bytes:
    made: Any = typst.compile(
        str(FORMS / main),
        root=str(FORMS),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format=form,
        ppi=_PIXELS,
        sys_inputs={"values": json.dumps(values, ensure_ascii=False, sort_keys=True)},
        timestamp=0,
        **more,
    )
    page: bytes = made[0] if isinstance(made, list) else made
    return page
