"""The acknowledgement: names the matter, says that a machine writes, invites, fits, and is not the same for long."""

from dataclasses import replace
from itertools import combinations, pairwise, product
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twitter_text import parse_tweet

from responder.language import Words, available, words
from responder.topics import Topic
from responder.wording import MOST_WEIGHT, REMEMBERED, Memory, acknowledge, fits_post

LANGS = sorted(available())
DISCLOSED = {
    "ar": "آلي",
    "de": "automatisch",
    "en": "automated",
    "es": "automátic",
    "fr": "automatique",
    "hi": "स्वचालित",
    "id": "otomatis",
    "it": "automatic",
    "ja": "自動",
    "km": "ស្វ័យប្រវត្តិ",
    "lo": "ອັດຕະໂນມັດ",
    "nl": "automatisch",
    "pt": "automátic",
    "ta": "தானியங்கி",
    "th": "อัตโนมัติ",
    "tr": "otomatik",
    "vi": "tự động",
}
SCRIPTS = {
    "ar": (0x0600, 0x06FF),
    "hi": (0x0900, 0x097F),
    "ja": (0x3040, 0x9FFF),
    "km": (0x1780, 0x17FF),
    "lo": (0x0E80, 0x0EFF),
    "ta": (0x0B80, 0x0BFF),
    "th": (0x0E00, 0x0E7F),
}


def many(lang: str, topic: Topic, n: int, *, exposed: bool = False) -> list[str]:
    memory = Memory()
    texts = []
    for seed in range(1, n + 1):
        text = acknowledge(words(lang), topic, seed=seed, memory=memory, exposed=exposed)
        assert text is not None
        memory.add(text)
        texts.append(text)
    return texts


def likeness(one: str, other: str) -> float:
    """Share of three-letter pieces two texts have in common, 0 to 1."""
    pieces = [{text[i : i + 3] for i in range(len(text) - 2)} for text in (one, other)]
    return len(pieces[0] & pieces[1]) / len(pieces[0] | pieces[1])


def test_the_languages_asked_for_are_there() -> None:
    assert {"en", "es", "th", "lo", "km", "ta"} <= set(LANGS)
    assert set(LANGS) == set(DISCLOSED)


@pytest.mark.parametrize("lang", LANGS)
def test_forty_texts_and_more_fit_for_every_matter(lang: str) -> None:
    known = words(lang)

    for topic in Topic:
        texts = {
            f"{opening.format(matter=matter)} {honest} {way}"
            for opening, honest, way, matter in product(
                known.openings, known.honesty, known.invite, known.matter[topic]
            )
        }
        assert sum(map(fits_post, texts)) >= 40


@pytest.mark.parametrize("lang", LANGS)
def test_two_hundred_in_a_row_are_all_different_and_little_alike(lang: str) -> None:
    texts = many(lang, Topic.LATE_DELIVERY, REMEMBERED)

    assert len(set(texts)) == REMEMBERED
    assert mean(likeness(one, other) for one, other in combinations(texts[:100], 2)) < 0.5
    assert max(likeness(one, other) for one, other in pairwise(texts)) < 0.6


@pytest.mark.parametrize("lang", LANGS)
def test_neighbours_share_no_sentence(lang: str) -> None:
    known, texts = words(lang), many(lang, Topic.OTHER, 60)

    for one, other in pairwise(texts):
        for sentence in (*known.honesty, *known.invite):
            assert not (sentence in one and sentence in other)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("exposed", [False, True])
def test_every_text_discloses_the_machine_names_the_matter_and_fits(lang: str, *, exposed: bool) -> None:
    known = words(lang)

    for topic in Topic:
        for text in many(lang, topic, 8, exposed=exposed):
            assert DISCLOSED[lang] in text.lower()
            assert any(matter in text for matter in known.matter[topic])
            assert any(way in text for way in (known.expose if exposed else known.invite))
            assert parse_tweet(text).weightedLength <= MOST_WEIGHT
            assert "{" not in text


