"""Words: what of a post tells what it is about, in every script, and what is never read."""

import tomllib
from importlib.resources import files

import pytest

from desk.report.pains_words import doc, gist, handles, names_of, stopwords, words_of
from domain.values import Span

LANGUAGES = [
    "ar",
    "bn",
    "de",
    "en",
    "es",
    "fil",
    "fr",
    "hi",
    "id",
    "it",
    "ja",
    "km",
    "ko",
    "lo",
    "my",
    "nl",
    "pl",
    "pt",
    "ru",
    "ta",
    "th",
    "tr",
    "uk",
    "vi",
    "zh",
]


def shown(text: str, lang: str = "en", **changed: object) -> list[str]:
    return [word.shown for word in words_of(text, lang=lang, **changed)]  # type: ignore[arg-type]


def test_grammar_greetings_numbers_and_mood_tell_nothing() -> None:
    assert shown("Hello, thanks, this is the worst!!! 24 hours, three times 😡") == []


def test_words_that_stand_side_by_side_make_a_phrase() -> None:
    assert shown("your customer service lost my luggage") == [
        "customer",
        "service",
        "customer service",
        "lost",
        "service lost",
        "luggage",
    ]


@pytest.mark.parametrize("between", [". ", ", ", " and ", " 7 ", " @brand ", " https://a.example/x "])
def test_no_phrase_goes_across_a_mark_a_filler_or_a_name(between: str) -> None:
    assert "phone luggage" not in shown(f"phone{between}luggage")


def test_words_of_one_stem_count_as_one() -> None:
    keys = {word.key for text in ("delayed", "delays", "delay") for word in words_of(text, lang="en")}

    assert keys == {"delay"}


@pytest.mark.parametrize(
    ("lang", "text", "word"),
    [
        ("th", "พัสดุหายไปสามวันแล้ว", "พัสดุ"),
        ("lo", "ພັດສະດຸຂອງຂ້ອຍຍັງບໍ່ມາຮອດ", "ພັດສະດຸ"),
        ("km", "អីវ៉ាន់ខ្ញុំមិនទាន់មកដល់ទេ", "អីវ៉ាន់"),
        ("my", "ပါဆယ် မရောက်သေးဘူး", "ပါဆယ်"),
        ("zh", "我的包裹三天了还没到", "包裹"),
        ("ja", "荷物がまだ届かない", "荷物"),
        ("ta", "என் பார்சல் இன்னும் வரவில்லை", "பார்சல்"),
        ("ar", "الطرد ما وصل لحد الآن", "الطرد"),
        ("ko", "택배가 아직도 안 왔어요", "택배가"),
        ("ru", "посылка до сих пор не пришла", "посылка"),
    ],
)
def test_a_word_is_found_in_every_script(lang: str, text: str, word: str) -> None:
    assert word in shown(text, lang)


def test_a_phrase_is_written_as_its_language_writes_it() -> None:
    assert "กระเป๋าหาย" in shown("กระเป๋าหายอีกแล้ว", "th")
    assert "lost bag" in shown("lost bag", "en")


def test_personal_data_are_not_read() -> None:
    text = "my parcel HB-20931 for Zacharias is late"

    found = shown(text, hidden=(Span(10, 18, "order"), Span(23, 32, "name")))

    assert found == ["parcel", "late"]


@pytest.mark.parametrize(
    "text",
    [
        "@ana.b @ben_2 @·····",
        "https://x.example/lost www.lost.example",
        "ana@lost.example",
        "RT @ana: ",
        "NP7719203 4000056655665556",
        "example.com/lost",
        "&amp; &gt;",
    ],
)
def test_handles_links_addresses_and_codes_are_not_words(text: str) -> None:
    assert shown(text) == []


def test_the_brands_own_name_tells_nothing() -> None:
    never = names_of("Nord Parcel", "NordParcelCare")

    assert shown("Nord Parcel nordparcel NordParcelCare lost it", never=never) == ["lost"]


def test_a_keyboard_asleep_is_no_word() -> None:
    assert shown("a" * 200) == []


def test_a_long_post_is_read_from_its_beginning() -> None:
    assert "luggage" in shown("luggage " + "word " * 5_000)
    assert "tail" not in shown("word " * 5_000 + "tail")


@pytest.mark.parametrize("text", ["", "   ", "\n\u200b", "\ud83d lone", "😀" * 500, "؟!؟", "𒀀𒀁"])
def test_any_text_can_be_read(text: str) -> None:
    for lang in ("en", "th", "und", "xx"):
        words_of(text.encode("utf-8", "replace").decode(), lang=lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_its_fillers(lang: str) -> None:
    lists = tomllib.loads(files("desk.report").joinpath("stopwords.toml").read_text("utf-8"))

    own = lists[lang].split()

    assert len(own) >= 80
    assert stopwords(lang) >= set(own) | set(lists["en"].split())


@pytest.mark.parametrize(
    "word",
    ["late", "lost", "hold", "wait", "refund", "luggage", "rude", "staff", "phone", "seat", "app", "price", "order"],
)
def test_no_filler_is_something_customers_complain_of(word: str) -> None:
    assert word not in stopwords("en")


def test_two_posts_say_the_same_whoever_is_named_and_whatever_is_linked() -> None:
    assert gist("RT @ana: Lost my bag! https://t.co/1") == gist("lost my BAG https://t.co/2 @ben")
    assert gist("lost my bag") != gist("lost my bags")


def test_handles_are_told_without_their_marks() -> None:
    assert handles("@AmericanAir and @ana_b, not ana@b.example") == {"americanair", "ana_b"}


def test_a_post_knows_the_keys_of_its_words() -> None:
    one = doc(words_of("lost bags", lang="en"), lang="en", author=7, matter="lost_damaged")

    assert one.keys == {"lost", "bag", "lost bag"}
    assert (one.author, one.matter) == (7, "lost_damaged")
