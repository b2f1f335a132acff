"""What people do in the Slack look-alike: press buttons, choose, fill in modals; the app hears of it by the socket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask

from domain.clock import monotonic
from sandbox.slack_api import Ask, NotOk, SlackApi
from sandbox.slack_blocks import complaints, elements
from sandbox.slack_socket import Sockets
from sandbox.slack_state import APP, BOT, TEAM, Message, Modal, with_block_ids

TRIGGER_LIFE = 3.0  # real seconds in which a modal may be opened after a press
ACK_WITHIN = 3.0  # real seconds until the person sees a warning


@dataclass(slots=True)
class Hands:
    """Everybody's hands."""

    api: SlackApi
    sockets: Sockets
    _triggers: dict[str, tuple[float, str]] = field(default_factory=dict)  # when it ends, whose it is

    def press(self, message: Message, action_id: str, *, user: str, choice: str = "", wait: float = ACK_WITHIN) -> bool:
        """Use a button or menu. True if the app acked in time. Raises KeyError when the message has no such element."""
        found = [pair for pair in elements(message.blocks) if pair[1]["action_id"] == action_id]
        if not found:
            raise KeyError(action_id)
        block, element = found[0]
        now = self.api.clock()
        payload = {
            **self._by(user, now),
            "type": "block_actions",
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.room,
                "is_ephemeral": bool(message.only_for),
                **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
            },
            "channel": {"id": message.room, "name": self.api.state.rooms[message.room].name},
            "message": self.api.state.given(message, metadata=True),
            "state": {"values": {}},
            "actions": [_action(block, element, choice, self.api.state.stamp(now))],
        }
        return self.sockets.send("interactive", payload, wait=wait) is not None

    def submit(
        self, modal: Modal, values: Mapping[str, Mapping[str, str]], *, wait: float = ACK_WITHIN
    ) -> dict[str, Any] | None:
        """Send a modal. `values`: block id -> action id -> what is written. Returns the app's answer, None without ack.

        The modal closes unless the answer says otherwise.
        """
        view = {**modal.view, "state": {"values": _filled(modal.view["blocks"], values)}}
        payload = {**self._by(modal.user, self.api.clock()), "type": "view_submission", "view": view}
        payload |= {"response_urls": []}
        answer = self.sockets.send("interactive", payload, wait=wait, answerable=True)
        if answer is not None and answer.get("response_action", "clear") in {"clear", ""}:
            self.api.state.modals.pop(modal.id, None)
            self.api.state.tell()
        return answer

    def close(self, modal: Modal) -> None:
        """Close a modal without sending it; the app hears of it only if it asked to."""
        self.api.state.modals.pop(modal.id, None)
        self.api.state.tell()
        if modal.view.get("notify_on_close"):
            payload = {**self._by(modal.user, self.api.clock()), "type": "view_closed", "view": modal.view}
            self.sockets.send("interactive", {**payload, "is_cleared": False}, wait=ACK_WITHIN)

    def register(self, app: Flask) -> None:
        """Put the methods about modals on the application."""
        self.api.method(app, "views.open", self._opened)
        self.api.method(app, "views.update", self._updated)

    def _by(self, user: str, now: datetime) -> dict[str, Any]:
        person = self.api.state.colleague(user)
        trigger = f"{self.api.state.stamp(now)}.{TEAM}"
        self._triggers[trigger] = (monotonic() + TRIGGER_LIFE, user)
        return {
            "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": TEAM},
            "api_app_id": APP,
            "token": "sandbox-verification",
            "trigger_id": trigger,
            "team": {"id": TEAM, "domain": "sandbox"},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _opened(self, _api: SlackApi, ask: Ask) -> dict[str, Any]:
        until, user = self._triggers.pop(str(ask.need("trigger_id")), (0.0, ""))
        if not user:
            raise NotOk("invalid_trigger_id")
        if monotonic() > until:
            raise NotOk("expired_trigger_id")
        number = f"V0{ask.now.timestamp():.0f}{len(self.api.state.modals):03d}"
        view = _view(ask, number)
        self.api.state.modals[number] = Modal(id=number, user=user, view=view, opened_at=ask.now)
        self.api.state.tell()
        return {"view": view}

    def _updated(self, _api: SlackApi, ask: Ask) -> dict[str, Any]:
        modal = self.api.state.modals.get(str(ask.need("view_id")))
        if modal is None:
            raise NotOk("not_found")
        modal.view = _view(ask, modal.id)
        self.api.state.tell()
        return {"view": modal.view}


def _view(ask: Ask, number: str) -> dict[str, Any]:
    view = ask.need("view")
    wrong = complaints(view.get("blocks"), modal=True)
    for name in ("title", "submit", "close"):
        if len((view.get(name) or {}).get("text", "")) > 24:  # noqa: PLR2004 - Slack's number, used once
            wrong.append(f"[ERROR] must be less than 25 characters [json-pointer:/view/{name}/text]")
    if view.get("type") != "modal" or "title" not in view:
        wrong.append("[ERROR] missing required field: title [json-pointer:/view]")
    if wrong:
        raise NotOk("invalid_arguments", response_metadata={"messages": wrong})
    blocks = with_block_ids(view["blocks"], number)
    known = {"id": number, "team_id": TEAM, "app_id": APP, "bot_id": BOT, "root_view_id": number, "hash": "1.sandbox"}
    defaults = {"private_metadata": "", "callback_id": "", "state": {"values": {}}}
    return {**defaults, **view, **known, "blocks": blocks}


def _action(block: Mapping[str, Any], element: Mapping[str, Any], choice: str, ts: str) -> dict[str, Any]:
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": ts,
    }
    if element["type"] == "button":
        kept = {name: element[name] for name in ("text", "value", "style") if name in element}
        return {**action, **kept}
    if element["type"] == "users_select":
        return {**action, "selected_user": choice}
    options = [option for option in element.get("options", []) if option.get("value") == choice]
    return {**action, "selected_option": options[0] if options else None}


def _filled(blocks: list[dict[str, Any]], values: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for block, element in elements(blocks):
        written = values.get(block["block_id"], {}).get(element["action_id"])
        chosen = {**_action(block, element, written or "", "")}
        state = {"type": element["type"]}
        if element["type"] == "plain_text_input":
            state |= {"value": written}
        else:
            state |= {name: chosen[name] for name in ("selected_option", "selected_user") if name in chosen}
        filled.setdefault(block["block_id"], {})[element["action_id"]] = state
    return filled
