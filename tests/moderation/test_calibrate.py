"""Calibrating: which posts it may look at, what it keeps of them, and what counts as urgent by people's labels."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.values import Need, PostKind
from moderation.calibration import ALL, Calibration, script
from moderation.classifier import Classifier, as_scores, probabilities
from moderation.policy import load
from moderation.reference import FILE, Reference, dump
from moderation.reference import load as load_reference
from moderation.training import calibrate
from moderation.training.calibrate import (
    SAMPLE,
    Fitted,
    calibrating,
    describe,
    fit,
    fit_heads,
    referred,
    run,
    target,
    urgent,
)
from moderation.training.calibrated import FEWEST, by_chance, measure, others, table
from moderation.training.data import CORPUS, HEADS, Example, Split, read_corpus
from moderation.training.fitting import Floats
from moderation.triage import Facts, triage

SHIPPED = Path(calibrate.__file__).parents[1] / "model"


def own(text: str, *, lang: str = "en", label: str = "negative") -> Example:
    kind = {"negative": "complaint", "positive": "praise", "neutral": "noise"}[label]
    return Example(
        text,
        lang,
        "own",
        {"sentiment": label, "abuse": "none", "kind": kind},
        {"person": (float(label == "negative"),), "distress": (0.0,), "why": (0.0,) * len(HEADS["why"])},
    )


def licensed(text: str, source: str = "tweets") -> Example:
    return Example(text, "en", source, {"sentiment": "neutral"})


def split(*, calibration: int = 5, tweets: int = 20, thai: int = 20) -> Split:
    return Split(
        train={},
        calibration=[own(f"my parcel {n} is late", label=("negative", "positive")[n % 2]) for n in range(calibration)],
        held={
            "tweets": [licensed(f"a tweet of no. {n}") for n in range(tweets)],
            "thai": [licensed(f"พัสดุ {n}", "thai") for n in range(thai)],
            "own": [own(f"held {n}", lang=lang) for lang in ("de", "fr") for n in range(20 if lang == "de" else 19)],
        },
    )


def test_the_own_held_out_posts_are_never_calibrated_on() -> None:
    parted = split()

    found = {example.text for example in calibrating(parted)}

    assert not found & {example.text for example in parted.held["own"]}
    assert {example.text for example in parted.calibration} <= found


def test_licensed_posts_join_only_as_far_as_own_ones_are_there_in_their_script() -> None:
    found = calibrating(split(calibration=5, tweets=20, thai=20))

    assert [example.source for example in found] == ["own"] * 5 + ["tweets"] * 5


def test_licensed_posts_are_drawn_by_digest_and_not_in_the_order_of_their_file() -> None:
    parted = split(calibration=7)
    turned = replace(parted, held={**parted.held, "tweets": parted.held["tweets"][::-1]})

    assert calibrating(parted) == calibrating(turned)
    assert [e.text for e in calibrating(parted)[7:]] != [e.text for e in parted.held["tweets"][:7]]


def test_what_is_measured_was_not_calibrated_on() -> None:
    parted = split(calibration=2 * SAMPLE, tweets=SAMPLE + 30, thai=0)

    fitted, measured = calibrating(parted), others(parted)

    assert len(measured) == 30
    assert not {example.text for example in fitted} & {example.text for example in measured}


def logits(examples: list[Example]) -> dict[str, Floats]:
    """Give logits that know the truth of every head but are far too sure of it."""
    drawn = np.random.default_rng(1)
    found = {}
    for head, labels in HEADS.items():
        known = [target(head, e) if head in {*e.classes, *e.flags} else [0.5] * len(labels) for e in examples]
        found[head] = 4 * (np.array(known) - 0.5) + drawn.normal(0, 3, (len(examples), len(labels)))
    return found


def test_every_head_is_fitted_on_what_is_known_of_it() -> None:
    examples = calibrating(split(calibration=400, tweets=300))

    fitted = fit_heads(examples, logits(examples))

    assert list(fitted) == list(HEADS)
    for head, told in fitted.items():
        assert len(told[ALL]["shift"]) == len(HEADS[head])
    assert fitted["person"][ALL]["scale"][0] < 0.8  # too sure as it came


def test_calibrated_posts_are_kept_as_numbers_beside_what_people_said(tmp_path: Path) -> None:
    examples = split(calibration=60).calibration
    found = logits(examples)

    rows = referred(examples, found, fit_heads(examples, found))
    (tmp_path / FILE).write_text(dump(rows, model="m", why=HEADS["why"]), "utf-8")

    kept = load_reference(tmp_path)
    assert isinstance(kept, Reference)
    assert [row.lang for row in kept.rows] == [example.lang for example in examples]
    assert sum(kept.rows[0].scores.sentiment.values()) == pytest.approx(1, abs=1e-3)


def test_a_post_is_urgent_by_its_labels_where_triage_would_say_so() -> None:
    policy = load()
    policy = replace(policy, default=replace(policy.default, urgent_person=2.0), by_language={})
    examples = [row.example for row in read_corpus(CORPUS)]
    if not examples:
        pytest.skip("the product's corpus is not part of this tree")

    def decided(example: Example) -> bool:
        scores = as_scores({head: dict(zip(HEADS[head], target(head, example), strict=True)) for head in HEADS})
        return triage(Facts(scores=scores, kind=PostKind.MENTION), policy).need is Need.URGENT

    assert [e.text for e in examples if urgent(e) != decided(e)] == []
    assert 0.1 < sum(map(urgent, examples)) / len(examples) < 0.5


def test_a_description_gains_calibration_and_languages_and_keeps_the_rest() -> None:
    about = json.loads((SHIPPED / "model.json").read_text("utf-8"))
    told = {head: {ALL: {"scale": [1.0], "shift": [0.0] * len(HEADS[head])}} for head in HEADS}

    found = describe(about, Fitted(heads=told, languages=["de"], reference=[]))

    assert found["heads"]["person"]["calibration"] == told["person"]
    assert found["heads"]["person"]["output"] == "person"
    assert found["languages"] == ["de"]
    assert {name: found[name] for name in ("version", "files")} == {name: about[name] for name in ("version", "files")}


def test_a_model_is_calibrated_from_its_files() -> None:
    parted = split(calibration=60, tweets=10, thai=10)

    fitted = fit(SHIPPED / "model.onnx", calibrate.load_tokenizer(SHIPPED), parted)

    assert list(fitted.heads) == list(HEADS)
    assert fitted.languages == ["de"]  # of fr one held-out post is missing
    assert len(fitted.reference) == 60


def test_logits_come_in_the_order_of_the_texts() -> None:
    texts = ["thank you", "my parcel is late and I am very angry about it all", "ok"]
    tokenizer = calibrate.load_tokenizer(SHIPPED)

    together = run(SHIPPED / "model.onnx", tokenizer, texts)
    turned = run(SHIPPED / "model.onnx", tokenizer, texts[::-1])

    assert together["sentiment"] == pytest.approx(turned["sentiment"][::-1])


def test_what_is_calibrated_on_is_what_the_product_judges_by() -> None:
    texts = [
        "thank you so much",
        "พัสดุหายไปสามวันแล้ว แย่มาก",
        "third day without my parcel and nobody answers, shame on you",
    ]
    heads = json.loads((SHIPPED / "model.json").read_text("utf-8"))["heads"]

    found = run(SHIPPED / "model.onnx", calibrate.load_tokenizer(SHIPPED), texts)

    logits = Calibration(heads["person"]).adjust(found["person"], [script(text) for text in texts])
    judged = [scores.person for scores in Classifier(threads=1).classify(texts)]
    assert probabilities(logits, exclusive=False)[:, 0] == pytest.approx(judged, abs=1e-4)


def test_what_calibrating_brings_is_told_with_its_number_and_what_chance_alone_would_show() -> None:
    examples = calibrating(split(calibration=1_000, tweets=0))
    found = logits(examples)
    heads = {head: {"calibration": told} for head, told in fit_heads(examples, found).items()}

    lines = {(line.head, line.script): line for line in measure(examples, found, heads)}

    person = lines["person", ALL]
    assert person.n == 1_000
    assert person.after < 0.06 < person.before
    assert person.chance == pytest.approx(person.after, abs=0.04)
    assert ("why.money", ALL) in lines
    assert f"| person | all | 1,000 | {person.before:.3f} |" in table(list(lines.values()))


def test_a_script_with_few_posts_is_not_told_on_its_own() -> None:
    examples = split(calibration=FEWEST - 1).calibration

    lines = measure(examples, logits(examples), {head: {"temperature": 1.0} for head in HEADS})

    assert lines == []


def test_the_error_of_honest_judgements_shrinks_with_their_number() -> None:
    drawn = np.random.default_rng(3)

    few, many = by_chance(drawn.random(100)), by_chance(drawn.random(10_000))

    assert 0.05 < few < 0.2
    assert many < 0.02
