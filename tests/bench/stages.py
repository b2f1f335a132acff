"""What is measured: each stage of the road without its model, on posts as they come, and what is asked all day long."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import process_time

from sqlalchemy import Engine

from app import status
from domain.conduct import Conduct, Rooms
from domain.values import Abuse, Kind, NewAuthor, NewPost, Page, PostKind, Scores, Sentiment, SourceSpec, Usage
from listener import listen, watch
from moderation import judge
from moderation.judge import Judge
from moderation.personal import PersonalData
from moderation.policy import load
from responder import followup, respond
from storage import books, deliveries
from storage.database import reading, writing
from storage.deliveries import SENT
from tests.bench.filling import ACCOUNT, CHANNEL, MENTIONS

PAGE = 100  # posts
CONDUCT = Conduct(brand="Nord Parcel", rooms=Rooms(alerts="C1", cases="C2"), incident_cases=10**9)
MINUTE = timedelta(minutes=1)

# what people write to a parcel service, and what a model would say of it
_COMPLAINT, _QUESTION, _PRAISE, _NOISE = Kind
WRITTEN: tuple[tuple[str, Kind, float], ...] = (
    ("@brand third day without my parcel, nobody answers the phone", _COMPLAINT, 0.93),
    ("@brand your driver threw my parcel over the fence. Order HB-20931. I want my money back!!", _COMPLAINT, 0.97),
    ("@brand ¿Dónde está mi pedido? Llevo cinco días esperando y nadie contesta", _COMPLAINT, 0.9),
    ("@brand พัสดุของฉันหายไปไหน โทรไปไม่มีคนรับเลย 😡", _COMPLAINT, 0.88),
    ("@brand ພັດສະດຸຂອງຂ້ອຍຍັງບໍ່ມາ 5 ມື້ແລ້ວ", _COMPLAINT, 0.8),
    ("@brand do you deliver on Saturdays before 12:00?", _QUESTION, 0.1),
    ("@brand hasta qué hora abre la tienda de Gran Vía", _QUESTION, 0.05),
    ("@brand big thanks to the courier who carried it up five floors ❤️", _PRAISE, 0.01),
    ("@brand ขอบคุณมากค่ะ ส่งไวมาก", _PRAISE, 0.01),
    ("@brand giveaway!! follow and share to win https://example.com/win #free", _NOISE, 0.02),
    ("lol @brand", _NOISE, 0.1),
    ("@brand call me on +44 7700 900123, it is about the damage to my hall", _COMPLAINT, 0.7),
)


class CannedModel:
    """Says of each text what a model would, at once."""

    version = "canned"

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        opinions = {text: _opinion(kind, negative) for text, kind, negative in WRITTEN}
        return [opinions[text] for text in texts]


def _opinion(kind: Kind, negative: float) -> Scores:
    return Scores(
        sentiment={
            Sentiment.NEGATIVE: negative,
            Sentiment.NEUTRAL: (1 - negative) / 2,
            Sentiment.POSITIVE: (1 - negative) / 2,
        },
        abuse={Abuse.NONE: 0.97, Abuse.OFFENSIVE: 0.01, Abuse.HATEFUL: 0.01, Abuse.THREAT: 0.01},
        kind={label: 0.91 if label is kind else 0.03 for label in Kind},
        person=negative,
        distress=0.01,
        why={"complaint": negative, "money": 0.1, "access": 0.1, "safety": 0.02, "legal": 0.02, "repeat": 0.1},
        model="canned",
    )


@dataclass
class Wire:
    """A platform that gives the page it was handed."""

    name: str = CHANNEL
    account: str = ACCOUNT
    page: Page = field(default_factory=Page)

    def sources(self) -> Sequence[SourceSpec]:
        return [MENTIONS]

    def fetch(self, source: str, cursor: str | None, *, now: datetime) -> Page:  # noqa: ARG002 - the port's
        return self.page

    def cost(self, source: str) -> Usage:
        return Usage(endpoint=source, resource="read", units=1, micros=0)


@dataclass
class House:
    """One database and what runs on it."""

    engine: Engine
    now: datetime
    wire: Wire = field(default_factory=Wire)
    judge: Judge = field(default_factory=lambda: Judge(CannedModel(), PersonalData(), load()))
    written: int = 0

    def next_page(self) -> Page:
        """Write a hundred posts: two of three by people nobody has heard before."""
        numbers = range(self.written, self.written + PAGE)
        self.written += PAGE
        self.now += MINUTE
        return Page(
            posts=tuple(self._post(n) for n in numbers), cursor=str(self.written), usage=(self.wire.cost("mentions"),)
        )

    def _post(self, number: int) -> NewPost:
        who = f"old-{1 + number % 50}" if number % 3 == 0 else f"new-{number}"
        return NewPost(
            native_id=f"{10**18 + number}",
            kind=PostKind.MENTION,
            text=WRITTEN[number % len(WRITTEN)][0],
            author=NewAuthor(native_id=who, handle=who.replace("-", "_"), name="Somebody", followers=120),
            conversation=f"{10**18 + number}",
            created_at=self.now - timedelta(seconds=PAGE - number % PAGE),
            summoned=True,
            lang="en",
            permalink=f"https://x.com/somebody/status/{10**18 + number}",
            editable_until=self.now + MINUTE,
            raw={"id": str(number)},
        )


Operation = Callable[[House], int]
"""Does something and says how many units of it were done."""


def ingest(house: House) -> int:
    """Hear a page of new posts."""
    assert listen.run_once(house.engine, {CHANNEL: house.wire}, conduct=CONDUCT, now=house.now)
    return PAGE


def overlap(house: House) -> int:
    """Hear the same page again."""
    house.now += MINUTE
    return ingest(house)


def judging(house: House) -> int:
    """Judge what is new, with the model left out."""
    while judge.run_once(house.engine, house.judge, now=house.now):
        pass
    return PAGE


def responding(house: House) -> int:
    """Open cases and plan what is said."""
    while respond.run_once(house.engine, conduct=CONDUCT, now=house.now):
        pass
    return PAGE


def claiming(house: House) -> int:
    """Take the most urgent delivery that may go, and write that it went."""
    for _ in range(10):
        with writing(house.engine) as db:
            found = deliveries.due(db, via="slack", now=house.now)
            assert found
            fence = deliveries.start(found, now=house.now, lease=MINUTE)
        with writing(house.engine) as db:
            assert deliveries.settle(db, found.id, fence=fence, state=SENT, native_id="1", sent_at=house.now)
    return 10


def nothing_due(house: House) -> int:
    """Ask whether anything is to be sent where nothing is: every carrier does, every second."""
    for _ in range(10):
        with reading(house.engine) as db:
            assert not deliveries.anything_to_do(db, via="mail", lease=MINUTE, now=house.now)
    return 10


def following_up(house: House) -> int:
    """Look for promises that come to their time."""
    followup.run_once(house.engine, conduct=CONDUCT, now=house.now)
    return 1


def watching(house: House) -> int:
    """Look whether a source has fallen silent."""
    watch.run_once(house.engine, conduct=CONDUCT, now=house.now)
    return 1


def glancing(house: House) -> int:
    """Look at what is on its way and what waits for somebody."""
    with reading(house.engine) as db:
        books.glance(db)
    return 1


def showing_status(house: House) -> int:
    """Gather what `sottovoce status` shows."""
    status.gather(house.engine, CONDUCT, now=house.now)
    return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One line of the bench. Targets are microseconds of CPU a unit at either size, and how much a unit may grow."""

    name: str
    unit: str
    run: Operation
    prepare: Callable[[House], None] = lambda _house: None
    at_most: float | None = None
    grows_at_most: float | None = 1.5


