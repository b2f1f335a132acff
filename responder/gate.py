"""The gate: says whether a delivery may go. Pure: no clock, no database, sends nothing.

Words to the team always pass: whoever must act has to know. Words a person of the team wrote pass what is only meant
for the bot, but never a platform's rule.
"""

from domain.sending import CUSTOMER_FACING
from responder.asking import Answer, Ask, Rule, Says, Stage
from responder.rules import RULES

__all__ = ["RULES", "TEAM", "Answer", "Ask", "Rule", "Says", "Stage", "gate"]

TEAM = Answer(verdict=Says.ALLOW, rule="team", reason="words to the team always go")


def gate(ask: Ask) -> Answer:
    """Say whether a delivery may go. The first rule that stands in the way is the answer."""
    if ask.kind not in CUSTOMER_FACING:
        return TEAM
    for rule in RULES:
        if rule.applies(ask) and rule.check(ask):
            return Answer(
                verdict=rule.verdict,
                rule=rule.id,
                reason=rule.reason.format(ask=ask),
                instead=rule.instead.format(ask=ask),
                until=rule.until(ask) if rule.until else None,
            )
    return Answer(verdict=Says.ALLOW, rule="clear", reason="nothing stands in the way")
