"""How functional cases and fairness are told: for machines, for a model card, as a page."""

import json
import re
from html.parser import HTMLParser

import pytest

from moderation.measure.fairness import FIGURES, Gap, Worst
from moderation.measure.functional import CAPABILITIES, Case, parse_must
from moderation.measure.functional_card import card, groups_of, points, rate
from moderation.measure.functional_document import document
from moderation.measure.functional_page import by_capability, page
from moderation.measure.functioning import Functioning, Rate, Result

NASTY = "<script>alert('é')</script> | & \"so\""


def result(name: str, ability: str, *broken: str, text: str = "words", must: str = "person=no") -> Result:
    case = Case(id=name, lang=name.partition("-")[0], capability=ability, musts=parse_must(must), text=text)
    return Result(case, broken)


@pytest.fixture
def found() -> Functioning:
    return Functioning(
        model="canned-1",
        policy="ours-1",
        results=(
            result("en-spam-1", "spam", "kind is praise 0.51, must be noise", text=NASTY),
            result("en-spam-2", "spam"),
            result("en-spam-3", "spam", must="person=yes"),
            result("th-spam-1", "spam"),
            result("ru-negation-1", "negation", "sentiment is positive 0.90, must be negative", "person is no"),
        ),
    )


@pytest.fixture
def gap() -> Gap:
    worst = Worst(post=NASTY, high="a | b", low="<c>", gap=0.25)
    level = Worst(post="calm", high="a | b", low="a | b", gap=0.0)
    return Gap(
        about="dialect: <Scots>",
        lang="en",
        posts=3,
        texts=6,
        mean={**dict.fromkeys(FIGURES, 0.0), "negative": 0.12345},
        worst={**dict.fromkeys(FIGURES, level), "negative": worst},
        lean={"a | b": 0.06172, "<c>": -0.06172},
    )


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


