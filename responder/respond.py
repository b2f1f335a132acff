"""Responding: takes judged posts, the most urgent first, into cases, and promises what is said to customer and team.

One transaction a batch: verdict, case, events and promised deliveries are committed together or not at all.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Engine

from domain.conduct import Conduct
from domain.history import EventKind
from domain.values import Abuse, AnswerBy, Need, PostKind, Priority
from responder import assistant, echoes, identity, incidents, inviting, signals, telling
from responder.batch import Batch
from responder.casework import How, Work, enter, find, hush, take_in
from responder.plan import CaseFacts, Limits, Subject, Withheld, plan
from responder.topics import Topic
from storage import authors, deliveries, posts
from storage.cases import LIVE, Case
from storage.database import writing
from storage.posts import SETTLED, Post
from storage.verdicts import Verdict

BATCH = 100  # posts a transaction: others wait for the database no longer than that takes
NO_CHANNELS: Mapping[str, Limits] = {}


def run_once(
    engine: Engine,
    *,
    conduct: Conduct,
    now: datetime,
    limit: int = BATCH,
    channels: Mapping[str, Limits] = NO_CHANNELS,
) -> bool:
    """Answer at most `limit` judged posts. `channels` says what must be known of each to write for it.

    False: none was waiting.
    """
    with writing(engine) as db:
        taken = posts.to_answer(db, limit=limit)
        if not taken:
            return False
        batch = Batch.gather(db, taken, conduct=conduct, now=now, channels=channels)
        _answer(batch)
        posts.move(db, [post.id for post in taken], to=SETTLED)
    return True


def _answer(batch: Batch) -> None:
    works = take_in(batch, _there(batch))
    for work in works:
        enter(batch, work)
    batch.write()
    folded = incidents.fold(batch, [work.case for work in works if work.how is How.NEW])
    batch.write()
    for post in batch.posts:
        if post.own:
            echoes.own(batch, post)
    last = {work.case.id: work.post.id for work in works if work.private}
    for work in works:
        _work(batch, work, folded=work.case.id in folded, last=last.get(work.case.id) == work.post.id)
    batch.write()


def _there(batch: Batch) -> Iterator[tuple[Post, Verdict]]:
    """List the customers' posts that still exist, with their verdicts."""
    for post in batch.posts:
        verdict = batch.verdicts.get(post.id)
        if post.own or verdict is None:
            continue
        if post.gone_at is not None:
            _gone(batch, post)
            continue
        if post.kind != PostKind.DIRECT:
            identity.seen_in_public(batch, post, verdict)
            if signals.stops_in_public(post.text):
                authors.opt_out(batch.db, post.author_id, now=batch.now)
        yield post, verdict


def _gone(batch: Batch, post: Post) -> None:
    case = find(batch, post)
    if case and case.state in LIVE:
        batch.note(case, EventKind.GONE, actor="platform", reason="gone before it was answered", post=post.id)


def _work(batch: Batch, work: Work, *, folded: bool, last: bool) -> None:
    """Say what is due to the customer, then tell the team of the post and of what was said."""
    if work.case.state not in LIVE:
        return
    if work.private:
        heard = assistant.hear(batch, work, last=last)
    else:
        heard = assistant.Heard(headline=_headline(work), text=_in_public(batch, work))
        if signals.stops_in_public(work.post.text):
            heard = assistant.silenced(batch, work)
    _tell(batch, work, heard, folded=folded)


def _headline(work: Work) -> str:
    otherwise = "Changed their post" if work.how is How.EDITED else "Wrote again"
    return telling.headline(work.post, work.verdict, otherwise)


def _tell(batch: Batch, work: Work, heard: assistant.Heard, *, folded: bool) -> None:
    case, post = work.case, work.post
    alone = heard.loud or work.verdict.rule in incidents.ALONE
    if work.how is How.NEW and not (folded and not alone):
        telling.alert(batch, case, post, text=heard.text, facts=heard.facts, hidden=heard.hidden)
    elif work.how is not How.NEW and (work.raised or (alone and telling.root(batch, case) is None)):
        telling.alert(batch, case, post, name="urgent", text=heard.text, facts=heard.facts, hidden=heard.hidden)
    elif work.how is not How.NEW:
        priority = Priority.HIGH if work.verdict.need == Need.URGENT else Priority.NORMAL
        telling.note(
            batch,
            case,
            post,
            headline=heard.headline,
            text=heard.text,
            facts=heard.facts,
            hidden=heard.hidden,
            priority=priority,
        )


def _in_public(batch: Batch, work: Work) -> str:
    """Acknowledge in public where that is due; returns what the team is told of it."""
    case, post = work.case, work.post
    if work.danger:
        hush(batch, case, why="only a person may answer this")
    decided = plan(
        _subject(work),
        _case_facts(batch, work),
        conduct=batch.conduct,
        memory=batch.memory,
        limits=batch.limits(post.channel),
    )
    if decided is None:
        return ""
    if isinstance(decided, Withheld):
        batch.note(case, EventKind.WITHHELD, reason=decided.reason, post=post.id)
        return f"No automatic answer: {decided.reason}."
    return inviting.acknowledge(batch, work, decided)


def _subject(work: Work) -> Subject:
    post, verdict = work.post, work.verdict
    return Subject(
        kind=PostKind(post.kind),
        summoned=post.summoned,
        need=Need(verdict.need),
        answer_by=AnswerBy(verdict.answer_by),
        abuse=Abuse(verdict.abuse),
        topic=Topic(work.case.topic or Topic.OTHER),
        exposed=bool(verdict.personal_data),
        langs=(verdict.lang, post.lang),
    )


def _case_facts(batch: Batch, work: Work) -> CaseFacts:
    case = work.case
    acknowledged = work.how is not How.NEW and _acknowledged(batch, case)
    return CaseFacts(
        id=case.id, acknowledged=acknowledged, with_people=case.claimed_by is not None or case.answered_at is not None
    )


def _acknowledged(batch: Batch, case: Case) -> bool:
    return case.id in batch.acknowledged or deliveries.by_key(batch.db, f"case-{case.id}:{inviting.PUBLIC}") is not None
