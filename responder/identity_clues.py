"""Identity clues: what a value somebody gave says about who they are, and what two authors have in common. Pure.

A display name, a handle or a likeness is no clue at all; what is said in public never links; what more than two gave,
or may belong to many, is for a person to decide.
"""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import Protocol

from responder.topics import EMAIL, ORDER, PHONE

GIVERS = 2  # authors one value may link
ASKED_AT_MOST = 4  # authors who gave one value: from there on it is nobody's, and nobody is asked about it

_FEWEST_DIGITS = {ORDER: 4, PHONE: 7}
_SHORT_ORDER = 6  # letters and digits; below, two strangers may well have the same
_DATE_DIGITS = 8
# fmt: off
_ROLES = frozenset(
    {
        "abuse", "accounting", "accounts", "admin", "administration", "billing", "bookings", "buchhaltung",
        "careers", "contact", "contacto", "customer", "customercare", "customerservice", "enquiries",
        "facturacion", "familie", "family", "feedback", "finance", "hello", "help", "helpdesk", "hi",
        "hola", "hr", "info", "information", "inquiries", "invoice", "invoices", "jobs", "kontakt", "legal",
        "mail", "mailbox", "marketing", "news", "newsletter", "noreply", "no-reply", "office", "orders",
        "order", "post", "postmaster", "press", "privacy", "procurement", "purchasing", "reception",
        "rechnung", "reservations", "sales", "secretary", "security", "service", "shop", "staff", "store",
        "support", "team", "ventas", "verkauf", "web", "webmaster", "welcome",
    }
)
# fmt: on
_EXAMPLES = frozenset({"example.com", "example.org", "example.net", "test.com", "email.com", "domain.com"})

PHONE_IS_SHARED = "a telephone may be a household's or a firm's"
ROLE_IS_SHARED = "the address looks like one that several people read"
SHORT_IS_COMMON = "the number is so short that strangers may have the same"


@dataclass(frozen=True, slots=True)
class Value:
    """A value in its one spelling; `weak` says why it tells little of who gave it, empty: it tells much."""

    kind: str
    spelling: str
    weak: str = ""


class Clue(Protocol):
    """That an author gave a value, as it is kept."""

    @property
    def author_id(self) -> int: ...  # noqa: D102

    @property
    def post_id(self) -> int: ...  # noqa: D102

    @property
    def kind(self) -> str: ...  # noqa: D102

    @property
    def weak(self) -> str: ...  # noqa: D102

    @property
    def private(self) -> bool: ...  # noqa: D102


class Weight(Enum):
    """What a value two authors gave is good for. The larger outweighs the smaller."""

    NOTHING = auto()
    ASK = auto()  # a person decides
    LINK = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What two authors have in common, in our words; `posts` are the first in which each said it."""

    weight: Weight
    kind: str
    reason: str
    posts: tuple[int, ...] = ()

    def evidence(self) -> dict[str, object]:
        """List what it rests on, for the ledger: a kind and ids."""
        return {"kind": self.kind, "posts": list(self.posts)}


def read(kind: str, text: str) -> Value | None:
    """Bring a fact's value into its one spelling. None: it is of no kind that tells people apart, or a stand-in."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if kind == EMAIL:
        return _email(plain.casefold())
    return _number(kind, plain) if kind in _FEWEST_DIGITS else None


def _email(address: str) -> Value | None:
    local, at, domain = address.rstrip(".").rpartition("@")
    if not (local and at and "." in domain) or domain in _EXAMPLES:
        return None
    role = local.split("+")[0].replace(".", "").replace("_", "").rstrip("0123456789")
    shared = role in _ROLES or role.replace("-", "") in _ROLES or not role
    return Value(EMAIL, f"{local}@{domain}", ROLE_IS_SHARED if shared else "")


def _number(kind: str, text: str) -> Value | None:
    spelled = "".join(_plain(character) for character in text.upper() if character.isalnum())
    digits = "".join(character for character in spelled if character.isdigit())
    if len(digits) < _FEWEST_DIGITS[kind] or _stands_in(digits):
        return None
    if kind == PHONE:
        return Value(PHONE, digits.lstrip("0"), PHONE_IS_SHARED)
    if spelled == digits and _is_a_date(digits):
        return None
    return Value(ORDER, spelled, SHORT_IS_COMMON if len(spelled) < _SHORT_ORDER else "")


def _plain(character: str) -> str:
    return str(unicodedata.digit(character)) if character.isdecimal() else character


def _stands_in(digits: str) -> bool:
    """Say whether somebody only filled a gap: 000000, 123456, 654321."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    return steps in ({0}, {1}, {9})


def _is_a_date(digits: str) -> bool:
    """Say whether a bare number reads as a day: 20261120 or 20112026."""
    if len(digits) != _DATE_DIGITS:
        return False
    forms = ((digits[:4], digits[4:6], digits[6:]), (digits[4:], digits[2:4], digits[:2]))
    return any(
        year[:2] in ("19", "20") and (1 <= int(month) <= 12 or 1 <= int(day) <= 12) and int(max(month, day)) <= 31  # noqa: PLR2004 (a calendar's)
        for year, month, day in forms
    )


def weigh(given: Sequence[Clue], one: int, other: int, *, same_channel: bool) -> Finding:
    """Say what one value, given in the order of `given`, is good for between two authors who both gave it."""
    theirs = [_first(given, author_id) for author_id in (one, other)]
    clue = theirs[0]
    obstacle = _obstacle(given, theirs, same_channel=same_channel)
    said = f"both gave the same {_NAMES[clue.kind]}"
    weight = Weight.ASK if obstacle else Weight.LINK
    many = len({each.author_id for each in given}) > ASKED_AT_MOST
    if many or not any(each.private for each in theirs):  # copied in public from each other, most likely
        weight = Weight.NOTHING
    return Finding(
        weight=weight,
        kind=clue.kind,
        reason=f"{said}, but {obstacle}" if obstacle else f"{said} in private",
        posts=tuple(each.post_id for each in theirs),
    )


_NAMES = {ORDER: "order number", EMAIL: "e-mail address", PHONE: "telephone number"}


def _obstacle(given: Sequence[Clue], theirs: Sequence[Clue], *, same_channel: bool) -> str:
    """Say why a person has to look, the gravest reason first; empty: nothing stands in the way."""
    if len({clue.author_id for clue in given}) > GIVERS:
        return "so did somebody else"
    if weak := next((clue.weak for clue in theirs if clue.weak), ""):
        return weak
    if not all(clue.private for clue in given[: _known_to_both(given, theirs)]):
        return "it was said in public, where anybody can read it"
    return "both write on the same network" if same_channel else ""


def _known_to_both(given: Sequence[Clue], theirs: Sequence[Clue]) -> int:
    """Count what was given until both had; what is said in public later gives nothing away any more."""
    return max(given.index(clue) for clue in theirs) + 1


def _first(given: Sequence[Clue], author_id: int) -> Clue:
    """Find where an author gave the value: in private, where they did so at all."""
    said = [clue for clue in given if clue.author_id == author_id]
    return next((clue for clue in said if clue.private), said[0])


def best(findings: Collection[Finding]) -> Finding | None:
    """Choose what weighs most; None: there is nothing."""
    return max(findings, key=lambda finding: finding.weight.value, default=None)
