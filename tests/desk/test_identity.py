"""Same customer? The team is asked once, its answer is kept, and every card of the two shows what follows."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from desk import cards, identity, letters
from desk.faces import Faces
from domain.cards import Card, CardKind
from domain.values import NewAuthor, NewPost, Page, PostKind, SourceSpec
from storage import cases, erasure, events, linking, links, posts, sources, suggestions
from storage.cases import Case, Fact
from storage.database import reading, writing
from storage.deliveries import Delivery
from storage.links import APART, LINK
from storage.posts import Post
from storage.suggestions import Suggestion
from tests.desk.office import MIA, TOM, Office

REASON = "both gave the same telephone number, but a telephone may be a household's or a firm's"


def on_facebook(office: Office, handle: str = "ana.banana") -> int:
    """Let somebody complain on Facebook, and the team be told."""
    said = NewPost(
        native_id=f"f-{handle}",
        kind=PostKind.COMMENT,
        text="where is my parcel",
        author=NewAuthor(native_id=f"fu-{handle}", handle=handle),
        conversation=f"f-{handle}",
        created_at=office.now,
        summoned=True,
    )
    with writing(office.engine) as db:
        spec = SourceSpec(name="feed", endpoint="feed", every=timedelta(minutes=1))
        sources.register(db, "facebook", "1", spec, now=office.now)
        source = next(each for each in sources.listening(db) if each.channel == "facebook")
        heard = db.get_one(Post, posts.store_page(db, source, Page(posts=(said,)), now=office.now).new[0])
        case = Case(
            channel="facebook",
            account="1",
            author_id=heard.author_id,
            conversation=heard.conversation,
            need="complaint",
            opened_at=office.now,
            updated_at=office.now,
        )
        case_id = cases.open_case(db, case, heard).id
        db.add(
            Fact(
                case_id=case_id,
                author_id=heard.author_id,
                post_id=heard.id,
                kind="order",
                value="NP-882134",
                at=office.now,
            )
        )
    card = Card(kind=CardKind.CASE, headline="Complaint", quote=said.text, case_id=case_id, channel="facebook")
    office.tell(f"case-{case_id}:alert", card, case_id)
    office.settle()
    return case_id


class Two:
    """A case on X, a case on Facebook, and perhaps the same customer behind them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.x, self.facebook = office.case(), on_facebook(office)
        self.one, self.other = (office.stored(case).author_id for case in (self.x, self.facebook))

    def suggest(self) -> int:
        """Let the bot have its doubts, and the team be asked."""
        with writing(self.office.engine) as db:
            suggestions.make(
                db, self.one, self.other, case_id=self.facebook, reason=REASON, evidence={}, now=self.office.now
            )
        assert self.ask()
        self.office.settle()
        with reading(self.office.engine) as db:
            return db.exec(select(Suggestion)).one().id

    def ask(self) -> bool:
        office = self.office
        return identity.run_once(office.engine, conduct=office.conduct, now=office.now)

    @property
    def question(self) -> str:
        return f"customers:{self.one}-{self.other}:ask"

    def together(self) -> bool:
        with reading(self.office.engine) as db:
            return self.other in links.members(db, {self.one})[self.one]

    def link(self) -> None:
        with writing(self.office.engine) as db:
            assert linking.link(db, self.one, self.other, by="person:mia", reason="", now=self.office.now).done

    def unlink(self) -> None:
        with writing(self.office.engine) as db:
            assert linking.unlink(db, self.one, self.other, by="person:mia", reason="", now=self.office.now).done

    def alerts(self) -> tuple[str, str]:
        return self.office.looks(f"case-{self.x}:alert"), self.office.looks(f"case-{self.facebook}:alert")


@pytest.fixture
def two(office: Office) -> Two:
    return Two(office)


def test_the_team_is_asked_once_in_the_thread_where_it_came_up(two: Two) -> None:
    two.suggest()
    again = two.ask()

    looks = two.office.looks(two.question)
    row = two.office.row(two.question)
    assert not again
    assert (row.case_id, row.kind, row.extra["under"]) == (two.facebook, "note", f"case-{two.facebook}:alert")
    assert two.office.message(two.question).thread_ts == two.office.message(f"case-{two.facebook}:alert").ts
    assert identity.HEADLINE in looks
    assert "@ana.banana on Facebook (case 2) and @ana0 on X (case 1)" in looks
    assert REASON in looks
    assert two.office.actions(two.question) == [cards.SAME, cards.NOT_SAME]


