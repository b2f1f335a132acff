"""What the operator may say, and that a secret never comes back in what we say to them."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from channels.x_settings import LONGEST_HANDLE, MAX_QUERY, Settings, query
from tests.channels.conftest import OAUTH1

SIGN_IN: dict[str, Any] = {"handle": "nordparcel", "user_id": "900", **OAUTH1}
SECRET = "very secret with blanks"


def test_four_secrets_are_enough() -> None:
    settings = Settings(**SIGN_IN)

    assert settings.oauth1() == tuple(OAUTH1.values())
    assert settings.api_base == "https://api.x.com"
    assert (settings.connect_timeout, settings.read_timeout) == (timedelta(seconds=5), timedelta(seconds=30))


def test_a_user_token_is_enough() -> None:
    assert Settings(bearer_token=SecretStr("token")).oauth1() is None


def test_an_at_sign_and_pasted_blanks_are_forgiven() -> None:
    settings = Settings(**{**SIGN_IN, "handle": " @NordParcel ", "access_token": " token-1\n"})

    assert settings.handle == "NordParcel"
    assert settings.access_token == SecretStr("token-1")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"consumer_key": None}, "missing: consumer_key"),
        ({"access_token": None, "access_token_secret": None}, "missing: access_token, access_token_secret"),
        ({"bearer_token": "b"}, "leave out the four"),
        ({"consumer_secret": SECRET}, "paste it again"),
        ({"consumer_secret": "käse"}, "paste it again"),
        ({"consumer_secret": ""}, "paste it again"),
        ({"consumer_secret": "two\nlines"}, "paste it again"),
        ({"handle": "nord parcel"}, "no handle"),
        ({"handle": "a" * 16}, "no handle"),
        ({"user_id": "nordparcel"}, "no user id"),
        ({"api_base": "api.x.com"}, "http"),
        ({"api_base": "ftp://api.x.com"}, "http"),
        ({"api_base": "https://me:secret@api.x.com"}, "http"),
        ({"searches": ("x" * 500,)}, "number 1"),
        ({"searches": ("nord", "  ")}, "number 2"),
        ({"directs_every": 30}, "1 minute"),
        ({"mentions_every": 1}, "15 seconds"),
        ({"look_back": 60}, "1 hour"),
        ({"look_back": 700_000}, "6 days"),
        ({"read_timeout": 0}, "0 seconds"),
        ({"prices": {"likes": 1}}, "no such line: likes"),
        ({"prices": {"user_read": -1}}, "greater than or equal to 0"),
        ({"names": "toot"}, "'tweet' or 'post'"),
        ({"consumer_kee": "x"}, "Extra inputs"),
    ],
)
def test_what_cannot_work_is_said_with_its_remedy(changed: dict[str, Any], says: str) -> None:
    said = {name: value for name, value in (SIGN_IN | changed).items() if value is not None}

    with pytest.raises(ValidationError) as caught:
        Settings(**said)

    assert says in str(caught.value)
    assert not any(secret in str(caught.value) for secret in (*OAUTH1.values(), SECRET, "käse"))


def test_secrets_do_not_show_in_what_is_printed() -> None:
    settings = Settings(**SIGN_IN)

    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert not any(secret in shown for secret in OAUTH1.values())


def test_a_query_with_its_exclusions_fits_into_what_x_takes() -> None:
    longest = MAX_QUERY - len(query("", LONGEST_HANDLE))

    assert len(query("x" * longest, LONGEST_HANDLE)) == MAX_QUERY
    with pytest.raises(ValidationError):
        Settings(**{**SIGN_IN, "handle": LONGEST_HANDLE, "searches": ("x" * (longest + 1),)})
    assert Settings(**{**SIGN_IN, "handle": LONGEST_HANDLE, "searches": ("x" * longest,)}).searches