def _hand_page(house: House) -> None:
    house.wire.page = house.next_page()


MEASURES = (
    Measure(name="hear", unit="post", run=ingest, prepare=_hand_page, at_most=120),
    Measure(name="hear again (overlap)", unit="post", run=overlap),
    Measure(name="judge, model left out", unit="post", run=judging),
    Measure(name="respond", unit="post", run=responding),
    Measure(name="claim and settle a delivery", unit="delivery", run=claiming),
    Measure(name="ask for deliveries, none due", unit="time", run=nothing_due),
    Measure(name="follow up", unit="time", run=following_up),
    Measure(name="watch the sources", unit="time", run=watching),
    Measure(name="glance at the queues", unit="time", run=glancing),
    Measure(name="status, with all counts", unit="time", run=showing_status, grows_at_most=None),
)
ROAD = ("hear", "judge, model left out", "respond")
ROAD_AT_MOST = 1000.0  # microseconds a post, from page to verdict and case


_YARD = [
    {"id": n, "text": f"third day without my parcel, number {n}", "scores": {"negative": 0.9, "neutral": 0.07, "n": n}}
    for n in range(300)
]
YARDSTICK_US = 2_750.0  # what it takes on the machine the targets were set on, at a quiet moment


def yardstick() -> float:
    """Do a little of what the house does all day, always the same, and give the microseconds of CPU it took now."""
    began = process_time()
    memory = sqlite3.connect(":memory:")
    memory.execute("CREATE TABLE yard (id INTEGER PRIMARY KEY, text TEXT, scores TEXT)")
    memory.execute("CREATE INDEX yard_text ON yard (text)")
    rows = [(row["id"], row["text"], json.dumps(row["scores"])) for row in _YARD]
    memory.executemany("INSERT INTO yard VALUES (?, ?, ?)", rows)
    found = {row[0]: json.loads(row[2]) for row in memory.execute("SELECT * FROM yard ORDER BY text")}
    memory.close()
    assert len(found) == len(_YARD)
    return (process_time() - began) * 1e6


def cost(measure: Measure, house: House) -> tuple[float, float]:
    """Run once; gives microseconds of CPU a unit, as they were and by the yardstick taken before and after."""
    measure.prepare(house)
    before = yardstick()
    began = process_time()
    units = measure.run(house)
    spent = (process_time() - began) / units * 1e6
    return spent, spent * YARDSTICK_US * 2 / (before + yardstick())