def test_same_customer_links_them_by_name_and_both_cards_say_so(two: Two) -> None:
    suggestion = two.suggest()

    two.office.press(cards.SAME, suggestion)
    two.office.show()

    on_x, on_facebook = two.alerts()
    with reading(two.office.engine) as db:
        said = links.last(db, two.one, two.other)
    assert said is not None
    assert (said.act, said.by, said.reason) == (LINK, f"person:{MIA}", REASON)
    assert "Also on Facebook: 1 case, 1 open" in on_x
    assert "Told on Facebook: order: [order …34]" in on_x
    assert "882134" not in on_x
    assert "Also on X: 1 case, 1 open" in on_facebook
    assert two.office.actions(two.question) == []
    assert f"Same customer, decided by <@{MIA}>" in two.office.looks(two.question)


def test_not_the_same_is_remembered(two: Two) -> None:
    suggestion = two.suggest()

    two.office.press(cards.NOT_SAME, suggestion)
    two.office.show()

    with reading(two.office.engine) as db:
        said = links.last(db, two.one, two.other)
        undecided = suggestions.undecided(db)
    assert said is not None
    assert (said.act, said.by) == (APART, f"person:{MIA}")
    assert undecided == []
    assert not two.ask()
    assert f"Not the same, decided by <@{MIA}>" in two.office.looks(two.question)
    assert "Also on" not in "".join(two.alerts())


def test_who_comes_second_is_told_so_alone_and_changes_nothing(two: Two) -> None:
    suggestion = two.suggest()

    two.office.press(cards.SAME, suggestion)
    two.office.press(cards.NOT_SAME, suggestion, user=TOM)

    assert two.together()
    assert two.office.whispers(TOM) == ["This was decided before: same customer, decided."]
    assert two.office.whispers(MIA) == []


@pytest.mark.parametrize("value", ["99", "", "one", "1" * 30])
def test_a_question_nobody_asked_changes_nothing(two: Two, value: str) -> None:
    two.office.press(cards.SAME, value)

    assert not two.together()
    assert two.office.whispers(MIA) == [identity.NOT_KNOWN]


def test_what_stands_in_the_way_is_told(two: Two) -> None:
    suggestion = two.suggest()
    third = two.office.stored(on_facebook(two.office, "cy")).author_id
    with writing(two.office.engine) as db:
        linking.link(db, two.one, third, by="person:mia", reason="", now=two.office.now)
        linking.apart(db, third, two.other, by="person:mia", reason="", now=two.office.now)

    two.office.press(cards.SAME, suggestion)

    assert not two.together()
    assert two.office.whispers(MIA) == ["Nothing was changed: somebody in it is known to be another human."]


def test_a_decision_at_the_terminal_settles_the_question_in_the_room(two: Two) -> None:
    two.suggest()

    two.link()
    two.office.show()

    assert two.office.actions(two.question) == []
    assert "Same customer, decided by mia" in two.office.looks(two.question)


def test_taken_back_the_cards_look_as_before_byte_for_byte(two: Two) -> None:
    before = two.alerts()
    two.link()
    two.office.show()
    linked = two.alerts()

    two.unlink()
    two.office.show()

    assert linked != before
    assert two.alerts() == before


def test_nothing_is_shown_again_that_looks_right_already(two: Two) -> None:
    two.link()
    two.office.show()
    restarted = Faces(two.office.engine, two.office.slack)
    two.office.room.outage()

    while restarted.run_once(now=two.office.now):
        pass

    assert restarted._not_before is None  # Slack was not even asked


def test_who_takes_the_other_case_shows_on_this_one_and_goes_when_released(two: Two) -> None:
    two.link()
    two.office.show()

    two.office.press(cards.TAKE, two.facebook)
    two.office.show()
    held = two.alerts()[0]
    two.office.press(cards.RELEASE, two.facebook)
    two.office.show()

    assert f"Case {two.facebook} on Facebook is held by <@{MIA}>" in held
    assert "is held by" not in two.alerts()[0]
    assert two.office.stored(two.x).claimed_by is None


