"""What happens on the Graph look-alike: posts, comments, reviews and private messages in memory; no HTTP, no rules."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import RLock

from domain.clock import Clock
from sandbox.graph_values import GraphMessage, GraphPerson, Item, Network, Refused, Sort, item_id, message_id, thread_id

Happened = Callable[[Item | GraphMessage], None]


@dataclass(slots=True)
class GraphState:
    """Everything there is, behind one lock. Every method that changes something may be called from any thread."""

    clock: Clock
    seed: int = 1
    people: dict[str, GraphPerson] = field(default_factory=dict)  # by id
    items: dict[str, Item] = field(default_factory=dict)
    messages: dict[str, GraphMessage] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)  # person ids
    refused: list[Refused] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)
    watchers: list[Happened] = field(default_factory=list)
    _names: dict[tuple[Network, str], str] = field(default_factory=dict)
    _under: dict[str, list[str]] = field(default_factory=dict)  # item ids by root
    _threads: dict[str, list[GraphMessage]] = field(default_factory=dict)  # in the order they were written
    _number: int = 0

    def person(self, network: Network, username: str, **known: object) -> GraphPerson:
        """Find somebody by name, or let them join; `known` changes what is known of them."""
        with self.lock:
            key = (network, username.lstrip("@").lower())
            if key not in self._names:
                made = self._join(network, username.lstrip("@"))
                self._names[key], self.people[made.id] = made.id, made
            found = self.people[self._names[key]]
            if known:
                found = self.people[found.id] = replace(found, **known)  # type: ignore[arg-type]
            return found

    def _join(self, network: Network, username: str) -> GraphPerson:
        digest = hashlib.sha256(f"{self.seed}:{network}:{username.lower()}".encode()).digest()
        number = 10**15 + int.from_bytes(digest[:6]) % (9 * 10**15)
        return GraphPerson(id=str(number), network=network, username=username, name=username.replace("_", " ").title())

    def number(self) -> int:
        """Count on: what is made later has a higher number."""
        with self.lock:
            self._number += 1
            return self._number

    def write(self, item: Item) -> Item:
        """Let an item happen, and tell those who watch."""
        self.put(item)
        self.tell(item)
        return item

    def put(self, item: Item) -> None:
        """Let an item happen, and tell nobody yet."""
        with self.lock:
            self.items[item.id] = item
            self._under.setdefault(item.root, []).append(item.id)

    def draft(
        self,
        author: GraphPerson,
        text: str,
        *,
        sort: Sort,
        at: datetime,
        delay: timedelta = timedelta(0),
        under: Item | None = None,
    ) -> Item:
        """Make an item that has not happened yet; `under` is the post or the comment it answers."""
        number = self.number()
        name = item_id(author.network, sort, number, owner=author.id, root=under.root if under else "")
        return Item(
            id=name,
            number=number,
            network=author.network,
            sort=sort,
            author=author.id,
            text=text,
            at=at,
            exists_at=at + delay,
            indexed_at=at + delay,
            root=under.root if under else name,
            target=under.id if under else "",
            parent=(under.parent or under.id) if under and under.sort is Sort.COMMENT else "",
            can_hide=not author.is_page,
        )

    def change(self, item_id: str, **changed: object) -> Item:
        """Change what an item is like, and tell those who watch. Raises KeyError."""
        with self.lock:
            item = self.items[item_id] = replace(self.items[item_id], **changed)  # type: ignore[arg-type]
        self.tell(item)
        return item

    def delete(self, item_id: str) -> None:
        """Delete an item and what stands under it."""
        with self.lock:
            near = [self.items[one] for one in self._under[self.items[item_id].root]]
        for one in near:
            if item_id in {one.id, one.parent, one.root} and not one.deleted:
                self.change(one.id, deleted=True)

    def existing(self, item_id: str, *, now: datetime) -> Item | None:
        """Find an item; None when it is deleted or was never there."""
        item = self.items.get(item_id)
        return None if item is None or item.deleted or item.exists_at > now else item

    def shown(self, *, now: datetime) -> list[Item]:
        """Every item that exists, oldest first."""
        with self.lock:
            every = list(self.items.values())
        return sorted((one for one in every if not one.deleted and one.exists_at <= now), key=lambda one: one.number)

    def under(self, root: str, *, now: datetime) -> list[Item]:
        """The comments under a post that exist, replies among them, in the order they were made."""
        with self.lock:
            every = [self.items[one] for one in self._under.get(root, ())]
        return [one for one in every if one.id != root and not one.deleted and one.exists_at <= now]

    def direct(
        self, sender: GraphPerson, recipient: GraphPerson, text: str, *, at: datetime, **more: object
    ) -> GraphMessage:
        """Let a private message happen, and tell those who watch. `more`: exists_at, answers, tag."""
        sent = self.send(sender, recipient, text, at=at, **more)
        self.tell(sent)
        return sent

    def send(
        self, sender: GraphPerson, recipient: GraphPerson, text: str, *, at: datetime, **more: object
    ) -> GraphMessage:
        """Let a private message happen, and tell nobody yet; an item it answers has had its private reply."""
        number = self.number()
        other = recipient if sender.is_page else sender
        sent = GraphMessage(
            id=message_id(sender.network, number),
            number=number,
            network=sender.network,
            thread=thread_id(other),
            sender=sender.id,
            recipient=recipient.id,
            text=text,
            at=at,
            exists_at=more.pop("exists_at", at),  # type: ignore[arg-type]
            **more,  # type: ignore[arg-type]
        )
        with self.lock:
            self.messages[sent.id] = sent
            self._threads.setdefault(sent.thread, []).append(sent)
            if sent.answers:
                self.items[sent.answers] = replace(self.items[sent.answers], replied=sent.id)
        return sent

    def said(self, *, now: datetime) -> list[GraphMessage]:
        """Every private message that exists, oldest first."""
        with self.lock:
            every = list(self.messages.values())
        return sorted((one for one in every if one.exists_at <= now), key=lambda one: (one.exists_at, one.number))

    def thread(self, thread: str, *, now: datetime) -> list[GraphMessage]:
        """The messages of one conversation that exist, in the order they were written."""
        with self.lock:
            every = list(self._threads.get(thread, ()))
        return [one for one in every if one.exists_at <= now]

    def threads(self) -> list[str]:
        """Every conversation there is."""
        with self.lock:
            return list(self._threads)

    def last_word(self, person: GraphPerson, *, now: datetime) -> datetime | None:
        """When somebody last wrote to us in private; None: never."""
        said = self.thread(thread_id(person), now=now)
        return max((one.at for one in said if one.sender == person.id), default=None)

    def note_refused(self, why: str, target: str, *, now: datetime) -> None:
        """Remember what was tried and is not allowed."""
        with self.lock:
            self.refused.append(Refused(at=now, why=why, target=target))

    def tell(self, what: Item | GraphMessage) -> None:
        """Tell those who watch; they are called outside the lock, in the thread that made it happen."""
        for watcher in tuple(self.watchers):
            watcher(what)
