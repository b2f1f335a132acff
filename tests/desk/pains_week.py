"""Weeks full of posts for the tests of pain points: what customers write, judged as a model would."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Engine

from desk.report import week as weeks
from desk.report.values import Week
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
from moderation.vectors import pack
from storage import posts, sources, vectors, verdicts
from storage.database import writing

WEEK = weeks.of_name("2026-W46", ZoneInfo("UTC"))
MODEL = "made-1"
BAGS, HOLD, REFUND, APP = "bags", "hold", "refund", "app"

_SAID = {
    BAGS: ("you lost my luggage", "lost luggage again", "my luggage is still lost"),
    HOLD: ("two hours on hold", "kept on hold by the call centre", "on hold and then the call dropped"),
    REFUND: ("where is my refund", "no refund so far", "my refund was refused"),
    APP: ("the app crashes", "your app crashes at login", "again the app crashes"),
}
_OPENERS = ("Well,", "Honestly,", "Third time now:", "Dear team,", "So", "Unbelievable,", "Sigh.")
_CLOSERS = tuple(
    f"{verb} {what}"
    for what, verb in zip(
        [
            "wedding",
            "kids",
            "desk",
            "mother",
            "gate",
            "porch",
            "summer",
            "loyalty",
            "dentist",
            "passport",
            "crutches",
            "orchestra",
            "birthday",
            "rain",
            "bicycle",
            "village",
            "exam",
            "neighbour",
            "harbour",
            "violin",
            "tractor",
            "museum",
            "soup",
            "castle",
            "lantern",
            "garden",
            "uncle",
            "bakery",
            "tunnel",
            "ferry",
            "chess",
            "camel",
            "library",
            "statue",
            "glacier",
            "saddle",
            "windmill",
            "lighthouse",
            "vineyard",
            "marathon",
            "sculptor",
        ],
        [
            "before",
            "despite",
            "near",
            "because",
            "behind",
            "unlike",
            "beside",
            "after",
            "besides",
            "around",
            "towards",
            "throughout",
            "inside",
        ]
        * 4,
        strict=False,
    )
)
_PLACES = ("Oslo", "Kiel", "Porto", "Turin", "Ghent", "Lodz", "Malmo", "Bari", "Graz", "Brno", "Faro", "Nice", "Cork")
_GLAD = (
    "lovely trip to {}, thank you all",
    "the crew to {} was wonderful",
    "smooth ride from {}, as always, well done",
)
_DIRECTIONS = {BAGS: 0, HOLD: 1, REFUND: 2, APP: 3}


@dataclass(frozen=True)
class Said:
    """One post to be stored."""

    text: str
    about: str = ""
    back: int = 0  # weeks
    author: str = ""
    lang: str = "en"
    kind: PostKind = PostKind.MENTION
    sentiment: Sentiment = Sentiment.NEGATIVE
    need: Need = Need.COMPLAINT
    sure: float = 0.9  # of its sentiment
    spans: tuple[Span, ...] = ()
    vector: bool = True
    own: bool = False


def about(what: str, count: int, *, back: int = 0, **changed: object) -> list[Said]:
    """Write `count` posts about one thing, each of another person and in other words."""
    return [Said(_said(what, n), what, back, **changed) for n in range(count)]  # type: ignore[arg-type]


def _said(what: str, n: int) -> str:
    core, opener, closer = (
        _SAID[what],
        _OPENERS[n % len(_OPENERS)],
        _CLOSERS[(7 * _DIRECTIONS[what] + n) % len(_CLOSERS)],
    )
    return f"{opener} {core[n % len(core)]} {closer}"


def glad(count: int, *, back: int = 0) -> list[Said]:
    """Write posts of contented customers."""
    texts = [_GLAD[n % len(_GLAD)].format(_PLACES[n % len(_PLACES)]) for n in range(count)]
    return [Said(text, "", back, sentiment=Sentiment.POSITIVE, need=Need.PRAISE) for text in texts]


def packed(what: str, number: int) -> bytes:
    """Make a vector as the model would: the direction of what it is about, and some noise."""
    noise = np.random.Generator(np.random.PCG64(number)).normal(size=256).astype(np.float32)
    direction = np.zeros(256, dtype=np.float32)
    if what in _DIRECTIONS:
        direction[_DIRECTIONS[what] * 40 : _DIRECTIONS[what] * 40 + 40] = 3.0
    return pack((noise + direction)[np.newaxis])[0]


def store(engine: Engine, said: Iterable[Said], *, week: Week = WEEK) -> list[int]:
    """Store and judge posts, spread over their weeks; gives their ids in order."""
    listed = list(said)
    now = week.end
    with writing(engine) as db:
        spec = SourceSpec(name="mentions", endpoint="m", every=timedelta(minutes=1))
        sources.register(db, "x", "9", spec, now=now)
        db.flush()
        (source,) = sources.listening(db)
        before = source.heard
        source.heard += len(listed)
        page = [_post(one, before + n, len(listed), week) for n, one in enumerate(listed)]
        for post in page:  # one by one, so that ids are in the order in which they were given
            posts.store_page(db, source, Page(posts=(post,)), now=now)
    with writing(engine) as db:
        ids = {post.native_id: found.id for post in page if (found := posts.by_native(db, "x", post.native_id))}
        ordered = [ids[post.native_id] for post in page]
        judged = [(post_id, _verdict(one)) for post_id, one in zip(ordered, listed, strict=True) if not one.own]
        verdicts.store(db, judged, now=now)
        made = {
            post_id: packed(one.about, post_id)
            for post_id, one in zip(ordered, listed, strict=True)
            if one.vector and not one.own
        }
        vectors.keep(db, made, model=MODEL)
    return ordered


def _post(one: Said, number: int, of: int, week: Week) -> NewPost:
    author = one.author or f"author{number}"
    at = week.start - timedelta(weeks=one.back) + (week.end - week.start) * ((number % of) / (of + 1))
    return NewPost(
        native_id=f"p{number:06}",
        kind=one.kind,
        text=one.text,
        author=NewAuthor(native_id=author, handle=author),
        conversation=f"c{number}",
        created_at=at,
        own=one.own,
    )


def _verdict(one: Said) -> Verdict:
    return Verdict(
        lang=one.lang,
        scores=Scores(
            sentiment={each: one.sure if each is one.sentiment else (1 - one.sure) / 2 for each in Sentiment},
            abuse={each: float(each is Abuse.NONE) for each in Abuse},
            kind={each: float(each is Kind.COMPLAINT) for each in Kind},
            person=0.5,
            distress=0.0,
            model=MODEL,
        ),
        personal_data=one.spans,
        triage=Triage(
            need=one.need, priority=Priority.NORMAL, answer_by=AnswerBy.BOT, reason="made", rule="made", policy="made"
        ),
    )


def names(found: Sequence[object]) -> list[str]:
    """List what pain points are called."""
    return [str(getattr(one, "name", "")) for one in found]
