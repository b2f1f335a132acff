"""What the responder's tests share."""

import pytest
from sqlalchemy import Engine

from tests.responder.promises import House


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)
