"""Hearing: a page and its cursor are stored together or not at all, each post once, in any order they come."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from domain.errors import Unavailable
from domain.ports import Hears
from domain.values import NewAuthor, Page, RateState, UnreadablePost, Usage
from listener import listen
from storage import posts, rates, spending
from storage.authors import Author
from storage.database import reading, writing
from storage.posts import IGNORED, JUDGED, NEW, SETTLED, Unreadable
from tests.listener.conftest import DIRECTS, MENTIONS, MINUTE, SEARCH, Desk, Wire, post


def test_the_wire_is_a_channel(wire: Wire) -> None:
    assert isinstance(wire, Hears)


def test_a_page_is_stored_with_its_cursor_and_the_next_poll_is_due_later(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(posts=(post("101", now), post("102", now)), cursor="102"))

    rounds = desk.listen(now)

    assert rounds == 1
    assert [row.state for row in desk.posts().values()] == [NEW, NEW]
    source = desk.source()
    assert (source.cursor, source.heard, source.next_poll_at) == ("102", 2, now + MENTIONS.every)
    assert wire.asked == [("mentions", None)]


def test_nothing_is_asked_before_its_time(desk: Desk, wire: Wire, now: datetime) -> None:
    desk.listen(now)

    early = desk.listen(now + MINUTE - timedelta(seconds=1))
    due = desk.listen(now + MINUTE)

    assert (early, due) == (0, 1)
    assert len(wire.asked) == 2


def test_an_overlap_read_again_stores_nothing_twice(desk: Desk, wire: Wire, now: datetime) -> None:
    first, second, third = (post(native_id, now) for native_id in ("101", "102", "103"))
    wire.will(Page(posts=(second, first), cursor="102"), Page(posts=(third, second, first), cursor="103"))

    desk.listen(now)
    desk.listen(now + MINUTE)

    assert list(desk.posts()) == ["101", "102", "103"]
    assert desk.source().heard == 3


def test_a_post_twice_on_one_page_is_one_post(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(posts=(post("101", now), post("101", now)), cursor="101"))

    desk.listen(now)

    assert list(desk.posts()) == ["101"]
    assert desk.source().heard == 1


def test_a_post_that_was_indexed_late_is_stored_and_counted(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(
        Page(posts=(post("105", now),), cursor="105"),
        Page(posts=(post("105", now), post("103", now - 2 * MINUTE)), cursor="105"),
    )

    desk.listen(now)
    desk.listen(now + MINUTE)

    assert set(desk.posts()) == {"103", "105"}
    assert (desk.source().heard, desk.source().late) == (2, 1)


def test_older_pages_of_one_poll_are_not_late(desk: Desk, wire: Wire, now: datetime) -> None:
    """A platform gives the newest page first: what follows in the same poll is older and still in time."""
    wire.will(
        Page(posts=(post("105", now),), cursor="page 2", more=True),
        Page(posts=(post("104", now - MINUTE),), cursor="105"),
    )

    desk.listen(now)

    assert desk.source().late == 0
    assert desk.source().newest_at == now


def test_a_chain_of_pages_is_read_at_once_and_each_page_moves_the_cursor(desk: Desk, wire: Wire, now: datetime) -> None:
    pages = [Page(posts=(post(str(n), now),), cursor=f"after {n}", more=n < 105) for n in range(101, 106)]
    wire.will(*pages)

    rounds = desk.listen(now)

    assert rounds == 5
    assert [cursor for _, cursor in wire.asked] == [None, "after 101", "after 102", "after 103", "after 104"]
    assert desk.source().cursor == "after 105"
    assert len(desk.posts()) == 5


def test_a_chain_of_pages_does_not_starve_another_source(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.offers = [MENTIONS, DIRECTS]
    desk.register(now)
    wire.will(*[Page(posts=(post(str(n), now),), cursor=str(n), more=True) for n in range(50)])

    desk.listen(now)

    assert [source for source, _ in wire.asked].index("directs") <= 1


def test_ids_grow_with_time_though_the_newest_comes_first(desk: Desk, wire: Wire, now: datetime) -> None:
    """The responder takes a customer's posts in the order of ids: her second must not be answered first."""
    wire.will(
        Page(posts=(post("103", now), post("102", now), post("99", now), post("101", now - MINUTE)), cursor="103")
    )

    desk.listen(now)

    assert list(desk.posts()) == ["101", "99", "102", "103"]


