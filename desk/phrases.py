"""The phrases of a card: what each of its facts is called, for any surface. Pure; knows no markup."""

import re
import unicodedata
from datetime import UTC, datetime
from urllib.parse import urlsplit

from babel import Locale
from babel.numbers import format_decimal

from domain.cards import Card
from domain.values import Abuse, Need, Priority, Sentiment

LOCALE = Locale("en")
URL_UNITS = 3000  # the longest a Slack button takes; source: slack_sdk.models.blocks.ButtonElement

_CHANNELS = {"x": "X", "facebook": "Facebook", "instagram": "Instagram", "mastodon": "Mastodon", "bluesky": "Bluesky"}
_FACES = {Sentiment.NEGATIVE: "🙁", Sentiment.NEUTRAL: "😐", Sentiment.POSITIVE: "🙂"}
_URGENCY = {int(Priority.URGENT): "‼ urgent", int(Priority.HIGH): "❗ soon"}
_BAR = 5  # cells
_LOOKED_AT = 4  # times the limit
_KEPT_CONTROLS = "\n\t"
# embeddings, overrides and isolates: left open, they would turn round our own words that follow
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MANY_BLANKS = re.compile(r"\n\s*\n\s*\n+")


def units(text: str) -> int:
    """Count UTF-16 units: never less than a platform may count, whichever way it does."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str, limit: int) -> str:
    """Make any text safe to carry: no control characters, half characters or turned reading order.

    Cut to `limit` UTF-16 units (2 at least), with an ellipsis where something is missing.
    """
    head = text[: _LOOKED_AT * limit]  # of a text that long most is thrown away in any case
    kept = "".join(
        character
        for character in _BIDI.sub("", head)
        if character in _KEPT_CONTROLS or unicodedata.category(character) not in ("Cc", "Cs")
    )
    kept = _MANY_BLANKS.sub("\n\n", kept).strip()
    if all(unicodedata.category(character)[0] in "CZ" for character in kept):
        return ""  # nothing that could be seen, and Slack refuses an empty text
    if units(kept) <= limit and len(head) == len(text):
        return kept
    return kept.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", "ignore").rstrip() + "…"


def one_line(text: str, limit: int) -> str:
    """Clean a text and put it on one line."""
    return clean(" ".join(text.split()), limit)


def channel(name: str) -> str:
    """Write a channel as its users do."""
    return _CHANNELS.get(name) or one_line(name.title(), 40)


def ordinal(number: int) -> str:
    """Write 1 as 1st, 2 as 2nd, 11 as 11th."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(number % 10, 'th')}"


def number(count: int) -> str:
    """Write a count with its thousands apart."""
    return str(format_decimal(count, locale=LOCALE))


def who(card: Card) -> tuple[str, str]:
    """Name the author and where they wrote: ("@ana", " on X"); either may be empty."""
    author = one_line(card.author, 80).lstrip("@")
    place = channel(card.channel) if card.channel else ""
    handle = f"@{author}" if author else ""
    return handle, f" on {place}" if handle and place else place


def standing(card: Card) -> list[str]:
    """Say what weight the author's words have: reach, and how often they came."""
    said = []
    if card.followers is not None:
        said.append(f"{number(card.followers)} follower{'' if card.followers == 1 else 's'}")
    if card.nth > 1:
        what = "complaint" if card.need in (Need.COMPLAINT, Need.URGENT) else "case"
        said.append(f"{ordinal(card.nth)} {what} in 30 days")
    if card.count is not None:
        said.append(f"{number(card.count)} case{'' if card.count == 1 else 's'} so far")
    return said


def mood(card: Card) -> str:
    """Say how the post feels, in a word, a face and a bar: none of them by colour."""
    if not card.sentiment:
        return ""
    face = _FACES.get(Sentiment(card.sentiment), "") if card.sentiment in set(Sentiment) else ""
    words = f"{face} {one_line(card.sentiment, 40)}".strip()
    if card.sentiment_p is None:
        return words
    share = min(max(card.sentiment_p, 0.0), 1.0)
    full = int(share * _BAR)
    return f"{words} {round(share * 100)} % {'▰' * full}{'▱' * (_BAR - full)}"


def language(code: str) -> str:
    """Name a language by its ISO code: "lo" is Lao. One nobody can name stays its code."""
    if not code:
        return ""
    if code == "und":
        return "language unknown"
    return str(LOCALE.languages.get(code) or one_line(code, 20))


def judged(card: Card) -> list[str]:
    """Say what the post was judged to be: urgency, need, mood, abuse, language."""
    urgency = _URGENCY.get(card.priority) if card.need else None
    need = one_line(card.need, 40) if card.need != Need.URGENT else ""
    abuse = f"abuse: {one_line(card.abuse, 40)}" if card.abuse and card.abuse != Abuse.NONE else ""
    return [said for said in (urgency, need, mood(card), abuse, language(card.lang)) if said]


def moment(at: datetime) -> str:
    """Write a moment for those whose surface knows no zone of theirs."""
    return f"{at.astimezone(UTC):%d %b %H:%M} UTC"


def link(url: str) -> str:
    """Give back a web address that can be opened, or nothing."""
    if not url or units(url) > URL_UNITS or not url.isprintable() or " " in url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def headline(card: Card, limit: int) -> str:
    """Give the card's reason on one line; a card without one is named by what it is."""
    return one_line(card.headline, limit) or f"{card.kind.value} {card.case_id or ''}".strip().capitalize()
