"""The room's summary: what the team sees in Slack on Monday, in blocks. Holds no quote; charts follow in its thread.

Names of pain points and other people's words stand only in rich text, where Slack parses nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextSectionElement,
    SectionBlock,
)

from desk import cards, phrases
from desk.report import charts_pains, numbers
from desk.report.outline import Outline, outline
from desk.report.outline_posts import what_moved
from desk.report.outline_values import Tile, isolated
from desk.report.values import Moved, PainPoint, Report, RoomWords

_PAINS, _MOVED = 6, 6
_NAME, _LINE, _NOTE = 80, 200, 300
_TEXT = 1500  # of the notification
_SHARES = (1.0, 0.5, 0.25)  # how much of each text is kept, until the message fits


def summary(report: Report) -> RoomWords:
    """Lay the summary out, within Slack's limits whatever the report holds."""
    laid, blocks = outline(report), list[dict[str, Any]]()
    for share in _SHARES:
        blocks = [block.to_dict() for block in _compose(report, laid, share)]
        if cards.size(blocks) <= cards.BUDGET:
            break
    told = "\n".join((laid.title, *laid.sentences))
    return RoomWords(text=cards.plain(phrases.clean(told, _TEXT)), blocks=tuple(blocks))


def _compose(report: Report, laid: Outline, share: float) -> Iterator[Block]:
    yield HeaderBlock(text=PlainTextObject(text=phrases.one_line(laid.title, cards.HEADER), emoji=False))
    dates = " · ".join(part for part in (laid.dates, laid.revision) if part)
    yield ContextBlock(elements=[PlainTextObject(text=phrases.one_line(dates, _NOTE), emoji=False)])
    for sentence in laid.sentences:
        yield _rich(RichTextSectionElement(elements=[_words(phrases.one_line(sentence, int(600 * share)) or " ")]))
    yield SectionBlock(fields=[MarkdownTextObject(text=_field(tile)) for tile in laid.tiles])
    yield from _lists(report, share)
    yield from _close(report, laid, share)


def _lists(report: Report, share: float) -> Iterator[Block]:
    pains = [_pain(one, share) for one in charts_pains.alive(report)[: int(_PAINS * share) or 1]]
    moved = sorted(report.moved, key=lambda one: one.better)[: int(_MOVED * share) or 1]
    if pains:
        yield DividerBlock()
        yield _list("Pain points", pains)
    if moved:
        yield _list("What got worse and better", [_move(one, report, share) for one in moved])


def _close(report: Report, laid: Outline, share: float) -> Iterator[Block]:
    notes = [phrases.one_line(note, int(_NOTE * share)) for note in laid.notes[:3]]
    where = f"Charts in the thread. The whole report: sottovoce report --week {report.week.name} --open"
    texts = [note for note in (_open(report), *notes, where) if note]
    yield ContextBlock(elements=[PlainTextObject(text=text, emoji=False) for text in texts])


def _field(tile: Tile) -> str:
    aside = f"\n{cards.plain(tile.aside)}" if tile.aside else ""
    return f"{cards.plain(tile.label)}\n*{cards.plain(tile.value.text)}*{aside}"


def _pain(one: PainPoint, share: float) -> list[RichTextElementParts.Text]:
    name = phrases.one_line(one.name, int(_NAME * share)) or one.id
    trend = charts_pains.trend(one)
    told = f": {numbers.plural(one.size.value or 0, 'post')}{f', {trend}' if trend else ''}"
    return [_words(isolated(name), bold=True), _words(told)]


def _move(one: Moved, report: Report, share: float) -> list[RichTextElementParts.Text]:
    why = phrases.one_line(one.why, int(_LINE * share))
    what = what_moved(one, report, int(_LINE * share))
    badge = _words("Better: " if one.better else "Worse: ", bold=True)
    return [badge, _words(f"{what}{f' ({isolated(why)})' if why else ''}")]


def _open(report: Report) -> str:
    found = report.open_cases
    if not found:
        return "No case is open."
    late, alone = sum(one.overdue for one in found), sum(not one.owner for one in found)
    return f"{numbers.plural(len(found), 'case')} still open: {late} overdue, {alone} without an owner."


def _list(title: str, items: Iterable[list[RichTextElementParts.Text]]) -> RichTextBlock:
    rows = [RichTextSectionElement(elements=item) for item in items]
    return _rich(
        RichTextSectionElement(elements=[_words(title, bold=True)]), RichTextListElement(elements=rows, style="bullet")
    )


def _rich(*elements: Any) -> RichTextBlock:
    return RichTextBlock(elements=list(elements))


def _words(text: str, **style: bool) -> RichTextElementParts.Text:
    return RichTextElementParts.Text(text=text, style=RichTextElementParts.TextStyle(**style) if style else None)