@pytest.mark.parametrize("lang", SCRIPTS)
def test_a_text_is_written_in_its_own_script(lang: str) -> None:
    low, high = SCRIPTS[lang]

    for topic in Topic:
        (text,) = many(lang, topic, 1)
        letters = [character for character in text if character.isalpha() and character not in "DM"]
        assert all(low <= ord(character) <= high for character in letters)


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_promises_or_offers_anything(lang: str) -> None:
    known = words(lang)
    said = " ".join((*known.openings, *known.honesty, *known.invite, *known.expose)).lower()

    for promise in ("refund", "voucher", "compens", "reembols", "erstatt", "rembours", "24 h", "tomorrow", "คืนเงิน"):
        assert promise not in said


def test_the_same_case_gets_the_same_words() -> None:
    first = acknowledge(words("en"), Topic.REFUND, seed=41, memory=Memory())

    assert acknowledge(words("en"), Topic.REFUND, seed=41, memory=Memory()) == first
    assert acknowledge(words("en"), Topic.REFUND, seed=42, memory=Memory()) != first


def test_a_link_comes_last_and_counts_as_x_counts_it() -> None:
    link = "https://x.com/messages/compose?recipient_id=1234567890123456789"

    text = acknowledge(words("km"), Topic.WAITING, seed=7, memory=Memory(), link=link)

    assert text is not None
    assert text.endswith(link)
    assert parse_tweet(text).weightedLength <= MOST_WEIGHT


def test_a_small_channel_gets_less_but_never_less_than_the_truth() -> None:
    known = words("en")

    text = acknowledge(known, Topic.OTHER, seed=1, memory=Memory(), fits=lambda text: len(text) <= 125)

    assert text is not None
    assert any(honest in text for honest in known.honesty)
    assert acknowledge(known, Topic.OTHER, seed=1, memory=Memory(), fits=lambda _: False) is None


def test_when_everything_was_said_it_repeats_what_fits() -> None:
    only = many("km", Topic.WRONG_ITEM, 1)[0]

    text = acknowledge(words("km"), Topic.WRONG_ITEM, seed=1, memory=Memory([only]), fits=lambda text: text == only)

    assert text == only


def test_what_was_said_is_not_said_again_though_its_parts_are_the_oldest() -> None:
    few = replace(
        words("en"),
        openings=("Sorry about {matter}.",),
        honesty=("This is automated.",),
        invite=("Write to us.", "Please write."),
        matter={Topic.OTHER: ("this", "that")},
    )
    newest, oldest = (
        "Sorry about this. This is automated. Write to us.",
        "Sorry about that. This is automated. Please write.",
    )

    text = acknowledge(few, Topic.OTHER, seed=1, memory=Memory([newest, oldest]))

    assert text not in {newest, oldest, None}


def test_memory_forgets_what_is_long_ago() -> None:
    memory = Memory(str(number) for number in range(REMEMBERED))

    memory.add("new")

    assert "new" in memory
    assert str(REMEMBERED - 1) not in memory
    assert memory.age("0") == 1


@settings(max_examples=200)
@given(text=st.text(max_size=300))
def test_what_we_say_fits_x_counts_so_too(text: str) -> None:
    if fits_post(text):
        assert parse_tweet(text).weightedLength <= MOST_WEIGHT


@pytest.mark.parametrize("lang", LANGS)
def test_each_language_has_every_part(lang: str) -> None:
    known: Words = words(lang)
    wanted = set(words("en").thread)

    assert set(known.thread) == wanted
    assert set(known.matter) == {topic.value for topic in Topic}
    assert {topic for _, topic in known.topics} == {topic.value for topic in Topic} - {"other"}
    assert all("{matter}" in opening for opening in known.openings)
    assert all("{n}" in known.thread[name] for name in ("place_many", "place_urgent"))
    assert all((known.person, known.bot, known.callback, known.stop, known.stop_phrases))
