"""Storms: many cases within minutes are one matter for the team, and still a case each for the customers."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cards import CardKind
from domain.conduct import Conduct
from domain.sending import DeliveryKind
from responder.incidents import QUIET, TOLD_AT_MOST_EVERY, is_news, tell
from storage.database import reading, writing
from storage.incidents import Incident
from tests.responder.road import NOON, ROOMS, Road

DOWN = "@brand no internet at all"


def storm(road: Road, size: int, *, rule: str = "complaint", text: str = DOWN, prefix: str = "c") -> None:
    for number in range(size):
        road.hears(f"{prefix}{number}", text, rule)
    road.answer()


def incident(road: Road) -> Incident:
    with reading(road.engine) as db:
        return db.get_one(Incident, 1)


def team(road: Road) -> list[str]:
    return road.keys(DeliveryKind.ALERT, DeliveryKind.NOTE)


def test_seven_cases_are_seven_alerts(road: Road) -> None:
    storm(road, 7)

    assert len(team(road)) == 7


def test_eight_within_minutes_are_one_incident(road: Road) -> None:
    storm(road, 8)

    assert team(road) == ["incident-1:alert"]
    card = road.card("incident-1:alert")
    assert card.kind is CardKind.INCIDENT
    assert card.count == 8
    assert "outage 8" in card.text
    assert {case.incident_id for case in road.cases()} == {1}


def test_every_customer_still_has_a_case_and_is_answered(road: Road) -> None:
    storm(road, 40)

    assert len(road.cases()) == 40
    assert len(set(road.replies())) == 40


def test_cases_over_a_longer_time_are_no_storm(road: Road) -> None:
    for number in range(12):
        road.hears(f"c{number}", DOWN)
        road.answer()
        road.wait(minutes=1)

    assert all(key.endswith(":alert") and key.startswith("case-") for key in team(road))


def test_those_who_came_before_it_was_one_belong_to_it(road: Road) -> None:
    storm(road, 5, prefix="a")
    road.wait(minutes=1)
    storm(road, 3, prefix="b")

    assert incident(road).cases == 8
    assert {case.incident_id for case in road.cases()} == {1}
    assert [key for key in team(road) if key.startswith("incident")] == ["incident-1:alert"]
    assert len(team(road)) == 6


def test_danger_and_reach_are_told_singly_all_the_same(road: Road) -> None:
    storm(road, 10)
    for rule in ("distress", "threat", "personal-data", "reach"):
        road.hears(f"by-{rule}", DOWN, rule)
    road.hears("other", DOWN, "urgent")

    road.answer()

    assert sorted(key for key in team(road) if key.startswith("case-")) == [f"case-{n}:alert" for n in (11, 12, 13, 14)]
    assert incident(road).cases == 11


def test_danger_in_a_storms_case_is_told_singly(road: Road) -> None:
    road.hears("ana", DOWN, conversation="c")
    storm(road, 10)
    road.hears("ana", "@brand I cannot bear it any longer", "distress", conversation="c")

    road.answer()

    assert [key for key in team(road) if key.startswith("case-")] == ["case-1:urgent"]


def test_later_posts_of_a_storms_case_make_no_noise(road: Road) -> None:
    road.hears("ana", DOWN, conversation="c")
    storm(road, 10)
    before = team(road)
    road.hears("ana", "@brand still no internet", conversation="c")

    road.answer()

    assert team(road) == before
    assert road.case(1).posts == 2


def test_the_team_hears_again_when_it_has_doubled_but_not_within_half_a_minute(road: Road) -> None:
    storm(road, 8)
    storm(road, 8, prefix="d")
    assert len(team(road)) == 1

    road.wait(seconds=TOLD_AT_MOST_EVERY.total_seconds())
    assert road.watch_storms()
    assert not road.watch_storms()

    assert len(team(road)) == 2
    note = road.said(DeliveryKind.NOTE)[-1]
    assert note.extra == {"under": "incident-1:alert"}
    assert road.card(note.key).headline == "Now 16 cases"


def test_a_storm_is_over_after_a_quiet_quarter_of_an_hour(road: Road) -> None:
    storm(road, 9)
    road.wait(seconds=QUIET.total_seconds() - 1)
    assert not road.watch_storms()
    road.wait(seconds=1)

    assert road.watch_storms()
    assert not road.watch_storms()

    assert incident(road).closed_at == road.now
    assert road.card(team(road)[-1]).headline == "Quiet for 15 minutes: 9 cases in all"


def test_after_one_storm_there_may_be_another(road: Road) -> None:
    storm(road, 9)
    road.wait(minutes=16)
    road.watch_storms()
    storm(road, 9, prefix="again")

    assert [key for key in team(road) if key.endswith(":alert")] == ["incident-1:alert", "incident-2:alert"]
    assert {case.incident_id for case in road.cases()} == {1, 2}


def test_two_and_a_half_thousand_posts_in_an_hour_are_a_dozen_messages(road: Road) -> None:
    road.conduct = Conduct(brand="Nord Parcel", rooms=ROOMS, per_author_hour=99)
    said: list[timedelta] = []
    with writing(road.engine) as db:
        db.add(Incident(channel="x", account="1", opened_at=NOON, last_at=NOON, cases=8))
    for second in range(0, 3600, 3):
        road.wait(seconds=3)
        with writing(road.engine) as db:
            running = db.get_one(Incident, 1)
            running.cases += 2
            if tell(db, running, road.conduct, now=road.now):
                said.append(timedelta(seconds=second))

    assert incident(road).cases == 2408
    assert len(said) <= 12


@settings(max_examples=100)
@given(steps=st.lists(st.tuples(st.integers(1, 900), st.integers(0, 60)), max_size=40))
def test_the_team_is_never_told_more_often_than_every_half_minute(steps: list[tuple[int, int]]) -> None:
    running = Incident(id=1, channel="x", account="1", opened_at=NOON, last_at=NOON, cases=8, told=8, told_at=NOON)
    now, heard = NOON, [NOON]
    for seconds, more in steps:
        now += timedelta(seconds=seconds)
        running.cases += more
        grown = running.cases > running.told
        if is_news(running, now):
            assert grown
            assert now - heard[-1] >= TOLD_AT_MOST_EVERY
            heard.append(now)
            running.told, running.told_at = running.cases, now
