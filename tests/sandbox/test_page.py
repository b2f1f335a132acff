"""The page in a real Chromium."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from sandbox.world import World

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
)
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> & <b>&amp;</b> \' " </div>'
SCRIPT = "javascript:window.hacked=1"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    profile: Path = tmp_path_factory.mktemp("profile")
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1280,860"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield made
    made.quit()


@pytest.fixture
def world() -> Iterator[World]:
    with World(drive=False) as made:
        made.slack.pacing.off = True
        yield made


@pytest.fixture
def web(world: World) -> WebClient:
    return WebClient(token=world.slack.token, base_url=world.slack.base_url)


@pytest.fixture
def page(browser: webdriver.Chrome, world: World) -> Iterator[webdriver.Chrome]:
    browser.set_window_size(1280, 860)
    browser.get_log("browser")  # type: ignore[no-untyped-call]
    browser.get(world.web.base_url)
    yield browser
    problems = browser.get_log("browser")  # type: ignore[no-untyped-call]
    browser.get("about:blank")
    assert problems == []


def until(page: webdriver.Chrome, holds: Callable[[], Any]) -> Any:
    return WebDriverWait(page, 8, poll_frequency=0.05, ignored_exceptions=[IndexError, AssertionError]).until(
        lambda _page: holds()
    )


def texts(page: webdriver.Chrome, selector: str) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)"
    found: list[str] = page.execute_script(script, selector)
    return found


def one(page: webdriver.Chrome, selector: str) -> WebElement:
    return page.find_element(By.CSS_SELECTOR, selector)


def say(web: WebClient, world: World, *blocks: dict[str, Any], **more: Any) -> str:
    return str(web.chat_postMessage(channel=world.slack.alerts.id, text="said", blocks=blocks, **more)["ts"])


def plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def mrkdwn(words: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": words}


def buttons(**more: Any) -> dict[str, Any]:
    button = {"type": "button", "action_id": "take", "text": plain("Take it"), "value": "41", **more}
    return {"type": "actions", "elements": [button]}


def test_three_columns_fill_as_things_happen(page: webdriver.Chrome, world: World, web: WebClient) -> None:
    post = world.x.publish("ana", "@NordParcel third day without my parcel")
    world.x.publish("NordParcel", "We are sorry.", reply_to=post)
    world.x.direct("ana", "order 88213")
    parent = say(web, world, {"type": "header", "text": plain("Complaint")})
    say(web, world, {"type": "section", "text": mrkdwn("*invited*")}, thread_ts=parent)

    until(page, lambda: "We are sorry." in texts(page, ".under .words")[0])
    until(page, lambda: "order 88213" in texts(page, ".bubble")[0])
    until(page, lambda: texts(page, ".block.header") == ["Complaint"])
    until(page, lambda: texts(page, ".children .mrk b") == ["invited"])
    assert texts(page, "#counts dd")[:4] == ["1", "1", "1", "2"]


def test_a_deleted_and_an_edited_post_say_so(page: webdriver.Chrome, world: World) -> None:
    edited = world.x.publish("ana", "@NordParcel tpyo")
    gone = world.x.publish("bob", "@NordParcel gone")
    until(page, lambda: len(texts(page, ".post")) == 2)

    world.x.edit(edited, "@NordParcel typo")
    world.x.delete(gone)

    until(page, lambda: sorted(texts(page, ".flag")) == ["deleted by its author", "edited"])
    assert "line-through" in one(page, ".gone .words").value_of_css_property("text-decoration")


@pytest.mark.parametrize("width", [1280, 420])
def test_hostile_words_stay_words_wherever_they_stand(
    page: webdriver.Chrome, world: World, web: WebClient, width: int
) -> None:
    page.set_window_size(width, 860)
    world.x.person("mallory", name=HOSTILE)
    post = world.x.publish("mallory", f"@NordParcel {HOSTILE}")
    world.x.publish("NordParcel", HOSTILE, reply_to=post)
    world.x.direct("mallory", HOSTILE)
    world.slack.say("U0MIA", HOSTILE)
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": HOSTILE}]}
    link = {"type": "link", "url": SCRIPT, "text": "rich"}
    say(
        web,
        world,
        {"type": "header", "text": plain(HOSTILE)},
        {
            "type": "section",
            "text": mrkdwn(HOSTILE),
            "fields": [plain(HOSTILE), mrkdwn("<javascript:window.hacked=1|go>")],
        },
        {"type": "rich_text", "elements": [quote, {"type": "rich_text_section", "elements": [link]}]},
        {"type": "context", "elements": [mrkdwn(HOSTILE)]},
        buttons(text=plain(HOSTILE[:75])),
    )

    until(page, lambda: len(texts(page, ".message")) == 2)
    until(page, lambda: HOSTILE in texts(page, ".post .words")[0])
    assert HOSTILE in texts(page, ".bubble")[0]
    assert HOSTILE in texts(page, ".rich blockquote")[0]
    assert HOSTILE in texts(page, ".block.header")[0]
    assert page.execute_script("return window.hacked") is None
    assert page.find_elements(By.CSS_SELECTOR, "main img, main script, main iframe") == []
    assert page.find_elements(By.CSS_SELECTOR, "a[href^='javascript']") == []


def test_slacks_marks_are_drawn_as_people_see_them(page: webdriver.Chrome, world: World, web: WebClient) -> None:
    marks = "*bold* _italic_ ~gone~ `code` 2*3*4 snake_case_name &lt;3"
    words = f"{marks} <https://a.example/x|there> <@U0MIA> :warning:\n&gt; quoted"
    say(web, world, {"type": "section", "text": mrkdwn(words)})

    until(page, lambda: texts(page, ".mrk b") == ["bold"])
    assert (texts(page, ".mrk i"), texts(page, ".mrk s"), texts(page, ".mrk code")) == (["italic"], ["gone"], ["code"])
    shown = texts(page, ".mrk")[0]
    assert "2*3*4 snake_case_name <3 there @Mia Berg ⚠️" in shown
    assert texts(page, ".mrk blockquote") == ["quoted"]
    assert one(page, ".mrk a").get_attribute("href") == "https://a.example/x"


def test_every_kind_of_block_is_drawn(page: webdriver.Chrome, world: World, web: WebClient) -> None:
    option = {"text": plain("Late"), "value": "late"}
    say(
        web,
        world,
        {"type": "divider"},
        {"type": "section", "fields": [mrkdwn("*Author*\n@ana"), mrkdwn("*Language*\nth")]},
        {
            "type": "section",
            "text": mrkdwn("why"),
            "accessory": {"type": "static_select", "action_id": "why", "options": [option]},
        },
        {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "a chart"},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "item"}]}],
                },
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "raw"}]},
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "b", "style": {"bold": True}},
                        {"type": "user", "user_id": "U0TOM"},
                    ],
                },
            ],
        },
    )

    until(page, lambda: texts(page, ".rich li") == ["item"])
    assert texts(page, ".fields > *")[0] == "Author\n@ana"
    assert texts(page, ".rich pre") == ["raw"]
    assert texts(page, ".rich b") == ["b"]
    assert texts(page, ".rich .at-name") == ["@Tom Okafor"]
    assert texts(page, ".block.image") == ["a chart"]
    assert texts(page, "select[data-action=why] option") == ["Choose", "Late"]


def test_scripts_of_many_languages_are_there_and_run_their_own_way(page: webdriver.Chrome, world: World) -> None:
    said = ["พัสดุหาย", "ພັດສະດຸຊ້າ", "កញ្ចប់បែក", "பார்சல் வரவில்லை", "طردي متأخر", "荷物が届かない", "पार्सल नहीं आया"]
    for number, words in enumerate(said):
        world.x.publish(f"ana{number}", f"{words} @NordParcel")

    until(page, lambda: len(texts(page, ".post")) == len(said))
    assert [words.split(" @")[0] for words in texts(page, ".post .words")] == said[::-1]
    directions = page.execute_script(
        "return [...document.querySelectorAll('.post .words')].map((one) => getComputedStyle(one).direction)"
    )
    assert directions.count("rtl") == 1


@pytest.fixture
def app(world: World, web: WebClient) -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []
    modal = {
        "type": "modal",
        "title": plain("Reply to Ana"),
        "submit": plain("Send it"),
        "blocks": [
            {
                "type": "input",
                "block_id": "words",
                "label": plain("Your words"),
                "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
            }
        ],
    }

    def hears(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request.payload)
        if request.payload["type"] == "block_actions" and request.payload["actions"][0]["action_id"] == "reply":
            web.views_open(trigger_id=request.payload["trigger_id"], view=modal)
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    client = SocketModeClient(app_token=world.slack.app_token, web_client=web)
    client.socket_mode_request_listeners.append(hears)
    client.connect()
    yield heard
    closing = Thread(target=client.close)
    closing.start()
    while closing.is_alive():
        for link in tuple(world.slack.sockets._open):
            world.slack.sockets._carried(link, {"type": "noise"})
        closing.join(0.02)


def test_a_button_really_presses(
    page: webdriver.Chrome, world: World, web: WebClient, app: list[dict[str, Any]]
) -> None:
    ts = say(web, world, buttons(style="primary"))
    until(page, lambda: texts(page, ".press") == ["Take it"])
    Select(one(page, "#agent")).select_by_visible_text("Lin Chen")

    one(page, "[data-action=take]").click()

    until(page, lambda: len(app) == 1)
    assert (app[0]["user"]["id"], app[0]["actions"][0]["value"]) == ("U0LIN", "41")
    web.chat_update(
        channel=world.slack.alerts.id, ts=ts, text="x", blocks=[{"type": "header", "text": plain("Lin has it")}]
    )
    until(page, lambda: texts(page, ".block.header") == ["Lin has it"])
    Select(one(page, "#agent")).select_by_visible_text("Mia Berg")


def test_a_modal_is_filled_in_and_sent(
    page: webdriver.Chrome, world: World, web: WebClient, app: list[dict[str, Any]]
) -> None:
    say(web, world, buttons(action_id="reply", text=plain("Reply")))
    until(page, lambda: texts(page, ".press") == ["Reply"])

    one(page, "[data-action=reply]").click()
    until(page, lambda: texts(page, "#modal h2") == ["Reply to Ana"])
    one(page, "#modal textarea").send_keys("Hello Ana")
    one(page, "#modal button[type=submit]").click()

    until(page, lambda: len(app) == 2)
    assert app[1]["view"]["state"]["values"]["words"]["text"]["value"] == "Hello Ana"
    until(page, lambda: not one(page, "#modal").is_displayed())


def test_a_press_nobody_hears_is_told(page: webdriver.Chrome, world: World, web: WebClient) -> None:
    say(web, world, buttons())
    until(page, lambda: texts(page, ".press") == ["Take it"])

    one(page, "[data-action=take]").click()

    until(page, lambda: "did not answer" in one(page, "#toast").text)


def test_a_new_customer_posts_from_the_page(page: webdriver.Chrome, world: World) -> None:
    until(page, lambda: one(page, "#title").text.startswith("Nord Parcel"))
    one(page, "#compose-open").click()
    one(page, "#compose textarea").send_keys("where is my box?")
    one(page, "#compose button[value=publish]").click()

    until(page, lambda: texts(page, ".post .words") == ["@NordParcel where is my box?"])
    assert world.x.timeline()[0].text == "@NordParcel where is my box?"


def test_an_outage_is_begun_and_ended_from_the_page(page: webdriver.Chrome, world: World) -> None:
    until(page, lambda: one(page, "#title").text.startswith("Nord Parcel"))
    button = one(page, "[data-of=x]")

    button.click()
    until(page, lambda: button.text == "X: outage")
    assert world.x.out
    button.click()
    until(page, lambda: button.text == "X: up")
    assert not world.x.out


def test_answered_and_unanswered_are_told_apart(page: webdriver.Chrome, world: World) -> None:
    answered = world.x.publish("ana", "@NordParcel one")
    world.x.publish("NordParcel", "on it", reply_to=answered)
    world.x.publish("bob", "@NordParcel two")
    until(page, lambda: len(texts(page, ".post")) == 2)

    one(page, "[data-show=answered]").click()
    assert texts(page, ".post > .line .words") == ["@NordParcel one"]
    one(page, "[data-show=open]").click()
    assert texts(page, ".post > .line .words") == ["@NordParcel two"]


def test_what_somebody_is_writing_survives_news(page: webdriver.Chrome, world: World) -> None:
    post = world.x.publish("ana", "@NordParcel one")
    until(page, lambda: len(texts(page, ".post")) == 1)
    one(page, ".post summary").click()
    one(page, ".post .say input").send_keys("half a wo")

    world.x.publish("NordParcel", "on it", reply_to=post)
    until(page, lambda: len(texts(page, ".under .words")) == 1)

    assert one(page, ".post .say input").get_attribute("value") == "half a wo"


@pytest.mark.parametrize("width", [1280, 420])
def test_nothing_is_cut_off_and_every_column_can_be_reached(
    page: webdriver.Chrome, world: World, web: WebClient, width: int
) -> None:
    page.set_window_size(width, 860)
    world.x.publish("ana", "@NordParcel " + "w" * 200)
    world.x.direct("ana", "w" * 300)
    say(web, world, {"type": "section", "text": mrkdwn("w" * 300)}, buttons())
    until(page, lambda: len(texts(page, ".message")) == 1)

    for tab in ("network", "private", "team"):
        if width < 960:
            one(page, f".tabs [data-tab={tab}]").click()
        assert one(page, f"#{tab} .scroll").is_displayed()
        wide, room = page.execute_script(
            "const box = document.querySelector(arguments[0]); return [box.scrollWidth, box.clientWidth]",
            f"#{tab} .scroll",
        )
        assert wide <= room, tab
    assert page.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")


def test_the_page_asks_nobody_else(page: webdriver.Chrome, world: World) -> None:
    until(page, lambda: one(page, "#title").text.startswith("Nord Parcel"))

    asked = page.execute_script("return performance.getEntriesByType('resource').map((one) => one.name)")

    assert asked
    assert all(str(name).startswith(world.web.base_url) for name in asked)
