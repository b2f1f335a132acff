"""Masking: what is hidden stays hidden, and the team can still tell two orders apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import KEPT_DIGITS, mask
from domain.values import Span


def test_each_find_is_replaced_by_its_kind() -> None:
    text = "card 4242424242424242, mail ana@example.com, thanks"

    masked = mask(text, [Span(5, 21, "card"), Span(28, 43, "email")])

    assert masked == "card [card], mail [email], thanks"


@pytest.mark.parametrize(
    ("value", "kind", "label"),
    [
        ("HB-20931", "order", "[order …31]"),
        ("+44 7700 900123", "phone", "[phone …23]"),
        ("VN2207-TT", "order", "[order …TT]"),
        ("88213", "order", "[order]"),
        ("882134", "order", "[order …34]"),
        ("4242 4242 4242 4242", "card", "[card]"),
        ("DE89370400440532013000", "iban", "[iban]"),
        ("99812345", "account", "[account]"),
        ("ana@example.com", "email", "[email]"),
        ("๐๘๑-๒๓๔-๕๖๗๘", "phone", "[phone …๗๘]"),
    ],
)
def test_orders_and_phones_keep_their_tail_where_enough_is_hidden_and_nothing_else_does(
    value: str, kind: str, label: str
) -> None:
    assert mask(f"<{value}>", [Span(1, len(value) + 1, kind)]) == f"<{label}>"


@pytest.mark.parametrize(
    ("spans", "masked"),
    [
        ([Span(0, 6, "card"), Span(3, 9, "phone")], "[card]j"),
        ([Span(3, 9, "phone"), Span(0, 6, "card")], "[card]j"),
        ([Span(0, 9, "card"), Span(3, 5, "email")], "[card]j"),
        ([Span(3, 5, "email"), Span(3, 9, "card")], "abc[card]j"),
        ([Span(0, 3, "email"), Span(3, 6, "card")], "[email][card]ghij"),
        ([Span(2, 2, "email")], "ab[email]cdefghij"),
        ([], "abcdefghij"),
        ([Span(8, 99, "email")], "abcdefgh[email]"),
    ],
)
def test_what_overlaps_is_hidden_whole(spans: list[Span], masked: str) -> None:
    assert mask("abcdefghij", spans) == masked


SPANS = st.lists(
    st.builds(
        lambda start, length, kind: Span(start, start + length, kind),
        st.integers(0, 60),
        st.integers(1, 30),
        st.sampled_from(["card", "iban", "email", "account", "order", "phone", "ticket"]),
    ),
    max_size=8,
)


@given(st.integers(0, 80), SPANS)
def test_whatever_the_spans_nothing_hidden_is_shown_and_nothing_else_is_lost(length: int, spans: list[Span]) -> None:
    # every character once, none of which counts as a letter or digit or occurs in a label
    text = "".join(chr(0xE000 + at) for at in range(length))

    masked = mask(text, spans)

    hidden = {text[at] for span in spans for at in range(span.start, min(span.end, length))}
    shown = [character for character in masked if character in text]
    assert shown == [character for character in text if character not in hidden]


@given(st.text(alphabet="0123456789abcdef-. ", max_size=40), SPANS)
def test_of_a_value_no_more_than_its_last_two_are_ever_shown(text: str, spans: list[Span]) -> None:
    apart: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if span.end <= len(text) and (not apart or span.start >= apart[-1].end):
            apart.append(span)

    masked = mask(text, apart)

    shown = sum(character.isalnum() for character in masked)
    outside = sum(
        character.isalnum()
        for at, character in enumerate(text)
        if not any(span.start <= at < span.end for span in apart)
    )
    labels = sum(len(span.kind) for span in apart)
    assert shown <= outside + labels + KEPT_DIGITS * len(apart)
