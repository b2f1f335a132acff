"""`may-send`, and the commands by which a person answers: in plain words, with the rule and what is allowed instead."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from typer.testing import CliRunner, Result

from app.cli import main
from app.maysend import explain
from domain.values import PostKind
from storage.cases import Case
from storage.database import reading
from storage.gatings import Gating
from tests.app.conftest import Desk
from tests.responder.road import Road
from tests.walks.street import Street
from tests.walks.street import settings as told_by

Says = Callable[..., Result]


@pytest.fixture
def road(engine: Engine) -> Road:
    made = Road(engine, channel="facebook")
    made.takes_private_replies()
    made.hears("ana", "my parcel has not arrived", kind=PostKind.COMMENT)
    made.answer()
    made.deliver()
    return made


def may(road: Road) -> dict[str, dict[str, Any]]:
    with reading(road.engine) as db:
        found = explain(db, db.get_one(Case, 1), conduct=road.conduct, now=road.now)
    return {row["what"]: row for row in found["may"]}


def test_everything_that_could_be_said_or_done_is_answered_with_rule_source_and_alternative(road: Road) -> None:
    found = may(road)

    assert len(found) == 10
    for row in found.values():
        assert row["rule"]
        assert row["may"] in {"yes", "no", "wait", "a person decides"}
        assert row["may"] == "yes" or (row["instead"] and row["source"])


def test_after_the_acknowledgement_the_bot_has_said_its_word_and_a_person_may_still_speak(road: Road) -> None:
    found = may(road)

    assert found["public reply by the bot"]["rule"] == "already-answered"
    assert found["public reply by the bot"]["evidence"] == {"public_answers": 1, "closings": 0, "closing": False}
    assert found["public reply by a person"]["may"] == "yes"
    assert found["private reply to the post by a person"]["rule"] == "private-reply-used"
    assert found["private message by a person"]["rule"] == "nothing-private"
    assert found["hiding the post"]["may"] == "yes"


def test_a_window_that_has_shut_says_so_with_its_time_and_source(road: Road) -> None:
    road.writes("ana", "order 88213")
    road.answer()
    road.wait(hours=25)

    found = may(road)

    bot, person = found["private message by the bot"], found["private message by a person"]
    assert (bot["rule"], person["rule"]) == ("window-for-bot", "human-tag-not-approved")
    assert bot["evidence"] == {"window_from": (road.now - timedelta(hours=25)).isoformat()}
    assert "24-hour window" in bot["source"]
    assert "human_agent = true" in person["instead"]


def test_asking_keeps_nothing(road: Road) -> None:
    with reading(road.engine) as db:
        before = len(db.exec(select(Gating)).all())

    may(road)

    with reading(road.engine) as db:
        assert len(db.exec(select(Gating)).all()) == before


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """Let there be one complaint, acknowledged."""
    with Street(tmp_path, {"approval": "none"}) as opened:
        opened.post("ana", "@NordParcel my parcel NP-882134 is late", lang="en")
        opened.wait(seconds=10)
        yield opened


@pytest.fixture
def say(street: Street, terminal: CliRunner) -> Says:
    file = Desk(street.folder).write(told_by(street.world, street.folder))

    def run(*words: str) -> Result:
        return terminal.invoke(main, [*words, "--settings", str(file)])

    return run


def test_the_commands_explain_answer_and_count(say: Says) -> None:
    plain, machine = say("may-send", "1"), say("may-send", "1", "--json")
    handoffs = say("cases", "handoffs", "--json")

    assert plain.exit_code == machine.exit_code == 0
    assert "already-answered" in plain.output
    assert json.loads(machine.stdout)["channel"] == "x"
    rows = {row["step"]: row for row in json.loads(handoffs.stdout)}
    assert rows["offered"]["cases"] == [1]
    assert rows["offered"]["conversion"] == 0
    assert "offered" in say("cases", "handoffs").output


def test_a_persons_words_go_out_or_are_refused_with_the_rule(say: Says) -> None:
    private = say("cases", "reply", "1", "We found it.", "--way", "private-reply", "--as", "ana")
    message = say("cases", "reply", "1", "We found it.", "--way", "message", "--as", "ana")
    banned = say("cases", "do", "1", "ban", "--as", "ana")
    hidden = say("cases", "do", "1", "hide", "--as", "ana")
    public = say("cases", "reply", "1", "We found it.", "--as", "ana")

    assert (private.exit_code, message.exit_code, banned.exit_code) == (1, 1, 1)
    assert "no-private-replies" in private.stderr
    assert "nothing in it to aim this at" in message.stderr
    assert "not-offered" in banned.stderr
    assert (hidden.exit_code, public.exit_code) == (0, 0)
    assert "goes out next" in public.output


@pytest.mark.parametrize(
    "words",
    [
        ("may-send", "99"),
        ("cases", "reply", "99", "hello"),
        ("cases", "reply", "1", " "),
        ("cases", "reply", "1", "hello", "--way", "pigeon"),
        ("cases", "do", "1", "shout"),
    ],
)
def test_what_cannot_be_is_said_with_a_remedy(say: Says, words: tuple[str, ...]) -> None:
    told = say(*words)

    assert told.exit_code == 2
    assert told.stderr
