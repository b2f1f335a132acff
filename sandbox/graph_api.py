"""The Graph look-alike's doorman: who may ask what and how answers are dressed; the asking is elsewhere."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, request
from werkzeug.wrappers import Response

from domain.clock import Clock
from sandbox.faults import Fault, named
from sandbox.graph_answers import says, usage
from sandbox.graph_auth import Access
from sandbox.graph_fields import Field, FieldsError, parse
from sandbox.graph_rules import GraphRefusal
from sandbox.graph_state import GraphState
from sandbox.graph_values import GraphMessage, GraphPerson, Item, Network, Sort
from sandbox.hurting import HURTS

NEWEST, OLDEST = 26, 21  # versions served on 21 November 2026; an older one is answered as the oldest
_VERSION = re.compile(r"v(\d{1,2})\.(\d)")
BREAKS = frozenset({"window", "window_instagram", "used_up", "too_late", "not_replyable", "tag", "human_agent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What an id stands for: its kind, and the thing itself."""

    kind: str  # page, instagram, post, media, comment, reply, thread, message, person
    item: Item | None = None
    person: GraphPerson | None = None
    message: GraphMessage | None = None
    thread: str = ""


@dataclass(slots=True)
class Call:
    """One request that passed the door."""

    method: str
    node_id: str
    node: Node
    edge: str
    now: datetime
    params: Mapping[str, Any]
    fields: tuple[Field, ...]
    token_in_url: str  # the token, if it came as a parameter: links to other pages carry it
    url: str  # without the query
    hurts: tuple[Fault, ...]

    def hurt(self, effect: str) -> Fault | None:
        """The fault of this effect, if the request suffers it."""
        return named(self.hurts, effect)

    def said(self, name: str, default: str = "") -> str:
        """A parameter as text."""
        value = self.params.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def told(self, name: str) -> dict[str, Any]:
        """A parameter that is an object, sent as JSON text or in a JSON body. Raises GraphRefusal."""
        value = self.params.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                value = None
        if not isinstance(value, dict) or not value:
            raise GraphRefusal("invalid", f"param {name} must be non-empty.")
        return value

    def delay(self) -> timedelta:
        """How late what is asked for takes effect."""
        late = self.hurt("late_effect")
        return timedelta(seconds=late.seconds) if late else timedelta(0)


