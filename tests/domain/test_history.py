"""The fold: from what happened to how a case stands."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.history import START, CaseState, EventKind, replay

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DUE = NOON + timedelta(hours=1)


@dataclass(frozen=True)
class Happened:
    kind: str
    at: datetime = NOON
    data: dict[str, Any] = field(default_factory=dict)


def event(kind: EventKind, *, minutes: int = 0, **data: Any) -> Happened:
    return Happened(kind.value, NOON + timedelta(minutes=minutes), data)


OPENED = event(EventKind.OPENED, need="complaint", priority=2, post=1, topic="refund", due_at=DUE.isoformat())


def test_a_case_begins_open_and_owing_an_answer() -> None:
    assert replay([OPENED]) == CaseState(
        state="open", need="complaint", priority=2, posts=1, topic="refund", sla="pending", due_at=DUE
    )


def test_a_case_without_a_promise_has_no_clock() -> None:
    assert replay([event(EventKind.OPENED, need="praise", priority=3, post=1)]).due_at is None


def test_a_persons_answer_keeps_the_promise_and_waits_for_the_customer() -> None:
    spoke = NOON + timedelta(minutes=3)
    state = replay(
        [OPENED, event(EventKind.ANSWERED, minutes=5, spoke_at=spoke.isoformat(), sla="met")],
    )

    assert (state.state, state.sla, state.answered_at) == ("waiting", "met", spoke)


def test_only_the_first_answer_is_kept() -> None:
    first, second = (
        event(EventKind.ANSWERED, spoke_at=(NOON + timedelta(minutes=m)).isoformat(), sla="met") for m in (3, 9)
    )

    assert replay([OPENED, first, second]).answered_at == NOON + timedelta(minutes=3)


def test_the_customers_next_word_is_ours_to_answer_but_thanks_are_not() -> None:
    answered = event(EventKind.ANSWERED, spoke_at=NOON.isoformat(), sla="met")

    assert replay([OPENED, answered, event(EventKind.JOINED, post=2, open=True)]).state == "open"
    assert replay([OPENED, answered, event(EventKind.JOINED, post=2, open=False)]).state == "waiting"


def test_a_claim_comes_and_goes_and_its_fence_stays() -> None:
    claimed = event(EventKind.CLAIMED, by="person:u1", fence=1)

    assert (replay([OPENED, claimed]).claimed_by, replay([OPENED, claimed]).fence) == ("person:u1", 1)
    released = replay([OPENED, claimed, event(EventKind.RELEASED)])
    assert (released.claimed_by, released.fence) == (None, 1)


def test_closing_lets_go_and_reopening_begins_anew() -> None:
    closed = [
        OPENED,
        event(EventKind.CLAIMED, by="person:u1", fence=1),
        event(EventKind.WARNED),
        event(EventKind.PLACE_TOLD, place=3),
        event(EventKind.SILENT),
        event(EventKind.RESOLVED, minutes=9, sla="met"),
    ]
    later = DUE + timedelta(days=1)

    state = replay(closed)
    again = replay([*closed, event(EventKind.REOPENED, due_at=later.isoformat())])

    assert (state.state, state.closed_at, state.claimed_by) == ("resolved", NOON + timedelta(minutes=9), None)
    assert again == CaseState(need="complaint", priority=2, posts=1, topic="refund", fence=1, due_at=later)


def test_what_does_not_concern_the_state_changes_nothing() -> None:
    silent = [kind for kind in EventKind if kind in {"planned", "sent", "failed", "facts", "asked", "gone", "edited"}]

    assert replay([OPENED, *(event(kind, key="case-1:acknowledge") for kind in silent)]) == replay([OPENED])


def test_kinds_of_a_newer_version_are_passed_over() -> None:
    assert replay([OPENED, Happened("from-the-future", data={"state": "lost"})]) == replay([OPENED])


def test_no_history_is_the_start() -> None:
    assert replay([]) == START


@given(st.lists(st.sampled_from(["warned", "breached", "silent", "released", "planned", "facts"]), max_size=20))
def test_folding_in_two_halves_is_folding_at_once(kinds: list[str]) -> None:
    happened = [OPENED, *(Happened(kind) for kind in kinds)]

    assert replay(iter(happened)) == replay(happened)
    assert replay(happened).posts == 1
