"""Learning: keeps the facts a customer tells in a case, so that neither bot nor person asks again. Speaks to nobody."""

from collections.abc import Collection, Sequence

from domain.history import EventKind
from domain.values import Span
from responder import facts, identity
from responder.batch import Batch
from responder.facts import Told
from responder.topics import MATTER, Topic
from storage import cases, verdicts
from storage.cases import Case, Fact
from storage.posts import Post
from storage.verdicts import Verdict


def from_before(batch: Batch, case: Case, *, until: Post) -> None:
    """Keep what the case's earlier posts tell, when the private thread begins: public words count as told."""
    earlier = [post for post in cases.posts_of(batch.db, case.id) if post.id != until.id and not post.own]
    judged = verdicts.of(batch.db, [post.id for post in earlier])
    for post in earlier:
        if post.id in judged:
            learn(batch, case, post, judged[post.id])


def learn(
    batch: Batch, case: Case, post: Post, verdict: Verdict, *, asked: Collection[str] = (), callback: bool = False
) -> Sequence[Told]:
    """Keep what `post` tells and nobody knew; returns it."""
    spans = [Span(**span) for span in verdict.personal_data]
    told = facts.extract(post.text, spans, topic=Topic(case.topic or Topic.OTHER), asked=asked, callback=callback)
    identity.heard(batch, post, told, case=case)
    known = known_facts(batch, case)
    kinds = {each.kind for each in known}
    fresh = [each for each in told if each not in known and not (each.kind == MATTER and MATTER in kinds)]
    for each in fresh:
        batch.db.add(
            Fact(
                case_id=case.id,
                author_id=case.author_id,
                post_id=post.id,
                kind=each.kind,
                value=each.value,
                at=batch.now,
            )
        )
    if fresh:
        told_kinds = sorted({each.kind for each in fresh})
        batch.note(case, EventKind.FACTS, actor="customer", post=post.id, kinds=told_kinds)
        batch.db.flush()
    return fresh


def known_facts(batch: Batch, case: Case) -> list[Told]:
    """List what is known in a case."""
    return [Told(fact.kind, fact.value) for fact in cases.facts_of(batch.db, case.id)]


def known_kinds(batch: Batch, case: Case) -> set[str]:
    """List the kinds of facts nobody need ask for: told in the case, or by the same customer on another channel."""
    return {each.kind for each in known_facts(batch, case)} | identity.known_elsewhere(batch, case)
