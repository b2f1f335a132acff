"""The four failures, each named for what the caller does about it. Expected outcomes are values, not errors."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum


class SottovoceError(Exception):
    """Anything that went wrong on the way out of, or into, the house. Never carries a secret or a customer's words."""


class ConfigError(SottovoceError):
    """The operator must change something: every problem at once, each with its key and its remedy."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep `problems`, one line each; an empty list is a programming error."""
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Pause(StrEnum):
    """Why a channel asks to be left alone for a while."""

    OUTAGE = "outage"
    RATE = "rate"  # 429: says nothing about the delivery, so no attempt is counted
    MONEY = "money"  # out of credits or over the platform's spending cap


class Unavailable(SottovoceError):
    """Later: nothing was sent, nothing was read. Try again at `retry_at`, or after the usual wait where it is None."""

    def __init__(
        self,
        channel: str,
        why: str,
        *,
        pause: Pause = Pause.OUTAGE,
        retry_at: datetime | None = None,
        endpoint: str | None = None,
    ) -> None:
        """`why` is for the operator; `endpoint` names the rate row the pause belongs to."""
        super().__init__(f"{channel}: {why}")
        self.channel, self.why, self.pause = channel, why, pause
        self.retry_at, self.endpoint = retry_at, endpoint


class Scope(StrEnum):
    """How much a refusal stops."""

    ITEM = "item"  # this delivery or this query; a person takes it on
    SENDING = "sending"  # the account may not send any more: locked, or seen as automated
    ACCOUNT = "account"  # sign-in or permission lost: neither hear nor send


class Refused(SottovoceError):
    """Never again: the platform said no, and would say no to the same request tomorrow."""

    def __init__(
        self, channel: str, why: str, *, rule: str, scope: Scope = Scope.ITEM, remedy: str = "", gone: bool = False
    ) -> None:
        """`rule` is a stable id such as `x.not-summoned`; `gone` says the thing answered no longer exists."""
        super().__init__(f"{channel}: {why}")
        self.channel, self.why, self.rule = channel, why, rule
        self.scope, self.remedy, self.gone = scope, remedy, gone


class Uncertain(SottovoceError):
    """It may have been sent: look at what we sent, never resend blind."""

    def __init__(self, channel: str, why: str) -> None:
        """`why` is for the operator: a timeout, a reset, a 5xx, an unreadable answer, a claim of duplicate content."""
        super().__init__(f"{channel}: {why}")
        self.channel, self.why = channel, why
