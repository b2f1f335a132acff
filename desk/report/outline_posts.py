"""The sections on what was written: what moved, what hurts, storms, days, channels, languages, praise. Pure."""

from desk import phrases
from desk.report import charts_pains, numbers
from desk.report.outline_values import (
    Cell,
    Item,
    Section,
    Table,
    cell,
    isolated,
    moment,
    number,
    period,
    plain,
    said,
    word,
)
from desk.report.typeset import direction, language
from desk.report.values import Day, Group, Incident, Moved, PainPoint, Report, Trend, Unit

_NAME, _WHY = 100, 300
_BADGES = {Trend.NEW: "worse", Trend.GROWING: "worse", Trend.SHRINKING: "better", Trend.GONE: "better"}


def sections(report: Report) -> tuple[Section, ...]:
    """Lay out what a manager reads first."""
    return (_moved(report), _pains(report), _incidents(report), _days(report), _groups(report), _praise(report))


def _praise(report: Report) -> Section:
    quotes = tuple(said(quote, report.week.zone) for quote in report.praise)
    return Section(key="praise", title="Praise worth sharing", quotes=quotes)


def what_moved(one: Moved, report: Report, limit: int) -> str:
    """Say what moved, where a pain point's name cannot turn round the numbers after it."""
    name = next((plain(pain.name, _NAME) for pain in report.pains if pain.id == one.pain_id), "")
    what = plain(one.what, limit)
    if not name or direction(name) == "ltr" or not what.startswith(name):
        return what
    return f"{isolated(name)}{what.removeprefix(name)}"


def _moved(report: Report) -> Section:
    items = tuple(_move(one, report) for one in sorted(report.moved, key=lambda one: one.better))
    return Section(key="moved", title="What got worse and better", items=items)


def _move(one: Moved, report: Report) -> Item:
    mark = "better" if one.better else "worse"
    what = what_moved(one, report, _WHY)
    return Item(name=what, mark=mark, more=plain(one.why, _WHY), facts=(cell(one.figure),))


def _pains(report: Report) -> Section:
    items = tuple(_pain(one, report.week.zone) for one in report.pains)
    lead = () if items else ("No post that hurts was heard often enough to speak of a pain point.",)
    return Section(key="pains", title="Pain points", lead=lead, chart="pains", items=items, always=True)


def _pain(one: PainPoint, zone: str) -> Item:
    name = plain(one.name, _NAME)
    return Item(
        name=name,
        lang=language(one.langs[0]) if one.langs else "und",
        dir=direction(name),
        mark=_BADGES.get(one.trend, ""),
        facts=_pain_facts(one),
        more=_words(one),
        quotes=tuple(said(quote, zone) for quote in one.quotes),
    )


def _pain_facts(one: PainPoint) -> tuple[Cell, ...]:
    posts = cell(one.size, numbers.plural(one.size.value or 0, "post"))
    trend = (
        Cell(text=charts_pains.trend(one), mark=_BADGES.get(one.trend, "")) if one.trend is not Trend.UNKNOWN else None
    )
    facts = [posts] if trend is None else [posts, trend]
    if one.trend is Trend.GONE:
        return tuple(facts)
    facts.append(cell(one.cases, numbers.plural(one.cases.value or 0, "case")))
    if one.resolved.value is not None:
        facts.append(cell(one.resolved, f"{numbers.based(one.resolved)} resolved"))
    if one.sentiment.negative.value is not None:
        facts.append(cell(one.sentiment.negative, f"{numbers.based(one.sentiment.negative)} negative"))
    return tuple(facts)


def _words(one: PainPoint) -> str:
    where = ", ".join(phrases.channel(channel) for channel in one.channels)
    spoken = ", ".join(phrases.language(lang) for lang in one.langs)
    parts = (
        f"More often: {', '.join(plain(term) for term in one.words_up)}" if one.words_up else "",
        f"Less often: {', '.join(plain(term) for term in one.words_down)}" if one.words_down else "",
        " · ".join(part for part in (where, spoken) if part),
    )
    return plain(". ".join(part for part in parts if part), _WHY)


def _incidents(report: Report) -> Section:
    rows = tuple(_incident(one, report.week.zone) for one in report.incidents)
    head = ("When", "Where", "What about", "Cases", "Answered by a person")
    return Section(key="incidents", title="Incidents", tables=(Table(name="Incidents", head=head, rows=rows),))


def _incident(one: Incident, zone: str) -> tuple[Cell, ...]:
    until = period(one.began_at, one.ended_at, zone) if one.ended_at else ""
    return (
        word(until or f"{moment(one.began_at, zone)}, still on at the week’s end"),
        word(f"{phrases.channel(one.channel)}, {plain(one.account, 60)}"),
        word(", ".join(plain(topic, 60) for topic in one.topics[:4])),
        cell(one.cases),
        cell(one.answered),
    )


def _days(report: Report) -> Section:
    usual = any(day.expected for day in report.days)
    rows = tuple(_day(day, usual=usual) for day in report.days)
    lead = ("Usual is where 95 of 100 such days lie, by the last four weeks.",) if usual else ()
    head = ("Day", "Posts", "Usual", "Negative", "Usual") if usual else ("Day", "Posts", "Negative")
    tables = (Table(name="Posts and sentiment by day", head=head, rows=rows), _feelings(report))
    return Section(key="days", title="Volume and sentiment", lead=lead, chart="days", tables=tables, always=True)


def _day(day: Day, *, usual: bool) -> tuple[Cell, ...]:
    name, posts, negative = word(numbers.day(day.day)), cell(day.posts), cell(day.negative)
    if not usual:
        return (name, posts, negative)
    share = numbers.band(day.negative_expected, Unit.SHARE)
    return (name, posts, number(numbers.band(day.expected)), negative, number(share))


def _feelings(report: Report) -> Table:
    shares = report.totals.sentiment
    rows = tuple(
        (word(label), cell(one), number("" if one.too_small else numbers.interval(one.interval, one.unit)))
        for label, one in (("Negative", shares.negative), ("Neutral", shares.neutral), ("Positive", shares.positive))
        if one.n
    )
    return Table(name="How the week felt", head=("Feeling", "Share", "95 of 100 times within"), rows=rows)


def _groups(report: Report) -> Section:
    tables = (_group_table("Channels", report.channels), _group_table("Languages", report.languages))
    return Section(key="groups", title="Channels and languages", chart="groups", tables=tables)


def _group_table(name: str, found: tuple[Group, ...]) -> Table:
    corrected = any(group.corrected for group in found)
    head = (name.removesuffix("s"), "Posts", "Negative", "Cases", *(("Model corrected",) if corrected else ()))
    return Table(name=name, head=head, rows=tuple(_group(group, corrected=corrected) for group in found))


def _group(group: Group, *, corrected: bool) -> tuple[Cell, ...]:
    shown = (word(group.label), cell(group.posts), cell(group.negative), cell(group.cases))
    if not corrected:
        return shown
    return (*shown, cell(group.corrected) if group.corrected else number(""))
