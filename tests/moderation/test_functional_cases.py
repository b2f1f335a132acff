"""Functional cases: how they are written down; that those shipped are many, sound, and nowhere to be learned from."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import pytest

from domain.errors import ConfigError
from moderation.measure.functional import (
    CAPABILITIES,
    COLUMNS,
    MEASURES,
    Case,
    Label,
    Order,
    Same,
    load,
    parse,
    parse_must,
)
from moderation.measure.heads import LABELS
from tests.moderation.conftest import corpus

HEAD = "\t".join(COLUMNS)
PROMISED = "ar bn de en es fil fr hi id it ja km ko lo my nl pl pt ru ta th tr uk vi zh"
LANGUAGES = frozenset(PROMISED.split())
ABILITIES, EACH = 12, 2  # every language is tried for so many abilities, with so many cases each
ENGLISH, ENGLISH_EACH = 180, 10
GRAM = 4  # letters
NEAR = 0.4  # of the grams of both in common: most of the words are the same


def read(*rows: str, lang: str = "xx") -> list[Case]:
    return parse(lang, [HEAD, *(row.replace("|", "\t") for row in rows)])


def problems(*rows: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read(*rows)
    return caught.value.problems


def grams(text: str) -> set[str]:
    """Take a text's runs of letters and figures apart: neither case, blanks nor signs tell two posts apart."""
    plain = "".join(letter for letter in text.casefold() if unicodedata.category(letter)[0] not in "PZC")
    return {plain[at : at + GRAM] for at in range(max(1, len(plain) - GRAM + 1))}


def nearest(cases: Iterable[Case], posts: Iterable[Mapping[str, str]]) -> dict[str, tuple[float, str]]:
    """Find for each case the post of its language that shares most: case -> (share of the grams of both, the post)."""
    known = [(post["lang"], post["text"], grams(post["text"])) for post in posts]
    where = defaultdict(list)
    for at, (lang, _, parts) in enumerate(known):
        for part in parts:
            where[lang, part].append(at)
    found = {}
    for case in cases:
        own = grams(case.text)
        shared = Counter(at for part in own for at in where[case.lang, part])
        shares = [(count / (len(own) + len(known[at][2]) - count), known[at][1]) for at, count in shared.items()]
        found[case.id] = max(shares, default=(0.0, ""))
    return found


@pytest.mark.parametrize(
    ("text", "must"),
    [
        ("sentiment=negative", Label("sentiment", ("negative",))),
        ("sentiment=negative|neutral", Label("sentiment", ("negative", "neutral"))),
        ("abuse!=none", Label("abuse", ("none",), no=True)),
        ("need!=urgent|complaint", Label("need", ("urgent", "complaint"), no=True)),
        ("why.legal=yes", Label("why.legal", ("yes",))),
        ("negative>xx-sarcasm-1", Order("negative", "xx-sarcasm-1")),
        ("person<xx-polite-2", Order("person", "xx-polite-2", less=True)),
        ("same-as:xx-names-1", Same("xx-names-1")),
    ],
)
def test_each_way_to_say_what_must_hold_is_read(text: str, must: object) -> None:
    assert parse_must(text) == (must,)


