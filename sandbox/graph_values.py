"""What there is on the Graph look-alike: people, public items, private messages, and the ids they have."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Network(StrEnum):
    """Where something happens."""

    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"


class Sort(StrEnum):
    """What an item is."""

    POST = "post"  # on the Page: its own, or a visitor's
    MEDIA = "media"  # on our Instagram account
    TAG = "tag"  # elsewhere, and names us
    REVIEW = "review"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPerson:
    """Somebody, by the id that is theirs towards this one Page. `reachable` False: nobody can write to them."""

    id: str
    network: Network
    username: str  # Instagram's handle; on Facebook only what the sandbox calls them
    name: str
    is_page: bool = False
    reachable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something public. `exists_at` is later than `at` only for a write that took effect late."""

    id: str
    number: int  # in the order of being made
    network: Network
    sort: Sort
    author: str  # person id
    text: str
    at: datetime
    exists_at: datetime
    indexed_at: datetime  # from when lists show it
    root: str  # id of the post it stands under; a post's own
    parent: str = ""  # the top comment it stands under; replies to replies stand there too
    target: str = ""  # the item it was written as an answer to
    can_hide: bool = True
    anonymous: bool = False  # given without `from`
    malformed: bool = False  # given with a broken time and without an id
    rating: str = ""  # a review's: positive or negative
    edited_at: datetime | None = None
    deleted: bool = False
    hidden: bool = False
    liked: bool = False
    replied: str = ""  # id of the private reply it got


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphMessage:
    """One private message."""

    id: str
    number: int
    network: Network
    thread: str
    sender: str
    recipient: str
    text: str
    at: datetime
    exists_at: datetime
    answers: str = ""  # the item it is the private reply to
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something a client tried and the platform's rules forbid."""

    at: datetime
    why: str
    target: str


def thread_id(other: GraphPerson) -> str:
    """The id of the conversation with somebody."""
    if other.network is Network.FACEBOOK:
        return f"t_{other.id}"
    return "aWdfZAG06" + urlsafe_b64encode(f"1:IGMessageThread:{other.id}".encode()).decode().rstrip("=")


def message_id(network: Network, number: int) -> str:
    """Make the id of a message."""
    if network is Network.FACEBOOK:
        return f"m_{hashlib.sha256(str(number).encode()).hexdigest()[:40]}"
    return "aWdfZAG1faXRlbTox" + urlsafe_b64encode(f"IGMessageID:{number:012}".encode()).decode().rstrip("=")


def item_id(network: Network, sort: Sort, number: int, *, owner: str, root: str) -> str:
    """Make the id of an item of `owner`; a comment's begins with that of the post it stands under."""
    if network is Network.INSTAGRAM:
        return str((17_850_000_000_000_000 if sort is Sort.COMMENT else 17_900_000_000_000_000) + number * 7_919)
    own = str(120_000_000_000_000 + number * 7_919)
    return f"{root.rpartition('_')[2]}_{own}" if sort is Sort.COMMENT else f"{owner}_{own}"
