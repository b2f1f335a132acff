"""What the sandbox's tests share: a clock that stands still until told, the servers, and the real clients."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter
from slack_sdk import WebClient

from sandbox.slack import Slack
from sandbox.x import X


@dataclass
class Hands:
    """A clock whose hands are moved by hand."""

    instant: datetime

    def __call__(self) -> datetime:
        return self.instant

    def move(self, **duration: float) -> None:
        self.instant += timedelta(**duration)


class Rebase(HTTPAdapter):
    """Sends what was meant for the real X to the look-alike; the signature stays the one for the real X."""

    def __init__(self, base_url: str, seconds: float) -> None:
        super().__init__()
        self.base_url, self.seconds = base_url, seconds

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        assert request.url
        request.url = request.url.replace("https://api.twitter.com", self.base_url, 1)
        more["timeout"] = self.seconds
        more["proxies"] = {}
        return super().send(request, *args, **more)


def tweepy_client(
    x: X, *, user: bool = True, seconds: float = 5.0, return_type: Any = tweepy.Response
) -> tweepy.Client:
    """A real tweepy client whose host is the look-alike."""
    secrets = x.credentials
    client = tweepy.Client(
        bearer_token=secrets.bearer_token,
        consumer_key=secrets.consumer_key if user else None,
        consumer_secret=secrets.consumer_secret if user else None,
        access_token=secrets.access_token if user else None,
        access_token_secret=secrets.access_token_secret if user else None,
        return_type=return_type,
    )
    client.session.mount("https://api.twitter.com/", Rebase(x.base_url, seconds))
    return client


def comes_true(holds: Callable[[], bool]) -> bool:
    """Whether it holds within a few seconds: the client has left before the server is done."""
    patience = Event()
    return any(holds() or patience.wait(0.02) for _ in range(250))


@pytest.fixture
def hands(now: datetime) -> Hands:
    return Hands(now)


@pytest.fixture
def x(hands: Hands) -> Iterator[X]:
    server = X(clock=hands)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(x: X) -> Iterator[tweepy.Client]:
    made = tweepy_client(x)
    yield made
    made.session.close()


@pytest.fixture
def slack(hands: Hands) -> Iterator[Slack]:
    server = Slack(clock=hands)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def web(slack: Slack) -> WebClient:
    return WebClient(token=slack.token, base_url=slack.base_url, timeout=30)
