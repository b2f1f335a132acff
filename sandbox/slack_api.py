"""The Slack Web API's doorman: reads arguments however they come, checks tokens, scopes and pace, says `ok` or not."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, jsonify, request
from werkzeug.wrappers import Response

from domain.clock import Clock
from sandbox.faults import Fault, named
from sandbox.hurting import HURTS
from sandbox.slack_state import Room, SlackState

SCOPES = (
    "chat:write",
    "chat:write.public",
    "files:write",
    "commands",
    "users:read",
    "channels:read",
    "groups:read",
    "channels:history",
    "groups:history",
)
_NESTED = frozenset({"blocks", "metadata", "attachments", "files", "view", "response_metadata"})


class NotOk(Exception):  # noqa: N818 - an answer, not a failure
    """The answer is `ok: false`, with an error's name and perhaps more."""

    def __init__(self, error: str, **more: Any) -> None:
        """Keep what is answered."""
        super().__init__(error)
        self.body = {"ok": False, "error": error, **more}


@dataclass(slots=True)
class Pacing:
    """One message a second and room; a few in a burst are let through. In sandbox time."""

    burst: int = 3
    off: bool = False
    _tokens: dict[str, tuple[float, datetime]] = field(default_factory=dict)

    def wait(self, room: str, now: datetime) -> float:
        """Take a turn: 0, or the seconds until the next one."""
        tokens, since = self._tokens.get(room, (float(self.burst), now))
        tokens = min(float(self.burst), tokens + (now - since).total_seconds())
        if self.off or tokens >= 1:
            self._tokens[room] = (tokens - 1, now)
            return 0.0
        return 1.0 - tokens


@dataclass(slots=True)
class Ask:
    """One request that passed the door."""

    args: dict[str, Any]
    now: datetime
    hurts: tuple[Fault, ...]

    def hurt(self, effect: str) -> Fault | None:
        """The fault of this effect, if the request suffers it."""
        return named(self.hurts, effect)

    def need(self, name: str) -> Any:
        """An argument that must be there. Raises NotOk."""
        if self.args.get(name) in (None, ""):
            raise NotOk(
                "invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]}
            )
        return self.args[name]

    def flag(self, name: str) -> bool:
        """An argument that is true or false."""
        return str(self.args.get(name, "")).lower() in {"1", "true"}


Method = Callable[["SlackApi", Ask], dict[str, Any]]


@dataclass(slots=True)
class SlackApi:
    """What the methods share."""

    state: SlackState
    token: str
    app_token: str
    clock: Clock
    pacing: Pacing = field(default_factory=Pacing)
    scopes: tuple[str, ...] = SCOPES
    base_url: str = ""

    def method(self, app: Flask, name: str, does: Method, *, scope: str = "", token: str = "") -> None:
        """Serve /api/`name` by GET and POST; `token` is the one it wants when that is not the bot's."""

        def view() -> Response:
            now = self.clock()
            try:
                self._check(token or self.token, scope)
                hurts: tuple[Fault, ...] = request.environ.get(HURTS, ())
                body = {"ok": True, **does(self, Ask(arguments(), now, hurts))}
            except NotOk as no:
                body = no.body
            response = jsonify(body)
            if body.get("error") == "ratelimited":
                response.status_code = 429
                response.headers["Retry-After"] = str(body["retry_after"])
            response.headers["x-oauth-scopes"] = ",".join(self.scopes)
            response.headers["x-slack-req-id"] = "sandbox"
            return response

        app.add_url_rule(f"/api/{name}", name, view, methods=["GET", "POST"])

    def _check(self, wanted: str, scope: str) -> None:
        header = request.headers.get("Authorization", "")
        given = header.removeprefix("Bearer ").strip() or str(arguments().get("token", ""))
        if not given:
            raise NotOk("not_authed")
        if given != wanted:
            raise NotOk("not_allowed_token_type" if given in {self.token, self.app_token} else "invalid_auth")
        if scope and scope not in self.scopes:
            raise NotOk("missing_scope", needed=scope, provided=",".join(self.scopes))

    def room(self, ask: Ask, *, writing: bool = False) -> Room:
        """The room a request names. Raises NotOk when there is none or the bot may not do this in it."""
        found = self.state.find_room(str(ask.need("channel")))
        if found is None:
            raise NotOk("channel_not_found")
        if writing and found.archived:
            raise NotOk("is_archived")
        if not found.member and not (writing and "chat:write.public" in self.scopes):
            raise NotOk("not_in_channel")
        return found

    def pace(self, room: Room, now: datetime) -> None:
        """Take a turn in a room. Raises NotOk when it is too soon."""
        with self.state.lock:
            wait = self.pacing.wait(room.id, now)
        if wait:
            raise NotOk("ratelimited", retry_after=max(1, round(wait)))


def arguments() -> dict[str, Any]:
    """A request's arguments, from its query, form or JSON; what is JSON inside a form is read."""
    given: dict[str, Any] = {**request.args.to_dict(), **request.form.to_dict()}
    body = request.get_json(silent=True)
    if isinstance(body, dict):
        given |= body
    for name in _NESTED & set(given):
        if isinstance(given[name], str):
            try:
                given[name] = json.loads(given[name])
            except ValueError:
                raise NotOk("invalid_json" if name != "blocks" else "invalid_blocks_format") from None
    return given


def late(ask: Ask) -> timedelta:
    """How much later than now this takes effect."""
    fault = ask.hurt("late_effect")
    return timedelta(seconds=fault.seconds) if fault else timedelta(0)


def listed_until(ask: Ask) -> datetime:
    """Up to when a listing sees what there is."""
    fault = ask.hurt("lag")
    return ask.now - timedelta(seconds=fault.seconds) if fault else ask.now
