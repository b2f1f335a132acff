"""Tries out whether X's sign-in and permissions are what the work needs. Sends nothing and repairs nothing.

A probe asks for one sign-in, at most five mentions and one direct message: by X's price table up to 0.14 USD, most of
it for the mentions' authors and the posts they quote. A probe carries no usage, so this is not in the ledger.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from channels.x_client import Answered, Client
from channels.x_fields import mapping, plain_id, rows
from channels.x_hear import EVENTS, POSTS
from channels.x_parse import Own
from channels.x_rules import CREDITS, FULL_RIGHTS
from channels.x_settings import Settings
from domain.errors import Pause, Refused, SottovoceError, Unavailable
from domain.sending import Probe

SIGN_IN, MENTIONS, DIRECTS, RIGHTS, MONEY = "sign-in", "mentions", "direct messages", "right to answer", "credits"

_NAMES = 'Set names = "post" for this account: X no longer answers to the old field names.'


def probe(client: Client, settings: Settings, own: Own, *, now: datetime) -> Sequence[Probe]:
    """Try each permission in the cheapest harmless way; refusals are findings, never errors."""
    tried = _Tried()
    me = tried.ask(SIGN_IN, lambda: client.me(now=now))
    mentions = tried.ask(MENTIONS, lambda: client.mentions(own.user_id, {**POSTS, "max_results": 5}, now=now))
    if settings.hear_directs:
        events = tried.ask(DIRECTS, lambda: client.directs({**EVENTS, "max_results": 1}, now=now))
        if events:
            tried.found(Probe(what=DIRECTS, ok=True, detail="can be heard"))
    if me:
        tried.found(_who(me.payload, own))
        tried.found(_rights(me.access, settings))
    if mentions:
        tried.found(_names(mentions.payload))
    if me or mentions or tried.out_of_money:
        tried.found(_money(tried.out_of_money))
    order = (SIGN_IN, MENTIONS, DIRECTS, RIGHTS, MONEY)
    return sorted(tried.findings, key=lambda finding: order.index(finding.what))


class _Tried:
    """What the probes have shown so far."""

    def __init__(self) -> None:
        self.findings: list[Probe] = []
        self.out_of_money: Unavailable | None = None

    def found(self, finding: Probe) -> None:
        self.findings.append(finding)

    def ask(self, what: str, call: Callable[[], Answered]) -> Answered | None:
        try:
            return call()
        except SottovoceError as failed:
            if isinstance(failed, Unavailable) and failed.pause is Pause.MONEY:
                self.out_of_money = failed
            remedy = failed.remedy if isinstance(failed, Refused) else "Try again in a while."
            self.found(Probe(what=what, ok=False, detail=getattr(failed, "why", "failed"), remedy=remedy))
            return None


def _who(payload: Mapping[str, Any], own: Own) -> Probe:
    user = mapping(payload.get("data"))
    user_id, handle = plain_id(user.get("id")), str(user.get("username", ""))
    if user_id != own.user_id:
        detail = f"the token belongs to another account than `user_id` {own.user_id}"
        return Probe(
            what=SIGN_IN, ok=False, detail=detail, remedy="Set `user_id`, or use the brand account's own token."
        )
    if handle.casefold() != own.handle.casefold():
        detail = "the account's handle is not the one in the settings"
        return Probe(what=SIGN_IN, ok=False, detail=detail, remedy="Set `handle` to the account's present name.")
    return Probe(what=SIGN_IN, ok=True, detail=f"signed in as @{handle} ({user_id})")


def _names(payload: Mapping[str, Any]) -> Probe:
    items = [mapping(item) for item in rows(payload.get("data"))]
    if any(not (item.get("author_id") and item.get("created_at")) for item in items):
        return Probe(what=MENTIONS, ok=False, detail="posts come without author or time", remedy=_NAMES)
    return Probe(what=MENTIONS, ok=True, detail="can be heard" if items else "can be heard; there are none yet")


def _rights(access: str, settings: Settings) -> Probe:
    if access == "read":
        return Probe(what=RIGHTS, ok=False, detail="the token may only read", remedy=FULL_RIGHTS)
    if access == "read-write" and settings.hear_directs:
        detail = "the token may reply in public, but neither read nor write direct messages"
        return Probe(what=RIGHTS, ok=False, detail=detail, remedy=FULL_RIGHTS)
    if access:
        return Probe(what=RIGHTS, ok=True, detail=f"the token's rights: {access}")
    detail = "X does not say; an OAuth 2.0 token needs the scopes tweet.write, dm.write and tweet.moderate.write"
    return Probe(what=RIGHTS, ok=True, detail=detail)


def _money(failed: Unavailable | None) -> Probe:
    if failed:
        return Probe(what=MONEY, ok=False, detail=failed.why, remedy=CREDITS)
    return Probe(what=MONEY, ok=True, detail="X answers; no spending block")
