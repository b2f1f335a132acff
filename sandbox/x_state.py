"""What happens on the X look-alike: people, posts and private messages in memory; no HTTP and no money here."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import RLock
from typing import Literal

from domain.clock import Clock
from sandbox.snowflake import Snowflakes
from sandbox.x_text import LIMIT, names_in, weight

EDIT_WINDOW = timedelta(minutes=30)
MOST_EDITS = 5
DUPLICATE_WITHIN = timedelta(hours=24)
JOINED = timedelta(days=900)  # how long everybody has had their account


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account. `receives_directs` False: strangers are refused, and so are those they wrote to before."""

    id: str
    username: str
    name: str
    followers: int = 150
    verified: bool = False
    receives_directs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class XPost:
    """One version of a post. `exists_at` is later than `at` only for a write that took effect late."""

    id: int
    author: str  # person id
    text: str  # as written, with the names a reply begins with
    at: datetime
    exists_at: datetime
    indexed_at: datetime  # from when mentions and search show it
    conversation: int
    versions: tuple[int, ...]  # ids of the chain, oldest first
    reply_to: int | None = None
    quotes: int | None = None
    reposts: int | None = None
    lang: str = "und"
    malformed: bool = False  # given without a text and with a broken time
    deleted: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class XDirect:
    """One private message. An encrypted one has no text that the API could give."""

    id: int
    conversation: str
    sender: str
    recipient: str
    text: str
    at: datetime
    exists_at: datetime
    encrypted: bool = False


Happened = Callable[[XPost | XDirect], None]


