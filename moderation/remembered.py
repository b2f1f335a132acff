"""Remembered: what the model said of texts it judged lately. Keeps numbers under digests, never a text."""

import hashlib
from collections import OrderedDict
from threading import Lock

MOST = 16_384  # answers: a retweet storm has few different texts, a busy day some thousands
MOST_BYTES = 8_000_000
OVERHEAD = 250  # bytes an answer takes beside its numbers: objects, and its place in the table

Answer = tuple[bytes, bytes]  # probabilities, vector


class Remembered:
    """The latest answers of one model, the one not asked for longest forgotten first. Threads may share it."""

    def __init__(self, version: str, *, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        """Keep at most `most` answers and `most_bytes` bytes; `version` is the model's, and part of every digest."""
        self._version, self._most, self._most_bytes = version, most, most_bytes
        self._answers: OrderedDict[bytes, Answer] = OrderedDict()
        self._lock = Lock()
        self.bytes = 0  # that the answers take, digests and overhead counted

    def __len__(self) -> int:
        """Count the answers."""
        return len(self._answers)

    def find(self, text: str) -> Answer | None:
        """Give what was said of this very text, or None."""
        key = self._digest(text)
        with self._lock:
            answer = self._answers.get(key)
            if answer is not None:
                self._answers.move_to_end(key)
            return answer

    def keep(self, text: str, answer: Answer) -> None:
        """Remember what was said of a text; the oldest goes where there is no room left."""
        key = self._digest(text)
        with self._lock:
            before = self._answers.pop(key, None)
            self.bytes += _size(key, answer) - (_size(key, before) if before else 0)
            self._answers[key] = answer
            while self._answers and (len(self._answers) > self._most or self.bytes > self._most_bytes):
                self.bytes -= _size(*self._answers.popitem(last=False))

    def _digest(self, text: str) -> bytes:
        return hashlib.blake2b(f"{self._version}\0{text}".encode(), digest_size=16).digest()


def _size(key: bytes, answer: Answer) -> int:
    return len(key) + sum(map(len, answer)) + OVERHEAD
