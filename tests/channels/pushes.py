"""What platforms push, in the shapes they document: of X the page "event payloads", of Meta the webhook reference."""

from datetime import datetime
from typing import Any

OWN_ID, HANDLE = "1111111111111111111", "NordParcel"
ANA_ID = "2222222222222222222"
PAGE, PSID = "1234567890321", "987654321432"
POST = f"{PAGE}_901097836652708"
IG_USER, IGSID = "17841452691600098", "5614879045272581"

ANA = {
    "id": ANA_ID,
    "username": "ana_b",
    "name": "Ana Banana",
    "verified": False,
    "verified_type": "none",
    "public_metrics": {"followers_count": 97, "followers_count_str": "97"},
}


def x_event(kind: str, payload: Any, *, includes: Any = None, user_id: str = OWN_ID, uuid: str = "1") -> dict[str, Any]:
    """Put a payload into X's envelope."""
    data = {"event_uuid": uuid, "filter": {"user_id": user_id}, "event_type": kind, "tag": "t", "payload": payload}
    return {"data": data | ({"includes": includes} if includes is not None else {})}


def x_post(native_id: str, at: datetime, text: str = f"hey @{HANDLE}, third day without my parcel") -> dict[str, Any]:
    """Make a Post object as X gives it, polled or pushed."""
    return {
        "id": native_id,
        "author_id": ANA_ID,
        "text": text,
        "created_at": at.isoformat().replace("+00:00", ".000Z"),
        "conversation_id": native_id,
        "edit_history_tweet_ids": [native_id],
        "lang": "en",
        "entities": {"mentions": [{"start": 4, "end": 15, "username": HANDLE, "id": OWN_ID}]},
    }


def x_mention(native_id: str, at: datetime, **changed: Any) -> dict[str, Any]:
    return x_event("post.mention.create", x_post(native_id, at) | changed, includes={"users": [ANA]}, uuid=native_id)


def x_direct(native_id: str, at: datetime, text: str = "hello!", *, sender: str = ANA_ID, to: str = OWN_ID) -> Any:
    """Make a private message's event; the message is in API v1's shape."""
    message = {
        "type": "message_create",
        "id": native_id,
        "created_timestamp": str(int(at.timestamp() * 1000)),
        "message_create": {
            "target": {"recipient_id": to},
            "sender_id": sender,
            "message_data": {"text": text, "entities": {}},
        },
    }
    payload = {"direct_message_events": [message], "users": {ANA_ID: {"data": ANA}}}
    return x_event("dm.received" if sender != OWN_ID else "dm.sent", payload, uuid=native_id)


def change(field: str, value: Any, *, kind: str = "page", entry: str = PAGE) -> dict[str, Any]:
    """Put a change into Meta's envelope."""
    return {"object": kind, "entry": [{"id": entry, "time": 1449135003, "changes": [{"field": field, "value": value}]}]}


def comment(
    number: int, at: datetime, text: str = "third day without my parcel", writer: Any = None, **changed: Any
) -> dict[str, Any]:
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": comment_id(number),
        "post_id": POST,
        "parent_id": POST,
        "from": writer or {"id": PSID, "name": "Ana Banana"},
        "created_time": int(at.timestamp()),
        "message": text,
    }
    return change("feed", value | changed)


def comment_id(number: int) -> str:
    return f"901097836652708_{number}"


def gone(number: int) -> dict[str, Any]:
    value = {"item": "comment", "verb": "remove", "comment_id": comment_id(number), "post_id": POST}
    return change("feed", value | {"from": {"id": PSID, "name": "Ana Banana"}})


def message(mid: str, at: datetime, text: str = "hello", *, echo: bool = False, person: str = PSID) -> dict[str, Any]:
    us, them = {"id": PAGE}, {"id": person}
    event = {
        "sender": us if echo else them,
        "recipient": them if echo else us,
        "timestamp": int(at.timestamp() * 1000),
        "message": {"mid": mid, "text": text} | ({"is_echo": True, "app_id": 1} if echo else {}),
    }
    return {"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [event]}]}
