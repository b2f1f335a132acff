"""What is heard and how it is judged: values that every room shares. Frozen; no behaviour beyond their own sense."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any


class PostKind(StrEnum):
    """How a post reached us."""

    MENTION = "mention"  # names us
    COMMENT = "comment"  # under our own post
    DIRECT = "direct"  # private


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAuthor:
    """A public identity, as the platform tells it with a post."""

    native_id: str
    handle: str = ""
    name: str = ""
    followers: int | None = None
    verified: bool = False
    accepts_directs: bool | None = None  # None: the platform did not say


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """What somebody published, public or direct. Immutable: an edit is a new version with the same `logical_id`."""

    native_id: str
    kind: PostKind
    text: str
    author: NewAuthor
    conversation: str  # native id of the thread's root, or of the private conversation
    created_at: datetime
    logical_id: str = ""  # first version's id; empty: this is the first
    version: int = 1  # 1 for the original, up to 6 on X (five edits)
    summoned: bool = False  # the author called us, so the platform lets us answer
    in_reply_to: str | None = None
    permalink: str = ""
    lang: str | None = None  # the platform's own guess
    editable_until: datetime | None = None
    encrypted: bool = False  # exists, but only the platform's own app can show it
    own: bool = False  # we, or our team in the platform's app, wrote it
    raw: Mapping[str, Any] = field(default_factory=dict)  # what identifies it in the platform's terms; never text


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadablePost:
    """An item the connector could not understand: kept as it came, said once, never in the way of the others."""

    native_id: str  # the platform's id, or a digest of the raw item where it has none
    raw: str  # the item as JSON
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RateState:
    """What a platform said about one endpoint's limit."""

    endpoint: str
    remaining: int | None = None
    limit: int | None = None
    reset_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Billed resources of one call. Money is whole micro-dollars: 1_000_000 = 1 USD."""

    endpoint: str
    resource: str  # the price table's row, e.g. "owned_read"
    units: int
    micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a source, and the cursor that goes with it: the cursor is stored with the page or not at all."""

    posts: tuple[NewPost, ...] = ()
    unreadable: tuple[UnreadablePost, ...] = ()
    gone: tuple[str, ...] = ()  # native ids the platform says no longer exist
    cursor: str | None = None  # opaque outside the connector
    more: bool = False  # there is more to read now; ask again at once
    usage: tuple[Usage, ...] = ()
    rates: tuple[RateState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a platform told us of its own accord about one account: a page that no cursor goes with."""

    channel: str
    account: str
    source: str  # the source that would have brought it; empty or unknown: any of the account
    page: Page
    whole: bool = True  # the platform pushes all that this source brings; else polling keeps its pace


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """One thing we poll, as a connector offers it."""

    name: str  # unique within the account, e.g. "mentions", "search:sottovoce"
    endpoint: str  # its rate row
    every: timedelta
    expect_within: timedelta | None = None  # quiet for longer than this is suspicious; None: cannot be told


class Sentiment(StrEnum):
    """How a post feels."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Abuse(StrEnum):
    """What kind of abuse a post carries."""

    NONE = "none"
    OFFENSIVE = "offensive"
    HATEFUL = "hateful"
    THREAT = "threat"


class Kind(StrEnum):
    """What a post is for."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    PRAISE = "praise"
    NOISE = "noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """A model's opinion of one text. Every number is a probability, 0 to 1; each mapping sums to 1."""

    sentiment: Mapping[Sentiment, float]
    abuse: Mapping[Abuse, float]
    kind: Mapping[Kind, float]
    person: float  # somebody of the team should look
    distress: float  # somebody is in danger or despair
    why: Mapping[str, float] = field(default_factory=dict)  # reasons a person is needed; independent, need not sum to 1
    model: str = ""  # name and version of the model that said so
    vector: bytes = b""  # what the text is about, for comparing with others of the same model; empty: nothing to say


class Priority(IntEnum):
    """What is looked at first: a lower number goes first."""

    URGENT = 0
    HIGH = 1
    NORMAL = 2
    LOW = 3


class Need(StrEnum):
    """What triage decides a post is, for us."""

    URGENT = "urgent"
    COMPLAINT = "complaint"
    QUESTION = "question"
    PRAISE = "praise"
    NOISE = "noise"


class AnswerBy(StrEnum):
    """Who may speak first."""

    BOT = "bot"
    PERSON = "person"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """The decision about one post: what it is, how soon, who answers, and why; `rule` names the policy's line."""

    need: Need
    priority: Priority
    answer_by: AnswerBy
    reason: str  # for people, no customer's words: "threat 0.91"
    rule: str  # stable id: "threat"
    policy: str  # the policy's version


@dataclass(frozen=True, slots=True)
class Span:
    """Personal data found in a text: half-open character offsets and what it is. Never the value."""

    start: int
    end: int
    kind: str  # phone, email, card, iban, order, account


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything stored about one judging of one post."""

    lang: str  # ISO 639-1 or -3; "und" when it cannot be told
    scores: Scores
    personal_data: tuple[Span, ...]
    triage: Triage
