"""Speaks to X API v2 through tweepy: one call, one request, one answer or one of our four errors.

tweepy 4.17 is used as it is. What it lacks is under it, in channels/http.py: its host, a timeout, the headers it
drops. It builds its own error objects from bodies it expects to be well-formed, so what X said is read from the
answer itself, never from tweepy's exception.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import requests
import tweepy

from channels.http import Answer, Session, Unanswered, Unsent, hush
from channels.x_errors import NAME, broken, refusal, unreadable
from channels.x_rates import rate_state
from domain.errors import Refused, Scope
from domain.values import RateState

TWEEPY_HOST = "https://api.twitter.com"  # a literal inside tweepy


class Endpoint:
    """Endpoints as X documents them: the names of their rate rows and of their lines in the ledger."""

    ME: Final = "GET /2/users/me"
    MENTIONS: Final = "GET /2/users/:id/mentions"
    SEARCH: Final = "GET /2/tweets/search/recent"
    POST: Final = "GET /2/tweets/:id"
    OWN_POSTS: Final = "GET /2/users/:id/tweets"
    DIRECTS: Final = "GET /2/dm_events"
    CONVERSATION: Final = "GET /2/dm_conversations/:id/dm_events"
    REPLY: Final = "POST /2/tweets"
    MESSAGE: Final = "POST /2/dm_conversations/:id/messages"
    HIDE: Final = "PUT /2/tweets/:id/hidden"


RENAMED = {
    "tweet_fields": "post_fields",
    "referenced_tweets": "referenced_posts",
    "referenced_tweets.id": "referenced_posts.id",
    "note_tweet": "note_post",
}
"""Names X changed in summer 2026, old to new. Public reports of September 2026 say that it takes either set whole."""


@dataclass(frozen=True, slots=True)
class Answered:
    """X's yes."""

    payload: Mapping[str, Any]
    rates: tuple[RateState, ...]
    access: str  # what the token may do: "read", "read-write", "read-write-directmessages"; empty: X did not say


