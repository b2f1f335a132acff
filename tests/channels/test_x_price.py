from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from domain.ports import Prices
from domain.sending import DeliveryKind, Order
from tests.channels.conftest import MESSAGE, ORDER, US, MakeX
from tests.channels.wire import Wire

HIDE = replace(ORDER, kind=DeliveryKind.HIDE)
LINK = replace(ORDER, body="Write to https://nord.example/help")


@pytest.mark.parametrize(
    ("order", "endpoint", "micros"),
    [
        (ORDER, "POST /2/tweets", 10_000),
        (LINK, "POST /2/tweets", 200_000),
        (MESSAGE, "POST /2/dm_conversations/:id/messages", 15_000),
        (HIDE, "PUT /2/tweets/:id/hidden", 5_000),
    ],
)
def test_a_price_is_known_before_anything_is_asked(
    wire: Wire, x: MakeX, order: Order, endpoint: str, micros: int
) -> None:
    connector = x()

    usage = connector.price(order)

    assert isinstance(connector, Prices)
    assert (usage.endpoint, usage.units, usage.micros) == (endpoint, 1, micros)
    assert not wire.asked


def test_the_same_words_of_another_order_are_not_this_ones(wire: Wire, x: MakeX, now: datetime) -> None:
    ours = {"id": "55", "sender_id": US, "text": MESSAGE.body, "created_at": now.isoformat()}
    listing: dict[str, Any] = {"data": [ours], "meta": {}}
    wire.will(200, listing)
    wire.will(200, listing)
    connector = x()

    found = connector.find_message(MESSAGE, since=now, now=now)
    others = connector.find_message(replace(MESSAGE, extra={"known": ["55"]}), since=now, now=now)

    assert (found.native_id, others.native_id, others.complete) == ("55", None, True)
