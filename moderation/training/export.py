"""Export: from a checkpoint to the files the product ships, held against torch on the way. Trains nothing."""

import argparse
import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from torch import Tensor, nn

from moderation import reference, vectors
from moderation.training import base, vocabulary
from moderation.training.calibrate import Fitted, fit
from moderation.training.data import EXCLUSIVE, HEADS, read_all
from moderation.training.smooth import smooth
from moderation.training.train import Model, load_tokenizer, shallow
from moderation.training.unfuse import unfuse

log = logging.getLogger(__name__)

NAME = "sottovoce-e5s"
VERSION = f"{NAME}-3"
MAX_TOKENS = 128  # at inference; positions beyond are not shipped
FRONT_TOKENS = 80  # of a longer text, kept from its beginning; the others come from its end
PARITY = 0.02  # largest difference of a probability between torch and the float32 export
SMOOTHED_ON = 256  # posts, spread over the own corpus' languages, whose loudness decides what int8 may round away
OPSET = 21
EMBEDDINGS = "encoder.embeddings.word_embeddings.weight"


class Outputs(nn.Module):
    """The model as it is exported: logits in a fixed order."""

    def __init__(self, model: Model) -> None:
        """Wrap a trained model."""
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        """Give the logits of every head, in the order of `HEADS`."""
        logits = self.model(input_ids, attention_mask)
        return tuple(logits[name] for name in HEADS)


def trimmed(packed: base.Packed, checkpoint: Path, keep: Sequence[int]) -> Model:
    """Load the checkpoint into a model that knows only the pieces of `keep` and the first positions."""
    model = Model(shallow(base.encoder(packed, attention="eager")))
    model.load_state_dict(torch.load(checkpoint), strict=False)
    table = model.encoder.embeddings
    table.word_embeddings = nn.Embedding.from_pretrained(table.word_embeddings.weight.detach()[list(keep)].clone())
    table.position_embeddings = nn.Embedding.from_pretrained(
        table.position_embeddings.weight.detach()[:MAX_TOKENS].clone()
    )
    table.position_ids = table.position_ids[:, :MAX_TOKENS].clone()
    table.token_type_ids = table.token_type_ids[:, :MAX_TOKENS].clone()
    model.encoder.config.vocab_size = len(keep)
    model.encoder.config.max_position_embeddings = MAX_TOKENS
    return model.eval()


def export_float(model: Model, path: Path) -> None:
    """Write the float32 graph, its attention and normalisation fused."""
    example = (torch.randint(4, 1000, (3, 17)), torch.ones(3, 17, dtype=torch.int64))
    torch.onnx.export(
        Outputs(model).eval(),
        example,
        path.with_suffix(".raw.onnx"),
        input_names=["input_ids", "attention_mask"],
        output_names=list(HEADS),
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask")}
        | {name: {0: "batch"} for name in HEADS},
        opset_version=17,
        dynamo=False,
    )
    config = model.encoder.config
    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False  # the table of words is replaced later and must stand alone
    fused = optimize_model(
        str(path.with_suffix(".raw.onnx")),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        opt_level=0,
        optimization_options=options,
    )
    fused.save_model_to_file(str(path))


def feeds(tokenizer: Any, texts: Sequence[str]) -> list[dict[str, npt.NDArray[np.int64]]]:
    """Give each text as the graph takes it, by itself."""
    each = (tokenizer([text], truncation=True, max_length=MAX_TOKENS) for text in texts)
    return [{name: np.array(one[name], dtype=np.int64) for name in ("input_ids", "attention_mask")} for one in each]


def quantise(source: Path, target: Path) -> None:
    """Turn the encoder's matrix products into int8, one scale per column; the heads are small and stay as they are.

    Seven bits a weight, so that processors without VNNI do not overflow and every machine gives the same scores.
    """
    heads = [node.name for node in onnx.load(source).graph.node if node.op_type == "Gemm"]
    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul", "Attention"],
        nodes_to_exclude=heads + [f"{name}_MatMul" for name in heads],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )


