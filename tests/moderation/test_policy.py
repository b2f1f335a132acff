"""The policy: every mistake in it is told at once, each with its key."""

from dataclasses import fields
from pathlib import Path

import pytest

from domain.errors import ConfigError
from moderation.policy import Policy, Thresholds, load

GOOD = """
version = "mine-1"

[thresholds]
""" + "\n".join(f"{field.name} = 0.5" for field in fields(Thresholds))


def read(tmp_path: Path, text: str) -> Policy:
    file = tmp_path / "policy.toml"
    file.write_text(text, "utf-8")
    return load(file)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as told:
        read(tmp_path, text)
    prefix = f"policy {tmp_path / 'policy.toml'}: "
    assert all(problem.startswith(prefix) for problem in told.value.problems)
    return [problem.removeprefix(prefix) for problem in told.value.problems]


def test_the_shipped_policy_is_good_and_has_a_version() -> None:
    shipped = load()

    assert shipped.version
    assert shipped.thresholds("xx") == shipped.default
    assert all(0 < getattr(shipped.default, field.name) < 1 for field in fields(Thresholds))


def test_readers_are_not_counted_unless_a_policy_says_from_how_many_on(tmp_path: Path) -> None:
    silent = read(tmp_path, GOOD)

    assert silent.reach_followers == load().reach_followers == 0


def test_a_language_may_have_thresholds_of_its_own(tmp_path: Path) -> None:
    mine = read(
        tmp_path, GOOD + "\n[reach]\nfollowers = 7\n[by_language.th]\ndistress = 0.3\nthreat = 1\n[by_language.lo]\n"
    )

    assert mine.thresholds("th").distress == 0.3
    assert mine.thresholds("th").threat == 1
    assert mine.thresholds("th").negative == mine.thresholds("lo").negative == mine.thresholds("en").negative == 0.5
    assert mine.reach_followers == 7


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = """
    verison = "1"
    [thresholds]
    distress = "high"
    threat = 1.5
    hateful = true
    offensive = -0.1
    negativ = 0.5
    [reach]
    followers = -1
    fans = 3
    [by_language.th]
    distress = nan
    anger = 0.2
    """

    found = problems(tmp_path, text)

    assert found == [
        "verison is not a part of a policy; it has version, thresholds, reach, by_language",
        "version is missing: name this policy, its decisions keep the name",
        *(
            f"thresholds.{name} is missing"
            for name in sorted(
                {field.name for field in fields(Thresholds)} - {"distress", "threat", "hateful", "offensive"}
            )
        ),
        "thresholds.negativ is not a threshold",
        "thresholds.distress must be a number from 0 to 1, not 'high'",
        "thresholds.threat must be a number from 0 to 1, not 1.5",
        "thresholds.hateful must be a number from 0 to 1, not True",
        "thresholds.offensive must be a number from 0 to 1, not -0.1",
        "reach.fans is not a part of it; it has followers",
        "reach.followers must be a whole number, 0 or more, not -1",
        "by_language.th.anger is not a threshold",
        "by_language.th.distress must be a number from 0 to 1, not nan",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('version = "1"\nthresholds = 3', "thresholds must be a table: [thresholds]"),
        ("by_language = 3\n" + GOOD, "by_language must be a table: [by_language]"),
        ("reach = []\n" + GOOD, "reach must be a table: [reach]"),
        (GOOD + "\n[by_language]\nth = 0.5", "by_language.th must be a table: [by_language.th]"),
        (GOOD.replace('"mine-1"', '" "'), "version is missing: name this policy, its decisions keep the name"),
        (GOOD.replace('"mine-1"', "7"), "version is missing: name this policy, its decisions keep the name"),
        (GOOD + "\n[reach]\nfollowers = true", "reach.followers must be a whole number, 0 or more, not True"),
        (GOOD + "\n[reach]\nfollowers = 1.5", "reach.followers must be a whole number, 0 or more, not 1.5"),
    ],
)
def test_what_has_the_wrong_shape_is_named(tmp_path: Path, text: str, problem: str) -> None:
    found = problems(tmp_path, text)

    assert problem in found


@pytest.mark.parametrize("content", [b"version = ", b"\xff\xfe", b'version = "1"\nversion = "2"'])
def test_what_is_no_toml_is_said_with_its_reason(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "policy.toml").write_bytes(content)

    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "policy.toml")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml")
