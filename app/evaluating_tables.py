"""How an evaluation looks in a terminal. Computes nothing."""

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from app import terminal
from app.corrected import Repeated
from moderation.measure.values import Evaluation, Found, Head, Part
from moderation.measure.wording import level, percent, threshold, within

QUOTE = 240  # characters of a post
BIASED = "Corrections are nearly all mistakes, so these figures say which ones are made, never how often."


def notes(repeated: Mapping[str, Repeated]) -> list[str]:
    """Say what corrections tell of the model then and now, and what they cannot tell."""
    told = [
        f"{name}: {each.posts} posts were corrected; the model had {each.right_then} right, now {each.right_now}."
        for name, each in repeated.items()
    ]
    return [*told, BIASED] if told else []


def draw(found: Evaluation, notes: Sequence[str]) -> None:
    """Print it: for each head its languages, its labels, what was taken for what, and the worst mistakes."""
    out = terminal.out
    langs = ", ".join(f"{lang} {count}" for lang, count in found.langs.items())
    out.print(f"{found.posts} posts, {found.model}, policy {found.policy}", markup=False, style="bold", soft_wrap=True)
    out.print(f"Languages: {langs}", markup=False)
    for note in notes:
        out.print(note, markup=False, style="yellow")
    for head in found.heads:
        _head(head, found.wanted)


def _head(head: Head, wanted: Mapping[str, float]) -> None:
    out = terminal.out
    out.print()
    out.rule(f"[bold]{head.name}[/]  {head.whole.n} posts", align="left")
    out.print(_parts(head))
    out.print(_labels(head.whole, wanted))
    out.print(_confusion(head.whole))
    if head.worst:
        out.print(f"The {len(head.worst)} worst of {head.wrong} mistakes, most confident first:", style="bold")
    for each in head.worst:
        sure = "" if each.confidence is None else f" {each.confidence:.2f}"
        text = each.text if len(each.text) <= QUOTE else each.text[:QUOTE] + "…"
        out.print(f"  line {each.line}, {each.lang}: {each.named}{sure}, people say {each.gold}", markup=False)
        out.print(Text(f"    {harmless(text)}", style="dim"))


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    return table


def _parts(head: Head) -> Table:
    table = _table("language", "n", "macro-F1", "95 %", "recall", "accuracy", "ECE")
    for part in (head.whole, *head.languages):
        sure, macro = part.calibration, part.macro
        table.add_row(
            part.name,
            str(part.n),
            percent(macro.f1 if macro else None),
            within(macro.f1_within if macro else None),
            percent(macro.recall if macro else None),
            percent(part.accuracy),
            f"{sure.ece:.3f}" if sure else "–",
        )
    return table


def _labels(part: Part, wanted: Mapping[str, float]) -> Table:
    levels = [level(name, least) for name, least in wanted.items()]
    table = _table("label", "n", "prec.", "recall", "F1", "AP", *(levels if part.found else ()))
    found = {each.label: each for each in part.found}
    for each in part.labels:
        figures = (percent(each.precision), percent(each.recall), percent(each.f1))
        table.add_row(each.label, str(each.support), *figures, *_by_chance(found.get(each.label), wanted))
    return table


def _by_chance(found: Found | None, wanted: Mapping[str, float]) -> Sequence[str]:
    if found is None:
        return ("–",)
    return (percent(found.average_precision), *(threshold(found.thresholds.get(name), name) for name in wanted))


def _confusion(part: Part) -> Table:
    table = _table("people say ↓  model →", *part.table.labels)
    for label, row in zip(part.table.labels, part.table.counts, strict=True):
        table.add_row(label, *map(str, row))
    return table


def harmless(text: str) -> str:
    """Take out what would steer the terminal instead of being shown."""
    return "".join(letter for letter in text if letter.isprintable())
