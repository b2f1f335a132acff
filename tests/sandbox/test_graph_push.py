"""Meta's webhooks from the look-alike: every happening in Meta's shape, signed with the app's secret."""

import json
from datetime import datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from channels.meta_signed import signed_by, who_asks
from sandbox.graph import Graph
from sandbox.graph_push import GraphPush
from sandbox.graph_values import Network


@pytest.fixture
def graph(now: datetime) -> Graph:
    return Graph(clock=lambda: now)


@pytest.fixture
def push(graph: Graph) -> GraphPush:
    return GraphPush(graph, verify_token="a-token-nobody-guesses")


def changes(push: GraphPush) -> list[Any]:
    entries = [json.loads(body)["entry"][0] for body in push.waiting]
    return [entry["changes"][0] for entry in entries if "changes" in entry]


def test_a_comment_its_change_and_its_end_are_told(graph: Graph, push: GraphPush) -> None:
    ours = graph.publish("NordParcel", "News")
    comment = graph.publish("ana", "Where?", under=ours)
    graph.edit(comment, "Where is it?")
    graph.delete(comment)

    told = [(change["field"], change["value"]["item"], change["value"]["verb"]) for change in changes(push)]

    assert told[0] == ("feed", "status", "add")
    assert ("feed", "comment", "add") in told
    assert told[-1] == ("feed", "comment", "remove")
    assert changes(push)[-1]["value"]["comment_id"] == comment
    assert "message" not in changes(push)[-1]["value"]


def test_a_comment_on_instagram_is_told_as_instagram_does(graph: Graph, push: GraphPush) -> None:
    media = graph.publish("NordParcel", "Picture", network=Network.INSTAGRAM)
    comment = graph.publish("ana", "Wo?", network=Network.INSTAGRAM, under=media)

    (envelope,) = [json.loads(body) for body in push.waiting]

    assert envelope["object"] == "instagram"
    assert envelope["entry"][0]["id"] == graph.instagram.id
    change = envelope["entry"][0]["changes"][0]
    assert (change["field"], change["value"]["id"], change["value"]["media"]["id"]) == ("comments", comment, media)


def test_messages_and_echoes_name_people_and_no_conversation(graph: Graph, push: GraphPush) -> None:
    graph.direct("ana", "hello")
    graph.state.direct(graph.page, graph.person("ana"), "hello back", at=graph.clock())

    events = [json.loads(body)["entry"][0]["messaging"][0] for body in push.waiting]

    assert [event["message"].get("is_echo", False) for event in events] == [False, True]
    assert events[0]["sender"] == events[1]["recipient"] == {"id": graph.person("ana").id}
    assert "thread" not in json.dumps(events)


def test_what_is_brought_is_signed_and_repeated_as_asked(graph: Graph, push: GraphPush, httpserver: HTTPServer) -> None:
    push.url = httpserver.url_for("/meta")
    bodies: list[bytes] = []

    def take(request: Request) -> Response:
        body = request.get_data()
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert signed_by(graph.credentials.app_secret.encode(), headers, body)
        bodies.append(body)
        return Response("")

    httpserver.expect_request("/meta").respond_with_handler(take)
    for number in range(3):
        graph.publish(f"person{number}", "Where?")

    statuses = push.deliver(times=2, seed=1)

    httpserver.check_assertions()
    assert statuses == [200] * 6
    assert len(set(bodies)) == 3
    assert push.waiting == []


def test_a_request_to_be_erased_is_one_that_can_be_read(graph: Graph, push: GraphPush) -> None:
    asked = push.signed_request("4711")

    assert who_asks(graph.credentials.app_secret.encode(), asked) == "4711"
    assert who_asks(b"another secret", asked) is None
