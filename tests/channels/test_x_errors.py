"""Every row of X's refusals, through tweepy over HTTP."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.http import Answer
from channels.x import X
from channels.x_errors import read_problem, refusal, rule_for
from channels.x_rules import RULES
from domain.errors import Pause, Refused, Scope, SottovoceError, Unavailable, Uncertain
from domain.sending import Look, Standing
from tests.channels.conftest import HEAR, HIDE, LOOK, OAUTH1, REPLY, SEND, does
from tests.channels.wire import Behaviour, Wire, answer, drops, hangs, resets, sends

PROBLEMS = "https://api.twitter.com/2/problems"


def problem(kind: str, detail: str = "", title: str = "Forbidden", **more: Any) -> dict[str, Any]:
    return {"type": kind, "title": title, "detail": detail, **more}


def v1(code: int, message: str) -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}]}


@dataclass(frozen=True)
class Row:
    """One thing X may say, and what it is to us."""

    name: str
    status: int
    body: Any
    act: str
    becomes: type[SottovoceError]
    expect: dict[str, Any] = field(default_factory=dict)


MONEY = {"pause": Pause.MONEY}
ITEM = {"scope": Scope.ITEM}
SENDING = {"scope": Scope.SENDING}
ACCOUNT = {"scope": Scope.ACCOUNT}
PAYMENT = problem(
    f"{PROBLEMS}/credits",
    "Your enrolled account [1] does not have any credits to fulfill this request.",
    "CreditsDepleted",
)
CAP = problem(
    f"{PROBLEMS}/credits",
    "Your enrolled account [1] has reached its billing cycle spend cap. API requests will be blocked.",
    "SpendCapReached",
    reset_date="2026-12-13",
)
CAP_IN_WORDS = problem("about:blank", "Your account has reached its billing cycle spend cap.")
USAGE = problem(f"{PROBLEMS}/usage-capped", "Usage cap exceeded: Monthly product cap", "UsageCapExceeded")
REVOKED = problem("about:blank", "Unauthorized", "Unauthorized")
NOT_SUMMONED = problem("about:blank", "You can only reply to or quote posts where you are mentioned or are the author.")
NOT_SUMMONED_OLD = problem(
    "about:blank",
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author "
    "of the post you are replying to.",
)
DUPLICATE = problem("about:blank", "You are not allowed to create a Tweet with duplicate content.")
DM_CLOSED = problem("about:blank", "You do not have permission to DM one or more participants.")
DELETED = problem("about:blank", "You attempted to reply to a Tweet that is deleted or not visible to you.")
NO_RIGHT = problem(
    f"{PROBLEMS}/oauth1-permissions",
    "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.",
)
NOT_ENROLLED = problem(
    f"{PROBLEMS}/client-forbidden", "… attached to a Project", "Client Forbidden", reason="client-not-enrolled"
)
NOT_FOUND = problem(f"{PROBLEMS}/resource-not-found", "Could not find tweet with id: [20].", "Not Found Error")
PROTECTED = problem(f"{PROBLEMS}/not-authorized-for-resource", "Sorry, you are not authorized to see the Tweet.")
INVALID = {
    "errors": [
        {"message": "There were errors processing your request: no viable alternative", "parameters": {"query": ["("]}}
    ],
    "title": "Invalid Request",
    "detail": "One or more parameters to your request was invalid.",
    "type": f"{PROBLEMS}/invalid-request",
}
HTML = b"<html><head><title>502 Bad Gateway</title></head></html>"

ROWS = [
    Row("token revoked, hearing", 401, REVOKED, HEAR, Refused, {"rule": "x.signed-out", **ACCOUNT}),
    Row("token revoked, sending", 401, REVOKED, REPLY, Refused, {"rule": "x.signed-out", **ACCOUNT}),
    Row("token revoked, in html", 401, HTML, HEAR, Refused, {"rule": "x.signed-out", **ACCOUNT}),
    Row("clock refused", 401, v1(135, "Timestamp out of bounds."), HEAR, Unavailable, {"pause": Pause.OUTAGE}),
    Row("out of credits, hearing", 402, PAYMENT, HEAR, Unavailable, MONEY),
    Row("out of credits, sending", 402, PAYMENT, REPLY, Unavailable, MONEY),
    Row("out of credits, no body", 402, b"", SEND, Unavailable, MONEY),
    Row("spending cap by type", 403, CAP, HEAR, Unavailable, MONEY),
    Row("spending cap by type, sending", 403, CAP, REPLY, Unavailable, MONEY),
    Row("spending cap by words", 403, CAP_IN_WORDS, REPLY, Unavailable, MONEY),
    Row("usage cap as 403", 403, USAGE, HEAR, Unavailable, MONEY),
    Row("usage cap as 429", 429, USAGE, HEAR, Unavailable, MONEY),
    Row("not summoned", 403, NOT_SUMMONED, REPLY, Refused, {"rule": "x.not-summoned", **ITEM}),
    Row("not summoned, older words", 403, NOT_SUMMONED_OLD, REPLY, Refused, {"rule": "x.not-summoned", **ITEM}),
    Row("replies restricted", 403, v1(433, "…"), REPLY, Refused, {"rule": "x.replies-restricted", **ITEM}),
    Row("target deleted", 403, DELETED, REPLY, Refused, {"rule": "x.gone", "gone": True, **ITEM}),
    Row("duplicate", 403, DUPLICATE, REPLY, Uncertain),
    Row("duplicate, v1", 403, v1(187, "Status is a duplicate."), REPLY, Uncertain),
    Row("duplicate message", 403, DUPLICATE, SEND, Uncertain),
    Row("messages closed", 403, DM_CLOSED, SEND, Refused, {"rule": "x.directs-closed", **ITEM}),
    Row("cannot message", 403, v1(349, "…"), SEND, Refused, {"rule": "x.directs-closed", **ITEM}),
    Row("does not follow", 403, v1(150, "…"), SEND, Refused, {"rule": "x.directs-closed", **ITEM}),
    Row("sender not verified", 403, v1(476, "…"), SEND, Refused, {"rule": "x.directs-closed", **ITEM}),
    Row("looks automated", 403, v1(226, "…"), SEND, Refused, {"rule": "x.looks-automated", **SENDING}),
    Row("locked", 403, v1(326, "…"), REPLY, Refused, {"rule": "x.locked", **SENDING}),
    Row("suspended", 403, v1(64, "Your account is suspended."), REPLY, Refused, {"rule": "x.locked", **SENDING}),
    Row("locked, hearing", 403, v1(326, "…"), HEAR, Refused, {"rule": "x.locked", **ACCOUNT}),
    Row("no write permission", 403, NO_RIGHT, REPLY, Refused, {"rule": "x.no-permission", **SENDING}),
    Row("no read permission", 403, NO_RIGHT, HEAR, Refused, {"rule": "x.no-permission", **ITEM}),
    Row("not enrolled", 403, NOT_ENROLLED, HEAR, Refused, {"rule": "x.not-enrolled", **ACCOUNT}),
    Row("forbidden for no reason", 403, problem("about:blank"), REPLY, Refused, {"rule": "x.forbidden", **ITEM}),
    Row("a wall in front of X", 403, HTML, REPLY, Unavailable, {"pause": Pause.OUTAGE}),
    Row("a wall in front of X, hearing", 403, HTML, HEAR, Unavailable, {"pause": Pause.OUTAGE}),
    Row("target not found", 404, NOT_FOUND, REPLY, Refused, {"rule": "x.gone", "gone": True}),
    Row("account not found", 404, {"title": "Not Found"}, HEAR, Refused, {"rule": "x.not-found"}),
    Row("wrong address", 404, b"", HEAR, Unavailable, {"pause": Pause.OUTAGE}),
    Row("protected", 403, PROTECTED, REPLY, Refused, {"rule": "x.not-visible", **ITEM}),
    Row("bad query", 400, INVALID, HEAR, Refused, {"rule": "x.bad-request", **ITEM}),
    Row("bad text", 400, INVALID, REPLY, Refused, {"rule": "x.bad-request", **ITEM}),
    Row("rate, hearing", 429, problem("about:blank"), HEAR, Unavailable, {"pause": Pause.RATE}),
    Row("rate, sending", 429, b"", REPLY, Unavailable, {"pause": Pause.RATE}),
    Row("request timeout, hearing", 408, b"", HEAR, Unavailable),
    Row("request timeout, sending", 408, b"", REPLY, Uncertain),
    Row("other refusal", 409, {}, REPLY, Refused, {"rule": "x.refused", **ITEM}),
    Row("redirect, hearing", 302, b"", HEAR, Unavailable),
    Row("redirect, sending", 303, b"", REPLY, Uncertain),
    *(Row(f"{status}, hearing", status, HTML, HEAR, Unavailable) for status in (500, 502, 503, 504)),
    *(Row(f"{status}, looking", status, HTML, LOOK, Unavailable) for status in (500, 502, 503, 504)),
    *(Row(f"{status}, replying", status, HTML, REPLY, Uncertain) for status in (500, 502, 503, 504)),
    *(Row(f"{status}, messaging", status, {"title": "x"}, SEND, Uncertain) for status in (500, 502, 503, 504)),
    *(Row(f"{status}, hiding", status, HTML, HIDE, Unavailable) for status in (500, 502, 503, 504)),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_x_says_becomes_one_of_our_errors(wire: Wire, x: Callable[..., X], now: datetime, row: Row) -> None:
    wire.will(row.status, row.body)

    with pytest.raises(SottovoceError) as caught:
        does(x(), row.act, now)

    assert type(caught.value) is row.becomes
    for name, value in row.expect.items():
        assert getattr(caught.value, name) == value
    assert len(wire.asked) == 1
    assert not any(secret in str(caught.value) for secret in OAUTH1.values())


PERHAPS = {HEAR: Unavailable, LOOK: Unavailable, HIDE: Unavailable, REPLY: Uncertain, SEND: Uncertain}
"""What no usable answer means."""


@pytest.mark.parametrize("behaviour", [hangs, drops, resets, sends(b"garbage\r\n\r\n")])
@pytest.mark.parametrize("act", PERHAPS)
def test_silence_after_the_request_means_later_when_hearing_and_perhaps_when_sending(
    wire: Wire, x: Callable[..., X], now: datetime, behaviour: Behaviour, act: str
) -> None:
    wire.script.append(behaviour)

    with pytest.raises(PERHAPS[act]):
        does(x(), act, now)


@pytest.mark.parametrize("act", [HEAR, REPLY, SEND, LOOK, HIDE])
def test_a_host_that_cannot_be_reached_has_been_sent_nothing(x: Callable[..., X], now: datetime, act: str) -> None:
    unreachable = x(api_base="http://no-such-host.invalid")

    with pytest.raises(Unavailable) as caught:
        does(unreachable, act, now)

    assert caught.value.retry_at is None
    assert "host name is not known" in caught.value.why


UNREADABLE = [b"", b"<html>ok</html>", b"null", b"[]", b'"yes"', b"\xff\xfe{", b'{"data": ', b"[" * 60_000]


@pytest.mark.parametrize("body", UNREADABLE)
@pytest.mark.parametrize("act", PERHAPS)
def test_a_yes_that_cannot_be_read_means_later_when_hearing_and_perhaps_when_sending(
    wire: Wire, x: Callable[..., X], now: datetime, body: bytes, act: str
) -> None:
    wire.will(200, body)

    with pytest.raises(PERHAPS[act]):
        does(x(), act, now)


ODD = [
    [],
    "no",
    5,
    {"errors": None},
    {"errors": [5, None, {"code": "x", "message": 7}]},
    {"errors": {"message": "not a list"}},
    {"detail": {"deep": 1}},
    {"error": {"message": "m"}},
    {"title": 5, "type": [], "detail": None},
]


@pytest.mark.parametrize("body", ODD)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503, 418])
def test_error_bodies_that_break_tweepy_do_not_break_us(
    wire: Wire, x: Callable[..., X], now: datetime, status: int, body: Any
) -> None:
    wire.will(status, body, {"x-rate-limit-reset": "soon"})

    with pytest.raises((Unavailable, Refused)):
        does(x(), HEAR, now)


def test_a_call_that_never_asked_is_not_answered_with_an_earlier_answer(
    wire: Wire, x: Callable[..., X], now: datetime
) -> None:
    asking = x()
    wire.will(200, {"data": []})
    asking._client.conversation("7-900", {}, now=now)

    with pytest.raises(TypeError, match="not both"):  # a bug of ours, as tweepy tells it
        asking._client.conversation("7-900", {"participant_id": "7"}, now=now)


def test_money_is_asked_for_again_within_the_hour_and_the_operator_told_until_when(
    wire: Wire, x: Callable[..., X], now: datetime
) -> None:
    wire.will(403, CAP)

    with pytest.raises(Unavailable) as caught:
        does(x(), HEAR, now)

    assert caught.value.retry_at == now + timedelta(hours=1)
    assert "until 2026-12-13" in caught.value.why
    assert "Buy credits" in caught.value.why


def test_a_refused_query_names_the_parameter_but_never_its_value(
    wire: Wire, x: Callable[..., X], now: datetime
) -> None:
    wire.will(400, {**INVALID, "errors": [{"message": "bad text", "parameters": {"query": ["my secret brand"]}}]})

    with pytest.raises(Refused) as caught:
        does(x(), HEAR, now)

    assert "parameter query" in caught.value.why
    assert "secret" not in str(caught.value)


def test_what_x_quotes_of_a_text_never_reaches_the_error(wire: Wire, x: Callable[..., X], now: datetime) -> None:
    wire.will(403, problem("https://x.example/Ana Lovelace, order 88213", "Ana Lovelace, order 88213", "Ana Lovelace"))

    with pytest.raises(Refused) as caught:
        does(x(), REPLY, now)

    assert "Ana" not in str(caught.value)
    assert "88213" not in str(caught.value)


def test_every_refusal_tells_the_operator_what_to_do() -> None:
    silent = {"x.duplicate", "x.gone", "x.not-visible", "x.rate", "x.slow", "x.outage"}  # nothing an operator could do

    assert {rule.id for rule in RULES if not rule.remedy} == silent
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_a_protected_or_deleted_post_looks_gone(wire: Wire, x: Callable[..., X], now: datetime) -> None:
    for status, body in (
        (403, PROTECTED),
        (404, NOT_FOUND),
        (200, {"errors": [{**NOT_FOUND, "resource_type": "tweet"}]}),
    ):
        wire.will(status, body)

        looked = does(x(), LOOK, now)

        assert isinstance(looked, Look)
        assert looked.standing is Standing.GONE


# -- rate limits ----------------------------------------------------------------------------------------------


def _limited(wire: Wire, x: Callable[..., X], now: datetime, headers: dict[str, str], act: str = HEAR) -> Unavailable:
    wire.will(429, problem("about:blank", title="Too Many Requests"), headers)
    with pytest.raises(Unavailable) as caught:
        does(x(), act, now)
    return caught.value


def test_a_limit_ends_when_x_says_so(wire: Wire, x: Callable[..., X], now: datetime) -> None:
    reset = int((now + timedelta(minutes=7)).timestamp())

    limited = _limited(wire, x, now, {"x-rate-limit-reset": str(reset), "Date": format_datetime(now, usegmt=True)})

    assert limited.retry_at == now + timedelta(minutes=7)
    assert limited.endpoint == "GET /2/users/:id/mentions"


@pytest.mark.parametrize("fast", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=300)])
def test_a_wrong_clock_of_ours_does_not_move_the_end_of_a_limit(
    wire: Wire, x: Callable[..., X], now: datetime, fast: timedelta
) -> None:
    there = now - fast
    reset = int((there + timedelta(minutes=7)).timestamp())

    limited = _limited(wire, x, now, {"x-rate-limit-reset": str(reset), "Date": there.strftime("%a, %d %b %Y %T UTC")})

    assert limited.retry_at == now + timedelta(minutes=7)


@pytest.mark.parametrize("reset", ["", "soon", "0", "99999999999999", "-5", "1e9"])
def test_a_limit_without_a_usable_end_lasts_one_window(
    wire: Wire, x: Callable[..., X], now: datetime, reset: str
) -> None:
    limited = _limited(wire, x, now, {"x-rate-limit-reset": reset} if reset else {})

    assert limited.retry_at == now + timedelta(minutes=15)
    assert limited.pause is Pause.RATE


def test_a_used_up_day_outlasts_the_window(wire: Wire, x: Callable[..., X], now: datetime) -> None:
    headers = {
        "Date": format_datetime(now, usegmt=True),
        "x-rate-limit-limit": "15",
        "x-rate-limit-remaining": "3",
        "x-rate-limit-reset": str(int((now + timedelta(minutes=2)).timestamp())),
        "x-user-limit-24hour-limit": "1440",
        "x-user-limit-24hour-remaining": "0",
        "x-user-limit-24hour-reset": str(int((now + timedelta(hours=9)).timestamp())),
    }

    limited = _limited(wire, x, now, headers, SEND)

    assert limited.retry_at == now + timedelta(hours=9)


def test_retry_after_serves_where_there_is_no_reset(wire: Wire, x: Callable[..., X], now: datetime) -> None:
    assert _limited(wire, x, now, {"Retry-After": "90"}).retry_at == now + timedelta(seconds=90)


def test_a_good_answer_tells_its_limit_too(wire: Wire, x: Callable[..., X], now: datetime) -> None:
    reset = str(int((now + timedelta(minutes=5)).timestamp()))
    wire.will(
        200,
        {"meta": {"result_count": 0}},
        {
            "Date": format_datetime(now, usegmt=True),
            "x-rate-limit-limit": "300",
            "x-rate-limit-remaining": "299",
            "x-rate-limit-reset": reset,
        },
    )

    page = x().fetch("mentions", None, now=now)

    assert [(rate.limit, rate.remaining, rate.reset_at) for rate in page.rates] == [
        (300, 299, now + timedelta(minutes=5))
    ]


# -- anything at all -------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "title", "detail", "errors", "code", "message", "parameters"]), inner
        )
    ),
    max_leaves=12,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["date", "retry-after", "x-rate-limit-reset", "x-rate-limit-remaining", "x-user-limit-24hour-reset"]
    ),
    st.text(st.characters(codec="ascii"), max_size=12) | st.integers(0, 10**14).map(str),
)


@given(status=st.integers(100, 599), body=JSON, headers=HEADERS, sending=st.booleans())
def test_any_refusal_becomes_one_of_the_three(status: int, body: Any, headers: dict[str, str], sending: bool) -> None:  # noqa: FBT001
    now = datetime(2026, 11, 20, tzinfo=UTC)
    said = Answer(status, headers, json.dumps(body).encode())

    error = refusal(said, endpoint="POST /2/tweets", sending=sending, now=now)

    assert isinstance(error, (Unavailable, Refused, Uncertain))
    assert sending or not isinstance(error, Uncertain)
    if isinstance(error, Unavailable) and error.retry_at:
        assert now - timedelta(minutes=15) <= error.retry_at <= now + timedelta(days=1)


@given(status=st.integers(500, 599), body=JSON)
def test_trouble_at_x_never_lets_a_sender_believe_that_nothing_was_sent(status: int, body: Any) -> None:
    said = Answer(status, {}, json.dumps(body).encode())

    assert isinstance(
        refusal(said, endpoint="POST /2/tweets", sending=True, now=datetime(2026, 11, 20, tzinfo=UTC)), Uncertain
    )


def test_the_type_is_believed_before_the_words() -> None:
    said = Answer(403, {}, json.dumps(problem(f"{PROBLEMS}/credits", "duplicate content")).encode())

    assert rule_for(403, read_problem(said)).id == "x.spending-cap"


def test_an_answer_without_a_proper_head_is_no_crash(wire: Wire, x: Callable[..., X], now: datetime) -> None:
    wire.script.append(sends(answer(200, {"meta": {}}).replace(b"HTTP/1.1 200", b"HTTP/9.9 abc")))

    with pytest.raises(Unavailable):
        does(x(), HEAR, now)
