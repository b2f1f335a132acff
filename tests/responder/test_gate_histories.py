"""Random histories against the gate: nothing illegal goes, and the oracle notices every rule that is taken away."""

import pytest

from responder.asking import Says
from responder.gate import Answer
from responder.rulebook import book
from tests.histories.player import CHANNELS, play, without

NOT_PLAYED = {
    "encrypted",
    "too-long",
    "answered-in-app",
    "author-cap",
    "stale",
    "budget",
    "dry-run",
    "post-edited",
    "approval",
    "stale-words",
    "sending-stopped",
    "page-restricted",
    "quiet-hours",
    "closing",
}
"""Rules about what histories leave out: they are put to the test one by one in test_gate.py."""

ACTS = {"hide-by-person", "like-by-person", "delete-by-person", "ban-by-person"}  # no customer consents to these either
COVERED = {
    "x": ACTS | {"nobody-named"},
    "facebook": ACTS,
    "instagram": ACTS,
    "elsewhere": ACTS | {"nobody-named"},
}
"""Rules without which another one still stands in the way."""

BROKEN = [(channel, rule.id) for channel in CHANNELS for rule in book(channel).rules if rule.id not in NOT_PLAYED]


def test_nothing_illegal_is_let_through_and_every_refusal_explains_itself() -> None:
    tally = play(seed=7, count=4_000)

    assert not tally.illegal
    assert tally.unnamed == 0
    assert tally.sent > 500
    assert len(tally.refused) > 25


def test_the_same_seed_plays_the_same_histories() -> None:
    assert play(seed=3, count=200) == play(seed=3, count=200)


@pytest.mark.parametrize(("channel", "rule"), BROKEN)
def test_the_oracle_notices_when_a_rule_is_taken_away(channel: str, rule: str) -> None:
    count = 1_000 if rule in COVERED[channel] else 4_000
    tally = play(seed=11, count=count, channels=(channel,), rules=without(book(channel), rule), until_caught=True)

    assert bool(tally.illegal) is (rule not in COVERED[channel])


def test_the_oracle_notices_a_gate_that_lets_everything_through() -> None:
    tally = play(seed=5, count=500, gate=lambda *_: Answer(verdict=Says.ALLOW, rule="", reason=""))

    assert len(tally.illegal) > 20
