"""Whatever is told, linked, taken back and forgotten, in whatever order: customers are what a model of two pages says.

The model keeps a list of what was said and computes everything anew from it each time; it shares no code with ours.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, text
from sqlmodel import select

from domain.values import NewAuthor, NewPost, Page, PostKind, SourceSpec
from responder import identity
from storage import cases, clues, erasure, linking, links, posts, sources
from storage.cases import Case, Fact
from storage.clues import Clue
from storage.database import checkpoint, migrate, open_database, reading, writing
from storage.linking import Outcome
from storage.posts import Post
from storage.tables import METADATA

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CHANNELS = ("x", "facebook", "instagram", "x", "facebook")
PEOPLE = st.sampled_from([1, 1, 2, 2, 3, 3, 4, 5])  # a few who meet often
VALUES = ("HB20931", "ANA@MAIL.ORG", "TT55123", "weak")
LEDGER = "customer_links"

Pair = tuple[int, int]


def a_pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


class Model:
    """What was said, and what follows from it."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, Pair]] = []  # by, act, pair
        self.clues: list[tuple[int, str, bool]] = []  # author, value, private
        self.forgotten: set[int] = set()

    def last(self, pair: Pair) -> tuple[str, str] | None:
        return next(((by, act) for by, act, about in reversed(self.said) if about == pair), None)

    def customer(self, author: int) -> set[int]:
        """Union-find, from scratch."""
        parent = {each: each for each in range(1, len(CHANNELS) + 1)}

        def root(each: int) -> int:
            while parent[each] != each:
                each = parent[each]
            return each

        for one, other in {about for _, _, about in self.said}:
            holds = self.last((one, other))
            if holds and holds[1] == "link":
                parent[root(one)] = root(other)
        return {each for each in parent if root(each) == root(author)}

    def clash(self, pair: Pair) -> bool:
        left, right = (self.customer(each) for each in pair)
        across = {a_pair(a, b) for a in left for b in right if a != b} - {pair}
        return any((self.last(each) or ("", ""))[1] == "apart" for each in across)

    def linkable(self, pair: Pair) -> bool:
        return pair[0] != pair[1] and not self.forgotten & set(pair)

    def person(self, act: str, pair: Pair) -> bool:
        holds = self.last(pair)
        if act == "link":
            known = holds is not None and holds[1] == "link" and holds[0] == "person"
            done = self.linkable(pair) and not known and not self.clash(pair)
        elif act == "unlink":
            done = holds is not None and holds[1] == "link"
        else:
            others = Model()
            others.said = [each for each in self.said if each[2] != pair]
            done = (holds is None or holds[1] != "apart") and pair[1] not in others.customer(pair[0])
        if done:
            self.said.append(("person", act, pair))
        return done

    def tell(self, author: int, value: str, *, private: bool) -> None:
        if (author, value, private) in self.clues:
            return
        self.clues.append((author, value, private))
        givers = sorted({who for who, what, _ in self.clues if what == value})
        for pair in combinations(givers, 2) if len(givers) <= 4 else ():
            self._weigh(pair)

    def _weigh(self, pair: Pair) -> None:
        common = [value for value in VALUES if all((who, value) in self._told() for who in pair)]
        weights = [self._weight(pair, value) for value in common]
        holds = self.last(pair)
        if "link" in weights:
            a_person_spoke = any(by == "person" and about == pair for by, _, about in self.said)
            linked = holds is not None and holds[1] == "link"
            if not (a_person_spoke or linked or self.clash(pair) or self._two_on_a_channel(pair)):
                self.said.append(("bot", "link", pair))
        elif "ask" in weights and holds == ("bot", "link"):
            self.said.append(("bot", "unlink", pair))

    def _told(self) -> set[tuple[int, str]]:
        return {(who, what) for who, what, _ in self.clues}

    def _weight(self, pair: Pair, value: str) -> str:
        given = [(who, private) for who, what, private in self.clues if what == value]
        givers = {who for who, _ in given}
        if len(givers) > 4 or not any(private for who, private in given if who in pair):
            return "nothing"
        firsts = [min((at for at, each in enumerate(given) if each == (who, True)), default=99) for who in pair]
        secret = max(firsts) < 99 and all(private for _, private in given[: max(firsts)])
        channels = {CHANNELS[who - 1] for who in pair}
        return "link" if len(givers) == 2 and secret and len(channels) == 2 and value != "weak" else "ask"

    def _two_on_a_channel(self, pair: Pair) -> bool:
        left, right = (self.customer(each) for each in pair)
        return left != right and any(CHANNELS[a - 1] == CHANNELS[b - 1] for a in left for b in right)

    def forget(self, author: int) -> None:
        for pair in {about for _, _, about in self.said if author in about}:
            holds = self.last(pair)
            if holds and holds[1] == "link":
                self.said.append(("erasure", "unlink", pair))
        self.clues = [each for each in self.clues if each[0] != author]
        self.forgotten.add(author)


@cache
def _empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        engine = open_database(f"sqlite:///{file}")
        migrate(engine)
        _settle_in(engine)
        checkpoint(engine)
        engine.dispose()
        return file.read_bytes()


