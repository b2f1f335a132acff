"""What a Page can be asked and told on the Graph look-alike: feed, tags, reviews, comments, likes, hiding, banning."""

from datetime import UTC, datetime
from typing import Any

from sandbox.facebook_shapes import KINDS
from sandbox.graph_api import Call, GraphApi
from sandbox.graph_lists import by_time, held_back, one_page
from sandbox.graph_rules import GraphRefusal, check_comment
from sandbox.graph_shapes import comments_of, shape
from sandbox.graph_values import Item, Network, Sort

READS, CONTENT, MANAGES = "pages_read_engagement", "pages_read_user_content", "pages_manage_engagement"
DONE = {"success": True}


def register(api: GraphApi) -> None:
    """Put every edge of Pages, posts and comments on the door."""
    api.kinds |= KINDS
    api.route("GET", "page", "", page, "pages_show_list")
    api.route("GET", "page", "feed", feed, READS)
    api.route("GET", "page", "posts", posts, READS)
    api.route("GET", "page", "tagged", tagged, CONTENT)
    api.route("GET", "page", "ratings", ratings, CONTENT)
    api.route("GET", "page", "blocked", blocked, MANAGES)
    api.route("POST", "page", "blocked", block, MANAGES)
    api.route("DELETE", "page", "blocked", unblock, MANAGES)
    api.route("GET", "person", "", person, "pages_messaging")
    for kind in ("post", "comment"):
        api.route("GET", kind, "", one, READS)
        api.route("GET", kind, "comments", comments, CONTENT)
        api.route("POST", kind, "comments", answer, MANAGES)
        api.route("POST", kind, "likes", like, MANAGES)
        api.route("DELETE", kind, "likes", unlike, MANAGES)
        api.route("POST", kind, "", change, MANAGES)
        api.route("DELETE", kind, "", delete, MANAGES)


def page(api: GraphApi, call: Call) -> Any:
    """The Page itself."""
    told = {
        "id": api.page.id,
        "name": api.page.name,
        "username": api.page.username,
        "category": "Cargo & freight company",
        "link": f"https://www.facebook.com/{api.page.id}",
        "tasks": ["ANALYZE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"],
        "instagram_business_account": {"id": api.instagram.id, "username": api.instagram.username},
    }
    asked = [one.name for one in call.fields] or ["name"]
    unknown = [name for name in asked if name not in told]
    if unknown:
        raise GraphRefusal("invalid", f"Tried accessing nonexisting field ({unknown[0]}) on node type (Page)")
    return {name: told[name] for name in (*asked, "id")}


def feed(api: GraphApi, call: Call) -> Any:
    """Everything on the Page: its own posts and visitors'."""
    return _posts(api, call, [one for one in _all(api, call) if one.sort is Sort.POST])


def posts(api: GraphApi, call: Call) -> Any:
    """The Page's own posts."""
    return _posts(api, call, [one for one in _all(api, call) if one.sort is Sort.POST and one.author == api.page.id])


def tagged(api: GraphApi, call: Call) -> Any:
    """Posts elsewhere that name the Page; who wrote them is not told."""
    found = [one for one in _all(api, call) if one.sort is Sort.TAG]
    return _posts(api, call, found)


def ratings(api: GraphApi, call: Call) -> Any:
    """Reviews."""
    found = [one for one in _all(api, call) if one.sort is Sort.REVIEW and not held_back(api, call, one)]
    return one_page(
        call,
        found,
        key=lambda one: by_time(one.at, one.number),
        show=lambda one: shape(api, call, "rating", one, call.fields),
    )


def one(api: GraphApi, call: Call) -> Any:
    """One post or comment."""
    return shape(api, call, call.node.kind, _about(call), call.fields)


def person(api: GraphApi, call: Call) -> Any:
    """Somebody who wrote to us."""
    return shape(api, call, "person", call.node.person, call.fields)


