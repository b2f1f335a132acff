"""Hurting: carries out faults around an application; what an effect means for one network is given to it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

from domain.clock import Clock
from sandbox.faults import TRANSPORT, Fault, Faults
from sandbox.loopback import reset

HURTS = "sandbox.hurts"  # the key under which an application finds the faults of its request

Answer = Callable[[Fault, datetime], Response]
Change = Callable[[Response, Fault, WSGIEnvironment], Response]
Before = Callable[[WSGIEnvironment, Fault], None]

BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>"
    "\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What one network's own effects do.

    `answers` end a request with the network's own words; `changes` alter what the application answered;
    `before` act on the network's world first; `inside` are left to the application, which reads them from HURTS.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    changes: Mapping[str, Change] = field(default_factory=dict)
    before: Mapping[str, Before] = field(default_factory=dict)
    inside: frozenset[str] = frozenset()

    @property
    def effects(self) -> frozenset[str]:
        """Every effect name the server understands."""
        return TRANSPORT | self.inside | frozenset(self.answers) | frozenset(self.changes) | frozenset(self.before)


class CutError(ConnectionResetError):
    """The connection is gone already: the server has nothing more to do for this request."""


class Hurting:
    """A WSGI application around another that hurts some of its requests."""

    def __init__(self, app: WSGIApplication, faults: Faults, ways: Ways, *, clock: Clock) -> None:
        """Ask `faults` about each request; paths under /_sandbox are never hurt."""
        self._app, self._faults, self._ways, self._clock = app, faults, ways, clock
        self.released = Event()  # set when the server stops: nobody hangs on

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path = environ["PATH_INFO"]
        own = path.startswith("/_sandbox")
        hurts = () if own else self._faults.take(environ["REQUEST_METHOD"], path, now=self._clock())
        environ[HURTS] = hurts
        if not hurts:
            return self._app(environ, start_response)
        return self._hurt(environ, hurts)(environ, start_response)

    def _hurt(self, environ: WSGIEnvironment, hurts: tuple[Fault, ...]) -> Response:
        for fault in hurts:
            self._before(environ, fault)
        for fault in hurts:
            if not fault.applied:
                ended = self._end(environ, fault)
                if ended is not None:
                    return ended
        response = Response.from_app(self._app, environ, buffered=True)
        for fault in hurts:
            response = self._change(response, fault, environ)
        for fault in hurts:
            if fault.applied:
                response = self._end(environ, fault) or response
        return response

    def _before(self, environ: WSGIEnvironment, fault: Fault) -> None:
        if fault.effect == "slow":
            self.released.wait(fault.seconds)
        elif fault.effect == "skew":
            environ["sandbox.skew"] = fault.seconds
        elif fault.effect in self._ways.before:
            self._ways.before[fault.effect](environ, fault)

    def _end(self, environ: WSGIEnvironment, fault: Fault) -> Response | None:
        match fault.effect:
            case "drop":
                self._cut(environ)
            case "hang":
                self.released.wait(fault.seconds)
                self._cut(environ)
            case "error":
                return problem(fault.status, "Internal Server Error", "Something went wrong.")
            case "bad_gateway":
                return Response(BAD_GATEWAY, 502, content_type="text/html")
        answer = self._ways.answers.get(fault.effect)
        return answer(fault, self._clock()) if answer else None

    def _change(self, response: Response, fault: Fault, environ: WSGIEnvironment) -> Response:
        if fault.effect == "truncate":
            body = response.get_data()
            return Response(body[: len(body) // 2], response.status, response.headers, direct_passthrough=False)
        change = self._ways.changes.get(fault.effect)
        return change(response, fault, environ) if change else response

    def _cut(self, environ: WSGIEnvironment) -> None:
        reset(environ["werkzeug.socket"])
        raise CutError


def problem(status: int, title: str, detail: str, kind: str = "about:blank", **more: Any) -> Response:
    """Answer with a problem document, as RFC 9457 and X shape it."""
    body = {**more, "title": title, "detail": detail, "type": kind} | ({} if more else {"status": status})
    return Response(json.dumps(body), status, content_type="application/problem+json")


def change_json(response: Response, change: Callable[[Any], Any]) -> Response:
    """Rewrite a JSON body and keep the rest; anything else passes unchanged."""
    if "json" not in (response.content_type or ""):
        return response
    response.set_data(json.dumps(change(json.loads(response.get_data()))))
    return response
