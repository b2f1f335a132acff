"""Customers: how people answer when the brand speaks to them, each in their manner; they never speak first here."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sandbox.agenda import Agenda
from sandbox.graph import Graph
from sandbox.graph_values import GraphMessage, Item, Network, Sort
from sandbox.scenario import Manner
from sandbox.x import X
from sandbox.x_state import XDirect, XPost

THINKS = timedelta(seconds=40)  # from a private question to its answer, in scenario time


@dataclass(slots=True, kw_only=True)
class Customer:
    """One person's part: their manner, and their private words in order."""

    username: str
    manner: Manner
    after: timedelta = timedelta(minutes=1)  # from the public answer to their first private word
    says: tuple[str, ...] = ()
    invited: bool = False
    on: str = "x"  # the network they are on: x, facebook or instagram
    said: int = 0  # how many of their words are out
    waiting: bool = False  # their next words are on the way


@dataclass(slots=True)
class Customers:
    """Everybody who has a part, on every network."""

    x: X
    graph: Graph
    agenda: Agenda
    by_id: dict[str, Customer] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def cast(self, customer: Customer) -> None:
        """Give somebody a part. A second part replaces the first only while it has not begun."""
        on_x = customer.on == "x"
        person = (self.x.person(customer.username) if on_x else self.graph.person(customer.username, customer.on)).id
        with self._lock:
            known = self.by_id.get(person)
            if known is None or not (known.invited or known.said):
                self.by_id[person] = customer

    def heard(self, what: XPost | XDirect) -> None:
        """Let whoever is spoken to on X react. Give this to X as a watcher."""
        if isinstance(what, XPost):
            target = self.x.state.posts.get(what.reply_to) if what.reply_to else None
            if what.author == self.x.brand.id and target is not None and not what.deleted:
                self._invited(target.author, what.exists_at)
        elif what.sender == self.x.brand.id:
            self._spoken_to(what.recipient, what.exists_at)

    def heard_on_graph(self, what: Item | GraphMessage) -> None:
        """Let whoever is spoken to on Facebook or Instagram react. Give this to Graph as a watcher."""
        own = {self.graph.page.id, self.graph.instagram.id}
        if isinstance(what, Item):
            target = self.graph.state.items.get(what.target)
            if what.author in own and what.sort is Sort.COMMENT and target is not None and not what.deleted:
                self._invited(target.author, what.exists_at)
        elif what.sender in own and what.answers:
            self._invited(what.recipient, what.exists_at)
        elif what.sender in own:
            self._spoken_to(what.recipient, what.exists_at)

    def _invited(self, person: str, at: datetime) -> None:
        customer = self.by_id.get(person)
        with self._lock:
            if customer is None or customer.invited or customer.manner is Manner.NEVER_COMES:
                return
            customer.invited = True
        self._say(customer, at + customer.after)

    def _spoken_to(self, person: str, at: datetime) -> None:
        customer = self.by_id.get(person)
        if customer is not None and customer.said:
            self._say(customer, at + THINKS)

    def _say(self, customer: Customer, at: datetime) -> None:
        """Plan the next words, if there are any and none are on the way: two questions at once get one answer."""
        with self._lock:
            if customer.waiting or customer.said >= len(customer.says):
                return
            customer.waiting = True
        self.agenda.plan(at, lambda now: self._speak(customer, now))

    def _speak(self, customer: Customer, now: datetime) -> None:
        with self._lock:
            words = customer.says[customer.said]
            customer.said += 1
            customer.waiting = False
        closes = customer.manner is Manner.CLOSES_DIRECTS
        if customer.on != "x":
            self.graph.direct(customer.username, words, network=Network(customer.on), at=now)
            if closes:
                self.graph.person(customer.username, customer.on, reachable=False)
            return
        self.x.direct(customer.username, words, at=now)
        if closes:
            self.x.close_directs(customer.username)
