"""Models of the team's choice beside the shipped one: each answers one head, the shipped model all the others."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from domain.ports import Classifies
from domain.values import Scores
from moderation.certain import certain
from moderation.classifier import shorten
from moderation.hub_labels import Chances
from moderation.normalise import normalise

log = logging.getLogger(__name__)


class Answers(Protocol):
    """Judges texts under one head."""

    version: str
    head: str  # "sentiment", "abuse" or "kind"

    def answer(self, texts: Sequence[str]) -> Sequence[Chances | None]:
        """Give each text's chances by our words, in order; None where the model gave no number."""


class Panel:
    """The shipped model and the ones that answer a head in its place; serves `Classifies`."""

    def __init__(self, shipped: Classifies, others: Sequence[Answers]) -> None:
        """Keep them; of two that answer one head the later counts, which settings do not allow."""
        self._shipped, self._others = shipped, others
        self.version = "+".join([shipped.version, *(_named(other) for other in others)])
        # the heads it answers were measured in these alone, whoever answers the others
        self.languages: frozenset[str] = getattr(shipped, "languages", frozenset())

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        """Score each text, in order; see `Classifies`. Equal texts are judged once, and nobody is asked about nothing.

        What a text is judged by is told in its `model`: where another model gave no number, the shipped one's answer
        stands, and the log says how often.
        """
        plain = [normalise(shorten(text)) for text in texts]
        scored = dict(zip(plain, self._shipped.classify(texts), strict=True))
        asked = sorted(text for text in scored if not certain(text))
        for other in self._others if asked else ():
            answers = dict(zip(asked, other.answer(asked), strict=True))
            _tell(other, answers)
            scored |= {text: merged(scored[text], other, answer) for text, answer in answers.items() if answer}
        return [scored[text] for text in plain]


def merged(scores: Scores, other: Answers, answer: Chances) -> Scores:
    """Put another model's answer in the place of the shipped one's under its head.

    A label that the other has no word for keeps the chance it has: a model that knows only `offensive` must not
    make threats vanish. The other's words share what is left.
    """
    before: Chances = getattr(scores, other.head)
    kept = sum(chance for label, chance in before.items() if label not in answer)
    after = {label: (1 - kept) * answer[label] if label in answer else chance for label, chance in before.items()}
    # a mapping by labels of the head, whichever it is
    return replace(scores, model=f"{scores.model}+{_named(other)}", **{other.head: after})  # type: ignore[arg-type]


def _named(other: Answers) -> str:
    return f"{other.head}:{other.version}"


def told(version: str) -> str:
    """Say for people which models judge, from a version: what the shipped one is not asked for comes after it."""
    shipped, *others = version.split("+")
    named = [" by ".join(other.split(":", 1)) for other in others]
    return "; ".join([shipped, *named])


def _tell(other: Answers, answers: Mapping[str, Chances | None]) -> None:
    silent = sum(answer is None for answer in answers.values())
    if silent:
        log.warning(
            "%s gave no number for %d of %d texts; the shipped model's answer stands",
            _named(other),
            silent,
            len(answers),
        )
