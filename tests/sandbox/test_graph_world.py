"""Facebook and Instagram in the world: scenarios, customers, the page's data and the books."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests

from sandbox.customers import Customer
from sandbox.scenario import Manner, ScenarioError, load
from sandbox.world import World
from tests.sandbox.conftest import Hands, Page

SCENE = """
title = "Two networks"
lasts = "10:00"

[[person]]
username = "ana"
name = "Ana Oliveira"

[[post]]
at = "0:10"
as = "morning"
on = "facebook"
author = "NordParcel"
text = "Good morning"

[[post]]
at = "0:20"
on = "facebook"
author = "ana"
lang = "en"
kind = "complaint"
reply_to = "morning"
text = "third day without my parcel"
when_invited = "answers"
says = ["here I am", "NP-882134"]
edit_after = "0:10"
edit_text = "fourth day without my parcel"

[[post]]
at = "0:30"
on = "facebook"
sort = "review"
author = "bo"
text = "never again"

[[post]]
at = "0:40"
as = "vans"
on = "instagram"
author = "nordparcel"
text = "New vans"

[[post]]
at = "0:50"
on = "instagram"
author = "cy"
reply_to = "vans"
text = "nice"
delete_after = "1:00"

[[direct]]
at = "1:00"
on = "instagram"
author = "di"
text = "hello?"
says = ["still there"]

[[outage]]
of = "graph"
at = "5:00"
lasts = "1:00"

