"""Erasure: takes a person's words, name and handle out of every table; counts and history stay. Sends nothing.

What was sent to the team stands in a chat room as well: `Forgotten.told` names those messages, for whoever can reach
them. The file itself is rid of the words after `storage.database.checkpoint`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, false, or_
from sqlmodel import Session, col, delete, select, update

from domain.cards import Card
from domain.history import EventKind
from domain.sending import CUSTOMER_FACING, DeliveryKind
from storage import authors, deletions, events, optouts, pains, parting, reports, vectors
from storage.arrivals import NEW as WAITING
from storage.arrivals import Arrival
from storage.arrivals import settle as settle_arrival
from storage.authors import Author
from storage.cases import Case, Fact
from storage.deliveries import DROPPED, HELD, SENT, UNSETTLED, Delivery
from storage.posts import Post, Unreadable

GONE = "[forgotten]"
WHY = "the person was forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message to the team that carries the person's words, as its carrier knows it."""

    delivery_id: int
    via: str
    account: str
    room: str
    native_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was erased, in numbers."""

    author_id: int | None = None  # None: nobody of that name was heard, only spoken of
    posts: int = 0
    mentions: int = 0  # other people's posts, and ours, that named them
    facts: int = 0
    words: int = 0  # deliveries to them whose text was erased
    dropped: int = 0  # of those, not sent any more
    cards: int = 0  # deliveries to the team
    unreadable: int = 0
    envelopes: int = 0  # pushed to us and not read yet: erased whole, polling reads what others said in them
    told: tuple[Told, ...] = ()
    linked: frozenset[int] = frozenset()  # authors who were the same customer until now: theirs is not erased


def forget(db: Session, channel: str, who: str, *, now: datetime) -> Forgotten:
    """Erase a person of `channel`, by native id or handle, with or without @. Forgetting twice is safe.

    Of them stay: how many posts and cases there were, how those ended, and a digest by which they are known again as
    somebody who wants no automatic words. Who was linked with them is told (`linked`) and left as they are.
    The caller owns the transaction.
    """
    author = authors.find(db, channel, who)
    if author is None:
        return _forget_mentions(db, channel, who, now)
    names = _Names(author.native_id, author.handle, token=f"forgotten:{author.id}")
    optouts.keep(db, channel, author.native_id, now=now)
    linked, beside = parting.part(db, author.id, why=WHY, now=now)
    _erase_quotes(db, names, now)
    posts = _erase_posts(db, author.id)
    theirs = select(col(Post.id)).where(col(Post.author_id) == author.id)
    of_them = (col(Fact.author_id) == author.id) | col(Fact.post_id).in_(theirs)
    facts = db.connection().execute(delete(Fact).where(of_them)).rowcount
    words, dropped = _erase_words(db, author.id, now)
    cards, told = _erase_cards(db, select(col(Case.id)).where(col(Case.author_id) == author.id), names, beside)
    done = Forgotten(
        author_id=author.id,
        posts=posts,
        mentions=_erase_mentions(db, channel, names),
        facts=facts,
        words=words,
        dropped=dropped,
        cards=cards,
        unreadable=_erase_unreadable(db, channel, names),
        envelopes=_erase_envelopes(db, names, now),
        told=told,
        linked=linked,
    )
    deletions.forget(db, author.native_id, now=now)
    _unname_conversations(db, channel, author.id, names)
    pains.unname(db, {author.handle, *author.name.split()})
    _unname(author, names.token, now)
    return done


def _forget_mentions(db: Session, channel: str, who: str, now: datetime) -> Forgotten:
    """Erase where somebody we never heard is spoken of, or wrote what nobody could read."""
    names = _Names("", who.removeprefix("@"), token="")
    _erase_quotes(db, names, now)
    return Forgotten(
        mentions=_erase_mentions(db, channel, names),
        unreadable=_erase_unreadable(db, channel, names),
        envelopes=_erase_envelopes(db, names, now),
    )


class _Names:
    """What a person goes by: spoken as @handle by people, recorded as handle or native id in what platforms send."""

    def __init__(self, native_id: str, handle: str, *, token: str) -> None:
        """Prepare to look. Without a native id nobody knows what `handle` is: only as a value of its own it counts."""
        self.token = token
        self._handle = handle
        self._recorded = sorted({name for name in (native_id, handle) if name})
        either = "|".join(map(re.escape, self._recorded))
        bounds = (r"(?<!\w)", r"(?!\w)") if native_id else ('"', '"')
        self._in_record = re.compile(f"(?:{either})".join(bounds), re.IGNORECASE)
        self._in_speech = re.compile(rf"(?<!\w)@{re.escape(handle)}(?!\w)", re.IGNORECASE)
        self._native_id = re.compile(rf"(?<!\w){re.escape(native_id)}(?!\w)")

    def in_speech(self, column: Any) -> ColumnElement[bool]:
        """Narrow a query to texts that may name the person; `named` then tells for sure."""
        return col(column).contains(f"@{self._handle}", autoescape=True) if self._handle else false()

    def in_record(self, column: Any) -> ColumnElement[bool]:
        """Narrow a query to records that may hold a name; `recorded` then tells for sure."""
        # in JSON columns other scripts are escaped
        spellings = {spelling for name in self._recorded for spelling in (name, json.dumps(name)[1:-1])}
        text = cast(column, String)
        return or_(false(), *(text.contains(spelling, autoescape=True) for spelling in sorted(spellings)))

    def named(self, text: str) -> bool:
        """Say whether a text names the person."""
        return bool(self._handle and self._in_speech.search(text))

    def recorded(self, text: str) -> bool:
        """Say whether a record, such as a platform's JSON, holds the person's handle or native id."""
        return bool(self._recorded and self._in_record.search(text))

    def blot(self, text: str) -> str:
        """Write the name over, as long as it was: where personal data of others stand stays true."""
        return self._in_speech.sub(lambda found: "@" + "·" * (len(found.group()) - 1), text) if self._handle else text

    def unname(self, native: str) -> str:
        """Put the token in the place of the native id in another id, such as a private conversation's."""
        return self._native_id.sub(self.token, native)


