"""Which points are run: every boundary under every fault, or the few at which mistakes have their best chance."""

from collections.abc import Iterator, Mapping, Sequence

from tests.crash.boundaries import AFTER_COMMIT, BEFORE_COMMIT, BYTES
from tests.crash.faults import FACEBOOK, PAGE, X
from tests.crash.points import Point

TELLING = {
    X: ("none", "drop after effect", "500 before", "read-back error", "403 duplicate"),
    FACEBOOK: tuple(
        f"{PAGE}{name}" for name in ("none", "drop after effect", "500 before", "read-back error", "used up")
    ),
}
TWICE_EVERY = 8  # of so many points one is killed again while it recovers
PRIME = 37  # where the second kill falls: anywhere, but the same at every run


def every(labels: Mapping[str, Sequence[str]]) -> list[Point]:
    """List every boundary of every fault's road, and some of them with a second kill."""
    points = [Point(fault, number) for fault, passed in labels.items() for number in range(1, len(passed) + 1)]
    twice = [
        Point(point.fault, point.first, 1 + (number * PRIME) % len(labels[point.fault]))
        for number, point in enumerate(points)
        if number % TWICE_EVERY == 0
    ]
    return points + twice


def telling(labels: Mapping[str, Sequence[str]]) -> list[Point]:
    """Choose boundaries around what leaves the house and around what is stored of what came in."""
    chosen: list[Point] = []
    for fault, passed in labels.items():
        most = 12 if fault.endswith("none") else 2
        chosen += [Point(fault, number) for number in list(_around_requests(passed))[:most]]
    return chosen


def _around_requests(passed: Sequence[str]) -> Iterator[int]:
    """Number, from 1, the boundaries at which a request is out, and the commits after the first page was read."""
    first_page = next((at for at, label in enumerate(passed) if "mentions" in label or "/comments" in label), 0)
    for at, label in enumerate(passed):
        sends = label == BYTES and "POST" in passed[at - 1] and "conversations." not in passed[at - 1]
        stores = label in {BEFORE_COMMIT, AFTER_COMMIT} and first_page < at <= first_page + 7
        if sends or stores:
            yield at + 1
