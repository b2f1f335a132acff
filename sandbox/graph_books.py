"""Graph's part of the books: what was there to hear, what customers got, what was said twice or not allowed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sandbox.graph import Graph
from sandbox.graph_values import GraphMessage, Item, Network, Sort
from sandbox.scenario import Planned

WAYS = {Sort.POST: "visitor", Sort.REVIEW: "review", Sort.TAG: "tag", Sort.COMMENT: "comment", Sort.MEDIA: "media"}


def own(graph: Graph) -> set[str]:
    """Our own ids."""
    return {graph.page.id, graph.instagram.id}


def name_of(graph: Graph, person: str) -> str:
    """Somebody's name in the books: their network and what the sandbox calls them."""
    found = graph.state.people[person]
    return f"{found.network}:{found.username}"


def theirs(graph: Graph, *, now: datetime) -> list[Item]:
    """What others wrote where a Page can hear it by asking, deleted or not; mentions elsewhere come by webhook only."""
    with graph.state.lock:
        every = [one for one in graph.state.items.values() if one.exists_at <= now]
    return [
        one
        for one in every
        if one.author not in own(graph) and (one.sort is not Sort.COMMENT or _ours(graph, graph.state.items[one.root]))
    ]


def planned_as(planned: Mapping[str, Planned], item: Item) -> tuple[str, str, str]:
    """Language, kind and reason a careful reader would give an item; nothing known gives nothing."""
    plan = planned.get(item.id)
    return (plan.lang, plan.kind, plan.why) if plan else ("und", "", "")


def answers(graph: Graph, *, now: datetime) -> list[Item]:
    """Our public answers that stand there."""
    return [one for one in graph.state.shown(now=now) if one.author in own(graph) and one.target]


def written(graph: Graph, *, now: datetime) -> Iterator[GraphMessage]:
    """What others wrote to us in private."""
    return (one for one in graph.state.said(now=now) if one.sender not in own(graph))


def sent(graph: Graph, *, now: datetime) -> list[GraphMessage]:
    """What we wrote in private, private replies included."""
    return [one for one in graph.state.said(now=now) if one.sender in own(graph)]


def doubles(graph: Graph, *, now: datetime) -> Iterable[str]:
    """Say each thing we said twice to the same person about the same thing."""
    for (target, _), count in Counter((one.target, one.text) for one in answers(graph, now=now)).items():
        if count > 1:
            yield f"{graph.state.items[target].network} item {target} got the same answer {count} times"
    for (person, _), count in Counter((one.recipient, one.text) for one in sent(graph, now=now)).items():
        if count > 1:
            yield f"{name_of(graph, person)} got the same private message {count} times"
    for target, count in Counter(one.answers for one in sent(graph, now=now) if one.answers).items():
        if count > 1:
            yield f"{graph.state.items[target].network} item {target} got {count} private replies"


def illegal(graph: Graph) -> Iterable[str]:
    """Say what was tried and the platform's rules forbid."""
    return (f"{one.at.isoformat()} {one.why}: {one.target}" for one in list(graph.state.refused))


def _ours(graph: Graph, root: Item) -> bool:
    if root.network is Network.INSTAGRAM:
        return root.author == graph.instagram.id
    return root.sort is not Sort.TAG