def _erase_posts(db: Session, author_id: int) -> int:
    """Empty the person's posts, and what we wrote in answer to them."""
    theirs = select(col(Post.native_id)).where(col(Post.author_id) == author_id)
    spoken = select(col(Post.conversation)).where(col(Post.author_id) == author_id)
    ours = col(Post.own) & (col(Post.in_reply_to).in_(theirs) | col(Post.conversation).in_(spoken))
    empty = {"text": "", "raw": {}, "permalink": ""}
    vectors.drop(db, select(col(Post.id)).where((col(Post.author_id) == author_id) | ours))
    db.connection().execute(update(Post).where(ours).values(**empty))
    return db.connection().execute(update(Post).where(col(Post.author_id) == author_id).values(**empty)).rowcount


def _erase_words(db: Session, author_id: int, now: datetime) -> tuple[int, int]:
    """Empty what was, or was to be, said to the person. What is not sent yet is not sent any more.

    What is just being sent, or may have been, is given up: without its words nobody can find it at its platform.
    """
    dropped = 0
    theirs = select(col(Post.id)).where(col(Post.author_id) == author_id)
    to_them = (col(Delivery.author_id) == author_id) | col(Delivery.post_id).in_(theirs)
    facing = col(Delivery.kind).in_(CUSTOMER_FACING), col(Delivery.body) != GONE
    said = list(db.exec(select(Delivery).where(to_them, *facing)))
    for delivery in said:
        if delivery.state in (*UNSETTLED, HELD):
            delivery.state, delivery.why = DROPPED, WHY
            delivery.fence += 1  # whoever is sending it now reports to nobody
            dropped += 1
            if delivery.case_id is not None:
                events.note(db, delivery.case_id, EventKind.DROPPED, at=now, reason=WHY, key=delivery.key)
        delivery.body, delivery.extra = GONE, {}
        if delivery.kind == DeliveryKind.BAN:
            delivery.target = f"forgotten:{author_id}"  # of a ban it is the person's own id
    return len(said), dropped


