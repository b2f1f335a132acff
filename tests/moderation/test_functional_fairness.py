"""Fairness: what is swapped, and how far apart the verdicts are said to be; no model is held to a figure here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from domain.values import Scores
from moderation.judge import Judge
from moderation.measure.fairness import (
    FIGURES,
    STANDARD,
    Gap,
    Swap,
    company,
    figures,
    gaps,
    load,
    parse,
    readers,
    subjects,
)
from moderation.measure.functioning import alone
from moderation.personal import PersonalData
from moderation.policy import Policy
from moderation.triage import Subject
from tests.moderation.conftest import Canned, scores

NAMES = {
    "about": "names",
    "lang": "en",
    "groups": {"short": ["Al", "Bo"], "long": ["Alexander", "Bonaventure"]},
    "posts": ["{} was here.", "Is {} in?"],
}


def judged(swaps: Sequence[Swap], opinions: Mapping[str, Scores], policy: Policy) -> tuple[Gap, ...]:
    judge = Judge(Canned(opinions), PersonalData(), policy)
    return gaps(swaps, list(alone(subjects(swaps), judge)))


def of(gap: Gap, name: str) -> tuple[float, float]:
    return gap.mean[name], gap.worst[name].gap


def test_every_term_is_put_into_every_post() -> None:
    first, second = parse({"swap": [NAMES]})

    assert first == Swap(
        about="names",
        lang="en",
        post="{} was here.",
        versions={"short": ("Al was here.", "Bo was here."), "long": ("Alexander was here.", "Bonaventure was here.")},
    )
    assert second.versions["short"] == ("Is Al in?", "Is Bo in?")


def test_a_term_that_begins_a_post_begins_with_a_capital() -> None:
    (swap,) = parse({"swap": [{**NAMES, "groups": {"one": ["my wife"]}, "posts": ["{} asked."]}]})

    assert swap.versions == {"one": ("My wife asked.",)}


def test_a_pair_is_the_same_said_in_the_standard_language_and_in_dialect() -> None:
    pair = {"about": "dialect", "lang": "de", "name": "Bairisch", "pairs": [["Grüß Gott", "Griaß God"]]}

    (swap,) = parse({"pair": [pair]})

    assert (swap.about, swap.lang, swap.post) == ("dialect: Bairisch", "de", "Grüß Gott")
    assert swap.versions == {STANDARD: ("Grüß Gott",), "Bairisch": ("Griaß God",)}


@pytest.mark.parametrize("post", ["nobody was here", "{} and {}"])
def test_a_post_needs_one_place_for_the_term(post: str) -> None:
    with pytest.raises(ValueError, match=r"must have one \{\}"):
        parse({"swap": [{**NAMES, "posts": [post]}]})


def test_what_is_shipped_swaps_names_countries_faith_gender_identity_and_dialects() -> None:
    swaps = load()

    abouts = Counter(swap.about.partition(":")[0] for swap in swaps)
    dialects = {swap.about.partition(": ")[2] for swap in swaps if swap.about.startswith("dialect")}
    assert abouts.keys() == {
        "names",
        "countries",
        "religions",
        "gender",
        "orientation and identity",
        "disability and age",
        "dialect",
    }
    assert dialects >= {"African American English", "Indian English", "andaluz", "Bairisch", "مصري", "خليجي"}
    assert len({swap.lang for swap in swaps if swap.about == "names"}) >= 8


def test_every_swap_has_groups_to_compare_and_no_text_twice() -> None:
    for swap in load():
        texts = [text for version in swap.versions.values() for text in version]

        assert len(swap.versions) >= 2, swap.post
        assert len(set(texts)) == len(texts), swap.post


def test_a_verdict_is_compared_by_four_figures(policy: Policy) -> None:
    model = Canned({"bad": scores(negative=0.95, person=0.99, abuse={"offensive": 0.8})})
    asked = [Subject(text="bad"), Subject(text="fine")]

    bad, fine = map(figures, alone(asked, Judge(model, PersonalData(), policy)))

    assert bad == {"negative": 0.95, "flagged": 1.0, "person": 0.99, "urgent": 1.0}
    assert fine == {"negative": 0.0, "flagged": 0.0, "person": 0.0, "urgent": 0.0}
    assert tuple(bad) == tuple(FIGURES)


def test_a_gap_is_the_highest_mean_of_a_group_less_the_lowest(policy: Policy) -> None:
    swaps = parse({"swap": [NAMES]})
    opinions = {
        "Al was here.": scores(negative=0.2),
        "Bo was here.": scores(negative=0.4),
        "Alexander was here.": scores(negative=0.7),
        "Bonaventure was here.": scores(negative=0.9),
        "Is Al in?": scores(negative=0.1),
        "Is Bo in?": scores(negative=0.1),
    }

    (gap,) = judged(swaps, opinions, policy)

    assert (gap.about, gap.lang, gap.posts, gap.texts) == ("names", "en", 2, 8)
    assert of(gap, "negative") == pytest.approx((0.3, 0.5))
    worst = gap.worst["negative"]
    assert (worst.post, worst.high, worst.low) == ("{} was here.", "long", "short")
    assert of(gap, "person") == of(gap, "flagged") == (0.0, 0.0)


def test_shares_are_counted_over_the_texts_of_a_group(policy: Policy) -> None:
    swaps = parse({"swap": [{**NAMES, "posts": ["{} was here."]}]})
    opinions = {"Alexander was here.": scores(abuse={"hateful": 0.9}, negative=0.9, person=0.99)}

    (gap,) = judged(swaps, opinions, policy)

    assert of(gap, "flagged") == of(gap, "urgent") == (0.5, 0.5)


def test_a_group_leans_by_how_much_unhappier_it_is_judged_than_its_posts(policy: Policy) -> None:
    swaps = parse({"swap": [{**NAMES, "groups": {"a": ["A"], "b": ["B"], "c": ["C"]}}]})
    opinions = {"A was here.": scores(negative=0.9), "Is C in?": scores(negative=0.3)}

    (gap,) = judged(swaps, opinions, policy)

    assert gap.lean == pytest.approx({"a": 0.25, "b": -0.2, "c": -0.05})
    assert sum(gap.lean.values()) == pytest.approx(0.0)


def test_languages_and_what_is_swapped_are_told_apart(policy: Policy) -> None:
    tables = [NAMES, {**NAMES, "lang": "de"}, {**NAMES, "about": "countries"}, NAMES]

    found = judged(parse({"swap": tables}), {}, policy)

    assert [(gap.about, gap.lang, gap.posts) for gap in found] == [
        ("names", "en", 4),
        ("names", "de", 2),
        ("countries", "en", 2),
    ]


def test_verdicts_must_be_as_many_as_versions(policy: Policy) -> None:
    swaps = parse({"swap": [NAMES]})
    verdicts = list(alone(subjects(swaps), Judge(Canned(), PersonalData(), policy)))

    with pytest.raises(ValueError, match="more verdicts than versions"):
        gaps(swaps, [*verdicts, verdicts[0]])


@pytest.mark.parametrize(("counted_from", "apart"), [(0, 0.0), (50_000, 1.0)])
def test_readers_part_verdicts_only_where_the_policy_counts_them(
    policy: Policy, counted_from: int, apart: float
) -> None:
    swaps = parse({"swap": [{**NAMES, "posts": ["{} was here."]}]})
    model = Canned({"Al was here.": scores(negative=0.7)})
    chosen = replace(policy, reach_followers=counted_from)

    gap = readers(swaps, Judge(model, PersonalData(), chosen))

    assert (gap.about, gap.lang, gap.posts, gap.texts) == ("readers", "all", 1, 2)
    assert of(gap, "urgent") == (apart, apart)
    assert of(gap, "negative") == (0.0, 0.0)


class Sociable:
    """A model that judges a text otherwise when it is not alone."""

    version = "sociable-1"

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        return [scores(person=0.2 if len(texts) == 1 else 0.5)] * len(texts)


def test_company_tells_what_neighbours_in_a_batch_do(policy: Policy) -> None:
    swaps = parse({"swap": [NAMES]})

    moved = company(swaps, Judge(Sociable(), PersonalData(), policy))
    unmoved = company(swaps, Judge(Canned(), PersonalData(), policy))

    assert of(moved, "person") == pytest.approx((0.3, 0.3))
    assert (moved.worst["person"].high, moved.worst["person"].low) == ("among others", "alone")
    assert (moved.posts, moved.texts) == (2, 4)
    assert [of(unmoved, name) for name in FIGURES] == [(0.0, 0.0)] * len(FIGURES)


def test_a_post_is_put_with_its_language() -> None:
    told = subjects(parse({"swap": [{**NAMES, "lang": "id"}]}))

    assert {one.lang for one in told} == {"id"}
    assert [one.text for one in told][:3] == ["Al was here.", "Bo was here.", "Alexander was here."]
