"""Meta's webhooks from the Graph look-alike: what happens is signed and brought to an address, as often as asked.

Shapes are those of Meta's webhook reference and of recorded payloads. How often Meta repeats a delivery, and in what
order, it does not say; here anything can be repeated and reordered.
"""

import base64
import hmac
import json
import random
from hashlib import sha256
from threading import Lock
from typing import Any

import requests

from sandbox.graph import Graph
from sandbox.graph_values import GraphMessage, Item, Network, Sort

TIMEOUT = 10.0  # seconds an answer may take


class GraphPush:
    """The webhook of one app, for its Page and its Instagram account."""

    def __init__(self, graph: Graph, *, url: str = "", verify_token: str = "") -> None:
        """Watches from now on; nothing is brought before `deliver`. `url` is the webhook's address."""
        self.graph, self.url, self.verify_token = graph, url, verify_token
        self.waiting: list[bytes] = []
        self._known: set[str] = set()
        self._lock = Lock()
        graph.state.watchers.append(self._happened)

    def greet(self, challenge: str = "1158201444") -> bool:
        """Do the handshake; says whether the answer was right."""
        query = {"hub.mode": "subscribe", "hub.verify_token": self.verify_token, "hub.challenge": challenge}
        answer = requests.get(self.url, params=query, timeout=TIMEOUT)
        return answer.ok and answer.text == challenge

    def deliver(self, *, times: int = 1, seed: int | None = None) -> list[int]:
        """Bring what happened, each envelope so many times, out of order by `seed`. Returns the answers' statuses."""
        with self._lock:
            bodies, self.waiting = self.waiting * times, []
        if seed is not None:
            random.Random(seed).shuffle(bodies)  # noqa: S311 - an order, not a secret
        return [self.bring(body) for body in bodies]

    def bring(self, body: bytes) -> int:
        """Bring one envelope, rightly signed."""
        digest = hmac.new(self.graph.credentials.app_secret.encode(), body, sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={digest}"}
        return requests.post(self.url, data=body, headers=headers, timeout=TIMEOUT).status_code

    def signed_request(self, person: str) -> str:
        """Make the request by which Meta hands on that somebody wants to be erased."""
        asked = {"algorithm": "HMAC-SHA256", "issued_at": int(self.graph.clock().timestamp()), "user_id": person}
        payload = base64.urlsafe_b64encode(json.dumps(asked).encode()).rstrip(b"=")
        digest = hmac.new(self.graph.credentials.app_secret.encode(), payload, sha256).digest()
        return f"{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}.{payload.decode()}"

    def _happened(self, what: Item | GraphMessage) -> None:
        told = self._message(what) if isinstance(what, GraphMessage) else self._item(what)
        if told is None:
            return
        kind = "page" if what.network is Network.FACEBOOK else "instagram"
        account = self.graph.page if what.network is Network.FACEBOOK else self.graph.instagram
        entry = {"id": account.id, "time": int(self.graph.clock().timestamp()), **told}
        with self._lock:
            self.waiting.append(json.dumps({"object": kind, "entry": [entry]}).encode())

    def _message(self, message: GraphMessage) -> dict[str, Any]:
        account = self.graph.page if message.network is Network.FACEBOOK else self.graph.instagram
        ours = message.sender == account.id
        told = {"mid": message.id, "text": message.text} | ({"is_echo": True} if ours else {})
        event = {"sender": {"id": message.sender}, "recipient": {"id": message.recipient}, "message": told}
        return {"messaging": [{**event, "timestamp": int(message.at.timestamp() * 1000)}]}

    def _item(self, item: Item) -> dict[str, Any] | None:
        verb = self._verb(item)
        if item.network is Network.INSTAGRAM:
            return None if verb != "add" else self._on_instagram(item)
        if item.sort not in {Sort.POST, Sort.COMMENT}:
            return None
        author = self.graph.state.people[item.author]
        value: dict[str, Any] = {"item": "comment" if item.sort is Sort.COMMENT else "status", "verb": verb}
        value |= {"post_id": item.root, "created_time": int(item.at.timestamp())}
        value |= {} if item.anonymous else {"from": {"id": author.id, "name": author.name}}
        value |= {"message": item.text} if verb != "remove" else {}
        if item.sort is Sort.COMMENT:
            value |= {"comment_id": item.id, "parent_id": item.parent or item.root}
        return {"changes": [{"field": "feed", "value": value}]}

    def _on_instagram(self, item: Item) -> dict[str, Any] | None:
        if item.sort is not Sort.COMMENT:
            return None
        author = self.graph.state.people[item.author]
        value: dict[str, Any] = {"id": item.id, "text": item.text, "media": {"id": item.root}}
        value |= {"from": {"id": author.id, "username": author.username}}
        return {
            "changes": [{"field": "comments", "value": value | ({"parent_id": item.parent} if item.parent else {})}]
        }

    def _verb(self, item: Item) -> str:
        if item.deleted:
            return "remove"
        known = item.id in self._known
        self._known.add(item.id)
        return "edited" if known and item.edited_at else "hide" if item.hidden else "add"
