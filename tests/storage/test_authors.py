from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from domain.values import NewAuthor
from storage import authors
from storage.authors import Author
from storage.database import reading, writing

ANA = NewAuthor(native_id="7", handle="ana", name="Ana", followers=60_000, verified=True, accepts_directs=True)


def met(engine: Engine, *known: NewAuthor, now: datetime) -> Author:
    for author in known:
        with writing(engine) as db:
            authors.meet(db, "x", [author], now=now)
    with reading(engine) as db:
        return db.exec(select(Author)).one()


def test_an_author_the_platform_left_out_stays_as_known(engine: Engine, now: datetime) -> None:
    ana = met(engine, ANA, NewAuthor(native_id="7"), now=now)

    assert (ana.handle, ana.name, ana.followers, ana.verified, ana.accepts_directs) == (
        "ana",
        "Ana",
        60_000,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("changed", "value"),
    [("handle", "ana_new"), ("name", "A."), ("followers", 0), ("verified", False), ("accepts_directs", False)],
)
def test_what_the_platform_says_anew_counts(engine: Engine, now: datetime, changed: str, value: Any) -> None:
    anew: dict[str, Any] = {"native_id": "7", "handle": "ana", "verified": True, changed: value}

    ana = met(engine, ANA, NewAuthor(**anew), now=now)

    assert getattr(ana, changed) == value


def test_somebody_first_met_without_a_name_is_known_by_it_later(engine: Engine, now: datetime) -> None:
    ana = met(engine, NewAuthor(native_id="7"), ANA, now=now)

    assert (ana.handle, ana.followers) == ("ana", 60_000)
