import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import main
from app.settings import load
from channels.x import PERMISSIONS

KEYS = ["ck-value", "cs-value", "at-value", "ats-value"]
YES, NO, NOTHING = "y", "n", ""
ONLY_X = [NO, NO, YES]  # of Facebook, Instagram and X


def init(terminal: CliRunner, file: Path, *typed: str) -> tuple[int, str]:
    result = terminal.invoke(main, ["init", "--settings", str(file)], input="".join(f"{line}\n" for line in typed))
    return result.exit_code, result.output


def test_what_is_answered_becomes_settings_that_load_and_begin_in_dry_run(terminal: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "sottovoce.toml"
    slack = ["xoxb-1", "xapp-1", "C0123456789", NOTHING]

    code, output = init(
        terminal, file, 'Nord "Express" Parcel', "Asia/Vientiane", *ONLY_X, "NordParcel", *KEYS, YES, *slack
    )

    settings = load(file, environment={})
    assert code == 0, output
    assert (settings.brand, settings.timezone) == ('Nord "Express" Parcel', "Asia/Vientiane")
    assert settings.dry_run
    assert settings.channels["x"].handle == "NordParcel"
    assert settings.channels["x"].access_token_secret.get_secret_value() == "ats-value"
    assert settings.slack is not None
    assert settings.slack.room == "C0123456789"


def test_secrets_lie_in_files_only_their_owner_reads_and_nowhere_else(terminal: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "sottovoce.toml"
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "x_consumer_key").write_text("old", "utf-8")
    (tmp_path / "secrets" / "x_consumer_key").chmod(0o644)

    _, output = init(terminal, file, "Nord", "UTC", *ONLY_X, NOTHING, *KEYS, NO)

    secrets = sorted((tmp_path / "secrets").iterdir())
    assert {path.name for path in secrets} == {
        "x_consumer_key",
        "x_consumer_secret",
        "x_access_token",
        "x_access_token_secret",
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}
    for secret in KEYS:
        assert secret not in file.read_text("utf-8")
        assert secret not in output


def test_each_permission_and_price_is_explained_before_it_is_asked_for(terminal: CliRunner, tmp_path: Path) -> None:
    _, output = init(terminal, tmp_path / "sottovoce.toml", "Nord", "UTC", *ONLY_X, NOTHING, *KEYS, NO)

    assert " ".join(PERMISSIONS.split()) in " ".join(output.split())
    assert output.index("What X charges") < output.index("API key")
    for permission in ("chat:write", "channels:history", "connections:write"):
        assert permission in output


def test_who_leaves_the_four_secrets_empty_is_asked_for_a_token_instead(terminal: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "sottovoce.toml"

    code, output = init(
        terminal, file, "Nord", "UTC", *ONLY_X, "NordParcel", NOTHING, NOTHING, NOTHING, NOTHING, "user-token", NO
    )

    assert code == 0, output
    assert load(file, environment={}).channels["x"].bearer_token.get_secret_value() == "user-token"


def test_who_gives_the_four_is_not_asked_for_a_token(terminal: CliRunner, tmp_path: Path) -> None:
    _, output = init(terminal, tmp_path / "sottovoce.toml", "Nord", "UTC", *ONLY_X, NOTHING, *KEYS, NO)

    assert "OAuth 2.0" not in output.split("API key")[1]


@pytest.mark.parametrize("answer", [NO, NOTHING])
def test_settings_that_exist_are_only_written_anew_when_told_to(
    terminal: CliRunner, tmp_path: Path, answer: str
) -> None:
    file = tmp_path / "sottovoce.toml"
    file.write_text("brand = 'kept'\n", "utf-8")

    code, _ = init(terminal, file, answer)

    assert code == 1
    assert file.read_text("utf-8") == "brand = 'kept'\n"


def test_facebook_and_instagram_are_asked_for_with_what_each_permission_is_for(
    terminal: CliRunner, tmp_path: Path
) -> None:
    file = tmp_path / "sottovoce.toml"
    page = [YES, "900", "page-token", "77", "app-secret"]
    account = [YES, NOTHING, "page-token", NOTHING, NOTHING, NOTHING, "nordparcel"]

    code, output = init(terminal, file, "Nord", "UTC", *page, *account, NO, NO)

    channels = load(file, environment={}).channels
    assert code == 0, output
    assert set(channels) == {"facebook", "instagram"}
    assert channels["facebook"].app_secret.get_secret_value() == "app-secret"
    assert (channels["facebook"].page_id, channels["instagram"].handle) == ("900", "nordparcel")
    for permission in ("pages_manage_engagement", "instagram_manage_comments"):
        assert permission in output
    assert "app-secret" not in output


def test_who_only_presses_enter_is_asked_about_the_last_channel_not_all(terminal: CliRunner, tmp_path: Path) -> None:
    _, output = init(
        terminal, tmp_path / "sottovoce.toml", "Nord", "UTC", NOTHING, NOTHING, NOTHING, NOTHING, *KEYS, NO
    )

    assert "Page access token" not in output
    assert "API key" in output
