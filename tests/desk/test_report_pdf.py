"""The report's document: what a reader of PDF finds in it again."""

import io
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from desk import phrases
from desk.report import charts_words, pdf
from desk.report.values import Report
from tests.desk import report_samples as samples
from tests.desk.test_report_charts import EVERY, SAMPLES


@pytest.fixture(scope="module")
def usual() -> PdfReader:
    return opened(samples.USUAL)


def opened(report: Report) -> PdfReader:
    return PdfReader(io.BytesIO(pdf.pdf(report)), strict=True)


def text_of(document: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in document.pages)


def bare(text: str) -> str:
    """Leave letters and digits alone: spaces, line ends and marks of direction are the layout's."""
    kept = unicodedata.normalize("NFKC", text)
    return "".join(character for character in kept if unicodedata.category(character)[0] in "LMN")


def tree(node: Any) -> list[DictionaryObject]:
    """List the elements of a document's structure tree."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, list):
        return [found for child in node for found in tree(child)]
    if not isinstance(node, DictionaryObject):
        return []
    return [node, *tree(node.get("/K", []))]


@EVERY
def test_every_document_opens_and_is_the_same_each_time(report: Report) -> None:
    made = pdf.pdf(report)

    assert made.startswith(b"%PDF-1.7")
    assert len(made) < 400_000
    assert 1 <= len(PdfReader(io.BytesIO(made), strict=True).pages) <= 12
    assert made == pdf.pdf(report)


def test_it_says_what_it_is_in_which_language_and_not_when_it_was_made(usual: PdfReader) -> None:
    about = usual.metadata

    assert about is not None
    assert about.title == "Nord Parcel, week 46 of 2026"
    assert about.author == "Nord Parcel"
    assert about.creation_date is None
    root: Any = usual.trailer["/Root"]
    assert root["/Lang"] == "en"


def test_it_is_tagged_for_those_who_listen(usual: PdfReader) -> None:
    root: Any = usual.trailer["/Root"]
    kinds = [element.get("/S") for element in tree(root["/StructTreeRoot"]["/K"])]

    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert kinds.count("/H1") + kinds.count("/H2") >= 10
    assert {"/Table", "/TH", "/TD", "/Figure"} <= set(kinds)


def test_its_charts_tell_their_finding_in_words(usual: PdfReader) -> None:
    root: Any = usual.trailer["/Root"]
    told = [str(element["/Alt"]) for element in tree(root["/StructTreeRoot"]["/K"]) if "/Alt" in element]

    for name in ("days", "pains", "answers", "groups", "funnel"):
        assert charts_words.alt(name, samples.USUAL) in told


def quotes_in(lang: str) -> list[str]:
    return [quote.text for pain in samples.USUAL.pains for quote in pain.quotes if quote.lang == lang]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_words_of_customers_can_be_selected(usual: PdfReader, lang: str) -> None:
    found = bare(text_of(usual))

    assert quotes_in(lang)
    for text in quotes_in(lang):
        assert bare(text) in found


@pytest.mark.parametrize("lang", ["th", "lo", "km", "ta"])
def test_no_letter_is_lost_where_one_drawn_sign_stands_for_several(usual: PdfReader, lang: str) -> None:
    """Readers of PDF that know no replacement texts give marks twice, or before their letter; none may be missing."""
    lines = [bare(line) for line in text_of(usual).splitlines()]

    assert quotes_in(lang)
    for text in quotes_in(lang):
        wanted = bare(text)
        near = ["".join(lines[index : index + 2]) for index in range(len(lines))]
        assert any(Counter(wanted) <= Counter(found) and len(found) < 4 * len(wanted) for found in near), lang


@EVERY
def test_the_exact_words_of_everybody_are_attached_as_text(report: Report) -> None:
    attached = opened(report).attachments

    assert list(attached) == ["report.txt"]
    text = attached["report.txt"][0].decode()
    for pain in report.pains:
        for quote in pain.quotes:
            assert bare(phrases.clean(quote.text, 600)) in bare(text)
    assert "THE BOT’S OWN RECORD" in text


def test_arabic_can_be_selected_whichever_way_a_reader_orders_it(usual: PdfReader) -> None:
    found = bare(text_of(usual))
    (text,) = quotes_in("ar")

    for word in text.split():
        letters = bare(word)
        assert letters in found or letters[::-1] in found, word


def test_every_figure_of_the_first_page_is_on_it(usual: PdfReader) -> None:
    text = usual.pages[0].extract_text()

    for told in (*samples.USUAL.sentences, "412", "36 %", "up from 350", "87 %"):
        assert bare(told) in bare(text)


def test_every_section_is_in_it(usual: PdfReader) -> None:
    text = bare(text_of(usual))

    for title in (
        "What got worse and better",
        "Pain points",
        "Incidents",
        "Volume and sentiment",
        "Channels and languages",
        "Praise worth sharing",
        "Answer times",
        "From public to private",
        "Resolution and effort",
        "Still open",
        "Abuse",
        "What we listened to",
    ):
        assert bare(title) in text


@EVERY
def test_links_go_to_the_web_only_and_nothing_runs(report: Report) -> None:
    document = opened(report)
    raw = pdf.pdf(report)

    for page in document.pages:
        for note in page.get("/Annots", []):
            action = note.get_object()["/A"]
            assert action["/S"] == "/URI"
            assert str(action["/URI"]).startswith("https://")
    assert not re.search(rb"/JavaScript|/JS\b|/Launch", raw)


def test_every_font_is_in_the_file(usual: PdfReader) -> None:
    resources: list[Any] = [page["/Resources"] for page in usual.pages]
    fonts = {font.get_object()["/BaseFont"] for one in resources for font in one["/Font"].values()}

    assert all(re.match(r"/[A-Z]{6}\+Noto", name) for name in fonts)
    for script in ("Thai", "Lao", "Khmer", "Tamil", "Arabic", "CJK"):
        assert any(script in name for name in fonts), script


def test_hostile_words_are_words() -> None:
    text = text_of(opened(samples.hostile()))

    assert "<script>alert(1)</script>" in text
    assert "javascript:" not in text
    assert "#values" not in text


def test_nothing_runs_out_of_the_page() -> None:
    for report in SAMPLES.values():
        for page in opened(report).pages:
            places: list[float] = []

            def visit(_text: str, _cm: object, matrix: list[float], _font: object, _size: object) -> None:
                places.append(matrix[4])  # noqa: B023 (called before the next page)

            page.extract_text(visitor_text=visit)
            assert all(-1 <= x <= 596 for x in places)


def test_signs_that_no_font_holds_are_boxes() -> None:
    told = tuple(replace(group, label="𒀀 odd", key="odd") for group in samples.LANGUAGES[3:4])  # the most negative
    odd = replace(samples.USUAL, brand="Nord 𒀀 Parcel", languages=told, revised="𒀀", notes=("𒀀",), sentences=("𒀀",) * 3)

    text = text_of(opened(odd))

    assert bare("Nord Parcel week 46") in bare(text)
    assert "𒀀" not in text


def test_a_letter_of_the_alphabet_is_never_a_box() -> None:
    for report in (samples.USUAL, samples.first(), samples.storm()):
        assert "□" not in text_of(opened(report))
