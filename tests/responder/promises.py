"""A house with one customer's case in it, and words to promise: the inside of the delivery tests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from domain.cards import Card, CardKind
from domain.conduct import Conduct, Rooms
from domain.sending import DeliveryKind
from domain.values import NewAuthor, NewPost, Page, PostKind, Priority, SourceSpec
from responder import deliver
from storage import cases, deliveries, events, gatings, posts, sources
from storage.cases import Case
from storage.database import reading, writing
from storage.deliveries import READY, SENDING, UNKNOWN, Delivery
from storage.events import Event
from storage.gatings import Gating
from storage.posts import Post
from storage.sources import Source
from tests.responder.network import Network

BRAND = "1"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ROOMS = Rooms(alerts="C1", cases="C2", mail="team@brand.example")


@dataclass
class House:
    """Drives deliveries by hand; `now` and `ticks` are its clocks."""

    engine: Engine
    network: Network = field(default_factory=Network)
    room: Network = field(default_factory=lambda: Network(name="slack"))
    post_office: Network = field(default_factory=lambda: Network(name="mail"))
    conduct: Conduct = field(default_factory=lambda: Conduct(brand="Nord Parcel", rooms=ROOMS, per_author_hour=99))
    now: datetime = NOON
    ticks: float = 0.0

    def step(self, via: str = "x") -> bool:
        """Run the stage once."""
        return deliver.run_once(
            self.engine,
            via=via,
            carriers={"x": self.network, "slack": self.room, "mail": self.post_office},
            conduct=self.conduct,
            clock=lambda: self.now,
            monotonic=lambda: self.ticks,
        )

    def wait(self, **time: float) -> None:
        """Let time pass, on both clocks."""
        self.now += timedelta(**time)
        self.ticks += timedelta(**time).total_seconds()

    def settle(self, via: str = "x", *, hours: float = 2) -> None:
        """Go on until nothing is left to do within `hours`, jumping to whatever comes next."""
        end = self.now + timedelta(hours=hours)
        while self.now < end:
            while self.step(via):
                pass
            self.wait(seconds=(self._next(via, end) - self.now).total_seconds())

    def _next(self, via: str, end: datetime) -> datetime:
        """Say when the next row will be due, `end` at the latest."""
        times = [row.not_before for row in self.rows() if row.via == via and row.state in (READY, UNKNOWN)]
        times += [row.lease_until for row in self.rows() if row.via == via and row.state == SENDING and row.lease_until]
        urgent = [row.planned_at + self.conduct.mail_after for row in self.rows() if row.via == via]
        later = [at for at in times + urgent if at > self.now]
        return min([end, *(at + timedelta(milliseconds=1) for at in later)])

    def customer(self, name: str = "ana", **post: Any) -> int:
        """Let somebody complain; returns the case's id."""
        spec = SourceSpec(name="mentions", endpoint="mentions", every=timedelta(minutes=1))
        said: dict[str, Any] = {
            "native_id": f"p-{name}",
            "kind": PostKind.MENTION,
            "text": "@brand third day without my parcel",
            "author": NewAuthor(native_id=f"u-{name}", handle=name),
            "conversation": f"p-{name}",
            "created_at": self.now - timedelta(minutes=1),
            "summoned": True,
            **post,
        }
        with writing(self.engine) as db:
            sources.register(db, "x", BRAND, spec, now=self.now)
            source = db.exec(select(Source)).one()
            stored = posts.store_page(db, source, Page(posts=(NewPost(**said),)), now=self.now)
            heard = db.get_one(Post, stored.new[0])
            known = cases.live(db, heard.author_id, heard.conversation) or cases.invited(db, heard.author_id)
            if known:
                cases.join(db, known, heard, now=self.now)
                return known.id
            case = Case(
                channel="x",
                account=BRAND,
                author_id=heard.author_id,
                conversation=heard.conversation,
                need="complaint",
                opened_at=self.now,
                updated_at=self.now,
            )
            return cases.open_case(db, case, heard).id

    def writes_privately(self, name: str = "ana", n: int = 1) -> int:
        """Let the customer write in private; it joins their case. Returns the post's id."""
        case_id = self.customer(
            name, native_id=f"d-{name}-{n}", kind=PostKind.DIRECT, conversation=f"c-{name}", text="hello?"
        )
        with reading(self.engine) as db:
            return cases.posts_of(db, case_id)[-1].id

    def promise(self, case_id: int | None, what: str = "acknowledge", **more: Any) -> str:
        """Promise words to the customer of a case; a public answer unless `kind` says otherwise."""
        with writing(self.engine) as db:
            case = db.get(Case, case_id) if case_id else None
            heard = cases.posts_of(db, case_id)[-1] if case_id else None
            key = f"case-{case_id}:{what}"
            given: dict[str, Any] = {
                "kind": DeliveryKind.REPLY,
                "via": "x",
                "account": BRAND,
                "order_key": f"customer:{case.author_id if case else 0}",
                "target": heard.native_id if heard else "p-0",
                "body": f"We are on it, automatically ({what}, {case_id})",
                "case_id": case_id,
                "post_id": heard.id if heard else None,
                "author_id": case.author_id if case else None,
                **more,
            }
            assert deliveries.plan(db, key=key, now=self.now, **given)
        return key

    def alert(self, case_id: int | None, what: str = "alert", **more: Any) -> str:
        """Promise words to the team."""
        card = Card(kind=CardKind.CASE, headline="Complaint", case_id=case_id)
        given: dict[str, Any] = {
            "kind": DeliveryKind.ALERT,
            "via": "slack",
            "order_key": f"team:{case_id}",
            "target": "C1",
            "body": card.to_json(),
            "post_id": None,
            "author_id": None,
            "priority": Priority.URGENT,
            **more,
        }
        return self.promise(case_id, what, **given)

    def row(self, key: str) -> Delivery:
        with reading(self.engine) as db:
            found = deliveries.by_key(db, key)
        assert found is not None
        return found

    def rows(self) -> list[Delivery]:
        with reading(self.engine) as db:
            return list(db.exec(select(Delivery).order_by("id")))

    def state(self, key: str) -> str:
        return self.row(key).state

    def history(self, case_id: int) -> list[Event]:
        with reading(self.engine) as db:
            return events.of_case(db, case_id)

    def gatings(self, key: str) -> list[Gating]:
        with reading(self.engine) as db:
            return gatings.of_delivery(db, key)

    def cards(self, via: str = "slack") -> list[Card]:
        """What the team was promised to be told, oldest first."""
        return [Card.from_json(row.body) for row in self.rows() if row.via == via]
