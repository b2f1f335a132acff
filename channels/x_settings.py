"""What the operator says about the X account. Inert: building it opens nothing and asks nobody."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from channels.x_money import price_table

MAX_QUERY = 512  # characters, X's limit for self-serve recent search
LONGEST_HANDLE = "n" * 15
OAUTH1 = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
_PRINTABLE = re.compile(r"[!-~]+")  # what an HTTP header can carry

Wait = Annotated[timedelta, Field(ge=timedelta(seconds=15), le=timedelta(days=1))]
Patience = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=2))]


class Settings(BaseModel):
    """One account. Sign in by the four OAuth 1.0a secrets (they do not expire), or by an OAuth 2.0 user token."""

    # a pasted secret must not come back in an error message, nor a misspelt key be passed over
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    handle: str = Field(
        default="", description="the account's handle (empty: X is asked)", json_schema_extra={"ask": True}
    )
    user_id: str = ""  # numeric; looked up when absent
    consumer_key: SecretStr | None = Field(default=None, description="API key (consumer key)")
    consumer_secret: SecretStr | None = Field(default=None, description="API key secret (consumer secret)")
    access_token: SecretStr | None = Field(default=None, description="access token")
    access_token_secret: SecretStr | None = Field(default=None, description="access token secret")
    bearer_token: SecretStr | None = Field(  # of the account, not of the app; X lets it live two hours
        default=None,
        description="or an OAuth 2.0 user token; X lets it live two hours",
        json_schema_extra={"instead_of": list(OAUTH1)},
    )

    api_base: str = "https://api.x.com"
    connect_timeout: Patience = timedelta(seconds=5)
    read_timeout: Patience = timedelta(seconds=30)
    names: Literal["tweet", "post"] = "tweet"  # which generation of field names is asked for; both are read

    searches: tuple[str, ...] = ()  # what X's recent search takes; our own posts and reposts are left out by themselves
    hear_directs: bool = True
    mentions_every: Wait = timedelta(seconds=60)
    searches_every: Wait = timedelta(seconds=180)
    directs_every: Annotated[timedelta, Field(ge=timedelta(seconds=60))] = timedelta(seconds=75)  # X: 15 in 15 min
    expect_mention_within: timedelta | None = None  # a quieter time than this is suspicious
    look_back: Annotated[timedelta, Field(ge=timedelta(hours=1), le=timedelta(days=6))] = timedelta(hours=6)
    overlap: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(hours=6))] = timedelta(minutes=10)
    sweep_every: Annotated[timedelta, Field(ge=timedelta(minutes=5))] = timedelta(minutes=30)
    late_by: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=5))] = timedelta(hours=6)

    owns_app: bool = False  # this account owns the developer app: X bills its own mentions at a fifth
    paid_links: bool = False  # let public answers carry links, at some 13 times the price
    count_expansions: bool = True  # book the authors and quoted posts in an answer; X does not say if it bills them
    prices: dict[str, Annotated[int, Field(ge=0)]] = {}  # micro-dollars; replaces lines of the price table

    @field_validator(*OAUTH1, "bearer_token")
    @classmethod
    def _headers_can_carry_it(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None:
            return None
        pasted = secret.get_secret_value().strip()
        if not _PRINTABLE.fullmatch(pasted):
            raise ValueError("is empty, or holds a blank or a character no key of X has: paste it again")
        return SecretStr(pasted)

    @field_validator("handle")
    @classmethod
    def _is_a_handle(cls, handle: str) -> str:
        handle = handle.strip().removeprefix("@")
        if handle and not re.fullmatch(r"\w{1,15}", handle, re.ASCII):
            raise ValueError("is no handle of X: at most 15 letters, digits and underscores")
        return handle

    @field_validator("user_id")
    @classmethod
    def _is_numeric(cls, user_id: str) -> str:
        if user_id and not re.fullmatch(r"[0-9]{1,19}", user_id):
            raise ValueError("is no user id of X: digits only; leave it out to have it looked up")
        return user_id

    @field_validator("api_base")
    @classmethod
    def _is_an_address(cls, base: str) -> str:
        if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", base):
            raise ValueError("is no http(s) address; X's own is https://api.x.com")
        return base.rstrip("/")

    @field_validator("prices")
    @classmethod
    def _are_in_the_table(cls, prices: dict[str, int]) -> dict[str, int]:
        known = price_table()
        if unknown := sorted(set(prices) - set(known)):
            raise ValueError(f"no such line: {', '.join(unknown)}; there are {', '.join(known)}")
        return prices

    @model_validator(mode="after")
    def _can_sign_in_and_search(self) -> Self:
        given = [name for name in OAUTH1 if getattr(self, name)]
        if self.bearer_token and given:
            raise ValueError("bearer_token: leave it out, or leave out the four OAuth 1.0a secrets")
        if not self.bearer_token and len(given) < len(OAUTH1):
            missing = ", ".join(name for name in OAUTH1 if name not in given)
            raise ValueError(f"missing: {missing} (from X's developer console, «Keys and tokens»)")
        for number, search in enumerate(self.searches, 1):
            if not search.strip() or len(query(search, self.handle or LONGEST_HANDLE)) > MAX_QUERY:
                raise ValueError(
                    f"searches: number {number} is empty, or with its exclusions over {MAX_QUERY} characters"
                )
        return self

    def oauth1(self) -> tuple[str, str, str, str] | None:
        """Give the four secrets in the order of `OAUTH1`; None where a bearer token is used."""
        if self.bearer_token:
            return None
        key, secret, token, token_secret = (getattr(self, name).get_secret_value() for name in OAUTH1)
        return key, secret, token, token_secret


def query(search: str, handle: str) -> str:
    """Make the query X is asked: what the operator wrote, without our own posts and without reposts."""
    return f"({search.strip()}) -from:{handle} -is:retweet"
