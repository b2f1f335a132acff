"""How Meta measures texts, and when one it shows is the one we sent."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.graph_text import MAX_INSTAGRAM_MESSAGE, in_bytes, in_characters, same_words, sendable

WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(str.strip)


@pytest.mark.parametrize(
    ("text", "characters", "takes"),
    [("a", 1, 1), ("é", 1, 2), ("ก", 1, 3), ("😀", 2, 4), ("👨‍👩‍👧", 8, 18), ("ما", 2, 4), ("ខ្មែរ", 5, 15)],
)
def test_characters_are_utf_16_and_bytes_are_utf_8(text: str, characters: int, takes: int) -> None:
    assert in_characters(text, characters)
    assert not in_characters(text, characters - 1)
    assert in_bytes(text, takes)
    assert not in_bytes(text, takes - 1)


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\ud83d", "half \udc00"])
def test_what_no_form_can_carry_fits_nowhere(text: str) -> None:
    assert not sendable(text)
    assert not in_characters(text, 100)
    assert not in_bytes(text, 100)


@given(text=WORDS)
def test_what_fits_in_bytes_can_be_sent_and_is_no_longer(text: str) -> None:
    if in_bytes(text * 60, MAX_INSTAGRAM_MESSAGE):
        assert len((text * 60).encode()) <= 1000


@given(text=WORDS)
def test_our_words_are_known_again_as_meta_may_show_them(text: str) -> None:
    shown = [
        text,
        f" {text}\n",
        html.escape(text),
        unicodedata.normalize("NFD", text),
        text.replace(" ", "\u00a0"),
        text.replace(" ", "  "),
    ]

    assert all(same_words(html.unescape(text), other) for other in shown if html.unescape(text) == text)


@given(ours=WORDS, theirs=WORDS)
def test_other_words_are_not_ours(ours: str, theirs: str) -> None:
    bare = ["".join(unicodedata.normalize("NFC", html.unescape(text)).split()) for text in (ours, theirs)]

    assert bare[0] == bare[1] or not same_words(ours, theirs)


@pytest.mark.parametrize("theirs", [None, 5, "", " ", [], {"text": "hi"}])
def test_nothing_is_not_our_words(theirs: object) -> None:
    assert not same_words("hi", theirs)
