"""X Activity's look-alike: who may subscribe and listen, what is told, and how the webhook is called."""

import json
from collections.abc import Iterator
from datetime import datetime

import pytest
import requests
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sandbox.x import X
from tests.channels.signing import x_headers

TIMEOUT = 10
EVENTS = "/2/activity"


@pytest.fixture
def network(now: datetime) -> Iterator[X]:
    x = X(clock=lambda: now)
    x.activity.breath = 0.05
    x.start()
    yield x
    x.stop()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def subscribe(x: X, kind: str, token: str) -> int:
    told = {"event_type": kind, "filter": {"user_id": x.brand.id}}
    url = f"{x.base_url}{EVENTS}/subscriptions"
    return requests.post(url, json=told, headers=bearer(token), timeout=TIMEOUT).status_code


def test_private_events_take_a_persons_consent(network: X) -> None:
    known = network.credentials

    by_app = subscribe(network, "dm.received", known.bearer_token)
    by_user = subscribe(network, "dm.received", known.user_token)
    by_nobody = subscribe(network, "dm.received", "made-up")

    assert (by_app, by_user, by_nobody) == (403, 200, 401)
    assert len(network.activity.subscriptions) == 1


def test_subscriptions_are_listed_and_taken_back(network: X) -> None:
    app, url = bearer(network.credentials.bearer_token), f"{network.base_url}{EVENTS}/subscriptions"
    subscribe(network, "post.mention.create", network.credentials.user_token)

    listed = requests.get(url, headers=app, timeout=TIMEOUT).json()
    one = listed["data"][0]["subscription_id"]
    deleted = requests.delete(f"{url}/{one}", headers=app, timeout=TIMEOUT).json()

    assert listed["meta"] == {"total_subscriptions": 1}
    assert deleted == {"data": {"deleted": True}, "meta": {"total_subscriptions": 0}}


def test_only_the_app_may_listen_and_no_more_than_twice(network: X) -> None:
    url, app = f"{network.base_url}{EVENTS}/stream", bearer(network.credentials.bearer_token)

    as_user = requests.get(url, headers=bearer(network.credentials.user_token), timeout=TIMEOUT)
    open_ones = [requests.get(url, headers=app, stream=True, timeout=TIMEOUT) for _ in range(2)]
    third = requests.get(url, headers=app, timeout=TIMEOUT)

    assert (as_user.status_code, [one.status_code for one in open_ones], third.status_code) == (401, [200, 200], 429)
    network.activity.cut()
    for one in open_ones:
        assert one.content.strip() == b""


def test_nothing_is_told_that_nobody_subscribed_to(network: X) -> None:
    network.activity.webhook = "http://127.0.0.1:9/x"

    network.publish("ana", f"@{network.brand.username} hello")
    network.direct("ana", "hello")
    subscribe(network, "post.mention.create", network.credentials.user_token)
    network.publish("ana", "not about you")
    network.publish(network.brand.username, f"@{network.brand.username} ourselves")

    assert network.activity.undelivered == []


def test_the_webhook_is_called_signed_as_often_and_in_whatever_order_is_asked(
    network: X, httpserver: HTTPServer
) -> None:
    network.activity.webhook = httpserver.url_for("/x")
    subscribe(network, "post.mention.create", network.credentials.user_token)
    called: list[bytes] = []

    def take(request: Request) -> Response:
        body = request.get_data()
        wanted = x_headers(body, secret=network.credentials.consumer_secret)["x-twitter-webhooks-signature"]
        assert request.headers["x-twitter-webhooks-signature"] == wanted
        called.append(body)
        return Response("")

    httpserver.expect_request("/x", method="POST").respond_with_handler(take)
    for number in range(3):
        network.publish("ana", f"@{network.brand.username} {number}")

    statuses = network.activity.deliver(times=3, seed=5)

    httpserver.check_assertions()
    assert statuses == [200] * 9
    texts = [json.loads(body)["data"]["payload"]["text"][-1] for body in called]
    assert sorted(texts) == list("000111222")
    assert texts != sorted(texts)
    assert network.activity.undelivered == []


def test_the_challenge_is_passed_only_by_who_knows_the_secret(network: X, httpserver: HTTPServer) -> None:
    network.activity.webhook = httpserver.url_for("/x")
    answer = x_headers(b"token", secret=network.credentials.consumer_secret)["x-twitter-webhooks-signature"]
    httpserver.expect_request("/x", query_string={"crc_token": "token"}).respond_with_json({"response_token": answer})
    httpserver.expect_request("/x", query_string={"crc_token": "other"}).respond_with_json({"response_token": answer})

    assert network.activity.challenge("token")
    assert not network.activity.challenge("other")
