"""The commands `customers …`, what `cases show` adds, and how far `forget` goes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from app import deleting
from app.cli import main
from domain.conduct import Conduct, Rooms
from domain.sending import DeliveryKind
from storage import deletions
from storage.authors import Author
from storage.database import migrate, open_database, reading, writing
from tests.responder.crossing import Crossing

Says = Callable[..., Result]
ORDER = "NP-882134"


@pytest.fixture
def crossing(tmp_path: Path) -> Iterator[Crossing]:
    """Let Ana have written on X and, as somebody else, on Facebook and Instagram; nothing links them yet."""
    engine = open_database(f"sqlite:///{tmp_path / 'sottovoce.db'}")
    migrate(engine)
    crossing = Crossing(engine)
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "mrs.banana", phone="+49 30 901820")
    crossing.tells("instagram", "banana_pics", phone="+49 30 901820")
    yield crossing
    engine.dispose()


@pytest.fixture
def say(set_up: Callable[..., Path], crossing: Crossing, terminal: CliRunner) -> Says:
    assert crossing.cases()
    file = set_up()

    def run(*words: str, typed: str = "") -> Result:
        return terminal.invoke(main, [*words, "--settings", str(file)], input=typed)

    return run


def read(result: Result) -> Any:
    return json.loads(result.stdout)


def test_linked_shown_and_taken_back_with_name_and_reason(crossing: Crossing, say: Says) -> None:
    linked = say("customers", "link", "x:@ana", "facebook:mrs.banana", "--as", "mia", "--why", "said so on the phone")
    shown = read(say("customers", "show", "x:@ana", "--json"))
    drawn = say("customers", "show", "2").output
    unlinked = say("customers", "unlink", "1", "2", "--as", "tom", "--why", "a mistake")
    after = read(say("customers", "show", "x:@ana", "--json"))
    history = read(say("customers", "history", "facebook:mrs.banana", "--json"))

    assert (linked.exit_code, unlinked.exit_code) == (0, 0)
    assert "x:@ana and facebook:@mrs.banana are one customer." in linked.output
    assert [author["who"] for author in shown["authors"]] == ["x:@ana", "facebook:@mrs.banana"]
    assert {case["channel"] for case in shown["cases"]} == {"x", "facebook"}
    assert "order: [order …34]" in [fact["told"] for fact in shown["facts"]]
    assert ORDER not in json.dumps(shown) + drawn
    assert "Customer 1" in drawn
    assert [author["who"] for author in after["authors"]] == ["x:@ana"]
    assert [(row["act"], row["by"], row["reason"]) for row in history] == [
        ("link", "person:mia", "said so on the phone"),
        ("unlink", "person:tom", "a mistake"),
    ]
    assert crossing.customer("x", "ana") == {"x:ana"}


def test_what_may_be_one_is_listed_with_the_reason_until_somebody_decides(say: Says) -> None:
    before = read(say("customers", "suggest", "--json"))
    drawn = say("customers", "suggest").output
    say("customers", "unlink", "facebook:mrs.banana", "instagram:banana_pics", "--not-same", "--why", "two sisters")
    after = read(say("customers", "suggest", "--json"))

    ((pair, reason),) = [((row["one"]["who"], row["other"]["who"]), row["reason"]) for row in before]
    assert pair == ("facebook:@mrs.banana", "instagram:@banana_pics")
    assert "telephone" in reason
    assert "sottovoce customers link facebook:@mrs.banana instagram:@banana_pics" in drawn.replace("\n", "")
    assert after == []
    assert "Nobody looks like" in say("customers", "suggest").output


def test_namesakes_over_channels_are_listed_at_the_terminal_only(crossing: Crossing, say: Says) -> None:
    crossing.tells("instagram", "Mrs_Banana", order="NP-771122")
    say("customers", "unlink", "2", "3", "--not-same")

    (row,) = read(say("customers", "suggest", "--json"))

    assert (row["one"]["who"], row["other"]["who"]) == ("facebook:@mrs.banana", "instagram:@Mrs_Banana")
    assert "next to nothing" in row["reason"]
    assert crossing.suggested() == []


def test_what_stands_in_the_way_is_told_and_nothing_changes(crossing: Crossing, say: Says) -> None:
    say("customers", "link", "1", "2")
    say("customers", "link", "2", "3")

    refused = say("customers", "unlink", "1", "3")
    again = say("customers", "link", "1", "2")

    assert (refused.exit_code, again.exit_code) == (1, 1)
    assert "by way of others" in refused.output
    assert "x:@ana and facebook:@mrs.banana: linked by" in refused.output.replace("\n", " ")
    assert "linked already" in again.output
    assert len(crossing.customer("x", "ana")) == 3


@pytest.mark.parametrize("who", ["x:@nobody", "99", "ana", "mastodon:ana", ""])
def test_whom_nobody_knows_is_told_with_how_to_name_somebody(say: Says, who: str) -> None:
    result = say("customers", "show", who)

    assert result.exit_code == 2
    assert "x:@handle" in result.output.replace("\n", " ")


@pytest.mark.parametrize("why", ["she is ana@mail.org", "call 0305551234", "ask @ana"])
def test_a_reason_that_would_name_somebody_for_ever_is_refused(crossing: Crossing, say: Says, why: str) -> None:
    result = say("customers", "link", "1", "2", "--why", why)

    assert result.exit_code == 2
    assert "kept for ever" in result.output.replace("\n", " ")
    assert crossing.ledger() == []


def test_who_was_never_linked_has_no_history(say: Says) -> None:
    assert "Nobody was ever linked" in say("customers", "history", "1").output
    assert read(say("customers", "history", "1", "--json")) == []


def test_every_command_has_an_example(terminal: CliRunner) -> None:
    for verb in ("suggest", "link", "unlink", "show", "history"):
        assert f"sottovoce customers {verb}" in terminal.invoke(main, ["customers", verb, "--help"]).output


def test_a_case_is_shown_with_the_rest_of_its_customer(say: Says) -> None:
    alone = read(say("cases", "show", "2", "--json"))
    say("customers", "link", "1", "2")
    say("cases", "take", "1", "--as", "mia")

    found = read(say("cases", "show", "2", "--json"))
    drawn = say("cases", "show", "2").output

    assert (alone["customer"], alone["also"], alone["facts_elsewhere"]) == (2, [], [])
    assert found["customer"] == 1
    assert found["also"][0].startswith("Also on X: 1 case")
    assert "Case 1 on X is held by person:mia" in found["also"]
    assert {fact["kind"] for fact in found["facts_elsewhere"]} >= {"order"}
    assert "Also on X: 1 case" in drawn
    assert ORDER not in json.dumps(found) + drawn


def test_forget_takes_the_same_customer_everywhere_and_says_so_first(crossing: Crossing, say: Says) -> None:
    say("customers", "link", "1", "2")

    refused = say("forget", "x", "@ana", typed="n\n")
    kept = names(crossing)
    done = say("forget", "x", "@ana", typed="y\n")

    assert "what the same customer wrote on facebook as u-mrs.banana" in refused.output.replace("\n", " ")
    assert kept == {"ana", "mrs.banana", "banana_pics"}
    assert "Erased as one customer on x, facebook." in done.output
    assert names(crossing) == {"", "banana_pics"}
    assert {clue.author_id for clue in crossing.clues()} == {3}


def test_forget_only_keeps_what_was_written_elsewhere_and_says_so(crossing: Crossing, say: Says) -> None:
    say("customers", "link", "1", "2")

    found = read(say("forget", "x", "@ana", "--only", "--yes", "--json"))
    say("customers", "link", "2", "3")
    asked = say("forget", "facebook", "mrs.banana", "--only", typed="y\n").output

    assert (found["erased_on"], found["kept_on"], found["posts"]) == (["x"], ["facebook"], 1)
    assert "wrote elsewhere is kept" in asked.replace("\n", " ")
    assert "What the same customer wrote on instagram is kept" in asked.replace("\n", " ")
    assert names(crossing) == {"", "banana_pics"}
    assert crossing.customer("instagram", "banana_pics") == {"instagram:banana_pics"}


def test_a_platforms_word_erases_the_one_it_names_and_the_team_hears_of_the_other(
    crossing: Crossing, say: Says
) -> None:
    say("customers", "link", "1", "2")
    conduct = Conduct(brand="Nord Parcel", rooms=Rooms(alerts="C-ALERTS"))
    with writing(crossing.engine) as db:
        deletions.ask(db, "meta", "u-mrs.banana", now=crossing.now)

    worked = deleting.run_once(
        crossing.engine, [("facebook", "1"), ("instagram", "1")], conduct=conduct, now=crossing.now
    )

    (card,) = [each for each in crossing.cards() if each.headline.startswith("Erased")]
    (row,) = [each for each in crossing.said(DeliveryKind.NOTE, DeliveryKind.ALERT) if each.key.endswith(":kept")]
    assert worked
    assert names(crossing) == {"ana", "", "banana_pics"}
    assert (card.headline, row.case_id) == ("Erased on Facebook, kept on X", 1)
    assert "banana" not in row.body


def names(crossing: Crossing) -> set[str]:
    with reading(crossing.engine) as db:
        return {author.handle for author in db.exec(select(Author))}
