"""Varied posts for training: handles and first names change, words and labels do not."""

import random
import tomllib
from pathlib import Path

import pytest

from moderation.measure import fairness
from moderation.training.data import Example
from moderation.training.vary import ADDED, DROPPED, EXCHANGED, SIGNED, lists, named, varied

DRAWS = 2_000


def drawn(text: str, times: int = DRAWS) -> list[str]:
    rng = random.Random(7)
    return [varied(Example(text, "en", "own"), rng).text for _ in range(times)]


def share(texts: list[str], wanted: str) -> float:
    return sum(wanted in text for text in texts) / len(texts)


def test_labels_and_language_are_kept() -> None:
    post = Example("@user where is it", "en", "own", {"kind": "question"}, {"person": (1.0,)}, 0.5)

    found = [varied(post, random.Random(seed)) for seed in range(20)]

    assert {one.text for one in found} > {"@user where is it", "where is it"}
    assert all((one.classes, one.flags, one.lang, one.weight) == (post.classes, post.flags, "en", 0.5) for one in found)


def test_some_posts_lose_their_handles_and_some_get_one() -> None:
    assert share(drawn("@user where is it"), "@user") == pytest.approx(1 - DROPPED, abs=0.05)
    assert share(drawn("where is it"), "@user") == pytest.approx(ADDED, abs=0.05)


def test_a_post_of_handles_alone_stays_one() -> None:
    assert all("@user" in text for text in drawn("@user @user"))


def test_most_names_become_others_of_their_script() -> None:
    latin, cyrillic = drawn("ask Katharina about it"), drawn("спросите Екатерина")

    assert share(latin, "Katharina") == pytest.approx(1 - EXCHANGED, abs=0.05)
    assert all(lists()[word] == lists()["Katharina"] for text in latin for word in named().findall(text))
    assert all(lists()[word] == lists()["Екатерина"] for text in cyrillic for word in named().findall(text))


def test_a_name_is_a_word_of_its_own() -> None:
    assert not named().search("Evangelical Jonasson marco")
    assert named().findall("Eva, Jonas und Marco") == ["Eva", "Jonas", "Marco"]


@pytest.mark.parametrize("text", ["it came late", "посылка пришла", "الطرد وصل", "पार्सल आया", "พัสดุมาแล้ว"])
def test_some_posts_are_signed_in_their_own_letters(text: str) -> None:
    signed = [found for found in drawn(text) if named().search(found)]

    assert len(signed) / DRAWS == pytest.approx(SIGNED, abs=0.03)
    assert all(text in found for found in signed)
    assert all(len(set(map(lists().get, named().findall(found)))) == 1 for found in signed)


def test_no_name_by_which_fairness_is_measured_is_trained_with() -> None:
    swaps = tomllib.loads((Path(fairness.__file__).parent / "fairness.toml").read_text())["swap"]
    measured = {
        name for swap in swaps if swap["about"] == "names" for names in swap["groups"].values() for name in names
    }

    assert measured.isdisjoint(lists())
