"""What Graph lets a Page send, when, and how long it may be; only the platform's side of the rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.graph_state import GraphState
from sandbox.graph_values import GraphPerson, Item, Network, Sort

WINDOW = timedelta(hours=24)  # from the person's last private message
AGENT_WINDOW = timedelta(days=7)  # the same, for words a person wrote
PRIVATE_REPLY_WITHIN = timedelta(days=7)  # from the comment or post
TYPES = frozenset({"RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"})
LONGEST_MESSAGE = {Network.FACEBOOK: 2000, Network.INSTAGRAM: 1000}  # characters; on Instagram UTF-8 bytes
LONGEST_COMMENT = {Network.FACEBOOK: 8000, Network.INSTAGRAM: 300}  # characters; Facebook's is not established
MOST_HASHTAGS, MOST_LINKS = 4, 1  # in a comment on Instagram


class GraphRefusal(Exception):  # noqa: N818 - an answer, not a failure: the API says it to the client
    """The platform says no, in the words clients are shown."""

    def __init__(self, why: str, about: str = "") -> None:
        """`why` is the name of the answer; `about` what it names."""
        super().__init__(why)
        self.why, self.about = why, about


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a private message is to be sent."""

    text: str
    kind: str = "RESPONSE"
    tag: str = ""


def check_text(sending: Sending, network: Network) -> None:
    """Refuse a private message that is empty or too long."""
    if not sending.text.strip():
        raise GraphRefusal("invalid", "Param message[text] must be a non-empty UTF8 string")
    length = len(sending.text.encode()) if network is Network.INSTAGRAM else len(sending.text)
    if length > LONGEST_MESSAGE[network]:
        raise GraphRefusal("too_long", str(LONGEST_MESSAGE[network]))


def check_message(
    state: GraphState, recipient: GraphPerson, sending: Sending, *, human_agent: bool, now: datetime
) -> None:
    """Refuse a message the windows, the tags or the person do not allow."""
    if sending.kind not in TYPES:
        raise GraphRefusal("invalid", f"Param messaging_type must be one of {{{', '.join(sorted(TYPES))}}}")
    tagged = sending.kind == "MESSAGE_TAG"
    if tagged and sending.tag != "HUMAN_AGENT":
        raise GraphRefusal("tag")
    if tagged and not human_agent:
        raise GraphRefusal("human_agent")
    check_text(sending, recipient.network)
    last = state.last_word(recipient, now=now)
    if last is None or now - last > (AGENT_WINDOW if tagged else WINDOW):
        raise GraphRefusal("window_instagram" if recipient.network is Network.INSTAGRAM else "window")
    if not recipient.reachable:
        raise GraphRefusal("unavailable")


def check_private_reply(state: GraphState, item: Item, sending: Sending, *, now: datetime) -> GraphPerson:
    """Refuse a private reply that is late, the second, or to somebody it cannot reach. Returns who it reaches."""
    check_text(sending, item.network)
    author = state.people[item.author]
    if author.is_page or item.anonymous or item.sort is Sort.TAG:
        raise GraphRefusal("not_replyable")
    if item.replied:
        raise GraphRefusal("used_up")
    if now - item.at > PRIVATE_REPLY_WITHIN:
        raise GraphRefusal("too_late")
    if not author.reachable:
        raise GraphRefusal("unavailable")
    return author


def check_comment(text: str, network: Network) -> None:
    """Refuse a public answer that is empty, too long or, on Instagram, shouts."""
    if not text.strip():
        raise GraphRefusal("invalid", "Must provide message or attachment")
    if len(text) > LONGEST_COMMENT[network]:
        raise GraphRefusal("invalid", f"Comment must not exceed {LONGEST_COMMENT[network]} characters")
    if network is not Network.INSTAGRAM:
        return
    if text.count("#") > MOST_HASHTAGS or text.count("http") > MOST_LINKS:
        raise GraphRefusal("invalid", "Comment has too many hashtags or links")
    if text.upper() == text and text.lower() != text:
        raise GraphRefusal("invalid", "Comment must not consist of capital letters only")
