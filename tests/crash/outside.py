"""The outside world, in a process of its own that survives every kill: a network, a Slack, and a customer."""

import os
import socket
import threading
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from sandbox.graph import Graph
from sandbox.loopback import HOST, Loopback
from sandbox.slack import Slack
from sandbox.x import X
from tests.crash.faults import FACEBOOK, FAULTS, SLACK, network_of
from tests.crash.shared import EPOCH, Shared

BEGIN = EPOCH + timedelta(hours=12)
WRITES_PRIVATELY_AT = BEGIN + timedelta(minutes=15)
MENTION = "@NordParcel third day without my parcel, order 88213. This is a disgrace!"
DIRECT = "Hello, it is about order 88213, it never came."
CUSTOMER, BRAND = "ana_k", "NordParcel"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the outside is, and how to sign in there."""

    network: str
    url: str
    account: str
    keys: tuple[str, ...]
    slack_url: str
    slack_token: str
    slack_room: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the outside holds: native ids, and keys as often as the room has them."""

    mention: str
    direct: str
    replies: tuple[tuple[str, str], ...]  # our answers: id, id of what it answers
    messages: tuple[str, ...]  # our private messages: ids
    private_replies: tuple[str, ...]  # ids
    told: tuple[str, ...]  # keys in the room


class Counted:
    """Knows whether a server still works on a request that came in before now."""

    def __init__(self, server: Loopback) -> None:
        """Take hold of a server that has been started."""
        inner: Any = server._server
        self._port, self._changed = server.port, threading.Condition()
        self._begun = self._ended = 0
        taken, worked = inner.process_request, inner.process_request_thread

        def process_request(*args: Any) -> None:
            with self._changed:
                self._begun += 1
            taken(*args)

        def process_request_thread(*args: Any) -> None:
            try:
                worked(*args)
            finally:
                with self._changed:
                    self._ended += 1
                    self._changed.notify_all()

        inner.process_request, inner.process_request_thread = process_request, process_request_thread

    def quiet(self) -> None:
        """Wait until everything that was on its way when we asked has taken effect."""
        with self._changed:
            before = self._begun
        socket.create_connection((HOST, self._port)).close()  # connections are taken in their order
        with self._changed:
            if not self._changed.wait_for(lambda: self._begun > before and self._begun == self._ended, timeout=20):
                raise RuntimeError("the outside does not come to rest")


class OnX:
    """A customer who names us on X and then writes."""

    def __init__(self, shared: Shared) -> None:
        self.server = X(clock=shared.now, brand=BRAND)
        self.mention = self.server.publish(CUSTOMER, MENTION, at=BEGIN - timedelta(minutes=1), lang="en")
        self.direct = self.server.direct(CUSTOMER, DIRECT, at=WRITES_PRIVATELY_AT)

    def keys(self) -> tuple[str, ...]:
        keys = self.server.credentials
        return keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_token_secret

    @property
    def account(self) -> str:
        return self.server.brand.id

    def said(self) -> dict[str, tuple[Any, ...]]:
        return {
            "replies": tuple((str(post.id), str(post.reply_to)) for post in self.server.replies()),
            "messages": tuple(str(one.id) for one in self.server.sent_directs(CUSTOMER)),
            "private_replies": (),
        }


class OnPage:
    """A customer who comments under a post of our Page and then writes."""

    def __init__(self, shared: Shared) -> None:
        self.server = Graph(clock=shared.now, page=BRAND)
        post = self.server.publish(BRAND, "Good morning", at=BEGIN - timedelta(hours=1))
        self.mention = self.server.publish(CUSTOMER, MENTION, under=post, at=BEGIN - timedelta(minutes=1))
        self.direct = self.server.direct(CUSTOMER, DIRECT, at=WRITES_PRIVATELY_AT)

    def keys(self) -> tuple[str, ...]:
        return (self.server.credentials.page_token,)

    @property
    def account(self) -> str:
        return self.server.page.id

    def said(self) -> dict[str, tuple[Any, ...]]:
        sent = self.server.sent_directs(CUSTOMER)
        return {
            "replies": tuple((one.id, one.target) for one in self.server.answers()),
            "messages": tuple(one.id for one in sent if not one.answers),
            "private_replies": tuple(one.id for one in sent if one.answers),
        }


class World:
    """One network and one Slack, begun anew for every point."""

    def __init__(self, shared: Shared, fault: str) -> None:
        shared.set_clock(BEGIN)
        self.network = network_of(fault)
        self.there: OnX | OnPage = OnPage(shared) if self.network == FACEBOOK else OnX(shared)
        self.slack = Slack(clock=shared.now)
        servers: dict[str, Any] = {self.network: self.there.server, SLACK: self.slack}
        for hit in FAULTS[fault]:
            servers[hit.server].fault(hit.match, hit.effect, **dict(hit.more))
        self.there.server.start()
        self.slack.start()
        self.counted = [Counted(self.there.server.server), Counted(self.slack.server)]

    def places(self) -> Places:
        return Places(
            network=self.network,
            url=self.there.server.base_url,
            account=self.there.account,
            keys=self.there.keys(),
            slack_url=self.slack.base_url,
            slack_token=self.slack.token,
            slack_room=self.slack.alerts.id,
        )

    def held(self) -> Held:
        return Held(
            mention=self.there.mention,
            direct=self.there.direct,
            **self.there.said(),
            told=tuple(
                message.metadata["event_payload"]["key"] for message in self.slack.state.sent if message.metadata
            ),
        )

    def quiet(self) -> None:
        for counted in self.counted:
            counted.quiet()

    def stop(self) -> None:
        self.there.server.stop()
        self.slack.stop()


class Outside:
    """The outside as the process that kills sees it. Start it before any thread is."""

    def __init__(self, shared: Shared) -> None:
        self._line, theirs = Pipe()
        self._process = os.fork()
        if self._process == 0:
            self._line.close()
            _serve(theirs, shared)
            os._exit(0)
        theirs.close()

    def begin(self, fault: str) -> Places:
        """Begin a new world under a fault."""
        places: Places = self._ask("begin", fault)
        return places

    def held(self) -> Held:
        """Come to rest and say what is there."""
        held: Held = self._ask("held")
        return held

    def quiet(self) -> None:
        """Let what is on its way arrive."""
        self._ask("quiet")

    def end(self) -> None:
        """Let the process go."""
        self._line.close()
        os.waitpid(self._process, 0)

    def _ask(self, what: str, about: str = "") -> Any:
        self._line.send((what, about))
        return self._line.recv()


def _serve(line: Connection, shared: Shared) -> None:
    world: World | None = None
    while True:
        try:
            what, about = line.recv()
        except EOFError:
            return
        if what == "begin":
            if world:
                threading.Thread(target=world.stop, daemon=True).start()
            world = World(shared, about)
            line.send(world.places())
            continue
        assert world is not None
        world.quiet()
        line.send(world.held() if what == "held" else None)
