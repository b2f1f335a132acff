"""The report's way to the team: Slack and mail over loopback, away on Monday, killed at every boundary, told once."""

import gc
import http.client
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr
from sqlalchemy import Engine

from desk.console import Console
from desk.mail import Mail
from desk.report import press, publish
from desk.report.press import Pressed
from desk.report.publish import Plan
from desk.report.values import Letter, Picture, RoomWords
from desk.slack import Slack
from domain.conduct import Conduct, Rooms
from domain.sending import DeliveryKind, Order
from responder import deliver
from sandbox import slack as sandbox
from sandbox.slack_state import Message
from storage.deliveries import DROPPED, FAILED, SENT
from tests.desk.conftest import SlackTold
from tests.desk.newsroom import Newsroom
from tests.desk.test_mail import Box, MailTold
from tests.desk.test_report_publish import promised

MONDAY = datetime(2026, 11, 16, 7, tzinfo=UTC)
BOSS = "boss@brand.example"
PNG = bytes.fromhex("89504e470d0a1a0a") + b"a picture"


class KilledError(BaseException):
    """The process died here; nothing of ours may catch it."""


@dataclass
class Morning:
    """A Monday: the report's stage and the two ways to the team, driven by hand with everybody's clock in `now`."""

    engine: Engine
    plan: Plan
    room: sandbox.Slack
    box: Box
    port: int
    now: datetime = MONDAY
    ticks: float = 0.0
    slack: Any = field(init=False)
    mail: Any = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin as a new process would."""
        told = SlackTold(bot_token=SecretStr(self.room.token), room=self.room.alerts.id, api_base=self.room.base_url)
        self.slack = Slack(told, timeout=timedelta(seconds=5))
        self.mail = Mail(MailTold(port=self.port), timeout=timedelta(seconds=2))

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.ticks += timedelta(**time).total_seconds()

    def step(self, via: str) -> bool:
        return deliver.run_once(
            self.engine,
            via=via,
            carriers={"slack": self.slack, "mail": self.mail},
            conduct=Conduct(brand="Nord Parcel", rooms=Rooms(alerts=self.room.alerts.id)),
            clock=lambda: self.now,
            monotonic=lambda: self.ticks,
        )

    def tick(self) -> None:
        publish.run_once(self.engine, plan=self.plan, now=self.now)
        self.step("slack")
        self.step("mail")

    def settle(self, *, hours: float = 1, every: float = 20) -> None:
        """Go on for so long, looking so often (seconds), or until everything has arrived."""
        end = self.now + timedelta(hours=hours)
        while self.now < end and not self.arrived():
            self.tick()
            self.wait(seconds=every)

    def arrived(self) -> bool:
        rows = promised(self.engine)
        return bool(rows) and all(row.state in (SENT, FAILED, DROPPED) for row in rows)

    def summaries(self) -> list[Message]:
        return [message for message in self.room.messages() if "Nord Parcel" in message.text]

    def pictures(self) -> list[dict[str, Any]]:
        """Every picture in the thread of the first summary."""
        (first, *_) = self.summaries()
        return [file for message in self.room.messages(thread=first.ts) for file in message.files]

    def states(self) -> set[str]:
        return {row.state for row in promised(self.engine)}


def plain(report: Any, *, names: tuple[str, ...] = ("days", "pains")) -> Pressed:
    """Set a report without drawing it: what is told here is how it travels."""
    pictures = tuple(
        Picture(name=name, title=name.title(), alt=f"{name}: nothing unusual", png=PNG + name.encode())
        for name in names
    )
    letter = Letter(
        subject="Nord Parcel, week 46", plain="All is well.\n", html='<p>All is well <img src="cid:days"></p>',
        pictures=pictures[:1],
    )  # fmt: skip
    block = {"type": "section", "text": {"type": "plain_text", "text": "Nord Parcel, week 46"}}
    files = {"letter.txt": letter.plain.encode(), "letter.html": letter.html.encode()}
    files |= {f"{picture.name}.png": picture.png for picture in pictures}
    words = RoomWords(text="Nord Parcel, week 46", blocks=(block,))
    return Pressed(report=report, words=words, pictures=pictures, letter=letter, files=files)


short = partial(plain, names=("days",))


@pytest.fixture
def morning(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int) -> Iterator[Morning]:
    monkeypatch.setattr(press, "press", plain)
    played = Newsroom(engine)
    played.complains()
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free)
    controller.start()
    clock: list[Morning] = []
    room = sandbox.Slack(clock=lambda: clock[0].now if clock else MONDAY)
    room.start()
    plan = Plan(brand=played.brand, shelf=tmp_path / "reports", room=room.alerts.id, recipients=(BOSS,))
    clock.append(Morning(engine, plan, room, box, free))
    yield clock[0]
    room.stop()
    controller.stop()


@pytest.fixture
def free() -> int:
    import socket  # noqa: PLC0415 - nobody else here needs it

    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def all_is_there(morning: Morning, *, pictures: tuple[str, ...] = ("Days", "Pains")) -> None:
    """Everything arrived, once: one summary, each picture once in its thread, one letter."""
    assert morning.states() == {SENT}
    assert len(morning.summaries()) == 1
    assert tuple(sorted(file["title"] for file in morning.pictures())) == pictures
    assert len({letter["Message-ID"] for letter in morning.box.letters}) == 1
    assert morning.box.receivers[0] == BOSS


def test_the_summary_comes_first_and_its_pictures_into_its_thread(morning: Morning) -> None:
    morning.settle()

    all_is_there(morning)
    assert len(morning.box.letters) == 1
    assert [row.key.rpartition(":")[2] for row in promised(morning.engine)][:3] == ["summary", "days", "pains"]
    assert len(morning.room.messages()) == 1


def test_nothing_more_goes_in_the_rest_of_the_week(morning: Morning) -> None:
    morning.settle()
    for _ in range(20):
        morning.wait(hours=8)
        morning.tick()

    all_is_there(morning)


@pytest.mark.parametrize("hours", [3, 30, 100])
def test_slack_away_on_monday_is_told_when_it_is_back_once(morning: Morning, hours: float) -> None:
    morning.room.outage()
    morning.settle(hours=hours, every=600)
    told_by_mail = len(morning.box.letters)
    morning.room.recover()
    morning.settle(hours=2, every=60)

    assert told_by_mail == 1
    all_is_there(morning)


@pytest.mark.parametrize("hours", [3, 30, 100])
def test_mail_away_on_monday_is_delivered_when_it_is_back_once(morning: Morning, hours: float) -> None:
    morning.box.answers["RCPT"] = "451 later"
    morning.settle(hours=hours, every=600)
    told = len(morning.summaries())
    morning.box.answers.clear()
    morning.settle(hours=2, every=60)

    assert told == 1
    all_is_there(morning)
    assert len(morning.box.letters) == 1


def test_a_week_later_the_old_report_is_given_up(morning: Morning) -> None:
    morning.room.outage()
    morning.plan = replace(morning.plan, scheduled=False)
    publish.publish(morning.engine, Newsroom(morning.engine).week(), plan=morning.plan, now=morning.now)

    morning.settle(hours=24 * 8, every=3600)

    rooms = {row.state for row in promised(morning.engine) if row.kind == DeliveryKind.REPORT}
    assert rooms == {FAILED}


@pytest.mark.parametrize("effect", ["drop", "error"])
@pytest.mark.parametrize("call", ["chat.postMessage", "files.completeUploadExternal"])
def test_what_slack_took_without_saying_so_is_found_and_not_told_again(
    morning: Morning, call: str, effect: str
) -> None:
    morning.room.fault(call, effect, applied=True)

    morning.settle(hours=3, every=30)

    all_is_there(morning)


def test_a_picture_whose_file_was_changed_is_not_sent(morning: Morning) -> None:
    publish.run_once(morning.engine, plan=morning.plan, now=morning.now)
    folder = next(iter(morning.plan.shelf.iterdir()))
    (folder / "pains.png").write_bytes(b"another picture")

    morning.settle()

    (changed,) = [row for row in promised(morning.engine) if row.state == FAILED]
    assert changed.key.endswith(":pains")
    assert changed.why == "report.file-changed"
    assert [file["title"] for file in morning.pictures()] == ["Days"]


def test_without_slack_the_terminal_shows_the_summary(morning: Morning, capsys: pytest.CaptureFixture[str]) -> None:
    morning.plan = replace(morning.plan, room="terminal", pictures=False, recipients=())
    morning.slack = Console()

    morning.settle()

    assert "Nord Parcel, week 46" in capsys.readouterr().err
    assert morning.states() == {SENT}


def boundaries(morning: Morning, monkeypatch: pytest.MonkeyPatch, kill_at: int) -> Callable[[], int]:
    """Count commits, requests and letters, before and after each, and die at one of them."""
    passed = 0

    def pass_one() -> None:
        nonlocal passed
        passed += 1
        if passed == kill_at:
            raise KilledError

    def around(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def wrapped(*args: Any, **more: Any) -> Any:
            pass_one()
            result = original(*args, **more)
            pass_one()
            return result

        monkeypatch.setattr(owner, name, wrapped)

    around(morning.engine.dialect, "do_commit")
    around(http.client.HTTPConnection, "request")
    around(http.client.HTTPConnection, "getresponse")
    around(smtplib.SMTP, "data")
    around(Path, "rename")
    return lambda: passed


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # who is killed closes no socket
def test_killed_at_any_boundary_it_is_told_once(
    morning: Morning, monkeypatch: pytest.MonkeyPatch, engine: Engine, tmp_path: Path
) -> None:
    """Every commit and HTTP boundary of the undisturbed road is died at in turn, on a copy, and taken up again."""
    monkeypatch.setattr(press, "press", short)
    import shutil  # noqa: PLC0415

    database, kept = tmp_path / "sottovoce.db", tmp_path / "kept.db"
    engine.dispose()
    shutil.copy(database, kept)
    kill_at, undisturbed = 0, None
    while undisturbed is None or kill_at <= undisturbed:
        with monkeypatch.context() as patched:
            passed = boundaries(morning, patched, kill_at)
            try:
                morning.settle(every=5)
            except KilledError:
                patched.undo()
                gc.collect()  # what was left open is noticed here, not in another test
                morning.wait(seconds=5)
                morning.start()
                morning.settle(hours=6, every=90)
            undisturbed = undisturbed if undisturbed is not None else passed()
        all_is_there(morning, pictures=("Days",))
        engine.dispose()
        for file in tmp_path.glob("sottovoce.db*"):
            file.unlink()
        shutil.copy(kept, database)
        shutil.rmtree(morning.plan.shelf)
        morning.room.state.sent.clear()
        morning.box.letters.clear()
        morning.box.receivers.clear()
        morning.start()
        morning.now = MONDAY
        kill_at += 1

    assert undisturbed is not None
    assert kill_at > 30


def test_a_delivery_that_is_no_part_is_refused_by_its_rule(morning: Morning) -> None:
    order = Order(key="report:x", kind=DeliveryKind.REPORT, account="team", target="C", body='{"form": "poem"}')

    with pytest.raises(Exception, match="no part of a report"):
        morning.slack.tell(order, now=morning.now)
