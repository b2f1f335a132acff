"""What the X API gives of a post, a person or a private message: default fields, asked fields, old and new names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sandbox.x_state import EDIT_WINDOW, JOINED, MOST_EDITS, Person, XDirect, XPost, XState
from sandbox.x_text import LIMIT, cut, show, weight


class Naming(StrEnum):
    """Which names of the summer 2026 rename the server speaks."""

    OLD = "old"  # tweet.fields only
    NEW = "new"  # post.fields only
    BOTH = "both"  # answers in the names it is asked in, as a live server was seen to do in September 2026


RENAMED = {
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "note_tweet": "note_post",
    "retweet_count": "repost_count",
    "tweets": "posts",
    "referenced_tweets.id": "referenced_posts.id",
    "referenced_tweets.id.author_id": "referenced_posts.id.author_id",
}


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


POST_FIELDS = _names(
    "attachments author_id community_id context_annotations conversation_id created_at display_text_range "
    "edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang media_metadata note_tweet "
    "possibly_sensitive public_metrics referenced_tweets reply_settings scopes source text withheld"
)
USER_FIELDS = _names(
    "affiliation connection_status created_at description entities id is_identity_verified location "
    "most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url protected public_metrics "
    "receives_your_dm subscription_type url username verified verified_followers_count verified_type withheld"
)
DIRECT_FIELDS = _names(
    "attachments created_at dm_conversation_id entities event_type id participant_ids referenced_tweets sender_id text"
)
EXPANSIONS = _names(
    "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet "
    "attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username geo.place_id "
    "in_reply_to_user_id entities.note.mentions.username referenced_tweets.id referenced_tweets.id.author_id "
    "sender_id participant_ids pinned_tweet_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which fields and expansions a request wants, in the old names, and in which names it wants them."""

    post: frozenset[str] = frozenset()
    user: frozenset[str] = frozenset()
    direct: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()
    new_names: bool = False


@dataclass(slots=True)
class Given:
    """An answer's objects and what they refer to."""

    data: list[dict[str, Any]] = field(default_factory=list)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    tweets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def includes(self) -> dict[str, Any]:
        """What goes beside the data."""
        found = {"users": list(self.users.values()), "tweets": list(self.tweets.values())}
        return {name: objects for name, objects in found.items() if objects}


