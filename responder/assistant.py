"""The assistant: takes what a customer wrote in private into the case, and has the thread's next words promised."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.history import EventKind
from domain.sending import DeliveryKind
from domain.values import Priority, Span
from responder import facts, language, learning, queue, signals, talks, telling, thread
from responder.batch import Batch
from responder.casework import QUIET, Work, hand_off, hush, raise_to
from responder.facts import Told
from responder.queue import Place
from responder.signals import Signals
from responder.speaking import Saying, say, stands
from responder.talks import Talk
from responder.topics import Topic
from storage import authors, cases
from storage.cases import Case
from storage.deliveries import DROPPED

_LANGUAGE_SHOWS = 20  # letters from which a text's own language is trusted; "88213, ok" is in the case's
_HEADLINES = {thread.WANTS_PERSON: "Wants to speak with a person", thread.OPTED_OUT: "Wants no automatic words"}
SILENT = "The bot says nothing more in this case."


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the team is told of a private post beside its words."""

    headline: str
    text: str = ""
    facts: tuple[str, ...] = ()  # everything known in the case, masked
    loud: bool = False  # told even where the case is one of a storm
    hidden: tuple[Span, ...] = ()  # personal data in it that the judge could not know for such


def hear(batch: Batch, work: Work, *, last: bool) -> Heard:
    """Take in one private post. `last`: none of theirs waits behind it, so it may be answered, for all of them.

    The case and its posts must be written.
    """
    batch.write()
    case, wrote = work.case, signals.read(work.post.text)
    talk = talks.read(batch.db, case)
    if not talk.answered:
        learning.from_before(batch, case, until=work.post)
    asked = talk.asked.union(*(delivery.extra.get("asks", ()) for delivery in talk.pending))
    fresh = learning.learn(batch, case, work.post, work.verdict, asked=asked, callback=wrote.callback)
    end = _respond(batch, work, talk, wrote, fresh, last=last)
    spans = [Span(**span) for span in work.verdict.personal_data]
    return Heard(
        headline=_HEADLINES.get(end) or telling.headline(work.post, work.verdict, "Wrote in private"),
        text=SILENT if end else "",
        hidden=facts.answered(work.post.text, spans, asked=asked),
        facts=tuple(facts.masked(each) for each in learning.known_facts(batch, case)),
        loud=end == thread.WANTS_PERSON,
    )


def silenced(batch: Batch, work: Work) -> Heard:
    """Take in that somebody wants no automatic words; that the author does not is kept with the author."""
    batch.note(work.case, EventKind.OPTED_OUT, actor="customer", post=work.post.id)
    batch.note(work.case, EventKind.SILENT, reason=thread.OPTED_OUT)
    hush(batch, work.case, why=thread.OPTED_OUT)
    return Heard(headline=_HEADLINES[thread.OPTED_OUT], text=SILENT)


def _respond(batch: Batch, work: Work, talk: Talk, wrote: Signals, fresh: Sequence[Told], *, last: bool) -> str:
    """Answer, or not; returns why the bot is silent from now on, empty while it is not."""
    if wrote.stop:
        for author_id in sorted({work.case.author_id, work.post.author_id}):
            authors.opt_out(batch.db, author_id, now=batch.now)
        silenced(batch, work)
        return thread.OPTED_OUT
    if work.danger or work.post.encrypted:
        return _silence(batch, work, talk, work.verdict.reason)
    if wrote.person:
        raise_to(batch, work, need=work.case.need, priority=Priority.HIGH, reason=thread.WANTS_PERSON)
    wishes = batch.wishes[work.case.id] = wrote | batch.wishes.get(work.case.id, Signals())
    if last and not (talk.silent or work.case.claimed_by or work.case.answered_at):
        if _wants_words(work, talk, wishes, fresh):
            _speak(batch, work, talk, wishes)
        if wishes.person:
            batch.note(work.case, EventKind.SILENT, reason=thread.WANTS_PERSON)
    return thread.WANTS_PERSON if wrote.person else ""


def _wants_words(work: Work, talk: Talk, wrote: Signals, fresh: Sequence[Told]) -> bool:
    """Say whether the post needs an answer: thanks and "ok" need none, once the customer was welcomed."""
    quiet = work.verdict.need in QUIET and not fresh and not (wrote.bot or wrote.person or wrote.callback)
    return not (quiet and talk.answered)


def _silence(batch: Batch, work: Work, talk: Talk, why: str) -> str:
    if not talk.silent:
        batch.note(work.case, EventKind.SILENT, reason=why)
    hush(batch, work.case, why=why)
    return why


def _speak(batch: Batch, work: Work, talk: Talk, wrote: Signals) -> None:
    case, post = work.case, work.post
    _overtake(batch, case, talk)
    scene = _scene(batch, work, talk)
    following = thread.next_words(scene, wrote, _place(batch, case, talk))
    saying = Saying(
        name=f"thread-{post.id}" if talk.welcomed else "welcome",
        kind=DeliveryKind.MESSAGE,
        target=post.conversation,
        text=following.text or "",
        reason=f"in {scene.words.lang}, message {scene.said + 1}",
        asks=following.asks,
    )
    if stands(say(batch, case, post, saying)):
        _promised(batch, work, following)


def _promised(batch: Batch, work: Work, following: thread.Next) -> None:
    """Write down what follows from words that are on their way."""
    case, post = work.case, work.post
    if following.asks:
        batch.note(case, EventKind.ASKED, post=post.id, kinds=list(following.asks))
    if following.place:
        case.place_told = following.place.ahead
        batch.note(case, EventKind.PLACE_TOLD, place=case.place_told, urgent=following.place.urgent, post=post.id)
    if following.end in (thread.COMPLETE, thread.ENOUGH):
        batch.note(case, EventKind.SILENT, reason=following.end)
        if case.handoff == "opened":
            hand_off(batch, case, "context", reason=following.end)


def _overtake(batch: Batch, case: Case, talk: Talk) -> None:
    """Take back words that have not gone yet: they would ask for what the customer has told meanwhile."""
    for delivery in talk.pending:
        delivery.state, delivery.why = DROPPED, "the customer wrote again"
        batch.note(case, EventKind.DROPPED, reason=delivery.why, key=delivery.key)


def _scene(batch: Batch, work: Work, talk: Talk) -> thread.Scene:
    shows = sum(character.isalpha() for character in work.post.text) >= _LANGUAGE_SHOWS
    own = work.verdict.lang if shows else None
    words, _ = language.choose(
        (own, work.case.lang, work.verdict.lang, work.post.lang), fallback=batch.conduct.fallback_lang
    )
    return thread.Scene(
        words=words,
        brand=batch.conduct.brand,
        topic=Topic(work.case.topic or Topic.OTHER),
        said=len(talk.said),
        known=learning.known_kinds(batch, work.case),
        asked=talk.asked,
        privacy_url=batch.conduct.privacy_url,
        fits=batch.limits(work.case.channel).message,
    )


def _place(batch: Batch, case: Case, talk: Talk) -> Place | None:
    """Read the true place, and whether more urgent cases are why it may have gone up."""
    batch.db.flush()
    more_urgent = bool(talk.place_told_at and cases.urgent_since(batch.db, case, talk.place_told_at))
    return queue.place(cases.ahead(batch.db, case), told=case.place_told, more_urgent=more_urgent)
