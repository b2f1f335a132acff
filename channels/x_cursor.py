"""How far we have heard on X, and what to ask next: a poll's way through its pages. Pure: no request, no post.

A poll reads newest first, page by page, down to its floor: a time some way before the newest item of the last
complete poll. Only a poll that came to its end moves that mark, so a crash between two pages costs a re-read and
loses nothing. The floor lies back by

- `overlap` in every poll: mentions are indexed late by minutes as a matter of course;
- `late_by` plus `sweep_every` in a sweep, once every `sweep_every`: whatever is indexed up to `late_by` late is on a
  page of the first sweep after that.

Requests are bounded: a poll ends where the listing ends, where most of a page lies below the floor, or after
`STALLS` pages in a row that bring nothing lower. A page token X has given before in this poll is never followed
again; where the endpoint knows `until_id` the poll goes on below the lowest id it has seen, elsewhere it ends
without moving the mark.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.x_fields import AHEAD, SNOWFLAKE_EPOCH, snowflake_at, snowflake_time
from channels.x_parse import Seen

STALLS = 10
TOKENS_KEPT = 64
CLOSE = timedelta(minutes=5)  # an id's own time and its item's time agree within this, or it is no snowflake


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far back polls look."""

    overlap: timedelta
    sweep_every: timedelta
    late_by: timedelta
    look_back: timedelta  # of the very first poll
    oldest: timedelta | None = None  # the endpoint refuses to look further back
    until: bool = True  # the endpoint knows `until_id`


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A poll under way. What is asked stays the same over its pages: X ties a page token to its query."""

    floor: datetime
    began: datetime
    by_id: bool = False  # ask by `since_id`; else by `start_time`
    sweeping: bool = False
    token: str = ""
    until: int | None = None
    top: datetime | None = None  # newest item so far
    low: int | None = None  # lowest id so far
    count: int = 0  # items above the floor so far
    used: tuple[str, ...] = ()  # digests of the tokens asked with
    stalls: int = 0
    restarted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Everything a source remembers between pages; `to_json` is what the store keeps."""

    about: str  # digest of what is polled: a changed search begins anew
    start: datetime  # nothing older is asked for, ever
    swept_at: datetime
    newest_at: datetime | None = None  # newest item of the last complete poll
    snowflakes: bool = False  # ids tell time, so `since_id` can be computed
    busy: int = 0  # items the last plain poll found above its floor
    pages: int = 0  # read so far: no two cursors of a source are alike
    poll: Poll | None = None

    def to_json(self) -> str:
        """Write it down."""
        poll = self.poll
        kept: dict[str, Any] = {
            "v": 1,
            "about": self.about,
            "start": _stamp(self.start),
            "swept": _stamp(self.swept_at),
            "newest": _stamp(self.newest_at),
            "flakes": self.snowflakes,
            "busy": self.busy,
            "pages": self.pages,
        }
        if poll:
            kept["poll"] = {
                "floor": _stamp(poll.floor),
                "began": _stamp(poll.began),
                "by_id": poll.by_id,
                "sweeping": poll.sweeping,
                "token": poll.token,
                "until": poll.until,
                "top": _stamp(poll.top),
                "low": poll.low,
                "count": poll.count,
                "used": list(poll.used),
                "stalls": poll.stalls,
                "restarted": poll.restarted,
            }
        return json.dumps(kept, separators=(",", ":"))


def resume(text: str | None, about: str, reach: Reach, *, now: datetime) -> Cursor:
    """Read a stored cursor and begin the poll that is due, if none is under way.

    None, a cursor of another search, or one nobody can read begins anew, `look_back` before now.
    """
    digest = hashlib.sha256(about.encode()).hexdigest()[:12]
    cursor = _from_json(text, digest) if text else None
    if cursor is None:
        start = now - reach.look_back
        return Cursor(about=digest, start=start, swept_at=now, poll=Poll(floor=start, began=now, sweeping=True))
    if cursor.poll:
        return cursor
    sweeping = not timedelta(0) <= now - cursor.swept_at < reach.sweep_every
    back = reach.late_by + reach.sweep_every if sweeping else reach.overlap
    floor = max(cursor.start, cursor.newest_at - back) if cursor.newest_at else cursor.start
    by_id = cursor.snowflakes and cursor.newest_at is not None
    return replace(cursor, poll=Poll(floor=_reachable(floor, reach, now), began=now, by_id=by_id, sweeping=sweeping))


def bounds(poll: Poll) -> dict[str, Any]:
    """Say the query's bounds in tweepy's words: `since_id` or `start_time`, `until_id`; the token is not among them."""
    asked: dict[str, Any] = {}
    if poll.by_id:
        asked["since_id"] = str(snowflake_at(poll.floor))  # never with start_time: recent search refuses both
    else:
        asked["start_time"] = poll.floor.replace(microsecond=0)
    if poll.until is not None:
        asked["until_id"] = str(poll.until)
    return asked


