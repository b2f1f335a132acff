"""Telephone numbers in a text, told from dates, prices and counts. Pure; looks into no account and no order."""

import re
from collections.abc import Iterator, Sequence

import phonenumbers

from domain.values import Span
from moderation.payment import SEPARATORS, groups_of

DIGITS = range(7, 16)  # ITU-T E.164: at most 15
NATIONAL_DIGITS = range(9, 14)  # with the leading 0
CHECKED_AT_MOST = 50  # numbers a text looked up in the numbering plans; in a text with more, all are masked unseen
BEFORE, AFTER = 28, 14  # characters around a number in which a word about telephones counts

_RUN = re.compile(rf"\d(?:{SEPARATORS}\d)*")
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[.\-/](?:0?[1-9]|1[0-2])[.\-/](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[.\-/](?:0?[1-9]|[12]\d|3[01])[.\-/](?:(?:19|20)\d\d|\d\d))(?![\d.\-/]*\d)"
)
_MONEY = (
    r"[$€£¥₹₩₫฿₭៛₱₽₺₴₦৳﷼]|usd|eur|gbp|inr|rs\.?|rp\.?|idr|vnd|đ|php|thb|lak|khr|mmk|krw|jpy|try|tl|rub|uah|pln|zł|brl|"
    r"kr|chf|sgd|myr|rm|aed|sar|egp|bdt|taka|baht|euros?|dollars?|pesos?|reais|lira|rb|jt|k|"
    r"টাকা|रुपये|रुपए|ரூபாய்|ကျပ်|บาท|ກີບ|រៀល|원|円|元|块|塊|руб|грн"
)
_MONEY_BEFORE = re.compile(rf"(?<![^\W\d_])(?:{_MONEY})\s?$", re.IGNORECASE)
_COUNTED_BEHIND = re.compile(
    rf"\s?(?:(?:{_MONEY})(?![^\W\d_])|%|\+?\s?(?:followers|seguidores|abonnés|views?|likes|users|subscribers|people|"
    r"km|mb|gb|kwh|mah|points?|pts|miles)\b)",
    re.IGNORECASE,
)
_LATIN_WORDS = re.compile(
    r"(?<![^\W\d_])(?:tel|phone|mobil|handy|call|ring|dial|text me|whats ?app|wa\b|viber|zalo|contact|reach me|"
    r"llam|móvil|celular|lig[aou]|fone|zap|appel|joign|ruf|anruf|nummer|numer|número|number|bel\b|chiam|cell|"
    r"dzwo|zadzwo|hub\b|hubungi|nomor|hp\b|gọi|sđt|lh\b|tawag|ara[yn]|тел|звон|номер|дзвон|позвон|подзвон)",
    re.IGNORECASE,
)
_OTHER_WORDS = re.compile(
    r"โทร|ติดต่อ|เบอร์|ໂທ|ເບີ|ຕິດຕໍ່|ទូរស័ព្ទ|ហៅ|ខល|លេខ|តេ|அழை|தொலைபேசி|எண்|कॉल|फोन|फ़ोन|नंबर|ফোন|কল|নম্বর|ইনবক্স|"
    r"ဖုန်း|ဆက်|电话|電話|手机|手機|回电|回電|连络|連絡|联系|聯絡|연락|전화|번호|هاتف|للتواصل|رقمي|جوال|واتس"
)

Groups = list[tuple[int, int]]


def phones(text: str, regions: Sequence[str]) -> Iterator[Span]:
    """Find telephone numbers, international ones and those of `regions` (ISO 3166).

    A number counts by how it is written (+, a leading 0, groups), by a word about telephones beside it, or because the
    country's numbering plan has it; never when it is a date or stands with a currency.
    """
    looked_up = 0
    undated = _DATE.sub(lambda date: "\n" * len(date.group()), text)
    for run in _RUN.finditer(undated):
        whole = groups_of(text, run.start(), run.end())
        parts = _parted(whole)
        for groups in parts:
            digits = "".join(text[start:end] for start, end in groups)
            start, end = _sign(text, groups[0][0]), groups[-1][1]
            if len(digits) not in DIGITS or is_counted(text, start, end):
                continue
            if _written_so(text[start:end], groups, digits) or _named_so(text, start, end):
                yield Span(start, end, "phone")
            # part of a longer number is in some plan only by chance
            elif len(parts) == 1 and len(digits) in NATIONAL_DIGITS:
                looked_up += 1
                if looked_up > CHECKED_AT_MOST or _in_a_plan(digits, regions):
                    yield Span(start, end, "phone")


def _sign(text: str, start: int) -> int:
    """Take the bracket and the plus before the first digit in."""
    if text[max(0, start - 1) : start] == "(":
        start -= 1
    return start - 1 if text[max(0, start - 1) : start] == "+" else start


def _parted(groups: Groups) -> list[Groups]:
    """Part what is too long for one number after every group with which it would be long enough for one."""
    if sum(end - start for start, end in groups) < DIGITS.stop:
        return [groups] if groups else []
    parts: list[Groups] = [[]]
    for group in groups:
        if sum(end - start for start, end in parts[-1]) >= NATIONAL_DIGITS.start:
            parts.append([])
        parts[-1].append(group)
    return parts


def is_counted(text: str, start: int, end: int) -> bool:
    """Say whether the number there is a price or a count: a currency or "followers" stands beside it."""
    return bool(_MONEY_BEFORE.search(text, max(0, start - 8), start) or _COUNTED_BEHIND.match(text, end))


def _written_so(written: str, groups: Groups, digits: str) -> bool:
    """Say whether a number can be told a telephone's by its look alone."""
    sizes = [end - start for start, end in groups]
    if written[0] == "+":
        return len(digits) > DIGITS.start
    if written.startswith("00") and len(sizes) > 1:
        return digits[2] != "0" and len(digits) > NATIONAL_DIGITS.start
    if written[0] == "(":
        return len(digits) in NATIONAL_DIGITS and len(sizes) > 1
    if digits[0] == "0" and digits[1] != "0" and len(digits) in NATIONAL_DIGITS:
        # in France numbers go in pairs; elsewhere small groups are dates and times
        return len(sizes) == 1 or max(sizes) > 2 or set(sizes) == {2}  # noqa: PLR2004
    return sizes in ([3, 3, 4], [1, 3, 3, 4]) and written[-5] in "-."  # North America


def _named_so(text: str, start: int, end: int) -> bool:
    around = text[max(0, start - BEFORE) : start], text[end : end + AFTER]
    return any(words.search(part) for part in around for words in (_LATIN_WORDS, _OTHER_WORDS))


def _in_a_plan(digits: str, regions: Sequence[str]) -> bool:
    for region in regions:
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number_for_region(number, region):
            return True
    return False
