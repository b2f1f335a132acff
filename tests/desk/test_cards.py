"""Cards as Slack shows them: any card at all stays within the limits, and nobody's words are parsed."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from desk import choices, phrases
from desk.cards import BLOCKS, BUDGET, HEADER, SECTION, Blocks, Shown, blocks, escape, person, plain, size, summary
from domain.cards import Card, CardKind

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOSTILE = (
    "<!channel> <@U024BE7LH> <https://evil.example|your bank> *bold* _it_ ~no~ `code` ```x``` & &lt; :smile: @here"
)

ANA = Card(
    kind=CardKind.CASE,
    headline="Threat against staff (0.91)",
    quote="third day without my parcel\nI know where you work",
    case_id=41,
    need="urgent",
    priority=0,
    channel="x",
    author="_ana_",
    lang="lo",
    sentiment="negative",
    sentiment_p=0.93,
    abuse="threat",
    followers=12300,
    nth=3,
    heard_at=NOON,
    due_at=NOON + timedelta(minutes=15),
    link="https://x.com/ana/status/1",
    facts=("order: […13]",),
)

# half characters come in through broken clients, so they are among "any text"
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.text(st.sampled_from('"\\<>&*_~`|!@#\n\u202e\u2066\u0000\ud83d😀 '), max_size=30),
    st.just(HOSTILE),
    st.sampled_from(['"', "\\", "😀", "\n", "\u0301", "<"]).map(lambda character: character * 100_000),
)
MOMENTS = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def any_card(draw: st.DrawFn) -> Card:
    """Make any card at all, from a few texts: drawing one for each field takes minutes."""
    texts = st.sampled_from([draw(TEXTS) for _ in range(3)])
    return Card(
        kind=draw(st.sampled_from(CardKind)),
        headline=draw(texts),
        text=draw(texts),
        quote=draw(texts),
        case_id=draw(st.none() | st.integers(0, 2**63)),
        need=draw(texts | st.just("urgent")),
        priority=draw(st.integers(-3, 9)),
        channel=draw(texts | st.just("x")),
        author=draw(texts),
        lang=draw(texts | st.sampled_from(["lo", "und", "zh-Hant"])),
        sentiment=draw(texts | st.just("negative")),
        sentiment_p=draw(st.none() | st.floats(-2, 2)),
        abuse=draw(texts),
        followers=draw(st.none() | st.integers(-1, 10**12)),
        nth=draw(st.integers(-1, 10**6)),
        heard_at=draw(MOMENTS),
        due_at=draw(MOMENTS),
        link=draw(texts | st.just("https://x.com/ana/status/1")),
        facts=tuple(draw(texts) for _ in range(draw(st.sampled_from([0, 1, 40])))),
        also=tuple(draw(texts) for _ in range(draw(st.sampled_from([0, 1, 40])))),
        count=draw(st.none() | st.integers(0, 10**9)),
        remedy=draw(texts),
    )


PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)  # to explain traces each line: minutes
SHOWN = st.builds(
    Shown,
    state=st.sampled_from(["open", "waiting", "resolved", "dismissed"]),
    holder=TEXTS | st.just("person:U024BE7LH") | st.just(""),
    by=TEXTS,
    at=MOMENTS,
)


def leaves(node: Any, kind: str = "") -> Iterator[tuple[str, str]]:
    """Walk every string of the blocks with the type of the object that holds it."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str):
                yield f"{node.get('type', kind)}.{name}", value
            else:
                yield from leaves(value, node.get("type", kind))
    elif isinstance(node, list):
        for item in node:
            yield from leaves(item, kind)


def texts(laid: Blocks) -> str:
    return "\n".join(value for name, value in leaves(laid) if name.endswith(".text"))


def buttons(laid: Blocks) -> dict[str, dict[str, Any]]:
    return {button["action_id"]: button for block in laid if block["type"] == "actions" for button in block["elements"]}


