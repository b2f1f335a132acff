"""What the listener's tests share: a platform that answers as told, and eyes on what was stored and said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from domain.cards import Card
from domain.conduct import Conduct, Rooms
from domain.values import NewAuthor, NewPost, Page, PostKind, SourceSpec, Usage
from listener import listen
from storage.database import reading
from storage.deliveries import Delivery
from storage.posts import Post
from storage.sources import Source

MINUTE = timedelta(minutes=1)
MENTIONS = SourceSpec(name="mentions", endpoint="mentions", every=MINUTE)
SEARCH = SourceSpec(name="search:brand", endpoint="search", every=5 * MINUTE)
DIRECTS = SourceSpec(name="directs", endpoint="directs", every=2 * MINUTE)


@dataclass
class Wire:
    """A platform that gives, source by source, the answers it was told to; after them, nothing new."""

    name: str = "x"
    account: str = "9"
    offers: list[SourceSpec] = field(default_factory=lambda: [MENTIONS])
    answers: dict[str, list[Page | BaseException]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    price: int = 0  # micro-dollars a poll

    def sources(self) -> Sequence[SourceSpec]:
        return self.offers

    def fetch(self, source: str, cursor: str | None, *, now: datetime) -> Page:  # noqa: ARG002 - the port's
        self.asked.append((source, cursor))
        waiting = self.answers.get(source)
        answer = waiting.pop(0) if waiting else Page(cursor=cursor)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def cost(self, source: str) -> Usage:
        return Usage(endpoint=source, resource="read", units=1, micros=self.price)

    def will(self, *answers: Page | BaseException, source: str = "mentions") -> None:
        """Answer the next polls of `source` so."""
        self.answers.setdefault(source, []).extend(answers)


def post(native_id: str, at: datetime, **changed: Any) -> NewPost:
    """Make a post of Ana's."""
    values: dict[str, Any] = {
        "native_id": native_id,
        "kind": PostKind.MENTION,
        "text": f"@brand where is my parcel? ({native_id})",
        "author": NewAuthor(native_id="1", handle="ana"),
        "conversation": native_id,
        "created_at": at,
    }
    return NewPost(**{**values, **changed})


@dataclass
class Desk:
    """The engine with short words for what a test does and looks at."""

    engine: Engine
    wire: Wire
    conduct: Conduct = field(default_factory=lambda: Conduct(brand="Nord Parcel", rooms=Rooms(alerts="C1")))

    def listen(self, now: datetime) -> int:
        """Poll whatever is due, page after page; returns how often there was work."""
        rounds = 0
        while listen.run_once(self.engine, {self.wire.name: self.wire}, conduct=self.conduct, now=now):
            rounds += 1
            assert rounds < 1000, "the listener never comes to rest"
        return rounds

    def register(self, now: datetime) -> None:
        listen.register(self.engine, {self.wire.name: self.wire}, now=now)

    def posts(self) -> dict[str, Post]:
        with reading(self.engine) as db:
            return {row.native_id: row for row in db.exec(select(Post).order_by(col(Post.id)))}

    def source(self, name: str = "mentions") -> Source:
        with reading(self.engine) as db:
            return db.exec(select(Source).where(Source.name == name)).one()

    def cards(self) -> list[Card]:
        with reading(self.engine) as db:
            return [Card.from_json(body) for body in db.exec(select(Delivery.body).order_by(col(Delivery.id)))]

    def headlines(self) -> list[str]:
        return [card.headline for card in self.cards()]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def desk(engine: Engine, wire: Wire, now: datetime) -> Desk:
    built = Desk(engine, wire)
    built.register(now)
    return built
