"""The dial: one shift of the thresholds that make an alert, danger excepted. Chooses nothing itself."""

from dataclasses import replace
from math import exp, log

from moderation.policy import Policy, Thresholds

# what the dialled rules of triage ask for; distress, threat, hate and press keep their own thresholds
TURNED = ("negative", "person", "urgent_negative", "urgent_person", "reason", "offensive")
STEP = 0.05  # of log-odds: a threshold of 0.50 moves by 0.0125
LOWEST, HIGHEST = -2.0, 6.0  # thresholds of 0.50 become 0.12 and 0.998
POSITIONS = tuple(round(LOWEST + at * STEP, 2) for at in range(round((HIGHEST - LOWEST) / STEP) + 1))


def turned(policy: Policy, dial: float) -> Policy:
    """Give the policy with its alerts at `dial`; 0 gives the policy itself, above it fewer posts alert, below more.

    Its version tells the dial, so that each verdict keeps by which thresholds it was judged.
    """
    if not dial:
        return policy
    languages = {lang: _shifted(at, dial) for lang, at in policy.by_language.items()}
    alerts = replace(policy, default=_shifted(policy.default, dial), by_language=languages, alerts=None)
    return replace(policy, version=f"{policy.version}{dial:+.2f}", alerts=alerts)


def _shifted(at: Thresholds, dial: float) -> Thresholds:
    return replace(at, **{name: shifted(getattr(at, name), dial) for name in TURNED})


def shifted(threshold: float, dial: float) -> float:
    """Move a probability by `dial` of log-odds; what is certain, 0 and 1, stays."""
    if not 0 < threshold < 1:
        return threshold
    return 1 / (1 + exp(-(log(threshold / (1 - threshold)) + dial)))
