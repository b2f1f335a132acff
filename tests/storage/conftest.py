"""What the storage's tests share: rows in the database without the rooms that make them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from domain.sending import DeliveryKind
from domain.values import NewAuthor, NewPost, Page, PostKind, SourceSpec, UnreadablePost
from storage import cases, deliveries, posts, sources
from storage.cases import Case
from storage.database import reading, writing
from storage.posts import Post

MINUTE = timedelta(minutes=1)


def new_post(native_id: str, at: datetime, **changed: Any) -> NewPost:
    """Make a post of Ana's."""
    values: dict[str, Any] = {
        "native_id": native_id,
        "kind": PostKind.MENTION,
        "text": "@brand where is my parcel?",
        "author": NewAuthor(native_id="1001", handle="ana_b", name="Ana Banana", followers=12),
        "conversation": native_id,
        "created_at": at,
    }
    return NewPost(**{**values, **changed})


def hear(engine: Engine, now: datetime, *page: NewPost, unreadable: Sequence[UnreadablePost] = ()) -> list[Post]:
    """Store a page as the listener would; gives the new posts, oldest first."""
    with writing(engine) as db:
        sources.register(db, "x", "9", SourceSpec(name="m", endpoint="m", every=MINUTE), now=now)
        db.flush()
        (source,) = sources.listening(db)
        stored = posts.store_page(db, source, Page(posts=page, unreadable=tuple(unreadable)), now=now)
    with reading(engine) as db:
        return [db.get_one(Post, row_id) for row_id in stored.new]


def open_case(db: Session, post: Post, now: datetime, **changed: Any) -> Case:
    """Open a case for a post."""
    values: dict[str, Any] = {
        "channel": post.channel,
        "account": post.account,
        "author_id": post.author_id,
        "conversation": post.conversation,
        "need": "complaint",
        "opened_at": now,
        "updated_at": now,
    }
    return cases.open_case(db, Case(**{**values, **changed}), post)


def promise(db: Session, key: str, now: datetime, **changed: Any) -> bool:
    """Promise a public answer, or whatever else is asked for."""
    values: dict[str, Any] = {
        "kind": DeliveryKind.REPLY,
        "via": "x",
        "account": "9",
        "order_key": "author-1",
        "target": "1",
        "body": "We are sorry.",
    }
    return deliveries.plan(db, key=key, now=now, **{**values, **changed})
