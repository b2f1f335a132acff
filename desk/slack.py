"""Slack: tells the team in its room and finds out whether it was told. Presses of buttons come in by the socket."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web import SlackResponse, WebClient

from desk import slack_calls
from desk.cards import Choice, Shown, blocks, summary
from desk.settings import SlackSettings
from desk.slack_errors import FAILURES, NAME, meaning
from domain.cards import Card
from domain.errors import Pause, Refused, SottovoceError, Unavailable, Uncertain
from domain.sending import Order, Probe, ReadBack, Receipt
from domain.values import RateState, Usage

TIMEOUT = timedelta(seconds=20)  # of each step of a call; the sender's lease outlives it
GAP = timedelta(seconds=1)  # between messages into one room; source: docs.slack.dev, rate limits, posting messages
PAGE, PAGES = 200, 10  # messages; source: conversations.history recommends no more than 200

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "to tell the team": ("chat:write",),
    "to see whether it is in the room": ("channels:read", "groups:read"),
    "to look whether an alert arrived": ("channels:history", "groups:history"),
    "to show the weekly report's charts": ("files:write",),
}


class Slack:
    """Tells as the app whose bot token it carries. Safe to share between threads."""

    name = NAME

    def __init__(self, settings: SlackSettings, *, timeout: timedelta = TIMEOUT) -> None:
        """Build without connecting. The rooms and the app token are only probed."""
        self._settings = settings
        self.web = web_client(settings.bot_token.get_secret_value(), base_url=settings.api_base, timeout=timeout)
        self._free_at: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def price(self, order: Order) -> Usage:
        """Say which rate row a message draws on: one for each room. It costs nothing."""
        return Usage(endpoint=_endpoint(order.target), resource="message", units=1, micros=0)

    def tell(self, order: Order, *, now: datetime) -> Receipt:
        """Post a card or a part of the report; see `TellsTeam`.

        One message a second and room: sooner is Unavailable, before any byte.
        """
        room, endpoint = order.target, _endpoint(order.target)
        call = slack_calls.ready(self.web, order)
        self._take_turn(room, endpoint, now)
        try:
            answer = self._call(call, now=now, sending=True, endpoint=endpoint, room=room)
        except Unavailable as exc:
            self._pause(room, exc)
            raise
        except Refused as exc:
            raise slack_calls.narrowed(exc, order) from None
        made = slack_calls.done(answer)
        if not made:
            raise Uncertain(NAME, "an answer without the message's id")
        return Receipt(native_id=made, rates=(RateState(endpoint=endpoint, remaining=0, limit=1, reset_at=now + GAP),))

    def find_told(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Look for the order's trace among what is in the room, or in the thread; see `TellsTeam`."""
        cursor: str | None = None
        for _ in range(PAGES):
            answer = self._listing(order, since, cursor, now)
            messages = answer.get("messages") or []
            ts = next((message["ts"] for message in messages if slack_calls.is_trace(message, order)), None)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if ts or not answer.get("has_more"):
                return ReadBack(native_id=ts, complete=True)
            if not cursor:
                break
        return ReadBack(native_id=None, complete=False)

    def update(
        self,
        card: Card,
        *,
        room: str,
        ts: str,
        shown: Shown,
        choices: Sequence[Choice] | None = None,
        now: datetime,
    ) -> None:
        """Lay the card out anew where it stands. Doing it twice is harmless, so doubt is Unavailable."""
        # text without blocks would take the blocks away
        self._call(
            lambda: self.web.chat_update(
                channel=room,
                ts=ts,
                blocks=blocks(card, shown, choices),
                text=summary(card, shown),
                link_names=False,
            ),
            now=now,
            endpoint="chat.update",
            room=room,
        )

    def whisper(self, text: str, *, room: str, user: str, thread: str | None, now: datetime) -> None:
        """Say something only `user` sees; lost when they are not there. `text` is mrkdwn, escaped by the caller."""
        self._call(
            lambda: self.web.chat_postEphemeral(channel=room, user=user, text=text, thread_ts=thread),
            now=now,
            endpoint="chat.postEphemeral",
            room=room,
        )

    def probe(self, *, now: datetime) -> Sequence[Probe]:
        """Sign in, compare scopes, look into each room, ask for a socket; posts nothing. See `Probes`."""
        try:
            answer = self._call(self.web.auth_test, now=now)
        except SottovoceError as exc:
            return [_failed("Slack sign-in", exc)]
        who = f"signed in as @{answer.get('user')} in {answer.get('team')}"
        found = [Probe(what="Slack sign-in", ok=True, detail=who), *_scopes(answer)]
        rooms = dict.fromkeys(room for room in (self._settings.room, self._settings.cases_room) if room)
        found += [self._probe_room(room, answer.get("user") or "Sottovoce", now) for room in rooms]
        token = self._settings.app_token
        return [*found, self._probe_socket(token.get_secret_value(), now)] if token else found

    def _probe_room(self, room: str, app: str, now: datetime) -> Probe:
        what = f"Slack room {room}"
        try:
            found = self._call(lambda: self.web.conversations_info(channel=room), now=now, room=room).get("channel")
        except SottovoceError as exc:
            return _failed(what, exc)
        if not isinstance(found, dict) or not found.get("is_member"):
            return Probe(what=what, ok=False, detail="the app is not in it", remedy=f"In the room: /invite @{app}")
        if found.get("is_archived"):
            return Probe(what=what, ok=False, detail="it is archived", remedy="Bring it back, or set another room.")
        return Probe(what=what, ok=True, detail="the app is in it")

    def _probe_socket(self, token: str, now: datetime) -> Probe:
        what = "Slack buttons (Socket Mode)"
        try:
            self._call(lambda: self.web.apps_connections_open(app_token=token), now=now)
        except SottovoceError as exc:
            remedy = "Turn on Socket Mode and make an app-level token (xapp-…) with connections:write."
            return Probe(what=what, ok=False, detail=str(exc), remedy=remedy)
        return Probe(what=what, ok=True, detail="a socket can be opened")

    def _listing(self, order: Order, since: datetime, cursor: str | None, now: datetime) -> SlackResponse:
        asked: dict[str, Any] = {
            "channel": order.target,
            "oldest": f"{since.timestamp():.6f}",
            "inclusive": True,
            "include_all_metadata": True,
            "limit": PAGE,
            "cursor": cursor,
        }
        thread = order.extra.get("thread")
        if thread:
            return self._call(lambda: self.web.conversations_replies(ts=thread, **asked), now=now, room=order.target)
        return self._call(lambda: self.web.conversations_history(**asked), now=now, room=order.target)

    def _call(
        self,
        ask: Callable[[], SlackResponse],
        *,
        now: datetime,
        sending: bool = False,
        endpoint: str | None = None,
        room: str = "",
    ) -> SlackResponse:
        try:
            return ask()
        except FAILURES as exc:
            raise meaning(exc, now=now, sending=sending, endpoint=endpoint, room=room) from None

    def _take_turn(self, room: str, endpoint: str, now: datetime) -> None:
        with self._lock:
            free_at = self._free_at.get(room, now)
            if now < free_at:
                raise Unavailable(NAME, "one message a second", pause=Pause.RATE, retry_at=free_at, endpoint=endpoint)
            self._free_at[room] = now + GAP

    def _pause(self, room: str, exc: Unavailable) -> None:
        with self._lock:
            if exc.pause is Pause.RATE and exc.retry_at:
                self._free_at[room] = exc.retry_at


