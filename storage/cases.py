"""Cases: our record of one customer's matter, from the first post to its resolution."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, func, insert, text
from sqlmodel import Field, Session, SQLModel, col, select

from domain.values import PostKind, Priority
from storage.authors import Author
from storage.columns import key, rows_of
from storage.posts import Post

OPEN, WAITING, RESOLVED, DISMISSED = "open", "waiting", "resolved", "dismissed"
"""open: we owe the next word · waiting: the customer does · resolved · dismissed: it needed nobody."""

LIVE = (OPEN, WAITING)
_LIVE_SQL = "state IN ('open', 'waiting')"


class Case(SQLModel, table=True):
    """One matter of one customer. At most one is live for an author and conversation."""

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "cases_live",
            "author_id",
            "conversation",
            unique=True,
            sqlite_where=text(_LIVE_SQL),
            postgresql_where=text(_LIVE_SQL),
        ),
        Index("cases_private", "channel", "private_conversation"),
        Index("cases_author", "author_id", "opened_at"),
        Index("cases_opened", "channel", "account", "opened_at"),
        Index(
            "cases_queue",
            "priority",
            "opened_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("cases_due", "due_at", sqlite_where=text("sla = 'pending'"), postgresql_where=text("sla = 'pending'")),
        Index(
            "cases_offered",
            "handoff_at",
            sqlite_where=text("handoff = 'offered'"),
            postgresql_where=text("handoff = 'offered'"),
        ),
        Index(
            "cases_settled",
            "handoff_at",
            sqlite_where=text("handoff = 'resolved'"),
            postgresql_where=text("handoff = 'resolved'"),
        ),
        Index(
            "cases_incident",
            "incident_id",
            sqlite_where=text("incident_id IS NOT NULL"),
            postgresql_where=text("incident_id IS NOT NULL"),
        ),
    )

    id: int = key()
    channel: str
    account: str
    author_id: int = Field(foreign_key="authors.id")
    conversation: str  # where it began: a public thread's root, or the private conversation
    private_conversation: str | None = None
    state: str = OPEN
    need: str
    priority: int = int(Priority.NORMAL)
    lang: str = "und"
    rule: str = ""  # triage's rule that made it
    reason: str = ""  # triage's reason, no customer's words
    topic: str = ""  # what it is about; see responder/topics.py
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    posts: int = 1
    # the handoff: none -> offered (-> lapsed) -> opened -> context -> owned -> resolved -> closed
    handoff: str = "none"
    handoff_at: datetime | None = None
    # the claim: who holds it; the fence grows with each claim, so that an old one is known to be old
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    fence: int = 0
    # first response: an automatic acknowledgement never meets it
    sla: str = "pending"  # pending · met · breached · void: dismissed, so nothing was owed
    due_at: datetime | None = None
    warned_at: datetime | None = None
    answered_at: datetime | None = None  # a person's first word
    incident_id: int | None = Field(default=None, foreign_key="incidents.id")
    place_told: int | None = None  # the lowest place in the queue the customer was told


class CasePost(SQLModel, table=True):
    """Which case a post belongs to."""

    __tablename__ = "case_posts"

    post_id: int = Field(primary_key=True, foreign_key="posts.id")
    case_id: int = Field(foreign_key="cases.id", index=True)


class Fact(SQLModel, table=True):
    """Something the customer told us, in private or in public, so that nobody asks twice. Erased with the person."""

    __tablename__ = "facts"

    id: int = key()
    case_id: int = Field(foreign_key="cases.id", index=True)
    author_id: int = Field(foreign_key="authors.id", index=True)
    post_id: int = Field(foreign_key="posts.id")
    kind: str  # order, email, phone, matter, callback
    value: str
    at: datetime


_CASES = rows_of(Case)
_OPEN = insert(_CASES).returning(_CASES.c.id, sort_by_parameter_order=True)
_FRESH = {"state": OPEN, "posts": 1, "handoff": "none", "fence": 0, "sla": "pending"}
_ADD_POST = insert(rows_of(CasePost))


def live(db: Session, author_id: int, conversation: str) -> Case | None:
    """Find the author's live case in this conversation."""
    query = select(Case).where(
        Case.author_id == author_id,
        (col(Case.conversation) == conversation) | (col(Case.private_conversation) == conversation),
        col(Case.state).in_(LIVE),
    )
    return db.exec(query).first()


def invited(db: Session, author_id: int) -> Case | None:
    """Find the author's live case that a private message would belong to: the latest one."""
    query = select(Case).where(Case.author_id == author_id, col(Case.state).in_(LIVE))
    return db.exec(query.order_by(col(Case.handoff) == "none", col(Case.updated_at).desc())).first()


def of_authors(db: Session, author_ids: Collection[int], *, resolved_since: datetime) -> list[Case]:
    """List these authors' live cases and those resolved since then, the latest first."""
    fresh = (col(Case.state) == RESOLVED) & (col(Case.closed_at) >= resolved_since)
    query = select(Case).where(col(Case.author_id).in_(author_ids), col(Case.state).in_(LIVE) | fresh)
    return list(db.exec(query.order_by(col(Case.updated_at).desc(), col(Case.id).desc())))


