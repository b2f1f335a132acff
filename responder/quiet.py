"""Quiet hours: when they end. Pure; says nothing on what must keep quiet."""

from datetime import UTC, datetime, time, timedelta

from domain.conduct import QuietHours


def quiet_until(quiet: QuietHours | None, now: datetime) -> datetime | None:
    """Say when the quiet hours `now` lies in are over, in UTC; None outside them, or when they are empty.

    Goes by the wall clock of the brand's zone, so the night the clocks change is an hour longer or shorter.
    """
    if quiet is None or not _within(quiet.start, quiet.end, now.astimezone(quiet.zone).time()):
        return None
    local = now.astimezone(quiet.zone)
    ends = [
        datetime.combine(local.date() + timedelta(days=days), quiet.end, quiet.zone).replace(fold=fold).astimezone(UTC)
        for days in (0, 1)
        for fold in (0, 1)  # an hour that comes twice ends the quiet at whichever is still ahead
    ]
    return min(end for end in ends if end > now)


def _within(start: time, end: time, at: time) -> bool:
    if start <= end:
        return start <= at < end
    return at >= start or at < end
