"""What X does to texts: how it weighs them, and how ours looks after X has taken it. Pure."""

import re
import unicodedata

from channels.x_fields import unescape

MAX_WEIGHT = 275  # of X's 280: room for a rule of X's counting the parser does not know yet
MAX_DIRECT = 10_000  # characters of a direct message
_LEADING_MENTIONS = re.compile(r"(?:@\w{1,15}\s+)+", re.ASCII)
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S", re.IGNORECASE)
_SHORT_LINK = re.compile(r"https?://t\.co/\w+", re.ASCII)


def weight(text: str) -> int:
    """Weigh a public text as X does: most scripts 1 a character, CJK and emoji 2, any link 23."""
    from twitter_text import parse_tweet  # noqa: PLC0415 (0.4 s: not for commands that answer nobody)

    return int(parse_tweet(unicodedata.normalize("NFC", text)).weightedLength)


def sendable(text: str) -> bool:
    """Say whether X's encoding can carry `text` at all: not empty, no half surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return bool(text.strip())


def has_link(text: str) -> bool:
    """Say whether X may make a link of something in `text`; it sees one in a bare `example.com` too.

    What looks like an address counts even under a top-level domain the parser, of 2023, does not know.
    """
    from twitter_text import extract_urls  # noqa: PLC0415 (as above)

    return bool(_ADDRESS.search(text) or extract_urls(text))


def same_words(ours: str, theirs: str) -> bool:
    """Say whether `theirs`, as X shows it, is `ours` as we sent it.

    X puts @names in front of a reply, makes https://t.co/… of links, escapes &, < and >, and normalises. Any run of
    characters passes for a link: what X takes for one is X's business, and the rest of the words tells texts apart.
    """
    sent = _bare(ours)
    head, *others = (part.strip() for part in _SHORT_LINK.split(_bare(unescape(theirs))))
    if not others:
        return sent == head
    *middle, tail = others
    at, end = len(head), len(sent) - len(tail)
    if not (sent.startswith(head) and sent.endswith(tail)):
        return False
    for part in middle:
        found = sent.find(part, at + 1, end)
        if found < 0:
            return False
        at = found + len(part)
    return at < end


def _bare(text: str) -> str:
    even = " ".join(unicodedata.normalize("NFC", text).split())
    names = _LEADING_MENTIONS.match(even)
    return even[names.end() :] if names else even
