"""How far Meta's listings are read: nothing lost, nothing endless, whatever the cursors do."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import graph_stored
from channels.graph_cursor import (
    MOST,
    REFUSED,
    STALLS,
    Beneath,
    Cursor,
    Errand,
    Poll,
    advance,
    restart,
    resume,
    skip,
    under_way,
)
from domain.errors import Refused, Scope
from tests.channels.wall import REACH, Wall, poll
from tests.conftest import NOON

MINUTE = timedelta(minutes=1)


def test_a_quiet_wall_costs_one_request_a_poll() -> None:
    wall = Wall()
    for number in range(20):
        wall.write(f"900_{number}", NOON - timedelta(hours=1))
    _, cursor = poll(wall.hearing(), None, now=NOON)
    wall.asked.clear()

    heard, _ = poll(wall.hearing(), cursor, now=NOON + MINUTE)

    assert heard == []
    assert wall.asked == [Errand()]


def test_only_the_post_that_changed_is_read_and_no_further_than_what_is_known() -> None:
    wall = Wall(size=5)
    for number in range(60):
        wall.write(f"900_{number % 3}", NOON - timedelta(hours=5) + number * 4 * MINUTE)
    _, cursor = poll(wall.hearing(), None, now=NOON)
    new = wall.write("900_1", NOON + MINUTE / 2)
    wall.asked.clear()

    heard, _ = poll(wall.hearing(), cursor, now=NOON + MINUTE)

    assert next(post.native_id for post in heard) == new.native_id
    assert [errand.node for errand in wall.asked] == ["", "900_1"]


def test_a_sweep_reads_every_post_once_in_a_while(now: datetime) -> None:
    wall = Wall()
    for number in range(3):
        wall.write(f"900_{number}", now - MINUTE)
    _, cursor = poll(wall.hearing(), None, now=now)
    wall.asked.clear()

    poll(wall.hearing(), cursor, now=now + REACH.sweep_every)

    assert [errand.node for errand in wall.asked] == ["", "900_2", "900_1", "900_0"]


def test_posts_that_do_not_say_when_they_changed_are_always_read(now: datetime) -> None:
    wall = Wall(marks=False)
    wall.write("900_1", now - MINUTE)
    _, cursor = poll(wall.hearing(), None, now=now)

    new = wall.write("900_1", now)
    heard, _ = poll(wall.hearing(), cursor, now=now + MINUTE)

    assert new.native_id in {post.native_id for post in heard}


@pytest.mark.parametrize("late", [timedelta(0), 5 * MINUTE, 30 * MINUTE, timedelta(hours=2), timedelta(hours=6)])
def test_a_comment_that_is_indexed_late_is_heard(late: timedelta) -> None:
    wall = Wall(size=3)
    for minute in range(0, 480, 6):
        wall.write(f"900_{minute // 6 % 4}", NOON + minute * MINUTE)
    lost = wall.write("900_1", NOON + 31 * MINUTE, late=late)
    cursor, heard = None, set[str]()

    for minute in range(0, 480, 10):
        posts, cursor = poll(wall.hearing(), cursor, now=NOON + minute * MINUTE)
        heard |= {post.native_id for post in posts}

    assert lost.native_id in heard


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_no_comment_is_lost_whenever_it_is_written_and_indexed(data: st.DataObject) -> None:
    wall = Wall(size=data.draw(st.integers(1, 6)), marks=data.draw(st.booleans()))
    moments = data.draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 240), st.integers(0, 360)), min_size=1, max_size=40)
    )
    for post, minute, late in sorted(moments, key=lambda moment: moment[1]):
        wall.write(f"900_{post}", NOON + minute * MINUTE, late=late * MINUTE)
    gaps = data.draw(st.lists(st.integers(1, 30), min_size=10, max_size=30))
    cursor, heard, at = None, set[str](), NOON
    for gap in [*gaps, 600]:
        at += gap * MINUTE
        posts, cursor = poll(wall.hearing(), cursor, now=at)
        heard |= {post.native_id for post in posts}

    began = NOON + gaps[0] * MINUTE - REACH.look_back
    due = {one.native_id for one in wall.written if one.at >= began and one.indexed_at <= NOON + sum(gaps) * MINUTE}
    assert due <= heard


def test_a_crash_between_two_pages_loses_nothing(now: datetime) -> None:
    wall = Wall(size=2)
    for number in range(11):
        wall.write("900_1", now - number * MINUTE)
    whole, _ = poll(wall.hearing(), None, now=now)
    cursor, heard = None, list[str]()
    while True:  # each page is read twice: the first time nothing is stored
        wall.hearing().fetch("comments", cursor, now=now)
        page = wall.hearing().fetch("comments", cursor, now=now)
        heard += [post.native_id for post in page.posts]
        cursor = page.cursor
        if not page.more:
            break

    assert heard == [post.native_id for post in whole]


def test_a_cursor_that_comes_back_ends_the_errand_and_the_mark_stays(now: datetime) -> None:
    wall = Wall(size=2)
    for number in range(9):
        wall.write("900_1", now - number * MINUTE)

    def leads_back(_errand: Errand, found: dict[str, Any]) -> dict[str, Any]:
        found["paging"] = {"cursors": {"after": "5"}, "next": "https://graph.facebook.com/x?after=5"}
        return found

    wall.odd = leads_back
    _, cursor = poll(wall.hearing(), None, now=now, most=6)
    wall.odd = None

    heard, _ = poll(wall.hearing(), cursor, now=now + MINUTE)

    assert len({post.native_id for post in heard}) == 9


def test_an_empty_page_may_have_a_next_one(now: datetime) -> None:
    wall = Wall(size=2)
    for number in range(5):
        wall.write("900_1", now - number * MINUTE)

    def hole(errand: Errand, found: dict[str, Any]) -> dict[str, Any]:
        if errand.after:
            return found
        return {"data": [], "paging": {"cursors": {"after": "1"}, "next": "https://graph.facebook.com/x?after=1"}}

    wall.odd = hole
    heard, _ = poll(wall.hearing(), None, now=now)

    assert len(heard) == 4  # all that stand behind the first


def test_endless_empty_pages_end(now: datetime) -> None:
    wall = Wall()
    wall.write("900_1", now - MINUTE)
    count = iter(range(10_000, 0, -1))
    wall.odd = lambda _errand, _found: {"data": [], "paging": {"next": f"https://g/x?after={next(count)}"}}

    poll(wall.hearing(), None, now=now, most=STALLS + 5)


def test_pages_without_times_end(now: datetime) -> None:
    wall = Wall(size=1)
    for number in range(100):
        wall.write("900_1", now - number * MINUTE)

    def timeless(_errand: Errand, found: dict[str, Any]) -> dict[str, Any]:
        for item in found["data"]:
            item.pop("created_time")
        return found

    wall.odd = timeless

    poll(wall.hearing(), None, now=now, most=STALLS + 5)


def test_a_poll_is_bounded_however_much_there_is(now: datetime) -> None:
    wall = Wall(size=1)
    for number in range(MOST + 100):
        wall.write("900_1", now - timedelta(hours=5) + number * timedelta(seconds=30))

    heard, cursor = poll(wall.hearing(), None, now=now, most=MOST + 1)

    kept = json.loads(cursor)
    assert len(heard) == MOST - 1
    assert "poll" not in kept
    assert kept["newest"] is None  # so that the next poll reads on from the same floor


def test_a_cursor_of_another_account_or_none_begins_anew(now: datetime) -> None:
    old = Cursor(about="other", start=now - timedelta(days=9), swept_at=now)

    for stored in (None, old):
        fresh = resume(stored, "wall", REACH, now=now)

        assert fresh.start == now - REACH.look_back
        assert fresh.poll
        assert fresh.poll.sweeping


def test_a_clock_that_went_back_sweeps_rather_than_never() -> None:
    begun = resume(None, "wall", REACH, now=NOON)
    done = replace(begun, poll=None, newest_at=NOON, swept_at=NOON + timedelta(days=1))

    again = resume(done, "wall", REACH, now=NOON + MINUTE)

    assert again.poll
    assert again.poll.sweeping


def test_a_time_from_the_future_does_not_carry_the_mark_past_what_comes(now: datetime) -> None:
    begun = resume(None, "wall", REACH, now=now)

    after = advance(begun, [now + timedelta(hours=20)], "", [], REACH, now=now)

    assert after.newest_at == now


def test_a_page_cursor_that_has_run_out_is_begun_anew_once(now: datetime) -> None:
    under = Errand(node="900_1", after="after=5", pages=3)
    cursor = Cursor(about="x", start=now, swept_at=now, poll=Poll(floor=now, began=now, todo=(under,)))

    again = restart(cursor)

    assert again
    assert under_way(again)[1] == Errand(node="900_1")
    assert restart(replace(again, poll=replace(under_way(again)[0], todo=(under,)))) is None


def test_a_node_that_is_gone_is_left_out_and_the_listing_itself_is_not(now: datetime) -> None:
    todo = (Errand(node="900_1"), Errand(node="900_2"))
    cursor = Cursor(about="x", start=now, swept_at=now, poll=Poll(floor=now, began=now, todo=todo))

    left = skip(cursor)

    assert left
    assert under_way(left)[1].node == "900_2"
    assert skip(resume(None, "x", REACH, now=now)) is None


def test_the_same_node_is_not_read_twice_in_a_poll(now: datetime) -> None:
    begun = resume(None, "wall", REACH, now=now)

    after = advance(begun, [], "", [Beneath(node="a"), Beneath(node="a"), Beneath(node="b")], REACH, now=now)

    assert [errand.node for errand in under_way(after)[0].todo] == ["a", "b"]


_AT = st.datetimes(min_value=datetime(2010, 1, 1), max_value=datetime(2030, 1, 1)).map(  # noqa: DTZ001 (made aware below)
    lambda at: at.replace(microsecond=0, tzinfo=NOON.tzinfo)
)
_TEXT = st.text(max_size=8)
_ERRANDS = st.builds(
    Errand,
    node=_TEXT,
    mark=_TEXT,
    after=_TEXT,
    pages=st.integers(0, 9),
    low=st.none() | _AT,
    stalls=st.integers(0, 9),
    used=st.lists(_TEXT, max_size=3).map(tuple),
)
_POLLS = st.builds(
    Poll,
    floor=_AT,
    began=_AT,
    sweeping=st.booleans(),
    todo=st.lists(_ERRANDS, min_size=1, max_size=3).map(tuple),
    asked=st.integers(0, 9),
    heard=st.integers(0, 9),
    top=st.none() | _AT,
    marks=st.dictionaries(_TEXT, _TEXT, max_size=3),
    whole=st.booleans(),
    restarted=st.booleans(),
)
_CURSORS = st.builds(
    Cursor,
    about=_TEXT,
    start=_AT,
    swept_at=_AT,
    newest_at=st.none() | _AT,
    marks=st.dictionaries(_TEXT, _TEXT, max_size=3),
    pages=st.integers(0, 99),
    poll=st.none() | _POLLS,
)


@given(cursor=_CURSORS)
def test_what_is_stored_comes_back_as_it_was(cursor: Cursor) -> None:
    assert graph_stored.read(graph_stored.write(cursor)) == cursor


_KEPT = json.loads(graph_stored.write(resume(None, "wall", REACH, now=NOON)))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from([*_KEPT, *_KEPT["poll"]]), inner),
    max_leaves=8,
)


@given(text=st.text(max_size=20) | _JSON.map(json.dumps) | st.sampled_from([*_KEPT]).flatmap(
    lambda name: _JSON.map(lambda value: json.dumps({**_KEPT, name: value}))
))  # fmt: skip
def test_a_cursor_nobody_can_read_is_none_and_no_crash(text: str) -> None:
    read = graph_stored.read(text)

    assert read is None or under_way(resume(read, "wall", REACH, now=NOON))


class Dead(Wall):
    """A wall on which one post is deleted between the listing and the reading, or everything is forbidden."""

    refusal = Refused("facebook", "gone", rule="graph.gone", gone=True)
    node = "900_1"

    def _ask(self, errand: Errand, now: datetime) -> Any:
        if errand.node == self.node:
            raise self.refusal
        return super()._ask(errand, now)


def test_a_post_deleted_under_our_hands_stops_nothing_and_is_told_as_gone(now: datetime) -> None:
    wall = Dead()
    wall.write("900_1", now - MINUTE)
    alive = wall.write("900_2", now - MINUTE)
    hearing, cursor, gone = wall.hearing(), None, list[str]()
    for _ in range(3):
        page = hearing.fetch("comments", cursor, now=now)
        gone, cursor = [*gone, *page.gone], page.cursor

    heard = [*page.posts] or poll(wall.hearing(), None, now=now)[0]

    assert gone == ["900_1"]
    assert [post.native_id for post in heard] == [alive.native_id]


@dataclass
class Mute(Wall):
    """A wall whose posts have, but for some, no comments that can be asked for."""

    readable: set[str] = field(default_factory=set)

    def _ask(self, errand: Errand, now: datetime) -> Any:
        if errand.node and errand.node not in self.readable:
            raise Refused("facebook", "no", rule="graph.bad-request")
        return super()._ask(errand, now)


@pytest.mark.parametrize("rule", ["graph.no-permission", "graph.signed-out"])
def test_a_lost_permission_stops_the_source_however_deep_it_shows(now: datetime, rule: str) -> None:
    wall = Dead()
    wall.refusal = Refused("facebook", "no", rule=rule, scope=Scope.ITEM)
    wall.write("900_1", now - MINUTE)

    with pytest.raises(Refused):
        poll(wall.hearing(), None, now=now)


def test_posts_of_which_none_can_be_read_stop_the_source_rather_than_deafen_it(now: datetime) -> None:
    wall = Mute()
    for number in range(20):
        wall.write(f"900_{number}", now - MINUTE)

    with pytest.raises(Refused):
        poll(wall.hearing(), None, now=now, most=REFUSED + 2)


def test_some_posts_that_cannot_be_read_do_not_keep_the_others_from_being_heard(now: datetime) -> None:
    wall = Mute(readable={"900_18"})
    for number in range(20):
        wall.write(f"900_{number}", now - MINUTE)

    heard, _ = poll(wall.hearing(), None, now=now)

    assert {post.conversation for post in heard} == {"900_18"}
