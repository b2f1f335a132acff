"""Calibration at judging: which script a text is in, and what becomes of a head's logits."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.calibration import ALL, SCRIPTS, Calibration, script
from moderation.classifier import SHIPPED, Classifier, probabilities
from tests.moderation.conftest import corpus

HEAD = {"labels": ["negative", "neutral", "positive"]}
TOLD = {"scale": [2.0], "shift": [1.0, 0.0, -1.0]}
LATIN = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr", "vi")
OF = {"cyrillic": "ru uk", "arabic": "ar", "indic": "bn ta", "mekong": "km lo my th", "cjk": "ja ko zh"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("third day without my parcel", "latin"),
        ("Gói hàng của tôi bị hỏng", "latin"),
        ("три дня без посылки", "cyrillic"),
        ("الطرد لم يصل", "arabic"),
        ("मेरा पार्सल कहाँ है", "indic"),
        ("พัสดุหาย", "mekong"),
        ("三天没收到包裹", "cjk"),
        ("荷物が届かない", "cjk"),
        ("택배가 안 와요", "cjk"),
        ("order 88213 はどこ?", "cjk"),
        ("พัสดุ parcel ไม่มา tracking", "mekong"),
        ("I said о once", "latin"),
        ("@user พัสดุ http", "mekong"),
        ("@user http", ALL),
        ("😡😡 123", ALL),
        ("", ALL),
        ("საიდან", ALL),
    ],
)
def test_a_text_is_in_the_script_its_letters_say(text: str, name: str) -> None:
    assert script(text) == name


def test_the_posts_of_a_language_are_told_by_its_script() -> None:
    langs = {lang: name for name, langs in OF.items() for lang in langs.split()}

    told = [
        (langs.get(row["lang"], "latin"), script(row["text"])) for row in corpus() if row["lang"] in {*langs, *LATIN}
    ]

    right = sum(name == found for name, found in told)
    assert right / len(told) > 0.97


@given(st.text())
def test_any_text_has_a_script(text: str) -> None:
    assert script(text) in {ALL, *SCRIPTS}


def test_a_head_with_only_a_temperature_is_divided_by_it_in_every_script() -> None:
    old = Calibration({**HEAD, "temperature": 2.0})

    found = old.adjust(np.array([[2.0, 0.0, -4.0], [1.0, 1.0, 1.0]]), ["latin", "cjk"])

    assert found.tolist() == [[1.0, 0.0, -2.0], [0.5, 0.5, 0.5]]


def test_a_calibration_outranks_the_temperature_beside_it() -> None:
    both = Calibration({**HEAD, "temperature": 2.0, "calibration": {ALL: TOLD}})

    assert both.adjust(np.array([[1.0, 0.0, 0.0]]), ["latin"]).tolist() == [[3.0, 0.0, -1.0]]


def test_each_post_is_corrected_by_its_own_script_and_others_by_what_holds_for_all() -> None:
    told = Calibration({**HEAD, "calibration": {ALL: TOLD, "cjk": {"scale": [1.0], "shift": [0.0, 5.0, 0.0]}}})

    found = told.adjust(np.ones((3, 3)), ["cjk", "latin", ALL])

    assert found.tolist() == [[1.0, 6.0, 1.0], [3.0, 2.0, 1.0], [3.0, 2.0, 1.0]]


def test_questions_of_one_head_have_factors_of_their_own() -> None:
    told = Calibration({"labels": ["money", "legal"], "calibration": {ALL: {"scale": [1.0, 3.0], "shift": [0.0, 1.0]}}})

    assert told.adjust(np.array([[2.0, 2.0]]), ["latin"]).tolist() == [[2.0, 7.0]]


@pytest.fixture
def recalibrated(tmp_path: Path) -> Path:
    """Copy the shipped model, and make it sure that whatever is written in Thai is bad news."""
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "model"))
    about = json.loads((folder / "model.json").read_text("utf-8"))
    about["languages"] = ["en", "th"]
    unmoved = {"scale": [1.0], "shift": [0.0, 0.0, 0.0]}
    about["heads"]["sentiment"]["calibration"] = {ALL: unmoved, "mekong": {"scale": [1.0], "shift": [50.0, 0.0, 0.0]}}
    (folder / "model.json").write_text(json.dumps(about), "utf-8")
    return folder


def test_the_classifier_judges_each_script_as_it_was_calibrated(recalibrated: Path) -> None:
    thanks = ["thank you so much, lovely people", "ขอบคุณมากค่ะ บริการดีมาก"]

    english, thai = Classifier(recalibrated, threads=1).classify(thanks)

    assert english.sentiment["positive"] > 0.8  # type: ignore[index]
    assert thai.sentiment["negative"] > 0.99  # type: ignore[index]


def test_the_classifier_says_in_which_languages_it_was_measured(recalibrated: Path) -> None:
    assert Classifier(recalibrated, threads=1).languages == {"en", "th"}


def test_probabilities_of_corrected_logits_still_sum_to_one() -> None:
    told = Calibration({**HEAD, "calibration": {ALL: TOLD}})

    chances = probabilities(told.adjust(np.array([[300.0, -300.0, 0.0]]), ["latin"]), exclusive=True)

    assert chances.sum() == pytest.approx(1)
