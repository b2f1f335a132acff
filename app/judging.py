"""Builds the judge: the shipped model, models of the team's choice, the finder of personal data and the policy."""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from app.model_settings import HubTable, Model
from app.settings import Settings
from domain.errors import ConfigError
from domain.ports import Classifies
from moderation import policy
from moderation.classifier import Classifier
from moderation.hub import Answers, Panel
from moderation.hub_labels import Chosen
from moderation.judge import Judge
from moderation.personal import PersonalData

NO_TORCH = "model: a model of the hub needs PyTorch: pip install 'sottovoce[torch]' (docs/models.md)."


def make_judge(settings: Settings | None = None, *, own_policy: Path | None = None) -> Judge:
    """Load everything a verdict is made of. Takes about a second, with models of the hub more. Raises ConfigError."""
    table = settings.personal_data if settings else None
    patterns = [(pattern.kind, pattern.regex) for pattern in table.patterns] if table else []
    finder = PersonalData(patterns, regions=table.regions) if table else PersonalData(patterns)
    chosen = own_policy or (settings.model.policy if settings else None)
    return Judge(make_classifier(settings.model if settings else Model()), finder, policy.load(chosen))


def make_classifier(model: Model) -> Classifies:
    """Load the shipped model, and those that answer a head in its place. Raises ConfigError."""
    chosen = [_chosen(table, head) for head, table in model.heads.items()]
    if model.name:
        chosen.insert(0, _chosen(model, ""))
    if chosen and find_spec("torch") is None:
        raise ConfigError([NO_TORCH])
    shipped = Classifier(threads=model.threads)
    return Panel(shipped, _load(chosen, model)) if chosen else shipped


def _chosen(table: HubTable | Model, head: str) -> Chosen:
    return Chosen(name=table.name, head=head, labels=table.labels, revision=table.revision)


def _load(chosen: Iterable[Chosen], model: Model) -> list[Answers]:
    """Load each model, and tell of all what is wrong at once; also where two would answer one head."""
    from moderation.hub_pipeline import HubModel  # noqa: PLC0415 - PyTorch is there only where it was asked for

    loaded: dict[str, HubModel] = {}
    problems: list[str] = []
    for one in chosen:
        try:
            other = HubModel(one, device=model.device, threads=model.threads)
        except ConfigError as exc:
            problems += exc.problems
            continue
        if loaded.setdefault(other.head, other) is not other:
            problems.append(f"model: both {loaded[other.head].version} and {other.version} would judge {other.head}.")
    if problems:
        raise ConfigError(problems)
    return list(loaded.values())
