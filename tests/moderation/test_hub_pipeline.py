"""Models of the hub: real files, run by the real `transformers.pipeline`, on this machine alone."""
# ruff: noqa: PLC0415 - PyTorch is not part of the default install, so it is imported where it is asked for

import json
import math
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.errors import ConfigError
from domain.values import Abuse, Sentiment
from moderation.hub_labels import Chosen
from tests.moderation.tiny import FAMILIES, PIECES, tiny

torch = pytest.importorskip(
    "torch", reason="a model of the hub needs PyTorch, which the default install leaves out: make test-torch"
)

from moderation import hub_pipeline  # noqa: E402 - it imports torch
from moderation.hub_pipeline import ABSURD, HubModel, place  # noqa: E402

LATE, THANKS = "third day without my parcel", "thank you so much"
ABSURDLY_LARGE = int(1e30)  # what a tokenizer that was saved without a limit tells


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail whatever would ask the network, a name server included."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def load(folder: Path, **chosen: Any) -> HubModel:
    return HubModel(Chosen(name=str(folder), **chosen), threads=1)


def told(folder: Path, **chosen: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, **chosen)
    return str(caught.value)


def edit(file: Path, **changes: Any) -> None:
    about = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(about | changes), "utf-8")


def test_the_chances_of_the_model_come_back_under_our_words(tmp_path: Path) -> None:
    model = load(tiny(tmp_path, chances=(0.7, 0.2, 0.1)))

    (chances,) = model.answer([LATE])

    assert chances == pytest.approx({Sentiment.NEGATIVE: 0.7, Sentiment.NEUTRAL: 0.2, Sentiment.POSITIVE: 0.1})
    assert model.head == "sentiment"


def test_it_says_what_the_library_says_of_each_text(tmp_path: Path) -> None:
    from transformers import pipeline

    texts = [LATE, THANKS, "ok", f"{LATE} and {THANKS}"]
    folder = tiny(tmp_path)

    answers = load(folder).answer(texts)

    theirs: Any = pipeline("text-classification", model=str(folder), device="cpu", top_k=None)
    for text, answer in zip(texts, answers, strict=True):
        assert answer == pytest.approx({Sentiment(one["label"]): one["score"] for one in theirs([text])[0]}, abs=1e-5)


def test_labels_that_say_nothing_are_told_by_the_settings(tmp_path: Path) -> None:
    folder = tiny(tmp_path, ("LABEL_0", "LABEL_1", "LABEL_2"), chances=(0.7, 0.2, 0.1))

    asked = told(folder)
    model = load(folder, labels={"LABEL_0": "positive", "LABEL_1": "neutral", "LABEL_2": "negative"})

    assert 'labels = { LABEL_0 = "negative", LABEL_1 = "neutral", LABEL_2 = "positive" }' in asked
    assert model.answer([LATE])[0] == pytest.approx(
        {Sentiment.POSITIVE: 0.7, Sentiment.NEUTRAL: 0.2, Sentiment.NEGATIVE: 0.1}
    )


def test_labels_that_do_not_exclude_each_other_are_read_one_by_one(tmp_path: Path) -> None:
    labels = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
    folder = tiny(tmp_path, labels, chances=(0.4, 0.1, 0.1, 0.8, 0.2, 0.4), problem_type="multi_label_classification")

    (chances,) = load(folder).answer([LATE])

    assert chances == pytest.approx(
        {Abuse.NONE: 0.2, Abuse.OFFENSIVE: 0.2, Abuse.HATEFUL: 0.2, Abuse.THREAT: 0.4}, abs=1e-6
    )


