"""What a matter is about, in the customer's own language; and languages chosen."""

import tomllib

import pytest

from domain.errors import ConfigError
from responder import language
from responder.language import comparable, words
from responder.topics import NEEDS, Topic, detect


@pytest.mark.parametrize(
    ("lang", "text", "topic"),
    [
        ("en", "@brand third day without my parcel, order 88213", Topic.LATE_DELIVERY),
        ("en", "@brand you charged my card twice this month", Topic.PAYMENT),
        ("en", "Where's my refund?? I want my money back", Topic.REFUND),
        ("en", "your driver was so rude to my mother", Topic.STAFF),
        ("en", "can't log in, password reset never works", Topic.ACCOUNT),
        ("en", "no internet since yesterday, is there an outage?", Topic.OUTAGE),
        ("en", "my kettle caught fire and I burned my hand, could have been an accident", Topic.SAFETY),
        ("en", "on hold for two hours, nobody answers", Topic.WAITING),
        ("en", "wrong size again, that's not what I ordered", Topic.WRONG_ITEM),
        ("en", "worst company ever", Topic.OTHER),
        ("es", "@marca me cobraron dos veces la factura", Topic.PAYMENT),
        ("es", "mi pedido sigue sin llegar, ¿dónde está mi paquete?", Topic.LATE_DELIVERY),
        ("es", "nadie responde, llevo esperando una semana", Topic.WAITING),
        ("th", "พัสดุค้างอยู่ศูนย์บางนา 5 วันแล้ว", Topic.LATE_DELIVERY),
        ("th", "เน็ตหลุดทั้งวัน ใช้งานไม่ได้เลย", Topic.OUTAGE),
        ("th", "ขอเงินคืนด้วยค่ะ", Topic.REFUND),
        ("lo", "ເຄື່ອງນ້ອງຢູ່ສາງດົງໂດກ 6 ມື້ແລ້ວ ຍັງບໍ່ມາຮອດ", Topic.LATE_DELIVERY),
        ("lo", "ກົດເງິນແລ້ວ ເງິນບໍ່ອອກ ແຕ່ຍອດຖືກຕັດ", Topic.PAYMENT),
        ("km", "អាវដែលញុំកុម្ម៉ង់ពណ៌ខ្មៅ មកដល់ពណ៌ទឹកប៊ិច", Topic.WRONG_ITEM),
        ("km", "កាតកុងតូរ១ដុល្លារញុំបញ្ចូលម្សិលមិញ អស់លុយ", Topic.PAYMENT),
        ("ta", "என் பார்சல் இன்னும் வரவில்லை", Topic.LATE_DELIVERY),
        ("ta", "refund pannunga bro", Topic.REFUND),
        ("de", "Mein Paket ist seit einer Woche nicht angekommen", Topic.LATE_DELIVERY),
        ("fr", "on m'a prélevé deux fois sur ma carte bancaire", Topic.PAYMENT),
        ("pt", "me cobraram duas vezes na fatura", Topic.PAYMENT),
        ("it", "il pacco non è mai arrivato", Topic.LATE_DELIVERY),
        ("nl", "mijn pakketje is nog niet binnen", Topic.LATE_DELIVERY),
        ("id", "paket saya belum sampai, kurir gak jelas", Topic.LATE_DELIVERY),
        ("vi", "ứng dụng bị lỗi, không mở được", Topic.APP),
        ("tr", "kargom hâlâ gelmedi", Topic.LATE_DELIVERY),
        ("ar", "خصمتوا المبلغ مرتين من البطاقة", Topic.PAYMENT),
        ("hi", "अभी तक पार्सल नहीं पहुंचा", Topic.LATE_DELIVERY),
        ("ja", "荷物が届かないんですが", Topic.LATE_DELIVERY),
    ],
)
def test_a_matter_is_named_from_the_words_of_its_language(lang: str, text: str, topic: Topic) -> None:
    assert detect(text, words(lang)) is topic


def test_english_words_count_in_every_language() -> None:
    assert detect("แอดมินคะ refund หน่อย", words("th")) is Topic.REFUND


def test_a_handle_or_a_link_names_no_matter() -> None:
    assert detect("@refund_airline https://refund.example/delivery", words("en")) is Topic.OTHER


def test_words_are_compared_without_accents_apostrophes_and_case() -> None:
    assert comparable("It HASN’T arrived: Cancelación!") == " it hasnt arrived cancelacion "


def test_marks_that_are_letters_elsewhere_stay() -> None:
    assert comparable("พัสดุ ຍັງບໍ່ வரவில்லை").split() == [
        part.strip() for part in (comparable("พัสดุ"), comparable("ຍັງບໍ່"), comparable("வரவில்லை"))
    ]
    assert len(comparable("พัสดุ").strip()) == len("พัสดุ")


def test_a_short_word_is_not_found_inside_a_longer_one() -> None:
    assert detect("what a happy application of grace", words("en")) is Topic.OTHER


def test_a_language_is_chosen_by_the_surest_guess_that_has_words() -> None:
    chosen, fallback = language.choose((None, "zz", "pt-BR", "en"), fallback="es")

    assert (chosen.lang, fallback) == ("pt", False)


def test_a_language_without_words_falls_back_and_says_so() -> None:
    chosen, fallback = language.choose(("my", "und"), fallback="en")

    assert (chosen.lang, fallback) == ("en", True)


def test_a_fallback_without_words_is_the_operators_to_mend() -> None:
    with pytest.raises(ConfigError, match="language tlh: no words"):
        language.choose(("my",), fallback="tlh")


def test_a_language_whose_bot_would_pass_for_a_person_is_refused() -> None:
    data = tomllib.loads(language._FOLDER.joinpath("en.toml").read_text("utf-8"))
    data["acknowledge"]["honesty"].append("Maria from the team will be with you shortly.")

    with pytest.raises(ConfigError, match="does not say that a machine writes"):
        language._read("en", data)


def test_what_a_topic_needs_can_be_asked_in_every_language() -> None:
    for lang in language.available():
        assert set(NEEDS.values()) <= set(words(lang).thread)
