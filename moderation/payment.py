"""Payment cards and bank accounts in a text, told by length, checksum and how people group them. Pure."""

import re
from collections.abc import Iterator, Sequence

from stdnum import luhn

from domain.values import Span

LONGEST_CARD = 19  # digits; ISO/IEC 7812
SHORTEST_GROUP = 3  # digits people leave between two spaces of a card number
MOST_GROUPS = LONGEST_CARD // SHORTEST_GROUP + 1
FOURS = 5  # groups of four in a row and more to come: longer than any card, such as a parcel's number

SEPARATORS = r"[ \t.\-_/()\u00a0\u2007\u2009\u202f\u2010-\u2015]{0,3}"
_RUN = re.compile(rf"\d(?:{SEPARATORS}\d)*")
_GROUP = re.compile(r"\d+")

# from, to (leading four digits), lengths; Mastercard, American Express, Diners, JCB, Maestro, Discover and UnionPay
_NETWORKS = (
    (4000, 4999, (13, 16, 19)),
    (5100, 5599, (16,)),
    (2221, 2720, (16,)),
    (3400, 3499, (15,)),
    (3700, 3799, (15,)),
    (3000, 3099, (14, 16, 19)),
    (3600, 3699, (14, 16, 19)),
    (3800, 3999, (14, 16, 19)),
    (3500, 3599, (16, 17, 18, 19)),
    (5000, 5099, (16, 17, 18, 19)),
    (5600, 5899, (16, 17, 18, 19)),
    (6000, 6999, (16, 17, 18, 19)),
)

# how long an IBAN of each country is; ISO 13616 registry
_IBAN_LENGTHS = {
    found[1]: int(found[2])
    for found in re.finditer(
        r"([A-Z]{2})(\d\d)",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
        "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
        "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
        "YE30",
    )
}
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ \-]?[A-Za-z0-9])")
_IBAN_REST = re.compile(r"[ \-]?([A-Za-z0-9])")
_LIKE_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?(?![A-Za-z0-9])")


def cards(text: str) -> Iterator[Span]:
    """Find payment cards: as long as their network makes them, grouped as people group them, and right by Luhn."""
    for run in _RUN.finditer(text):
        groups = groups_of(text, run.start(), run.end())
        taken = 0
        for first in range(len(groups)):
            start = groups[first][0]
            end = _card_end(text, groups[first : first + MOST_GROUPS]) if start >= taken else 0
            if end:
                yield Span(start, end, "card")
                taken = end


def groups_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Part digits into groups as they are written, without those that belong to a word beside them: "6pm", "PH6"."""
    groups = [found.span() for found in _GROUP.finditer(text, start, end)]
    if groups and _in_word(text, groups[0][0] - 1):
        del groups[0]
    if groups and _in_word(text, groups[-1][1]):
        del groups[-1]
    return groups


def _in_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isascii() and (text[at].isalpha() or text[at] in "#@")


def _card_end(text: str, groups: Sequence[tuple[int, int]]) -> int:
    """Say where a card that begins with the first group ends; 0: there is none."""
    if len(groups) > FOURS and all(end - start == 4 for start, end in groups[:FOURS]):  # noqa: PLR2004 - fours
        return 0
    digits, found = "", 0
    for start, end in groups:
        if len(digits) + end - start > LONGEST_CARD or end - start < SHORTEST_GROUP:
            break
        digits += text[start:end]
        if _is_card(digits):
            found = end
    return found


def _is_card(digits: str) -> bool:
    leading = int(digits[:4])
    fits = any(first <= leading <= last and len(digits) in lengths for first, last, lengths in _NETWORKS)
    return fits and luhn.is_valid(digits)


def accounts(text: str) -> Iterator[Span]:
    """Find bank accounts: IBANs by their country's length and checksum, and what is written like one."""
    kept = []
    for start in (found.start() for found in _IBAN_START.finditer(text)):
        end = _iban_end(text, start)
        if end:
            kept.append(Span(start, end, "iban"))
    yield from kept
    for found in _LIKE_IBAN.finditer(text):
        if all(found.end() <= span.start or found.start() >= span.end for span in kept):
            yield Span(found.start(), found.end(), "account")


def _iban_end(text: str, start: int) -> int:
    """Say where the IBAN that begins there ends; 0: there is none."""
    length = _IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
    value, at = text[start : start + 4].upper(), start + 4
    while len(value) < length and (found := _IBAN_REST.match(text, at)):
        value, at = value + found.group(1).upper(), found.end()
    behind = text[at : at + 1]
    if not length or len(value) < length or (behind.isascii() and behind.isalnum()):
        return 0
    # ISO 7064, modulo 97
    return at if int("".join(str(int(character, 36)) for character in value[4:] + value[:4])) % 97 == 1 else 0
