"""What Instagram can be asked and told on the Graph look-alike: media, comments, replies, tags, mentions."""

from typing import Any

from sandbox.graph_api import Call, GraphApi
from sandbox.graph_fields import Field
from sandbox.graph_lists import by_time, held_back, one_page
from sandbox.graph_rules import GraphRefusal, check_comment
from sandbox.graph_shapes import comments_of, shape
from sandbox.graph_values import Item, Network, Sort
from sandbox.instagram_shapes import KINDS

BASIC, MANAGES = "instagram_basic", "instagram_manage_comments"
DONE = {"success": True}


def register(api: GraphApi) -> None:
    """Put every edge of the account, its media and their comments on the door."""
    api.kinds |= KINDS
    api.route("GET", "instagram", "", account, BASIC)
    api.route("GET", "instagram", "media", media, BASIC)
    api.route("GET", "instagram", "tags", tags, BASIC, MANAGES)
    api.route("POST", "instagram", "mentions", answer_mention, BASIC, MANAGES)
    api.route("GET", "media", "", one, BASIC)
    api.route("GET", "media", "comments", comments, BASIC, MANAGES)
    api.route("POST", "media", "comments", answer, BASIC, MANAGES)
    api.route("GET", "reply", "", one, BASIC, MANAGES)
    api.route("GET", "reply", "replies", comments, BASIC, MANAGES)
    api.route("POST", "reply", "replies", answer, BASIC, MANAGES)
    api.route("POST", "reply", "", hide, BASIC, MANAGES)
    api.route("DELETE", "reply", "", delete, BASIC, MANAGES)


def account(api: GraphApi, call: Call) -> Any:
    """The account; `mentioned_media` and `mentioned_comment` show what a webhook told of."""
    plain = {
        "username": api.instagram.username,
        "name": api.instagram.name,
        "ig_id": api.instagram.id,
        "followers_count": 1200,
        "media_count": len([one for one in _all(api, call) if one.sort is Sort.MEDIA]),
    }
    told: dict[str, Any] = {}
    for asked in call.fields:
        if asked.name in {"mentioned_media", "mentioned_comment"}:
            told[asked.name] = _mentioned(api, call, asked)
        elif asked.name in plain:
            told[asked.name] = plain[asked.name]
        elif asked.name != "id":
            raise GraphRefusal("invalid", f"Tried accessing nonexisting field ({asked.name}) on node type (IGUser)")
    return told | {"id": api.instagram.id}


def media(api: GraphApi, call: Call) -> Any:
    """Our own media, newest first."""
    return _listed(api, call, Sort.MEDIA)


def tags(api: GraphApi, call: Call) -> Any:
    """Media of others in which we are tagged."""
    return _listed(api, call, Sort.TAG)


def one(api: GraphApi, call: Call) -> Any:
    """One medium or comment."""
    return shape(api, call, call.node.kind, _about(call), call.fields)


def comments(api: GraphApi, call: Call) -> Any:
    """The top comments under a medium, newest first, or the replies to one."""
    if not api.ours(_about(call)):
        raise GraphRefusal("gone", call.node_id)
    return comments_of(api, call, _about(call), call.fields, None)


def answer(api: GraphApi, call: Call) -> Any:
    """Answer under our own medium."""
    if not api.ours(_about(call)):
        raise GraphRefusal("gone", call.node_id)
    return {"id": _write(api, call, _about(call)).id}


def answer_mention(api: GraphApi, call: Call) -> Any:
    """Answer where somebody mentioned us."""
    about = api.item(call.said("comment_id") or call.said("media_id"), now=call.now, why="invalid")
    if about.root != call.said("media_id") or not _names_us(api, about):
        raise GraphRefusal("invalid", "Invalid parameter")
    return {"id": _write(api, call, about).id}


def hide(api: GraphApi, call: Call) -> Any:
    """Hide a comment, or show it again."""
    if call.said("hide").lower() not in {"true", "false"}:
        raise GraphRefusal("invalid", "The parameter hide is required")
    if not _about(call).can_hide:
        raise GraphRefusal("cannot_hide")
    api.state.change(_about(call).id, hidden=call.said("hide").lower() == "true")
    return DONE


def delete(api: GraphApi, call: Call) -> Any:
    """Delete a comment under our own medium."""
    api.state.delete(_about(call).id)
    return DONE


def _write(api: GraphApi, call: Call, under: Item) -> Item:
    text = call.said("message")
    check_comment(text, Network.INSTAGRAM)
    with api.state.lock:
        made = api.state.draft(api.instagram, text, sort=Sort.COMMENT, at=call.now, delay=call.delay(), under=under)
        api.state.put(made)
    api.state.tell(made)
    return made


def _mentioned(api: GraphApi, call: Call, asked: Field) -> Any:
    kind, name = ("media", "media_id") if asked.name == "mentioned_media" else ("reply", "comment_id")
    found = api.item(asked.arguments.get(name, ""), now=call.now)
    if not _names_us(api, found):
        raise GraphRefusal("gone", found.id)
    return shape(api, call, kind, found, asked.fields)


def _names_us(api: GraphApi, item: Item) -> bool:
    return item.sort is Sort.TAG or f"@{api.instagram.username}".lower() in item.text.lower()


def _all(api: GraphApi, call: Call) -> list[Item]:
    return [one for one in api.state.shown(now=call.now) if one.network is Network.INSTAGRAM]


def _listed(api: GraphApi, call: Call, sort: Sort) -> Any:
    found = [one for one in _all(api, call) if one.sort is sort and not held_back(api, call, one)]
    return one_page(
        call,
        found,
        key=lambda one: by_time(one.at, one.number),
        show=lambda one: shape(api, call, "media", one, call.fields),
    )


def _about(call: Call) -> Item:
    assert call.node.item is not None  # noqa: S101 - the door has found one for these kinds
    return call.node.item
