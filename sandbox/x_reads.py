"""What can be read from the X look-alike: mentions, timelines, search, posts, private messages, usage; not people."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from sandbox.x_answers import not_found
from sandbox.x_api import Call, XApi
from sandbox.x_fields import give_directs, give_posts
from sandbox.x_params import PAGED, TIMES, Answered, invalid, token
from sandbox.x_people import asked_of
from sandbox.x_query import Matches, QueryError, Searched, parse
from sandbox.x_state import XDirect, XPost
from sandbox.x_text import names_in

MENTIONS_KEPT = 800
SEARCH_REACH = timedelta(days=7)
SEARCH_DELAY = timedelta(seconds=30)  # search ends this long ago unless asked otherwise
DIRECTS_REACH = timedelta(days=30)
MONTHLY_CAP = 3_000_000


def register(api: XApi, app: Flask) -> None:
    """Put the reading endpoints on the application."""
    api.route(app, "GET", "/2/users/<person>/mentions", "mentions", mentions)
    api.route(app, "GET", "/2/users/<person>/tweets", "timeline", timeline)
    api.route(app, "GET", "/2/tweets/search/recent", "search", search)
    api.route(app, "GET", "/2/tweets", "lookup", lookup)
    api.route(app, "GET", "/2/tweets/<post>", "post", single)
    api.route(app, "GET", "/2/dm_events", "directs", directs)
    api.route(app, "GET", "/2/dm_conversations/<conversation>/dm_events", "directs", directs_in)
    api.route(app, "GET", "/2/dm_conversations/with/<person>/dm_events", "directs", directs_with)
    api.route(app, "GET", "/2/usage/tweets", "usage", usage)


def mentions(api: XApi, call: Call, person: str) -> Any:
    """Posts that name somebody, newest first; those indexed late appear late, below what was given before."""
    late = call.hurt("late_index")
    name = api.state.people[person].username.lower() if person in api.state.people else ""
    found = [
        post
        for post in api.state.shown(now=call.now)
        if name in names_in(post.text)
        and post.indexed_at <= call.now
        and not (late and _held_back(post, late, call.now))
    ]
    return _posts(api, call, found[:MENTIONS_KEPT], low=5, owner=person)


def timeline(api: XApi, call: Call, person: str) -> Any:
    """What somebody posted, newest first."""
    excluded = set(call.params.given.get("exclude", "").split(","))
    lag = call.hurt("lag")
    until = call.now - timedelta(seconds=lag.seconds) if lag else call.now
    found = [
        post
        for post in api.state.shown(now=call.now)
        if post.author == person
        and post.exists_at <= until
        and not (post.reply_to and "replies" in excluded)
        and not (post.reposts and excluded & {"retweets", "reposts"})
    ]
    return _posts(api, call, found, low=5, owner=person)


def search(api: XApi, call: Call) -> Any:
    """Posts of the last seven days that match a query; reposts are no longer among them."""
    params = call.params
    try:
        matches = parse(params.given.get("query", ""))
    except QueryError as exc:
        params.complain("query", str(exc))
        params.end()
    if TIMES & {"start_time", "end_time"} & set(params.given) and {"since_id", "until_id"} & set(params.given):
        message = "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or 'end_time'."
        raise Answered(invalid([{"parameters": {}, "message": message}]))
    until = call.now if "end_time" in params.given else call.now - SEARCH_DELAY
    found = [
        post
        for post in api.state.shown(now=call.now)
        if not post.reposts
        and call.now - SEARCH_REACH <= post.at <= until
        and post.indexed_at <= call.now
        and _matches(api, matches, post)
    ]
    return _posts(api, call, found, low=10, owner=None)


def lookup(api: XApi, call: Call) -> Any:
    """Posts by id; those that are gone are told beside the others."""
    ids = call.params.ids("ids")
    asked = asked_of(call, frozenset({"ids"}))
    found = {one: _existing(api, call, one) for one in ids}
    errors = [not_found("tweet", "ids", one) for one, post in found.items() if post is None]
    posts = list({post.id: post for post in found.values() if post is not None}.values())
    api.bill.read(call.endpoint, "post_read", [str(post.id) for post in posts], now=call.now)
    given = give_posts(api.state, posts, asked, now=call.now)
    return api.listing(call, given, asked=asked, meta={}, errors=errors)


def single(api: XApi, call: Call, post: str) -> Any:
    """One post by id; a missing one is a 200 that says so."""
    asked = asked_of(call, frozenset())
    found = _existing(api, call, post)
    if found is None:
        return {"errors": [not_found("tweet", "id", post)]}
    api.bill.read(call.endpoint, "post_read", [str(found.id)], now=call.now)
    body = api.listing(call, give_posts(api.state, [found], asked, now=call.now), asked=asked, meta={})
    return {**body, "data": body["data"][0]}


def directs(api: XApi, call: Call) -> Any:
    """Every private message of the last thirty days, newest first."""
    return _directs(api, call, lambda _direct: True)


def directs_in(api: XApi, call: Call, conversation: str) -> Any:
    """The private messages of one conversation."""
    return _directs(api, call, lambda direct: direct.conversation == conversation)


def directs_with(api: XApi, call: Call, person: str) -> Any:
    """The private messages exchanged with one person."""
    return _directs(api, call, lambda direct: person in {direct.sender, direct.recipient})


def usage(api: XApi, call: Call) -> Any:
    """How many posts were read this month."""
    read = sum(units for name, units in api.bill.units().items() if name in {"post_read", "owned_read"})
    return {
        "data": {
            "cap_reset_day": 1,
            "project_cap": str(MONTHLY_CAP),
            "project_id": "1",
            "project_usage": str(read),
            "daily_project_usage": {"project_id": "1", "usage": [{"date": call.now.isoformat(), "usage": str(read)}]},
        }
    }


def _existing(api: XApi, call: Call, post: str) -> XPost | None:
    return api.state.existing(int(post), now=call.now) if post.isdecimal() else None


def _held_back(post: XPost, late: Any, now: datetime) -> bool:
    """Whether a late index still holds a post back: a `share` of them by id, each for its own part of `seconds`."""
    lot = (post.id * 2654435761) % 10_000 / 10_000  # spreads ids evenly, the same at every request
    return lot < late.share and now < post.at + timedelta(seconds=late.seconds * (0.5 + lot / (2 * late.share)))


def _matches(api: XApi, matches: Matches, post: XPost) -> bool:
    target = api.state.posts.get(post.reply_to) if post.reply_to else None
    return matches(
        Searched(
            text=post.text,
            author=api.state.people[post.author].username,
            answers=api.state.people[target.author].username if target else "",
            lang=post.lang,
            is_repost=post.reposts is not None,
            is_reply=post.reply_to is not None,
            is_quote=post.quotes is not None,
        )
    )


def _posts(api: XApi, call: Call, found: Iterable[XPost], *, low: int, owner: str | None) -> Any:
    """One page of posts, with the bounds every list of posts knows."""
    params = call.params
    size = params.number("max_results", low, 100, 10)
    since, until = params.snowflake("since_id"), params.snowflake("until_id")
    start, end = params.instant("start_time"), params.instant("end_time")
    before = params.page("pagination_token", "next_token")
    asked = asked_of(call, TIMES | PAGED | {"exclude", "query", "next_token", "sort_order"})
    rest = [
        post
        for post in found
        if (since is None or post.id > since)
        and (until is None or post.id < until)
        and (start is None or post.at >= start)
        and (end is None or post.at < end)
        and (before is None or post.id < before)
    ]
    page = rest[:size]
    resource = "owned_read" if owner == call.me.id else "post_read"
    api.bill.read(call.endpoint, resource, [str(post.id) for post in page], now=call.now)
    meta = _meta([post.id for post in page], more=len(rest) > size)
    return api.listing(call, give_posts(api.state, page, asked, now=call.now), asked=asked, meta=meta)


def _meta(ids: list[int], *, more: bool) -> dict[str, Any]:
    meta: dict[str, Any] = {"result_count": len(ids)}
    if ids:
        meta |= {"newest_id": str(max(ids)), "oldest_id": str(min(ids))}
    return meta | ({"next_token": token(min(ids))} if more else {})


def _directs(api: XApi, call: Call, wanted: Any) -> Any:
    params = call.params
    size = params.number("max_results", 1, 100, 100)
    before = params.page("pagination_token")
    asked = asked_of(call, PAGED | {"event_types", "dm_event.fields"})
    lag = call.hurt("lag")
    until = call.now - timedelta(seconds=lag.seconds) if lag else call.now
    rest = [
        direct
        for direct in reversed(api.state.messages(now=call.now))
        if _mine(direct, call, until) and wanted(direct) and (before is None or direct.id < before)
    ]
    page = rest[:size]
    api.bill.read(call.endpoint, "dm_read", [str(direct.id) for direct in page], now=call.now)
    meta = _meta([direct.id for direct in page], more=len(rest) > size)
    meta = {name: meta[name] for name in ("result_count", "next_token") if name in meta}
    return api.listing(call, give_directs(api.state, page, asked), asked=asked, meta=meta)


def _mine(direct: XDirect, call: Call, until: datetime) -> bool:
    if call.me.id not in {direct.sender, direct.recipient}:
        return False
    late = direct.sender == call.me.id and direct.exists_at > until
    return not late and call.now - direct.at <= DIRECTS_REACH
