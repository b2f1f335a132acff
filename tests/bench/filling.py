"""Fills a database with years of settled work, in the database itself: a million posts in a minute."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import SourceSpec
from storage import cases, deliveries, events, gatings, sources
from storage.cases import Case
from storage.database import migrate, open_database, writing
from storage.deliveries import SENT, Promise
from storage.gatings import Gating
from storage.posts import SETTLED
from storage.tables import METADATA, Author, Post, Verdict

CHANNEL, ACCOUNT = "x", "9"
MENTIONS = SourceSpec(name="mentions", endpoint="mentions", every=timedelta(minutes=1))
DAYS = 90  # that the stored posts are spread over
POSTS_A_CASE, POSTS_AN_AUTHOR = 5, 10
_SCORES = {
    "sentiment": {"negative": 0.91, "neutral": 0.07, "positive": 0.02},
    "abuse": {"none": 0.97, "offensive": 0.02, "hateful": 0.005, "threat": 0.005},
    "kind": {"complaint": 0.88, "question": 0.06, "praise": 0.02, "noise": 0.04},
    "why": {"complaint": 0.9, "money": 0.1, "access": 0.05, "safety": 0.01, "repeat": 0.3, "legal": 0.02},
}
_TEXT = "@brand third day without my parcel, nobody answers the phone and the page says it was delivered"


def filled(path: Path, count: int, *, now: datetime) -> Engine:
    """Make a database at `path` with `count` posts heard, judged and settled, their cases closed."""
    engine = open_database(f"sqlite:///{path}")
    migrate(engine)
    _first_of_each(engine, now)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        indexes = _drop_indexes(connection)
        _multiply(connection, count)
        for statement in indexes:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return engine


def _first_of_each(engine: Engine, now: datetime) -> None:
    """Write one row of each kind the way the house does, to be copied."""
    then = now - timedelta(days=DAYS)
    with writing(engine) as db:
        sources.register(db, CHANNEL, ACCOUNT, MENTIONS, now=then)
        db.add(
            Author(channel=CHANNEL, native_id="first", handle="first", name="First", first_seen_at=then, followers=12)
        )
        db.flush()
        (source,) = sources.listening(db)
        source.heard, source.last_ok_at, source.last_new_at = 1, now, now
        post = Post(
            channel=CHANNEL,
            account=ACCOUNT,
            source_id=source.id,
            native_id="first",
            logical_id="first",
            kind="mention",
            author_id=1,
            conversation="first",
            text=_TEXT,
            permalink="https://x.com/first/status/1",
            summoned=True,
            created_at=then,
            heard_at=then,
            state=SETTLED,
            raw={"id": "1"},
        )
        db.add(post)
        db.flush()
        db.add(_verdict(post, then))
        case = _case(post, then)
        cases.open_case(db, case, post)
        for key, kind, via in (("acknowledge", DeliveryKind.REPLY, CHANNEL), ("alert", DeliveryKind.ALERT, "slack")):
            promise = Promise(
                key=f"case-{case.id}:{key}",
                kind=kind,
                via=via,
                account=ACCOUNT,
                order_key=f"author-{post.author_id}",
                target="1",
                body=_TEXT * 3,
                case_id=case.id,
                post_id=post.id,
                author_id=post.author_id,
                state=SENT,
            )
            deliveries.plan_all(db, [promise], now=then)
        gating = Gating(
            delivery_key="case-1:acknowledge",
            case_id=case.id,
            stage="plan",
            at=then,
            verdict="allow",
            rule="",
            reason="",
        )
        gatings.keep(db, gating)
        for event in (EventKind.OPENED, EventKind.PLANNED, EventKind.SENT, EventKind.RESOLVED):
            events.note(db, case.id, event, at=then, key="case-1:acknowledge")


def _verdict(post: Post, then: datetime) -> Verdict:
    return Verdict(
        post_id=post.id,
        lang="en",
        sentiment="negative",
        abuse="none",
        person=0.9,
        distress=0.01,
        scores=_SCORES,
        need="complaint",
        priority=2,
        answer_by="bot",
        reason="unhappy 0.91, needs a person 0.90",
        rule="complaint",
        model="bench",
        policy="bench",
        judged_at=then,
    )


def _case(post: Post, then: datetime) -> Case:
    return Case(
        channel=CHANNEL,
        account=ACCOUNT,
        author_id=post.author_id,
        conversation=post.conversation,
        state=cases.RESOLVED,
        need="complaint",
        opened_at=then,
        updated_at=then,
        closed_at=then,
        sla="met",
        due_at=then,
        answered_at=then,
    )


def _drop_indexes(connection: Connection) -> list[str]:
    """Drop what only makes reading fast; gives the statements that make it anew."""
    found = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [row.sql for row in found]


def _multiply(connection: Connection, count: int) -> None:
    authors = max(50, count // POSTS_AN_AUTHOR)
    a_case = count // POSTS_A_CASE
    author = f"2 + (i * 7919) % {authors}"
    at = f"strftime('%Y-%m-%d %H:%M:%S.000000', t.{{}}, '+' || (i * {DAYS * 86400} / {count}) || ' seconds')"
    old = "'old-' || i"
    _copy(connection, "authors", authors, {"native_id": old, "handle": old})
    named = {"native_id": old, "logical_id": old, "conversation": old, "author_id": author}
    _copy(
        connection, "posts", count, {**named, "created_at": at.format("created_at"), "heard_at": at.format("heard_at")}
    )
    _copy(connection, "verdicts", count, {}, key="post_id")
    whose = f"2 + (i * {POSTS_A_CASE} * 7919) % {authors}"
    times = {
        name: at.format(name).replace(str(count), str(a_case)) for name in ("opened_at", "updated_at", "closed_at")
    }
    _copy(connection, "cases", a_case, {"conversation": old, "author_id": whose, **times})
    _copy(connection, "case_posts", a_case, {"case_id": "i + 1"}, key="post_id")
    _copy(connection, "gatings", a_case, {"delivery_key": "'case-' || (i + 1) || ':acknowledge'", "case_id": "i + 1"})
    for first, (kind, name) in enumerate((("reply", "acknowledge"), ("alert", "alert")), 1):
        key = f"'case-' || (i + 1) || ':{name}'"
        about = {"case_id": "i + 1", "post_id": "i + 1", "author_id": whose, "sent_at": at.format("planned_at")}
        copied = {"id": f"2 * i + {first}", "key": key, "order_key": f"'author-' || ({whose})", **about}
        _copy(connection, "deliveries", a_case, copied, of=f"kind = '{kind}' AND case_id = 1", key="key")
    for kind in ("opened", "planned", "sent", "resolved"):
        _copy(
            connection,
            "events",
            a_case,
            {"id": "NULL", "case_id": "i + 1", "at": at.format("at").replace(str(count), str(a_case))},
            of=f"kind = '{kind}' AND case_id = 1",
            key="id",
        )
    connection.execute(text("UPDATE sources SET heard = :count"), {"count": count + 1})


def _copy(
    connection: Connection, table: str, count: int, changed: dict[str, str], *, of: str = "", key: str = "id"
) -> None:
    """Copy a table's first row `count` times, `i` counting from 1; `changed` says what is different, in SQL."""
    changed = {key: "i + 1", **changed}
    columns = [column.name for column in METADATA.tables[table].columns]
    values = ", ".join(changed.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    first = of or f"{key} = 1"
    connection.exec_driver_sql(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "  # noqa: S608 - our own names
        f"INSERT INTO {table} ({names}) SELECT {values} FROM n, (SELECT * FROM {table} WHERE {first}) t"
    )
