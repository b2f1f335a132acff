"""The dial: one shift of the thresholds that make an alert, by which danger only ever gains. Chooses nothing itself."""

from dataclasses import replace
from math import exp, log

from moderation.policy import Policy, Thresholds

# what the dialled rules of triage ask for
TURNED = ("negative", "person", "urgent_negative", "urgent_person", "reason", "offensive")
DANGER = ("distress", "threat", "hateful")  # turned down alone: what keeps alerts few never makes danger harder to find
STEP = 0.05  # of log-odds: a threshold of 0.50 moves by 0.0125
LOWEST, HIGHEST = -4.0, 6.0  # thresholds of 0.50 become 0.02 and 0.998
POSITIONS = tuple(round(LOWEST + at * STEP, 2) for at in range(round((HIGHEST - LOWEST) / STEP) + 1))


def turned(policy: Policy, dial: float) -> Policy:
    """Give the policy with its alerts at `dial`; 0 gives the policy itself, above it fewer posts alert, below more.

    Its version tells the dial, so that each verdict keeps by which thresholds it was judged.
    """
    if not dial:
        return policy
    own = _each(policy, DANGER, min(dial, 0.0))
    alerts = _each(own, TURNED, dial)
    return replace(own, version=f"{policy.version}{dial:+.2f}", alerts=alerts)


def _each(policy: Policy, names: tuple[str, ...], dial: float) -> Policy:
    """Shift these thresholds of every language."""

    def moved(at: Thresholds) -> Thresholds:
        return replace(at, **{name: shifted(getattr(at, name), dial) for name in names}) if dial else at

    languages = {lang: moved(at) for lang, at in policy.by_language.items()}
    return replace(policy, default=moved(policy.default), by_language=languages)


def shifted(threshold: float, dial: float) -> float:
    """Move a probability by `dial` of log-odds; what is certain, 0 and 1, stays."""
    if not 0 < threshold < 1:
        return threshold
    return 1 / (1 + exp(-(log(threshold / (1 - threshold)) + dial)))
