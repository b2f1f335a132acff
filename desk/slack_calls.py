"""What Slack is asked to do for an order: post a card, post the weekly report's words, upload one of its pictures.

Makes the calls ready and knows their traces again; it calls nothing by itself and judges no failure.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from slack_sdk.web import SlackResponse, WebClient

from desk.cards import Blocks, blocks, summary
from desk.choices import offered
from desk.phrases import clean
from desk.report import parts
from desk.report.values import Picture, RoomWords
from desk.slack_errors import NAME
from domain.cards import Card
from domain.errors import Refused, Scope
from domain.sending import DeliveryKind, Order

EVENT = "sottovoce_delivery"
_ALT, _TITLE = 1500, 150  # characters; Slack documents no limit for either

Call = Callable[[], SlackResponse]


def ready(web: WebClient, order: Order) -> Call:
    """Make the one call that carries an order out. Raises Refused where it holds nothing Slack could show."""
    if order.kind is not DeliveryKind.REPORT:
        card = _card(order)
        return _message(web, order, blocks(card, choices=offered(order.extra)), summary(card))
    part = parts.of(order)
    if isinstance(part, Picture):
        return _upload(web, order, part)
    if isinstance(part, RoomWords):
        return _message(web, order, [dict(block) for block in part.blocks], part.text)
    raise Refused(NAME, "a letter is nothing for a room", rule="slack.no-card")


def done(answer: SlackResponse) -> str:
    """Read the id of what was made: a message's ts, or the id of an uploaded file. Empty where there is none."""
    files = answer.get("files") or [{}]
    found = answer.get("ts") or (files[0].get("id") if isinstance(files, list) and files else None)
    return found if isinstance(found, str) else ""


def is_trace(message: Mapping[str, Any], order: Order) -> bool:
    """Say whether a message is what became of an order: by the key in its metadata, or by its picture's file name."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    if metadata.get("event_type") == EVENT and payload.get("key") == order.key:
        return True
    name = file_name(order)
    return any(isinstance(one, dict) and one.get("name") == name for one in message.get("files") or [])


def file_name(order: Order) -> str:
    """Name an order's file: an upload takes no metadata, so the key's digest stands in the name."""
    return f"sottovoce-{sha256(order.key.encode()).hexdigest()[:16]}.png"


def narrowed(exc: Refused, order: Order) -> Refused:
    """Let a scope that only pictures need stop this picture, not the alerts. Source: `files:write`."""
    if order.kind is not DeliveryKind.REPORT or exc.rule != "slack.missing-scope" or "files:write" not in exc.why:
        return exc
    return Refused(NAME, exc.why, rule=exc.rule, scope=Scope.ITEM, remedy=exc.remedy)


def _message(web: WebClient, order: Order, laid: Blocks, text: str) -> Call:
    return lambda: web.chat_postMessage(
        channel=order.target,
        blocks=laid,
        text=text,
        thread_ts=order.extra.get("thread"),
        metadata={"event_type": EVENT, "event_payload": {"key": order.key}},
        unfurl_links=False,
        unfurl_media=False,
        link_names=False,
        mrkdwn=False,
    )


def _upload(web: WebClient, order: Order, picture: Picture) -> Call:
    """Upload a picture: nobody sees it before the last of its three requests."""
    return lambda: web.files_upload_v2(
        content=picture.png,
        filename=file_name(order),
        title=clean(picture.title, _TITLE) or picture.name,
        alt_txt=clean(picture.alt, _ALT),
        channel=order.target,
        thread_ts=order.extra.get("thread"),
    )


def _card(order: Order) -> Card:
    try:
        return Card.from_json(order.body)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Refused(NAME, "the delivery holds no card", rule="slack.no-card") from None
