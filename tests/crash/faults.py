"""The faults each point is tried under, as data: what is done to which request of the outside world."""

from dataclasses import dataclass
from typing import Any

from sandbox.faults import FOR_EVER

REPLY = r"^POST /2/tweets$"
MESSAGE = r"^POST /2/dm_conversations/"
ALERT = r"^POST /api/chat\.postMessage$"
LISTINGS = (r"^GET /2/users/\d+/tweets$", r"^GET /2/dm_conversations/", r"/api/conversations\.(history|replies)$")
SENDS = (REPLY, MESSAGE, ALERT)

PAGE = "page: "  # how the names of the faults begin that lie on the road of a Facebook Page
X, FACEBOOK, SLACK = "x", "facebook", "slack"

COMMENT = r"^POST /v26\.0/[^/]+/comments$"
SEND = r"^POST /v26\.0/[^/]+/messages$"
CONVERSATIONS = r"^GET /v26\.0/[^/]+/conversations$"
INBOX = r"^GET /v26\.0/([^/]+/conversations|t_[^/]+/messages)$"
UNDER = r"^GET /v26\.0/[^/]+/comments$"
PAGE_SENDS = (COMMENT, SEND, ALERT)
PAGE_LISTINGS = (UNDER, INBOX, LISTINGS[-1])


@dataclass(frozen=True, slots=True)
class Hit:
    """One effect on some requests; `more` as sandbox/faults.py has it."""

    match: str
    effect: str
    more: tuple[tuple[str, Any], ...] = ()

    @property
    def server(self) -> str:
        if "/api/" in self.match:
            return SLACK
        return FACEBOOK if "/v26" in self.match else X


def network_of(fault: str) -> str:
    """The network on whose road a fault lies."""
    return FACEBOOK if fault.startswith(PAGE) else X


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

LOST_ON_PAGE = _each(PAGE_SENDS, "drop", applied=True)

FAULTS |= {
    f"{PAGE}none": (),
    f"{PAGE}drop before effect": _each(PAGE_SENDS, "drop"),
    f"{PAGE}drop after effect": LOST_ON_PAGE,
    f"{PAGE}500 before": (_hit(COMMENT, "transient"), _hit(SEND, "transient"), _hit(ALERT, "error")),
    f"{PAGE}500 after": _each(PAGE_SENDS, "error", status=500, applied=True),
    f"{PAGE}502 after": _each((COMMENT, SEND), "bad_gateway", applied=True),
    f"{PAGE}429": (
        _hit(COMMENT, "throttled_pages", seconds=60),
        _hit(SEND, "throttled_messenger", seconds=60),
        _hit(ALERT, "rate_limited", seconds=60),
    ),
    f"{PAGE}late effect": (*_each((COMMENT, SEND), "late_effect", seconds=100), *LOST_ON_PAGE),
    f"{PAGE}slow read-back": (*LOST_ON_PAGE, *_each(PAGE_LISTINGS, "lag", seconds=90, count=FOR_EVER)),
    f"{PAGE}read-back error": (*LOST_ON_PAGE, *_each(PAGE_LISTINGS, "error", status=503, count=2)),
    # the first private reply's answer is lost and the list of conversations lags for so long that a second is tried:
    # Meta refuses it; what was said in a conversation of its own is found there
    f"{PAGE}used up": (
        _hit(SEND, "drop", applied=True),
        _hit(CONVERSATIONS, "lag", seconds=240, count=FOR_EVER),
        _hit(COMMENT, "duplicate"),
        _hit(ALERT, "internal_error"),
    ),
}
