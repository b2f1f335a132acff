"""The page of an evaluation, as markup and in a real browser: complete without scripts, servers or eyes."""

import random
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from domain.values import AnswerBy, Need, Priority, Triage, Verdict
from moderation.measure import figures, plots, wording
from moderation.measure.heads import LABELS
from moderation.measure.measuring import Sample, measure
from moderation.measure.page import page, stops
from moderation.measure.values import Evaluation, Interval, Threshold
from tests.moderation.conftest import scores

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver (Debian: chromium, chromium-driver)"
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
SVG = "{http://www.w3.org/2000/svg}"
Browser = webdriver.Chrome

DECIDED = Triage(
    need=Need.COMPLAINT, priority=Priority.LOW, answer_by=AnswerBy.BOT, reason="", rule="complaint", policy="ours-1"
)


def evaluation(*, seed: int = 1, count: int = 120) -> Evaluation:
    """Make posts in several languages, judged well but not always."""
    rng = random.Random(seed)
    pairs = []
    for line in range(count):
        negative, person = rng.random(), rng.random()
        gold = {
            "sentiment": "negative" if rng.random() < negative else "neutral",
            "person": "yes" if rng.random() < person else "no",
            "abuse": rng.choice(LABELS["abuse"]),
            "need": "complaint",
        }
        lang = rng.choice(["en", "th", "ar", "portuguese"]) if line > 3 else "lo"
        text = f"<script>alert({line})</script> ພັດສະດຸ & 'quoted' " + "w" * rng.choice([20, 200])
        given = scores(negative=negative, person=person, abuse={"offensive": 0.6})
        verdict = Verdict(lang=lang, scores=given, personal_data=(), triage=DECIDED)
        pairs.append((Sample(line=line, text=text, lang=lang, gold=gold), verdict))
    wanted = {"precision": 0.8, "recall": 0.95}
    return measure([one for one, _ in pairs], [one for _, one in pairs], wanted=wanted, worst=5)


FOUND = evaluation()
SHOWN = page(FOUND, notes=["Mind <this>."])


