"""Topics: which posts speak of one thing. Names nothing for people, reads no clock, and gives the same twice. Pure.

Heaps that hold together are kept, the rest is sorted again; what then still speaks of nothing in common has no topic.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import threadpool_limits

from desk.report.pains_heaps import LEAST, how_many, k_means, merge, seeds_of
from desk.report.pains_names import Background, Telling, telling
from desk.report.pains_views import TRADE, Floats, Views, by_language, lay_out, unit
from desk.report.pains_words import Doc

SAME_MEANING = 0.55  # cosine of two heaps' middles in meaning alone: from here on they are one
SORTINGS = 3  # of what was left over
TOGETHER = 0.43  # mean cosine of a heap's posts to its middle: below, they do not hold together
ONE_TONGUE = 0.75  # share of a heap's posts in one language: up to here, it is a heap of several
MOSTLY = 0.6  # share of a heap's posts from which on their known matter is the heap's
COVERED = 0.5  # share of a heap's posts that hold one of its three most telling words
SURELY = 0.8  # weight of a word, by how much it hurts, from which on it may lead a heap
LEADS = 0.6  # share of a heap's posts that hold a word, for it to lead the heap
MORE_OFTEN = 1.5  # how much more often than in all others
FIRST = 3  # of the words that set a topic apart: those that by themselves nearly do
NOT_FAR, NEAR, NEAREST = 0.15, 0.3, 0.5  # cosine of a post to a topic's middle: with such a word, with any, with none
SPOKEN = 0.3  # what a telling word adds to that cosine where topics compete


@dataclass(frozen=True, slots=True)
class Topic:
    """Posts that speak of one thing."""

    rows: tuple[int, ...]  # the nearest to its middle first
    words: tuple[Telling, ...]  # what sets it apart, the most telling first
    matter: str  # the known matter most of them are about; empty: none
    middle: Floats = field(repr=False)  # of its vectors, all of one language's middle taken off; zero where none


def find(docs: Sequence[Doc], vectors: Floats, background: Background) -> list[Topic]:
    """Find the topics of posts, the largest first. `vectors` has a row for each post, all zero where there is none.

    A post is in one topic or in none.
    """
    with threadpool_limits(limits=1, user_api="blas"):  # matrices this small only make threads wait for each other
        return _find(docs, vectors, background)


def _find(docs: Sequence[Doc], vectors: Floats, background: Background) -> list[Topic]:
    def telling_of(rows: Sequence[int]) -> list[Telling]:
        return telling(docs, rows, background)

    heaps: list[list[int]] = []
    left = list(range(len(docs)))
    for _ in range(SORTINGS):
        if len(left) < 2 * LEAST:
            break
        kept, left = _sort(docs, vectors, left, background, telling_of)
        heaps += kept
    words = leading(docs, left, background)
    if len(said := [row for row in left if not words.isdisjoint(docs[row].keys)]) >= LEAST:
        heaps.append(said)  # where all speak of one thing, nothing sets heaps apart
    if not heaps:
        return []
    views = lay_out(docs, vectors, background)
    heaps = _join(_join_by_words(docs, heaps, background), views)
    rows_of = _assign(docs, views, heaps, telling_of)
    centred = by_language(vectors, docs)
    topics = [
        Topic(tuple(rows), tuple(telling_of(rows)), matter_of(docs, rows), _middle(centred, rows))
        for rows in rows_of
        if len(rows) >= LEAST
    ]
    return sorted(
        (topic for topic in topics if topic.words or topic.matter), key=lambda topic: (-len(topic.rows), topic.rows)
    )


def _sort(
    docs: Sequence[Doc],
    vectors: Floats,
    rows: Sequence[int],
    background: Background,
    telling_of: Callable[[Sequence[int]], list[Telling]],
) -> tuple[list[list[int]], list[int]]:
    """Sort posts into heaps; gives those that hold together, and the posts of the others."""
    chosen_docs = [docs[row] for row in rows]
    views = lay_out(chosen_docs, vectors[list(rows)], background).whole
    middles = merge(views, k_means(views, how_many(len(rows)), seeds=seeds_of(chosen_docs, views)))
    likeness = views @ middles.T
    nearest, near = likeness.argmax(axis=1), likeness.max(axis=1)
    kept: list[list[int]] = []
    left: list[int] = []
    for heap in range(len(middles)):
        places = np.flatnonzero(nearest == heap)
        chosen = [rows[place] for place in places.tolist()]
        if len(chosen) < LEAST:
            left += chosen
            continue
        together = near[places].mean() >= TOGETHER or _shared_matter(docs, chosen) or leading(docs, chosen, background)
        if together and _covered(docs, chosen, telling_of(chosen), background) >= COVERED:
            kept.append(chosen)
        else:
            left += chosen
    return kept, sorted(left)


def _covered(docs: Sequence[Doc], rows: Sequence[int], words: Sequence[Telling], background: Background) -> float:
    """Say which share of a heap's posts tells what it is about: a most telling word, or a matter across languages."""
    top = {word.key for word in words[:FIRST] if background.weight(word.key) >= TRADE}
    matter = _shared_matter(docs, rows)
    said = [not top.isdisjoint(docs[row].keys) or bool(matter and docs[row].matter == matter) for row in rows]
    return sum(said) / len(rows)


