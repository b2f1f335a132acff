"""The simulated week in small, at every run of the tests; `python -m tests.walks.week` runs it whole."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.walks.week import QUICK, play
from tests.walks.week_plan import WEEK, plan

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.timeout(600)
def test_two_days_on_three_networks_under_faults_lose_nothing_and_say_nothing_twice(tmp_path: Path) -> None:
    found = play(QUICK, seed=1, folder=tmp_path, say=lambda _line: None)

    assert [(finding.text, finding.examples) for finding in found if not finding.holds] == []


def test_a_week_is_the_same_each_time_and_holds_every_network_and_manner() -> None:
    once, again = (list(plan(2000, begins=NOON, seed=1)) for _ in range(2))

    assert once == again
    assert {story.network for story in once} == {"x", "facebook", "instagram"}
    assert len({story.manner for story in once}) == 5
    assert once == sorted(once, key=lambda story: story.at)
    assert NOON <= once[0].at < once[-1].at < NOON + WEEK
    late = [story for story in once if story.answered_after and story.answered_after > timedelta(hours=24)]
    assert late
    assert any(story.answered_after is None for story in once)
