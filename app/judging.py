"""Builds the judge: the shipped model, the finder of personal data and the policy."""

from pathlib import Path

from app.settings import Settings
from moderation import policy
from moderation.classifier import Classifier
from moderation.judge import Judge
from moderation.personal import PersonalData


def make_judge(settings: Settings | None = None, *, own_policy: Path | None = None) -> Judge:
    """Load everything a verdict is made of. Takes about a second. Raises ConfigError."""
    table = settings.personal_data if settings else None
    patterns = [(pattern.kind, pattern.regex) for pattern in table.patterns] if table else []
    finder = PersonalData(patterns, regions=table.regions) if table else PersonalData(patterns)
    chosen = own_policy or (settings.model.policy if settings else None)
    return Judge(Classifier(threads=settings.model.threads if settings else 0), finder, policy.load(chosen))
