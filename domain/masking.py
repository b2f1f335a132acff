"""Masking: what personal data looks like to everybody but the person who takes the case."""

from collections.abc import Iterable

from domain.values import Span

KEPT_DIGITS = 2  # the last ones of an order number, so that the team can tell two apart; never of cards or accounts
_KEEPS_TAIL = frozenset({"order", "phone"})


def mask(text: str, spans: Iterable[Span]) -> str:
    """Replace each span by its kind: `[card]`, `[order …13]`. Overlapping spans are merged, the first kind wins."""
    parts: list[str] = []
    end = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.start >= end:
            parts += (text[end : span.start], _label(text[span.start : span.end], span.kind))
        end = max(end, span.end)
    return "".join(parts) + text[end:]


def _label(value: str, kind: str) -> str:
    if kind not in _KEEPS_TAIL or sum(character.isalnum() for character in value) < 3 * KEPT_DIGITS:
        return f"[{kind}]"
    tail = "".join(character for character in value if character.isalnum())[-KEPT_DIGITS:]
    return f"[{kind} …{tail}]"
