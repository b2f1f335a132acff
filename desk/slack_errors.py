"""What Slack's refusals and silences mean to whoever sends: one of our errors. Pure; asks nobody."""

import errno
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

from domain.errors import Pause, Refused, Scope, SottovoceError, Unavailable, Uncertain

NAME = "slack"
LONGEST_PAUSE = timedelta(days=1)

# All that a call may raise: the library turns neither broken answers (ValueError, LookupError for an unknown charset,
# AttributeError for JSON that is no object) nor broken connections into errors of its own
FAILURES = (SlackClientError, OSError, HTTPException, ValueError, LookupError, AttributeError)

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_NEVER_LEFT = frozenset({errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
_RATE = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_MAYBE_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable"})  # "some aspect may have succeeded"
_TRUNCATED = "request_timeout"  # our request came in incomplete, so nothing was done


@dataclass(frozen=True, slots=True)
class _Refusal:
    rule: str
    scope: Scope
    remedy: str


_INVITE = "Invite the app into the room: /invite @Sottovoce (as the app is called in your workspace)."
_ROOM = "Set `slack.room` to the room's id (its details, at the bottom); invite the app if the room is private."
_SIGN_IN = "Make a new bot token (xoxb-…) under OAuth & Permissions and set SOTTOVOCE_SLACK_BOT_SIGN_IN."
_SCOPES = "Add it under OAuth & Permissions, Bot Token Scopes, and install the app again."
_WORKSPACE = "Ask an administrator of the workspace to allow the app."
_POSTING = "Let the app post there: the room's settings, posting permissions."

_REFUSALS: Mapping[str, _Refusal] = {
    "channel_not_found": _Refusal("slack.room-not-found", Scope.SENDING, _ROOM),
    "not_in_channel": _Refusal("slack.not-in-room", Scope.SENDING, _INVITE),
    "is_archived": _Refusal("slack.room-archived", Scope.SENDING, "Bring the room back, or set another one."),
    "missing_scope": _Refusal("slack.missing-scope", Scope.ACCOUNT, _SCOPES),
    **{
        code: _Refusal("slack.signed-out", Scope.ACCOUNT, _SIGN_IN)
        for code in (
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "not_allowed_token_type",
        )
    },
    **{
        code: _Refusal("slack.not-allowed", Scope.ACCOUNT, _WORKSPACE)
        for code in (
            "access_denied",
            "no_permission",
            "org_login_required",
            "ekm_access_denied",
            "team_access_not_granted",
            "two_factor_setup_required",
            "accesslimited",
        )
    },
}


def meaning(
    exc: BaseException, *, now: datetime, sending: bool, endpoint: str | None = None, room: str = ""
) -> SottovoceError:
    """Say what a failed call means. With `sending`, what may have been done is Uncertain; a mere look never is."""
    if isinstance(exc, SlackApiError):
        return _answered(exc, now=now, sending=sending, endpoint=endpoint, room=room)
    if _never_left(exc):
        return Unavailable(NAME, f"cannot connect ({_kind(exc)})", endpoint=endpoint)
    return doubt(f"no readable answer ({_kind(exc)})", sending=sending, endpoint=endpoint)


def doubt(why: str, *, sending: bool, endpoint: str | None = None) -> SottovoceError:
    """Say what it means that nobody knows what became of a call."""
    return Uncertain(NAME, why) if sending else Unavailable(NAME, why, endpoint=endpoint)


def code_of(exc: SlackApiError) -> str:
    """Read Slack's name for the error; empty where the answer is not Slack's, such as a proxy's page."""
    data: Any = exc.response.data
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def retry_after(headers: Mapping[str, Any], *, now: datetime) -> datetime | None:
    """Read how long Slack wants to be left alone; None where it does not say. Source: RFC 9110, 10.2.3, seconds."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    text = str(value[0] if isinstance(value, list) and value else value)
    if not text.isdecimal():
        return None
    return now + min(timedelta(seconds=int(text[:9])), LONGEST_PAUSE)


def _answered(exc: SlackApiError, *, now: datetime, sending: bool, endpoint: str | None, room: str) -> SottovoceError:
    status, code = exc.response.status_code, code_of(exc)
    if status == 429 or code in _RATE:  # noqa: PLR2004 (RFC 6585)
        until = retry_after(exc.response.headers, now=now)
        return Unavailable(NAME, "asks us to slow down", pause=Pause.RATE, retry_at=until, endpoint=endpoint)
    if status >= 500 or code in _MAYBE_DONE:  # noqa: PLR2004 (RFC 9110)
        return doubt(f"HTTP {status} {code}".rstrip(), sending=sending, endpoint=endpoint)
    if code == _TRUNCATED:
        return Unavailable(NAME, "our request did not come in whole", endpoint=endpoint)
    if code:
        return _refused(exc, code, room)
    if status == 200:  # noqa: PLR2004 (RFC 9110)
        return doubt("an answer that cannot be read", sending=sending, endpoint=endpoint)
    return Unavailable(NAME, f"HTTP {status}, not from Slack: is `slack.api_base` right?", endpoint=endpoint)


def _refused(exc: SlackApiError, code: str, room: str) -> Refused:
    known = _REFUSALS.get(code)
    if code.startswith("restricted_action"):
        known = _Refusal("slack.may-not-post", Scope.SENDING, _POSTING)
    if known is None:
        rule = f"slack.{code.replace('_', '-')}"
        return Refused(NAME, f"says {code}", rule=rule, remedy="Look it up at docs.slack.dev; run `sottovoce check`.")
    why = f"says {code}" + (f" for room {room}" if room and known.scope is Scope.SENDING else "")
    if code == "missing_scope":
        data: Any = exc.response.data
        needed = data.get("needed")
        why += f": {needed}" if isinstance(needed, str) and re.fullmatch(r"[a-z.:,]+", needed) else ""
    return Refused(NAME, why, rule=known.rule, scope=known.scope, remedy=known.remedy)


def _never_left(exc: BaseException) -> bool:
    """Say whether it is certain that no byte of the request was taken: no connection came about."""
    reason = exc.reason if isinstance(exc, URLError) else None
    if isinstance(reason, socket.gaierror | ssl.SSLCertVerificationError | ConnectionRefusedError):
        return True
    return isinstance(reason, OSError) and reason.errno in _NEVER_LEFT


def _kind(exc: BaseException) -> str:
    reason = exc.reason if isinstance(exc, URLError) else exc
    return type(reason).__name__
