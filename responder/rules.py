"""The gate's rules: every reason not to send, ours and the platforms', as a table. Decides nothing itself.

The order is part of the rules: the first that stands in the way is the one that is told. When money runs low the bot
stops talking before it stops hearing (`ANSWERS_END_AT`).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from domain.conduct import Approval
from domain.sending import DeliveryKind, Standing
from domain.values import AnswerBy
from responder.asking import Ask, Rule, Says
from responder.quiet import quiet_until

LOOK_AGAIN = timedelta(seconds=30)  # when a turned switch is asked again: nobody knows when it will be turned back
ANSWERS_END_AT = 0.95  # of the month's budget: the rest is kept for hearing, which is given up last
CLOSED = frozenset({"resolved", "dismissed"})


def _customer(_ask: Ask) -> bool:
    return True


def _bot(ask: Ask) -> bool:
    return ask.automatic


def _only(*kinds: DeliveryKind, automatic: bool = False) -> Callable[[Ask], bool]:
    """Make a rule's scope: these kinds; with `automatic`, only the bot's own."""

    def applies(ask: Ask) -> bool:
        return ask.kind in kinds and (ask.automatic or not automatic)

    return applies


def _wants_approval(ask: Ask) -> bool:
    wanted: Mapping[Approval, frozenset[DeliveryKind]] = {
        Approval.NONE: frozenset(),
        Approval.PUBLIC: frozenset({DeliveryKind.REPLY}),
        Approval.ALL: frozenset({DeliveryKind.REPLY, DeliveryKind.MESSAGE}),
    }
    return ask.approved_by is None and ask.kind in wanted[ask.conduct.approval]


def _stale(ask: Ask) -> bool:
    """Too late to be of use. A dry run replays the past, where age says nothing."""
    since = ask.approved_at or min(ask.planned_at, ask.said_at or ask.planned_at)
    return not ask.conduct.dry_run and ask.now - since > ask.conduct.stale_after


def _too_dear(ask: Ask) -> bool:
    return ask.budget_micros is not None and ask.spent_micros + ask.price_micros > ANSWERS_END_AT * ask.budget_micros


def _in_quiet_hours(ask: Ask) -> bool:
    return quiet_until(ask.conduct.quiet, ask.now) is not None


def _end_of_quiet_hours(ask: Ask) -> datetime:
    return quiet_until(ask.conduct.quiet, ask.now) or ask.now


def _soon(ask: Ask) -> datetime:
    return ask.now + LOOK_AGAIN


_REPLY, _MESSAGE, _HIDE = DeliveryKind.REPLY, DeliveryKind.MESSAGE, DeliveryKind.HIDE
_X_AUTOMATION = "X developer guidelines, automation"

RULES: tuple[Rule, ...] = (
    # What is impossible or forbidden whoever wrote it
    Rule(
        id="post-gone",
        verdict=Says.REFUSE,
        applies=_only(_REPLY, _HIDE),
        check=lambda ask: ask.standing is Standing.GONE,
        reason="the post no longer exists",
        instead="nothing to answer; if they wrote in private, answer there",
        source="X API v2, resource-not-found",
    ),
    Rule(
        id="encrypted",
        verdict=Says.REFUSE,
        applies=_only(_REPLY, _MESSAGE),
        check=lambda ask: ask.encrypted,
        reason="what they wrote is encrypted; only the platform's own app can show and answer it",
        instead="a person answers in the platform's app",
        source="X XChat introduction",
    ),
    Rule(
        id="not-summoned",
        verdict=Says.REFUSE,
        applies=_only(_REPLY),
        check=lambda ask: not ask.summoned,
        reason="the author did not name us, so the platform takes no answer from a program",
        instead="a person answers in the platform's app",
        source="X changelog 2026-02-23, self-serve replies",
    ),
    Rule(
        id="private-unopened",
        verdict=Says.REFUSE,
        applies=_only(_MESSAGE),
        check=lambda ask: not ask.customer_opened or (ask.automatic and ask.last_theirs_at is None),
        reason="they have not written to us in private about this",
        instead="invite them in public, once, to write first",
        source=_X_AUTOMATION,
    ),
    Rule(
        id="too-long",
        verdict=Says.REFUSE,
        applies=_only(_REPLY, _MESSAGE),
        check=lambda ask: not ask.fits,
        reason="the platform takes no text of this length",
        instead="shorten it",
        source="X counting characters",
    ),
    # Where the bot keeps silent
    Rule(
        id="person-only",
        verdict=Says.REFUSE,
        applies=_bot,
        check=lambda ask: ask.answer_by is AnswerBy.PERSON,
        reason="only a person may answer this: a canned reply to somebody in danger or under threat does harm",
        instead="the team is alerted; a person answers",
        source="house rule",
    ),
    Rule(
        id="hide-by-person",
        verdict=Says.REFUSE,
        applies=_only(_HIDE, automatic=True),
        check=lambda _ask: True,
        reason="hiding a post is a person's decision",
        instead="the team is alerted; a person hides it",
        source="house rule",
    ),
    Rule(
        id="case-closed",
        verdict=Says.REFUSE,
        applies=_bot,
        check=lambda ask: ask.case_state in CLOSED,
        reason="the case is {ask.case_state}",
        instead="a person may still write; a new post opens the case again",
        source="house rule",
    ),
    Rule(
        id="person-has-case",
        verdict=Says.REFUSE,
        applies=_bot,
        check=lambda ask: ask.claimed_by is not None,
        reason="{ask.claimed_by} has taken the case",
        instead="{ask.claimed_by} answers; released, the bot may speak again",
        source="house rule",
    ),
    Rule(
        id="answered-in-app",
        verdict=Says.REFUSE,
        applies=_only(_REPLY, automatic=True),
        check=lambda ask: ask.answered_by_person_in_app,
        reason="somebody of ours has answered it in the platform's app",
        instead="go on from their answer",
        source="house rule",
    ),
    Rule(
        id="opted-out",
        verdict=Says.REFUSE,
        applies=_bot,
        check=lambda ask: ask.opted_out,
        reason="they asked for no automatic words",
        instead="a person answers",
        source=_X_AUTOMATION,
    ),
    Rule(
        id="already-answered",
        verdict=Says.REFUSE,
        applies=_only(_REPLY, automatic=True),
        check=lambda ask: ask.public_answers > 0,
        reason="the bot has answered in public in this case",
        instead="a person answers, or the private thread goes on",
        source=_X_AUTOMATION,
    ),
    Rule(
        id="one-message-each",
        verdict=Says.REFUSE,
        applies=_only(_MESSAGE, automatic=True),
        check=lambda ask: ask.already_answered_their_last,
        reason="the bot has answered their latest private message",
        instead="wait for them to write, or a person writes",
        source=_X_AUTOMATION,
    ),
    Rule(
        id="author-cap",
        verdict=Says.REFUSE,
        applies=_bot,
        check=lambda ask: ask.automatic_last_hour >= ask.conduct.per_author_hour,
        reason="{ask.automatic_last_hour} automatic words to this author within an hour",
        instead="the team is alerted; a person answers",
        source="settings: per_author_hour",
    ),
    Rule(
        id="stale",
        verdict=Says.REFUSE,
        applies=_bot,
        check=_stale,
        reason="it comes too late to be of use",
        instead="a person answers, and may say sorry for the wait",
        source="settings: stale_after",
    ),
    Rule(
        id="budget",
        verdict=Says.REFUSE,
        applies=_bot,
        check=_too_dear,
        reason="the month's budget has nothing left for automatic answers; what remains is kept for hearing",
        instead="a person answers; or raise the budget",
        source="settings: budget",
    ),
    Rule(
        id="dry-run",
        verdict=Says.REFUSE,
        applies=_customer,
        check=lambda ask: ask.conduct.dry_run,
        reason="this is a dry run: everything is decided, nothing is sent to a customer",
        instead="end the dry run in the settings",
        source="settings: dry_run",
    ),
    # What a person must look at first
    Rule(
        id="post-edited",
        verdict=Says.HOLD,
        applies=_only(_REPLY),
        check=lambda ask: ask.standing is Standing.EDITED and ask.approved_by is None,
        reason="the post was changed after this answer was written",
        instead="read it again, then approve or drop the answer",
        source="house rule",
    ),
    Rule(
        id="approval",
        verdict=Says.HOLD,
        applies=_bot,
        check=_wants_approval,
        reason="a person releases what the bot says",
        instead="approve or drop it",
        source="settings: approval",
    ),
    Rule(
        id="stale-words",
        verdict=Says.HOLD,
        applies=lambda ask: not ask.automatic,
        check=_stale,
        reason="these words have waited long; they may no longer fit",
        instead="approve or drop them",
        source="settings: stale_after",
    ),
    # What only has to wait
    Rule(
        id="paused",
        verdict=Says.WAIT,
        applies=_customer,
        check=lambda ask: ask.paused,
        reason="the stop switch is on",
        instead="`sottovoce resume` when all is well",
        source="a person's switch",
        until=_soon,
    ),
    Rule(
        id="sending-stopped",
        verdict=Says.WAIT,
        applies=_customer,
        check=lambda ask: ask.sending_stopped,
        reason="the platform does not let this account send",
        instead="mend the cause the health alert names, then `sottovoce resume`",
        source="the platform's refusal",
        until=_soon,
    ),
    Rule(
        id="quiet-hours",
        verdict=Says.WAIT,
        applies=_bot,
        check=_in_quiet_hours,
        reason="quiet hours",
        instead="a person may write now",
        source="settings: quiet",
        until=_end_of_quiet_hours,
    ),
)
