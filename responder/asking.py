"""What the gate is asked and what it answers: values only, no rule among them."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from domain.conduct import Conduct
from domain.sending import DeliveryKind, Standing
from domain.values import AnswerBy


class Stage(StrEnum):
    """When the gate is asked."""

    PLAN = "plan"  # before a delivery is promised
    SEND = "send"  # just before it goes, perhaps hours later


class Says(StrEnum):
    """What the gate answers."""

    ALLOW = "allow"
    WAIT = "wait"  # ask again at `until`
    HOLD = "hold"  # a person decides
    REFUSE = "refuse"  # never; `instead` says what may be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Everything the gate goes by for one delivery. Money is micro-dollars."""

    stage: Stage
    now: datetime
    kind: DeliveryKind
    conduct: Conduct
    automatic: bool  # False: a named person wrote it
    planned_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    said_at: datetime | None  # when the customer said what this answers
    paused: bool  # the stop switch
    sending_stopped: bool  # this account's: the platform will not let it send
    opted_out: bool
    automatic_last_hour: int  # to this author, not counting this one
    claimed_by: str | None
    case_state: str
    answer_by: AnswerBy  # triage's, the strictest in the case
    summoned: bool
    encrypted: bool
    public_answers: int  # automatic public replies in this case, not counting this one
    customer_opened: bool  # they have written in this private conversation
    last_theirs_at: datetime | None  # their latest private message in this case
    already_answered_their_last: bool  # an automatic message followed it, not counting this one
    standing: Standing | None  # None: not looked at yet
    answered_by_person_in_app: bool
    spent_micros: int  # this UTC month
    budget_micros: int | None  # None: no limit
    price_micros: int
    fits: bool  # the platform takes a text of this length

    def evidence(self) -> dict[str, object]:
        """List what the answer went by, for the record: states, counts and times, nobody's words."""
        return {
            field.name: _plain(getattr(self, field.name)) for field in fields(self) if field.name not in _NOT_EVIDENCE
        }


_NOT_EVIDENCE = frozenset({"stage", "now", "conduct"})  # kept in columns of their own, or in the settings


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the gate says and why; `until` only with `wait`."""

    verdict: Says
    rule: str
    reason: str
    instead: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One reason not to send. `reason` and `instead` may name fields of the Ask: "{ask.claimed_by}"."""

    id: str
    verdict: Says
    applies: Callable[[Ask], bool]  # whose words it is about
    check: Callable[[Ask], bool]  # True: it stands in the way
    reason: str
    instead: str
    source: str  # who says so
    until: Callable[[Ask], datetime] | None = None
