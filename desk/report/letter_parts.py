"""The report's letter as a mail: a plain twin, and HTML with its pictures within. Sends nothing.

Source: RFC 2046 (alternative), RFC 2387 (related), RFC 2392 (cid).
"""

from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from desk import phrases
from desk.report import parts
from desk.report.values import Letter
from domain.errors import Refused
from domain.sending import Order

_SUBJECT = 180


def compose(letter: EmailMessage, order: Order, *, domain: str) -> None:
    """Fill a mail with subject and content. Raises Refused where the order holds no letter, or its files are gone."""
    part = parts.of(order)
    if not isinstance(part, Letter):
        raise Refused("mail", "the delivery holds no letter", rule="mail.no-letter")
    ids = {picture.name: f"{picture.name}.{_digest(order.key)}@{domain}" for picture in part.pictures}
    letter["Subject"] = phrases.one_line(part.subject, _SUBJECT) or "Sottovoce"
    letter.set_content(part.plain, cte="quoted-printable")
    letter.add_alternative(_named(part.html, ids), subtype="html", cte="quoted-printable")
    *_, page = letter.iter_parts()
    for picture in part.pictures:
        named: Any = {"cid": f"<{ids[picture.name]}>", "disposition": "inline", "filename": f"{picture.name}.png"}
        page.add_related(picture.png, "image", "png", **named)
    _settle(letter, order.key)


def _named(page: str, ids: dict[str, str]) -> str:
    """Call the pictures by ids that no other mail has."""
    for name, cid in ids.items():
        page = page.replace(f'"cid:{name}"', f'"cid:{cid}"')
    return page


def _settle(letter: EmailMessage, key: str) -> None:
    """Part the parts by the same lines on every try, so that a letter sent again is the same letter."""
    for index, part in enumerate(one for one in letter.walk() if one.is_multipart()):
        part.set_boundary(f"={_digest(f'{key}:{index}')}=")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