@settings(max_examples=60, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(card=any_card(), shown=SHOWN)
@example(card=replace(ANA, headline='"' * 100_000, text="\\" * 100_000, quote='"' * 100_000), shown=Shown())
@example(
    card=replace(ANA, facts=('"' * 1000,) * 99, remedy='"' * 9999, link="https://x.com/" + '"' * 2980), shown=Shown()
)
@example(card=Card(kind=CardKind.CASE, headline="\u200b"), shown=Shown())
@example(card=replace(ANA, also=("&" * 1000,) * 9), shown=Shown())
@example(card=replace(ANA, also=("\u200b",)), shown=Shown())
def test_any_card_stays_within_slacks_limits(card: Card, shown: Shown) -> None:
    laid = blocks(card, shown)

    assert 1 <= len(laid) <= BLOCKS
    assert size(laid) <= BUDGET
    for block in laid:
        Block.parse(block).to_dict()  # type: ignore[union-attr]  # the library's own validators
        if block["type"] == "header":
            assert 1 <= phrases.units(block["text"]["text"]) <= HEADER
        if block["type"] == "section":
            assert 1 <= phrases.units(block["text"]["text"]) <= SECTION
        if block["type"] == "context":
            assert all(1 <= phrases.units(element["text"]) <= SECTION for element in block["elements"])
    assert all(value for name, value in leaves(laid) if name.endswith(".text"))
    json.dumps(laid).encode()
    assert 1 <= len(summary(card, shown)) <= 40_000
    summary(card, shown).encode()


OURS = re.compile(r"<(?:!date\^-?\d+\^[{}a-z_ ]+\|[^<>|]*|@[UW][A-Z0-9]+)>")


@settings(max_examples=60, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(card=any_card(), shown=SHOWN)
def test_nothing_parsed_holds_a_control_sequence_that_is_not_ours(card: Card, shown: Shown) -> None:
    laid = blocks(card, shown)

    parsed = [value for name, value in leaves(laid) if name == "mrkdwn.text"]
    for text in [*parsed, summary(card, shown)]:
        rest = OURS.sub("", text)
        assert "<" not in rest
        assert ">" not in rest
        assert not re.search(r"&(?!amp;|lt;|gt;)", rest)


@settings(max_examples=50, deadline=None, phases=PHASES)
@given(words=TEXTS)
def test_the_formatting_marks_of_others_mean_nothing_in_a_notification(words: str) -> None:
    said = summary(Card(kind=CardKind.CASE, headline="Complaint", quote=words, author=words))

    assert not re.search(r"[*_~`]", said)


def test_a_customers_words_stand_only_where_slack_parses_nothing() -> None:
    laid = blocks(replace(ANA, quote=HOSTILE, author=HOSTILE, facts=(HOSTILE,), text=HOSTILE, remedy=HOSTILE))

    holders = {name for name, value in leaves(laid) if "!channel" in value}
    assert holders == {"text.text"}
    quote = next(e for b in laid if b["type"] == "rich_text" for e in b["elements"] if e["type"] == "rich_text_quote")
    assert quote["elements"] == [{"type": "text", "text": HOSTILE}]


def test_the_reason_comes_first_and_everything_a_person_needs_follows() -> None:
    laid = blocks(ANA)

    assert laid[0]["text"] == {"type": "plain_text", "text": "Threat against staff (0.91)", "emoji": False}
    said = texts(laid)
    for piece in (
        "@_ana_",
        " on X · 12,300 followers · 3rd complaint in 30 days",
        "third day without my parcel",
        "‼ urgent · 🙁 negative 93 % ▰▰▰▰▱ · abuse: threat · Lao",
        "order: […13]",
        "*First answer by* <!date^1795176900^{date_short_pretty} {time}|20 Nov 12:15 UTC>",
    ):
        assert piece in said


def test_a_fresh_case_can_be_taken_put_down_or_opened() -> None:
    found = buttons(blocks(ANA))

    assert list(found) == ["case.take", "case.not-urgent", "case.judged", "open"]
    assert found["case.take"]["value"] == found["case.not-urgent"]["value"] == "41"
    assert found["open"]["url"] == "https://x.com/ana/status/1"
    assert found["open"]["text"]["text"] == "Open on X"


def test_a_taken_case_says_by_whom_since_when_and_offers_the_next_steps() -> None:
    shown = Shown(holder="person:U024BE7LH", at=NOON)

    laid = blocks(ANA, shown)

    assert "✋ Taken by <@U024BE7LH> <!date^1795176000^" in texts(laid)
    assert "First answer by" in texts(laid)
    assert list(buttons(laid)) == ["case.resolve", "case.release", "case.judged", "open"]
    assert summary(ANA, shown).startswith("✋ Taken by <@U024BE7LH>")


@pytest.mark.parametrize(
    ("state", "words"), [("resolved", "✅ Resolved by <@U1A>"), ("dismissed", "☑ Needs nobody, says <@U1A>")]
)
def test_a_closed_case_has_no_clock_and_no_buttons_but_the_link(state: str, words: str) -> None:
    laid = blocks(ANA, Shown(state=state, by="person:U1A", at=NOON))

    assert words in texts(laid)
    assert "First answer by" not in texts(laid)
    assert list(buttons(laid)) == ["open"]


def test_somebody_without_a_slack_account_is_named_in_plain_words() -> None:
    assert person("person:U024BE7LH") == "<@U024BE7LH>"
    assert person("person:<!channel>") == "&lt;!channel&gt;"
    assert person("person:maria *") == "maria ∗"
    assert person("") == "somebody"


def test_news_in_a_thread_is_quiet_and_carries_no_case_buttons() -> None:
    laid = blocks(replace(ANA, kind=CardKind.NEWS))

    assert "header" not in {block["type"] for block in laid}
    assert list(buttons(laid)) == ["open"]


def test_a_storm_says_how_many() -> None:
    laid = blocks(Card(kind=CardKind.INCIDENT, headline="12 cases in 3 minutes", count=1204, channel="x"))

    assert "1,204 cases so far" in texts(laid)
    assert not buttons(laid)


def test_a_health_card_says_what_to_do_with_commands_as_code() -> None:
    laid = blocks(Card(kind=CardKind.HEALTH, headline="x: cannot hear", remedy="Run `sottovoce check`.", channel="x"))

    section = laid[-1]["elements"][0]["elements"]
    assert [part["text"] for part in section] == ["What to do: ", "Run ", "sottovoce check", "."]
    assert section[2]["style"] == {"code": True}


def test_a_clock_card_can_be_taken() -> None:
    laid = blocks(Card(kind=CardKind.CLOCK, headline="First answer due in 4 min", case_id=7, due_at=NOON))

    assert list(buttons(laid)) == ["case.take", "case.not-urgent", "case.judged"]


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "https://", "//x.com", "https://x.com/a b", "https://x.com/\n", "http://[", "x" * 4000],
)
def test_a_link_that_is_none_makes_no_button(link: str) -> None:
    assert "open" not in buttons(blocks(replace(ANA, link=link)))


