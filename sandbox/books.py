"""The books: what happened in the world, for holding against what a product says it did; no opinion, only counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox import graph_books
from sandbox.graph import Graph
from sandbox.graph_values import Item
from sandbox.scenario import Planned
from sandbox.slack import Slack
from sandbox.slack_state import Message
from sandbox.x import X
from sandbox.x_query import Matches, Searched
from sandbox.x_state import XPost


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something a product should have heard, by its first version's id."""

    id: str
    author: str
    way: str  # mention, search or direct; on Facebook and Instagram comment, visitor, review, tag or direct
    network: str = "x"
    lang: str = "und"
    kind: str = ""  # what the scenario's author would call it
    why: str = ""
    encrypted: bool = False
    summoned: bool = False  # it may be answered in public
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What one customer got from the brand."""

    username: str  # on Facebook and Instagram the network stands before it: "facebook:ana"
    replies: tuple[str, ...]  # in public, as written
    directs: tuple[str, ...]
    private_replies: tuple[str, ...] = ()
    wrote: int = 0  # private messages of theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The whole account."""

    heard: tuple[Heard, ...]
    gone: tuple[str, ...]  # ids of posts deleted by their authors: they may or may not have been heard
    malformed: tuple[str, ...]  # ids of items no client can read
    received: Mapping[str, Received]  # by username
    doubles: tuple[str, ...]  # each thing said twice to the same person about the same thing, in words
    rooms: Mapping[str, int]  # Slack messages by room name, threads included
    bill: Mapping[str, int]  # units by resource
    micros: int
    illegal: tuple[str, ...] = ()  # each thing tried that a platform's rules forbid, in words

    @property
    def replies(self) -> int:
        """Public answers in all."""
        return sum(len(one.replies) for one in self.received.values())

    @property
    def directs(self) -> int:
        """Private messages of the brand in all, private replies left out."""
        return sum(len(one.directs) for one in self.received.values())

    @property
    def private_replies(self) -> int:
        """Private replies to public words in all."""
        return sum(len(one.private_replies) for one in self.received.values())


def balance(
    x: X, graph: Graph, slack: Slack, *, matches: Matches, planned: Mapping[str, Planned], now: datetime
) -> Books:
    """Write up what happened until `now`. `matches` is the search that overhears; `planned` knows kinds by post id."""
    posts = [post for post in list(x.state.posts.values()) if post.exists_at <= now and post.id == post.versions[-1]]
    theirs = [post for post in posts if post.author != x.brand.id and not post.reposts]
    heard = [_heard(x, post, matches, planned) for post in theirs if not post.deleted and not post.malformed]
    items = graph_books.theirs(graph, now=now)
    return Books(
        heard=(
            *(one for one in heard if one is not None),
            *_written(x, now),
            *(_heard_on_graph(graph, one, planned) for one in items if not one.deleted and not one.malformed),
            *_written_on_graph(graph, now),
        ),
        gone=(*(str(post.versions[0]) for post in theirs if post.deleted), *(one.id for one in items if one.deleted)),
        malformed=(*(str(post.id) for post in theirs if post.malformed), *(one.id for one in items if one.malformed)),
        received=_received(x, posts, now) | _received_on_graph(graph, now),
        doubles=(*_doubles(x, posts, now), *graph_books.doubles(graph, now=now), *_told_twice(slack, now)),
        illegal=tuple(graph_books.illegal(graph)),
        rooms=_rooms(slack, now),
        bill=x.bill.units(),
        micros=x.bill.total(),
    )


def _heard(x: X, post: XPost, matches: Matches, planned: Mapping[str, Planned]) -> Heard | None:
    author = x.state.people[post.author].username
    summoned = x.state.summoned(x.brand, post)
    named = x.brand.username.lower() in post.text.lower() and summoned
    searched = Searched(text=post.text, author=author, lang=post.lang, is_reply=bool(post.reply_to))
    if not named and not matches(searched):
        return None
    plan = planned.get(str(post.versions[0]))
    return Heard(
        id=str(post.versions[0]),
        author=author,
        way="mention" if named else "search",
        lang=post.lang,
        kind=plan.kind if plan else "",
        why=plan.why if plan else "",
        summoned=summoned,
        versions=tuple(str(version) for version in post.versions),
    )


