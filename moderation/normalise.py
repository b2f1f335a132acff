"""Plain text from a post's raw text, the same for training and judging. No language, no model."""

import html
import re

from moderation.disguise import uncover

URL = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
HANDLE = re.compile(r"(?<![\w@/.])@\w[\w.-]*(?:@[\w-]+(?:\.[\w-]+)+)?")
CONTROL_OR_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u200b]+")


def normalise(text: str) -> str:
    """Write links as `http`, handles as `@user`, and any run of blanks or control characters as one space.

    Who is named and where a link leads says nothing about mood, and would teach the model brands and people. Letters in
    disguise are read as they are meant. Zero-width joiners stay: emoji and Indic scripts need them. Half of a surrogate
    pair becomes `?`.
    """
    plain = uncover(html.unescape(text).encode("utf-8", "replace").decode("utf-8"))
    plain = URL.sub("http", plain)
    plain = HANDLE.sub("@user", plain)
    return CONTROL_OR_SPACE.sub(" ", plain).strip()
