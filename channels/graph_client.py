"""Speaks to Graph through facebook-sdk: one call, one request, one answer or one of our four errors.

facebook-sdk 3.1.0 knows no version after 3.1, waits for ever, mangles nested values, takes a 500 for a yes, drops the
headers and puts the token into the address. So its `request` is replaced as a whole; what remains of it is the way
its methods name nodes and edges.
"""

import hashlib
import hmac
import json
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from channels.graph_endpoints import DEBUG_TOKEN, Endpoint
from channels.graph_errors import Asked, broken, read_problem, refusal
from channels.graph_settings import Account
from channels.graph_usage import FIRST_WAIT, LONGEST_WAIT, rates
from channels.http import Answer, Session, Unanswered, Unsent, hush
from domain.errors import Refused, Scope
from domain.values import RateState

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it writes "\d", which newer Pythons warn of when they first compile it
    import facebook


@dataclass(frozen=True, slots=True)
class Answered:
    """Meta's yes."""

    payload: Mapping[str, Any]
    rates: tuple[RateState, ...]
    version: str  # the version that answered: "v26.0"; empty: not said


class _Graph(facebook.GraphAPI):  # type: ignore[misc]
    """The library, with a request of ours under its methods."""

    def __init__(self, token: str, account: Account, session: Session) -> None:
        super().__init__(token, session=session)
        self.version = account.version  # the constructor refuses every version of this decade
        self._base, self._in_header = account.api_base, account.token_in == "header"  # noqa: S105 (no token)
        secret = account.app_secret.get_secret_value() if account.app_secret else ""
        self._proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest() if secret else ""

    def request(
        self,
        path: str,
        args: Mapping[str, Any] | None = None,
        post_args: Mapping[str, Any] | None = None,
        files: None = None,  # noqa: ARG002 (the library's own; we send none)
        method: str | None = None,
    ) -> Answer:
        """Ask once and give the whole answer, whatever it says. Raises what channels/http.py raises."""
        query, form = plain(args or {}), plain(post_args or {})
        signed = query if post_args is None else form
        signed |= {"appsecret_proof": self._proof} if self._proof else {}
        signed |= {} if self._in_header else {"access_token": self.access_token}
        headers = {"Authorization": f"Bearer {self.access_token}"} if self._in_header else {}
        verb = method or ("GET" if post_args is None else "POST")
        self.session.request(verb, f"{self._base}/{path}", params=query, data=form or None, headers=headers)
        answer: Answer | None = self.session.answer
        if answer is None:
            raise RuntimeError("the session came back without an answer")
        return answer


class Client:
    """One account's way to Graph. Safe to use from several threads."""

    def __init__(self, channel: str, account: Account) -> None:
        """Build it; opens nothing."""
        hush()
        self.version = account.version
        self._channel = channel
        self._token = account.access_token.get_secret_value()
        self._session = Session(rebase={}, connect=account.connect_timeout, read=account.read_timeout)
        self._graph = _Graph(self._token, account, self._session)
        secret = account.app_secret.get_secret_value() if account.app_secret else ""
        ours = f"{account.app_id}|{secret}" if account.app_id and secret else self._token
        self._app = _Graph(ours, account, self._session)
        self._throttled: dict[str, int] = {}  # bucket -> refusals in a row
        self._lock = threading.Lock()

    def read(
        self, endpoint: Endpoint, node: str, edge: str = "", params: Mapping[str, Any] | None = None, *, now: datetime
    ) -> Answered:
        """Get a node, or one page of its edge."""
        asked = dict(params or {})
        if edge:
            return self._ask(endpoint, lambda: self._graph.get_connections(node, edge, **asked), now)
        return self._ask(endpoint, lambda: self._graph.get_object(node, **asked), now)

    def write(
        self, endpoint: Endpoint, node: str, edge: str, form: Mapping[str, Any], *, now: datetime, sending: bool = True
    ) -> Answered:
        """Post to a node's edge, or to the node itself. Not `sending`: doing it twice is doing it once."""
        path = f"{self.version}/{node}/{edge}".rstrip("/")
        return self._ask(endpoint, lambda: self._graph.request(path, post_args=form), now, sending=sending)

    def remove(self, endpoint: Endpoint, node: str, *, now: datetime) -> Answered:
        """Delete a node. Not `sending`: what is deleted stays deleted."""
        return self._ask(endpoint, lambda: self._graph.delete_object(node), now)

    def token(self, *, now: datetime) -> Answered:
        """Ask what our own token is worth; the app asks where its id and secret are known, else the token itself.

        The only request whose address holds the token: Meta offers no other way.
        """
        path, asked = f"{self.version}/debug_token", {"input_token": self._token}
        return self._ask(DEBUG_TOKEN, lambda: self._app.request(path, asked), now)

    def _ask(self, endpoint: Endpoint, call: Callable[[], Answer], now: datetime, *, sending: bool = False) -> Answered:
        asked = Asked(channel=self._channel, endpoint=endpoint, sending=sending, wait=self._wait(endpoint.bucket))
        self._session.forget()
        try:
            answer = call()
        except (Unsent, Unanswered) as exc:
            raise broken(exc, asked) from None
        except (requests.RequestException, UnicodeError) as exc:
            raise _malformed(exc, asked) from None
        payload = _payload(answer)
        if payload is None:
            failed = refusal(answer, asked, now=now)
            self._count(endpoint.bucket, throttled=getattr(failed, "retry_at", None) is not None)
            raise failed
        self._count(endpoint.bucket, throttled=False)
        states = rates(answer.headers, endpoint.bucket, now=now)
        return Answered(payload, states, answer.headers.get("facebook-api-version", ""))

    def _wait(self, bucket: str) -> timedelta:
        """Say how long a throttling that names no time is left alone: 15 minutes, doubling with each, 60 at most."""
        return min(FIRST_WAIT * (1 << min(self._throttled.get(bucket, 0), 2)), LONGEST_WAIT)

    def _count(self, bucket: str, *, throttled: bool) -> None:
        with self._lock:
            self._throttled[bucket] = self._throttled.get(bucket, 0) + 1 if throttled else 0


def plain(values: Mapping[str, Any]) -> dict[str, str]:
    """Write values as Graph reads them from a form: nested ones as JSON, None left out."""
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _payload(answer: Answer) -> Mapping[str, Any] | None:
    """Take a yes of Graph: 2xx, JSON by its own word, an object, and no error in it. Anything else is none."""
    kind = answer.headers.get("content-type", "").lower()
    if not 200 <= answer.status < 300 or not ("json" in kind or "javascript" in kind):  # noqa: PLR2004 (HTTP's own)
        return None
    try:
        payload = answer.json()
    except ValueError:
        return None
    return payload if isinstance(payload, dict) and not read_problem(answer).graph else None


def _malformed(exc: Exception, asked: Asked) -> Refused:
    """A request that could not even be built: a token or text that no header or form can carry."""
    why = f"the request cannot be built ({asked.endpoint.name}: {type(exc).__name__})"
    scope = Scope.ITEM if isinstance(exc, UnicodeError) else Scope.ACCOUNT
    remedy = "Check `api_base`, and paste the token again."
    return Refused(asked.channel, why, rule="graph.malformed", scope=scope, remedy=remedy)