def _heard_on_graph(graph: Graph, item: Item, planned: Mapping[str, Planned]) -> Heard:
    lang, kind, why = graph_books.planned_as(planned, item)
    return Heard(
        id=item.id,
        author=graph_books.name_of(graph, item.author),
        way=graph_books.WAYS[item.sort],
        network=item.network,
        lang=lang,
        kind=kind,
        why=why,
        summoned=True,
        versions=(item.id,),
    )


def _written_on_graph(graph: Graph, now: datetime) -> Iterable[Heard]:
    for message in graph_books.written(graph, now=now):
        author = graph_books.name_of(graph, message.sender)
        yield Heard(id=message.id, author=author, way="direct", network=message.network)


def _received_on_graph(graph: Graph, now: datetime) -> dict[str, Received]:
    replies, directs, private = (defaultdict[str, list[str]](list) for _ in range(3))
    for item in graph_books.answers(graph, now=now):
        target = graph.state.items[item.target].author
        if target not in graph_books.own(graph):
            replies[target].append(item.text)
    for message in graph_books.sent(graph, now=now):
        (private if message.answers else directs)[message.recipient].append(message.text)
    wrote = Counter(message.sender for message in graph_books.written(graph, now=now))
    return {
        graph_books.name_of(graph, person): Received(
            username=graph_books.name_of(graph, person),
            replies=tuple(replies[person]),
            directs=tuple(directs[person]),
            private_replies=tuple(private[person]),
            wrote=wrote[person],
        )
        for person in sorted({*replies, *directs, *private, *wrote})
    }


def _written(x: X, now: datetime) -> Iterable[Heard]:
    for direct in x.state.messages(now=now):
        if direct.sender != x.brand.id:
            author = x.state.people[direct.sender].username
            yield Heard(id=str(direct.id), author=author, way="direct", encrypted=direct.encrypted)


def _received(x: X, posts: Iterable[XPost], now: datetime) -> dict[str, Received]:
    replies: dict[str, list[str]] = defaultdict(list)
    directs: dict[str, list[str]] = defaultdict(list)
    wrote: Counter[str] = Counter()
    for post in sorted(posts, key=lambda post: post.id):
        target = x.state.posts.get(post.reply_to) if post.reply_to else None
        if post.author == x.brand.id and target is not None and target.author != x.brand.id and not post.deleted:
            replies[target.author].append(post.text)
    for direct in x.state.messages(now=now):
        if direct.sender == x.brand.id:
            directs[direct.recipient].append(direct.text)
        else:
            wrote[direct.sender] += 1
    return {
        x.state.people[person].username: Received(
            username=x.state.people[person].username,
            replies=tuple(replies[person]),
            directs=tuple(directs[person]),
            wrote=wrote[person],
        )
        for person in sorted(set(replies) | set(directs) | set(wrote))
    }


def _doubles(x: X, posts: Iterable[XPost], now: datetime) -> Iterable[str]:
    replies = Counter(
        (x.state.posts[post.reply_to].versions[0], post.text)
        for post in posts
        if post.author == x.brand.id and post.reply_to in x.state.posts and not post.deleted
    )
    for (target, _), count in replies.items():
        if count > 1:
            yield f"post {target} got the same answer {count} times"
    directs = Counter((one.recipient, one.text) for one in x.state.messages(now=now) if one.sender == x.brand.id)
    for (person, _), count in directs.items():
        if count > 1:
            yield f"{x.state.people[person].username} got the same private message {count} times"


def _told_twice(slack: Slack, now: datetime) -> Iterable[str]:
    keys = Counter(key for one in list(slack.state.sent) if one.seen_at <= now and (key := _key(one)))
    for key, count in keys.items():
        if count > 1:
            yield f"the team was told {key} {count} times"


def _key(message: Message) -> str:
    payload = (message.metadata or {}).get("event_payload", {})
    return str(payload.get("key", "")) if isinstance(payload, Mapping) else ""


def _rooms(slack: Slack, now: datetime) -> dict[str, int]:
    counted = Counter(one.room for one in list(slack.state.sent) if one.seen_at <= now and not one.only_for)
    return {room.name: counted[room.id] for room in list(slack.state.rooms.values())}
