"""The harness in small, at every run of the tests; `make crash` runs it whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.mutants import MUTANTS

ROOT = Path(__file__).parents[2]


def crash(*arguments: str) -> tuple[int, str]:
    """Run the harness in a process that may fork; returns its status and its last line."""
    command = [sys.executable, "-m", "tests.crash", *arguments]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
    assert ran.stdout, ran.stderr
    return ran.returncode, ran.stdout.splitlines()[-1]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("network", ["x", "facebook"])
def test_killed_where_it_hurts_most_nothing_is_lost_and_nothing_said_twice(network: str) -> None:
    status, result = crash("--quick", "--network", network)

    assert re.fullmatch(r"points=\d+ double=0 lost=0", result)
    assert status == 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_the_mistakes_everybody_makes_are_caught(mutant: str) -> None:
    status, result = crash("--mutant", mutant, "--network", "x")

    assert not result.endswith("double=0 lost=0")
    assert status == 0
