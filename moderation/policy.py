"""The policy: thresholds with a version, read from TOML. Decides nothing itself."""

import tomllib
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from domain.errors import ConfigError


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
    question: float
    praise: float
    sure: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of the rules of triage."""

    version: str
    default: Thresholds
    by_language: dict[str, Thresholds]
    reach_followers: int

    def thresholds(self, lang: str) -> Thresholds:
        """Give the thresholds for a language, or the default ones."""
        return self.by_language.get(lang, self.default)


def load(path: Path | None = None) -> Policy:
    """Read a policy; without a path, the one that is shipped. Raises ConfigError with every problem at once."""
    try:
        text = path.read_text("utf-8") if path else files("moderation").joinpath("policy.toml").read_text("utf-8")
        data = tomllib.loads(text)
    except (OSError, ValueError) as exc:
        raise ConfigError([f"policy {path}: cannot be read: {exc}"]) from exc
    problems = _problems(data)
    if problems:
        raise ConfigError([f"policy {path or 'policy.toml'}: {problem}" for problem in problems])
    default = Thresholds(**data["thresholds"])
    by_language = {lang: replace(default, **over) for lang, over in data.get("by_language", {}).items()}
    followers = data.get("reach", {}).get("followers", 50_000)
    return Policy(version=data["version"], default=default, by_language=by_language, reach_followers=followers)


def _problems(data: dict[str, Any]) -> list[str]:
    names = {field.name for field in fields(Thresholds)}
    given = data.get("thresholds", {})
    problems = [f"thresholds.{name} is missing" for name in sorted(names - set(given))]
    if not isinstance(data.get("version"), str):
        problems.append("version is missing: name this policy, its decisions keep the name")
    tables = {
        "thresholds": given,
        **{f"by_language.{lang}": over for lang, over in data.get("by_language", {}).items()},
    }
    for table, values in tables.items():
        problems += [f"{table}.{name} is not a threshold" for name in sorted(set(values) - names)]
        problems += [
            f"{table}.{name} must be a number from 0 to 1, not {value!r}"
            for name, value in values.items()
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1
        ]
    return problems
