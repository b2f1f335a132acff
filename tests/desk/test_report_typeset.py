"""Typesetting: every script is drawn with the fonts shipped here, and no customer's words are commands."""

import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.report import typeset

SCRIPTS = {
    "th": "พัสดุไม่ถึงมือสามวันแล้ว น้ำใจไม่มี",
    "lo": "ເຄື່ອງຂອງຂ້ອຍບໍ່ມາຮອດສາມມື້ແລ້ວ",
    "km": "កញ្ចប់របស់ខ្ញុំមិនទាន់មកដល់បីថ្ងៃហើយ",
    "my": "ကျွန်တော့်ပါဆယ် သုံးရက်ရှိပြီ",
    "ta": "என் பொதி மூன்று நாட்களாக வரவில்லை",
    "hi": "मेरा पार्सल तीन दिन से नहीं आया",
    "bn": "আমার পার্সেল তিন দিন ধরে আসেনি",
    "ar": "لم يصل طردي منذ ثلاثة أيام",
    "he": "החבילה שלי לא הגיעה",
    "zh": "我的包裹三天没到了，客服没人接电话",
    "ja": "荷物が三日も届かない。直ちに返金して",
    "ko": "택배가 3일째 안 와요",
    "ru": "Посылка не пришла",
    "uk": "Посилка не прийшла, її загубили",
    "el": "Το δέμα μου δεν ήρθε",
    "vi": "Bưu kiện của tôi chưa đến",
    "pl": "Paczka nie dotarła, żenada",
    "tr": "Kargom gelmedi, yazıklar olsun",
    "ka": "ამანათი არ მოვიდა",
}


@pytest.mark.parametrize("lang", SCRIPTS)
def test_a_font_shipped_here_holds_every_letter(lang: str) -> None:
    assert typeset.drawable(SCRIPTS[lang]) == SCRIPTS[lang]


@pytest.mark.parametrize("lang", SCRIPTS)
def test_every_script_is_set_and_checked_as_a_document(lang: str) -> None:
    values = {"title": "t", "run": typeset.run(SCRIPTS[lang], lang)}

    assert set_alone(values).startswith(b"%PDF")


def set_alone(values: Mapping[str, object]) -> bytes:
    """Set a run by a template of the tests' own, by the same compiler: what cannot be drawn is an error there."""
    return typeset.pdf("picture.typ", {**chart_of(values), "title": values["title"]})


def chart_of(values: Mapping[str, object]) -> dict[str, object]:
    """Give the smallest chart that shows a run: one pain point."""
    from desk.report.charts import LIGHT  # noqa: PLC0415 (only here)

    row = {"name": values["run"], "size": "1", "share": 1, "band": None, "words": "posts", "sizes": []}
    data = {"title": "t", "key": [], "rows": [row], "more": "", "nothing": ""}
    return {"chart": "pains", "theme": dict(LIGHT), "data": data}


def test_what_no_font_holds_is_a_box_and_the_invisible_is_dropped() -> None:
    assert typeset.drawable("a\U00012000b\U000e0041c") == "a□bc"


def test_a_box_never_fails_the_document() -> None:
    wild = typeset.run("𒀀 ሰላም \ufeff\u2028 \U0001f9ff", "am")

    assert set_alone({"title": "t", "run": wild}).startswith(b"%PDF")


def test_a_very_long_word_may_break_and_other_words_are_left() -> None:
    long = typeset.drawable("w" * 100)

    assert max(map(len, long.split("\u200b"))) <= 25
    assert long.replace("\u200b", "") == "w" * 100
    assert typeset.drawable("parcel arrived") == "parcel arrived"


@pytest.mark.parametrize(
    ("text", "way"),
    [("سلام hello", "rtl"), ("hello سلام", "ltr"), ("123 סלאם", "rtl"), ("12:30", "ltr"), ("", "ltr"), ("…ไทย", "ltr")],
)
def test_a_text_runs_as_its_first_letter_does(text: str, way: str) -> None:
    assert typeset.direction(text) == way


@pytest.mark.parametrize(
    ("code", "kept"), [("th", "th"), ("fil", "fil"), ("", "und"), ('x" a="', "und"), ("EN", "und")]
)
def test_a_language_code_is_one_or_unknown(code: str, kept: str) -> None:
    assert typeset.language(code) == kept


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_at_all_is_set(text: str) -> None:
    made = set_alone({"title": "t", "run": typeset.words(text, 60, "th")})

    assert made.startswith(b"%PDF")


def test_markup_in_words_is_drawn_as_words() -> None:
    plain = set_alone({"title": "t", "run": typeset.run('#panic("x") $x^2$ @y <z> // *b* = h', "en")})

    assert plain.startswith(b"%PDF")  # a command would have failed the document


def test_another_process_draws_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import sys; from hashlib import sha256; from tests.desk import report_samples as s;"
        "from desk.report import charts, letter, page, pdf;"
        "letters = letter.write(s.USUAL);"
        "made = [pdf.pdf(s.USUAL), page.html(s.USUAL).encode(), letters.html.encode(), letters.plain.encode()];"
        "made += [p.png for p in charts.pictures(s.USUAL)];"
        "print(sha256(b''.join(made)).hexdigest())"
    )

    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path), "TZ": zone, "HOME": str(tmp_path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Vientiane"))
    }

    assert len(digests) == 1


def test_the_fonts_stay_small_enough_to_ship() -> None:
    fonts = Path(typeset.__file__).parent / "fonts"

    assert sum(path.stat().st_size for path in fonts.glob("*.?tf")) < 8_200_000
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text()


def test_everything_the_forms_read_is_packed_into_the_install() -> None:
    root = Path(typeset.__file__).parents[2]
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]
    here = Path(typeset.__file__).parent

    packed = {path for pattern in settings["package-data"]["desk.report"] for path in here.glob(pattern)}

    assert "desk.report" in settings["packages"]
    wanted = {path for folder in ("fonts", "forms") for path in (here / folder).iterdir() if path.is_file()}
    assert {path.name for path in wanted - packed} <= {"subset.py"}
