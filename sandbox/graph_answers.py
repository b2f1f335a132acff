"""The refusals of Graph, in the words that were seen or are documented, and what its faults do to an answer."""

import hashlib
import json
import random
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from wsgiref.types import WSGIEnvironment

from werkzeug.wrappers import Request, Response

from sandbox.faults import Fault
from sandbox.hurting import Answer, Change, change_json

OAUTH, METHOD, IG = "OAuthException", "GraphMethodException", "IGApiException"
READ_MORE = "Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api"
GONE = (
    "Unsupported {method} request. Object with ID '{about}' does not exist, cannot be loaded due to missing "
    f"permissions, or does not support this operation. {READ_MORE}"
)
WINDOW = (
    "(#10) This message is sent outside of allowed window. Learn more about the new policy here: "
    "https://developers.facebook.com/docs/messenger-platform/policy-overview"
)
READS = (
    "(#10) This endpoint requires the '{about}' permission or the 'Page Public Content Access' feature. Refer to "
    "https://developers.facebook.com/docs/apps/review/login-permissions#manage-pages for details."
)
SESSION = "Error validating access token: "
PASSWORD = (
    f"{SESSION}The session has been invalidated because the user changed their password or Facebook has changed the "
    "session for security reasons."
)
TAG = "(#100) Invalid tag. Only HUMAN_AGENT may be sent with messaging_type MESSAGE_TAG."
AGENT = "(#10) Sending with the HUMAN_AGENT tag requires the Human Agent feature to be approved for this app."
TOO_LONG = "(#100) Length of param message[text] must be less than or equal to {about}"

SAYS: dict[str, tuple[int, int, int | None, str, str]] = {
    "no_token": (400, 104, None, OAUTH, "An access token is required to request this resource."),
    "malformed_token": (400, 190, None, OAUTH, "Invalid OAuth access token - Cannot parse access token"),
    "wrong_proof": (400, 100, None, METHOD, "Invalid appsecret_proof provided in the API argument"),
    "no_proof": (400, 100, None, METHOD, "API calls from the server require an appsecret_proof argument"),
    "token_expired": (400, 190, 463, OAUTH, f"{SESSION}Session has expired on Friday, 20-Nov-26 04:00:00 PST."),
    "token_checkpoint": (400, 190, 459, OAUTH, f"{SESSION}You cannot access the app till you log in"),
    "token_unconfirmed": (400, 190, 464, OAUTH, f"{SESSION}The user is not a confirmed user."),
    "token_password": (400, 190, 460, OAUTH, PASSWORD),
    "token_removed": (400, 190, 458, OAUTH, f"{SESSION}The user has not authorized application 870000000000001."),
    "token_invalid": (400, 190, 467, OAUTH, f"{SESSION}The session is invalid because the user logged out."),
    "session": (400, 102, None, OAUTH, "Session key invalid or no longer valid"),
    "app_only": (400, 210, None, OAUTH, "(#210) A page access token is required to request this resource."),
    "scope_reads": (400, 10, None, OAUTH, READS),
    "scope_lost": (403, 200, None, OAUTH, "(#200) Requires {about} permission to manage the object"),
    "capability": (400, 3, None, OAUTH, "(#3) Application does not have the capability to make this API call."),
    "gone": (400, 100, 33, METHOD, GONE),
    "invalid": (400, 100, None, OAUTH, "(#100) {about}"),
    "fields": (400, 2500, None, OAUTH, 'Syntax error "Expected end of string" at character {about}'),
    "path": (400, 2500, None, OAUTH, "Unknown path components: {about}"),
    "window": (400, 10, 2018278, OAUTH, WINDOW),
    "window_instagram": (403, 10, 2534022, IG, "This message is sent outside of allowed window."),
    "restricted": (400, 10, 1893063, OAUTH, "(#10) This Page is temporarily restricted from sending messages."),
    "human_agent": (400, 10, None, OAUTH, AGENT),
    "tag": (400, 100, None, OAUTH, TAG),
    "no_person": (400, 100, 2018001, OAUTH, "(#100) No matching user found"),
    "unavailable": (400, 551, 1545041, OAUTH, "(#551) This person isn't available right now."),
    "no_comment": (400, 100, 2018292, OAUTH, "(#100) Invalid comment_id parameter"),
    "used_up": (400, 10900, None, OAUTH, "(#10900) Activity already replied to"),
    "too_late": (400, 10901, None, OAUTH, "(#10901) Activity is older than 7 days"),
    "not_replyable": (400, 10903, None, OAUTH, "(#10903) This user can't reply to this activity"),
    "too_long": (400, 100, None, OAUTH, TOO_LONG),
    "cannot_hide": (400, 100, None, OAUTH, "(#100) This comment can't be hidden"),
    "blocked": (400, 368, 1390008, OAUTH, "The action attempted has been deemed abusive or is otherwise disallowed"),
    "duplicate": (400, 506, 1455006, OAUTH, "(#506) Duplicate status message"),
    "transient": (500, 2, None, OAUTH, "An unexpected error has occurred. Please retry your request later."),
    "unknown": (500, 1, None, OAUTH, "An unknown error occurred"),
    "too_much": (500, 1, 99, OAUTH, "Please reduce the amount of data you're asking for, then retry your request"),
    "throttled_app": (403, 4, None, OAUTH, "(#4) Application request limit reached"),
    "throttled_user": (400, 17, 2446079, OAUTH, "(#17) User request limit reached"),
    "throttled_page": (400, 32, None, OAUTH, "(#32) Page request limit reached"),
    "throttled_custom": (400, 613, None, OAUTH, "(#613) Calls to this api have exceeded the rate limit."),
    "throttled_count": (400, 341, None, OAUTH, "(#341) Application limit reached"),
    "throttled_pages": (400, 80001, 2446079, OAUTH, "(#80001) Too many calls to this Page account."),
    "throttled_instagram": (400, 80002, 2446079, OAUTH, "(#80002) Too many calls to this Instagram account."),
    "throttled_messenger": (400, 80006, 2446079, OAUTH, "(#80006) Too many calls to this Messenger account."),
}  # fmt: skip
"""Name: status, code, subcode, type, message. Seen: 33, 2018278, 2534022, 2018292, 460. The wording of the others, the
statuses of throttling, 10901 for a private reply that comes too late, and the refusal to hide are not established."""

