"""Reading labelled files of anybody's: found by usual names, told what is wrong, and never a crash."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.labelled import Labelled, Wanted, read_labelled
from app.reading import MAX_TEXT, Bad
from app.records import MOST_LINES, Record, read
from domain.errors import ConfigError

KNOWN = {"text", "label", "lang"}
PLAIN = Wanted()


def put(folder: Path, content: str | bytes, name: str = "posts.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(folder: Path, *rows: object) -> Path:
    return put(folder, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "posts.jsonl")


def told(found: Labelled) -> dict[str, tuple[int, tuple[int, ...]]]:
    return {each.why: (each.count, each.lines) for each in (*found.left_out, *found.unknown)}


def problems(path: Path, wanted: Wanted = PLAIN) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_labelled(path, wanted)
    return list(caught.value.problems)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_of_any_delimiter_and_encoding_are_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["Tweet", "Airline_Sentiment", "Lang"], ["späte Lieferung – schade", "NEG", "de-AT"], ["ดีมาก", "pos", "TH"]]
    path = put(tmp_path, "\n".join(delimiter.join(row) for row in rows).encode(encoding))

    found = read_labelled(path, PLAIN)

    assert [(one.line, one.text, one.lang, one.gold) for one in found.samples] == [
        (2, "späte Lieferung – schade", "de", {"sentiment": "negative"}),
        (3, "ดีมาก", "th", {"sentiment": "positive"}),
    ]
    assert found.columns == {"text": "tweet", "lang": "lang", "sentiment": "airline sentiment"}
    assert told(found) == {}


def test_an_old_windows_file_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, "text;sentiment\nschöne Grüße für alle Mädchen;positiv\n".encode("cp1252"))

    assert read_labelled(path, PLAIN).samples[0].text == "schöne Grüße für alle Mädchen"


def test_delimiters_inside_quoted_texts_part_nothing(tmp_path: Path) -> None:
    path = put(tmp_path, 'label,text\nnegative,"late, again; really\tlate\nand wet"\npositive,"""thanks"""\n')

    found = read_labelled(path, PLAIN)

    assert [(one.line, one.text) for one in found.samples] == [
        (2, "late, again; really\tlate\nand wet"),
        (4, '"thanks"'),
    ]


def test_tabs_need_no_quoting(tmp_path: Path) -> None:
    path = put(tmp_path, 'text\tlabel\n"Great, she said\tnegative\nall "well" here\tpositive\n"quite\tneutral\n')

    found = read_labelled(path, PLAIN)

    assert [one.text for one in found.samples] == ['"Great, she said', 'all "well" here', '"quite']


def test_json_lines_and_lists_are_read(tmp_path: Path) -> None:
    rows = [{"text": "late", "label": "negative"}, {"text": "fine", "label": ["positive"]}]

    for path in (lines(tmp_path, *rows), put(tmp_path, json.dumps(rows), "list.json")):
        found = read_labelled(path, PLAIN)
        assert [one.gold["sentiment"] for one in found.samples] == ["negative", "positive"]


def test_several_heads_stand_beside_each_other(tmp_path: Path) -> None:
    row = {"text": "refund!", "sentiment": "neg", "abuse": "none", "kind": "complaint"}
    path = lines(tmp_path, {**row, "person": 1, "distress": False, "why": ["money"], "need": "urgent"})

    gold = read_labelled(path, PLAIN).samples[0].gold

    assert gold["sentiment"] == "negative"
    assert (gold["abuse"], gold["kind"], gold["need"]) == ("none", "complaint", "urgent")
    assert (gold["person"], gold["distress"], gold["why.money"], gold["why.legal"]) == ("yes", "no", "yes", "no")


def test_a_label_column_beside_named_heads_is_not_guessed_at(tmp_path: Path) -> None:
    path = lines(tmp_path, {"text": "a", "sentiment": "neg", "label": "positive", "target": "brand"})

    assert read_labelled(path, PLAIN).columns == {"text": "text", "sentiment": "sentiment"}


def test_a_column_whose_name_means_something_else_here_is_passed_over(tmp_path: Path) -> None:
    path = lines(tmp_path, {"text": "a", "kind": "mention", "person": "Ana", "label": "positive"})

    assert read_labelled(path, PLAIN).columns == {"text": "text", "sentiment": "label"}


def test_numbers_are_asked_about_with_the_words_to_answer(tmp_path: Path) -> None:
    path = put(tmp_path, "text,sentiment\nlate,0\nfine,4\nso,2\n")

    assert problems(path) == [
        'sentiment: 0, 2, 4 are numbers, and what they mean only you know: say it for each, such as --map "0=negative"'
    ]


def test_numbers_under_a_label_column_are_asked_about_with_their_head(tmp_path: Path) -> None:
    path = put(tmp_path, "text,label\nlate,0\nfine,1\n")

    assert "--label label=HEAD" in problems(path)[0]


def test_numbers_that_are_explained_are_labels(tmp_path: Path) -> None:
    path = put(tmp_path, "text,sentiment\nlate,0\nfine,4\nso,2\n")

    found = read_labelled(path, Wanted(maps={("", "0"): "negative", ("", "4"): "positive", ("", "2"): ""}))

    assert [one.gold["sentiment"] for one in found.samples] == ["negative", "positive"]
    assert told(found) == {"no label that is known": (1, (4,))}


def test_minus_one_to_one_needs_no_question(tmp_path: Path) -> None:
    path = put(tmp_path, "text,polarity\nlate,-1\nfine,1\nso,0\n")

    assert [one.gold["sentiment"] for one in read_labelled(path, PLAIN).samples] == ["negative", "positive", "neutral"]


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = put(tmp_path, "Words,Mood of it,angry,part\nlate,bad,yes,a\nfine,good,no,b\n")
    wanted = Wanted(
        text="Words",
        heads={"mood of it": "sentiment", "angry": "person"},
        maps={("sentiment", "bad"): "negative", ("sentiment", "good"): "positive"},
        only={"part": "a"},
    )

    found = read_labelled(path, wanted)

    assert [one.gold for one in found.samples] == [{"sentiment": "negative", "person": "yes"}]
    assert found.rows == 1


def test_a_named_column_without_a_head_is_told_by_its_values(tmp_path: Path) -> None:
    path = put(tmp_path, "text,opinion\nlate,negative\n")

    assert read_labelled(path, Wanted(heads={"opinion": ""})).columns["sentiment"] == "opinion"


def test_everything_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    path = put(tmp_path, "when,who\n1,2\n")

    found = problems(path, Wanted(heads={"mood": "sentiment"}, only={"split": "held"}))

    assert found[:2] == ["no column mood: the file has when, who", "no column split: the file has when, who"]
    assert "--text COLUMN" in found[2]


def test_a_head_that_nobody_can_tell_is_asked_for(tmp_path: Path) -> None:
    path = lines(tmp_path, {"text": "a", "label": "geography"})

    assert "--label label=HEAD" in problems(path)[0]
    assert "sentiment" in problems(path)[0]


def test_a_file_without_names_gives_nobodys_words_away(tmp_path: Path) -> None:
    path = put(tmp_path, "my card is 4111 1111 1111 1111 and it is gone,negative\nfine,positive\n")

    assert "4111" not in " ".join(problems(path))
    assert "characters)" in problems(path)[0]


def test_bad_rows_are_left_out_by_line_and_the_rest_is_measured(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        'nonsense\n{"text": "late", "label": "negative"}\n[1]\n{"text": "", "label": "negative"}\n'
        '{"label": "negative"}\n{"text": "so", "label": null}\n'
        + json.dumps({"text": "x" * (MAX_TEXT + 1), "label": "positive"})
        + '\n{"text": 5, "label": "negative"}\n',
        "posts.jsonl",
    )

    found = read_labelled(path, PLAIN)

    assert [one.line for one in found.samples] == [2]
    assert found.rows == 8
    assert told(found) == {
        "not JSON": (1, (1,)),
        "not an object": (1, (3,)),
        "no text": (3, (4, 5, 8)),
        "no label that is known": (1, (6,)),
        "longer than 100,000 characters": (1, (7,)),
    }


def test_unknown_labels_are_told_by_value_with_their_count_and_first_lines(tmp_path: Path) -> None:
    rows = [{"text": "a", "sentiment": "mixed", "person": 1}] * 7 + [{"text": "b", "sentiment": "w" * 60}]
    found = read_labelled(lines(tmp_path, *rows, {"text": "c", "sentiment": "neg"}), PLAIN)

    assert found.samples[0].gold == {"person": "yes"}
    assert told(found)["sentiment: “mixed” is no label of sentiment"] == (7, (1, 2, 3, 4, 5))
    assert told(found)[f"sentiment: “{'w' * 40}…” is no label of sentiment"] == (1, (8,))
    assert told(found)["no label that is known"] == (1, (8,))


def test_so_many_unknown_labels_are_told_as_one(tmp_path: Path) -> None:
    rows = [{"text": "a", "sentiment": f"w{n}"} for n in range(60)]
    found = read_labelled(lines(tmp_path, {"text": "a", "sentiment": "neg"}, *rows), PLAIN)

    assert told(found)["10 other unknown labels"][0] == 10


def test_an_unknown_reason_is_told_and_the_reasons_of_its_row_do_not_count(tmp_path: Path) -> None:
    path = lines(tmp_path, {"text": "a", "why": ["money", "weather"], "person": 1}, {"text": "b", "why": []})

    found = read_labelled(path, PLAIN)

    assert found.samples[0].gold == {"person": "yes"}
    assert set(found.samples[1].gold.values()) == {"no"}
    assert told(found) == {"why: “weather” is no label of why": (1, (1,))}


def test_nothing_to_measure_is_told_with_its_reasons(tmp_path: Path) -> None:
    path = put(tmp_path, "text,sentiment\n,negative\nlate,\n")

    found = problems(path)

    assert found[0] == "nothing in this file can be measured"
    assert "no text: 1 rows" in found


@pytest.mark.parametrize("content", [b"", b"   \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told(tmp_path: Path, content: bytes) -> None:
    assert "nothing to read" in problems(put(tmp_path, content))[0]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in problems(tmp_path / "none.csv")[0]


def test_a_list_that_is_cut_off_is_told(tmp_path: Path) -> None:
    assert "JSON list" in problems(put(tmp_path, '[{"text": "a"', "cut.json"))[0]


def test_a_row_with_too_many_cells_is_told_and_one_with_too_few_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, "text,label,lang\nlate, again,negative,en\nfine,positive\n")

    found = read(path, known=KNOWN)

    assert found[0] == Bad(2, "more cells than the first line has names (3)")
    assert found[1] == Record(3, {"text": "fine", "label": "positive"})


def test_a_quotation_mark_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    rows = "".join(f"post {n},negative\n" for n in range(MOST_LINES + 50))
    path = put(tmp_path, f'text,label\n"never closed,negative\n{rows}')

    found = read(path, known=KNOWN)

    assert found[0] == Bad(2, "a quotation mark that is never closed")
    assert found[1] == Record(3, {"text": "post 0", "label": "negative"})
    assert len(found) == MOST_LINES + 51


def test_lines_of_an_old_macintosh_are_lines(tmp_path: Path) -> None:
    assert [row.line for row in read(put(tmp_path, "text,label\rlate,neg\rfine,pos\r"), known=KNOWN)] == [2, 3]


def test_what_cannot_be_encoded_is_shown_as_a_question_mark(tmp_path: Path) -> None:
    path = put(tmp_path, '{"text": "half \\ud83d", "label": "neg"}\n', "posts.jsonl")

    assert read_labelled(path, PLAIN).samples[0].text == "half ?"


def test_a_language_steers_no_terminal(tmp_path: Path) -> None:
    path = lines(
        tmp_path, {"text": "a", "label": "neg", "lang": "\x1b[31men"}, {"text": "a", "label": "neg", "lang": 7}
    )

    assert [one.lang for one in read_labelled(path, PLAIN).samples] == ["31men", None]


FEARLESS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
tables = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(str.encode),
    st.lists(st.text(alphabet='ab,;\t|"\n\r{}[]:1\u2028é\x00', max_size=40), max_size=12).map(
        lambda rows: ("text,label\n" + "\n".join(rows)).encode()
    ),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "label", "why"]), inner),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
)


@FEARLESS
@given(tables, st.sampled_from(["posts.csv", "posts.jsonl"]))
def test_no_file_at_all_breaks_the_reading(tmp_path: Path, content: bytes, name: str) -> None:
    try:
        found = read_labelled(put(tmp_path, content, name), PLAIN)
    except ConfigError:
        return
    assert found.samples
    assert found.rows == len(found.samples) + sum(each.count for each in found.left_out)
