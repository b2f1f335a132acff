"""What is sent, to whom, and the proof that it was: values between the responder and whoever carries it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.values import RateState, Usage


class DeliveryKind(StrEnum):
    """What a delivery does: `CUSTOMER_FACING` ones speak to a customer or act on a post, the rest tell the team."""

    REPLY = "reply"  # public, under a post
    PRIVATE_REPLY = "private-reply"  # one private message that answers a public post, where a platform has that
    MESSAGE = "message"  # private, in a conversation the customer opened
    LIKE = "like"  # like a post
    HIDE = "hide"  # hide a reply under our own post; decided by a person
    DELETE = "delete"  # delete a reply under our own post; decided by a person
    BAN = "ban"  # shut an author out of our page; decided by a person
    ALERT = "alert"  # to the team: a new thread
    NOTE = "note"  # to the team: into a case's thread
    MAIL = "mail"  # to the team by mail: when its room cannot be reached, and the weekly report
    REPORT = "report"  # to the team's room: one part of the weekly report, words or pictures


CUSTOMER_FACING = frozenset(
    {
        DeliveryKind.REPLY,
        DeliveryKind.PRIVATE_REPLY,
        DeliveryKind.MESSAGE,
        DeliveryKind.LIKE,
        DeliveryKind.HIDE,
        DeliveryKind.DELETE,
        DeliveryKind.BAN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One thing to be sent, exactly as promised: the body is frozen when it is planned."""

    key: str  # unique for ever, e.g. "case-41:acknowledge"
    kind: DeliveryKind
    account: str  # ours, that speaks
    target: str  # native id of a post; MESSAGE: of a conversation; BAN: of an author; to the team: room or address
    body: str  # text for customers; JSON of blocks for the room; text for mail
    extra: Mapping[str, Any] = field(default_factory=dict)  # e.g. {"thread": "1763…"}, {"author": "1234"}
    by: str = ""  # the person of the team whose words or decision it is; empty: automatic


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The proof that an order was carried out."""

    native_id: str
    usage: tuple[Usage, ...] = ()
    rates: tuple[RateState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """What we find among our own posts when we don't know whether an order was carried out."""

    native_id: str | None  # None: not there
    complete: bool  # the listing covered the whole time since the attempt
    usage: tuple[Usage, ...] = ()
    rates: tuple[RateState, ...] = ()


class Standing(StrEnum):
    """How a post stands at its platform right now."""

    SAME = "same"
    EDITED = "edited"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A re-read of a post just before it is answered."""

    standing: Standing
    answered_by_us: bool = False  # somebody of ours answered it in the platform's own app
    usage: tuple[Usage, ...] = ()
    rates: tuple[RateState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One finding of a sign-in check: what was tried, whether it works, and what to do where it does not."""

    what: str
    ok: bool
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRef:
    """A post as its platform knows it."""

    native_id: str
    author_id: str = ""
    version_ids: tuple[str, ...] = ()
    created_at: datetime | None = None
    text: str | None = None  # its words as we heard them: an edit may keep its id; None: not to be compared
    ours: tuple[str, ...] = ()  # native ids of what we said in this matter: other answers of ours are a person's
