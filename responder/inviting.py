"""Inviting: the public acknowledgement, and the shortest way to a private thread the platform allows.

Where it takes one private answer to a public post, that goes first, and the public words say so; where it does not, or
no longer does, the public words invite. What is said in either case is composed when it is promised: if the private
answer does not go after all, `rewording` lets the invitation go in its place.
"""

from domain.sending import DeliveryKind
from responder import language, thread
from responder.asking import Answer, Says
from responder.batch import Batch
from responder.casework import How, Work, hand_off
from responder.plan import Spoken
from responder.precedents import allowed_by_platform
from responder.rulebook import book
from responder.speaking import Saying, say, stands
from responder.topics import Topic

PRIVATE, PUBLIC, INVITE = "private-reply", "acknowledge", "acknowledge:invite"
"""The names of the words by which a case's customer is led into a private thread."""


def acknowledge(batch: Batch, work: Work, spoken: Spoken) -> str:
    """Promise the public acknowledgement, and where possible a private answer; returns what the team is told of it."""
    case, first = work.case, work.how is How.NEW and work.case.posts == 1
    batch.acknowledged.add(case.id)
    private = _privately(batch, work, spoken)
    if private is None:
        answer = _publicly(batch, work, spoken, spoken.text, first=first)
    else:
        reworded = {"invite": spoken.text} if spoken.told else {}
        answer = _publicly(batch, work, spoken, spoken.told or spoken.text, first=False, extra=reworded)
    if (private or stands(answer)) and case.handoff == "none":
        hand_off(batch, case, "offered")
    return _told(answer, private)


def _publicly(
    batch: Batch, work: Work, spoken: Spoken, text: str, *, first: bool, extra: dict[str, str] | None = None
) -> Answer:
    saying = Saying(
        name=PUBLIC,
        kind=DeliveryKind.REPLY,
        target=work.post.native_id,
        text=text,
        reason=spoken.reason,
        extra=extra or {},
    )
    answer = say(batch, work.case, work.post, saying, first=first)
    if stands(answer):
        batch.memory.add(text)
    return answer


def _privately(batch: Batch, work: Work, spoken: Spoken) -> Answer | None:
    """Promise one private answer to the post; None where the platform, or the gate, takes none."""
    post, limits = work.post, batch.limits(work.post.channel)
    if limits.private is None or book(post.channel).never(DeliveryKind.PRIVATE_REPLY):
        return None
    allowed = allowed_by_platform(post, batch.authors.get(post.author_id))
    if not (allowed["author_known"] and allowed["takes_private_reply"]):
        return None  # a refusal that can be seen in the post itself is not worth a row
    scene = thread.Scene(
        words=language.words(spoken.lang),
        brand=batch.conduct.brand,
        topic=Topic(work.case.topic or Topic.OTHER),
        said=0,
        known=(),
        asked=(),
        privacy_url=batch.conduct.privacy_url,
        fits=limits.private,
    )
    text = thread.private_answer(scene)
    if text is None:
        return None
    saying = Saying(
        name=PRIVATE,
        kind=DeliveryKind.PRIVATE_REPLY,
        target=post.native_id,
        text=text,
        reason=f"in {spoken.lang}, one private answer to the post",
    )
    answer = say(batch, work.case, post, saying)
    return answer if stands(answer) else None


def _told(answer: Answer, private: Answer | None) -> str:
    if not stands(answer):
        reason = f"No automatic answer in public: {answer.reason}."
        return f"{reason} Answered in private." if private else f"No automatic answer: {answer.reason}."
    if answer.verdict is not Says.ALLOW:
        return f"An acknowledgement waits: {answer.reason}."
    if private is None:
        return "Acknowledged and invited to write in private."
    waits = "" if private.verdict is Says.ALLOW else f"; the private answer waits: {private.reason}"
    return f"Acknowledged, and answered in private{waits}."
