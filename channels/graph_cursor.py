"""How far we have heard at Meta, and what to ask next: a poll's errands and their pages. Pure: no request, no post.

Graph's listings know no "since": they are read newest first, page by page, down to a floor, a time some way before
the newest item of the last whole poll. A poll begins with one errand, the source's own listing; what it finds there
(posts with comments, conversations with more messages than fit) are errands beneath it. A node whose mark, such as
its time of change, is as it was when it was last read to its end is left out. Only a poll that came to its end moves
the newest time, so a crash between two pages costs a re-read and loses nothing. The floor lies back by

- `overlap` in every poll: what is indexed late by minutes is a matter of course;
- `late_by` plus `sweep_every` in a sweep, once every `sweep_every`, which leaves no node out.

Requests are bounded: an errand ends where Meta names no next page, where most of a page lies below the floor, where
a page's cursor comes back, and after `STALLS` pages in a row that bring nothing older. A poll ends after `MOST`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

STALLS = 10  # empty pages may have a next one, but not for ever
MOST = 400  # requests a poll
CURSORS_KEPT = 64
REFUSED = 5  # nodes in a row that cannot be read and none that can: then it is not the nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far back polls look."""

    overlap: timedelta
    sweep_every: timedelta
    late_by: timedelta
    look_back: timedelta  # of the very first poll
    depth: int = 0  # pages of a node that a sweep reads whatever their times: answers may stand under old items


@dataclass(frozen=True, slots=True, kw_only=True)
class Beneath:
    """A node that was found in a listing and has a listing of its own."""

    node: str
    mark: str = ""  # as long as it stays the same there is nothing new; empty: cannot be told
    after: str = ""  # where to go on; empty: at the beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One listing to be read."""

    node: str = ""  # empty: the source's own
    mark: str = ""
    after: str = ""  # of the page to ask for next, as graph_paging.py writes it
    pages: int = 0  # read so far
    low: datetime | None = None  # oldest item so far
    stalls: int = 0
    used: tuple[str, ...] = ()  # digests of what was asked with


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A poll under way."""

    floor: datetime
    began: datetime
    sweeping: bool = False
    todo: tuple[Errand, ...] = (Errand(),)
    asked: int = 0  # requests so far
    heard: int = 0  # of them, pages of nodes that were read
    top: datetime | None = None  # newest item so far
    marks: Mapping[str, str] = field(default_factory=dict)  # of nodes that were read to their end, or left out
    whole: bool = True  # no errand was given up
    restarted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Everything a source remembers between pages."""

    about: str  # digest of what is polled: another account begins anew
    start: datetime  # nothing older is taken, ever
    swept_at: datetime
    newest_at: datetime | None = None  # newest item of the last whole poll
    marks: Mapping[str, str] = field(default_factory=dict)
    pages: int = 0  # read so far: no two cursors of a source are alike
    poll: Poll | None = None


def resume(cursor: Cursor | None, about: str, reach: Reach, *, now: datetime) -> Cursor:
    """Go on from a stored cursor, and begin the poll that is due, if none is under way.

    None, or a cursor of another account, begins anew, `look_back` before now.
    """
    digest = _digest(about)
    if cursor is None or cursor.about != digest:
        start = now - reach.look_back
        return Cursor(about=digest, start=start, swept_at=now, poll=Poll(floor=start, began=now, sweeping=True))
    if cursor.poll:
        return cursor
    sweeping = not timedelta(0) <= now - cursor.swept_at < reach.sweep_every
    back = reach.late_by + reach.sweep_every if sweeping else reach.overlap
    floor = max(cursor.start, cursor.newest_at - back) if cursor.newest_at else cursor.start
    return replace(cursor, poll=Poll(floor=floor, began=now, sweeping=sweeping))


def under_way(cursor: Cursor) -> tuple[Poll, Errand]:
    """Take the poll under way and its present errand. Raises RuntimeError if there is none: resume() begins one."""
    if cursor.poll is None or not cursor.poll.todo:
        raise RuntimeError("no poll is under way")
    return cursor.poll, cursor.poll.todo[0]