def test_a_new_case_of_the_customer_shows_on_the_older_card(two: Two) -> None:
    two.link()
    two.office.show()
    with writing(two.office.engine) as db:
        first = db.get_one(Case, two.facebook)
        more = Case(
            channel="facebook",
            account="1",
            author_id=two.other,
            conversation="another",
            need="complaint",
            opened_at=two.office.now,
            updated_at=two.office.now,
        )
        db.add(more)
        db.flush()
        events.note(db, more.id, "opened", at=two.office.now, need=first.need, priority=2, post=1)

    two.office.show()

    assert "Also on Facebook: 2 cases, 2 open" in two.alerts()[0]


def test_what_the_customer_tells_later_on_one_channel_shows_on_the_other_card(two: Two) -> None:
    two.link()
    two.office.show()
    with writing(two.office.engine) as db:
        fact: dict[str, Any] = {
            "case_id": two.facebook,
            "author_id": two.other,
            "kind": "email",
            "value": "ana.b@mail.org",
        }
        db.add(Fact(**fact, post_id=2, at=two.office.now))
        events.note(db, two.facebook, "facts", at=two.office.now, post=2, kinds=["email"])

    two.office.show()

    assert "Told on Facebook: order: [order …34]; email: [email]" in two.alerts()[0]


def test_what_a_forgotten_one_told_goes_from_the_others_card_in_the_room(two: Two) -> None:
    two.link()
    two.office.show()
    before = two.alerts()[0]
    with writing(two.office.engine) as db:
        erasure.forget(db, "facebook", "ana.banana", now=two.office.now)

    two.office.show()

    row = two.office.row(f"case-{two.x}:alert")
    assert "Told on Facebook" in before
    assert "Facebook" not in two.alerts()[0]
    assert row.extra["face"] == "open|||"


def test_a_suggestion_that_is_settled_before_the_team_was_asked_is_not_asked(two: Two) -> None:
    with writing(two.office.engine) as db:
        suggestions.make(db, two.one, two.other, case_id=None, reason=REASON, evidence={}, now=two.office.now)
    two.link()

    two.ask()

    assert two.question not in {row.key for row in two.office.rows()}


def test_without_a_thread_the_team_is_asked_in_the_room(office: Office) -> None:
    one, other = (office.stored(office.case(alert=False)).author_id for _ in range(2))
    with writing(office.engine) as db:
        suggestions.make(db, one, other, case_id=1, reason=REASON, evidence={}, now=office.now)

    identity.run_once(office.engine, conduct=office.conduct, now=office.now)

    row = office.row(f"customers:{one}-{other}:ask")
    assert (row.kind, row.target, row.case_id) == ("alert", office.room.cases.id, 1)


def test_once_one_of_the_two_is_forgotten_nothing_is_left_to_decide_and_no_name_of_theirs(two: Two) -> None:
    suggestion = two.suggest()
    with writing(two.office.engine) as db:
        forgotten = erasure.forget(db, "x", "ana0", now=two.office.now)
        for told in forgotten.told:
            row = db.get_one(Delivery, told.delivery_id)
            row.extra = {**row.extra, "face": ""}

    two.office.press(cards.SAME, suggestion)
    two.office.faces.show(two.facebook, now=two.office.now)

    looks = two.office.looks(two.question)
    assert not two.together()
    assert "ana0" not in looks
    assert "@ana.banana" in looks
    assert "No decision is needed any more" in looks
    assert two.office.actions(two.question) == []


def test_the_team_hears_what_is_kept_of_a_customer_a_platform_had_erased(two: Two) -> None:
    two.link()
    with writing(two.office.engine) as db:
        forgotten = erasure.forget(db, "facebook", "ana.banana", now=two.office.now)
        told = identity.tell_kept(db, forgotten, channel="facebook", conduct=two.office.conduct, now=two.office.now)
    two.office.settle()

    looks = two.office.looks(f"customers:{two.other}-{two.one}:kept")
    assert told == 1
    assert "Erased on Facebook, kept on X" in looks
    assert "`sottovoce" not in looks
    assert "sottovoce customers show 1" in looks


def test_a_letter_tells_the_rest_of_the_customer_too() -> None:
    card = Card(kind=CardKind.CASE, headline="Complaint", case_id=1, also=("Also on Facebook: 2 cases", "<b>held</b>"))

    text, page = letters.text(card), letters.page(card)

    assert "Also on Facebook: 2 cases\n<b>held</b>" in text
    assert "<p>Also on Facebook: 2 cases</p>" in page
    assert "<b>held</b>" not in page