def test_what_we_wrote_ourselves_needs_no_judging_but_is_told_to_the_responder(
    desk: Desk, wire: Wire, now: datetime
) -> None:
    wire.will(Page(posts=(post("101", now, own=True), post("102", now)), cursor="102"))

    desk.listen(now)

    assert {native_id: row.state for native_id, row in desk.posts().items()} == {"101": JUDGED, "102": NEW}
    with reading(desk.engine) as db:
        assert [row.text for row in posts.to_judge(db, limit=9)] == ["@brand where is my parcel? (102)"]


@pytest.mark.parametrize(("before", "after"), [(NEW, IGNORED), (JUDGED, IGNORED), (SETTLED, SETTLED)])
def test_an_edit_supersedes_what_nobody_has_answered(
    desk: Desk, wire: Wire, now: datetime, before: str, after: str
) -> None:
    wire.will(Page(posts=(post("101", now),), cursor="101"))
    desk.listen(now)
    with writing(desk.engine) as db:
        posts.move(db, [desk.posts()["101"].id], to=before)
    wire.will(Page(posts=(post("102", now, logical_id="101", version=2),), cursor="102"))

    desk.listen(now + MINUTE)

    assert {native_id: row.state for native_id, row in desk.posts().items()} == {"101": after, "102": NEW}


def test_an_original_that_comes_after_its_edit_is_superseded_at_once(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(posts=(post("102", now, logical_id="101", version=2),), cursor="102"))
    desk.listen(now)
    wire.will(Page(posts=(post("101", now - MINUTE),), cursor="102"))

    desk.listen(now + MINUTE)

    assert {native_id: row.state for native_id, row in desk.posts().items()} == {"101": IGNORED, "102": NEW}


def test_a_chain_of_edits_on_one_page_leaves_the_last(desk: Desk, wire: Wire, now: datetime) -> None:
    versions = [post(f"10{n}", now, logical_id="101", version=n) for n in (3, 1, 2)]
    wire.will(Page(posts=tuple(versions), cursor="103"))

    desk.listen(now)

    assert {native_id: row.state for native_id, row in desk.posts().items()} == {
        "101": IGNORED,
        "102": IGNORED,
        "103": NEW,
    }


@pytest.mark.parametrize(("before", "after"), [(NEW, IGNORED), (JUDGED, JUDGED), (SETTLED, SETTLED)])
def test_a_deleted_post_loses_its_words_and_stays_counted(
    desk: Desk, wire: Wire, now: datetime, before: str, after: str
) -> None:
    edit = post("102", now, logical_id="101", version=2, raw={"note": "7"})
    wire.will(Page(posts=(edit, post("101", now), post("103", now)), cursor="103"))
    desk.listen(now)
    with writing(desk.engine) as db:
        posts.move(db, [desk.posts()["102"].id], to=before)
    wire.will(Page(gone=("101", "never heard of"), cursor="103"))

    desk.listen(now + MINUTE)

    kept = desk.posts()
    assert [kept[native_id].text for native_id in ("101", "102")] == ["", ""]
    assert kept["102"].raw == {}
    assert kept["102"].gone_at == now + MINUTE
    assert kept["102"].state == after
    assert (kept["103"].gone_at, kept["103"].text) == (None, "@brand where is my parcel? (103)")
    assert desk.source().heard == 3


