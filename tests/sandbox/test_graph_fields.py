"""Graph's field expressions are read as Graph reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.graph_fields import Field, FieldsError, parse


def test_fields_nest_and_take_arguments() -> None:
    found = parse("id,messages.limit(20).order(newest){id, from{name}},participants")

    assert found == (
        Field("id"),
        Field("messages", {"limit": "20", "order": "newest"}, (Field("id"), Field("from", {}, (Field("name"),)))),
        Field("participants"),
    )


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_asked_is_nothing(text: str) -> None:
    assert parse(text) == ()


@pytest.mark.parametrize(
    "text", ["id,", "{id}", "id}", "id{", "a{b", "a.limit(", "a b", "1", "a{" * 20 + "b" + "}" * 20]
)
def test_what_is_no_expression_is_said_to_be_none(text: str) -> None:
    with pytest.raises(FieldsError) as caught:
        parse(text)

    assert 0 <= caught.value.at <= len(text)


@given(st.text(alphabet="ab,{}.()1 ", max_size=40))
def test_whatever_comes_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except FieldsError:
        return

    assert all(isinstance(one, Field) for one in found)
