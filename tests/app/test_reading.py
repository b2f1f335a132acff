import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading import MAX_TEXT, Bad, Row, decode, moment, read
from domain.errors import ConfigError


def rows(path: Path) -> list[Row]:
    return [item for item in read(path) if isinstance(item, Row)]


def test_json_lines_are_read_with_the_names_other_tools_use(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"tweet_id": 7, "tweet": "late again", "user": "ana", "date": "2026-11-20T10:00:00Z"}\n', "utf-8")

    row = rows(path)[0]

    assert (row.id, row.text, row.author) == ("7", "late again", "ana")
    assert row.created_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_a_bad_line_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"text": "one"}\nnot json\n{"no": "text"}\n[1]\n{"text": "two"}\n', "utf-8")

    items = list(read(path))

    assert [item.text for item in items if isinstance(item, Row)] == ["one", "two"]
    assert [item.line for item in items if isinstance(item, Bad)] == [2, 3, 4]


def test_an_id_of_zero_and_an_empty_text_are_posts_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"id": 0, "text": "one"}\n{"id": 1, "text": ""}\n', "utf-8")

    assert [(row.id, row.text) for row in rows(path)] == [("0", "one"), ("1", "")]


@pytest.mark.parametrize("name", ["posts.txt", "posts.jsonl"])
def test_json_lines_are_known_although_the_first_is_broken(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text('nonsense\n{"id": 7, "text": "one"}\n', "utf-8")

    items = list(read(path))

    assert [item.line for item in items if isinstance(item, Bad)] == [1]
    assert [item.id for item in items if isinstance(item, Row)] == ["7"]


def test_a_csv_whose_posts_look_like_json_is_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text('text,id\n"{""a"": 1}",1\n{b},2\n', "utf-8")

    assert [(row.id, row.text) for row in rows(path)] == [("1", '{"a": 1}'), ("2", "{b}")]


def test_only_a_newline_ends_a_line(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps({"text": "one\u2028still one\x85and on"}, ensure_ascii=False) + "\n", "utf-8")

    assert [row.text for row in rows(path)] == ["one\u2028still one\x85and on"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_is_read_whatever_parts_its_columns(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "posts.csv"
    lines = [["id", "Text", "author"], ["1", "where is it", "bo"], ["2", "thanks", "cy"]]
    path.write_text("\n".join(delimiter.join(line) for line in lines), "utf-8")

    assert [(row.id, row.text, row.author) for row in rows(path)] == [("1", "where is it", "bo"), ("2", "thanks", "cy")]


def test_a_quoted_newline_stays_in_its_post(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text('id,text\n1,"first line\nsecond line"\n2,short\n', "utf-8")

    assert [row.text for row in rows(path)] == ["first line\nsecond line", "short"]


def test_a_file_without_a_text_column_says_which_names_are_known(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("a,b\n1,2\n", "utf-8")

    with pytest.raises(ConfigError, match="text, message"):
        list(read(path))


def test_a_missing_file_is_told_without_a_trace(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        list(read(tmp_path / "none.csv"))


def test_a_post_longer_than_any_network_allows_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps({"text": "a" * (MAX_TEXT + 1)}), "utf-8")

    assert list(read(path)) == [Bad(1, "longer than 100,000 characters")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_encoding_with_a_mark_is_read(encoding: str) -> None:
    assert decode("ພັດສະດຸ, čas, größe".encode(encoding)).startswith("ພັດສະດຸ")


def test_a_latin_file_is_read_as_what_it_is() -> None:
    text = "id,text\n1,Où est mon colis ? Très déçu, je n'ai rien reçu à l'adresse indiquée après deux semaines\n"

    assert "déçu" in decode(text.encode("cp1252"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-20T10:00:00Z", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20 10:00:00+02:00", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("Fri Nov 20 10:00:00 +0000 2026", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:00:00 +0100", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("22-02-2015 19.56", datetime(2015, 2, 22, 19, 56, tzinfo=UTC)),
        (1_763_632_800, datetime(2025, 11, 20, 10, tzinfo=UTC)),
        (1_763_632_800_000, datetime(2025, 11, 20, 10, tzinfo=UTC)),
        ("1763632800", datetime(2025, 11, 20, 10, tzinfo=UTC)),
        ("yesterday", None),
        (None, None),
        (True, None),
        (1e300, None),
    ],
)
def test_times_are_read_as_exports_write_them(written: object, meant: datetime | None) -> None:
    assert moment(written) == meant


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_json_line_stops_the_reading(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.mktemp("any") / "posts.jsonl"
    path.write_text(json.dumps({"text": value, "id": value, "created_at": value, "followers": value}) + "\n", "utf-8")

    assert len(list(read(path))) == 1
