"""The Slack look-alike as others hold it: start it, point a client at it, press buttons, hurt it, read it."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, request
from werkzeug.wrappers import Response

from domain.clock import Clock
from sandbox import fault_routes, slack_files, slack_methods, slack_socket
from sandbox.faults import Fault, Faults
from sandbox.hurting import Answer, Hurting, Ways
from sandbox.loopback import Loopback
from sandbox.slack_api import Pacing, SlackApi
from sandbox.slack_hands import Hands
from sandbox.slack_socket import Linking, Sockets
from sandbox.slack_state import BOT_USER, Message, Modal, Room, SlackState

ALERTS, CASES = "alerts", "cases"
AGENTS = {"U0MIA": "Mia Berg", "U0TOM": "Tom Okafor", "U0LIN": "Lin Chen"}


def _no(error: str) -> Answer:
    body = json.dumps({"ok": False, "error": error})
    return lambda _fault, _now: Response(body, 200, content_type="application/json")


def _limited(fault: Fault, _now: datetime) -> Response:
    response = Response(json.dumps({"ok": False, "error": "ratelimited"}), 429, content_type="application/json")
    response.headers["Retry-After"] = str(int(fault.seconds))
    return response


ANSWERS: dict[str, Answer] = {
    name: _no(name)
    for name in (
        "invalid_auth",
        "token_revoked",
        "account_inactive",
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "missing_scope",
        "msg_too_long",
        "invalid_blocks",
        "message_not_found",
        "internal_error",
        "fatal_error",
    )
} | {"rate_limited": _limited}


class Slack:
    """One workspace with one app in it."""

    def __init__(self, *, clock: Clock, seed: int = 1, port: int = 0) -> None:
        """Open nothing yet; see `start`. There are two rooms and three people."""
        self.clock = clock
        self.token, self.app_token = f"xoxb-sandbox-{seed}", f"xapp-sandbox-{seed}"
        self.state = SlackState(clock)
        self.alerts, self.cases = self.state.room(ALERTS), self.state.room(CASES)
        self.state.colleague(BOT_USER, "sottovoce")
        for user, name in AGENTS.items():
            self.state.colleague(user, name)
        self._api = SlackApi(self.state, self.token, self.app_token, clock)
        self.sockets = Sockets(seed)
        self._hands = Hands(self._api, self.sockets)
        ways = Ways(answers=ANSWERS, inside=frozenset({"lag", "late_effect"}))
        self.faults = Faults(ways.effects)
        self._hurting = Hurting(Linking(self._app(), self.sockets), self.faults, ways, clock=clock)
        self.server = Loopback(self._hurting, clock=clock, software="Apache", port=port)

    @property
    def base_url(self) -> str:
        """What slack_sdk's clients take as `base_url`."""
        return f"{self.server.base_url}/api/"

    @property
    def pacing(self) -> Pacing:
        """The limit of messages; `pacing.off = True` lifts it."""
        return self._api.pacing

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the bot token may do."""
        return self._api.scopes

    @scopes.setter
    def scopes(self, scopes: tuple[str, ...]) -> None:
        self._api.scopes = scopes

    def start(self) -> None:
        """Serve."""
        self.server.start()
        self._api.base_url = self.server.base_url

    def stop(self) -> None:
        """Stop serving; whoever hangs is let go and every socket is closed."""
        self._hurting.released.set()
        self.server.stop()
        self.sockets.close_all()

    def outage(self, *, reset: bool = False) -> None:
        """Go away, sockets included: connections are refused, or taken and cut at once."""
        if reset:
            self.server.resetting = True
        else:
            self.server.refuse()
        self.sockets.close_all()

    @property
    def out(self) -> bool:
        """Whether there is an outage."""
        return self.server.out

    def recover(self) -> None:
        """End an outage, of either kind."""
        self.server.resetting = False
        self.server.accept()

    def fault(self, match: str, effect: str, **more: Any) -> None:
        """Put a fault in force; see `faults.Fault` for what `more` may hold. Raises ValueError."""
        self.faults.add(Fault(match=match, effect=effect, **more))

    def room(self, name: str, *, member: bool = True, archived: bool = False) -> Room:
        """Find a room or open it; `member` is whether the bot is in it."""
        room = self.state.room(name)
        room.member, room.archived = member, archived
        return room

    def messages(self, room: str = ALERTS, *, thread: str = "") -> list[Message]:
        """What was said in a room, threads left out, or in one thread; oldest first."""
        return self.state.seen(self.state.room(room).id, until=self.clock(), thread=thread)

    def whispers(self, user: str) -> list[Message]:
        """What only `user` was told, oldest first."""
        return [one for one in self.state.sent if one.only_for == user]

    def say(self, user: str, text: str, *, room: str = ALERTS, thread: str = "") -> str:
        """Let a person say something in a room. Returns its ts."""
        now = self.clock()
        ts = self.state.stamp(now)
        self.state.say(
            Message(
                room=self.state.room(room).id,
                ts=ts,
                user=self.state.colleague(user).id,
                text=text,
                blocks=[],
                at=now,
                seen_at=now,
                thread_ts=thread,
            )
        )
        return ts

    def press(self, ts: str, action_id: str, *, user: str = "U0MIA", choice: str = "", wait: float = 3.0) -> bool:
        """Let a person use a button or menu of a message. True when the app acked within `wait` real seconds.

        Raises KeyError when there is no such message or element.
        """
        message = next((one for one in self.state.sent if one.ts == ts), None)
        if message is None:
            raise KeyError(ts)
        return self._hands.press(message, action_id, user=user, choice=choice, wait=wait)

    def modals(self, user: str = "") -> list[Modal]:
        """The modals people have open, or one person's."""
        return [one for one in self.state.modals.values() if user in {"", one.user}]

    def submit(self, modal: str, values: dict[str, dict[str, str]], *, wait: float = 3.0) -> dict[str, Any] | None:
        """Send a modal; see `Hands.submit`. Raises KeyError when it is not open."""
        return self._hands.submit(self.state.modals[modal], values, wait=wait)

    def dismiss(self, modal: str) -> None:
        """Close a modal without sending it. Raises KeyError when it is not open."""
        self._hands.close(self.state.modals[modal])

    def dump(self, path: Path) -> None:
        """Write everything there is as JSON, for a look afterwards."""
        with self.state.lock:
            told = {
                "rooms": [asdict(one) for one in self.state.rooms.values()],
                "messages": [asdict(one) for one in self.state.sent],
                "faults": self.faults.told(),
            }
        path.write_text(json.dumps(told, default=str, ensure_ascii=False, indent=1), encoding="utf-8")

    def _app(self) -> Flask:
        app = Flask(__name__, static_folder=None)
        slack_methods.register(self._api, app)
        slack_files.register(self._api, app)
        slack_socket.register(self._api, app, self.sockets)
        self._hands.register(app)
        fault_routes.register(app, self.faults)
        app.add_url_rule("/_sandbox/slack/press", "press", self._pressed, methods=["POST"])
        return app

    def _pressed(self) -> Response:
        told = request.get_json()
        try:
            acked = self.press(
                told["ts"], told["action_id"], user=told.get("user", "U0MIA"), choice=told.get("choice", "")
            )
        except KeyError as exc:
            return Response(json.dumps({"error": f"not there: {exc}"}), 404, content_type="application/json")
        return jsonify({"acked": acked})
