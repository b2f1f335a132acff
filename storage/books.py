"""The books: whether everything heard is judged and accounted for. Counts only."""

from dataclasses import dataclass

from sqlalchemy import func, literal_column
from sqlmodel import Session, col, select

from storage import deliveries, posts
from storage.cases import LIVE, Case, CasePost
from storage.deliveries import FAILED, HELD, READY, SENDING, UNKNOWN, Delivery
from storage.posts import Post, Unreadable
from storage.sources import Source
from storage.verdicts import Verdict

WAITING = (READY, SENDING, UNKNOWN, HELD, FAILED)  # deliveries that are not done with


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Where every post is. `heard` = `judged` + `ours` + `replaced` + `waiting`, or a post was lost in the house."""

    heard: int  # readable posts stored
    judged: int  # have a verdict
    ours: int  # written by our own account: not judged
    replaced: int  # versions replaced by an edit before they were judged
    waiting: int  # on their way: not judged yet, or judged and not seen by the responder
    settled: int  # the responder is done with them
    in_cases: int
    unreadable: int  # set aside as they came
    cases: dict[str, int]  # by state
    needs: dict[str, int]  # verdicts by what was needed
    rules: dict[str, int]  # verdicts by the policy's rule
    languages: dict[str, int]
    sentiments: dict[str, int]
    deliveries: dict[str, dict[str, int]]  # kind -> state -> count

    @property
    def balanced(self) -> bool:
        """Whether heard = judged = accounted for, with nothing left on its way."""
        accounted = self.judged + self.ours + self.replaced
        return self.heard == accounted == self.settled and self.waiting == 0


def balance(db: Session) -> Books:
    """Count everything in one consistent view."""
    by_state = posts.tally(db)
    ours = db.exec(select(func.count()).select_from(Post).where(col(Post.own))).one()
    unjudged = (
        select(func.count())
        .select_from(Post)
        .outerjoin(Verdict, col(Verdict.post_id) == col(Post.id))
        .where(Post.state == posts.IGNORED, col(Verdict.post_id).is_(None), ~col(Post.own))
    )
    kinds: dict[str, dict[str, int]] = {}
    for (kind, state), count in deliveries.tally(db).items():
        kinds.setdefault(kind, {})[state] = count
    return Books(
        heard=sum(by_state.values()),
        judged=db.exec(select(func.count()).select_from(Verdict)).one(),
        ours=ours,
        replaced=db.exec(unjudged).one(),
        waiting=by_state.get(posts.NEW, 0) + by_state.get(posts.JUDGED, 0),
        settled=by_state.get(posts.SETTLED, 0) + by_state.get(posts.IGNORED, 0),
        in_cases=db.exec(select(func.count()).select_from(CasePost)).one(),
        unreadable=db.exec(select(func.count()).select_from(Unreadable)).one(),
        cases=_by(db, Case.state),
        needs=_by(db, Verdict.need),
        rules=_by(db, Verdict.rule),
        languages=_by(db, Verdict.lang),
        sentiments=_by(db, Verdict.sentiment),
        deliveries=kinds,
    )


def _by(db: Session, column: str) -> dict[str, int]:
    rows = db.execute(select(col(column), func.count()).group_by(col(column)).order_by(func.count().desc()))
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What is on its way and what waits for somebody; for everything ever done see `Books`."""

    heard: int  # readable posts stored, ever
    to_judge: int
    to_answer: int
    unreadable: int
    live_cases: dict[str, int]  # by state: open, waiting
    cases: int  # ever
    deliveries: dict[str, dict[str, int]]  # kind -> state -> count, of those neither sent nor dropped


def glance(db: Session) -> Glance:
    """Look at counters and queues alone: costs the same however much is stored."""
    heard = db.exec(select(func.coalesce(func.sum(Source.heard), 0))).one()
    waiting: dict[str, dict[str, int]] = {}
    for state in WAITING:  # one by one: each has its partial index
        query = select(Delivery.kind, func.count()).where(Delivery.state == literal_column(f"'{state}'"))
        for kind, count in db.exec(query.group_by(Delivery.kind)):
            waiting.setdefault(kind, {})[state] = count
    live = select(Case.state, func.count()).where(col(Case.state).in_([literal_column(f"'{state}'") for state in LIVE]))
    return Glance(
        heard=heard,
        to_judge=_queued(db, posts.NEW),
        to_answer=_queued(db, posts.JUDGED),
        unreadable=db.exec(select(func.count()).select_from(Unreadable)).one(),
        live_cases={row[0]: row[1] for row in db.exec(live.group_by(Case.state))},
        cases=db.exec(select(func.coalesce(func.max(col(Case.id)), 0))).one(),
        deliveries=waiting,
    )


def _queued(db: Session, state: str) -> int:
    return db.exec(select(func.count()).select_from(Post).where(Post.state == literal_column(f"'{state}'"))).one()
