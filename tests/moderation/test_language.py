"""Language: measured on posts and on clean sentences, and sure where our words depend on it."""

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.language import identify
from tests.moderation.conftest import corpus, measured, share

OWN_SCRIPT = ("th", "lo", "km", "ta", "my")
SIB = {
    "eng": "en", "tha": "th", "tam": "ta", "lao": "lo", "khm": "km", "mya": "my", "vie": "vi", "ind": "id",
    "zsm": "ms", "tgl": "fil", "ceb": "ceb", "jav": "jv", "sun": "su", "zho": "zh", "yue": "zh", "jpn": "ja",
    "kor": "ko", "hin": "hi", "ben": "bn", "tel": "te", "mal": "ml", "kan": "kn", "sin": "si", "urd": "ur",
    "arb": "ar", "pes": "fa", "fra": "fr", "deu": "de", "spa": "es", "por": "pt", "ita": "it", "nld": "nl",
    "rus": "ru", "tur": "tr", "pol": "pl", "shn": "shn", "swh": "sw", "npi": "ne", "mar": "mr", "guj": "gu",
    "pan": "pa",
}  # fmt: skip


def accuracy(rows: Iterable[tuple[str, str]]) -> tuple[float, dict[str, float]]:
    """Identify (language, text) pairs; gives the share that was right, overall and by language."""
    right, all_ = Counter[str](), Counter[str]()
    for language, text in rows:
        all_[language] += 1
        right[language] += identify(text) == language
    return right.total() / all_.total(), share(right, all_)


def test_clean_sentences_in_forty_languages() -> None:
    rows = [(SIB[row["lang"].split("_")[0]], row["text"]) for row in measured("sib200.jsonl")]

    overall, by_language = accuracy(rows)

    assert overall >= 0.90
    assert {language: by_language[language] for language in OWN_SCRIPT} == dict.fromkeys(OWN_SCRIPT, 1.0)
    assert (
        min(by_language[language] for language in ("en", "es", "fr", "de", "it", "nl", "ar", "ru", "ja", "ko", "zh"))
        >= 0.97
    )


def test_posts_as_people_write_them_to_brands() -> None:
    own_letters = [
        row for row in corpus() if row["writer"] < "w50"
    ]  # later ones write Hindi and Arabic in Latin ones, too
    rows = [(row["lang"], row["text"]) for row in own_letters]

    overall, by_language = accuracy(rows)

    assert overall >= 0.94
    assert min(by_language.values()) >= 0.80
    assert by_language["en"] >= 0.97
    assert by_language["es"] >= 0.97


def test_posts_in_scripts_of_their_own_are_told_from_each_other() -> None:
    """Some of these posts are in Latin letters or emoji alone; those are not about the script."""
    rows = [
        (row["lang"], row["text"])
        for row in corpus()
        if row["lang"] in OWN_SCRIPT and sum(letter > "\u0b00" for letter in row["text"]) >= 8
    ]

    overall, by_language = accuracy(rows)

    assert overall >= 0.98
    assert all(by_language[language] >= 0.98 for language in OWN_SCRIPT), by_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Third day without my parcel and nobody answers", "en"),
        ("¿Dónde está mi pedido? Llevo tres días esperando", "es"),
        ("พัสดุของฉันหายไปไหน", "th"),
        ("ພັດສະດຸຂອງຂ້ອຍຢູ່ໃສ", "lo"),
        ("កញ្ចប់របស់ខ្ញុំនៅឯណា", "km"),
        ("என் பார்சல் எங்கே?", "ta"),
        ("ကျွန်တော့်ပါဆယ် ဘယ်မှာလဲ", "my"),
        ("我的包裹在哪里?已经三天了", "zh"),
        ("荷物が届きません", "ja"),
        ("택배가 아직 안 왔어요", "ko"),
        ("Где моя посылка? Третий день жду ответа", "ru"),
        ("Де моя посилка? Третій день чекаю відповіді", "uk"),
        ("मेरा पार्सल कहाँ है? कोई जवाब नहीं दे रहा", "hi"),
        ("আমার পার্সেল কোথায়?", "bn"),
        ("أين الطرد الخاص بي؟", "ar"),
    ],
)
def test_a_plain_complaint_is_known_by_its_language(text: str, language: str) -> None:
    found = identify(text)

    assert found == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("delivery boy late ஆ வந்தான் refund கிடைக்குமா please", "ta"),
        ("กระเป๋า delayed 4 days แล้วนะคะ claim form ส่งไปสองรอบ", "th"),
        ("Subtitle ພາສາລາວມີບໍ່ please update", "lo"),
        ("bhai mera parcel kahan hai, 9 din se koi reply nahi aaya", "hi"),
        ("parcel enga iruku, track panna in transit nu solran", "ta"),
        ("bakit wala pa po yung parcel ko, walang sumasagot sa hotline nyo", "fil"),
        ("paketku kok belum sampai ya, udah seminggu gak ada kabar", "id"),
        ("bong phone knhom tuk jas heuy hang ot twea", "km"),
        ("这个の包装太丑了,谁设计的,退货退货", "zh"),
        ("注文した商品が届かない", "ja"),
    ],
)
def test_mixed_and_romanised_writing_is_known_by_who_writes_so(text: str, language: str) -> None:
    found = identify(text)

    assert found == language


@pytest.mark.parametrize(
    "text", ["", " ", "😂😂😂", "👍", "???", "12345 67", "@brand @other", "https://example.com/a?b=c", "#fail"]
)
def test_without_words_nobody_can_tell_and_the_platform_may_guess(text: str) -> None:
    found = [identify(text), identify(text, "th"), identify(text, "qme"), identify(text, "und")]

    assert found == ["und", "th", "und", "und"]


def test_the_platforms_guess_counts_where_ours_is_weak_and_not_against_a_script() -> None:
    weak = identify("ok fam", "pt")
    strong = identify("พัสดุของฉันหายไปไหน", "en")

    assert (weak, strong) == ("pt", "th")


@pytest.mark.parametrize(
    ("hint", "language"), [("tl", "fil"), ("in", "id"), ("iw", "he"), ("zh-TW", "zh"), ("pt-BR", "pt")]
)
def test_a_platforms_older_codes_are_read(hint: str, language: str) -> None:
    found = identify("👍", hint)

    assert found == language


@given(st.text(max_size=600), st.none() | st.text(max_size=8))
def test_anything_has_a_language_or_none(text: str, hint: str | None) -> None:
    found = identify(text, hint)

    assert found
    assert identify(text, hint) == found
