import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import main
from sandbox.world import World
from tests.app.conftest import Desk

SetUp = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("reader")


def check(terminal: CliRunner, file: Path) -> tuple[int, dict[tuple[str, str], dict[str, Any]]]:
    """Run the command for machines; returns its exit code and the findings by part and what was tried."""
    result = terminal.invoke(main, ["check", "--settings", str(file), "--json"])
    found = json.loads(result.stdout)
    assert found["settings"] == []
    return result.exit_code, {(row["part"], row["what"]): row for row in found["probes"]}


def bad(found: dict[tuple[str, str], dict[str, Any]]) -> set[str]:
    return {part for (part, _), row in found.items() if not row["ok"]}


def test_a_good_world_is_all_well_and_nothing_is_said_in_it(terminal: CliRunner, set_up: SetUp, world: World) -> None:
    code, found = check(terminal, set_up())

    assert (code, bad(found)) == (0, set())
    assert {"settings", "database", "model", "x", "slack"} == {part for part, _ in found}
    assert world.x.timeline() == []
    assert world.slack.state.sent == []


@pytest.mark.parametrize(("fault", "remedy"), [("revoked", "token"), ("out_of_credits", "credit")])
def test_x_that_says_no_is_a_finding_with_a_remedy(
    terminal: CliRunner, set_up: SetUp, world: World, fault: str, remedy: str
) -> None:
    world.x.fault(".*", fault, count=100)

    code, found = check(terminal, set_up())

    assert (code, bad(found)) == (1, {"x"})
    assert any(remedy in row["remedy"].lower() for row in found.values() if not row["ok"])


@pytest.mark.parametrize("fault", ["revoked", "error", "drop"])
def test_an_account_that_cannot_even_be_looked_up_is_a_finding_and_the_rest_is_probed(
    terminal: CliRunner, set_up: SetUp, world: World, fault: str
) -> None:
    world.x.fault("users/me", fault, count=100)

    code, found = check(terminal, set_up(x={"handle": "", "user_id": ""}))

    assert (code, bad(found)) == (1, {"x"})
    assert ("slack", "Slack sign-in") in found


def test_another_accounts_token_is_told(terminal: CliRunner, set_up: SetUp) -> None:
    code, found = check(terminal, set_up(x={"user_id": "123"}))

    assert code == 1
    assert "another account" in found["x", "sign-in"]["detail"]


def test_a_missing_scope_of_slack_is_named(terminal: CliRunner, set_up: SetUp, world: World) -> None:
    world.slack.scopes = tuple(scope for scope in world.slack.scopes if "history" not in scope)

    code, found = check(terminal, set_up())

    assert (code, bad(found)) == (1, {"slack"})
    assert any("channels:history" in row["what"] for row in found.values() if not row["ok"])


def test_a_room_sottovoce_was_not_invited_into_is_told_with_the_words_to_type(
    terminal: CliRunner, set_up: SetUp, world: World
) -> None:
    world.slack.room("cases", member=False)

    code, found = check(terminal, set_up())

    wrong = [row for row in found.values() if not row["ok"]]
    assert (code, len(wrong)) == (1, 1)
    assert wrong[0]["remedy"].startswith("In the room: /invite @")


def test_a_wrong_slack_token_does_not_hide_what_x_says(terminal: CliRunner, set_up: SetUp) -> None:
    code, found = check(terminal, set_up(slack={"bot_token": "xoxb-wrong"}))

    assert (code, bad(found)) == (1, {"slack"})
    assert found["x", "sign-in"]["ok"]


def test_a_mail_server_that_is_not_there_is_told(terminal: CliRunner, set_up: SetUp) -> None:
    mail = {"host": "127.0.0.1", "port": 1, "sender": "a@b.example", "to": "c@d.example", "tls": "none"}

    code, found = check(terminal, set_up(mail=mail))

    assert (code, bad(found)) == (1, {"mail"})


def test_every_mistake_in_the_settings_is_told_at_once_and_nobody_is_asked(
    terminal: CliRunner, set_up: SetUp, world: World
) -> None:
    file = set_up(timezone="Mars/Base", approval="perhaps", x={"handle": "far too long for a handle"})

    result = terminal.invoke(main, ["check", "--settings", str(file), "--json"])

    told = "\n".join(json.loads(result.stdout)["settings"])
    assert result.exit_code == 2
    assert all(key in told for key in ("timezone", "approval", "x.handle"))
    assert world.x.bill.charges == []


def test_for_people_each_finding_is_a_line_with_its_remedy_and_no_secret(
    terminal: CliRunner, set_up: SetUp, world: World, desk: Desk
) -> None:
    world.slack.room("alerts", member=False)

    result = terminal.invoke(main, ["check", "--settings", str(set_up())])

    assert result.exit_code == 1
    assert "✓" in result.output
    assert "✗" in result.output
    assert "→ In the room" in result.output
    for secret in (world.slack.token, world.x.credentials.access_token_secret, world.x.credentials.consumer_secret):
        assert secret not in result.output
    assert not (desk.folder / "sottovoce.db").exists()
