"""Recipe: what each stage of training sees, how often, how fast it learns, and what is averaged. Trains nothing."""

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
    longest: int = 64  # tokens at which a post is cut; the cost grows with it


@dataclass(frozen=True, slots=True)
class Line:
    """Stages that begin with the base, each from the end of the one before."""

    name: str
    stages: tuple[Stage, ...]
    share: float  # of its weights in the mean of all lines


BALANCED = {"sentiment=negative": 0.33, "sentiment=neutral": 0.34, "sentiment=positive": 0.33}
FEW_NEUTRAL = {"sentiment=negative": 0.5, "sentiment=positive": 0.5}
ABUSE = {"abuse=none": 0.4, "abuse=offensive": 0.4, "abuse=hateful": 0.2}
OWN = {"sentiment=negative": 0.44, "sentiment=neutral": 0.28, "sentiment=positive": 0.28}
SHARES = {
    "tweeteval_sentiment": BALANCED,
    "th_wisesight": BALANCED,
    "ta_sentiment": FEW_NEUTRAL,
    "ml_sentiment": FEW_NEUTRAL,
    "davidson": ABUSE,
    "own": OWN,
    "own_before": OWN,
    "own_between": OWN,
}
MORE_NEUTRAL = {"th_wisesight": {"sentiment=negative": 0.3, "sentiment=neutral": 0.42, "sentiment=positive": 0.28}}

# Much of the licensed sets, little of the corpus: surer of English tweets and Thai posts.
LONG = Line(
    name="long",
    share=0.35,
    stages=(
        Stage(
            name="first",
            rate=1.5e-4,
            final=0.1,
            counts={
                "tweeteval_sentiment": 72_000,
                "th_wisesight": 32_000,
                "ta_sentiment": 9_000,
                "ml_sentiment": 8_000,
                "davidson": 9_000,
                "own_first": 8_000,
            },
        ),
        Stage(
            name="second",
            rate=1.2e-4,
            final=0.02,
            counts={
                "own_before": 44_000,
                "own_rare": 4_000,
                "tweeteval_sentiment": 18_000,
                "th_wisesight": 16_000,
                "ta_sentiment": 1_800,
                "ml_sentiment": 1_600,
                "davidson": 4_700,
            },
            shares=MORE_NEUTRAL,
            average=0.997,
            runs=2,
        ),
        Stage(  # gently, and more of what the second left worst: talk that is not to brands, feedback, heated threads
            name="third",
            rate=6e-5,
            final=0.02,
            counts={
                "own_before": 15_000,
                "own_between": 13_000,
                "own_rare": 1_800,
                "tweeteval_sentiment": 9_000,
                "th_wisesight": 11_000,
                "ta_sentiment": 600,
                "ml_sentiment": 600,
                "davidson": 2_000,
            },
            shares=MORE_NEUTRAL,
            average=0.997,
            kept=0.4,
        ),
    ),
)

# First only what has all three sentiments, which carries over to other languages; then the whole corpus, varied: surer
# of all languages, of dialects, and of customers who name nobody.
WIDE = Line(
    name="wide",
    share=0.65,
    stages=(
        Stage(
            name="first",
            rate=1e-4,
            final=0.05,
            counts={"tweeteval_sentiment": 36_000, "th_wisesight": 14_000},
            average=0.995,
        ),
        Stage(
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
            shares=MORE_NEUTRAL,
            average=0.997,
            runs=2,
            varied=True,
            longest=96,
        ),
    ),
)
LINES = (LONG, WIDE)
LAST = Stage(  # gently, from the mean of the lines: what averaging blurs, danger above all, comes back
    name="last",
    rate=5e-5,
    final=0.02,
    counts={"own": 11_000, "own_rare": 1_000, "tweeteval_sentiment": 6_000, "th_wisesight": 5_000, "davidson": 1_000},
    shares=MORE_NEUTRAL,
    average=0.995,
    runs=2,
    varied=True,
    longest=96,
)
