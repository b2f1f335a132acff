"""The docket: what the gate goes by for the first words in many new cases, read once for all. Judges nothing itself.

Says the same as `evidence.gather` says of one; a test holds the two together.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache

from sqlmodel import Session

from domain.conduct import Conduct
from domain.sending import DeliveryKind, Standing
from domain.values import AnswerBy
from responder.asking import Ask, Stage
from responder.evidence import CAP_WINDOW, sending_switch
from responder.language import discloses
from responder.precedents import allowed_by_platform, told_since
from responder.rulebook import book
from storage import authors, deliveries, links, said, spending, switches
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
        self._stopped = cache(lambda via, account: switches.why(db, sending_switch(via, account)))
        self._people = said.by_people(db, author_ids)
        self._to_them = cache(lambda via: said.to_authors(db, author_ids, since=now - _back(via, "same_words_to_them")))
        self._in_public = cache(
            lambda via, account: said.in_public(db, via, account, since=now - _back(via, "same_words_in_public"))
        )
        self._spent = cache(lambda via, account: spending.this_month(db, via, account, now=now))
        self._kin = links.members(db, author_ids)
        everybody = frozenset(author_ids).union(*self._kin.values())
        linked = {author_id for kin in self._kin.values() if len(kin) > 1 for author_id in kin}
        self._linked = authors.by_id(db, linked)
        self._said = Counter(deliveries.automatic_to_each(db, everybody, since=now - CAP_WINDOW))

    def said(self, author_id: int) -> None:
        """Count words that were promised to this author."""
        self._said[author_id] += 1

    def ask(self, case: Case, post: Post, author: Author, verdict: Verdict, *, body: str) -> Ask:
        """Say what the gate goes by for `body` as an answer to `post`, the only post of `case`."""
        stopped = self._stopped(case.channel, case.account)
        return Ask(
            stage=Stage.PLAN,
            now=self._now,
            channel=case.channel,
            kind=DeliveryKind.REPLY,
            conduct=self._conduct,
            automatic=True,
            by="bot",
            closing=False,
            planned_at=self._now,
            approved_by=None,
            approved_at=None,
            said_at=post.created_at,
            paused=self._paused,
            sending_stopped=stopped is not None,
            stopped_why=stopped or "",
            opted_out=self._opted_out(author),
            automatic_last_hour=sum(self._said[each] for each in self._kin_of(author)),
            claimed_by=case.claimed_by,
            case_state=case.state,
            answer_by=AnswerBy(verdict.answer_by),
            summoned=post.summoned,
            encrypted=post.encrypted,
            **allowed_by_platform(post, author),
            public_answers=0,
            closings=0,
            private_replies=0,
            private_replies_by_bot=0,
            customer_opened=False,
            last_theirs_at=None,
            window_from=None,
            already_answered_their_last=False,
            discloses=discloses(body),
            disclosed_at=told_since(author, self._people.get(author.id)),
            same_to_them_at=self._to_them(case.channel).get((author.id, body)),
            same_at=self._in_public(case.channel, case.account).get(body),
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


def _back(channel: str, check: str) -> timedelta:
    return book(channel).lookback(check)
