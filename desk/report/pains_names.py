"""Names of topics: the words that set a heap of posts apart from all others, in the posts' own languages. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, log2
from types import MappingProxyType

from desk.report.pains_words import Doc

SAID_BY = 3  # posts of different people a word must stand in before it may name anything
TELLING = 8  # words that set a topic apart
NAMING = 3  # of them, those in the name
OF_TOPIC = 0.06  # share of a topic's posts a word must stand in
WEAK = 0.1  # of the most telling word's weight: what tells less is not in a name
OFTEN = 0.1  # share of a topic's posts from which on a second word is in the name all the same
MOST = 4  # words of a name
OTHERWISE = "something else"
MILD = 0.2  # what a word counts that is heard as often where nothing hurts
HALF = 0.5  # a phrase that makes up so much of its word's uses stands for it
SECOND_TONGUE = 0.25  # share of a topic's posts from which on another language is in its name


@dataclass(frozen=True, slots=True)
class Telling:
    """A word that sets a topic apart."""

    key: str
    shown: str  # its most frequent spelling
    lang: str
    posts: int  # of the topic, in which it stands
    weight: float


@dataclass(frozen=True, slots=True)
class Background:
    """What is said altogether: in the posts that hurt and in the brand's others."""

    said: Counter[str]  # posts a word stands in
    posts: int
    hurts: Mapping[str, float]  # weight of a word, 1 unless contented customers say it too

    def weight(self, key: str) -> float:
        """Say how much a word tells of trouble, `MILD` to 1."""
        return self.hurts.get(key, 1.0)

    def share_outside(self, key: str, here: int, posts: int) -> float:
        """Say in which share of all other posts a word stands that stands in `here` of `posts`.

        Softened by half a post, so that a word found nowhere else does not outweigh all.
        """
        return (self.said[key] - here + 0.5) / (self.posts - posts + 1)


def telling(docs: Sequence[Doc], rows: Iterable[int], background: Background) -> list[Telling]:
    """List the words that set the posts `rows` apart from all others, the most telling first.

    A word that fewer than `SAID_BY` people used tells who wrote, not what about, and is left out.
    """
    chosen = list(rows)
    here: Counter[str] = Counter()
    people: defaultdict[str, set[int]] = defaultdict(set)
    for row in chosen:
        here.update(docs[row].keys)
        for key in docs[row].keys:
            people[key].add(docs[row].author)
    least = max(SAID_BY, OF_TOPIC * len(chosen))
    weighed = {
        key: _weight(count / len(chosen), background.share_outside(key, count, len(chosen))) * background.weight(key)
        for key, count in here.items()
        if count >= least and len(people[key]) >= SAID_BY
    }
    best = sorted((key for key, weight in weighed.items() if weight > 0), key=lambda key: (-weighed[key], key))
    spelled = _spellings(docs, chosen, set(best[: 4 * TELLING]))
    return [
        Telling(key, *spelled[key], posts=here[key], weight=weighed[key])
        for key in _distinct(best, here)
        if key in spelled
    ][:TELLING]


def background(docs: Sequence[Doc], others: Sequence[frozenset[str]]) -> Background:
    """Make the background of posts that hurt, and of others, given as the keys of their words.

    What contented customers say as often ("flight" to an airline) names the trade, not the trouble.
    """
    said = Counter(key for one in docs for key in one.keys)
    elsewhere = Counter(key for keys in others for key in keys)
    hurts: dict[str, float] = {}
    for key, count in said.items() if others else ():
        here, there = (count + 1) / (len(docs) + 2), (elsewhere[key] + 1) / (len(others) + 2)
        hurts[key] = min(1.0, max(MILD, 0.5 + 0.5 * log2(here / there)))
    return Background(said + elsewhere, len(docs) + len(others), hurts)


def _weight(inside: float, outside: float) -> float:
    """Weigh a word by how often it stands in the topic, and how much more often than outside."""
    return inside * log(inside / outside) if inside > outside else 0.0


def _distinct(best: Sequence[str], here: Counter[str]) -> list[str]:
    """Leave out words that say the same as one before: a phrase's words, and a phrase beside its only word."""
    phrases = [key for key in best if " " in key]
    stands_for = {
        part: phrase for phrase in reversed(phrases) for part in phrase.split() if here[phrase] >= HALF * here[part]
    }
    kept: list[str] = []
    used: set[str] = set()
    for key in best:
        said_by = stands_for.get(key, key)
        parts = set(said_by.split())
        if said_by not in kept and not parts & used:
            kept.append(said_by)
            used |= parts
    return kept


def _spellings(docs: Sequence[Doc], rows: Iterable[int], keys: set[str]) -> dict[str, tuple[str, str]]:
    spelled: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in rows:
        for word in docs[row].words:
            if word.key in keys:
                spelled[word.key][word.shown, docs[row].lang] += 1
    return {key: min(counts, key=lambda one: (-counts[one], one)) for key, counts in spelled.items()}


def name(words: Sequence[Telling], langs: Counter[str], *, posts: int, label: str) -> tuple[str, ...]:
    """Choose the words of a name: the most telling of the first language, and of a second one that is often there.

    Words that tell much less than the first are left out. Where they stand in few of the `posts`, as when each speaks
    another language, the known matter's `label` comes first, if there is one, and then a word of each language.
    """
    order = [lang for lang, _ in sorted(langs.items(), key=lambda one: (-one[1], one[0]))]
    strong = [word for place, word in enumerate(words) if _strong(word, words[0], place, posts)]
    by_lang = {lang: [word.shown for word in strong if word.lang == lang] for lang in order}
    if label and sum(word.posts for word in words[:NAMING]) < HALF * posts:
        return _once([label, *(shown for lang in order for shown in by_lang[lang][:1])])
    first = by_lang[order[0]] or [word.shown for word in strong]
    others = [lang for lang in order[1:3] if langs[lang] >= SECOND_TONGUE * langs.total()]
    return _once([*first[:NAMING], *(shown for lang in others for shown in by_lang[lang][:1])]) or (OTHERWISE,)


def _strong(word: Telling, first: Telling, place: int, posts: int) -> bool:
    return word.weight >= WEAK * first.weight or (place == 1 and word.posts >= OFTEN * posts)


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))[:MOST]


def label(matter: str) -> str:
    """Call a known matter by a short English name: the report's own language. Empty for none."""
    return _LABELS.get(matter, matter.replace("_", " "))


_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "lost_damaged": "lost or damaged",
        "waiting": "waiting for an answer",
        "staff": "staff and manners",
        "app": "app and website",
        "outage": "outage",
    }
)
