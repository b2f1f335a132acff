"""The plan: whether the bot speaks in public, and with what words. Pure; the gate comes after it."""

from dataclasses import dataclass
from functools import partial

from domain.conduct import Conduct
from domain.values import Abuse, AnswerBy, Need, PostKind
from responder import language
from responder.topics import Topic
from responder.wording import Fits, Memory, acknowledge, fits_post

ACKNOWLEDGED = frozenset({Need.URGENT, Need.COMPLAINT})


def anything(_: str) -> bool:
    """Fit whatever is said: the channel names no limit."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What must be known of a channel to write for it."""

    fits: Fits = fits_post
    private: Fits | None = None  # one private answer to a public post; None: the channel has no such thing
    message: Fits = anything  # a private message
    link: str = ""  # where a private thread is begun; empty: there is no such address


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A post and its verdict, as far as the plan goes by them."""

    kind: PostKind
    summoned: bool
    need: Need
    answer_by: AnswerBy
    abuse: Abuse
    topic: Topic
    exposed: bool  # personal data stand in it
    langs: tuple[str | None, ...]  # the judge's and the platform's guess, the surer one first


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """How the post's case stands."""

    id: int
    acknowledged: bool = False
    with_people: bool = False  # somebody has it, or has spoken, or only a person may


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Words to be said in public, and how they came about."""

    text: str
    lang: str
    reason: str
    told: str | None = None  # what is said instead where we write to them in private ourselves


@dataclass(frozen=True, slots=True)
class Withheld:
    """Nothing is said; the reason is for the case's history."""

    reason: str


def plan(
    subject: Subject, case: CaseFacts, *, conduct: Conduct, memory: Memory, limits: Limits
) -> Spoken | Withheld | None:
    """Decide the public acknowledgement. None: none was due, which needs no reason."""
    if subject.kind is PostKind.DIRECT or subject.need not in ACKNOWLEDGED or case.acknowledged:
        return None
    obstacle = _obstacle(subject, case)
    return Withheld(obstacle) if obstacle else _speak(subject, case, conduct, memory, limits)


def _obstacle(subject: Subject, case: CaseFacts) -> str:
    if case.with_people:
        return "the case is with people"
    if subject.answer_by is not AnswerBy.BOT:
        return "only a person may answer this"
    if subject.abuse is not Abuse.NONE and subject.topic is Topic.OTHER:
        return "abuse that names no matter"
    if not subject.summoned:
        return "the author did not call us: a person answers in the platform's app"
    return ""


def _speak(subject: Subject, case: CaseFacts, conduct: Conduct, memory: Memory, limits: Limits) -> Spoken | Withheld:
    words, fallback = language.choose(subject.langs, fallback=conduct.fallback_lang)
    write = partial(
        acknowledge, words, subject.topic, seed=case.id, memory=memory, fits=limits.fits, exposed=subject.exposed
    )
    text = write(link=limits.link if conduct.invite_link else "")
    if text is None:
        return Withheld("no words of ours fit the channel")
    told = write(told=True) if limits.private else None
    asked = subject.langs[0] or "und"
    about = "; asks to delete personal data" if subject.exposed else ""
    said = f"no words in {asked}, so in {words.lang}" if fallback else f"in {words.lang}"
    return Spoken(text=text, lang=words.lang, reason=f"{said}, about {subject.topic}{about}", told=told)
