"""The daily look at our sign-ins: what is told, how often, and what says nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from domain.cards import Card, CardKind
from domain.conduct import Conduct, Rooms
from domain.sending import Probe
from domain.values import Page, SourceSpec, Usage
from listener import checkup, listen
from storage.database import reading
from storage.deliveries import Delivery

CONDUCT = Conduct(brand="Nord Parcel", rooms=Rooms(alerts="C1"))
ENDING = Probe(what="token", ok=False, detail="the token runs out on 03 Dec 2026", remedy="Make a new token.")
WELL = Probe(what="permissions", ok=True, detail="the token has all 6")


@dataclass
class Wire:
    """A platform whose sign-in is as it is told."""

    name: str = "facebook"
    account: str = "900"
    findings: list[Probe] = field(default_factory=list)
    asked: int = 0

    def sources(self) -> Sequence[SourceSpec]:
        return [SourceSpec(name="inbox", endpoint="messenger", every=timedelta(minutes=1))]

    def fetch(self, source: str, cursor: str | None, *, now: datetime) -> Page:  # noqa: ARG002 (the port's)
        return Page()

    def cost(self, source: str) -> Usage:
        return Usage(endpoint=source, resource="call", units=1, micros=0)

    def checkup(self, *, now: datetime) -> Sequence[Probe]:  # noqa: ARG002 (the port's)
        self.asked += 1
        return self.findings


@pytest.fixture
def wire(engine: Engine, now: datetime) -> Wire:
    made = Wire()
    listen.register(engine, {"facebook": made}, now=now)
    return made


def cards(engine: Engine) -> list[Card]:
    with reading(engine) as db:
        return [Card.from_json(told.body) for told in db.exec(select(Delivery))]


def look(engine: Engine, wire: Wire, now: datetime) -> bool:
    return checkup.run_once(engine, {"facebook": wire}, conduct=CONDUCT, now=now)


def test_a_token_that_runs_out_is_told_with_its_remedy(engine: Engine, wire: Wire, now: datetime) -> None:
    wire.findings = [ENDING, WELL]

    assert look(engine, wire, now)

    (card,) = cards(engine)
    assert (card.kind, card.headline, card.text) == (CardKind.HEALTH, "facebook: token", ENDING.detail)
    assert card.remedy == "Make a new token."


def test_it_is_told_once_a_week_as_long_as_it_lasts(engine: Engine, wire: Wire, now: datetime) -> None:
    wire.findings = [ENDING]

    told = [look(engine, wire, now + timedelta(days=day)) for day in range(10)]

    assert told.count(True) == 2  # from Friday on: this week's and the next one's
    assert wire.asked == 10


def test_what_is_well_is_told_to_nobody(engine: Engine, wire: Wire, now: datetime) -> None:
    wire.findings = [WELL]

    assert not look(engine, wire, now)
    assert cards(engine) == []


def test_an_account_nobody_listens_to_is_no_crash(engine: Engine, now: datetime) -> None:
    stranger = Wire(account="901", findings=[ENDING])

    assert not look(engine, stranger, now)


def test_it_is_looked_once_a_day_and_at_every_start(engine: Engine, wire: Wire, now: datetime) -> None:
    looking = checkup.Checkup(engine, {"facebook": wire}, conduct=CONDUCT)

    for hour in range(49):
        assert not looking.run_once(now=now + timedelta(hours=hour))
    assert wire.asked == 3

    checkup.Checkup(engine, {"facebook": wire}, conduct=CONDUCT).run_once(now=now)
    assert wire.asked == 4
