"""What X's refusals mean: one table from what X says to what we do about it. Data only; x_errors.py reads it.

Sources: docs.x.com "response codes and errors"; wordings that X does not document are as seen in public reports
(2026). A problem's `type` is asked before any wording, and the status alone comes last.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Act(Enum):
    """What we do about a refusal."""

    LATER = auto()
    RATE = auto()
    MONEY = auto()
    NEVER = auto()  # this item or this query
    STOP_SENDING = auto()
    STOP_ACCOUNT = auto()
    LOOK = auto()  # it may have been done


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table. A rule without types, codes or words goes by the status alone."""

    id: str
    statuses: range
    hearing: Act
    sending: Act
    why: str
    types: tuple[str, ...] = ()  # parts of the problem's `type`
    codes: frozenset[int] = frozenset()  # of API v1, which v2 still lets through
    words: tuple[str, ...] = ()  # lower case, in title, detail or messages
    json: bool | None = None  # False: only when the body is not the API's JSON
    remedy: str = ""
    gone: bool = False


def _only(status: int) -> range:
    return range(status, status + 1)


CREDITS = "Buy credits or raise the spending cap at console.x.com; hearing and sending go on by themselves."
_KEYS = "Make new keys and tokens in X's developer console, put them into the settings and run `sottovoce check`."
FULL_RIGHTS = (
    "In X's developer console set the app's permissions to «Read and write and Direct message», "
    "then regenerate the access token: an old token keeps its old rights."
)
_OPEN = "Answer from X's own app; the link is in the alert."