def comments(api: GraphApi, call: Call) -> Any:
    """Comments under a post, or replies to a comment."""
    for name, allowed in (("filter", {"stream", "toplevel"}), ("order", {"chronological", "reverse_chronological"})):
        if call.said(name, next(iter(allowed))) not in allowed:
            raise GraphRefusal("invalid", f"Param {name} must be one of {{{', '.join(sorted(allowed))}}}")
    return comments_of(api, call, _about(call), call.fields, None)


def answer(api: GraphApi, call: Call) -> Any:
    """Answer a post or a comment in public."""
    target, text = _about(call), call.said("message")
    check_comment(text, target.network)
    with api.state.lock:
        written = api.state.draft(api.page, text, sort=Sort.COMMENT, at=call.now, delay=call.delay(), under=target)
        api.state.put(written)
    api.state.tell(written)
    return {"id": written.id}


def like(api: GraphApi, call: Call) -> Any:
    """Like; liking twice is safe."""
    api.state.change(_about(call).id, liked=True)
    return DONE


def unlike(api: GraphApi, call: Call) -> Any:
    """Take a like back."""
    api.state.change(_about(call).id, liked=False)
    return DONE


def change(api: GraphApi, call: Call) -> Any:
    """Hide or show a comment, or write an own text anew."""
    item = _about(call)
    if "is_hidden" in call.params:
        if not item.can_hide:
            raise GraphRefusal("cannot_hide")
        api.state.change(item.id, hidden=call.said("is_hidden").lower() in {"true", "1"})
        return DONE
    if item.author != api.page.id or not call.said("message"):
        raise GraphRefusal("invalid", "Invalid parameter")
    api.state.change(item.id, text=call.said("message"), edited_at=call.now)
    return DONE


def delete(api: GraphApi, call: Call) -> Any:
    """Delete what stands on our own Page."""
    if not api.ours(_about(call)):
        raise GraphRefusal("scope_lost", MANAGES)
    api.state.delete(_about(call).id)
    return DONE


def blocked(api: GraphApi, call: Call) -> Any:
    """Who is shut out."""
    found = [api.state.people[one] for one in sorted(api.state.blocked)]
    return one_page(call, found, key=lambda one: (int(one.id), 0), show=lambda one: {"id": one.id, "name": one.name})


def block(api: GraphApi, call: Call) -> Any:
    """Shut somebody out; twice is safe."""
    api.state.blocked.add(_named(api, call))
    return {_named(api, call): True}


def unblock(api: GraphApi, call: Call) -> Any:
    """Let somebody in again."""
    api.state.blocked.discard(_named(api, call))
    return DONE


def _named(api: GraphApi, call: Call) -> str:
    named = call.said("user") or call.said("psid") or call.said("asid") or call.said("uid")
    known = api.state.people.get(named.strip('[]" '))
    if known is None or known.network is not Network.FACEBOOK:
        raise GraphRefusal("invalid", "Param user must be a valid user ID")
    return known.id


def _all(api: GraphApi, call: Call) -> list[Item]:
    return [one for one in api.state.shown(now=call.now) if one.network is Network.FACEBOOK]


def _posts(api: GraphApi, call: Call, found: list[Item]) -> Any:
    since, until = _instant(call, "since"), _instant(call, "until")
    left = [
        one
        for one in found
        if not held_back(api, call, one) and (since is None or one.at >= since) and (until is None or one.at < until)
    ]
    return one_page(
        call,
        left,
        key=lambda one: by_time(one.at, one.number),
        show=lambda one: shape(api, call, "post", one, call.fields),
    )


def _instant(call: Call, name: str) -> datetime | None:
    text = call.said(name)
    if not text:
        return None
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as exc:
        raise GraphRefusal("invalid", f"Param {name} must be a time") from exc
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _about(call: Call) -> Item:
    assert call.node.item is not None  # noqa: S101 - the door has found one for these kinds
    return call.node.item
