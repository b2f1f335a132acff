"""A machine looks for an order of pushes, repeats and polls in which pushing makes other posts than polling alone."""

import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine
from sqlmodel import col, select

from channels.x_activity import Door
from channels.x_money import Meter, price_table
from channels.x_parse import Own, read_directs, read_posts
from domain.conduct import Conduct
from domain.values import Page, SourceSpec, Usage
from listener import arrive, listen
from listener.pushes import Pushing
from storage import arrivals
from storage.database import migrate, open_database, reading, writing
from storage.posts import Post
from tests.channels.pushes import ANA, ANA_ID, HANDLE, OWN_ID, x_direct, x_event, x_post
from tests.conftest import NOON

OWN = Own(OWN_ID, HANDLE)
CONDUCT = Conduct(brand="Nord Parcel")
MINUTE = timedelta(minutes=1)
PUSHING = {"x": Pushing(sweep_every=10 * MINUTE, silent_after=60 * MINUTE)}
REPEATS = 3


@dataclass
class Network:
    """X as it stands: what is written, and by polling what of it can be seen."""

    name: str = "x"
    account: str = OWN_ID
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    directs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def sources(self) -> Sequence[SourceSpec]:
        names = ("directs", "mentions")
        return [SourceSpec(name=name, endpoint=name, every=MINUTE) for name in names]

    def fetch(self, source: str, cursor: str | None, *, now: datetime) -> Page:
        del cursor
        read, found = (read_posts, self.posts) if source == "mentions" else (read_directs, self.directs)
        listing = read({"data": list(found.values()), "includes": {"users": [ANA]}}, OWN, now=now)
        return Page(posts=listing.posts, unreadable=listing.unreadable, cursor="c")

    def cost(self, source: str) -> Usage:
        return Usage(endpoint=source, resource="read", units=1, micros=0)


def polled_direct(native_id: str, at: datetime) -> dict[str, Any]:
    return {
        "id": native_id,
        "event_type": "MessageCreate",
        "text": "hello!",
        "sender_id": ANA_ID,
        "dm_conversation_id": f"{OWN_ID}-{ANA_ID}",
        "created_at": at.isoformat(),
    }


@cache
def _migrated() -> bytes:
    """Run the migrations once, not for every example."""
    with TemporaryDirectory(dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")) as folder:
        file = Path(folder) / "migrated.db"
        engine = open_database(f"sqlite:///{file}")
        migrate(engine)
        engine.dispose()
        return file.read_bytes()


class Pushes(RuleBasedStateMachine):
    """Everything is pushed three times, late and out of order, or lost; polls come in between."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory(dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
        file = Path(self._folder.name) / "pushed.db"
        file.write_bytes(_migrated())
        self.engine: Engine = open_database(f"sqlite:///{file}")
        self.network, self.now, self.count = Network(), NOON, 0
        self.under_way: list[bytes] = []
        self.ever: set[str] = set()
        self.removed: set[str] = set()
        self.door = Door(OWN, Meter(price_table()), consumer_secret="s")
        listen.register(self.engine, {"x": self.network}, now=self.now)

    @initialize(seed=st.integers(0, 2**16))
    def shuffle_by(self, seed: int) -> None:
        self.chance = random.Random(seed)

    @rule(pushed=st.booleans(), private=st.booleans())
    def write(self, *, pushed: bool, private: bool) -> None:
        self.count += 1
        native_id = str(1000 + self.count)
        self.ever.add(native_id)
        if private:
            self.network.directs[native_id] = polled_direct(native_id, self.now)
            event = x_direct(native_id, self.now)
        else:
            self.network.posts[native_id] = x_post(native_id, self.now)
            event = x_event("post.mention.create", x_post(native_id, self.now), includes={"users": [ANA]})
        if pushed:
            self._push(event)

    @precondition(lambda self: self.network.posts)
    @rule(at=st.integers(0, 50))
    def take_back(self, at: int) -> None:
        native_id = sorted(self.network.posts)[at % len(self.network.posts)]
        del self.network.posts[native_id]
        self.removed.add(native_id)
        self._push(x_event("post.delete", {"id": native_id, "author_id": ANA_ID}))

    @rule()
    def write_and_take_back_at_once(self) -> None:
        self.write(pushed=True, private=False)
        self.take_back(len(self.network.posts) - 1)

    def _push(self, event: Any) -> None:
        """Put an envelope on its way up to three times, each written a little otherwise: no digest saves us."""
        repeats = self.chance.randint(1, REPEATS)
        self.under_way += [json.dumps(event, indent=number).encode() for number in range(repeats)]
        self.chance.shuffle(self.under_way)

    @precondition(lambda self: self.under_way)
    @rule(many=st.integers(1, 6))
    def deliver(self, many: int) -> None:
        for body in self.under_way[:many]:
            with writing(self.engine) as db:
                arrivals.keep(db, "x", body, now=self.now)
        del self.under_way[:many]

    @rule()
    def read_one(self) -> None:
        self._read_one()

    def _read_one(self) -> bool:
        return arrive.run_once(self.engine, {"x": self.door}, pushing=PUSHING, conduct=CONDUCT, now=self.now)

    @rule()
    def crash_after_claiming(self) -> None:
        with writing(self.engine) as db:
            arrivals.claim(db, ["x"], now=self.now, lease=arrive.LEASE)

    @rule(minutes=st.integers(0, 15))
    def pass_time_and_poll(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        while listen.run_once(self.engine, {"x": self.network}, conduct=CONDUCT, now=self.now):
            pass

    def _rows(self) -> list[Post]:
        with reading(self.engine) as db:
            return list(db.exec(select(Post).order_by(col(Post.native_id))))

    @invariant()
    def nothing_is_doubled_and_nothing_made_up(self) -> None:
        ids = [row.native_id for row in self._rows()]
        assert len(ids) == len(set(ids))
        assert set(ids) <= self.ever

    def teardown(self) -> None:
        """Let everything come in; then the books of both must agree."""
        while self.under_way:
            self.deliver(6)
        for _ in range(2):
            self.now += 20 * MINUTE
            while self._read_one():
                pass
            self.pass_time_and_poll(0)
        pushed = {row.native_id: _plain(row) for row in self._rows() if row.gone_at is None}
        polled = {post.native_id: post for name in ("mentions", "directs") for post in self._polled(name)}
        assert set(pushed) == set(polled)
        for native_id, post in polled.items():
            assert pushed[native_id] == (
                post.kind.value,
                post.text,
                post.conversation,
                post.created_at,
                post.summoned,
                post.permalink,
                post.own,
                post.lang,
                dict(post.raw),
            )
        left = {row.native_id: row.text for row in self._rows() if row.gone_at is not None}
        assert set(left) <= self.removed
        assert set(left.values()) <= {""}
        self.engine.dispose()
        self._folder.cleanup()

    def _polled(self, name: str) -> Sequence[Any]:
        return self.network.fetch(name, None, now=self.now).posts


def _plain(row: Post) -> tuple[Any, ...]:
    return (
        row.kind,
        row.text,
        row.conversation,
        row.created_at,
        row.summoned,
        row.permalink,
        row.own,
        row.lang,
        row.raw,
    )


TestPushes = Pushes.TestCase
TestPushes.settings = settings(
    max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
