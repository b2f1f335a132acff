"""Listings of Graph in memory, for as many polls as a test likes: newest first, by cursors, some indexed late."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from channels.facebook_parse import parse_comment
from channels.graph_client import Answered
from channels.graph_cursor import Beneath, Errand, Reach
from channels.graph_hear import Hearing, Source
from channels.graph_parse import Listing, Own, asked_after, read_listing
from domain.values import NewPost, SourceSpec
from tests.channels.meta import ANA, PAGE, listing, stamp

OWN = Own(page_id=PAGE)
REACH = Reach(
    overlap=timedelta(minutes=10),
    sweep_every=timedelta(minutes=15),
    late_by=timedelta(hours=6),
    look_back=timedelta(hours=6),
)


@dataclass(frozen=True)
class Written:
    """A comment, and when Graph begins to list it."""

    number: int
    post: str
    at: datetime
    indexed_at: datetime

    @property
    def native_id(self) -> str:
        return f"{self.post}_{self.number}"


@dataclass
class Wall:
    """A Page's posts with comments, listed as Graph lists them."""

    size: int = 5  # comments a page
    written: list[Written] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    marks: bool = True  # posts tell when they changed
    asked: list[Errand] = field(default_factory=list)
    odd: Callable[[Errand, dict[str, object]], dict[str, object]] | None = None  # changes a page of comments

    def write(self, post: str, at: datetime, *, late: timedelta = timedelta(0)) -> Written:
        made = Written(len(self.written) + 1, post, at, at + late)
        self.written.append(made)
        if post not in self.posts:
            self.posts.insert(0, post)
        return made

    def hearing(self, reach: Reach = REACH) -> Hearing:
        spec = SourceSpec(name="comments", endpoint="pages", every=timedelta(minutes=1))
        return Hearing("facebook", [Source(spec=spec, about="wall", reach=reach, ask=self._ask, read=_read)])

    def _ask(self, errand: Errand, now: datetime) -> Answered:
        self.asked.append(errand)
        shown = [one for one in self.written if one.indexed_at <= now]
        if not errand.node:
            return Answered({"data": [{"id": post, **self._mark(post, shown)} for post in self.posts]}, (), "")
        under = sorted((one for one in shown if one.post == errand.node), key=lambda one: (one.at, one.number))[::-1]
        after = asked_after(errand.after).get("after", "")
        numbers = [str(one.number) for one in under]
        rest = under[numbers.index(after) + 1 :] if after in numbers else under if not after else []
        page = rest[: self.size]
        more = str(page[-1].number) if len(rest) > self.size else ""
        found = listing(*(_shape(one) for one in page), after=more)
        return Answered(self.odd(errand, found) if self.odd else found, (), "")

    def _mark(self, post: str, shown: list[Written]) -> dict[str, str]:
        """A post changes when a comment is written, also where the list shows it later."""
        changed = [one.at for one in shown if one.post == post]
        return {"updated_time": stamp(max(changed))} if self.marks and changed else {}


def _shape(one: Written) -> dict[str, object]:
    return {"id": one.native_id, "message": "x", "from": ANA, "created_time": stamp(one.at)}


def _read(answered: Answered, errand: Errand, _floor: datetime, now: datetime) -> Listing:
    if errand.node:
        parse = partial(parse_comment, own=OWN, post_id=errand.node, now=now)
        return read_listing(answered.payload, parse, time="created_time", now=now)
    told = answered.payload["data"]
    return Listing(beneath=tuple(Beneath(node=one["id"], mark=one.get("updated_time", "")) for one in told))


def poll(hearing: Hearing, cursor: str | None, *, now: datetime, most: int = 1000) -> tuple[list[NewPost], str]:
    """Fetch until the source has nothing more; returns what came and the cursor. Fails after `most` requests."""
    heard: list[NewPost] = []
    for _ in range(most):
        page = hearing.fetch("comments", cursor, now=now)
        heard += page.posts
        assert page.cursor
        assert page.cursor != cursor
        cursor = page.cursor
        if not page.more:
            return heard, cursor
    raise AssertionError("the poll has no end")
