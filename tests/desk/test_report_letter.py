"""The report's letter: what a mail reader is given, over real SMTP on loopback."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from desk.mail import Mail, write
from desk.report import letter, parts
from desk.report.outline_values import isolated
from desk.report.values import Letter, Moved, Report
from domain.errors import Refused
from domain.sending import DeliveryKind, Order
from tests.desk import report_samples as samples
from tests.desk.report_colours import contrast
from tests.desk.report_markup import Markup, read
from tests.desk.test_mail import Box, MailTold, box, serve
from tests.desk.test_report_charts import EVERY, SAMPLES

__all__ = ["box", "serve"]  # fixtures
Serve = Callable[..., MailTold]
LONGEST = 100_000  # bytes of HTML that no mail reader cuts


@pytest.fixture(scope="module")
def usual() -> Letter:
    return letter.write(samples.USUAL)


@pytest.fixture(scope="module")
def markup(usual: Letter) -> Markup:
    return read(usual.html)


def order(written: Letter, folder: Path) -> Order:
    for name, content in parts.files_of(written, ()).items():
        (folder / name).write_bytes(content)
    return Order(
        key="report:2026-W46:nord:mail:1",
        kind=DeliveryKind.MAIL,
        account="mail",
        target="team@nord.example",
        body=parts.of_letter(written),
        extra={parts.FOLDER: str(folder)},
    )


# what is written


@EVERY
def test_every_letter_is_whole_short_and_the_same_each_time(report: Report) -> None:
    written = letter.write(report)

    assert read(written.html).all("html", lang="en")
    assert len(written.html.encode()) <= LONGEST
    assert written == letter.write(report)


@EVERY
def test_a_letter_asks_no_server_for_anything(report: Report) -> None:
    written = letter.write(report)
    made = read(written.html)
    names = {picture.name for picture in written.pictures}

    assert {image.attributes["src"].removeprefix("cid:") for image in made.all("img")} == names
    for tag in ("script", "link", "style", "iframe", "object", "form"):
        assert not made.all(tag)
    assert not any("url(" in element.attributes.get("style", "") for element in made.elements)


@EVERY
def test_links_of_a_letter_go_to_the_web_only(report: Report) -> None:
    for link in read(letter.write(report).html).all("a"):
        assert link.attributes["href"].startswith("https://")


def test_pictures_tell_their_finding_where_they_are_not_shown(markup: Markup) -> None:
    texts = [image.attributes["alt"] for image in markup.all("img")]

    assert len(texts) == 3
    assert all(len(text) > 40 and re.search(r"\d", text) for text in texts)


def test_layout_tables_are_told_from_tables_of_data(markup: Markup) -> None:
    layout, every = markup.all("table", role="presentation"), markup.all("table")

    assert layout
    assert len(every) > len(layout)
    assert {element.attributes.get("scope") for element in markup.all("th")} == {"col", "row"}


def test_the_first_thing_read_is_the_three_sentences(usual: Letter, markup: Markup) -> None:
    text = markup.all("body")[0].text
    places = [text.index(words) for words in (*samples.USUAL.sentences, "What got worse", "Pain points", "Still open")]

    assert places == sorted(places)
    assert usual.subject.startswith("Nord Parcel, week 46 of 2026: 412 posts by 305 customers")
    assert len(usual.subject) <= 150


def test_colours_of_text_stand_out_from_what_is_behind_them(usual: Letter) -> None:
    inks = set(re.findall(r"(?<![-\w])color:(#[0-9a-f]{6})", usual.html))

    assert len(inks) >= 4
    for ink in inks:
        assert contrast(ink, "#ffffff") >= 4.5, ink
        assert contrast(ink, "#f4f6f9") >= 4.5, ink


def test_quotes_have_their_language_and_direction(markup: Markup) -> None:
    said = {one.attributes["lang"]: one.attributes["dir"] for one in markup.all("p") if "lang" in one.attributes}

    assert said["ar"] == "rtl"
    assert {said[lang] for lang in ("th", "lo", "km", "ta", "zh")} == {"ltr"}


def test_hostile_words_are_words() -> None:
    written = letter.write(samples.hostile())
    made = read(written.html)

    assert not any(name.startswith("on") for element in made.elements for name in element.attributes)
    assert "javascript:" not in written.html + written.plain
    assert "\u202e" not in written.html + written.plain + written.subject
    assert "\n" not in written.subject


def test_a_letter_that_would_be_too_long_is_shortened_not_cut() -> None:
    long = "&" * 900  # five times as long in HTML
    report = replace(
        samples.USUAL,
        sentences=(long,) * 3,
        notes=(long,) * 30,
        moved=(Moved(better=False, what=long, why=long, figure=samples.count("posts", 3)),) * 40,
        pains=tuple(
            replace(pain, name=long, quotes=(samples.quote(long, "en", 1),), words_up=(long,) * 9)
            for pain in samples.USUAL.pains * 4
        ),
        incidents=tuple(replace(one, account=long, topics=(long,) * 4) for one in samples.USUAL.incidents * 20),
        open_cases=tuple(replace(case, topic=long, owner=long) for case in samples.OPEN * 9),
        praise=(samples.quote(long, "en", 2),) * 9,
    )

    written = letter.write(report)

    assert 20_000 < len(written.html.encode()) <= LONGEST
    assert read(written.html).all("html")


# the plain twin


@EVERY
def test_the_plain_twin_has_no_line_that_a_mail_reader_must_wrap_but_words_that_cannot_be(report: Report) -> None:
    plain = letter.write(report).plain

    assert "<td" not in plain
    assert plain.endswith("\n")
    for line in plain.splitlines():
        assert len(line) <= 78 or line.startswith("  (") or max(map(len, line.split())) > 40


def test_the_plain_twin_tells_what_the_html_tells(usual: Letter, markup: Markup) -> None:
    text = " ".join(usual.plain.split())

    for heading in (one.text for one in markup.all("h2")):
        assert heading.upper() in usual.plain
    for told in ("412", "36 %", "148 of 412", "77 %", "Mia sorted it out", "U024BE7LH", "5 of 7"):
        assert told in text
    for picture in usual.pictures:
        if picture.name != "pains":  # they are told one by one
            assert " ".join(picture.alt.split())[:200] in text


def test_names_from_right_to_left_keep_to_themselves_in_plain_text(usual: Letter) -> None:
    assert f"* {isolated('استرداد المبلغ')}\n" in usual.plain


def test_quotes_are_marked_as_such_in_plain_text(usual: Letter) -> None:
    assert "  > Third day without my parcel [order …13]" in usual.plain
    assert "https://x.com/i/status/101" in usual.plain


def test_an_empty_week_is_a_short_letter() -> None:
    written = letter.write(samples.empty())

    assert "Nobody wrote this week." in written.plain
    assert len(written.plain) < 2000
    assert [picture.name for picture in written.pictures] == ["days"]


# what is sent


def test_it_arrives_as_text_and_html_with_its_pictures_inside(
    serve: Serve, box: Box, usual: Letter, tmp_path: Path, now: datetime
) -> None:
    Mail(serve()).tell(order(usual, tmp_path), now=now)

    (received,) = box.letters
    plain, related = received.iter_parts()
    page, *images = related.iter_parts()
    html = page.get_content()
    assert [part.get_content_type() for part in received.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        *["image/png"] * 3,
    ]
    assert received["Subject"] == usual.subject
    assert plain.get_content().splitlines() == usual.plain.splitlines()
    for image, picture in zip(images, usual.pictures, strict=True):
        cid = image["Content-ID"].strip("<>")
        assert f'src="cid:{cid}"' in html
        assert cid.endswith("@nord.example")
        assert image.get_content() == picture.png
        assert image.get_content_disposition() == "inline"


def test_the_same_letter_on_another_try_is_the_same_letter(usual: Letter, tmp_path: Path, now: datetime) -> None:
    promised = order(usual, tmp_path)

    def made(at: datetime, key: str = promised.key) -> EmailMessage:
        written = write(replace(promised, key=key), sender="s@nord.example", now=at)
        del written["Date"]
        return written

    assert made(now).as_bytes() == made(now + timedelta(hours=3)).as_bytes()
    assert made(now).as_bytes() != made(now, key="report:2026-W46:nord:mail:2").as_bytes()


def test_no_line_on_the_wire_is_longer_than_servers_take(usual: Letter, tmp_path: Path, now: datetime) -> None:
    raw = write(order(usual, tmp_path), sender="s@nord.example", now=now).as_bytes()

    assert max(map(len, raw.splitlines())) <= 998  # source: RFC 5322, 2.1.1
    assert raw.isascii()


def test_a_hostile_brand_begins_no_header(serve: Serve, box: Box, tmp_path: Path, now: datetime) -> None:
    evil = letter.write(replace(samples.USUAL, brand="Nord\r\nBcc: all@nord.example\r\n\r\nx"))

    Mail(serve()).tell(order(evil, tmp_path), now=now)

    assert box.letters[0]["Bcc"] is None
    assert box.receivers == ["team@nord.example"]


@pytest.mark.parametrize("lost", ["letter.html", "letter.txt", "days.png"])
def test_a_letter_whose_files_are_gone_or_changed_is_not_sent(
    serve: Serve, box: Box, usual: Letter, tmp_path: Path, now: datetime, *, lost: str
) -> None:
    promised, told = order(usual, tmp_path), serve()
    (tmp_path / lost).write_bytes(b"something else")
    with pytest.raises(Refused) as changed:
        Mail(told).tell(promised, now=now)
    (tmp_path / lost).unlink()
    with pytest.raises(Refused) as gone:
        Mail(told).tell(promised, now=now)

    assert (changed.value.rule, gone.value.rule) == ("report.file-changed", "report.file-gone")
    assert not box.letters


def test_a_picture_is_no_letter(usual: Letter, tmp_path: Path, now: datetime) -> None:
    promised = order(usual, tmp_path)
    body = parts.of_picture(usual.pictures[0])

    with pytest.raises(Refused) as caught:
        write(replace(promised, body=body), sender="s@nord.example", now=now)

    assert caught.value.rule == "mail.no-letter"


def test_every_sample_can_be_sent(serve: Serve, box: Box, tmp_path: Path, now: datetime) -> None:
    mail = Mail(serve())
    for name, report in SAMPLES.items():
        folder = tmp_path / name
        folder.mkdir()
        mail.tell(order(letter.write(report), folder), now=now)

    bodies: list[Any] = [received.get_body(("html",)) for received in box.letters]
    assert len(bodies) == len(SAMPLES)
    assert all("<html" in body.get_content() for body in bodies)
