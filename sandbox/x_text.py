"""How X reads a text: names, tags, links, what is shown and how long it is; nothing here knows who wrote it."""

import hashlib
import html
import re
from dataclasses import dataclass
from typing import Any

from twitter_text import parse_tweet

LIMIT = 280  # weighted characters
_NAME = re.compile(r"(?<![\w@＠])[@＠](\w{1,15})(?![\w@])", re.ASCII)
_TAG = re.compile(r"(?<![\w&])[#＃](\w*[^\W\d_]\w*)")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'’”]")
_LEADING = re.compile(r"^(?:@\w{1,15}\s+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as the API gives it: links wrapped, &, < and > escaped, with the entities in it."""

    text: str
    entities: dict[str, list[dict[str, Any]]]


def names_in(text: str) -> list[str]:
    """Usernames a text mentions, lower case, in order, each once."""
    return list(dict.fromkeys(found.group(1).lower() for found in _NAME.finditer(text)))


def tags_in(text: str) -> list[str]:
    """Hashtags of a text, lower case, in order."""
    return [found.group(1).lower() for found in _TAG.finditer(text)]


def links_in(text: str) -> list[str]:
    """Links of a text, in order."""
    return _LINK.findall(text)


def weight(text: str, *, reply: bool) -> int:
    """Count as X does: most scripts 2, Latin 1, links 23. The names a reply begins with don't count."""
    counted = _LEADING.sub("", text) if reply else text
    return int(parse_tweet(counted).weightedLength) if counted else 0


def short(link: str) -> str:
    """The wrapped form of a link; the same link gives the same one."""
    return "https://t.co/" + hashlib.sha256(link.encode()).hexdigest()[:10]


def show(text: str) -> Shown:
    """Say how the API gives `text`. Offsets count characters of what is given, as X's do."""
    given = html.escape(_LINK.sub(lambda found: short(found.group()), text), quote=False)
    urls = iter(links_in(text))
    entities: dict[str, list[dict[str, Any]]] = {
        "urls": [
            {"start": found.start(), "end": found.end(), "url": found.group(), **_expanded(next(urls, found.group()))}
            for found in _LINK.finditer(given)
        ],
        "mentions": [
            {"start": found.start(), "end": found.end(), "username": found.group(1)} for found in _NAME.finditer(given)
        ],
        "hashtags": [
            {"start": found.start(), "end": found.end(), "tag": found.group(1)} for found in _TAG.finditer(given)
        ],
    }
    return Shown(given, {name: found for name, found in entities.items() if found})


def _expanded(link: str) -> dict[str, str]:
    return {"expanded_url": link, "display_url": re.sub(r"^https?://(www\.)?", "", link)[:30]}


def cut(text: str) -> str:
    """What `text` holds of a post longer than the limit: its beginning and a link to the rest."""
    return text[: LIMIT - 26].rstrip() + "… " + short(text)