Handler = Callable[["GraphApi", Call], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """Who serves one edge of one kind of node, and the scopes it needs."""

    handler: Handler
    scopes: tuple[str, ...] = ()


@dataclass(slots=True)
class GraphApi:
    """What the handlers share."""

    state: GraphState
    page: GraphPerson
    instagram: GraphPerson
    access: Access
    clock: Clock
    kinds: dict[str, Any] = field(default_factory=dict)  # how each kind of object looks: see graph_shapes
    used: int = 1  # percent of the limits
    routes: dict[tuple[str, str, str], Route] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)  # method and path of each, for looking after

    def route(self, method: str, kind: str, edge: str, handler: Handler, *scopes: str) -> None:
        """Serve an edge of a kind of node; the empty edge is the node itself."""
        self.routes[method, kind, edge] = Route(handler, scopes)

    def register(self, app: Flask) -> None:
        """Take every path."""
        methods = ["GET", "POST", "DELETE"]
        app.add_url_rule("/<path:path>", "graph", self._serve, methods=methods)

    def item(self, item_id: str, *, now: datetime, why: str = "gone") -> Item:
        """Find an item. Raises GraphRefusal."""
        found = self.state.existing(item_id, now=now)
        if found is None:
            raise GraphRefusal(why, item_id)
        return found

    @property
    def own(self) -> set[str]:
        """Our own ids."""
        return {self.page.id, self.instagram.id}

    def ours(self, item: Item) -> bool:
        """Whether an item stands on our own Page or under our own media."""
        root = self.state.items.get(item.root, item)
        return root.sort is not Sort.TAG and not (root.sort is Sort.MEDIA and root.author != self.instagram.id)

    def _serve(self, path: str) -> Response:
        now, served = self.clock(), f"v{NEWEST}.0"
        self.requests.append(f"{request.method} /{path}")
        try:
            served, parts = _version(path)
            response = _json(self._answer(parts, now))
        except GraphRefusal as refusal:
            if refusal.why in BREAKS:
                self.state.note_refused(refusal.why, path, now=now)
            response = says(refusal.why, refusal.about, method=request.method)
        response.headers["facebook-api-version"] = served
        response.headers["x-fb-trace-id"] = f"A{len(self.requests):011d}"
        response.headers.update(usage(self.used, bucket=_bucket(path), owner=self.page.id))
        return response

    def _answer(self, parts: list[str], now: datetime) -> Any:
        params = _params()
        header = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        in_url = str(params.pop("access_token", ""))
        token, proof = header or in_url, str(params.pop("appsecret_proof", ""))
        trouble = self.access.trouble(token, proof, now=now)
        if trouble:
            raise GraphRefusal(trouble)
        node_id, edge = parts[0], "/".join(parts[1:])
        if node_id == "debug_token":
            return {"data": self.access.told(str(params.get("input_token", "")), self.page.id, now=now)}
        if token == self.access.credentials.app_token:
            raise GraphRefusal("app_only")
        node_id = self.page.id if node_id == "me" else node_id
        node = self.find(node_id, now=now)
        route = self.routes.get((request.method, node.kind, edge))
        if route is None:
            raise GraphRefusal("path", f"/{edge}") if edge else GraphRefusal("gone", node_id)
        self.need(*route.scopes)
        fields = _fields(str(params.get("fields", "")))
        url = f"{request.host_url.rstrip('/')}/{request.path.lstrip('/')}"
        hurts = request.environ.get(HURTS, ())
        return route.handler(self, Call(request.method, node_id, node, edge, now, params, fields, in_url, url, hurts))

    def need(self, *scopes: str) -> None:
        """Refuse whoever lacks a scope, as reading and writing refuse it."""
        for scope in scopes:
            if scope not in self.access.scopes:
                raise GraphRefusal("scope_reads" if request.method == "GET" else "scope_lost", scope)

    def find(self, node_id: str, *, now: datetime) -> Node:
        """Say what an id stands for. Raises GraphRefusal for one that is deleted or was never there."""
        if node_id == self.page.id:
            return Node(kind="page")
        if node_id == self.instagram.id:
            return Node(kind="instagram")
        item = self.state.existing(node_id, now=now)
        if item is not None:
            return Node(kind=kind_of(item), item=item)
        message = self.state.messages.get(node_id)
        if message is not None and message.exists_at <= now:
            return Node(kind="message", message=message)
        if self.state.thread(node_id, now=now):
            return Node(kind="thread", thread=node_id)
        person = self.state.people.get(node_id)
        if person is not None:
            return Node(kind="person", person=person)
        raise GraphRefusal("gone", node_id)


def kind_of(item: Item) -> str:
    """The kind of node an item is."""
    if item.sort is Sort.COMMENT:
        return "comment" if item.network is Network.FACEBOOK else "reply"
    return "post" if item.network is Network.FACEBOOK else "media"


def _version(path: str) -> tuple[str, list[str]]:
    parts = [part for part in path.split("/") if part]
    found = _VERSION.fullmatch(parts[0]) if parts else None
    if found is None:
        return f"v{OLDEST}.0", parts or ["me"]
    if int(found[1]) > NEWEST or not parts[1:]:
        raise GraphRefusal("path", f"/{parts[0]}")
    return f"v{max(int(found[1]), OLDEST)}.0", parts[1:]


def _params() -> dict[str, Any]:
    told: dict[str, Any] = dict(request.args.items()) | dict(request.form.items())
    body = request.get_json(silent=True)
    return told | body if isinstance(body, dict) else told


def _fields(text: str) -> tuple[Field, ...]:
    try:
        return parse(text)
    except FieldsError as exc:
        raise GraphRefusal("fields", str(exc.at)) from exc


def _bucket(path: str) -> str:
    return "messenger" if path.endswith(("messages", "conversations")) else "pages"


def _json(answer: Any) -> Response:
    text = json.dumps(answer, ensure_ascii=True)
    return Response(text, 200, content_type="application/json; charset=UTF-8")
