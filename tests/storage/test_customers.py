"""What is known of a customer is read from what is there; digests know a value again and tell nothing else."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from domain.cards import Card, CardKind
from domain.sending import DeliveryKind
from domain.values import NewAuthor, NewPost, Page, PostKind, SourceSpec
from storage import authors, clues, customers, deliveries, linking, parting, posts, sources, suggestions
from storage.authors import Author
from storage.cases import Case, Fact, open_case
from storage.clues import Clue
from storage.customers import Elsewhere, Held
from storage.database import reading, writing
from storage.posts import Post
from storage.suggestions import Suggestion
from tests.storage.conftest import promise

ANA, BO, CY = 1, 2, 3
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(engine: Engine, now: datetime) -> Engine:
    """Let Ana write on X, Bo and Cy on Facebook; each has a case."""
    with writing(engine) as db:
        for channel, who in (("x", "ana"), ("facebook", "bo"), ("facebook", "cy")):
            sources.register(db, channel, "9", SourceSpec(name="m", endpoint="m", every=MINUTE), now=now)
            source = next(each for each in sources.listening(db) if each.channel == channel)
            said = NewPost(
                native_id=f"p-{who}",
                kind=PostKind.DIRECT,
                text="where is it",
                author=NewAuthor(native_id=f"u-{who}", handle=who),
                conversation=f"c-{who}",
                created_at=now,
            )
            (post_id,) = posts.store_page(db, source, Page(posts=(said,)), now=now).new
            open_case(db, a_case(db.get_one(Post, post_id), now), db.get_one(Post, post_id))
    return engine


def a_case(post: Post, now: datetime, **changed: Any) -> Case:
    values: dict[str, Any] = {
        "channel": post.channel,
        "account": "9",
        "author_id": post.author_id,
        "conversation": post.conversation,
        "need": "complaint",
        "opened_at": now,
        "updated_at": now,
    }
    return Case(**{**values, **changed})


def keep(db: Session, author_id: int, value: str, now: datetime, **changed: Any) -> str | None:
    given: dict[str, Any] = {"post_id": author_id, "kind": "order", "weak": "", "private": True, **changed}
    return clues.keep(db, author_id=author_id, value=value, now=now, **given)


def test_the_same_value_has_the_same_digest_and_another_kind_of_value_another(town: Engine, now: datetime) -> None:
    with writing(town) as db:
        digests = [keep(db, ANA, "NP882134", now), keep(db, BO, "NP882134", now), keep(db, CY, "NP882135", now)]
        mail = keep(db, CY, "NP882134", now, kind="email")

    assert digests[0] == digests[1]
    assert len({*digests, mail}) == 3


def test_two_databases_give_different_digests(town: Engine, now: datetime) -> None:
    with writing(town) as db:
        first = keep(db, ANA, "NP882134", now)
        db.execute(text("DELETE FROM customer_clues"))
        db.execute(text("UPDATE salts SET value = 'ab'"))
        db.expire_all()
        second = keep(db, ANA, "NP882134", now)

    assert first
    assert second
    assert first != second


def test_telling_again_is_nothing_new_but_telling_in_public_as_well_is(town: Engine, now: datetime) -> None:
    with writing(town) as db:
        first = keep(db, ANA, "NP882134", now)
        again = keep(db, ANA, "NP882134", now, post_id=BO)
        public = keep(db, ANA, "NP882134", now, private=False)

    assert first == public
    assert again is None
    with reading(town) as db:
        assert [(clue.private, clue.post_id) for clue in db.exec(select(Clue))] == [(True, ANA), (False, ANA)]


def test_what_two_have_in_common_and_who_else_has_it(town: Engine, now: datetime) -> None:
    with writing(town) as db:
        for author_id, value in ((ANA, "A"), (BO, "A"), (BO, "B"), (CY, "B"), (ANA, "C"), (BO, "C")):
            keep(db, author_id, value, now)

        (common_b,) = clues.in_common(db, BO, CY)
        assert len(clues.in_common(db, ANA, BO)) == 2
        assert clues.in_common(db, ANA, CY) == []
        assert [clue.author_id for clue in clues.of_value(db, common_b)] == [BO, CY]


def test_erasing_one_keeps_the_others_clues(town: Engine, now: datetime) -> None:
    with writing(town) as db:
        keep(db, ANA, "A", now)
        keep(db, BO, "A", now)
        erased = clues.erase(db, {ANA, CY})

        assert erased == 1
        assert [clue.author_id for clue in db.exec(select(Clue))] == [BO]


def test_a_pair_is_suggested_once_whichever_way_round(town: Engine, now: datetime) -> None:
    given: dict[str, Any] = {"case_id": None, "reason": "alike", "evidence": {}, "now": now}
    with writing(town) as db:
        made = [suggestions.make(db, BO, ANA, **given), suggestions.make(db, ANA, BO, **given)]
        waiting = suggestions.unasked(db, limit=9)

        assert made == [True, False]
        assert [(each.one, each.other) for each in waiting] == [(ANA, BO)]


def test_a_suggestion_is_decided_by_a_link_or_a_persons_word_and_open_again_by_neither(
    town: Engine, now: datetime
) -> None:
    def undecided(db: Session) -> int:
        return len(suggestions.undecided(db))

    with writing(town) as db:
        suggestions.make(db, ANA, BO, case_id=None, reason="alike", evidence={}, now=now)
        counts = [undecided(db)]
        linking.link(db, ANA, BO, by="bot", reason="", now=now)
        counts.append(undecided(db))
        linking.unlink(db, ANA, BO, by="bot", reason="", now=now)
        counts.append(undecided(db))
        linking.apart(db, ANA, BO, by="person:mia", reason="", now=now)
        counts.append(undecided(db))

    assert counts == [1, 0, 1, 0]


def test_a_suggestion_about_somebody_forgotten_is_nothing_to_decide(town: Engine, now: datetime) -> None:
    with writing(town) as db:
        suggestions.make(db, ANA, BO, case_id=None, reason="alike", evidence={}, now=now)
        db.get_one(Author, BO).forgotten_at = now

        assert suggestions.undecided(db) == []
        assert db.exec(select(Suggestion)).one().one == ANA


def test_history_elsewhere_is_counted_by_channel_without_ones_own(town: Engine, now: datetime) -> None:
    with writing(town) as db:
        post = db.get_one(Post, BO)
        db.add(a_case(post, now, conversation="old", state="resolved", opened_at=now - timedelta(days=3)))
        db.add(a_case(db.get_one(Post, CY), now, conversation="new", opened_at=now + MINUTE))

        found = customers.elsewhere(db, ANA, {ANA, BO, CY})
        alone = customers.elsewhere(db, ANA, {ANA})

    assert found == [Elsewhere(channel="facebook", cases=4, live=3, last_at=now + MINUTE)]
    assert alone == []


def test_who_holds_another_live_case_is_told_and_who_holds_this_or_a_closed_one_is_not(
    town: Engine,
) -> None:
    with writing(town) as db:
        for number, state in ((1, "open"), (2, "waiting"), (3, "resolved")):
            case = db.get_one(Case, number)
            case.claimed_by, case.state = "person:mia", state
        db.flush()

        held = customers.held_beside(db, 1, {ANA, BO, CY})

    assert held == [Held(case_id=2, channel="facebook", by="person:mia")]


def test_the_others_facts_are_listed_with_where_they_were_told(town: Engine, now: datetime) -> None:
    with writing(town) as db:
        for author_id in (ANA, BO):
            fact: dict[str, Any] = {"case_id": author_id, "author_id": author_id, "post_id": author_id, "at": now}
            db.add(Fact(**fact, kind="order", value=f"NP-{author_id}"))
        db.flush()

        found = customers.facts_elsewhere(db, ANA, {ANA, BO})

    assert [(each.value, each.channel, each.case_id) for each in found] == [("NP-2", "facebook", 2)]


@pytest.mark.parametrize("column", ["opted_out_at", "forgotten_at"])
def test_one_identity_that_wants_no_words_speaks_for_all(town: Engine, now: datetime, column: str) -> None:
    with writing(town) as db:
        setattr(db.get_one(Author, BO), column, now)
        db.flush()

        assert customers.opted_out(db, {ANA, BO})
        assert not customers.opted_out(db, {ANA, CY})
        assert not customers.opted_out(db, set())


def test_the_cards_that_speak_of_a_case_are_those_of_the_customers_other_live_ones(town: Engine, now: datetime) -> None:
    with writing(town) as db:
        linking.link(db, ANA, BO, by="bot", reason="", now=now)

        assert customers.beside(db, {1}) == {2}
        assert customers.beside(db, {3}) == set()
        db.get_one(Case, 2).state = "resolved"
        db.flush()
        assert customers.beside(db, {1}) == set()


def test_namesakes_are_on_two_channels_with_handles_long_enough_and_nobody_has_decided(
    town: Engine, now: datetime
) -> None:
    def named(**handles: str) -> list[tuple[int, int]]:
        with writing(town) as db:
            for author, handle in zip(authors.by_id(db, {ANA, BO, CY}).values(), handles.values(), strict=True):
                author.handle = handle
            db.flush()
            return [(one.id, other.id) for one, other in customers.namesakes(db, limit=9)]

    assert named(ana="Ana_Banana", bo="ana.banana", cy="cy") == [(ANA, BO)]
    assert named(ana="ana", bo="ana", cy="cy") == []
    assert named(ana="cy", bo="ana_banana", cy="ana_banana") == []
    with writing(town) as db:
        linking.apart(db, ANA, BO, by="person:mia", reason="", now=now)
    assert named(ana="Ana_Banana", bo="ana.banana", cy="cy") == []


def test_who_parts_is_taken_out_of_the_cards_of_whoever_was_ever_linked_with_them(town: Engine, now: datetime) -> None:
    card = Card(kind=CardKind.CASE, headline="Complaint", quote="where is it", also=("Told on X: order: […34]",))
    with writing(town) as db:
        for case_id in (1, 2, 3):
            promise(
                db, f"alert-{case_id}", now, kind=DeliveryKind.ALERT, via="slack", case_id=case_id, body=card.to_json()
            )
        promise(db, "broken", now, kind=DeliveryKind.ALERT, via="slack", case_id=2, body="no card")
        linking.link(db, ANA, BO, by="bot", reason="", now=now)
        linking.unlink(db, ANA, BO, by="person:mia", reason="", now=now)
        keep(db, ANA, "A", now)

        were, changed = parting.part(db, ANA, why="forgotten", now=now)
        cards = {case_id: deliveries.by_key(db, f"alert-{case_id}") for case_id in (2, 3)}

        assert were == frozenset()
        assert [delivery.key for delivery in changed] == ["alert-2"]
        assert [Card.from_json(told.body).also for told in cards.values() if told] == [(), card.also]
        assert db.exec(select(Clue)).all() == []
