"""The road as far as the responder goes: customers write, the posts are judged as the test says, the stages run."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from domain.cards import Card
from domain.conduct import Conduct, Rooms
from domain.history import CaseState, replay
from domain.sending import CUSTOMER_FACING, DeliveryKind
from domain.values import (
    Abuse,
    AnswerBy,
    Kind,
    Need,
    NewAuthor,
    NewPost,
    Page,
    PostKind,
    Priority,
    Scores,
    Sentiment,
    SourceSpec,
    Span,
    Triage,
    Verdict,
)
from responder import followup, incidents, respond
from responder.plan import Limits, anything
from storage import authors, cases, deliveries, events, posts, sources, verdicts
from storage.cases import Case
from storage.database import reading, writing
from storage.deliveries import SENT, Delivery
from storage.posts import Post
from storage.sources import Source

BRAND = "1"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ROOMS = Rooms(alerts="C-ALERTS", cases="C-CASES", mail="team@brand.example")

JUDGED = {
    "complaint": (Need.COMPLAINT, Priority.NORMAL, AnswerBy.BOT),
    "urgent": (Need.URGENT, Priority.HIGH, AnswerBy.BOT),
    "personal-data": (Need.URGENT, Priority.URGENT, AnswerBy.BOT),
    "reach": (Need.URGENT, Priority.URGENT, AnswerBy.BOT),
    "distress": (Need.URGENT, Priority.URGENT, AnswerBy.PERSON),
    "threat": (Need.URGENT, Priority.URGENT, AnswerBy.PERSON),
    "offensive": (Need.URGENT, Priority.HIGH, AnswerBy.PERSON),
    "question": (Need.QUESTION, Priority.NORMAL, AnswerBy.PERSON),
    "encrypted": (Need.QUESTION, Priority.HIGH, AnswerBy.PERSON),
    "praise": (Need.PRAISE, Priority.LOW, AnswerBy.NOBODY),
    "noise": (Need.NOISE, Priority.LOW, AnswerBy.NOBODY),
}
"""What triage makes of a post, by the rule that matched."""


@dataclass
class Road:
    """Drives the responder by hand; `now` is its clock."""

    engine: Engine
    conduct: Conduct = field(default_factory=lambda: Conduct(brand="Nord Parcel", rooms=ROOMS, per_author_hour=99))
    now: datetime = NOON
    channel: str = "x"
    limits: dict[str, Limits] = field(default_factory=dict)
    _ids: Any = field(default_factory=lambda: count(1))

    def hears(
        self,
        who: str,
        text: str,
        rule: str = "complaint",
        *,
        lang: str = "en",
        kind: PostKind = PostKind.MENTION,
        conversation: str = "",
        summoned: bool = True,
        spans: Sequence[Span] = (),
        abuse: Abuse = Abuse.NONE,
        followers: int | None = None,
        **post: Any,
    ) -> int:
        """Let somebody write, and the judge decide by `rule`; returns the post's row id."""
        native_id = post.pop("native_id", f"p{next(self._ids)}")
        said = NewPost(
            native_id=native_id,
            kind=kind,
            text=text,
            author=NewAuthor(native_id=post.pop("author_id", f"u-{who}"), handle=who, followers=followers),
            conversation=conversation or (f"dm-{who}" if kind is PostKind.DIRECT else native_id),
            created_at=post.pop("created_at", self.now),
            summoned=summoned,
            permalink=f"https://x.example/{native_id}",
            **post,
        )
        with writing(self.engine) as db:
            spec = SourceSpec(name="mentions", endpoint="mentions", every=timedelta(minutes=1))
            sources.register(db, self.channel, BRAND, spec, now=self.now)
            source = db.exec(select(Source).where(Source.channel == self.channel)).one()
            stored = posts.store_page(db, source, Page(posts=(said,)), now=self.now)
            (post_id,) = stored.new
            if not said.own:
                verdicts.store(db, [(post_id, verdict(rule, lang, spans, abuse))], now=self.now)
        return post_id

    def writes(self, who: str, text: str, rule: str = "complaint", **post: Any) -> int:
        """Let somebody write in private."""
        return self.hears(who, text, rule, kind=PostKind.DIRECT, **post)

    def ours(self, text: str, **post: Any) -> int:
        """Let the platform list a post of our own account."""
        return self.hears("brand", text, own=True, **post)

    def answer(self) -> int:
        """Run the responder until nothing waits; returns how often it found work."""
        rounds = 0
        while respond.run_once(self.engine, conduct=self.conduct, now=self.now, channels=self.limits):
            rounds += 1
        return rounds

    def takes_private_replies(self, *, longest: int = 2000) -> None:
        """Let the channel take one private answer to a public post, of so many bytes."""

        def fits(text: str) -> bool:
            return len(text.encode()) <= longest

        self.limits[self.channel] = Limits(fits=anything, private=fits, message=fits)

    def opt_out(self, who: str) -> None:
        """Let somebody want no automatic words."""
        with writing(self.engine) as db:
            author = authors.find(db, self.channel, f"u-{who}")
            assert author is not None
            authors.opt_out(db, author.id, now=self.now)

    def approve_late_answers(self, *channels: str) -> None:
        """Let the platform have approved that people answer late."""
        self.conduct = replace(self.conduct, human_agent=frozenset(channels))

    def follow_up(self) -> bool:
        """Run the timers once."""
        return followup.run_once(self.engine, conduct=self.conduct, now=self.now)

    def watch_storms(self) -> bool:
        """Run the incidents' stage once."""
        return incidents.run_once(self.engine, conduct=self.conduct, now=self.now)

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def deliver(self, *, only: str = "") -> None:
        """Let everything that is ready arrive."""
        with writing(self.engine) as db:
            for row in db.exec(select(Delivery).where(Delivery.state == deliveries.READY)):
                if only in row.key:
                    row.state, row.sent_at, row.native_id, row.attempts = SENT, self.now, f"sent-{row.id}", 1

    def case(self, case_id: int = 1) -> Case:
        """Read a case."""
        with reading(self.engine) as db:
            return db.get_one(Case, case_id)

    def cases(self) -> list[Case]:
        """Read every case."""
        with reading(self.engine) as db:
            return list(db.exec(select(Case).order_by("id")))

    def post(self, post_id: int) -> Post:
        """Read a post."""
        with reading(self.engine) as db:
            return db.get_one(Post, post_id)

    def kinds(self, case_id: int = 1) -> list[str]:
        """List what happened in a case."""
        with reading(self.engine) as db:
            return [event.kind for event in events.of_case(db, case_id)]

    def reasons(self, kind: str, case_id: int = 1) -> list[str]:
        """List the reasons given for one kind of event."""
        with reading(self.engine) as db:
            return [event.reason for event in events.of_case(db, case_id) if event.kind == kind]

    def replayed(self, case_id: int = 1) -> CaseState:
        """Fold a case's events."""
        with reading(self.engine) as db:
            return replay(events.of_case(db, case_id))

    def said(self, *kinds: DeliveryKind) -> list[Delivery]:
        """Read the deliveries of these kinds, or all."""
        with reading(self.engine) as db:
            rows = db.exec(select(Delivery).order_by("id"))
            return [row for row in rows if not kinds or row.kind in kinds]

    def replies(self) -> list[str]:
        """Read the public words promised."""
        return [row.body for row in self.said(DeliveryKind.REPLY)]

    def messages(self) -> list[str]:
        """Read the private words promised that were not taken back."""
        return [row.body for row in self.said(DeliveryKind.MESSAGE) if row.state != deliveries.DROPPED]

    def keys(self, *kinds: DeliveryKind) -> list[str]:
        """Read the keys of what was promised."""
        return [row.key for row in self.said(*kinds)]

    def card(self, key: str) -> Card:
        """Read one card to the team."""
        return Card.from_json(next(row.body for row in self.said() if row.key == key))

    def cards(self) -> list[Card]:
        """Read every card to the team."""
        return [Card.from_json(row.body) for row in self.said() if row.kind not in CUSTOMER_FACING]

    def facts(self, case_id: int = 1) -> list[tuple[str, str]]:
        """Read what is known in a case."""
        with reading(self.engine) as db:
            return [(fact.kind, fact.value) for fact in cases.facts_of(db, case_id)]


def verdict(rule: str, lang: str, spans: Sequence[Span], abuse: Abuse) -> Verdict:
    need, priority, answer_by = JUDGED[rule]
    happy = Sentiment.POSITIVE if need is Need.PRAISE else Sentiment.NEGATIVE
    return Verdict(
        lang=lang,
        scores=Scores(
            sentiment={each: 0.8 if each is happy else 0.1 for each in Sentiment},
            abuse={each: 0.7 if each is abuse else 0.1 for each in Abuse},
            kind=dict.fromkeys(Kind, 0.25),
            person=0.9,
            distress=0.0,
            model="test",
        ),
        personal_data=tuple(spans),
        triage=Triage(
            need=need,
            priority=priority,
            answer_by=answer_by,
            reason=f"{rule} 0.90",
            rule=rule,
            policy="test",
        ),
    )


def spot(text: str, value: str, kind: str) -> Span:
    """Mark where `value` stands in `text`."""
    start = text.index(value)
    return Span(start, start + len(value), kind)
