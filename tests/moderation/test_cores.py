"""Cores: the affinity of the process, and the quotas of control groups as Linux writes them."""

import os
from pathlib import Path

import pytest

from moderation.cores import cores

HERE = "0::/\n"


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    folder = tmp_path / "cgroup"
    (folder / "house" / "bot").mkdir(parents=True)
    return folder


def own(tmp_path: Path, lines: str) -> Path:
    file = tmp_path / "own"
    file.write_text(lines, encoding="utf-8")
    return file


def allowed() -> int:
    return len(os.sched_getaffinity(0))


def test_without_a_quota_every_core_allowed_counts(groups: Path, tmp_path: Path) -> None:
    (groups / "cpu.max").write_text("max 100000\n")

    assert cores(groups, own(tmp_path, HERE)) == allowed()


def test_a_container_of_half_a_core_has_one(groups: Path, tmp_path: Path) -> None:
    (groups / "cpu.max").write_text("50000 100000\n")

    assert cores(groups, own(tmp_path, HERE)) == 1


def test_a_part_of_a_core_counts_as_one_more(groups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    (groups / "cpu.max").write_text("150000 100000\n")

    assert cores(groups, own(tmp_path, HERE)) == 2


def test_a_group_is_bound_by_those_above_it(groups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    (groups / "house" / "bot" / "cpu.max").write_text("800000 100000\n")
    (groups / "house" / "cpu.max").write_text("300000 100000\n")
    lines = "12:memory:/elsewhere\n0::/house/bot\n"

    assert cores(groups, own(tmp_path, lines)) == 3


def test_a_quota_wider_than_the_affinity_changes_nothing(groups: Path, tmp_path: Path) -> None:
    (groups / "cpu.max").write_text("6400000 100000\n")

    assert cores(groups, own(tmp_path, HERE)) == allowed()


@pytest.mark.parametrize("content", ["", "lots", "100000 0", "0 100000"])
def test_a_quota_that_makes_no_sense_is_none(groups: Path, tmp_path: Path, content: str) -> None:
    (groups / "cpu.max").write_text(content)

    assert cores(groups, own(tmp_path, HERE)) == allowed()


def test_a_machine_without_control_groups_has_its_cores(tmp_path: Path) -> None:
    assert cores(tmp_path / "none", tmp_path / "neither") == allowed()


def test_a_system_without_affinity_counts_all_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)

    assert cores(tmp_path / "none", tmp_path / "neither") == 1


def test_this_very_process_may_use_one_at_least() -> None:
    assert 1 <= cores() <= allowed()
