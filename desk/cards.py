"""Cards as a Slack room shows them: blocks and the text for notifications. Pure; sends nothing.

A customer's words stand only where Slack parses nothing (rich text, plain text); what is parsed is ours, and escaped.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
    StaticSelectElement,
)

from desk import phrases
from domain.cards import Card, CardKind
from responder.identity_view import HELD

Blocks = list[dict[str, Any]]

# Source: Slack refuses over about 13,200 characters of blocks a message (msg_blocks_too_long), undocumented
BUDGET = 12_000
BLOCKS = 50
HEADER = 150
SECTION = 3000
SUMMARY = 1200  # of the notification: what a screen reader reads out

TAKE, NOT_URGENT, RELEASE, RESOLVE, OPEN = "case.take", "case.not-urgent", "case.release", "case.resolve", "open"
JUDGED = "case.judged"
SEND, DROP, THERE, AGAIN, LEAVE = "held.send", "held.drop", "doubt.there", "doubt.again", "doubt.leave"
SAME, NOT_SAME = "customers.same", "customers.not-same"

_TEXT, _QUOTE, _FACT, _REMEDY, _FACTS, _ALSO = 1000, 2400, 160, 600, 12, 6
_SHARES = (1.0, 0.5, 0.25, 0.1)  # how much of each text is kept, until the card fits
_PERSON = re.compile(r"person:([UW][A-Z0-9]{2,20})")
_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MARKS = str.maketrans({"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a case, or a question to the team, stands, as its card shows it."""

    state: str = "open"  # the case's; DECIDED: a question somebody has answered
    holder: str = ""  # "person:U024BE7LH"; empty: nobody
    by: str = ""  # who closed it, or decided
    at: datetime | None = None  # since when
    how: str = ""  # what was decided, in our words
    corrected: str = ""  # what a person put right of the verdict: "question, not urgent"
    corrected_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button. With `sure`, Slack asks that before it counts."""

    action: str
    label: str
    value: str
    style: str | None = None  # primary, danger
    sure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """A menu: one thing is chosen among several, each a label and a value."""

    action: str
    label: str
    options: tuple[tuple[str, str], ...]


DECIDED = "decided"
FRESH = Shown()


def escape(text: str) -> str:
    """Make a text harmless where Slack parses control sequences. Source: docs.slack.dev, formatting, escaping."""
    return text.translate(_SPECIAL)


def plain(text: str) -> str:
    """Make a text harmless where Slack also parses formatting, which cannot be escaped: look-alikes stand in."""
    return escape(text).translate(_MARKS)


def token(at: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """Write a moment so that Slack shows it in the reader's own zone."""
    return f"<!date^{int(at.timestamp())}^{form}|{phrases.moment(at)}>"


def person(actor: str) -> str:
    """Name who acted: a Slack user by mention, anybody else as plain text."""
    if actor == "app":
        return "somebody of ours in the platform's own app"
    found = _PERSON.fullmatch(actor)
    return f"<@{found[1]}>" if found else plain(phrases.one_line(actor.removeprefix("person:"), 80)) or "somebody"


def blocks(card: Card, shown: Shown = FRESH, choices: Sequence[Choice | Menu] | None = None) -> Blocks:
    """Lay out a card, within Slack's limits whatever it holds: long texts are cut, the longest first.

    `choices` replace the buttons a case has by itself.
    """
    buttons = _case_choices(card, shown) if choices is None else choices
    laid: Blocks = []
    for share in _SHARES:
        laid = [block.to_dict() for block in _compose(card, shown, buttons, share)]
        if size(laid) <= BUDGET:
            break
    return laid


def size(laid: Blocks) -> int:
    """Count what a message's blocks weigh, in UTF-16 units of their JSON."""
    return phrases.units(json.dumps(laid, ensure_ascii=False))


