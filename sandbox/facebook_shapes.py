"""How a Page's posts, comments and reviews look; lists of them are made elsewhere."""

from typing import Any

from sandbox.graph_api import Call, GraphApi
from sandbox.graph_fields import Field
from sandbox.graph_rules import PRIVATE_REPLY_WITHIN
from sandbox.graph_shapes import (
    Give,
    Kind,
    absent,
    always,
    attribute,
    comment_count,
    comments,
    created,
    item_id,
    like_count,
    link,
    no,
    sender,
    shape,
    when,
    words,
    yes,
)
from sandbox.graph_values import Item


def _updated(api: GraphApi, call: Call, item: Item, _field: Field) -> Any:
    last = [one.at for one in api.state.under(item.id, now=call.now)]
    return when(max([item.at, *last, *([item.edited_at] if item.edited_at else [])]))


def _parent(api: GraphApi, call: Call, item: Item, asked: Field) -> Any:
    parent = api.state.existing(item.parent, now=call.now) if item.parent else None
    return shape(api, call, "comment", parent, asked.fields) if parent else None


def _replyable(api: GraphApi, call: Call, item: Item, _field: Field) -> Any:
    author = api.state.people[item.author]
    in_time = call.now - item.at <= PRIVATE_REPLY_WITHIN
    return not (author.is_page or item.anonymous or item.replied) and in_time and api.ours(item)


POST: dict[str, Give] = {
    "id": item_id,
    "message": words,
    "story": absent,
    "from": sender,
    "created_time": created,
    "updated_time": _updated,
    "permalink_url": link,
    "is_hidden": attribute("hidden"),
    "is_published": yes,
    "can_reply_privately": _replyable,
    "comments": comments,
    "tagged_time": created,
    "to": absent,
    "message_tags": absent,
    "attachments": absent,
    "status_type": always("mobile_status_update"),
}
COMMENT: dict[str, Give] = {
    "id": item_id,
    "message": words,
    "from": sender,
    "created_time": created,
    "parent": _parent,
    "can_hide": attribute("can_hide"),
    "can_comment": yes,
    "can_like": yes,
    "can_remove": yes,
    "can_reply_privately": _replyable,
    "is_hidden": attribute("hidden"),
    "permalink_url": link,
    "comment_count": comment_count,
    "like_count": like_count,
    "user_likes": attribute("liked"),
    "comments": comments,
    "attachment": absent,
    "message_tags": absent,
    "object": lambda _api, _call, item, _field: {"id": item.root},
}
RATING: dict[str, Give] = {
    "id": absent,  # a review has none: its story has
    "reviewer": sender,
    "review_text": words,
    "created_time": created,
    "recommendation_type": attribute("rating"),
    "has_rating": no,
    "has_review": lambda _api, _call, item, _field: bool(item.text),
    "rating": absent,
    "open_graph_story": lambda _api, _call, item, _field: {"id": item.id},
}
KINDS = {
    "post": Kind("Post", POST, ("created_time", "message")),
    "comment": Kind("Comment", COMMENT, ("created_time", "from", "message")),
    "rating": Kind("Recommendation", RATING, ("created_time", "recommendation_type", "review_text", "reviewer")),
}
