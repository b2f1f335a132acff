"""What processes that die share: a clock and a few counters in memory that outlives them."""

import mmap
import struct
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 11, 20, tzinfo=UTC)
_NUMBER = struct.Struct("q")
LABEL_BYTES = 120


class Shared:
    """Memory all forked processes see: the road's clock, how many boundaries it has passed, and the last one's name."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 2 * _NUMBER.size + LABEL_BYTES)

    def now(self) -> datetime:
        """The time it is in this world."""
        return EPOCH + timedelta(microseconds=self._get(0))

    def seconds(self) -> float:
        """The same, as a clock that counts seconds."""
        return self._get(0) / 1_000_000

    def set_clock(self, now: datetime) -> None:
        self._put(0, (now - EPOCH) // timedelta(microseconds=1))

    @property
    def passed(self) -> int:
        """How many boundaries the road has passed."""
        return self._get(1)

    def pass_boundary(self, label: str) -> int:
        """Count a boundary; returns its number, from 1."""
        number = self._get(1) + 1
        self._put(1, number)
        start = 2 * _NUMBER.size
        self._memory[start : start + LABEL_BYTES] = label.encode()[:LABEL_BYTES].ljust(LABEL_BYTES)
        return number

    def begin(self) -> None:
        """Forget the boundaries of the run before."""
        self._put(1, 0)

    @property
    def label(self) -> str:
        """The last boundary passed."""
        return self._memory[2 * _NUMBER.size :].decode(errors="replace").strip()

    def _get(self, place: int) -> int:
        number: int = _NUMBER.unpack_from(self._memory, place * _NUMBER.size)[0]
        return number

    def _put(self, place: int, number: int) -> None:
        _NUMBER.pack_into(self._memory, place * _NUMBER.size, number)