def in_private(db: Session, channel: str, conversation: str, *, resolved_since: datetime) -> list[Case]:
    """List the cases that go on in a private conversation, live or resolved since then, the latest first."""
    fresh = (col(Case.state) == RESOLVED) & (col(Case.closed_at) >= resolved_since)
    query = select(Case).where(
        Case.channel == channel, Case.private_conversation == conversation, col(Case.state).in_(LIVE) | fresh
    )
    return list(db.exec(query.order_by(col(Case.updated_at).desc(), col(Case.id).desc())))


def of_posts(db: Session, post_ids: Collection[int]) -> dict[int, int]:
    """Look up which case each post belongs to, where it does."""
    rows = db.exec(select(CasePost).where(col(CasePost.post_id).in_(post_ids)))
    return {row.post_id: row.case_id for row in rows}


def around(db: Session, channel: str, conversation: str) -> list[Case]:
    """List the live cases with a post in this conversation, public or private."""
    inside = (
        select(col(CasePost.case_id))
        .join(Post, col(Post.id) == col(CasePost.post_id))
        .where(Post.channel == channel, Post.conversation == conversation)
    )
    return list(db.exec(select(Case).where(col(Case.id).in_(inside), col(Case.state).in_(LIVE)).order_by(col(Case.id))))


def open_all(db: Session, rows: Sequence[Mapping[str, Any]]) -> list[Case]:
    """Keep new cases, in their order, each with one post that the caller adds; gives them their ids."""
    if not rows:
        return []
    made = db.connection().execute(_OPEN, [{**_FRESH, **row} for row in rows])
    ids = [row.id for row in made]
    known = {case.id: case for case in db.exec(select(Case).where(col(Case.id).in_(ids)))}
    return [known[case_id] for case_id in ids]


def open_case(db: Session, case: Case, post: Post) -> Case:
    """Keep a new case with its first post; gives it its id."""
    db.add(case)
    db.flush()
    db.add(CasePost(post_id=post.id, case_id=case.id))
    return case


def join(db: Session, case: Case, post: Post, *, now: datetime) -> None:
    """Add a post to a case."""
    db.add(CasePost(post_id=post.id, case_id=case.id))
    case.posts += 1
    case.updated_at = now


def opened_since(db: Session, author_ids: Collection[int], since: datetime) -> dict[int, int]:
    """Count the cases each of these authors has had since then; who had none is missing."""
    query = select(Case.author_id, func.count()).where(
        col(Case.author_id).in_(author_ids), col(Case.opened_at) >= since
    )
    return {row[0]: row[1] for row in db.exec(query.group_by(col(Case.author_id)))}


def add_posts(db: Session, pairs: Sequence[tuple[int, int]]) -> None:
    """Put posts into their cases: (post id, case id)."""
    if pairs:
        rows = [{"post_id": post_id, "case_id": case_id} for post_id, case_id in pairs]
        db.connection().execute(_ADD_POST, rows)


def complaints_since(db: Session, author_id: int, since: datetime) -> int:
    """Count the cases this author has had since then: "3rd complaint in 30 days"."""
    query = select(func.count()).select_from(Case).where(Case.author_id == author_id, col(Case.opened_at) >= since)
    return db.exec(query).one()


def ahead(db: Session, case: Case) -> int:
    """Count the cases a person will take before this one: more urgent, or as urgent and older."""
    query = (
        select(func.count())
        .select_from(Case)
        .where(
            Case.state == OPEN,
            col(Case.claimed_by).is_(None),
            col(Case.id) != case.id,
            (col(Case.priority) < case.priority)
            | ((col(Case.priority) == case.priority) & (col(Case.opened_at) < case.opened_at)),
        )
    )
    return db.exec(query).one()


def urgent_since(db: Session, case: Case, since: datetime) -> bool:
    """Say whether a more urgent case than this has come in, or become so, since then and waits."""
    query = select(col(Case.id)).where(
        Case.state == OPEN,
        col(Case.claimed_by).is_(None),
        col(Case.priority) < case.priority,
        (col(Case.opened_at) >= since) | (col(Case.updated_at) >= since),
    )
    return db.exec(query.limit(1)).first() is not None


def posts_of(db: Session, case_id: int) -> list[Post]:
    """List a case's posts, oldest first."""
    query = select(Post).join(CasePost, col(CasePost.post_id) == col(Post.id)).where(CasePost.case_id == case_id)
    return list(db.exec(query.order_by(col(Post.created_at), col(Post.id))))


def facts_of(db: Session, case_id: int) -> list[Fact]:
    """List what the customer has told us in this case, oldest first."""
    return list(db.exec(select(Fact).where(Fact.case_id == case_id).order_by(col(Fact.id))))


def last_direct(db: Session, case: Case) -> Post | None:
    """Find the customer's latest private post in this case: what an automatic private message would answer."""
    query = (
        select(Post)
        .join(CasePost, col(CasePost.post_id) == col(Post.id))
        .where(CasePost.case_id == case.id, Post.kind == PostKind.DIRECT.value)
    )
    return db.exec(query.where(~col(Post.own)).order_by(col(Post.id).desc()).limit(1)).first()


def queue(db: Session, *, states: Sequence[str], limit: int) -> list[tuple[Case, Author]]:
    """List cases with their authors, the most urgent and then the oldest first."""
    query = select(Case, Author).join(Author, col(Author.id) == col(Case.author_id))
    if states:
        query = query.where(col(Case.state).in_(states))
    rows = db.exec(query.order_by(col(Case.priority), col(Case.opened_at)).limit(limit))
    return [(row[0], row[1]) for row in rows]
