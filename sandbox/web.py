"""The world's page: serves it, keeps it up to date, and does what its buttons say; shows nothing itself."""

import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from threading import Condition
from typing import Any, Protocol

from flask import Flask, Response, request, send_from_directory

from domain.clock import Clock
from sandbox.graph import Graph
from sandbox.loopback import HOST, Loopback
from sandbox.slack import Slack
from sandbox.view import inboxes, modals, network, pages, people, rooms, threads
from sandbox.x import X

PAGE = Path(__file__).parent / "page"
FILES = ("style.css", "page.js", "blocks.js", "icon.svg")
SETTLE = 0.2  # real seconds: changes closer together than this are shown together
TICK = 1.0  # real seconds between two words to a page when nothing happens
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'"
LONGEST_TEXT = 4000  # characters a button may bring


class Shown(Protocol):
    """What the page needs of a world."""

    x: X
    graph: Graph
    slack: Slack

    @property
    def clock(self) -> Clock:
        """Scenario time."""

    def summary(self) -> dict[str, Any]:
        """Title, times and counts."""


class Web:
    """The page and its server."""

    def __init__(self, world: Shown, *, port: int = 0) -> None:
        """Open nothing yet. Watches every network from now on."""
        self._world = world
        self._changed = Condition()
        self._version, self._stopped = 0, False
        world.x.state.watchers.append(lambda _what: self._bump())
        world.graph.state.watchers.append(lambda _what: self._bump())
        world.slack.state.watchers.append(self._bump)
        self.server = Loopback(self._app(), clock=world.clock, software="sandbox", port=port)

    @property
    def base_url(self) -> str:
        """Where the page is."""
        return self.server.base_url

    def start(self) -> None:
        """Serve."""
        self.server.start()

    def stop(self) -> None:
        """Stop serving; open pages are let go."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self.server.stop()

    def state(self) -> dict[str, Any]:
        """Everything the page shows."""
        now, x, graph, slack = self._world.clock(), self._world.x, self._world.graph, self._world.slack
        return {
            **self._world.summary(),
            "posts": _newest([*network(x, now=now), *pages(graph, now=now)], "at"),
            "threads": [*threads(x, now=now), *inboxes(graph, now=now)],
            "rooms": rooms(slack, now=now),
            "modals": modals(slack),
            "people": people(slack),
        }

    def _bump(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def _app(self) -> Flask:
        app = Flask(__name__, static_folder=None)
        app.before_request(_only_from_here)
        app.after_request(_careful)
        app.add_url_rule("/", "page", lambda: send_from_directory(PAGE, "index.html"))
        for name in FILES:
            app.add_url_rule(f"/{name}", name, lambda name=name: send_from_directory(PAGE, name))
        app.add_url_rule("/state", "state", self.state)
        app.add_url_rule("/events", "events", lambda: Response(self._events(), mimetype="text/event-stream"))
        acts: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "publish": self._publish,
            "direct": self._direct,
            "outage": self._outage,
            "press": self._press,
            "submit": self._submit,
            "dismiss": self._dismiss,
        }
        for name, act in acts.items():
            app.add_url_rule(f"/act/{name}", name, lambda act=act: _acted(act), methods=["POST"])
        app.add_url_rule("/_sandbox/slack/press", "press_too", lambda: _acted(self._press), methods=["POST"])
        return app

    def _events(self) -> Iterator[str]:
        shown, seen = "", -1
        while not self._stopped:
            state = json.dumps({name: value for name, value in self.state().items() if name != "now"})
            if state != shown:
                shown = state
                yield f"event: state\ndata: {state}\n\n"
            yield f"event: now\ndata: {json.dumps(self._world.clock().isoformat())}\n\n"
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._version != seen, timeout=TICK)  # noqa: B023 - waited for here
                self._changed.wait_for(lambda: self._stopped, timeout=SETTLE)
                seen = self._version

    def _publish(self, told: dict[str, Any]) -> dict[str, Any]:
        reply_to, on = told.get("reply_to") or None, told.get("on") or "x"
        if on != "x":
            return {"id": self._world.graph.publish(_name(told), _words(told), network=on, under=reply_to)}
        return {"id": self._world.x.publish(_name(told), _words(told), reply_to=reply_to)}

    def _direct(self, told: dict[str, Any]) -> dict[str, Any]:
        on = told.get("on") or "x"
        if on != "x":
            return {"id": self._world.graph.direct(_name(told), _words(told), network=on)}
        return {"id": self._world.x.direct(_name(told), _words(told))}

    def _outage(self, told: dict[str, Any]) -> dict[str, Any]:
        world = self._world
        servers: dict[str, X | Graph | Slack] = {"x": world.x, "graph": world.graph, "slack": world.slack}
        server = servers[told["of"]]
        if told["on"]:
            server.outage()
        else:
            server.recover()
        self._bump()
        return {"out": server.out}

    def _press(self, told: dict[str, Any]) -> dict[str, Any]:
        slack = self._world.slack
        user, choice = told.get("user") or "U0MIA", str(told.get("choice") or "")
        return {"acked": slack.press(told["ts"], told["action_id"], user=user, choice=choice)}

    def _submit(self, told: dict[str, Any]) -> dict[str, Any]:
        answer = self._world.slack.submit(told["modal"], told["values"])
        return {"acked": answer is not None, "errors": (answer or {}).get("errors", {})}

    def _dismiss(self, told: dict[str, Any]) -> dict[str, Any]:
        self._world.slack.dismiss(told["modal"])
        return {}


def _newest(found: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    return sorted(found, key=lambda one: str(one[by]), reverse=True)


def _acted(act: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[dict[str, Any], int]:
    try:
        return act(request.get_json()), HTTPStatus.OK
    except (KeyError, ValueError, TypeError) as exc:
        return {"error": f"{type(exc).__name__}: {exc}"}, HTTPStatus.BAD_REQUEST


def _name(told: dict[str, Any]) -> str:
    name = str(told["author"]).lstrip("@")
    if not (name.isascii() and name.replace("_", "").isalnum() and len(name) <= 15):  # noqa: PLR2004 - the network's number
        raise ValueError("a name is 1 to 15 letters, digits or _")
    return name


def _words(told: dict[str, Any]) -> str:
    words = str(told["text"]).strip()
    if not 1 <= len(words) <= LONGEST_TEXT:
        raise ValueError(f"a text is 1 to {LONGEST_TEXT} characters")
    return words


def _only_from_here() -> Response | None:
    """Refuse a page of another site that was made to point here: its requests carry its own name."""
    host = request.host.rsplit(":", 1)[0]
    return None if host in {HOST, "localhost"} else Response("not here", HTTPStatus.FORBIDDEN)


def _careful(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
