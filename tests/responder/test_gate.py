import json
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conduct import Approval, Conduct, QuietHours
from domain.sending import CUSTOMER_FACING, DeliveryKind, Standing
from domain.values import AnswerBy
from responder.checks import LOOK_AGAIN
from responder.gate import Ask, Says, Stage, gate
from responder.rulebook import book
from tests.responder.asks import NOW, ask

REPLY, MESSAGE, HIDE = DeliveryKind.REPLY, DeliveryKind.MESSAGE, DeliveryKind.HIDE
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(start=time(22), end=time(7), zone=BERLIN)

PRIVATE_REPLY, LIKE, DELETE, BAN = (
    DeliveryKind.PRIVATE_REPLY,
    DeliveryKind.LIKE,
    DeliveryKind.DELETE,
    DeliveryKind.BAN,
)
LATE = {"kind": MESSAGE, "window_from": NOW - timedelta(hours=25), "automatic": False, "by": "person:U7"}

EVERYWHERE: dict[str, dict[str, Any]] = {
    "post-gone": {"standing": Standing.GONE},
    "encrypted": {"encrypted": True},
    "too-long": {"fits": False},
    "person-only": {"answer_by": AnswerBy.PERSON},
    "case-closed": {"case_state": "resolved"},
    "person-has-case": {"claimed_by": "person:U7"},
    "answered-in-app": {"answered_by_person_in_app": True},
    "opted-out": {"opted_out": True},
    "disclosure-due": {"discloses": False},
    "already-answered": {"public_answers": 1},
    "one-message-each": {"kind": MESSAGE, "already_answered_their_last": True},
    "same-words-to-them": {"same_to_them_at": NOW - timedelta(minutes=59)},
    "author-cap": {"automatic_last_hour": 3},
    "stale": {"planned_at": NOW - timedelta(hours=13)},
    "budget": {"spent_micros": 950_000, "budget_micros": 1_000_000},
    "dry-run": {"conduct__dry_run": True},
    "post-edited": {"standing": Standing.EDITED},
    "closing": {"closing": True},
    "approval": {"conduct__approval": Approval.PUBLIC},
    "stale-words": {"automatic": False, "planned_at": NOW - timedelta(hours=13)},
    "paused": {"paused": True},
    "sending-stopped": {"sending_stopped": True},
    "quiet-hours": {"conduct__quiet": QuietHours(start=time(12), end=time(14), zone=BERLIN)},
    "same-words-in-public": {"same_at": NOW - timedelta(minutes=1)},
    "not-summoned": {"summoned": False},
    "private-unopened": {"kind": MESSAGE, "customer_opened": False},
}
BY_PERSON: dict[str, dict[str, Any]] = {
    "hide-by-person": {"kind": HIDE},
    "like-by-person": {"kind": LIKE},
    "delete-by-person": {"kind": DELETE},
    "ban-by-person": {"kind": BAN},
    "nobody-named": {"kind": DELETE, "automatic": False, "by": "app"},
}
META: dict[str, dict[str, Any]] = {
    "author-unknown": {"kind": PRIVATE_REPLY, "author_known": False},
    "private-reply-not-offered": {"kind": PRIVATE_REPLY, "takes_private_reply": False},
    "private-reply-used": {"kind": PRIVATE_REPLY, "private_replies": 1},
    "private-reply-late": {"kind": PRIVATE_REPLY, "said_at": NOW - timedelta(days=7)},
    "window-for-good": {"kind": MESSAGE, "window_from": NOW - timedelta(days=7)},
    "window-for-bot": {"kind": MESSAGE, "window_from": NOW - timedelta(hours=24)},
    "human-tag-not-approved": LATE,
    "human-tag-unnamed": {**LATE, "conduct__human_agent": frozenset({"facebook", "instagram"}), "by": "app"},
    "cannot-hide": {"kind": HIDE, "can_hide": False, "automatic": False},
    "one-private-reply": {"kind": PRIVATE_REPLY, "private_replies_by_bot": 1},
    "page-restricted": {"sending_stopped": True, "stopped_why": "graph.page-restricted"},
}
IN_THE_WAY: dict[str, dict[str, dict[str, Any]]] = {
    "x": EVERYWHERE
    | {"hide-by-person": {"kind": HIDE}, "no-private-replies": {"kind": PRIVATE_REPLY}, "not-offered": {"kind": LIKE}},
    "facebook": EVERYWHERE | BY_PERSON | META,
    "instagram": EVERYWHERE
    | META
    | {name: BY_PERSON[name] for name in ("hide-by-person", "delete-by-person", "nobody-named")}
    | {"not-offered": {"kind": LIKE}},
    "elsewhere": EVERYWHERE
    | {"not-offered": {"kind": PRIVATE_REPLY}}
    | {"window-for-good": {"kind": MESSAGE, "window_from": NOW - timedelta(hours=24)}},
}
"""What each rule of each book stops, with nothing else in the way."""

