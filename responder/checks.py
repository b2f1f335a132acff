"""The vocabulary the rule tables are written in: small questions about an Ask. Pure; knows no rule and no platform.

Each says of something that stands in a delivery's way that it is there. Consents use the same words the other way
round: there each says of something the customer did that it was done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.conduct import Approval, Closing
from domain.sending import DeliveryKind, Standing
from domain.values import AnswerBy
from responder.asking import Ask
from responder.quiet import quiet_until

Holds = Callable[..., bool]
LOOK_AGAIN = timedelta(seconds=30)  # when a turned switch is asked again: nobody knows when it will be turned back
CLOSED = frozenset({"resolved", "dismissed"})


@dataclass(frozen=True, slots=True)
class Check:
    """One word of the vocabulary: the question, the fields it reads, and its parameters with their types."""

    holds: Holds
    reads: tuple[str, ...]
    takes: Mapping[str, type] = field(default_factory=dict)


CHECKS: dict[str, Check] = {}


def _word(*reads: str, **takes: type) -> Callable[[Holds], Holds]:
    """Put a function into the vocabulary under its own name."""

    def learn(holds: Holds) -> Holds:
        CHECKS[holds.__name__] = Check(holds, reads, takes)
        return holds

    return learn


@_word()
def always(_: Ask) -> bool:
    """Whatever the case."""
    return True


@_word("standing")
def gone(ask: Ask) -> bool:
    """The post no longer exists."""
    return ask.standing is Standing.GONE


@_word("standing", "approved_by")
def edited(ask: Ask) -> bool:
    """The post was changed after these words were written, and nobody has looked since."""
    return ask.standing is Standing.EDITED and ask.approved_by is None


@_word("encrypted")
def encrypted(ask: Ask) -> bool:
    """Only the platform's own app can show what it answers."""
    return ask.encrypted


@_word("summoned")
def summoned(ask: Ask) -> bool:
    """The platform lets a program answer this post."""
    return ask.summoned


@_word("summoned")
def not_summoned(ask: Ask) -> bool:
    """The platform takes no answer from a program here."""
    return not ask.summoned


@_word("customer_opened", "last_theirs_at")
def unopened(ask: Ask) -> bool:
    """They have not written in private: for the bot in this case, for a person in this conversation."""
    return not ask.customer_opened or (ask.automatic and ask.last_theirs_at is None)


@_word("customer_opened", "last_theirs_at")
def wrote_in_private(ask: Ask) -> bool:
    """They have written in this private conversation, about this case."""
    return ask.customer_opened and ask.last_theirs_at is not None


@_word("window_from", age=timedelta, spare=timedelta)
def theirs_older_than(ask: Ask, age: timedelta, spare: timedelta) -> bool:
    """Their latest private message is so old; `spare` is kept for the way, as the platform's clock decides."""
    return ask.window_from is not None and ask.now - ask.window_from > age - spare


@_word("window_from", "automatic", "conduct", age=timedelta, spare=timedelta)
def late_without_human_tag(ask: Ask, age: timedelta, spare: timedelta) -> bool:
    """So late that only the platform's tag for people would do, and the settings do not say that we have it."""
    return theirs_older_than(ask, age, spare) and ask.channel not in ask.conduct.human_agent


@_word("window_from", "by", age=timedelta, spare=timedelta)
def late_and_unnamed(ask: Ask, age: timedelta, spare: timedelta) -> bool:
    """So late that only a person's own words may go, and nobody stands for them by name."""
    return theirs_older_than(ask, age, spare) and not ask.named


@_word("said_at", age=timedelta, spare=timedelta)
def post_older_than(ask: Ask, age: timedelta, spare: timedelta) -> bool:
    """The post it answers is so old, or nobody knows how old."""
    return ask.said_at is None or ask.now - ask.said_at > age - spare


@_word("author_known")
def author_unknown(ask: Ask) -> bool:
    """The platform keeps to itself who wrote the post."""
    return not ask.author_known


@_word("takes_private_reply")
def no_private_reply(ask: Ask) -> bool:
    """The platform says that this post cannot be answered in private: a page wrote it, or it was used up."""
    return not ask.takes_private_reply


@_word("private_replies", most=int)
def private_replies_to_post(ask: Ask, most: int) -> bool:
    """The post has had so many private replies, whoever wrote them."""
    return ask.private_replies >= most


@_word("private_replies_by_bot", most=int)
def private_replies_in_case(ask: Ask, most: int) -> bool:
    """The bot has given so many private replies in this case."""
    return ask.private_replies_by_bot >= most


@_word("fits")
def too_long(ask: Ask) -> bool:
    """The platform takes no text of this length."""
    return not ask.fits


@_word("can_hide")
def cannot_hide(ask: Ask) -> bool:
    """The platform says that this post cannot be hidden."""
    return not ask.can_hide


@_word("by", "automatic")
def nobody_named(ask: Ask) -> bool:
    """No person of the team stands for it by name."""
    return not ask.named


@_word("answer_by")
def person_only(ask: Ask) -> bool:
    """Only a person may answer this."""
    return ask.answer_by is AnswerBy.PERSON


@_word("case_state", "closing")
def closed(ask: Ask) -> bool:
    """The case is closed; only a closing line is said in a resolved one."""
    return ask.case_state in CLOSED and not (ask.closing and ask.case_state == "resolved")


@_word("claimed_by")
def claimed(ask: Ask) -> bool:
    """A person has the case."""
    return ask.claimed_by is not None


