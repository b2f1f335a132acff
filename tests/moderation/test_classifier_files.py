"""The model's files: what is missing, altered or does not belong together is told at load, in words, all at once."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.errors import ConfigError
from moderation.classifier import SHIPPED, Classifier
from moderation.manifest import LABELS, NEEDED, read_manifest

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """A folder of small files that its description names rightly."""
    for name in NEEDED:
        (tmp_path / name).write_text(name)
    heads = {
        name: {"output": name, "labels": list(labels), "exclusive": True, "temperature": 1.0}
        for name, labels in LABELS.items()
    }
    rewrite(tmp_path, {"version": "m-1", "max_tokens": 128, "front_tokens": 80, "heads": heads})
    return tmp_path


def rewrite(folder: Path, about: dict[str, Any]) -> None:
    """Write a description whose checksums are right."""
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in NEEDED}
    (folder / "model.json").write_text(json.dumps({**about, "files": files}), encoding="utf-8")


def manifest(folder: Path) -> dict[str, Any]:
    about: dict[str, Any] = json.loads((folder / "model.json").read_text("utf-8"))
    return about


def told(folder: Path) -> tuple[str, ...]:
    """Say what is wrong with a folder's description and files."""
    with pytest.raises(ConfigError) as caught:
        read_manifest(folder)
    return caught.value.problems


def test_a_whole_description_is_taken(described: Path) -> None:
    assert read_manifest(described)["version"] == "m-1"


@pytest.mark.parametrize("name", NEEDED)
def test_an_empty_file_is_called_empty(described: Path, name: str) -> None:
    (described / name).write_bytes(b"")

    problems = told(described)

    assert len(problems) == 1
    assert f"{name} is empty; install sottovoce again" in problems[0]


def test_a_file_cut_short_is_told_with_its_size(copied: Path) -> None:
    whole = (copied / "model.onnx").read_bytes()
    (copied / "model.onnx").write_bytes(whole[:1_000_000])

    with pytest.raises(ConfigError) as caught:
        Classifier(copied)

    assert len(caught.value.problems) == 1
    assert "model.onnx has 1,000,000 bytes and is not the file that was measured" in caught.value.problems[0]


def test_a_byte_changed_in_the_middle_is_noticed(described: Path) -> None:
    (described / "tokenizer.json").write_text("tokenizer_json")

    problems = told(described)

    assert "tokenizer.json has 14 bytes and is not the file that was measured" in problems[0]


@pytest.mark.parametrize("content", ["", "{", "\ufffe", "[1, 2"])
def test_a_description_that_is_no_json_cannot_be_read(described: Path, content: str) -> None:
    (described / "model.json").write_text(content, encoding="utf-16" if content == "\ufffe" else "utf-8")

    assert "cannot be read" in told(described)[0]


@pytest.mark.parametrize("content", ["[]", "null", '"model"', "3"])
def test_a_description_that_is_no_table_is_told(described: Path, content: str) -> None:
    (described / "model.json").write_text(content)

    assert told(described) == (
        f"model: {described / 'model.json'} is no table; install sottovoce again, or run `make model`",
    )


@pytest.mark.parametrize("key", ["version", "max_tokens", "front_tokens", "heads", "files"])
def test_a_description_without_a_key_is_told(described: Path, key: str) -> None:
    about = manifest(described)
    del about[key]
    (described / "model.json").write_text(json.dumps(about))

    assert any(f"model.json lacks {key};" in problem for problem in told(described))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda about: about["heads"].pop("distress"), "lacks heads.distress;"),
        (lambda about: about["heads"]["kind"].pop("output"), "lacks heads.kind.output;"),
        (lambda about: about["heads"]["kind"].pop("exclusive"), "lacks heads.kind.exclusive;"),
        (lambda about: about["heads"]["kind"].pop("temperature"), "lacks heads.kind.calibration;"),
        (lambda about: about["heads"]["abuse"]["labels"].remove("threat"), "has no label threat in heads.abuse;"),
        (lambda about: about.update(max_tokens="128"), "has a wrong max_tokens: int is needed;"),
        (lambda about: about["heads"].update(why=[]), "lacks heads.why;"),
    ],
)
def test_a_description_that_lacks_a_part_names_it(described: Path, change: Change, words: str) -> None:
    about = manifest(described)
    change(about)
    (described / "model.json").write_text(json.dumps(about))

    problems = told(described)

    assert len(problems) == 1
    assert words in problems[0]


def test_a_file_without_a_checksum_is_not_trusted(described: Path) -> None:
    about = manifest(described)
    del about["files"]["model.onnx"]
    (described / "model.json").write_text(json.dumps(about))

    assert "names no checksum of model.onnx" in told(described)[0]


def test_everything_wrong_is_told_at_once(described: Path) -> None:
    about = manifest(described)
    del about["version"], about["heads"]["kind"]["labels"]
    (described / "model.json").write_text(json.dumps(about))
    (described / "model.onnx").unlink()
    (described / "tokenizer.json").write_bytes(b"")

    words = "\n".join(told(described))

    assert len(words.splitlines()) == 4
    for part in ("lacks version", "lacks heads.kind.labels", "model.onnx is missing", "tokenizer.json is empty"):
        assert part in words


def retokenized(folder: Path, change: Callable[[list[list[Any]]], object]) -> None:
    """Change the pieces of a tokenizer, and vouch for it."""
    about = manifest(folder)
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    change(tokenizer["model"]["vocab"])
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    rewrite(folder, about)


@pytest.mark.parametrize(
    "change", [lambda vocabulary: vocabulary.append(["unheard-of", -20.0]), lambda vocabulary: vocabulary.pop()]
)
def test_a_tokenizer_with_other_pieces_than_the_table_of_words_is_told(
    copied: Path, change: Callable[[list[list[Any]]], object], capfd: pytest.CaptureFixture[str]
) -> None:
    retokenized(copied, change)

    with pytest.raises(ConfigError, match="they do not belong together") as caught:
        Classifier(copied)

    assert "the table of model.onnx has not as many" in caught.value.problems[0]
    assert capfd.readouterr().err == ""


def test_a_graph_that_is_none_is_told(copied: Path) -> None:
    about = manifest(copied)
    (copied / "model.onnx").write_bytes(b"\x08\x0a not a graph")
    rewrite(copied, about)

    with pytest.raises(ConfigError, match=r"model\.onnx cannot be loaded"):
        Classifier(copied)


def test_a_head_the_graph_does_not_have_is_told(copied: Path) -> None:
    about = manifest(copied)
    about["heads"]["kind"]["output"] = "sort"
    rewrite(copied, about)

    with pytest.raises(ConfigError, match=r"model\.onnx has no output sort"):
        Classifier(copied)


def test_a_head_with_more_labels_than_the_graph_gives_is_told(copied: Path) -> None:
    about = manifest(copied)
    about["heads"]["why"]["labels"].append("weather")
    for corrections in about["heads"]["why"].get("calibration", {}).values():
        corrections |= {"scale": 1.0, "shift": 0.0}
    rewrite(copied, about)

    with pytest.raises(ConfigError) as caught:
        Classifier(copied)

    assert "why of model.onnx gives 8 numbers, model.json has 9 labels" in caught.value.problems[0]


def test_a_tokenizer_without_marks_is_told(copied: Path) -> None:
    about = manifest(copied)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        text = (copied / name).read_text("utf-8")
        (copied / name).write_text(text.replace('"</s>"', '"<end>"'), encoding="utf-8")
    rewrite(copied, about)

    with pytest.raises(ConfigError, match="has no piece </s>"):
        Classifier(copied)
