"""What acts on Graph's things share: which ids may be acted on, for whom, and when an act counts as done."""

from channels.graph_client import Answered
from channels.graph_endpoints import Endpoint
from channels.graph_fields import clean, flag, graph_id
from channels.graph_parse import MADE, UNKNOWN
from domain.errors import Refused, Unavailable
from domain.sending import Order, PostRef, Receipt, Standing


def node(native_id: str, channel: str) -> str:
    """Take an id that goes into an address. Raises Refused for one that is none, or that we made up."""
    if not graph_id(native_id) or native_id.startswith((UNKNOWN, MADE)):
        raise Refused(channel, "the target is no id of Meta", rule="graph.bad-target")
    return native_id


def standing_of(post: PostRef, words: object) -> Standing:
    """Say whether a post stands in the words we heard: an edit keeps its id at Meta, so the words must tell."""
    changed = post.text is not None and clean(words) != post.text
    return Standing.EDITED if changed else Standing.SAME


def by_a_person(order: Order, channel: str) -> None:
    """Raise Refused for an act that cannot be undone and that nobody of the team has decided."""
    if not order.by:
        why, remedy = f"only a person decides to {order.kind}", "Decide it from the card or the command line."
        raise Refused(channel, why, rule="graph.person-only", remedy=remedy)


def done(answered: Answered, target: str, endpoint: Endpoint, channel: str) -> Receipt:
    """Make the receipt of an act that may be done twice; Unavailable where Meta does not say that it is done."""
    if not flag(answered.payload.get("success"), default=False):
        raise Unavailable(channel, f"Meta does not say that it is done ({endpoint.name})", endpoint=endpoint.bucket)
    return Receipt(native_id=target, rates=answered.rates)
