"""Views of posts, by words, meaning and known matter, laid side by side as one direction each. Pure; sorts nothing.

Three views, because each misses what another sees: rare words a post shares with others (as latent dimensions), the
model's vector, which knows that two words mean one thing, in two languages too, and the matter the responder's own word
lists find. The first two are centred by language: otherwise topics would be languages.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desk.report.pains_names import Background
from desk.report.pains_words import Doc

WORDS, VECTORS, MATTERS = 1.0, 0.8, 0.5  # how much each view counts; measured on airline posts, see docs/report.md
LATENT, MEANING = 32, 32  # dimensions left of words and of vectors
KNOWN_WORDS = 1_500  # the most frequent telling words; the rest are said by too few
COMMON = 0.3  # share of posts: a word in more that does not hurt either tells nothing
HEARD_BY = 3  # posts a word must stand in
RARER = 0.5  # power of a word's rarity: with 1, places and names would outweigh what everybody complains of
BROAD = 0.15  # share of posts: a known matter that more are about tells less, the more
TRADE = 0.7  # weight of a word, by how much it hurts: below, it names the trade, and holds no heap together
NOTHING = 1e-9  # length of a direction: none

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Views:
    """What is seen of each post: all of it as one direction, and by itself what the model made of it."""

    whole: Floats
    meaning: Floats


def lay_out(docs: Sequence[Doc], vectors: Floats, background: Background) -> Views:
    """Put the three views of each post side by side, as one direction."""
    words = by_language(latent(rare_words(docs, background), LATENT), docs)
    meaning = by_language(_whitened(by_language(vectors, docs), MEANING), docs)
    tongues = 1 - max(Counter(one.lang for one in docs).values()) / len(docs)
    known = MATTERS * (1 + tongues) * matters(docs)  # words connect only posts of one language
    whole = unit(np.hstack([WORDS * words, VECTORS * meaning, known]))
    return Views(whole, meaning)


def rare_words(docs: Sequence[Doc], background: Background) -> Floats:
    """Weigh each post's telling words by how rare they are, and how much they hurt; a row of unit length each."""
    said = Counter(key for one in docs for key in one.keys)
    common = max(HEARD_BY, COMMON * len(docs))
    known = (
        key for key, count in said.items() if count >= HEARD_BY and (count <= common or background.weight(key) >= TRADE)
    )
    chosen = sorted(known, key=lambda key: (-said[key], key))[:KNOWN_WORDS]
    place = {key: at for at, key in enumerate(chosen)}
    weights = [np.log(len(docs) / said[key]) ** RARER * background.weight(key) for key in chosen]
    rarity = np.array(weights, dtype=np.float32)
    table = np.zeros((len(docs), len(place)), dtype=np.float32)
    for row, one in enumerate(docs):
        table[row, [place[key] for key in one.keys if key in place]] = 1
    return unit(table * rarity)


def latent(table: Floats, width: int) -> Floats:
    """Keep the `width` directions that say most, by a few rounds of subspace iteration from a fixed start."""
    width = min(width, *table.shape)
    if width == 0:
        return np.zeros((len(table), 0), dtype=np.float32)
    basis = _fixed(table.shape[1], width)
    for _ in range(4):
        basis, _rest = np.linalg.qr(table.T @ (table @ basis))
    return unit(table @ basis.astype(np.float32))


def _whitened(vectors: Floats, width: int) -> Floats:
    """Keep the strongest directions and soften how much stronger than the others they are."""
    if not vectors.any():
        return np.zeros((len(vectors), 0), dtype=np.float32)
    spread, turn = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    strongest = np.argsort(spread)[::-1][: min(width, len(vectors))]
    kept = spread[strongest] > 1e-6 * spread.max()
    turned = vectors @ turn[:, strongest[kept]]
    return unit((turned / spread[strongest[kept]] ** 0.25).astype(np.float32))


def matters(docs: Sequence[Doc]) -> Floats:
    """Mark the known matter of each post, a column for each; one that very many are about tells less."""
    about = Counter(one.matter for one in docs if one.matter)
    place = {matter: at for at, matter in enumerate(sorted(about))}
    table = np.zeros((len(docs), len(place)), dtype=np.float32)
    for row, one in enumerate(docs):
        if one.matter:
            table[row, place[one.matter]] = min(1.0, BROAD * len(docs) / about[one.matter])
    return table


def by_language(table: Floats, docs: Sequence[Doc]) -> Floats:
    """Move each language's middle to zero; posts without a row stay without, few of one language are left alone."""
    langs = np.array([one.lang for one in docs])
    moved = table.copy()
    some = np.linalg.norm(table, axis=1) > 0
    for lang in np.unique(langs):
        rows = (langs == lang) & some
        if rows.sum() >= 2 * HEARD_BY:
            moved[rows] -= moved[rows].mean(axis=0)
    return unit(moved)


def unit(table: Floats) -> Floats:
    """Give each row length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return np.asarray(
        np.divide(table, lengths, out=np.zeros_like(table, dtype=np.float32), where=lengths > NOTHING), dtype=np.float32
    )


def _fixed(rows: int, width: int) -> npt.NDArray[np.float64]:
    return np.random.Generator(np.random.PCG64(5)).random((rows, width)) - 0.5
