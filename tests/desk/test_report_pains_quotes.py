"""Quotes: whose words are shown, how they are cut, and what of them is not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.report.quotes import LONGEST, choose, shorten, words_of
from domain.values import Span
from storage.pains import Heard

AT = datetime(2026, 11, 10, 9, tzinfo=UTC)


def heard(text: str, number: int = 1, **changed: object) -> Heard:
    values: dict[str, object] = {
        "id": number,
        "channel": "x",
        "kind": "mention",
        "author_id": number,
        "text": text,
        "lang": "en",
        "at": AT,
        "link": f"https://x.example/{number}",
        "need": "complaint",
        "sentiment": "negative",
        "positive": 0.0,
        "spans": (),
        "vector": b"",
        "model": "",
        "case_id": None,
        "standing": True,
    }
    return Heard(**{**values, **changed})  # type: ignore[arg-type]


TYPICAL = [
    heard(f"{word} was lost on the way and nobody answers", n)
    for n, word in enumerate(("one", "two", "three", "four"), 1)
]


def test_the_most_typical_are_quoted_first() -> None:
    assert [quote.post_id for quote in choose(TYPICAL)] == [1, 2, 3]


def test_a_quote_says_where_it_stands() -> None:
    (quote,) = choose([heard("my suitcase never came out of the plane", 7, case_id=41)])

    assert (quote.post_id, quote.case_id, quote.link, quote.channel, quote.at) == (
        7,
        41,
        "https://x.example/7",
        "x",
        AT,
    )


def test_what_does_not_stand_in_public_any_more_is_not_quoted() -> None:
    gone = heard(TYPICAL[0].text, 1, standing=False)

    assert [quote.post_id for quote in choose([gone, *TYPICAL[1:]])] == [2, 3, 4]


def test_nobody_is_quoted_twice_and_nothing_said_twice() -> None:
    same_person = heard("another sad story of a lost suitcase", 5, author_id=1)
    same_words = heard("ONE was lost on the way, and nobody answers!", 6)

    assert [quote.post_id for quote in choose([TYPICAL[0], same_person, same_words, TYPICAL[1]])] == [1, 2]


def test_a_post_that_says_too_little_is_not_quoted() -> None:
    assert choose([heard("bags!!! 😡😡😡 12345 12345 12345"), heard("@brand @ana_b_and_her_long_handle")]) == ()


def test_posts_that_hold_the_names_words_go_first() -> None:
    posts = [heard("nobody answers me at all, for weeks", 1), heard("nobody found my suitcase at the desk", 2)]

    assert [quote.post_id for quote in choose(posts, telling=["suitcase"])] == [2, 1]


def test_a_second_language_that_is_often_there_is_quoted_too() -> None:
    thai = [heard(f"กระเป๋าเดินทางหายไปไหนไม่มีใครตอบเลย {'ก' * n}", 10 + n, lang="th") for n in range(1, 4)]

    chosen = choose([*TYPICAL, *thai])

    assert {quote.lang for quote in chosen} == {"en", "th"}
    assert len(chosen) == 3


def test_a_rare_second_language_takes_no_ones_place() -> None:
    many = [heard(f"story {'x' * n} of a suitcase that never arrived", n) for n in range(1, 20)]
    thai = heard("กระเป๋าเดินทางหายไปไหนไม่มีใครตอบเลย", 99, lang="th")

    assert {quote.lang for quote in choose([*many, thai])} == {"en"}


def test_personal_data_are_masked_before_anything_is_cut() -> None:
    text = "order HB-20931 of my suitcase never came, " + "really " * 60

    said = words_of(heard(text, spans=(Span(6, 14, "order"),)))

    assert said.startswith("order [order …31] of my suitcase")
    assert len(said) <= LONGEST


def test_names_and_links_are_left_out_and_entities_are_read() -> None:
    said = words_of(
        heard("@brand @ana_b: seats &gt; service, says @ben_2, see https://t.co/abc for the whole sad story")
    )

    assert said == "seats > service, says @…, see … for the whole sad story"


def test_spans_count_the_text_as_it_came() -> None:
    """A platform's `&amp;` is five characters long when the spans are found."""
    text = "bags &amp; order HB-20931 never came to my house"

    assert "[order …31]" in words_of(heard(text, spans=(Span(17, 25, "order"),)))


def test_a_short_text_stays_as_it_is() -> None:
    assert shorten("as it is", lang="en") == "as it is"


def test_a_long_text_is_cut_between_words() -> None:
    cut = shorten("never " * 100, lang="en", longest=50)

    assert cut == "never never never never never never never never…"


@pytest.mark.parametrize(
    ("lang", "word"),
    [("th", "กระเป๋าหายที่สนามบิน"), ("km", "អីវ៉ាន់ខ្ញុំមិនទាន់មកដល់ទេ"), ("zh", "我的包裹还没到"), ("my", "ပါဆယ်မရောက်သေးဘူး")],
)
def test_scripts_without_spaces_are_cut_where_a_line_may_break(lang: str, word: str) -> None:
    cut = shorten(word * 40, lang=lang, longest=60)

    assert 30 < len(cut) <= 60
    assert (word * 40).startswith(cut[:-1])


def test_one_endless_word_is_cut_between_characters_as_people_see_them() -> None:
    family = "👩‍👩‍👧‍👦"

    cut = shorten(family * 40, lang="en", longest=60)

    assert cut.removesuffix("…").replace(family, "") == ""


@given(st.text(max_size=600), st.integers(min_value=10, max_value=220))
def test_any_text_fits_and_is_a_beginning_of_itself(text: str, longest: int) -> None:
    cut = shorten(text, lang="en", longest=longest)

    assert len(cut) <= max(longest, 0)
    assert cut == text or text.startswith(cut.removesuffix("…"))
