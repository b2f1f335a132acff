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
    kept: float = 0.0  # share of the weights it began with in those it ends with
    varied: bool = False  # posts of the own corpus with handles and first names changed


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
    "own_late": {"sentiment=negative": 0.44, "sentiment=neutral": 0.28, "sentiment=positive": 0.28},
}


FIRST = Stage(  # the feel for posts, from sets that are large and narrow
    name="first",
    rate=1.5e-4,
    final=0.1,
    counts={
        "tweeteval_sentiment": 72_000,
        "th_wisesight": 32_000,
        "ta_sentiment": 9_000,
        "ml_sentiment": 8_000,
        "davidson": 9_000,
        "own_early": 8_000,
    },
)
SECOND = Stage(  # all languages and all heads, what is rare and matters most seen often: threats and people in danger
    name="second",
    rate=1.2e-4,
    final=0.02,
    counts={
        "own": 44_000,
        "own_rare": 4_000,
        "tweeteval_sentiment": 18_000,
        "th_wisesight": 16_000,
        "ta_sentiment": 1_800,
        "ml_sentiment": 1_600,
        "davidson": 4_700,
    },
    shares={"th_wisesight": {"sentiment=negative": 0.3, "sentiment=neutral": 0.42, "sentiment=positive": 0.28}},
    average=0.997,
    runs=2,
)
THIRD = Stage(  # gently, and more of what the second left worst: talk that is not to brands, feedback, heated threads
    name="third",
    rate=6e-5,
    final=0.02,
    counts={
        "own": 15_000,
        "own_late": 13_000,
        "own_rare": 1_800,
        "tweeteval_sentiment": 9_000,
        "th_wisesight": 11_000,
        "ta_sentiment": 600,
        "ml_sentiment": 600,
        "davidson": 2_000,
    },
    shares=SECOND.shares,
    average=0.997,
    kept=0.4,
)
STAGES = (FIRST, SECOND, THIRD)
