"""The command `report`, and what the settings say of it."""

import json
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from app import reporting
from app.cli import main
from app.reporting_settings import HoursTable, ReportTable, read_hours
from app.settings import build
from domain.hours import Span
from storage.database import migrate, open_database, writing
from storage.deliveries import Delivery
from tests.desk.newsroom import Newsroom

X = {
    "handle": "nord",
    "consumer_key": "k",
    "consumer_secret": "s",
    "access_token": "1-t",
    "access_token_secret": "s",
}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A house with one answered complaint in 2026-W46, and its command line."""
    lines = [f'{key} = "{value}"' for key, value in X.items()]
    head = ['brand = "Nord Parcel"', 'timezone = "Europe/Berlin"', "[report]", 'recipients = ["boss@nord.example"]']
    mail = ["[mail]", 'host = "127.0.0.1"', 'sender = "a@nord.example"', 'to = "team@nord.example"', 'tls = "none"']
    (tmp_path / "sottovoce.toml").write_text("\n".join([*head, *mail, "[x]", *lines]), encoding="utf-8")
    engine = open_database(f"sqlite:///{tmp_path / 'sottovoce.db'}")
    migrate(engine)
    room = Newsroom(engine)
    case = room.complains()
    room.wait(minutes=42)
    room.answers(case)
    engine.dispose()

    def called(*args: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(main, ["report", *args, "--settings", str(tmp_path / "sottovoce.toml")])
        return done.exit_code, done.stdout, done.stderr

    return called


def test_a_figure_lists_its_cases(run: Run) -> None:
    code, told, _ = run("--week", "2026-W46", "--figure", "answer.first.median", "--cases")

    assert code == 0
    assert "First answer by a person, median: 42\xa0min" in told
    assert "cases: 1" in told


def test_figures_can_be_asked_for_by_the_beginning_of_their_names(run: Run) -> None:
    code, told, _ = run("--week", "2026-W46", "--figure", "answer.first", "--json")

    names = [figure["name"] for figure in json.loads(told)]
    assert code == 0
    assert "answer.first.median" in names
    assert "answer.first.inside.p90" in names


def test_a_figure_there_is_not_is_told_with_those_there_are(run: Run) -> None:
    code, _, told = run("--week", "2026-W46", "--figure", "happiness")

    assert code == 2
    assert "answer" in told


@pytest.mark.parametrize("week", ["2026-W60", "yesterday", "2099-W10"])
def test_a_week_that_cannot_be_reported_is_told(run: Run, week: str) -> None:
    code, _, told = run("--week", week)

    assert code == 2
    assert "--week" in told


def test_it_is_made_copied_and_sent_once(run: Run, tmp_path: Path) -> None:
    made = run("--week", "2026-W46", "--out", str(tmp_path / "copy"), "--json")
    sent = run("--week", "2026-W46", "--send")
    again = run("--week", "2026-W46", "--send")

    report = json.loads(made[1])
    kept = next((tmp_path / "reports").iterdir())
    assert (made[0], sent[0], again[0]) == (0, 0, 1)
    assert report["sent"] is False
    assert report["week"]["days"][0] == "2026-11-09"
    assert {file.name: file.read_bytes() for file in (tmp_path / "copy").iterdir()} == {
        file.name: file.read_bytes() for file in kept.iterdir()
    }
    assert "sent before" in again[2]
    engine = open_database(f"sqlite:///{tmp_path / 'sottovoce.db'}")
    with writing(engine) as db:
        promised = [row.target for row in db.exec(select(Delivery)) if row.key.startswith("report:")]
    engine.dispose()
    assert promised == ["boss@nord.example"]


def test_hours_are_read_as_people_write_them() -> None:
    table = HoursTable(open=("Mon-Fri 09:00-17:00", "sat 10:00 - 24:00"), holidays=(date(2026, 12, 25),))

    hours = table.hours(ZoneInfo("Europe/Berlin"))

    assert hours.days[0] == (Span(time(9), time(17)),)
    assert str(hours) == "Mon to Fri 09:00 to 17:00, Sat 10:00 to 24:00"
    assert date(2026, 12, 25) in hours.holidays


@pytest.mark.parametrize("line", ["Mon 9-17", "Mon-Xyz 09:00-17:00", "Fri-Mon 09:00-17:00", "Mon 17:00-09:00", ""])
def test_hours_nobody_can_read_are_told(line: str) -> None:
    with pytest.raises(ValueError, match="Mon-Fri 09:00-17:00"):
        read_hours(line)


def test_the_settings_say_where_when_and_to_whom(tmp_path: Path) -> None:
    slack = {"bot_token": "xoxb-1", "room": "C0ALERTS", "cases_room": "C0CASES"}
    mail = {"host": "h", "sender": "a@b.example", "to": "t@b.example"}
    table = {"day": "tue", "at": time(9, 30), "recipients": ["boss@b.example"]}
    data = {"brand": "Nord", "timezone": "Asia/Vientiane", "x": X, "slack": slack, "report": table}

    without_mail = reporting.plan(build(data, environment={}, base=tmp_path))
    plan = reporting.plan(build({**data, "mail": mail}, environment={}, base=tmp_path))

    assert (plan.weekday, plan.at, plan.room, plan.pictures) == (1, time(9, 30), "C0CASES", True)
    assert (plan.recipients, without_mail.recipients) == (("boss@b.example",), ())
    assert plan.shelf == tmp_path / "reports"
    assert plan.brand.zone.key == "Asia/Vientiane"
    assert ReportTable().enabled