def pack(whole: npt.NDArray[np.int8]) -> bytes:
    """Put two 4-bit numbers into a byte, the first into the lower half."""
    flat = (whole.reshape(-1) & 0x0F).astype(np.uint8)
    return bytes((flat[0::2] | (flat[1::2] << 4)).astype(np.uint8))


def keep_four_bits(path: Path, packed: base.Packed, keep: Sequence[int]) -> None:
    """Put the base's own 4-bit embeddings in the place of the float32 table.

    They were never trained, so nothing is lost, and they take little more than half the room of int8.
    """
    graph = onnx.load(path)
    scales, whole = base.blocks(packed, "emb.word", packed.vocabulary, packed.hidden)
    rows = list(keep)
    table = next(entry for entry in graph.graph.initializer if entry.dims[:1] == [len(rows)])
    node = next(entry for entry in graph.graph.node if entry.op_type == "Gather" and table.name in entry.input)
    narrow = helper.make_tensor("words.int4", TensorProto.INT4, [len(rows), packed.hidden], pack(whole[rows]), raw=True)
    half = numpy_helper.from_array(np.ascontiguousarray(scales[rows]), "words.scale")
    cast = helper.make_node("Cast", ["words.scale"], ["words.scale32"], to=TensorProto.FLOAT)
    gather = helper.make_node(
        "GatherBlockQuantized",
        ["words.int4", node.input[1], "words.scale32"],
        [node.output[0]],
        domain="com.microsoft",
        gather_axis=0,
        quantize_axis=1,
        block_size=base.BLOCK,
    )
    at = list(graph.graph.node).index(node)
    graph.graph.node.remove(node)
    graph.graph.node.insert(at, gather)
    graph.graph.node.insert(0, cast)
    graph.graph.initializer.remove(table)
    graph.graph.initializer.extend([narrow, half])
    del graph.opset_import[:]
    graph.opset_import.extend([helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)])
    graph.ir_version = 10
    onnx.save(graph, path)


def add_vector(path: Path, weights: npt.NDArray[np.float32]) -> None:
    """Give the graph the output `vector`: the mean over one layer, each piece weighted by how rare it is."""
    graph = onnx.load(path)
    end = f"layer.{vectors.LAYER}/output/LayerNorm/LayerNormalization_output_0"
    hidden = next(name for node in graph.graph.node for name in node.output if name.endswith(end))
    constants = {
        "vector.rarity": weights,
        "vector.tokens": np.array([1], dtype=np.int64),
        "vector.last": np.array([2], dtype=np.int64),
        "vector.least": np.array([1e-9], dtype=np.float32),  # nothing weighed: no division by 0
    }
    graph.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    steps: tuple[tuple[str, list[str], str, dict[str, int]], ...] = (
        ("Cast", ["attention_mask"], "vector.mask", {"to": TensorProto.FLOAT}),
        ("Gather", ["vector.rarity", "input_ids"], "vector.rare", {}),
        ("Mul", ["vector.rare", "vector.mask"], "vector.flat", {}),
        ("Unsqueeze", ["vector.flat", "vector.last"], "vector.weights", {}),
        ("Mul", [hidden, "vector.weights"], "vector.weighted", {}),
        ("ReduceSum", ["vector.weighted", "vector.tokens"], "vector.sum", {"keepdims": 0}),
        ("ReduceSum", ["vector.weights", "vector.tokens"], "vector.total", {"keepdims": 0}),
        ("Add", ["vector.total", "vector.least"], "vector.some", {}),
        ("Div", ["vector.sum", "vector.some"], vectors.NAME, {}),
    )
    graph.graph.node.extend(helper.make_node(kind, given, [made], **more) for kind, given, made, more in steps)
    graph.graph.output.append(helper.make_tensor_value_info(vectors.NAME, TensorProto.FLOAT, ["batch", None]))
    onnx.save(graph, path)


