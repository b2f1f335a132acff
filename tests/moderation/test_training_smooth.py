"""Smoothing: a graph computes what it did, and int8 loses less where one channel is far louder than the rest."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest

onnx = pytest.importorskip("onnx", reason="onnx makes models and is no part of the install: see moderation/training")

from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: E402 - needs onnx

from moderation.training.smooth import balance, smooth  # noqa: E402 - after the skip

WIDE, SEEN, LOUD = 32, 16, 5
Floats = npt.NDArray[np.float32]


def graph(path: Path) -> Path:
    """Write an embedding with one channel two hundred times louder than the rest, two products of it, and a head."""
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    chance = np.random.default_rng(7)
    table = chance.normal(size=(SEEN, WIDE)).astype("f4")
    table[:, LOUD] *= 200
    weights = {"table": table} | {
        name: chance.normal(size=(WIDE, WIDE)).astype("f4") / WIDE for name in ("one", "other", "head")
    }
    weights["one"][LOUD] /= 200
    weights["other"][LOUD] /= 200
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"]),
        helper.make_node("MatMul", ["x", "one"], ["a"]),
        helper.make_node("MatMul", ["x", "other"], ["b"]),
        helper.make_node("Add", ["a", "b"], ["sum"]),
        helper.make_node("ReduceMean", ["sum"], ["mean"], axes=[0], keepdims=1),
        helper.make_node("Gemm", ["mean", "head"], ["y"]),
    ]
    told = [helper.make_tensor_value_info("ids", 7, ["tokens"])], [helper.make_tensor_value_info("y", 1, [1, WIDE])]
    kept = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    made = helper.make_graph(nodes, "g", *told, kept)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path


def feeds() -> list[dict[str, npt.NDArray[np.int64]]]:
    chance = np.random.default_rng(1)
    return [{"ids": chance.integers(0, SEEN, size=9)} for _ in range(20)]


def answers(path: Path) -> Floats:
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(["y"], feed)[0] for feed in feeds()])


def in_int8(path: Path) -> Floats:
    target = path.with_suffix(".int8.onnx")
    quantize_dynamic(path, target, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8)
    return answers(target)


def test_the_graph_computes_what_it_did(tmp_path: Path) -> None:
    path = graph(tmp_path / "m.onnx")
    before = answers(path)

    smooth(path, feeds())

    assert np.allclose(answers(path), before, rtol=1e-3, atol=1e-4)


def test_products_of_one_input_share_one_division(tmp_path: Path) -> None:
    path = graph(tmp_path / "m.onnx")

    assert smooth(path, feeds()) == 1

    kinds = [node.op_type for node in onnx.load(path).graph.node]
    assert kinds == ["Gather", "Mul", "MatMul", "MatMul", "Add", "ReduceMean", "Gemm"]


def test_int8_loses_far_less_to_a_loud_channel(tmp_path: Path) -> None:
    path = graph(tmp_path / "m.onnx")
    right = answers(path)
    rough = float(np.abs(in_int8(path) - right).max())

    smooth(path, feeds())

    assert float(np.abs(in_int8(path) - right).max()) < rough / 5


def test_a_silent_channel_is_left_within_bounds() -> None:
    factor = balance(np.array([0, 1, 5], dtype="f4"), np.array([1, 0, 2], dtype="f4"))

    assert np.isfinite(factor).all()
    assert (factor > 0).all()
