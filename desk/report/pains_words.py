"""Words that tell what a post is about, in any language. Counts nothing, names nothing, keeps no personal data.

Scripts without spaces (Thai, Lao, Khmer, Burmese, Chinese, Japanese) are divided by ICU's dictionaries, the others by
its rules, so that all go one way. Words of one stem count as one; which spelling is shown is for whoever counts them.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import snowballstemmer
from icu4py.breakers import WordBreaker

from domain.values import Span

SHORTEST = 2  # letters of a word that may tell something
LONGEST = 40  # characters; beyond stand keyboards asleep
READ = 1_000  # characters of a post: more says the same again
UNSPACED = frozenset({"th", "lo", "km", "my", "zh", "ja"})
_STEMMED: Mapping[str, str] = MappingProxyType(
    {
        "ar": "arabic",
        "de": "german",
        "en": "english",
        "es": "spanish",
        "fr": "french",
        "hi": "hindi",
        "id": "indonesian",
        "it": "italian",
        "nl": "dutch",
        "pl": "polish",
        "pt": "portuguese",
        "ru": "russian",
        "ta": "tamil",
        "tr": "turkish",
    }
)
_ADDRESS = re.compile(
    r"(?i)\b(?:https?://|www\.)\S+|(?<![\w@/.])@[\w·][\w.\-·]*|\brt\b|&\w+;|\b[\w.+-]+@[\w-]+\.\w[\w.]*|\b[\w-]+\.(?:com|net|org|co|io)\b\S*"
)
_HANDLE = re.compile(r"(?<![\w@/.])@(\w[\w.\-]*\w|\w)")
_LABEL_SPACE = " . "  # in the place of what is taken out: it divides, and no phrase goes across


@dataclass(frozen=True, slots=True)
class Word:
    """One telling word or phrase of a post."""

    key: str  # what it is counted as: stems; those of a phrase with a space between them
    shown: str  # as it was written, lower case


@dataclass(frozen=True, slots=True)
class Doc:
    """One post as topics see it."""

    words: tuple[Word, ...]
    lang: str
    author: int
    matter: str = ""  # what the responder's words find it to be about; empty: nothing
    keys: frozenset[str] = frozenset()  # of its words


def doc(words: Sequence[Word], *, lang: str, author: int, matter: str = "") -> Doc:
    """Make a post as topics see it."""
    return Doc(tuple(words), lang, author, matter, frozenset(word.key for word in words))


def words_of(text: str, *, lang: str, hidden: Iterable[Span] = (), never: frozenset[str] = frozenset()) -> list[Word]:
    """List the telling words of a text and the phrases of two of them that stand side by side, in order.

    `hidden` spans are personal data and are not read; words of `never` (the brand's own name) tell nothing.
    """
    divided = list(WordBreaker(_bare(text, hidden), lang if lang != "und" else "en"))
    joint = "" if lang in UNSPACED else " "
    skipped = _skipped(lang, never)
    found: list[Word] = []
    before: Word | None = None
    for piece in divided:
        word = _word(piece, lang, skipped)
        if word is None:
            before = before if piece.isspace() or piece == "-" else None
            continue
        found.append(word)
        if before is not None and before.key != word.key:
            found.append(Word(f"{before.key} {word.key}", f"{before.shown}{joint}{word.shown}"))
        before = word
    return found


def _bare(text: str, hidden: Iterable[Span]) -> str:
    """Take personal data, addresses and handles out of a text."""
    parts: list[str] = []
    end = 0
    for span in sorted(hidden, key=lambda span: span.start):
        parts += (text[end : span.start], _LABEL_SPACE)
        end = max(end, span.end)
    whole = "".join((*parts, text[end:]))[:READ]
    return _ADDRESS.sub(_LABEL_SPACE, whole).replace("\u2019", "'").replace("#", " ").replace("_", " ")


@lru_cache(maxsize=100_000)
def _word(piece: str, lang: str, skipped: frozenset[str]) -> Word | None:
    plain = piece.casefold()
    letters = sum(character.isalpha() for character in plain)
    if letters < SHORTEST or len(plain) > LONGEST or plain in skipped:
        return None
    if 2 * letters < len(plain) and plain.isascii():
        return None  # half a number: a code of somebody's
    plain = plain.removesuffix("'s").strip("'")
    key = stem(plain, lang)
    return None if plain in skipped or key in skipped else Word(key, plain)


@lru_cache(maxsize=50_000)
def stem(word: str, lang: str) -> str:
    """Cut a word to its stem where its language has a stemmer."""
    stemmer = _stemmer(lang)
    return str(stemmer.stemWord(word)) if stemmer else word


@cache
def _stemmer(lang: str) -> Any:
    return snowballstemmer.stemmer(_STEMMED[lang]) if lang in _STEMMED else None


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    read = tomllib.loads(files("desk.report").joinpath("stopwords.toml").read_text("utf-8"))
    return MappingProxyType({lang: frozenset(words.split()) for lang, words in read.items()})


@cache
def stopwords(lang: str) -> frozenset[str]:
    """Say which words of a language never name a matter; English ones turn up in posts of every language."""
    lists = _lists()
    return lists.get(lang, frozenset()) | lists["en"]


@cache
def _skipped(lang: str, never: frozenset[str]) -> frozenset[str]:
    return stopwords(lang) | never


def handles(text: str) -> set[str]:
    """List the handles a text names, lower case, without @."""
    return {found.casefold() for found in _HANDLE.findall(text)}


def gist(text: str) -> str:
    """Give what two posts must share to say the same: their letters, without links, handles and a retweet's mark."""
    return "".join(character for character in _ADDRESS.sub(" ", text).casefold() if character.isalpha())


def names_of(*names: str) -> frozenset[str]:
    """Make the words of the brand's and its accounts' names, which stand in every post and tell nothing."""
    parts: Sequence[str] = [part for name in names for part in re.split(r"[^\w]+", name.casefold()) if part]
    whole = ["".join(re.split(r"[^\w]+", name.casefold())) for name in names]
    return frozenset({*parts, *whole, *(stem(part, "en") for part in parts)}) - {""}
