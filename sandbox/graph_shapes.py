"""How Graph shows its objects: which fields each kind has and which come unasked; lists are cut elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.graph_api import Call, GraphApi
from sandbox.graph_fields import Field
from sandbox.graph_lists import by_time, held_back, one_page
from sandbox.graph_rules import GraphRefusal
from sandbox.graph_values import Item, Network, Sort

Give = Callable[[GraphApi, Call, Any, Field], Any]  # None: the field is not given


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object: Graph's name for it, its fields, and those given unasked beside the id."""

    name: str
    known: Mapping[str, Give]
    usual: tuple[str, ...] = ()


def shape(api: GraphApi, call: Call, kind: str, thing: Any, fields: tuple[Field, ...]) -> dict[str, Any]:
    """Show one object with the fields asked, or the usual ones. Raises GraphRefusal for a field it has not."""
    like: Kind = api.kinds[kind]
    asked = fields or tuple(Field(name) for name in like.usual)
    told = {}
    for one in (*asked, Field("id")):
        if one.name not in like.known:
            raise GraphRefusal("invalid", f"Tried accessing nonexisting field ({one.name}) on node type ({like.name})")
        value = like.known[one.name](api, call, thing, one)
        if value is not None:
            told[one.name] = value
    return told


def when(at: datetime) -> str:
    """A time as Graph writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def comments_of(
    api: GraphApi, call: Call, root: Item, fields: tuple[Field, ...], asked: Mapping[str, str] | None
) -> dict[str, Any]:
    """The comments under a post, or the replies to a comment; `asked`: None for the request's own parameters."""
    told = call.params if asked is None else asked
    stream = told.get("filter", "toplevel") == "stream" and root.sort is not Sort.COMMENT
    top = root.id if root.sort is Sort.COMMENT else ""
    found = [
        one
        for one in api.state.under(root.root, now=call.now)
        if (stream or one.parent == top) and not held_back(api, call, one)
    ]
    kind = "comment" if root.network is Network.FACEBOOK else "reply"
    order = told.get("order", _usual_order(root))
    page = one_page(
        call,
        found,
        key=lambda one: by_time(one.at, one.number),
        show=lambda one: shape(api, call, kind, one, fields),
        newest_first=order == "reverse_chronological",
        nested=asked,
    )
    if told.get("summary") in {"true", "1"}:
        page["summary"] = {"order": order, "total_count": len(found), "can_comment": True}
    return page


def _usual_order(root: Item) -> str:
    top = root.sort is not Sort.COMMENT
    return "reverse_chronological" if top and root.network is Network.INSTAGRAM else "chronological"


def user(api: GraphApi, person_id: str) -> dict[str, Any]:
    """Somebody as Graph names them."""
    person = api.state.people[person_id]
    if person.network is Network.INSTAGRAM:
        return {"id": person.id, "username": person.username}
    return {"id": person.id, "name": person.name}


def sender(api: GraphApi, _call: Call, item: Item, _field: Field) -> Any:
    """Who wrote it; not given for posts elsewhere, nor where somebody hides."""
    hidden = item.anonymous or (item.sort is Sort.TAG and item.network is Network.FACEBOOK)
    return None if hidden else user(api, item.author)


def created(_api: GraphApi, _call: Call, item: Item, _field: Field) -> Any:
    """When it was written."""
    return "not a time" if item.malformed else when(item.at)


def link(_api: GraphApi, _call: Call, item: Item, _field: Field) -> Any:
    """Where a browser finds it."""
    if item.network is Network.INSTAGRAM:
        return f"https://www.instagram.com/p/{item.root}/"
    page, _, post = item.root.partition("_")
    under = f"?comment_id={item.id.rpartition('_')[2]}" if item.sort is Sort.COMMENT else ""
    return f"https://www.facebook.com/{page}/posts/{post}{under}"


def comments(api: GraphApi, call: Call, item: Item, asked: Field) -> Any:
    """What stands under it; nothing where nothing does."""
    found = comments_of(api, call, item, asked.fields, asked.arguments)
    return found if found["data"] else None


def mailed(named: dict[str, Any]) -> dict[str, Any]:
    """A person as the inbox names them: with an address that is none."""
    return named if "username" in named else named | {"email": f"{named['id']}@facebook.com"}


def attribute(name: str) -> Give:
    """Give what the thing itself holds."""
    return lambda _api, _call, item, _field: getattr(item, name)


def always(value: Any) -> Give:
    """Give the same for everything."""
    return lambda _api, _call, _thing, _field: value


yes, no, absent = (always(value) for value in (True, False, None))


def words(_api: GraphApi, _call: Call, item: Item, _field: Field) -> Any:
    """What was written."""
    return item.text or None


def item_id(_api: GraphApi, _call: Call, item: Item, _field: Field) -> Any:
    """Its id."""
    return None if item.malformed else item.id


def comment_count(api: GraphApi, call: Call, item: Item, _field: Field) -> int:
    """How many comments stand under it."""
    return sum(item.id in {one.parent, one.root} for one in api.state.under(item.root, now=call.now))


def like_count(_api: GraphApi, _call: Call, item: Item, _field: Field) -> int:
    """How many likes it has: ours, or none."""
    return int(item.liked)
