"""The poll's protocol against a make-believe timeline: nothing shown within the hour promised is ever lost."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.x_cursor import STALLS, Cursor, Reach, advance, bounds, restart, resume, under_way, widen
from channels.x_fields import snowflake_at, snowflake_time
from channels.x_parse import Seen
from tests.channels.timeline import Timeline, snowflake
from tests.conftest import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
REACH = Reach(overlap=10 * MINUTE, sweep_every=30 * MINUTE, late_by=6 * HOUR, look_back=HOUR)


class Listener:
    """Keeps what it hears with the cursor, as the store does: together or not at all."""

    def __init__(self, timeline: Timeline, reach: Reach = REACH, crash: float = 0.0, seed: int = 1) -> None:
        self.timeline, self.reach = timeline, reach
        self.cursor: str | None = None
        self.heard: set[int] = set()
        self.crash, self.random = crash, Random(seed)

    def page(self, now: datetime) -> bool:
        cursor = resume(self.cursor, "mentions", self.reach, now=now)
        poll = under_way(cursor)
        shown, token = self.timeline.ask({**bounds(poll), "pagination_token": poll.token}, now=now)
        after = advance(cursor, [Seen(item.id, item.at) for item in shown], token, self.reach, now=now)
        if self.random.random() < self.crash:
            return True  # the transaction never came: neither posts nor cursor are kept, the page is asked for again
        self.heard |= {item.id for item in shown}
        self.cursor = after.to_json()
        return after.poll is not None

    def poll(self, now: datetime) -> int:
        """Poll to the end; says how many requests it took."""
        before = self.timeline.requests
        while self.page(now):
            assert self.timeline.requests - before < 400, "the poll does not end"
        return self.timeline.requests - before


def test_the_first_poll_goes_back_as_far_as_told_and_no_further(now: datetime) -> None:
    timeline = Timeline()
    for minutes in (5, 50, 70, 600):
        timeline.publish(now - minutes * MINUTE)
    listener = Listener(timeline)

    listener.poll(now)

    assert {snowflake_time(native_id) for native_id in listener.heard} == {now - 5 * MINUTE, now - 50 * MINUTE}


def test_later_polls_ask_by_id_from_a_little_before_the_newest(now: datetime) -> None:
    timeline = Timeline()
    timeline.publish(now - MINUTE)
    listener = Listener(timeline)
    listener.poll(now)

    asked = bounds(under_way(resume(listener.cursor, "mentions", REACH, now=now + MINUTE)))

    assert asked == {"since_id": str(snowflake_at(now - 11 * MINUTE))}


def test_ids_that_tell_no_time_are_asked_for_by_time(now: datetime) -> None:
    first = resume(None, "mentions", REACH, now=now)

    after = advance(first, [Seen(1001, now - MINUTE), Seen(1002, now)], None, REACH, now=now)

    asked = bounds(under_way(resume(after.to_json(), "mentions", REACH, now=now + MINUTE)))
    assert asked == {"start_time": now - 10 * MINUTE}


def test_a_post_indexed_minutes_late_is_heard_at_the_next_poll(now: datetime) -> None:
    timeline = Timeline()
    timeline.publish(now - 5 * MINUTE, late=6 * MINUTE)
    timeline.publish(now - MINUTE)
    listener = Listener(timeline)
    listener.poll(now)
    assert len(listener.heard) == 1

    listener.poll(now + MINUTE)

    assert len(listener.heard) == 2


def test_the_mark_moves_only_with_the_last_page(now: datetime) -> None:
    timeline = Timeline(page=2)
    for minutes in range(6):
        timeline.publish(now - minutes * MINUTE)
    listener = Listener(timeline)

    assert listener.page(now)
    halfway = resume(listener.cursor, "mentions", REACH, now=now)

    assert halfway.newest_at is None
    assert under_way(halfway).top == now
    listener.poll(now)
    assert resume(listener.cursor, "mentions", REACH, now=now).newest_at == now


def test_a_crash_between_two_pages_loses_nothing(now: datetime) -> None:
    timeline = Timeline(page=3)
    for minutes in range(30):
        timeline.publish(now - minutes * MINUTE)
    listener = Listener(timeline, crash=0.5)

    listener.poll(now)

    assert len(listener.heard) == 30


def _day(
    seed: int, *, page: int, swap: float, repeat: float, crash: float, honours: bool = True
) -> tuple[Timeline, Listener]:
    """Live through ten hours: a post every two minutes, bursts, one in twenty up to six hours late."""
    random = Random(seed)
    timeline = Timeline(page=page, random=random, swap=swap, repeat=repeat, honours_until=honours)
    published: list[tuple[datetime, timedelta]] = []
    for minute in range(600):
        burst = 40 if random.random() < 0.01 else 1 if random.random() < 0.5 else 0
        for _ in range(burst):
            late = timedelta(seconds=random.uniform(0, 6 * 3600)) if random.random() < 0.05 else timedelta(0)
            published.append((NOON + minute * MINUTE + timedelta(seconds=random.uniform(0, 59)), late))
    for at, late in sorted(published):
        timeline.publish(at, late=late)
    listener = Listener(timeline, crash=crash, seed=seed)
    for minute in range(600 + 7 * 60):
        listener.poll(NOON + minute * MINUTE)
    return timeline, listener


@pytest.mark.parametrize("seed", range(4))
def test_posts_up_to_six_hours_late_are_all_heard_whatever_order_pages_come_in(seed: int) -> None:
    timeline, listener = _day(seed, page=20, swap=0.2, repeat=0.1, crash=0.05)

    assert {item.id for item in timeline.items} - listener.heard == set()
    assert timeline.requests < 3 * 1020  # polls; swept pages, repeats and crashes together cost less than twice that


def test_the_overlap_alone_would_lose_late_posts() -> None:
    narrow = replace(REACH, late_by=timedelta(0), sweep_every=timedelta(days=30))
    timeline = Timeline()
    timeline.publish(NOON, late=3 * HOUR)
    listener = Listener(timeline, narrow)
    for minute in range(300):
        timeline.publish(NOON + minute * MINUTE)
        listener.poll(NOON + minute * MINUTE)

    assert len(timeline.items) - len(listener.heard) == 1


@given(
    seed=st.integers(0, 10**6),
    page=st.integers(1, 9),
    swap=st.floats(0, 1),
    repeat=st.floats(0, 0.5),
    honours=st.booleans(),
    posts=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 360)), max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_whatever_a_timeline_does_polls_end_and_what_it_shows_is_heard(
    seed: int, page: int, swap: float, repeat: float, *, honours: bool, posts: list[tuple[int, int]]
) -> None:
    timeline = Timeline(page=page, random=Random(seed), swap=swap, repeat=repeat, honours_until=honours)
    for minute, late in posts:
        timeline.publish(NOON + minute * MINUTE, late=late * MINUTE)
    listener = Listener(timeline)

    for minute in range(0, 60 + 7 * 60, 5):
        assert listener.poll(NOON + minute * MINUTE) <= 2 * (len(posts) // page + 2) + 2 * STALLS
    timeline.repeat = timeline.swap = 0.0  # X comes to its senses
    listener.poll(NOON + 8 * HOUR)
    listener.poll(NOON + 9 * HOUR)

    assert {item.id for item in timeline.items} <= listener.heard


def test_a_repeated_token_is_never_followed_twice(now: datetime) -> None:
    cursor = resume(None, "mentions", REACH, now=now)
    one = advance(cursor, [Seen(snowflake(now), now)], "A", REACH, now=now)
    two = advance(one, [Seen(snowflake(now - MINUTE), now - MINUTE)], "A", REACH, now=now)

    assert under_way(two).token == ""
    assert bounds(under_way(two))["until_id"] == str(snowflake(now - MINUTE))


def test_where_the_endpoint_knows_no_until_a_repeated_token_ends_the_poll_without_moving_the_mark(
    now: datetime,
) -> None:
    reach = replace(REACH, until=False)
    cursor = resume(None, "directs", reach, now=now)
    one = advance(cursor, [Seen(snowflake(now), now)], "A", reach, now=now)

    two = advance(one, [Seen(snowflake(now - MINUTE), now - MINUTE)], "A", reach, now=now)

    assert two.poll is None
    assert two.newest_at is None


def test_endless_empty_pages_end_the_poll(now: datetime) -> None:
    cursor = resume(None, "mentions", REACH, now=now)

    pages = 0
    while cursor.poll:
        cursor = advance(cursor, [], f"token {pages}", REACH, now=now)
        pages += 1

    assert pages == STALLS


def test_a_listing_that_ignores_its_bounds_is_left_when_it_is_past_the_floor(now: datetime) -> None:
    timeline = Timeline(page=10, honours_since=False)
    for hours in range(500):
        timeline.publish(now - hours * HOUR)
    listener = Listener(timeline)

    assert listener.poll(now) == 1


def test_one_stray_old_item_does_not_end_the_poll(now: datetime) -> None:
    cursor = resume(None, "mentions", REACH, now=now)
    page = [Seen(snowflake(at), at) for at in (now, now - 30 * HOUR, now - MINUTE)]

    assert advance(cursor, page, "more", REACH, now=now).poll is not None


def test_an_item_from_the_future_does_not_carry_the_mark_away(now: datetime) -> None:
    cursor = resume(None, "mentions", REACH, now=now)
    ahead = now + 20 * HOUR

    after = advance(cursor, [Seen(snowflake(ahead), ahead)], None, REACH, now=now)

    assert after.newest_at == now


@pytest.mark.parametrize("jump", [HOUR, -HOUR, timedelta(days=3), timedelta(days=-3)])
def test_a_clock_that_jumps_loses_nothing(jump: timedelta) -> None:
    timeline = Timeline()
    listener = Listener(timeline)
    listener.poll(NOON)
    for minute in range(1, 120):
        timeline.publish(NOON + minute * MINUTE, late=(minute % 7) * MINUTE)
        ours = NOON + minute * MINUTE + (jump if 30 < minute < 60 else timedelta(0))
        timeline_now = NOON + minute * MINUTE
        _poll_with_two_clocks(listener, ours, timeline_now)

    for minute in range(120, 160):
        _poll_with_two_clocks(listener, NOON + minute * MINUTE, NOON + minute * MINUTE)
    assert {item.id for item in timeline.items} <= listener.heard


def test_a_sweep_noted_in_the_future_does_not_put_off_the_next_one(now: datetime) -> None:
    kept = advance(resume(None, "mentions", REACH, now=now + timedelta(days=3)), [], None, REACH, now=now).to_json()

    assert under_way(resume(kept, "mentions", REACH, now=now)).sweeping


def _poll_with_two_clocks(listener: Listener, ours: datetime, theirs: datetime) -> None:
    more = True
    while more:
        cursor = resume(listener.cursor, "mentions", listener.reach, now=ours)
        poll = under_way(cursor)
        shown, token = listener.timeline.ask({**bounds(poll), "pagination_token": poll.token}, now=theirs)
        after = advance(cursor, [Seen(item.id, item.at) for item in shown], token, listener.reach, now=ours)
        listener.heard |= {item.id for item in shown}
        listener.cursor = after.to_json()
        more = after.poll is not None


def test_a_changed_search_begins_anew(now: datetime) -> None:
    kept = advance(resume(None, "search a", REACH, now=now), [], None, REACH, now=now).to_json()

    fresh = resume(kept, "search b", REACH, now=now + HOUR)

    assert fresh.start == now
    assert fresh.pages == 0


@pytest.mark.parametrize(
    "kept", ["", "{}", "null", "[]", "17", "not json", '{"v": 2}', '{"v": 1, "about": 3}', '{"v": 1, "about": "x"}']
)
def test_a_cursor_nobody_can_read_begins_anew(now: datetime, kept: str) -> None:
    assert resume(kept, "mentions", REACH, now=now).start == now - HOUR


@given(st.data())
def test_a_cursor_survives_being_written_down(data: st.DataObject) -> None:
    cursor = resume(None, "mentions", REACH, now=NOON)
    for _ in range(data.draw(st.integers(0, 6))):
        now = cursor.swept_at + MINUTE
        cursor = resume(cursor.to_json(), "mentions", REACH, now=now)
        ids = data.draw(st.lists(st.integers(1, 10**19 - 1), max_size=4))
        token = data.draw(st.none() | st.text(min_size=1, max_size=5))
        cursor = advance(cursor, [Seen(native_id, now) for native_id in ids], token, REACH, now=now)

        assert _again(cursor) == cursor


def _again(cursor: Cursor) -> Cursor:
    again = resume(cursor.to_json(), "mentions", REACH, now=cursor.swept_at)
    return again if cursor.poll else replace(again, poll=None)


def test_no_two_cursors_are_alike_even_when_nothing_is_new(now: datetime) -> None:
    listener = Listener(Timeline())
    kept = set()
    for minute in range(20):
        listener.poll(now + minute * MINUTE)
        kept.add(listener.cursor)

    assert len(kept) == 20


def test_a_token_x_no_longer_takes_begins_the_poll_anew_once(now: datetime) -> None:
    cursor = advance(resume(None, "mentions", REACH, now=now), [Seen(snowflake(now), now)], "old", REACH, now=now)

    again = restart(cursor, REACH, now=now)

    assert again is not None
    assert under_way(again).token == ""
    assert under_way(again).top == now
    assert restart(again, REACH, now=now) is None


def test_a_query_refused_on_its_first_page_is_not_asked_again(now: datetime) -> None:
    assert restart(resume(None, "mentions", REACH, now=now), REACH, now=now) is None


def test_no_search_reaches_further_back_than_x_allows(now: datetime) -> None:
    week = replace(REACH, oldest=timedelta(days=7))
    cursor = resume(None, "search", week, now=now)
    kept = advance(cursor, [Seen(snowflake(now), now)], None, week, now=now).to_json()

    back = resume(kept, "search", week, now=now + timedelta(days=30))

    assert under_way(back).floor == now + timedelta(days=23)


def test_what_is_asked_does_not_change_from_page_to_page(now: datetime) -> None:
    cursor = resume(None, "mentions", REACH, now=now)
    first = bounds(under_way(cursor))
    cursor = advance(cursor, [Seen(snowflake(now), now)], "next", REACH, now=now)

    later = resume(cursor.to_json(), "mentions", REACH, now=now + 5 * HOUR)

    assert bounds(under_way(later)) == first


def test_a_wider_page_begins_the_listing_anew(now: datetime) -> None:
    cursor = advance(resume(None, "directs", REACH, now=now), [Seen(snowflake(now), now)], "next", REACH, now=now)

    wide = widen(cursor, 100)

    assert (wide.busy, under_way(wide).token, under_way(wide).top) == (100, "", now)


def test_a_quiet_poll_that_follows_a_busy_one_narrows_again(now: datetime) -> None:
    cursor = resume(None, "directs", REACH, now=now)
    cursor = advance(cursor, [Seen(snowflake(now), now)] * 30, None, REACH, now=now)
    cursor = resume(cursor.to_json(), "directs", REACH, now=now + MINUTE)
    busy = advance(cursor, [Seen(snowflake(now), now)] * 30, None, REACH, now=now + MINUTE)
    assert busy.busy == 30

    later = resume(busy.to_json(), "directs", REACH, now=now + 20 * MINUTE)
    quiet = advance(later, [], None, REACH, now=now + 20 * MINUTE)

    assert quiet.busy == 0


def test_the_cursor_stays_small_however_long_a_poll_gets(now: datetime) -> None:
    cursor = resume(None, "mentions", REACH, now=now)
    for page in range(1000):
        at = now - page * timedelta(seconds=1)
        cursor = advance(cursor, [Seen(snowflake(at), at)], f"token {page}", REACH, now=now)

    assert len(json.dumps(cursor.to_json())) < 2000


def test_asking_for_a_poll_that_is_not_under_way_is_a_bug(now: datetime) -> None:
    done = advance(resume(None, "mentions", REACH, now=now), [], None, REACH, now=now)

    with pytest.raises(RuntimeError):
        under_way(done)
