"""Customers: how people answer when the brand speaks to them, each in their manner; they never speak first here."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sandbox.agenda import Agenda
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
    said: int = 0  # how many of their words are out
    waiting: bool = False  # their next words are on the way


@dataclass(slots=True)
class Customers:
    """Everybody who has a part."""

    x: X
    agenda: Agenda
    by_id: dict[str, Customer] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def cast(self, customer: Customer) -> None:
        """Give somebody a part. A second part replaces the first only while it has not begun."""
        person = self.x.person(customer.username)
        with self._lock:
            known = self.by_id.get(person.id)
            if known is None or not (known.invited or known.said):
                self.by_id[person.id] = customer

    def heard(self, what: XPost | XDirect) -> None:
        """Let whoever is spoken to react. Give this to the network as a watcher."""
        if isinstance(what, XPost):
            self._answered(what)
        elif what.sender == self.x.brand.id:
            self._spoken_to(what.recipient, what.exists_at)

    def _answered(self, post: XPost) -> None:
        target = self.x.state.posts.get(post.reply_to) if post.reply_to else None
        if post.author != self.x.brand.id or target is None or post.deleted:
            return
        customer = self.by_id.get(target.author)
        with self._lock:
            if customer is None or customer.invited or customer.manner is Manner.NEVER_COMES:
                return
            customer.invited = True
        self._say(customer, post.exists_at + customer.after)

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
        self.x.direct(customer.username, words, at=now)
        if customer.manner is Manner.CLOSES_DIRECTS:
            self.x.close_directs(customer.username)
