"""Change of pain points: how each stands against the weeks before, which words made it so, and what to say. Pure."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log, sqrt

from desk.report import chance
from desk.report.pains_reading import Material
from desk.report.pains_topics import Topic
from desk.report.values import SMALL, Change, Moved, PainPoint, Trend

FEW = 5  # posts: below, in this week and in those before, nothing can be said
WORDS = 3  # that became more or less frequent, each way
SURE = 2.576  # of a normal distribution, two-sided 99 %: many words are tried at once
SAID_BY = 3  # people


def trend(now: int, earlier: Sequence[int]) -> Trend:
    """Say how a size stands against the weeks before, oldest first, by more than chance or not at all."""
    if not earlier or max(now, *earlier) < FEW:
        return Trend.UNKNOWN
    if now == 0:
        return Trend.GONE
    if not any(earlier):
        return Trend.NEW
    if max(now, *earlier) < SMALL:
        return Trend.STEADY
    sides = {Change.UP: Trend.GROWING, Change.DOWN: Trend.SHRINKING}
    return sides.get(chance.counts(now, earlier), Trend.STEADY)


def words(material: Material, topic: Topic) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List the words that stand in more, and in fewer, of a topic's posts than in the weeks before.

    By the log odds of the two shares; a word that fewer than three people used is nobody's business here.
    """
    said: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    people: defaultdict[str, set[int]] = defaultdict(set)
    posts = [0, 0]
    for row in topic.rows:
        for back, post in material.groups[row]:
            posts[back > 0] += 1
            said[back > 0].update(material.docs[row].keys)
            for key in material.docs[row].keys:
                people[key].add(post.author_id)
    if min(posts) < FEW:
        return (), ()
    moved = {
        key: _odds(said[0][key], posts[0], said[1][key], posts[1]) for key in people if len(people[key]) >= SAID_BY
    }
    shown = {word.key: word.shown for row in topic.rows for word in material.docs[row].words}
    order = sorted(moved, key=lambda key: (-abs(moved[key]), key))
    up = [shown[key] for key in order if moved[key] > SURE]
    down = [shown[key] for key in order if moved[key] < -SURE]
    return tuple(up[:WORDS]), tuple(down[:WORDS])


def _odds(now: int, of_now: int, then: int, of_then: int) -> float:
    """Give the z-score of two shares' log odds ratio, each cell softened by a half (Haldane and Anscombe)."""
    a, b, c, d = now + 0.5, of_now - now + 0.5, then + 0.5, of_then - then + 0.5
    return log(a * d / (b * c)) / sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def moved(points: Sequence[PainPoint]) -> tuple[Moved, ...]:
    """List the pain points that got better or worse by more than chance, and why as far as words tell."""
    return tuple(
        Moved(
            better=one.trend in (Trend.SHRINKING, Trend.GONE),
            what=_what(one),
            why=_why(one),
            figure=one.size,
            pain_id=one.id,
        )
        for one in points
        if one.trend in (Trend.NEW, Trend.GROWING, Trend.SHRINKING, Trend.GONE)
    )


def _what(one: PainPoint) -> str:
    name = one.name[:1].upper() + one.name[1:]
    size = int(one.size.value or 0)
    posts = f"{size} post{'' if size == 1 else 's'}"
    if one.trend is Trend.NEW:
        return f"{name}: {posts}, none in the weeks before"
    expected = round(one.expected.middle) if one.expected else one.earlier[-1]
    return f"{name}: {posts}, {expected} expected"


def _why(one: PainPoint) -> str:
    said = [
        f"more often: {', '.join(one.words_up)}" if one.words_up else "",
        f"less often: {', '.join(one.words_down)}" if one.words_down else "",
    ]
    return "; ".join(part for part in said if part)
