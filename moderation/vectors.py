"""What a text is about, as a small vector: taken from the pass that judges it. Judges nothing, compares nothing.

The heads read the mean of the last layer, and that layer knows little but mood: on airline posts whose reasons are
known it tells next to nothing of them. The fourth of eight still knows what is spoken of, in every language alike, if
rare words count for more than common ones. So the graph has one more output: the mean over that layer, each piece of
text weighted by how rare it is. Figures: docs/report.md.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

NAME = "vector"
LAYER = 3  # from 0; of eight
RARE = 1e-3  # Arora et al. 2017, "A simple but tough-to-beat baseline for sentence embeddings": a / (a + p(word))
KEPT = 256  # numbers of a vector's 384: with 4 bits each, 128 bytes lose 2 of 100 matches across languages
WIDEST = 2.5  # where numbers are cut off, in root mean squares: of 4 bits, none is left to outliers
STEPS = 7  # either side of zero, in 4 bits

Floats = npt.NDArray[np.float32]

_PLACEHOLDERS = frozenset({"user", "http"})  # what stands for handles and links; see moderation/normalise.py
_MARK = "\u2581"  # how a piece says that a word begins with it


def rarity(pieces: Sequence[tuple[str, float]]) -> Floats:
    """Weigh each piece of the tokenizer, given with its log probability: near 1 if rare, near 0 if common.

    What has no letter (marks, digits, emoji) tells nothing of a matter and weighs nothing.
    """
    frequency = np.exp(np.array([score for _, score in pieces], dtype=np.float64))
    weights = (RARE / (RARE + frequency)).astype(np.float32)
    tells = [_tells(piece) for piece, _ in pieces]
    return np.where(tells, weights, np.float32(0))


def _tells(piece: str) -> bool:
    word = piece.removeprefix(_MARK)
    special = piece.startswith("<") and piece.endswith(">")
    return not special and word not in _PLACEHOLDERS and any(character.isalpha() for character in word)


def pack(vectors: npt.NDArray[Any]) -> list[bytes]:
    """Make each row small: `KEPT` of its numbers in 4 bits each; empty where a row is all zero.

    `storage.vectors.unpack` reads them. Directions stay, lengths do not.
    """
    kept = np.asarray(vectors, dtype=np.float32)[:, :KEPT]
    unit = np.sqrt((kept**2).mean(axis=1, keepdims=True))
    shares = np.divide(kept, unit * WIDEST, out=np.zeros_like(kept), where=unit > 0)
    steps = np.rint(shares.clip(-1, 1) * STEPS).astype(np.int8)
    halves = (steps + STEPS).astype(np.uint8)
    packed = (halves[:, 0::2] << 4) | halves[:, 1::2]
    return [row.tobytes() if some else b"" for row, some in zip(packed, unit[:, 0] > 0, strict=True)]
