"""How the Graph look-alike hurts: by faults put in force, in Meta's codes and on the wire."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.graph import Graph
from sandbox.graph_answers import SAYS
from tests.sandbox.conftest import Hands, Page, refused


@pytest.fixture
def asked(graph: Graph) -> str:
    post = graph.publish("NordParcel", "Good morning")
    return graph.publish("ana", "late", under=post)


CODES = {
    "window": (10, 2018278),
    "window_instagram": (10, 2534022),
    "restricted": (10, 1893063),
    "used_up": (10900, None),
    "gone": (100, 33),
    "token_checkpoint": (190, 459),
    "session": (102, None),
    "scope_lost": (200, None),
    "capability": (3, None),
    "blocked": (368, 1390008),
    "duplicate": (506, 1455006),
    "unavailable": (551, 1545041),
    "transient": (2, None),
    "unknown": (1, None),
    "throttled_app": (4, None),
    "throttled_user": (17, 2446079),
    "throttled_page": (32, None),
    "throttled_custom": (613, None),
    "throttled_count": (341, None),
    "throttled_pages": (80001, 2446079),
    "throttled_instagram": (80002, 2446079),
    "throttled_messenger": (80006, 2446079),
}


@pytest.mark.parametrize(("effect", "code"), CODES.items())
def test_a_refusal_can_be_put_in_force_once(
    page: Page, graph: Graph, asked: str, effect: str, code: tuple[int, int | None]
) -> None:
    graph.fault(r"^POST /v26\.0/.*messages$", effect, tag="pages_messaging")

    first = page.say("Hello", to={"comment_id": asked})
    second = page.say("Hello", to={"comment_id": asked})

    assert first == code
    assert "message_id" in second


def test_every_refusal_can_be_put_in_force(graph: Graph) -> None:
    for name in SAYS:
        graph.fault("nothing", name)

    assert len(graph.faults.told()) == len(SAYS)


@pytest.mark.parametrize("effect", ["drop", "error", "bad_gateway", "transient", "truncate"])
def test_a_private_reply_goes_out_although_the_answer_is_lost(
    page: Page, graph: Graph, asked: str, effect: str
) -> None:
    graph.fault("messages$", effect, applied=True)

    with suppress(requests.RequestException, KeyError):
        page.say("Hello", to={"comment_id": asked})
    again = page.say("Hello", to={"comment_id": asked})

    assert len(graph.private_replies(asked)) == 1
    assert again == (10900, None)


def test_what_fails_before_it_takes_effect_can_be_sent_again(page: Page, graph: Graph, asked: str) -> None:
    graph.fault("comments$", "transient")

    first = page.post(f"{asked}/comments", message="Sorry")
    second = page.post(f"{asked}/comments", message="Sorry")

    assert first["error"]["is_transient"] is True
    assert "id" in second
    assert len(graph.answers(asked)) == 1


def test_a_bad_gateway_is_a_page_and_an_error_has_no_error_in_it(page: Page, graph: Graph) -> None:
    graph.fault("feed$", "bad_gateway")
    graph.fault("feed$", "error", after=1)

    page_of_html, bare = page.ask("GET", "me/feed"), page.ask("GET", "me/feed")

    assert (page_of_html.status_code, page_of_html.headers["content-type"]) == (502, "text/html")
    assert (bare.status_code, "error" in bare.json()) == (500, False)


def test_a_hanging_server_lets_nobody_go_until_it_stops(page: Page, graph: Graph) -> None:
    graph.fault("feed$", "hang", seconds=0.2)

    with pytest.raises(requests.ConnectionError):
        page.get("me/feed")


def test_a_repeated_cursor_leads_back_to_the_same_page(page: Page, graph: Graph, asked: str) -> None:
    root = graph.item(asked).root
    for number in range(4):
        graph.publish("ana", f"number {number}", under=root)
    first = page.get(f"{root}/comments", limit="2")
    after = first["paging"]["cursors"]["after"]
    graph.fault("comments$", "repeat_cursor")

    second = page.get(f"{root}/comments", limit="2", after=after)

    assert second["paging"]["cursors"]["after"] == after
    assert "next" in second["paging"]


def test_an_empty_page_may_have_a_next_one(page: Page, graph: Graph, asked: str) -> None:
    root = graph.item(asked).root
    graph.fault("comments$", "empty_next")

    first = page.get(f"{root}/comments")
    second = page.data(f"{root}/comments", after=first["paging"]["cursors"]["after"])

    assert first["data"] == []
    assert "next" in first["paging"]
    assert [one["id"] for one in second] == [asked]


def test_late_items_appear_below_what_was_seen(page: Page, graph: Graph, hands: Hands) -> None:
    post = graph.publish("NordParcel", "Good morning")
    graph.fault("comments$", "late_index", seconds=600, count=100)
    late = graph.publish("ana", "late", under=post)

    now = page.data(f"{post}/comments")
    hands.move(seconds=900)

    assert now == []
    assert [one["id"] for one in page.data(f"{post}/comments")] == [late]


def test_an_item_can_be_indexed_late_by_itself(page: Page, graph: Graph, hands: Hands) -> None:
    graph.publish("ana", "you lost it", index_after=hands() - hands())
    late = graph.publish("bo", "mine too", index_after=(hands() - hands()).resolution * 60_000_000)

    before = [one["id"] for one in page.data("me/feed")]
    hands.move(minutes=2)

    assert late not in before
    assert late in [one["id"] for one in page.data("me/feed")]


def test_a_lagging_list_does_not_show_what_we_just_wrote(page: Page, graph: Graph, hands: Hands, asked: str) -> None:
    graph.fault("^GET", "lag", seconds=60, count=1000)
    page.say("Hello", to={"comment_id": asked})
    page.post(f"{asked}/comments", message="We are sorry.")
    graph.direct("ana", "here I am")

    before = page.data("me/conversations", fields="messages{message}")
    comments = page.data(f"{graph.item(asked).root}/comments", filter="stream")
    hands.move(seconds=61)
    after = page.data("me/conversations", fields="messages{message}")

    assert [one["message"] for one in before[0]["messages"]["data"]] == ["here I am"]
    assert [one["id"] for one in comments] == [asked]
    assert len(after[0]["messages"]["data"]) == 2
    assert len(page.data(f"{graph.item(asked).root}/comments", filter="stream")) == 2


@pytest.mark.parametrize(("share", "percent"), [(0.75, 75), (0.9, 90), (1.0, 100)])
def test_usage_can_be_told_as_high_as_wanted(page: Page, graph: Graph, share: float, percent: int) -> None:
    graph.fault("feed$", "usage", share=share, seconds=600)

    told = page.ask("GET", "me/feed")

    assert json.loads(told.headers["x-app-usage"])["call_count"] == percent
    business = next(iter(json.loads(told.headers["x-business-use-case-usage"]).values()))[0]
    assert business["estimated_time_to_regain_access"] == 10


def test_throttling_says_when_access_is_regained(page: Page, graph: Graph) -> None:
    graph.fault("feed$", "throttled_pages", seconds=90)

    told = page.ask("GET", "me/feed")

    business = next(iter(json.loads(told.headers["x-business-use-case-usage"]).values()))[0]
    assert (business["type"], business["estimated_time_to_regain_access"]) == ("pages", 2)


def test_a_comment_vanishes_or_changes_just_before_it_is_answered(page: Page, graph: Graph, asked: str) -> None:
    other = graph.publish("bo", "mine too", under=graph.item(asked).root)
    graph.fault(f"{asked}/comments$", "vanish")
    graph.fault("messages$", "edited")

    gone = page.post(f"{asked}/comments", message="Sorry")
    page.say("Hello", to={"comment_id": other})

    assert refused(gone) == (100, 33)
    assert graph.item(other).text == "mine too (edited)"
    assert len(graph.private_replies(other)) == 1


@pytest.mark.parametrize(
    ("effect", "missing"), [("fields_missing", {"created_time", "from"}), ("skew", set()), ("reorder", set())]
)
def test_lists_can_be_spoilt(page: Page, graph: Graph, asked: str, effect: str, missing: set[str]) -> None:
    root = graph.item(asked).root
    for number in range(5):
        graph.publish("bo", f"number {number}", under=root)
    usual = page.data(f"{root}/comments", fields="id,from,created_time")
    graph.fault("comments$", effect, seconds=3600)

    told = page.data(f"{root}/comments", fields="id,from,created_time")

    assert told != usual
    assert {one["id"] for one in told} == {one["id"] for one in usual}
    assert {"id", "from", "created_time"} - set(told[0]) == missing


def test_another_version_may_be_served(page: Page, graph: Graph) -> None:
    graph.fault("feed$", "old_version")

    assert page.ask("GET", "me/feed").headers["facebook-api-version"] == "v22.0"


def test_an_outage_refuses_and_ends(page: Page, graph: Graph) -> None:
    graph.outage()
    with pytest.raises(requests.ConnectionError):
        page.get("me")
    graph.recover()
    graph.outage(reset=True)
    with pytest.raises(requests.ConnectionError):
        page.get("me")
    graph.recover()

    assert page.get("me")["id"] == graph.page.id
    assert not graph.out


def test_faults_can_be_set_over_http(graph: Graph) -> None:
    told: dict[str, Any] = {"match": "feed$", "effect": "throttled_page"}

    set_one = requests.post(f"{graph.base_url}/_sandbox/faults", json=told, timeout=5).json()
    wrong = requests.post(f"{graph.base_url}/_sandbox/faults", json={"match": "", "effect": "rain"}, timeout=5)

    assert set_one[0]["effect"] == "throttled_page"
    assert wrong.status_code == 400


@pytest.mark.usefixtures("asked")
def test_everything_can_be_written_down(graph: Graph, tmp_path: Path) -> None:
    graph.direct("ana", "hello")
    graph.dump(tmp_path / "graph.json")

    told = json.loads((tmp_path / "graph.json").read_text())

    assert [one["text"] for one in told["items"]] == ["Good morning", "late"]
    assert told["messages"][0]["text"] == "hello"
    assert {one["username"] for one in told["people"]} >= {"NordParcel", "nordparcel", "ana"}


def test_those_who_watch_are_told(graph: Graph, page: Page, asked: str) -> None:
    seen: list[Any] = []
    graph.state.watchers.append(seen.append)

    page.post(f"{asked}/comments", message="Sorry")
    page.say("Hello", to={"comment_id": asked})
    graph.delete(asked)

    assert [getattr(one, "text", "") for one in seen] == ["Sorry", "Hello", "late", "Sorry"]
