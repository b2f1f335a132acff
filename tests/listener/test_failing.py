"""When hearing fails: what is tried again and when, what stops, and what the team is told, once."""

from datetime import datetime, timedelta

import pytest

from domain.errors import Pause, Refused, Scope, Unavailable
from domain.values import Page, Priority, RateState, UnreadablePost
from listener import listen, watch
from storage import rates, sources
from storage.database import reading, writing
from tests.listener.conftest import DIRECTS, MENTIONS, MINUTE, SEARCH, Desk, Wire, post

HOUR = 60 * MINUTE
REVOKED = Refused(
    "x",
    "HTTP 401: token revoked",
    rule="x.signed-out",
    scope=Scope.ACCOUNT,
    remedy="Sign in again with `sottovoce init`.",
)


def outage(retry_at: datetime | None = None) -> Unavailable:
    return Unavailable("x", "HTTP 503", retry_at=retry_at)


def test_each_failure_waits_longer_and_never_longer_than_five_minutes(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(*[outage() for _ in range(12)])

    waits = []
    at = now
    for _ in range(12):
        desk.listen(at)
        waits.append((desk.source().next_poll_at - at).total_seconds())
        at = desk.source().next_poll_at

    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300, 300]


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        (timedelta(minutes=12), timedelta(minutes=12)),
        (-HOUR, listen.FIRST_WAIT),
        (timedelta(days=900), listen.LONGEST_ASKED),
    ],
    ids=["as it asks", "a time in our past is not now", "a year is some clock's mistake"],
)
@pytest.mark.parametrize("pause", [Pause.OUTAGE, Pause.RATE, Pause.MONEY])
def test_a_platform_that_asks_for_time_gets_it_within_bounds(
    desk: Desk, now: datetime, pause: Pause, asked: timedelta, waited: timedelta
) -> None:
    desk.wire.will(Unavailable("x", "later", pause=pause, retry_at=now + asked))

    desk.listen(now)

    assert desk.source().next_poll_at == now + waited


def test_the_cursor_stays_while_polls_fail_and_nothing_is_lost(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(posts=(post("101", now),), cursor="101"), outage(), outage())
    wire.will(Page(posts=(post("102", now),), cursor="102"))

    for minutes in range(4):
        desk.listen(now + minutes * MINUTE)

    assert [cursor for _, cursor in wire.asked] == [None, "101", "101", "101"]
    assert list(desk.posts()) == ["101", "102"]


def test_the_team_is_told_after_three_failures_and_when_we_hear_again_each_once(
    desk: Desk, wire: Wire, now: datetime
) -> None:
    wire.will(Page(cursor="101"), *[outage() for _ in range(6)])
    desk.listen(now)

    told = []
    for minutes in range(5, 50, 5):
        desk.listen(now + minutes * MINUTE)
        told.append(len(desk.cards()))

    assert told == [0, 0, 1, 1, 1, 1, 2, 2, 2]
    first, second = desk.cards()
    assert first.headline == "x mentions: cannot hear"
    assert "3 polls in a row failed: x: HTTP 503" not in first.text
    assert "3 polls in a row failed: HTTP 503." in first.text
    assert "since 20 Nov 12:00 UTC" in first.text
    assert "sottovoce check" in first.remedy
    assert (second.headline, second.remedy) == ("x mentions: hears again", "")
    assert (first.priority, second.priority) == (Priority.URGENT, Priority.NORMAL)