def summary(card: Card, shown: Shown = FRESH) -> str:
    """Write the card as one text: what a notification shows and a screen reader reads. Escaped."""
    handle, place = phrases.who(card)
    said = [phrases.headline(card, HEADER), f"{handle}{place}", *phrases.standing(card), *phrases.judged(card)]
    told = " · ".join(part for part in said if part)
    quote = phrases.one_line(card.quote, SUMMARY // 2)
    ours = [phrases.one_line(text.replace("`", ""), SUMMARY // 4) for text in (card.text, card.remedy)]
    parts = [told, f"“{quote}”" if quote else "", *ours]
    due = f"First answer by {phrases.moment(card.due_at)}." if card.due_at and not _settled(shown) else ""
    text = plain("\n".join(part for part in (*parts, due) if part))
    standing = _standing_line(shown)
    return f"{standing}\n{text}" if standing else text


def _compose(card: Card, shown: Shown, choices: Sequence[Choice | Menu], share: float) -> Iterable[Block]:
    yield from _head(card)
    yield from _author(card)
    if quote := phrases.clean(card.quote, int(_QUOTE * share)):
        yield _rich(RichTextQuoteElement(elements=[_words(quote)]))
    if judged := " · ".join(phrases.judged(card)):
        yield ContextBlock(elements=[PlainTextObject(text=judged, emoji=False)])
    if text := phrases.clean(card.text, int(_TEXT * share)):
        yield _rich(RichTextSectionElement(elements=_with_code(text)))
    if remedy := phrases.clean(card.remedy, int(_REMEDY * share)):
        yield _rich(RichTextSectionElement(elements=[_words("What to do: ", bold=True), *_with_code(remedy)]))
    yield from _facts(card, share)
    yield from _also(card, share)
    if shown.corrected:
        corrected = f"✎ Judged again by {person(shown.corrected_by)}: {plain(shown.corrected)}"
        yield ContextBlock(elements=[MarkdownTextObject(text=corrected)])
    if clock := _clock(card, shown):
        yield SectionBlock(text=MarkdownTextObject(text=clock))
    yield from _buttons(card, choices)


def _head(card: Card) -> Iterable[Block]:
    """A case's thread stays quiet to read: only what opens one gets the large print."""
    if card.kind is CardKind.NEWS:
        yield _rich(RichTextSectionElement(elements=[_words(phrases.headline(card, HEADER), bold=True)]))
    else:
        yield HeaderBlock(text=PlainTextObject(text=phrases.headline(card, HEADER), emoji=False))


def _author(card: Card) -> Iterable[Block]:
    handle, place = phrases.who(card)
    weight = " · ".join(phrases.standing(card))
    rest = " · ".join(part for part in (place if handle else "", weight) if part)
    words = [_words(handle, bold=True)] if handle else []
    if rest:
        words.append(_words(rest if place or not handle else f" · {rest}"))
    if words:
        yield _rich(RichTextSectionElement(elements=words))


def _facts(card: Card, share: float) -> Iterable[Block]:
    facts = [fact for fact in (phrases.one_line(fact, int(_FACT * share)) for fact in card.facts) if fact]
    if not facts:
        return
    kept = facts[:_FACTS]
    if len(facts) > len(kept):
        kept.append(f"and {len(facts) - len(kept)} more")
    items = [RichTextSectionElement(elements=[_words(fact)]) for fact in kept]
    title = RichTextSectionElement(elements=[_words("Told in private", bold=True)])
    yield _rich(title, RichTextListElement(elements=items, style="bullet"))


def _also(card: Card, share: float) -> Iterable[Block]:
    """Say what else there is of the same customer; who holds another case of theirs is named as Slack names people."""
    said = ""
    for line in card.also[:_ALSO]:
        told, held, by = phrases.one_line(line, int(2 * _FACT * share)).partition(HELD)
        more = f"{said}\n{plain(told)}{held}{person(by) if held else ''}".strip()
        said = more if phrases.units(more) <= SECTION else said
    if said:
        yield ContextBlock(elements=[MarkdownTextObject(text=said)])


def _clock(card: Card, shown: Shown) -> str:
    said = [_standing_line(shown)]
    if card.due_at and not _settled(shown):
        said.append(f"⏱ *First answer by* {token(card.due_at)}")
    if card.heard_at:
        said.append(f"heard {token(card.heard_at)}")
    return "  ·  ".join(part for part in said if part)


def _settled(shown: Shown) -> bool:
    return shown.state in ("resolved", "dismissed", DECIDED)


def _standing_line(shown: Shown) -> str:
    at = f" {token(shown.at)}" if shown.at else ""
    if shown.state == "resolved":
        return f"✅ Resolved by {person(shown.by)}{at}"
    if shown.state == "dismissed":
        return f"☑ Needs nobody, says {person(shown.by)}{at}"
    if shown.state == DECIDED:
        return f"☑ {plain(shown.how)} by {person(shown.by)}{at}" if shown.by else f"☑ {plain(shown.how)}"
    return f"✋ Taken by {person(shown.holder)}{at}" if shown.holder else ""


_WRONG = (
    ("It is urgent", "need:urgent"),
    ("It is a complaint", "need:complaint"),
    ("It is a question", "need:question"),
    ("It is praise", "need:praise"),
    ("It is nothing for us", "need:noise"),
    ("It is unhappy", "sentiment:negative"),
    ("It is neither happy nor unhappy", "sentiment:neutral"),
    ("It is happy", "sentiment:positive"),
    ("It is no abuse", "abuse:none"),
)


def corrections(case_id: int) -> Menu:
    """Offer what may have been judged wrong about a case's gravest post."""
    options = tuple((label, f"{case_id}:{value}") for label, value in _WRONG)
    return Menu(action=JUDGED, label="Judged wrong?", options=options)


def _case_choices(card: Card, shown: Shown) -> Sequence[Choice | Menu]:
    if card.case_id is None or _settled(shown) or card.kind not in (CardKind.CASE, CardKind.CLOCK):
        return ()
    value = str(card.case_id)
    if shown.holder:
        return (
            Choice(action=RESOLVE, label="Resolve", value=value, style="primary"),
            Choice(action=RELEASE, label="Release", value=value, sure="A colleague who has it loses it."),
            corrections(card.case_id),
        )
    return (
        Choice(action=TAKE, label="Take it", value=value, style="primary"),
        Choice(action=NOT_URGENT, label="Not urgent", value=value),
        corrections(card.case_id),
    )


def _buttons(card: Card, choices: Sequence[Choice | Menu]) -> Iterable[Block]:
    buttons: list[Any] = [_menu(one) if isinstance(one, Menu) else _button(one) for one in choices]
    if url := phrases.link(card.link):
        label = f"Open on {phrases.channel(card.channel)}" if card.channel else "Open"
        buttons.append(ButtonElement(text=PlainTextObject(text=label, emoji=False), action_id=OPEN, url=url))
    if buttons:
        yield ActionsBlock(elements=buttons)


def _button(choice: Choice) -> ButtonElement:
    sure = ConfirmObject(title="Are you sure?", text=PlainTextObject(text=choice.sure), confirm="Yes", deny="No")
    return ButtonElement(
        text=PlainTextObject(text=choice.label, emoji=False),
        action_id=choice.action,
        value=choice.value,
        style=choice.style,
        confirm=sure if choice.sure else None,
    )


def _menu(menu: Menu) -> StaticSelectElement:
    options = [Option(text=PlainTextObject(text=label), value=value) for label, value in menu.options]
    return StaticSelectElement(placeholder=PlainTextObject(text=menu.label), action_id=menu.action, options=options)


def _rich(*elements: Any) -> RichTextBlock:
    return RichTextBlock(elements=list(elements))


def _words(text: str, **style: bool) -> RichTextElementParts.Text:
    return RichTextElementParts.Text(text=text, style=RichTextElementParts.TextStyle(**style) if style else None)


def _with_code(text: str) -> list[RichTextElementParts.Text]:
    """Set what stands between backticks as code."""
    pieces = text.split("`")
    return [_words(piece, code=True) if index % 2 else _words(piece) for index, piece in enumerate(pieces) if piece]
