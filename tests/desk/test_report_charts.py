"""The report's charts: what they tell, to whom they can tell it, and that they are always the same picture."""

import re
import struct
from dataclasses import replace
from itertools import combinations

import pytest

from desk.report import charts, charts_more, charts_pains, charts_words, numbers, typeset
from desk.report.values import Band, Report, Trend
from tests.desk import report_samples as samples
from tests.desk.report_colours import as_seen_by, contrast, luminance

SAMPLES = {
    "usual": samples.USUAL,
    "empty": samples.empty(),
    "first": samples.first(),
    "storm": samples.storm(),
    "hostile": samples.hostile(),
}
EVERY = pytest.mark.parametrize("report", SAMPLES.values(), ids=SAMPLES)
THEMES = pytest.mark.parametrize("theme", [charts.LIGHT, charts.DARK], ids=["light", "dark"])
SHOWN = 360  # CSS pixels: how wide Slack and a telephone show a picture
SMALLEST = 11  # CSS pixels


def size(png: bytes) -> tuple[int, int]:
    """Read width and height of a PNG."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@EVERY
def test_every_picture_is_legible_at_slacks_size(report: Report) -> None:
    for picture in charts.pictures(report):
        width, height = size(picture.png)
        assert picture.png.startswith(b"\x89PNG")
        assert width == 3 * SHOWN
        assert height <= width * 1.05  # taller ones are shown smaller
        assert len(picture.png) < 300_000


def test_no_text_of_a_chart_is_below_the_smallest_size() -> None:
    template = (typeset.FORMS / "charts.typ").read_text()
    sizes = [float(found) for found in re.findall(r"size: ([\d.]+)pt", template)]
    small = re.search(r"#let small = ([\d.]+)pt", template)

    assert small is not None
    assert min([*sizes, float(small[1])]) >= SMALLEST
    assert "block(width: 360pt" in template  # so a point is a pixel at 360
    assert "scale(" not in template


@EVERY
def test_the_same_report_gives_the_same_pictures(report: Report) -> None:
    assert charts.pictures(report) == charts.pictures(report)
    assert charts.drawings(report) == charts.drawings(report)


def test_pictures_are_named_once_and_have_their_finding_as_title() -> None:
    made = charts.pictures(samples.USUAL)

    assert [picture.name for picture in made] == ["days", "pains", "answers", "groups", "funnel"]
    assert [picture.title.replace("\u00a0", " ") for picture in made] == [
        "412 posts; Wednesday stood out with 121",
        "6 pain points: 2 growing and 1 new",
        "A person answered half of the customers within 48 min; 77 % in time",
        "Most negative: Lao, 58 % of 38 posts",
        "47 of 84 offered private threads were opened (56 %)",
    ]


@EVERY
def test_an_alternative_text_tells_the_finding_with_its_numbers(report: Report) -> None:
    for picture in charts.pictures(report):
        assert picture.alt.startswith(picture.title[:40])
        assert re.search(r"\d", picture.alt)
        assert "chart" not in picture.alt.lower()
        assert 40 <= len(picture.alt) <= 1500


def test_each_pain_point_of_the_picture_is_in_its_alternative_text() -> None:
    told = charts_words.alt("pains", samples.USUAL)

    for pain in samples.USUAL.pains[: charts_pains.SHOWN]:
        assert pain.name in told
    assert "64 posts, ▲ more than usual (20–43)" in told


def test_each_day_is_in_its_alternative_text() -> None:
    told = charts_words.alt("days", samples.USUAL).replace("\u00a0", " ")

    assert "Wednesday: 121 posts (usual 39–73), 51 % negative (usual 12–29 %)." in told
    assert told.count("posts (usual") == 7


def test_a_first_week_compares_with_nothing_and_gives_no_percentage_of_few() -> None:
    report = samples.first()

    data = charts_more.days(report)

    assert all(row["band"] is None for row in (*data["posts"]["rows"], *data["negative"]["rows"]))
    assert "%" not in "".join(row["label"] for row in data["negative"]["rows"])
    assert [row["label"] for row in data["negative"]["rows"]] == ["–", "1/3", "2/5", "1/2", "1/4", "–", "–"]
    assert "usual" not in charts_words.alt("days", report)


def test_a_week_of_silence_shows_only_its_days() -> None:
    assert charts.names(samples.empty()) == ("days",)
    assert charts_words.title("days", samples.empty()) == "Nobody wrote this week"


def test_a_day_out_of_the_usual_is_set_in_bold_and_others_are_not() -> None:
    rows = charts_more.days(samples.USUAL)["posts"]["rows"]

    assert [row["out"] for row in rows] == [False, False, True, False, False, False, False]


def test_a_storm_names_the_days_by_their_number() -> None:
    assert charts_words.title("days", samples.storm()) == "4,120 posts; 5 of 7 days out of the usual range"


def test_nothing_is_drawn_outside_its_panel() -> None:
    for report in SAMPLES.values():
        for part in ("posts", "negative"):
            panel = charts_more.days(report)[part]
            reached = [row["value"] or 0 for row in panel["rows"]] + [
                row["band"][2] for row in panel["rows"] if row["band"]
            ]
            assert max(reached, default=0) <= panel["top"]
        for row in charts_pains.pains(report)["rows"]:
            assert 0 <= row["share"] <= 1
            assert row["band"] is None or 0 <= row["band"][0] <= row["band"][1] <= 1
        for row in charts_more.answers(report)["rows"]:
            assert row["median"] is None or 0 <= row["median"] <= 1


def test_a_wait_of_a_month_stays_on_the_axis() -> None:
    late = replace(samples.ANSWERS, first=samples.spread("answer.first", 2_592_000, 5_184_000, 40))

    (first, *_) = charts_more.answers(replace(samples.USUAL, answers=late))["rows"]

    assert (first["median"], first["far"]) == (1, 1)
    assert "30\u00a0d" in first["label"]


def test_a_quantile_of_few_is_not_drawn() -> None:
    (first, *_) = charts_more.answers(samples.first())["rows"]

    assert first["far"] is None
    assert first["small"]
    assert first["label"].replace("\u00a0", " ") == "half in 48 min (3 cases)"


def test_small_languages_are_counted_together() -> None:
    (_, languages) = charts_more.groups(samples.USUAL)["parts"]

    assert len(languages["rows"]) == charts_more.LANGUAGES
    assert languages["more"] == "1 more with 3 posts together"


def test_a_language_nobody_wrote_in_takes_no_room_in_the_picture() -> None:
    silent = (samples.group("lang", "und", "not told", 0, 0), *samples.LANGUAGES[:2])

    (_, languages) = charts_more.groups(replace(samples.USUAL, languages=silent))["parts"]

    assert [row["name"]["text"] for row in languages["rows"]] == ["English", "Thai"]


def test_the_funnels_finding_is_of_those_who_were_offered_a_thread() -> None:
    steps = tuple(replace(step, of_previous=None) if step.key == "opened" else step for step in samples.FUNNEL)

    assert charts_words.title("funnel", replace(samples.USUAL, funnel=steps)) == "No private thread was offered"
    assert charts_words.title("funnel", samples.first()) == "1 of 3 offered private threads were opened"


def test_pain_points_that_are_gone_take_no_room_in_the_picture() -> None:
    shown = charts_pains.largest(samples.USUAL)

    assert Trend.GONE not in {pain.trend for pain in shown}
    assert len(shown) == 6


def test_more_pain_points_than_there_is_room_for_are_counted() -> None:
    many = replace(samples.USUAL, pains=samples.USUAL.pains[:6] * 2)

    assert charts_pains.pains(many)["more"] == "and 6 smaller pain points in the report"


def test_a_value_at_the_edge_of_the_band_is_usual() -> None:
    one = samples.count("c", 10)

    assert not charts_more.outside(one, Band(low=10, middle=12, high=14))
    assert charts_more.outside(one, Band(low=11, middle=12, high=14))
    assert not charts_more.outside(one, None)


def test_no_language_is_called_the_most_negative_by_chance() -> None:
    alike = tuple(
        samples.group("lang", key, key, 40, negative) for key, negative in (("en", 14), ("th", 16), ("lo", 13))
    )

    title = charts_words.title("groups", replace(samples.USUAL, channels=(), languages=alike))

    assert title == "No channel or language is clearly more negative than the rest"
    assert charts_words.title("groups", samples.first()) == title


# who can read them


@THEMES
def test_text_stands_out_from_the_paper(theme: dict[str, str]) -> None:
    assert contrast(theme["ink"], theme["paper"]) >= 7
    assert contrast(theme["soft"], theme["paper"]) >= 4.5
    assert contrast(theme["ink"], theme["band"]) >= 4.5  # numbers above a bar may stand on the band
    for shape in ("negative", "line"):
        assert contrast(theme[shape], theme["paper"]) >= 3


@THEMES
def test_shapes_that_mean_different_things_differ_in_grey(theme: dict[str, str]) -> None:
    for one, other in (("negative", "neutral"), ("line", "neutral"), ("negative", "band"), ("line", "band")):
        assert contrast(theme[one], theme[other]) >= 1.5, (one, other)


@THEMES
@pytest.mark.parametrize("eyes", ["protanopia", "deuteranopia", "tritanopia"])
def test_shapes_that_mean_different_things_differ_to_colour_blind_eyes(theme: dict[str, str], eyes: str) -> None:
    seen = {name: as_seen_by(eyes, theme[name]) for name in ("negative", "line", "neutral", "band")}

    for one, other in combinations(seen, 2):
        if {one, other} == {"neutral", "band"}:
            continue  # never in one chart but for the key, where words tell them apart
        distance = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
        assert distance > 0.18, (one, other)


def test_grey_is_lighter_the_less_it_weighs() -> None:
    light = charts.LIGHT

    assert luminance(light["negative"]) < luminance(light["neutral"]) < luminance(light["band"])


def test_the_dark_drawing_is_drawn_on_dark_paper() -> None:
    for drawing in charts.drawings(samples.USUAL):
        assert charts.DARK["paper"].encode() in drawing.dark
        assert charts.LIGHT["paper"].encode() not in drawing.dark
        assert charts.DARK["paper"].encode() not in drawing.light


def test_a_drawing_fetches_nothing_and_runs_nothing() -> None:
    for report in SAMPLES.values():
        for drawing in charts.drawings(report):
            text = drawing.light.decode()
            assert "<script" not in text
            assert "onerror" not in text
            assert set(re.findall(r'(?:href|src)="([^#][^"]*)"', text)) == set()
            assert set(re.findall(r'https?://[^"\s]+', text)) <= {
                "http://www.w3.org/2000/svg",
                "http://www.w3.org/1999/xlink",
                "http://www.w3.org/1999/xhtml",
            }


def test_hostile_names_are_data_to_the_templates() -> None:
    values = charts.values("pains", samples.hostile())

    assert values["data"]["rows"][0]["name"]["text"].startswith("<script>")
    assert "\u202e" not in values["data"]["rows"][0]["name"]["text"]


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    for name in charts.NAMES:
        assert " %" not in charts_words.alt(name, samples.USUAL)
    assert " " not in numbers.duration(2880)
