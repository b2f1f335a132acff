"""How an evaluation looks in a terminal of eighty columns."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from app import evaluating_tables, terminal
from app.corrected import Repeated
from domain.values import Need
from moderation.measure.measuring import Sample, measure
from moderation.measure.values import Evaluation
from tests.moderation.conftest import scores
from tests.moderation.test_measure_measuring import verdict

WANTED = {"precision": 0.8, "recall": 0.95}
Draw = Callable[..., list[str]]


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Draw:
    written = io.StringIO()
    monkeypatch.setattr(terminal, "out", Console(file=written, width=80, highlight=False))

    def show(found: Evaluation, *notes: str) -> list[str]:
        evaluating_tables.draw(found, notes)
        return written.getvalue().splitlines()

    return show


def moods(*said: tuple[str, float, str]) -> Evaluation:
    """Measure a post for each (what people say, how negative the model finds it, language)."""
    samples = [
        Sample(line=line, text=f"post {line}", lang=lang, gold={"sentiment": gold})
        for line, (gold, _, lang) in enumerate(said, 1)
    ]
    judged = [verdict(scores(negative=negative)) for _, negative, _ in said]
    return measure(samples, judged, wanted=WANTED, worst=2)


def cells(lines: list[str], first: str) -> list[str]:
    """Give the cells of the row that begins so."""
    return next(line.split() for line in lines if line.startswith(first))


def test_a_head_is_told_whole_then_by_language(draw: Draw) -> None:
    shown = draw(moods(*[("negative", 0.9, "en"), ("neutral", 0.1, "th")] * 20, ("neutral", 0.9, "lo")))

    assert shown[0] == "41 posts, canned-1, policy ours-1"
    assert shown[1] == "Languages: en 20, th 20, lo 1"
    assert cells(shown, "all")[1:3] == ["41", "97.6"]
    assert cells(shown, "th")[:3] == ["th", "20", "–"]  # all its posts are neutral: nothing to tell apart
    assert cells(shown, "others")[1] == "1"


def test_each_label_has_its_figures_and_thresholds(draw: Draw) -> None:
    shown = draw(
        moods(("negative", 0.9, "en"), ("negative", 0.6, "en"), ("neutral", 0.55, "en"), ("neutral", 0.1, "en"))
    )

    assert cells(shown, "label") == [
        "label",
        "n",
        "prec.",
        "recall",
        "F1",
        "AP",
        "P",
        "≥",
        "80",
        "%",
        "R",
        "≥",
        "95",
        "%",
    ]
    assert " ".join(cells(shown, "negative")) == ("negative 2 66.7 100.0 80.0 100.0 0.600 (R 100.0) 0.600 (P 100.0)")
    assert " ".join(cells(shown, "positive")) == "positive 0 – – – – none none"


def test_what_was_taken_for_what_stands_under_its_labels(draw: Draw) -> None:
    shown = draw(moods(("negative", 0.9, "en"), ("neutral", 0.9, "en"), ("neutral", 0.1, "en")))

    at = next(number for number, line in enumerate(shown) if line.startswith("people say"))
    assert shown[at].split()[-3:] == ["negative", "neutral", "positive"]
    assert [line.split()[1:] for line in shown[at + 1 : at + 4]] == [["1", "0", "0"], ["1", "1", "0"], ["0", "0", "0"]]


def test_mistakes_name_their_line_and_nothing_is_said_where_there_are_none(draw: Draw) -> None:
    shown = draw(moods(("negative", 0.9, "en"), ("neutral", 0.9, "en")))

    assert "The 1 worst of 1 mistakes, most confident first:" in shown
    assert "  line 2, en: negative 0.90, people say neutral" in shown
    assert "    post 2" in shown


def test_all_right_is_told_without_mistakes(draw: Draw) -> None:
    assert not [line for line in draw(moods(("negative", 0.9, "en"))) if "mistakes" in line]


def test_no_row_of_a_table_is_broken_in_eighty_columns(draw: Draw) -> None:
    shown = draw(moods(*[("negative", 0.9, "portuguese")] * 20, *[("neutral", 0.4, "en")] * 1500))

    assert len(cells(shown, "portuguese")) == 7
    assert max(map(len, shown)) <= 80
    assert cells(shown, "neutral")[:2] == ["neutral", "1500"]


def test_need_is_told_without_chances(draw: Draw) -> None:
    sample = Sample(line=7, text="late", lang="en", gold={"need": "urgent"})

    shown = draw(measure([sample], [verdict(scores(), need=Need.COMPLAINT)], wanted=WANTED, worst=1))

    assert cells(shown, "label") == ["label", "n", "prec.", "recall", "F1", "AP"]
    assert cells(shown, "all")[-1] == "–"
    assert "  line 7, en: complaint, people say urgent" in shown


def test_a_long_post_is_cut_and_control_characters_are_gone(draw: Draw) -> None:
    sample = Sample(line=1, text="\x1b[31m" + "w" * 900, lang="en", gold={"sentiment": "positive"})

    shown = draw(measure([sample], [verdict(scores(negative=0.9))], wanted=WANTED, worst=1))

    assert sum(line.count("w") for line in shown if set(line.strip()) <= set("[31mw…")) <= evaluating_tables.QUOTE
    assert any(line.endswith("…") for line in shown)
    assert not [line for line in shown if "\x1b" in line]


def test_notes_stand_above_the_heads(draw: Draw) -> None:
    notes = evaluating_tables.notes({"need": Repeated(posts=9, right_then=1, right_now=4)})

    shown = draw(moods(("negative", 0.9, "en")), *notes)

    assert notes[0] == "need: 9 posts were corrected; the model had 1 right, now 4."
    assert shown[2] == notes[0]
    assert "never how often" in " ".join(shown[3:5])


def test_without_corrections_there_are_no_notes() -> None:
    assert evaluating_tables.notes({}) == []
