"""Danger said in so many words: self-harm and threats that no model may overlook. Weighs nothing."""

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files

from moderation.disguise import uncover

DISTRESS, THREAT = "distress", "threat"
MAX_TEXT = 5_000  # characters looked at
LINGUA_FRANCA = "en"  # looked for in every post: people mix it into their own language
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u00b4": "'"})

Patterns = dict[str, dict[str, re.Pattern[str]]]  # kind -> language -> what to look for


@lru_cache(maxsize=1)
def _patterns() -> Patterns:
    """Read `danger.toml` once."""
    told = tomllib.loads(files("moderation").joinpath("danger.toml").read_text("utf-8"))
    return {
        kind: {lang: re.compile("|".join(f"(?:{line})" for line in lines), re.IGNORECASE) for lang, lines in by.items()}
        for kind, by in told.items()
    }


def said(text: str, *, lang: str = "und") -> frozenset[str]:
    """Name the dangers a text speaks of beyond doubt: `distress`, `threat`, both or none.

    `lang` says whose words are looked for beside the English ones; a language we know no words of: everybody's.
    """
    plain = unicodedata.normalize("NFC", text[:MAX_TEXT]).translate(_APOSTROPHES)
    read = {plain, uncover(plain)}
    found = set()
    for kind, by_language in _patterns().items():
        languages = {lang, LINGUA_FRANCA} if lang in by_language else by_language.keys()
        if any(by_language[name].search(written) for name in languages for written in read):
            found.add(kind)
    return frozenset(found)
