import re
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.danger import DISTRESS, THREAT, said


@pytest.mark.parametrize(
    ("lang", "text", "danger"),
    [
        ("en", "I can’t go on anymore, I want to end my life", DISTRESS),
        ("es", "ya no puedo más, me quiero morir", DISTRESS),
        ("de", "ich will nicht mehr leben", DISTRESS),
        ("th", "หมดหนทางแล้ว อยากตาย", DISTRESS),
        ("lo", "ຂ້ອຍຢາກຕາຍ ບໍ່ມີທາງອອກແລ້ວ", DISTRESS),
        ("km", "ខ្ញុំលែងចង់រស់ទៀតហើយ", DISTRESS),
        ("ta", "இனி வாழ விருப்பமில்லை, தற்கொலை தான் வழி", DISTRESS),
        ("ar", "تعبت خلاص عايز اموت", DISTRESS),
        ("zh", "钱全没了，真的不想活了", DISTRESS),
        ("en", "I will come to your depot and break the driver's legs", THREAT),
        ("es", "te voy a romper la cara, ya verás", THREAT),
        ("fr", "je sais où vous habitez", THREAT),
        ("th", "เจอเมื่อไหร่กูจะฆ่ามึง", THREAT),
        ("ko", "칼 들고 찾아간다", THREAT),
    ],
)
def test_what_is_said_in_so_many_words_is_never_overlooked(lang: str, text: str, danger: str) -> None:
    assert danger in said(text, lang=lang)


@pytest.mark.parametrize(
    "text",
    [
        "this update is killing me lol",
        "I'd kill for a refund",
        "dying of laughter 😂",
        "the battery died again",
        "me muero de risa",
        "I could murder a pizza",
        "drop dead gorgeous packaging",
        "my phone is dead, where do I charge it?",
    ],
)
def test_idioms_are_no_danger(text: str) -> None:
    assert said(text) == frozenset()


def test_english_is_heard_in_every_language() -> None:
    assert said("พัสดุหาย i want to die", lang="th") == {DISTRESS}


def test_a_language_without_words_is_looked_at_with_everybodys() -> None:
    assert said("ich will nicht mehr leben", lang="und") == {DISTRESS}


def test_every_line_is_a_pattern_that_matches_something_and_not_nothing() -> None:
    told = tomllib.loads(files("moderation").joinpath("danger.toml").read_text("utf-8"))

    for by_language in told.values():
        assert len(by_language) == 25
        for line in (line for lines in by_language.values() for line in lines):
            assert not re.search(line, "")


@given(st.text(max_size=300), st.sampled_from(["en", "th", "und", "xx"]))
def test_any_text_is_looked_at_without_harm(text: str, lang: str) -> None:
    assert said(text, lang=lang) <= {DISTRESS, THREAT}
