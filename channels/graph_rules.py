"""What Graph's refusals mean: one table from code and subcode to what we do about it. Data only; graph_errors.py reads.

Sources: Meta's "Handle errors" and the Messenger Platform's "Error codes" (2026); codes that Meta does not document
are as seen in public reports, and marked so. The first line that fits wins.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum, auto


class Act(Enum):
    """What we do about a refusal."""

    LATER = auto()
    RATE = auto()
    NEVER = auto()  # this item or this source
    STOP_SENDING = auto()
    STOP_ACCOUNT = auto()
    LOOK = auto()  # it may have been done


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table; what a line leaves empty may be anything."""

    id: str
    why: str
    hearing: Act = Act.NEVER
    sending: Act = Act.NEVER
    remedy: str = ""
    statuses: range = range(1000)
    codes: AbstractSet[int] = frozenset()
    subcodes: AbstractSet[int] = frozenset()
    words: tuple[str, ...] = ()  # lower case, in the message
    transient: bool = False  # only where Graph says that it will pass
    graph: bool | None = None  # True: only where the body is an error object of Graph, False: only where it is not
    gone: bool = False


_RENEW = "Make a new token (docs/channels.md, «Tokens»), put it into the secrets and run `sottovoce check`."
_BY_HAND = "Answer from Meta's own app; the link is in the alert."
PERMISSIONS = range(200, 300)

