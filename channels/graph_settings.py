"""What every account at Meta has in common in the settings. Inert: building it opens nothing and asks nobody."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_PRINTABLE = re.compile(r"[!-~]+")  # what an HTTP header can carry

Wait = Annotated[timedelta, Field(ge=timedelta(seconds=15), le=timedelta(days=1))]
Patience = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=2))]


class Account(BaseModel):
    """A Page, or an Instagram account that is connected to one, and the token that speaks for it."""

    # a pasted secret must not come back in an error message, nor a misspelt key be passed over
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    page_id: str = Field(
        default="", description="the Page's id, digits (empty: Meta is asked)", json_schema_extra={"ask": True}
    )
    access_token: SecretStr = Field(description="Page access token")
    app_id: str = Field(
        default="",
        description="the app's id, digits; with the secret it checks the token",
        json_schema_extra={"ask": True},
    )
    app_secret: SecretStr | None = Field(
        default=None, description="the app's secret; signs every request (recommended)"
    )

    api_base: str = "https://graph.facebook.com"
    version: str = "v26.0"
    token_in: Literal["header", "parameter"] = "header"  # noqa: S105 (where the token goes; not a token)
    connect_timeout: Patience = timedelta(seconds=5)
    read_timeout: Patience = timedelta(seconds=30)
    human_agent: bool = False  # the app has the Human Agent feature: people may answer for 7 days

    hear_inbox: bool = True
    inbox_every: Wait = timedelta(minutes=2)  # Messenger's limit grows with the people who write to the Page
    comments_every: Wait = timedelta(minutes=2)
    tags_every: Wait = timedelta(minutes=5)
    watched: Annotated[int, Field(ge=1, le=100)] = 25  # the latest posts or media whose comments are heard
    expect_comment_within: timedelta | None = None  # a quieter time than this is suspicious
    look_back: Annotated[timedelta, Field(ge=timedelta(hours=1), le=timedelta(days=6))] = timedelta(hours=6)
    overlap: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(hours=6))] = timedelta(minutes=10)
    sweep_every: Annotated[timedelta, Field(ge=timedelta(minutes=5))] = timedelta(minutes=15)
    late_by: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=5))] = timedelta(hours=6)

    @field_validator("access_token", "app_secret")
    @classmethod
    def _headers_can_carry_it(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None:
            return None
        pasted = secret.get_secret_value().strip()
        if not _PRINTABLE.fullmatch(pasted):
            raise ValueError("is empty, or holds a blank or a character no key of Meta has: paste it again")
        return SecretStr(pasted)

    @field_validator("page_id", "app_id")
    @classmethod
    def _is_numeric(cls, value: str) -> str:
        if value and not re.fullmatch(r"[0-9]{1,20}", value.strip()):
            raise ValueError("is no id of Meta: digits only")
        return value.strip()

    @field_validator("api_base")
    @classmethod
    def _is_an_address(cls, base: str) -> str:
        if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", base):
            raise ValueError("is no http(s) address; Meta's own is https://graph.facebook.com")
        return base.rstrip("/")

    @field_validator("version")
    @classmethod
    def _is_a_version(cls, version: str) -> str:
        if not re.fullmatch(r"v[0-9]{2}\.[0-9]", version):
            raise ValueError('is no version of Graph: write one such as "v26.0"')
        return version

    @model_validator(mode="after")
    def _secret_belongs_to_an_app(self) -> Self:
        if self.app_id and self.app_secret is None:
            raise ValueError("app_secret: missing (from the app's «Settings › Basic»), or leave out app_id")
        return self
