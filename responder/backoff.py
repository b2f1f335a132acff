"""Backoff: how long to leave something alone that has failed. Pure; waits for nothing itself."""

from datetime import timedelta

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
_DOUBLINGS = 10  # 2 s doubled ten times is over half an hour: more would only overflow


def wait_before_retry(attempts: int, asked: timedelta | None = None) -> timedelta:
    """Say how long to leave a delivery alone after it has failed `attempts` times.

    Doubles from 2 s and stops growing at 15 min; a platform that asks for longer gets what it asks.

    Raises ValueError if `attempts` is below 1: before a failure there is no wait.
    Source: `asked` is the Retry-After of RFC 9110, section 10.2.3, as a duration.
    """
    if attempts < 1:
        raise ValueError(f"nothing has failed yet: attempts is {attempts}")
    grown: timedelta = FIRST_WAIT * 2 ** min(attempts - 1, _DOUBLINGS)
    return max(min(grown, LONGEST_WAIT), asked or timedelta(0))
