"""What every walk shares: a street of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.walks.street import Street

Opens = Callable[..., Street]


@pytest.fixture
def open_street(tmp_path: Path) -> Iterator[Opens]:
    """Open a street with settings of its own."""
    with ExitStack() as stack:

        def opened(**told: Any) -> Street:
            return stack.enter_context(Street(tmp_path, told))

        yield opened


@pytest.fixture
def street(open_street: Opens) -> Street:
    return open_street()
