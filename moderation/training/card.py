"""Card: writes the tables of the model card from what `evaluate` and `calibrated` measured. Measures nothing."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Figures = Mapping[str, Mapping[str, float]]

SENTIMENT = ("tweeteval_sentiment", "th_wisesight", "airline", "umsab", "nusax", "id_smsa", "vi_vsfc")
ABUSE = ("tweeteval_offensive", "tl_hate", "vi_vihsd", "id_hate")
OWN = {
    "sentiment F1": "macro_f1",
    "kind F1": "kind_macro_f1",
    "abuse F1": "abuse_macro_f1",
    "person R at P 80": "person_recall_at_p80",
    "person AP": "person_average_precision",
    "danger, n": "threat_or_distress_n",
    "its R at 0.5": "threat_or_distress_recall_at_half",
    "its false alarms": "threat_or_distress_false_alarms",
}
COMPARED = ("macro_f1", "kind_macro_f1", "abuse_macro_f1", "person_average_precision")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table in Markdown, numbers to the right."""
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def named(figures: Figures, names: Sequence[str]) -> list[str]:
    """List the sets and, below each, its languages."""
    return [key for name in names for key in figures if key == name or key.startswith(f"{name}/")]


def mean(figures: Figures, name: str, figure: str) -> float:
    """Average a figure over the languages of a set."""
    parts = [part[figure] for key, part in figures.items() if key.startswith(f"{name}/") and "/why/" not in key]
    return round(sum(parts) / len(parts), 1)


def summary(ours: Figures) -> str:
    """Say the figures that no row of the first table has."""
    many = ", ".join(f"{name} {mean(ours, name, 'macro_f1')}" for name in ("umsab", "nusax"))
    unhappy = ours["airline"]["average_precision_unhappy"]
    return f"Mean macro-F1 over languages: {many}. Airline: average precision on the unhappy {unhappy}."


def tables(report: Mapping[str, Figures]) -> str:
    """Write every table: what ships, and what it lost by being made small."""
    ours, full = report["int8"], report.get("fp32", {})
    wanted = ("n", "macro_recall", "macro_f1", "accuracy")
    parts = [
        table(
            ("sentiment", "n", "macro recall", "macro-F1", "accuracy"),
            [[name, *(ours[name][figure] for figure in wanted)] for name in named(ours, SENTIMENT)],
        ),
        summary(ours),
        table(
            ("abuse or not, at even odds", "n", "macro-F1", "average precision", "share abusive"),
            [
                [name, *(ours[name][figure] for figure in ("n", "macro_f1", "average_precision", "share_abusive"))]
                for name in ABUSE
            ],
        ),
        table(
            ("own held-out", "n", *OWN),
            [
                [key, part["n"], *(part.get(figure, "–") for figure in OWN.values())]
                for key, part in ours.items()
                if key.split("/")[0] == "own" and "/why/" not in key
            ],
        ),
        table(
            ("why", "posts with it", "average precision"),
            [
                [key.removeprefix("own/why/"), part["n"], part["average_precision"]]
                for key, part in ours.items()
                if "/why/" in key
            ],
        ),
    ]
    if full:
        parts.append(table(("int8 less fp32", "n", *COMPARED), losses(ours, full)))
    return "\n\n".join(parts)


def losses(ours: Figures, full: Figures) -> list[list[object]]:
    """Say for each set and language how many points int8 is above or below float32."""
    return [
        [key, part["n"], *(_apart(part, full[key], figure) for figure in COMPARED)]
        for key, part in ours.items()
        if key in full and "macro_f1" in part
    ]


def _apart(ours: Mapping[str, float], full: Mapping[str, float], figure: str) -> str:
    return f"{ours[figure] - full[figure]:+.1f}" if figure in ours else "–"


def main() -> None:
    """Print the tables of one measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path, help="what evaluate wrote")
    given = parser.parse_args()
    report: dict[str, Any] = json.loads(given.figures.read_text(encoding="utf-8"))
    sys.stdout.write(tables(report) + "\n")


if __name__ == "__main__":
    main()