UNREACHED = {
    "x": {"like-by-person", "delete-by-person", "ban-by-person", "nobody-named"},
    "instagram": {"like-by-person", "ban-by-person"},
    "facebook": set[str](),
    "elsewhere": {"hide-by-person", "like-by-person", "delete-by-person", "ban-by-person", "nobody-named"},
}
"""House rules about what a platform does not offer anyway, which is told first."""

EXAMPLES = [(channel, rule) for channel, rules in IN_THE_WAY.items() for rule in rules]
VERDICTS = {channel: {rule.id: rule.verdict for rule in book(channel).rules} for channel in IN_THE_WAY}
PASSED_BY_PEOPLE = {rule.id for channel in IN_THE_WAY for rule in book(channel).rules if rule.whose == "bot"}
WAITS = {"clear", "stale-words", "human-tag-not-approved"}


def test_an_answer_nothing_stands_in_the_way_of_may_go() -> None:
    answer = gate(ask())

    assert (answer.verdict, answer.rule) == (Says.ALLOW, "clear")


@pytest.mark.parametrize("channel", IN_THE_WAY)
def test_every_rule_has_an_example(channel: str) -> None:
    known = {rule.id for rule in book(channel).rules}

    assert known - set(IN_THE_WAY[channel]) == UNREACHED[channel]


@pytest.mark.parametrize(("channel", "rule"), EXAMPLES)
def test_each_rule_alone_stops_it_and_says_what_may_be_done_instead(channel: str, rule: str) -> None:
    answer = gate(ask(channel=channel, **IN_THE_WAY[channel][rule]))

    assert (answer.rule, answer.verdict) == (rule, VERDICTS[channel][rule])
    assert answer.reason
    assert answer.instead
    assert answer.source
    assert channel in answer.rulebook
    assert (answer.until is not None) == (answer.verdict is Says.WAIT)
    assert "{" not in answer.reason + answer.instead


@pytest.mark.parametrize(("channel", "rule"), EXAMPLES)
def test_a_person_is_stopped_by_the_platforms_rules_and_not_by_the_bots(channel: str, rule: str) -> None:
    changes = {"by": "person:U7", **IN_THE_WAY[channel][rule], "automatic": False}
    answer = gate(ask(channel=channel, **changes))

    if rule in PASSED_BY_PEOPLE:
        assert answer.rule in WAITS
    else:
        assert answer.rule in {rule, "stale-words"}


@pytest.mark.parametrize("kind", [DeliveryKind.ALERT, DeliveryKind.NOTE, DeliveryKind.MAIL])
@pytest.mark.parametrize(("channel", "rule"), EXAMPLES)
def test_nothing_stops_words_to_the_team(channel: str, rule: str, kind: DeliveryKind) -> None:
    answer = gate(ask(**{**IN_THE_WAY[channel][rule], "kind": kind}))

    assert (answer.verdict, answer.rule) == (Says.ALLOW, "team")


def test_the_first_rule_in_the_table_is_the_one_that_is_told() -> None:
    answer = gate(ask(standing=Standing.GONE, paused=True, opted_out=True, conduct__dry_run=True))

    assert answer.rule == "post-gone"


def test_a_dry_run_tells_what_would_have_been_decided_and_not_only_that_it_is_one() -> None:
    refused = gate(ask(conduct__dry_run=True, summoned=False))
    would_go = gate(ask(conduct__dry_run=True, planned_at=NOW, said_at=NOW - timedelta(days=4000)))

    assert refused.rule == "not-summoned"
    assert would_go.rule == "dry-run"


def test_the_reason_names_who_has_the_case() -> None:
    answer = gate(ask(claimed_by="person:U7"))

    assert answer.reason == "person:U7 has taken the case"
    assert answer.instead == "person:U7 answers; released, the bot may speak again"


def test_a_message_needs_their_word_in_this_case_from_the_bot_but_only_in_the_conversation_from_a_person() -> None:
    bot = gate(ask(kind=MESSAGE, last_theirs_at=None))
    person = gate(ask(kind=MESSAGE, last_theirs_at=None, automatic=False))

    assert bot.rule == "private-unopened"
    assert person.verdict is Says.ALLOW


