"""The X look-alike's doorman: who may ask what and how often, and how answers are dressed; the asking is elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask, jsonify, request
from werkzeug.wrappers import Response

from domain.clock import Clock
from sandbox.faults import Fault, named
from sandbox.hurting import HURTS
from sandbox.x_answers import says
from sandbox.x_auth import Credentials, Kind, who
from sandbox.x_bill import Bill
from sandbox.x_fields import Asked, Given, Naming, rename
from sandbox.x_limits import LIMITS, Left, Windows
from sandbox.x_params import Answered, Params
from sandbox.x_state import Person, Refusal, XState

API_VERSION = "2.167"


@dataclass(slots=True)
class Call:
    """One request that passed the door."""

    endpoint: str
    now: datetime
    me: Person  # whose account this is, also when the app asks for itself
    app: bool
    params: Params
    body: dict[str, Any]
    hurts: tuple[Fault, ...]

    def hurt(self, effect: str) -> Fault | None:
        """The fault of this effect, if the request suffers it."""
        return named(self.hurts, effect)


Handler = Callable[..., Any]


@dataclass(slots=True)
class XApi:
    """What the handlers share."""

    state: XState
    brand: str  # username of the account whose secrets these are
    credentials: Credentials
    clock: Clock
    naming: Naming = Naming.BOTH
    windows: Windows = field(default_factory=Windows)
    bill: Bill = field(default_factory=Bill)

    def route(self, app: Flask, method: str, path: str, endpoint: str, handler: Handler) -> None:
        """Serve a path; `endpoint` names its rate limit."""

        def view(**parts: str) -> Response:
            return self._serve(endpoint, handler, parts)

        app.add_url_rule(path, f"{method} {path}", view, methods=[method])

    def _serve(self, endpoint: str, handler: Handler, parts: dict[str, str]) -> Response:
        now = self.clock()
        kind = who(request, self.credentials)
        try:
            lefts = self._admit(endpoint, kind, now)
        except Answered as answered:
            return _dressed(answered.response, kind, [])
        if not all(left.allowed for left in lefts):
            return _dressed(says("limited"), kind, lefts)
        try:
            response = _json(handler(self, self._call(endpoint, kind, now), **parts))
        except Answered as answered:
            response = answered.response
        except Refusal as refusal:
            response = says(refusal.why)
        return _dressed(response, kind, lefts)

    def _admit(self, endpoint: str, kind: Kind | None, now: datetime) -> list[Left]:
        if kind is None:
            raise Answered(says("revoked"))
        limit = LIMITS[endpoint]
        if not (limit.app if kind == "app" else limit.user):
            raise Answered(says("app_only" if kind == "app" else "user_only"))
        refusal = self.bill.refusal()
        if refusal:
            raise Answered(says(refusal))
        return self.windows.count(endpoint, kind, app=kind == "app", now=now)

    def _call(self, endpoint: str, kind: Kind | None, now: datetime) -> Call:
        body = request.get_json(silent=True)
        return Call(
            endpoint=endpoint,
            now=now,
            me=self.state.person(self.brand),
            app=kind == "app",
            params=Params(request.args.to_dict(), self.naming),
            body=body if isinstance(body, dict) else {},
            hurts=request.environ.get(HURTS, ()),
        )

    def listing(self, call: Call, given: Given, *, asked: Asked, meta: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Dress a list: no `data` when it is empty, in the names it was asked in."""
        body: dict[str, Any] = {"data": given.data} if given.data else {}
        includes = given.includes()
        body |= {"includes": includes} if includes else {}
        body |= {name: value for name, value in more.items() if value}
        body |= {"meta": meta} if meta else {}
        if self.bill.bill_expansions:
            self.bill.read(call.endpoint, "user_read", given.users, now=call.now)
            self.bill.read(call.endpoint, "post_read", given.tweets, now=call.now)
        return rename(body) if asked.new_names else body


def _json(answer: Any) -> Response:
    if isinstance(answer, tuple):
        body, status = answer
        response: Response = jsonify(body)
        response.status_code = status
        return response
    return jsonify(answer)


def _dressed(response: Response, kind: Kind | None, lefts: list[Left]) -> Response:
    response.headers["api-version"] = API_VERSION
    response.headers["cache-control"] = "no-cache, no-store, max-age=0"
    if kind is not None:
        response.headers["x-access-level"] = "read" if kind == "app" else "read-write-directmessages"
    for left in lefts:
        response.headers.update(left.headers())
    return response
