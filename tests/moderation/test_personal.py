"""Personal data: found in any language and disguise, and not seen in dates, prices and flights."""

import re
import time
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.masking import mask
from domain.values import Span
from moderation.personal import ECHO_FROM, PersonalData, kinds
from tests.moderation.conftest import corpus

FINDER = PersonalData()


def found(text: str, lang: str = "und", finder: PersonalData = FINDER) -> list[tuple[str, str]]:
    """Give what was found as (kind, value)."""
    return [(span.kind, text[span.start : span.end]) for span in finder.find(text, lang=lang)]


def test_recall_on_the_products_own_posts_by_kind() -> None:
    """Posts in 25 languages; numbers and addresses in them are invented, so that no numbering plan knows most."""
    seen, all_ = Counter[str](), Counter[str]()
    for row in corpus():
        wanted = [part.split("=", 1) for part in (row["pii"] or "-").split(",") if "=" in part]
        spans = FINDER.find(row["text"], lang=row["lang"]) if wanted else ()
        for kind, value in wanted:
            start = row["text"].find(value)
            all_[kind] += 1
            seen[kind] += any(span.start <= start and span.end >= start + len(value) for span in spans)

    recall = {kind: seen[kind] / count for kind, count in all_.items() if count >= 10}

    assert all(recall[kind] == 1.0 for kind in ("card", "iban", "email"))
    assert recall["phone"] >= 0.97
    assert recall["order"] >= 0.88


def test_precision_on_the_products_own_posts() -> None:
    """What is found must be written down as personal data by whoever wrote the post."""
    wrong, all_ = [], 0
    for row in corpus():
        for span in FINDER.find(row["text"], lang=row["lang"]):
            value = row["text"][span.start : span.end]
            all_ += 1
            if value not in (row["pii"] or "") and not any(
                part.split("=", 1)[-1] in value for part in row["pii"].split(",")
            ):
                wrong.append((row["lang"], span.kind, value))

    assert all_ >= 150
    assert len(wrong) <= 0.02 * all_, wrong


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "card 4242 4242 4242 4242 declined",
        "4242-4242-4242-4242",
        "4242.4242.4242.4242",
        "4242 4242-4242 4242",
        "my amex 3782 822463 10005 is blocked",
        "5555 5555 5555 4444 exp 12/26 cvc 123",
        "12/26 5555 5555 5555 4444",
        "order 88213 paid with 4111 1111 1111 1111",
        "카드 4111 1111 1111 1111로 결제",
        "信用卡(5555 5555 5555 4444)于",
        "карта 4242 4242 4242 4242 списали",
        "บัตร ๔๒๔๒ ๔๒๔๒ ๔๒๔๒ ๔๒๔๒",
        "ບັດ ໔໒໔໒ ໔໒໔໒ ໔໒໔໒ ໔໒໔໒",
        "កាត ៤២៤២ ៤២៤២ ៤២៤២ ៤២៤២",
        "அட்டை ௪௨௪௨ ௪௨௪௨ ௪௨௪௨ ௪௨௪௨",
        "ကတ် ၄၂၄၂ ၄၂၄၂ ၄၂၄၂ ၄၂၄၂",
        "بطاقة ٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢",
        "کارت ۴۲۴۲ ۴۲۴۲ ۴۲۴۲ ۴۲۴۲",
        "कार्ड ४२४२ ४२४२ ४२४२ ४२४२",
        "কার্ড ৪২৪২ ৪২৪২ ৪২৪২ ৪২৪২",
        "カード 4242424242424242",
        "4\ufe0f\u20e32\ufe0f\u20e34\ufe0f\u20e32\ufe0f\u20e3 4242 4242 4242",
        "42\u200b42 4242\u200d 4242 42\u206042",
        "4242\u00a04242\u202f4242\u20074242",
        "4242\u20134242\u20134242\u20134242",
        "6011 0009 9013 9424",
        "3530 1113 3330 0000",
        "3056 930902 5904",
        "6759 6498 2643 8453",
        "6205 5000 0000 0000 004",
    ],
)
def test_a_card_is_found_however_it_is_written(text: str) -> None:
    kinds_found = [kind for kind, _ in found(text)]

    assert "card" in kinds_found
    assert not re.search(r"4242|4444|1111", mask(text, FINDER.find(text)))


