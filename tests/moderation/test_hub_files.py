"""The files of hub models: what may be loaded, where it is found, and how it is fetched from a hub's look-alike."""

import json
import re
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from domain.errors import ConfigError, Unavailable
from moderation.hub_files import digest, fetch, find
from moderation.hub_labels import Chosen

NAME, COMMIT, OLDER = "nord/moods", "c0ffee" + "0" * 34, "0ldc0de".replace("l", "1") + "0" * 33
CONFIG = json.dumps({"model_type": "bert", "id2label": {"0": "negative", "1": "positive"}})
FILES = {
    "config.json": CONFIG.encode(),
    "model.safetensors": b"weights",
    "tokenizer.json": b"{}",
    "pytorch_model.bin": b"a pickle",
    "modeling_own.py": b"raise SystemExit",
    "onnx/model.safetensors": b"other weights",
    "README.md": b"# Moods",
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the hub's client a cache of its own, and no hub but the one a test makes."""
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "moods", "config.json", "model.safetensors", "tokenizer.json")


def write(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(FILES.get(name, b"{}"))
    return folder


def told(ask: Callable[[], Any]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        ask()
    return caught.value.problems


class Hub:
    """A look-alike of the hub that holds one model and remembers what it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.files = dict(FILES)
        self.asked: list[str] = []
        self.status = 200
        self.revisions = {"main": COMMIT, "refs/pr/7": OLDER, COMMIT: COMMIT, OLDER: OLDER}
        self.endpoint = server.url_for("").rstrip("/")
        server.expect_request(re.compile(".*")).respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        self.asked.append(request.path)
        if self.status != 200:
            return Response(status=self.status)
        path = request.path.strip("/")
        about, files = f"api/models/{NAME}/", f"{NAME}/resolve/"
        if path.startswith(f"{about}revision/"):
            return self._state(path.removeprefix(f"{about}revision/"))
        if path.startswith(f"{about}tree/"):
            return Response(json.dumps(self._tree()), content_type="application/json")
        if path.startswith(files):
            commit, _, file = path.removeprefix(files).partition("/")
            return self._file(file, commit)
        return Response(status=404, headers={"X-Error-Code": "RepoNotFound"})

    def _state(self, revision: str) -> Response:
        if revision not in self.revisions:
            return Response(status=404, headers={"X-Error-Code": "RevisionNotFound"})
        state = {"id": NAME, "sha": self.revisions[revision], "siblings": [{"rfilename": name} for name in self.files]}
        return Response(json.dumps(state), content_type="application/json")

    def _tree(self) -> list[dict[str, Any]]:
        return [
            {"type": "file", "path": name, "size": len(content), "oid": sha1(content).hexdigest()}  # noqa: S324 - git's
            for name, content in self.files.items()
        ]

    def _file(self, name: str, commit: str) -> Response:
        content = self.files[name]
        headers = {"ETag": f'"{sha1(content).hexdigest()}"', "X-Repo-Commit": commit}  # noqa: S324 - git's
        return Response(content, headers=headers)

    @property
    def fetched(self) -> set[str]:
        return {path.split("/", 5)[5] for path in self.asked if "/resolve/" in path}


@pytest.fixture
def hub(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Hub:
    hub = Hub(httpserver)
    monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)  # whoever asks unasked is noticed
    files = f"{hub.endpoint}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", files)
    return hub


def test_a_folder_is_found_with_a_version_of_its_own(folder: Path) -> None:
    found = find(Chosen(name=str(folder)))

    assert found.folder == folder
    assert found.version == f"moods@{digest(folder)[:7]}"


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_other_weights_or_another_description_are_another_version(folder: Path, name: str) -> None:
    before = find(Chosen(name=str(folder))).version

    (folder / name).write_bytes(FILES[name] + b" ")

    assert find(Chosen(name=str(folder))).version != before


def test_what_else_lies_in_the_folder_is_no_part_of_the_version(folder: Path) -> None:
    before = find(Chosen(name=str(folder))).version

    write(folder, "README.md", "training_args.bin")

    assert find(Chosen(name=str(folder))).version == before


@pytest.mark.parametrize("pickle", ["pytorch_model.bin", "model.pt", "model.ckpt"])
def test_a_folder_with_only_a_pickle_is_refused_with_what_to_do(tmp_path: Path, pickle: str) -> None:
    folder = write(tmp_path / "old", "config.json", "tokenizer.json", pickle)

    (problem,) = told(lambda: find(Chosen(name=str(folder))))

    assert "has no model.safetensors" in problem
    assert "refs/pr/1" in problem
    assert "docs/models.md" in problem


def test_everything_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "empty")

    problems = told(lambda: find(Chosen(name=str(folder), head="abuse")))

    assert len(problems) == 3
    assert all(problem.startswith(f"model.heads.abuse: {folder} has no ") for problem in problems)


def test_an_adapter_is_no_model(folder: Path) -> None:
    write(folder, "adapter_config.json")

    assert "is an adapter, not a model" in told(lambda: find(Chosen(name=str(folder))))[0]


def test_weights_in_parts_must_all_be_there(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": parts}), "utf-8")
    write(folder, parts["a"])

    (problem,) = told(lambda: find(Chosen(name=str(folder))))
    write(folder, parts["b"])

    assert f"lacks {parts['b']}" in problem
    assert find(Chosen(name=str(folder))).version.startswith("moods@")


def test_a_part_outside_the_folder_is_not_taken(folder: Path) -> None:
    write(folder.parent, "elsewhere.safetensors")
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {"a": "../elsewhere.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")

    assert "lacks ../elsewhere.safetensors" in told(lambda: find(Chosen(name=str(folder))))[0]


@pytest.mark.parametrize(
    "words", [["vocab.txt"], ["sentencepiece.bpe.model"], ["spiece.model"], ["vocab.json", "merges.txt"]]
)
def test_every_usual_kind_of_tokenizer_will_do(folder: Path, words: list[str]) -> None:
    (folder / "tokenizer.json").unlink()
    write(folder, *words)

    assert find(Chosen(name=str(folder))).folder == folder


def test_half_a_tokenizer_will_not_do(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    write(folder, "vocab.json")

    assert "has no tokenizer" in told(lambda: find(Chosen(name=str(folder))))[0]


@pytest.mark.parametrize(("revision", "command"), [("", NAME), ("refs/pr/7", f"{NAME} --revision refs/pr/7")])
def test_a_model_that_is_not_here_tells_the_command_that_fetches_it(revision: str, command: str) -> None:
    (problem,) = told(lambda: find(Chosen(name=NAME, revision=revision)))

    assert f"`sottovoce model fetch {command}`" in problem


@pytest.mark.parametrize("name", ["../moods", "a b", "/no/such/folder", "a/b/c", "moods--"])
def test_what_is_neither_a_folder_nor_a_name_is_told(name: str) -> None:
    (problem,) = told(lambda: find(Chosen(name=name)))

    assert name in problem


def test_what_was_fetched_is_found_again_without_the_hub(hub: Hub) -> None:
    fetched = fetch(NAME, endpoint=hub.endpoint)
    hub.status = 500
    hub.asked.clear()

    by_name, by_commit = (find(Chosen(name=NAME, revision=revision)) for revision in ("", COMMIT))

    assert by_name == by_commit
    assert by_name.folder == fetched.folder
    assert by_name.version == f"{NAME}@c0ffee0"
    assert hub.asked == []


def test_neither_pickles_nor_code_are_fetched(hub: Hub) -> None:
    fetched = fetch(NAME, endpoint=hub.endpoint)

    assert hub.fetched == {"config.json", "model.safetensors", "tokenizer.json", "README.md"}
    assert {path.name for path in fetched.folder.iterdir()} == hub.fetched
    assert fetched.commit == COMMIT
    assert fetched.labels == ("negative", "positive")


def test_a_revision_is_fetched_under_its_name(hub: Hub) -> None:
    fetch(NAME, revision="refs/pr/7", endpoint=hub.endpoint)

    assert find(Chosen(name=NAME, revision="refs/pr/7")).version == f"{NAME}@{OLDER[:7]}"
    assert told(lambda: find(Chosen(name=NAME)))


def test_a_model_kept_as_a_pickle_alone_is_refused_and_its_pickle_stays_where_it_is(hub: Hub) -> None:
    del hub.files["model.safetensors"]

    problems = told(lambda: fetch(NAME, endpoint=hub.endpoint))

    assert "has no model.safetensors" in problems[0]
    assert "pytorch_model.bin" not in hub.fetched


@pytest.mark.parametrize(("name", "revision"), [("nord/nothing", ""), (NAME, "no-such-branch")])
def test_what_the_hub_does_not_have_is_told(hub: Hub, name: str, revision: str) -> None:
    (problem,) = told(lambda: fetch(name, revision=revision, endpoint=hub.endpoint))

    assert "not on the hub under this name and revision" in problem


def test_a_name_that_is_none_is_told(hub: Hub) -> None:
    assert "is no name of the hub" in told(lambda: fetch("a b", endpoint=hub.endpoint))[0]
    assert hub.asked == []


def test_a_hub_that_does_not_answer_is_for_later(hub: Hub) -> None:
    hub.status = 500

    for endpoint in (hub.endpoint, "http://127.0.0.1:1"):
        with pytest.raises(Unavailable, match="cannot be fetched"):
            fetch(NAME, endpoint=endpoint)