def test_a_single_label_is_a_yes_or_no(tmp_path: Path) -> None:
    folder = tiny(tmp_path, ("toxic",), chances=(0.25,), problem_type="multi_label_classification")
    edit(folder / "config.json", problem_type=None)

    (chances,) = load(folder).answer([LATE])

    assert chances == pytest.approx({Abuse.NONE: 0.75, Abuse.OFFENSIVE: 0.25}, abs=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("limit", [ABSURDLY_LARGE, 512, 20])
def test_no_text_is_too_long_whatever_limit_the_tokenizer_tells(tmp_path: Path, family: str, limit: int) -> None:
    model = load(tiny(tmp_path, family=family, positions=40, model_max_length=limit))

    answers = model.answer([ABSURD, "😀" * 3_000, LATE * 900, "ok"])

    assert None not in answers
    assert model._most == min(limit, 40 if family == "bert" else 38)


def test_of_a_long_text_both_ends_count(tmp_path: Path) -> None:
    model = load(tiny(tmp_path))
    calm = "ok " * 900

    plain, at_the_end, at_the_front, amid = model.answer(
        [calm, f"{calm} {LATE}", f"{LATE} {calm}", f"{calm} {LATE} {calm}"]
    )

    assert plain != pytest.approx(at_the_end, abs=1e-5)
    assert plain != pytest.approx(at_the_front, abs=1e-5)
    assert plain == pytest.approx(amid, abs=1e-5)


def test_a_text_as_long_as_may_be_is_left_whole(tmp_path: Path) -> None:
    model = load(tiny(tmp_path, positions=34))
    fits, too_long = "ok " * 32, "ok " * 33

    assert model._fit([fits.strip()]) == [(32, fits.strip())]
    assert model._fit([too_long.strip()])[0][0] == 32
    assert len(model._fit([too_long.strip()])[0][1].split()) == 31


def test_texts_of_like_length_go_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load(tiny(tmp_path))
    widths: list[int] = []
    forward = model._pipeline.model.forward

    def noted(*args: Any, **inputs: Any) -> Any:
        widths.append(inputs["input_ids"].shape[1])
        return forward(*args, **inputs)

    monkeypatch.setattr(model._pipeline.model, "forward", noted)
    model.answer(["ok " * (number % 2 * 30 + 1) for number in range(64)])

    assert widths == [3, 33]


def test_a_model_without_padding_judges_text_by_text(tmp_path: Path) -> None:
    folder = tiny(tmp_path)
    edit(folder / "tokenizer_config.json", pad_token=None)
    whole = load(tiny(tmp_path / "whole")).answer([LATE, THANKS, "ok"])

    model = load(folder)

    assert model._batch == 1
    for one, other in zip(model.answer([LATE, THANKS, "ok"]), whole, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def break_weights(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def test_a_model_that_gives_no_number_is_not_taken(tmp_path: Path) -> None:
    folder = tiny(tmp_path)
    break_weights(folder, lambda weights: weights["classifier.bias"].fill_(math.nan))

    assert "gives no number (NaN)" in told(folder)


def test_a_text_without_a_number_is_told_as_none_and_spoils_no_other(tmp_path: Path) -> None:
    folder = tiny(tmp_path)
    break_weights(
        folder, lambda weights: weights["bert.embeddings.word_embeddings.weight"][PIECES.index("z")].fill_(math.nan)
    )
    model = load(folder)

    late, broken, thanks = model.answer([LATE, "z", THANKS])

    assert broken is None
    assert late is not None
    assert thanks is not None


def test_an_encoder_that_never_learned_labels_is_not_taken(tmp_path: Path) -> None:
    folder = tiny(tmp_path)
    break_weights(folder, lambda weights: [weights.pop(f"classifier.{part}") for part in ("bias", "weight")])

    assert "has no weights for classifier.bias, classifier.weight" in told(folder)


def test_a_model_of_numbers_is_not_taken(tmp_path: Path) -> None:
    folder = tiny(tmp_path, ("positive",))
    edit(folder / "config.json", problem_type="regression")

    assert "gives one number, not labels" in told(folder)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    folder, trap = tiny(tmp_path / "model"), tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (trap,))

    (folder / "model.safetensors").unlink()
    torch.save({"classifier.bias": Trap()}, folder / "pytorch_model.bin")

    assert "never" in told(folder)
    assert not trap.exists()


def test_a_pickle_beside_safe_weights_is_left_alone(tmp_path: Path) -> None:
    folder = tiny(tmp_path, chances=(0.7, 0.2, 0.1))
    (folder / "pytorch_model.bin").write_bytes(b"not even a pickle")

    (chances,) = load(folder).answer([LATE])

    assert chances is not None
    assert chances[Sentiment.NEGATIVE] == pytest.approx(0.7)


def test_code_that_comes_with_a_model_is_never_run(tmp_path: Path) -> None:
    folder, trap = tiny(tmp_path / "model"), tmp_path / "sprung"
    for name in ("configuration_own", "modeling_own"):
        (folder / f"{name}.py").write_text(f"from pathlib import Path\nPath({str(trap)!r}).touch()\n", "utf-8")
    own = {"AutoConfig": "configuration_own.Own", "AutoModelForSequenceClassification": "modeling_own.Own"}
    edit(folder / "config.json", model_type="own", auto_map=own)

    assert "cannot be loaded" in told(folder)
    assert not trap.exists()


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_file_cut_short_is_told(tmp_path: Path, name: str) -> None:
    folder = tiny(tmp_path)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])

    assert "cannot be loaded" in told(folder)


def test_the_version_names_the_model_and_what_it_is_made_of(tmp_path: Path) -> None:
    one, other = (tiny(tmp_path / str(seed) / "moods", seed=seed) for seed in (1, 2))
    copy = Path(shutil.copytree(one, tmp_path / "copy" / "moods"))

    versions = [load(folder).version for folder in (one, other, copy)]

    assert versions[0] == versions[2] != versions[1]
    assert all(version.startswith("moods@") for version in versions)


def test_a_device_that_is_not_here_is_told(tmp_path: Path) -> None:
    chosen = Chosen(name=str(tmp_path))
    here = [place(chosen, device) for device in ("auto", "cpu")]

    if torch.cuda.is_available():
        assert here == ["cuda", "cpu"]
        return
    assert here == ["cpu", "cpu"]
    for device in ("cuda", "cuda:1"):
        with pytest.raises(ConfigError, match=f"model.device: {device} is not here"):
            place(chosen, device)


def test_nothing_is_judged_when_there_is_nothing(tmp_path: Path) -> None:
    assert load(tiny(tmp_path)).answer([]) == []


def test_a_text_that_cannot_be_judged_at_all_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny(tmp_path, positions=40)
    monkeypatch.setattr(hub_pipeline, "_most", lambda *_: 512)  # as if the limit were told wrong

    assert "cannot judge a text" in told(folder)
