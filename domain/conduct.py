"""Conduct: how a brand wants its bot to behave; plain values that the settings fill in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.values import Need


class Approval(StrEnum):
    """What a person must release before it is sent."""

    NONE = "none"
    PUBLIC = "public"  # public replies
    ALL = "all"  # everything a customer would read


class Closing(StrEnum):
    """Who decides that one line closes a public thread whose matter was settled in private."""

    NEVER = "never"
    PERSON = "person"  # the team is asked
    AUTOMATIC = "automatic"  # where the platform's rules allow it


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `start` to `end` on the brand's wall clock no automatic word goes out; may span midnight."""

    start: time
    end: time
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Where the team is told. Empty: not told there."""

    alerts: str = ""  # urgent cases, incidents, health
    cases: str = ""  # other cases; empty: with the alerts
    mail: str = ""  # address for when the room cannot be reached


DEFAULT_SLA: Mapping[Need, timedelta] = {
    Need.URGENT: timedelta(minutes=15),
    Need.COMPLAINT: timedelta(hours=1),
    Need.QUESTION: timedelta(hours=6),
}
"""A person's first word, by need."""

DEFAULT_LEADS: Mapping[str, timedelta] = {
    "private-reply": timedelta(hours=24),
    "bot-message": timedelta(hours=3),
    "person-message": timedelta(hours=24),
}
"""How long before a platform's window shuts the team is warned, by the window's name in the rule tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """Everything the responder and the gate go by that is the brand's choice, not the platform's rule."""

    brand: str  # as customers know it: "Nord Parcel"
    dry_run: bool = False  # everything is decided and stored, nothing reaches a customer
    approval: Approval = Approval.NONE
    per_author_hour: int = 3  # automatic words to one author within an hour
    quiet: QuietHours | None = None
    stale_after: timedelta = timedelta(hours=12)  # an acknowledgement later than this is worse than none
    budgets: Mapping[str, int] = field(default_factory=dict)  # channel -> micro-dollars a UTC month; absent: no limit
    invite_link: bool = False  # put a link to the private thread into the reply: on X it may cost 13 times as much
    privacy_url: str = ""  # told in the first private message
    sla: Mapping[Need, timedelta] = field(default_factory=lambda: dict(DEFAULT_SLA))
    warn_before: float = 0.25  # share of the promised time that is left when the team is warned
    rooms: Rooms = field(default_factory=Rooms)
    mail_after: timedelta = timedelta(seconds=60)  # an urgent alert the room has not taken by then also goes by mail
    incident_cases: int = 8  # so many cases ...
    incident_within: timedelta = timedelta(minutes=3)  # ... within this time are one incident
    fallback_lang: str = "en"  # for languages we have no words in
    human_agent: frozenset[str] = frozenset()  # channels on which people may answer late: the platform approved it
    closing: Closing = Closing.PERSON
    window_leads: Mapping[str, timedelta] = field(default_factory=lambda: dict(DEFAULT_LEADS))
