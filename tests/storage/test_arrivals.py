"""Arrivals, streams and tombstones: each kept once, claimed by one, and no word of anybody longer than needed."""

from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from storage import arrivals, deletions, erasure, streams, tombstones
from storage.arrivals import DONE, NEW, Arrival
from storage.database import checkpoint, reading, sqlite_file, writing
from storage.deletions import Deletion
from storage.optouts import Salt
from storage.tombstones import Tombstone
from tests.storage.conftest import MINUTE, hear, new_post

LEASE = 2 * MINUTE


def keep(db: Session, body: str, now: datetime, door: str = "x") -> bool:
    return arrivals.keep(db, door, body.encode(), now=now)


def test_the_very_same_envelope_is_kept_once_at_each_door(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        kept = [keep(db, "{}", now), keep(db, "{}", now), keep(db, "{} ", now), keep(db, "{}", now, "meta")]

    assert kept == [True, False, True, True]


def test_door_and_bytes_cannot_be_mistaken_for_each_other(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        assert keep(db, "1", now, "x")
        assert keep(db, "", now, "x1")


def test_any_bytes_can_be_kept(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        assert arrivals.keep(db, "x", b"\xff\xfe\x00{", now=now)
        assert arrivals.keep(db, "x", b"", now=now)

    with reading(engine) as db:
        bodies = list(db.exec(select(Arrival.body)))
    assert "\x00" not in bodies[0]
    assert bodies[1] == ""


def test_one_is_claimed_by_one_until_its_lease_is_over(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        keep(db, "first", now)
    claims = []
    for at in (now, now, now + LEASE - timedelta(seconds=1), now + LEASE):
        with writing(engine) as db:
            found = arrivals.claim(db, ["x"], now=at, lease=LEASE)
            claims.append(found.attempts if found else 0)

    assert claims == [1, 0, 0, 2]


def test_the_oldest_of_our_doors_goes_first(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        keep(db, "of another door", now, "meta")
        keep(db, "first", now)
        keep(db, "second", now)

    with writing(engine) as db:
        found = arrivals.claim(db, ["x"], now=now, lease=LEASE)

    assert found
    assert found.body == "first"


def test_what_is_settled_has_no_words_and_is_forgotten_later(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        keep(db, "Zwetschgenkuchen", now)
        found = arrivals.claim(db, ["x"], now=now, lease=LEASE)
        assert found
        arrivals.settle(found, now=now)
        assert arrivals.waits(db, found.id) is None
        keep(db, "waits", now)
    with writing(engine) as db:
        early = arrivals.drop_settled(db, before=now)
        late = arrivals.drop_settled(db, before=now + MINUTE)
        left = [(row.body, row.state) for row in db.exec(select(Arrival))]

    assert (early, late) == (0, 1)
    assert left == [("waits", NEW)]
    assert checkpoint(engine)
    file = sqlite_file(engine.url)
    assert file is not None
    assert b"Zwetschgenkuchen" not in file.read_bytes()


def test_forgetting_somebody_empties_the_envelopes_that_name_them_alone(engine: Engine, now: datetime) -> None:
    hear(engine, now, new_post("1", now))
    with writing(engine) as db:
        for body in (
            '{"from": {"id": "1001"}}',
            '{"from": 1001}',
            '{"text": "@ana_b!"}',
            '{"id": "10011"}',
            '{"a": 1}',
        ):
            keep(db, body, now)

    with writing(engine) as db:
        forgotten = erasure.forget(db, "x", "@ana_b", now=now)
        rows = [(row.state, row.body) for row in db.exec(select(Arrival))]

    assert forgotten.envelopes == 3
    assert rows == [(DONE, ""), (DONE, ""), (DONE, ""), (NEW, '{"id": "10011"}'), (NEW, '{"a": 1}')]


def test_forgetting_somebody_nobody_heard_empties_their_envelopes_too(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        keep(db, '{"from": {"id": "1001"}}', now)
        keep(db, '{"from": {"id": "10011"}}', now)

    with writing(engine) as db:
        forgotten = erasure.forget(db, "facebook", "1001", now=now)

    assert (forgotten.author_id, forgotten.envelopes) == (None, 1)


def test_forgetting_somebody_settles_their_requests(engine: Engine, now: datetime) -> None:
    hear(engine, now, new_post("1", now))
    with writing(engine) as db:
        hers, his = deletions.ask(db, "meta", "1001", now=now), deletions.ask(db, "meta", "10011", now=now)

    with writing(engine) as db:
        erasure.forget(db, "x", "@ana_b", now=now)
        found = {row.code: (row.state, row.who) for row in db.exec(select(Deletion))}

    assert found == {hers: ("done", ""), his: ("asked", "10011")}


def test_requests_are_done_in_the_order_they_came(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        for who in ("3", "1", "2"):
            deletions.ask(db, "meta", who, now=now)
    done = []
    for _ in range(3):
        with writing(engine) as db:
            request = deletions.next_asked(db)
            assert request
            done.append(request.who)
            deletions.settle(request, now=now)

    assert done == ["3", "1", "2"]
    with writing(engine) as db:
        assert deletions.next_asked(db) is None
        assert len(list(db.exec(select(Salt)))) == 1


def test_a_stream_has_one_row(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        first, second = streams.row(db, "x", "9", now=now), streams.row(db, "x", "9", now=now + MINUTE)

    assert first.id == second.id
    assert second.since == now


def test_a_sign_of_life_ends_a_row_of_failures(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        row = streams.row(db, "x", "9", now=now)
        streams.broke(row, until=now + MINUTE, why="broke off")
        streams.broke(row, until=now + 2 * MINUTE, why="broke off")
        failed = row.failures
        streams.lives(row, now=now)

    assert failed == 2
    assert (row.failures, row.why, row.alive_at) == (0, "", now)


def test_tombstones_stand_for_their_channel_and_their_time(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        tombstones.bury(db, "x", ["1", "1", "2"], now=now)
        tombstones.bury(db, "x", ["2"], now=now + MINUTE)
        tombstones.bury(db, "facebook", [], now=now)
        found = tombstones.buried(db, "x", ["1", "2", "3"]), tombstones.buried(db, "facebook", ["1"])
        dropped = tombstones.drop(db, before=now + timedelta(seconds=1))
        left = len(list(db.exec(select(Tombstone))))

    assert found == ({"1", "2"}, set())
    assert (dropped, left) == (2, 0)