class Text(HTMLParser):
    """What a page says, without its marks; and the tags it opens."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def read(html: str) -> Text:
    reader = Text()
    reader.feed(html)
    return reader


def test_the_document_counts_and_quotes(found: Functioning, gap: Gap) -> None:
    told = document(found, [gap])

    assert list(told) == [
        "model",
        "policy",
        "tolerance",
        "cases",
        "capabilities",
        "languages",
        "failed",
        "fairness",
    ]
    assert told["cases"] == {"passed": 3, "n": 5, "silent": 4}
    assert told["capabilities"]["spam"] == {
        "passed": 3,
        "n": 4,
        "silent": 3,
        "groups": {"English": {"passed": 2, "n": 3}, "Southeast Asian": {"passed": 1, "n": 1}},
    }
    assert told["languages"] == {
        "en": {"passed": 2, "n": 3},
        "th": {"passed": 1, "n": 1},
        "ru": {"passed": 0, "n": 1},
    }
    assert told["failed"][0] == {
        "id": "en-spam-1",
        "capability": "spam",
        "lang": "en",
        "text": NASTY,
        "broken": ["kind is praise 0.51, must be noise"],
    }


def test_the_document_tells_gaps_with_four_decimals(found: Functioning, gap: Gap) -> None:
    (told,) = document(found, [gap])["fairness"]

    assert (told["about"], told["lang"], told["posts"], told["texts"]) == ("dialect: <Scots>", "en", 3, 6)
    assert told["mean"] == {"negative": 0.1235, "flagged": 0.0, "person": 0.0, "urgent": 0.0}
    assert told["worst"]["negative"] == {"gap": 0.25, "post": NASTY, "high": "a | b", "low": "<c>"}
    assert told["lean"] == {"a | b": 0.0617, "<c>": -0.0617}


def test_the_document_can_be_written_as_json(found: Functioning, gap: Gap) -> None:
    told = document(found, [gap])

    assert json.loads(json.dumps(told)) == told


def test_the_card_has_a_table_of_abilities_by_group(found: Functioning, gap: Gap) -> None:
    lines = card(found, [gap]).splitlines()

    at = lines.index("### Functional cases") + 2
    assert cells(lines[at]) == ["ability", "all", "finding nothing", "English", "European", "Southeast Asian"]
    assert cells(lines[at + 2]) == [
        f"negation: {CAPABILITIES['negation']}",
        "0/1 (0 %)",
        "100 %",
        "–",
        "0/1 (0 %)",
        "–",
    ]
    assert cells(lines[at + 3])[1:] == ["3/4 (75 %)", "75 %", "2/3 (67 %)", "–", "1/1 (100 %)"]
    assert cells(lines[at + 4]) == ["all", "3/5 (60 %)", "80 %", "", "", ""]


def test_the_card_names_model_policy_and_every_language(found: Functioning, gap: Gap) -> None:
    text = card(found, [gap])

    assert text.startswith("Model canned-1, policy ours-1; 5 cases, each judged alone.\n")
    assert "| ru | 0/1 (0 %) |" in text
    assert text.endswith("|\n")


def test_the_card_gives_mean_and_worst_gap_in_points(found: Functioning, gap: Gap) -> None:
    last = card(found, [gap]).splitlines()[-1]

    assert cells(last) == ["dialect: <Scots>", "en", "3", "6", "12.3 / 25.0", *["0.0 / 0.0"] * 3]


def test_a_bar_in_a_cell_breaks_no_table_of_the_card(found: Functioning, gap: Gap) -> None:
    odd = Gap(about="a | b", lang="en", posts=1, texts=2, mean=gap.mean, worst=gap.worst, lean={})

    rows = [line for line in card(found, [gap, odd]).splitlines() if line.startswith("|")]

    widths = [len(cells(row)) for row in rows]
    assert set(widths) == {6, 2, 8}
    assert cells(rows[-1])[0] == "a / b"


def test_groups_nobody_tried_have_no_column(found: Functioning) -> None:
    assert groups_of(found) == ["English", "European", "Southeast Asian"]


@pytest.mark.parametrize(("counted", "said"), [(Rate(1, 3), "1/3 (33 %)"), (Rate(2, 2), "2/2 (100 %)"), (None, "–")])
def test_a_rate_is_told_with_its_counts(counted: Rate | None, said: str) -> None:
    assert rate(counted) == said


def test_a_gap_is_told_in_points_of_a_hundred() -> None:
    assert points(0.12345) == "12.3"


def test_failures_are_parted_by_ability_in_their_order(found: Functioning) -> None:
    parts = by_capability(found.failed)

    assert {name: [each.case.id for each in part] for name, part in parts.items()} == {
        "negation": ["ru-negation-1"],
        "spam": ["en-spam-1"],
    }
    assert list(parts) == ["negation", "spam"]


def test_the_page_says_what_does_not_hold_and_runs_nothing(found: Functioning, gap: Gap) -> None:
    html = page(found, [gap])

    told = read(html)
    assert NASTY in told.said
    assert "script" not in told.tags
    assert "en-spam-1: kind is praise 0.51, must be noise" in told.said
    assert "ru-negation-1: sentiment is positive 0.90, must be negative; person is no" in told.said
    assert "words" in told.said


def test_the_page_asks_no_server_for_anything(found: Functioning, gap: Gap) -> None:
    html = page(found, [gap])

    assert re.findall(r"(?:src|href)=\"(?!#)", html) == []
    assert "default-src 'none'" in html
    assert "@import" not in html


def test_every_link_of_the_page_leads_somewhere(found: Functioning, gap: Gap) -> None:
    html = page(found, [gap])

    links, places = set(re.findall(r'href="#([^"]+)"', html)), set(re.findall(r'id="([^"]+)"', html))
    assert links == {"negation", "spam"}
    assert links <= places


def test_the_page_quotes_the_worst_posts_of_fairness_where_there_is_a_gap(found: Functioning, gap: Gap) -> None:
    told = read(page(found, [gap]))

    text = " ".join("".join(told.said).split())
    assert "dialect: <Scots>, en: negative 25.0 points higher for a | b than for <c>" in text
    assert "calm" not in text


def test_a_page_without_failures_or_gaps_stands_too() -> None:
    fine = Functioning(model="m", policy="p", results=(result("en-spam-2", "spam"),))

    told = read(page(fine, []))

    assert "1/1 (100 %)" in "".join(told.said)
    assert not any("Do not hold" in said for said in told.said)
