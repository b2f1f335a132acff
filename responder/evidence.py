"""Evidence: reads from the rows what the gate goes by, asks it, and stores its answer. Judges nothing itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from domain.conduct import Conduct
from domain.sending import CUSTOMER_FACING, DeliveryKind, Standing
from domain.values import AnswerBy
from responder import precedents
from responder.asking import Answer, Ask, Stage
from responder.gate import TEAM, gate
from responder.language import discloses
from storage import cases, customers, deliveries, gatings, links, posts, spending, switches, verdicts
from storage.authors import Author
from storage.cases import Case
from storage.deliveries import Delivery
from storage.gatings import Gating
from storage.posts import Post

CAP_WINDOW = timedelta(hours=1)


def sending_switch(via: str, account: str) -> str:
    """Name the switch that stops one account's words to customers."""
    return f"sending:{via}:{account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A delivery as the gate sees it, whether it is promised already or only wished for."""

    key: str
    kind: DeliveryKind
    via: str
    account: str
    target: str
    planned_at: datetime
    case_id: int | None
    post_id: int | None  # the post it answers
    author_id: int | None
    body: str = ""
    automatic: bool = True
    by: str = "bot"
    approved_by: str | None = None
    approved_at: datetime | None = None
    id: int | None = None  # None: not promised yet

    @classmethod
    def of(cls, delivery: Delivery) -> "Wanted":
        """See a promised delivery this way."""
        return cls(
            key=delivery.key,
            kind=DeliveryKind(delivery.kind),
            via=delivery.via,
            account=delivery.account,
            target=delivery.target,
            planned_at=delivery.planned_at,
            case_id=delivery.case_id,
            post_id=delivery.post_id,
            author_id=delivery.author_id,
            body=delivery.body,
            automatic=delivery.automatic,
            by=delivery.by,
            approved_by=delivery.approved_by,
            approved_at=delivery.approved_at,
            id=delivery.id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What only the carrier can tell. Money is micro-dollars."""

    standing: Standing | None = None  # None: not looked at
    answered_in_app: bool = False
    price_micros: int = 0
    fits: bool = True


UNSEEN = Seen()


def consult(
    db: Session, wanted: Wanted, *, stage: Stage, conduct: Conduct, now: datetime, seen: Seen = UNSEEN
) -> Answer:
    """Ask the gate about `wanted` and keep its answer, once for as long as it stays the same; words to the team go.

    At `PLAN` the caller plans as it says: allow, or wait (`not_before=answer.until`), as `ready`; hold as `held`;
    refuse as nothing at all, or as `dropped` where it should be shown (a dry run). The caller owns the transaction.
    """
    if wanted.kind not in CUSTOMER_FACING:
        return TEAM
    ask = gather(db, wanted, stage=stage, conduct=conduct, now=now, seen=seen)
    answer = gate(ask)
    if not _same_as_before(gatings.of_delivery(db, wanted.key), stage, answer):
        gatings.keep(
            db,
            Gating(
                delivery_key=wanted.key,
                case_id=wanted.case_id,
                stage=stage.value,
                at=now,
                verdict=answer.verdict.value,
                rule=answer.rule,
                reason=answer.reason,
                instead=answer.instead,
                source=answer.source,
                rulebook=answer.rulebook,
                consent=answer.consent,
                evidence=ask.evidence(),
            ),
        )
    return answer


def _same_as_before(kept: Sequence[Gating], stage: Stage, answer: Answer) -> bool:
    if not kept:
        return False
    last = kept[-1]
    return (last.stage, last.verdict, last.rule) == (stage.value, answer.verdict.value, answer.rule)


def gather(db: Session, wanted: Wanted, *, stage: Stage, conduct: Conduct, now: datetime, seen: Seen = UNSEEN) -> Ask:
    """Read everything the gate goes by. The case, if any, and its posts must be written (flushed) before."""
    case = db.get(Case, wanted.case_id) if wanted.case_id else None
    post = db.get(Post, wanted.post_id) if wanted.post_id else None
    kin = links.members(db, {wanted.author_id})[wanted.author_id] if wanted.author_id else frozenset()
    author = db.get(Author, wanted.author_id) if wanted.author_id else None
    theirs = cases.last_direct(db, case) if case else None
    others = _other_bot_words(db, wanted)
    closings = [precedents.is_closing(other.key) for other in others if other.kind == DeliveryKind.REPLY]
    stopped = switches.why(db, sending_switch(wanted.via, wanted.account))
    message = wanted.kind is DeliveryKind.MESSAGE
    same_to_them, same = precedents.same_words(db, wanted, now)
    return Ask(
        stage=stage,
        now=now,
        channel=wanted.via,
        kind=wanted.kind,
        conduct=conduct,
        automatic=wanted.automatic,
        by=wanted.by,
        closing=precedents.is_closing(wanted.key),
        planned_at=wanted.planned_at,
        approved_by=wanted.approved_by,
        approved_at=wanted.approved_at,
        said_at=post.created_at if post else None,
        paused=switches.is_on(db, switches.PAUSED),
        sending_stopped=stopped is not None,
        stopped_why=stopped or "",
        opted_out=customers.opted_out(db, kin),
        automatic_last_hour=_within_cap_window(db, wanted, kin, now),
        claimed_by=case.claimed_by if case else None,
        case_state=case.state if case else cases.OPEN,
        answer_by=_answer_by(db, case, post, wanted.kind),
        summoned=post is None or post.summoned,
        encrypted=bool(post and post.encrypted),
        **precedents.allowed_by_platform(post, author),
        public_answers=closings.count(False),
        closings=closings.count(True),
        private_replies=precedents.private_replies(db, wanted, post),
        private_replies_by_bot=sum(other.kind == DeliveryKind.PRIVATE_REPLY for other in others),
        customer_opened=message and posts.opened_by_customer(db, wanted.via, wanted.target),
        last_theirs_at=theirs.heard_at if theirs else None,
        window_from=posts.last_from_them(db, wanted.via, wanted.target) if message else None,
        already_answered_their_last=_answered(others, wanted, theirs),
        discloses=discloses(wanted.body),
        disclosed_at=precedents.disclosed_at(db, author, case),
        same_to_them_at=same_to_them,
        same_at=same,
        standing=_standing(db, post, seen),
        answered_by_person_in_app=seen.answered_in_app,
        spent_micros=spending.this_month(db, wanted.via, wanted.account, now=now),
        budget_micros=conduct.budgets.get(wanted.via),
        price_micros=seen.price_micros,
        fits=seen.fits,
    )


def _other_bot_words(db: Session, wanted: Wanted) -> list[Delivery]:
    """List the case's automatic words to the customer that come before `wanted`: of two, the earlier one goes."""
    if wanted.case_id is None:
        return []
    return [
        other
        for other in deliveries.of_case(db, wanted.case_id)
        if other.kind in CUSTOMER_FACING and other.automatic and precedents.before(other, wanted)
    ]


def _within_cap_window(db: Session, wanted: Wanted, kin: Collection[int], now: datetime) -> int:
    """Count what the customer was told by the bot, whichever of their identities it went to."""
    since = now - CAP_WINDOW
    return sum(deliveries.automatic_to(db, author_id, since=since, besides=wanted.key) for author_id in kin)


def _answer_by(db: Session, case: Case | None, post: Post | None, kind: DeliveryKind) -> AnswerBy:
    """Say who may speak: in private the bot gathers even where a person answers, unless words could do harm."""
    if case and verdicts.person_only(db, case.id):
        return AnswerBy.PERSON
    if kind is DeliveryKind.MESSAGE:
        return AnswerBy.BOT
    verdict = verdicts.of(db, [post.id]).get(post.id) if post else None
    return AnswerBy(verdict.answer_by) if verdict else AnswerBy.BOT


def _answered(others: Sequence[Delivery], wanted: Wanted, theirs: Post | None) -> bool:
    """Say whether the bot has answered what `wanted` answers: by its post, or where it names none, by time."""
    messages = [other for other in others if other.kind == DeliveryKind.MESSAGE]
    if wanted.post_id is not None:
        return any(other.post_id == wanted.post_id for other in messages)
    return any(theirs is None or other.planned_at >= theirs.heard_at for other in messages)


def _standing(db: Session, post: Post | None, seen: Seen) -> Standing | None:
    """Say how the post stands by what we have heard since, and by what the carrier has just seen."""
    if post is None:
        return seen.standing
    if post.gone_at:
        return Standing.GONE
    if seen.standing in (None, Standing.SAME) and posts.versions(db, post)[-1].version > post.version:
        return Standing.EDITED
    return seen.standing
