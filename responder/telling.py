"""Telling: the cards by which the team learns of cases and what is new in them. Promises them; shows nothing itself."""

from domain.cards import Card, CardKind
from domain.masking import mask
from domain.sending import DeliveryKind
from domain.values import Need, Priority, Span
from responder import identity
from responder.batch import Batch
from responder.handover import ROOM
from responder.threads import above
from storage import deliveries
from storage.cases import Case
from storage.deliveries import Promise
from storage.posts import Post
from storage.verdicts import Verdict

Facts = tuple[str, ...]
Hidden = tuple[Span, ...]

_ENCRYPTED = "Encrypted message: open it in {channel}"
QUOTE = 600  # characters of the customer's words on a card


def alert(
    batch: Batch, case: Case, post: Post, *, name: str = "alert", text: str = "", facts: Facts = (), hidden: Hidden = ()
) -> None:
    """Promise the card that opens a case's thread, in the room for its need."""
    room = batch.conduct.rooms.alerts
    if case.need != Need.URGENT:
        room = batch.conduct.rooms.cases or room
    promise = Promise(
        key=f"case-{case.id}:{name}",
        kind=DeliveryKind.ALERT,
        via=ROOM,
        account=case.account,
        order_key=order_key(case),
        target=room,
        body=_card(
            batch,
            case,
            post,
            CardKind.CASE,
            headline=_ENCRYPTED.format(channel=post.channel.title()) if post.encrypted else sentence(case.reason),
            text=text,
            facts=facts,
            hidden=hidden,
            also=identity.also(batch, case),
        ).to_json(),
        case_id=case.id,
        post_id=post.id,
        priority=Priority(case.priority),
    )
    batch.roots[case.id] = promise
    batch.promise(promise)


def note(
    batch: Batch,
    case: Case,
    post: Post,
    *,
    headline: str,
    text: str = "",
    facts: Facts = (),
    hidden: Hidden = (),
    priority: Priority = Priority.NORMAL,
) -> None:
    """Promise a card for what is new in a case, under its alert; one for each post."""
    above = root(batch, case)
    if above is None:
        return
    batch.promise(
        Promise(
            key=f"case-{case.id}:post-{post.id}",
            kind=DeliveryKind.NOTE,
            via=ROOM,
            account=case.account,
            order_key=above.order_key,
            target=above.target,
            body=_card(
                batch, case, post, CardKind.NEWS, headline=headline, text=text, facts=facts, hidden=hidden
            ).to_json(),
            case_id=case.id,
            post_id=post.id,
            extra={"under": above.key},
            priority=priority,
        )
    )


def root(batch: Batch, case: Case) -> Promise | deliveries.Delivery | None:
    """Find the alert a case's notes go under; None where it was told with an incident only."""
    fresh = batch.roots.get(case.id)
    if fresh:
        return fresh
    return above(batch.db, case.id)


def order_key(case: Case) -> str:
    """Name the order in which the team hears of a case."""
    return f"team:case-{case.id}"


def headline(post: Post, verdict: Verdict, otherwise: str) -> str:
    """Name a later post by why it presses, where it does."""
    if post.encrypted:
        return _ENCRYPTED.format(channel=post.channel.title())
    return sentence(verdict.reason) if verdict.need == Need.URGENT else otherwise


def sentence(reason: str) -> str:
    """Begin a reason like a sentence."""
    return f"{reason[:1].upper()}{reason[1:]}"


def _card(
    batch: Batch,
    case: Case,
    post: Post,
    kind: CardKind,
    *,
    headline: str,
    text: str,
    facts: Facts,
    hidden: Hidden,
    also: tuple[str, ...] = (),
) -> Card:
    author, verdict = batch.authors[post.author_id], batch.verdicts.get(post.id)
    return Card(
        kind=kind,
        headline=headline,
        text=text,
        quote=quote(post, verdict, hidden),
        case_id=case.id,
        need=case.need,
        priority=case.priority,
        channel=case.channel,
        author=author.handle,
        lang=verdict.lang if verdict else "",
        sentiment=verdict.sentiment if verdict else "",
        sentiment_p=verdict.scores.get("sentiment", {}).get(verdict.sentiment) if verdict else None,
        abuse=verdict.abuse if verdict else "",
        followers=author.followers,
        nth=batch.nth(case),
        heard_at=post.heard_at,
        due_at=case.due_at if case.sla == "pending" else None,
        link=post.permalink,
        facts=facts,
        also=also,
    )


def quote(post: Post, verdict: Verdict | None, hidden: Hidden = ()) -> str:
    """Give the customer's words as the team may see them: personal data masked, not too long."""
    spans = [Span(**span) for span in verdict.personal_data] if verdict else []
    masked = mask(post.text, [*spans, *hidden])
    return masked if len(masked) <= QUOTE else f"{masked[: QUOTE - 1].rstrip()}…"
