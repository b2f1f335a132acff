"""Recipe: what each stage of training sees, how often, and how fast it learns. Trains nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stage:
    """One leg of training: how many posts of which set, and how fast to learn."""

    name: str
    rate: float
    final: float  # the rate at the end, as a share of `rate`
    counts: Mapping[str, int]
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    average: float = 0.0  # decay of the running mean of weights; 0 keeps the last weights
    runs: int = 1  # of the stage, each with posts and order of its own; their weights are averaged
    varied: bool = False  # posts of the own corpus with handles and first names changed
    longest: int = 64  # tokens at which a post is cut; the cost grows with it


BALANCED = {"sentiment=negative": 0.33, "sentiment=neutral": 0.34, "sentiment=positive": 0.33}
FEW_NEUTRAL = {"sentiment=negative": 0.5, "sentiment=positive": 0.5}
ABUSE = {"abuse=none": 0.4, "abuse=offensive": 0.4, "abuse=hateful": 0.2}
SHARES = {
    "tweeteval_sentiment": BALANCED,
    "th_wisesight": BALANCED,
    "ta_sentiment": FEW_NEUTRAL,
    "ml_sentiment": FEW_NEUTRAL,
    "davidson": ABUSE,
    "own": {"sentiment=negative": 0.44, "sentiment=neutral": 0.28, "sentiment=positive": 0.28},
}


FIRST = Stage(  # the feel for posts, of large sets with all three sentiments: it carries over to other languages
    name="first",
    rate=1e-4,
    final=0.05,
    counts={"tweeteval_sentiment": 36_000, "th_wisesight": 14_000},
    average=0.995,
)
SECOND = Stage(  # all languages and all heads, what is rare and matters most seen often: threats and people in danger
    name="second",
    rate=1.2e-4,
    final=0.02,
    counts={
        "own": 58_000,
        "own_rare": 3_000,
        "tweeteval_sentiment": 24_000,
        "th_wisesight": 18_000,
        "ta_sentiment": 800,
        "ml_sentiment": 800,
        "davidson": 4_000,
    },
    shares={"th_wisesight": {"sentiment=negative": 0.3, "sentiment=neutral": 0.42, "sentiment=positive": 0.28}},
    average=0.997,
    runs=2,
    varied=True,
    longest=96,
)
STAGES = (FIRST, SECOND)
