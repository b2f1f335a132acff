"""What can be done on the X look-alike: post, reply, delete, hide, write privately; by the self-serve rules."""

from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.wrappers import Response

from sandbox.hurting import problem
from sandbox.x_api import Call, XApi
from sandbox.x_params import Answered, invalid
from sandbox.x_state import Person, Refusal
from sandbox.x_text import links_in, show

LONGEST_DIRECT = 10_000  # characters; not established


def register(api: XApi, app: Flask) -> None:
    """Put every writing endpoint on the application."""
    api.route(app, "POST", "/2/tweets", "create", create)
    api.route(app, "DELETE", "/2/tweets/<post>", "delete", delete)
    api.route(app, "PUT", "/2/tweets/<post>/hidden", "hide", hide)
    api.route(app, "POST", "/2/dm_conversations/with/<person>/messages", "direct_create", direct_with)
    api.route(app, "POST", "/2/dm_conversations/<conversation>/messages", "direct_create", direct_in)


def create(api: XApi, call: Call) -> Any:
    """Post, or answer a post that calls us."""
    text = _text(call.body.get("text"))
    reply_to = _target(call)
    if call.body.get("quote_tweet_id") or call.body.get("quote_post_id"):
        raise Refusal("quote")
    with api.state.lock:
        api.state.check_post(call.me, text, reply_to=reply_to, now=call.now)
        draft = api.state.draft(call.me, text, at=call.now, delay=_delay(call), reply_to=reply_to)
        api.state.posts[draft.id] = draft
    api.state.tell(draft)
    api.bill.act(call.endpoint, _price(text, reply_to), now=call.now)
    number = str(draft.id)
    return {"data": {"edit_history_tweet_ids": [number], "id": number, "text": show(draft.text).text}}, 201


def delete(api: XApi, call: Call, post: str) -> Any:
    """Delete a post of our own."""
    found = api.state.existing(int(post), now=call.now) if post.isdecimal() else None
    if found is not None and found.author != call.me.id:
        raise Answered(_forbidden("You are not authorized to delete this Tweet."))
    if found is not None:
        api.state.delete(found.id)
        api.bill.act(call.endpoint, "delete", now=call.now)
    return {"data": {"deleted": found is not None}}


def hide(api: XApi, call: Call, post: str) -> Any:
    """Hide a reply in a conversation we began, or show it again."""
    hidden = call.body.get("hidden")
    if not isinstance(hidden, bool):
        raise Answered(invalid([{"parameters": {}, "message": "hidden must be true or false"}]))
    found = api.state.existing(int(post), now=call.now) if post.isdecimal() else None
    root = api.state.posts.get(found.conversation) if found else None
    if found is None or root is None or root.author != call.me.id or found.id == root.id:
        raise Answered(_forbidden("You are not allowed to hide or unhide this reply."))
    api.state.hide(found.id, hidden=hidden)
    api.bill.act(call.endpoint, "manage", now=call.now)
    return {"data": {"hidden": hidden}}


def direct_with(api: XApi, call: Call, person: str) -> Any:
    """Write privately to a person."""
    recipient = api.state.people.get(person)
    if recipient is None or recipient.id == call.me.id:
        message = f"The `participant_id` path parameter value [{person}] is not valid"
        raise Answered(invalid([{"parameters": {"participant_id": [person]}, "message": message}]))
    return _direct(api, call, recipient)


def direct_in(api: XApi, call: Call, conversation: str) -> Any:
    """Write into a private conversation."""
    others = [api.state.people.get(one) for one in conversation.split("-") if one != call.me.id]
    if len(others) != 1 or others[0] is None or call.me.id not in conversation.split("-"):
        raise Answered(_forbidden("You are not a participant of this conversation."))
    return _direct(api, call, others[0])


def _direct(api: XApi, call: Call, recipient: Person) -> Any:
    text = _text(call.body.get("text"))
    if len(text) > LONGEST_DIRECT:
        raise Answered(invalid([{"parameters": {}, "message": "text is too long"}]))
    api.state.check_direct(recipient)
    exists_at = call.now + _delay(call)
    sent = api.state.direct(call.me, recipient, text, at=call.now, exists_at=exists_at)
    api.bill.act(call.endpoint, "dm_create", now=call.now)
    return {"data": {"dm_conversation_id": sent.conversation, "dm_event_id": str(sent.id)}}, 201


def _text(text: object) -> str:
    if isinstance(text, str) and text.strip():
        return text
    raise Answered(invalid([{"parameters": {}, "message": "$.text: is missing but it is required"}]))


def _target(call: Call) -> int | None:
    reply = call.body.get("reply")
    if reply is None:
        return None
    told = reply if isinstance(reply, dict) else {}
    named = told.get("in_reply_to_tweet_id") or told.get("in_reply_to_post_id")
    if isinstance(named, str) and named.isdecimal():
        return int(named)
    raise Answered(invalid([{"parameters": {}, "message": "$.reply.in_reply_to_tweet_id: does not match a post id"}]))


def _delay(call: Call) -> timedelta:
    late = call.hurt("late_effect")
    return timedelta(seconds=late.seconds) if late else timedelta(0)


def _price(text: str, reply_to: int | None) -> str:
    if links_in(text):
        return "post_create_url"
    return "reply_summoned" if reply_to else "post_create"


def _forbidden(detail: str) -> Response:
    return problem(403, "Forbidden", detail)
