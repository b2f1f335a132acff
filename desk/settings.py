"""What the desk is told by the settings, as Protocols: the desk reads no file and knows no defaults of its own."""

from typing import Literal, Protocol

from pydantic import SecretStr


class SlackSettings(Protocol):
    """The team's room."""

    @property
    def bot_token(self) -> SecretStr: ...  # noqa: D102

    @property
    def app_token(self) -> SecretStr | None: ...  # noqa: D102

    @property
    def room(self) -> str: ...  # noqa: D102

    @property
    def cases_room(self) -> str: ...  # noqa: D102

    @property
    def api_base(self) -> str: ...  # noqa: D102


class MailSettings(Protocol):
    """The team's letter box."""

    @property
    def host(self) -> str: ...  # noqa: D102

    @property
    def port(self) -> int: ...  # noqa: D102

    @property
    def sender(self) -> str: ...  # noqa: D102

    @property
    def to(self) -> str: ...  # noqa: D102

    @property
    def user(self) -> str: ...  # noqa: D102

    @property
    def password(self) -> SecretStr | None: ...  # noqa: D102

    @property
    def tls(self) -> Literal["starttls", "tls", "none"]: ...  # noqa: D102
