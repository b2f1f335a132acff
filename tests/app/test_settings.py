from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings, build, load
from domain.errors import ConfigError

SECRET = "not-for-your-eyes"


def problems(data: dict[str, Any], environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        build(data, environment=environment or {})
    return list(caught.value.problems)


def test_every_problem_is_told_at_once() -> None:
    data = {"timezone": "Mars/Base", "per_author_hour": 0, "colour": "red", "slack": {"room": "C1"}}

    told = "\n".join(problems(data))

    for key in ("brand", "timezone", "per_author_hour", "colour", "slack.bot_token", "no channel is set"):
        assert key in told


def test_a_missing_secret_is_told_with_every_place_where_it_can_be_put() -> None:
    told = next(line for line in problems({"brand": "B", "slack": {"room": "C1"}}) if "bot_token" in line)

    assert "slack_bot_token" in told
    assert "SOTTOVOCE_SLACK_BOT_TOKEN" in told


def test_a_wrong_value_is_never_repeated() -> None:
    told = "\n".join(problems({"brand": "B", "slack": {"room": 7, "bot_token": [SECRET]}, "approval": SECRET}))

    assert SECRET not in told


def test_a_secret_comes_from_the_environment_a_named_file_or_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "slack_bot_token").write_text(SECRET + "\n", "utf-8")
    (tmp_path / "elsewhere").write_text("from-a-file", "utf-8")
    file = tmp_path / "sottovoce.toml"
    file.write_text('brand = "B"\n[slack]\nroom = "C1"\n', "utf-8")

    with pytest.raises(ConfigError) as caught:
        load(file, environment={"SOTTOVOCE_SLACK_APP_TOKEN_FILE": str(tmp_path / "elsewhere")})

    assert not any("token" in problem for problem in caught.value.problems)


def test_a_secret_file_that_is_not_there_is_told_by_the_variable_that_names_it() -> None:
    told = problems({"brand": "B"}, {"SOTTOVOCE_X_BEARER_TOKEN_FILE": "nowhere/at/all"})

    assert any("SOTTOVOCE_X_BEARER_TOKEN_FILE" in line for line in told)


def test_a_file_that_is_not_there_leads_to_init(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="sottovoce init"):
        load(tmp_path / "sottovoce.toml")


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    file = tmp_path / "sottovoce.toml"
    file.write_text("brand = \n", "utf-8")

    with pytest.raises(ConfigError, match="line 1"):
        load(file)


def test_the_example_settings_are_true() -> None:
    example = Path(__file__).parents[2] / "docs" / "sottovoce.example.toml"
    secrets = {
        "SOTTOVOCE_SLACK_BOT_TOKEN": "xoxb-1",
        "SOTTOVOCE_X_CONSUMER_KEY": "a",
        "SOTTOVOCE_X_CONSUMER_SECRET": "b",
        "SOTTOVOCE_X_ACCESS_TOKEN": "c",
        "SOTTOVOCE_X_ACCESS_TOKEN_SECRET": "d",
        "SOTTOVOCE_FACEBOOK_ACCESS_TOKEN": "e",
        "SOTTOVOCE_FACEBOOK_APP_SECRET": "f",
        "SOTTOVOCE_INSTAGRAM_ACCESS_TOKEN": "e",
    }

    settings = load(example, environment=secrets)

    assert set(settings.channels) == {"x", "facebook", "instagram"}
    assert settings.conduct().budgets == {"x": 150_000_000}
    assert settings.conduct().quiet is not None


def test_the_example_leaves_no_setting_out() -> None:
    written = (Path(__file__).parents[2] / "docs" / "sottovoce.example.toml").read_text("utf-8")

    missing = [name for name in Settings.model_fields if name not in written and name != "channels"]

    assert missing == []
