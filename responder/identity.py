"""Identity: links two authors when both gave us the same value in private, and has a person asked about what is weaker.

Speaks to nobody: what a customer told on another channel is shown to the team, and never said to them.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import combinations

from sqlmodel import Session

from domain.values import PostKind, Span
from responder import facts, identity_clues, identity_view
from responder.batch import Batch
from responder.facts import Told
from responder.identity_clues import Finding, Weight
from responder.topics import CALLBACK, MATTER, ORDER, Topic
from storage import authors, clues, customers, linking, links, suggestions
from storage.cases import Case
from storage.links import BOT, LINK
from storage.posts import Post
from storage.verdicts import Verdict

LASTS = {ORDER: timedelta(days=30), MATTER: timedelta(days=30)}
"""How long what was told elsewhere is taken to be about the matter in hand; an address or a telephone stays true."""


def heard(batch: Batch, post: Post, told: Iterable[Told], *, case: Case | None = None) -> None:
    """Take note of the values a post gives, and act where somebody else gave the same. The post must be written."""
    for value in (identity_clues.read(each.kind, each.value) for each in told):
        digest = value and clues.keep(
            batch.db,
            author_id=post.author_id,
            post_id=post.id,
            kind=value.kind,
            value=value.spelling,
            weak=value.weak,
            private=post.kind == PostKind.DIRECT,
            now=batch.now,
        )
        if digest:
            touched = consider(batch.db, digest, case_id=case.id if case else None, now=batch.now)
            batch.kin.update(links.members(batch.db, touched))


def seen_in_public(batch: Batch, post: Post, verdict: Verdict) -> None:
    """Take note of what stands in public: whoever gives it in private later may have read it there."""
    if verdict.personal_data:
        spans = [Span(**span) for span in verdict.personal_data]
        heard(batch, post, facts.extract(post.text, spans, topic=Topic.OTHER))


def consider(db: Session, digest: str, *, case_id: int | None, now: datetime) -> frozenset[int]:
    """Link, unlink or suggest whoever gave a value; returns the authors whose customer may have changed."""
    givers = sorted({clue.author_id for clue in clues.of_value(db, digest)})
    if len(givers) > identity_clues.ASKED_AT_MOST:
        return frozenset()
    before = links.members(db, givers)
    for one, other in combinations(givers, 2):
        _settle(db, one, other, case_id=case_id, now=now)
    return frozenset(givers).union(*before.values(), *links.members(db, givers).values())


def _settle(db: Session, one: int, other: int, *, case_id: int | None, now: datetime) -> None:
    found = common(db, one, other)
    if found is None or found.weight is Weight.NOTHING:
        return
    holds = links.last(db, one, other)
    ours = bool(holds and holds.act == LINK and holds.by == BOT)
    if found.weight is Weight.LINK:
        if _several_on_one_channel(db, one, other):
            _suggest(db, one, other, found, case_id=case_id, now=now)
        else:
            reason, evidence = found.reason, found.evidence()
            linking.link(db, one, other, by=BOT, reason=reason, evidence=evidence, now=now)
        return
    if ours:
        linking.unlink(db, one, other, by=BOT, reason=found.reason, now=now)
    _suggest(db, one, other, found, case_id=case_id, now=now)


def common(db: Session, one: int, other: int) -> Finding | None:
    """Say what two authors have in common that weighs most; None: nothing."""
    known = authors.by_id(db, {one, other})
    same = known[one].channel == known[other].channel
    values = (clues.of_value(db, digest) for digest in clues.in_common(db, one, other))
    return identity_clues.best([identity_clues.weigh(given, one, other, same_channel=same) for given in values])


def _several_on_one_channel(db: Session, one: int, other: int) -> bool:
    """Say whether a link would give one customer two identities on one channel, which they have not yet."""
    found = links.members(db, {one, other})
    if found[one] == found[other]:
        return False
    channels = [{author.channel for author in authors.by_id(db, ids).values()} for ids in found.values()]
    return bool(channels[0] & channels[1])


def _suggest(db: Session, one: int, other: int, found: Finding, *, case_id: int | None, now: datetime) -> None:
    """Have a person asked, unless a person has said so before, or there is nothing to ask any more."""
    together = other in links.members(db, {one})[one]
    if together or links.decided(db, one, other) or linking.kept_apart(db, one, other):
        return
    suggestions.make(db, one, other, case_id=case_id, reason=found.reason, evidence=found.evidence(), now=now)


def known_elsewhere(batch: Batch, case: Case) -> set[str]:
    """List the kinds of facts this case's customer told on another channel: nobody asks for them again."""
    kin = batch.kin_of(case)
    if len(kin) == 1:
        return set()
    told = customers.facts_elsewhere(batch.db, case.author_id, kin)
    fresh = (each for each in told if batch.now - each.at <= LASTS.get(each.kind, timedelta.max))
    return {each.kind for each in fresh} - {CALLBACK}


def also(batch: Batch, case: Case) -> tuple[str, ...]:
    """Tell the team what else there is of this case's customer."""
    kin = batch.kin_of(case)
    if len(kin) == 1 and not _held_beside(batch.cases.get(case.author_id, ()), case):
        return ()
    return identity_view.lines(batch.db, case, kin)


def _held_beside(theirs: Collection[Case], case: Case) -> bool:
    return any(each.claimed_by and each.id != case.id for each in theirs)
