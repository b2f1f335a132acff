"""Models of the team's own choice, from the settings to who judges: told, wired, and refused in words."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants
from typer.testing import CliRunner

from app.cli import main
from app.judging import NO_TORCH, make_classifier
from app.model_settings import HubTable, Model
from app.settings import build
from domain.errors import ConfigError
from domain.values import Sentiment
from moderation.classifier import Classifier
from tests.app.conftest import StandIn
from tests.moderation.tiny import tiny

SetUp = Callable[..., Path]
HUB = "cardiffnlp/twitter-xlm-roberta-base-sentiment"
TORCH = find_spec("torch") is not None
needs_torch = pytest.mark.skipif(not TORCH, reason="a model of the hub needs PyTorch: make test-torch")


@pytest.fixture(autouse=True)
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


def problems(model: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        build({"brand": "Nord Parcel", "model": model}, environment={})
    return "\n".join(caught.value.problems)


def test_without_a_name_the_shipped_model_judges_alone() -> None:
    assert isinstance(make_classifier(Model(threads=1)), Classifier)


def test_a_bare_name_is_short_for_a_table() -> None:
    model = Model.model_validate({"heads": {"sentiment": HUB, "abuse": {"name": "guard", "labels": {"A": "none"}}}})

    assert model.heads == {"sentiment": HubTable(name=HUB), "abuse": HubTable(name="guard", labels={"A": "none"})}


@pytest.mark.parametrize(
    ("model", "key"),
    [
        ({"labels": {"LABEL_0": "negative"}}, "model: Value error, labels and revision say something of a model"),
        ({"revision": "main"}, "model: Value error, labels and revision say something of a model"),
        ({"device": "tpu"}, "model.device"),
        ({"device": "cuda:"}, "model.device"),
        ({"heads": {"mood": HUB}}, "model.heads.mood"),
        ({"heads": {"abuse": {"labels": {}}}}, "model.heads.abuse.name: missing"),
        ({"heads": {"abuse": {"name": HUB, "folder": "x"}}}, "model.heads.abuse.folder: not a setting"),
        ({"heads": HUB}, "model.heads"),
        ({"trust_remote_code": True}, "model.trust_remote_code: not a setting"),
    ],
)
def test_what_is_wrong_in_the_table_is_told_with_its_key(model: dict[str, Any], key: str) -> None:
    assert key in problems(model)


@pytest.mark.skipif(TORCH, reason="PyTorch is here")
def test_without_pytorch_the_command_that_installs_it_is_told(terminal: CliRunner, set_up: SetUp) -> None:
    file = set_up(model={"name": HUB})

    checked = terminal.invoke(main, ["check", "--settings", str(file), "--json"])
    started = terminal.invoke(main, ["run", "--settings", str(file)])

    (row,) = [row for row in json.loads(checked.stdout)["probes"] if row["part"] == "model"]
    assert (row["ok"], row["detail"]) == (False, NO_TORCH)
    assert started.exit_code == 2
    assert "pip install 'sottovoce[torch]'" in " ".join(started.stderr.split())


def test_check_says_which_model_judges(terminal: CliRunner, set_up: SetUp, reader: None) -> None:
    del reader

    checked = terminal.invoke(main, ["check", "--settings", str(set_up()), "--json"])

    (row,) = [row for row in json.loads(checked.stdout)["probes"] if row["part"] == "model"]
    assert row["detail"].startswith(f"{StandIn().version}: loads")


def test_a_model_that_cannot_be_fetched_is_told(terminal: CliRunner) -> None:
    result = terminal.invoke(main, ["model", "fetch", "no model's name"])

    assert result.exit_code == 2
    assert "is no name of the hub" in " ".join(result.stderr.split())


@needs_torch
def test_a_folder_named_in_the_settings_judges_its_head(
    terminal: CliRunner, set_up: SetUp, tmp_path: Path, reader: None
) -> None:
    del reader
    folder = tiny(tmp_path / "moods", chances=(0.7, 0.2, 0.1))
    file = set_up(model={"name": str(folder), "threads": 1})

    checked = terminal.invoke(main, ["check", "--settings", str(file), "--json"])

    (row,) = [row for row in json.loads(checked.stdout)["probes"] if row["part"] == "model"]
    assert row["ok"]
    assert "; sentiment by moods@" in row["detail"]


@needs_torch
def test_each_model_answers_the_head_its_labels_or_the_settings_tell(tmp_path: Path, reader: None) -> None:
    del reader
    moods, abuse = tiny(tmp_path / "moods", chances=(0.7, 0.2, 0.1)), tiny(tmp_path / "guard", ("non-hate", "hate"))
    model = Model.model_validate({"name": str(moods), "threads": 1, "heads": {"abuse": str(abuse)}})

    classifier = make_classifier(model)

    (found,) = classifier.classify(["third day"])
    assert [part.partition("@")[0] for part in classifier.version.split("+")[1:]] == ["sentiment:moods", "abuse:guard"]
    assert found.sentiment[Sentiment.NEGATIVE] == pytest.approx(0.7)


@needs_torch
def test_all_that_is_wrong_with_several_models_is_told_at_once(tmp_path: Path) -> None:
    numbered = tiny(tmp_path / "numbered", ("LABEL_0", "LABEL_1"))
    model = Model.model_validate({"name": HUB, "heads": {"abuse": str(numbered)}})

    with pytest.raises(ConfigError) as caught:
        make_classifier(model)

    first, second = caught.value.problems
    assert f"`sottovoce model fetch {HUB}`" in first
    assert second.startswith("model.heads.abuse.labels: nobody knows what LABEL_0, LABEL_1")


@needs_torch
def test_two_models_for_one_head_are_told(tmp_path: Path) -> None:
    one, other = (str(tiny(tmp_path / name)) for name in ("one", "other"))
    model = Model.model_validate({"name": one, "heads": {"sentiment": other}})

    with pytest.raises(ConfigError, match=r"both one@\w+ and other@\w+ would judge sentiment"):
        make_classifier(model)