class Refusal(Exception):  # noqa: N818 - an answer, not a failure: the API says it to the client
    """The network says no, in the words clients are shown."""

    def __init__(
        self, why: Literal["gone", "not_summoned", "duplicate", "too_long", "closed_directs", "quote"]
    ) -> None:
        """`why` is the name of the answer."""
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class XState:
    """Everything there is, behind one lock. Every method that changes something may be called from any thread."""

    clock: Clock
    seed: int = 1
    people: dict[str, Person] = field(default_factory=dict)  # by id
    posts: dict[int, XPost] = field(default_factory=dict)
    directs: dict[int, XDirect] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    watchers: list[Happened] = field(default_factory=list)
    _ids: Snowflakes = field(default_factory=Snowflakes)
    _names: dict[str, str] = field(default_factory=dict)

    def person(self, username: str, **known: object) -> Person:
        """Find somebody by name, or let them join; `known` changes what is known of them."""
        with self.lock:
            key = username.lstrip("@").lower()
            if key not in self._names:
                digest = hashlib.sha256(f"{self.seed}:{key}".encode()).digest()
                called = username.lstrip("@")
                number = 10**9 + int.from_bytes(digest[:5]) % (9 * 10**9)
                made = Person(id=str(number), username=called, name=called.replace("_", " ").title())
                self._names[key], self.people[made.id] = made.id, made
            found = self.people[self._names[key]]
            if known:
                found = self.people[found.id] = replace(found, **known)  # type: ignore[arg-type]
            return found

    def named(self, username: str) -> Person | None:
        """Find somebody by name."""
        return self.people.get(self._names.get(username.lstrip("@").lower(), ""))

    def write(self, post: XPost) -> XPost:
        """Let a post happen, and tell those who watch."""
        with self.lock:
            self.posts[post.id] = post
        self.tell(post)
        return post

    def draft(
        self, author: Person, text: str, *, at: datetime, delay: timedelta = timedelta(0), reply_to: int | None = None
    ) -> XPost:
        """Make a post that has not happened yet. A reply begins with the name it answers: the network fills it in."""
        with self.lock:
            number = self._ids.make(at)
        target = self.posts.get(reply_to) if reply_to else None
        return XPost(
            id=number,
            author=author.id,
            text=self._filled(author, text, target),
            at=at,
            exists_at=at + delay,
            indexed_at=at + delay,
            conversation=target.conversation if target else number,
            versions=(number,),
            reply_to=reply_to,
        )

    def _filled(self, author: Person, text: str, target: XPost | None) -> str:
        if target is None or target.author == author.id:
            return text
        name = self.people[target.author].username
        return text if name.lower() in names_in(text) else f"@{name} {text}"

    def direct(self, sender: Person, recipient: Person, text: str, *, at: datetime, **more: object) -> XDirect:
        """Let a private message happen, and tell those who watch. `more`: encrypted, exists_at."""
        low, high = sorted((sender.id, recipient.id), key=int)
        with self.lock:
            direct = XDirect(
                id=self._ids.make(at),
                conversation=f"{low}-{high}",
                sender=sender.id,
                recipient=recipient.id,
                text=text,
                at=at,
                exists_at=more.pop("exists_at", at),  # type: ignore[arg-type]
                **more,  # type: ignore[arg-type]
            )
            self.directs[direct.id] = direct
        self.tell(direct)
        return direct

    def edit(self, post_id: int, text: str, *, at: datetime) -> XPost:
        """Write a new version of a post. Raises ValueError when it may not be edited any more."""
        with self.lock:
            old = self.latest(self.posts[post_id])
            first = self.posts[old.versions[0]]
            if len(old.versions) > MOST_EDITS or at > first.at + EDIT_WINDOW or old.deleted:
                raise ValueError("this post can no longer be edited")
            number = self._ids.make(at)
            new = replace(
                old, id=number, text=text, at=at, exists_at=at, indexed_at=at, versions=(*old.versions, number)
            )
            self.posts[number] = new
            for version in old.versions:
                self.posts[version] = replace(self.posts[version], versions=new.versions)
        self.tell(new)
        return new

    def delete(self, post_id: int) -> None:
        """Delete a post: every version of it."""
        with self.lock:
            for version in self.posts[post_id].versions:
                self.posts[version] = replace(self.posts[version], deleted=True)
        self.tell(self.posts[post_id])

    def hide(self, post_id: int, *, hidden: bool) -> None:
        """Hide or show a reply."""
        with self.lock:
            self.posts[post_id] = replace(self.posts[post_id], hidden=hidden)
        self.tell(self.posts[post_id])

    def latest(self, post: XPost) -> XPost:
        """The newest version of a post: what the network gives for any of its ids."""
        return self.posts[post.versions[-1]]

    def shown(self, *, now: datetime) -> Iterator[XPost]:
        """Every post that exists, newest version only, newest first."""
        with self.lock:
            every = list(self.posts.values())
        for post in sorted(every, key=lambda post: post.id, reverse=True):
            if not post.deleted and post.exists_at <= now and post.id == post.versions[-1]:
                yield post

    def existing(self, post_id: int, *, now: datetime) -> XPost | None:
        """Find a post by the id of any of its versions; None when it is deleted or was never there."""
        with self.lock:
            post = self.posts.get(post_id)
            if post is None or post.deleted or post.exists_at > now:
                return None
            return self.latest(post)

    def summoned(self, author: Person, target: XPost) -> bool:
        """Whether `target` calls `author`: names them, quotes them, or is their own."""
        quoted = self.posts.get(target.quotes) if target.quotes else None
        return (
            target.author == author.id
            or author.username.lower() in names_in(target.text)
            or (quoted is not None and quoted.author == author.id)
        )

    def check_post(self, author: Person, text: str, *, reply_to: int | None, now: datetime) -> None:
        """Say whether the API would let `author` post this. Raises Refusal."""
        if weight(text, reply=reply_to is not None) > LIMIT:
            raise Refusal("too_long")
        if reply_to is not None:
            target = self.existing(reply_to, now=now)
            if target is None:
                raise Refusal("gone")
            if not self.summoned(author, target):
                raise Refusal("not_summoned")
        filled = self._filled(author, text, self.posts.get(reply_to) if reply_to else None)
        same = (author.id, filled, reply_to)
        for post in self.shown(now=now):
            if (post.author, post.text, post.reply_to) == same and now - post.at < DUPLICATE_WITHIN:
                raise Refusal("duplicate")

    def messages(self, *, now: datetime) -> list[XDirect]:
        """Every private message that exists, oldest first."""
        with self.lock:
            every = list(self.directs.values())
        return sorted((one for one in every if one.exists_at <= now), key=lambda one: one.id)

    def check_direct(self, recipient: Person) -> None:
        """Say whether a private message would reach `recipient`. Raises Refusal."""
        if not recipient.receives_directs:
            raise Refusal("closed_directs")

    def tell(self, what: XPost | XDirect) -> None:
        """Tell those who watch; they are called outside the lock, in the thread that made it happen."""
        for watcher in tuple(self.watchers):
            watcher(what)