def _shared_matter(docs: Sequence[Doc], rows: Sequence[int]) -> str:
    """Name the matter that connects posts of several languages, which words cannot; empty where one language leads."""
    most = max(Counter(docs[row].lang for row in rows).values())
    return matter_of(docs, rows) if most <= ONE_TONGUE * len(rows) else ""


def matter_of(docs: Sequence[Doc], rows: Sequence[int]) -> str:
    """Name the known matter that most of these posts are about; empty if there is none."""
    ((matter, count),) = Counter(docs[row].matter for row in rows).most_common(1)
    return matter if count >= MOSTLY * len(rows) else ""


def _join_by_words(docs: Sequence[Doc], heaps: list[list[int]], background: Background) -> list[list[int]]:
    """Put heaps together most of whose posts hold one and the same word that hurts, and that is not everywhere."""
    joined: list[tuple[list[int], frozenset[str]]] = []
    for heap in sorted(heaps, key=lambda heap: (-len(heap), heap)):
        words = leading(docs, heap, background)
        like = next((place for place, (_, others) in enumerate(joined) if not others.isdisjoint(words)), None)
        if like is None:
            joined.append((heap, words))
        else:
            joined[like] = (joined[like][0] + heap, joined[like][1] & words)
    return [heap for heap, _ in joined]


def leading(docs: Sequence[Doc], rows: Sequence[int], background: Background) -> frozenset[str]:
    """List the words that hurt and that most of these posts hold, much more often than all others do."""
    here = Counter(key for row in rows for key in docs[row].keys)
    return frozenset(
        key
        for key, count in here.items()
        if count >= LEADS * len(rows)
        and background.weight(key) >= SURELY
        and count / len(rows) >= MORE_OFTEN * background.share_outside(key, count, len(rows))
    )


def _join(heaps: list[list[int]], views: Views) -> list[list[int]]:
    """Put heaps together that mean one thing in different words ("bag", "luggage"), the most alike first."""
    while len(heaps) > 1:
        middles = unit(np.array([views.meaning[heap].sum(axis=0) for heap in heaps], dtype=np.float32))
        likeness = middles @ middles.T if middles.size else np.zeros((len(heaps), len(heaps)), dtype=np.float32)
        np.fill_diagonal(likeness, -1)
        one, other = sorted(divmod(int(likeness.argmax()), len(heaps)))
        if likeness[one, other] < SAME_MEANING:
            break
        heaps = [heap + heaps[other] if at == one else heap for at, heap in enumerate(heaps) if at != other]
    return heaps


def _assign(
    docs: Sequence[Doc],
    views: Views,
    heaps: Sequence[Sequence[int]],
    telling_of: Callable[[Sequence[int]], list[Telling]],
) -> list[list[int]]:
    """Give each post to the topic it is nearest to, if it is near enough or says so; the nearest posts first."""
    middles = unit(np.array([views.whole[list(heap)].sum(axis=0) for heap in heaps], dtype=np.float32))
    likeness = views.whole @ middles.T
    words = [[word.key for word in telling_of(heap)] for heap in heaps]
    about = [matter_of(docs, heap) for heap in heaps]
    mains = [Counter(docs[row].lang for row in heap).most_common(1)[0][0] for heap in heaps]
    same_matter = np.array([[one.matter == matter != "" for matter in about] for one in docs])
    elsewhere = np.array([[one.lang != main for main in mains] for one in docs])  # where its words cannot be shared
    named = np.array([[_says(one, keys[:FIRST]) for keys in words] for one in docs]) | (same_matter & elsewhere)
    spoken = np.array([[_says(one, keys) for keys in words] for one in docs]) | same_matter
    sorted_in = np.zeros(likeness.shape, dtype=bool)
    for at, heap in enumerate(heaps):
        sorted_in[list(heap), at] = True
    belongs = (
        (sorted_in & named) | (likeness >= NEAREST) | ((likeness >= NEAR) & spoken) | ((likeness >= NOT_FAR) & named)
    )
    claim = np.where(belongs, likeness + SPOKEN * spoken, -1)
    best = np.where(belongs.any(axis=1), claim.argmax(axis=1), -1)
    found = [np.flatnonzero(best == heap) for heap in range(len(heaps))]
    return [sorted(rows.tolist(), key=lambda row: (-likeness[row, heap], row)) for heap, rows in enumerate(found)]


def _says(one: Doc, keys: Sequence[str]) -> bool:
    """Say whether a post holds one of these words; of a phrase both, wherever they stand."""
    return any(one.keys.issuperset(key.split()) for key in keys)


def _middle(vectors: Floats, rows: Sequence[int]) -> Floats:
    whole: Floats = unit(vectors[list(rows)].sum(axis=0, keepdims=True))[0]
    return whole
