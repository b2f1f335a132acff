"""How the inbox's conversations, messages and people look; who may see them is decided elsewhere."""

from collections.abc import Mapping
from typing import Any

from sandbox.graph_api import Call, GraphApi
from sandbox.graph_fields import Field
from sandbox.graph_lists import by_time, one_page
from sandbox.graph_shapes import Give, Kind, absent, always, attribute, mailed, shape, user, when, words, yes
from sandbox.graph_values import GraphMessage, Network

DETAILED = 20  # newest messages of a conversation that are told in full


def messages_of(
    api: GraphApi, call: Call, thread: str, fields: tuple[Field, ...], asked: Mapping[str, str] | None
) -> dict[str, Any]:
    """The messages of a conversation, newest first; only the newest are told in full."""
    said = _visible(api, call, thread)
    told = {one.id for one in said[-DETAILED:]}
    return one_page(
        call,
        said,
        key=lambda one: by_time(one.exists_at, one.number),
        show=lambda one: shape(api, call, "message", one, fields if one.id in told else BARE),
        nested=asked,
    )


def _visible(api: GraphApi, call: Call, thread: str) -> list[GraphMessage]:
    lag = call.hurt("lag")
    said = api.state.thread(thread, now=call.now)
    if lag is None:
        return said
    return [
        one for one in said if one.sender not in api.own or (call.now - one.exists_at).total_seconds() >= lag.seconds
    ]


BARE = (Field("id"), Field("created_time"))


def _people(api: GraphApi, call: Call, thread: str, _field: Field) -> Any:
    first = _said(api, call, thread)[0]
    other = first.recipient if first.sender in api.own else first.sender
    ours = api.page.id if first.network is Network.FACEBOOK else api.instagram.id
    return {"data": [mailed(user(api, other)), mailed(user(api, ours))]}


def _messages(api: GraphApi, call: Call, thread: str, asked: Field) -> Any:
    return messages_of(api, call, thread, asked.fields, asked.arguments)


def _said(api: GraphApi, call: Call, thread: str) -> list[GraphMessage]:
    return api.state.thread(thread, now=call.now)


THREAD: dict[str, Give] = {
    "id": lambda _api, _call, thread, _field: thread,
    "link": lambda _api, _call, thread, _field: f"/inbox/{thread}/",
    "updated_time": lambda api, call, thread, _field: when(max(one.exists_at for one in _said(api, call, thread))),
    "message_count": lambda api, call, thread, _field: len(_said(api, call, thread)),
    "unread_count": always(0),
    "snippet": lambda api, call, thread, _field: _said(api, call, thread)[-1].text[:50],
    "can_reply": yes,
    "participants": _people,
    "senders": _people,
    "messages": _messages,
}
MESSAGE: dict[str, Give] = {
    "id": attribute("id"),
    "created_time": lambda _api, _call, message, _field: when(message.exists_at),
    "from": lambda api, _call, message, _field: mailed(user(api, message.sender)),
    "to": lambda api, _call, message, _field: {"data": [mailed(user(api, message.recipient))]},
    "message": words,
    "attachments": absent,
    "tags": absent,
    "sticker": absent,
    "shares": absent,
    "story": absent,
    "reactions": absent,
    "is_unsupported": absent,
}
PERSON: dict[str, Give] = {
    "id": attribute("id"),
    "name": attribute("name"),
    "first_name": lambda _api, _call, person, _field: person.name.split(" ")[0],
    "last_name": lambda _api, _call, person, _field: person.name.rpartition(" ")[2],
    "username": lambda _api, _call, one, _field: one.username if one.network is Network.INSTAGRAM else None,
}
KINDS = {
    "thread": Kind("UnifiedThread", THREAD, ("link", "updated_time")),
    "message": Kind("Message", MESSAGE, ("created_time",)),
    "person": Kind("User", PERSON, ("name",)),
}
