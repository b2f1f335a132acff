"""The press: sets a report in every form and keeps the files that its parts are sent from. Knows no rows.

A folder is named for its week and for what is in it, so that no other content ever takes its place, and appears whole
or not at all.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from desk.report import charts, kept, letter, page, parts, pdf, room
from desk.report.values import Letter, Picture, Report, RoomWords

JSON, PAGE, DOCUMENT = "report.json", "report.html", "report.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A report in every form."""

    report: Report
    words: RoomWords
    pictures: tuple[Picture, ...]
    letter: Letter
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def folder(self) -> str:
        """Name its folder: by its week and its content."""
        content = sha256(b"".join(sha256(self.files[name]).digest() for name in sorted(self.files)))
        return f"{self.report.week.name}-r{self.report.revision}-{content.hexdigest()[:12]}"


def press(report: Report) -> Pressed:
    """Set a report. The same report gives the same bytes."""
    pictures, written = charts.pictures(report), letter.write(report)
    files = {
        JSON: kept.to_json(report).encode(),
        PAGE: page.html(report).encode(),
        DOCUMENT: pdf.pdf(report),
        **parts.files_of(written, pictures),
    }
    return Pressed(report=report, words=room.summary(report), pictures=pictures, letter=written, files=files)


def keep(pressed: Pressed, shelf: Path) -> Path:
    """Put the files into a folder of their own on `shelf`, durably; one that is there already is left as it is."""
    folder = shelf / pressed.folder
    if folder.exists():
        return folder
    shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = shelf / f".{pressed.folder}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    for name, content in pressed.files.items():
        (draft / name).write_bytes(content)
    try:
        draft.rename(folder)
    except OSError:
        if not folder.exists():  # another made the same one meanwhile
            raise
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def discard(folder: Path) -> None:
    """Remove a report's files; none there is fine."""
    shutil.rmtree(folder, ignore_errors=True)
