"""Alerts as the operator wants them: said in the settings, kept once a day, shown by `sottovoce thresholds`."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select
from typer.testing import CliRunner

from app.alerting import Daily
from app.cli import main
from app.settings import build
from domain.clock import utc_now
from domain.errors import ConfigError
from domain.values import Need
from moderation.alerting import Choice
from moderation.judge import Judge
from moderation.personal import PersonalData
from moderation.policy import load
from moderation.reference import FILE, Row, dump
from moderation.triage import Subject
from storage.database import migrate, open_database, reading
from storage.verdicts import Verdict
from tests.moderation.conftest import Canned, scores
from tests.moderation.test_lookback import MEANS, hear
from tests.walks.street import Street

DAY, BERLIN = timedelta(days=1), ZoneInfo("Europe/Berlin")
POLICY = load()
BUDGET = Choice(at_most_a_day=1)
Told = Callable[..., tuple[int, str, str]]


def build_with(alerts: dict[str, Any]) -> Any:
    x = dict.fromkeys(["consumer_key", "consumer_secret", "access_token_secret"], "k") | {"access_token": "1-t"}
    return build({"brand": "Nord", "alerts": alerts, "x": {"handle": "nord", **x}}, environment={})


def test_the_operator_names_a_number_or_a_share() -> None:
    assert build_with({"at_most_a_day": 20}).alerts.choice == Choice(at_most_a_day=20)
    assert build_with({"miss_at_most": 0.05}).alerts.choice == Choice(miss_at_most=0.05)
    assert build_with({}).alerts.choice == Choice()


@pytest.mark.parametrize(
    ("alerts", "problem"),
    [
        ({"at_most_a_day": 20, "miss_at_most": 0.05}, "set only one of them"),
        ({"at_most_a_day": -1}, "alerts.at_most_a_day"),
        ({"miss_at_most": 1}, "alerts.miss_at_most"),
        ({"miss_at_most": 0}, "alerts.miss_at_most"),
        ({"per_hour": 3}, "alerts.per_hour: not a setting"),
    ],
)
def test_what_makes_no_sense_is_told(alerts: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        build_with(alerts)


def busy(engine: Engine, now: datetime, *, days: int = 10) -> None:
    """Let three angry customers write on each of the last days; one of them is the angriest."""
    for ago in range(days, 0, -1):
        for word in ("angry", "cross", "irked"):
            hear(engine, now - ago * DAY, word)


@pytest.fixture(autouse=True)
def moods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MEANS, "cross", scores(negative=0.95, person=0.985))
    monkeypatch.setitem(MEANS, "irked", scores(negative=0.93, person=0.98))


def judge_of() -> Judge:
    return Judge(Canned(MEANS), PersonalData(), POLICY)


def needs(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as db:
        return [(row.need, row.policy) for row in db.exec(select(Verdict).order_by(col(Verdict.post_id)))]


def test_a_budget_is_kept_from_the_first_batch_on_and_each_verdict_says_so(engine: Engine, now: datetime) -> None:
    busy(engine, now)
    judge = judge_of()
    daily = Daily(engine, judge, BUDGET, zone=BERLIN)

    daily.keep(now)

    decided = [judge.judge([Subject(text=word)])[0].triage for word in ("angry", "cross", "irked")]
    assert [each.need for each in decided] == [Need.URGENT, Need.COMPLAINT, Need.COMPLAINT]
    assert {each.policy for each in decided} == {judge.policy.version}
    assert judge.policy.version.startswith(f"{POLICY.version}+")


def test_the_dial_moves_after_midnight_of_the_brands_clock_and_not_before(engine: Engine) -> None:
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    judge = judge_of()
    daily = Daily(engine, judge, BUDGET, zone=BERLIN)
    daily.keep(noon)
    busy(engine, noon)

    daily.keep(noon.replace(hour=22, minute=59))
    before = judge.policy
    daily.keep(noon.replace(hour=23, minute=1))

    assert before is POLICY
    assert judge.policy.version != POLICY.version


def test_a_new_start_puts_the_dial_where_it_was(engine: Engine, now: datetime) -> None:
    busy(engine, now)
    judge = judge_of()

    versions = []
    for hour in (1, 13, 22):
        Daily(engine, judge, BUDGET, zone=BERLIN).keep(now.replace(hour=hour))
        versions.append(judge.policy.version)

    assert len(set(versions)) == 1


def test_a_quieter_month_turns_the_dial_back(engine: Engine, now: datetime) -> None:
    busy(engine, now)
    judge = judge_of()
    daily = Daily(engine, judge, BUDGET, zone=BERLIN)
    daily.keep(now)

    daily.keep(now + 40 * DAY)

    assert judge.policy is POLICY


def test_without_a_choice_the_policy_is_left_alone(engine: Engine, now: datetime) -> None:
    busy(engine, now)
    judge = judge_of()

    Daily(engine, judge, Choice(), zone=BERLIN).keep(now)

    assert judge.policy is POLICY


def test_a_batch_that_has_begun_is_judged_by_one_policy(engine: Engine, now: datetime) -> None:
    busy(engine, now)
    model = Canned(MEANS)
    judge = Judge(model, PersonalData(), POLICY)
    daily = Daily(engine, judge, BUDGET, zone=BERLIN)
    model.before = lambda: daily.keep(now)

    judged = judge.judge([Subject(text=word) for word in ("cross", "irked")])

    assert {each.triage.policy for each in judged} == {POLICY.version}
    assert judge.policy is not POLICY


def test_the_house_keeps_the_choice_while_it_judges(tmp_path: Path) -> None:
    with Street(tmp_path, told={"alerts": {"at_most_a_day": 0}}) as street:
        for _ in range(9):
            street.post("ana", "@nordparcel this is fraud")
            street.round()
            street.skip(hours=24)
        street.post("ben", "@nordparcel this is fraud")
        street.round()

        last = needs(street.house.engine)[-1]

    assert last[0] == "complaint"
    assert last[1].startswith(f"{POLICY.version}+")


@pytest.fixture
def told(tmp_path: Path, reader: None, monkeypatch: pytest.MonkeyPatch) -> Told:
    """A brand that was heard for ten days, and its command line."""
    del reader
    x = ['handle = "nord"', 'consumer_key = "k"', 'consumer_secret = "s"', 'access_token = "1-t"']
    head = ['brand = "Nord Parcel"', "[alerts]", "at_most_a_day = 1", "[x]"]
    (tmp_path / "sottovoce.toml").write_text("\n".join([*head, *x, 'access_token_secret = "s"']), "utf-8")
    engine = open_database(f"sqlite:///{tmp_path / 'sottovoce.db'}")
    migrate(engine)
    monkeypatch.setattr(Canned, "version", "reader-1")
    for word, given in MEANS.items():
        monkeypatch.setitem(MEANS, word, given.__class__(**{**_fields(given), "model": "reader-1"}))
    busy(engine, utc_now())
    engine.dispose()
    known = [Row("en", urgent=True, scores=MEANS["angry"])] * 90 + [Row("en", urgent=True, scores=MEANS["irked"])] * 10
    (tmp_path / FILE).write_text(dump(known, model="reader-1", why=()), "utf-8")
    monkeypatch.setattr("app.alerting.reference.load.__defaults__", (tmp_path,))

    def called(*args: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(main, ["thresholds", *args, "--settings", str(tmp_path / "sottovoce.toml")])
        return done.exit_code, done.stdout, done.stderr

    return called


def _fields(given: Any) -> dict[str, Any]:
    return {name: getattr(given, name) for name in given.__dataclass_fields__}


def test_the_command_shows_the_trade_and_what_is_in_force(told: Told) -> None:
    code, out, _ = told("--json")

    found = json.loads(out)
    by_dial = {trade["dial"]: trade for trade in found["trades"]}
    assert (code, found["in_force"], found["kept"], found["days"]) == (0, True, True, 9)
    assert found["policy"] == f"{POLICY.version}{found['dial']:+.2f}"
    assert (by_dial[0.0]["usual"], by_dial[found["dial"]]["usual"]) == (3, 1)
    assert by_dial[0.0]["missed"] == {"part": 0, "n": 100, "low": 0.0, "high": pytest.approx(0.026, abs=1e-3)}


def test_another_choice_can_be_tried_without_changing_any(told: Told) -> None:
    _, budget, _ = told("--alerts-a-day", "2", "--json")
    _, share, _ = told("--miss", "0.2", "--json")

    two, fifth = json.loads(budget), json.loads(share)
    assert (two["in_force"], two["choice"]["at_most_a_day"]) == (False, 2)
    assert (fifth["choice"]["miss_at_most"], fifth["kept"]) == (0.2, True)
    assert "10 of 100 urgent posts would be missed" in fifth["why"]


def test_for_people_there_is_a_table_and_a_sentence(told: Told) -> None:
    code, out, _ = told()

    assert code == 0
    assert "urgent missed" in out
    assert "◀" in out
    assert f"In force: policy {POLICY.version}+" in out
    assert "1 alerts on a usual day of the last 9." in out


def test_what_cannot_be_had_ends_with_one(told: Told) -> None:
    code, out, _ = told("--miss", "0.001")

    assert code == 1
    assert "Would be: policy" in out
    assert "cannot be kept" in out


def test_two_wishes_at_once_are_refused(told: Told) -> None:
    code, _, err = told("--miss", "0.1", "--alerts-a-day", "3")

    assert code == 2
    assert "name only one of them" in err
