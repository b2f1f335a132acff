"""The player: makes random histories from a seed, asks the gate about every step, and keeps what it let through."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from domain.conduct import Closing, Conduct
from domain.sending import DeliveryKind, Standing
from domain.values import AnswerBy
from responder.asking import Answer, Ask, Says, Stage
from responder.gate import gate_by
from responder.language import discloses
from responder.rulebook import Book, book
from tests.histories.oracle import Past, Public, Sent, illegal

BEGIN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CHANNELS = ("x", "facebook", "instagram", "elsewhere")
KINDS = {
    "public": DeliveryKind.REPLY,
    "private-reply": DeliveryKind.PRIVATE_REPLY,
    "message": DeliveryKind.MESSAGE,
    "like": DeliveryKind.LIKE,
    "hide": DeliveryKind.HIDE,
    "delete": DeliveryKind.DELETE,
    "ban": DeliveryKind.BAN,
}
STEPS = (
    timedelta(seconds=1),
    timedelta(seconds=100),
    timedelta(minutes=20),
    timedelta(hours=2),
    timedelta(hours=11),
    timedelta(hours=23, minutes=57),
    timedelta(hours=24),
    timedelta(days=3),
    timedelta(days=6, hours=23, minutes=54),
    timedelta(days=7),
)
TEXTS = ("An automated word.", "This is automated too.", "We are on it.", "A person writes.")
Gate = Callable[[Book, Ask], Answer]


@dataclass(slots=True)
class Tally:
    """What came of many histories."""

    histories: int = 0
    asked: int = 0
    sent: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    illegal: Counter[str] = field(default_factory=Counter)
    unnamed: int = 0  # refusals without rule or alternative
    too_strict: Counter[str] = field(default_factory=Counter)  # refused though the oracle finds nothing wrong


def play(
    seed: int,
    count: int,
    *,
    channels: Sequence[str] = CHANNELS,
    rules: Book | None = None,
    gate: Gate = gate_by,
    until_caught: bool = False,
) -> Tally:
    """Play `count` histories, with `rules` instead of the shipped ones; the same seed gives the same ones."""
    tally = Tally()
    for number in range(count):
        random = Random(seed * 1_000_003 + number)
        channel = channels[number % len(channels)]
        _history(random, channel, rules or book(channel), gate, tally)
        if until_caught and tally.illegal:
            break
    return tally


def _history(random: Random, channel: str, rules: Book, gate: Gate, tally: Tally) -> None:
    tally.histories += 1
    past = Past(channel, human_agent=random.random() < 0.5, closings_by_settings=random.random() < 0.3)
    now = BEGIN
    past.posts["p0"] = Public("p0", now, *(random.random() < 0.9 for _ in range(4)))
    if random.random() < 0.6:
        past.private.append(now)
    for _ in range(random.randint(3, 14)):
        now += random.choice(STEPS if random.random() < 0.5 else STEPS[:4])
        if random.random() < 0.4:
            _happen(random, past, now)
        else:
            _try(random, past, now, rules=rules, gate=gate, tally=tally)


def _happen(random: Random, past: Past, now: datetime) -> None:
    """Let the customer or the team do something."""
    what = random.choice(("post", "post", "write", "write", "write", "gone", "turn", "turn", "turn"))
    if what == "post":
        name = f"p{len(past.posts) + 1}"
        past.posts[name] = Public(name, now, *(random.random() < 0.8 for _ in range(4)))
    elif what == "write":
        past.private.append(now)
        past.closed = False
    elif what == "gone":
        random.choice(list(past.posts.values())).gone = True
    else:
        name = random.choice(("opted_out", "danger", "claimed", "closed", "paused"))
        setattr(past, name, not getattr(past, name) and random.random() < 0.5)


def _try(random: Random, past: Past, now: datetime, *, rules: Book, gate: Gate, tally: Tally) -> None:
    """Let somebody want to say or do something; what the gate allows happens, and the oracle looks at it."""
    bot = random.random() < 0.6
    what = random.choice(("public", "public", "private-reply", "message", "message", *KINDS))
    wish = Sent(
        what=what,
        at=now,
        post=random.choice(list(past.posts)) if past.posts else "",
        bot=bot,
        person="" if bot or random.random() < 0.2 else "person:u1",
        text=random.choice(TEXTS),
        case=1,
        closing=what == "public" and bot and random.random() < 0.2,
        decided=random.random() < 0.3,
    )
    if what != "message" and not wish.post:
        return  # nothing to aim at: no delivery is ever made of that
    answer = gate(rules, ask_of(past, wish))
    tally.asked += 1
    if answer.verdict is Says.ALLOW:
        tally.sent += 1
        tally.illegal.update(illegal(past, wish))
        past.sent.append(wish)
        return
    tally.refused[answer.rule] += 1
    tally.unnamed += not (answer.rule and answer.reason and answer.instead)
    if not illegal(past, wish):
        tally.too_strict[answer.rule] += 1


def ask_of(past: Past, wish: Sent) -> Ask:
    """Say to the gate what a bystander knows, in the gate's own terms."""
    post = past.posts.get(wish.post) if wish.what != "message" else None
    bots = [each for each in past.sent if each.bot]
    answered = [each.at for each in bots if each.what == "message"]
    replies = [each for each in past.sent if each.what == "private-reply"]
    theirs = max(past.private, default=None)
    people = [each.at for each in past.sent if not each.bot and each.what in {"public", "private-reply", "message"}]
    told = [each.at for each in bots if discloses(each.text) and all(each.at > at for at in people)]
    same = [each.at for each in past.sent if each.text == wish.text and each.bot]
    public = [each.at for each in past.sent if each.text == wish.text and each.what == "public"]
    conduct = Conduct(
        brand="Nord Parcel",
        per_author_hour=99,
        stale_after=timedelta(days=999),
        human_agent=frozenset({past.channel}) if past.human_agent else frozenset(),
        closing=Closing.AUTOMATIC if past.closings_by_settings else Closing.PERSON,
    )
    return Ask(
        stage=Stage.SEND,
        now=wish.at,
        channel=past.channel,
        kind=KINDS[wish.what],
        conduct=conduct,
        automatic=wish.bot,
        by=wish.person or "bot",
        closing=wish.closing,
        planned_at=wish.at,
        approved_by="person:u1" if wish.decided else None,
        approved_at=wish.at if wish.decided else None,
        said_at=post.at if post else None,
        paused=past.paused,
        sending_stopped=False,
        stopped_why="",
        opted_out=past.opted_out,
        automatic_last_hour=0,
        claimed_by="person:u1" if past.claimed else None,
        case_state="resolved" if past.closed else "open",
        answer_by=AnswerBy.PERSON if past.danger else AnswerBy.BOT,
        summoned=post is None or post.summoned,
        encrypted=False,
        author_known=post is None or post.author_known,
        takes_private_reply=post is not None and post.private_possible,
        can_hide=post is None or post.hideable,
        public_answers=sum(each.what == "public" and not each.closing for each in bots),
        closings=sum(each.closing for each in bots),
        private_replies=sum(each.post == wish.post for each in replies),
        private_replies_by_bot=sum(each.bot for each in replies),
        customer_opened=bool(past.private),
        last_theirs_at=theirs,
        window_from=theirs if wish.what == "message" else None,
        already_answered_their_last=bool(answered and theirs and answered[-1] >= theirs),
        discloses=discloses(wish.text),
        disclosed_at=max(told, default=None),
        same_to_them_at=max(same, default=None),
        same_at=max(public, default=None),
        standing=Standing.GONE if post and post.gone else None,
        answered_by_person_in_app=False,
        spent_micros=0,
        budget_micros=None,
        price_micros=0,
        fits=True,
    )


def without(rules: Book, rule_id: str) -> Book:
    """Take one rule out of a book: what the oracle must notice."""
    return Book(
        channel=rules.channel,
        version=rules.version,
        rules=tuple(rule for rule in rules.rules if rule.id != rule_id),
        consents=rules.consents,
    )
