"""Topics: which posts speak of one thing, by their words, by what the model made of them, and by known matters.

Pure: takes posts as words and vectors, gives a number to each. Names nothing, reads no clock, and gives the same twice.

Three views of a post are laid side by side, because each misses what another sees: rare words it shares with others
(as latent dimensions), the model's vector, which knows that two words mean one thing, in two languages too, and the
matter the responder's own word lists find. The first two are centred by language: otherwise topics would be languages.
Heaps that hold together are kept, the rest is sorted again; what then still speaks of nothing in common has no topic.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from desk.report.pains_names import Background, Telling, telling
from desk.report.pains_words import Doc

WORDS, VECTORS, MATTERS = 1.0, 0.8, 0.5  # how much each view counts; measured on airline posts, see docs/report.md
LATENT, MEANING = 32, 32  # dimensions left of words and of vectors
KNOWN_WORDS = 1_500  # the most frequent telling words; the rest are said by too few
COMMON = 0.3  # share of posts: a word in more that does not hurt either tells nothing
HEARD_BY = 3  # posts a word must stand in
RARER = 0.5  # power of a word's rarity: with 1, places and names would outweigh what everybody complains of
BROAD = 0.15  # share of posts: a known matter that more are about tells less, the more
STEPS, STARTS = 25, 4  # of k-means
SORTINGS = 3  # of what was left over
LEAST = 6  # posts of a heap
TOGETHER = 0.43  # mean cosine of a heap's posts to its middle: below, they do not hold together
ONE_TONGUE = 0.75  # share of a heap's posts in one language: up to here, it is a heap of several
MOSTLY = 0.6  # share of a heap's posts from which on their known matter is the heap's
TRADE = 0.7  # weight of a word, by how much it hurts: below, it names the trade, and holds no heap together
COVERED = 0.5  # share of a heap's posts that hold one of its three most telling words
SAME_VIEWS, SAME_MEANING = 0.6, 0.55  # cosine of two middles, in all views or in meaning: from here on they are one
SURELY = 0.8  # weight of a word, by how much it hurts, from which on it may lead a heap
LEADS = 0.6  # share of a heap's posts that hold a word, for it to lead the heap
MORE_OFTEN = 1.5  # how much more often than in all others
FIRST = 3  # of the words that set a topic apart: those that by themselves nearly do
NOT_FAR, NEAR, NEAREST = 0.15, 0.3, 0.5  # cosine of a post to a topic's middle: with such a word, with any, with none
SPOKEN = 0.3  # what a telling word adds to that cosine where topics compete

NOTHING = 1e-9  # length of a direction: none

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Topic:
    """Posts that speak of one thing."""

    rows: tuple[int, ...]  # the nearest to its middle first
    words: tuple[Telling, ...]  # what sets it apart, the most telling first
    matter: str  # the known matter most of them are about; empty: none
    middle: Floats = field(repr=False)  # of its vectors, all of one language's middle taken off; zero where none


@dataclass(frozen=True, slots=True)
class Views:
    """What is seen of each post: all of it as one direction, and by itself what the model made of it."""

    whole: Floats
    meaning: Floats


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


def how_many(posts: int) -> int:
    """Say into how many heaps to sort so many posts at first; like ones are merged after."""
    return int(min(40, max(1, round(1.1 * posts**0.4), 0), posts))


def lay_out(docs: Sequence[Doc], vectors: Floats, background: Background) -> Views:
    """Put the three views of each post side by side, as one direction."""
    words = by_language(latent(rare_words(docs, background), LATENT), docs)
    meaning = by_language(_whitened(by_language(vectors, docs), MEANING), docs)
    tongues = 1 - max(Counter(one.lang for one in docs).values()) / len(docs)
    known = MATTERS * (1 + tongues) * matters(docs)  # words connect only posts of one language
    whole = unit(np.hstack([WORDS * words, VECTORS * meaning, known]))
    return Views(whole, meaning)


def rare_words(docs: Sequence[Doc], background: Background) -> Floats:
    """Weigh each post's telling words by how rare they are, and how much they hurt; a row of unit length each."""
    said = Counter(key for one in docs for key in one.keys)
    common = max(HEARD_BY, COMMON * len(docs))
    known = (
        key for key, count in said.items() if count >= HEARD_BY and (count <= common or background.weight(key) >= TRADE)
    )
    chosen = sorted(known, key=lambda key: (-said[key], key))[:KNOWN_WORDS]
    place = {key: at for at, key in enumerate(chosen)}
    weights = [np.log(len(docs) / said[key]) ** RARER * background.weight(key) for key in chosen]
    rarity = np.array(weights, dtype=np.float32)
    table = np.zeros((len(docs), len(place)), dtype=np.float32)
    for row, one in enumerate(docs):
        table[row, [place[key] for key in one.keys if key in place]] = 1
    return unit(table * rarity)


def latent(table: Floats, width: int) -> Floats:
    """Keep the `width` directions that say most, by a few rounds of subspace iteration from a fixed start."""
    width = min(width, *table.shape)
    if width == 0:
        return np.zeros((len(table), 0), dtype=np.float32)
    basis = _fixed(table.shape[1], width)
    for _ in range(4):
        basis, _rest = np.linalg.qr(table.T @ (table @ basis))
    return unit(table @ basis.astype(np.float32))


