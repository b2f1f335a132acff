"""Speaking: asks the gate about words to a customer and promises them as it says. Writes no words itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import Priority
from responder.asking import Answer, Says, Stage
from responder.batch import Batch
from responder.evidence import Wanted, consult
from responder.gate import gate
from storage.cases import Case
from storage.deliveries import DROPPED, HELD, READY, Promise
from storage.posts import Post

DRY_RUN = "dry-run"  # the gate's rule: decided and shown, never sent
STATES = {Says.ALLOW: READY, Says.WAIT: READY, Says.HOLD: HELD, Says.REFUSE: DROPPED}
"""What becomes of words the gate has answered about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Words for a customer, ready to be promised; they fit the channel."""

    name: str  # with the case it is the delivery's key: "acknowledge"
    kind: DeliveryKind
    target: str
    text: str
    reason: str  # how the words came about, for the case's history
    asks: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)  # kept with the delivery


def say(batch: Batch, case: Case, post: Post, saying: Saying, *, first: bool = False) -> Answer:
    """Promise words as the gate allows; what it refuses is kept as dropped, so that it can be seen.

    `first`: nothing was said in this case before and `post` is all there is of it, so the docket has the evidence;
    otherwise the case and its posts must be written.
    """
    key = f"case-{case.id}:{saying.name}"
    answer = _by_docket(batch, case, post, key, saying) if first else _by_rows(batch, case, post, key, saying)
    batch.promise(
        Promise(
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
            extra={**saying.extra, **({"asks": list(saying.asks)} if saying.asks else {})},
            priority=Priority(case.priority),
            state=STATES[answer.verdict],
            why="" if answer.verdict is Says.ALLOW else answer.rule,
            not_before=answer.until,
        )
    )
    batch.note(
        case, EventKind.PLANNED, reason=_reason(saying, answer), key=key, verdict=answer.verdict.value, rule=answer.rule
    )
    return answer


def _by_docket(batch: Batch, case: Case, post: Post, key: str, saying: Saying) -> Answer:
    author, verdict = batch.authors[case.author_id], batch.verdicts[post.id]
    ask = batch.docket.ask(case, post, author, verdict, body=saying.text)
    answer = gate(ask)
    batch.keep(key, ask, answer, case)
    if answer.verdict is not Says.REFUSE:
        batch.docket.said(case.author_id)
    return answer


def _by_rows(batch: Batch, case: Case, post: Post, key: str, saying: Saying) -> Answer:
    batch.write()
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
        body=saying.text,
    )
    answer = consult(batch.db, wanted, stage=Stage.PLAN, conduct=batch.conduct, now=batch.now)
    if answer.verdict is not Says.REFUSE and saying.kind is not DeliveryKind.PRIVATE_REPLY:
        batch.docket.said(case.author_id)  # a private reply goes with the public answer, which is counted
    return answer


def stands(answer: Answer) -> bool:
    """Say whether the words are, or in a rehearsal would be, on their way."""
    return answer.verdict is not Says.REFUSE or answer.rule == DRY_RUN


def _reason(saying: Saying, answer: Answer) -> str:
    return saying.reason if answer.verdict is Says.ALLOW else f"{saying.reason}; {answer.reason}"
