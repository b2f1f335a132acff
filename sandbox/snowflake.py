"""Snowflakes: ids that carry the millisecond they were made in; unique within one maker, never random."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)  # the network's own zero
SEQUENCE_BITS = 12
SHIFT = 22  # bits below the time: ten of machine, twelve of sequence
MACHINE = 365


def at(instant: datetime) -> int:
    """The lowest id that could have been made at `instant`."""
    return ((instant - EPOCH) // timedelta(milliseconds=1)) << SHIFT


def made_at(snowflake: int) -> datetime:
    """When an id was made, to the millisecond."""
    return EPOCH + timedelta(milliseconds=snowflake >> SHIFT)


class Snowflakes:
    """Makes ids in order; two within one millisecond differ in their sequence."""

    def __init__(self) -> None:
        """Start with nothing made."""
        self._made: dict[int, int] = {}

    def make(self, instant: datetime) -> int:
        """Make the next id of `instant`. Raises ValueError after 4096 in one millisecond."""
        base = at(instant)
        sequence = self._made.get(base, 0)
        if sequence >> SEQUENCE_BITS:
            raise ValueError("more than 4096 ids in one millisecond")
        self._made[base] = sequence + 1
        return base | (MACHINE << SEQUENCE_BITS) | sequence
