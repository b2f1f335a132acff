"""The base encoder: multilingual-e5-small from its 4-bit packing, whole or with a smaller vocabulary."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import BertConfig, BertModel

BLOCK = 32  # weights that share one scale in Q4_0
BLOCK_BYTES = 18  # one float16 scale and 32 nibbles
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")  # ids 0..3 in the upstream order
MAX_POSITIONS = 512

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Packed:
    """The packed file: its sizes, and where each tensor lies."""

    data: npt.NDArray[np.uint8]
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    tensors: dict[str, int]  # name -> byte offset


def open_packed(path: Path) -> Packed:
    """Read the header and the tensor directory.

    Raises ValueError if the file is not one of this format.
    Source: `e5_parse` in the C engine that comes with the packing.
    """
    data = np.fromfile(path, dtype=np.uint8)
    raw = memoryview(data)
    if bytes(raw[:4]) != b"E5S1":
        raise ValueError(f"{path} is no packed e5 model")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = struct.unpack_from("<7i", raw, 8)
    epsilon, _ = struct.unpack_from("<fi", raw, 36)
    pieces, _, _, _, _, blob = struct.unpack_from("<5iQ", raw, 44)
    at = 72 + (pieces + 1) * 4 + pieces * 4 + blob
    _, normaliser_bytes = struct.unpack_from("<iI", raw, at)
    at += 8 + normaliser_bytes
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    tensors: dict[str, int] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = bytes(raw[at + 2 : at + 2 + length]).decode()
        at += 2 + length + 1 + 4
        tensors[name] = struct.unpack_from("<Q", raw, at)[0]
        at += 16
    return Packed(data, hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon, tensors)


def blocks(packed: Packed, name: str, rows: int, columns: int) -> tuple[npt.NDArray[np.float16], npt.NDArray[np.int8]]:
    """Read a Q4_0 matrix as scales [rows, columns/32] and whole numbers -8..7 [rows, columns]."""
    per_row = columns // BLOCK
    start = packed.tensors[name]
    raw = packed.data[start : start + rows * per_row * BLOCK_BYTES].reshape(rows, per_row, BLOCK_BYTES)
    scales = raw[:, :, :2].copy().view(np.float16)[:, :, 0]
    low = (raw[:, :, 2:] & 0x0F).astype(np.int8) - 8
    high = (raw[:, :, 2:] >> 4).astype(np.int8) - 8
    return scales, np.concatenate([low, high], axis=2).reshape(rows, columns)


def matrix(packed: Packed, name: str, rows: int, columns: int) -> Floats:
    """Read a Q4_0 matrix as float32; exact, since each weight is a small integer times a float16."""
    scales, whole = blocks(packed, name, rows, columns)
    wide = np.repeat(scales.astype(np.float32), BLOCK, axis=1)
    return (whole.astype(np.float32) * wide).astype(np.float32)


def plain(packed: Packed, name: str, *shape: int) -> Floats:
    """Read a tensor that was kept in float32."""
    start = packed.tensors[name]
    size = int(np.prod(shape)) * 4
    return packed.data[start : start + size].copy().view(np.float32).reshape(shape)


def state(packed: Packed) -> dict[str, torch.Tensor]:
    """Give every weight under the name `BertModel` has for it."""
    hidden, wide = packed.hidden, packed.feed_forward
    found: dict[str, Floats] = {
        "embeddings.word_embeddings.weight": matrix(packed, "emb.word", packed.vocabulary, hidden),
        "embeddings.position_embeddings.weight": plain(packed, "emb.pos", packed.positions, hidden),
        "embeddings.token_type_embeddings.weight": plain(packed, "emb.type", packed.types, hidden),
        "embeddings.LayerNorm.weight": plain(packed, "emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": plain(packed, "emb.ln.b", hidden),
    }
    linear = {
        "q": ("attention.self.query", hidden, hidden),
        "k": ("attention.self.key", hidden, hidden),
        "v": ("attention.self.value", hidden, hidden),
        "ao": ("attention.output.dense", hidden, hidden),
        "fi": ("intermediate.dense", wide, hidden),
        "fo": ("output.dense", hidden, wide),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(packed.layers):
        for short, (name, rows, columns) in linear.items():
            found[f"encoder.layer.{layer}.{name}.weight"] = matrix(packed, f"l{layer}.{short}.w", rows, columns)
            found[f"encoder.layer.{layer}.{name}.bias"] = plain(packed, f"l{layer}.{short}.b", rows)
        for short, name in norms.items():
            found[f"encoder.layer.{layer}.{name}.weight"] = plain(packed, f"l{layer}.{short}.w", hidden)
            found[f"encoder.layer.{layer}.{name}.bias"] = plain(packed, f"l{layer}.{short}.b", hidden)
    return {name: torch.from_numpy(value) for name, value in found.items()}


def encoder(packed: Packed, *, attention: str = "sdpa") -> BertModel:
    """Build the encoder with the upstream weights and no pooler."""
    config = BertConfig(
        vocab_size=packed.vocabulary,
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.feed_forward,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.types,
        layer_norm_eps=packed.epsilon,
        pad_token_id=1,
        attn_implementation=attention,
    )
    model = BertModel(config, add_pooling_layer=False)
    missing, unexpected = model.load_state_dict(state(packed), strict=False)
    wanted = [name for name in missing if not name.endswith(("position_ids", "token_type_ids"))]
    if wanted or unexpected:
        raise ValueError(f"weights do not match: missing {wanted}, unexpected {unexpected}")
    return model


def read_tokenizer(path: Path) -> dict[str, Any]:
    """Read a `tokenizer.json`."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def trim_tokenizer(whole: dict[str, Any], keep: Sequence[int]) -> dict[str, Any]:
    """Leave only the pieces `keep` (ascending upstream ids, the four specials first); they are numbered anew."""
    if list(keep[: len(SPECIALS)]) != list(range(len(SPECIALS))):
        raise ValueError("the four special pieces must stay in front")
    vocabulary = whole["model"]["vocab"]
    trimmed = dict(whole)
    trimmed["model"] = {**whole["model"], "vocab": [vocabulary[old] for old in keep]}
    trimmed["added_tokens"] = [entry for entry in whole["added_tokens"] if entry["id"] < len(SPECIALS)]
    return trimmed