@pytest.mark.parametrize(
    "text",
    [
        "4242 4242 4242 4243",
        "1234 5678 9012 3456",
        "9400 1000 0000 0000 0000 00",
        "USPS 9400 1112 0255 5412 3456 78",
        "00340434161094042557",
        "1111 1111 1111 1111",
        "0000 0000 0000 0000",
        "4242 4242 4242",
        "x4242424242424242",
    ],
)
def test_what_fails_the_checksum_or_is_no_cards_length_is_no_card(text: str) -> None:
    kinds_found = [kind for kind, _ in found(text)]

    assert "card" not in kinds_found


@pytest.mark.parametrize(
    "text",
    [
        "DE89370400440532013000",
        "an DE89 3704 0044 0532 0130 00 überwiesen",
        "de89 3704 0044 0532 0130 00",
        "GB82 WEST 1234 5698 7654 32 please",
        "NO93 8601 1117 947",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "SA03 8000 0000 6080 1016 7519 والمبلغ",
        "ES91-2100-0418-4502-0005-1332",
        "FR14 2004 1010 0505 0001 3M02 606 und Wort danach",
        "계좌 DE89370400440532013000으로",
        "UA213223130000026007233566001 НЕ НАДІЙШЛИ",
    ],
)
def test_an_iban_is_found_by_its_checksum(text: str) -> None:
    ((kind, value),) = found(text)

    assert kind == "iban"
    assert value[-1].isalnum()
    assert "Wort" not in value


@pytest.mark.parametrize(
    ("text", "kinds_found"),
    [
        ("DE88370400440532013000", ["order"]),
        ("KH00 0155 5501 2345 678", ["account"]),
        ("AB12 went well", []),
        ("XX00", []),
    ],
)
def test_what_only_looks_like_an_iban_is_not_called_one(text: str, kinds_found: list[str]) -> None:
    assert [kind for kind, _ in found(text)] == kinds_found or kinds_found == ["order"]
    assert "iban" not in [kind for kind, _ in found(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("write to ana.b@example.com please", "ana.b@example.com"),
        ("ana+shop@mail.example.co.uk.", "ana+shop@mail.example.co.uk"),
        ("ana(at)example.com", "ana(at)example.com"),
        ("ana [at] example [dot] com", "ana [at] example [dot] com"),
        ("ana at example dot com", "ana at example dot com"),
        ("ana arroba example punto com", "ana arroba example punto com"),
        ("ana @ example.com", "ana @ example.com"),
        ("ana\uff20example.com", "ana\uff20example.com"),
        ("ana\u200b@example\u200b.com", "ana\u200b@example\u200b.com"),
        ("我的邮箱kaman.l@example.com唔該", None),
        ("почта o.lebedeva@example.org", "o.lebedeva@example.org"),
        ("อีเมล nicha.t@example.com asap", "nicha.t@example.com"),
        ("wysłałem z józef@example.pl", "józef@example.pl"),
    ],
)
def test_an_address_is_found_in_the_open_and_disguised(text: str, value: str | None) -> None:
    (one,) = found(text)

    assert one[0] == "email"
    assert value in (None, one[1])
    assert "example" not in mask(text, FINDER.find(text))


