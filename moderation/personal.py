"""Personal data: where a text shows what should not be public. Finds it; masking is the domain's."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import phonenumbers
from stdnum import iban, luhn

from domain.values import Span

MAX_TEXT = 20_000  # characters looked at; a longer text is searched this far
CARD_DIGITS = range(13, 20)  # ISO/IEC 7812

_EMAIL = re.compile(
    r"[\w.%+-]+(?:@|\s?[\[(]\s?at\s?[\])]\s?)[\w-]+(?:(?:\.|\s?[\[(]\s?dot\s?[\])]\s?)[\w-]+)+", re.IGNORECASE
)
_DIGITS = re.compile(r"(?<![\w])\d(?:[ .\-\u2010-\u2014\u00a0]?\d){12,18}(?![\w])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]){11,30}(?!\w)", re.IGNORECASE)
_MANY_DIGITS = re.compile(r"(?:\d[^\d\n]{0,3}){7,}")
_ORDER = re.compile(
    r"(?:order|ord|bestell\w*|pedido|commande|ordine|zam[oó]wieni\w*|bestelling|sipari[sş]|заказ\w*|замовлен\w*|"
    r"tracking|track|parcel|paket|paquete|colis|env[ií]o|ticket|booking|reserva\w*|buchung|invoice|rechnung|factura|"
    r"account|konto|cuenta|compte|conta|customer|kunden\w*|client\w*|ref(?:erence)?|"
    r"คำสั่งซื้อ|ออเดอร์|เลขพัสดุ|ອໍເດີ|ເລກພັດສະດຸ|ການສັ່ງຊື້|លេខបញ្ជាទិញ|កុម្ម៉ង់|ஆர்டர்|订单|訂單|注文|주문|طلب|ऑर्डर|অর্ডার|đơn|pesanan)"
    r"[\s\w]{0,12}?(?:no|nr|num|number|nummer|n[uú]mero|#|№|id|n[°º])?[\s.:#№\-]*(?P<id>(?=[A-Z0-9\-]*\d)[A-Z0-9][A-Z0-9\-]{3,24})",
    re.IGNORECASE,
)


# where most who write a language live, for numbers written without a country's code; ISO 3166
_SPOKEN_IN = {
    "ar": ("EG", "SA"),
    "bn": ("BD", "IN"),
    "de": ("DE", "AT"),
    "es": ("ES", "MX"),
    "fil": ("PH",),
    "fr": ("FR",),
    "hi": ("IN",),
    "id": ("ID",),
    "it": ("IT",),
    "ja": ("JP",),
    "km": ("KH",),
    "ko": ("KR",),
    "lo": ("LA",),
    "my": ("MM",),
    "nl": ("NL",),
    "pl": ("PL",),
    "pt": ("BR", "PT"),
    "ru": ("RU",),
    "ta": ("IN", "LK"),
    "th": ("TH",),
    "tr": ("TR",),
    "uk": ("UA",),
    "vi": ("VN",),
    "zh": ("CN", "TW"),
}


class PersonalData:
    """Finds personal data by shape and checksum, and by the brand's own patterns for order and account numbers."""

    def __init__(self, patterns: Sequence[tuple[str, str]] = (), *, regions: Sequence[str] = ("US", "GB")) -> None:
        """Prepare to look. `patterns`: (kind, regular expression); the group `id`, where there is one, is what counts.

        `regions`: ISO 3166 codes whose national phone numbers are looked for; international ones always are.
        """
        self._patterns = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in patterns]
        self._regions = tuple(regions)

    def find(self, text: str, *, lang: str = "und") -> tuple[Span, ...]:
        """Say where `text` shows personal data, in order, without overlaps: the surer kind wins.

        `lang` adds the countries where it is spoken to those whose phone numbers are looked for.
        """
        plain = _ascii_digits(text[:MAX_TEXT])
        kept: list[Span] = []
        for span in self._candidates(plain, lang):
            if all(span.end <= other.start or span.start >= other.end for other in kept):
                kept.append(span)
        return tuple(sorted(kept, key=lambda span: span.start))

    def _candidates(self, text: str, lang: str) -> Iterator[Span]:
        """Surest first: checksums, then the brand's own patterns, then shapes."""
        has_digit = any(character.isdigit() for character in text)
        if "@" in text or "at" in text:
            yield from (Span(found.start(), found.end(), "email") for found in _EMAIL.finditer(text))
        if not has_digit:
            return
        yield from _cards(text)
        yield from _ibans(text)
        for kind, pattern in self._patterns:
            yield from (_named(found, kind) for found in pattern.finditer(text))
        yield from (_named(found, "order") for found in _ORDER.finditer(text))
        if _MANY_DIGITS.search(text):
            yield from self._phones(text, lang)

    def _phones(self, text: str, lang: str) -> Iterator[Span]:
        for region in dict.fromkeys((*self._regions, *_SPOKEN_IN.get(lang, ()))):
            for match in phonenumbers.PhoneNumberMatcher(text, region):
                yield Span(match.start, match.end, "phone")


def _cards(text: str) -> Iterator[Span]:
    for found in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if len(digits) in CARD_DIGITS and digits[0] in "23456" and luhn.is_valid(digits) and len(set(digits)) > 1:
            yield Span(found.start(), found.end(), "card")


def _ibans(text: str) -> Iterator[Span]:
    for found in _IBAN.finditer(text):
        end = found.end()
        # words may follow in the same breath: give up groups from the right until the checksum holds
        while end - found.start() >= 15:  # noqa: PLR2004 - the shortest IBAN, Norway's
            if text[end - 1].isalnum() and iban.is_valid(text[found.start() : end]):
                yield Span(found.start(), end, "iban")
                break
            end -= 1


def _named(found: re.Match[str], kind: str) -> Span:
    group: int | str = "id" if "id" in found.re.groupindex else 0
    return Span(found.start(group), found.end(group), kind)


def _ascii_digits(text: str) -> str:
    """Write every script's digits as 0-9, one for one, so that offsets stay true."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


def kinds(spans: Iterable[Span]) -> tuple[str, ...]:
    """Name each kind once, in order: what may be told of what was found."""
    return tuple(dict.fromkeys(span.kind for span in spans))
