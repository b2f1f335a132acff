"""Numbers as people read them: small ones as themselves, never as percentages. Pure; knows no markup."""

from datetime import date

from babel.dates import format_date

from desk.phrases import LOCALE, number
from desk.report.values import Band, Change, Figure, Interval, Trend, Unit, Week

NOTHING = "–"
_TIE = "\u00a0"  # keeps a number and its unit on one line
_PERCENT = f"{_TIE}%"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400  # seconds
_HOURS_ALONE = 10  # from here on minutes say nothing
_TRENDS = {
    Trend.NEW: "new",
    Trend.GROWING: "more than usual",
    Trend.SHRINKING: "less than usual",
    Trend.STEADY: "as usual",
    Trend.GONE: "gone",
    Trend.UNKNOWN: "",
}
_SIGNS = {Trend.NEW: "✱", Trend.GROWING: "▲", Trend.SHRINKING: "▼", Trend.GONE: "▼"}


def figure(one: Figure) -> str:
    """Write a figure's value: "36 %", "2 of 3", "48 min", or a dash where there is nothing to measure."""
    if one.value is None:
        return one.note if one.note == "not asked" else NOTHING
    if one.unit is Unit.SHARE and one.too_small and one.hits is not None:
        return f"{number(one.hits)} of {number(one.n)}"
    return amount(one.value, one.unit)


def based(one: Figure) -> str:
    """Write a figure with what it rests on: "36 % (148 of 412)", "48 min (of 3)"."""
    said = figure(one)
    if one.value is None or one.unit in (Unit.COUNT, Unit.MICROS):
        return said
    if one.unit is Unit.SHARE and one.hits is not None:
        return said if one.too_small else f"{said} ({number(one.hits)} of {number(one.n)})"
    return f"{said} (of {number(one.n)})" if one.too_small else said


def amount(value: float, unit: Unit) -> str:
    """Write a number of a unit. Shares between nothing and one in a hundred are "<1 %", never 0."""
    match unit:
        case Unit.COUNT:
            return number(round(value, 1) if value % 1 else round(value))  # type: ignore[arg-type]
        case Unit.SHARE:
            return _share(value)
        case Unit.SECONDS:
            return duration(value)
        case Unit.SCORE:
            return f"{value:.1f} of 5"
        case Unit.MICROS:
            return f"${value / 1_000_000:,.2f}"


def duration(seconds: float) -> str:
    """Write how long something took, by its two largest units at most: "45 s", "48 min", "3 h 10 min", "2 d 4 h"."""
    if seconds < _MINUTE:
        return _joined(round(seconds), "s")
    minutes = round(seconds / _MINUTE)
    if minutes < _MINUTE:
        return _joined(minutes, "min")
    hours, rest = divmod(minutes, _MINUTE)
    if hours < _HOURS_ALONE:
        return _joined(hours, "h", rest, "min") if rest else _joined(hours, "h")
    days, left = divmod(round(seconds / _HOUR), _DAY // _HOUR)
    if not days:
        return _joined(left, "h")
    return _joined(days, "d", left, "h") if left else _joined(days, "d")


def moved(one: Figure) -> str:
    """Say how the figure moved, where it did by more than chance: "up from 29 %, worse". Else nothing."""
    if one.change not in (Change.UP, Change.DOWN) or one.before is None or one.too_small:
        return ""
    said = f"{one.change.value} from {amount(one.before, one.unit)}"
    return said if one.better is None else f"{said}, {standing(one)}"


def standing(one: Figure) -> str:
    """Say in a word whether the figure became "better" or "worse" by more than chance; else nothing."""
    if one.too_small or one.better is None:
        return ""
    return "better" if one.better else "worse"


def interval(given: Interval | None, unit: Unit) -> str:
    """Write where the true value lies: "31–41 %"."""
    if given is None:
        return ""
    low, high = amount(given.low, unit), amount(given.high, unit)
    return f"{low.removesuffix(_PERCENT)}–{high}" if unit is Unit.SHARE else f"{low} to {high}"


def band(given: Band | None, unit: Unit = Unit.COUNT) -> str:
    """Write what was to be expected: "39–69"."""
    if given is None:
        return ""
    if unit is Unit.SHARE:
        return interval(Interval(given.low, given.high), unit)
    return f"{number(round(given.low))}–{number(round(given.high))}"


def trend(one: Trend) -> str:
    """Say how a pain point stands against the weeks before."""
    return _TRENDS[one]


def sign(one: Trend) -> str:
    """Mark a pain point's trend by shape, not colour."""
    return _SIGNS.get(one, "")


def day(given: date) -> str:
    """Write a day of the week: "Wed 11"."""
    return f"{format_date(given, 'EEE', locale=LOCALE)} {given.day}"


def dates(week: Week) -> str:
    """Write a week's days: "9 to 15 November 2026"."""
    first, last = week.days[0], week.days[-1]
    pattern = "d" if first.month == last.month else "d MMMM" if first.year == last.year else "d MMMM y"
    return f"{format_date(first, pattern, locale=LOCALE)} to {format_date(last, 'd MMMM y', locale=LOCALE)}"


def plural(count: float, one: str, many: str = "") -> str:
    """Write a count with its noun: "1 post", "1,204 posts"."""
    return f"{number(round(count))} {one if count == 1 else many or one + 's'}"


def _share(value: float) -> str:
    percent = round(100 * value)
    if value and not percent:
        return f"<1{_PERCENT}"
    return f">99{_PERCENT}" if percent == 100 and value < 1 else f"{percent}{_PERCENT}"  # noqa: PLR2004


def _joined(*parts: float | str) -> str:
    return _TIE.join(map(str, parts))