def test_what_does_not_fit_is_cut_where_it_shows() -> None:
    laid = blocks(replace(ANA, quote="ක" * 100_000, facts=tuple(f"fact {n}" for n in range(40))))

    assert "…" in texts(laid)
    assert "and 28 more" in texts(laid)


def test_turned_reading_order_and_half_characters_are_taken_out() -> None:
    assert phrases.clean("a\u202eb\u2066c\ud83dd\x00e\u200fא", 50) == "abcde\u200fא"


def test_a_cut_never_splits_a_character() -> None:
    assert phrases.clean("😀" * 10, 6) == "😀😀…"
    assert phrases.clean("😀" * 3, 6) == "😀" * 3


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (22, "22nd"), (111, "111th")],
)
def test_ordinals(number: int, written: str) -> None:
    assert phrases.ordinal(number) == written


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("lo", "Lao"),
        ("km", "Khmer"),
        ("ta", "Tamil"),
        ("fil", "Filipino"),
        ("und", "language unknown"),
        ("", ""),
        ("qqx", "qqx"),
    ],
)
def test_languages_by_name(code: str, name: str) -> None:
    assert phrases.language(code) == name


def test_a_mood_needs_no_colour() -> None:
    sure = replace(ANA, sentiment="positive", sentiment_p=1.0)

    assert phrases.mood(sure) == "🙂 positive 100 % ▰▰▰▰▰"
    assert phrases.mood(replace(sure, sentiment_p=None)) == "🙂 positive"
    assert phrases.mood(replace(sure, sentiment="")) == ""


def test_a_question_asks_twice_only_before_what_a_customer_could_read_twice() -> None:
    offered = choices.offered(choices.offer(choices.DOUBT, 7, 2))

    found = buttons(blocks(replace(ANA, kind=CardKind.NEWS, link=""), choices=offered))

    assert list(found) == ["doubt.there", "doubt.again", "doubt.leave"]
    assert [name for name, button in found.items() if "confirm" in button] == ["doubt.again"]


@pytest.mark.parametrize(
    ("value", "read"), [("7.2", (7, 2)), ("7", None), ("7.", None), ("7.2.1", None), ("٧.٢", None), ("9" * 50, None)]
)
def test_only_a_value_of_ours_is_read_back(value: str, read: tuple[int, int] | None) -> None:
    assert choices.decided(value) == read


def test_escaping_is_slacks_own() -> None:
    assert escape("a & b < c > d &amp;") == "a &amp; b &lt; c &gt; d &amp;amp;"
    assert plain("*<@U1>*") == "∗&lt;@U1&gt;∗"


def test_what_else_there_is_of_the_customer_is_told_with_who_holds_it_by_mention() -> None:
    also = ("Also on Facebook: 2 cases, the last on 14 Nov 2026", "Case 7 on Facebook is held by person:U024BE7LH")

    said = texts(blocks(replace(ANA, also=also)))

    assert also[0] in said
    assert "Case 7 on Facebook is held by <@U024BE7LH>" in said


def test_nothing_is_parsed_in_what_else_there_is() -> None:
    said = texts(blocks(replace(ANA, quote="", also=(HOSTILE, f"Case 7 is held by person:{HOSTILE}"))))

    for parsed in ("<!channel>", "<@U024BE7LH>", "<https://evil.example", "*bold*"):
        assert parsed not in said
