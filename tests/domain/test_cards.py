"""Cards: what is frozen into a delivery is read back the same, also by a version that knows less or more."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cards import Card, CardKind

FULL = Card(
    kind=CardKind.CASE,
    headline="Threat against staff (0.91)",
    text="She asks for the third time.",
    quote="ไม่ได้ของ [order …13] 😡 <b>&",
    case_id=41,
    need="urgent",
    priority=0,
    channel="x",
    author="ana",
    lang="th",
    sentiment="negative",
    sentiment_p=0.97,
    abuse="threat",
    followers=12,
    nth=3,
    heard_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
    due_at=datetime(2026, 11, 20, 12, 15, 0, 123456, tzinfo=UTC),
    link="https://x.com/ana/status/1",
    facts=("order: […13]", "callback: 18:00"),
    also=("Also on Facebook: 2 cases",),
    count=8,
    remedy="Run `sottovoce check`.",
)


def test_a_card_is_read_back_as_it_was_frozen() -> None:
    assert Card.from_json(FULL.to_json()) == FULL


def test_a_card_of_little_is_read_back_too() -> None:
    card = Card(kind=CardKind.HEALTH, headline="x mentions: cannot hear")

    assert Card.from_json(card.to_json()) == card


def test_the_same_card_is_always_the_same_text() -> None:
    assert FULL.to_json() == Card.from_json(FULL.to_json()).to_json()


def test_words_are_kept_readable_and_times_with_their_zone() -> None:
    kept = json.loads(FULL.to_json())

    assert kept["quote"] == FULL.quote
    assert "ไม่ได้ของ" in FULL.to_json()
    assert kept["heard_at"] == "2026-11-20T12:00:00+00:00"


def test_a_card_of_another_zone_is_the_same_moment() -> None:
    lao = timezone(timedelta(hours=7))
    card = Card(kind=CardKind.CLOCK, headline="due", due_at=datetime(2026, 11, 20, 19, 0, tzinfo=lao))

    read = Card.from_json(card.to_json())

    assert read.due_at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_a_newer_versions_card_is_read_without_what_we_do_not_know() -> None:
    newer = {**json.loads(FULL.to_json()), "mood": "grim", "version": 2}

    assert Card.from_json(json.dumps(newer)) == FULL


def test_an_older_versions_card_is_read_with_what_it_could_not_say() -> None:
    older = {"kind": "news", "headline": "She wrote again", "case_id": 7}

    read = Card.from_json(json.dumps(older))

    assert (read.kind, read.case_id, read.nth, read.facts) == (CardKind.NEWS, 7, 1, ())


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{}", '{"kind": "case"}', '{"kind": "poster", "headline": "x"}', "Hello, your parcel"]
)
def test_what_is_no_card_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Card.from_json(body)


def test_what_no_text_can_hold_is_refused_when_frozen() -> None:
    card = Card(kind=CardKind.CASE, headline="x", facts=(object(),))  # type: ignore[arg-type]

    with pytest.raises(TypeError, match="a card cannot hold object"):
        card.to_json()


MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
VALUES = {
    "kind": st.sampled_from(CardKind),
    "facts": st.lists(st.text(max_size=20), max_size=3).map(tuple),
    "also": st.lists(st.text(max_size=20), max_size=3).map(tuple),
    "heard_at": MOMENTS,
    "due_at": MOMENTS,
    "sentiment_p": st.none() | st.floats(0, 1),
    **dict.fromkeys(("case_id", "followers", "count"), st.none() | st.integers(0, 10**12)),
    **dict.fromkeys(("priority", "nth"), st.integers(0, 99)),
}


@given(st.builds(Card, **{field.name: VALUES.get(field.name, st.text(max_size=40)) for field in fields(Card)}))
def test_any_card_survives_freezing(card: Card) -> None:
    assert Card.from_json(card.to_json()) == card
