"""Looks in Graph's listings whether something of ours stands there. Sends nothing, decides nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from channels.graph_client import Answered
from channels.graph_fields import data, graph_id, mapping, read_time
from channels.graph_parse import Own, asked_after, next_page
from channels.graph_text import same_words
from domain.sending import Order, ReadBack
from domain.values import RateState

PAGES = 8  # more than this is no answer: the listing counts as incomplete
CLOCKS = timedelta(hours=2)  # how far our clock and Meta's may be apart without what was sent being overlooked


def search_back(
    ask: Callable[[Mapping[str, str]], Answered],
    match: Callable[[Mapping[str, Any]], str],
    past: Callable[[Mapping[str, Any]], bool],
) -> ReadBack:
    """Read a listing, newest first, until `match` finds an item or `past` says the rest is too old.

    Incomplete where the listing does not end within `PAGES`, its cursors repeat, or an item cannot be read.
    """
    after, used, complete = "", set[str](), True
    rates: tuple[RateState, ...] = ()
    for _ in range(PAGES):
        answered = ask(asked_after(after))
        items, rates = data(answered.payload), answered.rates
        found = next((hit for item in items if (hit := match(mapping(item)))), "")
        if found:
            return ReadBack(native_id=found, complete=True, rates=rates)
        complete = complete and all(graph_id(mapping(item).get("id")) for item in items)
        used.add(after)
        after = next_page(answered.payload)
        if not after or any(past(mapping(item)) for item in items):
            return ReadBack(native_id=None, complete=complete, rates=rates)
        if after in used:
            break
    return ReadBack(native_id=None, complete=False, rates=rates)


def ours(item: Mapping[str, Any], order: Order, own: Own, *, text: str) -> str:
    """Give an item's id where we wrote it, in these words, and it is not known to be another order's receipt.

    Instagram tells the author of some answers by name only.
    """
    native_id = graph_id(item.get("id"))
    writer = mapping(item.get("from")) or {"username": item.get("username")}
    if native_id in order.extra.get("known", ()) or not own.wrote(writer):
        return ""
    return native_id if same_words(order.body, item.get(text)) else ""


def older(item: Mapping[str, Any], name: str, floor: datetime, *, now: datetime) -> bool:
    """Say whether an item was made before `floor`; one without a time was not."""
    return (read_time(item.get(name), now) or now) < floor
