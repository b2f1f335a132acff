"""X Activity's stream: one outgoing connection over which X tells what happens. Reads no event.

The stream takes the app's own token; what is told over it are subscriptions, and those of a person's mentions and
messages take that person's sign-in. Sources: X's pages "X Activity API" (July 2026) and "handling disconnections".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import requests
from requests_oauthlib import OAuth1
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from channels.http import Answer, Session, Unanswered, Unsent
from channels.x_activity import ENDPOINT
from channels.x_errors import NAME, broken, refusal
from channels.x_fields import clean, mapping, plain_id, rows
from channels.x_settings import Settings
from domain.errors import Unavailable

SUBSCRIPTIONS = "/2/activity/subscriptions"
STREAM = "/2/activity/stream"
SILENCE = timedelta(seconds=50)  # X breathes every 20 s: two breaths missed
LARGEST_LINE = 1024 * 1024  # bytes of one event; X's are a few thousand
AT_ONCE = 65536  # bytes read in one go
TAG = "sottovoce"
WANTED = ("post.mention.create", "post.reply.create", "post.quote.create")
WANTED_DIRECTS = ("dm.received", "chat.received")


class ActivityStream:
    """The stream of one account; see the port `Streams`."""

    channel = NAME
    endpoint = ENDPOINT

    def __init__(self, settings: Settings, *, account: str, app_token: str) -> None:
        """Opens nothing. `app_token` is the app's bearer token, `account` the numeric id of ours."""
        self.account, self._settings = account, settings
        self.sources: Sequence[str] = ("mentions", "directs") if settings.hear_directs else ("mentions",)
        self._wanted = WANTED + (WANTED_DIRECTS if settings.hear_directs else ())
        self._app = {"Authorization": f"Bearer {app_token}"}
        self._http = Session(rebase={}, connect=settings.connect_timeout, read=settings.read_timeout)
        self._response: BaseHTTPResponse | None = None
        self._closing = Event()

    def prepare(self, *, now: datetime) -> None:
        """Subscribe to what is not subscribed yet; what is stays. One request, and one for each that is missing."""
        answer = self._ask("GET", now=now, headers=self._app)
        there = {
            clean(item.get("event_type"))
            for item in map(mapping, rows(_body(answer).get("data")))
            if plain_id(mapping(item.get("filter")).get("user_id")) == self.account
        }
        for kind in self._wanted:
            if kind not in there:
                self._subscribe(kind, now)

    def _subscribe(self, kind: str, now: datetime) -> None:
        asked = {"event_type": kind, "filter": {"user_id": self.account}, "tag": TAG}
        oauth1, bearer = self._settings.oauth1(), self._settings.bearer_token
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer.get_secret_value()}"}
        self._ask("POST", now=now, headers=headers, auth=OAuth1(*oauth1) if oauth1 else None, json=asked)

    def _ask(self, method: str, *, now: datetime, **sent: Any) -> Answer:
        endpoint = f"{method} {SUBSCRIPTIONS}"
        self._http.forget()
        try:
            self._http.request(method, self._settings.api_base + SUBSCRIPTIONS, **sent)
        except (Unsent, Unanswered) as exc:
            raise broken(exc, endpoint=endpoint, sending=False) from None
        answer = self._http.answer
        if answer is None:
            raise Unavailable(NAME, f"no answer ({endpoint})", endpoint=endpoint)
        if not 200 <= answer.status < 300:  # noqa: PLR2004 (HTTP's own numbers)
            raise refusal(answer, endpoint=endpoint, sending=False, now=now)
        return answer

    def lines(self, *, now: datetime) -> Iterator[bytes]:
        """Open the stream and give line after line; see `Streams`."""
        response = self._open(now)
        self._response = response.raw
        try:
            yield b""  # it is open: the first sign of life
            yield from self._split(response.raw)
        finally:
            self._response = None
            response.close()

    def _open(self, now: datetime) -> requests.Response:
        timeout = (self._settings.connect_timeout.total_seconds(), SILENCE.total_seconds())
        headers = {**self._app, "Accept-Encoding": "identity"}
        session = requests.Session()
        session.trust_env = False  # a ~/.netrc must not replace the sign-in
        proxies = self._http.merge_environment_settings(self._settings.api_base, {}, True, None, None)["proxies"]  # noqa: FBT003
        try:
            response = session.get(
                self._settings.api_base + STREAM,
                headers=headers,
                timeout=timeout,
                stream=True,
                allow_redirects=False,
                proxies=proxies,
            )
        except requests.RequestException as exc:
            why = f"the stream cannot be opened ({type(exc).__name__})"
            raise Unavailable(NAME, why, endpoint=ENDPOINT) from None
        if response.status_code != 200:  # noqa: PLR2004 (HTTP's own number)
            answer = Answer(response.status_code, response.headers, response.raw.read(AT_ONCE, decode_content=True))
            response.close()
            raise refusal(answer, endpoint=ENDPOINT, sending=False, now=now)
        return response

    def _split(self, raw: BaseHTTPResponse) -> Iterator[bytes]:
        kept = b""
        while not self._closing.is_set():
            try:
                read = raw.read1(AT_ONCE)
            except (HTTPError, OSError) as exc:
                if self._closing.is_set():
                    return
                why = f"the stream broke off or fell silent ({type(exc).__name__})"
                raise Unavailable(NAME, why, endpoint=ENDPOINT) from None
            if not read:
                return
            *whole, kept = (kept + read).split(b"\n")
            yield from (line.strip() for line in whole)
            if len(kept) > LARGEST_LINE:
                raise Unavailable(NAME, "the stream sent a line without an end", endpoint=ENDPOINT)

    def close(self) -> None:
        """Let go; see `Streams`."""
        self._closing.set()
        response = self._response
        if response is not None:
            try:
                response.shutdown()
            except (ValueError, OSError, RuntimeError):  # it is over already
                return


def _body(answer: Answer) -> Mapping[str, Any]:
    try:
        return mapping(answer.json())
    except (ValueError, json.JSONDecodeError):
        return {}