RULES: tuple[Rule, ...] = (
    # sending
    Rule(
        id="graph.window-shut",
        codes={10},
        subcodes={2018278, 2018065, 2534022},  # the second: Messenger's older one; the third: Instagram's
        why="more than 24 hours have gone by since the customer last wrote, so Meta takes no message",
        remedy="A person may answer within 7 days where the app has the Human Agent feature, or reply in public.",
    ),
    Rule(
        id="graph.page-restricted",
        codes={10},
        subcodes={1893063},
        hearing=Act.LATER,
        sending=Act.STOP_SENDING,
        why="Meta keeps the Page from sending for the time being",
        remedy="Look at the Page's «Page quality» and support inbox, follow what Meta asks for, then resume sending.",
    ),
    Rule(
        id="graph.blocked",
        codes={368},
        hearing=Act.LATER,
        sending=Act.STOP_SENDING,
        why="Meta has blocked the action as abusive",
        remedy="Send nothing for 24 hours, look at «Page quality» and at what was sent last, then resume sending.",
    ),
    Rule(
        id="graph.replied-privately",
        codes={10900},  # seen in public reports: once per comment, whoever sent it
        hearing=Act.NEVER,
        sending=Act.LOOK,
        why="Meta says this was answered in private before",
    ),
    Rule(
        id="graph.not-repliable",
        codes={10901, 10902, 10903},  # seen in public reports
        why="Meta takes no private reply to this: it is older than 7 days, or its author cannot be written to",
        remedy="Invite them in public to write to us.",
    ),
    Rule(
        id="graph.duplicate",
        codes={506},
        hearing=Act.LATER,
        sending=Act.LOOK,
        why="Meta says the same words stand there already",
    ),
    Rule(
        id="graph.unreachable",
        codes={551},
        why="the customer cannot be reached: they have left, or turned us off",
        remedy="Reply in public, if they wrote in public.",
    ),
    Rule(
        id="graph.unreachable",
        subcodes={1545041, 2018001},  # the second: no matching user found
        why="the customer cannot be reached: they have left, or turned us off",
        remedy="Reply in public, if they wrote in public.",
    ),
    # the sign-in
    Rule(
        id="graph.app-removed",
        codes={102, 190},
        subcodes={458},
        hearing=Act.STOP_ACCOUNT,
        sending=Act.STOP_ACCOUNT,
        why="the app was removed from the Page's or its administrator's settings",
        remedy=f"Add the app again. {_RENEW}",
    ),
    Rule(
        id="graph.checkpoint",
        codes={102, 190},
        subcodes={459, 464},
        hearing=Act.STOP_ACCOUNT,
        sending=Act.STOP_ACCOUNT,
        why="Meta wants the token's owner to sign in and confirm who they are",
        remedy=f"Sign in at facebook.com as the person who made the token, follow what Meta asks for. {_RENEW}",
    ),
    Rule(
        id="graph.password-changed",
        codes={102, 190},
        subcodes={460},
        hearing=Act.STOP_ACCOUNT,
        sending=Act.STOP_ACCOUNT,
        why="the password of the token's owner was changed, which ends the token",
        remedy=_RENEW,
    ),
    Rule(
        id="graph.token-expired",
        codes={102, 190},
        subcodes={463, 467},
        hearing=Act.STOP_ACCOUNT,
        sending=Act.STOP_ACCOUNT,
        why="the token has run out or is not valid any more",
        remedy=f"Use a token that does not run out. {_RENEW}",
    ),
    Rule(
        id="graph.signed-out",
        codes={102, 104, 190},
        hearing=Act.STOP_ACCOUNT,
        sending=Act.STOP_ACCOUNT,
        why="the token is wrong or was revoked",
        remedy=_RENEW,
    ),
    Rule(
        id="graph.wrong-secret",
        codes={100},
        words=("appsecret_proof", "app secret proof"),
        hearing=Act.STOP_ACCOUNT,
        sending=Act.STOP_ACCOUNT,
        why="the app secret is missing, or is not that of the app the token belongs to",
        remedy="Copy the app secret from the app's «Settings › Basic» into the secrets and run `sottovoce check`.",
    ),
    # limits
    Rule(
        id="graph.rate",
        codes={4, 17, 32, 341, 613, *range(80000, 80015)},  # the last: business use cases
        hearing=Act.RATE,
        sending=Act.RATE,
        why="Meta's rate limit is used up",
    ),
    Rule(
        id="graph.too-much",
        codes={1},
        words=("reduce the amount of data",),
        hearing=Act.LATER,
        sending=Act.LOOK,
        why="Meta finds the page that was asked for too large",
    ),
    # the thing itself
    Rule(
        id="graph.gone",
        codes={100},
        subcodes={33},
        why="it is deleted, or hidden from us",
        gone=True,
    ),
    # the rest, from the flag Graph sets to the bare status
    Rule(
        id="graph.transient",
        transient=True,
        hearing=Act.LATER,
        sending=Act.LOOK,
        why="Meta is in trouble and says that it will pass",
    ),
    Rule(
        id="graph.transient",
        codes={1, 2},
        hearing=Act.LATER,
        sending=Act.LOOK,
        why="Meta is in trouble",
    ),
    Rule(
        id="graph.outage",
        statuses=range(500, 1000),
        hearing=Act.LATER,
        sending=Act.LOOK,
        why="Meta is in trouble",
    ),
    Rule(
        id="graph.no-permission",
        codes={3, 10, *PERMISSIONS},
        why="the token lacks a permission, or the app has Standard Access only",
    ),
    Rule(
        id="graph.no-permission",
        codes={100},
        words=("missing permission", "permission or the", "requires the 'pages", "requires the 'instagram"),
        why="the token lacks a permission, or the app has Standard Access only",
    ),
    Rule(
        id="graph.bad-request",
        codes={100, 2500},
        why="Meta does not accept the request",
        remedy=_BY_HAND,
    ),
    Rule(
        id="graph.refused",
        graph=True,
        why="Meta refuses the request",
        remedy=_BY_HAND,
    ),
    Rule(
        id="graph.rate",
        statuses=range(429, 430),
        hearing=Act.RATE,
        sending=Act.RATE,
        why="Meta's rate limit is used up",
    ),
    Rule(
        id="graph.slow",
        statuses=range(408, 409),
        hearing=Act.LATER,
        sending=Act.LOOK,
        why="Meta gave up waiting",
    ),
    Rule(
        id="graph.redirected",
        statuses=range(300, 400),
        hearing=Act.LATER,
        sending=Act.LOOK,
        why="Meta points to another address, and redirects are not followed",
        remedy="Check `api_base`, and any proxy between this machine and Meta.",
    ),
    Rule(
        id="graph.not-the-api",
        statuses=range(400, 500),
        hearing=Act.LATER,
        sending=Act.LATER,
        why="something else than Graph answered",
        remedy="Check `api_base`, and any proxy between this machine and Meta.",
    ),
    Rule(id="graph.unreadable", hearing=Act.LATER, sending=Act.LOOK, why="Meta's answer cannot be read"),
)

GONE = frozenset({"graph.gone"})
"""Rules that say, of a thing looked up by its id, that we can no longer see it."""
