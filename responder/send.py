"""Sending: takes one claimed delivery from the claim to its record, with one call in between. Claims nothing itself."""

import logging

from sqlmodel import Session

from domain.errors import Refused, Unavailable, Uncertain
from domain.ports import Replies
from domain.sending import DeliveryKind, Look, Order, PostRef, Standing
from responder import carry, outcome
from responder.addressing import extra_of
from responder.asking import Answer, Says, Stage
from responder.evidence import Seen, Wanted, consult
from responder.outcome import Outcome
from responder.record import bury, record
from responder.senders import LEASE, Sender
from storage import deliveries, posts, rates, spending
from storage.authors import Author
from storage.database import reading, writing
from storage.deliveries import SENDING, Delivery
from storage.posts import Post

log = logging.getLogger(__name__)
_LOOKED_AT = frozenset({DeliveryKind.REPLY, DeliveryKind.PRIVATE_REPLY})  # what answers a public post


def send(sender: Sender, delivery: Delivery, begun: float) -> None:
    """Look at the post once more, ask the gate again, make sure the claim is fresh, call once, and record.

    `begun` is the monotonic time just before the claim, in seconds.
    """
    order, post = _prepare(sender, delivery)
    endpoint = carry.price(sender.carrier, order).endpoint
    try:
        look = _look(sender, post)
    except (Unavailable, Refused) as exc:
        _fail(sender, delivery, exc, endpoint)
        return
    with sender.speaking(delivery.account):
        answer = _ask_again(sender, delivery, order, look)
        if answer is None:
            log.warning("claim lost before the call", extra={"delivery": delivery.key, "fence": delivery.fence})
        elif answer.verdict is not Says.ALLOW:
            now = sender.clock()
            guarded = outcome.guarded(delivery, answer, now=now)
            record(sender, delivery, guarded, now=now, instead=answer.instead)
        elif sender.monotonic() - begun >= LEASE.total_seconds() / 2:
            now = sender.clock()
            record(sender, delivery, outcome.given_up(delivery, now=now), now=now)
        else:
            _call(sender, delivery, order, endpoint)


def _prepare(sender: Sender, delivery: Delivery) -> tuple[Order, PostRef | None]:
    """Read what the order needs besides its own row: its thread, and the post to be looked at."""
    with reading(sender.engine) as db:
        extra = extra_of(db, delivery)
        post = db.get(Post, delivery.post_id) if delivery.post_id else None
        if delivery.kind not in _LOOKED_AT or post is None:
            return carry.order_of(delivery, **extra), None
        author = db.get(Author, post.author_id)
        known = [version.native_id for version in posts.versions(db, post) if version.version <= post.version]
        ref = PostRef(
            native_id=post.native_id,
            author_id=author.native_id if author else "",
            version_ids=tuple(known),
            created_at=post.created_at,
            text=post.text,
            ours=_said(db, delivery),
        )
        return carry.order_of(delivery, **extra), ref


def _said(db: Session, delivery: Delivery) -> tuple[str, ...]:
    """List what we have said in this case, by its receipts."""
    said = deliveries.of_case(db, delivery.case_id) if delivery.case_id is not None else []
    return tuple(one.native_id for one in said if one.native_id and one.via == delivery.via)


def _look(sender: Sender, post: PostRef | None) -> Look | None:
    """Re-read the public post that is answered; nothing else needs it."""
    if post is None or not isinstance(sender.carrier, Replies):
        return None
    return sender.carrier.look(post, now=sender.clock())


def _ask_again(sender: Sender, delivery: Delivery, order: Order, look: Look | None) -> Answer | None:
    """Ask the gate with what was just seen; None when the claim is no longer ours. Commits."""
    seen = Seen(
        standing=look.standing if look else None,
        answered_in_app=bool(look and look.answered_by_us),
        price_micros=carry.price(sender.carrier, order).micros,
        fits=carry.fits(sender.carrier, order),
    )
    now = sender.clock()
    with writing(sender.engine) as db:
        if look:
            spending.book(db, sender.via, delivery.account, look.usage, now=now)
            rates.learn(db, sender.via, delivery.account, look.rates, now=now)
            if look.standing is Standing.GONE:
                bury(db, delivery, now=now)
        current = db.get(Delivery, delivery.id)
        if current is None or (current.state, current.fence) != (SENDING, delivery.fence):
            return None
        return consult(db, Wanted.of(current), stage=Stage.SEND, conduct=sender.conduct, now=now, seen=seen)


def _call(sender: Sender, delivery: Delivery, order: Order, endpoint: str) -> None:
    """Make the one call and record what came of it. A crash from here on leaves the row `sending`."""
    try:
        receipt = carry.carry(sender.carrier, order, now=sender.clock())
    except Uncertain as exc:
        now = sender.clock()
        record(sender, delivery, outcome.uncertain(exc, now=now), now=now)
    except (Unavailable, Refused) as exc:
        _fail(sender, delivery, exc, endpoint)
    else:
        now = sender.clock()
        record(sender, delivery, outcome.taken(receipt, now=now), now=now)


def _fail(sender: Sender, delivery: Delivery, exc: Unavailable | Refused, endpoint: str) -> None:
    """Record a failure after which it is certain that nothing was sent."""
    now = sender.clock()
    made: Outcome
    if isinstance(exc, Unavailable):
        made = outcome.put_off(delivery, exc, endpoint, now=now)
    else:
        made = outcome.refused(delivery, exc, now=now)
    record(sender, delivery, made, now=now, failure=exc)