def difference(model: Model, path: Path, tokenizer: Any, texts: Sequence[str]) -> float:
    """Measure the largest difference of a probability between torch and an ONNX file."""
    inputs = tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS, padding=True, return_tensors="pt")
    with torch.no_grad():
        ours = model(inputs["input_ids"], inputs["attention_mask"])
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    feed = {name: inputs[name].numpy() for name in ("input_ids", "attention_mask")}
    theirs = session.run(list(HEADS), feed)
    worst = 0.0
    for name, found in zip(HEADS, theirs, strict=True):
        squash = (lambda x: x.softmax(-1)) if name in EXCLUSIVE else torch.sigmoid
        worst = max(worst, float((squash(ours[name]) - squash(torch.from_numpy(found))).abs().max()))
    return worst


def digest(path: Path) -> str:
    """Give a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest(folder: Path, fitted: Fitted, trained_on: Sequence[str]) -> dict[str, Any]:
    """Say what the product must know to load and read the model."""
    heads = {
        name: {"output": name, "labels": labels, "exclusive": name in EXCLUSIVE, "calibration": fitted.heads[name]}
        for name, labels in HEADS.items()
    }
    named = ("model.onnx", "tokenizer.json", "tokenizer_config.json", reference.FILE)
    files = {name: digest(folder / name) for name in named}
    return {
        "name": NAME,
        "version": VERSION,
        "base": "intfloat/multilingual-e5-small (MIT)",
        "max_tokens": MAX_TOKENS,
        "front_tokens": FRONT_TOKENS,
        "heads": heads,
        "languages": fitted.languages,
        "vector": {"output": vectors.NAME, "layer": vectors.LAYER},
        "trained_on": list(trained_on),
        "files": files,
    }


def write_tokenizer(whole: Mapping[str, Any], keep: Sequence[int], folder: Path) -> None:
    """Write the trimmed tokenizer and what transformers wants to know of it."""
    small = base.trim_tokenizer(dict(whole), keep)
    (folder / "tokenizer.json").write_text(
        json.dumps(small, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": MAX_TOKENS,
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Export the last checkpoint, quantise it, hold it against torch, and write all files of the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--packed", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for the float32 graph")
    parser.add_argument("--model", type=Path, required=True, help="folder of the shipped files")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    split, packed = read_all(given.sets), base.open_packed(given.packed)
    tokenizer, whole = load_tokenizer(given.tokenizer), base.read_tokenizer(given.tokenizer)
    own = [e.text for e in (*split.train["own"], *split.calibration)]
    chosen = given.work / "keep.json"
    if not chosen.exists():
        licensed = [e.text for name, part in split.train.items() if not name.startswith("own") for e in part]
        chosen.write_text(json.dumps(vocabulary.choose(tokenizer, whole, own, licensed)), encoding="utf-8")
    keep: list[int] = json.loads(chosen.read_text(encoding="utf-8"))
    given.model.mkdir(parents=True, exist_ok=True)
    write_tokenizer(whole, keep, given.model)
    small, model = load_tokenizer(given.model / "tokenizer.json"), trimmed(packed, given.checkpoint, keep)
    full = given.work / "model.fp32.onnx"
    export_float(model, full)
    log.info("%d fused nodes taken apart", unfuse(full))
    if (worst := difference(model, full, small, own[:64])) > PARITY:
        raise SystemExit(f"the export differs from the model by {worst:.4f}")
    shipped, soft = given.model / "model.onnx", given.work / "model.soft.onnx"
    soft.write_bytes(full.read_bytes())
    log.info("%d inputs smoothed", smooth(soft, feeds(small, own[:: len(own) // SMOOTHED_ON])))
    quantise(soft, shipped)
    keep_four_bits(shipped, packed, keep)
    pieces = json.loads((given.model / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    add_vector(shipped, vectors.rarity([(str(piece), float(score)) for piece, score in pieces]))
    rough = difference(model, shipped, small, own[:64])
    log.info("%d pieces; float32 differs by %.1e, int8 by %.3f", len(keep), worst, rough)
    fitted = fit(shipped, small, split)
    kept = reference.dump(fitted.reference, model=VERSION, why=HEADS["why"])
    (given.model / reference.FILE).write_text(kept, encoding="utf-8")
    about = manifest(given.model, fitted, [name for name in split.train if not name.startswith("own_")])
    (given.model / "model.json").write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