def _settle_in(engine: Engine) -> None:
    """Let five authors have written once in public and once in private, and have a case each."""
    with writing(engine) as db:
        for number, channel in enumerate(CHANNELS, start=1):
            spec = SourceSpec(name="mentions", endpoint="mentions", every=timedelta(minutes=1))
            sources.register(db, channel, "9", spec, now=NOON)
            source = next(each for each in sources.listening(db) if each.channel == channel)
            page = Page(posts=(_post(number, PostKind.MENTION), _post(number, PostKind.DIRECT)))
            heard = [db.get_one(Post, each) for each in posts.store_page(db, source, page, now=NOON).new]
            values: dict[str, Any] = {"channel": channel, "account": "9", "author_id": number, "need": "complaint"}
            cases.open_case(
                db, Case(**values, conversation=heard[0].conversation, opened_at=NOON, updated_at=NOON), heard[0]
            )


def _post(number: int, kind: PostKind) -> NewPost:
    return NewPost(
        native_id=f"{kind}-{number}",
        kind=kind,
        text="where is it?",
        author=NewAuthor(native_id=f"u{number}", handle=f"somebody{number}"),
        conversation=f"{kind}-{number}",
        created_at=NOON,
    )


def dump(engine: Engine, *besides: str) -> dict[str, list[tuple[object, ...]]]:
    """Read every row of every table."""
    with engine.connect() as connection:
        return {
            table: sorted((tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))), key=repr)  # noqa: S608
            for table in METADATA.tables
            if table not in besides
        }


class Identities(RuleBasedStateMachine):
    """People tell, people decide, people are forgotten."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        file = Path(self.folder.name) / "i.db"
        file.write_bytes(_empty_database())
        self.engine = open_database(f"sqlite:///{file}")
        self.model = Model()
        self.now = NOON

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()

    @rule(author=PEOPLE, value=st.sampled_from(VALUES), private=st.sampled_from([True, True, True, False]))
    def somebody_tells(self, author: int, value: str, *, private: bool) -> None:
        if author in self.model.forgotten:
            return
        with writing(self.engine) as db:
            kind = PostKind.DIRECT if private else PostKind.MENTION
            post = db.exec(select(Post).where(Post.author_id == author, Post.kind == kind.value)).one()
            db.add(Fact(case_id=author, author_id=author, post_id=post.id, kind="order", value=value, at=self._later()))
            digest = clues.keep(
                db,
                author_id=author,
                post_id=post.id,
                kind="order",
                value=value,
                weak="short" if value == "weak" else "",
                private=private,
                now=self.now,
            )
            if digest:
                identity.consider(db, digest, case_id=author, now=self.now)
        self.model.tell(author, value, private=private)

    @rule(said=st.lists(st.tuples(PEOPLE, PEOPLE, st.sampled_from(["link", "link", "unlink", "apart"])), max_size=8))
    def people_decide(self, said: list[tuple[int, int, str]]) -> None:
        acts: dict[str, Callable[..., Outcome]] = {
            "link": linking.link,
            "unlink": linking.unlink,
            "apart": linking.apart,
        }
        for one, other, act in said:
            if one != other:
                with writing(self.engine) as db:
                    done = acts[act](db, one, other, by="person:mia", reason="", now=self._later())
                assert done.done == self.model.person(act, a_pair(one, other))

    @rule(one=PEOPLE, other=PEOPLE)
    def a_person_links_and_takes_it_back(self, one: int, other: int) -> None:
        before, ledger = dump(self.engine, LEDGER), dump(self.engine)[LEDGER]
        pair = a_pair(one, other)
        with writing(self.engine) as db:
            linked = linking.link(db, one, other, by="person:mia", reason="", now=self._later()).done
        merged = dump(self.engine, LEDGER)
        if linked:
            with writing(self.engine) as db:
                assert linking.unlink(db, one, other, by="person:mia", reason="", now=self._later()).done
            self.model.said += [("person", "link", pair), ("person", "unlink", pair)]

        assert merged == before
        assert dump(self.engine, LEDGER) == before
        assert set(ledger) <= set(dump(self.engine)[LEDGER])

    @rule(author=PEOPLE)
    def somebody_is_forgotten(self, author: int) -> None:
        if author in self.model.forgotten or len(self.model.forgotten) > 2:
            return
        linked = self.model.customer(author) - {author}
        with writing(self.engine) as db:
            forgotten = erasure.forget(db, CHANNELS[author - 1], f"u{author}", now=self._later())
        self.model.forget(author)

        assert forgotten.linked == linked
        with reading(self.engine) as db:
            assert db.exec(select(Clue).where(Clue.author_id == author)).all() == []
            assert db.exec(select(Fact).where(Fact.author_id == author)).all() == []

    @invariant()
    def customers_are_what_the_model_says(self) -> None:
        if not hasattr(self, "engine"):
            return
        everybody = range(1, len(CHANNELS) + 1)
        with reading(self.engine) as db:
            found = links.members(db, set(everybody))
        assert found == {each: self.model.customer(each) for each in everybody}

    @invariant()
    def nobody_is_together_with_whom_a_person_kept_apart(self) -> None:
        if hasattr(self, "engine"):
            for one, other in self._pairs():
                assert (self.model.last((one, other)) or ("", ""))[1] != "apart" or other not in self.model.customer(
                    one
                )

    def _pairs(self) -> Iterator[Pair]:
        return combinations(range(1, len(CHANNELS) + 1), 2)

    def _later(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


TestIdentities = Identities.TestCase
TestIdentities.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
