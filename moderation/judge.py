"""Judges posts in batches: language, scores, personal data, triage. Stores verdicts, answers nobody."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Engine

from domain.ports import Classifies
from domain.values import PostKind, Scores, Verdict
from moderation import triage
from moderation.danger import said
from moderation.language import UNDETERMINED, identify
from moderation.normalise import normalise
from moderation.personal import PersonalData
from moderation.policy import Policy
from storage import posts, vectors, verdicts
from storage.database import reading, writing

KIN = {"ms": "id"}  # told apart by guess alone in a short text, and measured as one
BATCH = 64  # posts a round: enough for every core, few enough that an urgent one does not wait for the rest


class Judge:
    """Everything a verdict is made of: the model, the finder of personal data and the policy."""

    def __init__(self, classifier: Classifies, personal_data: PersonalData, policy: Policy) -> None:
        """Keep the three; opens nothing."""
        self._classifier, self._personal_data = classifier, personal_data
        self.base = self.policy = policy  # as it was given, and as the dial has turned it
        self.version = classifier.version
        self.languages: Collection[str] = getattr(classifier, "languages", ())

    def judge(self, subjects: Sequence[triage.Subject]) -> list[Verdict]:
        """Judge each subject, in order, all by the policy that holds when it begins. Deterministic."""
        policy = self.policy
        scores = self._classifier.classify([subject.text for subject in subjects])
        return [self._verdict(subject, score, policy) for subject, score in zip(subjects, scores, strict=True)]

    def measured(self, text: str, lang: str) -> bool:
        """Say whether the model was measured in a language; where nobody can tell which, or no word is said, it was.

        A model of which nobody wrote down in what it was measured counts as measured in all.
        """
        told = {lang, KIN.get(lang, lang)}
        return not self.languages or lang == UNDETERMINED or not told.isdisjoint(self.languages) or not _worded(text)

    def _verdict(self, subject: triage.Subject, scores: Scores, policy: Policy) -> Verdict:
        lang = identify(subject.text, subject.lang)
        spans = self._personal_data.find(subject.text, lang=lang)
        decided = triage.triage(
            triage.Facts(
                scores=scores,
                kind=subject.kind,
                personal_data=spans,
                followers=subject.followers,
                lang=lang,
                encrypted=subject.encrypted,
                said=said(subject.text, lang=lang),
                measured=self.measured(subject.text, lang),
            ),
            policy,
        )
        return Verdict(lang=lang, scores=scores, personal_data=spans, triage=decided)


def _worded(text: str) -> bool:
    return any(map(str.isalpha, normalise(text).replace("@user", "").replace("http", "")))


def run_once(engine: Engine, judge: Judge, *, now: datetime) -> bool:
    """Judge one batch of new posts, oldest first. False when there are none.

    Rows: post new -> verdict and vector stored, post judged. The model works outside any transaction: judging twice is
    harmless.
    """
    with reading(engine) as db:
        batch = posts.to_judge(db, limit=BATCH)
    if not batch:
        return False
    subjects = [
        triage.Subject(
            text=post.text,
            kind=PostKind(post.kind),
            lang=post.lang,
            followers=post.followers,
            encrypted=post.encrypted,
        )
        for post in batch
    ]
    judged = judge.judge(subjects)
    with writing(engine) as db:
        verdicts.store(db, [(post.id, verdict) for post, verdict in zip(batch, judged, strict=True)], now=now)
        about = {post.id: verdict.scores.vector for post, verdict in zip(batch, judged, strict=True)}
        vectors.keep(db, about, model=judge.version)
    return True