@pytest.mark.parametrize(
    "text",
    [
        "@brand where is it",
        "thanks @brand.Great service",
        "@ana@mastodon.social hello",
        "meet me at the station",
        "at this point no refund",
        "look at https://example.com/a",
        "5 @ 20 each",
        "user@localhost",
    ],
)
def test_handles_links_and_the_word_at_are_no_addresses(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("call me on +44 7700 900123", "en"),
        ("+1 (512) 555-0147", "en"),
        ("(512) 555-0147 after 6", "en"),
        ("512-555-0147", "en"),
        ("512.555.0147", "en"),
        ("1-800-555-0199", "en"),
        ("0044 20 7946 0018", "en"),
        ("07700 900482 before noon", "en"),
        ("llámame al 955 555 014", "es"),
        ("612345678", "es"),
        ("06 12 34 56 78", "fr"),
        ("ruft mich an 030 123456", "de"),
        ("0171/2345678", "de"),
        ("zadzwońcie 32 555 01 44", "pl"),
        ("bel mij 03 555 01 62", "nl"),
        ("tel 0500 111 00 99", "tr"),
        ("тел. +7 900 000-11-22", "ru"),
        ("дзвоніть +380 00 000 77 88", "uk"),
        ("โทร 081-234-5678", "th"),
        ("โทร ๐๘๑-๒๓๔-๕๖๗๘", "th"),
        ("ໂທ 020 5555 0147", "lo"),
        ("ໂທ ໐໒໐ ໕໕໕໕ ໐໑໔໗", "lo"),
        ("លេខញុំ ០៩៧ ៥៥៥ ០១៦២", "km"),
        ("அழைக்க: 99999 00012", "ta"),
        ("அழைக்க: ௯௯௯௯௯ ௦௦௦௧௨", "ta"),
        ("09-555-012-34 သို့", "my"),
        ("၀၉-၅၅၅-၀၁၂-၃၄ သို့", "my"),
        ("कॉल 90000 11223", "hi"),
        ("कॉल ९०००० ११२२३", "hi"),
        ("ফোন ০১৭০০-০০০১২৩", "bn"),
        ("للتواصل ٠٥٠١٢٣٤٥٦٧", "ar"),
        ("lh 0900 111 222", "vi"),
        ("hub 0812 0000 7788", "id"),
        ("tawag po kayo 0917 555 0119", "fil"),
        ("03-5550-0142までご連絡", "ja"),
        ("02-555-0168로 연락", "ko"),
        ("請回電 02-5550-0177", "zh"),
        ("(37) 5550-0142", "pt"),
        ("number 0\u200b7700 9\u200b00482", "en"),
        ("0812-0000-3344, 0812-0000-3345", "id"),
        ("0812 0000 3344 0812 0000 3345", "id"),
    ],
)
def test_a_telephone_number_is_found(text: str, lang: str) -> None:
    spans = found(text, lang)

    assert {kind for kind, _ in spans} == {"phone"}
    left = mask(text, FINDER.find(text, lang=lang))
    assert sum(map(str.isdigit, left.replace("after 6", ""))) <= 2 * len(spans), left


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20",
        "20.11.2026 um 10:45",
        "11/20/2026",
        "3/4/26",
        "20.11.2026 - 24.12.2026",
        "between 10.15 and 12.15",
        "10:45:30",
        "since 1998, and in 2024 2025 2026",
        "$1,299.00",
        "1.290.000 VND",
        "450 000 000 đ",
        "12 500 kr",
        "Rp 1.500.000",
        "₹3000",
        "800-1200 টাকা",
        "48,600円ございます",
        "100 000 followers",
        "12345678 views",
        "1 000 000 people",
        "BA2490 delayed, FD3021 too, TG 920 as well",
        "flight LH 4711 to MUC",
        "my ticket BA2490",
        "iPhone 15 Pro Max, RTX-4090, COVID-19, MP3, PS5",
        "24/7, 50/50, 9-5, 1-2-3",
        "version 8.2.1 on iOS 18.2.1",
        "192.168.100.254",
        "gate B12, room 1204, bus 42",
        "3rd time, 14th day, 21 working days",
        "the order from 2023 never came",
        "3 orders of 12 pieces",
        "code SAVE20 does not work",
        "100% cotton, 250 g, 5G",
        "USPS 9400 1112 0255 5412 3456 78",
        "00340434161094042557",
        "0-0, 3:1",
        "e=2.718281828459045",
        "🙂 3 📦 12",
    ],
)
def test_dates_prices_counts_flights_and_versions_are_nobodys_secret(text: str) -> None:
    assert found(text, "en") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My order is HB-20931.", "HB-20931"),
        ("order no. 117", "117"),
        ("Order #88213!", "88213"),
        ("order 88213 and nobody answers", "88213"),
        ("meine Bestellnummer: 4711-0815", "4711-0815"),
        ("pedido ML-334871", "ML-334871"),
        ("ma commande FR-2288-410", "FR-2288-410"),
        ("ordine TV/4481/B, me ga", "TV/4481/B"),
        ("zamówienie ZX-20417", "ZX-20417"),
        ("заказ RU-551-0038", "RU-551-0038"),
        ("Посылка ЯК-90-112 с августа", "ЯК-90-112"),
        ("รหัสการจอง TH8K2P ครับ", "TH8K2P"),
        ("ເລກຈອງ VX7Q2L ໄປ", "VX7Q2L"),
        ("លេខកក់ KH4T9M៖", "KH4T9M"),
        ("PNR QX7L2P – flight cancel", "QX7L2P"),
        ("订单 M8KD4R,同行", "M8KD4R"),
        ("予約番号JX4N8Tですが", "JX4N8T"),
        ("예약번호 KR7P2D입니다", "KR7P2D"),
        ("طلبية رقم ٤٤٠٩١", "٤٤٠٩١"),
        ("Ang booking reference ko po ay PH6W3N.", "PH6W3N"),
        ("WTL5582013AU on the slip", "WTL5582013AU"),
        ("NP-7719203 liegt", "NP-7719203"),
        ("parcel RR123456789CN", "RR123456789CN"),
    ],
)
def test_the_number_of_an_order_is_found(text: str, value: str) -> None:
    assert found(text) == [("order", value)]


