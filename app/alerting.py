"""Keeps the dial of alerts where the operator's choice puts it, once a day. Tells nobody but the log."""

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from moderation import lookback, reference
from moderation.alerting import Choice, Past
from moderation.dial import turned
from moderation.judge import Judge
from storage.database import reading

log = logging.getLogger(__name__)


class Daily:
    """Turns a judge's policy by what its own last weeks say: after midnight of the brand's clock, and at the start.

    It works between batches, in the stage that judges, so that no batch is judged by two policies.
    """

    def __init__(self, engine: Engine, judge: Judge, choice: Choice, *, zone: ZoneInfo) -> None:
        """Keep them; looks at nothing yet."""
        self._engine, self._judge, self._choice, self._zone = engine, judge, choice, zone
        self._day: date | None = None

    def keep(self, now: datetime) -> None:
        """See that the judge judges by today's dial. Without a choice there is nothing to see to."""
        today = now.astimezone(self._zone).date()
        if self._choice == Choice() or self._day == today:
            return
        chosen = look(self._engine, self._judge, zone=self._zone, now=now).choose(self._choice)
        self._judge.policy = turned(self._judge.base, chosen.dial)
        self._day = today
        log.info("policy %s: %s", self._judge.policy.version, chosen.why)


def look(engine: Engine, judge: Judge, *, zone: ZoneInfo, now: datetime) -> Past:
    """Look back on what a judge has judged."""
    known = reference.load()
    with reading(engine) as db:
        return lookback.past(db, judge.base, known, model=judge.version, zone=zone, now=now)
