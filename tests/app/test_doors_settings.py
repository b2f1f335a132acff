"""The table of the doors: off unless it is there, every mistake told at once, each with its key and remedy."""

import signal
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app import house, pushing
from app.cli import main
from app.doors_settings import Doors
from app.settings import Settings, build
from domain.errors import ConfigError
from sandbox.world import World
from tests.app.conftest import Desk
from tests.channels.signing import VERIFY_TOKEN

X = {"consumer_key": "a", "consumer_secret": "b", "access_token": "c", "access_token_secret": "d"}
X |= {"handle": "NordParcel", "user_id": "111"}
FACEBOOK = {"page_id": "123", "access_token": "t", "app_secret": "s"}
META = {"meta_app_secret": "s", "meta_verify_token": VERIFY_TOKEN}
PUBLIC = {"public_url": "https://bot.example"}


def settings(**tables: Any) -> Settings:
    return build({"brand": "Nord Parcel", **tables}, environment={})


def mistakes(doors: dict[str, Any], **tables: Any) -> list[str]:
    with pytest.raises(ConfigError) as wrong:
        settings(doors=doors, **(tables or {"x": X}))
    return list(wrong.value.problems)


def test_without_the_table_nothing_is_opened() -> None:
    read = settings(x=X)
    built = house.build(read)

    assert read.doors is None
    assert built.pushed is not None
    assert (built.pushed.doors, built.pushed.followers, built.pushed.stages(())) == (None, (), [])
    house.close(built)


def test_secrets_come_from_where_all_secrets_come() -> None:
    environment = {"SOTTOVOCE_DOORS_X_APP_TOKEN": "token", "SOTTOVOCE_X_CONSUMER_SECRET": "b"}
    told = {name: value for name, value in X.items() if name != "consumer_secret"}

    read = build({"brand": "Nord Parcel", "x": told, "doors": {"x_stream": True}}, environment=environment)

    assert read.doors
    assert read.doors.x_app_token
    assert read.doors.x_app_token.get_secret_value() == "token"


@pytest.mark.parametrize(
    ("doors", "tables", "wanted"),
    [
        ({}, {"x": X}, ["doors: opens nothing"]),
        ({"x_stream": True}, {"x": X}, ["doors.x_app_token: missing"]),
        ({"x_webhook": True}, {"x": X}, ["doors.public_url: missing"]),
        ({**META, **PUBLIC}, {"x": X}, ["doors.meta_app_secret: set up [facebook] or [instagram]"]),
        ({"meta_app_secret": "s", **PUBLIC}, {"facebook": FACEBOOK}, ["set both, or neither"]),
        ({"x_webhook": True, **PUBLIC}, {"facebook": FACEBOOK}, ["set up [x] as well", "x_consumer_secret: missing"]),
        ({"public_url": "http://bot.example", "x_webhook": True}, {"x": X}, ["doors.public_url: "]),
        ({"public_url": "https://bot.example:8443", "x_webhook": True}, {"x": X}, ["without a port"]),
        ({"public_url": "https://user@bot.example", "x_webhook": True}, {"x": X}, ["doors.public_url: "]),
        ({**META, "meta_verify_token": "short", **PUBLIC}, {"facebook": FACEBOOK}, ["at least 16 characters"]),
        ({"x_stream": True, "x_app_token": "t", "sweep_every": 31 * 60}, {"x": X}, ["doors.sweep_every: "]),
        ({"x_stream": True, "x_app_token": "t", "silent_after": 60}, {"x": X}, ["doors.silent_after: "]),
        ({"x_stream": True, "x_app_token": "t", "port": 70_000}, {"x": X}, ["doors.port: "]),
        ({"x_streem": True}, {"x": X}, ["doors.x_streem: not a setting"]),
    ],
)
def test_a_mistake_is_told_with_its_key(doors: dict[str, Any], tables: dict[str, Any], wanted: list[str]) -> None:
    found = mistakes(doors, **tables)

    assert len(found) == len(wanted)
    for problem, part in zip(found, wanted, strict=True):
        assert part in problem


def test_all_mistakes_are_told_at_once() -> None:
    found = mistakes({"meta_app_secret": "s", "x_stream": True, "x_webhook": True}, x=X | {"handle": "not a handle!"})

    keys = [problem.split(":")[0] for problem in found]
    assert "x.handle" in keys
    assert "doors.meta_app_secret, doors.meta_verify_token" in keys
    assert "doors.x_app_token" in keys
    assert "doors.public_url" in keys


def test_a_secret_stands_in_no_problem() -> None:
    found = mistakes({**META, "meta_verify_token": "sesame", "public_url": "http://sesame.example"}, facebook=FACEBOOK)

    assert "sesame" not in " ".join(found)


def test_everything_at_once_is_built_and_opens_nothing(tmp_path: Path) -> None:
    doors = {**META, **PUBLIC, "x_webhook": True, "x_stream": True, "x_app_token": "t", "port": 0}
    read = settings(
        doors=doors, x=X, facebook=FACEBOOK, instagram=FACEBOOK | {"user_id": "9", "handle": "n"}, database="a.db"
    ).model_copy(update={"database": tmp_path / "a.db"})

    built = house.build(read)

    assert built.pushed
    assert set(built.pushed.receivers) == {"x", "meta"}
    assert built.pushed.erasing == (("facebook", "123"), ("instagram", "9"))
    assert [stage.name for stage in built.pushed.stages(("judge",))] == ["arrive", "pushes", "delete"]
    assert built.pushed.pushing["x"].silent_after == pushing.STREAM_SILENCE
    assert built.pushed.pushing["meta"].silent_after == timedelta(hours=1)
    assert list(tmp_path.iterdir()) == []
    house.close(built)


def test_the_stream_alone_opens_no_door() -> None:
    built = house.build(settings(x=X, doors={"x_stream": True, "x_app_token": "t"}))

    assert built.pushed
    assert built.pushed.doors is None
    assert len(built.pushed.followers) == 1
    house.close(built)


def test_the_defaults_listen_on_this_machine_alone() -> None:
    assert (Doors().host, Doors().port, Doors().serves) == ("127.0.0.1", 8787, False)


def test_check_tells_every_mistake_of_the_table(
    set_up: Callable[..., Path], world: World, desk: Desk, terminal: CliRunner
) -> None:
    del world, desk
    file = set_up(doors={"x_webhook": True, "x_stream": True})

    told = terminal.invoke(main, ["check", "--settings", str(file)])

    assert told.exit_code == 2
    assert "doors.x_app_token" in told.output
    assert "doors.public_url" in told.output


@pytest.mark.usefixtures("reader")
def test_run_says_so_when_the_doors_cannot_be_opened_and_starts_nothing(
    set_up: Callable[..., Path], terminal: CliRunner
) -> None:
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        file = set_up(doors={"x_webhook": True, "public_url": "https://bot.example", "port": port})

        told = terminal.invoke(main, ["run", "--settings", str(file)])
    for name, handler in before.items():
        signal.signal(name, handler)

    assert told.exit_code == 2
    assert "doors.port" in told.output
    assert not [thread for thread in threading.enumerate() if "APScheduler" in thread.name]
