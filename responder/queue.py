"""The queue: what place a waiting customer is told. A told place never goes up unless we say why. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """How many people are ahead, as it may be told."""

    ahead: int
    urgent: bool = False  # it went up, because more urgent cases came in since


def place(ahead: int, *, told: int | None, more_urgent: bool) -> Place | None:
    """Say what may be told: the true place, or nothing.

    `told` is the lowest place told so far. A place that has gone up is told only where more urgent cases that have
    come in since are the reason; for any other reason (a colleague gave a case back) it is kept to ourselves.
    """
    if told is None or ahead <= told:
        return Place(ahead)
    return Place(ahead, urgent=True) if more_urgent else None
