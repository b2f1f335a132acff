"""The report in the team's room: what is said, and pictures that arrive once, over HTTP against a whole Slack."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from desk import cards, slack_calls
from desk.report import charts, letter, parts, room
from desk.report.values import Picture, Report, RoomWords
from domain.errors import Refused, Scope, SottovoceError, Unavailable, Uncertain
from domain.sending import DeliveryKind, Order
from domain.values import Priority
from sandbox.slack_blocks import complaints
from sandbox.slack_state import Message
from storage import deliveries
from storage.database import writing
from storage.deliveries import HELD, SENT, UNKNOWN
from tests.desk import report_samples as samples
from tests.desk.office import Office
from tests.desk.test_report_charts import EVERY, SAMPLES

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 100
PICTURE = Picture(name="days", title="412 posts; Wednesday stood out", alt="Monday: 52 posts. <!channel> *b*", png=PNG)


# what is said


@EVERY
def test_the_room_takes_every_summary_and_it_is_the_same_each_time(report: Report) -> None:
    words = room.summary(report)
    blocks = [dict(block) for block in words.blocks]

    assert complaints(blocks) == []
    assert len(blocks) <= 50
    assert cards.size(blocks) <= cards.BUDGET
    assert 0 < len(words.text) <= 3000
    assert words == room.summary(report)


@EVERY
def test_no_customers_words_go_into_the_room(report: Report) -> None:
    said = str(room.summary(report))
    quotes = [*report.praise, *(quote for pain in report.pains for quote in pain.quotes)]

    for quote in quotes:
        if report is not SAMPLES["hostile"]:  # there every word is the same
            assert quote.text not in said
            assert quote.link not in said


def test_the_summary_begins_with_the_three_sentences_and_ends_with_where_more_is() -> None:
    words = room.summary(samples.USUAL)
    said = str(words.blocks)

    assert words.blocks[0]["text"] == {"type": "plain_text", "text": "Nord Parcel, week 46 of 2026", "emoji": False}
    places = [said.index(sentence) for sentence in samples.USUAL.sentences]
    assert places == sorted(places)
    assert "4 cases still open: 2 overdue, 2 without an owner." in said
    assert "sottovoce report --week 2026-W46 --open" in said
    assert words.text.startswith("Nord Parcel, week 46 of 2026\n412 posts by 305 customers")


def test_key_figures_stand_beside_each_other_with_what_they_were() -> None:
    blocks: Any = room.summary(samples.USUAL).blocks
    (section,) = [block for block in blocks if block["type"] == "section"]

    fields = [field["text"].replace("\u00a0", " ") for field in section["fields"]]
    assert len(fields) <= 10
    assert "Negative\n*36 %*\n148 of 412 · up from 29 %, worse" in fields
    assert "Still waiting for a person\n*9*" in fields


def test_pain_points_are_named_with_their_trend_and_keep_their_direction() -> None:
    said = json.dumps(room.summary(samples.USUAL).blocks, ensure_ascii=False)

    assert "\u200e\u2068استرداد المبلغ\u2069" in said
    assert ": 64 posts, ▲ more than usual (20–43)" in said
    assert "app sign-in fails" not in said  # gone


def test_hostile_names_call_nobody_and_style_nothing() -> None:
    words = room.summary(samples.hostile())
    blocks: Any = words.blocks
    parsed = [
        text["text"]
        for block in blocks
        for text in [block.get("text") or {}, *block.get("fields", []), *block.get("elements", [])]
        if isinstance(text, dict) and text.get("type") == "mrkdwn"
    ]

    assert parsed
    assert not any("<" in text or "channel>" in text for text in [*parsed, words.text])
    assert "\u202e" not in str(words)


def test_a_first_week_compares_with_nothing() -> None:
    said = str(room.summary(samples.first()).blocks)

    assert "up from" not in said
    assert "▲" not in said
    assert "nothing to compare it with" in said


def test_a_week_full_of_long_names_is_cut_to_what_slack_takes() -> None:
    long = '"' * 3000  # twice as long in JSON
    pains = tuple(replace(pain, name=long) for pain in samples.USUAL.pains)
    moved = tuple(replace(one, what=long, why=long, pain_id="") for one in samples.USUAL.moved) * 9
    report = replace(samples.USUAL, pains=pains, moved=moved, sentences=(long,) * 3, notes=(long,) * 9)

    blocks = [dict(block) for block in room.summary(report).blocks]

    assert complaints(blocks) == []
    assert 3000 < cards.size(blocks) <= cards.BUDGET


# what is sent


@pytest.fixture
def summary(office: Office, tmp_path: Path) -> Order:
    return part(office, "summary", parts.of_words(room.summary(samples.USUAL)), tmp_path)


def part(office: Office, name: str, body: str, folder: Path, **extra: object) -> Order:
    return Order(
        key=f"report:2026-W46:nord:room:{name}",
        kind=DeliveryKind.REPORT,
        account="team",
        target=office.room.alerts.id,
        body=body,
        extra={parts.FOLDER: str(folder), **extra},
    )


def picture(office: Office, folder: Path, thread: str, shown: Picture = PICTURE) -> Order:
    (folder / f"{shown.name}.png").write_bytes(shown.png)
    return part(office, shown.name, parts.of_picture(shown), folder, thread=thread)


def thread_of(office: Office, summary: Order) -> str:
    return office.slack.tell(summary, now=office.now).native_id


def pictures_in(office: Office, thread: str) -> list[Message]:
    return [one for one in office.room.state.sent if one.thread_ts == thread and one.files]


def failure(office: Office, order: Order) -> SottovoceError:
    with pytest.raises(SottovoceError) as caught:
        office.slack.tell(order, now=office.now)
    return caught.value


def test_the_summary_arrives_as_it_was_frozen(office: Office, summary: Order) -> None:
    receipt = office.slack.tell(summary, now=office.now)

    (message,) = office.room.messages()
    assert message.ts == receipt.native_id
    assert "412 posts by 305 customers" in message.text
    assert message.metadata == {"event_type": slack_calls.EVENT, "event_payload": {"key": summary.key}}
    assert (
        office.slack.find_told(summary, since=office.now - timedelta(hours=1), now=office.now).native_id == message.ts
    )


def test_a_picture_arrives_in_the_summarys_thread_with_its_words(
    office: Office, summary: Order, tmp_path: Path
) -> None:
    thread = thread_of(office, summary)
    office.wait(seconds=2)

    receipt = office.slack.tell(picture(office, tmp_path, thread), now=office.now)

    (message,) = pictures_in(office, thread)
    (shown,) = message.files
    assert shown["id"] == receipt.native_id
    assert shown["alt_txt"] == "Monday: 52 posts. <!channel> *b*"
    assert shown["title"] == "412 posts; Wednesday stood out"
    assert message.text == ""  # the picture itself says it, in large print
    assert office.room.state.uploads[shown["id"]]["content"] == PNG


def test_every_chart_of_every_sample_is_taken(office: Office, summary: Order, tmp_path: Path) -> None:
    thread = thread_of(office, summary)
    drawn = [one for report in SAMPLES.values() for one in charts.pictures(report)]

    for number, one in enumerate(drawn):
        office.wait(seconds=2)
        order = picture(office, tmp_path, thread, one)
        office.slack.tell(replace(order, key=f"{order.key}:{number}"), now=office.now)

    assert len(pictures_in(office, thread)) == len(drawn) > 15
    assert all(message.files[0]["alt_txt"] for message in pictures_in(office, thread))


def test_a_picture_with_an_empty_title_is_called_by_its_name(office: Office, summary: Order, tmp_path: Path) -> None:
    thread = thread_of(office, summary)
    office.wait(seconds=2)

    office.slack.tell(picture(office, tmp_path, thread, replace(PICTURE, title="\u202e \n")), now=office.now)

    assert pictures_in(office, thread)[0].files[0]["title"] == "days"


def test_one_message_a_second_holds_for_pictures_too(office: Office, summary: Order, tmp_path: Path) -> None:
    thread = thread_of(office, summary)

    exc = failure(office, picture(office, tmp_path, thread))

    assert isinstance(exc, Unavailable)
    assert not pictures_in(office, thread)


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "/upload/", "files.completeUploadExternal"])
@pytest.mark.parametrize("applied", [True, False])
def test_a_break_at_any_of_the_three_requests_is_looked_after_and_shows_it_once(
    office: Office, summary: Order, tmp_path: Path, *, step: str, applied: bool
) -> None:
    thread = thread_of(office, summary)
    office.wait(seconds=2)
    since, order = office.now, picture(office, tmp_path, thread)
    office.room.fault(step, "drop", applied=applied, count=1)

    assert isinstance(failure(office, order), Uncertain)
    office.wait(minutes=2)
    back = office.slack.find_told(order, since=since, now=office.now)
    if back.native_id is None:
        office.slack.tell(order, now=office.now)

    there = applied and step == "files.completeUploadExternal"
    assert (back.native_id is not None, back.complete) == (there, True)
    assert len(pictures_in(office, thread)) == 1


def test_another_picture_in_the_thread_is_not_taken_for_this_one(
    office: Office, summary: Order, tmp_path: Path
) -> None:
    thread = thread_of(office, summary)
    office.wait(seconds=2)
    order = picture(office, tmp_path, thread)
    office.slack.tell(order, now=office.now)

    other = replace(order, key=f"{order.key}:other")

    look = office.slack.find_told(other, since=office.now - timedelta(hours=1), now=office.now)
    assert (look.native_id, look.complete) == (None, True)


def test_a_missing_right_to_upload_stops_pictures_and_not_alerts(
    office: Office, summary: Order, tmp_path: Path
) -> None:
    thread = thread_of(office, summary)
    office.wait(seconds=2)
    office.room.scopes = tuple(scope for scope in office.room.scopes if scope != "files:write")

    exc = failure(office, picture(office, tmp_path, thread))

    assert isinstance(exc, Refused)
    assert (exc.rule, exc.scope) == ("slack.missing-scope", Scope.ITEM)
    assert "files:write" in exc.why


def test_other_missing_rights_still_stop_the_account(office: Office, summary: Order) -> None:
    office.room.scopes = tuple(scope for scope in office.room.scopes if scope != "chat:write")

    exc = failure(office, summary)

    assert isinstance(exc, Refused)
    assert exc.scope is Scope.ACCOUNT


def test_the_probe_says_what_pictures_need(office: Office) -> None:
    office.room.scopes = tuple(scope for scope in office.room.scopes if scope != "files:write")

    (wrong,) = [probe for probe in office.slack.probe(now=office.now) if not probe.ok]

    assert wrong.what == "Slack scope files:write"
    assert "charts" in wrong.detail


def test_a_thread_that_is_gone_is_refused(office: Office, tmp_path: Path) -> None:
    exc = failure(office, picture(office, tmp_path, "1700000000.000001"))

    assert isinstance(exc, Refused)
    assert exc.rule == "slack.thread-not-found"


def test_an_archived_room_and_one_the_app_is_not_in_take_no_picture(office: Office, tmp_path: Path) -> None:
    order = picture(office, tmp_path, "")
    office.room.alerts.archived = True
    archived = failure(office, order)
    office.wait(seconds=2)
    office.room.alerts.archived, office.room.alerts.member = False, False

    outside = failure(office, order)

    assert isinstance(archived, Refused)
    assert isinstance(outside, Refused)
    assert (archived.rule, outside.rule) == ("slack.room-archived", "slack.not-in-room")
    assert (archived.scope, outside.scope) == (Scope.SENDING, Scope.SENDING)


@pytest.mark.parametrize("content", [None, b"something else"])
def test_a_picture_whose_file_is_gone_or_changed_is_not_sent(
    office: Office, summary: Order, tmp_path: Path, content: bytes | None
) -> None:
    thread = thread_of(office, summary)
    office.wait(seconds=2)
    order = picture(office, tmp_path, thread)
    (tmp_path / "days.png").unlink()
    if content:
        (tmp_path / "days.png").write_bytes(content)

    exc = failure(office, order)

    assert isinstance(exc, Refused)
    assert exc.rule in ("report.file-gone", "report.file-changed")
    assert not pictures_in(office, thread)


def test_a_letter_is_nothing_for_a_room(office: Office, tmp_path: Path) -> None:
    written = letter.write(samples.empty())
    for name, content in parts.files_of(written, ()).items():
        (tmp_path / name).write_bytes(content)

    exc = failure(office, part(office, "letter", parts.of_letter(written), tmp_path))

    assert isinstance(exc, Refused)
    assert exc.rule == "slack.no-card"


def test_a_file_is_named_by_its_orders_key_and_nothing_of_its_content(office: Office, tmp_path: Path) -> None:
    order = picture(office, tmp_path, "1")

    assert slack_calls.file_name(order) == f"sottovoce-{sha256(order.key.encode()).hexdigest()[:16]}.png"
    assert slack_calls.file_name(replace(order, body="{}")) == slack_calls.file_name(order)


# by the responder, which delivers each part exactly once


def promise(office: Office, name: str, body: str, folder: Path, **extra: object) -> None:
    order = part(office, name, body, folder, **extra)
    with writing(office.engine) as db:
        deliveries.plan(
            db,
            key=order.key,
            now=office.now,
            kind=DeliveryKind.REPORT,
            via="slack",
            account="team",
            order_key="report:2026-W46:nord:room",
            target=order.target,
            body=order.body,
            extra=dict(order.extra),
            priority=Priority.LOW,
        )


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "/upload/", "files.completeUploadExternal"])
@pytest.mark.parametrize("applied", [True, False])
def test_delivered_through_a_break_a_picture_is_in_the_room_once(
    office: Office, summary: Order, tmp_path: Path, *, step: str, applied: bool
) -> None:
    thread = thread_of(office, summary)
    office.wait(seconds=2)
    (tmp_path / "days.png").write_bytes(PNG)
    promise(office, "days", parts.of_picture(PICTURE), tmp_path, thread=thread)
    office.room.fault(step, "drop", applied=applied, count=1)
    with pytest.raises(AssertionError):
        office.settle()
    assert office.rows()[-1].state == UNKNOWN

    for _ in range(2):
        office.wait(minutes=10)
        office.settle()

    assert len(pictures_in(office, thread)) == 1
    assert office.rows()[-1].state == SENT


def test_a_picture_that_cannot_be_sent_is_kept_for_a_person_not_tried_for_ever(
    office: Office, summary: Order, tmp_path: Path
) -> None:
    thread = thread_of(office, summary)
    promise(office, "days", parts.of_picture(PICTURE), tmp_path, thread=thread)  # its file was never kept

    office.settle()

    assert office.rows()[-1].state not in (SENT, UNKNOWN, HELD)
    assert not pictures_in(office, thread)


def test_words_of_the_room_are_words_for_the_room() -> None:
    assert isinstance(room.summary(samples.USUAL), RoomWords)
