"""The policy: thresholds with a version, read from TOML. Decides nothing itself."""

import tomllib
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from domain.errors import ConfigError

REACH_FOLLOWERS = 0  # where a policy does not say: small and large accounts are judged alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which probability on something counts, 0 to 1."""

    distress: float
    threat: float
    hateful: float
    offensive: float
    negative: float
    person: float
    urgent_negative: float
    urgent_person: float
    reason: float
    complaint: float
    unhappy: float
    question: float
    praise: float
    sure: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of the rules of triage."""

    version: str
    default: Thresholds
    by_language: dict[str, Thresholds]
    reach_followers: int  # an unhappy author with so many readers is urgent; 0: readers are not counted
    alerts: "Policy | None" = None  # whose thresholds decide what alerts, see dial.py; None: these do

    def thresholds(self, lang: str) -> Thresholds:
        """Give the thresholds for a language, or the default ones."""
        return self.by_language.get(lang, self.default)

    def alerting(self, lang: str) -> Thresholds:
        """Give the thresholds from which the rules that the dial turns make an alert."""
        return (self.alerts or self).thresholds(lang)


def load(path: Path | None = None) -> Policy:
    """Read a policy; without a path, the one that is shipped. Raises ConfigError with every problem at once."""
    name = path or "policy.toml"
    try:
        text = path.read_text("utf-8") if path else files("moderation").joinpath("policy.toml").read_text("utf-8")
        data = tomllib.loads(text)
    except (OSError, ValueError) as exc:
        raise ConfigError([f"policy {name}: cannot be read: {exc}"]) from exc
    problems = _problems(data)
    if problems:
        raise ConfigError([f"policy {name}: {problem}" for problem in problems])
    default = Thresholds(**data["thresholds"])
    by_language = {lang: replace(default, **over) for lang, over in data.get("by_language", {}).items()}
    followers = data.get("reach", {}).get("followers", REACH_FOLLOWERS)
    return Policy(version=data["version"], default=default, by_language=by_language, reach_followers=followers)


def _problems(data: dict[str, Any]) -> list[str]:
    """Name everything that is wrong, in the order of the file."""
    problems = [f"{name} is not a part of a policy; it has {', '.join(_PARTS)}" for name in data if name not in _PARTS]
    version = data.get("version")
    if not isinstance(version, str) or not version.strip():
        problems.append("version is missing: name this policy, its decisions keep the name")
    tables = {name: data.get(name, {}) for name in ("thresholds", "reach", "by_language")}
    problems += [f"{name} must be a table: [{name}]" for name, table in tables.items() if not isinstance(table, dict)]
    given, reach, languages = (table if isinstance(table, dict) else {} for table in tables.values())
    problems += [f"thresholds.{name} is missing" for name in sorted(_NAMES - set(given))]
    problems += _of_thresholds("thresholds", given)
    problems += _of_reach(reach)
    for lang, over in languages.items():
        problems += _of_thresholds(f"by_language.{lang}", over)
    return problems


def _of_thresholds(table: str, values: object) -> list[str]:
    if not isinstance(values, dict):
        return [f"{table} must be a table: [{table}]"]
    problems = [f"{table}.{name} is not a threshold" for name in sorted(set(values) - _NAMES)]
    problems += [
        f"{table}.{name} must be a number from 0 to 1, not {value!r}"
        for name, value in values.items()
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1
    ]
    return problems


def _of_reach(values: dict[str, Any]) -> list[str]:
    problems = [f"reach.{name} is not a part of it; it has followers" for name in values if name != "followers"]
    followers = values.get("followers", REACH_FOLLOWERS)
    if isinstance(followers, bool) or not isinstance(followers, int) or followers < 0:
        problems.append(f"reach.followers must be a whole number, 0 or more, not {followers!r}")
    return problems


_PARTS = ("version", "thresholds", "reach", "by_language")
_NAMES = frozenset(field.name for field in fields(Thresholds))