SAVES = frozenset({"throttled_pages", "throttled_instagram", "throttled_messenger"})


def says(name: str, about: str = "", *, method: str = "get") -> Response:
    """Answer with one of the refusals; `about` is the id, scope or number it names."""
    status, code, subcode, kind, message = SAYS[name]
    told: dict[str, Any] = {"message": message.format(about=about, method=method.lower()), "type": kind, "code": code}
    if subcode is not None:
        told["error_subcode"] = subcode
    if name in {"transient", "unknown"}:
        told["is_transient"] = name == "transient"
    told["fbtrace_id"] = "A" + hashlib.sha256(f"{name}:{about}".encode()).hexdigest()[:22]
    headers = {"WWW-Authenticate": f'OAuth "Facebook Platform" "invalid_request" "{kind}"'} if status != 500 else {}  # noqa: PLR2004 - server's own trouble
    return Response(
        json.dumps({"error": told}), status, headers=headers, content_type="application/json; charset=UTF-8"
    )


def usage(percent: int, *, regain: timedelta = timedelta(0), bucket: str = "pages", owner: str = "0") -> dict[str, str]:
    """The headers that tell how much of the limits is used. `regain` is told in whole minutes."""
    used = {"call_count": percent, "total_cputime": percent // 3, "total_time": percent // 2}
    minutes = -(-regain // timedelta(minutes=1))
    business = {owner: [{"type": bucket, **used, "estimated_time_to_regain_access": minutes}]}
    return {"x-app-usage": json.dumps(used), "x-business-use-case-usage": json.dumps(business)}


def _answer(name: str) -> Answer:
    def answered(fault: Fault, _now: datetime) -> Response:
        response = says(name, fault.tag)
        if name in SAVES:
            bucket = name.removeprefix("throttled_")
            response.headers.update(usage(100, regain=timedelta(seconds=fault.seconds), bucket=bucket))
        return response

    return answered


ANSWERS: dict[str, Answer] = {name: _answer(name) for name in SAYS}
"""Every refusal can be put in force; `tag` becomes what it names, `seconds` the time until access is regained."""

START = urlsafe_b64encode(b"start").decode()  # a cursor before everything


def _on_data(change: Callable[[dict[str, Any], WSGIEnvironment, Fault], None]) -> Change:
    def changed(response: Response, fault: Fault, environ: WSGIEnvironment) -> Response:
        def alter(body: Any) -> Any:
            if isinstance(body, dict) and isinstance(body.get("data"), list):
                change(body, environ, fault)
            return body

        return change_json(response, alter)

    return changed


def _lead_back(body: dict[str, Any], environ: WSGIEnvironment) -> None:
    request = Request(environ)
    again = request.args.get("after") or START
    cursors = body.setdefault("paging", {}).setdefault("cursors", {})
    cursors["after"] = again
    body["paging"]["next"] = f"{request.base_url}?after={again}"


def _repeat_cursor(body: dict[str, Any], environ: WSGIEnvironment, _fault: Fault) -> None:
    _lead_back(body, environ)


def _empty_next(body: dict[str, Any], environ: WSGIEnvironment, _fault: Fault) -> None:
    body["data"] = []
    _lead_back(body, environ)


def _reorder(body: dict[str, Any], _environ: WSGIEnvironment, fault: Fault) -> None:
    random.Random(fault.match).shuffle(body["data"])  # noqa: S311 - disorder, not secrecy


def _skew(body: dict[str, Any], _environ: WSGIEnvironment, fault: Fault) -> None:
    for item in body["data"]:
        for name in {"created_time", "timestamp"} & set(item):
            moved = datetime.strptime(item[name], "%Y-%m-%dT%H:%M:%S%z") + timedelta(seconds=fault.seconds)
            item[name] = moved.strftime("%Y-%m-%dT%H:%M:%S+0000")


def _strip(body: dict[str, Any], _environ: WSGIEnvironment, _fault: Fault) -> None:
    for item in body["data"]:
        for name in ("created_time", "timestamp", "from", "username"):
            item.pop(name, None)


def _used(response: Response, fault: Fault, _environ: WSGIEnvironment) -> Response:
    response.headers.update(usage(int(fault.share * 100), regain=timedelta(seconds=fault.seconds)))
    return response


def _version(response: Response, _fault: Fault, _environ: WSGIEnvironment) -> Response:
    response.headers["facebook-api-version"] = "v22.0"
    return response


CHANGES: dict[str, Change] = {
    "repeat_cursor": _on_data(_repeat_cursor),  # the page's cursor leads back to the page
    "empty_next": _on_data(_empty_next),  # nothing on this page, and yet a next one
    "reorder": _on_data(_reorder),
    "skew": _on_data(_skew),  # besides the Date header
    "fields_missing": _on_data(_strip),
    "usage": _used,  # `share` of the limits is used, access is regained in `seconds`
    "old_version": _version,  # another version is served than was asked for
}
