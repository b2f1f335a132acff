"""X's search language."""

import pytest

from sandbox.x_query import QueryError, Searched, parse


def finds(query: str, text: str, **more: object) -> bool:
    return parse(query)(Searched(text=text, author="ana", **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("parcel", "My PARCEL is lost", True),
        ("parcel", "my parcels are lost", False),
        ("nord parcel", "parcel from the nord", True),
        ('"nord parcel"', "parcel from the nord", False),
        ('"nord parcel"', "the Nord Parcel van", True),
        ("lost OR late", "it is late", True),
        ("lost late", "it is late", False),
        ("(lost OR late) parcel", "late parcel", True),
        ("(lost OR late) parcel", "late box", False),
        ("-lost parcel", "lost parcel", False),
        ("-(lost OR late) parcel", "late parcel", False),
        ("-(lost OR late) parcel", "good parcel", True),
        ('-"nord parcel" parcel', "nord parcel", False),
        ("@NordParcel", "hi @nordparcel!", True),
        ("@NordParcel", "hi @nordparcels", False),
        ("#late", "so #Late", True),
        ("#late", "so late", False),
        ("พัสดุ", "พัสดุของฉันหาย", True),
        ("荷物", "荷物が届かない", True),
        ("café", "CAFÉ", True),
    ],
)
def test_words_phrases_and_groups(query: str, text: str, found: bool) -> None:  # noqa: FBT001 - a table's column
    assert finds(query, text) is found


def test_operators_ask_about_more_than_words() -> None:
    assert finds("from:ana", "x")
    assert not finds("-from:@Ana x", "x")
    assert finds("to:NordParcel", "x", answers="nordparcel")
    assert finds("lang:th", "x", lang="th")
    assert finds("is:retweet", "x", is_repost=True)
    assert finds("x -is:retweet -is:reply -is:quote", "x")
    assert not finds("x -is:reply", "x", is_reply=True)
    assert finds("has:links", "see https://a.example")
    assert not finds("has:mentions", "nobody")


@pytest.mark.parametrize(
    "query", ["", "   ", '"open', "(a", "a)", "OR a", "a OR", "()", "near:here", "is:nice", "from:"]
)
def test_what_cannot_be_read_is_said(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query)
