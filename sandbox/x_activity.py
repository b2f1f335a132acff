"""X Activity's look-alike: subscriptions, the stream that tells what happens, and a webhook that is called; no polling.

Shapes are those of X's page "event payloads" of July 2026. What X does when a stream lags, and how often it repeats
an event, it does not say; here whoever asks can have anything repeated and reordered.
"""

import base64
import hmac
import json
import random
from collections.abc import Iterator
from hashlib import sha256
from queue import Empty, Queue
from threading import Lock
from typing import Any

import requests
from flask import Flask, jsonify, request
from werkzeug.wrappers import Response

from domain.clock import Clock
from sandbox.x_answers import says
from sandbox.x_auth import Credentials, who
from sandbox.x_fields import POST_FIELDS, USER_FIELDS, Asked, give_person, give_posts, stamp
from sandbox.x_state import Person, XDirect, XPost, XState
from sandbox.x_text import names_in

BREATH = 20.0  # real seconds between two signs of life
MOST_STREAMS = 2  # an app's connections at once
PRIVATE = ("post.mention.create", "dm.", "chat.")  # how the kinds begin that take a person's consent
ASKED = Asked(post=POST_FIELDS, user=USER_FIELDS, expansions=frozenset({"author_id", "referenced_tweets.id"}))
WEBHOOK_TIMEOUT = 10.0  # seconds; X waits no longer
_END = b""


