"""What Meta does to texts: how it measures them, and whether one it shows is the one we sent. Pure."""

import html
import re
import unicodedata

MAX_COMMENT = 8000  # characters of a Facebook comment; not documented for 2026, as seen in public reports
MAX_MESSENGER = 2000  # characters of a Messenger message
MAX_INSTAGRAM_COMMENT = 2200  # characters
MAX_INSTAGRAM_MESSAGE = 1000  # bytes in UTF-8


def sendable(text: str) -> bool:
    """Say whether a form can carry `text` at all: not empty, no half surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return bool(text.strip())


def in_characters(text: str, most: int) -> bool:
    """Say whether `text` has at most so many characters as Meta counts them, in UTF-16: an emoji is two or more."""
    return sendable(text) and len(text.encode("utf-16-le")) // 2 <= most


def in_bytes(text: str, most: int) -> bool:
    """Say whether `text` takes at most so many bytes in UTF-8."""
    return sendable(text) and len(text.encode("utf-8")) <= most


def same_words(ours: str, theirs: object) -> bool:
    """Say whether `theirs`, as Meta shows it, is `ours` as we sent it: spaces, escapes and normal form aside."""
    return isinstance(theirs, str) and bool(theirs.strip()) and _bare(ours) == _bare(theirs)


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", html.unescape(text))).strip()
