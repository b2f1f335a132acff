"""Echoes: what our own account has said, as the platform lists it back: the bot's words, or a person's in the app."""

import html
import re

from domain.values import PostKind
from responder.batch import Batch
from responder.claims import APP, person_spoke
from storage import cases, deliveries, posts
from storage.cases import LIVE, Case
from storage.deliveries import Delivery
from storage.posts import Post

_HANDLES = re.compile(r"^(?:\s*@\w+(?:[.\-]\w+)*)+\s*")
_LINKS = re.compile(r"https?://\S+")


def own(batch: Batch, post: Post) -> None:
    """Take in a post of ours: if a person wrote it in the platform's app, the case is theirs and the bot is silent."""
    case = _answered(batch, post)
    if case is None or _is_ours(batch, case, post):
        return
    batch.write()
    person_spoke(batch.db, case.id, APP, now=batch.now, spoke_at=post.created_at)
    batch.db.flush()


def _answered(batch: Batch, post: Post) -> Case | None:
    """Find the live case a post of ours speaks to: the one it answers, else the only one in its conversation."""
    here = cases.around(batch.db, post.channel, post.conversation)
    if post.kind == PostKind.DIRECT:
        return here[-1] if here else None
    answered = posts.by_native(batch.db, post.channel, post.in_reply_to) if post.in_reply_to else None
    if answered:
        held = cases.of_posts(batch.db, [answered.id]).get(answered.id)
        case = batch.db.get(Case, held) if held else None
        return case if case and case.state in LIVE else None
    return here[0] if len(here) == 1 else None


def _is_ours(batch: Batch, case: Case, post: Post) -> bool:
    """Say whether a delivery of this case is this post: by its receipt, or while that is missing by its words."""
    said = deliveries.of_case(batch.db, case.id)
    if any(delivery.native_id == post.native_id for delivery in said):
        return True
    return any(_may_be(delivery, post) for delivery in said)


def _may_be(delivery: Delivery, post: Post) -> bool:
    tried = delivery.attempts > 0 and delivery.native_id is None
    return tried and bool(post.text) and _bare(delivery.body) == _bare(post.text)


def _bare(text: str) -> str:
    """Take away what a platform adds or rewrites: the handles a reply begins with, links, entities, spaces."""
    return " ".join(_LINKS.sub(" ", _HANDLES.sub("", html.unescape(text))).split())
