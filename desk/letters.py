"""Cards as letters: plain text and a small page for mail. Pure; sends nothing."""

from html import escape

from desk import phrases
from domain.cards import Card

LINE = 300  # a subject or headline
_TEXT, _QUOTE, _FACT = 4000, 8000, 400


def subject(card: Card) -> str:
    """Write the subject: the reason on one line, so that nothing can begin a header of its own."""
    return phrases.headline(card, 180)


def text(card: Card) -> str:
    """Write the card as plain text."""
    quote = phrases.clean(card.quote, _QUOTE)
    parts = [
        phrases.headline(card, LINE),
        "\n".join(line for line in (_author(card), " · ".join(phrases.judged(card)), _clock(card)) if line),
        "\n".join(f"> {line}" for line in quote.splitlines()),
        phrases.clean(card.text, _TEXT),
        f"What to do: {remedy}" if (remedy := phrases.clean(card.remedy, _TEXT)) else "",
        "\n".join(("Told in private:", *(f"- {fact}" for fact in facts))) if (facts := _facts(card)) else "",
        "\n".join(phrases.one_line(line, _FACT) for line in card.also),
        "\n".join(_where(card)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def page(card: Card) -> str:
    """Write the card as a small page: no pictures, no colours of its own, nothing fetched."""
    parts = [
        f"<h2>{escape(phrases.headline(card, LINE))}</h2>",
        *(f"<p>{escape(line)}</p>" for line in (_author(card), " · ".join(phrases.judged(card)), _clock(card)) if line),
        _block("blockquote", phrases.clean(card.quote, _QUOTE)),
        _block("p", phrases.clean(card.text, _TEXT)),
        _block("p", f"What to do: {remedy}" if (remedy := phrases.clean(card.remedy, _TEXT)) else ""),
        *(("<p>Told in private:</p>", f"<ul>{items}</ul>") if (items := _items(card)) else ()),
        *(f"<p>{escape(phrases.one_line(line, _FACT))}</p>" for line in card.also),
        *(_anchor(card)),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head>'
        f'<body style="font-family:sans-serif">\n{body}\n</body></html>\n'
    )


def _author(card: Card) -> str:
    handle, place = phrases.who(card)
    return " · ".join(part for part in (f"{handle}{place}" if handle else "", *phrases.standing(card)) if part)


def _clock(card: Card) -> str:
    said = [f"First answer by {phrases.moment(card.due_at)}"] if card.due_at else []
    if card.heard_at:
        said.append(f"heard {phrases.moment(card.heard_at)}")
    return " · ".join(said)


def _facts(card: Card) -> list[str]:
    return [fact for fact in (phrases.one_line(fact, _FACT) for fact in card.facts) if fact]


def _where(card: Card) -> list[str]:
    lines = [f"Open: {url}"] if (url := phrases.link(card.link)) else []
    return [*lines, f"Case {card.case_id}"] if card.case_id is not None else lines


def _items(card: Card) -> str:
    return "".join(f"<li>{escape(fact)}</li>" for fact in _facts(card))


def _block(tag: str, words: str) -> str:
    return f'<{tag} style="white-space:pre-wrap">{escape(words)}</{tag}>' if words else ""


def _anchor(card: Card) -> list[str]:
    label = f"Open on {phrases.channel(card.channel)}" if card.channel else "Open"
    url = phrases.link(card.link)
    lines = [f'<p><a href="{escape(url)}">{escape(label)}</a></p>'] if url else []
    return [*lines, f"<p>Case {card.case_id}</p>"] if card.case_id is not None else lines