class Reader(HTMLParser):
    """Notes what a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def drawn(html: str) -> list[ET.Element]:
    return [
        ET.fromstring(each.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))  # noqa: S314 - our own
        for each in re.findall(r"<svg .*?</svg>", html, re.DOTALL)
    ]


def test_whatever_stands_in_a_post_is_only_shown() -> None:
    found = Reader(SHOWN)

    assert found.of("script") == []
    assert "&lt;script&gt;alert(" in SHOWN
    assert "Mind &lt;this&gt;." in SHOWN


def test_nothing_is_asked_of_any_server_and_nothing_runs() -> None:
    found = Reader(SHOWN)

    assert {tag for tag, _ in found.tags} & {"script", "link", "img", "iframe", "object"} == set()
    assert not [attributes for _, attributes in found.tags if attributes.get("src")]
    assert "url(" not in SHOWN
    assert all(str(each["href"]).startswith("#") for each in found.of("a"))
    policy = next(each["content"] for each in found.of("meta") if each.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_every_plot_has_a_title_a_description_and_a_table() -> None:
    pictures = drawn(SHOWN)

    assert len(pictures) == 4 * 4 + 2  # five heads, of which `need` knows no chances
    for each in pictures:
        title, told = each.find(f"{SVG}title"), each.find(f"{SVG}desc")
        assert title is not None
        assert title.text
        assert told is not None
        assert told.text
        assert each.get("role") == "img"
        assert each.get("aria-labelledby") == f"{title.get('id')} {told.get('id')}"
    assert SHOWN.count("<figure>") == SHOWN.count("<summary>As a table</summary>") == len(pictures)


def test_no_name_is_given_twice() -> None:
    names = [attributes["id"] for _, attributes in Reader(SHOWN).tags if attributes.get("id")]

    assert len(names) == len(set(names))
    assert {str(each["href"])[1:] for each in Reader(SHOWN).of("a")} <= set(names)


def test_every_head_and_figure_is_on_the_page() -> None:
    for head in FOUND.heads:
        assert f'<section id="{head.name}"' in SHOWN
        assert wording.title(head.name) in SHOWN
        if head.whole.macro:
            assert wording.within(head.whole.macro.f1_within) in SHOWN
        if head.whole.calibration:
            assert f"{head.whole.calibration.ece:.3f}" in SHOWN
    assert "Others, each with too few posts to stand alone: lo." in SHOWN


def test_the_same_evaluation_gives_the_same_page() -> None:
    assert page(evaluation()) == page(evaluation())


def test_a_page_without_languages_or_mistakes_stands() -> None:
    sample = Sample(line=1, text="late", lang="en", gold={"sentiment": "negative", "why.money": "yes"})
    verdict = Verdict(lang="en", scores=scores(negative=0.9, why={"money": 0.9}), personal_data=(), triage=DECIDED)

    shown = page(measure([sample], [verdict], wanted={"precision": 0.8}, worst=5))

    assert "mistakes, most confident first" not in shown
    assert "Macro-F1 by language" not in shown
    assert "Why a person: money" in shown


def test_the_confusion_plot_says_every_count_in_its_cell() -> None:
    table = figures.confusion(["a", "a", "b"], ["a", "b", "b"], ["a", "b"])

    picture = drawn(plots.confusion("key", table))[0]

    assert [text.text for text in picture.iter(f"{SVG}text")] == ["a", "b", "a", "1", "1", "b", "0", "1"]
    assert [cell.get("class") for cell in picture.iter(f"{SVG}rect")] == [
        "cell right",
        "cell wrong",
        "cell wrong",
        "cell right",
    ]
    assert "of 2 a, 50.0 % were named so" in str(plots.confusion("key", table))


def test_a_sure_and_right_judgement_is_drawn_in_the_upper_right_corner() -> None:
    bins = figures.reliability([1.0, 0.0], [True, False], bins=2)

    dots = drawn(plots.reliability("key", bins, 0.0, yes_or_no=True))[0].iter(f"{SVG}circle")

    assert [(dot.get("cx"), dot.get("cy")) for dot in dots] == [("44.0", "292.0"), ("324.0", "12.0")]


def test_labels_are_escaped_in_plots() -> None:
    shown = plots.confusion("key", figures.confusion(["<b>"], ["<b>"], ["<b>"]))

    assert isinstance(shown, Markup)
    assert "<b>" not in shown


def test_a_long_curve_is_thinned_to_what_can_be_seen() -> None:
    rng = random.Random(3)
    line = figures.curve([rng.random() < 0.5 for _ in range(5000)], [rng.random() for _ in range(5000)])

    points = plots.thinned(line)

    assert len(points) == plots.MOST_POINTS
    assert points[0] == (line.recall[0], line.precision[0])
    assert points[-1][0] == 1.0


def test_the_table_of_a_curve_stops_where_a_recall_is_first_reached() -> None:
    line = figures.curve([1, 0, 1, 1], [0.9, 0.8, 0.7, 0.1])

    assert stops(line)[2] == (0.5, 2 / 3, 0.7)
    assert stops(line)[-1] == (1.0, 0.75, 0.1)


def test_figures_are_worded_alike_everywhere() -> None:
    assert wording.percent(0.12345) == "12.3"
    assert wording.percent(None) == wording.within(None) == "–"
    assert wording.within(Interval(0.5, 1.0)) == "50.0–100.0"
    found = Threshold(at=0.25, precision=0.8, recall=0.9, named=4)
    assert wording.threshold(found, "precision") == "0.250 (R 90.0)"
    assert wording.threshold(found, "recall") == "0.250 (P 80.0)"
    assert wording.threshold(None, "recall") == "none"
    assert wording.level("precision", 0.8) == "P ≥ 80 %"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield made
    made.quit()


@needs_browser
def test_in_a_browser_it_fits_a_telephone_is_dark_where_wanted_and_complains_of_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "eval.html"
    path.write_text(SHOWN, encoding="utf-8")
    papers = {}

    for scheme, width in (("light", 1280), ("dark", 360), ("light", 320)):
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        browser.get(path.as_uri())
        browser.execute_script("document.querySelectorAll('details').forEach(each => each.open = true)")
        papers[scheme] = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        outer = "Math.max(...[...document.querySelectorAll('svg')].map(each => each.getBoundingClientRect().right))"
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        assert browser.execute_script(f"return {outer}") <= width
        assert browser.execute_script("return document.querySelector('svg').getBoundingClientRect().width") > 250

    assert papers == {"light": "rgb(255, 255, 255)", "dark": "rgb(23, 27, 34)"}
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
    assert browser.execute_script(  # no label runs out of its drawing
        "return [...document.querySelectorAll('svg text')].every(each => { const box = each.getBoundingClientRect(), "
        "frame = each.ownerSVGElement.getBoundingClientRect(); "
        "return box.left >= frame.left - 1 && box.right <= frame.right + 1 && box.bottom <= frame.bottom + 1 })"
    )
