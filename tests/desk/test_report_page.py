"""The report's page: one file, for everybody, that asks no server for anything."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from desk.report import page, typeset
from desk.report.outline import outline
from desk.report.values import Report
from tests.desk import report_samples as samples
from tests.desk.report_colours import contrast
from tests.desk.report_markup import Markup, read
from tests.desk.test_report_charts import EVERY, SAMPLES

CSS = (typeset.FORMS / "page.css").read_text()


@pytest.fixture(scope="module")
def usual() -> Markup:
    return read(page.html(samples.USUAL))


@EVERY
def test_every_page_is_whole_and_the_same_each_time(report: Report) -> None:
    made = page.html(report)

    assert read(made).all("html", lang="en")
    assert made == page.html(report)


@EVERY
def test_a_page_asks_no_server_for_anything(report: Report) -> None:
    markup = read(page.html(report))

    for element in markup.elements:
        for name in ("src", "srcset", "data", "poster", "action", "background"):
            assert (
                element.attributes.get(name, "data:").startswith("data:image/svg+xml;base64,")
                or name not in element.attributes
            )
    assert not markup.all("link")
    assert not markup.all("script")
    assert not re.search(r"url\(|@import|@font-face", CSS)
    (policy,) = markup.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert "default-src 'none'" in policy.attributes["content"]


@EVERY
def test_links_go_within_the_page_or_to_the_web(report: Report) -> None:
    markup = read(page.html(report))
    ids = [element.attributes["id"] for element in markup.elements if "id" in element.attributes]

    assert len(ids) == len(set(ids))
    for link in markup.all("a"):
        target = link.attributes["href"]
        assert target.startswith("https://") or target.removeprefix("#") in ids, target


def test_each_figure_leads_to_the_cases_behind_it(usual: Markup) -> None:
    linked = {link.attributes["href"] for link in usual.all("a", **{"class": "figure"})}
    behind = {
        f"#{element.attributes['id']}": element.text for element in usual.all("div") if "id" in element.attributes
    }

    assert len(linked) > 80
    assert linked <= set(behind)
    assert behind["#behind-answer.first.median"] == "median: 48\u00a0min answer.first.medianCases 1–96"
    assert "Posts 1–64" in behind["#behind-pain.p-1.size"]


def test_a_figure_with_nothing_behind_it_leads_nowhere() -> None:
    markup = read(page.html(samples.empty()))

    assert not markup.all("a", **{"class": "figure"})


def test_the_three_sentences_come_first_and_then_what_matters(usual: Markup) -> None:
    text = usual.all("main")[0].text
    places = [
        text.index(words) for words in (*samples.USUAL.sentences, "Cases opened", "What got worse", "Pain points")
    ]

    assert places == sorted(places)


def test_headings_run_in_order_and_sections_are_named(usual: Markup) -> None:
    levels = [int(element.tag[1]) for element in usual.elements if re.fullmatch(r"h[1-6]", element.tag)]
    ids = {element.attributes.get("id") for element in usual.elements}

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for section in usual.all("section"):
        assert section.attributes.get("aria-label") or section.attributes["aria-labelledby"] in ids


def test_tables_say_what_their_rows_and_columns_are(usual: Markup) -> None:
    assert len(usual.all("table")) == len(usual.all("caption")) >= 10
    assert {element.attributes.get("scope") for element in usual.all("th")} == {"col", "row"}
    assert all(element.text.strip() for element in usual.all("th"))
    for region in usual.all("div", role="region"):
        assert region.attributes["tabindex"] == "0"
        assert region.attributes["aria-label"]


def test_pictures_tell_their_finding_and_have_a_dark_twin(usual: Markup) -> None:
    images, twins = usual.all("img"), usual.all("source")

    assert len(images) == len(twins) == 5
    assert all(len(image.attributes["alt"]) > 40 for image in images)
    assert {twin.attributes["media"] for twin in twins} == {"screen and (prefers-color-scheme: dark)"}


def test_each_quote_has_its_language_and_direction(usual: Markup) -> None:
    quotes = {element.attributes["lang"]: element for element in usual.all("p") if "lang" in element.attributes}

    assert {"th", "lo", "km", "ta", "ar", "zh", "en"} <= set(quotes)
    assert quotes["ar"].attributes["dir"] == "rtl"
    assert quotes["th"].attributes["dir"] == "ltr"
    assert "طلبت استرداد" in usual.all("p", lang="ar")[0].text


def test_a_name_from_right_to_left_turns_no_numbers_round(usual: Markup) -> None:
    (heading,) = [one for one in usual.all("h3") if "5 expected" in one.text]

    assert "\u200e\u2068استرداد المبلغ\u2069: 19 posts, 5 expected" in heading.text


def test_hostile_words_are_words() -> None:
    made = page.html(samples.hostile())
    markup = read(made)

    assert not markup.all("script")
    assert not any(name.startswith("on") for element in markup.elements for name in element.attributes)
    assert "javascript:" not in made
    assert "\u202e" not in made
    assert "<script>alert(1)</script>" in markup.all("h1")[0].text
    assert {element.attributes.get("lang", "en") for element in markup.elements} <= {
        "en",
        "und",
        "ar",
        "th",
        "lo",
        "km",
        "ta",
        "zh",
    }


def test_small_numbers_are_told_as_numbers(usual: Markup) -> None:
    cells = [cell.text for cell in usual.all("td")]

    assert "1 of 7" in cells  # Instagram's negative ones
    assert "5 of 7" in cells  # urgent ones in time
    assert "not asked" in cells


def test_a_first_week_shows_no_arrows_and_no_weeks_before() -> None:
    text = read(page.html(samples.first())).all("main")[0].text

    assert "usual" not in text.lower()
    assert "Last week" not in text
    assert "▲" not in text
    assert "up from" not in text
    assert "nothing to compare it with" in text


def test_a_week_of_silence_says_so_and_keeps_the_receipts() -> None:
    text = read(page.html(samples.empty())).all("main")[0].text

    assert "Nobody wrote this week." in text
    assert "X, nordparcel: mentions" in text
    for nothing in ("Incidents", "How the week felt", "How long customers waited", "First answers in time"):
        assert nothing not in text


def test_a_revision_says_why(usual: Markup) -> None:
    assert "Revision 2: 3 posts arrived late" in usual.all("header")[0].text
    assert "Revision" not in read(page.html(replace(samples.USUAL, revision=1, revised=""))).all("header")[0].text


def test_what_cannot_be_measured_is_a_dash_and_says_no_more() -> None:
    nothing = replace(samples.share("bot.approved", 0, 0), note="nothing to measure")
    report = replace(samples.USUAL, bot=replace(samples.BOT, approved=nothing))

    assert "nothing to measure" not in page.html(report)


def test_corrections_by_language_are_told_once(usual: Markup) -> None:
    bare = tuple(replace(group, corrected=None) for group in samples.LANGUAGES)

    assert "Corrected by language" not in usual.all("main")[0].text
    assert "Corrected by language" in page.html(replace(samples.USUAL, languages=bare))


def test_owners_are_named_as_they_are_known(usual: Markup) -> None:
    text = usual.all("section", id="open")[0].text

    assert "U024BE7LH" in text
    assert "nobody" in text
    assert "person:" not in text


def test_no_more_ids_are_listed_than_anybody_reads() -> None:
    storm = page.behind(samples.storm().totals.cases)

    assert storm.cases == f"1–{page.LISTED}"
    assert storm.more
    assert not page.behind(samples.USUAL.totals.cases).more
    assert page.behind(replace(samples.count("posts", 412), cases=())).more
    assert not page.behind(replace(samples.share("negative", 148, 412), cases=(), posts=tuple(range(1, 149)))).more


@pytest.mark.parametrize(
    ("ids", "said"), [((), ""), ((4,), "4"), ((1, 2), "1–2"), ((1, 2, 3, 7, 9, 10), "1–3, 7, 9–10"), ((2, 4), "2, 4")]
)
def test_runs_of_ids_are_shortened(ids: tuple[int, ...], said: str) -> None:
    assert page.runs(ids) == said


def test_colours_of_text_stand_out_in_both_schemes() -> None:
    light, dark = (
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    )

    for scheme in (light, dark):
        for ink in ("ink", "soft", "link", "worse", "better"):
            for paper in ("paper", "wash"):
                assert contrast(scheme[ink], scheme[paper]) >= 4.5, (ink, paper)
    assert set(light) == set(dark)


def test_every_section_of_the_outline_is_on_the_page() -> None:
    for report in SAMPLES.values():
        markup = read(page.html(report))
        for section in outline(report).sections:
            assert markup.all("section", id=section.key), section.key
