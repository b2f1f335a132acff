"""A street to walk on: the whole house against look-alikes of X and Slack, on a clock that only we move."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, Self

from sqlmodel import col, select

from app import house
from app.house import House
from app.schedule import drain
from app.settings import MICROS, build
from desk.socket import Socket
from domain.values import Abuse, Kind, Scores, Sentiment, Usage
from moderation import policy
from moderation.judge import Judge
from moderation.personal import PersonalData
from sandbox.slack_state import Message
from sandbox.world import World
from sandbox.x_state import XPost
from storage import deliveries, events, sources, spending
from storage.books import Books, balance
from storage.cases import Case
from storage.database import reading, writing
from storage.deliveries import Delivery
from storage.events import Event as Happened
from storage.posts import Post

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
LEAST, FAR = timedelta(seconds=1), timedelta(hours=1)
MIA, TOM = "U0MIA", "U0TOM"


@dataclass
class Clock:
    """Everybody's clock."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.now.timestamp()


HOPELESS, THREAT, CROSS, ANGRY, ASKS, GLAD = "can't go on", "break your windows", "parcel", "fraud", "?", "thank you"


class Reader:
    """Stands in for the model: reads a few words, always alike, at once."""

    version = "reader-1"

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        return [read(text.casefold()) for text in texts]


def read(text: str) -> Scores:
    text = text.replace("nordparcel", "")
    for word, given in _MEANS.items():
        if word in text:
            return scores(**given)
    return scores()


_MEANS: Mapping[str, Mapping[str, Any]] = {
    HOPELESS: {"negative": 0.9, "distress": 0.95, "person": 0.9, "kind": Kind.COMPLAINT},
    THREAT: {"negative": 0.9, "threat": 0.9, "person": 0.9, "kind": Kind.COMPLAINT},
    ANGRY: {"negative": 0.95, "person": 0.99, "kind": Kind.COMPLAINT},
    GLAD: {"negative": 0.02, "kind": Kind.PRAISE},
    CROSS: {"negative": 0.9, "person": 0.6, "kind": Kind.COMPLAINT},
    "paquete": {"negative": 0.9, "person": 0.6, "kind": Kind.COMPLAINT},
    ASKS: {"negative": 0.1, "kind": Kind.QUESTION},
}


def scores(
    *,
    negative: float = 0.1,
    kind: Kind = Kind.NOISE,
    person: float = 0.1,
    distress: float = 0.0,
    threat: float = 0.0,
) -> Scores:
    rest = (1 - negative) / 2
    return Scores(
        sentiment={Sentiment.NEGATIVE: negative, Sentiment.NEUTRAL: rest, Sentiment.POSITIVE: rest},
        abuse={Abuse.NONE: 1 - threat, Abuse.OFFENSIVE: 0.0, Abuse.HATEFUL: 0.0, Abuse.THREAT: threat},
        kind={each: 0.91 if each is kind else 0.03 for each in Kind},
        person=person,
        distress=distress,
        model=Reader.version,
    )


