"""Publishing: one report a week and brand, whoever makes it and whenever; the same week gives the same bytes."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from desk.report import parts, press, publish
from desk.report.publish import Plan
from domain.sending import DeliveryKind
from storage import corrections, erasure, posts, reports, verdicts
from storage.database import reading, writing
from storage.deliveries import DROPPED, READY, Delivery
from storage.reports import Made
from tests.desk.newsroom import BERLIN, Newsroom

MONDAY = datetime(2026, 11, 16, 7, tzinfo=UTC)  # 08:00 in Berlin: the report of 2026-W46 is due
BOSS, CARE = "boss@brand.example", "care@brand.example"


@pytest.fixture
def room(engine: Engine) -> Newsroom:
    """A week with something to tell: several people quote-worthy, one case answered."""
    played = Newsroom(engine)
    for number in range(4):
        case = played.complains(
            f"ana{number}", f"parcel lost again, nobody answers, day {number}", native_id=f"p{number}"
        )
        played.wait(minutes=10)
    played.answers(case)
    played.road.hears("li", "lovely driver, thank you so much", "praise", native_id="praise")
    played.road.answer()
    return played


@pytest.fixture
def plan(room: Newsroom, tmp_path: Path) -> Plan:
    return Plan(brand=room.brand, shelf=tmp_path / "reports", room="C-REPORT", recipients=(BOSS, CARE))


def promised(engine: Engine) -> list[Delivery]:
    with reading(engine) as db:
        return [row for row in db.exec(select(Delivery).order_by("id")) if row.key.startswith("report:")]


def made(engine: Engine) -> list[Made]:
    with reading(engine) as db:
        return list(db.exec(select(Made).order_by("id")))


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_on_monday_morning_every_part_is_promised_once(room: Newsroom, plan: Plan) -> None:
    before = publish.run_once(room.engine, plan=plan, now=MONDAY - timedelta(seconds=1))

    on_time = publish.run_once(room.engine, plan=plan, now=MONDAY)
    later = [publish.run_once(room.engine, plan=plan, now=MONDAY + timedelta(hours=hour)) for hour in (1, 24, 160)]

    rows = promised(room.engine)
    keys = [row.key for row in rows]
    assert (before, on_time, later) == (False, True, [False] * 3)
    assert keys[0] == "report:2026-W46:Nord Parcel:r1:room:summary"
    assert sum(":mail:" in key for key in keys) == 2
    assert {row.target for row in rows if row.kind == DeliveryKind.MAIL} == {BOSS, CARE}
    assert not any("@" in key for key in keys)
    pictures = [row for row in rows if row.kind == DeliveryKind.REPORT][1:]
    assert pictures
    assert all(row.extra["under"] == keys[0] and row.order_key == rows[0].order_key for row in pictures)
    assert len(made(room.engine)) == 1


def test_parts_are_frozen_words_and_files_with_their_digests(room: Newsroom, plan: Plan) -> None:
    publish.run_once(room.engine, plan=plan, now=MONDAY)

    for part in promised(room.engine):
        assert parts.is_part(part.body)
        assert "nobody answers" not in part.body  # customers' words are in files alone
    (row,) = made(room.engine)
    assert set(content(Path(row.folder))) >= {press.JSON, press.PAGE, press.DOCUMENT, "letter.html", "letter.txt"}
    assert Path(row.folder).stat().st_mode & 0o077 == 0


def test_down_on_monday_the_report_is_made_at_the_next_start(room: Newsroom, plan: Plan) -> None:
    thursday = MONDAY + timedelta(days=3)

    done = publish.run_once(room.engine, plan=plan, now=thursday)

    assert done
    assert [(row.week, row.made_at) for row in made(room.engine)] == [("2026-W46", thursday)]


def test_down_for_weeks_only_the_last_one_is_made(room: Newsroom, plan: Plan) -> None:
    publish.run_once(room.engine, plan=plan, now=MONDAY + timedelta(weeks=3))

    assert [row.week for row in made(room.engine)] == ["2026-W49"]


def test_a_week_before_anybody_listened_has_no_report(plan: Plan, engine: Engine) -> None:
    early = MONDAY - timedelta(weeks=1)

    assert publish.run_once(engine, plan=plan, now=early) is False
    assert made(engine) == []


def test_an_empty_week_has_one_all_the_same(room: Newsroom, plan: Plan) -> None:
    publish.run_once(room.engine, plan=plan, now=MONDAY + timedelta(weeks=1))

    report = json.loads(content(Path(made(room.engine)[0].folder))[press.JSON])
    assert report["sentences"][0] == "Nobody wrote this week."
    assert promised(room.engine)


@pytest.mark.parametrize(
    ("sunday", "due"),
    [(datetime(2027, 3, 28, tzinfo=UTC), 6), (datetime(2027, 10, 31, tzinfo=UTC), 7)],
)
def test_after_a_clock_change_it_is_still_eight_oclock_and_still_one(
    room: Newsroom, plan: Plan, sunday: datetime, due: int
) -> None:
    first = next(
        hour for hour in range(48) if publish.run_once(room.engine, plan=plan, now=sunday + timedelta(hours=24 + hour))
    )

    again = [publish.run_once(room.engine, plan=plan, now=sunday + timedelta(hours=24 + hour)) for hour in range(48)]
    assert first == due
    assert (sunday + timedelta(hours=24 + due)).astimezone(BERLIN).hour == 8
    assert not any(again)


def test_switched_off_nothing_is_made_by_itself(room: Newsroom, plan: Plan, tmp_path: Path) -> None:
    off = Plan(brand=plan.brand, shelf=tmp_path, room="C", scheduled=False)

    assert publish.run_once(room.engine, plan=off, now=MONDAY) is False
    assert promised(room.engine) == []


def test_two_schedulers_make_one_report(room: Newsroom, plan: Plan) -> None:
    barrier = threading.Barrier(2)

    def race() -> None:
        barrier.wait()
        publish.run_once(room.engine, plan=plan, now=MONDAY)

    racers = [threading.Thread(target=race) for _ in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    rows = promised(room.engine)
    assert len(made(room.engine)) == 1
    assert len({row.key for row in rows}) == len(rows)
    assert {row.extra["folder"] for row in rows} == {made(room.engine)[0].folder}


def test_the_same_week_twice_gives_the_same_bytes(room: Newsroom, plan: Plan, tmp_path: Path) -> None:
    first = publish.make(room.engine, room.week(), plan=plan, now=MONDAY)
    bytes_then = content(first.folder)
    room.at(MONDAY + timedelta(days=3))
    room.complains("next", "a matter of the next week")

    later = MONDAY + timedelta(days=30)
    again = publish.make(room.engine, room.week(), plan=plan, now=later)
    elsewhere = publish.make(room.engine, room.week(), plan=Plan(brand=plan.brand, shelf=tmp_path / "b"), now=later)

    assert (first.fresh, again.fresh, again.row.revision) == (True, False, 1)
    assert content(again.folder) == content(elsewhere.folder) == bytes_then


def test_a_post_that_came_late_makes_a_new_revision_that_says_so(room: Newsroom, plan: Plan) -> None:
    publish.run_once(room.engine, plan=plan, now=MONDAY)
    room.at(MONDAY + timedelta(days=2))
    room.road.hears("old", "heard late", created_at=room.week().start + timedelta(days=3))
    room.road.answer()

    by_itself = publish.run_once(room.engine, plan=plan, now=room.now)
    edition = publish.publish(room.engine, room.week(), plan=plan, now=room.now, again=True)
    once_more = publish.publish(room.engine, room.week(), plan=plan, now=room.now, again=True)

    assert by_itself is False
    assert (edition.row.revision, edition.row.revised) == (2, "1 post arrived late")
    assert edition.pressed.report.revised == "1 post arrived late"
    assert (edition.promised, once_more.promised) == (True, False)
    assert {row.key.split(":")[3] for row in promised(room.engine)} == {"r1", "r2"}


def test_a_correction_that_came_late_makes_a_new_revision_that_says_so(room: Newsroom, plan: Plan) -> None:
    publish.make(room.engine, room.week(), plan=plan, now=MONDAY)
    with writing(room.engine) as db:
        verdict = verdicts.of(db, [1])[1]
        corrections.keep(db, verdict, "sentiment", "positive", by="person:U0MIA", now=MONDAY + timedelta(hours=1))

    edition = publish.make(room.engine, room.week(), plan=plan, now=MONDAY + timedelta(days=1))

    assert (edition.row.revision, edition.row.revised) == (2, "1 judgement was corrected")


def test_a_report_made_by_hand_does_not_keep_monday_from_sending_it(room: Newsroom, plan: Plan) -> None:
    by_hand = publish.make(room.engine, room.week(), plan=plan, now=MONDAY - timedelta(hours=3))
    nothing = promised(room.engine)

    publish.run_once(room.engine, plan=plan, now=MONDAY)

    assert nothing == []
    assert [row.id for row in made(room.engine)] == [by_hand.row.id]
    assert promised(room.engine)


def test_a_week_that_is_not_over_has_no_report(room: Newsroom, plan: Plan) -> None:
    with pytest.raises(ValueError, match="not over"):
        publish.make(room.engine, room.week(), plan=plan, now=room.week().end - timedelta(seconds=1))


def test_without_a_room_or_addresses_it_is_made_and_kept(room: Newsroom, plan: Plan) -> None:
    edition = publish.publish(room.engine, room.week(), plan=Plan(brand=plan.brand, shelf=plan.shelf), now=MONDAY)

    assert promised(room.engine) == []
    assert (edition.folder / press.PAGE).exists()


def test_a_room_without_pictures_is_told_in_words(room: Newsroom, plan: Plan) -> None:
    in_words = Plan(brand=plan.brand, shelf=plan.shelf, room="terminal", pictures=False)

    publish.publish(room.engine, room.week(), plan=in_words, now=MONDAY)

    assert [row.key.rpartition(":")[2] for row in promised(room.engine)] == ["summary"]


def test_a_crash_between_files_and_row_leaves_no_trace_in_the_next_run(room: Newsroom, plan: Plan) -> None:
    pressed = publish.make(room.engine, room.week(), plan=plan, now=MONDAY).pressed
    half = plan.shelf / f".{pressed.folder}"
    press.discard(plan.shelf / pressed.folder)
    half.mkdir()
    (half / press.PAGE).write_text("half a page")

    folder = press.keep(pressed, plan.shelf)

    assert content(folder) == {name: pressed.files[name] for name in sorted(pressed.files)}
    assert [file.name for file in plan.shelf.iterdir()] == [pressed.folder]


def quoting(room: Newsroom, plan: Plan, post_id: int = 1) -> Path:
    """Publish, and say that the report quotes a post."""
    edition = publish.publish(room.engine, room.week(), plan=plan, now=MONDAY)
    with writing(room.engine) as db:
        reports.refilled(db, edition.row, edition.row.folder, quotes=[post_id])
    return edition.folder


def test_with_a_forgotten_customer_the_files_that_quote_them_go(room: Newsroom, plan: Plan) -> None:
    folder = quoting(room, plan)

    with writing(room.engine) as db:
        erasure.forget(db, "x", "ana0", now=MONDAY + timedelta(hours=1))
    tidied = publish.run_once(room.engine, plan=plan, now=MONDAY + timedelta(hours=1))

    assert tidied
    assert not folder.exists()
    assert {row.state for row in promised(room.engine)} == {DROPPED}
    assert publish.run_once(room.engine, plan=plan, now=MONDAY + timedelta(hours=2)) is False


def test_with_a_deleted_post_the_files_that_quote_it_go(room: Newsroom, plan: Plan) -> None:
    folder = quoting(room, plan)

    with writing(room.engine) as db:
        posts.mark_gone(db, "x", ["p0"], now=MONDAY + timedelta(hours=1))
    publish.tidy(room.engine, now=MONDAY + timedelta(hours=1))

    assert not folder.exists()


def test_with_somebody_whom_a_quote_names_the_files_go_as_well(room: Newsroom, plan: Plan) -> None:
    quoting(room, plan, room.road.hears("bea", "@zoe had the same"))

    with writing(room.engine) as db:
        erasure.forget(db, "x", "zoe", now=MONDAY + timedelta(hours=1))

    assert publish.tidy(room.engine, now=MONDAY + timedelta(hours=1))


def test_forgetting_touches_no_part_that_is_still_to_be_sent(room: Newsroom, plan: Plan) -> None:
    """A handle such as "days" stands in every part; none holds anybody's words."""
    room.complains("days", "late", native_id="d1")
    publish.publish(room.engine, room.week(), plan=plan, now=MONDAY)
    before = [(row.key, row.body, row.extra) for row in promised(room.engine)]

    with writing(room.engine) as db:
        erasure.forget(db, "x", "days", now=MONDAY)

    assert [(row.key, row.body, row.extra) for row in promised(room.engine)] == before
    assert {row.state for row in promised(room.engine)} == {READY}


def test_after_the_words_are_gone_the_report_can_be_made_again_without_them(room: Newsroom, plan: Plan) -> None:
    quoting(room, plan)
    with writing(room.engine) as db:
        erasure.forget(db, "x", "ana0", now=MONDAY + timedelta(hours=1))
    publish.tidy(room.engine, now=MONDAY + timedelta(hours=1))

    edition = publish.make(room.engine, room.week(), plan=plan, now=MONDAY + timedelta(hours=2))

    assert (edition.folder / press.PAGE).exists()
    assert b"day 0" not in b"".join(content(edition.folder).values())
    assert publish.tidy(room.engine, now=MONDAY + timedelta(hours=3)) is False
