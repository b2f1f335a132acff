"""Every row of Meta's refusals, through facebook-sdk over HTTP."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.graph_endpoints import REPLY as REPLY_EDGE
from channels.graph_errors import Asked, read_problem, refusal, rule_for
from channels.graph_rules import RULES
from channels.http import Answer
from domain.errors import Pause, Refused, Scope, SottovoceError, Unavailable, Uncertain
from domain.sending import Look, PostRef, Standing
from tests.channels.meta import (
    BAN,
    DELETE,
    HEAR,
    HIDE,
    LIKE,
    LOOK,
    PRIVATELY,
    REPLY,
    SECRETS,
    SEND,
    a_page,
    an_account,
    does,
    error,
)
from tests.channels.wire import Behaviour, Wire, drops, hangs, resets, sends
from tests.conftest import NOON


@dataclass(frozen=True)
class Row:
    """One thing Meta may say, and what it is to us."""

    name: str
    status: int
    body: Any
    act: str
    becomes: type[SottovoceError]
    expect: dict[str, Any] = field(default_factory=dict)
    says: str = ""  # in the reason or the remedy


ITEM, SENDING, ACCOUNT = {"scope": Scope.ITEM}, {"scope": Scope.SENDING}, {"scope": Scope.ACCOUNT}
RATE = {"pause": Pause.RATE}
HTML = b"<html><head><title>502 Bad Gateway</title></head></html>"
SHUT = {"rule": "graph.window-shut", **ITEM}
GONE = {"rule": "graph.gone", "gone": True, **ITEM}
LOST = {"rule": "graph.no-permission", **ITEM}
TOKENS = {
    458: ("graph.app-removed", "Add the app again"),
    459: ("graph.checkpoint", "Sign in at facebook.com"),
    460: ("graph.password-changed", "new token"),
    463: ("graph.token-expired", "new token"),
    464: ("graph.checkpoint", "Sign in at facebook.com"),
    467: ("graph.token-expired", "new token"),
    None: ("graph.signed-out", "new token"),
}
THROTTLES = (4, 17, 32, 613, 341, 80001, 80002, 80006)
TOO_MUCH = "Please reduce the amount of data you're asking for, then retry your request"
MISSING = "(#100) Object does not exist, cannot be loaded due to missing permission or reviewable feature"
WRITES = (REPLY, SEND, PRIVATELY)

ROWS = [
    *(Row(f"{code}, hearing", 500, error(code), HEAR, Unavailable, {"pause": Pause.OUTAGE}) for code in (1, 2)),
    *(Row(f"{code}, {act}", 400, error(code), act, Uncertain) for code in (1, 2) for act in WRITES),
    Row("transient, hearing", 400, error(10, is_transient=True), HEAR, Unavailable),
    Row("transient, replying", 400, error(999, is_transient=True), REPLY, Uncertain),
    *(Row(f"throttled {code}, hearing", 400, error(code), HEAR, Unavailable, RATE) for code in THROTTLES),
    *(Row(f"{code}, {act}", 403, error(code), act, Unavailable, RATE) for act in WRITES for code in THROTTLES),
    Row("permission 10", 403, error(10), HEAR, Refused, LOST, "pages_read_user_content"),
    Row("permission 10, replying", 403, error(10), REPLY, Refused, LOST, "pages_manage_engagement"),
    Row("permission 200, replying", 403, error(200), REPLY, Refused, LOST, "pages_manage_engagement"),
    Row("permission 230, messaging", 403, error(230), SEND, Refused, LOST, "pages_messaging"),
    Row("permission 299", 403, error(299), PRIVATELY, Refused, LOST, "pages_messaging"),
    Row("capability 3", 400, error(3), HEAR, Refused, LOST, "Advanced Access"),
    Row("permission in a 100", 400, error(100, None, MISSING), HEAR, Refused, LOST, "pages_read_user_content"),
    Row("window shut", 400, error(10, 2018278), SEND, Refused, SHUT, "in public"),
    Row("window shut, in Messenger's older code", 400, error(10, 2018065), SEND, Refused, SHUT),
    Row("window shut, on Instagram", 403, error(10, 2534022), SEND, Refused, SHUT, "Human Agent"),
    Row("page restricted", 400, error(10, 1893063), SEND, Refused, {"rule": "graph.page-restricted", **SENDING}),
    Row("page restricted, replying", 400, error(10, 1893063), REPLY, Refused, SENDING, "Page quality"),
    Row("page restricted, hearing", 400, error(10, 1893063), HEAR, Unavailable),
    Row("invalid parameter", 400, error(100), REPLY, Refused, {"rule": "graph.bad-request", **ITEM}),
    Row("retired tag", 400, error(100, None, "(#100) Invalid tag"), SEND, Refused, {"rule": "graph.bad-request"}),
    Row("unknown path", 400, error(2500), REPLY, Refused, {"rule": "graph.bad-request"}),
    Row("gone, replying", 400, error(100, 33), REPLY, Refused, GONE),
    Row("gone, in private", 400, error(100, 33), PRIVATELY, Refused, GONE),
    Row("gone, hiding", 400, error(100, 33), HIDE, Refused, GONE),
    Row("gone, as the page itself", 400, error(100, 33), HEAR, Refused, GONE),
    *(
        Row(f"token {code}/{sub}, {act}", 401, error(code, sub), act, Refused, {"rule": rule, **ACCOUNT}, remedy)
        for code in (102, 190)
        for sub, (rule, remedy) in TOKENS.items()
        for act in (HEAR, SEND)
    ),
    Row("no token at all", 400, error(104), HEAR, Refused, {"rule": "graph.signed-out", **ACCOUNT}),
    Row(
        "wrong app secret",
        400,
        error(100, None, "Invalid appsecret_proof provided in the API argument"),
        HEAR,
        Refused,
        {"rule": "graph.wrong-secret", **ACCOUNT},
        "app secret",
    ),
    Row("blocked for policy", 400, error(368), REPLY, Refused, {"rule": "graph.blocked", **SENDING}, "24 hours"),
    Row("blocked for policy, messaging", 400, error(368, 1390008), SEND, Refused, SENDING),
    Row("blocked for policy, hearing", 400, error(368), HEAR, Unavailable),
    Row("duplicate", 400, error(506), REPLY, Uncertain),
    Row("answered in private before", 400, error(10900), PRIVATELY, Uncertain),
    Row("too late for a private reply", 400, error(10901), PRIVATELY, Refused, {"rule": "graph.not-repliable"}),
    Row("takes no private reply", 400, error(10903), PRIVATELY, Refused, {"rule": "graph.not-repliable", **ITEM}),
    Row("person unavailable", 400, error(551, 1545041), SEND, Refused, {"rule": "graph.unreachable", **ITEM}),
    Row("person unavailable, by code", 400, error(551), SEND, Refused, {"rule": "graph.unreachable"}),
    Row("person unavailable, by subcode", 400, error(200, 1545041), SEND, Refused, {"rule": "graph.unreachable"}),
    Row("no matching user", 400, error(100, 2018001), SEND, Refused, {"rule": "graph.unreachable"}),
    Row("too much asked for", 500, error(1, 99, TOO_MUCH), HEAR, Unavailable, {"pause": Pause.OUTAGE}, "too large"),
    Row("a code nobody knows", 400, error(987654), REPLY, Refused, {"rule": "graph.refused", **ITEM}),
    Row("a code nobody knows, in an outage", 503, error(987654), REPLY, Uncertain),
    Row("rate by the status alone", 429, b"", REPLY, Unavailable, RATE),
    Row("request timeout, hearing", 408, b"", HEAR, Unavailable),
    Row("request timeout, replying", 408, b"", REPLY, Uncertain),
    Row("redirect, hearing", 302, b"", HEAR, Unavailable),
    Row("redirect, replying", 307, b"", REPLY, Uncertain),
    *(Row(f"a wall in front of Graph, {act}", 403, HTML, act, Unavailable, {"pause": Pause.OUTAGE}) for act in WRITES),
    Row("a 500 that looks like a yes", 500, {"data": []}, HEAR, Unavailable),
    Row("a 500 that looks like a yes, replying", 500, {"id": "55_21"}, REPLY, Uncertain),
    Row("a 400 that looks like a yes", 400, {"id": "55_21"}, REPLY, Unavailable),
    Row("an error in a 200", 200, error(190), HEAR, Refused, ACCOUNT),
    Row("an error in a 200, replying", 200, error(10, 2018278), SEND, Refused, SHUT),
    *(Row(f"{status}, {act}", status, HTML, act, Unavailable) for status in (500, 502) for act in (HEAR, LOOK, HIDE)),
    *(Row(f"{status}, {act}", status, HTML, act, Uncertain) for status in (500, 502, 503) for act in WRITES),
    *(Row(f"500, {act}", 500, error(2), act, Unavailable) for act in (LIKE, DELETE, BAN)),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_meta_says_becomes_one_of_our_errors(wire: Wire, now: datetime, row: Row) -> None:
    wire.will(row.status, row.body)

    with pytest.raises(SottovoceError) as caught:
        does(a_page(wire), row.act, now)

    assert type(caught.value) is row.becomes
    for name, value in row.expect.items():
        assert getattr(caught.value, name) == value
    assert row.says in f"{caught.value} {getattr(caught.value, 'remedy', '')}"
    assert len(wire.asked) == 1
    assert not any(secret in str(caught.value) for secret in SECRETS)


def test_every_line_of_the_table_is_reached_by_some_row() -> None:
    bodies = [json.dumps(row.body).encode() if isinstance(row.body, dict) else row.body for row in ROWS]
    answers = [Answer(row.status, {}, body) for row, body in zip(ROWS, bodies, strict=True)]

    reached = {id(rule_for(answer.status, read_problem(answer))) for answer in answers}

    assert [rule.id for rule in RULES if id(rule) not in reached] == ["graph.unreadable"]


def test_instagram_is_read_by_the_same_table_under_its_own_name(wire: Wire, now: datetime) -> None:
    wire.will(403, error(10, 2534022))
    wire.will(400, error(190, 463))

    with pytest.raises(Refused) as shut:
        an_account(wire).fetch("inbox", None, now=now)
    with pytest.raises(Refused) as expired:
        an_account(wire).look(PostRef(native_id="17"), now=now)

    assert (shut.value.channel, shut.value.rule) == ("instagram", "graph.window-shut")
    assert (expired.value.rule, expired.value.scope) == ("graph.token-expired", Scope.ACCOUNT)


PERHAPS = {
    **dict.fromkeys((HEAR, LOOK, HIDE, LIKE, DELETE, BAN), Unavailable),
    **dict.fromkeys(WRITES, Uncertain),
}
"""What no usable answer means."""


@pytest.mark.parametrize("behaviour", [hangs, drops, resets, sends(b"garbage\r\n\r\n")])
@pytest.mark.parametrize("act", PERHAPS)
def test_silence_means_later_where_twice_is_once_and_perhaps_where_it_is_not(
    wire: Wire, now: datetime, behaviour: Behaviour, act: str
) -> None:
    wire.script.append(behaviour)

    with pytest.raises(PERHAPS[act]):
        does(a_page(wire), act, now)


UNREADABLE = [b"", b"<html>ok</html>", b"null", b"[]", b'"yes"', b"\xff\xfe{", b'{"data": ', b"[" * 60_000]


@pytest.mark.parametrize("body", UNREADABLE)
@pytest.mark.parametrize("act", PERHAPS)
def test_a_yes_that_cannot_be_read_means_later_or_perhaps(wire: Wire, now: datetime, body: bytes, act: str) -> None:
    wire.will(200, body, {"Content-Type": "application/json"})

    with pytest.raises(PERHAPS[act]):
        does(a_page(wire), act, now)


@pytest.mark.parametrize("act", WRITES)
def test_a_yes_that_does_not_say_what_was_made_means_perhaps(wire: Wire, now: datetime, act: str) -> None:
    wire.will(200, {"success": True})

    with pytest.raises(Uncertain):
        does(a_page(wire), act, now)


def test_a_yes_in_another_kind_of_content_is_no_yes(wire: Wire, now: datetime) -> None:
    wire.will(200, {"id": "55_21"}, {"Content-Type": "text/html"})

    with pytest.raises(Uncertain):
        does(a_page(wire), REPLY, now)


def test_what_meta_writes_about_a_customer_is_never_in_our_words(wire: Wire, now: datetime) -> None:
    wire.will(400, error(100, None, "(#100) Invalid message: my card is 4111 1111", error_user_msg="4111 1111"))

    with pytest.raises(Refused) as caught:
        does(a_page(wire), REPLY, now)

    assert "4111" not in repr(caught.value) + repr(vars(caught.value))
    assert "400, code 100, trace AbC-1" in caught.value.why


@pytest.mark.parametrize("gone", [error(100, 33)])
def test_a_post_that_is_gone_is_an_answer_to_a_look(wire: Wire, now: datetime, gone: Any) -> None:
    wire.will(400, gone)
    wire.will(400, gone)

    assert does(a_page(wire), LOOK, now) == Look(standing=Standing.GONE)
    assert an_account(wire).look(PostRef(native_id="17"), now=now) == Look(standing=Standing.GONE)


USAGE = {"900": [{"type": "pages", "call_count": 100, "total_time": 9, "estimated_time_to_regain_access": 23}]}


def test_a_throttling_rests_for_as_long_as_meta_estimates(wire: Wire, now: datetime) -> None:
    wire.will(400, error(80001), {"X-Business-Use-Case-Usage": json.dumps(USAGE)})

    with pytest.raises(Unavailable) as caught:
        does(a_page(wire), HEAR, now)

    assert caught.value.retry_at == now + timedelta(minutes=23)
    assert caught.value.endpoint == "pages"


def test_a_throttling_that_names_no_time_rests_longer_each_time_until_meta_answers(wire: Wire, now: datetime) -> None:
    page, waits = a_page(wire), []
    for status, body in [(400, error(4))] * 4 + [(200, {"data": []}), (400, error(4))]:
        wire.will(status, body)
        try:
            does(page, HEAR, now)
        except Unavailable as exc:
            waits.append(((exc.retry_at or now) - now) / timedelta(minutes=1))

    assert waits == [15, 30, 60, 60, 15]


def test_one_limit_that_is_used_up_does_not_make_another_wait_longer(wire: Wire, now: datetime) -> None:
    page = a_page(wire)
    for act in (HEAR, SEND):
        wire.will(400, error(613))
        with pytest.raises(Unavailable) as caught:
            does(page, act, now)

        assert caught.value.retry_at == now + timedelta(minutes=15)
        assert caught.value.endpoint == {HEAR: "pages", SEND: "messenger"}[act]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
_NAMES = ("code", "error_subcode", "message", "is_transient", "fbtrace_id", "type", "error_data")
_ERROR = st.fixed_dictionaries({}, optional=dict.fromkeys(_NAMES, _JSON))


@given(
    body=_JSON | st.fixed_dictionaries({"error": _ERROR | _JSON}), status=st.integers(100, 599), sending=st.booleans()
)
def test_whatever_stands_in_an_error_body_it_becomes_one_of_our_errors(
    *, body: Any, status: int, sending: bool
) -> None:
    answer = Answer(status, {}, json.dumps(body).encode())

    made = refusal(answer, Asked(channel="facebook", endpoint=REPLY_EDGE, sending=sending), now=NOON)

    assert isinstance(made, Unavailable | Refused | Uncertain)
    assert sending or not isinstance(made, Uncertain)
