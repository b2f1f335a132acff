"""Triage: from scores to what we do about a post. Pure: no clock, no database."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite

from domain.values import (
    Abuse,
    AnswerBy,
    Kind,
    Need,
    PostKind,
    Priority,
    Scores,
    Sentiment,
    Span,
    Triage,
)
from moderation.danger import DISTRESS, THREAT
from moderation.personal import kinds
from moderation.policy import Policy, Thresholds

GRAVE = ("safety", "legal")  # reasons that cannot wait, in whatever tone they come
PRESSING = ("money", "access", "repeat", "churn")  # reasons that cannot wait when somebody is unhappy
SAID = "said in so many words"
LESS_EXPOSING = frozenset({"order"})  # personal data that others can do little with


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is to be judged: a text and what is known of it beforehand."""

    text: str
    kind: PostKind = PostKind.MENTION
    lang: str | None = None  # the platform's guess
    followers: int | None = None
    encrypted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What triage may know of a post."""

    scores: Scores
    kind: PostKind
    personal_data: tuple[Span, ...] = ()
    followers: int | None = None
    lang: str = "und"
    encrypted: bool = False
    said: frozenset[str] = frozenset()  # dangers said in so many words, see danger.py
    measured: bool = True  # whether the model's figures hold for this language

    @property
    def negative(self) -> float:
        """How unhappy the post is, 0 to 1."""
        return self.scores.sentiment[Sentiment.NEGATIVE]

    @property
    def public(self) -> bool:
        """Whether everybody can read it."""
        return self.kind is not PostKind.DIRECT


Reason = str | None
_Rule = Callable[[Facts, Thresholds, Policy], Reason]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of triage: when it matches it says why, and its outcome holds.

    A `dialled` rule alerts from the thresholds that the dial has turned, and makes a complaint from the policy's own.
    A `certain` one needs no model, and holds in any language.
    """

    id: str
    matches: _Rule
    need: Need
    priority: Priority
    answer_by: AnswerBy
    dialled: bool = False
    certain: bool = False


def _at(name: str, score: float, threshold: float) -> Reason:
    return f"{name} {score:.2f}" if score >= threshold else None


def _said(facts: Facts, danger: str) -> Reason:
    return f"{danger}, {SAID}" if danger in facts.said else None


def _pressing(facts: Facts, at: Thresholds, _policy: Policy) -> Reason:
    """Match a matter that cannot wait: safety or law however calmly it is said, money or access when unhappily."""
    if facts.scores.person < at.person:
        return None
    names = GRAVE + PRESSING if facts.negative >= at.negative else GRAVE
    why = {name: facts.scores.why.get(name, 0.0) for name in names}
    name = max(why, key=lambda name: why[name])
    return _at(f"unhappy {facts.negative:.2f} and a matter of {name}", why[name], at.reason)


def _press(facts: Facts, at: Thresholds, _policy: Policy) -> Reason:
    """Match somebody who asks for a newspaper or the like: they are no customer to be acknowledged."""
    return _at("press", facts.scores.why.get("press", 0.0), at.reason) if facts.scores.person >= at.person else None


def _urgent(facts: Facts, at: Thresholds, _policy: Policy) -> Reason:
    if facts.negative < at.urgent_negative:
        return None
    return _at(f"unhappy {facts.negative:.2f} and needs a person", facts.scores.person, at.urgent_person)


def _reach(facts: Facts, at: Thresholds, policy: Policy) -> Reason:
    """Match an unhappy author with very many readers, where the policy asks for it: by default it does not."""
    followers = facts.followers or 0
    if not 0 < policy.reach_followers <= followers:
        return None
    unhappy = facts.negative >= at.negative and facts.public
    return f"unhappy {facts.negative:.2f} before {followers:,} followers" if unhappy else None


def _complaint(facts: Facts, at: Thresholds, _policy: Policy) -> Reason:
    if facts.negative >= at.negative and facts.scores.person >= at.person:
        return f"unhappy {facts.negative:.2f}, needs a person {facts.scores.person:.2f}"
    return _at("complaint", facts.scores.kind[Kind.COMPLAINT], at.complaint)


def _unhappy(facts: Facts, at: Thresholds, _policy: Policy) -> Reason:
    """Match a clearly unhappy public post, though it asks nobody for anything: others read it."""
    return _at("unhappy", facts.negative, at.unhappy) if facts.public else None


def _unsure(facts: Facts, at: Thresholds, _policy: Policy) -> Reason:
    """Match what nothing else matched and is not surely noise: a likeliest kind that falls short is still one."""
    noise = facts.scores.kind[Kind.NOISE]
    return None if noise >= at.sure else f"unsure: noise only {noise:.2f}"


def _exposed(facts: Facts, _at: Thresholds, _policy: Policy) -> Reason:
    exposed = kinds(facts.personal_data)
    return f"personal data in public: {', '.join(exposed)}" if set(exposed) - LESS_EXPOSING and facts.public else None


def _order_exposed(facts: Facts, at: Thresholds, _policy: Policy) -> Reason:
    """Match an order's number in public where something is the matter with it; in praise it is only masked."""
    matters = facts.negative >= at.negative or facts.scores.person >= at.person
    return "the number of an order in public" if matters and facts.personal_data and facts.public else None


