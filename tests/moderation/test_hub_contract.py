"""Every classifier beside the same contract: the shipped model, and models of the hub in its place."""
# ruff: noqa: PLC0415 - PyTorch is not part of the default install, so it is imported where it is asked for

import threading
from pathlib import Path

import pytest

from domain.ports import Classifies
from moderation.classifier import Classifier
from moderation.hub import Panel
from moderation.hub_labels import Chosen
from tests.moderation.contract_classifies import LATE, THANKS, Contract
from tests.moderation.tiny import FAMILIES, tiny

NO_TORCH = "a model of the hub needs PyTorch, which the default install leaves out: make test-torch"


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    return Classifier(threads=1)


@pytest.fixture(scope="module", params=FAMILIES)
def panel(request: pytest.FixtureRequest, shipped: Classifier, tmp_path_factory: pytest.TempPathFactory) -> Panel:
    pytest.importorskip("torch", reason=NO_TORCH)
    from moderation.hub_pipeline import HubModel

    folder: Path = tmp_path_factory.mktemp("hub")
    moods = tiny(folder / "moods", family=request.param)
    abuse = tiny(folder / "abuse", ("non-offensive", "offensive"), family=request.param, seed=2)
    return Panel(shipped, [HubModel(Chosen(name=str(one)), threads=1) for one in (moods, abuse)])


class TestShipped(Contract):
    @pytest.fixture
    def judging(self, shipped: Classifier) -> Classifies:
        return shipped

    @pytest.mark.parametrize("threads", [1, 2])
    def test_the_number_of_threads_changes_no_verdict(self, shipped: Classifier, threads: int) -> None:
        scores = Classifier(threads=threads).classify([LATE, THANKS])

        for one, other in zip(scores, shipped.classify([LATE, THANKS]), strict=True):
            assert dict(one.sentiment) == pytest.approx(dict(other.sentiment), abs=1e-3)


class TestHub(Contract):
    @pytest.fixture
    def judging(self, panel: Panel) -> Classifies:
        return panel

    @pytest.mark.parametrize("threads", [1, 2])
    def test_the_number_of_threads_is_kept_wherever_it_runs_and_changes_no_verdict(
        self, judging: Classifies, tmp_path: Path, threads: int
    ) -> None:
        import torch

        from moderation.hub_pipeline import HubModel

        before = judging.classify([LATE, THANKS])
        seen: list[int] = []

        HubModel(Chosen(name=str(tiny(tmp_path))), threads=threads)
        other = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
        other.start()
        other.join()

        assert seen == [torch.get_num_threads()] == [threads]
        for one, again in zip(before, judging.classify([LATE, THANKS]), strict=True):
            assert dict(one.sentiment) == pytest.approx(dict(again.sentiment), abs=1e-4)