[[fault]]
of = "graph"
at = "0:00"
lasts = "10:00"
match = "feed$"
effect = "throttled_page"
"""


@pytest.fixture
def world(hands: Hands) -> Iterator[World]:
    with World(clock=hands, drive=False) as made:
        yield made


@pytest.fixture
def page(world: World) -> Iterator[Page]:
    made = Page(world.graph)
    yield made
    made.session.close()


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    file = tmp_path / "scene.toml"
    file.write_text(SCENE)
    return file


@pytest.fixture
def post(world: World) -> str:
    return world.graph.publish("NordParcel", "Good morning")


def ana(**more: object) -> Customer:
    part: dict[str, object] = {
        "username": "ana",
        "manner": Manner.ANSWERS,
        "says": ("here I am", "thanks"),
        "on": "facebook",
    }
    return Customer(**{**part, **more})  # type: ignore[arg-type]  # the tests say what they mean


def test_a_scenario_is_played_on_every_network(now: datetime, scene: Path) -> None:
    hands = Hands(now)
    with World(clock=hands, scenario=scene, drive=False) as world:
        hands.move(minutes=4)
        world.step()
        graph = world.graph
        told = {one.text: (one.network, one.sort, one.deleted) for one in graph.state.items.values()}

        assert told == {
            "Good morning": ("facebook", "post", False),
            "fourth day without my parcel": ("facebook", "comment", False),
            "never again": ("facebook", "review", False),
            "New vans": ("instagram", "media", False),
            "nice": ("instagram", "comment", True),
        }
        assert graph.person("ana").name == "Ana Oliveira"
        assert [one.text for one in graph.directs_with("di", "instagram")] == ["hello?"]
        hands.move(minutes=1, seconds=30)
        world.step()
        assert world.summary()["out"] == {"x": False, "graph": True, "slack": False}
        hands.move(minutes=1)
        world.step()
        assert not graph.out
        assert [fault["effect"] for fault in graph.faults.told()] == ["throttled_page"]


def test_a_network_that_is_not_there_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "scene.toml"
    file.write_text('[[post]]\nat = "1:00"\nauthor = "a"\ntext = "x"\non = "myspace"')

    with pytest.raises(ScenarioError, match="there is no network called myspace"):
        load(file)


def test_a_customer_answers_a_private_reply_and_then_each_question(
    world: World, page: Page, post: str, hands: Hands
) -> None:
    world.customer(ana())
    comment = world.graph.publish("ana", "late", under=post)

    page.say("Write to us here", to={"comment_id": comment})
    hands.move(minutes=2)
    world.step()
    page.say("Which order?", to={"id": world.graph.person("ana").id})
    hands.move(minutes=2)
    world.step()

    said = [one.text for one in world.graph.directs_with("ana")]
    assert said == ["Write to us here", "here I am", "Which order?", "thanks"]


def test_an_answer_in_public_invites_too_but_only_once(world: World, page: Page, post: str, hands: Hands) -> None:
    world.customer(ana())
    comment = world.graph.publish("ana", "late", under=post)

    page.post(f"{comment}/comments", message="Please write to us.")
    page.say("Write to us here", to={"comment_id": comment})
    hands.move(minutes=5)
    world.step()

    assert [one.text for one in world.graph.directs_with("ana")] == ["Write to us here", "here I am"]


def test_who_closes_the_door_behind_them_cannot_be_reached(world: World, page: Page, post: str, hands: Hands) -> None:
    world.customer(ana(manner=Manner.CLOSES_DIRECTS))
    comment = world.graph.publish("ana", "late", under=post)

    page.say("Write to us here", to={"comment_id": comment})
    hands.move(minutes=5)
    world.step()

    assert page.say("Which order?", to={"id": world.graph.person("ana").id}) == (551, 1545041)


def test_who_never_comes_does_not(world: World, page: Page, post: str, hands: Hands) -> None:
    world.customer(ana(manner=Manner.NEVER_COMES))
    comment = world.graph.publish("ana", "late", under=post)

    page.say("Write to us here", to={"comment_id": comment})
    hands.move(minutes=5)

    assert world.step() == 0


def test_the_books_tell_what_a_page_should_have_heard(world: World, post: str, hands: Hands) -> None:
    graph = world.graph
    comment = graph.publish("ana", "late", under=post)
    reply = graph.publish("bo", "mine too", under=comment)
    visitor = graph.publish("cy", "you lost my parcel")
    review = graph.publish("di", "never again", sort="review")
    tag = graph.publish("ed", "look at Nord Parcel", sort="tag")
    elsewhere = graph.publish("fay", "a comment under somebody else's post", under=tag)
    medium = graph.publish("nordparcel", "New vans", network="instagram")
    below = graph.publish("gil", "nice", network="instagram", under=medium)
    gone = graph.publish("hal", "gone", under=post)
    graph.delete(gone)
    broken = graph.publish("ida", "broken", under=post, malformed=True)
    direct = graph.direct("ana", "hello")
    hands.move(minutes=1)

    books = world.books()

    assert {(one.id, one.way, one.network) for one in books.heard} == {
        (comment, "comment", "facebook"),
        (reply, "comment", "facebook"),
        (visitor, "visitor", "facebook"),
        (review, "review", "facebook"),
        (tag, "tag", "facebook"),
        (below, "comment", "instagram"),
        (direct, "direct", "facebook"),
    }
    assert elsewhere not in {one.id for one in books.heard}
    assert (books.gone, books.malformed) == ((gone,), (broken,))


def test_the_books_tell_who_got_what_on_the_page(world: World, page: Page, post: str) -> None:
    comment = world.graph.publish("ana", "late", under=post)
    page.post(f"{comment}/comments", message="We are sorry.")
    page.say("Write to us here", to={"comment_id": comment})
    world.graph.direct("ana", "here I am")
    page.say("Thank you", to={"id": world.graph.person("ana").id})
    page.say("Once more", to={"comment_id": comment})

    books = world.books()

    got = books.received["facebook:ana"]
    assert (got.replies, got.private_replies, got.directs) == (
        ("We are sorry.",),
        ("Write to us here",),
        ("Thank you",),
    )
    assert (books.replies, books.private_replies, books.directs, got.wrote) == (1, 1, 1, 1)
    assert books.doubles == ()
    assert [one.split(" ", 1)[1] for one in books.illegal] == ["used_up: v26.0/me/messages"]


def test_the_books_tell_what_was_said_twice_on_the_page(world: World, page: Page, post: str) -> None:
    comment = world.graph.publish("ana", "late", under=post)
    world.graph.direct("ana", "here I am")
    for _ in range(2):
        page.post(f"{comment}/comments", message="We are sorry.")
        page.say("Thank you", to={"id": world.graph.person("ana").id})

    doubles = world.books().doubles

    assert len(doubles) == 2
    assert doubles[0].endswith("got the same answer 2 times")
    assert doubles[1] == "facebook:ana got the same private message 2 times"


def test_the_page_shows_every_network_in_one_line_of_time(world: World, page: Page, post: str, hands: Hands) -> None:
    hands.move(seconds=1)
    on_x = world.x.publish("bo", "@NordParcel late")
    hands.move(seconds=1)
    comment = world.graph.publish("ana", "late too", under=post)
    page.say("Write to us here", to={"comment_id": comment})
    page.post(comment, is_hidden="true")

    told = json.loads(json.dumps(world.web.state()))

    assert [(one["id"], one["network"]) for one in told["posts"]] == [
        (comment, "facebook"),
        (on_x, "x"),
        (post, "facebook"),
    ]
    assert told["posts"][0]["flags"] == ["hidden", "private"]
    assert told["posts"][0]["reply_to"] == post
    assert [(one["network"], one["messages"][0]["text"]) for one in told["threads"]] == [
        ("facebook", "Write to us here")
    ]


def test_the_pages_buttons_reach_every_network(world: World, post: str) -> None:
    def act(name: str, **told: object) -> requests.Response:
        return requests.post(f"{world.web.base_url}/act/{name}", json=told, timeout=30)

    comment = act("publish", author="newcomer", text="hello", on="facebook", reply_to=post).json()["id"]
    act("direct", author="newcomer", text="private", on="instagram")
    out = act("outage", of="graph", on=True).json()

    assert world.graph.item(comment).parent == ""
    assert world.graph.item(comment).root == post
    assert [one.text for one in world.graph.directs_with("newcomer", "instagram")] == ["private"]
    assert out == {"out": True}
    assert act("publish", author="a", text="x", on="myspace").status_code == 400


def test_a_world_writes_down_its_page(world: World, post: str, tmp_path: Path) -> None:
    world.dump(tmp_path / "seen")

    told = json.loads((tmp_path / "seen" / "graph.json").read_text())
    assert [one["id"] for one in told["items"]] == [post]


def test_a_late_answer_invites_late(world: World, page: Page, post: str, hands: Hands) -> None:
    world.customer(ana(after=timedelta(minutes=1)))
    comment = world.graph.publish("ana", "late", under=post)
    world.graph.fault("messages$", "late_effect", seconds=120)

    page.say("Write to us here", to={"comment_id": comment})
    hands.move(seconds=179)
    early = world.step()
    hands.move(seconds=1)

    assert (early, world.step()) == (0, 1)
