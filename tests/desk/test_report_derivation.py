"""Every figure of answers can be had again from the raw event log, by a path that shares no code with the report's."""

import json
import shutil
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from storage.database import migrate, open_database
from tests.desk.newsroom import Newsroom

WEEK = (datetime(2026, 11, 8, 23, tzinfo=UTC), datetime(2026, 11, 15, 23, tzinfo=UTC))  # 2026-W46 in Berlin


def moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


Row = tuple[datetime, str, str, dict[str, Any]]  # when, who, what, and what it says


def slowly(engine: Engine) -> dict[str, Any]:
    """Walk through the raw log, wait by wait, the plain and slow way."""
    with engine.connect() as connection:
        log = connection.execute(text("SELECT case_id, at, actor, kind, data FROM events ORDER BY id")).all()
        posts = {row[0]: row[1] for row in connection.execute(text("SELECT id, created_at FROM posts"))}
    waits: dict[int, list[list[Row]]] = defaultdict(list)
    for case, at, actor, kind, data in log:
        if moment(at) < WEEK[1]:
            if kind in ("opened", "reopened"):
                waits[case].append([])
            waits[case][-1].append((moment(at), actor, kind, json.loads(data)))
    found: dict[str, Any] = defaultdict(list)
    for case, wait in ((case, wait) for case, listed in waits.items() for wait in listed):
        for at, _, kind, _ in wait:
            if at >= WEEK[0] and kind in ("opened", "reopened", "dismissed"):
                found[f"cases.{kind}"].append(case)
        _count(case, wait, posts, found)
    return found


def _count(case: int, wait: list[Row], posts: dict[int, str], found: dict[str, Any]) -> None:
    """Count one wait: when it began, when a person spoke, when it was closed, and by when it was promised."""
    ends = [place for place, row in enumerate(wait) if row[2] in ("resolved", "dismissed")]
    before = wait[: ends[0] + 1] if ends else wait
    end = before[-1] if ends else None
    wrote = min(wait[0][0], moment(posts[next(row[3]["post"] for row in wait if row[2] in ("opened", "joined"))]))
    spoken = [(moment(row[3]["spoke_at"]), row[0]) for row in before if row[2] == "answered"]
    if end and end[2] == "resolved" and not spoken:
        spoken = [(end[0], end[0])]
    if end is None and not spoken:
        found["answer.unanswered"].append(case)
    if end and end[2] == "dismissed":
        return
    if end and end[0] >= WEEK[0]:
        found["answer.resolution"].append((end[0] - wrote).total_seconds())
    due = moment([row[3]["due_at"] for row in before if row[3].get("due_at") and row[2] in _PROMISE][-1])
    kept = bool(spoken and spoken[0][0] <= due)
    if spoken and spoken[0][1] >= WEEK[0]:
        found["answer.first"].append(max(0.0, (spoken[0][0] - wrote).total_seconds()))
        found["in time"].append(kept)
    if WEEK[0] <= due < WEEK[1]:
        found["promises"].append(kept)


_PROMISE = ("opened", "reopened", "raised")

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["complains", "writes", "answers", "heard late", "resolves", "dismisses", "takes", "bot"]),
        st.integers(0, 4),  # who
        st.integers(1, 60 * 30),  # minutes until it happens
    ),
    min_size=5,
    max_size=40,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "empty.db"
    opened = open_database(f"sqlite:///{path}")
    migrate(opened)
    opened.dispose()
    return path


@settings(
    max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_whatever_happened_the_log_gives_the_same_figures(
    tmp_path_factory: pytest.TempPathFactory, template: Path, steps: list[tuple[str, int, int]]
) -> None:
    path = tmp_path_factory.mktemp("played") / "sottovoce.db"
    shutil.copy(template, path)
    engine = open_database(f"sqlite:///{path}")
    room = Newsroom(engine)
    room.at(datetime(2026, 11, 5, 9, tzinfo=UTC))

    for what, who, minutes in steps:
        room.wait(minutes=minutes)
        _play(room, what, who)

    figures, slow = room.figures(), slowly(engine)
    engine.dispose()
    for name in ("cases.opened", "cases.reopened", "cases.dismissed", "answer.unanswered"):
        assert figures[name].cases == tuple(sorted(set(slow[name]))), name
    for name in ("answer.first", "answer.resolution"):
        assert figures[f"{name}.median"].n == len(slow[name]), name
        assert figures[f"{name}.median"].value == (median(slow[name]) if slow[name] else None), name
    assert (figures["answer.target"].hits, figures["answer.target"].n) == (sum(slow["in time"]), len(slow["in time"]))
    assert (figures["promises.kept"].hits, figures["promises.kept"].n) == (sum(slow["promises"]), len(slow["promises"]))


def _play(room: Newsroom, what: str, who: int) -> None:
    live = [case for case in room.road.cases() if case.state in ("open", "waiting") and case.conversation == f"c{who}"]
    if what in ("complains", "writes"):
        room.road.hears(f"ana{who}", "late again", conversation=f"c{who}")
        room.road.answer()
        return
    for case in live[:1]:
        match what:
            case "answers":
                room.answers(case.id)
            case "heard late":
                room.answers(case.id, spoke_at=max(case.opened_at, room.now - timedelta(hours=2)))
            case "resolves":
                room.resolves(case.id)
            case "dismisses":
                room.dismisses(case.id)
            case "takes":
                room.takes(case.id)
            case _:
                room.bot_speaks()