def advance(cursor: Cursor, seen: Sequence[Seen], next_token: str | None, reach: Reach, *, now: datetime) -> Cursor:
    """Take note of a page that was read. No poll under way afterwards means: ask again at the next interval."""
    before = under_way(cursor)
    low = min((item.id for item in seen), default=before.low)
    lower = low is not None and (before.low is None or low < before.low)
    # an item from the future, by X's clock or a broken one, must not carry the mark past posts yet to come
    newest = min(now, max(item.at for item in seen)) if seen else before.top
    poll = replace(
        before,
        top=max(newest, before.top) if newest and before.top else newest,
        low=low if lower else before.low,
        count=before.count + sum(item.at > before.floor for item in seen),
        used=(*before.used, _digest(before.token))[-TOKENS_KEPT:],
        stalls=0 if lower else before.stalls + 1,
    )
    flakes = all(_tells_time(item) for item in seen) if seen else cursor.snowflakes
    after = replace(cursor, snowflakes=flakes, pages=cursor.pages + 1)
    if not next_token or _mostly_below(poll.floor, seen):
        return _complete(after, poll)
    return replace(after, poll=_next_page(poll, next_token, reach))


def restart(cursor: Cursor, reach: Reach, *, now: datetime) -> Cursor | None:
    """Begin the poll under way anew without its page token, which X no longer takes. None: that was tried."""
    poll = under_way(cursor)
    if poll.restarted or not (poll.token or poll.until):
        return None
    floor = _reachable(poll.floor, reach, now)
    fresh = Poll(floor=floor, began=poll.began, by_id=poll.by_id, sweeping=poll.sweeping, top=poll.top, restarted=True)
    return replace(cursor, pages=cursor.pages + 1, poll=fresh)


def widen(cursor: Cursor, size: int) -> Cursor:
    """Begin the poll under way anew with pages of `size`: X wants one page size throughout a listing."""
    poll = under_way(cursor)
    return replace(cursor, busy=size, poll=replace(poll, token="", until=None, low=None, count=0, used=(), stalls=0))


def under_way(cursor: Cursor) -> Poll:
    """Take the poll under way. Raises RuntimeError if there is none: resume() begins one."""
    if cursor.poll is None:
        raise RuntimeError("no poll is under way")
    return cursor.poll


def _next_page(poll: Poll, token: str, reach: Reach) -> Poll | None:
    """Go on to the next page, or give up: None."""
    if poll.stalls >= STALLS:
        return None
    if _digest(token) not in poll.used:
        return replace(poll, token=token)
    if reach.until and poll.low is not None and poll.low != poll.until:
        return replace(poll, token="", until=poll.low, used=())
    return None


def _reachable(floor: datetime, reach: Reach, now: datetime) -> datetime:
    return max(floor, now - reach.oldest) if reach.oldest else floor


def _complete(cursor: Cursor, poll: Poll) -> Cursor:
    newest = max((at for at in (cursor.newest_at, poll.top) if at), default=None)
    if poll.sweeping:
        return replace(cursor, newest_at=newest, swept_at=poll.began, poll=None)
    return replace(cursor, newest_at=newest, busy=poll.count, poll=None)


def _mostly_below(floor: datetime, seen: Sequence[Seen]) -> bool:
    """Say whether the listing has gone past the floor: one stray old item among new ones does not."""
    return bool(seen) and sum(item.at <= floor for item in seen) * 2 > len(seen)


def _tells_time(item: Seen) -> bool:
    made = snowflake_time(item.id)
    return made > SNOWFLAKE_EPOCH + AHEAD and abs(made - item.at) <= CLOSE


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:8]


def _stamp(at: datetime | None) -> int | None:
    return int(at.timestamp() * 1000) if at else None


def _at(stamp: Any) -> datetime | None:
    return datetime.fromtimestamp(stamp / 1000, UTC) if stamp is not None else None


def _sure(stamp: Any) -> datetime:
    return datetime.fromtimestamp(stamp / 1000, UTC)


def _from_json(text: str, about: str) -> Cursor | None:
    try:
        kept = json.loads(text)
        if kept["v"] != 1 or kept["about"] != about:
            return None
        return Cursor(
            about=about,
            start=_sure(kept["start"]),
            swept_at=_sure(kept["swept"]),
            newest_at=_at(kept["newest"]),
            snowflakes=bool(kept["flakes"]),
            busy=int(kept["busy"]),
            pages=int(kept["pages"]),
            poll=_poll(kept["poll"]) if "poll" in kept else None,
        )
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def _poll(kept: Mapping[str, Any]) -> Poll:
    return Poll(
        floor=_sure(kept["floor"]),
        began=_sure(kept["began"]),
        by_id=bool(kept["by_id"]),
        sweeping=bool(kept["sweeping"]),
        token=str(kept["token"]),
        until=kept["until"],
        top=_at(kept["top"]),
        low=kept["low"],
        count=int(kept["count"]),
        used=tuple(kept["used"]),
        stalls=int(kept["stalls"]),
        restarted=bool(kept["restarted"]),
    )
