"""The oracle: the platforms' rules as their documents say them, over a plain history. Knows no rule table and no check.

Written from the platforms' documents (X developer guidelines and changelog; Messenger platform policy; Graph API), with
durations to the second. It says why something that was sent must not have been; an empty list: it was legal.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

WORDS = {"public", "private-reply", "message"}
DAY, WEEK = timedelta(hours=24), timedelta(days=7)


@dataclass(slots=True)
class Sent:
    """Something that went to a customer, or was done to a post of theirs."""

    what: str  # "public", "private-reply", "message", "like", "hide", "delete", "ban"
    at: datetime
    post: str
    bot: bool
    person: str  # whose words or act; empty: nobody stands for it
    text: str
    case: int
    who: str = "ana"
    closing: bool = False
    decided: bool = False  # a person released it


@dataclass(slots=True)
class Public:
    """A public post of the customer's."""

    id: str
    at: datetime
    summoned: bool
    author_known: bool
    private_possible: bool  # the platform's own flag
    hideable: bool
    gone: bool = False


@dataclass(slots=True)
class Past:
    """What has happened so far, as a bystander would write it down."""

    channel: str
    posts: dict[str, Public] = field(default_factory=dict)
    private: list[datetime] = field(default_factory=list)  # when the customer wrote in private
    sent: list[Sent] = field(default_factory=list)
    opted_out: bool = False
    danger: bool = False  # somebody may come to harm
    claimed: bool = False
    closed: bool = False
    paused: bool = False
    human_agent: bool = False
    closings_by_settings: bool = False


def illegal(past: Past, now: Sent) -> list[str]:
    """Say which rules sending `now` breaks, given what has happened before."""
    wrong = _by_anybody(past, now) + (_by_bot(past, now) if now.bot else [])
    return wrong + {"x": _on_x, "facebook": _on_meta, "instagram": _on_meta}.get(past.channel, _elsewhere)(past, now)


def _by_anybody(past: Past, now: Sent) -> list[str]:
    post = past.posts.get(now.post)
    wrong = ["the stop switch is on"] if past.paused else []
    if now.what in {"public", "private-reply", "like", "hide"} and (post is None or post.gone):
        wrong.append("no such post")
    if now.what in {"delete", "ban"} and not now.person:
        wrong.append("nobody stands for what cannot be undone")
    if now.what == "public" and post and not post.summoned:
        wrong.append("no program may answer this post")
    return wrong


def _by_bot(past: Past, now: Sent) -> list[str]:
    found = {
        "only people act on posts": now.what not in WORDS,
        "they asked for no automatic words": past.opted_out,
        "a canned word could do harm": past.danger,
        "a person has the case": past.claimed,
        "the case is closed": past.closed and not now.closing,
        "nobody decided to close the thread": now.closing and not (now.decided or past.closings_by_settings),
        "does not say that a machine writes": not _known_for_a_machine(past, now),
    }
    return [wrong for wrong, so in found.items() if so] + _again(past, now)


def _known_for_a_machine(past: Past, now: Sent) -> bool:
    """Say whether the words disclose, or earlier ones did within a day, with no person's word since."""
    told = [each.at for each in past.sent if each.bot and "automated" in each.text]
    person = [each.at for each in past.sent if not each.bot and each.what in WORDS]
    fresh = [at for at in told if now.at - at <= DAY and all(at > spoke for spoke in person)]
    return "automated" in now.text or bool(fresh)


def _again(past: Past, now: Sent) -> list[str]:
    wrong = []
    same = [each for each in past.sent if each.bot and each.text == now.text]
    if any(now.at - each.at <= timedelta(hours=1) for each in same):
        wrong.append("they were told just this within the hour")
    public = [each for each in past.sent if each.what == "public" and each.text == now.text]
    if now.what == "public" and any(now.at - each.at <= timedelta(minutes=2) for each in public):
        wrong.append("the same words stood there just now")
    answered = [each for each in past.sent if each.what == "message" and each.bot]
    if now.what == "message" and answered and past.private and answered[-1].at >= past.private[-1]:
        wrong.append("their latest message was answered")
    return wrong


def _answers(past: Past, *, closing: bool) -> int:
    return sum(each.bot and each.what == "public" and each.closing == closing for each in past.sent)


def _on_x(past: Past, now: Sent) -> list[str]:
    wrong = []
    if now.what in {"private-reply", "like", "delete", "ban"}:
        wrong.append("X offers no such thing")
    if now.what == "message" and not past.private:
        wrong.append("X: only after they wrote first")
    if now.bot and now.what == "public" and _answers(past, closing=False) + _answers(past, closing=True) > 0:
        wrong.append("X: one automated reply an interaction")
    return wrong


def _on_meta(past: Past, now: Sent) -> list[str]:
    wrong = []
    post = past.posts.get(now.post)
    if now.what == "private-reply":
        wrong += _private_reply(past, now, post)
    if now.what == "message":
        wrong += _message(past, now)
    if now.what == "hide" and post and not post.hideable:
        wrong.append("Meta: this cannot be hidden")
    if now.what in {"like", "ban"} and past.channel == "instagram":
        wrong.append("Instagram offers no such thing")
    if now.what == "ban" and post and not post.author_known:
        wrong.append("Meta does not say who wrote it")
    if now.bot and now.what == "public" and _answers(past, closing=now.closing) > 0:
        wrong.append("one automatic public answer a case, and one closing line")
    return wrong


def _private_reply(past: Past, now: Sent, post: Public | None) -> list[str]:
    wrong = []
    if post is None or not post.author_known or not post.private_possible:
        wrong.append("Meta: this post cannot be answered in private")
    if post and now.at - post.at > WEEK:
        wrong.append("Meta: private replies within 7 days")
    earlier = [each for each in past.sent if each.what == "private-reply"]
    if any(each.post == now.post for each in earlier):
        wrong.append("Meta: one private reply a post")
    if now.bot and any(each.bot for each in earlier):
        wrong.append("one automatic private reply a case")
    return wrong


def _message(past: Past, now: Sent) -> list[str]:
    if not past.private:
        return ["Meta: only after they wrote first"]
    age = now.at - max(past.private)
    if age > WEEK:
        return ["Meta: nobody after 7 days"]
    if age <= DAY:
        return []
    if now.bot:
        return ["Meta: bot text within 24 hours only"]
    return [] if past.human_agent and now.person else ["Meta: HUMAN_AGENT for approved apps and named people only"]


def _elsewhere(past: Past, now: Sent) -> list[str]:
    wrong = []
    if now.what in {"private-reply", "like", "hide", "delete", "ban"}:
        wrong.append("nothing says that it is allowed")
    if now.what == "message" and (not past.private or now.at - max(past.private) > DAY):
        wrong.append("only within 24 hours after they wrote")
    if now.bot and now.what == "public" and _answers(past, closing=False) + _answers(past, closing=True) > 0:
        wrong.append("one automated reply")
    return wrong