def _unscored(facts: Facts, _at: Thresholds, _policy: Policy) -> Reason:
    """Match scores that are no numbers: every comparison with them is false, and nobody would look."""
    scores = facts.scores
    heads = (scores.sentiment, scores.abuse, scores.kind, scores.why)
    # a sum is a number only if each of its parts is
    total = sum(sum(head.values()) for head in heads) + scores.person + scores.distress
    return None if isfinite(total) else "the model gave no number"


_BOT, _PERSON, _NOBODY = AnswerBy.BOT, AnswerBy.PERSON, AnswerBy.NOBODY

RULES: tuple[Rule, ...] = (
    Rule(
        "encrypted",
        lambda facts, _at, _policy: (
            "encrypted message: only the platform's app can show it" if facts.encrypted else None
        ),
        Need.QUESTION,
        Priority.HIGH,
        _PERSON,
    ),
    Rule("unscored", _unscored, Need.QUESTION, Priority.HIGH, _PERSON),
    # a canned reply to a person in danger does harm: straight to a person
    Rule(
        "distress",
        lambda facts, at, _: _said(facts, DISTRESS) or _at("distress", facts.scores.distress, at.distress),
        Need.URGENT,
        Priority.URGENT,
        _PERSON,
    ),
    Rule(
        "threat",
        lambda facts, at, _: _said(facts, THREAT) or _at("threat", facts.scores.abuse[Abuse.THREAT], at.threat),
        Need.URGENT,
        Priority.URGENT,
        _PERSON,
    ),
    Rule(
        "hateful",
        lambda facts, at, _: _at("hateful", facts.scores.abuse[Abuse.HATEFUL], at.hateful),
        Need.URGENT,
        Priority.URGENT,
        _PERSON,
    ),
    Rule("personal-data", _exposed, Need.URGENT, Priority.URGENT, _BOT, certain=True),
    Rule("reach", _reach, Need.URGENT, Priority.URGENT, _BOT, dialled=True),
    Rule("press", _press, Need.URGENT, Priority.HIGH, _PERSON),
    Rule("pressing", _pressing, Need.URGENT, Priority.HIGH, _BOT, dialled=True),
    Rule("urgent", _urgent, Need.URGENT, Priority.HIGH, _BOT, dialled=True),
    Rule("order-number", _order_exposed, Need.URGENT, Priority.HIGH, _BOT, dialled=True),
    Rule("complaint", _complaint, Need.COMPLAINT, Priority.NORMAL, _BOT),
    Rule(
        "offensive",
        lambda facts, at, _: _at("offensive", facts.scores.abuse[Abuse.OFFENSIVE], at.offensive),
        Need.URGENT,
        Priority.HIGH,
        _PERSON,
        dialled=True,
    ),
    Rule("unhappy", _unhappy, Need.COMPLAINT, Priority.NORMAL, _BOT),
    Rule(
        "question",
        lambda facts, at, _: _at("question", facts.scores.kind[Kind.QUESTION], at.question),
        Need.QUESTION,
        Priority.NORMAL,
        _PERSON,
    ),
    Rule(
        "praise",
        lambda facts, at, _: _at("praise", facts.scores.kind[Kind.PRAISE], at.praise),
        Need.PRAISE,
        Priority.LOW,
        _NOBODY,
    ),
    Rule("unsure", _unsure, Need.QUESTION, Priority.NORMAL, _PERSON),
)
_UNSURE = RULES[-1]
_NOISE = Rule(
    "noise", lambda facts, _at, _policy: f"noise {facts.scores.kind[Kind.NOISE]:.2f}", Need.NOISE, Priority.LOW, _NOBODY
)


def triage(facts: Facts, policy: Policy) -> Triage:
    """Decide what a post needs. The first rule that matches wins; none: noise.

    Distress outranks all that can be read and is never answered by the bot. In a language the model was not measured
    in, what only the model says is acted on by no one but a person: see `_abstained`.
    """
    rule, reason = _decided(facts, policy)
    if not facts.measured and not rule.certain:
        rule, reason = _abstained(rule, reason, facts.lang)
    return Triage(
        need=rule.need,
        priority=rule.priority,
        answer_by=rule.answer_by,
        reason=reason,
        rule=rule.id,
        policy=policy.version,
    )


def _decided(facts: Facts, policy: Policy) -> tuple[Rule, str]:
    """Find the rule that holds. One that matches but that the dial keeps from alerting yields to others that alert."""
    at, alerting = policy.thresholds(facts.lang), policy.alerting(facts.lang)
    quiet: tuple[Rule, str] | None = None
    for rule in RULES:
        reason = rule.matches(facts, alerting if rule.dialled else at, policy)
        if reason:
            return quiet if quiet and rule.need is not Need.URGENT else (rule, reason)
        if rule.dialled and quiet is None and alerting is not at:
            reason = rule.matches(facts, at, policy)
            quiet = (_quietly(rule), f"{reason}; less than alerts now") if reason else None
    return quiet or (_NOISE, _NOISE.matches(facts, at, policy) or "noise")


def _quietly(rule: Rule) -> Rule:
    return replace(rule, need=Need.COMPLAINT, priority=Priority.NORMAL)


def _abstained(rule: Rule, reason: str, lang: str) -> tuple[Rule, str]:
    """Leave to a person what the model cannot be trusted with: what is urgent stays so, what seems nothing is asked."""
    unmeasured = f"the model was not measured in {lang}"
    if rule.answer_by is _NOBODY:
        return _UNSURE, f"unsure: {unmeasured}"
    return replace(rule, answer_by=_PERSON), f"{reason}; {unmeasured}"
