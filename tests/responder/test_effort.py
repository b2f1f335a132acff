"""Effort: a customer is asked once a wait, and what they say is kept on somebody's word."""

import pytest

from domain.history import EventKind
from responder import claims, effort
from storage import events
from storage.database import reading, writing
from tests.responder.road import Road

MIA = "person:mia"


def resolved(road: Road) -> int:
    road.hears("ana", "where is my parcel")
    road.answer()
    with writing(road.engine) as db:
        claims.resolve(db, 1, MIA, now=road.now)
    return 1


def test_a_score_is_kept_and_whoever_answers_was_asked(road: Road) -> None:
    case = resolved(road)

    with writing(road.engine) as db:
        assert effort.told(db, case, 2, by=MIA, now=road.now)
        assert not effort.asked(db, case, by=MIA, now=road.now)

    with reading(road.engine) as db:
        kept = [(event.kind, event.actor, event.data.get("score")) for event in events.of_case(db, case)][-2:]
    assert kept == [(EventKind.EFFORT_ASKED, MIA, None), (EventKind.EFFORT_TOLD, MIA, 2)]


def test_a_customer_is_asked_once_a_wait(road: Road) -> None:
    case = resolved(road)
    with writing(road.engine) as db:
        assert [effort.asked(db, case, by=MIA, now=road.now) for _ in range(2)] == [True, False]
    road.wait(days=1)
    road.hears("ana", "it is broken again", conversation=road.case().conversation)
    road.answer()

    with writing(road.engine) as db:
        assert not effort.asked(db, case, by=MIA, now=road.now), "it is open again"
        claims.resolve(db, case, MIA, now=road.now)
        assert effort.asked(db, case, by=MIA, now=road.now)


def test_only_a_resolved_case_has_an_effort(road: Road) -> None:
    road.hears("ana", "where is my parcel")
    road.answer()

    with writing(road.engine) as db:
        assert not effort.told(db, 1, 3, by=MIA, now=road.now)
        assert not effort.told(db, 99, 3, by=MIA, now=road.now)

    assert EventKind.EFFORT_ASKED not in road.kinds()


@pytest.mark.parametrize("score", [0, 6, -1])
def test_what_is_no_score_is_refused(road: Road, score: int) -> None:
    case = resolved(road)

    with writing(road.engine) as db, pytest.raises(ValueError, match="1"):
        effort.told(db, case, score, by=MIA, now=road.now)
