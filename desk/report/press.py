"""The press: sets a report in every form and keeps the files that its parts are sent from. Knows no rows.

A folder is named for its week and for what is in it, so that no other content ever takes its place, and appears whole
or not at all.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

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
    """Put the files into a folder of their own on `shelf`; one that is there already is left as it is.

    Of two that put the same there, one does; what a crash left half done is removed.
    """
    folder = shelf / pressed.folder
    if not folder.exists():
        shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            _draft(pressed, shelf).rename(folder)
        except OSError:
            if not folder.exists():
                raise
    for draft in shelf.glob(f".{pressed.report.week.name}-*"):
        discard(draft)
    return folder


def _draft(pressed: Pressed, shelf: Path) -> Path:
    """Write the files where nobody looks yet: readable by their owner alone."""
    draft = Path(mkdtemp(prefix=f".{pressed.folder}-", dir=shelf))
    for name, content in pressed.files.items():
        (draft / name).write_bytes(content)
    return draft


def discard(folder: Path) -> None:
    """Remove a report's files; none there is fine."""
    shutil.rmtree(folder, ignore_errors=True)
