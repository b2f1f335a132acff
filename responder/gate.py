"""The gate: says whether a delivery may go. Pure: no clock, no database, sends nothing.

Words to the team always pass: whoever must act has to know. Words a person of the team wrote pass what is only meant
for the bot, but never a platform's rule. An automatic word also needs something the customer did that allows it.
"""

from domain.sending import CUSTOMER_FACING
from responder.asking import Answer, Ask, Says, Stage
from responder.rulebook import Book, Rule, book

__all__ = ["NO_CONSENT", "TEAM", "Answer", "Ask", "Says", "Stage", "gate", "gate_by"]

TEAM = Answer(verdict=Says.ALLOW, rule="team", reason="words to the team always go")
CLEAR, NO_CONSENT = "clear", "no-consent"


def gate(ask: Ask) -> Answer:
    """Say whether a delivery may go, by the book of its channel."""
    return TEAM if ask.kind not in CUSTOMER_FACING else gate_by(book(ask.channel), ask)


def gate_by(rules: Book, ask: Ask) -> Answer:
    """Say whether words to a customer may go. The first rule that stands in the way is the answer."""
    for rule in rules.rules:
        if rule.stands(ask):
            return _no(rules, rule, ask)
    consent = rules.consent(ask) if ask.automatic else None
    if ask.automatic and consent is None:
        return Answer(
            verdict=Says.REFUSE,
            rule=NO_CONSENT,
            reason="the customer has done nothing that allows an automatic word here",
            instead="a person answers",
            source="house rule",
            rulebook=rules.version,
        )
    return Answer(
        verdict=Says.ALLOW,
        rule=CLEAR,
        reason="nothing stands in the way",
        rulebook=rules.version,
        consent=f"{consent.id}: {consent.reason}" if consent else "",
    )


def _no(rules: Book, rule: Rule, ask: Ask) -> Answer:
    return Answer(
        verdict=rule.verdict,
        rule=rule.id,
        reason=rule.worded(rule.reason, ask),
        instead=rule.worded(rule.instead, ask),
        until=rule.again_at(ask),
        source=f"{rule.source} (as of {rule.date})",
        rulebook=rules.version,
    )
