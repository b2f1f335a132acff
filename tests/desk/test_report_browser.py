"""The report's page and letter in a real browser: nothing scrolls sideways, dark is dark, pictures are shown."""

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from desk.report import letter, page
from desk.report.values import Letter, Report
from tests.desk import report_samples as samples
from tests.desk.test_report_charts import EVERY, SAMPLES

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver (Debian: chromium, chromium-driver)"
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
TELEPHONE, MAIL, DESK = 360, 600, 1280
Browser = webdriver.Chrome


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield made
    made.quit()


def show(browser: Browser, html: str, folder: Path, *, width: int = DESK, scheme: str = "light") -> None:
    """Open a file as wide, and in the scheme, as it is wanted."""
    path = folder / "shown.html"
    path.write_text(html, encoding="utf-8")
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    browser.get(path.as_uri())


def as_shown(written: Letter) -> str:
    """Put a letter's pictures where a mail reader would."""
    html = written.html
    for picture in written.pictures:
        html = html.replace(f"cid:{picture.name}", f"data:image/png;base64,{base64.b64encode(picture.png).decode()}")
    return html


def width_of(browser: Browser) -> int:
    return int(browser.execute_script("return document.documentElement.scrollWidth"))


def read(browser: Browser, script: str) -> object:
    return browser.execute_script(f"return {script}")


@EVERY
@pytest.mark.parametrize("width", [320, TELEPHONE, 768, DESK])
def test_no_page_is_wider_than_its_window(browser: Browser, tmp_path: Path, report: Report, width: int) -> None:
    show(browser, page.html(report), tmp_path, width=width)

    assert width_of(browser) <= width


@EVERY
@pytest.mark.parametrize("width", [TELEPHONE, MAIL])
def test_no_letter_is_wider_than_a_mail_readers_window(
    browser: Browser, tmp_path: Path, report: Report, width: int
) -> None:
    show(browser, as_shown(letter.write(report)), tmp_path, width=width)

    assert width_of(browser) <= width


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(23, 27, 34)")])
def test_the_page_is_dark_where_that_is_wanted(browser: Browser, tmp_path: Path, scheme: str, paper: str) -> None:
    show(browser, page.html(samples.USUAL), tmp_path, scheme=scheme)

    sources = read(
        browser,
        "[...document.querySelectorAll('picture')].map(p => [p.querySelector('img').currentSrc, "
        "p.querySelector('source').srcset])",
    )
    assert read(browser, "getComputedStyle(document.body).backgroundColor") == paper
    assert isinstance(sources, list)
    assert all((shown == dark) is (scheme == "dark") for shown, dark in sources)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_picture_of_the_page_is_drawn_and_wide_enough_to_read(
    browser: Browser, tmp_path: Path, name: str
) -> None:
    show(browser, page.html(SAMPLES[name]), tmp_path, width=TELEPHONE)

    drawn = read(
        browser, "[...document.images].map(i => [i.complete, i.naturalWidth, i.getBoundingClientRect().width])"
    )

    assert isinstance(drawn, list)
    assert drawn
    assert all(complete and natural > 0 and shown >= 358 for complete, natural, shown in drawn)


def test_pictures_of_the_letter_are_as_wide_as_a_telephone(browser: Browser, tmp_path: Path) -> None:
    show(browser, as_shown(letter.write(samples.USUAL)), tmp_path, width=TELEPHONE)

    drawn = read(
        browser, "[...document.images].map(i => [i.complete, i.naturalWidth, i.getBoundingClientRect().width])"
    )

    assert drawn == [[True, 1080, TELEPHONE]] * 3


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_complains_of_nothing_and_runs_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    browser.get_log("browser")  # type: ignore[no-untyped-call]
    browser.get_log("performance")  # type: ignore[no-untyped-call]

    show(browser, page.html(SAMPLES[name]), tmp_path)

    asked = [entry["message"] for entry in browser.get_log("performance")]  # type: ignore[no-untyped-call]
    sent = [message for message in asked if "Network.requestWillBeSent" in message and '"url":"http' in message]
    assert sent == []
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_arabic_runs_from_right_to_left_and_ends_on_the_left(browser: Browser, tmp_path: Path) -> None:
    show(browser, page.html(samples.USUAL), tmp_path)

    assert read(browser, "getComputedStyle(document.querySelector('blockquote p[lang=ar]')).direction") == "rtl"
    assert read(browser, "getComputedStyle(document.querySelector('blockquote p[lang=th]')).direction") == "ltr"


def test_following_a_figure_arrives_at_what_is_behind_it(browser: Browser, tmp_path: Path) -> None:
    show(browser, page.html(samples.USUAL), tmp_path)

    browser.execute_script("document.querySelector('a.figure').click()")

    assert "Posts 1–200" in str(read(browser, "document.querySelector(':target').textContent"))


def test_print_leaves_navigation_out_and_cuts_no_table(browser: Browser, tmp_path: Path) -> None:
    show(browser, page.html(samples.USUAL), tmp_path)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})

    assert read(browser, "getComputedStyle(document.querySelector('nav')).display") == "none"
    assert read(browser, "getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_words_on_the_page_are_never_tiny(browser: Browser, tmp_path: Path) -> None:
    show(browser, page.html(samples.USUAL), tmp_path, width=TELEPHONE)

    sizes = read(
        browser,
        "[...document.querySelectorAll('body *')].filter(e => e.childNodes.length && [...e.childNodes].some("
        "n => n.nodeType === 3 && n.textContent.trim())).map(e => parseFloat(getComputedStyle(e).fontSize))",
    )

    assert isinstance(sizes, list)
    assert min(sizes) >= 11
