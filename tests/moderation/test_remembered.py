"""Remembered: bounded in number and bytes, the latest stay, and no text is kept."""

import gc
import pickle
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as some

from moderation.remembered import MOST, MOST_BYTES, OVERHEAD, Answer, Remembered

ANSWER: Answer = (b"12345678", b"vector")
OTHER: Answer = (b"87654321", b"")
SIZE = 16 + 14 + OVERHEAD  # bytes of ANSWER under its digest


def test_what_was_said_of_a_text_is_found_again() -> None:
    remembered = Remembered("model-1")

    remembered.keep("late again", ANSWER)

    assert remembered.find("late again") == ANSWER
    assert remembered.find("late again ") is None


def test_the_answer_not_asked_for_longest_goes_first() -> None:
    remembered = Remembered("model-1", most=2)
    remembered.keep("first", ANSWER)
    remembered.keep("second", ANSWER)

    remembered.find("first")
    remembered.keep("third", ANSWER)

    assert remembered.find("first") == ANSWER
    assert remembered.find("second") is None
    assert remembered.find("third") == ANSWER


def test_bytes_are_bounded_as_well() -> None:
    remembered = Remembered("model-1", most_bytes=2 * SIZE)

    for text in ("first", "second", "third"):
        remembered.keep(text, ANSWER)

    assert len(remembered) == 2
    assert remembered.bytes == 2 * SIZE
    assert remembered.find("first") is None


def test_an_answer_larger_than_all_room_is_not_kept() -> None:
    remembered = Remembered("model-1", most_bytes=SIZE)

    remembered.keep("huge", (bytes(10_000), b""))

    assert len(remembered) == remembered.bytes == 0


def test_an_answer_kept_twice_takes_its_room_once() -> None:
    remembered = Remembered("model-1")

    remembered.keep("late", OTHER)
    remembered.keep("late", ANSWER)

    assert remembered.find("late") == ANSWER
    assert remembered.bytes == SIZE


def test_no_text_is_kept() -> None:
    remembered = Remembered("model-1")

    remembered.keep("my number is 88213", ANSWER)

    assert b"88213" not in pickle.dumps([*remembered._answers.items()])
    assert not [held for held in gc.get_referents(remembered) if held == "my number is 88213"]


def test_two_models_know_nothing_of_each_other() -> None:
    one, other = Remembered("model-1"), Remembered("model-2")

    one.keep("late", ANSWER)
    other.keep("late", ANSWER)

    assert set(one._answers).isdisjoint(other._answers)


@given(some.lists(some.tuples(some.booleans(), some.integers(0, 9), some.integers(0, 400)), max_size=60))
def test_whatever_comes_room_is_kept_to_and_counted_rightly(steps: list[tuple[bool, int, int]]) -> None:
    remembered = Remembered("model-1", most=5, most_bytes=1_500)

    for keeps, text, size in steps:
        if keeps:
            remembered.keep(str(text), (bytes(size), b""))
        else:
            remembered.find(str(text))

    held = sum(16 + len(numbers) + OVERHEAD for numbers, _ in remembered._answers.values())
    assert remembered.bytes == held <= 1_500
    assert len(remembered) <= 5


def test_threads_may_share_it() -> None:
    remembered = Remembered("model-1", most=50)

    def storm(number: int) -> None:
        for step in range(400):
            remembered.keep(str((number * 7 + step) % 90), ANSWER)
            assert remembered.find(str(step % 90)) in (ANSWER, None)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(storm, range(4)))

    assert len(remembered) == 50
    assert remembered.bytes == 50 * SIZE


def test_by_itself_it_stays_within_some_megabytes() -> None:
    assert MOST_BYTES <= 10_000_000
    assert MOST * SIZE <= MOST_BYTES
