"""The commands that stay: run, sandbox and demo, each as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.clock import monotonic, utc_now
from moderation.classifier import SHIPPED
from sandbox.world import World
from tests.walks.street import until

SetUp = Callable[..., Path]
Starts = Callable[..., subprocess.Popen[str]]
SLOW = 60.0  # real seconds for what takes three on an idle machine

pytestmark = pytest.mark.skipif(not (SHIPPED / "model.json").exists(), reason="the model is not there: make model")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starts]:
    """Start `sottovoce …`; whatever is still alive at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def started(*words: str) -> subprocess.Popen[str]:
        log = (tmp_path / f"{words[0]}-{len(running)}.log").open("w+")
        code = "from app.cli import main; main()"
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        process = subprocess.Popen(
            [sys.executable, "-c", code, *words],
            stdout=log,
            stderr=log,
            text=True,
            cwd=Path(__file__).parents[2],
            env=environment,
        )
        log.close()
        running.append(process)
        return process

    yield started
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


def log(tmp_path: Path, name: str) -> str:
    return (tmp_path / f"{name}.log").read_text("utf-8")


def complain(world: World) -> str:
    return world.x.publish("ana", "@NordParcel third day without my parcel, terrible service", at=utc_now(), lang="en")


@pytest.mark.timeout(240)
def test_it_answers_and_tells_refuses_a_second_start_and_ends_cleanly(
    start: Starts, set_up: SetUp, world: World, tmp_path: Path
) -> None:
    file = set_up()
    post = complain(world)

    first = start("run", "--settings", str(file))
    answered = until(lambda: world.x.replies(post), seconds=SLOW)
    told = until(lambda: world.slack.state.sent, seconds=SLOW)
    card = world.slack.state.sent[0]
    acked = world.slack.press(card.ts, "case.take", wait=10)
    taken = until(lambda: "Taken by" in str(world.slack.state.find(card.room, card.ts)), seconds=10)
    second = start("run", "--settings", str(file))
    refused = second.wait(SLOW)
    asked = monotonic()
    first.send_signal(signal.SIGTERM)
    ended = first.wait(30)
    took = monotonic() - asked

    assert (answered, told, acked, taken) == (True, True, True, True)
    assert len(world.x.replies(post)) == 1
    assert refused == 2
    assert "already runs on this database" in " ".join(log(tmp_path, "run-1").split())
    assert ended == 0
    assert took < 10
    assert "third day" not in log(tmp_path, "run-0")
    assert world.x.credentials.access_token_secret not in log(tmp_path, "run-0")
    assert "Traceback" not in log(tmp_path, "run-0")


def test_it_does_not_start_where_the_settings_are_wrong(start: Starts, set_up: SetUp, tmp_path: Path) -> None:
    process = start("run", "--settings", str(set_up(timezone="Mars/Base")))

    code = process.wait(SLOW)

    assert code == 2
    assert "timezone" in log(tmp_path, "run-0")
    assert not (tmp_path / "sottovoce.db").exists()


def test_the_sandbox_prints_settings_that_work_and_ends_at_ctrl_c(start: Starts, tmp_path: Path) -> None:
    process = start("sandbox", "--port", "0")
    served = until(lambda: "cases_room" in log(tmp_path, "sandbox-0"), seconds=SLOW)
    printed = [line.strip() for line in log(tmp_path, "sandbox-0").splitlines()]
    begin = next(number for number, line in enumerate(printed) if line.startswith("brand ="))
    file = tmp_path / "sottovoce.toml"
    file.write_text("\n".join(printed[begin:]), "utf-8")

    checked = start("check", "--settings", str(file)).wait(SLOW)
    process.send_signal(signal.SIGINT)
    ended = process.wait(30)

    assert served
    assert checked == 0, log(tmp_path, "check-1")
    assert ended == 0


@pytest.mark.timeout(360)
def test_the_demo_plays_its_hour_and_its_books_balance(start: Starts, tmp_path: Path) -> None:
    folder = tmp_path / "demo"

    process = start("demo", "--speed", "60", "--port", "0", "--out", str(folder))
    ended = process.wait(330)
    said = log(tmp_path, "demo-0")

    assert ended == 0, said[-3_000:]
    assert "The books balance." in said
    assert "✗" not in said.split("The books")[1]
    assert (folder / "sottovoce.db").exists()
