"""Speaking: asks the gate about words to a customer and promises them as it says. Writes no words itself."""

from dataclasses import dataclass

from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import Priority
from responder import handover
from responder.asking import Answer, Says, Stage
from responder.batch import Batch
from responder.evidence import Seen, Wanted, consult
from storage import deliveries
from storage.cases import Case
from storage.deliveries import DROPPED, HELD, READY
from storage.posts import Post

DRY_RUN = "dry-run"  # the gate's rule: decided and shown, never sent
_STATES = {Says.ALLOW: READY, Says.WAIT: READY, Says.HOLD: HELD, Says.REFUSE: DROPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Words for a customer, ready to be promised."""

    name: str  # with the case it is the delivery's key: "acknowledge"
    kind: DeliveryKind
    target: str
    text: str
    reason: str  # how the words came about, for the case's history
    asks: tuple[str, ...] = ()


def say(batch: Batch, case: Case, post: Post, saying: Saying) -> Answer:
    """Promise words as the gate allows; what it refuses is kept as dropped, so that it can be seen.

    The case and its posts must be written.
    """
    key = f"case-{case.id}:{saying.name}"
    wanted = Wanted(
        key=key,
        kind=saying.kind,
        via=case.channel,
        account=case.account,
        target=saying.target,
        planned_at=batch.now,
        case_id=case.id,
        post_id=post.id,
        author_id=case.author_id,
    )
    seen = Seen(fits=saying.kind is not DeliveryKind.REPLY or batch.limits(case.channel).fits(saying.text))
    answer = consult(batch.db, wanted, stage=Stage.PLAN, conduct=batch.conduct, now=batch.now, seen=seen)
    deliveries.plan(
        batch.db,
        key=key,
        kind=saying.kind,
        via=case.channel,
        account=case.account,
        order_key=f"author-{case.author_id}",
        target=saying.target,
        body=saying.text,
        case_id=case.id,
        post_id=post.id,
        author_id=case.author_id,
        extra={"asks": list(saying.asks)} if saying.asks else None,
        priority=Priority(case.priority),
        state=_STATES[answer.verdict],
        why="" if answer.verdict is Says.ALLOW else answer.rule,
        not_before=answer.until,
        now=batch.now,
    )
    batch.note(
        case, EventKind.PLANNED, reason=_reason(saying, answer), key=key, verdict=answer.verdict.value, rule=answer.rule
    )
    if answer.verdict is Says.HOLD:
        batch.held.append((key, answer))
    return answer


def stands(answer: Answer) -> bool:
    """Say whether the words are, or in a rehearsal would be, on their way."""
    return answer.verdict is not Says.REFUSE or answer.rule == DRY_RUN


def ask_people(batch: Batch) -> None:
    """Tell the team of words that wait for their decision; after the cases' own cards."""
    for key, answer in batch.held:
        delivery = deliveries.by_key(batch.db, key)
        if delivery:
            handover.not_sent(
                batch.db,
                delivery,
                state=HELD,
                text=answer.reason,
                remedy=answer.instead,
                conduct=batch.conduct,
                now=batch.now,
            )
    batch.held.clear()


def _reason(saying: Saying, answer: Answer) -> str:
    return saying.reason if answer.verdict is Says.ALLOW else f"{saying.reason}; {answer.reason}"
