"""The X look-alike as others hold it: start it, point a client at it, let people post, hurt it, read what happened."""

import io
import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Flask
from werkzeug.wrappers import Request

from domain.clock import Clock
from sandbox import fault_routes, x_people, x_reads, x_writes
from sandbox.faults import Fault, Faults
from sandbox.hurting import Hurting, Ways
from sandbox.loopback import Loopback
from sandbox.x_activity import XActivity
from sandbox.x_answers import ANSWERS, CHANGES
from sandbox.x_api import XApi
from sandbox.x_auth import Credentials, credentials
from sandbox.x_bill import Bill
from sandbox.x_fields import Naming
from sandbox.x_limits import Windows
from sandbox.x_state import Person, XDirect, XPost, XState


class X:
    """One X, with one brand that has API access. Public helpers take usernames and give ids as text."""

    def __init__(
        self, *, clock: Clock, brand: str = "NordParcel", name: str = "Nord Parcel", seed: int = 1, port: int = 0
    ) -> None:
        """Open nothing yet; see `start`."""
        self.clock = clock
        self.state = XState(clock, seed)
        self.brand = self.state.person(brand, name=name, verified=True)
        self.credentials: Credentials = credentials(seed, self.brand.id)
        self._api = XApi(self.state, brand, self.credentials, clock)
        self.activity = XActivity(self.state, self.brand, self.credentials, clock)
        ways = Ways(
            answers=ANSWERS,
            changes=CHANGES,
            before={"vanish": self._vanish, "edited": self._edited},
            inside=frozenset({"late_index", "lag", "late_effect"}),
        )
        self.faults = Faults(ways.effects)
        self._hurting = Hurting(self._app(), self.faults, ways, clock=clock)
        self.server = Loopback(self._hurting, clock=clock, software="tsa_b", port=port)

    @property
    def base_url(self) -> str:
        """Where a client finds this X."""
        return self.server.base_url

    @property
    def bill(self) -> Bill:
        """What the brand's requests cost."""
        return self._api.bill

    @property
    def windows(self) -> Windows:
        """The rate limits; `windows.off = True` lifts them."""
        return self._api.windows

    @property
    def naming(self) -> Naming:
        """Which field names the server speaks."""
        return self._api.naming

    @naming.setter
    def naming(self, naming: Naming) -> None:
        self._api.naming = naming

    def start(self) -> None:
        """Serve."""
        self.server.start()

    def stop(self) -> None:
        """Stop serving; whoever hangs is let go."""
        self._hurting.released.set()
        self.activity.cut()
        self.server.stop()

    def outage(self, *, reset: bool = False) -> None:
        """Go away: connections are refused, or taken and cut at once."""
        if reset:
            self.server.resetting = True
        else:
            self.server.refuse()

    @property
    def out(self) -> bool:
        """Whether there is an outage."""
        return self.server.out

    def recover(self) -> None:
        """End an outage, of either kind."""
        self.server.resetting = False
        self.server.accept()

    def fault(self, match: str, effect: str, **more: Any) -> None:
        """Put a fault in force; see `faults.Fault` for what `more` may hold. Raises ValueError."""
        self.faults.add(Fault(match=match, effect=effect, **more))

    def person(self, username: str, **known: object) -> Person:
        """Find somebody or let them join; `known`: name, followers, verified, receives_directs."""
        return self.state.person(username, **known)

    def publish(
        self,
        author: str,
        text: str,
        *,
        at: datetime | None = None,
        reply_to: str | None = None,
        index_after: timedelta = timedelta(0),
        lang: str = "und",
        quotes: str | None = None,
        reposts: str | None = None,
        malformed: bool = False,
    ) -> str:
        """Let somebody post, the brand included; nothing is refused. Returns the id.

        `at` is now unless given; `index_after` is how late mentions and search show it.
        """
        draft = self.state.draft(
            self.state.person(author), text, at=at or self.clock(), reply_to=int(reply_to) if reply_to else None
        )
        post = replace(
            draft,
            lang=lang,
            malformed=malformed,
            indexed_at=draft.at + index_after,
            quotes=int(quotes) if quotes else None,
            reposts=int(reposts) if reposts else None,
        )
        return str(self.state.write(post).id)

    def direct(self, author: str, text: str, *, at: datetime | None = None, encrypted: bool = False) -> str:
        """Let somebody write privately to the brand. Returns the event's id."""
        sender = self.state.person(author)
        sent = self.state.direct(sender, self._me(), text, at=at or self.clock(), encrypted=encrypted)
        return str(sent.id)

    def edit(self, post: str, text: str, *, at: datetime | None = None) -> str:
        """Let the author edit a post. Returns the new version's id. Raises ValueError when it is too late."""
        return str(self.state.edit(int(post), text, at=at or self.clock()).id)

    def delete(self, post: str) -> None:
        """Let the author delete a post, all versions."""
        self.state.delete(int(post))

    def close_directs(self, username: str) -> None:
        """Let somebody refuse private messages from now on."""
        self.state.person(username, receives_directs=False)

    def post(self, post: str) -> XPost:
        """One post as it is stored, deleted or not. Raises KeyError."""
        return self.state.posts[int(post)]

    def replies(self, post: str | None = None) -> list[XPost]:
        """What the brand answered in public, oldest first: to one post, or to all."""
        mine = [one for one in self._existing() if one.author == self.brand.id and one.reply_to is not None]
        return [one for one in mine if post is None or one.reply_to in self.state.posts[int(post)].versions]

    def directs_with(self, username: str) -> list[XDirect]:
        """The private conversation between the brand and somebody, oldest first."""
        person = self.state.person(username)
        every = self.state.messages(now=self.clock())
        return [one for one in every if person.id in {one.sender, one.recipient}]

    def sent_directs(self, username: str) -> list[XDirect]:
        """What the brand wrote privately to somebody, oldest first."""
        return [one for one in self.directs_with(username) if one.sender == self.brand.id]

    def timeline(self) -> list[XPost]:
        """Every post that exists, oldest first."""
        return self._existing()

    def dump(self, path: Path) -> None:
        """Write everything there is as JSON, for a look afterwards."""
        with self.state.lock:
            told = {
                "people": [asdict(one) for one in self.state.people.values()],
                "posts": [asdict(one) for one in self.state.posts.values()],
                "directs": [asdict(one) for one in self.state.directs.values()],
                "bill": [asdict(one) for one in self.bill.charges],
                "faults": self.faults.told(),
            }
        path.write_text(json.dumps(told, default=str, ensure_ascii=False, indent=1), encoding="utf-8")

    def _me(self) -> Person:
        return self.state.people[self.brand.id]

    def _existing(self) -> list[XPost]:
        return list(self.state.shown(now=self.clock()))[::-1]

    def _app(self) -> Flask:
        app = Flask(__name__, static_folder=None)
        x_people.register(self._api, app)
        x_reads.register(self._api, app)
        x_writes.register(self._api, app)
        self.activity.register(app)
        fault_routes.register(app, self.faults)
        return app

    def _vanish(self, environ: WSGIEnvironment, _fault: Fault) -> None:
        for post in _addressed(environ):
            if post in self.state.posts:
                self.state.delete(post)

    def _edited(self, environ: WSGIEnvironment, _fault: Fault) -> None:
        for post in _addressed(environ):
            found = self.state.existing(post, now=self.clock())
            if found is not None:
                self.state.edit(post, f"{found.text} (edited)", at=self.clock())


def _addressed(environ: WSGIEnvironment) -> list[int]:
    """Ids of the posts a request is about: in its path, its query or the reply in its body."""
    asked = Request(environ)
    named = [*asked.path.split("/"), *asked.args.get("ids", "").split(",")]
    body = _peeked(environ) if asked.method == "POST" else None
    if isinstance(body, dict) and isinstance(body.get("reply"), dict):
        named.append(str(body["reply"].get("in_reply_to_tweet_id", "")))
    return [int(one) for one in named if one.isdecimal() and len(one) > 1]


def _peeked(environ: WSGIEnvironment) -> Any:
    """Read a JSON body and leave it to be read again."""
    asked = Request(environ)
    data = asked.get_data()
    environ["wsgi.input"] = io.BytesIO(data)
    try:
        return json.loads(data)
    except ValueError:
        return None
