"""Conversations: ties a private conversation to the public post whose private answer began it. Speaks to nobody."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from domain.values import PostKind
from storage import cases, said
from storage.cases import Case
from storage.posts import Post


def tie(db: Session, taken: Iterable[Post]) -> None:
    """Note in a case where its private answer went, once the platform lists that answer in a conversation."""
    ours: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for post in taken:
        if post.own and post.kind == PostKind.DIRECT:
            ours[post.channel][post.native_id] = post.conversation
    for channel, conversations in ours.items():
        for native_id, case_id in said.receipts_of_private_replies(db, channel, conversations).items():
            case = db.get_one(Case, case_id)
            case.private_conversation = case.private_conversation or conversations[native_id]
    if ours:
        db.flush()


def of_others(
    db: Session, taken: Sequence[Post], known: Mapping[int, Sequence[Case]], *, resolved_since: datetime
) -> dict[int, list[Case]]:
    """Find, by writer, cases of a private conversation that were opened under another id of the same customer.

    A platform may name a person otherwise under a comment than in private; the conversation is the same.
    """
    found: defaultdict[int, list[Case]] = defaultdict(list)
    for post in taken:
        if post.own or post.kind != PostKind.DIRECT:
            continue
        there = cases.in_private(db, post.channel, post.conversation, resolved_since=resolved_since)
        have = {case.id for case in (*known.get(post.author_id, ()), *found[post.author_id])}
        found[post.author_id] += [case for case in there if case.id not in have]
    return found