def advance(
    cursor: Cursor,
    seen: Sequence[datetime],
    after: str,
    beneath: Sequence[Beneath],
    reach: Reach,
    *,
    now: datetime,
) -> Cursor:
    """Take note of a page that was read. No poll under way afterwards means: ask again at the next interval.

    `seen`: times of everything on the page, kept or not; `after`: where the next page begins, empty at the end.
    """
    poll, errand = under_way(cursor)
    newest = min(now, max(seen)) if seen else None  # a time from the future must not carry the mark past what comes
    top = max((at for at in (poll.top, newest) if at), default=None)
    poll = replace(poll, asked=poll.asked + 1, heard=poll.heard + bool(errand.node), top=top)
    read = _read(errand, seen)
    if not after or _past(poll, read, seen, reach):
        poll = _ended(poll, errand)
    elif _digest(after) in read.used or read.stalls >= STALLS:
        poll = replace(poll, todo=poll.todo[1:], whole=False)
    else:
        poll = replace(poll, todo=(replace(read, after=after), *poll.todo[1:]))
    return _settle(cursor, _with_beneath(cursor, poll, beneath))


def restart(cursor: Cursor) -> Cursor | None:
    """Begin the errand under way anew without its page cursor, which Meta no longer takes. None: that was tried."""
    poll, errand = under_way(cursor)
    if poll.restarted or not errand.after:
        return None
    again = Errand(node=errand.node, mark=errand.mark)
    return replace(cursor, pages=cursor.pages + 1, poll=replace(poll, restarted=True, todo=(again, *poll.todo[1:])))


def skip(cursor: Cursor) -> Cursor | None:
    """Leave out the node under way, which cannot be read. None: it is the source's own listing, or one of too many."""
    poll, errand = under_way(cursor)
    if not errand.node or (poll.asked > REFUSED and not poll.heard):
        return None
    return _settle(cursor, replace(poll, asked=poll.asked + 1, todo=poll.todo[1:]))


def _read(errand: Errand, seen: Sequence[datetime]) -> Errand:
    low = min(seen, default=None)
    lower = low is not None and (errand.low is None or low < errand.low)
    return replace(
        errand,
        pages=errand.pages + 1,
        low=low if lower else errand.low,
        stalls=0 if lower else errand.stalls + 1,
        used=(*errand.used, _digest(errand.after))[-CURSORS_KEPT:],
    )


def _past(poll: Poll, errand: Errand, seen: Sequence[datetime], reach: Reach) -> bool:
    """Say whether the listing has gone past the floor: one stray old item among new ones does not."""
    if poll.sweeping and errand.node and errand.pages < reach.depth:
        return False
    return bool(seen) and sum(at <= poll.floor for at in seen) * 2 > len(seen)


def _ended(poll: Poll, errand: Errand) -> Poll:
    marks = {**poll.marks, errand.node: errand.mark} if errand.node and errand.mark else poll.marks
    return replace(poll, todo=poll.todo[1:], marks=marks)


def _with_beneath(cursor: Cursor, poll: Poll, beneath: Sequence[Beneath]) -> Poll:
    todo, marks = list(poll.todo), dict(poll.marks)
    known = {errand.node for errand in todo}
    for found in beneath:
        if found.mark and not poll.sweeping and cursor.marks.get(found.node) == found.mark:
            marks[found.node] = found.mark
        elif found.node not in known:
            known.add(found.node)
            todo.append(Errand(node=found.node, mark=found.mark, after=found.after))
    return replace(poll, todo=tuple(todo), marks=marks)


def _settle(cursor: Cursor, poll: Poll) -> Cursor:
    """Go on with the poll, or end it."""
    after = replace(cursor, pages=cursor.pages + 1)
    if poll.todo and poll.asked < MOST:
        return replace(after, poll=poll)
    newest = max((at for at in (cursor.newest_at, poll.top) if at), default=None)
    whole = poll.whole and not poll.todo
    return replace(
        after,
        newest_at=newest if whole else cursor.newest_at,
        swept_at=poll.began if poll.sweeping else cursor.swept_at,
        marks=poll.marks,
        poll=None,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
