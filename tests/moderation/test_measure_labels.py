import pytest

from moderation.measure import labels
from moderation.measure.heads import EXCLUSIVE, LABELS, REASONS
from moderation.measure.labels import ANY, LEFT_OUT


@pytest.mark.parametrize(
    ("head", "value", "label"),
    [
        ("sentiment", "NEGATIVE", "negative"),
        ("sentiment", " Neg ", "negative"),
        ("sentiment", "Positif", "positive"),
        ("sentiment", "very_negative", "negative"),
        ("abuse", "Not-Offensive", "none"),
        ("abuse", "hate_speech", "hateful"),
        ("kind", "Complaint", "complaint"),
        ("kind", "spam", "noise"),
        ("need", "urgent", "urgent"),
        ("person", True, "yes"),
        ("person", 0, "no"),
        ("distress", "1.0", "yes"),
        ("abusive", "not_hate", "no"),
        ("why.money", "TRUE", "yes"),
        ("sentiment", "mixed", None),
        ("sentiment", "1", None),
        ("abuse", "0", None),
    ],
)
def test_usual_names_of_labels_are_known_and_codes_are_not_guessed(head: str, value: object, label: str | None) -> None:
    assert labels.head_value(head, value, {}) == label


@pytest.mark.parametrize("head", LABELS)
def test_every_label_is_known_by_its_own_name(head: str) -> None:
    assert [labels.head_value(head, label.upper(), {}) for label in LABELS[head]] == list(LABELS[head])


def test_what_the_owner_says_goes_before_what_is_usual() -> None:
    maps = {("sentiment", "complaint"): "negative", (ANY, "neutral"): "positive", (ANY, "mixed"): LEFT_OUT}

    assert labels.head_value("sentiment", "Complaint", maps) == "negative"
    assert labels.head_value("kind", "Complaint", maps) == "complaint"
    assert labels.head_value("sentiment", "neutral", maps) == "positive"
    assert labels.head_value("sentiment", "mixed", maps) == LEFT_OUT


def test_a_mapping_to_another_heads_label_leaves_a_head_as_it_is() -> None:
    assert labels.head_value("kind", "question", {(ANY, "question"): "neutral"}) == "question"


def test_minus_one_makes_zero_and_one_plain() -> None:
    assert labels.is_signed(["-1", "0", "1.0"])
    assert not labels.is_signed(["0", "1"])
    assert not labels.is_signed(["-1", "0", "2"])
    assert [labels.head_value("sentiment", code, {}, signed=True) for code in (-1, 0, 1)] == list(
        EXCLUSIVE["sentiment"]
    )
    assert labels.head_value("abuse", "1", {}, signed=True) is None


def test_numbers_are_asked_about_until_each_is_explained() -> None:
    codes = ["0", "2", "4", "4"]

    assert labels.unmapped_codes("sentiment", codes, {}) == ["0", "2", "4"]
    assert labels.unmapped_codes("sentiment", codes, {(ANY, "0"): "negative", (ANY, "2"): LEFT_OUT}) == ["4"]
    assert labels.unmapped_codes("person", ["0", "1"], {}) == []
    assert labels.unmapped_codes(None, ["0", "1"], {}) == ["0", "1"]


def test_one_number_among_many_words_is_an_unknown_label_and_no_question() -> None:
    assert labels.unmapped_codes("sentiment", ["negative"] * 9 + ["3"], {}) == []


@pytest.mark.parametrize(
    ("values", "head"),
    [
        (["negative", "neutral", "positive"], "sentiment"),
        (["offensive", "not-offensive"], "abuse"),
        (["complaint", "question", "other"], "kind"),
        (["geography", "sports"], None),
        (["none", "none"], None),  # of sentiment, or of abuse
        (["negative", "x", "y", "z"], None),
        (["", ""], None),
        ([], None),
    ],
)
def test_a_column_is_taken_for_the_head_its_values_are_labels_of(values: list[str], head: str | None) -> None:
    assert labels.head_of_values(values, {}) == head


def test_a_mapping_helps_to_tell_the_head() -> None:
    assert labels.head_of_values(["0", "1"], {(ANY, "0"): "negative", (ANY, "1"): "positive"}) == "sentiment"


def test_reasons_are_read_as_a_list_and_as_text() -> None:
    found, unknown = labels.reasons(["money", "Access"], {})

    assert unknown == []
    assert found == labels.reasons("money, access", {})[0] == labels.reasons("MONEY|access", {})[0]
    assert [reason for reason in REASONS if found[f"why.{reason}"] == "yes"] == ["money", "access"]


def test_no_reason_is_an_answer_too() -> None:
    assert set(labels.reasons([], {})[0].values()) == {"no"}
    assert labels.reasons("-", {}) == labels.reasons("none", {}) == labels.reasons("", {})


def test_reasons_are_mapped_left_out_or_told() -> None:
    maps = {("why", "refund"): "money", (ANY, "chat"): LEFT_OUT}

    found, unknown = labels.reasons("refund, chat, weather", maps)

    assert found["why.money"] == "yes"
    assert unknown == ["weather"]


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("airline_sentiment", "sentiment"),
        ("Needs a Person", "person"),
        ("reasons", "why"),
        ("is_toxic", "abusive"),
        ("why.money", "why.money"),
        ("author", None),
        ("label", None),
    ],
)
def test_a_columns_name_may_tell_its_head(name: str, head: str | None) -> None:
    assert labels.head_of_column(name) == head


def test_names_are_compared_without_what_cannot_be_seen() -> None:
    assert labels.plain("\ufeff Full_Text\x1b[31m") == "full text[31m"
    assert labels.plain("not -- offensive") == "not offensive"
    assert labels.plain(-1) == "-1"
    assert labels.plain("+2.0") == "2"
