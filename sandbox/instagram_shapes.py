"""How Instagram's media and comments look; lists of them are made elsewhere."""

from typing import Any

from sandbox.graph_api import Call, GraphApi
from sandbox.graph_fields import Field
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
    sender,
    words,
    yes,
)
from sandbox.graph_values import Item


def _owner(api: GraphApi, _call: Call, item: Item, _field: Field) -> Any:
    return {"id": item.author} if item.author == api.instagram.id else None


def _username(api: GraphApi, _call: Call, item: Item, _field: Field) -> Any:
    return None if item.anonymous else api.state.people[item.author].username


MEDIA: dict[str, Give] = {
    "id": item_id,
    "caption": words,
    "media_type": always("IMAGE"),
    "media_product_type": always("FEED"),
    "permalink": link,
    "timestamp": created,
    "username": _username,
    "owner": _owner,
    "comments_count": comment_count,
    "like_count": like_count,
    "is_comment_enabled": yes,
    "comments": comments,
}
REPLY: dict[str, Give] = {
    "id": item_id,
    "text": words,
    "timestamp": created,
    "username": _username,
    "from": sender,
    "hidden": attribute("hidden"),
    "like_count": like_count,
    "parent_id": lambda _api, _call, item, _field: item.parent or None,
    "media": lambda _api, _call, item, _field: {"id": item.root},
    "replies": comments,
    "user": absent,
}
KINDS = {"media": Kind("Media", MEDIA), "reply": Kind("IGComment", REPLY, ("timestamp", "text"))}
