"""What is pushed: the whole house with its doors open, from the platform's knock to the team's card and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from sqlmodel import col, select

from app import house
from app.pushing import Pushed
from sandbox.graph_push import GraphPush
from sandbox.graph_values import Network
from storage import deletions
from storage.arrivals import Arrival
from storage.authors import Author
from storage.database import reading
from storage.posts import Post
from tests.channels.signing import TIMEOUT, VERIFY_TOKEN
from tests.walks.conftest import Opens
from tests.walks.pages import page_settings
from tests.walks.street import Street, until

DOORS: dict[str, Any] = {"port": 0, "public_url": "https://bot.example"}
WORDS = "third day without my parcel"


@contextmanager
def open_doors(street: Street) -> Iterator[Pushed]:
    """Open the doors of the house that stands now."""
    pushed = street.house.pushed
    assert pushed
    pushed.start()
    try:
        yield pushed
    finally:
        pushed.stop()


def address(pushed: Pushed, path: str) -> str:
    assert pushed.doors
    return f"http://127.0.0.1:{pushed.doors.port}{path}"


def meta(street: Street) -> dict[str, Any]:
    """Write settings of a Page and an Instagram account that talk to the world."""
    graph = street.world.graph
    doors = {**DOORS, "meta_app_secret": graph.credentials.app_secret, "meta_verify_token": VERIFY_TOKEN}
    return {**page_settings(graph), "doors": doors}


def subscribed(street: Street, *kinds: str) -> None:
    for number, kind in enumerate(kinds):
        told = {"event_type": kind, "filter": {"user_id": street.world.x.brand.id}}
        street.world.x.activity.subscriptions[str(number)] = told


def live(street: Street) -> list[tuple[str, str, str]]:
    with reading(street.house.engine) as db:
        rows = db.exec(select(Post).where(col(Post.gone_at).is_(None), ~col(Post.own)).order_by(Post.native_id))
        return [(row.channel, row.native_id, row.text) for row in rows]


def waiting_bodies(street: Street) -> set[str]:
    with reading(street.house.engine) as db:
        return set(db.exec(select(Arrival.body)))


def test_a_complaint_that_x_pushes_is_told_before_any_poll(open_street: Opens) -> None:
    street = open_street(doors={**DOORS, "x_webhook": True})
    street.round()  # every source has been polled just now
    with open_doors(street) as pushed:
        activity = street.world.x.activity
        activity.webhook = address(pushed, "/x")
        subscribed(street, "post.mention.create")
        street.skip(seconds=1)
        street.post("ana", f"@NordParcel {WORDS}")

        greeted = activity.challenge("a challenge")
        statuses = activity.deliver(times=3)
        street.round()

    assert greeted
    assert statuses == [200, 200, 200]
    assert [case.state for case in street.cases()] == ["open"]
    assert len(street.answers()) == 1
    assert WORDS in street.said_to_team()
    assert waiting_bodies(street) == {""}


def test_pushed_three_times_shuffled_and_polled_nothing_is_doubled(open_street: Opens) -> None:
    street = open_street(doors={**DOORS, "x_webhook": True})
    with open_doors(street) as pushed:
        activity = street.world.x.activity
        activity.webhook = address(pushed, "/x")
        subscribed(street, "post.mention.create", "dm.received")
        for number in range(5):
            street.post(f"person{number}", f"@NordParcel {WORDS} {number}")
            street.world.x.direct(f"person{number}", f"order NP-88213{number}")
        activity.deliver(times=3, seed=7)
        street.wait(minutes=15)

    assert len(live(street)) == 10
    assert len(street.answers()) == 5


def test_while_x_pushes_polls_are_a_sweep_and_after_it_they_are_not(open_street: Opens) -> None:
    street = open_street(doors={**DOORS, "x_webhook": True})
    street.round()
    with open_doors(street) as pushed:
        activity = street.world.x.activity
        activity.webhook = address(pushed, "/x")
        subscribed(street, "post.mention.create")
        street.post("ana", f"@NordParcel {WORDS}")
        activity.deliver()
        street.wait(minutes=2)
        swept = street.sources()["mentions"].next_poll_at - street.clock.now
        street.wait(minutes=70)
        usual = street.sources()["mentions"].next_poll_at - street.clock.now

    assert swept.total_seconds() > 300
    assert usual.total_seconds() <= 60


def test_a_process_killed_between_the_door_and_the_reading_loses_nothing(open_street: Opens) -> None:
    street = open_street(doors={**DOORS, "x_webhook": True})
    street.round()
    with open_doors(street) as pushed:
        street.world.x.activity.webhook = address(pushed, "/x")
        subscribed(street, "post.mention.create")
        street.post("ana", f"@NordParcel {WORDS}")
        street.world.x.activity.deliver()

    street.open()  # a new process, before any stage ran
    street.world.x.outage()  # and no poll could bring it
    street.round()

    assert [text for _, _, text in live(street)] == [f"@NordParcel {WORDS}"]


def test_xs_stream_needs_no_public_address(open_street: Opens) -> None:
    street = open_street()
    token = street.world.x.credentials.bearer_token
    street.world.x.activity.breath = 0.05
    street.open(doors={"x_stream": True, "x_app_token": token})
    street.round()
    with open_doors(street) as pushed:
        assert pushed.doors is None
        assert until(lambda: street.world.x.activity.connected == 1)
        street.skip(seconds=1)
        street.post("ana", f"@NordParcel {WORDS}")
        assert until(lambda: waiting_bodies(street))
        street.round()

    assert [text for _, _, text in live(street)] == [f"@NordParcel {WORDS}"]
    assert len(street.answers()) == 1
    assert street.sources()["mentions"].pushed_until


def test_what_meta_pushes_is_what_polling_makes(open_street: Opens) -> None:
    street = open_street()
    street.open(**meta(street))
    street.round()
    graph = street.world.graph
    push = GraphPush(graph, verify_token=VERIFY_TOKEN)
    with open_doors(street) as pushed:
        push.url = address(pushed, "/meta")
        ours = graph.publish("NordParcel", "News of the day", network=Network.FACEBOOK)
        comment = graph.publish("ana", WORDS, under=ours)
        graph.publish("ben", "Where are you?")
        graph.direct("ana", "order NP-882130")
        assert push.greet()
        statuses = push.deliver(times=3, seed=3)
        street.round()
        by_push = live(street)
        street.wait(minutes=20)
        by_both = live(street)
        graph.delete(comment)
        push.deliver(times=2)
        street.round()

    assert set(statuses) == {200}
    assert by_push == by_both
    assert sorted(text for _, _, text in by_push) == sorted([WORDS, "Where are you?", "order NP-882130"])
    assert WORDS not in {text for _, _, text in live(street)}


def test_somebody_who_asks_meta_to_be_erased_is_erased_and_can_see_it(open_street: Opens) -> None:
    street = open_street()
    street.open(**meta(street))
    graph = street.world.graph
    push = GraphPush(graph, verify_token=VERIFY_TOKEN)
    ana = graph.person("ana")
    ours = graph.publish("NordParcel", "News of the day")
    graph.publish("ana", f"{WORDS}, says Zwetschgenkuchen", under=ours)
    street.wait(minutes=3)
    before = b"Zwetschgenkuchen" in street.database()
    with open_doors(street) as pushed:
        asked = {"signed_request": push.signed_request(ana.id)}
        answer = requests.post(address(pushed, "/meta/deletion"), data=asked, timeout=TIMEOUT).json()
        page = address(pushed, answer["url"].removeprefix("https://bot.example"))
        waits = requests.get(page, timeout=TIMEOUT).text
        street.round()
        done = requests.get(page, timeout=TIMEOUT).text
        again = requests.post(address(pushed, "/meta/deletion"), data=asked, timeout=TIMEOUT).json()
    street.round()

    assert before
    assert "is being erased" in waits
    assert "Your data is erased" in done
    assert again == answer
    assert b"Zwetschgenkuchen" not in street.database()
    assert "Zwetschgenkuchen" not in street.said_to_team()
    with reading(street.house.engine) as db:
        assert {author.name for author in db.exec(select(Author)) if author.forgotten_at} == {""}
        found = deletions.by_code(db, answer["confirmation_code"])
    assert found
    assert found.state == "done"


def test_the_doors_shut_with_the_house(open_street: Opens) -> None:
    street = open_street(doors={**DOORS, "x_webhook": True})
    with open_doors(street) as pushed:
        there = address(pushed, "/x")

    with pytest.raises(requests.ConnectionError):
        requests.get(there, timeout=TIMEOUT)
    house.close(street.house)
