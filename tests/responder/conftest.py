"""What the responder's tests share."""

import pytest
from sqlalchemy import Engine

from tests.responder.promises import House
from tests.responder.road import Road


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


@pytest.fixture
def road(engine: Engine) -> Road:
    return Road(engine)