def _whitened(vectors: Floats, width: int) -> Floats:
    """Keep the strongest directions and soften how much stronger than the others they are."""
    if not vectors.any():
        return np.zeros((len(vectors), 0), dtype=np.float32)
    spread, turn = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    strongest = np.argsort(spread)[::-1][: min(width, len(vectors))]
    kept = spread[strongest] > 1e-6 * spread.max()
    turned = vectors @ turn[:, strongest[kept]]
    return unit((turned / spread[strongest[kept]] ** 0.25).astype(np.float32))


def matters(docs: Sequence[Doc]) -> Floats:
    """Mark the known matter of each post, a column for each; one that very many are about tells less."""
    about = Counter(one.matter for one in docs if one.matter)
    place = {matter: at for at, matter in enumerate(sorted(about))}
    table = np.zeros((len(docs), len(place)), dtype=np.float32)
    for row, one in enumerate(docs):
        if one.matter:
            table[row, place[one.matter]] = min(1.0, BROAD * len(docs) / about[one.matter])
    return table


def by_language(table: Floats, docs: Sequence[Doc]) -> Floats:
    """Move each language's middle to zero; posts without a row stay without, few of one language are left alone."""
    langs = np.array([one.lang for one in docs])
    moved = table.copy()
    some = np.linalg.norm(table, axis=1) > 0
    for lang in np.unique(langs):
        rows = (langs == lang) & some
        if rows.sum() >= 2 * HEARD_BY:
            moved[rows] -= moved[rows].mean(axis=0)
    return unit(moved)


def seeds_of(docs: Sequence[Doc], views: Floats) -> Floats:
    """Give the middle of each known matter that is often enough spoken of, the most frequent first."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, one in enumerate(docs):
        if one.matter:
            rows[one.matter].append(row)
    often = sorted((matter for matter in rows if len(rows[matter]) >= LEAST), key=lambda name: (-len(rows[name]), name))
    sums = [views[rows[matter]].sum(axis=0) for matter in often]
    return unit(np.array(sums, dtype=np.float32)) if sums else views[:0]


def k_means(views: Floats, count: int, *, seeds: Floats) -> Floats:
    """Find the middles of `count` heaps of directions, some from `seeds`; of several starts the one that fits best."""
    best: tuple[float, Floats] | None = None
    for start in range(STARTS):
        middles = _first_middles(views, count, start, seeds)
        for _ in range(STEPS):
            nearest = (views @ middles.T).argmax(axis=1)
            moved = middles_of(views, nearest, len(middles), otherwise=middles)
            if np.array_equal(moved, middles):
                break
            middles = moved
        fit = float((views @ middles.T).max(axis=1).sum())
        if best is None or fit > best[0] + 1e-4:
            best = (fit, middles)
    return best[1] if best else views[:0]


def middles_of(views: Floats, nearest: Ints, count: int, *, otherwise: Floats) -> Floats:
    """Give the middle direction of each heap; of an empty one, what it was."""
    sums = np.zeros((count, views.shape[1]), dtype=np.float32)
    np.add.at(sums, nearest, views)
    return np.where(np.linalg.norm(sums, axis=1, keepdims=True) > 0, unit(sums), otherwise)


def _first_middles(views: Floats, count: int, start: int, seeds: Floats) -> Floats:
    """Take the seeds, then draw posts far from what there is (k-means++), from a fixed row of chances."""
    chances = np.random.Generator(np.random.PCG64(start)).random(count)
    middles = list(seeds[: count // 2]) or [views[int(chances[0] * len(views))]]
    distance = 1 - (views @ np.array(middles).T).max(axis=1)
    for chance in chances[len(middles) :]:
        reach = np.cumsum(np.maximum(distance, 0))
        if reach[-1] <= 0:
            break
        drawn = int(min(np.searchsorted(reach, chance * reach[-1], side="right"), len(views) - 1))
        middles.append(views[drawn])
        distance = np.minimum(distance, 1 - views @ views[drawn])
    return np.array(middles, dtype=np.float32)


def merge(views: Floats, middles: Floats) -> Floats:
    """Put heaps together whose middles are alike, the most alike first."""
    while len(middles) > 1:
        likeness = middles @ middles.T
        np.fill_diagonal(likeness, -1)
        one, other = divmod(int(likeness.argmax()), len(middles))
        if likeness[one, other] < SAME_VIEWS:
            break
        nearest = (views @ middles.T).argmax(axis=1)
        nearest[nearest == other] = one
        kept = [at for at in range(len(middles)) if at != other]
        middles = middles_of(views, nearest, len(middles), otherwise=middles)[kept]
    return middles


def unit(table: Floats) -> Floats:
    """Give each row length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return np.asarray(
        np.divide(table, lengths, out=np.zeros_like(table, dtype=np.float32), where=lengths > NOTHING), dtype=np.float32
    )


def _fixed(rows: int, width: int) -> npt.NDArray[np.float64]:
    return np.random.Generator(np.random.PCG64(5)).random((rows, width)) - 0.5
