"""Meta's door: is what knocks Meta's, whose account is it about, and which reader takes it. Stores nothing.

One app of Meta's has one webhook, for the Page and for Instagram. What it brings is turned into the objects that a
poll would have given, and read by the functions that read those.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from channels import meta_signed
from channels.graph_fields import clean, graph_id, mapping
from channels.graph_parse import set_aside
from domain.errors import Refused
from domain.values import Page, Pushed, UnreadablePost

NAME = "meta"

Told = tuple[str, Page]
"""The source that would have brought it, and a page of it."""


class Reader(Protocol):
    """Reads what is pushed to one account."""

    channel: str
    account: str
    object: str  # Meta's word for what it is: "page", "instagram"
    ids: frozenset[str]  # by which an entry names it
    partial: frozenset[str]  # sources of which Meta pushes only a part

    def change(self, field: str, value: Mapping[str, Any], *, now: datetime) -> Sequence[Told] | None:
        """Read a change of `field`; None for a field, item or verb nobody knows. Raises ValueError, Unavailable."""

    def message(self, event: Mapping[str, Any], *, now: datetime) -> Sequence[Told] | None:
        """Read an event of a private conversation; None for a kind nobody knows. Raises ValueError, Unavailable."""


class Door:
    """The door of one app; see the port `Receives`."""

    name = NAME

    def __init__(self, readers: Sequence[Reader], *, app_secret: bytes, verify_token: bytes) -> None:
        """`app_secret` signs what Meta brings, `verify_token` is what we told Meta for the handshake."""
        self._readers, self._secret, self._verify_token = readers, app_secret, verify_token
        self.accounts: Sequence[tuple[str, str]] = [(reader.channel, reader.account) for reader in readers]

    def greet(self, query: Mapping[str, str]) -> str | None:
        """Answer Meta's handshake."""
        return meta_signed.challenge(self._verify_token, query)

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Compare Meta's signature over the raw bytes."""
        return meta_signed.signed_by(self._secret, headers, body)

    def read(self, body: str, *, now: datetime) -> Sequence[Pushed]:
        """Read one envelope, entry by entry; a bad one is set aside and holds up nothing. See `Receives`."""
        try:
            found = mapping(json.loads(body))
        except RecursionError as exc:
            raise ValueError("nested too deeply") from exc
        listed = found.get("entry")
        if not isinstance(listed, list):
            raise ValueError("no entries")  # noqa: TRY004 (of the data, not of our code)
        told: list[Pushed] = []
        for entry in map(mapping, listed):
            reader = self._reader(clean(found.get("object")), graph_id(entry.get("id")))
            told += _entry(entry, reader, now) if reader else ()
        return told

    def _reader(self, kind: str, native_id: str) -> Reader | None:
        """Find whose entry it is; other pages of the same app are nobody's here."""
        return next((reader for reader in self._readers if kind == reader.object and native_id in reader.ids), None)


def _entry(entry: Mapping[str, Any], reader: Reader, now: datetime) -> Iterator[Pushed]:
    for what, item, read in _items(entry, reader, now):
        try:
            told = read()
        except (ValueError, Refused) as exc:
            why = exc.why if isinstance(exc, Refused) else str(exc)
            told = [("", Page(unreadable=(_aside(item, why),)))]
        if told is None:
            told = [("", Page(unreadable=(_unknown(what, item),)))]
        for source, page in told:
            whole = source not in reader.partial
            yield Pushed(channel=reader.channel, account=reader.account, source=source, page=page, whole=whole)


_Item = tuple[str, Any, Callable[[], Sequence[Told] | None]]


def _items(entry: Mapping[str, Any], reader: Reader, now: datetime) -> Iterator[_Item]:
    """Give each thing an entry holds: what it is called, as it came, and how it is read."""
    told_at = {"created_time": entry.get("time"), "timestamp": entry.get("time")}  # of what tells no time of its own
    for item in _listed(entry, "changes"):
        field, value = clean(mapping(item).get("field")), told_at | dict(mapping(mapping(item).get("value")))
        what = ".".join(part for part in (field, clean(value.get("item")), clean(value.get("verb"))) if part)
        yield what, item, partial(reader.change, field, value, now=now)
    for name in ("messaging", "standby"):  # standby: another app has the conversation, we hear it all the same
        for item in _listed(entry, name):
            event = mapping(item)
            kinds = sorted(set(event) - {"sender", "recipient", "timestamp", "message", "prior_message"})
            yield ".".join((name, *kinds)), item, partial(reader.message, event, now=now)


def _listed(entry: Mapping[str, Any], name: str) -> list[Any]:
    value = entry.get(name)
    return value if isinstance(value, list) else []


def _aside(item: Any, why: str) -> UnreadablePost:
    kept = set_aside(item, why)
    return UnreadablePost(native_id=f"pushed:{kept.native_id}", raw=kept.raw, why=why)


def _unknown(what: str, item: Any) -> UnreadablePost:
    """Set aside what nobody knows, once for each kind."""
    name = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "?" for letter in what)
    kept = set_aside(item, f"Meta pushes {name[:60]}, which is not known")
    return UnreadablePost(native_id=f"pushed:{name[:60]}", raw=kept.raw, why=kept.why)
