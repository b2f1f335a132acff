"""The reference: how the model scored the posts it was calibrated on. Numbers and languages only, never words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import ConfigError
from domain.values import Abuse, Kind, Scores, Sentiment

SHIPPED = Path(__file__).parent / "model"
FILE = "reference.json"
UNIT = 10_000  # probabilities are kept as whole ten-thousandths, as precise as stored verdicts


@dataclass(frozen=True, slots=True)
class Row:
    """One post of the calibration part."""

    lang: str
    urgent: bool  # by the labels people gave it: it cannot wait
    scores: Scores


@dataclass(frozen=True, slots=True)
class Reference:
    """The calibration posts of one model; of none where a model brings none."""

    model: str = ""
    rows: tuple[Row, ...] = ()


def load(folder: Path = SHIPPED) -> Reference:
    """Read the reference beside a model; empty where there is none. Raises ConfigError when it cannot be read."""
    path = folder / FILE
    if not path.exists():
        return Reference()
    try:
        told = json.loads(path.read_text("utf-8"))
        reasons, model = tuple(told["why"]), str(told["model"])
        return Reference(model, tuple(_row(cells, reasons, model) for cells in told["rows"]))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ConfigError([f"model: {path} cannot be read; install sottovoce again, or run `make model`"]) from exc


def dump(rows: Iterable[Row], *, model: str, why: Sequence[str]) -> str:
    """Write rows as `load` reads them: a line for each post, so that a change of the file can be read."""
    lines = ",\n".join(json.dumps(_cells(row, why), separators=(",", ":")) for row in rows)
    return f'{{"model": {json.dumps(model)}, "why": {json.dumps(list(why))}, "rows": [\n{lines}\n]}}\n'


def _cells(row: Row, why: Sequence[str]) -> list[Any]:
    scores = row.scores
    told = [scores.sentiment[label] for label in Sentiment] + [scores.abuse[label] for label in Abuse]
    told += [scores.kind[label] for label in Kind] + [scores.person, scores.distress]
    told += [scores.why[name] for name in why]
    return [row.lang, int(row.urgent), *(round(UNIT * chance) for chance in told)]


def _row(cells: Sequence[Any], why: Sequence[str], model: str) -> Row:
    lang, urgent, *whole = cells
    told = iter([int(each) / UNIT for each in whole])

    def of(labels: Iterable[Any]) -> Mapping[Any, float]:
        return {label: next(told) for label in labels}

    try:
        scores = Scores(
            sentiment=of(Sentiment),
            abuse=of(Abuse),
            kind=of(Kind),
            person=next(told),
            distress=next(told),
            why=of(why),
            model=model,
        )
    except StopIteration as exc:
        raise ValueError("a row is too short") from exc
    return Row(str(lang), bool(urgent), scores)
