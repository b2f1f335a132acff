"""How X reads a text."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.snowflake import Snowflakes, made_at
from sandbox.snowflake import at as lowest_at
from sandbox.x_text import links_in, names_in, show, tags_in, weight


def test_names_tags_and_links_are_found_where_people_put_them() -> None:
    text = ".@NordParcel, @a_b! mail x@y.example #spät #1 https://a.example/x?y=1. (http://b.example)"

    assert names_in(text) == ["nordparcel", "a_b"]
    assert tags_in(text) == ["spät"]
    assert links_in(text) == ["https://a.example/x?y=1", "http://b.example"]


def test_offsets_point_into_the_text_that_is_given() -> None:
    shown = show("<3 @ana & https://a.example/1 https://b.example/2")

    mention, (first, second) = shown.entities["mentions"][0], shown.entities["urls"]
    assert shown.text[mention["start"] : mention["end"]] == "@ana"
    assert shown.text[first["start"] : first["end"]] == first["url"]
    assert [first["expanded_url"], second["expanded_url"]] == ["https://a.example/1", "https://b.example/2"]


@pytest.mark.parametrize(
    ("text", "reply", "weighs"),
    [
        ("abc", False, 3),
        ("日本", False, 4),
        ("@ana @bob hi", True, 2),
        ("@ana hi", False, 7),
        ("see https://a.com/a/very/long/path/indeed", False, 27),
        ("", False, 0),
    ],
)
def test_weight_is_the_networks(text: str, reply: bool, weighs: int) -> None:  # noqa: FBT001 - a table's column
    assert weight(text, reply=reply) == weighs


def test_snowflakes_rise_carry_their_time_and_never_repeat() -> None:
    instant = datetime(2026, 11, 20, 12, 0, 0, 123000, tzinfo=UTC)
    maker = Snowflakes()

    made = [maker.make(instant) for _ in range(4096)]

    assert len(set(made)) == 4096
    assert made == sorted(made)
    assert made_at(made[-1]) == instant
    assert made[-1] < lowest_at(instant + timedelta(milliseconds=1))
    with pytest.raises(ValueError, match="4096"):
        maker.make(instant)
