"""What the model reads of a post."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.normalise import normalise


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("@brand third day https://t.co/a?b=1 !", "@user third day http !"),
        ("see www.example.org/x", "see http"),
        ("@ana@mastodon.example hi", "@user hi"),
        ("write to ana@example.org", "write to ana@example.org"),
        ("a &amp; b &#8220;c&#8221;", "a & b “c”"),
        (" two\n\nlines\tand\x00more ", "two lines and more"),
        ("half \ud83d pair", "half ? pair"),
        ("ter\u200brible h0t3l, @k1ll see https://h0t3l.example", "terrible hotel, @user see http"),
        ("", ""),
    ],
)
def test_links_handles_and_blanks_become_plain(raw: str, plain: str) -> None:
    assert normalise(raw) == plain


def test_joiners_stay_because_emoji_and_indic_scripts_need_them() -> None:
    family = "👨\u200d👩\u200d👧"

    assert normalise(family) == family


@given(st.text())
def test_nothing_is_left_that_a_log_could_trip_over(text: str) -> None:
    plain = normalise(text)

    assert plain == plain.strip()
    assert not any(sign in plain for sign in "\n\r\t\x00")
