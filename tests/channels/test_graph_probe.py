"""What a look at Meta's token, permissions and inbox finds, and what each finding tells the operator to do."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels import facebook, instagram
from channels.facebook import Facebook
from channels.graph_probe import INBOX, RIGHTS, SIGN_IN, TOKEN, VERSION
from domain.ports import Ages, Probes
from domain.sending import Probe
from tests.channels.meta import PAGE, SECRETS, a_page, an_account, error, listing
from tests.channels.wire import Asked, Wire, answer
from tests.conftest import NOON

SCOPES = [*facebook.NEEDS]


def token(**changed: Any) -> dict[str, Any]:
    return {"data": {"is_valid": True, "expires_at": 0, "data_access_expires_at": 0, "scopes": SCOPES, **changed}}


def epoch(ahead: timedelta) -> int:
    return int((NOON + ahead).timestamp())


def probed(
    wire: Wire,
    *,
    told: Any = None,
    page: Any = None,
    talks: Any = None,
    headers: Mapping[str, str] | None = None,
    made: Facebook | None = None,
) -> dict[str, Probe]:
    def respond(asked: Asked) -> bytes:
        body = {
            "/v26.0/debug_token": told or token(),
            f"/v26.0/{PAGE}": page or {"id": PAGE, "name": "Nord Parcel"},
            f"/v26.0/{PAGE}/conversations": talks or listing({"id": "t_1"}),
        }[asked.path]
        return answer(400 if "error" in body else 200, body, headers)

    wire.respond = respond
    findings = (made or a_page(wire)).probe(now=NOON)
    assert len({finding.what for finding in findings}) == len(findings)
    assert not any(secret in str(finding) for finding in findings for secret in SECRETS)
    return {finding.what: finding for finding in findings}


def test_all_is_well_in_the_order_of_setting_up(wire: Wire) -> None:
    findings = probed(wire)

    assert list(findings) == [SIGN_IN, TOKEN, RIGHTS, VERSION, INBOX]
    assert all(finding.ok and not finding.remedy for finding in findings.values())
    assert findings[TOKEN].detail == "valid; it does not run out"


@pytest.mark.parametrize(
    ("told", "ok", "says"),
    [
        ({"expires_at": epoch(timedelta(days=60))}, True, "the token runs out on 19 Jan 2027"),
        ({"expires_at": epoch(timedelta(days=13))}, False, "the token runs out on 03 Dec 2026"),
        ({"data_access_expires_at": epoch(timedelta(days=3))}, False, "access to data ends on 23 Nov 2026"),
        (
            {"expires_at": epoch(timedelta(days=50)), "data_access_expires_at": epoch(timedelta(days=2))},
            False,
            "22 Nov",
        ),
        ({"is_valid": False}, False, "not valid"),
        ({"is_valid": None}, False, "not valid"),
        ({"expires_at": "soon", "data_access_expires_at": -1}, True, "does not run out"),
    ],
)
def test_a_token_that_ends_soon_is_told_while_there_is_time(wire: Wire, *, told: Any, ok: bool, says: str) -> None:
    finding = probed(wire, told=token(**told))[TOKEN]

    assert finding.ok is ok
    assert says in finding.detail
    assert ok == (finding.remedy == "")


def test_a_missing_permission_is_told_with_what_it_is_for(wire: Wire) -> None:
    finding = probed(wire, told=token(scopes=[scope for scope in SCOPES if scope != "pages_messaging"]))[RIGHTS]

    assert not finding.ok
    assert finding.detail == "missing: pages_messaging (reading and writing messages, private replies)"
    assert "Advanced Access" in finding.remedy


@pytest.mark.parametrize("scopes", [None, "all", [5], {}])
def test_scopes_nobody_can_read_are_none(wire: Wire, scopes: Any) -> None:
    assert not probed(wire, told=token(scopes=scopes))[RIGHTS].ok


def test_another_page_than_the_settings_name_is_told(wire: Wire) -> None:
    assert not probed(wire, page={"id": "999"})[SIGN_IN].ok


def test_another_version_than_was_asked_for_is_told(wire: Wire) -> None:
    assert probed(wire, headers={"facebook-api-version": "v26.0"})[VERSION].ok

    older = probed(wire, headers={"facebook-api-version": "v24.0"})[VERSION]
    assert not older.ok
    assert 'version = "v24.0"' in older.remedy


def test_an_inbox_that_looks_empty_though_messages_wait_means_standard_access(wire: Wire) -> None:
    finding = probed(wire, talks=listing(), page={"id": PAGE, "unread_message_count": 3})[INBOX]

    assert not finding.ok
    assert "3 messages" in finding.detail
    assert "Advanced Access" in finding.remedy
    assert "have the business verified" in finding.remedy


@pytest.mark.parametrize("page", [{"id": PAGE}, {"id": PAGE, "unread_message_count": "3"}])
def test_an_inbox_that_is_empty_says_what_that_may_mean(wire: Wire, page: Any) -> None:
    finding = probed(wire, talks=listing(), page=page)[INBOX]

    assert finding.ok
    assert "Standard Access" in finding.detail


def test_an_inbox_that_is_not_heard_is_not_tried(wire: Wire) -> None:
    findings = probed(wire, made=a_page(wire, hear_inbox=False))

    assert INBOX not in findings
    assert len(wire.asked) == 2


def test_each_refusal_is_a_finding_with_a_remedy_and_the_others_are_still_tried(wire: Wire) -> None:
    findings = probed(wire, told=error(190, 463), page=error(10), talks=error(4))

    assert [what for what, finding in findings.items() if not finding.ok and finding.remedy] == [SIGN_IN, TOKEN, INBOX]
    assert "new token" in findings[TOKEN].remedy


def test_both_connectors_are_looked_after_daily(wire: Wire, now: datetime) -> None:
    wire.otherwise = answer(200, token(scopes=[*facebook.NEEDS, *instagram.NEEDS]))

    for made in (a_page(wire), an_account(wire)):
        assert isinstance(made, Ages)
        assert isinstance(made, Probes)
        assert made.checkup(now=now)


def test_instagram_asks_for_its_own_permissions(wire: Wire, now: datetime) -> None:
    wire.otherwise = answer(200, {**token(scopes=[]), "id": PAGE})

    rights = next(finding for finding in an_account(wire).probe(now=now) if finding.what == RIGHTS)

    assert "instagram_manage_comments" in rights.detail
    assert wire.asked[2].query["platform"] == "instagram"


def test_an_outage_says_nothing_about_the_sign_in(wire: Wire, now: datetime) -> None:
    page = a_page(wire)
    for status, body in ((200, token(is_valid=False)), (503, b""), (400, error(4))):
        wire.will(status, body)

    findings = page.checkup(now=now)

    assert {finding.what: finding.ok for finding in findings} == {TOKEN: False, RIGHTS: True}


def test_a_count_that_meta_no_longer_tells_is_not_missed(wire: Wire, now: datetime) -> None:
    page = a_page(wire)
    for status, body in ((200, token()), (200, {"id": PAGE}), (200, listing()), (400, error(100))):
        wire.will(status, body)

    assert all(finding.ok for finding in page.probe(now=now))
