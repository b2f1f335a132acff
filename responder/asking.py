"""What the gate is asked and what it answers: values only, no rule among them."""

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
    channel: str  # whose rules hold; one nobody wrote rules for gets the strictest
    kind: DeliveryKind
    conduct: Conduct
    automatic: bool  # False: a named person wrote it
    by: str  # who wrote or decided it: "person:<id>", or "bot"
    closing: bool  # the line that closes a public thread
    planned_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    said_at: datetime | None  # when the customer said what this answers
    paused: bool  # the stop switch
    sending_stopped: bool  # this account's: the platform will not let it send
    stopped_why: str  # the platform's reason, as its connector names it; empty: not stopped
    opted_out: bool
    automatic_last_hour: int  # to this author, not counting this one
    claimed_by: str | None
    case_state: str
    answer_by: AnswerBy  # triage's, the strictest in the case
    summoned: bool
    encrypted: bool
    author_known: bool  # False: the platform keeps to itself who wrote the post
    takes_private_reply: bool  # False: the platform says this post cannot be answered in private
    can_hide: bool  # False: the platform says this post cannot be hidden
    public_answers: int  # automatic public replies in this case, not counting this one, nor a closing line
    closings: int  # closing lines in this case, not counting this one
    private_replies: int  # to this post, whoever wrote them, not counting this one
    private_replies_by_bot: int  # in this case, not counting this one
    customer_opened: bool  # they have written in this private conversation
    last_theirs_at: datetime | None  # when we heard their latest private message in this case
    window_from: datetime | None  # when they wrote their latest message in this conversation, by the platform's clock
    already_answered_their_last: bool  # an automatic message followed it, not counting this one
    discloses: bool  # the words say that a machine writes them
    disclosed_at: datetime | None  # when they were last told so; None as well after a person spoke to them since
    same_to_them_at: datetime | None  # when these very words last went to this author
    same_at: datetime | None  # when these very words last went to anybody in public
    standing: Standing | None  # None: not looked at yet
    answered_by_person_in_app: bool
    spent_micros: int  # this UTC month
    budget_micros: int | None  # None: no limit
    price_micros: int
    fits: bool  # the platform takes a text of this length, by its own count

    def evidence(self) -> dict[str, object]:
        """List what the answer went by, for the record: states, counts and times, nobody's words."""
        return {name: self.plainly(name) for name in _EVIDENCE}

    def plainly(self, name: str) -> object:
        """Give one field as it can be stored."""
        value = getattr(self, name)
        return value.isoformat() if isinstance(value, datetime) else value

    @property
    def named(self) -> bool:
        """Whether a person of the team, known by name, wrote or decided it."""
        return not self.automatic and self.by.startswith(PERSON) and len(self.by) > len(PERSON)


PERSON = "person:"
_NOT_EVIDENCE = frozenset({"stage", "now", "conduct"})  # kept in columns of their own, or in the settings
_EVIDENCE = tuple(field.name for field in fields(Ask) if field.name not in _NOT_EVIDENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the gate says and why; `until` only with `wait`, `consent` only with an allowed automatic word."""

    verdict: Says
    rule: str
    reason: str
    instead: str = ""
    until: datetime | None = None
    source: str = ""  # who says so, and as of when
    rulebook: str = ""  # the version that was asked
    consent: str = ""  # what the customer did that allows it