@dataclass
class Street:
    """Somebody who lets things happen, lets time pass, and looks."""

    folder: Path
    told: Mapping[str, Any] = field(default_factory=dict)  # settings beside the usual ones
    judge: Judge | None = None
    clock: Clock = field(default_factory=Clock)
    world: World = field(init=False)
    house: House = field(init=False)

    def __enter__(self) -> Self:
        self.world = World(clock=self.clock, drive=False)
        self.world.__enter__()
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        house.close(self.house)
        self.world.__exit__(None, None, None)

    def open(self, **more: Any) -> None:
        """Start the house, or start it again with other settings, as after a restart."""
        if hasattr(self, "house"):
            house.close(self.house)
        data = {**settings(self.world, self.folder), **self.told, **more}
        self.house = house.build(build(data, environment={}), clock=self.clock, monotonic=self.clock.monotonic)
        house.prepare(self.house)
        judge = self.judge or Judge(Reader(), PersonalData([("order", r"NP-?\d{6}")]), policy.load())
        self.stages = house.stages(self.house, judge)

    def round(self) -> None:
        """Let everybody do what is to be done now."""
        self.world.step()
        drain(self.stages, now=self.clock.now, rounds=500)

    def wait(self, **time: float) -> None:
        """Let time pass, with a round whenever something comes due."""
        until = self.clock.now + timedelta(**time)
        self.round()
        while self.clock.now < until:
            self.clock.now = min(self._next_due(), until)
            self.round()

    def _next_due(self) -> datetime:
        """Say when a source is to be polled next, something may be sent, or somebody acts; not at once."""
        with reading(self.house.engine) as db:
            times = [source.next_poll_at for source in sources.listening(db) if source.state != sources.STOPPED]
            waiting = db.exec(select(Delivery).where(col(Delivery.state).in_(deliveries.UNSETTLED)))
            times += [max(row.not_before, row.lease_until or row.not_before) for row in waiting]
        acts = self.world.stage.agenda.next_at()
        return max(min([*times, acts or self.clock.now + FAR]), self.clock.now + LEAST)

    def skip(self, **time: float) -> None:
        """Let time pass with nobody at work, then go on."""
        self.clock.now += timedelta(**time)

    def spend(self, usd: float) -> None:
        """Have the ledger show that so much has gone this month."""
        usage = Usage(endpoint="test", resource="test", units=1, micros=int(usd * MICROS))
        with writing(self.house.engine) as db:
            spending.book(db, "x", self.world.x.brand.id, [usage], now=self.clock.now)

    def sources(self) -> dict[str, sources.Source]:
        with reading(self.house.engine) as db:
            return {source.name: source for source in sources.listening(db)}

    def connect(self) -> Socket:
        """Let the house hear presses of buttons."""
        socket = house.socket(self.house)
        assert socket is not None
        socket.start()
        assert until(lambda: socket.connected)
        return socket

    def press_anyway(self, action: str, *, user: str, number: int = 1) -> None:
        """Press a button somebody's screen still shows, although the card has changed."""
        card = self.alert(number)
        stale = {
            "type": "block_actions",
            "user": {"id": user},
            "actions": [{"action_id": action, "value": str(number)}],
        }
        where = {"container": {"channel_id": card.room, "message_ts": card.ts}}
        self.world.slack.sockets.send("interactive", {**stale, **where}, wait=3)

    def post(self, author: str, text: str, **more: Any) -> str:
        return self.world.x.publish(author, text, **more)

    def direct(self, author: str, text: str) -> None:
        """Let somebody write in private, and everybody react."""
        self.world.x.direct(author, text)
        self.wait(seconds=90)

    def answers(self, post: str | None = None) -> list[XPost]:
        return self.world.x.replies(post)

    def private(self, author: str) -> list[str]:
        """List what the brand wrote to somebody in private."""
        return [sent.text for sent in self.world.x.sent_directs(author)]

    def cards(self, room: str = "alerts") -> list[Message]:
        """List the cards in a room of the team, threads left out."""
        return self.world.slack.messages(room)

    def alert(self, number: int = 1) -> Message:
        """Find the card that told the team of a case."""
        told = self.delivery(f"case-{number}:alert")
        return next(each for each in self.world.slack.state.sent if each.ts == told.native_id)

    def thread(self, card: Message) -> list[Message]:
        """List what stands under a card."""
        name = self.world.slack.state.rooms[card.room].name
        return [each for each in self.world.slack.messages(name, thread=card.ts) if each.ts != card.ts]

    def said_to_team(self) -> str:
        """Everything the team can read, blocks and notifications."""
        return "\n".join(f"{each.text}\n{each.blocks}" for each in self.world.slack.state.sent)

    def case(self, number: int = 1) -> Case:
        with reading(self.house.engine) as db:
            return db.get_one(Case, number)

    def cases(self) -> list[Case]:
        with reading(self.house.engine) as db:
            return list(db.exec(select(Case).order_by("id")))

    def posts(self) -> list[Post]:
        with reading(self.house.engine) as db:
            return list(db.exec(select(Post).order_by("id")))

    def delivery(self, key: str) -> Delivery:
        with reading(self.house.engine) as db:
            found = deliveries.by_key(db, key)
        assert found is not None, key
        return found

    def deliveries(self, *kinds: str) -> list[Delivery]:
        with reading(self.house.engine) as db:
            rows = list(db.exec(select(Delivery).order_by("id")))
        return [row for row in rows if not kinds or row.kind in kinds]

    def history(self, number: int = 1) -> list[Happened]:
        with reading(self.house.engine) as db:
            return events.of_case(db, number)

    def books(self) -> Books:
        with reading(self.house.engine) as db:
            return balance(db)

    def database(self) -> bytes:
        """Read every byte that lies on the disk."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob("sottovoce.db*")))


def settings(world: World, folder: Path) -> dict[str, Any]:
    """Write settings that talk to a world."""
    signed = world.x.credentials
    return {
        "brand": "Nord Parcel",
        "database": str(folder / "sottovoce.db"),
        "dry_run": False,
        "approval": "none",
        "x": {
            "api_base": world.x.base_url,
            "handle": world.x.brand.username,
            "user_id": world.x.brand.id,
            "searches": ["nordparcel"],
            "consumer_key": signed.consumer_key,
            "consumer_secret": signed.consumer_secret,
            "access_token": signed.access_token,
            "access_token_secret": signed.access_token_secret,
        },
        "slack": {
            "bot_token": world.slack.token,
            "app_token": world.slack.app_token,
            "api_base": world.slack.base_url,
            "room": world.slack.alerts.id,
            "cases_room": world.slack.cases.id,
        },
    }


def until(holds: Callable[[], object], *, seconds: float = 5.0) -> bool:
    """Look, for a few real seconds at most, until something holds that another thread brings about."""
    looked = Event()
    for _ in range(int(seconds / 0.02)):
        if holds():
            return True
        looked.wait(0.02)
    return bool(holds())
