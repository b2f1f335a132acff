"""Unfusing: the parts compute what the fused nodes did, and nothing else of the graph moves."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

onnx = pytest.importorskip("onnx", reason="onnx makes models and is no part of the install: see moderation/training")

from moderation.encoder import PLAIN  # noqa: E402 - after the skip
from moderation.training.unfuse import unfuse  # noqa: E402 - after the skip

WIDE = 16
EPSILON = 1e-3  # large enough to be missed if it got lost


def graph(path: Path, *, bias: bool, gives_sum: bool = False) -> Path:
    """Write a product, a fused norm and a fused activation, as the exporter makes them."""
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    chance = np.random.default_rng(7)
    weights = {name: chance.normal(size=WIDE).astype("f4") for name in ("gamma", "beta", "bias", "turn")}
    norm = ["x", "skip", "gamma", "beta", *(["bias"] if bias else [])]
    nodes = [
        helper.make_node(
            "SkipLayerNormalization",
            norm,
            ["normed", *(["", "", "sum"] if gives_sum else [])],
            domain="com.microsoft",
            epsilon=EPSILON,
        ),
        helper.make_node("BiasGelu", ["normed", "turn"], ["y"], domain="com.microsoft"),
    ]
    about = [helper.make_tensor_value_info(name, 1, ["batch", "tokens", WIDE]) for name in ("x", "skip", "y")]
    made = helper.make_graph(
        nodes, "g", about[:2], about[2:], [numpy_helper.from_array(array, name) for name, array in weights.items()]
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(made, opset_imports=opsets, ir_version=10), path)
    return path


def answer(path: Path) -> np.ndarray:
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"], disabled_optimizers=PLAIN)
    chance = np.random.default_rng(1)
    feed = {name: chance.normal(size=(2, 5, WIDE)).astype("f4") for name in ("x", "skip")}
    return np.asarray(session.run(["y"], feed)[0])


@pytest.mark.parametrize("bias", [True, False])
def test_the_parts_give_what_the_fused_nodes_gave(tmp_path: Path, *, bias: bool) -> None:
    path = graph(tmp_path / "m.onnx", bias=bias)
    before = answer(path)

    assert unfuse(path) == 2

    assert np.allclose(answer(path), before, atol=1e-5)


def test_none_of_the_fused_nodes_is_left(tmp_path: Path) -> None:
    path = graph(tmp_path / "m.onnx", bias=True)

    unfuse(path)

    assert [node.op_type for node in onnx.load(path).graph.node] == ["Add", "Add", "LayerNormalization", "Add", "Gelu"]
    assert unfuse(path) == 0


def test_only_what_was_there_keeps_its_name(tmp_path: Path) -> None:
    path = graph(tmp_path / "m.onnx", bias=True)

    unfuse(path)

    made = [node.output[0] for node in onnx.load(path).graph.node]
    assert [name for name in made if not name.startswith("unfused.")] == ["normed", "y"]
    assert len(made) == len(set(made))


def test_a_norm_whose_sum_others_read_stays(tmp_path: Path) -> None:
    path = graph(tmp_path / "m.onnx", bias=True, gives_sum=True)
    before = answer(path)

    assert unfuse(path) == 1

    assert np.allclose(answer(path), before, atol=1e-5)
    assert onnx.load(path).graph.node[0].op_type == "SkipLayerNormalization"
