"""The command `import`: real posts through the whole road in dry run, and a summary somebody can read."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app import terminal
from app.importing_summary import draw, summarise
from app.judging import make_judge
from app.reading import Bad, Row, read
from app.settings import load
from domain.clock import utc_now
from domain.conduct import Approval, Conduct
from domain.errors import ConfigError, SottovoceError
from domain.values import NewAuthor, NewPost, Page, PostKind, SourceSpec
from moderation import judge as judging
from moderation.judge import Judge
from responder import respond
from storage import posts, sources
from storage.database import migrate, open_database, writing

CHANNEL, ACCOUNT = "file", "brand"
NAMELESS = "the brand"
PAGE = 500  # posts a transaction
LONG_AGO = timedelta(days=36_500)  # an old export must not be too stale to be answered in a rehearsal


def run_import(file: Path, *, settings: Path | None, brand: str | None, database: Path | None, as_json: bool) -> int:
    """Judge and answer a file's posts in dry run; returns 1 when some lines were no posts, else 0.

    With `settings` by that team's models, policy and patterns, and under its name where `brand` gives no other.
    """
    try:
        team = load(settings) if settings else None
        name = brand or (team.brand if team else NAMELESS)
        with _database(database) as engine:
            found = rehearse(engine, read(file), make_judge(team), brand=name, now=utc_now())
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    if as_json:
        terminal.print_json(found)
    else:
        draw(found, kept=database)
    return 1 if found["left_out"] else 0


@contextmanager
def _database(kept: Path | None) -> Iterator[Engine]:
    if kept and kept.exists():
        message = f"{kept}: exists already. An import never mixes with a live database: name a new file."
        raise ConfigError([message])
    with tempfile.TemporaryDirectory(prefix="sottovoce-") as folder:
        engine = open_database(f"sqlite:///{kept or Path(folder) / 'import.db'}")
        try:
            migrate(engine)
            yield engine
        finally:
            engine.dispose()


def rehearse(engine: Engine, items: Iterable[Row | Bad], judge: Judge, *, brand: str, now: datetime) -> dict[str, Any]:
    """Put posts through the road without a platform and without sending; returns the summary.

    Repeats of an id are stored once and counted.
    """
    rows: list[Row] = []
    bad: list[Bad] = []
    for item in items:
        if isinstance(item, Row):
            rows.append(item)
        else:
            bad.append(item)
    conduct = Conduct(
        brand=brand, dry_run=True, approval=Approval.NONE, stale_after=LONG_AGO, per_author_hour=1_000_000
    )
    _register(engine, now)
    hours = list(_hours(rows, now))
    repeated = 0
    for at, hour in terminal.progress(hours, total=len(hours), what="Judging"):
        repeated += _store(engine, hour, at)
        while judging.run_once(engine, judge, now=at):
            pass
        while respond.run_once(engine, conduct=conduct, now=at):
            pass
    summary = summarise(engine, brand=brand)
    unreadable = Counter(item.why for item in bad)
    undated = sum(row.created_at is None for row in rows)
    return {
        **summary,
        "read": len(rows) + len(bad),
        "repeated": repeated,
        "undated": undated,
        "left_out": [{"why": why, "lines": count} for why, count in unreadable.items()],
    }


def _hours(rows: Sequence[Row], now: datetime) -> Iterator[tuple[datetime, Sequence[Row]]]:
    """Part rows by the hour they were written in, so that cases open when they would have: undated ones open now."""
    dated = sorted(((min(row.created_at or now, now), row) for row in rows), key=itemgetter(0))
    for _, hour in groupby(dated, key=lambda each: each[0].replace(minute=0, second=0, microsecond=0)):
        page = list(hour)
        yield page[-1][0], [row for _, row in page]


def _register(engine: Engine, now: datetime) -> None:
    with writing(engine) as db:
        spec = SourceSpec(name="import", endpoint="file", every=timedelta(days=1))
        sources.register(db, CHANNEL, ACCOUNT, spec, now=now)


def _store(engine: Engine, rows: Sequence[Row], now: datetime) -> int:
    """Store the posts like a listener would, page by page; returns how many were repeats."""
    repeated = 0
    for start in range(0, len(rows), PAGE):
        page = Page(posts=tuple(_post(row, now) for row in rows[start : start + PAGE]), cursor=str(start))
        with writing(engine) as db:
            source = sources.listening(db)[0]
            stored = posts.store_page(db, source, page, now=now)
            sources.heard_page(source, page, new=len(stored.new), late=0, now=now)
            repeated += stored.repeated
    return repeated


def _post(row: Row, now: datetime) -> NewPost:
    author = row.author or f"author-of-{row.id}"
    return NewPost(
        native_id=row.id,
        kind=PostKind.DIRECT if row.direct else PostKind.MENTION,
        text=row.text,
        author=NewAuthor(native_id=author, handle=author, followers=row.followers),
        conversation=row.conversation or row.id,
        created_at=row.created_at or now,
        # who names an account with @ has called it; a platform would tell exactly
        summoned=row.direct or "@" in row.text,
        lang=row.lang,
    )