def web_client(token: str, *, base_url: str, timeout: timedelta) -> WebClient:
    """Make a client that tries once. It logs nothing: what it would print holds customers' words."""
    silent = logging.getLogger(f"{__name__}.client")
    silent.setLevel(logging.CRITICAL)
    return WebClient(
        token=token,
        base_url=base_url.rstrip("/") + "/",
        timeout=max(1, round(timeout.total_seconds())),
        retry_handlers=[],
        logger=silent,
    )


def _endpoint(room: str) -> str:
    return f"chat.postMessage:{room}"


def _failed(what: str, exc: SottovoceError) -> Probe:
    remedy = exc.remedy if isinstance(exc, Refused) else "Is the network up? Look at slack-status.com."
    return Probe(what=what, ok=False, detail=str(exc), remedy=remedy)


def _scopes(answer: SlackResponse) -> list[Probe]:
    granted = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), None)
    if granted is None:
        return [Probe(what="Slack scopes", ok=True, detail="Slack did not say which the token has")]
    held = {scope.strip() for scope in str(granted).split(",")}
    return [
        Probe(
            what=f"Slack scope {' or '.join(scopes)}",
            ok=bool(held.intersection(scopes)),
            detail=why,
            remedy="" if held.intersection(scopes) else "Add it under OAuth & Permissions and install the app again.",
        )
        for why, scopes in _NEEDED.items()
    ]
