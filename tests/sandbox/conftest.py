"""What the sandbox's tests share: a clock that stands still until told, the servers, and the real clients."""

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter
from slack_sdk import WebClient

from sandbox.graph import Graph
from sandbox.slack import Slack
from sandbox.x import X

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # facebook-sdk writes "\\d", which newer Pythons warn of
    import facebook


@dataclass
class Hands:
    """A clock whose hands are moved by hand."""

    instant: datetime

    def __call__(self) -> datetime:
        return self.instant

    def move(self, **duration: float) -> None:
        self.instant += timedelta(**duration)


class Rebase(HTTPAdapter):
    """Sends what was meant for the real server to the look-alike; a signature stays the one for the real server."""

    def __init__(self, base_url: str, seconds: float, real: str = "https://api.twitter.com") -> None:
        super().__init__()
        self.base_url, self.seconds, self.real = base_url, seconds, real

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        assert request.url
        request.url = request.url.replace(self.real, self.base_url, 1)
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


@dataclass
class Page:
    """Asks Graph as a Page does, and keeps what came back."""

    graph: Graph
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def ask(self, method: str, path: str, *, token: str | None = None, **params: Any) -> requests.Response:
        """Send one request; whatever is no text goes as JSON, as Graph wants it."""
        plain = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
        form, query = (plain, None) if method == "POST" else (None, plain)
        header = {"Authorization": f"Bearer {self.graph.credentials.page_token if token is None else token}"}
        return self.session.request(
            method, f"{self.graph.base_url}/v26.0/{path}", headers=header, timeout=30, data=form, params=query
        )

    def get(self, path: str, **params: Any) -> Any:
        return self.ask("GET", path, **params).json()

    def post(self, path: str, **params: Any) -> Any:
        return self.ask("POST", path, **params).json()

    def data(self, path: str, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path, **params)["data"]
        return found

    def say(self, text: str, *, to: dict[str, str], **more: Any) -> Any:
        """Write a private message; gives the answer, or the error's code and subcode."""
        answer = self.post("me/messages", recipient=to, message={"text": text}, **more)
        return refused(answer) if "error" in answer else answer


def refused(answer: dict[str, Any]) -> tuple[int, int | None]:
    """The code and subcode of an error."""
    return answer["error"]["code"], answer["error"].get("error_subcode")


@pytest.fixture
def graph(hands: Hands) -> Iterator[Graph]:
    server = Graph(clock=hands)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def page(graph: Graph) -> Iterator[Page]:
    made = Page(graph)
    yield made
    made.session.close()


@pytest.fixture
def sdk(graph: Graph) -> Iterator[Any]:
    """The real facebook-sdk, whose host is the look-alike."""
    session = requests.Session()
    session.mount("https://graph.facebook.com/", Rebase(graph.base_url, 5.0, "https://graph.facebook.com"))
    client = facebook.GraphAPI(graph.credentials.page_token, session=session)
    client.version = "v26.0"
    yield client
    session.close()
