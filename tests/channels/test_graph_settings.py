"""What the operator may say about a Page and an account, and that a secret never comes back in what we say to them."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from channels import facebook, instagram
from tests.channels.meta import SIGN_IN, SIGN_IN_INSTAGRAM, a_page, an_account
from tests.channels.wire import Wire

SECRET = "very secret with blanks"


def test_a_token_is_enough() -> None:
    settings = facebook.Settings(access_token=SecretStr("token"))

    assert settings.api_base == "https://graph.facebook.com"
    assert (settings.version, settings.token_in) == ("v26.0", "header")
    assert (settings.connect_timeout, settings.read_timeout) == (timedelta(seconds=5), timedelta(seconds=30))
    assert not settings.human_agent


def test_an_at_sign_and_pasted_blanks_are_forgiven() -> None:
    said = {**SIGN_IN_INSTAGRAM, "handle": " @Nord.Parcel ", "access_token": " token-1\n", "user_id": " 901 "}
    settings = instagram.Settings(**said)

    assert (settings.handle, settings.user_id) == ("Nord.Parcel", "901")
    assert settings.access_token == SecretStr("token-1")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"access_token": None}, "access_token"),
        ({"access_token": SECRET}, "paste it again"),
        ({"app_secret": ""}, "paste it again"),
        ({"app_secret": None}, "app_secret: missing"),
        ({"page_id": "nordparcel"}, "digits only"),
        ({"app_id": "7a"}, "digits only"),
        ({"version": "26.0"}, 'such as "v26.0"'),
        ({"version": "v2.8"}, 'such as "v26.0"'),
        ({"api_base": "graph.facebook.com"}, "no http(s) address"),
        ({"token_in": "cookie"}, "token_in"),
        ({"inbox_every": 5}, "inbox_every"),
        ({"watched": 0}, "watched"),
        ({"look_back": timedelta(days=8)}, "look_back"),
        ({"acess_token": "x"}, "acess_token"),
    ],
)
def test_a_mistake_is_told_by_its_name_and_never_by_its_value(changed: dict[str, Any], says: str) -> None:
    said = {name: value for name, value in {**SIGN_IN, **changed}.items() if value is not None}

    with pytest.raises(ValidationError) as caught:
        facebook.Settings(**said)

    assert says in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("name", "value"), [("user_id", "9x"), ("handle", "nord parcel"), ("handle", "n" * 31)])
def test_an_account_of_instagram_is_named_as_instagram_names_it(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        instagram.Settings(**{**SIGN_IN_INSTAGRAM, name: value})


def test_a_page_that_is_not_named_is_asked_for_once(wire: Wire) -> None:
    wire.will(200, {"id": "900"})

    page = a_page(wire, page_id=None)

    assert page.account == "900"
    assert [asked.path for asked in wire.asked] == ["/v26.0/me"]


def test_an_account_that_is_not_named_is_asked_of_its_page(wire: Wire) -> None:
    wire.will(200, {"id": "900", "instagram_business_account": {"id": "901", "username": "nordparcel"}})

    account = an_account(wire, page_id=None, user_id=None, handle=None)

    assert (account.account, account.handle, account.invitation) == ("901", "nordparcel", "https://ig.me/m/nordparcel")
    assert len(wire.asked) == 1
