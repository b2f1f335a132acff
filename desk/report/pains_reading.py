"""Reading for pain points: the week's posts and those of weeks before, the hurting ones as topics see them.

Bounded: of very many posts every so manieth is looked at, and counts are scaled; posts that say the same are one.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlmodel import Session

from desk.report import pains_words
from desk.report import week as weeks
from desk.report.pains_names import Background, background
from desk.report.pains_words import Doc
from desk.report.values import Week
from domain.values import Need, Sentiment
from responder import topics
from responder.language import choose
from storage import pains, weekly
from storage.pains import Heard
from storage.vectors import unpack

HISTORY = 4  # weeks before
LOOKED_AT, LOOKED_BACK_AT = 3_000, 600  # posts of the week itself, and of each before
BACKGROUND = 800  # contented posts whose words are counted
BRANDS_HANDLE = 0.1  # share of posts that name a handle: then it is the brand's own, and tells nothing
_HURTS = frozenset({Need.URGENT.value, Need.COMPLAINT.value})


@dataclass(frozen=True, slots=True)
class Past:
    """One week as it was looked at."""

    posts: list[Heard]
    every: int  # one of so many posts was looked at

    @property
    def scale(self) -> int:
        """How many posts each stands for."""
        return self.every


@dataclass(frozen=True, slots=True)
class Material:
    """What topics are found in. A row of `docs` stands for all posts of its group: they say the same."""

    weeks: tuple[Past, ...]  # this one first, then backwards
    docs: list[Doc]
    groups: list[list[tuple[int, Heard]]]  # weeks back and post
    vectors: npt.NDArray[np.float32]
    model: str
    background: Background
    calm: list[Heard]  # this week's posts that do not hurt


def read(db: Session, week: Week, *, brand: str) -> Material:
    """Read what there is, from one view of the rows."""
    first = weekly.first_published(db)
    earlier = [weeks.before(week, weeks=back) for back in range(1, HISTORY + 1)]
    known = [past for past in earlier if first is not None and first < past.bounds[1]]
    older = weekly.replaced(db, (known or [week])[-1].start, week.end)  # of an edited post the newest version counts
    looked = (_look(db, week, LOOKED_AT, older), *(_look(db, past, LOOKED_BACK_AT, older) for past in known))
    never = _names(brand, looked)
    groups = _fold(looked)
    docs = [_doc(group[0][1], never) for group in groups]
    others = [post for past in looked for post in past.posts if not hurts(post)]
    calm = others[:: max(1, len(others) // BACKGROUND)]
    vectors, model = _vectors([group[0][1] for group in groups])
    return Material(
        weeks=looked,
        docs=docs,
        groups=groups,
        vectors=vectors,
        model=model,
        background=background(docs, [frozenset(word.key for word in _words(post, never)) for post in calm]),
        calm=[post for post in looked[0].posts if not hurts(post)],
    )


def hurts(post: Heard) -> bool:
    """Say whether a post is about something that hurts."""
    return post.need in _HURTS or post.sentiment == Sentiment.NEGATIVE.value


def _look(db: Session, week: Week, at_most: int, older: frozenset[int]) -> Past:
    every = -(-pains.count(db, week.start, week.end) // at_most) or 1
    return Past(pains.heard(db, week.start, week.end, without=older, every=every), every)


def _names(brand: str, looked: Sequence[Past]) -> frozenset[str]:
    """Gather what the brand is called: its name, and handles that a good part of the posts name."""
    posts = [post for past in looked for post in past.posts]
    named = Counter(handle for post in posts for handle in pains_words.handles(post.text))
    often = [handle for handle, count in named.items() if count >= max(3, BRANDS_HANDLE * len(posts))]
    return pains_words.names_of(brand, *often)


def _words(post: Heard, never: frozenset[str]) -> list[pains_words.Word]:
    return pains_words.words_of(post.text, lang=post.lang, hidden=post.spans, never=never)


def _doc(post: Heard, never: frozenset[str]) -> Doc:
    known, _ = choose([post.lang], fallback="en")
    matter = topics.detect(post.text, known)
    about = "" if matter is topics.Topic.OTHER else matter.value
    return pains_words.doc(_words(post, never), lang=post.lang, author=post.author_id, matter=about)


def _fold(looked: Sequence[Past]) -> list[list[tuple[int, Heard]]]:
    """Put hurting posts together that say the same, retweets and copies; the first heard stands for them."""
    groups: defaultdict[str, list[tuple[int, Heard]]] = defaultdict(list)
    for back, past in enumerate(looked):
        for post in past.posts:
            if hurts(post):
                groups[pains_words.gist(post.text)].append((back, post))
    return [
        sorted(group, key=lambda one: one[1].id) for _, group in sorted(groups.items(), key=lambda one: _first(one[1]))
    ]


def _first(group: Sequence[tuple[int, Heard]]) -> int:
    return min(post.id for _, post in group)


def _vectors(posts: Sequence[Heard]) -> tuple[npt.NDArray[np.float32], str]:
    """Read the vectors of the model that made most of them; a row of zeros for each post without one."""
    models = Counter((post.model, len(post.vector)) for post in posts if post.vector)
    if not models:
        return np.zeros((len(posts), 0), dtype=np.float32), ""
    model, size = min(models, key=lambda one: (-models[one], one))
    rows = [row for row, post in enumerate(posts) if post.vector and (post.model, len(post.vector)) == (model, size)]
    table = np.zeros((len(posts), 2 * size), dtype=np.float32)
    table[rows] = unpack([posts[row].vector for row in rows])
    return table, model
