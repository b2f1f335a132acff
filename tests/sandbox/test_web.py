"""The page's server, without a browser."""

import json
from collections.abc import Iterator

import pytest
import requests

from sandbox.world import World
from tests.sandbox.conftest import Hands


@pytest.fixture
def world(hands: Hands) -> Iterator[World]:
    with World(clock=hands, drive=False) as made:
        yield made


def state(world: World) -> dict[str, object]:
    told: dict[str, object] = requests.get(f"{world.web.base_url}/state", timeout=30).json()
    return told


def act(world: World, name: str, **told: object) -> requests.Response:
    return requests.post(f"{world.web.base_url}/act/{name}", json=told, timeout=30)


def test_the_state_tells_everything_there_is(world: World) -> None:
    post = world.x.publish("ana", "@NordParcel hi")
    world.x.publish("NordParcel", "hello", reply_to=post)
    world.x.direct("ana", "private")
    parent = world.slack.say("U0MIA", "look")
    world.slack.say("U0TOM", "I take it", thread=parent)

    told = json.loads(json.dumps(state(world)))

    assert [(one["text"], one["own"], one["reply_to"]) for one in told["posts"]] == [
        ("@ana hello", True, post),
        ("@NordParcel hi", False, None),
    ]
    assert told["threads"][0]["messages"][0]["text"] == "private"
    assert told["rooms"][0]["messages"][0]["thread"][0]["text"] == "I take it"
    assert told["out"] == {"x": False, "graph": False, "slack": False}


def test_what_happened_to_a_post_is_flagged(world: World) -> None:
    post = world.x.publish("ana", "@NordParcel hi")
    world.x.edit(post, "@NordParcel hello")
    world.x.delete(post)
    world.x.publish("bob", "@NordParcel x", malformed=True)

    posts = json.loads(json.dumps(state(world)))["posts"]

    assert {one["person"]["username"]: one["flags"] for one in posts} == {
        "bob": ["malformed"],
        "ana": ["edited", "deleted"],
    }
    assert posts[1]["id"] == post


def test_an_encrypted_message_stays_closed(world: World) -> None:
    world.x.direct("ana", "nobody reads this", encrypted=True)

    assert "nobody reads this" not in json.dumps(state(world))


def test_changes_are_told_as_they_happen(world: World) -> None:
    with requests.get(f"{world.web.base_url}/events", stream=True, timeout=30) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        first = next(line for line in lines if line.startswith("data: {"))
        world.x.publish("ana", "@NordParcel news")
        second = next(line for line in lines if line.startswith("data: {"))

    assert "news" not in first
    assert "news" in second
    assert stream.headers["Content-Type"].startswith("text/event-stream")


def test_somebody_new_posts_and_writes(world: World) -> None:
    posted = act(world, "publish", author="@newcomer", text="@NordParcel hello").json()["id"]
    act(world, "direct", author="newcomer", text="private")

    assert world.x.post(posted).text == "@NordParcel hello"
    assert world.x.directs_with("newcomer")[0].text == "private"


def test_an_outage_is_begun_and_ended(world: World) -> None:
    assert act(world, "outage", of="x", on=True).json() == {"out": True}
    assert world.x.out
    assert act(world, "outage", of="x", on=False).json() == {"out": False}
    assert not world.x.out


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("publish", {"author": "a b", "text": "x"}),
        ("publish", {"author": "a" * 16, "text": "x"}),
        ("publish", {"author": "ana", "text": "  "}),
        ("publish", {"author": "ana", "text": "x" * 4001}),
        ("publish", {"text": "x"}),
        ("outage", {"of": "email", "on": True}),
        ("press", {"ts": "1.000001", "action_id": "take"}),
        ("submit", {"modal": "V1", "values": {}}),
        ("dismiss", {"modal": "V1"}),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, name: str, told: dict[str, object]) -> None:
    answer = act(world, name, **told)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert world.x.timeline() == []


def test_another_sites_page_cannot_use_the_buttons(world: World) -> None:
    url = f"{world.web.base_url}/act/publish"

    rebound = requests.post(url, json={"author": "a", "text": "x"}, headers={"Host": "evil.example"}, timeout=30)
    form = requests.post(url, data={"author": "a", "text": "x"}, timeout=30)

    assert rebound.status_code == 403
    assert form.status_code == 415
    assert world.x.timeline() == []


def test_the_page_is_one_place_and_loads_nothing_from_elsewhere(world: World) -> None:
    page = requests.get(world.web.base_url, timeout=30)

    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "//" not in page.text.replace("<!doctype html>", "")
    for name in ("style.css", "page.js", "blocks.js", "icon.svg"):
        assert requests.get(f"{world.web.base_url}/{name}", timeout=30).status_code == 200
    assert requests.get(f"{world.web.base_url}/../world.py", timeout=30).status_code == 404
