"""Plots as inline SVG that a style sheet colours and a screen reader can tell. Computes no figure."""

from collections.abc import Iterable, Sequence

import numpy as np
from markupsafe import Markup

from moderation.measure.values import Bin, Confusion, Curve, Found, Macros, Part
from moderation.measure.wording import percent, within

WIDTH = 340  # units; on a telephone about one pixel each, so text of 12 stays readable
LEFT, TOP, SIDE = 44, 12, 280  # of the square that probabilities are drawn in
MOST_POINTS = 160  # of a curve; more cannot be seen
NAME = 78  # what labels of a confusion may take
ROW, LANG, BAR = 24, 112, 176  # of a bar chart
LONGEST_LANG = 8  # characters shown


def _svg(key: str, title: str, told: str, height: int, parts: Iterable[Markup]) -> Markup:
    """Frame a drawing with the words that stand for it."""
    return Markup(
        '<svg viewBox="0 0 {w} {h}" role="img" aria-labelledby="{k}-t {k}-d"><title id="{k}-t">{t}</title>'
        '<desc id="{k}-d">{d}</desc>{parts}</svg>'
    ).format(w=WIDTH, h=height, k=key, t=title, d=told, parts=Markup("").join(parts))


def _text(x: float, y: float, words: str, kind: str = "") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" class="{}">{}</text>').format(x, y, kind, words)


def _square(below: str, beside: str) -> list[Markup]:
    """Draw a frame from 0 to 1 both ways, with what is counted along each side."""
    parts = [Markup('<rect x="{}" y="{}" width="{}" height="{}" class="frame"/>').format(LEFT, TOP, SIDE, SIDE)]
    for tenth in (0, 25, 50, 75, 100):
        x, y = _place(tenth / 100, tenth / 100)
        parts.append(
            Markup('<path d="M{0:.1f} {1}V{2}M{3} {4:.1f}H{5}" class="grid"/>').format(
                x, TOP, TOP + SIDE, LEFT, y, LEFT + SIDE
            )
        )
        parts += [_text(x, TOP + SIDE + 15, str(tenth), "middle"), _text(LEFT - 5, y + 4, str(tenth), "end")]
    parts.append(_text(LEFT + SIDE / 2, TOP + SIDE + 32, below, "middle soft"))
    parts.append(
        Markup('<text transform="translate(12 {:.0f}) rotate(-90)" class="middle soft">{}</text>').format(
            TOP + SIDE / 2, beside
        )
    )
    return parts


def _place(right: float, up: float) -> tuple[float, float]:
    return LEFT + SIDE * right, TOP + SIDE * (1 - up)


def _line(points: Iterable[tuple[float, float]], kind: str) -> Markup:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return Markup('<path d="M{}" class="{}"/>').format(path, kind)


def confusion(key: str, table: Confusion) -> Markup:
    """Draw what was taken for what: a row for each true label, darker where more of it lies."""
    size = len(table.labels)
    cell, left, top = (WIDTH - NAME) / size, NAME, 26
    height = min(cell, 44)
    parts = [_text(left + cell * (at + 0.5), 18, label, "middle") for at, label in enumerate(table.labels)]
    for down, (label, row) in enumerate(zip(table.labels, table.counts, strict=True)):
        parts.append(_text(left - 6, top + height * (down + 0.5) + 4, label, "end"))
        for across, count in enumerate(row):
            share = count / (sum(row) or 1)
            x, y = left + cell * across, top + height * down
            kind = "right" if down == across else "wrong"
            parts.append(
                Markup(
                    '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="cell {}" fill-opacity="{:.2f}"/>'
                ).format(x + 1, y + 1, cell - 2, height - 2, kind, 0.05 + 0.55 * share)
            )
            parts.append(_text(x + cell / 2, y + height / 2 + 4, str(count), "middle"))
    told = "; ".join(
        f"of {sum(row)} {label}, {percent(row[at] / sum(row) if sum(row) else None)} % were named so"
        for at, (label, row) in enumerate(zip(table.labels, table.counts, strict=True))
    )
    return _svg(
        key, "What the model took for what: rows are what people say", told, int(top + height * size + 4), parts
    )


def reliability(key: str, bins: Sequence[Bin], error: float, *, yes_or_no: bool) -> Markup:
    """Draw how sure the judgements were against how often they were right; on the diagonal both agree."""
    parts = _square("how sure, %", "truly yes, %" if yes_or_no else "right, %")
    parts.append(_line([_place(0, 0), _place(1, 1)], "ideal"))
    points = [_place(each.confidence, each.right) for each in bins]
    parts.append(_line(points, "line c0"))
    parts += [Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3.5" class="dot"/>').format(x, y) for x, y in points]
    told = f"Expected calibration error {error:.3f} over {len(bins)} groups of equal size; 0 would lie on the diagonal."
    return _svg(key, "How sure, against how often right", told, TOP + SIDE + 40, parts)


def curves(key: str, found: Sequence[Found]) -> Markup:
    """Draw precision over recall, a line for each label that occurs."""
    shown = [each for each in found if each.average_precision is not None]
    parts = _square("recall, %", "precision, %")
    for at, each in enumerate(shown):
        parts.append(_line([_place(recall, precision) for recall, precision in thinned(each.curve)], f"line c{at % 5}"))
    for at, each in enumerate(shown):
        y = TOP + SIDE + 54 + 18 * at
        parts.append(_line([(LEFT, y - 4), (LEFT + 30, y - 4)], f"line c{at % 5}"))
        parts.append(_text(LEFT + 38, y, f"{each.label}: average precision {percent(each.average_precision)} %"))
    told = "; ".join(f"{each.label}: average precision {percent(each.average_precision)} %" for each in shown)
    return _svg(key, "Precision over recall", told, TOP + SIDE + 46 + 18 * len(shown), parts)


def thinned(line: Curve) -> list[tuple[float, float]]:
    """Give (recall, precision) of so many points of a curve as can be seen, first and last among them."""
    chosen = np.unique(np.linspace(0, len(line) - 1, min(len(line), MOST_POINTS)).astype(int))
    return [(float(line.recall[at]), float(line.precision[at])) for at in chosen]


def bars(key: str, parts: Sequence[Part]) -> Markup:
    """Draw the macro-F1 of each language as a bar with its interval; none where one label alone occurs."""
    drawn: list[Markup] = []
    told = []
    for at, part in enumerate(parts):
        y, macro = ROW * at + 4, part.macro
        figure = percent(macro.f1 if macro else None)
        name = part.name if len(part.name) <= LONGEST_LANG else f"{part.name[: LONGEST_LANG - 1]}…"
        drawn += [_text(LANG - 6, y + 13, f"{name} ({part.n:,})", "end"), _text(LANG + BAR + 10, y + 13, figure)]
        drawn += _bar(y, macro) if macro else []
        told.append(f"{part.name} {figure} ({within(macro.f1_within if macro else None)})")
    title = "Macro-F1 in percent by language, with the interval of 95 %"
    return _svg(key, title, "; ".join(told), ROW * len(parts) + 8, drawn)


def _bar(y: float, macro: Macros) -> list[Markup]:
    low, high = LANG + BAR * macro.f1_within.low, LANG + BAR * macro.f1_within.high
    return [
        Markup('<rect x="{}" y="{}" width="{:.1f}" height="16" class="bar"/>').format(LANG, y, BAR * macro.f1),
        Markup('<path d="M{0:.1f} {2}H{1:.1f}M{0:.1f} {3}v8M{1:.1f} {3}v8" class="whisker"/>').format(
            low, high, y + 8, y + 4
        ),
    ]
