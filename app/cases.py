"""The commands `cases …`: look at cases, and decide them. Customers' words are shown masked."""

from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table
from sqlmodel import Session

from app import terminal
from app.opening import opened
from domain.clock import utc_now
from domain.errors import ConfigError, SottovoceError
from domain.masking import mask
from domain.values import Priority, Span
from responder import claims, identity_view
from storage import cases, customers, deliveries, events, gatings, links, verdicts
from storage.authors import Author
from storage.cases import Case
from storage.database import reading, writing
from storage.posts import Post

ALL = "all"
STATES = (cases.OPEN, cases.WAITING, cases.RESOLVED, cases.DISMISSED)


def list_cases(settings: Path, *, state: str, limit: int, as_json: bool) -> int:
    """List cases, the most urgent first."""
    if state not in {*STATES, ALL}:
        raise terminal.fail(ConfigError([f"--state {state}: must be one of {', '.join((*STATES, ALL))}"]))
    with opened(settings) as (_, engine), reading(engine) as db:
        rows = cases.queue(db, states=() if state == ALL else (state,), limit=limit)
        found = [_short(case, author) for case, author in rows]
    if as_json:
        terminal.print_json(found)
        return 0
    table = Table("case", "priority", "need", "state", "who", "lang", "posts", "handoff", "first answer", "held by")
    for row in found:
        due = f"{row['sla']} {row['due_at']:%d %b %H:%M}" if row["due_at"] else row["sla"]
        cells = (row["id"], row["priority"], row["need"], row["state"], row["author"], row["lang"], row["posts"])
        table.add_row(*map(str, cells), row["handoff"], due, row["claimed_by"] or "–")
    terminal.out.print(table if found else f"No case is {state}.")
    return 0


def _short(case: Case, author: Author) -> dict[str, Any]:
    return {
        "id": case.id,
        "priority": Priority(case.priority).name.lower(),
        "need": case.need,
        "reason": case.reason,
        "state": case.state,
        "channel": case.channel,
        "author": f"@{author.handle}" if author.handle else "(forgotten)" if author.forgotten_at else author.native_id,
        "lang": case.lang,
        "posts": case.posts,
        "handoff": case.handoff,
        "sla": case.sla,
        "due_at": case.due_at,
        "opened_at": case.opened_at,
        "claimed_by": case.claimed_by,
    }


def show_case(settings: Path, case_id: int, *, as_json: bool) -> int:
    """Show everything about one case."""
    with opened(settings) as (_, engine), reading(engine) as db:
        case = _get(db, case_id)
        found = describe(db, case)
    if as_json:
        terminal.print_json(found)
    else:
        _draw(found)
    return 0


def _get(db: Session, case_id: int) -> Case:
    case = db.get(Case, case_id)
    if case is None:
        raise ConfigError([f"case {case_id}: there is none. `sottovoce cases list --state all` shows them."])
    return case


def describe(db: Session, case: Case) -> dict[str, Any]:
    """Collect a case: its posts, facts, deliveries, the gate's answers and its events."""
    posts = cases.posts_of(db, case.id)
    judged = verdicts.of(db, [post.id for post in posts])
    sent = deliveries.of_case(db, case.id)
    return {
        **_short(case, db.get_one(Author, case.author_id)),
        "posts": [_post(post, judged.get(post.id)) for post in posts],
        **_customer(db, case),
        "facts": [{"kind": fact.kind, "post": fact.post_id, "at": fact.at} for fact in cases.facts_of(db, case.id)],
        "deliveries": [
            {
                "id": row.id,
                "key": row.key,
                "kind": row.kind,
                "state": row.state,
                "why": row.why,
                "body": row.body if row.kind in {"reply", "private-reply", "message"} else "",
                "planned_at": row.planned_at,
                "sent_at": row.sent_at,
                "native_id": row.native_id,
            }
            for row in sent
        ],
        "gate": [
            {"key": row.key, "stage": said.stage, "verdict": said.verdict, "rule": said.rule, "reason": said.reason}
            for row in sent
            for said in gatings.of_delivery(db, row.key)
        ],
        "events": [
            {"at": event.at, "actor": event.actor, "kind": event.kind, "reason": event.reason, "data": event.data}
            for event in events.of_case(db, case.id)
        ],
    }


