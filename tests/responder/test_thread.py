"""What the assistant says in private: open about itself, true about the queue, never asking twice, soon silent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.language import available, words
from responder.queue import Place, place
from responder.signals import Signals
from responder.thread import COMPLETE, ENOUGH, OPTED_OUT, WANTS_PERSON, Scene, next_words
from responder.topics import CALLBACK, EMAIL, MATTER, ORDER, PHONE, Topic
from tests.responder.test_wording import DISCLOSED

LANGS = sorted(available())
EN = words("en").thread


def scene(lang: str = "en", **changes: object) -> Scene:
    told: dict[str, object] = {
        "words": words(lang),
        "brand": "Nord Parcel",
        "topic": Topic.LATE_DELIVERY,
        "said": 0,
        "known": frozenset({MATTER}),
        "asked": frozenset(),
        **changes,
    }
    return Scene(**told)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGS)
def test_the_first_message_says_what_it_is_who_will_read_the_place_and_how_to_stop(lang: str) -> None:
    known = words(lang).thread

    said = next_words(scene(lang, privacy_url="https://brand.example/privacy"), Signals(), Place(3))

    assert said.text is not None
    assert "Nord Parcel" in said.text
    assert DISCLOSED[lang] in said.text.lower()
    assert known["reads"] in said.text
    assert known["place_many"].format(n=3) in said.text
    assert known["order"] in said.text
    assert "https://brand.example/privacy" in said.text
    assert "STOP" in said.text
    assert said.asks == (ORDER,)
    assert not said.end


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_every_message_shows_that_it_is_automatic(lang: str, count: int) -> None:
    for wrote in (Signals(), Signals(bot=True), Signals(person=True), Signals(callback=True)):
        said = next_words(scene(lang, said=count), wrote, Place(1))

        assert said.text is not None
        assert DISCLOSED[lang] in said.text.lower()
        assert "{" not in said.text


def test_the_place_is_said_in_words_that_fit_it() -> None:
    assert EN["place_next"] in (next_words(scene(), Signals(), Place(0)).text or "")
    assert "1 person is ahead" in (next_words(scene(), Signals(), Place(1)).text or "")
    assert "12 people are ahead" in (next_words(scene(), Signals(), Place(12)).text or "")
    assert "ahead" not in (next_words(scene(), Signals(), None).text or "")


def test_a_place_that_went_up_says_why() -> None:
    said = next_words(scene(said=1), Signals(), Place(5, urgent=True)).text

    assert said is not None
    assert EN["place_urgent"].format(n=5) in said


def test_at_most_two_things_are_asked_at_once() -> None:
    asked = next_words(scene(topic=Topic.OTHER, known={CALLBACK}), Signals(callback=True), None).asks

    assert asked == (PHONE, MATTER)


def test_what_a_topic_needs_is_asked() -> None:
    assert next_words(scene(topic=Topic.ACCOUNT), Signals(), None).asks == (EMAIL,)
    assert next_words(scene(topic=Topic.SAFETY), Signals(), None).asks == (PHONE,)
    assert next_words(scene(topic=Topic.STAFF), Signals(), None).asks == ()


def test_what_is_known_is_not_asked() -> None:
    said = next_words(scene(known={MATTER, ORDER}), Signals(), None)

    assert said.asks == ()
    assert said.end == COMPLETE
    assert EN["done"] in (said.text or "")


def test_what_was_asked_is_not_asked_again() -> None:
    said = next_words(scene(said=1, asked={ORDER}), Signals(), None)

    assert said.asks == ()
    assert said.end == COMPLETE


def test_the_third_message_is_the_last() -> None:
    said = next_words(scene(said=2, topic=Topic.OTHER, known=set()), Signals(), None)

    assert said.asks == ()
    assert said.end == ENOUGH


def test_who_wants_a_person_is_asked_nothing_more() -> None:
    said = next_words(scene(topic=Topic.OTHER, known=set()), Signals(person=True), Place(2))

    assert said.asks == ()
    assert said.end == WANTS_PERSON
    assert EN["person"] in (said.text or "")


def test_who_wants_no_machine_gets_no_further_word_from_it() -> None:
    said = next_words(scene(), Signals(stop=True, person=True, bot=True), Place(2))

    assert said.text is None
    assert said.end == OPTED_OUT


def test_who_asks_whether_it_is_a_machine_gets_the_truth() -> None:
    said = next_words(scene(said=1), Signals(bot=True), None)

    assert EN["bot"] in (said.text or "")


@given(
    said=st.integers(0, 5),
    known=st.frozensets(st.sampled_from([ORDER, EMAIL, PHONE, MATTER, CALLBACK])),
    asked=st.frozensets(st.sampled_from([ORDER, EMAIL, PHONE, MATTER])),
    topic=st.sampled_from(Topic),
    lang=st.sampled_from(LANGS),
    wrote=st.builds(Signals, *[st.booleans()] * 4),
    ahead=st.none() | st.builds(Place, st.integers(0, 3000), st.booleans()),
)
def test_whatever_happens_it_never_asks_twice_nor_for_ever(
    *,
    said: int,
    known: frozenset[str],
    asked: frozenset[str],
    topic: Topic,
    lang: str,
    wrote: Signals,
    ahead: Place | None,
) -> None:
    following = next_words(scene(lang, said=said, known=known, asked=asked, topic=topic), wrote, ahead)

    assert len(following.asks) <= 2
    assert not set(following.asks) & (known | asked)
    assert bool(following.end) != bool(following.asks)
    assert (following.text is None) == wrote.stop
    if said >= 2:
        assert following.end


@given(
    steps=st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=30),
)
def test_a_told_place_goes_up_only_with_its_reason(steps: list[tuple[int, bool]]) -> None:
    told: int | None = None
    for ahead, more_urgent in steps:
        now = place(ahead, told=told, more_urgent=more_urgent)
        if now is None:
            assert told is not None
            assert ahead > told
            continue
        assert now.ahead == ahead
        assert told is None or now.ahead <= told or (now.urgent and more_urgent)
        assert now.urgent == (told is not None and ahead > told)
        told = now.ahead
