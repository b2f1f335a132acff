"""X's way with texts."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from channels.x_text import MAX_WEIGHT, has_link, same_words, sendable, weight


@pytest.mark.parametrize(
    ("text", "weighs"),
    [
        ("Hello, world! 👋", 16),
        ("👨‍👩‍👧‍👦", 2),
        ("日本" * 70, 280),
        ("example.com", 23),
        ("https://example.com/" + "a" * 200, 23),
        ("Cafe\u0301", 4),
        ("ขอบคุณ", 6),
        ("ಠ", 1),
        ("ខ្មែរ", 10),
    ],
)
def test_texts_weigh_what_x_says(text: str, weighs: int) -> None:
    assert weight(text) == weighs


def test_there_is_room_left_below_the_limit_of_x() -> None:
    assert weight("x" * MAX_WEIGHT) == MAX_WEIGHT < 280


@pytest.mark.parametrize(
    "text", ["see https://example.com", "see example.com.", "see http://nord.newtld/a", "www.nord.x1"]
)
def test_links_are_seen_before_x_bills_them(text: str) -> None:
    assert has_link(text)


@pytest.mark.parametrize(
    "text", ["please send us a DM", "at 10.30 p.m.", "e.g. your order", "mail help@nord", "1,5 km"]
)
def test_plain_words_are_no_links(text: str) -> None:
    assert not has_link(text)


@pytest.mark.parametrize(("text", "can"), [("yes", True), ("", False), (" \n\t", False), ("\ud83d", False)])
def test_only_what_has_words_and_an_encoding_can_be_sent(text: str, can: bool) -> None:  # noqa: FBT001
    assert sendable(text) is can


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("a b", "a  b\n"),
        ("see nord.de/x and nord.de/y now", "see https://t.co/a1 and https://t.co/b2 now"),
        ("看nord.de/x。谢谢", "看https://t.co/a1。谢谢"),
        ("nord.de/x", "https://t.co/a1"),
        ("nord.de/x ok", "@a @b https://t.co/a1 ok"),
        ("a &amp; b", "a &amp;amp; b"),
    ],
)
def test_our_words_are_known_again_after_x_has_had_them(ours: str, theirs: str) -> None:
    assert same_words(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("a b", "a b c"),
        ("a b", ""),
        ("", "a"),
        ("a", "a https://t.co/a1"),
        ("see it now", "see https://t.co/a1 then"),
        ("x now now", "x https://t.co/a1 y https://t.co/b2 now"),
        ("a b", "A B"),
        ("hello @ana", "hello @bob"),
    ],
)
def test_other_words_are_not_ours(ours: str, theirs: str) -> None:
    assert not same_words(ours, theirs)


@given(st.text(max_size=60), st.text(max_size=60))
def test_comparing_never_fails(ours: str, theirs: str) -> None:
    same_words(ours, theirs)


@given(st.lists(st.sampled_from(["ok", "https://t.co/a", "b.de", "@ana", "&lt;"]), max_size=30), st.text(max_size=200))
def test_many_links_take_no_longer(words: list[str], ours: str) -> None:
    same_words(ours, " ".join(words))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80))
def test_a_text_is_its_own_answer(text: str) -> None:
    assume(text.strip())
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert same_words(text, f"@ana_b {escaped}")
