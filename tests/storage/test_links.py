"""Who is one customer: the ledger holds every word, and taking a link back leaves everything as it was."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from domain.values import NewAuthor
from storage import authors, customers, linking, links
from storage.authors import Author
from storage.database import reading, writing
from storage.linking import Outcome
from storage.links import APART, LINK, UNLINK, Link

ANA, BO, CY, DI = 1, 2, 3, 4
Act = Callable[[Session], Outcome]
MIA, TOM, BOT = "person:mia", "person:tom", "bot"


@pytest.fixture
def people(engine: Engine, now: datetime) -> Engine:
    """Let there be four authors on three channels."""
    with writing(engine) as db:
        for channel, name in (("x", "ana"), ("facebook", "bo"), ("instagram", "cy"), ("x", "di")):
            authors.meet(db, channel, [NewAuthor(native_id=f"u-{name}", handle=name)], now=now)
    return engine


class Ledger:
    """Writes with little to say."""

    def __init__(self, engine: Engine, now: datetime) -> None:
        self.engine, self.now = engine, now

    def link(self, one: int, other: int, by: str = MIA) -> Outcome:
        with writing(self.engine) as db:
            return linking.link(db, one, other, by=by, reason="they said so", now=self._later())

    def unlink(self, one: int, other: int, by: str = MIA) -> Outcome:
        with writing(self.engine) as db:
            return linking.unlink(db, one, other, by=by, reason="a mistake", now=self._later())

    def apart(self, one: int, other: int, by: str = MIA) -> Outcome:
        with writing(self.engine) as db:
            return linking.apart(db, one, other, by=by, reason="two people", now=self._later())

    def customer(self, author_id: int) -> set[int]:
        with reading(self.engine) as db:
            return set(links.members(db, {author_id})[author_id])

    def rows(self) -> list[Link]:
        with reading(self.engine) as db:
            return list(db.exec(select(Link).order_by("id")))

    def _later(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def ledger(people: Engine, now: datetime) -> Ledger:
    return Ledger(people, now)


def test_everybody_is_a_customer_of_their_own_until_linked(ledger: Ledger) -> None:
    with reading(ledger.engine) as db:
        found = links.members(db, {ANA, BO, 99})
        customer = customers.of(db, BO)

    assert found == {ANA: {ANA}, BO: {BO}, 99: {99}}
    assert (customer.number, [author.handle for author in customer.authors]) == (BO, ["bo"])


def test_a_link_makes_two_one_and_unlinking_makes_them_two(ledger: Ledger) -> None:
    linked = ledger.link(BO, ANA)
    together = ledger.customer(ANA)
    unlinked = ledger.unlink(ANA, BO)

    assert (linked.done, unlinked.done) == (True, True)
    assert together == {ANA, BO}
    assert ledger.customer(ANA) == {ANA}
    assert ledger.customer(BO) == {BO}
    assert [(row.act, row.one, row.other, row.by) for row in ledger.rows()] == [
        (LINK, ANA, BO, MIA),
        (UNLINK, ANA, BO, MIA),
    ]


def test_of_a_chain_only_the_link_that_was_wrong_is_undone(ledger: Ledger) -> None:
    ledger.link(ANA, BO)
    ledger.link(BO, CY)
    chained = ledger.customer(ANA)

    ledger.unlink(ANA, BO)

    assert chained == {ANA, BO, CY}
    assert ledger.customer(ANA) == {ANA}
    assert ledger.customer(BO) == ledger.customer(CY) == {BO, CY}


def test_a_chain_is_undone_in_any_order(ledger: Ledger) -> None:
    for one, other in ((ANA, BO), (BO, CY), (CY, DI)):
        ledger.link(one, other)

    ledger.unlink(BO, CY)
    halves = ledger.customer(ANA), ledger.customer(DI)
    ledger.unlink(CY, DI)
    ledger.unlink(ANA, BO)

    assert halves == ({ANA, BO}, {CY, DI})
    assert [ledger.customer(each) for each in (ANA, BO, CY, DI)] == [{ANA}, {BO}, {CY}, {DI}]


def test_who_is_linked_by_way_of_others_cannot_be_unlinked_directly_and_the_way_is_told(ledger: Ledger) -> None:
    ledger.link(ANA, BO)
    ledger.link(BO, CY)

    refused = ledger.unlink(ANA, CY)
    kept_apart = ledger.apart(CY, ANA)

    assert (refused.done, kept_apart.done) == (False, False)
    assert "by way of others" in refused.why
    assert [(row.one, row.other) for row in refused.between] == [(ANA, BO), (BO, CY)]
    assert [(row.one, row.other) for row in kept_apart.between] == [(BO, CY), (ANA, BO)]
    assert ledger.customer(ANA) == {ANA, BO, CY}


def test_a_direct_link_that_is_not_the_only_one_is_taken_back_and_they_stay_one(ledger: Ledger) -> None:
    for one, other in ((ANA, BO), (BO, CY), (ANA, CY)):
        ledger.link(one, other)

    unlinked = ledger.unlink(ANA, CY)

    assert unlinked.done
    assert ledger.customer(ANA) == {ANA, BO, CY}


def test_who_is_known_to_be_two_is_not_brought_together_by_way_of_others(ledger: Ledger) -> None:
    ledger.apart(ANA, CY)
    ledger.link(ANA, BO)

    by_bot, by_person = ledger.link(BO, CY, BOT), ledger.link(CY, BO)

    assert (by_bot.done, by_person.done) == (False, False)
    assert [(row.act, row.one, row.other) for row in by_person.between] == [(APART, ANA, CY)]
    assert ledger.customer(CY) == {CY}


def test_a_person_may_change_their_mind_and_the_bot_may_not_for_them(ledger: Ledger) -> None:
    ledger.apart(ANA, BO)

    by_bot = ledger.link(ANA, BO, BOT)
    by_person = ledger.link(ANA, BO, TOM)

    assert (by_bot.done, by_bot.why) == (False, "a person has decided about these two")
    assert by_person.done
    assert ledger.customer(ANA) == {ANA, BO}


def test_the_bot_does_not_link_again_what_a_person_took_apart(ledger: Ledger) -> None:
    ledger.link(ANA, BO, BOT)
    ledger.unlink(ANA, BO)

    again = ledger.link(ANA, BO, BOT)

    assert not again.done
    assert ledger.customer(ANA) == {ANA}


def test_saying_it_twice_writes_it_once_but_a_persons_word_is_kept_beside_the_bots(ledger: Ledger) -> None:
    first, second = ledger.link(ANA, BO, BOT), ledger.link(BO, ANA, BOT)
    confirmed, again = ledger.link(ANA, BO), ledger.link(ANA, BO, TOM)
    apart, twice = ledger.apart(BO, CY), ledger.apart(CY, BO)

    assert [each.done for each in (first, second, confirmed, again, apart, twice)] == [True, False] * 3
    assert [(row.act, row.by) for row in ledger.rows()] == [(LINK, BOT), (LINK, MIA), (APART, MIA)]


def test_what_was_never_linked_cannot_be_unlinked_but_can_be_known_to_be_two(ledger: Ledger) -> None:
    unlinked, apart = ledger.unlink(ANA, BO), ledger.apart(ANA, BO)

    assert (unlinked.done, unlinked.why, unlinked.between) == (False, "they are not linked", ())
    assert apart.done


@pytest.mark.parametrize(("one", "other"), [(ANA, ANA), (ANA, 99), (ANA, DI)])
def test_nobody_is_linked_with_themselves_with_nobody_or_with_who_was_forgotten(
    ledger: Ledger, now: datetime, one: int, other: int
) -> None:
    with writing(ledger.engine) as db:
        db.get_one(Author, DI).forgotten_at = now

    assert not ledger.link(one, other).done
    assert ledger.rows() == []


@pytest.mark.parametrize("change", ["UPDATE customer_links SET act = 'apart'", "DELETE FROM customer_links"])
def test_nobody_changes_what_the_ledger_says(ledger: Ledger, change: str) -> None:
    ledger.link(ANA, BO)

    with ledger.engine.begin() as connection, pytest.raises(IntegrityError, match="written once and never changed"):
        connection.execute(text(change))

    assert [row.act for row in ledger.rows()] == [LINK]


def test_who_was_ever_linked_is_known_after_it_was_taken_back(ledger: Ledger) -> None:
    ledger.link(ANA, BO)
    ledger.unlink(ANA, BO)
    ledger.link(BO, CY)
    ledger.apart(CY, DI)

    with reading(ledger.engine) as db:
        ever = {each: links.ever(db, each) for each in (ANA, DI)}

    assert ever == {ANA: {ANA, BO, CY}, DI: {DI}}


def test_all_links_of_one_are_dissolved_at_once_and_those_of_others_stay(ledger: Ledger) -> None:
    for one, other in ((ANA, BO), (BO, CY), (CY, DI)):
        ledger.link(one, other)

    with writing(ledger.engine) as db:
        count = linking.dissolve(db, BO, by="erasure", reason="forgotten", now=ledger.now)

    assert count == 2
    assert [ledger.customer(each) for each in (ANA, BO, CY)] == [{ANA}, {BO}, {CY, DI}]


def test_of_two_links_at_once_one_is_written_and_the_other_sees_it(ledger: Ledger) -> None:
    outcomes = _at_once(
        ledger.engine,
        lambda db: linking.link(db, ANA, BO, by=BOT, reason="", now=ledger.now),
        lambda db: linking.link(db, BO, ANA, by=BOT, reason="", now=ledger.now),
    )

    assert sorted(each.done for each in outcomes) == [False, True]
    assert len(ledger.rows()) == 1


def test_of_two_links_that_only_together_join_who_is_two_one_is_refused(ledger: Ledger) -> None:
    ledger.apart(ANA, CY)

    outcomes = _at_once(
        ledger.engine,
        lambda db: linking.link(db, ANA, BO, by=BOT, reason="", now=ledger.now),
        lambda db: linking.link(db, BO, CY, by=MIA, reason="", now=ledger.now),
    )

    assert sorted(each.done for each in outcomes) == [False, True]
    assert CY not in ledger.customer(ANA)


def _at_once(engine: Engine, *acts: Act) -> list[Outcome]:
    """Let threads begin together, each in a transaction of its own."""
    gate = threading.Barrier(len(acts))
    outcomes: list[Outcome] = []

    def run(act: Act) -> None:
        gate.wait()
        with writing(engine) as db:
            outcomes.append(act(db))

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