def test_approval_of_public_words_leaves_private_ones_alone() -> None:
    public = gate(ask(conduct__approval=Approval.PUBLIC))
    private = gate(ask(conduct__approval=Approval.PUBLIC, kind=MESSAGE))
    both = gate(ask(conduct__approval=Approval.ALL, kind=MESSAGE))

    assert public.verdict is Says.HOLD
    assert private.verdict is Says.ALLOW
    assert both.verdict is Says.HOLD


def test_approved_words_pass_what_was_held_for_a_look() -> None:
    approved = {"approved_by": "person:U7", "approved_at": NOW}

    assert gate(ask(conduct__approval=Approval.ALL, **approved)).verdict is Says.ALLOW
    assert gate(ask(standing=Standing.EDITED, **approved)).verdict is Says.ALLOW
    assert gate(ask(planned_at=NOW - timedelta(days=2), **approved)).verdict is Says.ALLOW


def test_approval_waives_no_rule_of_a_platform_and_no_wish_of_the_customer() -> None:
    approved = {"approved_by": "person:U7", "approved_at": NOW}

    assert gate(ask(summoned=False, **approved)).rule == "not-summoned"
    assert gate(ask(opted_out=True, **approved)).rule == "opted-out"
    assert gate(ask(answer_by=AnswerBy.PERSON, **approved)).rule == "person-only"


def test_approved_words_grow_stale_from_their_approval_on() -> None:
    approved = {"approved_by": "person:U7", "planned_at": NOW - timedelta(days=3)}

    fresh = gate(ask(approved_at=NOW - timedelta(hours=11), **approved))
    late = gate(ask(approved_at=NOW - timedelta(hours=13), **approved))

    assert fresh.verdict is Says.ALLOW
    assert late.rule == "stale"


def test_an_answer_is_stale_by_the_age_of_what_it_answers_not_only_of_its_plan() -> None:
    answer = gate(ask(planned_at=NOW, said_at=NOW - timedelta(days=2)))

    assert answer.rule == "stale"


def test_the_last_of_the_budget_is_kept_for_hearing() -> None:
    budget = 1_000_000
    last = int(budget * 0.95) - 10_000

    assert gate(ask(budget_micros=budget, spent_micros=last)).verdict is Says.ALLOW
    assert gate(ask(budget_micros=budget, spent_micros=last + 1)).rule == "budget"


def test_the_cap_counts_what_went_before() -> None:
    assert gate(ask(automatic_last_hour=2)).verdict is Says.ALLOW
    assert gate(ask(automatic_last_hour=2, conduct__per_author_hour=2)).rule == "author-cap"


def test_a_turned_switch_is_asked_again_soon() -> None:
    assert gate(ask(paused=True)).until == NOW + LOOK_AGAIN


def local(hour: int, minute: int = 0, *, day: int = 20, month: int = 11, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (local(21, 59), None),
        (local(22, 0), local(7, 0, day=21)),
        (local(23, 59), local(7, 0, day=21)),
        (local(0, 0), local(7, 0)),
        (local(6, 59), local(7, 0)),
        (local(7, 0), None),
    ],
)
def test_quiet_hours_span_midnight_on_the_brands_wall_clock(at: datetime, until: datetime | None) -> None:
    answer = gate(ask(now=at, planned_at=at, said_at=at, conduct__quiet=NIGHT))

    assert answer.until == until
    assert answer.verdict is (Says.WAIT if until else Says.ALLOW)


def test_the_night_the_clocks_go_forward_is_an_hour_shorter() -> None:
    evening = local(22, day=28, month=3)

    answer = gate(ask(now=evening, planned_at=evening, said_at=evening, conduct__quiet=NIGHT))

    assert answer.until is not None
    assert answer.until - evening == timedelta(hours=8)


def test_the_night_the_clocks_go_back_is_an_hour_longer() -> None:
    evening = local(22, day=24, month=10)

    answer = gate(ask(now=evening, planned_at=evening, said_at=evening, conduct__quiet=NIGHT))

    assert answer.until is not None
    assert answer.until - evening == timedelta(hours=10)


def test_an_end_in_the_hour_that_comes_twice_is_the_one_still_ahead() -> None:
    quiet = QuietHours(start=time(22), end=time(2, 30), zone=BERLIN)
    second_time_round = local(2, 15, day=25, month=10, fold=1)

    answer = gate(ask(now=second_time_round, planned_at=second_time_round, conduct__quiet=quiet, said_at=None))

    assert answer.until == local(2, 30, day=25, month=10, fold=1)


def test_quiet_hours_that_end_when_they_begin_are_none() -> None:
    quiet = QuietHours(start=time(12), end=time(12), zone=ZoneInfo("UTC"))

    assert gate(ask(conduct__quiet=quiet)).verdict is Says.ALLOW


