"""Carries out requests to be erased that came through a platform, as `sottovoce forget` does. Answers nobody."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from app.forgetting import erase
from desk import identity
from desk.report import publish
from domain.conduct import Conduct
from domain.values import Priority
from listener import health
from storage import deletions, sources
from storage.database import checkpoint, writing

log = logging.getLogger(__name__)


def run_once(engine: Engine, accounts: Sequence[tuple[str, str]], *, conduct: Conduct, now: datetime) -> bool:
    """Erase whoever asked first. False when nobody has asked.

    Rows: request asked -> done with the erasure, in one transaction. `accounts` are the (channel, account) of the
    platform that hands requests on. The cards in the team's room are laid out anew by the stage "cards".
    """
    with writing(engine) as db:
        request = deletions.next_asked(db)
        if request is None:
            return False
        channels = dict.fromkeys(channel for channel, _ in accounts)
        erased = {channel: erase(db, channel, request.who, now=now)[0] for channel in channels}
        known = any(forgotten.author_id is not None for forgotten in erased.values())
        for channel, forgotten in erased.items():
            identity.tell_kept(db, forgotten, channel=channel, conduct=conduct, now=now)
        deletions.settle(request, now=now)
        if not known:
            _tell_unknown(db, accounts, conduct, now)
    publish.tidy(engine, now=now)
    checkpoint(engine)
    log.info("request to be erased is done", extra={"deletion": request.id, "known": known})
    return True


def _tell_unknown(db: Session, accounts: Sequence[tuple[str, str]], conduct: Conduct, now: datetime) -> None:
    """Tell the team, once a day: Meta names people to apps otherwise than to pages, so a person may be missed."""
    source = next((found for pair in accounts if (found := sources.named(db, *pair, ""))), None)
    if source is None:
        return
    health.tell(
        db,
        source,
        key=f"deletion-unknown:{now.date()}",
        headline="Meta: somebody asked to be erased who is not known here by that id",
        text="Nothing was found under the id that Meta names. It may be a person who never wrote to you.",
        remedy="Should they turn to you: `sottovoce forget facebook NAME`. See docs/webhooks.md.",
        conduct=conduct,
        now=now,
        priority=Priority.NORMAL,
    )


def left(engine: Engine, accounts: Sequence[tuple[str, str]], *, conduct: Conduct, now: datetime) -> None:
    """Tell the team that somebody took the app's rights away: where it was who gave them, hearing ends."""
    with writing(engine) as db:
        source = next((found for pair in accounts if (found := sources.named(db, *pair, ""))), None)
        if source is None:
            return
        health.tell(
            db,
            source,
            key=f"deauthorized:{now.date()}",
            headline="Meta: somebody removed the app from their account",
            text="If it was the person who connected the page, reading and answering will be refused from now on.",
            remedy="Run `sottovoce check`; it tries the token and its rights.",
            conduct=conduct,
            now=now,
            priority=Priority.HIGH,
        )
