"""The faults each point is tried under, as data: what is done to which request of the outside world."""

from dataclasses import dataclass
from typing import Any

from sandbox.faults import FOR_EVER

REPLY = r"^POST /2/tweets$"
MESSAGE = r"^POST /2/dm_conversations/"
ALERT = r"^POST /api/chat\.postMessage$"
LISTINGS = (r"^GET /2/users/\d+/tweets$", r"^GET /2/dm_conversations/", r"/api/conversations\.(history|replies)$")
SENDS = (REPLY, MESSAGE, ALERT)

X, SLACK = "x", "slack"


@dataclass(frozen=True, slots=True)
class Hit:
    """One effect on some requests; `more` as sandbox/faults.py has it."""

    match: str
    effect: str
    more: tuple[tuple[str, Any], ...] = ()

    @property
    def server(self) -> str:
        return SLACK if "/api/" in self.match else X


def _hit(match: str, effect: str, **more: Any) -> Hit:
    return Hit(match, effect, tuple(more.items()))


def _each(matches: tuple[str, ...], effect: str, **more: Any) -> tuple[Hit, ...]:
    return tuple(_hit(match, effect, **more) for match in matches)


LOST_ANSWER = _each(SENDS, "drop", applied=True)

FAULTS: dict[str, tuple[Hit, ...]] = {
    "none": (),
    "drop before effect": _each(SENDS, "drop"),
    "drop after effect": LOST_ANSWER,
    "500 before": _each(SENDS, "error", status=500),
    "500 after": _each(SENDS, "error", status=500, applied=True),
    "429": _each(SENDS, "rate_limited", seconds=60),
    "late effect": (*_each(SENDS, "late_effect", seconds=100), *LOST_ANSWER),
    "slow read-back": (*LOST_ANSWER, *_each(LISTINGS, "lag", seconds=90, count=FOR_EVER)),
    "read-back error": (*LOST_ANSWER, *_each(LISTINGS, "error", status=503, count=2)),
    # the answer to the first reply is lost and the listing lags for so long that a second one is tried: X refuses it
    "403 duplicate": (
        _hit(REPLY, "drop", applied=True),
        _hit(LISTINGS[0], "lag", seconds=240, count=FOR_EVER),
        _hit(MESSAGE, "duplicate"),
        _hit(ALERT, "internal_error"),
    ),
}
