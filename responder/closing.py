"""Closing: promises the one line that closes a public thread whose matter was settled in private.

Only where the platform's rules allow a line beside the acknowledgement, and where people or the settings say so. Its
words say nothing of the matter.
"""

from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from domain.conduct import Closing, Conduct
from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import PostKind, Priority
from responder import language
from responder.asking import Stage
from responder.evidence import Wanted, consult
from responder.precedents import CLOSING
from responder.rulebook import books
from responder.speaking import STATES
from storage import cases, deliveries, events
from storage.cases import Case
from storage.database import reading, writing
from storage.deliveries import Promise
from storage.handoffs import unclosed
from storage.posts import Post

SETTLED_WITHIN = timedelta(days=1)  # a line that comes later reminds everybody of what was over
BATCH = 100


def run_once(engine: Engine, *, conduct: Conduct, now: datetime) -> bool:
    """Promise a closing line in each case that was settled lately and has none. False: there was none."""
    channels = [channel for channel, known in books().items() if known.closes_threads]
    if conduct.closing is Closing.NEVER:
        return False
    since = now - SETTLED_WITHIN
    with reading(engine) as db:
        if not unclosed(db, channels, since=since, limit=1):
            return False
    with writing(engine) as db:
        settled = unclosed(db, channels, since=since, limit=BATCH)
        for case in settled:
            _close(db, case, conduct, now)
    return bool(settled)


def _close(db: Session, case: Case, conduct: Conduct, now: datetime) -> None:
    post = next((post for post in cases.posts_of(db, case.id) if _public(post)), None)
    words, _ = language.choose((case.lang,), fallback=conduct.fallback_lang)
    text = words.closing[case.id % len(words.closing)]
    key = f"case-{case.id}{CLOSING}"
    wanted = Wanted(
        key=key,
        kind=DeliveryKind.REPLY,
        via=case.channel,
        account=case.account,
        target=post.native_id if post else "",
        planned_at=now,
        case_id=case.id,
        post_id=post.id if post else None,
        author_id=case.author_id,
        body=text,
    )
    answer = consult(db, wanted, stage=Stage.PLAN, conduct=conduct, now=now)
    promise = Promise(
        key=key,
        kind=wanted.kind,
        via=wanted.via,
        account=wanted.account,
        order_key=f"author-{case.author_id}",
        target=wanted.target,
        body=text,
        case_id=case.id,
        post_id=wanted.post_id,
        author_id=case.author_id,
        priority=Priority.LOW,
        state=STATES[answer.verdict] if post else deliveries.DROPPED,
        why=answer.rule if post else "nothing public is left to close",
        not_before=answer.until,
    )
    deliveries.plan_all(db, [promise], now=now)
    reason = f"a line that closes the thread in {words.lang}: {answer.reason}"
    events.note(db, case.id, EventKind.PLANNED, at=now, reason=reason, key=key, verdict=answer.verdict.value)


def _public(post: Post) -> bool:
    return post.kind != PostKind.DIRECT and not post.own and post.gone_at is None