def _customer(db: Session, case: Case) -> dict[str, Any]:
    """Say what else there is of the case's customer, on this channel and others."""
    kin = links.members(db, {case.author_id})[case.author_id]
    told = customers.facts_elsewhere(db, case.author_id, kin)
    return {
        "customer": min(kin),
        "also": list(identity_view.lines(db, case, kin)),
        "facts_elsewhere": [
            {"kind": each.kind, "channel": each.channel, "case": each.case_id, "at": each.at} for each in told
        ],
    }


def _post(post: Post, verdict: verdicts.Verdict | None) -> dict[str, Any]:
    spans = [Span(**span) for span in verdict.personal_data] if verdict else []
    return {
        "id": post.id,
        "kind": post.kind,
        "at": post.created_at,
        "text": mask(post.text, spans),
        "link": post.permalink,
        "need": verdict.need if verdict else None,
        "reason": verdict.reason if verdict else None,
    }


def decide(settings: Path, verb: str, case_id: int, *, by: str, why: str) -> int:
    """Take, release, resolve or dismiss a case, or note that it was answered. Exit code 1 when it could not be done."""
    now = utc_now()
    try:
        with opened(settings) as (_, engine), writing(engine) as db:
            case = _get(db, case_id)
            done = _act(db, case, verb, by=f"person:{by}", why=why, now=now)
            standing = f"it is {case.state}, and {case.claimed_by or 'nobody'} has it"
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    if not done:
        terminal.err.print(f"Case {case_id}: {standing}. Nothing changed.", markup=False)
        return 1
    terminal.out.print(f"Case {case_id}: {DONE[verb].format(by=by)}", markup=False)
    return 0


DONE = {
    "take": "{by} has it; the bot is silent in it",
    "release": "back in the queue",
    "answered": "answered by a person; the clock has stopped",
    "resolve": "resolved",
    "dismiss": "dismissed",
}


def _act(db: Session, case: Case, verb: str, *, by: str, why: str, now: datetime) -> bool:
    match verb:
        case "take":
            return claims.take(db, case.id, by, now=now) is not None
        case "release":
            return claims.release(db, case.id, by, now=now)
        case "answered":
            return claims.person_spoke(db, case.id, by, now=now)
        case "resolve":
            return claims.resolve(db, case.id, by, now=now)
        case _:
            return claims.dismiss(db, case.id, by, why=why, now=now)


def _draw(found: dict[str, Any]) -> None:
    out = terminal.out
    out.print(f"[bold]Case {found['id']}[/] {found['need']} ({found['priority']}), {found['state']}: {found['reason']}")
    out.print(f"{found['author']} on {found['channel']}, {found['lang']}; handoff {found['handoff']}", markup=False)
    due = f"{found['due_at']:%d %b %H:%M} UTC" if found["due_at"] else "none"
    for line in found["also"]:
        out.print(line, style="green", markup=False)
    out.print(
        f"First answer: {found['sla']}, promised by {due}; held by {found['claimed_by'] or 'nobody'}\n", markup=False
    )
    for post in found["posts"]:
        out.print(f"{post['at']:%d %b %H:%M:%S} {post['kind']:8} {post['reason'] or ''}", style="bold", markup=False)
        out.print(f"    {post['text'] or '(gone)'}", markup=False)
    for row in found["deliveries"]:
        when = row["sent_at"] or row["planned_at"]
        out.print(f"{when:%d %b %H:%M:%S} {row['kind']:8} {row['state']} {row['why']}", style="cyan", markup=False)
        if row["body"]:
            out.print(f"    {row['body']}", markup=False)
    table = Table("at", "who", "what", "why", title="Events", title_justify="left")
    for event in found["events"]:
        table.add_row(f"{event['at']:%H:%M:%S}", event["actor"], event["kind"], event["reason"])
    out.print(table)
