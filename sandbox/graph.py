"""The Graph look-alike as others hold it: start it, let people write, hurt it, read what happened; X is elsewhere."""

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
from sandbox import facebook_api, fault_routes, instagram_api, messenger_api
from sandbox.faults import Fault, Faults
from sandbox.graph_answers import ANSWERS, CHANGES
from sandbox.graph_api import GraphApi
from sandbox.graph_auth import Access, GraphCredentials, credentials
from sandbox.graph_state import GraphState
from sandbox.graph_values import GraphMessage, GraphPerson, Item, Network, Sort
from sandbox.hurting import Hurting, Ways
from sandbox.loopback import Loopback

FACEBOOK, INSTAGRAM = Network.FACEBOOK, Network.INSTAGRAM


class Graph:
    """One Page with the Instagram account connected to it. Helpers take names and give ids as text."""

    def __init__(
        self, *, clock: Clock, page: str = "NordParcel", name: str = "Nord Parcel", seed: int = 1, port: int = 0
    ) -> None:
        """Open nothing yet; see `start`. `page` is the Page's name in its address, lower case it is Instagram's."""
        self.clock = clock
        self.state = GraphState(clock, seed)
        self.page = self.state.person(FACEBOOK, page, name=name, is_page=True)
        self.instagram = self.state.person(INSTAGRAM, page.lower(), name=name, is_page=True)
        self.credentials: GraphCredentials = credentials(seed)
        self.access = Access(self.credentials)
        self._api = GraphApi(self.state, self.page, self.instagram, self.access, clock)
        ways = Ways(
            answers=ANSWERS,
            changes=CHANGES,
            before={"vanish": self._vanish, "edited": self._edited},
            inside=frozenset({"late_index", "lag", "late_effect"}),
        )
        self.faults = Faults(ways.effects)
        self._hurting = Hurting(self._app(), self.faults, ways, clock=clock)
        self.server = Loopback(self._hurting, clock=clock, software="proxygen-bolt", port=port)

    @property
    def base_url(self) -> str:
        """Where a client finds this Graph."""
        return self.server.base_url

    @property
    def requests(self) -> list[str]:
        """Method and path of every request that was served, oldest first."""
        return list(self._api.requests)

    @property
    def used(self) -> int:
        """How much of the limits is used, in percent, as every answer tells it."""
        return self._api.used

    @used.setter
    def used(self, percent: int) -> None:
        self._api.used = percent

    def start(self) -> None:
        """Serve."""
        self.server.start()

    def stop(self) -> None:
        """Stop serving; whoever hangs is let go."""
        self._hurting.released.set()
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

    def person(self, username: str, network: str = FACEBOOK, **known: object) -> GraphPerson:
        """Find somebody or let them join; `known`: name, reachable, is_page. Our own name finds us."""
        return self.state.person(Network(network), username, **known)

    def publish(
        self,
        author: str,
        text: str,
        *,
        network: str = FACEBOOK,
        under: str | None = None,
        sort: str = "",
        at: datetime | None = None,
        index_after: timedelta = timedelta(0),
        **more: Any,
    ) -> str:
        """Let somebody write in public, the Page included; nothing is refused. Returns the id.

        `under` is a post or comment; without it, `sort` says what it is (a post on the Page, or media of ours).
        `more`: anonymous, malformed, can_hide, rating.
        """
        who, now = self.person(author, network), at or self.clock()
        about = self.state.items[under] if under else None
        usual = Sort.POST if who.network is FACEBOOK else Sort.MEDIA if who.is_page else Sort.TAG
        kind = Sort.COMMENT if about else Sort(sort) if sort else usual
        draft = self.state.draft(who, text, sort=kind, at=now, under=about)
        if kind is Sort.POST or kind is Sort.REVIEW:
            draft = self._on_page(draft)
        return self.state.write(replace(draft, indexed_at=now + index_after, **more)).id

    def direct(self, author: str, text: str, *, network: str = FACEBOOK, at: datetime | None = None) -> str:
        """Let somebody write privately to us. Returns the message's id."""
        who = self.person(author, network)
        return self.state.direct(who, self._own(who.network), text, at=at or self.clock()).id

    def edit(self, item: str, text: str, *, at: datetime | None = None) -> None:
        """Let the author edit what they wrote: the id stays."""
        self.state.change(item, text=text, edited_at=at or self.clock())

    def delete(self, item: str) -> None:
        """Let the author delete what they wrote, and what stands under it."""
        self.state.delete(item)

    def item(self, item: str) -> Item:
        """One item as it is stored, deleted or not. Raises KeyError."""
        return self.state.items[item]

    def answers(self, item: str | None = None, network: str = "") -> list[Item]:
        """Our public answers, oldest first: to one item, or all."""
        own = [one for one in self.state.shown(now=self.clock()) if self._ours(one.author) and one.sort is Sort.COMMENT]
        found = [one for one in own if item in {None, one.target} and one.target]
        return [one for one in found if not network or one.network == network]

    def private_replies(self, item: str | None = None) -> list[GraphMessage]:
        """The private replies we sent, oldest first: to one item, or all."""
        return [one for one in self._said() if one.answers and item in {None, one.answers}]

    def directs_with(self, username: str, network: str = FACEBOOK) -> list[GraphMessage]:
        """The private conversation with somebody, oldest first."""
        who = self.person(username, network)
        return [one for one in self._said() if who.id in {one.sender, one.recipient}]

    def sent_directs(self, username: str, network: str = FACEBOOK) -> list[GraphMessage]:
        """What we wrote privately to somebody, private replies included, oldest first."""
        return [one for one in self.directs_with(username, network) if self._ours(one.sender)]

    def dump(self, path: Path) -> None:
        """Write everything there is as JSON, for a look afterwards."""
        with self.state.lock:
            told = {
                "people": [asdict(one) for one in self.state.people.values()],
                "items": [asdict(one) for one in self.state.items.values()],
                "messages": [asdict(one) for one in self.state.messages.values()],
                "refused": [asdict(one) for one in self.state.refused],
                "faults": self.faults.told(),
            }
        path.write_text(json.dumps(told, default=str, ensure_ascii=False, indent=1), encoding="utf-8")

    def _said(self) -> list[GraphMessage]:
        return self.state.said(now=self.clock())

    def _own(self, network: Network) -> GraphPerson:
        return self.page if network is FACEBOOK else self.instagram

    def _ours(self, person: str) -> bool:
        return person in {self.page.id, self.instagram.id}

    def _on_page(self, draft: Item) -> Item:
        """Give a visitor's post or review an id of the Page it stands on."""
        name = f"{self.page.id}_{draft.id.partition('_')[2]}"
        return replace(draft, id=name, root=name)

    def _app(self) -> Flask:
        app = Flask(__name__, static_folder=None)
        for part in (facebook_api, instagram_api, messenger_api):
            part.register(self._api)
        fault_routes.register(app, self.faults)
        self._api.register(app)
        return app

    def _vanish(self, environ: WSGIEnvironment, _fault: Fault) -> None:
        for item in self._addressed(environ):
            self.state.delete(item)

    def _edited(self, environ: WSGIEnvironment, _fault: Fault) -> None:
        for item in self._addressed(environ):
            self.edit(item, f"{self.item(item).text} (edited)")

    def _addressed(self, environ: WSGIEnvironment) -> list[str]:
        """Ids of the items a request is about: in its path, or the recipient in its body."""
        data = Request(environ).get_data(parse_form_data=False) if environ["REQUEST_METHOD"] == "POST" else b""
        environ["wsgi.input"] = io.BytesIO(data)
        path = environ["PATH_INFO"].split("/")
        with self.state.lock:
            return [one for one in self.state.items if one in path or one.encode() in data]
