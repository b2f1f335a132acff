"""The sections on what was done: answers, private threads, effort, open cases, abuse, the bot, coverage. Pure."""

from dataclasses import replace

from desk import phrases
from desk.report import numbers
from desk.report.outline_values import Cell, Section, Table, cell, number, plain, word
from desk.report.values import Coverage, Figure, OpenCase, Report, Spread, Step, Target

KEPT = "Kept"  # the table of promises
OPEN = 50  # cases listed; the rest is counted
_COUNTED = "An answer is a person’s: an acknowledgement never counts. A case that is reopened begins a new wait."
_URGENCY = {0: "urgent", 1: "soon", 2: "normal", 3: "low"}


def sections(report: Report) -> tuple[Section, ...]:
    """Lay out the work of the week."""
    return (
        _answers(report),
        _funnel(report),
        _effort(report),
        _open(report),
        _abuse(report),
        _bot(report),
        _coverage(report),
    )


def _answers(report: Report) -> Section:
    times = report.answers
    waits = (
        ("First answer", times.first),
        ("… asked when open", times.first_inside),
        ("… asked when closed", times.first_outside),
        ("Until resolved", times.resolution),
        ("… asked when open", times.resolution_inside),
        ("… asked when closed", times.resolution_outside),
    )
    rows = tuple(_spread(label, spread) for label, spread in waits if spread.median.n)
    lead = (f"Opening hours: {plain(times.hours)}.", _COUNTED)
    tables = (
        Table(name="How long customers waited", head=("", "Half within", "9 of 10 within", "Cases"), rows=rows),
        Table(name=KEPT, head=("Promise", "Kept"), rows=_kept(report)),
    )
    return Section(key="answers", title="Answer times", lead=lead, chart="answers", tables=tables, always=True)


def _spread(label: str, spread: Spread) -> tuple[Cell, ...]:
    far = spread.p90
    shown = number("") if far.too_small or far.value is None else cell(far)
    return (word(label), cell(spread.median, numbers.figure(spread.median)), shown, number(phrases.number(far.n)))


def _kept(report: Report) -> tuple[tuple[Cell, ...], ...]:
    times = report.answers
    return (
        *((_row(times.within_target, "First answers in time"),) if times.within_target.n else ()),
        *(_target(target) for target in times.targets if target.met.n),
        *((_row(report.promises, "All promises due this week"),) if report.promises.n else ()),
        _row(times.unanswered, "Still waiting for a person at the week’s end"),
    )


def _target(target: Target) -> tuple[Cell, ...]:
    return (word(f"… {plain(target.need, 40)}, within {numbers.duration(target.seconds)}"), cell(target.met))


def _funnel(report: Report) -> Section:
    rows = tuple(_step(step) for step in report.funnel)
    table = Table(name="From public to private", head=("Step", "Cases", "Of the step before"), rows=rows)
    told = any(step.reached.value for step in report.funnel)
    return Section(key="funnel", title="From public to private", chart="funnel", tables=(table,) if told else ())


def _step(step: Step) -> tuple[Cell, ...]:
    share = cell(step.of_previous) if step.of_previous else number("")
    return (word(step.label), cell(step.reached), share)


def _effort(report: Report) -> Section:
    effort, totals = report.effort, report.totals
    rows = (
        _row(totals.resolved, "Cases resolved"),
        _row(report.first_contact, "Resolved at first contact"),
        _row(totals.reopened, "Reopened"),
        _row(totals.dismissed, "Needed nobody"),
        _row(effort.messages.median, "Messages a customer had to send, median"),
        _row(effort.messages.p90, "… 9 of 10 sent no more than"),
        _row(effort.asked_again, "Asked again for what they had told"),
        _row(effort.channels_changed, "Had to change the channel"),
        _row(effort.ces, "Customer effort score (1 easy to 5 hard)"),
        *((_row(effort.ces_answered, "Answered that question"),) if effort.ces_answered.n else ()),
    )
    return Section(key="effort", title="Resolution and effort", tables=(_with_before(rows, report),))


def _with_before(rows: tuple[tuple[Cell, ...], ...], report: Report) -> Table:
    """Set the week before beside this one, where anything is known of it."""
    known = {one.name: numbers.amount(one.before, one.unit) for one in report.figures() if one.before is not None}
    name, earlier = "Resolution and effort", [known.get(row[-1].figure, "") for row in rows]
    if not any(earlier):
        return Table(name=name, head=("", "This week"), rows=rows)
    beside = tuple((*row, number(before)) for row, before in zip(rows, earlier, strict=True))
    return Table(name=name, head=("", "This week", "Last week"), rows=beside)


