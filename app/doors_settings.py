"""What the operator says about doors: how platforms may push to us. Inert; off unless the table is there."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

META = ("facebook", "instagram")  # the channels one app of Meta's pushes for
SHORTEST_SECRET = 16  # characters of a verify token we let pass: it is all that guards the handshake

Sweep = Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(minutes=30))]
Silence = Annotated[timedelta, Field(ge=timedelta(minutes=5), le=timedelta(days=1))]


class Doors(BaseModel):
    """Where platforms knock, and how each proves who it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = "127.0.0.1"  # the address that is listened on; a web server with a certificate stands before it
    port: int = Field(default=8787, ge=0, le=65535)
    public_url: str = ""  # where the web server is reached from outside
    meta_app_secret: SecretStr | None = Field(default=None, description="app secret of the Meta app")
    meta_verify_token: SecretStr | None = Field(default=None, description="verify token, made up by you")
    x_webhook: bool = False
    x_stream: bool = False
    x_app_token: SecretStr | None = Field(default=None, description="bearer token of the X app")
    x_consumer_secret: SecretStr | None = None  # empty: the one of [x]
    sweep_every: Sweep = timedelta(minutes=10)
    silent_after: Silence = timedelta(hours=1)  # without a push for so long, polls come at their usual pace again

    @field_validator("public_url")
    @classmethod
    def _is_public(cls, url: str) -> str:
        if url and not re.fullmatch(r"https://[^\s/?#@:]+(/[^\s?#]*)?", url):
            raise ValueError("is no https address without a port: platforms take no other, such as https://bot.example")
        return url.rstrip("/")

    @field_validator("meta_verify_token")
    @classmethod
    def _cannot_be_guessed(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"is too short: make up at least {SHORTEST_SECRET} characters")
        return token

    @property
    def meta(self) -> bool:
        """Whether Meta may push to us."""
        return self.meta_app_secret is not None and self.meta_verify_token is not None

    @property
    def serves(self) -> bool:
        """Whether anything is to be reached from outside; a stream goes out by itself."""
        return self.meta or self.x_webhook


def misfits(doors: Doors | None, channels: Mapping[str, Any]) -> list[str]:
    """Say what in the table does not go with the rest of the settings, each with its key and remedy."""
    if doors is None:
        return []
    meta = [name for name in META if name in channels]
    secret = doors.x_consumer_secret or getattr(channels.get("x"), "consumer_secret", None)
    half = (doors.meta_app_secret is None) != (doors.meta_verify_token is None)
    wants_x = doors.x_webhook or doors.x_stream
    found = [
        (half, "doors.meta_app_secret, doors.meta_verify_token: set both, or neither."),
        (doors.meta and not meta, "doors.meta_app_secret: set up [facebook] or [instagram] as well."),
        (wants_x and "x" not in channels, "doors.x_webhook, doors.x_stream: set up [x] as well."),
        (doors.x_webhook and not secret, "doors.x_consumer_secret: missing; X signs its webhooks with it."),
        (doors.x_stream and not doors.x_app_token, "doors.x_app_token: missing; the stream takes the app's own token."),
        (doors.serves and not doors.public_url, "doors.public_url: missing; platforms must reach us there."),
        (not (doors.serves or doors.x_stream or half), "doors: opens nothing. See docs/webhooks.md, or leave it out."),
    ]
    return [problem for wrong, problem in found if wrong]
