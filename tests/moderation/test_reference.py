"""The reference: written and read again it says the same, and what is broken is told."""

from pathlib import Path

import pytest

from domain.errors import ConfigError
from domain.values import Abuse, Kind, Sentiment
from moderation.reference import FILE, Reference, Row, dump, load
from tests.moderation.conftest import scores

WHY = ("money", "legal")
ROWS = (
    Row("th", urgent=True, scores=scores(negative=0.9, person=0.8765, distress=0.1, why={"money": 0.25, "legal": 1.0})),
    Row("en", urgent=False, scores=scores(kind={"praise": 0.7}, why={"money": 0.0, "legal": 0.0})),
)


def test_rows_come_back_as_they_were_kept(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(dump(ROWS, model="m-1", why=WHY), "utf-8")

    found = load(tmp_path)

    assert found.model == "m-1"
    for kept, row in zip(ROWS, found.rows, strict=True):
        assert (row.lang, row.urgent) == (kept.lang, kept.urgent)
        assert row.scores.sentiment == pytest.approx(kept.scores.sentiment)
        assert row.scores.abuse == pytest.approx(kept.scores.abuse)
        assert row.scores.kind == pytest.approx(kept.scores.kind)
        assert row.scores.why == pytest.approx(kept.scores.why)
        assert (row.scores.person, row.scores.distress) == (kept.scores.person, kept.scores.distress)
        assert row.scores.model == "m-1"


def test_every_label_is_named_by_its_own_type(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(dump(ROWS, model="m-1", why=WHY), "utf-8")

    row = load(tmp_path).rows[0]

    assert (list(row.scores.sentiment), list(row.scores.abuse), list(row.scores.kind)) == (
        list(Sentiment),
        list(Abuse),
        list(Kind),
    )


def test_a_model_without_a_reference_has_an_empty_one(tmp_path: Path) -> None:
    assert load(tmp_path) == Reference()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"model": "m", "why": []}', '{"model": "m", "why": ["money"], "rows": [["en", 1, 5]]}'],
    ids=["empty", "cut off", "no table", "no rows", "a short row"],
)
def test_a_broken_reference_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, "utf-8")

    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_no_word_of_a_post_is_kept() -> None:
    written = dump(ROWS, model="m-1", why=WHY)

    assert {letter for letter in written.split('"rows"')[1] if letter.isalpha()} == set("then")  # th, en
