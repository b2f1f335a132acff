"""Tries out whether Meta's sign-in and permissions are what the work needs. Sends nothing and repairs nothing. Free."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.graph_client import Answered, Client
from channels.graph_endpoints import PAGE
from channels.graph_fields import data, graph_id, mapping
from channels.graph_inbox import conversations
from channels.graph_parse import Own
from domain.errors import Refused, SottovoceError, Unavailable
from domain.sending import Probe

SIGN_IN, TOKEN, RIGHTS, VERSION, INBOX = "sign-in", "token", "permissions", "version", "inbox"
ORDER = (SIGN_IN, TOKEN, RIGHTS, VERSION, INBOX)
SOON = timedelta(days=14)  # before a token runs out: time for a person to make a new one

RENEW = "Make a new token (docs/channels.md, «Tokens»), put it into the secrets and run `sottovoce check`."
STANDARD = (
    "With Standard Access Meta shows an app only people who have a role in it. Apply for Advanced Access (App Review) "
    "and have the business verified: docs/channels.md, «Meta: before you begin»."
)


def probe(
    client: Client, own: Own, *, platform: str, needs: Mapping[str, str], hear_inbox: bool, now: datetime
) -> Sequence[Probe]:
    """Try each permission; refusals are findings, never errors. `needs`: permission -> what it is for."""
    return _tried(client, own, platform=platform, needs=needs, hear_inbox=hear_inbox, now=now).findings


def checkup(
    client: Client, own: Own, *, platform: str, needs: Mapping[str, str], hear_inbox: bool, now: datetime
) -> Sequence[Probe]:
    """Do the same without what could not be tried just now: an outage says nothing about a sign-in."""
    tried = _tried(client, own, platform=platform, needs=needs, hear_inbox=hear_inbox, now=now)
    return [finding for finding in tried.findings if finding not in tried.unsure]


def _tried(
    client: Client, own: Own, *, platform: str, needs: Mapping[str, str], hear_inbox: bool, now: datetime
) -> "_Tried":
    tried = _Tried()
    token = tried.ask(TOKEN, lambda: client.token(now=now))
    page = tried.ask(SIGN_IN, lambda: client.read(PAGE, own.page_id, params={"fields": "id,name"}, now=now))
    if token:
        told = mapping(token.payload.get("data"))
        tried.found(_token(told, now))
        tried.found(_rights(told, needs))
    if page:
        tried.found(_who(page.payload, own))
        tried.found(_version(page.version, client.version))
    if hear_inbox:
        params = {"platform": platform, "fields": "id", "limit": 1}
        talks = tried.ask(
            INBOX, lambda: client.read(conversations(platform), own.page_id, "conversations", params, now=now)
        )
        if talks:
            tried.found(_inbox(talks.payload, lambda: _unread(client, own, now)))
    tried.findings.sort(key=lambda finding: ORDER.index(finding.what))
    return tried


class _Tried:
    """What the probes have shown so far."""

    def __init__(self) -> None:
        self.findings: list[Probe] = []
        self.unsure: list[Probe] = []  # of them, those an outage or a limit kept from being tried

    def found(self, finding: Probe) -> None:
        self.findings.append(finding)

    def ask(self, what: str, call: Callable[[], Answered]) -> Answered | None:
        try:
            return call()
        except SottovoceError as failed:
            remedy = failed.remedy if isinstance(failed, Refused) else ""
            why = getattr(failed, "why", "failed")
            finding = Probe(what=what, ok=False, detail=why, remedy=remedy or "Try again in a while.")
            self.found(finding)
            if isinstance(failed, Unavailable):
                self.unsure.append(finding)
            return None


def _who(page: Mapping[str, Any], own: Own) -> Probe:
    if graph_id(page.get("id")) != own.page_id:
        detail = f"the token shows another Page than `page_id` {own.page_id}"
        return Probe(what=SIGN_IN, ok=False, detail=detail, remedy="Set `page_id`, or use the Page's own token.")
    return Probe(what=SIGN_IN, ok=True, detail=f"the Page {own.page_id} answers")


def _token(told: Mapping[str, Any], now: datetime) -> Probe:
    """Say how long the token lives. Meta writes 0 for "for ever"."""
    if told.get("is_valid") is not True:
        return Probe(what=TOKEN, ok=False, detail="Meta says that the token is not valid", remedy=RENEW)
    ends = {
        "the token runs out": _epoch(told.get("expires_at")),
        "access to data ends": _epoch(told.get("data_access_expires_at")),
    }
    what, at = min(((what, at) for what, at in ends.items() if at), key=lambda end: end[1], default=("", None))
    if at is None:
        return Probe(what=TOKEN, ok=True, detail="valid; it does not run out")
    detail = f"{what} on {at:%d %b %Y}"
    return Probe(what=TOKEN, ok=at - now > SOON, detail=detail, remedy=RENEW if at - now <= SOON else "")


def _epoch(value: Any) -> datetime | None:
    """Take seconds since 1970; 0 and nonsense are no end."""
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**11
    return datetime.fromtimestamp(value, UTC) if usable else None


def _rights(told: Mapping[str, Any], needs: Mapping[str, str]) -> Probe:
    listed = told.get("scopes")
    scopes = {scope for scope in listed if isinstance(scope, str)} if isinstance(listed, list) else set[str]()
    missing = [f"{scope} ({what})" for scope, what in needs.items() if scope not in scopes]
    if not missing:
        return Probe(what=RIGHTS, ok=True, detail=f"the token has all {len(needs)}")
    remedy = f"Make the token anew with these permissions. {STANDARD}"
    return Probe(what=RIGHTS, ok=False, detail=f"missing: {', '.join(missing)}", remedy=remedy)


def _version(served: str, asked: str) -> Probe:
    if served in ("", asked):
        return Probe(what=VERSION, ok=True, detail=f"Graph {asked}")
    detail = f"Meta answered as {served}, not as {asked}"
    return Probe(what=VERSION, ok=False, detail=detail, remedy=f'Set version = "{served}" after reading its changelog.')


def _inbox(talks: Mapping[str, Any], unread: Callable[[], int]) -> Probe:
    if data(talks):
        return Probe(what=INBOX, ok=True, detail="can be heard")
    waiting = unread()
    if waiting:
        detail = f"Meta shows no conversation although {waiting} messages are unread"
        return Probe(what=INBOX, ok=False, detail=detail, remedy=STANDARD)
    return Probe(what=INBOX, ok=True, detail=f"can be heard; it is empty. If customers have written: {STANDARD}")


def _unread(client: Client, own: Own, now: datetime) -> int:
    """Ask how many messages wait; 0 where Meta does not say. Asked by itself: a field it drops refuses the request."""
    try:
        told = client.read(PAGE, own.page_id, params={"fields": "unread_message_count"}, now=now).payload
    except SottovoceError:
        return 0
    count = told.get("unread_message_count")
    return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else 0
