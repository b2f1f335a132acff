"""An Ask nothing stands in the way of, for tests to put one thing in its way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.conduct import Conduct
from domain.sending import DeliveryKind
from domain.values import AnswerBy
from responder.gate import Ask, Stage

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday

CLEAR = Ask(
    stage=Stage.SEND,
    now=NOW,
    channel="x",
    kind=DeliveryKind.REPLY,
    conduct=Conduct(brand="Nord Parcel"),
    automatic=True,
    by="bot",
    closing=False,
    planned_at=NOW - timedelta(seconds=3),
    approved_by=None,
    approved_at=None,
    said_at=NOW - timedelta(minutes=1),
    paused=False,
    sending_stopped=False,
    stopped_why="",
    opted_out=False,
    automatic_last_hour=0,
    claimed_by=None,
    case_state="open",
    answer_by=AnswerBy.BOT,
    summoned=True,
    encrypted=False,
    author_known=True,
    takes_private_reply=True,
    can_hide=True,
    public_answers=0,
    closings=0,
    private_replies=0,
    private_replies_by_bot=0,
    customer_opened=True,
    last_theirs_at=NOW - timedelta(minutes=1),
    window_from=NOW - timedelta(minutes=1),
    already_answered_their_last=False,
    discloses=True,
    disclosed_at=None,
    same_to_them_at=None,
    same_at=None,
    standing=None,
    answered_by_person_in_app=False,
    spent_micros=0,
    budget_micros=None,
    price_micros=10_000,
    fits=True,
)


def ask(**changes: Any) -> Ask:
    """Put something in the way: fields of the Ask, or of its conduct as `conduct__name`."""
    conduct = {name.removeprefix("conduct__"): changes.pop(name) for name in list(changes) if "__" in name}
    return replace(CLEAR, conduct=replace(CLEAR.conduct, **conduct), **changes)