def test_several_terms_must_all_hold() -> None:
    found = parse_must("person=yes  abuse=none same-as:xx-a-1")

    assert found == (Label("person", ("yes",)), Label("abuse", ("none",)), Same("xx-a-1"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "says nothing that must hold"),
        ("sentiment", "'sentiment' is none of HEAD=LABEL, MEASURE>ID, same-as:ID"),
        ("sentiment=", "'sentiment=' is none of HEAD=LABEL, MEASURE>ID, same-as:ID"),
        ("mood=negative", f"'mood' is no head; there are {', '.join(LABELS)}"),
        ("sentiment=angry|negative", "sentiment has no label angry"),
        ("anger>xx-a-1", f"'anger' is no measure; there are {', '.join(MEASURES)}"),
        ("same-as:", "'same-as:' is none of HEAD=LABEL, MEASURE>ID, same-as:ID"),
    ],
)
def test_what_is_no_term_is_named(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        parse_must(text)


def test_a_case_is_read_with_its_language() -> None:
    (case,) = read('xx-a-1|negation|person=no|Not "bad", no')

    assert case == Case(
        id="xx-a-1", lang="xx", capability="negation", musts=(Label("person", ("no",)),), text='Not "bad", no'
    )


def test_a_filler_is_no_case_and_is_put_where_a_text_asks_for_it() -> None:
    (case,) = read("xx-long-1|long|person=no|{filler} Help! {filler}", "xx-filler-1|filler|-|La la.")

    assert case.text == "La la. Help! La la."


def test_a_line_break_is_written_as_backslash_n() -> None:
    (case,) = read("xx-a-1|typos|person=no|one\\ntwo")

    assert case.text == "one\ntwo"


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    found = problems(
        "xx-a-1|negation|person=no",
        "yy-a-2|negation|person=no|words",
        "xx-a-3|bravery|person=no|words",
        "xx-a-4|negation|person=maybe|words",
        "xx-a-5|negation|person=no| ",
        "xx-a-6|long|person=no|{filler}",
        "xx-a-7|names|same-as:xx-a-9|words",
        "xx-a-7|names|same-as:xx-a-7|words",
    )

    assert found == (
        "xx.tsv: line 2: 3 cells instead of 4",
        "xx.tsv: line 3: the id 'yy-a-2' must begin with xx-",
        f"xx.tsv: line 4: 'bravery' is no capability; there are {', '.join(CAPABILITIES)}",
        "xx.tsv: line 5: person has no label maybe",
        "xx.tsv: line 6: the text is missing",
        "xx.tsv: line 7: says {filler}, but the file has no row with the capability filler",
        "xx.tsv: the id xx-a-7 stands twice",
        "xx.tsv: xx-a-7: there is no other case xx-a-9",
        "xx.tsv: xx-a-7: there is no other case xx-a-7",
    )


@pytest.mark.parametrize("lines", [[], ["id\ttext"], ["id capability must text"]])
def test_a_file_without_its_columns_is_no_file_of_cases(lines: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"xx\.tsv: the first line must be id capability must text"):
        parse("xx", lines)


def test_every_language_is_tried_for_many_abilities() -> None:
    tried = Counter((case.lang, case.capability) for case in load())

    enough = Counter(lang for (lang, _), count in tried.items() if count >= EACH)
    assert {lang for lang, _ in tried} >= LANGUAGES
    assert {lang: enough[lang] for lang in LANGUAGES if enough[lang] < ABILITIES} == {}


def test_english_is_tried_for_every_ability() -> None:
    tried = Counter(case.capability for case in load() if case.lang == "en")

    assert tried.total() >= ENGLISH
    assert {name: tried[name] for name in CAPABILITIES if tried[name] < ENGLISH_EACH} == {}


def test_no_id_and_no_text_stands_twice() -> None:
    cases = load()

    ids, texts = Counter(case.id for case in cases), Counter(case.text for case in cases)

    assert [name for name, count in ids.items() if count > 1] == []
    assert [text for text, count in texts.items() if count > 1] == []


def test_every_kind_of_expectation_is_tried() -> None:
    musts = [must for case in load() for must in case.musts]

    kinds = Counter(type(must) for must in musts)
    heads = {must.head for must in musts if isinstance(must, Label)}

    assert min(kinds[kind] for kind in (Label, Order, Same)) >= len(LANGUAGES)
    assert heads >= {"sentiment", "abuse", "kind", "person", "distress", "need", "why.legal"}


def test_no_case_stands_in_what_the_model_learns_from() -> None:
    near = nearest(load(), corpus())

    assert {name: found for name, found in near.items() if found[0] >= NEAR} == {}


def test_a_post_with_a_word_changed_would_be_found_in_the_corpus() -> None:
    english = [row for row in corpus() if row["lang"] == "en"]
    post = next(row for row in english if len(row["text"].split()) > ABILITIES)
    changed = post["text"].upper().replace(" THE ", " THAT ").rstrip(".") + " !!"
    case = Case(id="en-x-1", lang="en", capability="typos", musts=(), text=changed)

    near = nearest([case], english)

    assert near["en-x-1"][0] >= NEAR
    assert near["en-x-1"][1] == post["text"]
