"""Phrasing: figures as people say them, with no more weight than they have. Pure; draws nothing."""

from desk.report.values import Figure, Unit

MINUTE, HOUR, DAY = 60, 3600, 86400
_MICROS = 1_000_000


def value(figure: Figure) -> str:
    """Say a figure's value: "38 %", "2 of 3" where that is all there is, "42 min", "not asked"."""
    if figure.value is None:
        return figure.note or "nothing to measure"
    match figure.unit:
        case Unit.SHARE:
            return share(figure)
        case Unit.SECONDS:
            return duration(figure.value)
        case Unit.MICROS:
            return f"{figure.value / _MICROS:,.2f} USD"
        case Unit.SCORE:
            return f"{figure.value:.1f}"
    return number(figure.value)


def share(figure: Figure) -> str:
    """Say a share: as a percentage only where it rests on enough."""
    if figure.too_small and figure.hits is not None:
        return f"{figure.hits} of {figure.n}"
    return f"{figure.value or 0:.0%}".replace("%", "\u202f%")


def number(value: float) -> str:
    """Say a count, or the median of counts."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def duration(seconds: float) -> str:
    """Say how long something took, to two figures: "42 min", "3.5 h", "2 days"."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if seconds < 2 * DAY:
        return f"{_short(seconds / HOUR)} h"
    return f"{_short(seconds / DAY)} days"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == round(value, 1) == round(value) else f"{value:.1f}"  # noqa: PLR2004


def counted(count: float, one: str, many: str = "") -> str:
    """Say a count with its noun: "1 case", "2 cases"."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def listed(parts: list[str]) -> str:
    """Say a list: "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
