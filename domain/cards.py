"""Cards: what the team is told, before anybody has decided how it looks in a chat room or a mail."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum


class CardKind(StrEnum):
    """What a card is about."""

    CASE = "case"  # a new case: opens a thread
    NEWS = "news"  # something new in a case: goes into its thread
    INCIDENT = "incident"  # many cases within minutes
    HEALTH = "health"  # a source, a budget or a sign-in needs the operator
    CLOCK = "clock"  # a promise is about to be broken, or was


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One thing to tell the team. Frozen when planned; holds masked words only, never personal data."""

    kind: CardKind
    headline: str  # the reason first: "Threat against staff (0.91)"
    text: str = ""  # our own words
    quote: str = ""  # the customer's words, masked, not escaped
    case_id: int | None = None
    need: str = ""
    priority: int = 2
    channel: str = ""
    author: str = ""  # public handle without @
    lang: str = ""
    sentiment: str = ""
    sentiment_p: float | None = None
    abuse: str = ""
    followers: int | None = None
    nth: int = 1  # which case of this author within 30 days
    heard_at: datetime | None = None
    due_at: datetime | None = None  # the clock: a person's first word is promised by then
    link: str = ""
    facts: tuple[str, ...] = ()  # what the customer told in private, masked: "order: […13]"
    also: tuple[str, ...] = ()  # what else there is of the same customer, on other channels too; masked
    count: int | None = None  # incidents: how many cases
    remedy: str = ""  # health: what to do

    def to_json(self) -> str:
        """Freeze into a delivery's body."""
        return json.dumps(asdict(self), default=_plain, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, body: str) -> "Card":
        """Read what `to_json` wrote; fields of a newer version are dropped. Raises ValueError on anything else."""
        found = json.loads(body)
        if not isinstance(found, dict) or not {"kind", "headline"} <= set(found):
            message = "not a card"
            raise ValueError(message)
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in found.items() if name in known}
        for name in ("heard_at", "due_at"):
            if values.get(name):
                values[name] = datetime.fromisoformat(values[name])
        values["kind"] = CardKind(values["kind"])
        for name in ("facts", "also"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    message = f"a card cannot hold {type(value).__name__}"
    raise TypeError(message)