@_word("answered_by_person_in_app", "closing")
def answered_in_app(ask: Ask) -> bool:
    """Somebody of ours has answered it in the platform's app; under a closing line, that may be the bot's own word."""
    return ask.answered_by_person_in_app and not ask.closing


@_word("opted_out")
def opted_out(ask: Ask) -> bool:
    """They asked for no automatic words."""
    return ask.opted_out


@_word("discloses", "disclosed_at", again_after=timedelta)
def disclosure_due(ask: Ask, again_after: timedelta) -> bool:
    """The words do not say that a machine writes them, and they were not told within that time."""
    told = ask.disclosed_at is not None and ask.now - ask.disclosed_at <= again_after
    return not (ask.discloses or told)


@_word("public_answers", "closings", "closing", most=int)
def public_answers(ask: Ask, most: int) -> bool:
    """The bot has answered in public so often in this case, closing lines counted."""
    return ask.public_answers + ask.closings >= most


@_word("public_answers", "closings", "closing", most=int)
def public_answers_besides_closing(ask: Ask, most: int) -> bool:
    """The same, where one line that closes the thread may follow: it is counted by itself."""
    return (ask.closings if ask.closing else ask.public_answers) >= most


@_word("closing", "approved_by", "conduct")
def closing_unasked(ask: Ask) -> bool:
    """A closing line nobody decided, and the settings leave it to people."""
    return ask.closing and ask.approved_by is None and ask.conduct.closing is not Closing.AUTOMATIC


@_word("already_answered_their_last")
def answered_their_last(ask: Ask) -> bool:
    """The bot has answered their latest private message."""
    return ask.already_answered_their_last


@_word("same_to_them_at", within=timedelta)
def same_words_to_them(ask: Ask, within: timedelta) -> bool:
    """They were told these very words within that time."""
    return ask.same_to_them_at is not None and ask.now - ask.same_to_them_at <= within


@_word("same_at", within=timedelta)
def same_words_in_public(ask: Ask, within: timedelta) -> bool:
    """These very words stood in public within that time, whoever they were for."""
    return ask.same_at is not None and ask.now - ask.same_at <= within


@_word("automatic_last_hour", "conduct")
def over_hourly_cap(ask: Ask) -> bool:
    """They had as many automatic words within an hour as the settings allow."""
    return ask.automatic_last_hour >= ask.conduct.per_author_hour


@_word("planned_at", "said_at", "approved_at", "conduct")
def stale(ask: Ask) -> bool:
    """Too late to be of use. A dry run replays the past, where age says nothing."""
    said_at = ask.planned_at if ask.closing else ask.said_at or ask.planned_at  # what it closes may be weeks old
    since = ask.approved_at or min(ask.planned_at, said_at)
    return not ask.conduct.dry_run and ask.now - since > ask.conduct.stale_after


@_word("planned_at", "approved_at", "conduct")
def waited_long(ask: Ask) -> bool:
    """The words have waited long since somebody wrote or released them; how old the matter is does not count."""
    return not ask.conduct.dry_run and ask.now - (ask.approved_at or ask.planned_at) > ask.conduct.stale_after


@_word("spent_micros", "price_micros", "budget_micros", share=float)
def over_budget(ask: Ask, share: float) -> bool:
    """It would cost more than what this share of the month's budget leaves."""
    return ask.budget_micros is not None and ask.spent_micros + ask.price_micros > share * ask.budget_micros


@_word("conduct")
def rehearsal(ask: Ask) -> bool:
    """This is a dry run."""
    return ask.conduct.dry_run


@_word("approved_by", "conduct")
def wants_approval(ask: Ask) -> bool:
    """The settings want a person to release it, and none has."""
    return ask.approved_by is None and ask.kind in _APPROVED[ask.conduct.approval]


_PUBLIC = frozenset({DeliveryKind.REPLY})
_APPROVED: Mapping[Approval, frozenset[DeliveryKind]] = {
    Approval.NONE: frozenset(),
    Approval.PUBLIC: _PUBLIC,
    Approval.ALL: _PUBLIC | {DeliveryKind.MESSAGE, DeliveryKind.PRIVATE_REPLY},
}


@_word("paused")
def paused(ask: Ask) -> bool:
    """The stop switch is on."""
    return ask.paused


@_word("sending_stopped", "stopped_why", named=str)
def stopped_because(ask: Ask, named: str) -> bool:
    """The platform lets the account say nothing, for a reason with this in its name."""
    return ask.sending_stopped and named in ask.stopped_why


@_word("sending_stopped", "stopped_why")
def sending_stopped(ask: Ask) -> bool:
    """The platform lets the account say nothing."""
    return ask.sending_stopped


@_word("conduct")
def quiet_hours(ask: Ask) -> bool:
    """It is night on the brand's clock."""
    return quiet_until(ask.conduct.quiet, ask.now) is not None


TIMES: Mapping[str, Callable[[Ask, Mapping[str, Any]], datetime]] = {
    "soon": lambda ask, _: ask.now + LOOK_AGAIN,
    "end-of-quiet-hours": lambda ask, _: quiet_until(ask.conduct.quiet, ask.now) or ask.now,
    "same-words-forgotten": lambda ask, given: max(
        (ask.same_at or ask.now) + given.get("within", timedelta(0)) + timedelta(seconds=1),
        ask.now + timedelta(seconds=1),
    ),
}
"""When to ask again, for a rule whose verdict is `wait`."""

WINDOWS: Mapping[str, str] = {
    "theirs_older_than": "theirs",
    "late_without_human_tag": "theirs",
    "post_older_than": "post",
}
"""The checks by which something ends with time, and what its time begins with: their last message, or the post."""
