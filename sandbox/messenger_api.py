"""The inbox of the Graph look-alike, of Messenger and of Instagram: conversations, messages, private replies."""

from typing import Any

from sandbox.graph_api import Call, GraphApi
from sandbox.graph_lists import by_time, one_page
from sandbox.graph_rules import GraphRefusal, Sending, check_message, check_private_reply
from sandbox.graph_shapes import shape
from sandbox.graph_values import GraphMessage, GraphPerson, Network, thread_id
from sandbox.messenger_shapes import KINDS, messages_of

SCOPES = {Network.FACEBOOK: "pages_messaging", Network.INSTAGRAM: "instagram_manage_messages"}
PLATFORMS = {"messenger": Network.FACEBOOK, "instagram": Network.INSTAGRAM}


def register(api: GraphApi) -> None:
    """Put every edge of the inbox on the door."""
    api.kinds |= KINDS
    for kind in ("page", "instagram"):
        api.route("GET", kind, "conversations", conversations)
        api.route("POST", kind, "messages", send)
    api.route("GET", "thread", "", thread)
    api.route("GET", "thread", "messages", messages)
    api.route("GET", "message", "", message)


def conversations(api: GraphApi, call: Call) -> Any:
    """The conversations of one platform, the one with the newest word first."""
    usual = "messenger" if call.node.kind == "page" else "instagram"
    network = PLATFORMS.get(call.said("platform", usual).lower())
    if network is None:
        raise GraphRefusal("invalid", "Param platform must be one of {MESSENGER, INSTAGRAM}")
    api.need(SCOPES[network])
    found = [one for one in api.state.threads() if _shown(api, call, one, network)]
    if call.said("user_id", ""):
        person = api.state.people.get(call.said("user_id", ""))
        found = [one for one in found if person and one == thread_id(person)]
    return one_page(
        call,
        found if api.access.advanced else [],
        key=lambda one: max(by_time(each.exists_at, each.number) for each in _said(api, call, one)),
        show=lambda one: shape(api, call, "thread", one, call.fields),
    )


def thread(api: GraphApi, call: Call) -> Any:
    """One conversation."""
    api.need(SCOPES[_said(api, call, call.node.thread)[0].network])
    return shape(api, call, "thread", call.node.thread, call.fields)


def messages(api: GraphApi, call: Call) -> Any:
    """The messages of one conversation."""
    api.need(SCOPES[_said(api, call, call.node.thread)[0].network])
    return messages_of(api, call, call.node.thread, call.fields, None)


def message(api: GraphApi, call: Call) -> Any:
    """One message."""
    return shape(api, call, "message", call.node.message, call.fields)


def send(api: GraphApi, call: Call) -> Any:
    """Write to somebody in a window, or answer a comment or post in private."""
    recipient = call.told("recipient")
    words = call.told("message")
    sending = Sending(
        text=str(words.get("text", "")), kind=call.said("messaging_type", "RESPONSE"), tag=call.said("tag")
    )
    with api.state.lock:
        sent = _private_reply(api, call, recipient, sending) or _message(api, call, recipient, sending)
    api.state.tell(sent)
    return {"recipient_id": sent.recipient, "message_id": sent.id}


def _private_reply(api: GraphApi, call: Call, recipient: dict[str, Any], sending: Sending) -> GraphMessage | None:
    about = recipient.get("comment_id") or recipient.get("post_id")
    if not about:
        return None
    item = api.item(str(about), now=call.now, why="no_comment")
    if not api.ours(item):
        raise GraphRefusal("no_comment")
    api.need(SCOPES[item.network])
    author = check_private_reply(api.state, item, sending, now=call.now)
    return _write(api, call, author, sending, answers=item.id)


def _message(api: GraphApi, call: Call, recipient: dict[str, Any], sending: Sending) -> GraphMessage:
    person = api.state.people.get(str(recipient.get("id", "")))
    if person is None or person.is_page:
        raise GraphRefusal("no_person")
    api.need(SCOPES[person.network])
    check_message(api.state, person, sending, human_agent=api.access.human_agent, now=call.now)
    return _write(api, call, person, sending, tag=sending.tag)


def _write(api: GraphApi, call: Call, person: GraphPerson, sending: Sending, **more: object) -> GraphMessage:
    own = api.page if person.network is Network.FACEBOOK else api.instagram
    late = call.now + call.delay()
    return api.state.send(own, person, sending.text, at=call.now, exists_at=late, **more)


def _said(api: GraphApi, call: Call, thread: str) -> list[GraphMessage]:
    return api.state.thread(thread, now=call.now)


def _shown(api: GraphApi, call: Call, thread: str, network: Network) -> bool:
    said = _said(api, call, thread)
    wanted = call.said("user_id")
    return bool(said) and said[0].network is network and wanted in {"", said[0].sender, said[0].recipient}