def _open(report: Report) -> Section:
    found = report.open_cases
    rows = tuple(_case(one) for one in found[:OPEN])
    late, alone = sum(one.overdue for one in found), sum(not one.owner for one in found)
    told = f"{numbers.plural(len(found), 'case')} open at the week’s end: {late} overdue, {alone} without an owner."
    more = f" The first {OPEN} of them are listed." if len(found) > OPEN else ""
    head = ("Case", "Need", "About", "Channel", "Waiting", "Owner")
    table = Table(name="Open cases", head=head, rows=rows)
    return Section(key="open", title="Still open", lead=(told + more,) if found else (), tables=(table,))


def _case(one: OpenCase) -> tuple[Cell, ...]:
    urgency = _URGENCY.get(one.priority, "")
    waits = f"{numbers.duration(one.waiting_s)}{', overdue' if one.overdue else ''}"
    who = waits if one.state == "open" else f"for the customer, {waits}"
    owner = one.owner.removeprefix("person:")
    return (
        word(f"{one.case_id}"),
        word(f"{plain(one.need, 40)}{f' ({urgency})' if urgency and urgency != one.need else ''}"),
        word(plain(one.topic, 60)),
        word(phrases.channel(one.channel)),
        Cell(text=who, mark="worse" if one.overdue else ""),
        word(plain(owner, 40) or "nobody"),
    )


def _abuse(report: Report) -> Section:
    abuse = report.abuse
    rows = (
        *(_row(kind) for kind in abuse.kinds),
        _row(abuse.handled, "Its cases handled by a person"),
        _row(abuse.hidden, "Hidden"),
        _row(abuse.deleted, "Deleted"),
        _row(abuse.banned, "Authors shut out"),
    )
    felt = any(kind.value for kind in abuse.kinds) or any(
        one.value for one in (abuse.hidden, abuse.deleted, abuse.banned)
    )
    table = Table(name="Abuse", head=("", "This week"), rows=rows if felt else ())
    return Section(key="abuse", title="Abuse", tables=(table,))


def _bot(report: Report) -> Section:
    bot = report.bot
    rows = (
        _row(bot.acknowledged, "Acknowledged in public"),
        _row(bot.messages, "Messages in private threads"),
        _row(bot.held, "Held for a person"),
        _row(bot.approved, "… released by one"),
        _row(bot.failed, "Refused by a platform"),
        _row(bot.doubtful, "Doubtful, so looked for"),
        *((word(f"Not sent: {plain(one.label, 90)}"), cell(one)) for one in bot.refused),
        _row(bot.corrected, "Model corrected by the team"),
        _row(bot.confidence, "How sure the model was, median"),
        _row(bot.unsure, "Posts it was unsure of (below 60 %)"),
        *((word(f"Spent on {plain(one.label, 60)}"), cell(one)) for one in bot.money),
    )
    tables = [Table(name="The bot’s own record", head=("", "This week"), rows=rows)]
    if bot.corrected_by_lang and not any(group.corrected for group in report.languages):  # else it stands there
        corrected = tuple((word(one.label), cell(one)) for one in bot.corrected_by_lang)
        tables.append(Table(name="Corrected by language", head=("Language", "Decisions corrected"), rows=corrected))
    lead = (f"Judged by {', '.join(plain(model, 60) for model in bot.models)}.",) if bot.models else ()
    return Section(key="bot", title="The bot’s own record", lead=lead, tables=tuple(tables))


def _coverage(report: Report) -> Section:
    head = ("Source", "Posts", "Heard late", "Slowest", "Longest silence", "Unreadable", "Troubles")
    rows = tuple(_source(one) for one in report.coverage)
    lead = ("A post is late when it was heard more than 15 minutes after it was published.",)
    table = Table(name="Sources", head=head, rows=rows)
    return Section(key="coverage", title="What we listened to", lead=lead if rows else (), tables=(table,))


def _source(one: Coverage) -> tuple[Cell, ...]:
    return (
        word(f"{phrases.channel(one.channel)}, {plain(one.account, 40)}: {plain(one.source, 40)}"),
        cell(one.posts),
        cell(one.late),
        number("" if one.slowest_s is None else numbers.duration(one.slowest_s)),
        number("" if one.quiet_s is None else numbers.duration(one.quiet_s)),
        cell(one.unreadable),
        number(phrases.number(one.trouble)),
    )


def _row(one: Figure, label: str = "") -> tuple[Cell, ...]:
    shown = cell(one)
    noted = f"{shown.text}, {plain(one.note)}" if one.note and one.value is not None else shown.text
    return (word(label or one.label), replace(shown, text=noted))
