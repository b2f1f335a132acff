"""The rule tables: what is shipped holds together, and every mistake in one is told at once."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from tomllib import loads
from typing import Any

import pytest

from domain.errors import ConfigError
from domain.sending import CUSTOMER_FACING, DeliveryKind
from responder.asking import Says
from responder.checks import CHECKS
from responder.durations import duration, spoken
from responder.gate import gate, gate_by
from responder.rule_tables import TURNS
from responder.rulebook import book, books, compile_books
from tests.responder.asks import NOW, ask

SHIPPED = {
    path.name.removesuffix(".toml"): loads(path.read_text("utf-8"))
    for path in files("responder").joinpath("rules").iterdir()
}
RULE: dict[str, Any] = {
    "id": "late",
    "turn": "platform",
    "kinds": ["message"],
    "whose": "bot",
    "check": "theirs_older_than",
    "with": {"age": "24h", "spare": "2m"},
    "verdict": "refuse",
    "reason": "older than {age}",
    "instead": "a person answers",
    "source": "the platform",
    "date": datetime(2026, 11, 21, tzinfo=UTC).date(),
}


def tables(**rule: Any) -> dict[str, Any]:
    """Make the smallest tables there can be, with one rule changed so."""
    head = {"version": "1", "date": RULE["date"]}
    changed = {key: value for key, value in {**deepcopy(RULE), **rule}.items() if value is not None}
    return {"house": head, "elsewhere": head, "net": {**head, "rule": [changed]}}


def mistakes(**rule: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        compile_books(tables(**rule))
    return "\n".join(caught.value.problems)


def test_what_is_shipped_can_be_read_and_names_its_version_source_and_date() -> None:
    for channel, known in books().items():
        assert known.version.startswith("house 1 (2026-")
        assert channel in known.version
        for rule in known.rules:
            assert rule.source
            assert rule.date.startswith("2026-")
            assert rule.turn in TURNS


def test_each_platform_has_the_houses_rules_and_its_own_before_them_in_their_turn() -> None:
    ids = [rule.id for rule in book("facebook").rules]

    assert ids.index("post-gone") < ids.index("not-summoned") < ids.index("too-long") < ids.index("person-only")
    assert ids.index("dry-run") < ids.index("approval") < ids.index("paused")


def test_every_word_of_the_vocabulary_is_used_and_says_what_it_reads() -> None:
    used = {rule.check for known in books().values() for rule in known.rules}
    consents = {consent.check for known in books().values() for consent in known.consents}

    assert set(CHECKS) == used | consents
    assert all(hasattr(ask(), name) for check in CHECKS.values() for name in check.reads)


def test_a_channel_nobody_wrote_rules_for_gets_the_strictest() -> None:
    assert book("mastodon") is book("elsewhere")
    for kind in (DeliveryKind.PRIVATE_REPLY, DeliveryKind.LIKE, DeliveryKind.HIDE, DeliveryKind.BAN):
        answer = gate(ask(channel="mastodon", kind=kind, automatic=False, by="person:u1"))
        assert (answer.verdict, answer.rule) == (Says.REFUSE, "not-offered")


def test_every_book_allows_automatic_words_only_for_something_the_customer_did() -> None:
    for known in books().values():
        words = {kind for consent in known.consents for kind in consent.kinds}
        assert words <= {DeliveryKind.REPLY, DeliveryKind.PRIVATE_REPLY, DeliveryKind.MESSAGE}
        bare = replace(known, consents=())
        answer = gate_by(bare, ask(channel=known.channel))
        assert (answer.verdict, answer.rule) == (Says.REFUSE, "no-consent")


def test_an_allowed_automatic_word_names_the_consent_and_a_persons_needs_none() -> None:
    assert gate(ask()).consent == "named-us: they named us, or quoted a post of ours"
    assert gate(ask(automatic=False, by="person:u1")).consent == ""


def test_the_smallest_tables_make_a_book() -> None:
    known = compile_books(tables())["net"]

    assert known.rules[0].kinds == {DeliveryKind.MESSAGE}
    assert known.rules[0].given == {"age": timedelta(hours=24), "spare": timedelta(minutes=2)}
    answer = gate_by(known, ask(kind=DeliveryKind.MESSAGE, window_from=NOW - timedelta(hours=25)))
    assert answer.reason == "older than 24 hours"
    assert answer.source == "the platform (as of 2026-11-21)"


def test_a_rule_without_kinds_is_about_all() -> None:
    assert compile_books(tables(kinds=None))["net"].rules[0].kinds == CUSTOMER_FACING


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"check": "phase_of_the_moon"}, "check: 'phase_of_the_moon' is not in the vocabulary"),
        ({"with": {"age": "24h"}}, "with.spare: missing; theirs_older_than needs it"),
        ({"with": {"age": "24h", "spare": "2m", "mood": 1}}, "with.mood: theirs_older_than takes no such thing"),
        ({"with": {"age": "a day", "spare": "2m"}}, "with.age: 'a day' is no duration"),
        ({"with": {"age": 24, "spare": "2m"}}, "with.age: 24 is no duration"),
        ({"check": "public_answers", "with": {"most": "one"}}, "with.most: 'one' is no int"),
        ({"check": "public_answers", "with": {"most": True}}, "with.most: True is no int"),
        ({"kinds": ["telegram"]}, "kinds: 'telegram' is none of"),
        ({"kinds": []}, "kinds: must be a list, or left out for all"),
        ({"whose": "robot"}, "whose: 'robot' is none of anyone, bot, person"),
        ({"turn": "later"}, "turn: 'later' is none of gone"),
        ({"verdict": "allow"}, "verdict: 'allow' is none of wait, hold, refuse"),
        ({"verdict": "wait"}, "until: a rule that waits needs one of soon"),
        ({"until": "soon"}, "until: only a rule that waits has one"),
        ({"check": "always", "with": {}, "window": "w"}, "window: only theirs_older_than"),
        ({"reason": ""}, "reason: missing"),
        ({"instead": None}, "instead: missing"),
        ({"source": None}, "source: missing"),
        ({"date": "yesterday"}, "date: 'yesterday' is no date"),
        ({"reason": "{ask.mood}"}, "reason: {ask.mood} cannot be filled in"),
        ({"instead": "{within}"}, "instead: {within} cannot be filled in"),
        ({"reason": "{"}, "reason: "),
        ({"colour": "red"}, "colour: not known here"),
    ],
    ids=str,
)
def test_each_mistake_is_told_with_its_place(wrong: dict[str, Any], told: str) -> None:
    said = mistakes(**wrong)

    assert told in said
    assert "net, rule 1 (late): " in said


def test_all_mistakes_are_told_at_once() -> None:
    broken = tables(check="phase_of_the_moon", verdict="maybe", whose="robot", source=None)
    broken["net"]["rule"].append({**RULE, "turn": "later"})
    broken["net"]["consent"] = [{"id": "hm"}]
    broken["net"]["hat"] = True
    del broken["elsewhere"]

    with pytest.raises(ConfigError) as caught:
        compile_books(broken)

    told = caught.value.problems
    assert len(told) >= 9
    assert any(problem.startswith("elsewhere: missing") for problem in told)
    assert any(problem.startswith("net, rule 2") for problem in told)
    assert any(problem.startswith("net, consent 1") for problem in told)
    assert "net: hat: not known here" in told


def test_two_rules_of_one_id_are_a_mistake_across_house_and_platform() -> None:
    doubled = tables()
    doubled["house"] = {**doubled["house"], "rule": [RULE]}

    with pytest.raises(ConfigError, match="late: two rules of this id"):
        compile_books(doubled)


def test_what_is_shipped_would_be_told_if_it_were_broken() -> None:
    broken = deepcopy(SHIPPED)
    broken["facebook"]["rule"][0]["check"] = "nothing"

    with pytest.raises(ConfigError, match="facebook, rule 1"):
        compile_books(broken)


@pytest.mark.parametrize(
    ("text", "span", "words"),
    [
        ("90s", timedelta(seconds=90), "1 minute"),
        ("1s", timedelta(seconds=1), "1 second"),
        ("5m", timedelta(minutes=5), "5 minutes"),
        ("1h", timedelta(hours=1), "1 hour"),
        ("24h", timedelta(hours=24), "24 hours"),
        ("7d", timedelta(days=7), "7 days"),
    ],
)
def test_durations_are_read_and_said(text: str, span: timedelta, words: str) -> None:
    assert duration(text) == span
    assert spoken(span) == words


@pytest.mark.parametrize("text", ["", "7", "d", "7 d", "1.5h", "-1h", "7w", "٧d h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        duration(text)
