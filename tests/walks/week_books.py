"""The books of a simulated week: what must hold when it is over. Reads the house's rows and the look-alikes' books."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from channels.instagram_parse import ELSEWHERE
from domain.history import EventKind
from domain.sending import DeliveryKind
from sandbox import graph_books
from sandbox.books import Heard
from storage.cases import Case
from storage.database import reading
from storage.deliveries import FAILED, HELD, READY, SENDING, SENT, UNKNOWN, Delivery
from storage.events import Event
from storage.posts import Post
from tests.walks.pages import PageStreet
from tests.walks.week_plan import Story

WARNED, LOST = EventKind.WINDOW_WARNED.value, EventKind.WINDOW_LOST.value
EXAMPLES = 5  # of each problem, shown
WORDS = (DeliveryKind.REPLY, DeliveryKind.PRIVATE_REPLY, DeliveryKind.MESSAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that must hold."""

    holds: bool
    text: str
    examples: tuple[str, ...] = ()


def none(text: str, problems: Iterable[str]) -> Finding:
    """Hold that there is none of a problem."""
    found = list(problems)
    return Finding(holds=not found, text=f"{len(found)} {text}", examples=tuple(found[:EXAMPLES]))


def findings(street: PageStreet, stories: Sequence[Story]) -> Iterator[Finding]:
    """Say everything that must hold, and whether it does."""
    with reading(street.house.engine) as db:
        rows = list(db.exec(select(Delivery)))
        posts = list(db.exec(select(Post)))
        cases = list(db.exec(select(Case)))
    seen = street.world.books()
    words = [row for row in rows if row.kind in WORDS]
    books = street.books()
    heard = {(post.channel, post.native_id) for post in posts}
    everything = [one for one in seen.heard if one.network != "instagram" or one.way != "mention"]
    yield Finding(holds=len(stories) <= len(everything) + len(seen.gone), text=f"{len(stories)} conversations happened")
    yield none("of what was written to us was not heard", _unheard(everything, heard))
    yield Finding(holds=books.balanced, text=f"heard {books.heard} = judged {books.judged} + ours {books.ours}")
    yield none("things said twice to a customer", [one for one in seen.doubles if not one.startswith("the team")])
    yield none("private replies beyond one a post", _again(row.target for row in words if _private(row)))
    yield none("public replies beyond one automated a case", _again(_public(words)))
    yield none("tries the platform's rules forbid", [one for one in seen.illegal if " used_up:" not in one])
    yield from _windows(street)
    yield none("words still on their way", [row.key for row in words if row.state in {READY, SENDING, UNKNOWN}])
    sent = {str(row.native_id) for row in words if row.state == SENT}
    yield Finding(holds=bool(sent), text=f"{len(sent)} words to customers are sent")
    yield none("of them never were at their network", [one for one in sent if one not in _taken(street)])
    yield none("answers are at a network and do not count as sent", [one for one in _ours(street) if one not in sent])
    held = Counter(f"{row.kind} {row.state}: {row.why}" for row in words if row.state in {FAILED, HELD})
    told = ", ".join(f"{count} {what}" for what, count in held.most_common())
    yield Finding(holds=True, text=f"{len(cases)} cases; handed to people: {told or 'nothing'}")


def _windows(street: PageStreet) -> Iterator[Finding]:
    with reading(street.house.engine) as db:
        told = list(db.exec(select(Event).where(col(Event.kind).in_((WARNED, LOST))).order_by(col(Event.id))))
    warned = {(each.case_id, each.data["window"], each.data["until"]) for each in told if each.kind == WARNED}
    lost = [each for each in told if each.kind == LOST]
    silent = (each for each in lost if (each.case_id, each.data["window"], each.data["until"]) not in warned)
    yield Finding(holds=True, text=f"{len(warned)} windows were warned of, {len(lost)} of them shut all the same")
    yield none(
        "windows lost without an earlier alert",
        [f"case {each.case_id} {each.data['window']} until {each.data['until']}" for each in silent],
    )
    with reading(street.house.engine) as db:
        alerts = [row for row in db.exec(select(Delivery)) if ":window-" in row.key and row.state != SENT]
    yield none("of these alerts did not reach the team", [row.key for row in alerts])


def _unheard(everything: Iterable[Heard], heard: set[tuple[str, str]]) -> Iterator[str]:
    for one in everything:
        if not any((one.network, name) in heard for name in _names(one)):
            yield f"{one.network} {one.way} {one.id} of {one.author}"


def _names(one: Heard) -> Iterable[str]:
    """List the ids a post may be stored by: what stands under others' media on Instagram is named by its media."""
    names = {one.id, *one.versions}
    return {f"{ELSEWHERE}{name}" for name in names} if (one.network, one.way) == ("instagram", "tag") else names


def _private(row: Delivery) -> bool:
    return row.kind == DeliveryKind.PRIVATE_REPLY and row.state == SENT


def _public(words: Iterable[Delivery]) -> Iterator[str]:
    return (
        f"case {row.case_id}"
        for row in words
        if row.kind == DeliveryKind.REPLY and row.automatic and row.state in {SENT, UNKNOWN}
    )


def _again(each: Iterable[str]) -> Iterator[str]:
    return (f"{one} {count} times" for one, count in Counter(each).items() if count > 1)


def _taken(street: PageStreet) -> set[str]:
    """List the ids of all a network ever took: an answer goes with the post it stands under, when that is deleted."""
    x, graph = street.world.x.state, street.world.graph.state
    return {*map(str, x.posts), *map(str, x.directs), *graph.items, *graph.messages}


def _ours(street: PageStreet) -> Iterator[str]:
    """Give the ids of our public answers and private replies, deleted or not."""
    world = street.world
    own = graph_books.own(world.graph)
    yield from (
        str(post.id) for post in world.x.state.posts.values() if post.author == world.x.brand.id and post.reply_to
    )
    yield from (item.id for item in world.graph.state.items.values() if item.author in own and item.target)
    yield from (message.id for message in world.graph.state.messages.values() if message.answers)
