"""Disguises: letters put in the place of others so that a filter overlooks a word. Reads words, judges none."""

import re
import unicodedata

# Letters of other scripts that look like Latin ones, by Unicode's list of confusables (UTS 39), the commonest alone.
_ALIKE = str.maketrans(
    "аеорсухіјѕԁһкмтвнАВЕКМНОРСТХУІЈЅαοερνικτυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhkmtbhABEKMHOPCTXYIJSaoepviktuABEZHIKMNOPTYX",
)
_FIGURES = str.maketrans("01345679$!", "oieasbtgsi")
_LATIN = re.compile(r"[A-Za-z]")
_STRANGE = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u0500-\u052f]")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_FIGURED = re.compile(r"(?<![\w@#/.])[A-Za-z0-9$!]*[A-Za-z][0135$!47]{1,2}[A-Za-z][A-Za-z0-9$!']*(?![@\w])")
_SURELY = re.compile(
    r"[A-Za-z][014$!]{1,2}[A-Za-z]"
)  # in Arabic written in Latin letters 2, 3, 5, 6, 7 and 9 are letters
_HIDDEN = re.compile(r"(?<=[A-Za-z])[\u200b\u200c\u2060\u00ad]+(?=[A-Za-z])")
_SPELT = re.compile(r"\b(?:[A-Za-z][.\-*_]){3,}[A-Za-z]\b")
MOST_FIGURES = 0.5  # share of a word's signs: what has more of them is a number or a code
SMALL = 0.5  # share of small letters from which on it is a word and no code


def uncover(text: str) -> str:
    """Write a text as it is meant to be read: `k1ll` as `kill`, Cyrillic letters among Latin ones as Latin ones.

    Also letters from Unicode's mathematical and full-width alphabets, and what stands within a word without being seen.
    A text without a disguise comes back as it is; so do whole words of another script, codes and numbers.
    """
    plain = _HIDDEN.sub("", text)
    plain = "".join(_latin(sign) for sign in plain) if not plain.isascii() else plain
    if _LATIN.search(plain) and _STRANGE.search(plain):
        plain = _WORD.sub(_of_one_script, plain)
    plain = _SPELT.sub(lambda found: re.sub(r"[.\-*_]", "", found[0]), plain)
    return _FIGURED.sub(_without_figures, plain) if _SURELY.search(plain) else plain


def _latin(sign: str) -> str:
    """Give the plain letter a styled one stands for: only for alphabets nobody writes words in."""
    styled = "\U0001d400" <= sign <= "\U0001d7ff" or "\uff21" <= sign <= "\uff5a"
    return unicodedata.normalize("NFKC", sign) if styled else sign


def _of_one_script(found: re.Match[str]) -> str:
    word = found[0]
    if not _STRANGE.search(word):
        return word
    folded = word.translate(_ALIKE)
    # a word wholly of look-alikes is read as Latin only where nothing in it says otherwise
    return folded if folded.isascii() and _LATIN.search(word) else word


def _without_figures(found: re.Match[str]) -> str:
    word = found[0]
    letters = [sign for sign in word if sign.isalpha()]
    small = sum(sign.islower() for sign in letters)
    if len(letters) / len(word) < MOST_FIGURES or small / len(letters) < SMALL:
        return word
    return word.translate(_FIGURES)