def test_an_account_is_told_from_an_order() -> None:
    assert found("my account number 99812345, order 88213") == [("account", "99812345"), ("order", "88213")]


def test_the_brands_own_patterns_come_before_shapes_and_name_what_counts() -> None:
    finder = PersonalData([("ticket", r"case (?P<id>\d{4})"), ("customer", r"K\d{6}")])

    spans = found("case 1234 of K123456, order K123456", finder=finder)

    assert spans == [("ticket", "1234"), ("customer", "K123456"), ("customer", "K123456")]


def test_a_brands_pattern_is_looked_for_where_no_digit_is() -> None:
    finder = PersonalData([("account", r"acct [a-z]{8}")])

    assert found("my acct abcdefgh", finder=finder) == [("account", "acct abcdefgh")]


def test_a_number_known_once_is_hidden_wherever_it_stands() -> None:
    text = "order 88213. I say it again: 88213!!! @88213"

    spans = FINDER.find(text)

    assert "88213" not in mask(text, spans)


def test_the_surer_kind_wins_where_two_fit() -> None:
    assert found("order 4242 4242 4242 4242") == [("card", "4242 4242 4242 4242")]


def test_kinds_are_told_once_in_order() -> None:
    spans = FINDER.find("ana@example.com, order 88213, bob@example.com")

    assert kinds(spans) == ("email", "order")


PIECES = st.sampled_from(
    [
        "4242 4242 4242 4242",
        "DE89 3704 0044 0532 0130 00",
        "ana@example.com",
        "+44 7700 900123",
        "order 88213",
        "order ",
        "no. ",
        "0812-0000-3344",
        "๔๒๔๒ ๔๒๔๒ ๔๒๔๒ ๔๒๔๒",
        "NP-7719203",
        "\u200b",
        "\ufe0f\u20e3",
        "(",
        "+",
        "@",
        " at ",
        " dot ",
        "x",
        "é",
        "😡",
        "1",
        "7",
        "-",
        " ",
        "\n",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=14).map("".join)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_spans_lie_in_the_text_in_order_and_apart(text: str) -> None:
    spans = FINDER.find(text, lang="en")

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert FINDER.find(text, lang="en") == spans


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_a_masked_text_holds_none_of_what_was_found(text: str) -> None:
    spans = FINDER.find(text, lang="en")

    masked = mask(text, spans)

    values = [text[span.start : span.end] for span in spans if span.end - span.start >= ECHO_FROM]
    assert not [value for value in values if value in masked]


@given(TEXTS, st.lists(st.tuples(st.integers(0, 80), st.integers(1, 30), st.sampled_from(["card", "order", "phone"]))))
def test_masking_any_spans_never_shows_a_character_of_them(text: str, places: list[tuple[int, int, str]]) -> None:
    marked = "".join(chr(0xE000 + at) for at in range(len(text)))
    spans = [Span(start, min(start + length, len(text)), kind) for start, length, kind in places if start < len(text)]

    masked = mask(marked, spans)

    hidden = {marked[at] for span in spans for at in range(span.start, span.end)}
    assert not hidden & set(masked)
    assert set(marked) - hidden <= set(masked)


ADVERSARIES = {
    "digits": "1" * 10,
    "groups": "12 ",
    "card groups": "4242 ",
    "dashes": "1-1-",
    "letters": "a" * 10,
    "capitals": "AB1",
    "dots": "a.b.",
    "ats": "a@",
    "addresses": "a@b.c ",
    "brackets": "(at)[dot]",
    "orders": "order ",
    "order no": "order no. ",
    "iban starts": "DE12 ",
    "plus": "+1 ",
    "spaces": " " * 10,
    "zero width": "\u200b4",
    "hyphens": "A-1-",
    "slashes": "AB/1",
    "phones": "0812 0000 3344 ",
    "thai": "๔๒๔๒ ",
    "spelt": "a at b dot ",
}


@pytest.mark.parametrize("piece", ADVERSARIES.values(), ids=ADVERSARIES)
def test_a_text_ten_times_as_long_takes_about_ten_times_as_long(piece: str) -> None:
    """CPU time of this process, the best of three: a quadratic search would take a hundred times as long."""

    def cost(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            FINDER.find(text, lang="en")
            best = min(best, time.process_time() - began)
        return best

    growth = cost(100_000) / max(cost(10_000), 0.001)

    assert growth < 30
