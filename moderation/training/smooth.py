"""Smooth: moves what a few loud channels would cost int8 from a product's input into its weights. Changes no result."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

STRENGTH = 0.75  # share of a channel's loudness that goes into the weights; .65 and .85 measured no better
LEAST = 1e-5  # loudness below which a channel counts as silent
MOST = 1e3  # by which a channel may be changed; more would only move the trouble

Floats = npt.NDArray[np.float32]
Feeds = Iterable[Mapping[str, npt.NDArray[np.int64]]]


def smooth(path: Path, feeds: Feeds) -> int:
    """Rewrite a float32 graph so that its products lose less in int8, and give how many inputs were rescaled.

    int8 has one step size for all channels of a product's input, and in encoders a few channels are many times louder
    than the rest, which then fall between the steps. Each channel is divided by a factor and the weights that meet it
    are multiplied by the same: s = loudness**a / weight**(1 - a) (SmoothQuant, Xiao et al. 2023). The loudness is the
    largest value seen over `feeds`, inputs of the graph by name. Nodes of type `Gemm` are heads and stay as they are.
    """
    model = onnx.load(path)
    weights = {entry.name: entry for entry in model.graph.initializer}
    met: dict[str, list[NodeProto]] = defaultdict(list)
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            met[node.input[0]].append(node)
    loud = loudness(model, list(met), feeds)
    for entered, nodes in met.items():
        values = {node.input[1]: numpy_helper.to_array(weights[node.input[1]]) for node in nodes}
        factor = balance(loud[entered], np.max([np.abs(value).max(axis=1) for value in values.values()], axis=0))
        for name, value in values.items():
            weights[name].CopyFrom(numpy_helper.from_array(value * factor[:, None], name))
        divide(model, entered, nodes, factor)
    onnx.save(model, path)
    return len(met)


def loudness(model: ModelProto, names: list[str], feeds: Feeds) -> dict[str, Floats]:
    """Measure the largest absolute value of every channel of some inner values."""
    probe = ModelProto()
    probe.CopyFrom(model)
    probe.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = ort.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, Floats] = {}
    for feed in feeds:
        for name, value in zip(names, session.run(names, dict(feed)), strict=True):
            most = np.abs(value).reshape(-1, value.shape[-1]).max(axis=0)
            found[name] = np.maximum(found.get(name, most), most)
    return found


def balance(loud: Floats, heavy: Floats) -> Floats:
    """Choose by how much each channel is divided, so that neither its values nor its weights stand out."""
    logs = STRENGTH * np.log(np.maximum(loud, LEAST)) - (1 - STRENGTH) * np.log(np.maximum(heavy, LEAST))
    return np.asarray(np.clip(np.exp(logs - logs.mean()), 1 / MOST, MOST), dtype=np.float32)


def divide(model: ModelProto, entered: str, nodes: list[NodeProto], factor: Floats) -> None:
    """Divide what enters `nodes` by a factor for each channel, right before the first of them."""
    divided = f"{entered}.smooth"
    model.graph.initializer.append(numpy_helper.from_array(1 / factor, f"{divided}.by"))
    at = list(model.graph.node).index(nodes[0])
    for node in nodes:
        node.input[0] = divided
    model.graph.node.insert(at, helper.make_node("Mul", [entered, f"{divided}.by"], [divided]))