RULES: tuple[Rule, ...] = (
    Rule(
        id="x.out-of-credits",
        statuses=_only(402),
        hearing=Act.MONEY,
        sending=Act.MONEY,
        why="out of credits",
        remedy=CREDITS,
    ),
    Rule(
        id="x.spending-cap",
        statuses=range(403, 430),
        types=("problems/credits", "usage-capped", "spend-cap"),
        words=("spend cap", "spendcap", "spending limit", "usage cap exceeded"),
        hearing=Act.MONEY,
        sending=Act.MONEY,
        why="the spending cap is reached",
        remedy=CREDITS,
    ),
    Rule(
        id="x.locked",
        statuses=range(401, 404),
        codes=frozenset({326, 64}),
        words=("temporarily locked", "your account is suspended", "your account has been locked"),
        hearing=Act.STOP_ACCOUNT,
        sending=Act.STOP_SENDING,
        why="X has locked or suspended the account",
        remedy="Sign in at x.com as the account, follow what X asks for, then resume sending.",
    ),
    Rule(
        id="x.looks-automated",
        statuses=_only(403),
        codes=frozenset({226}),
        words=("might be automated", "looks automated"),
        hearing=Act.LATER,
        sending=Act.STOP_SENDING,
        why="X takes the request for unwanted automation",
        remedy="Give the account its «Automated» label, check what was sent last, then resume sending.",
    ),
    Rule(
        id="x.clock",
        statuses=_only(401),
        codes=frozenset({135}),
        words=("timestamp out of bounds",),
        hearing=Act.LATER,
        sending=Act.LATER,
        why="this machine's clock is wrong, so X refuses its signatures",
        remedy="Set the clock by NTP.",
    ),
    Rule(
        id="x.signed-out",
        statuses=_only(401),
        hearing=Act.STOP_ACCOUNT,
        sending=Act.STOP_ACCOUNT,
        why="the sign-in is wrong or was revoked",
        remedy=_KEYS,
    ),
    Rule(
        id="x.not-enrolled",
        statuses=_only(403),
        types=("client-forbidden", "unsupported-authentication"),
        words=("client-not-enrolled", "attached to a project"),
        hearing=Act.STOP_ACCOUNT,
        sending=Act.STOP_ACCOUNT,
        why="the app may not use this API, or not with this kind of sign-in",
        remedy="Attach the app to a project in X's developer console and use the tokens of the brand's own account.",
    ),
    Rule(
        id="x.no-permission",
        statuses=_only(403),
        types=("oauth1-permissions", "oauth2-permissions"),
        words=("appropriate oauth1 app permissions", "appropriate oauth2 app permissions"),
        hearing=Act.NEVER,
        sending=Act.STOP_SENDING,
        why="the access token lacks a permission",
        remedy=FULL_RIGHTS,
    ),
    Rule(
        id="x.duplicate",
        statuses=_only(403),
        codes=frozenset({187}),
        words=("duplicate content", "status is a duplicate"),
        hearing=Act.LATER,
        sending=Act.LOOK,
        why="X says the same text stands there already",
    ),
    Rule(
        id="x.not-summoned",
        statuses=_only(403),
        words=(
            "where you are mentioned or are the author",  # since summer 2026
            "not been mentioned or otherwise engaged",  # before
            "reply to this conversation is not allowed",
        ),
        hearing=Act.NEVER,
        sending=Act.NEVER,
        why="the author has not called us, so X lets no program answer",
        remedy=_OPEN,
    ),
    Rule(
        id="x.gone",
        statuses=range(400, 405),
        types=("resource-not-found",),
        words=("deleted or not visible to you",),
        hearing=Act.NEVER,
        sending=Act.NEVER,
        why="the post is deleted, or hidden from us",
        gone=True,
    ),
    Rule(
        id="x.replies-restricted",
        statuses=_only(403),
        codes=frozenset({433}),
        words=("restricted who can reply", "who can reply to this"),
        hearing=Act.NEVER,
        sending=Act.NEVER,
        why="the author has restricted who may reply",
        remedy=_OPEN,
    ),
    Rule(
        id="x.directs-closed",
        statuses=_only(403),
        codes=frozenset({349, 150, 476}),
        words=("permission to dm", "cannot send messages to this user"),
        hearing=Act.NEVER,
        sending=Act.NEVER,
        why="the customer takes no direct messages from us",
        remedy="Ask them in public, if they called us, to write to us or to open their messages.",
    ),
    Rule(
        id="x.not-visible",
        statuses=range(403, 405),
        types=("not-authorized-for-resource",),
        words=("not authorized to see",),
        hearing=Act.NEVER,
        sending=Act.NEVER,
        why="the author's posts are protected, or X does not show this to us",
    ),
    Rule(
        id="x.not-the-api",
        statuses=range(400, 405),
        json=False,
        hearing=Act.LATER,
        sending=Act.LATER,
        why="something else than X's API answered",
        remedy="Check `api_base`, and any proxy between this machine and X.",
    ),
    Rule(
        id="x.not-found",
        statuses=_only(404),
        hearing=Act.NEVER,
        sending=Act.NEVER,
        why="X knows no such post, conversation or account",
        remedy="Check `user_id` and `api_base`.",
        gone=True,
    ),
    Rule(
        id="x.bad-request",
        statuses=_only(400),
        hearing=Act.NEVER,
        sending=Act.NEVER,
        why="X does not accept the request",
        remedy='Check the search query; if it is right, try the setting names = "post".',
    ),
    Rule(
        id="x.forbidden",
        statuses=_only(403),
        hearing=Act.NEVER,
        sending=Act.NEVER,
        why="X forbids it without saying why",
        remedy=_OPEN,
    ),
    Rule(id="x.rate", statuses=_only(429), hearing=Act.RATE, sending=Act.RATE, why="the rate limit is used up"),
    Rule(id="x.slow", statuses=_only(408), hearing=Act.LATER, sending=Act.LOOK, why="X gave up waiting"),
    Rule(
        id="x.refused",
        statuses=range(400, 500),
        hearing=Act.NEVER,
        sending=Act.NEVER,
        why="X refuses the request",
        remedy=_OPEN,
    ),
    Rule(
        id="x.redirected",
        statuses=range(300, 400),
        hearing=Act.LATER,
        sending=Act.LOOK,
        why="X points to another address, and redirects are not followed",
        remedy="Check `api_base`, and any proxy between this machine and X.",
    ),
    Rule(id="x.outage", statuses=range(1000), hearing=Act.LATER, sending=Act.LOOK, why="X is in trouble"),
)
"""The first rule that matches wins."""

UNREADABLE = Rule(
    id="x.unreadable", statuses=range(200, 300), hearing=Act.LATER, sending=Act.LOOK, why="X's answer cannot be read"
)

GONE = frozenset({"x.gone", "x.not-found", "x.not-visible"})
"""Rules that say, of a post looked up by its id, that we can no longer see it."""
