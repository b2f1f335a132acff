"""Calibration: logits become as sure as they were right, by head and script. Fits nothing, knows no language."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ALL = "all"  # what holds for scripts that have no correction of their own
OWN_SCRIPT_FROM = 0.3  # of the letters: Tamil with English words is still Tamil
LOOKED_AT = 400  # characters

# Groups of scripts, by Unicode blocks: few enough that each can be measured, and told by counting letters.
SCRIPTS: Mapping[str, str] = {
    "latin": "A-Za-z\u00aa-\u024f\u1e00-\u1eff",
    "cyrillic": "\u0400-\u052f",
    "arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefe",
    "indic": "\u0900-\u0dff",
    "mekong": "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f",  # th lo my km
    "cjk": "\u1100-\u11ff\u2e80-\u2fdf\u3041-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f",
}
_RUNS = re.compile("|".join(f"(?P<{name}>[{blocks}]+)" for name, blocks in SCRIPTS.items()))
_NOT_WORDS = re.compile(r"@user|https?")  # what `normalise` writes for handles and links


def script(text: str) -> str:
    """Name the group of scripts a normalised text is written in; `ALL` where it has no letter of any of them."""
    words = _NOT_WORDS.sub(" ", text[:LOOKED_AT])
    if words.isascii():
        return "latin" if any(map(str.isalpha, words)) else ALL
    counts: dict[str, int] = {}
    for run in _RUNS.finditer(words):
        name = str(run.lastgroup)
        counts[name] = counts.get(name, 0) + run.end() - run.start()
    if not counts:
        return ALL
    others = {name: count for name, count in counts.items() if name != "latin"}
    best = max(others, key=lambda name: others[name], default="latin")
    return best if counts[best] >= OWN_SCRIPT_FROM * sum(counts.values()) else "latin"


class Calibration:
    """What makes one head's logits honest: for each group of scripts a factor and a shift of every label's logit."""

    def __init__(self, about: Mapping[str, Any]) -> None:
        """Read a head of the model's description. One that has only a temperature is divided by it, in every script."""
        size = len(about["labels"])
        told = about.get("calibration") or {ALL: {"scale": 1 / about["temperature"], "shift": [0.0] * size}}
        self._scale = {name: np.broadcast_to(np.asarray(each["scale"], float), size) for name, each in told.items()}
        self._shift = {name: np.broadcast_to(np.asarray(each["shift"], float), size) for name, each in told.items()}

    def adjust(self, logits: Floats, scripts: Sequence[str]) -> Floats:
        """Give calibrated logits; `logits` has a row for each of `scripts`."""
        known = [name if name in self._scale else ALL for name in scripts]
        scale = np.array([self._scale[name] for name in known])
        shift = np.array([self._shift[name] for name in known])
        return np.asarray(logits * scale + shift)
