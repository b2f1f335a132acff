"""What a text is about, as a small vector: taken from the pass that judges it. Judges nothing, compares nothing.

The heads read the mean of the last layer, and that layer knows little but mood: on airline posts whose reasons are
known it tells next to nothing of them. The fifth layer still knows what is spoken of, in every language alike, if rare
words count for more than common ones. So the graph gets one more output: the mean over that layer, each piece of text
weighted by how rare it is. Figures: docs/report.md.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

NAME = "vector"
LAYER = 4  # from 0; of twelve
RARE = 1e-3  # Arora et al. 2017, "A simple but tough-to-beat baseline for sentence embeddings": a / (a + p(word))
KEPT = 256  # numbers of a vector's 384: with 4 bits each, 128 bytes lose 2 of 100 matches across languages
WIDEST = 2.5  # where numbers are cut off, in root mean squares: of 4 bits, none is left to outliers
STEPS = 7  # either side of zero, in 4 bits

Floats = npt.NDArray[np.float32]

_HIDDEN = f"/model/encoder/encoder/layer.{LAYER}/output/LayerNorm/LayerNormalization_output_0"
_MASK = "/model/Cast_output_0"  # batch, tokens, 1
_TOKENS_AXIS = "onnx::ReduceSum_1358"  # the constant [1]
_PLACEHOLDERS = frozenset({"user", "http"})  # what stands for handles and links; see moderation/normalise.py
_MARK = "\u2581"  # how a piece says that a word begins with it

_MORE = 0x80  # of a varint: another byte follows
_FLOAT, _INT64, _INT = 1, 7, 2  # of ONNX: TensorProto.FLOAT, TensorProto.INT64, AttributeProto.INT


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


def extend(model: bytes, weights: Floats) -> bytes:
    """Give a graph without it the output `vector`, 384 numbers a text; `weights` by `rarity`.

    An ONNX file is one protobuf message, and messages put behind each other merge: what repeats is appended. So the
    file stays the one that was measured, and no library is needed to change what it computes.
    """
    nodes = [
        ("Gather", ["vector.rarity", "input_ids"], "vector.w2"),
        ("Unsqueeze", ["vector.w2", "vector.last"], "vector.w3"),
        ("Mul", ["vector.w3", _MASK], "vector.weights"),
        ("Mul", [_HIDDEN, "vector.weights"], "vector.weighted"),
        ("ReduceSum", ["vector.weighted", _TOKENS_AXIS], "vector.sum"),
        ("ReduceSum", ["vector.weights", _TOKENS_AXIS], "vector.total"),
        ("Add", ["vector.total", "vector.least"], "vector.some"),
        ("Div", ["vector.sum", "vector.some"], NAME),
    ]
    graph = [_part(1, _node(*node)) for node in nodes]
    graph += [
        _part(5, _tensor("vector.rarity", weights.astype("<f4"), _FLOAT)),
        _part(5, _tensor("vector.last", np.array([2], dtype="<i8"), _INT64)),
        _part(5, _tensor("vector.least", np.array([1e-9], dtype="<f4"), _FLOAT)),  # nothing weighed: no division by 0
        _part(12, _text(1, NAME) + _part(2, _part(1, _number(1, _FLOAT)))),
    ]
    return model + _part(7, b"".join(graph))


def extended(folder: Path) -> bytes:
    """Read the model of `folder` and give its graph the output `vector`, by the pieces of its tokenizer.

    Source of the pieces' log probabilities: `model.vocab` of tokenizer.json, in the order of ids.
    """
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    pieces = [(str(piece), float(score)) for piece, score in tokenizer["model"]["vocab"]]
    return extend((folder / "model.onnx").read_bytes(), rarity(pieces))


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


def _node(kind: str, inputs: Sequence[str], output: str) -> bytes:
    parts = [*(_text(1, name) for name in inputs), _text(2, output), _text(3, f"{output}.node"), _text(4, kind)]
    if kind == "ReduceSum":
        parts.append(_part(5, _text(1, "keepdims") + _number(3, 0) + _number(20, _INT)))
    return b"".join(parts)


def _tensor(name: str, values: npt.NDArray[Any], kind: int) -> bytes:
    shape = b"".join(_number(1, size) for size in values.shape)
    return shape + _number(2, kind) + _text(8, name) + _part(9, values.tobytes())


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, value: str) -> bytes:
    return _part(field, value.encode())


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    """Write an unsigned number as protobuf does: seven bits a byte, the lowest first."""
    parts = []
    while value >= _MORE:
        parts.append(value % _MORE | _MORE)
        value //= _MORE
    return bytes([*parts, value])
