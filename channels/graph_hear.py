"""Hears at Meta: one request a fetch. Knows no platform's fields; graph_cursor.py says how far to read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels import graph_stored as stored_cursor
from channels.graph_client import Answered
from channels.graph_cursor import Cursor, Errand, Reach, advance, restart, resume, skip, under_way
from channels.graph_parse import Listing
from channels.graph_rules import GONE
from channels.graph_settings import Account
from domain.errors import Refused, Scope
from domain.values import Page, SourceSpec, Usage

BAD = "graph.bad-request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing that is polled."""

    spec: SourceSpec
    about: str  # what is polled; when it changes, hearing begins anew
    reach: Reach
    ask: Callable[[Errand, datetime], Answered]
    read: Callable[[Answered, Errand, datetime, datetime], Listing]  # answer, errand, floor, now


def reach_of(account: Account, *, depth: int = 0) -> Reach:
    """Say how far back an account's polls look."""
    return Reach(
        overlap=account.overlap,
        sweep_every=account.sweep_every,
        late_by=account.late_by,
        look_back=account.look_back,
        depth=depth,
    )


class Hearing:
    """The hearing half of a connector; see the port `Hears`."""

    def __init__(self, channel: str, sources: Sequence[Source]) -> None:
        """Build it; asks nobody."""
        self._channel = channel
        self._sources = {source.spec.name: source for source in sources}

    def sources(self) -> Sequence[SourceSpec]:
        """Say what can be polled, in the order of urgency."""
        return tuple(source.spec for source in self._sources.values())

    def cost(self, name: str) -> Usage:
        """Name the rate row one fetch draws on; Meta bills nothing."""
        return Usage(endpoint=self._source(name).spec.endpoint, resource="call", units=1, micros=0)

    def fetch(self, name: str, stored: str | None, *, now: datetime) -> Page:
        """Read one page of a source."""
        source = self._source(name)
        cursor = resume(stored_cursor.read(stored), source.about, source.reach, now=now)
        poll, errand = under_way(cursor)
        try:
            answered = source.ask(errand, now)
        except Refused as refused:
            return self._without(cursor, refused)
        listing = source.read(answered, errand, poll.floor, now)
        after = advance(cursor, listing.seen, listing.after, listing.beneath, source.reach, now=now)
        return Page(
            posts=tuple(post for post in listing.posts if post.created_at >= cursor.start),
            unreadable=listing.unreadable,
            cursor=stored_cursor.write(after),
            more=after.poll is not None,
            rates=answered.rates,
        )

    def _without(self, cursor: Cursor, refused: Refused) -> Page:
        """Go on without a page cursor that has run out, or a node that is gone. Raises what stops the source."""
        again = None
        if refused.scope is Scope.ITEM and refused.rule == BAD:
            again = restart(cursor) or skip(cursor)
        elif refused.rule in GONE:
            again = skip(cursor)
        if again is None:
            raise refused
        poll, errand = under_way(cursor)
        # where nothing else could be read either, it may as well be hidden from us: words are not erased on that
        gone = (errand.node,) if refused.rule in GONE and poll.heard else ()
        return Page(gone=gone, cursor=stored_cursor.write(again), more=again.poll is not None)

    def _source(self, name: str) -> Source:
        if name not in self._sources:
            why, remedy = f"no source {name!r} in the settings", "Forget the source, or bring its setting back."
            raise Refused(self._channel, why, rule="graph.no-such-source", remedy=remedy)
        return self._sources[name]
