"""Which pieces of the upstream vocabulary the shipped tokenizer keeps."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import wordfreq
from transformers import PreTrainedTokenizerFast

from moderation.training.base import SPECIALS

WORD_START = "\u2581"  # how SentencePiece writes the blank before a word
WHOLE_SCRIPTS = frozenset({"THAI", "LAO", "KHMER", "TAMIL", "MYANMAR", "BENGALI", "MALAYALAM", "HANGUL"})
SIGNS = 3_000  # most frequent pieces without any letter: digits, punctuation, emoji
EUROPE = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr", "uk")
OURS = frozenset({*EUROPE, "ar", "bn", "fil", "hi", "id", "ja", "ko", "ta", "vi", "zh"})
OURS_LEAST = 1e-6  # share of a language's running text from which on a piece stays; sets the size of the model
OTHERS_LEAST = 1e-3
OURS_WORDS = 25_000  # words of a language that are looked at, the most frequent first
OTHERS_WORDS = 2_000
ENOUGH = 3  # times a piece must stand in the licensed sets


def script(piece: str) -> str:
    """Name the script of the first letter, as Unicode names it; empty where there is no letter."""
    letter = next((sign for sign in piece if sign.isalpha()), "")
    return unicodedata.name(letter, "OTHER").split()[0] if letter else ""


def frequent(tokenizer: PreTrainedTokenizerFast, lang: str, least: float, words: Sequence[str]) -> set[int]:
    """Find the pieces that make up at least the share `least` of a language's running text, as `words` show it."""
    frequency = wordfreq.get_frequency_dict(lang, "small")
    mass: defaultdict[int, float] = defaultdict(float)
    for word, ids in zip(words, tokenizer(words, add_special_tokens=False)["input_ids"], strict=True):
        for piece in ids:
            mass[piece] += frequency.get(word, 0.0)
    total = sum(mass.values())
    return {piece for piece, weight in mass.items() if weight >= least * total}


def always(whole: Mapping[str, Any]) -> set[int]:
    """Keep the specials, single characters, the frequent signs, and the scripts that no word list covers well."""
    keep, signs = set(range(len(SPECIALS))), []
    for at, (piece, score) in enumerate(whole["model"]["vocab"]):
        name = script(piece)
        if name in WHOLE_SCRIPTS or len(piece.removeprefix(WORD_START)) <= 1:
            keep.add(at)
        elif not name:
            signs.append((-score, at))
    keep.update(at for _, at in sorted(signs)[:SIGNS])
    return keep


def choose(
    tokenizer: PreTrainedTokenizerFast, whole: Mapping[str, Any], own: Iterable[str], licensed: Iterable[str]
) -> list[int]:
    """Give the upstream ids to keep, ascending: `own` texts keep every piece, `licensed` ones the repeated."""
    keep = always(whole)
    for lang in wordfreq.available_languages("small"):
        least, count = (OURS_LEAST, OURS_WORDS) if lang in OURS else (OTHERS_LEAST, OTHERS_WORDS)
        keep |= frequent(tokenizer, lang, least, wordfreq.top_n_list(lang, count, "small"))
    for texts, least in ((own, 1), (licensed, ENOUGH)):
        seen = Counter(at for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"] for at in ids)
        keep.update(at for at, times in seen.items() if times >= least)
    return sorted(keep)