class XActivity:
    """What one app hears of one brand."""

    def __init__(self, state: XState, brand: Person, credentials: Credentials, clock: Clock) -> None:
        """Watches the network from now on; nobody is told before there are subscriptions."""
        self._state, self._brand, self._credentials, self._clock = state, brand, credentials, clock
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.webhook = ""  # address that is called for every event; empty: none
        self.breath = BREATH
        self.refuse_with: str = ""  # name of an answer of x_answers: whoever opens a stream gets it
        self.undelivered: list[bytes] = []  # events for the webhook, until `deliver`
        self._streams: list[Queue[bytes]] = []
        self._lock, self._count = Lock(), 0
        state.watchers.append(self._happened)

    @property
    def connected(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    def register(self, app: Flask) -> None:
        """Put the endpoints on the application."""
        app.add_url_rule("/2/activity/subscriptions", "subscriptions", self._list, methods=["GET"])
        app.add_url_rule("/2/activity/subscriptions", "subscribe", self._subscribe, methods=["POST"])
        app.add_url_rule("/2/activity/subscriptions/<one>", "unsubscribe", self._unsubscribe, methods=["DELETE"])
        app.add_url_rule("/2/activity/stream", "activity", self._stream, methods=["GET"])

    def cut(self) -> None:
        """End every stream, as X does when it ships new code."""
        with self._lock:
            ended, self._streams = self._streams, []
        for stream in ended:
            stream.put(_END)

    def deliver(self, *, times: int = 1, seed: int | None = None) -> list[int]:
        """Call the webhook with what happened, each event so many times, out of order by `seed`. Returns statuses."""
        with self._lock:
            bodies, self.undelivered = self.undelivered * times, []
        if seed is not None:
            random.Random(seed).shuffle(bodies)  # noqa: S311 - an order, not a secret
        return [self._call(body) for body in bodies]

    def challenge(self, token: str) -> bool:
        """Ask the webhook whether it is the app's; says whether the answer was right."""
        answer = requests.get(self.webhook, params={"crc_token": token}, timeout=WEBHOOK_TIMEOUT)
        return bool(answer.ok and answer.json() == {"response_token": self._signed(token.encode())})

    def _call(self, body: bytes) -> int:
        headers = {"content-type": "application/json", "x-twitter-webhooks-signature": self._signed(body)}
        return requests.post(self.webhook, data=body, headers=headers, timeout=WEBHOOK_TIMEOUT).status_code

    def _signed(self, content: bytes) -> str:
        digest = hmac.new(self._credentials.consumer_secret.encode(), content, sha256).digest()
        return f"sha256={base64.b64encode(digest).decode()}"

    def _list(self) -> Response:
        if who(request, self._credentials) != "app":
            return says("revoked")
        listed = list(self.subscriptions.values())
        return jsonify({"data": listed, "meta": {"total_subscriptions": len(listed)}})

    def _subscribe(self) -> Response:
        kind, told = who(request, self._credentials), request.get_json(silent=True) or {}
        wanted = str(told.get("event_type", ""))
        if kind is None:
            return says("revoked")
        if kind == "app" and wanted.startswith(PRIVATE):
            return says("app_only")
        self._count += 1
        made = {"subscription_id": str(1000 + self._count), "created_at": stamp(self._clock()), **told}
        self.subscriptions[made["subscription_id"]] = made
        return jsonify({"data": [made], "meta": {"total_subscriptions": len(self.subscriptions)}})

    def _unsubscribe(self, one: str) -> Response:
        if who(request, self._credentials) is None:
            return says("revoked")
        deleted = self.subscriptions.pop(one, None) is not None
        return jsonify({"data": {"deleted": deleted}, "meta": {"total_subscriptions": len(self.subscriptions)}})

    def _stream(self) -> Response:
        if who(request, self._credentials) != "app":
            return says("revoked")
        if self.refuse_with or self.connected >= MOST_STREAMS:
            return says(self.refuse_with or "limited")
        queue: Queue[bytes] = Queue()
        with self._lock:
            self._streams.append(queue)
        return Response(self._told(queue), mimetype="application/json")

    def _told(self, queue: "Queue[bytes]") -> Iterator[bytes]:
        try:
            yield b"\r\n"  # the headers go out with the first byte
            while True:
                try:
                    line = queue.get(timeout=self.breath)
                except Empty:
                    yield b"\r\n"
                    continue
                if line == _END:
                    return
                yield line + b"\r\n"
        finally:
            with self._lock:
                if queue in self._streams:
                    self._streams.remove(queue)

    def _happened(self, what: XPost | XDirect) -> None:
        kind = self._kind(what)
        subscribed = [one for one in self.subscriptions.values() if one.get("event_type") == kind]
        if not subscribed:
            return
        told = self._post(what) if isinstance(what, XPost) else self._direct(what)
        self._count += 1
        event = {"event_uuid": str(self._count), "filter": subscribed[0]["filter"], "event_type": kind, **told}
        body = json.dumps({"data": event}).encode()
        with self._lock:
            streams = tuple(self._streams)
            self.undelivered += [body] if self.webhook else []
        for stream in streams:
            stream.put(body)

    def _kind(self, what: XPost | XDirect) -> str:
        if isinstance(what, XDirect):
            received = what.recipient == self._brand.id
            return ("chat." if what.encrypted else "dm.") + ("received" if received else "sent")
        if what.author == self._brand.id or what.deleted:
            return ""
        return "post.mention.create" if self._brand.username.lower() in names_in(what.text) else ""

    def _post(self, post: XPost) -> dict[str, Any]:
        given = give_posts(self._state, [post], ASKED, now=self._clock())
        return {"payload": given.data[0], "includes": given.includes()}

    def _direct(self, direct: XDirect) -> dict[str, Any]:
        at = int(direct.at.timestamp() * 1000)
        if direct.encrypted:
            two = f"{direct.sender}:{direct.recipient}"
            known = {"id": str(direct.id), "sender_id": direct.sender, "conversation_id": two}
            return {"payload": {**known, "created_at_msec": str(at), "encoded_event": "c2FuZGJveA=="}}
        message = {
            "type": "message_create",
            "id": str(direct.id),
            "created_timestamp": str(at),
            "message_create": {
                "target": {"recipient_id": direct.recipient},
                "sender_id": direct.sender,
                "message_data": {"text": direct.text, "entities": {}},
            },
        }
        people = (self._state.people[person] for person in (direct.sender, direct.recipient))
        users = {person.id: {"data": give_person(person, ASKED)} for person in people}
        return {"payload": {"direct_message_events": [message], "users": users}}