def test_the_evidence_holds_states_and_counts_and_can_be_stored() -> None:
    evidence = ask(claimed_by="person:U7", standing=Standing.EDITED).evidence()

    stored = json.loads(json.dumps(evidence))

    assert stored["claimed_by"] == "person:U7"
    assert stored["standing"] == "edited"
    assert stored["planned_at"] == (NOW - timedelta(seconds=3)).isoformat()
    assert not {"conduct", "now", "stage"} & set(stored)


zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants naive bounds
maybe_moments = st.none() | moments
quiets = st.none() | st.builds(
    QuietHours,
    start=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    end=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    zone=zones.map(ZoneInfo),
)
conducts = st.builds(
    Conduct,
    brand=st.just("Nord Parcel"),
    dry_run=st.booleans(),
    approval=st.sampled_from(Approval),
    per_author_hour=st.integers(0, 3),
    quiet=quiets,
    budgets=st.just({}),
    sla=st.just({}),
)
asks = st.builds(
    Ask,
    stage=st.sampled_from(Stage),
    now=moments,
    channel=st.just("x"),
    kind=st.sampled_from(DeliveryKind),
    conduct=conducts,
    automatic=st.booleans(),
    by=st.sampled_from(["bot", "person:U7", "app"]),
    closing=st.booleans(),
    planned_at=moments,
    approved_by=st.none() | st.just("person:U7"),
    approved_at=maybe_moments,
    said_at=maybe_moments,
    paused=st.booleans(),
    sending_stopped=st.booleans(),
    stopped_why=st.sampled_from(["", "graph.page-restricted", "x.locked"]),
    opted_out=st.booleans(),
    automatic_last_hour=st.integers(0, 4),
    claimed_by=st.none() | st.just("person:U7"),
    case_state=st.sampled_from(["open", "waiting", "resolved", "dismissed"]),
    answer_by=st.sampled_from(AnswerBy),
    summoned=st.booleans(),
    encrypted=st.booleans(),
    author_known=st.booleans(),
    takes_private_reply=st.booleans(),
    can_hide=st.booleans(),
    public_answers=st.integers(0, 1),
    closings=st.integers(0, 1),
    private_replies=st.integers(0, 1),
    private_replies_by_bot=st.integers(0, 1),
    customer_opened=st.booleans(),
    last_theirs_at=maybe_moments,
    window_from=maybe_moments,
    already_answered_their_last=st.booleans(),
    discloses=st.booleans(),
    disclosed_at=maybe_moments,
    same_to_them_at=maybe_moments,
    same_at=maybe_moments,
    standing=st.none() | st.sampled_from(Standing),
    answered_by_person_in_app=st.booleans(),
    spent_micros=st.integers(0, 2_000_000),
    budget_micros=st.none() | st.integers(0, 2_000_000),
    price_micros=st.integers(0, 200_000),
    fits=st.booleans(),
)


@given(asks)
def test_whatever_the_case_nothing_reaches_a_customer_against_a_switch_or_a_platform(asked: Ask) -> None:
    answer = gate(asked)

    if asked.kind in CUSTOMER_FACING and answer.verdict is Says.ALLOW:
        assert not any((asked.paused, asked.sending_stopped, asked.conduct.dry_run))
        assert not (asked.kind is REPLY and (not asked.summoned or asked.standing is Standing.GONE))
        assert not (asked.kind is MESSAGE and not asked.customer_opened)
        if asked.automatic:
            assert not asked.opted_out
            assert asked.claimed_by is None
            assert asked.answer_by is not AnswerBy.PERSON
            assert asked.automatic_last_hour < asked.conduct.per_author_hour
            assert not (asked.kind is REPLY and asked.public_answers)


@given(asks)
def test_every_no_names_a_rule_a_reason_and_what_may_be_done_instead(asked: Ask) -> None:
    answer = gate(asked)

    assert answer == gate(asked)
    if answer.verdict is not Says.ALLOW:
        assert answer.rule in VERDICTS["x"]
        assert answer.reason
        assert answer.instead
        assert asked.kind in CUSTOMER_FACING


@given(asks)
def test_a_wait_ends_after_now_and_quiet_hours_are_over_when_it_does(asked: Ask) -> None:
    answer = gate(asked)

    if answer.verdict is Says.WAIT:
        assert answer.until is not None
        assert answer.until > asked.now
    if answer.rule == "quiet-hours":
        assert answer.until is not None
        later = gate(ask(now=answer.until, planned_at=answer.until, said_at=None, conduct__quiet=asked.conduct.quiet))
        assert later.rule != "quiet-hours"