def stamp(instant: datetime) -> str:
    """A time as the API writes it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def give_posts(state: XState, posts: Iterable[XPost], asked: Asked, *, now: datetime) -> Given:
    """Give posts with their expansions."""
    given = Given()
    for post in posts:
        given.data.append(_post(state, post, asked, now=now))
        _expand(state, post, asked, given, now=now)
    return given


def give_directs(state: XState, directs: Iterable[XDirect], asked: Asked) -> Given:
    """Give private messages with their senders where asked."""
    given = Given()
    for direct in directs:
        given.data.append(_direct(direct, asked))
        if "sender_id" in asked.expansions:
            given.users[direct.sender] = give_person(state.people[direct.sender], asked)
    return given


def give_person(person: Person, asked: Asked) -> dict[str, Any]:
    """Give a person."""
    known = {
        "created_at": stamp(datetime.fromisoformat("2026-01-01T00:00:00+00:00") - JOINED),
        "description": "",
        "protected": False,
        "verified": person.verified,
        "verified_type": "blue" if person.verified else "none",
        "receives_your_dm": person.receives_directs,
        "connection_status": [],
        "public_metrics": {
            "followers_count": person.followers,
            "following_count": 100,
            "tweet_count": 1000,
            "listed_count": 0,
            "like_count": 0,
        },
    }
    wanted = {name: value for name, value in known.items() if name in asked.user}
    return {"id": person.id, "name": person.name, "username": person.username, **wanted}


def rename(value: Any) -> Any:
    """Give an answer the new names, keys only, as deep as it goes."""
    if isinstance(value, Mapping):
        return {RENAMED.get(key, key): rename(inner) for key, inner in value.items()}
    return [rename(inner) for inner in value] if isinstance(value, list) else value


def _post(state: XState, post: XPost, asked: Asked, *, now: datetime) -> dict[str, Any]:
    long = weight(post.text, reply=post.reply_to is not None) > LIMIT
    shown = show(cut(post.text) if long else post.text)
    given: dict[str, Any] = {
        "id": str(post.id),
        "text": shown.text,
        "edit_history_tweet_ids": [str(version) for version in post.versions],
    }
    known = {
        "author_id": post.author,
        "conversation_id": str(post.conversation),
        "created_at": stamp(post.at),
        "lang": post.lang,
        "edit_controls": _edit_controls(state, post, now=now),
        "entities": _entities(state, shown.entities),
        "possibly_sensitive": False,
        "reply_settings": "everyone",
        "source": "X for Web",
        "public_metrics": _counted(state, post) if "public_metrics" in asked.post else None,
        "in_reply_to_user_id": state.posts[post.reply_to].author if post.reply_to in state.posts else None,
        "referenced_tweets": [{"type": kind, "id": str(target)} for kind, target in _references(post)] or None,
        "note_tweet": {"text": show(post.text).text} if long else None,
    }
    given |= {name: value for name, value in known.items() if name in asked.post and value not in (None, {})}
    if post.malformed:
        given |= {"created_at": "yesterday"}
        del given["text"]
    return given


def _references(post: XPost) -> list[tuple[str, int]]:
    kinds = (("replied_to", post.reply_to), ("quoted", post.quotes), ("retweeted", post.reposts))
    return [(kind, target) for kind, target in kinds if target]


def _edit_controls(state: XState, post: XPost, *, now: datetime) -> dict[str, Any]:
    until = state.posts[post.versions[0]].at + EDIT_WINDOW
    left = MOST_EDITS - len(post.versions) + 1
    return {
        "edits_remaining": left,
        "is_edit_eligible": post.reply_to is None and now < until,
        "editable_until": stamp(until),
    }


def _entities(state: XState, found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    mentions = []
    for mention in found.get("mentions", []):
        person = state.named(mention["username"])
        mentions.append({**mention, "id": person.id} if person else mention)
    return {**found, "mentions": mentions} if mentions else found


def _counted(state: XState, post: XPost) -> dict[str, int]:
    every = list(state.posts.values())
    return {
        "retweet_count": sum(other.reposts == post.id for other in every),
        "reply_count": sum(other.reply_to == post.id and not other.deleted for other in every),
        "like_count": 0,
        "quote_count": sum(other.quotes == post.id for other in every),
        "bookmark_count": 0,
        "impression_count": 0,
    }


def _expand(state: XState, post: XPost, asked: Asked, given: Given, *, now: datetime) -> None:
    people = {post.author} if "author_id" in asked.expansions else set()
    if "in_reply_to_user_id" in asked.expansions and post.reply_to in state.posts:
        people.add(state.posts[post.reply_to].author)
    if "referenced_tweets.id" in asked.expansions:
        for _, target in _references(post):
            other = state.existing(target, now=now)
            if other is not None:
                given.tweets[str(other.id)] = _post(state, other, asked, now=now)
                people |= {other.author} if "referenced_tweets.id.author_id" in asked.expansions else set()
    for person in sorted(people):
        given.users[person] = give_person(state.people[person], asked)


def _direct(direct: XDirect, asked: Asked) -> dict[str, Any]:
    given: dict[str, Any] = {"id": str(direct.id), "event_type": "MessageCreate"}
    text = {} if direct.encrypted else {"text": show(direct.text).text}
    known = {
        "created_at": stamp(direct.at),
        "sender_id": direct.sender,
        "dm_conversation_id": direct.conversation,
        "entities": show(direct.text).entities or None,
    }
    wanted = {name: value for name, value in known.items() if name in asked.direct and value}
    return given | text | wanted | ({"encrypted": True} if direct.encrypted else {})
