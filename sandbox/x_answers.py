"""The refusals of the X API in the words that were seen live, and what its faults do to an answer."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from wsgiref.types import WSGIEnvironment

from werkzeug.wrappers import Request, Response

from sandbox.faults import Fault
from sandbox.hurting import Answer, Change, change_json, problem
from sandbox.x_fields import rename
from sandbox.x_limits import WINDOW
from sandbox.x_params import token

PROBLEMS = "https://api.twitter.com/2/problems"
UNSUPPORTED = f"{PROBLEMS}/unsupported-authentication"
BLANK = "about:blank"

NOT_SUMMONED = "You can only reply to or quote posts where you are mentioned or are the author."
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see "
    "https://github.com/twitter/twitter-text."
)
LOCKED = (
    "To protect our users from spam and other malicious activity, this account is temporarily locked. "
    "Please log in to https://twitter.com to unlock your account."
)
AUTOMATED = (
    "This request looks like it might be automated. To protect our users from spam and other malicious activity, "
    "we can't complete this action right now. Please try again later."
)
NO_SCOPE = "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."
WRONG_KIND = "Authenticating with {} is forbidden for this endpoint.  Supported authentication types are [{}]."
APP, USER = "OAuth 2.0 Application-Only", "OAuth 1.0a User Context, OAuth 2.0 User Context"
NO_CREDITS = "Your enrolled account [1] does not have any credits to fulfill this request."
CAPPED = "Your account has reached its spending limit for this billing cycle."

SAYS: dict[str, tuple[int, str, str, str]] = {
    "not_summoned": (403, "Forbidden", NOT_SUMMONED, BLANK),
    "quote": (403, "Forbidden", "You are not permitted to perform this action.", BLANK),
    "gone": (403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you.", BLANK),
    "duplicate": (403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.", BLANK),
    "too_long": (400, "Invalid Request", TOO_LONG, BLANK),
    "closed_directs": (403, "Forbidden", "You do not have permission to DM one or more participants.", BLANK),
    "revoked": (401, "Unauthorized", "Unauthorized", BLANK),
    "scope_lost": (403, "Forbidden", NO_SCOPE, f"{PROBLEMS}/oauth1-permissions"),
    "out_of_credits": (402, "CreditsDepleted", NO_CREDITS, f"{PROBLEMS}/credits"),
    "spending_cap": (403, "SpendCapReached", CAPPED, f"{PROBLEMS}/usage-capped"),
    "locked": (403, "Forbidden", LOCKED, BLANK),
    "automated": (403, "Forbidden", AUTOMATED, BLANK),
    "app_only": (403, "Unsupported Authentication", WRONG_KIND.format(APP, USER), UNSUPPORTED),
    "user_only": (403, "Unsupported Authentication", WRONG_KIND.format("OAuth 1.0a User Context", APP), UNSUPPORTED),
    "limited": (429, "Too Many Requests", "Too Many Requests", BLANK),
}
"""Name: status, title, detail, type. The spending cap's exact body is not established; 402's was seen in May 2026."""


def says(name: str) -> Response:
    """Answer with one of the refusals."""
    return problem(*SAYS[name])


def _answer(name: str) -> Answer:
    return lambda _fault, _now: says(name)


def _limited(fault: Fault, now: datetime) -> Response:
    response = says("limited")
    window = timedelta(seconds=fault.seconds) if fault.seconds else WINDOW
    response.headers["x-rate-limit-limit"] = "300"
    response.headers["x-rate-limit-remaining"] = "0"
    response.headers["x-rate-limit-reset"] = str(int((now + window).timestamp()))
    return response


ANSWERS: dict[str, Answer] = {name: _answer(name) for name in SAYS if name != "limited"} | {
    "rate_limited": _limited,  # `seconds` until the reset it tells
    "rate_limited_bare": _answer("limited"),  # no headers, as when a usage cap is hit
}


def not_found(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """One partial error: something asked for is not there."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}/resource-not-found",
    }


def _on_data(change: Callable[[dict[str, Any], WSGIEnvironment, Fault], None]) -> Change:
    def changed(response: Response, fault: Fault, environ: WSGIEnvironment) -> Response:
        def alter(body: Any) -> Any:
            if isinstance(body, dict) and isinstance(body.get("data"), list):
                change(body, environ, fault)
            return body

        return change_json(response, alter)

    return changed


def _reorder(body: dict[str, Any], _environ: WSGIEnvironment, fault: Fault) -> None:
    random.Random(fault.match).shuffle(body["data"])  # noqa: S311 - disorder, not secrecy


def _repeat_cursor(body: dict[str, Any], environ: WSGIEnvironment, _fault: Fault) -> None:
    asked = Request(environ).args
    again = asked.get("pagination_token") or asked.get("next_token") or token(int(body["data"][0]["id"]) + 1)
    body["meta"]["next_token"] = again


def _skew(body: dict[str, Any], _environ: WSGIEnvironment, fault: Fault) -> None:
    for item in body["data"]:
        if "created_at" in item:
            moved = datetime.fromisoformat(item["created_at"]) + timedelta(seconds=fault.seconds)
            item["created_at"] = moved.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _strip(body: dict[str, Any], _environ: WSGIEnvironment, _fault: Fault) -> None:
    for item in body["data"]:
        item.pop("created_at", None)
        item.pop("author_id", None)


def _renamed(response: Response, _fault: Fault, _environ: WSGIEnvironment) -> Response:
    return change_json(response, rename)


CHANGES: dict[str, Change] = {
    "renamed": _renamed,  # the new names, although the old ones were asked for
    "reorder": _on_data(_reorder),
    "repeat_cursor": _on_data(_repeat_cursor),
    "skew": _on_data(_skew),  # besides the Date header
    "fields_missing": _on_data(_strip),  # asked fields not given, as after a rename
}
