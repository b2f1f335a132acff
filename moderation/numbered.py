"""Orders, bookings, parcels and customer accounts in a text: what a word before a number calls so. Pure."""

import re
from collections.abc import Iterator

from domain.values import Span
from moderation.telephones import is_counted

FEWEST_DIGITS, FEWEST_MARKED = 4, 3  # of a bare number after its word; with letters in it, or "no." or "#" before it

# Written in small letters and looked for in small letters: a search that minds the case can skip to where one of the
# words may begin, which makes it five times as fast.
_END = r"[^\W\d_]"  # a letter of a word's ending
_ORDER = (
    rf"order|bestell{_END}{{0,8}}|auftrag{_END}{{0,8}}|pedido|compra|caja|commande|ordine|zam[oó]wieni{_END}{{0,4}}|"
    rf"przesy[lł]k{_END}{{0,3}}|paczk{_END}{{0,3}}|sipari[sş]{_END}{{0,4}}|kargo|заказ{_END}{{0,3}}|бронь|"
    rf"посылк{_END}{{0,2}}|замовлен{_END}{{0,3}}|посилк{_END}{{0,2}}|tracking|track|parcel|sendung{_END}{{0,8}}|paket|"
    rf"paquete|colis|env[ií]o|ticket|tiket|booking|pnr|reserva{_END}{{0,5}}|prenotazione|buchung{_END}{{0,8}}|invoice|"
    rf"rechnung{_END}{{0,8}}|factura|ref(?:erence)?\b|receipt|resi\b|mã(?: gd| đơn| vận đơn| đặt chỗ)?|ma dat cho|"
    rf"đơn(?: hàng)?|pesanan|คำสั่งซื้อ|ออเดอร์|การจอง|พัสดุ|เลข|ອໍເດີ|ເລກພັດສະດຸ|ເລກຈອງ|ການສັ່ງຊື້|ໃບຮັບເງິນ|ເລກບິນ|"
    rf"លេខបញ្ជាទិញ|លេខកក់|កក់លេខ|លេខអីវ៉ាន់|កុម្ម៉ង់|ஆர்டர்|பார்சல்|ဘွတ်ကင်|အော်ဒါ|ပြေစာ|订单|訂單|单号|單號|合同|注文|"
    rf"予約番号|伝票|주문|예약번호|송장|طلب{_END}{{0,3}}|البلاغ|ऑर्डर|टिकट|অর্ডার|রসিদ"
)
_ACCOUNT = (
    rf"account|acct|a/c|konto{_END}{{0,6}}|cuenta|compte|conta\b|customer|kunden{_END}{{0,8}}|client[ei]?{_END}{{0,4}}|"
    r"member|policy|บัญชี|ບັນຊີ|គណនី|账号|帳號|계좌|حساب|खाता|একাউন্ট"
)
_WORDS, _ACCOUNT_WORDS = re.compile(f"{_ACCOUNT}|{_ORDER}"), re.compile(_ACCOUNT)
_MARK = (
    r"(?:no\b\.?|nr\b\.?|num\b\.?|number|nummer|n[uú]mero|numer|nomor|id\b|code|#|№|n[°º]\.?|"
    r"رقم|எண்|नंबर|নম্বর|番号|번호|အမှတ်|号|號)"
)
_ALNUM = "A-Z0-9\u00c0-\u017e\u0400-\u052f"
_BEHIND = re.compile(
    rf"(?P<marked>(?:[\s:.'\"(\-]{{0,3}}{_MARK})?)[\s:.#№'\"(\-]{{0,4}}(?:(?:is|ist|es|è|este|jest|to|nya|ay):?\s)?"
    rf"(?P<id>(?:[A-Z]{{2,4}} (?=\d))?[{_ALNUM}](?:[{_ALNUM}]|[\-/](?=[{_ALNUM}])|\.(?=\d)){{2,23}})(?![{_ALNUM}])",
    re.IGNORECASE,
)
# a code such as a booking's may stand a few words behind its name
_CODE_BEHIND = re.compile(
    r"[^.\n\d]{0,18}?(?<![A-Za-z0-9\-/])(?P<id>(?=[A-Z]{0,11}\d)(?=\d{0,11}[A-Z])[A-Z0-9]{5,12})(?![A-Za-z0-9\-/])"
)
_FLIGHT = re.compile(r"[A-Z][A-Z0-9] ?\d{1,4}")
_YEAR = re.compile(r"(?:19|20)\d\d")
# what parcels, bookings and invoices are numbered like, whatever stands before it
_SHAPES = re.compile(
    r"(?<![A-Za-z0-9/\-.@#])(?:"
    r"[A-Z]{2,5}\d{6,12}|[A-Z]{2,5}\d{5,12}[A-Z]{1,3}|1Z[A-Z0-9]{16}|"
    r"(?=[A-Z0-9\-]{0,24}[A-Z])(?=(?:[A-Z\-]{0,6}\d){5})[A-Z0-9]{2,5}(?:-[A-Z0-9]{1,8}){1,3}|"
    r"[A-Z]{2,4}/\d{4,8}(?:/[A-Z0-9]{1,4})?"
    r")(?![A-Za-z0-9/]|-[A-Za-z0-9])"
)


def numbered(text: str) -> Iterator[Span]:
    """Find what a word before it calls an order or an account; not the year, the price, the count or the flight."""
    small = text.lower()
    if len(small) != len(text):  # a few letters are two when small; then places would not fit
        small = text
    for word in _WORDS.finditer(small):
        found = _BEHIND.match(text, word.end())
        if (
            not found
            or not _is_number(found["id"], marked=bool(found["marked"]))
            or is_counted(text, *found.span("id"))
        ):
            found = _CODE_BEHIND.match(text, word.end())
            if not found or _FLIGHT.fullmatch(found["id"]):
                continue
        yield Span(*found.span("id"), "account" if _ACCOUNT_WORDS.match(small, word.start()) else "order")


def shaped(text: str) -> Iterator[Span]:
    """Find what looks like the number of a parcel, a booking or an invoice, though nothing says so."""
    return (Span(found.start(), found.end(), "order") for found in _SHAPES.finditer(text))


def _is_number(value: str, *, marked: bool) -> bool:
    digits = sum(map(str.isdigit, value))
    if marked and digits >= FEWEST_MARKED:
        return True
    if _YEAR.fullmatch(value) or _FLIGHT.fullmatch(value) or value != value.upper():
        return False
    return digits >= (FEWEST_DIGITS if value.isdigit() else FEWEST_MARKED)