def test_the_author_is_kept_once_and_refreshed_by_news(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(
        Page(posts=(post("101", now, author=NewAuthor(native_id="1", handle="ana", followers=10)),), cursor="101"),
        Page(posts=(post("102", now, author=NewAuthor(native_id="1", handle="ana_b", followers=11)),), cursor="102"),
    )

    desk.listen(now)
    desk.listen(now + MINUTE)

    with reading(desk.engine) as db:
        ana = db.exec(select(Author)).one()
    assert (ana.handle, ana.followers, ana.first_seen_at) == ("ana_b", 11, now)


def test_a_page_of_thousands_is_stored_whole(desk: Desk, wire: Wire, now: datetime) -> None:
    many = [post(str(n), now, author=NewAuthor(native_id=str(n % 7))) for n in range(2500)]
    wire.will(Page(posts=tuple(many), cursor="end"))

    desk.listen(now)

    assert len(desk.posts()) == desk.source().heard == 2500


@pytest.mark.parametrize("text", ["", "🙃", "ok\x00ay", "x" * 100_000, "'; DROP TABLE posts; --", "ไม่ได้ของ 😡"])
def test_any_text_is_stored_as_it_is(desk: Desk, wire: Wire, now: datetime, text: str) -> None:
    wire.will(Page(posts=(post("101", now, text=text),), cursor="101"))

    desk.listen(now)

    assert desk.posts()["101"].text == text


def test_a_post_from_the_future_does_not_make_those_that_follow_late(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(
        Page(posts=(post("101", now + timedelta(days=400)),), cursor="101"),
        Page(posts=(post("102", now + MINUTE),), cursor="102"),
    )

    desk.listen(now)
    desk.listen(now + MINUTE)

    assert desk.source().late == 0
    assert desk.posts()["101"].created_at == now + timedelta(days=400)


def test_a_post_from_1970_is_heard_and_moves_nothing_back(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(
        Page(posts=(post("101", now),), cursor="101"),
        Page(posts=(post("102", datetime(1970, 1, 1, tzinfo=UTC)),), cursor="102"),
    )

    desk.listen(now)
    desk.listen(now + MINUTE)

    assert desk.source().newest_at == now
    assert (len(desk.posts()), desk.source().late) == (2, 1)


def test_unreadable_posts_are_kept_as_they_came_and_hold_up_nothing(desk: Desk, wire: Wire, now: datetime) -> None:
    broken = UnreadablePost(native_id="101", raw='{"id": "101"}', why="no author")
    wire.will(Page(posts=(post("102", now),), unreadable=(broken,), cursor="102"))

    desk.listen(now)

    with reading(desk.engine) as db:
        kept = db.exec(select(Unreadable)).one()
    assert (kept.raw, kept.why, kept.said_at) == ('{"id": "101"}', "no author", now)
    assert (list(desk.posts()), desk.source().cursor) == (["102"], "102")
    assert desk.headlines() == ["x mentions: 1 unreadable"]


def test_what_was_billed_and_what_was_said_about_limits_is_kept_with_the_page(
    desk: Desk, wire: Wire, now: datetime
) -> None:
    usage = Usage(endpoint="mentions", resource="owned_read", units=2, micros=2000)
    rate = RateState(endpoint="mentions", remaining=0, limit=300, reset_at=now + 10 * MINUTE)
    wire.will(Page(usage=(usage, usage), rates=(rate,)))

    desk.listen(now)
    desk.listen(now + 9 * MINUTE)
    desk.listen(now + 10 * MINUTE)

    with reading(desk.engine) as db:
        assert spending.this_month(db, "x", "9", now=now) == 4000
        assert rates.free_at(db, "x", "9", "mentions", now=now) == now + 10 * MINUTE
    assert len(wire.asked) == 2, "not while the limit is used up"


class PowerCut(BaseException):
    """The process ends here."""


def cut_at(engine: Engine, place: int) -> Callable[[], None]:
    """Cut the power before the `place`-th statement or commit from now on; returns what undoes it."""
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == place:
            raise PowerCut

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)

    def undo() -> None:
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "commit", count)

    return undo


def test_wherever_the_power_is_cut_posts_and_cursor_agree_and_the_next_run_ends_the_same(
    desk: Desk, wire: Wire, now: datetime
) -> None:
    usage = Usage(endpoint="mentions", resource="read", units=1, micros=1000)
    broken = UnreadablePost(native_id="900", raw="{}", why="no id")

    cuts, place = 0, 0
    while True:
        place += 1
        ids = (str(1000 * place + 1), str(1000 * place + 2))
        before = desk.source()
        moment = now + place * timedelta(hours=1)
        page = Page(posts=tuple(post(i, moment) for i in ids), unreadable=(broken,), usage=(usage,), cursor=ids[-1])
        wire.answers["mentions"] = [page]
        undo = cut_at(desk.engine, place)
        try:
            desk.listen(moment)
        except PowerCut:
            cuts += 1
        finally:
            undo()
        stored = set(ids) <= set(desk.posts())
        moved = desk.source().cursor == ids[-1]
        assert stored is moved, f"cut {place}: stored {stored}, cursor moved {moved}"
        if not stored:
            assert desk.source().cursor == before.cursor
            assert not set(ids) & set(desk.posts())
        wire.answers["mentions"] = [page]
        desk.listen(moment + 10 * MINUTE)
        assert set(ids) <= set(desk.posts())
        assert desk.source().cursor == ids[-1]
        if cuts < place:
            break

    assert cuts >= 12, "every statement and commit of a poll was a place to stop"
    assert desk.source().heard == len(desk.posts()) == 2 * place


def test_a_full_disk_loses_nothing(desk: Desk, wire: Wire, now: datetime) -> None:
    def full(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    page = Page(posts=tuple(post(str(n), now, text="long " * 200) for n in range(200)), cursor="end")
    wire.will(page, page)
    event.listen(desk.engine, "connect", full)
    desk.engine.dispose()

    with pytest.raises(OperationalError, match="full"):
        desk.listen(now)
    while_full = (len(desk.posts()), desk.source().cursor)
    event.remove(desk.engine, "connect", full)
    desk.engine.dispose()
    desk.listen(now + MINUTE)

    assert while_full == (0, None)
    assert (len(desk.posts()), desk.source().cursor) == (200, "end")


def test_a_connector_that_breaks_holds_up_no_other_source(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.offers = [MENTIONS, DIRECTS]
    desk.register(now)
    wire.will(KeyError("author_id"), KeyError("author_id"))

    with pytest.raises(KeyError):
        desk.listen(now)
    desk.listen(now)

    assert [source for source, _ in wire.asked] == ["mentions", "directs"]
    assert desk.source("mentions").next_poll_at == now + MENTIONS.every


def test_only_sources_of_the_channels_at_hand_are_polled(desk: Desk, now: datetime) -> None:
    other = Wire(name="mastodon", account="7")

    found = listen.run_once(desk.engine, {"mastodon": other}, conduct=desk.conduct, now=now)

    assert not found
    assert other.asked == []


def test_another_account_of_the_channel_is_not_polled_with_this_ones_keys(
    desk: Desk, wire: Wire, now: datetime
) -> None:
    wire.account = "10"
    desk.register(now)
    wire.will(Page(posts=(post("101", now),), cursor="101"))

    desk.listen(now)

    assert wire.asked == [("mentions", None)]
    assert [row.account for row in desk.posts().values()] == ["10"]


def test_registering_again_keeps_the_cursor_and_takes_over_new_settings(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(cursor="102"))
    desk.listen(now)
    wire.offers = [SEARCH, type(MENTIONS)(name="mentions", endpoint="mentions", every=3 * MINUTE)]

    desk.register(now + MINUTE)
    desk.listen(now + MINUTE)

    assert (desk.source().cursor, desk.source().every_s) == ("102", 180)
    assert wire.asked[-1] == ("mentions", "102")


def test_a_search_taken_out_of_the_settings_is_polled_no_more_until_it_is_put_back(
    desk: Desk, wire: Wire, now: datetime
) -> None:
    wire.offers = [MENTIONS, SEARCH]
    desk.register(now)
    wire.will(Page(cursor="s1"), source=SEARCH.name)
    desk.listen(now)
    wire.offers = [MENTIONS]

    desk.register(now + 10 * MINUTE)
    desk.listen(now + 10 * MINUTE)
    without = [source for source, _ in wire.asked]
    wire.offers = [MENTIONS, SEARCH]
    desk.register(now + 20 * MINUTE)
    desk.listen(now + 20 * MINUTE)

    assert without.count(SEARCH.name) == 1
    assert (SEARCH.name, "s1") in wire.asked[len(without) :]


def test_lag_is_that_of_the_most_overdue_source(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.offers = [MENTIONS, SEARCH]
    desk.register(now)
    desk.listen(now)

    in_time = listen.lag(desk.engine, now=now + MINUTE)
    later = listen.lag(desk.engine, now=now + 7 * MINUTE)

    assert (in_time, later) == (timedelta(0), 6 * MINUTE)


def test_two_pollers_at_once_store_each_post_once(desk: Desk, now: datetime) -> None:
    """Another process polls the same source while our request is under way."""
    page = Page(posts=(post("101", now),), cursor="101")
    other = Wire(answers={"mentions": [page]})

    class Slow(Wire):
        def fetch(self, source: str, cursor: str | None, *, now: datetime) -> Page:
            listen.run_once(desk.engine, {"x": other}, conduct=desk.conduct, now=now + 5 * MINUTE)
            return super().fetch(source, cursor, now=now)

    listen.run_once(desk.engine, {"x": Slow(answers={"mentions": [page]})}, conduct=desk.conduct, now=now)

    assert list(desk.posts()) == ["101"]
    assert desk.source().heard == 1
    assert other.asked == [("mentions", None)]


def test_an_error_says_nothing_of_what_customers_wrote(
    desk: Desk, wire: Wire, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    wire.will(Page(posts=(post("101", now, text="my secret"),), cursor="101"), Unavailable("x", "HTTP 503"))

    with caplog.at_level("DEBUG", logger="listener"):
        desk.listen(now)
        desk.listen(now + MINUTE)

    said = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert "page stored" in said
    assert "secret" not in said
    assert "ana" not in said.replace("manager", "")
