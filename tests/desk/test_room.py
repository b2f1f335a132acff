"""The desk against a whole Slack: its limits, silences and doubts, and cards that it takes as they are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.cards import Card, CardKind
from domain.errors import Refused, Scope, SottovoceError, Unavailable, Uncertain
from domain.sending import DeliveryKind, Order
from storage.deliveries import READY, SENT, UNKNOWN
from tests.desk.office import Office
from tests.desk.test_cards import ANA, HOSTILE

WORST = replace(
    ANA, headline='"' * 9999, quote='"\\<' * 30_000, facts=('"' * 500,) * 50, text=HOSTILE * 40, remedy="`" * 999
)


def order(office: Office, card: Card = ANA) -> Order:
    target = office.room.alerts.id
    return Order(key="case-41:alert", kind=DeliveryKind.ALERT, account="1", target=target, body=card.to_json())


@pytest.mark.parametrize(
    "card",
    [
        ANA,
        WORST,
        replace(ANA, kind=CardKind.NEWS),
        replace(ANA, kind=CardKind.CLOCK),
        Card(kind=CardKind.INCIDENT, headline="12 cases in 3 minutes", count=12),
        Card(kind=CardKind.HEALTH, headline="x: cannot hear", text="3 polls failed", remedy="Run `sottovoce check`."),
        Card(kind=CardKind.CASE, headline=""),
    ],
)
def test_the_room_takes_every_kind_of_card_as_it_is(office: Office, card: Card) -> None:
    receipt = office.slack.tell(order(office, card), now=office.now)

    (message,) = office.room.messages()
    assert message.ts == receipt.native_id
    assert message.blocks
    assert "<!channel>" not in message.text


@pytest.mark.parametrize(
    ("effect", "error", "scope"),
    [
        ("invalid_auth", Refused, Scope.ACCOUNT),
        ("token_revoked", Refused, Scope.ACCOUNT),
        ("account_inactive", Refused, Scope.ACCOUNT),
        ("missing_scope", Refused, Scope.ACCOUNT),
        ("not_in_channel", Refused, Scope.SENDING),
        ("channel_not_found", Refused, Scope.SENDING),
        ("is_archived", Refused, Scope.SENDING),
        ("msg_too_long", Refused, Scope.ITEM),
        ("invalid_blocks", Refused, Scope.ITEM),
        ("rate_limited", Unavailable, None),
        ("internal_error", Uncertain, None),
        ("fatal_error", Uncertain, None),
    ],
)
def test_every_answer_of_slack_means_one_of_our_errors(
    office: Office, effect: str, error: type[SottovoceError], scope: Scope | None
) -> None:
    office.room.fault("chat.postMessage", effect, count=1)

    with pytest.raises(error) as caught:
        office.slack.tell(order(office), now=office.now)

    assert not office.room.messages()
    if isinstance(caught.value, Refused):
        assert caught.value.scope is scope
        assert caught.value.remedy


def test_slacks_own_pace_is_never_met_by_ours(office: Office) -> None:
    office.room.pacing.burst = 1
    for number in range(12):
        office.tell(f"n{number}", ANA, None, order_key=f"o{number}")

    office.settle()

    assert len(office.room.messages()) == 12
    assert all(row.failures == 0 and row.attempts == 1 for row in office.rows())


def test_the_most_urgent_goes_first_however_many_wait(office: Office) -> None:
    for number in range(5):
        office.tell(f"n{number}", replace(ANA, headline=f"note {number}"), None, order_key=f"o{number}", priority=2)
    office.tell("u", replace(ANA, headline="threat"), None, order_key="u", priority=0)

    office.settle()

    assert office.room.messages()[0].text.startswith("threat")


def test_an_outage_is_waited_out_and_every_card_comes_once(office: Office) -> None:
    office.room.outage()
    case_id = office.case(alert=False)
    office.tell(f"case-{case_id}:alert", ANA, case_id)
    with pytest.raises(AssertionError):
        office.settle()

    office.room.recover()
    office.wait(minutes=20)
    office.settle()

    assert len(office.room.messages()) == 1
    assert office.row(f"case-{case_id}:alert").state == SENT


def test_a_card_taken_by_a_slack_that_then_fell_silent_is_found_and_not_sent_again(office: Office) -> None:
    office.room.fault("chat.postMessage", "drop", applied=True, count=1)
    office.tell("a", ANA, None)
    with pytest.raises(AssertionError):
        office.settle()
    assert office.row("a").state == UNKNOWN

    office.wait(minutes=5)
    office.settle()

    assert len(office.room.messages()) == 1
    assert office.row("a").native_id == office.room.messages()[0].ts


def test_a_note_taken_by_a_slack_that_then_fell_silent_is_found_in_its_thread(office: Office) -> None:
    case_id = office.case()
    office.room.fault("chat.postMessage", "drop", applied=True, count=1)
    news = replace(ANA, kind=CardKind.NEWS, case_id=case_id)
    office.tell("n", news, case_id, kind=DeliveryKind.NOTE)
    with pytest.raises(AssertionError):
        office.settle()

    office.wait(minutes=5)
    office.settle()

    thread = office.row(f"case-{case_id}:alert").native_id or ""
    (message,) = [message for message in office.room.state.sent if message.thread_ts == thread]
    assert message.ts == office.row("n").native_id


def test_a_card_lost_before_slack_took_it_goes_again(office: Office) -> None:
    office.room.fault("chat.postMessage", "drop", count=1)
    office.tell("a", ANA, None)
    with pytest.raises(AssertionError):
        office.settle()

    office.wait(minutes=10)
    office.settle()
    office.wait(minutes=10)
    office.settle()

    assert len(office.room.messages()) == 1
    assert office.row("a").state == SENT


def test_a_room_the_app_is_thrown_out_of_keeps_its_cards_until_it_is_back(office: Office) -> None:
    office.room.scopes = tuple(scope for scope in office.room.scopes if scope != "chat:write.public")
    office.room.alerts.member = False
    office.tell("a", ANA, None)
    with pytest.raises(AssertionError):
        office.settle()
    assert (office.row("a").state, office.row("a").why) == (READY, "slack.not-in-room")

    office.room.alerts.member = True
    office.wait(minutes=20)
    office.settle()

    assert len(office.room.messages()) == 1


def test_a_whole_slack_passes_the_probe(office: Office) -> None:
    probes = office.slack.probe(now=office.now)

    assert [probe.what for probe in probes if not probe.ok] == []
    assert not office.room.messages()


@pytest.mark.parametrize("lost", ["chat:write", "channels:read", "channels:history"])
def test_a_lost_right_is_found_by_the_probe(office: Office, lost: str) -> None:
    office.room.scopes = tuple(
        scope for scope in office.room.scopes if scope not in (lost, lost.replace("channels", "groups"))
    )

    wrong = [probe for probe in office.slack.probe(now=office.now) if not probe.ok]

    assert any(lost in probe.what + probe.detail for probe in wrong)
    assert all(probe.remedy for probe in wrong)


def test_a_look_only_goes_back_as_far_as_it_is_asked(office: Office) -> None:
    office.slack.tell(order(office), now=office.now)
    office.wait(hours=1)

    back = office.slack.find_told(order(office), since=office.now - timedelta(minutes=5), now=office.now)
    earlier = office.slack.find_told(order(office), since=office.now - timedelta(hours=2), now=office.now)

    assert (back.native_id, back.complete) == (None, True)
    assert earlier.native_id is not None
