"""Whole populations with colliding names, copied numbers and shared telephones: nobody is merged on weak evidence."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from domain.values import SourceSpec
from responder import identity
from responder.identity_clues import read
from storage import clues, links, sources
from storage.authors import Author
from storage.database import open_database, reading, writing
from storage.links import LINK
from storage.posts import Post
from tests.responder.crossing import Crossing

CHANNELS = ("x", "facebook", "instagram")
NAMES = ("Ana Banana", "Ana  Banana", "Bo Li")
VIRAL = ("VR-700811", "VR-700822")  # somebody has posted these in public
PHONES = ("+49 30 901820", "020 5551 2345")
SHARED = ("info@firm.org", "family@smith.org")
SHORT = ("88213", "4471a")

GENERATED = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@dataclass(frozen=True)
class Identity:
    """One identity of one human; the truth that nobody tells us."""

    human: int
    channel: str
    name: str

    @property
    def handle(self) -> str:
        """Names collide over channels as often as not."""
        return f"ana_banana{self.human % 2}" if self.human < 4 else f"somebody{self.human}"

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.handle}"


IDENTITIES = st.builds(Identity, st.integers(0, 7), st.sampled_from(CHANNELS), st.sampled_from(NAMES))


@contextmanager
def fresh(migrated: Path) -> Iterator[Crossing]:
    with TemporaryDirectory() as folder:
        file = shutil.copy(migrated, Path(folder) / "p.db")
        engine = open_database(f"sqlite:///{file}")
        yield Crossing(engine)
        engine.dispose()


WEAK = st.sampled_from(
    [
        *(("order", value, False) for value in (*VIRAL, *SHORT, "OWN")),
        *(("order", value, True) for value in (*VIRAL, *SHORT, "NEW")),
        *(("phone", value, private) for value in PHONES for private in (True, False)),
        *(("email", value, True) for value in SHARED),
        ("none", "", True),
        ("none", "", False),
    ]
)


@GENERATED
@given(told=st.lists(st.tuples(IDENTITIES, WEAK), min_size=4, max_size=12))
def test_weak_evidence_merges_nobody(migrated: Path, told: list[tuple[Identity, tuple[str, str, bool]]]) -> None:
    numbers = count(500000)
    with fresh(migrated) as crossing:
        for number in VIRAL:
            crossing.posts_about("instagram", "gossip", order=number)
        for who, (kind, value, private) in told:
            spelled = {"OWN": f"OW-{700000 + who.human}", "NEW": f"NW-{next(numbers)}"}.get(value, value)
            given = {} if kind == "none" else {kind: spelled}
            crossing.on(who.channel, who.handle, f"parcel late {spelled}", private=private, given=given, name=who.name)
            crossing.answer()

        assert crossing.ledger() == []


@GENERATED
@given(
    told=st.lists(st.tuples(IDENTITIES, st.sampled_from(["order", "email"]), st.booleans()), min_size=4, max_size=10),
    batched=st.booleans(),
)
def test_strong_evidence_merges_one_human_at_a_time_and_exactly_whom_it_names(
    migrated: Path,
    told: list[tuple[Identity, str, bool]],
    *,
    batched: bool,
) -> None:
    """Everybody tells values of their own only; one identity of a human on each channel."""
    said: dict[str, dict[str, set[bool]]] = {}
    humans: dict[str, int] = {}
    with fresh(migrated) as crossing:
        for who, kind, private in told:
            handle = f"h{who.human}"
            value = {"order": f"NP-8821{who.human:02}7", "email": f"h{who.human}@mail.org"}[kind]
            humans[f"{who.channel}:{handle}"] = who.human
            said.setdefault(value, {}).setdefault(f"{who.channel}:{handle}", set()).add(private)
            crossing.on(who.channel, handle, f"parcel late {value}", private=private, given={kind: value})
            if not batched:
                crossing.answer()
        crossing.answer()

        linked = {key: crossing.customer(*key.split(":", 1)) for key in humans}
        for key, together in linked.items():
            assert {humans[each] for each in together} == {humans[key]}
        for givers in said.values():
            kept_private = all(ways == {True} for ways in givers.values())
            if len(givers) == 2 and kept_private:
                one, other = givers
                assert other in linked[one]
        justified = {
            frozenset(givers)
            for givers in said.values()
            if len(givers) == 2 and all(True in ways for ways in givers.values())
        }
        for row in crossing.ledger():
            names = frozenset(_name(crossing, author_id) for author_id in (row.one, row.other))
            assert row.act != LINK or names in justified or len(_givers(said, names)) > 2


def _name(crossing: Crossing, author_id: int) -> str:
    with reading(crossing.engine) as db:
        author = db.get_one(Author, author_id)
        return f"{author.channel}:{author.handle}"


def _givers(said: dict[str, dict[str, set[bool]]], names: frozenset[str]) -> set[str]:
    """Everybody who gave a value that both of these gave: what linked them once may be shared by now."""
    return {each for givers in said.values() if names <= set(givers) for each in givers}


@dataclass(frozen=True)
class Statement:
    """Somebody gives a value."""

    author_id: int
    kind: str
    value: str
    private: bool


def a_town(dice: random.Random, *, humans: int, statements: int) -> tuple[dict[int, int], list[str], list[Statement]]:
    """Make a town: whose each author is, on which channel, and what they say. Most of what they say is weak."""
    owner = dict(enumerate(sorted(dice.choices(range(humans), k=2 * humans)), start=1))
    channels = [dice.choice(CHANNELS) for _ in owner]
    said = [Statement(1, "order", f"VR-7008{number}", private=False) for number in range(10, 100)]
    for _ in range(statements):
        author_id = dice.randint(1, len(owner))
        human = owner[author_id]
        kind, value, private = dice.choice(
            [
                ("order", f"NP-88{human:04}7", dice.random() < 0.8),
                ("email", f"human{human}@mail.org", dice.random() < 0.9),
                ("order", f"VR-7008{dice.randint(10, 99)}", dice.random() < 0.5),
                ("order", f"{dice.randint(1000, 99999)}", True),
                ("phone", f"+49 30 9018{dice.randint(10, 60)}", True),
                ("email", f"{dice.choice(('info', 'office', 'sales'))}@firm{dice.randint(1, 9)}.org", True),
            ]
        )
        said.append(Statement(author_id, kind, value, private))
    return owner, channels, said


def test_in_a_town_of_many_no_two_humans_are_merged(migrated: Path) -> None:
    owner, channels, said = a_town(random.Random(20261120), humans=80, statements=400)
    with fresh(migrated) as crossing, writing(crossing.engine) as db:
        _move_in(db, channels)
        for statement in said:
            value = read(statement.kind, statement.value)
            digest = value and clues.keep(
                db,
                author_id=statement.author_id,
                post_id=statement.author_id,
                kind=value.kind,
                value=value.spelling,
                weak=value.weak,
                private=statement.private,
                now=crossing.now,
            )
            if digest:
                identity.consider(db, digest, case_id=None, now=crossing.now)

        found = links.members(db, set(owner))
        merged = [together for together in found.values() if len(together) > 1]
    assert all(len({owner[each] for each in together}) == 1 for together in merged)
    assert len(merged) > 10


def _move_in(db: Session, channels: list[str]) -> None:
    now = Crossing.now
    sources.register(db, "x", "1", SourceSpec(name="m", endpoint="m", every=timedelta(minutes=1)), now=now)
    db.flush()
    for number, channel in enumerate(channels, start=1):
        db.add(Author(id=number, channel=channel, native_id=f"u{number}", first_seen_at=now))
        db.flush()
        db.add(
            Post(
                id=number,
                channel=channel,
                account="1",
                source_id=1,
                native_id=f"p{number}",
                logical_id=f"p{number}",
                kind="direct",
                author_id=number,
                conversation="",
                text="",
                created_at=now,
                heard_at=now,
            )
        )
    db.flush()