class Client:
    """One account's tweepy client. Safe to use from several threads."""

    def __init__(
        self,
        *,
        oauth1: tuple[str, str, str, str] | None,
        bearer: str | None,
        api_base: str,
        connect_timeout: timedelta,
        read_timeout: timedelta,
        new_names: bool,
    ) -> None:
        """`oauth1`: consumer key and secret, access token and secret; else `bearer`, an OAuth 2.0 user token."""
        hush()
        key, secret, token, token_secret = oauth1 or (None, None, None, None)
        self._session = Session(rebase={TWEEPY_HOST: api_base}, connect=connect_timeout, read=read_timeout)
        self._tweepy = tweepy.Client(
            bearer, key, secret, token, token_secret, return_type=requests.Response, wait_on_rate_limit=False
        )
        self._tweepy.session = self._session
        self._user_auth = oauth1 is not None
        self._new_names = new_names

    def me(self, *, now: datetime) -> Answered:
        """Ask who we are."""
        return self._read(Endpoint.ME, self._tweepy.get_me, "/2/users/me", {}, now)

    def mentions(self, user_id: str, params: Mapping[str, Any], *, now: datetime) -> Answered:
        """List posts that name us, newest first; X keeps the latest 800."""
        call = partial(self._tweepy.get_users_mentions, user_id)
        return self._read(Endpoint.MENTIONS, call, f"/2/users/{user_id}/mentions", params, now)

    def search(self, query: str, params: Mapping[str, Any], *, now: datetime) -> Answered:
        """Search the last 7 days, newest first."""
        params = {"query": query, "sort_order": "recency", **params}
        call = self._tweepy.search_recent_tweets
        return self._read(Endpoint.SEARCH, call, "/2/tweets/search/recent", params, now)

    def own_posts(self, user_id: str, params: Mapping[str, Any], *, now: datetime) -> Answered:
        """List our own posts and replies, newest first."""
        call = partial(self._tweepy.get_users_tweets, user_id)
        return self._read(Endpoint.OWN_POSTS, call, f"/2/users/{user_id}/tweets", params, now)

    def post(self, post_id: str, params: Mapping[str, Any], *, now: datetime) -> Answered:
        """Look up one post."""
        return self._read(Endpoint.POST, partial(self._tweepy.get_tweet, post_id), f"/2/tweets/{post_id}", params, now)

    def directs(self, params: Mapping[str, Any], *, now: datetime) -> Answered:
        """List the events of all private conversations, newest first; X keeps 30 days."""
        return self._ask(Endpoint.DIRECTS, partial(self._tweepy.get_direct_message_events, **params), now)

    def conversation(self, conversation: str, params: Mapping[str, Any], *, now: datetime) -> Answered:
        """List the events of one private conversation, newest first; X keeps 30 days."""
        call = partial(self._tweepy.get_direct_message_events, dm_conversation_id=conversation, **params)
        return self._ask(Endpoint.CONVERSATION, call, now)

    def reply(self, post_id: str, text: str, *, now: datetime) -> Answered:
        """Publish an answer to a post."""
        call = partial(self._tweepy.create_tweet, text=text, in_reply_to_tweet_id=post_id)
        return self._ask(Endpoint.REPLY, call, now, sending=True)

    def message(self, conversation: str, participant: str, text: str, *, now: datetime) -> Answered:
        """Send into a private conversation, or to `participant` where `conversation` is empty."""
        to = {"dm_conversation_id": conversation} if conversation else {"participant_id": participant}
        call = partial(self._tweepy.create_direct_message, text=text, **to)
        return self._ask(Endpoint.MESSAGE, call, now, sending=True)

    def hide(self, post_id: str, *, now: datetime) -> Answered:
        """Hide a reply. Not `sending`: hiding twice is hiding once, so an unclear outcome may simply be tried again."""
        return self._ask(Endpoint.HIDE, partial(self._tweepy.hide_reply, post_id), now)

    def _read(
        self, endpoint: str, call: Callable[..., Any], path: str, params: Mapping[str, Any], now: datetime
    ) -> Answered:
        if not self._new_names or "tweet_fields" not in params:
            return self._ask(endpoint, partial(call, **params), now)
        renamed = {RENAMED.get(name, name): _renamed(value) for name, value in params.items()}
        names = tuple(name.replace("_fields", ".fields") for name in renamed)
        # tweepy's own methods know the old names only; the method under them takes any
        ask = partial(self._tweepy._make_request, "GET", path, params=renamed, endpoint_parameters=names)  # noqa: SLF001
        return self._ask(endpoint, ask, now)

    def _ask(self, endpoint: str, call: Callable[..., Any], now: datetime, *, sending: bool = False) -> Answered:
        self._session.forget()
        try:
            call(user_auth=self._user_auth)
        except (Unsent, Unanswered) as exc:
            raise broken(exc, endpoint=endpoint, sending=sending) from None
        except (tweepy.TweepyException, requests.RequestException, TypeError, ValueError, AttributeError) as exc:
            # the last three: tweepy's error objects break on bodies that are no JSON object of the shape they expect
            if self._session.answer is None:
                raise _malformed(exc, endpoint) from None
        if self._session.answer is None:
            raise RuntimeError("tweepy came back without asking")
        return _answered(self._session.answer, endpoint, now, sending=sending)


def _answered(answer: Answer, endpoint: str, now: datetime, *, sending: bool) -> Answered:
    if not 200 <= answer.status < 300:  # noqa: PLR2004 (HTTP's own numbers)
        raise refusal(answer, endpoint=endpoint, sending=sending, now=now)
    try:
        payload = answer.json()
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise unreadable(answer, endpoint=endpoint, sending=sending, now=now)
    state = rate_state(answer.headers, endpoint=endpoint, now=now)
    return Answered(payload, (state,) if state else (), answer.headers.get("x-access-level", ""))


def _malformed(exc: Exception, endpoint: str) -> Exception:
    """A request that could not even be built: a key or token no header can carry. Anything else is a bug of ours."""
    if not isinstance(exc, requests.RequestException):
        return exc
    why = f"the request cannot be built ({endpoint}: {type(exc).__name__})"
    remedy = "Check `api_base`, and paste the keys and tokens again."
    return Refused(NAME, why, rule="x.malformed", scope=Scope.ACCOUNT, remedy=remedy)


def _renamed(value: Any) -> Any:
    return [RENAMED.get(name, name) for name in value] if isinstance(value, list) else value
