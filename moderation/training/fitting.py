"""Fitting: the factor and shifts under which logits surprise least, each script's pulled towards those of all."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.calibration import ALL, SCRIPTS

FEWEST = 40  # posts for a script to be corrected on its own
FOLDS = 8
WEIGHTS = (
    3.0,
    10.0,
    30.0,
    100.0,
    300.0,
    np.inf,
)  # how many posts' worth of doubt a script's own correction has to beat
GENTLY = 1.0  # the same for the correction of all, held against none: it keeps rare labels finite
LEAST_SCALE = 0.05  # a factor that turned its sign would turn every judgement round
STEPS, CLOSE = 60, 1e-10

Floats = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]
Loss = Callable[[Floats], tuple[float, Floats, Floats]]
"""From parameters (a factor, then a shift for each label) to the summed surprise, its gradient and its curvature."""


def pooled(
    logits: Floats, known: Floats, scripts: Names, folds: npt.NDArray[np.int64], *, exclusive: bool
) -> dict[str, Any]:
    """Fit one head: a correction for all, and for each script one that leaves it only as far as its posts bear.

    A script's correction minimises the surprise of its own posts plus `weight`/2 times its squared distance from the
    correction of all: with few posts it stays there, with many it is its own. The weight is the one under which the
    languages left out (`FOLDS` parts) surprise least, since a script's correction must hold for a language it was not
    fitted on; an infinite one leaves the scripts without corrections.
    """

    def without(fold: int, weight: float) -> float:
        out = folds == fold
        told = corrections(logits[~out], known[~out], scripts[~out], weight, exclusive=exclusive)
        return sum(
            _loss(told.get(name, told[ALL]), logits[out & at], known[out & at], exclusive=exclusive)
            for name, at in ((name, scripts == name) for name in np.unique(scripts))
        )

    surprises = [sum(without(fold, weight) for fold in range(FOLDS)) for weight in WEIGHTS]
    best = WEIGHTS[int(np.argmin(surprises))]
    told = corrections(logits, known, scripts, best, exclusive=exclusive)
    return {name: _plain(parameters, exclusive=exclusive) for name, parameters in told.items()}


def corrections(logits: Floats, known: Floats, scripts: Names, weight: float, *, exclusive: bool) -> dict[str, Floats]:
    """Give the parameters for all and for each script with posts enough; a row for each question of the head."""
    whole = _parameters(logits, known, None, GENTLY, exclusive=exclusive)
    enough = [name for name in SCRIPTS if np.isfinite(weight) and np.sum(scripts == name) >= FEWEST]
    own = {name: scripts == name for name in enough}
    return {ALL: whole} | {
        name: _parameters(logits[at], known[at], whole, weight, exclusive=exclusive) for name, at in own.items()
    }


def _parameters(logits: Floats, known: Floats, start: Floats | None, weight: float, *, exclusive: bool) -> Floats:
    losses = _losses(logits, known, exclusive=exclusive)
    size = 1 + (logits.shape[1] if exclusive else 1)
    unmoved = np.array([[1.0] + [0.0] * (size - 1)] * len(losses))
    towards = unmoved if start is None else start
    return np.array([least(loss, at, weight) for loss, at in zip(losses, towards, strict=True)])


def _losses(logits: Floats, known: Floats, *, exclusive: bool) -> list[Loss]:
    if exclusive:
        return [lambda at: among(at, logits, known)]
    columns = zip(logits.T, known.T, strict=True)
    return [lambda at, x=x, y=y: yes_or_no(at, x, y) for x, y in columns]  # type: ignore[misc]


def _loss(parameters: Floats, logits: Floats, known: Floats, *, exclusive: bool) -> float:
    losses = _losses(logits, known, exclusive=exclusive)
    return sum(loss(at)[0] for loss, at in zip(losses, parameters, strict=True))


def among(at: Floats, logits: Floats, known: Floats) -> tuple[float, Floats, Floats]:
    """Weigh parameters of a head whose labels exclude each other: one factor, and a shift for each label."""
    scores = at[0] * logits + at[1:]
    scores = scores - scores.max(axis=1, keepdims=True)
    logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    chances = np.exp(logs)
    moves = np.concatenate(
        [logits[:, :, None], np.broadcast_to(np.eye(logits.shape[1]), (*logits.shape, len(at) - 1))], 2
    )
    mean = np.einsum("nk,nkp->np", chances, moves)
    curvature = np.einsum("nkp,nk,nkq->pq", moves, chances, moves) - mean.T @ mean
    return float(-(known * logs).sum()), np.einsum("nk,nkp->p", chances - known, moves), curvature


def yes_or_no(at: Floats, logits: Floats, known: Floats) -> tuple[float, Floats, Floats]:
    """Weigh parameters of one yes-or-no question: a factor and a shift (Platt 1999)."""
    scores = at[0] * logits + at[1]
    chances = (1 + np.tanh(scores / 2)) / 2
    moves = np.stack([logits, np.ones_like(logits)], axis=1)
    curvature = (moves * (chances * (1 - chances))[:, None]).T @ moves
    return float((np.logaddexp(0, scores) - known * scores).sum()), moves.T @ (chances - known), curvature


def least(loss: Loss, start: Floats, weight: float) -> Floats:
    """Find the parameters of least loss plus `weight`/2 times the squared distance from `start`; Newton's method.

    Both losses are convex and the distance strictly so: there is one, and it is found.
    """

    def penalised(at: Floats) -> tuple[float, Floats, Floats]:
        value, gradient, curvature = loss(at)
        away = at - start
        return value + weight / 2 * float(away @ away), gradient + weight * away, curvature + weight * np.eye(len(at))

    at = np.array(start)
    for _ in range(STEPS):
        value, gradient, curvature = penalised(at)
        step = np.linalg.solve(curvature, gradient)
        gain, length = gradient @ step, 1.0
        if gain < CLOSE:
            break
        while penalised(at - length * step)[0] > value - 1e-4 * length * gain and length > CLOSE:
            length /= 2
        at = at - length * step
    return np.concatenate([[max(at[0], LEAST_SCALE)], at[1:]])


def _plain(parameters: Floats, *, exclusive: bool) -> dict[str, Any]:
    """Write parameters for the manifest, four decimals; shifts of labels that exclude each other sum to nothing."""
    scale, shift = parameters[:, 0], parameters[0, 1:] if exclusive else parameters[:, 1]
    shift = shift - shift.mean() if exclusive else shift
    return {"scale": np.round(scale, 4).tolist(), "shift": np.round(shift, 4).tolist()}
