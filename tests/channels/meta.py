"""What the tests of Facebook and Instagram share: a Page, an account, their connectors, and Graph's shapes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from channels import facebook, instagram
from channels.facebook import Facebook
from channels.instagram import Instagram
from domain.sending import DeliveryKind, Order, PostRef
from tests.channels.wire import Asked, Wire, answer
from tests.conftest import NOON

PAGE, USER = "900", "901"
TOKEN, SECRET, APP = "page-token-1", "app-secret-2", "77"
US = {"id": PAGE, "name": "Nord Parcel"}
ANA = {"id": "7", "name": "Ana B"}
SECRETS = (TOKEN, SECRET)

SIGN_IN: dict[str, Any] = {
    "page_id": PAGE,
    "access_token": TOKEN,
    "app_id": APP,
    "app_secret": SECRET,
    "connect_timeout": timedelta(seconds=1),
    "read_timeout": timedelta(seconds=0.3),
}
SIGN_IN_INSTAGRAM: dict[str, Any] = {**SIGN_IN, "user_id": USER, "handle": "nordparcel"}


def a_page(wire: Wire, **changed: Any) -> Facebook:
    """Make a connector to `wire`."""
    said = {**SIGN_IN, "api_base": wire.url, **changed}
    return facebook.connect(facebook.Settings(**_given(said)), now=NOON)


def an_account(wire: Wire, **changed: Any) -> Instagram:
    """Make a connector to `wire`."""
    said = {**SIGN_IN_INSTAGRAM, "api_base": wire.url, **changed}
    return instagram.connect(instagram.Settings(**_given(said)), now=NOON)


def _given(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def stamp(at: datetime) -> str:
    """Write a time as Graph does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def ago(**back: float) -> str:
    """Write a time before noon as Graph does."""
    return stamp(NOON - timedelta(**back))


def a_comment(native_id: str = "55_20", **changed: Any) -> dict[str, Any]:
    item = {
        "id": native_id,
        "message": "third day without my parcel",
        "from": ANA,
        "created_time": ago(minutes=5),
        "can_hide": True,
        "can_reply_privately": True,
        "is_hidden": False,
        "permalink_url": f"https://www.facebook.com/900/posts/55/?comment_id={native_id}",
    }
    return without_none(item | changed)


def a_message(native_id: str = "m_1", **changed: Any) -> dict[str, Any]:
    item = {
        "id": native_id,
        "created_time": ago(minutes=5),
        "from": ANA,
        "to": {"data": [US]},
        "message": "order 88213",
    }
    return without_none(item | changed)


def a_talk(*messages: dict[str, Any], native_id: str = "t_1", **changed: Any) -> dict[str, Any]:
    item = {
        "id": native_id,
        "link": "/900/inbox/1/",
        "updated_time": messages[0].get("created_time", ago()) if messages else ago(minutes=5),
        "participants": {"data": [ANA, US]},
        "messages": {"data": list(messages)},
    }
    return without_none(item | changed)


def without_none(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}


def listing(*items: Any, after: str = "") -> dict[str, Any]:
    """Make a page of an edge; `after` leads on, with the token in the link as Graph writes it."""
    found: dict[str, Any] = {"data": list(items)}
    cursors = {"before": "b", "after": after or "last"}
    found["paging"] = {"cursors": cursors}
    if after:
        found["paging"]["next"] = f"https://graph.facebook.com/v26.0/x?access_token={TOKEN}&limit=25&after={after}"
    return found


def error(code: int, subcode: int | None = None, message: str = "(#1) …", **more: Any) -> dict[str, Any]:
    """Make an error body."""
    told = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbC-1", **more}
    return {"error": told | ({"error_subcode": subcode} if subcode is not None else {})}


def served(pages: Mapping[str, Any]) -> Callable[[Asked], bytes]:
    """Serve one body for each path, whatever the query."""

    def respond(asked: Asked) -> bytes:
        path = asked.path.removeprefix("/v26.0/")
        found = pages.get(f"{asked.method} {path}", pages.get(path))
        return answer(200, found) if found is not None else answer(400, error(100, 33))

    return respond


REPLYING = Order(key="case-1:acknowledge", kind=DeliveryKind.REPLY, account=PAGE, target="55_20", body="We are sorry.")
SAYING = Order(
    key="case-1:context",
    kind=DeliveryKind.MESSAGE,
    account=PAGE,
    target="t_1",
    body="What is its number?",
    extra={"author": "7"},
)
IN_PRIVATE = Order(
    key="case-1:invite",
    kind=DeliveryKind.PRIVATE_REPLY,
    account=PAGE,
    target="55_20",
    body="Please answer here.",
    extra={"author": "7"},
)
HIDING = Order(key="case-1:hide", kind=DeliveryKind.HIDE, account=PAGE, target="55_20", body="", by="person:1")

HEAR, LOOK, REPLY, SEND, PRIVATELY = "hear", "look", "reply", "message", "private reply"
HIDE, LIKE, DELETE, BAN = "hide", "like", "delete", "ban"


def does(page: Facebook, what: str, now: datetime) -> object:
    """Do one of the connector's acts."""
    acts: dict[str, Callable[[], object]] = {
        HEAR: lambda: page.fetch("posts", None, now=now),
        LOOK: lambda: page.look(PostRef(native_id="55_20"), now=now),
        REPLY: lambda: page.reply(REPLYING, now=now),
        SEND: lambda: page.message(SAYING, now=now),
        PRIVATELY: lambda: page.private_reply(IN_PRIVATE, now=now),
        HIDE: lambda: page.hide(HIDING, now=now),
        LIKE: lambda: page.like(HIDING, now=now),
        DELETE: lambda: page.delete(HIDING, now=now),
        BAN: lambda: page.ban(HIDING, now=now),
    }
    return acts[what]()
