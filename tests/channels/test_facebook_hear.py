"""What is heard on a Page over HTTP: what is asked, how far, and what becomes of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from channels.facebook import Facebook
from domain.errors import Refused
from domain.values import NewPost, Page, PostKind
from storage import posts, sources
from storage.database import reading, writing
from storage.posts import Post, Unreadable
from storage.sources import Source
from tests.channels.meta import ANA, PAGE, US, a_comment, a_message, a_page, a_talk, ago, error, listing, served, stamp
from tests.channels.wire import Asked, Wire, answer
from tests.conftest import NOON


def heard(page: Facebook, source: str, *, now: datetime = NOON, most: int = 20) -> list[NewPost]:
    """Fetch until there is no more."""
    cursor, found = None, list[NewPost]()
    for _ in range(most):
        got = page.fetch(source, cursor, now=now)
        found, cursor = [*found, *got.posts], got.cursor
        if not got.more:
            return found
    raise AssertionError("the poll has no end")


def a_post(native_id: str, **changed: Any) -> dict[str, Any]:
    return {"id": native_id, "message": "hello", "from": ANA, "created_time": ago(minutes=3), **changed}


def test_who_writes_in_private_is_heard_first_and_what_is_off_is_not_offered(wire: Wire) -> None:
    everything = [spec.name for spec in a_page(wire).sources()]
    less = [spec.name for spec in a_page(wire, hear_inbox=False, hear_reviews=False).sources()]

    assert everything == ["inbox", "comments", "posts", "tagged", "reviews"]
    assert less == ["comments", "posts", "tagged"]
    assert {spec.endpoint for spec in a_page(wire).sources()} == {"messenger", "pages"}


def test_comments_are_asked_as_a_stream_newest_first_under_the_posts_that_changed(wire: Wire) -> None:
    wire.respond = served(
        {
            f"{PAGE}/feed": listing({"id": "900_55", "updated_time": ago()}, {"id": "900_54"}),
            "900_55/comments": listing(a_comment()),
            "900_54/comments": listing(),
        }
    )

    (post,) = heard(a_page(wire), "comments")

    feed, first, second = wire.asked
    assert feed.query["limit"] == "25"
    assert (first.path, second.path) == ("/v26.0/900_55/comments", "/v26.0/900_54/comments")
    assert (first.query["filter"], first.query["order"]) == ("stream", "reverse_chronological")
    assert "since" not in first.query
    assert (post.kind, post.conversation) == (PostKind.COMMENT, "900_55")


def test_the_next_poll_asks_for_nothing_that_has_not_changed(wire: Wire, now: datetime) -> None:
    wire.respond = served(
        {f"{PAGE}/feed": listing({"id": "900_55", "updated_time": ago()}), "900_55/comments": listing(a_comment())}
    )
    page, cursor = a_page(wire), None
    for _ in range(2):
        cursor = page.fetch("comments", cursor, now=now).cursor
    wire.asked.clear()

    again = page.fetch("comments", cursor, now=now + timedelta(minutes=1))

    assert not again.more
    assert [asked.path for asked in wire.asked] == ["/v26.0/900/feed"]


def test_a_deleted_post_among_the_watched_is_told_as_gone(wire: Wire, now: datetime) -> None:
    feed = listing({"id": "900_56"}, {"id": "900_55"})
    wire.respond = served({f"{PAGE}/feed": feed, "900_56/comments": listing()})
    page, cursor, gone = a_page(wire), None, list[str]()
    for _ in range(3):
        got = page.fetch("comments", cursor, now=now)
        gone, cursor = [*gone, *got.gone], got.cursor

    assert gone == ["900_55"]
    assert not got.more


def test_where_no_post_can_be_read_none_is_told_as_gone(wire: Wire, now: datetime) -> None:
    wire.respond = served({f"{PAGE}/feed": listing({"id": "900_55"})})
    page = a_page(wire)

    first = page.fetch("comments", None, now=now)
    second = page.fetch("comments", first.cursor, now=now)

    assert (second.gone, second.more) == ((), False)


def test_a_page_cursor_that_has_run_out_begins_the_listing_anew(wire: Wire, now: datetime) -> None:
    page = a_page(wire)
    wire.will(200, listing(a_post("900_60"), after="old"))
    wire.will(400, error(100, None, "(#100) Invalid cursor"))
    wire.will(200, listing(a_post("900_60")))

    first = page.fetch("posts", None, now=now)
    second = page.fetch("posts", first.cursor, now=now)
    third = page.fetch("posts", second.cursor, now=now)

    assert (first.more, second.more, third.more) == (True, True, False)
    assert "after" not in wire.asked[2].query


def test_a_bad_request_without_a_cursor_stops_the_source(wire: Wire, now: datetime) -> None:
    wire.will(400, error(100))

    with pytest.raises(Refused):
        a_page(wire).fetch("posts", None, now=now)


def test_visitors_posts_are_heard_and_our_own_are_passed_over(wire: Wire) -> None:
    wire.respond = served({f"{PAGE}/feed": listing(a_post("900_61"), a_post("900_62", **{"from": US}))})

    assert [post.native_id for post in heard(a_page(wire), "posts")] == ["900_61"]


def test_tags_and_reviews_are_heard(wire: Wire) -> None:
    review = {"created_time": ago(hours=1), "reviewer": ANA, "review_text": "bad", "recommendation_type": "negative"}
    wire.respond = served({f"{PAGE}/tagged": listing(a_post("8_9")), f"{PAGE}/ratings": listing(review)})
    page = a_page(wire)

    (tag,), (judged,) = heard(page, "tagged"), heard(page, "reviews")

    assert tag.summoned
    assert judged.raw["review"] == "negative"


def test_nothing_older_than_the_first_look_back_is_taken(wire: Wire) -> None:
    old, new = a_post("900_1", created_time=ago(days=3)), a_post("900_2", created_time=ago(hours=1))
    wire.respond = served({f"{PAGE}/feed": listing(new, old)})

    assert [post.native_id for post in heard(a_page(wire), "posts")] == ["900_2"]


def test_the_inbox_brings_conversations_with_their_messages(wire: Wire) -> None:
    ours = a_message("m_2", **{"from": US}, to={"data": [ANA]}, created_time=ago(minutes=2))
    wire.respond = served({f"{PAGE}/conversations": listing(a_talk(ours, a_message("m_1")))})

    found = heard(a_page(wire), "inbox")

    (asked,) = wire.asked
    assert asked.query["platform"] == "messenger"
    assert "messages.limit(20){id,from,to,message,created_time" in asked.query["fields"]
    assert [(post.native_id, post.own) for post in found] == [("m_2", True), ("m_1", False)]
    assert {post.conversation for post in found} == {"t_1"}


def test_a_conversation_with_more_than_fits_is_read_on_by_itself(wire: Wire) -> None:
    told = [a_message(f"m_{n}", created_time=ago(minutes=n)) for n in range(1, 41)]
    talk = a_talk(messages=listing(*told[:20], after="m20"), updated_time=ago(minutes=1))
    wire.respond = served({f"{PAGE}/conversations": listing(talk), "t_1/messages": listing(*told[20:])})

    found = heard(a_page(wire), "inbox")

    assert len(found) == 40
    assert wire.asked[1].query["after"] == "m20"
    assert all(post.conversation == "t_1" for post in found)


def test_a_conversation_whose_older_messages_are_known_is_not_read_on(wire: Wire) -> None:
    told = [a_message("m_2", created_time=ago(minutes=1)), a_message("m_1", created_time=ago(days=2))]
    wire.respond = served({f"{PAGE}/conversations": listing(a_talk(messages=listing(*told, after="x")))})

    assert [post.native_id for post in heard(a_page(wire), "inbox")] == ["m_2"]
    assert len(wire.asked) == 1


def test_the_inbox_is_read_down_to_what_has_not_changed(wire: Wire) -> None:
    def respond(asked: Asked) -> bytes:
        page = int(asked.query.get("after", "0"))
        talks = [
            a_talk(a_message(f"m_{page}_{n}", created_time=ago(hours=page)), native_id=f"t_{page}_{n}")
            for n in range(3)
        ]
        return answer(200, listing(*talks, after=str(page + 1)))

    wire.respond = respond

    heard(a_page(wire, look_back=timedelta(hours=4)), "inbox", most=10)

    assert len(wire.asked) == 5  # the fifth page lies at the floor


def test_what_limits_are_left_comes_with_a_page(wire: Wire, now: datetime) -> None:
    wire.will(200, listing(), {"X-App-Usage": '{"call_count":80}'})

    page = a_page(wire).fetch("posts", None, now=now)

    assert {state.endpoint: state.reset_at for state in page.rates} == {
        "pages": now + timedelta(minutes=5),
        "pages:send": None,
    }


ODD = r"""{"data": [
  {"id": "900_1", "message": "a \ud83d \u0000 \ud83d\ude00", "from": {"id": 7, "name": "\u0000"},
   "created_time": "%(at)s", "permalink_url": 7},
  {"id": "900_2", "message": null, "created_time": "0001-01-01T00:00:00+0000", "from": {"id": {}}},
  {"id": "900_3", "message": ["x"], "from": 5}, {"id": ""}, "\ud83d", null, 1e999, []
 ], "paging": {"next": 5, "cursors": "x"}}"""


def test_the_oddest_page_is_kept_with_its_cursor_and_kept_once(engine: Engine, wire: Wire, now: datetime) -> None:
    wire.otherwise = answer(200, (ODD % {"at": stamp(now)}).encode(), {"Content-Type": "application/json"})
    hearing = a_page(wire)
    spec = next(spec for spec in hearing.sources() if spec.name == "posts")
    with writing(engine) as db:
        sources.register(db, hearing.name, hearing.account, spec, now=now)
    new = []
    for minute in range(2):
        with writing(engine) as db:
            source = db.exec(select(Source)).one()
            page: Page = hearing.fetch("posts", source.cursor, now=now + timedelta(minutes=minute))
            new.append(len(posts.store_page(db, source, page, now=now).new))
            source.cursor = page.cursor

    with reading(engine) as db:
        assert {post.native_id for post in db.exec(select(Post))} == {"900_1", "900_2"}
        assert len(db.exec(select(Unreadable)).all()) == 6
    assert new == [2, 0]
