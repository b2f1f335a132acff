"""One process owns writing: the second is told who holds the database, and a dead one holds nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import ConfigError
from storage.lock import sole_owner

HOLD = """
import sys
from pathlib import Path
from storage.lock import sole_owner
with sole_owner(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
ROOT = Path(__file__).parents[2]


def start_holder(database: Path) -> subprocess.Popen[str]:
    """Start a second process and wait until it holds the lock."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_process_is_told_which_one_runs(tmp_path: Path) -> None:
    database = tmp_path / "sottovoce.db"

    with start_holder(database) as holder:
        with pytest.raises(ConfigError) as told, sole_owner(database):
            pass
        holder.communicate("")

    assert told.value.problems == (
        f"{database}: Sottovoce already runs on this database (process {holder.pid}). Stop it first.",
    )


def test_a_process_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    database = tmp_path / "sottovoce.db"
    with start_holder(database) as holder:
        holder.kill()

    with sole_owner(database):
        kept = (tmp_path / "sottovoce.db.lock").read_text()

    assert int(kept) != holder.pid


def test_two_databases_in_one_folder_have_two_owners(tmp_path: Path) -> None:
    with start_holder(tmp_path / "one.db") as holder, sole_owner(tmp_path / "two.db"):
        holder.communicate("")


def test_the_owner_may_come_back(tmp_path: Path) -> None:
    database = tmp_path / "new folder" / "sottovoce.db"

    with sole_owner(database):
        pass
    with sole_owner(database):
        held = True

    assert held


def test_a_folder_that_cannot_be_written_is_said_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with (
        pytest.raises(ConfigError, match=r"cannot be written .*folder of its own"),
        sole_owner(tmp_path / "file" / "x.db"),
    ):
        pass
