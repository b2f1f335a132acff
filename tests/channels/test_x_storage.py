"""What the connector makes of the oddest page can be kept by the store, and kept once."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import select

from channels.x import X
from storage import posts, sources
from storage.database import reading, writing
from storage.posts import Post, Unreadable
from storage.sources import Source
from tests.channels.timeline import snowflake
from tests.channels.wire import Wire

ODD = r"""{"data": [
  {"id": "%(id)s", "author_id": "7", "text": "@nordparcel \ud83d \u0000 \ud83d\ude00", "lang": "\u0000"},
  {"id": 1001, "author_id": 7, "text": "", "created_at": "0001-01-01T00:00:00Z", "edit_history_tweet_ids": ["5", 1001]},
  {"id": "9999999999999999999", "author_id": "8", "text": "x", "conversation_id": 12345678901234567890},
  {"id": "no", "text": 5}, "\ud83d", null, 1e999, {"id": "12", "author_id": "9"}
 ],
 "includes": {"users": [{"id": "7", "username": "\u0000", "name": "\udfff",
  "public_metrics": {"followers_count": 1e30}}]}
}"""


def test_the_oddest_page_is_kept_with_its_cursor(
    engine: Engine, wire: Wire, x: Callable[..., X], now: datetime
) -> None:
    body = (ODD % {"id": snowflake(now)}).encode()
    hearing = x()
    with writing(engine) as db:
        sources.register(db, hearing.name, hearing.account, hearing.sources()[1], now=now)
    for minute in range(2):
        wire.will(200, body)
        with writing(engine) as db:
            source = db.exec(select(Source)).one()
            page = hearing.fetch(source.name, source.cursor, now=now + timedelta(minutes=minute))
            stored = posts.store_page(db, source, page, now=now)
            source.cursor = page.cursor
            assert len(stored.new) == (3 if minute == 0 else 0)

    with reading(engine) as db:
        assert {post.native_id for post in db.exec(select(Post))} == {
            str(snowflake(now)),
            "1001",
            "9999999999999999999",
        }
        assert [json.loads(item.raw) for item in db.exec(select(Unreadable))][-1] == {"id": "12", "author_id": "9"}
        assert all(post.created_at <= now + timedelta(minutes=1) for post in db.exec(select(Post)))
