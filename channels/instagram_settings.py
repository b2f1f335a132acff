"""What the operator says about the Instagram account. Inert: building it opens nothing and asks nobody."""

import re

from pydantic import Field, field_validator

from channels.graph_settings import Account


class Settings(Account):
    """One professional account that is connected to a Page, and the Page access token that speaks for both."""

    user_id: str = Field(
        default="",
        description="the Instagram account's id, digits (empty: Meta is asked)",
        json_schema_extra={"ask": True},
    )
    handle: str = Field(
        default="", description="the account's name (empty: Meta is asked)", json_schema_extra={"ask": True}
    )

    @field_validator("user_id")
    @classmethod
    def _is_an_id(cls, value: str) -> str:
        if value and not re.fullmatch(r"[0-9]{1,20}", value.strip()):
            raise ValueError("is no id of Meta: digits only")
        return value.strip()

    @field_validator("handle")
    @classmethod
    def _is_a_handle(cls, handle: str) -> str:
        handle = handle.strip().removeprefix("@")
        if handle and not re.fullmatch(r"[\w.]{1,30}", handle, re.ASCII):
            raise ValueError("is no name of Instagram: at most 30 letters, digits, points and underscores")
        return handle