def _erase_cards(db: Session, of_cases: Any, names: _Names, beside: Sequence[Delivery]) -> tuple[int, tuple[Told, ...]]:
    """Empty what the team was, or is to be, told of the person. What is not told yet is told without their words.

    A card about somebody else who named them keeps that other person's words; the names are written over. `beside` are
    cards from which they were taken already.
    """
    theirs = set(db.exec(of_cases))
    about = col(Delivery.case_id).in_(theirs) | names.in_record(Delivery.body)
    cards = [
        card
        for card in db.exec(select(Delivery).where(col(Delivery.kind).not_in(CUSTOMER_FACING), ~reports.PARTS, about))
        if card.case_id in theirs or names.recorded(card.body)
    ]
    changed = {card.id: card for card in (*cards, *beside)}.values()
    told = tuple(
        Told(delivery_id=card.id, via=card.via, account=card.account, room=card.target, native_id=card.native_id)
        for card in changed
        if card.state == SENT and card.native_id
    )
    for card in cards:
        card.body = _without_words(card.body) if card.case_id in theirs else _without_names(card.body, names)
        card.extra = {key: names.blot(value) if isinstance(value, str) else value for key, value in card.extra.items()}
    return len(changed), told


def _without_words(body: str) -> str:
    try:
        card = Card.from_json(body)
    except ValueError:
        return GONE
    return replace(card, text=GONE, quote="", author="", link="", facts=(), also=(), followers=None).to_json()


def _without_names(body: str, names: _Names) -> str:
    """Write the names over in another person's card; where one stands otherwise than after an @, nothing is kept."""
    try:
        card = Card.from_json(body)
    except ValueError:
        return GONE
    spoken = names.blot(card.quote), names.blot(card.text)
    unnamed = replace(card, quote=spoken[0], text=spoken[1]).to_json()
    return _without_words(body) if names.recorded(unnamed) else unnamed


def _erase_quotes(db: Session, names: _Names, now: datetime) -> None:
    """Have the files of reports go that quote somebody who names the person; those that quote them go by themselves."""
    reports.outdate(db, [post.id for post in reports.quoted(db) if names.named(post.text)], now=now)


def _erase_mentions(db: Session, channel: str, names: _Names) -> int:
    """Write the name over where others, or we, named the person."""
    found = 0
    query = select(Post).where(Post.channel == channel, names.in_speech(Post.text) | names.in_record(Post.raw))
    for post in db.exec(query):
        if names.named(post.text) or names.recorded(json.dumps(post.raw, ensure_ascii=False)):
            post.text, post.raw = names.blot(post.text), {}
            found += 1
    return found


def _erase_unreadable(db: Session, channel: str, names: _Names) -> int:
    """Empty what was set aside and names the person."""
    found = 0
    query = select(Unreadable).where(Unreadable.channel == channel, names.in_record(Unreadable.raw))
    for item in db.exec(query):
        if names.recorded(item.raw):
            item.raw = GONE
            found += 1
    return found


def _erase_envelopes(db: Session, names: _Names, now: datetime) -> int:
    """Empty what was pushed to us, is not read yet and names the person; its digest keeps it from coming back."""
    found = 0
    query = select(Arrival).where(Arrival.state == WAITING, names.in_record(Arrival.body))
    for arrival in db.exec(query):
        if names.recorded(arrival.body):
            settle_arrival(arrival, now=now, why=WHY)
            found += 1
    return found


def _unname_conversations(db: Session, channel: str, author_id: int, names: _Names) -> None:
    """Take the native id out of the names of private conversations, everywhere in the same way."""
    spoken = select(col(Post.conversation)).where(col(Post.author_id) == author_id).distinct()
    renamed = {old: new for old in db.exec(spoken) if (new := names.unname(old)) != old}
    for old, new in renamed.items():
        for column, where in _conversations(channel):
            statement = update(column.class_).where(column == old, where).values({column: new})
            db.connection().execute(statement)


def _conversations(channel: str) -> list[tuple[Any, ColumnElement[bool]]]:
    return [
        (Post.conversation, col(Post.channel) == channel),
        (Case.conversation, col(Case.channel) == channel),
        (Case.private_conversation, col(Case.channel) == channel),
        (Delivery.target, col(Delivery.via) == channel),
    ]


def _unname(author: Author, token: str, now: datetime) -> None:
    cleared: Mapping[str, Any] = {
        "native_id": token,
        "handle": "",
        "name": "",
        "followers": None,
        "verified": False,
        "accepts_directs": None,
        "opted_out_at": author.opted_out_at or now,
        "forgotten_at": now,
    }
    for name, value in cleared.items():
        setattr(author, name, value)
