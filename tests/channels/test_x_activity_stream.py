"""X's stream, against a look-alike over real HTTP: subscribed once, read line by line, and never silent unnoticed."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels import x_activity_stream as module
from channels.x_activity import Door
from channels.x_activity_stream import ActivityStream
from channels.x_money import Meter, price_table
from channels.x_parse import Own
from channels.x_settings import Settings
from domain.errors import Pause, Refused, Scope, Unavailable
from domain.ports import Streams
from sandbox.x import X


@pytest.fixture
def network(now: datetime) -> Iterator[X]:
    x = X(clock=lambda: now)
    x.activity.breath = 0.05
    x.start()
    yield x
    x.stop()


def stream_to(network: X, **changed: object) -> ActivityStream:
    known = network.credentials
    told = {
        "api_base": network.base_url,
        "consumer_key": known.consumer_key,
        "consumer_secret": known.consumer_secret,
        "access_token": known.access_token,
        "access_token_secret": known.access_token_secret,
    }
    settings = Settings.model_validate(told | {name: value for name, value in changed.items() if name != "app_token"})
    token = str(changed.get("app_token", known.bearer_token))
    return ActivityStream(settings, account=network.brand.id, app_token=token)


def read(stream: ActivityStream, now: datetime, *, many: int) -> list[bytes]:
    """Read events until there are so many; signs of life are left out."""
    found: list[bytes] = []
    lines = stream.lines(now=now)
    for line in lines:
        found += [line] if line else []
        if len(found) >= many:
            break
    lines.close()  # type: ignore[attr-defined]
    return found


def test_it_is_a_stream(network: X) -> None:
    stream = stream_to(network)

    assert isinstance(stream, Streams)
    assert (stream.channel, stream.account, stream.sources) == ("x", network.brand.id, ("mentions", "directs"))
    assert stream_to(network, hear_directs=False).sources == ("mentions",)


def test_what_is_missing_is_subscribed_and_what_is_there_stays(network: X, now: datetime) -> None:
    stream = stream_to(network)

    stream.prepare(now=now)
    first = dict(network.activity.subscriptions)
    stream.prepare(now=now)

    kinds = {one["event_type"] for one in first.values()}
    assert kinds == {*module.WANTED, *module.WANTED_DIRECTS}
    assert {one["filter"]["user_id"] for one in first.values()} == {network.brand.id}
    assert network.activity.subscriptions == first


def test_a_users_token_subscribes_as_well(network: X, now: datetime) -> None:
    nothing = dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"))
    stream = stream_to(network, bearer_token=network.credentials.user_token, **nothing)

    stream.prepare(now=now)

    assert len(network.activity.subscriptions) == 5


def test_what_happens_comes_over_the_stream_at_once(network: X, now: datetime) -> None:
    stream = stream_to(network)
    stream.prepare(now=now)

    def happen() -> None:
        network.publish("ana_b", f"@{network.brand.username} third day without my parcel")
        network.publish("bob", "nothing to do with you")
        network.direct("ana_b", "order 88213")
        network.direct("ana_b", "", encrypted=True)

    timer = threading.Timer(0.2, happen)
    timer.start()
    events = read(stream, now, many=3)
    timer.join()

    own = Own(network.brand.id, network.brand.username)
    door = Door(own, Meter(price_table()), consumer_secret="s")
    posts = [post for event in events for told in door.read(event.decode(), now=now) for post in told.page.posts]
    assert [(post.kind.value, post.encrypted) for post in posts] == [
        ("mention", False),
        ("direct", False),
        ("direct", True),
    ]
    assert posts[0].summoned
    assert posts[1].conversation == posts[2].conversation


def test_the_first_thing_told_is_that_it_lives(network: X, now: datetime) -> None:
    lines = stream_to(network).lines(now=now)

    assert next(lines) == b""
    assert next(lines) == b""  # a breath
    lines.close()  # type: ignore[attr-defined]


def test_a_stream_that_falls_silent_is_noticed(network: X, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE", timedelta(seconds=0.3))
    network.activity.breath = 30
    lines = stream_to(network).lines(now=now)

    with pytest.raises(Unavailable, match="fell silent"):
        list(lines)
    network.activity.cut()


def test_a_stream_that_x_ends_simply_ends(network: X, now: datetime) -> None:
    lines = stream_to(network).lines(now=now)
    next(lines)

    network.activity.cut()

    assert [line for line in lines if line] == []


def test_letting_go_from_another_thread_ends_it(network: X, now: datetime) -> None:
    network.activity.breath = 30
    stream = stream_to(network)
    ended = threading.Event()

    def follow() -> None:
        for _ in stream.lines(now=now):
            pass
        ended.set()

    thread = threading.Thread(target=follow)
    thread.start()
    for _ in range(100):
        if network.activity.connected:
            break
        ended.wait(0.05)
    stream.close()

    assert ended.wait(5)
    thread.join()
    network.activity.cut()


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [("revoked", Refused), ("limited", Unavailable), ("app_only", Refused)],
)
def test_a_stream_that_is_refused_says_why(network: X, now: datetime, answer: str, wanted: type[Exception]) -> None:
    network.activity.refuse_with = answer

    with pytest.raises(wanted, match="GET /2/activity/stream"):
        next(stream_to(network).lines(now=now))


def test_too_many_streams_are_a_matter_of_time(network: X, now: datetime) -> None:
    network.activity.refuse_with = "limited"

    with pytest.raises(Unavailable) as refused:
        next(stream_to(network).lines(now=now))

    assert refused.value.pause is Pause.RATE
    assert refused.value.retry_at


def test_a_wrong_app_token_stops_the_stream_alone(network: X, now: datetime) -> None:
    stream = stream_to(network, app_token="made-up-secret")

    with pytest.raises(Refused) as refused:
        stream.prepare(now=now)

    assert refused.value.scope is Scope.ACCOUNT
    assert "made-up-secret" not in str(refused.value)


@pytest.mark.parametrize("reset", [False, True])
def test_an_outage_is_a_matter_of_time(network: X, now: datetime, *, reset: bool) -> None:
    stream = stream_to(network)
    network.outage(reset=reset)

    with pytest.raises(Unavailable) as of_preparing:
        stream.prepare(now=now)
    with pytest.raises(Unavailable) as of_opening:
        next(stream.lines(now=now))

    assert network.credentials.bearer_token not in f"{of_preparing.value}{of_opening.value}"
    network.recover()


class Endless:
    """A server that never ends its line."""

    def read1(self, amount: int) -> bytes:
        del amount
        return b"x" * 64


def test_a_line_without_an_end_is_not_read_for_ever(network: X, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_LINE", 1000)
    endless: Any = Endless()

    with pytest.raises(Unavailable, match="without an end"):
        list(stream_to(network)._split(endless))


class Pieces:
    """A server whose bytes come cut anywhere."""

    def __init__(self, content: bytes, size: int) -> None:
        self.left = [content[at : at + size] for at in range(0, len(content), size)]

    def read1(self, amount: int) -> bytes:
        del amount
        return self.left.pop(0) if self.left else b""


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_are_whole_however_the_bytes_are_cut(network: X, size: int) -> None:
    pieces: Any = Pieces(b'\r\n{"a": 1}\r\n\r\n{"b": "\xc3\xa9"}\r\n{"half', size)

    lines = [line for line in stream_to(network)._split(pieces) if line]

    assert lines == [b'{"a": 1}', b'{"b": "\xc3\xa9"}']
