"""The docket: what the gate goes by for the first words in many new cases, read once for all. Judges nothing itself.

Says the same as `evidence.gather` says of one; a test holds the two together.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from functools import cache

from sqlmodel import Session

from domain.conduct import Conduct
from domain.sending import DeliveryKind, Standing
from domain.values import AnswerBy
from responder.asking import Ask, Stage
from responder.evidence import CAP_WINDOW, sending_switch
from storage import authors, deliveries, links, spending, switches
from storage.authors import Author
from storage.cases import Case
from storage.posts import Post
from storage.verdicts import Verdict


class Docket:
    """The evidence about public answers in cases that were opened just now."""

    def __init__(self, db: Session, author_ids: Collection[int], *, conduct: Conduct, now: datetime) -> None:
        """Read what all have in common; `said` counts on as words are promised."""
        self._conduct, self._now = conduct, now
        self._paused = switches.is_on(db, switches.PAUSED)
        self._stopped = cache(lambda via, account: switches.is_on(db, sending_switch(via, account)))
        self._spent = cache(lambda via, account: spending.this_month(db, via, account, now=now))
        self._kin = links.members(db, author_ids)
        everybody = frozenset(author_ids).union(*self._kin.values())
        linked = {author_id for kin in self._kin.values() if len(kin) > 1 for author_id in kin}
        self._linked = authors.by_id(db, linked)
        self._said = Counter(deliveries.automatic_to_each(db, everybody, since=now - CAP_WINDOW))

    def said(self, author_id: int) -> None:
        """Count words that were promised to this author."""
        self._said[author_id] += 1

    def ask(self, case: Case, post: Post, author: Author, verdict: Verdict) -> Ask:
        """Say what the gate goes by for an answer to `post`, the only post of `case`."""
        return Ask(
            stage=Stage.PLAN,
            now=self._now,
            kind=DeliveryKind.REPLY,
            conduct=self._conduct,
            automatic=True,
            planned_at=self._now,
            approved_by=None,
            approved_at=None,
            said_at=post.created_at,
            paused=self._paused,
            sending_stopped=self._stopped(case.channel, case.account),
            opted_out=self._opted_out(author),
            automatic_last_hour=sum(self._said[each] for each in self._kin_of(author)),
            claimed_by=case.claimed_by,
            case_state=case.state,
            answer_by=AnswerBy(verdict.answer_by),
            summoned=post.summoned,
            encrypted=post.encrypted,
            public_answers=0,
            customer_opened=False,
            last_theirs_at=None,
            already_answered_their_last=False,
            standing=Standing.GONE if post.gone_at else None,
            answered_by_person_in_app=False,
            spent_micros=self._spent(case.channel, case.account),
            budget_micros=self._conduct.budgets.get(case.channel),
            price_micros=0,
            fits=True,  # they were written to fit
        )

    def _kin_of(self, author: Author) -> frozenset[int]:
        return self._kin.get(author.id) or frozenset({author.id})

    def _opted_out(self, author: Author) -> bool:
        """Say whether any identity of the customer wants no automatic words, as their rows say now."""
        others = (self._linked[each] for each in self._kin_of(author) - {author.id})
        return any(each.opted_out_at or each.forgotten_at for each in (author, *others))
