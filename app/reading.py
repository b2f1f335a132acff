"""Reads files of posts, CSV or JSON lines, as they come out of other tools. Judges and stores nothing."""

import csv
import io
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes

from domain.errors import ConfigError

MAX_TEXT = 100_000  # characters; longer than any network allows, so a longer one is a mistake in the file
_TEXT = ("text", "message", "body", "content", "post", "tweet", "full_text", "comment")
_ID = ("id", "native_id", "post_id", "tweet_id", "message_id", "id_str")
_AUTHOR = ("author", "user", "username", "handle", "screen_name", "name", "from", "author_id")
_TIME = ("created_at", "date", "time", "timestamp", "datetime", "tweet_created", "published_at")
_FORMATS: tuple[str, ...] = (
    "%d-%m-%Y %H.%M",
    "%d-%m-%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
)
_FORMATS += ("%a %b %d %H:%M:%S %z %Y", "%Y-%m-%d %H:%M:%S %z", "%d-%m-%Y", "%d.%m.%Y")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One post of a file."""

    line: int
    id: str
    text: str
    author: str = ""
    created_at: datetime | None = None
    followers: int | None = None
    lang: str | None = None
    conversation: str = ""
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that is no post, and why."""

    line: int
    why: str


def read(path: Path | None) -> Iterator[Row | Bad]:
    """Read posts from `path`, or from standard input for None. A bad line is told, the others go on.

    Raises ConfigError when the file cannot be opened or is neither CSV nor JSON lines.
    """
    if path is None:
        data = sys.stdin.buffer.read()
    else:
        try:
            data = path.read_bytes()
        except OSError as exc:
            raise ConfigError([f"{path}: cannot be read: {exc.strerror}"]) from exc
    text = decode(data)
    named_json = path is not None and path.suffix in {".jsonl", ".json"}
    yield from _json_lines(text) if named_json or _looks_like_json(text) else _csv(text)


def _looks_like_json(text: str) -> bool:
    """Tell JSON lines from CSV, also where the first line is broken: a CSV file's first line names its columns."""
    first = text.lstrip()
    if first[:1] in {"{", "["}:
        return True
    names = {name.strip().lower() for name in re.split(r'[,;\t|"]', first.split("\n", 1)[0])}
    return "\n{" in first and not names & set(_TEXT)


def decode(data: bytes) -> str:
    """Make text of bytes: UTF-8 with or without a mark, UTF-16 by its mark, else what it most likely is."""
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    best = from_bytes(data).best()
    guess = str(best) if best else ""
    latin = all(unicodedata.name(letter, "LATIN").startswith("LATIN") for letter in guess if letter.isalpha())
    # the Latin encodings differ in a few letters and are guessed badly; Windows' own is what exports write
    return data.decode("cp1252", "replace") if latin else guess


def _json_lines(text: str) -> Iterator[Row | Bad]:
    if text.lstrip().startswith("["):
        try:
            items = list(enumerate(json.loads(text), 1))
        except ValueError as exc:
            raise ConfigError([f"the file begins like a JSON list but is none: {exc}"]) from exc
        yield from (_row(number, item) for number, item in items)
        return
    # only \n ends a line: a post may hold other line separators
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                item = json.loads(line)
            except (ValueError, RecursionError) as exc:
                yield Bad(number, f"not JSON: {exc}" if isinstance(exc, ValueError) else "nested too deeply")
                continue
            yield _row(number, item)


def _csv(text: str) -> Iterator[Row | Bad]:
    csv.field_size_limit(sys.maxsize)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:10_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    reader = csv.DictReader(io.StringIO(text, newline=""), dialect=dialect)
    names = {(name or "").strip().lower() for name in reader.fieldnames or ()}
    if not names & set(_TEXT):
        wanted = ", ".join(_TEXT)
        raise ConfigError([f"no column with the posts' text: the first line must name one of {wanted}"])
    for item in reader:
        yield _row(reader.line_num, {(name or "").strip().lower(): value for name, value in item.items()})


def _row(line: int, item: Any) -> Row | Bad:
    if not isinstance(item, Mapping):
        return Bad(line, "not an object")
    text = _first(item, _TEXT)
    if text is None and "" in {item.get(name) for name in _TEXT if isinstance(item.get(name), str)}:
        text = ""  # somebody who says nothing is a post all the same: a picture, a link taken out
    if not isinstance(text, str):
        return Bad(line, f"no text: expected one of {', '.join(_TEXT)}")
    if len(text) > MAX_TEXT:
        return Bad(line, f"longer than {MAX_TEXT:,} characters")
    followers = _first(item, ("followers", "followers_count", "author_followers"))
    native_id = _first(item, _ID)
    return Row(
        line=line,
        id=f"line-{line}" if native_id is None else str(native_id),
        # a lone surrogate can be written in JSON but nowhere else
        text=text.encode("utf-8", "replace").decode("utf-8"),
        author=str(_first(item, _AUTHOR) or ""),
        created_at=moment(_first(item, _TIME)),
        followers=int(followers) if str(followers or "").isdecimal() else None,
        lang=_short(_first(item, ("lang", "language"))),
        conversation=str(_first(item, ("conversation", "conversation_id", "thread")) or ""),
        direct=str(_first(item, ("kind", "type")) or "").lower() in {"direct", "dm", "message"},
    )


def _first(item: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """Take the first of these fields that holds a plain value."""
    values = (item.get(name) for name in names)
    return next((value for value in values if value not in (None, "") and not isinstance(value, (dict, list))), None)


def _short(lang: Any) -> str | None:
    return lang if isinstance(lang, str) and 0 < len(lang) <= 8 else None  # noqa: PLR2004 - ISO codes are shorter


def moment(value: Any) -> datetime | None:
    """Read a time in any of the ways exports write it; without a zone it is UTC. None when it cannot be read."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value.strip()) >= 9:  # noqa: PLR2004 - seconds since 1970
        value = int(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)  # noqa: PLR2004 - milliseconds
        except (OverflowError, OSError, ValueError):
            return None
    if not isinstance(value, str) or not value.strip():
        return None
    parsers: tuple[Callable[[str], datetime], ...] = (
        datetime.fromisoformat,
        *(_by(pattern) for pattern in _FORMATS),
        parsedate_to_datetime,
    )
    for parse in parsers:
        try:
            found = parse(value.strip())
        except (ValueError, TypeError):
            continue
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _by(pattern: str) -> Callable[[str], datetime]:
    return lambda value: datetime.strptime(value, pattern)  # noqa: DTZ007 - `moment` adds the zone
