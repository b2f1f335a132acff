"""Parts: a report's words and pictures between the files that keep them and the orders that carry them. Sends nothing.

A delivery's body names files and their digests; the files lie in the folder its `extra` names. So what is sent weeks
later is what was frozen, or nothing. Carriers read an order with `of`, which gives the form that is to be sent:

- `RoomWords` (kind REPORT): the summary; post it, with the order's key in the metadata, as a card is.
- `Picture` (kind REPORT): upload it into the thread `order.extra["thread"]`, with `alt` as its alternative text.
- `Letter` (kind MAIL): one mail of HTML, its plain twin and inline pictures.

What makes them, each a pure function of the report, so that the same week gives the same bytes:
`charts.pictures(report) -> tuple[Picture, ...]`, `room.summary(report) -> RoomWords`, `letter.write(report) -> Letter`,
`page.html(report) -> str`, `pdf.pdf(report) -> bytes`.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from desk.report.values import Letter, Picture, RoomWords
from domain.errors import Refused
from domain.sending import Order

WORDS, PICTURE, LETTER = "words", "picture", "letter"
LETTER_TEXT, LETTER_PAGE = "letter.txt", "letter.html"
FOLDER = "folder"  # in `extra`


def is_part(body: str) -> bool:
    """Say whether a delivery's body is a part of a report."""
    try:
        found = json.loads(body)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("form") in (WORDS, PICTURE, LETTER)


def of_words(words: RoomWords) -> str:
    """Freeze the summary into a delivery's body."""
    return _json({"form": WORDS, "text": words.text, "blocks": [dict(block) for block in words.blocks]})


def of_picture(picture: Picture) -> str:
    """Freeze a picture into a delivery's body: its file `<name>.png` must lie in the folder."""
    return _json({"form": PICTURE, **_picture(picture)})


def of_letter(letter: Letter) -> str:
    """Freeze a letter into a delivery's body: its texts and pictures must lie in the folder."""
    return _json(
        {
            "form": LETTER,
            "subject": letter.subject,
            "plain": _file(LETTER_TEXT, letter.plain.encode()),
            "html": _file(LETTER_PAGE, letter.html.encode()),
            "pictures": [_picture(picture) for picture in letter.pictures],
        }
    )


def files_of(letter: Letter, pictures: tuple[Picture, ...]) -> dict[str, bytes]:
    """Name the files a report's deliveries rest on, and what is in them."""
    drawn = {f"{picture.name}.png": picture.png for picture in (*letter.pictures, *pictures)}
    return {LETTER_TEXT: letter.plain.encode(), LETTER_PAGE: letter.html.encode(), **drawn}


def of(order: Order) -> RoomWords | Picture | Letter:
    """Read what an order carries. Raises Refused where it is no part, or its files are gone or not what they were."""
    folder = Path(str(order.extra.get(FOLDER, "")))
    try:
        body = json.loads(order.body)
        match body["form"]:
            case "words":
                return RoomWords(text=body["text"], blocks=tuple(body["blocks"]))
            case "picture":
                return _read_picture(folder, body)
            case "letter":
                return _read_letter(folder, body)
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    raise Refused("report", "the delivery holds no part of a report", rule="report.no-part")


def _read_picture(folder: Path, body: Mapping[str, Any]) -> Picture:
    return Picture(name=body["name"], title=body["title"], alt=body["alt"], png=_read(folder, body))


def _read_letter(folder: Path, body: Mapping[str, Any]) -> Letter:
    return Letter(
        subject=body["subject"],
        plain=_read(folder, body["plain"]).decode(),
        html=_read(folder, body["html"]).decode(),
        pictures=tuple(_read_picture(folder, picture) for picture in body["pictures"]),
    )


def _read(folder: Path, named: Mapping[str, Any]) -> bytes:
    """Read a file whole and make sure it is the one that was frozen."""
    name = Path(named["file"]).name  # never out of the folder
    try:
        content = (folder / name).read_bytes()
    except OSError as exc:
        raise Refused(
            "report", f"{name} cannot be read ({type(exc).__name__})", rule="report.file-gone", remedy=_AGAIN
        ) from None
    if sha256(content).hexdigest() != named["sha256"]:
        raise Refused("report", f"{name} is not what it was", rule="report.file-changed", remedy=_AGAIN)
    return content


_AGAIN = "Make it again with `sottovoce report --week … --send`."


def _picture(picture: Picture) -> dict[str, str]:
    named = _file(f"{picture.name}.png", picture.png)
    return {"name": picture.name, "title": picture.title, "alt": picture.alt, **named}


def _file(name: str, content: bytes) -> dict[str, str]:
    return {"file": name, "sha256": sha256(content).hexdigest()}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
