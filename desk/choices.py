"""The choices a note offers beside its words, by what was frozen with its delivery. Pure; acts on nothing."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from desk.cards import AGAIN, DROP, LEAVE, NOT_SAME, SAME, SEND, THERE, Choice

APPROVAL, DOUBT, IDENTITY = "approval", "doubt", "identity"
_DECIDED = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})")
OFFER = "offer"  # the name under which a delivery's `extra` holds what it offers


def offer(kind: str, delivery_id: int, fence: int) -> dict[str, Any]:
    """Name what is to be decided: `kind` is APPROVAL or DOUBT; the fence tells a later question from this one."""
    return {OFFER: {"kind": kind, "delivery": delivery_id, "fence": fence}}


def offer_identity(suggestion_id: int) -> dict[str, Any]:
    """Name what is to be decided about two authors: whether they are one customer."""
    return {OFFER: {"kind": IDENTITY, "suggestion": suggestion_id}}


def offered(extra: Mapping[str, Any]) -> Sequence[Choice] | None:
    """Say which buttons a note carries; None: those its card has by itself."""
    told = extra.get(OFFER)
    if not told:
        return None
    if told["kind"] == IDENTITY:
        return _identity(str(told["suggestion"]))
    value = f"{told['delivery']}.{told['fence']}"
    if told["kind"] == APPROVAL:
        return (
            Choice(action=SEND, label="Send it", value=value, style="primary"),
            Choice(action=DROP, label="Don't send", value=value),
        )
    sure = "If it went after all, the customer reads it twice."
    return (
        Choice(action=THERE, label="It is there", value=value),
        Choice(action=AGAIN, label="Not there: send again", value=value, sure=sure),
        Choice(action=LEAVE, label="Leave it", value=value),
    )


def _identity(value: str) -> Sequence[Choice]:
    return (
        Choice(action=SAME, label="Same customer", value=value, style="primary"),
        Choice(action=NOT_SAME, label="Not the same", value=value),
    )


def decided(value: str) -> tuple[int, int] | None:
    """Read a button's value back: the delivery and the fence it asked about; None for anything else."""
    found = _DECIDED.fullmatch(value)
    return (int(found[1]), int(found[2])) if found else None
