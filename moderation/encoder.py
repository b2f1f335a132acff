"""The encoder: one text's pieces in, what each of its outputs says of them out. Knows no text, no label, no cache."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from domain.errors import ConfigError
from moderation.manifest import REINSTALL

PLAIN = ("SkipLayerNormFusion", "BiasSkipLayerNormFusion", "BiasGeluFusion")  # slower than what they fuse, on a CPU
SILENT = 4  # of ONNX Runtime's severities: nothing is written but what ends the process

FAULTS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)
"""What a broken graph, or pieces it does not know, make the library raise; they share no base but Exception."""

Row = npt.NDArray[np.float32]


class Encoder:
    """Runs the graph, one text a pass; of many texts as many passes at once as there are threads.

    int8 activations are scaled by the largest number of the whole pass: with others in it, a text's scores would hang
    on its neighbours. Alone, they never do, nothing is padded, and the pass stays in the processor's cache: one text a
    pass costs no more CPU than 32. Figures: docs/performance.md.
    """

    def __init__(self, graph: Path, outputs: Sequence[str], *, threads: int) -> None:
        """Load the graph; `outputs` names what `run` gives, in that order. Raises ConfigError for a broken graph."""
        options = ort.SessionOptions()
        # Passes run beside each other instead, and so nothing waits inside of one, spinning or not.
        options.intra_op_num_threads = 1
        options.enable_mem_pattern = False  # texts differ in length: no two passes need the same plan
        self._outputs, self._threads = list(outputs), threads
        try:
            self._session = ort.InferenceSession(
                graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=PLAIN
            )
        except FAULTS as exc:
            raise ConfigError([f"model: model.onnx cannot be loaded; {REINSTALL}"]) from exc

    def run(self, texts: Sequence[Sequence[int]]) -> list[list[Row]]:
        """Give for each text, in order, a row from every output."""
        if self._threads == 1 or len(texts) <= 1:
            return [self._pass(ids) for ids in texts]
        with ThreadPoolExecutor(min(self._threads, len(texts))) as pool:
            return list(pool.map(self._pass, texts))

    def prove(self, *, pieces: int, widths: Mapping[str, int]) -> None:
        """Hold the graph against its tokenizer, which has so many `pieces`, and the `widths` of some outputs.

        Raises ConfigError if the table of words has more or fewer rows, an output is missing, or one is no row of
        numbers of its width.
        """
        missing = sorted(set(self._outputs) - {output.name for output in self._session.get_outputs()})
        if missing:
            raise ConfigError([f"model: model.onnx has no output {name}; {REINSTALL}" for name in missing])
        if not self._knows(pieces - 1) or self._knows(pieces):
            told = f"tokenizer.json has {pieces:,} pieces, the table of model.onnx has not as many"
            raise ConfigError([f"model: {told}: they do not belong together; {REINSTALL}"])
        rows = dict(zip(self._outputs, self._pass([pieces - 1]), strict=True))
        problems = [
            f"model: {name} of model.onnx gives {len(rows[name])} numbers, model.json has {width} labels; {REINSTALL}"
            for name, width in widths.items()
            if len(rows[name]) != width
        ]
        problems += [
            f"model: {name} of model.onnx gives no number; {REINSTALL}"
            for name, row in rows.items()
            if not np.isfinite(row).all()
        ]
        if problems:
            raise ConfigError(problems)

    def _knows(self, piece: int) -> bool:
        try:
            self._pass([piece])
        except ort_errors.InvalidArgument:  # the table has no such row
            return False
        return True

    def _pass(self, ids: Sequence[int]) -> list[Row]:
        inputs = np.array([ids], dtype=np.int64)
        quiet = ort.RunOptions()
        quiet.log_severity_level = SILENT
        found: list[Any] = self._session.run(
            self._outputs, {"input_ids": inputs, "attention_mask": np.ones_like(inputs)}, quiet
        )
        return [np.asarray(output)[0] for output in found]