def test_two_failures_are_nobodys_business(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(outage(), outage())

    for minutes in range(4):
        desk.listen(now + minutes * MINUTE)

    assert desk.cards() == []
    assert (desk.source().state, desk.source().failures, desk.source().why) == (sources.LISTENING, 0, "")


def test_an_outage_of_the_whole_platform_is_said_once_and_its_end_once(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.offers = [MENTIONS, SEARCH, DIRECTS]
    desk.register(now)
    for spec in wire.offers:
        wire.will(Page(), *[outage() for _ in range(5)], source=spec.name)

    for minutes in range(0, 60, 5):
        desk.listen(now + minutes * MINUTE)

    assert len(desk.headlines()) == 2
    assert desk.headlines()[0].endswith("cannot hear")
    assert desk.headlines()[1].endswith("hears again")


def test_a_second_outage_is_said_again(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(), outage(), outage(), outage(), Page(), outage(), outage(), outage(), Page())

    for minutes in range(0, 60, 6):
        desk.listen(now + minutes * MINUTE)

    assert [line.split(": ")[1] for line in desk.headlines()] == ["cannot hear", "hears again"] * 2


def test_a_rate_limit_rests_the_endpoint_for_everybody_and_counts_as_no_failure(
    desk: Desk, wire: Wire, now: datetime
) -> None:
    wire.will(*[Unavailable("x", "HTTP 429", pause=Pause.RATE, retry_at=now + 10 * MINUTE)] * 1)

    desk.listen(now)
    desk.listen(now + 9 * MINUTE)
    desk.listen(now + 10 * MINUTE)

    assert [minute for minute, _ in enumerate(wire.asked)] == [0, 1]
    assert desk.source().failures == 0
    assert desk.cards() == []


def test_a_limit_that_another_worker_ran_into_is_obeyed(desk: Desk, wire: Wire, now: datetime) -> None:
    with writing(desk.engine) as db:
        rates.pause(db, "x", "9", "mentions", until=now + 5 * MINUTE, why="HTTP 429", now=now)

    desk.listen(now)
    source = desk.source()
    desk.listen(now + 5 * MINUTE)

    assert (source.next_poll_at, source.state) == (now + 5 * MINUTE, sources.LISTENING)
    assert len(wire.asked) == 1


def test_a_limit_that_ends_in_a_hundred_years_is_a_mistake_of_a_clock(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(rates=(RateState(endpoint="mentions", remaining=0, reset_at=now + timedelta(days=36500)),)))

    desk.listen(now)
    desk.listen(now + timedelta(days=1))

    assert len(wire.asked) == 2


def test_out_of_credits_waits_an_hour_and_is_said_once_a_day(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.offers = [MENTIONS, DIRECTS]
    desk.register(now)
    for spec in wire.offers:
        wire.will(*[Unavailable("x", "HTTP 402: no credits", pause=Pause.MONEY) for _ in range(14)], source=spec.name)

    for hours in range(14):
        desk.listen(now + hours * HOUR)

    assert len(wire.asked) == 28
    assert desk.headlines() == ["x: out of credits", "x: out of credits"]
    assert "Top up" in desk.cards()[0].remedy
    assert desk.source().state == sources.PAUSED


def test_the_end_of_being_out_of_credits_is_said(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Unavailable("x", "HTTP 402: no credits", pause=Pause.MONEY))

    desk.listen(now)
    desk.listen(now + HOUR)

    assert desk.headlines() == ["x: out of credits", "x mentions: hears again"]


def test_a_refusal_stops_its_source_alone_and_names_the_remedy(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.offers = [MENTIONS, SEARCH]
    desk.register(now)
    wire.will(
        Refused("x", "HTTP 400: query too long", rule="x.query", remedy="Shorten the search."), source=SEARCH.name
    )

    for minutes in range(30):
        desk.listen(now + minutes * MINUTE)

    assert [source for source, _ in wire.asked].count(SEARCH.name) == 1
    assert [source for source, _ in wire.asked].count("mentions") == 30
    assert (desk.source(SEARCH.name).state, desk.source().state) == (sources.STOPPED, sources.LISTENING)
    (card,) = desk.cards()
    assert card.headline == "x search:brand has stopped"
    assert card.text == "HTTP 400: query too long"
    assert card.remedy == "Shorten the search. Then start Sottovoce again."


def test_lost_rights_stop_every_source_of_the_account_with_one_card(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.offers = [MENTIONS, SEARCH, DIRECTS]
    desk.register(now)
    wire.will(REVOKED)

    for minutes in range(30):
        desk.listen(now + minutes * MINUTE)

    assert len(wire.asked) == 1
    assert {desk.source(spec.name).state for spec in wire.offers} == {sources.STOPPED}
    (card,) = desk.cards()
    assert card.headline == "x: every source has stopped"
    assert card.remedy.startswith("Sign in again")


def test_another_account_goes_on_when_one_has_lost_its_rights(desk: Desk, wire: Wire, now: datetime) -> None:
    other = Wire(name="mastodon", account="7")
    both = {"x": wire, "mastodon": other}
    listen.register(desk.engine, both, now=now)
    wire.will(REVOKED)

    for minutes in range(3):
        while listen.run_once(desk.engine, both, conduct=desk.conduct, now=now + minutes * MINUTE):
            pass

    assert (len(wire.asked), len(other.asked)) == (1, 3)


def test_starting_again_polls_what_was_stopped_and_says_that_it_hears(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(posts=(post("101", now),), cursor="101"), REVOKED)
    desk.listen(now)
    desk.listen(now + MINUTE)

    desk.register(now + HOUR)
    restarted = listen.resume(desk.engine, now=now + HOUR)
    desk.listen(now + HOUR)

    assert restarted == 1
    assert wire.asked[-1] == ("mentions", "101")
    assert desk.source().state == sources.LISTENING
    assert desk.headlines() == ["x: every source has stopped", "x mentions: hears again"]


def test_starting_again_without_mending_is_said_again(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(REVOKED, REVOKED, REVOKED)

    for start in (now, now + 2 * HOUR, now + 2 * HOUR + MINUTE):
        listen.resume(desk.engine, now=start)
        desk.listen(start)

    assert len(wire.asked) == 3
    assert desk.headlines() == ["x: every source has stopped"] * 2, "once an hour: a restart loop is no storm"


def test_starting_again_does_not_wait_for_the_end_of_a_pause(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Unavailable("x", "HTTP 402", pause=Pause.MONEY))
    desk.listen(now)

    listen.resume(desk.engine, now=now + MINUTE)
    desk.listen(now + MINUTE)

    assert len(wire.asked) == 2


def test_starting_again_leaves_a_healthy_source_its_time(desk: Desk, wire: Wire, now: datetime) -> None:
    desk.listen(now)

    restarted = listen.resume(desk.engine, now=now + MINUTE / 2)

    assert restarted == 0
    assert desk.source().next_poll_at == now + MINUTE
    assert len(wire.asked) == 1


class Killed(BaseException):
    """What a process does not live to handle."""


def test_starting_again_ends_a_poll_that_was_cut_off(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(posts=(post("101", now),), cursor="101"), Killed())
    desk.listen(now)
    with pytest.raises(Killed):
        desk.listen(now + MINUTE)

    restarted = listen.resume(desk.engine, now=now + MINUTE + MINUTE / 12)
    desk.listen(now + MINUTE + MINUTE / 12)

    assert restarted == 1
    assert wire.asked == [("mentions", None), ("mentions", "101"), ("mentions", "101")]
    assert desk.source().next_poll_at == now + 2 * MINUTE + MINUTE / 12


def broken(native_id: str) -> UnreadablePost:
    return UnreadablePost(native_id=native_id, raw="{}", why="no author")


def test_an_unreadable_post_read_again_is_said_once(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(*[Page(unreadable=(broken("101"),)) for _ in range(5)])

    for hours in range(5):
        desk.listen(now + hours * HOUR)

    assert desk.headlines() == ["x mentions: 1 unreadable"]


def test_a_new_unreadable_post_behind_one_that_was_said_is_said_too(desk: Desk, wire: Wire, now: datetime) -> None:
    wire.will(Page(unreadable=(broken("101"),)), Page(unreadable=(broken("101"), broken("102"))))

    desk.listen(now)
    desk.listen(now + HOUR)

    assert "first: 101, no author" in desk.cards()[0].text
    assert "first: 102, no author" in desk.cards()[1].text


def test_a_changed_format_is_one_card_an_hour_and_leaves_nothing_unsaid(desk: Desk, wire: Wire, now: datetime) -> None:
    pages = [Page(unreadable=tuple(broken(str(100 * n + i)) for i in range(50)), more=n < 20) for n in range(21)]
    wire.will(*pages)

    desk.listen(now)
    within_the_hour = desk.headlines()
    desk.listen(now + HOUR)
    watch.run_once(desk.engine, conduct=desk.conduct, now=now + HOUR)

    assert within_the_hour == ["x mentions: 50 unreadable"]
    assert desk.headlines() == ["x mentions: 50 unreadable", "x mentions: 1000 unreadable"]
    with reading(desk.engine) as db:
        assert sources.listening(db)[0].state == sources.LISTENING
