"""Certain cases: what is passed over, and what never is."""

import pytest

from moderation.certain import certain
from moderation.normalise import normalise

NOTHING = [
    "",
    "   ",
    "@brand",
    "@brand @ana.b_2",
    "https://t.co/Xy1",
    "www.example.com/a?b=c",
    "@brand https://t.co/Xy1 https://t.co/2",
    ". @brand",
    "@brand, @ana & @ben",
    "@brand / @ana",
    "#",
    "# # #",
    "@brand ...",
    "…",
    "—",
    "- @brand",
    "\u200d\ufe0f",
]
SOMETHING = [
    "a",
    "#late",
    "@brand no",
    "ก",
    "晚",
    "😀",
    "❤",
    "❤️",
    "👍🏽",
    "🇺🇦",
    "☹",
    "★☆☆☆☆",
    "1️⃣",
    ":(",
    ":)",
    "<3",
    "-_-",
    "^^",
    "?",
    "@brand ???",
    "¿?",
    "؟",
    "!!!",
    "88213",
    "0/10",
    "-1",
    "๑๒๓",
    "€",
    "\ud83d",
    "httpx is slow",
    "@brand https://t.co/Xy1 why",
]


@pytest.mark.parametrize("text", NOTHING)
def test_a_text_without_letter_digit_or_emoji_says_nothing(text: str) -> None:
    assert certain(normalise(text))


@pytest.mark.parametrize("text", SOMETHING)
def test_whatever_might_be_an_opinion_or_a_question_is_judged(text: str) -> None:
    assert not certain(normalise(text))


def test_a_flood_of_handles_is_told_at_once() -> None:
    flood = normalise("@brand https://t.co/Xy1 " * 400)

    assert certain(flood)
    assert not certain(f"{flood} a")
