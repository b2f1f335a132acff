"""Disguises are uncovered, and what is none stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.danger import DISTRESS, THREAT, said
from moderation.disguise import uncover


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("i want to k1ll mys3lf", "i want to kill myself"),
        ("w0r5t h0t3l 3v3r", "worst hotel ever"),
        ("what a b!tch", "what a bitch"),
        ("you are id10ts and a55holes", "you are idiots and assholes"),
        ("Yоur mаnаgеr is а stuрid man", "Your manager is а stupid man"),
        ("𝗪𝗼𝗿𝘀𝘁 service", "Worst service"),
        ("Ｔｈｅ ｗｏｒｓｔ", "The worst"),
        ("ter\u200brible ser\u00advice", "terrible service"),
        ("such a s.t.u.p.i.d shop", "such a stupid shop"),
    ],
)
def test_a_disguise_is_read_as_it_is_meant(written: str, meant: str) -> None:
    assert uncover(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "write to ana@example.org or h0me4u@example.org",
        "order NP-401337 and NB4C1D on flight A320neo",
        "iPhone 15, 4K, covid19, 5G, B2B, 24/7, 3pm, win10",
        "@us3rn4me see #d4ta https://ex4mple.org/a1b2c",
        "el sa3a 7elwa bas 2olt 3andy mushkela, ba3d el 7ag3a",
        "Мой заказ 40123 не пришёл",
        "ສະບາຍດີ เที่ยว ក្រុង",
        "Привет from Berlin, α and β",
        "U.S.A. and e.g. this",
        "why?!really",
    ],
)
def test_what_is_no_disguise_stays_as_it_is(text: str) -> None:
    assert uncover(text) == text


@given(st.text(max_size=200))
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    assert isinstance(uncover(text), str)


@given(st.text(alphabet=st.characters(categories=["Ll", "Lo", "Zs"], max_codepoint=0xFF), max_size=80))
def test_plain_latin_words_are_left_alone(text: str) -> None:
    assert uncover(text) == text


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("i want to k1ll mys3lf and nobody would n0tice", DISTRESS),
        ("I wіll kіll уоu", THREAT),
    ],
)
def test_danger_in_disguise_is_found(text: str, danger: str) -> None:
    assert danger in said(text, lang="en")
