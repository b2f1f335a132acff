"""The command `may-send`: what could be said in a case now, by whom, and why not. Asks the gate; sends nothing.

The platform itself is not asked: whether the post still stands, and how long words may be, is looked at when they go.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from app import terminal
from app.opening import opened
from domain.clock import utc_now
from domain.conduct import Conduct
from domain.errors import ConfigError
from domain.sending import DeliveryKind
from responder.answers import aim, wished
from responder.asking import Answer, Ask, Says, Stage
from responder.evidence import gather
from responder.gate import gate_by
from responder.language import words
from responder.rulebook import Book, book
from storage.cases import Case
from storage.database import reading

BOT, SOMEBODY = "", "person:you"
THINGS: tuple[tuple[str, DeliveryKind, str], ...] = (
    ("public reply by the bot", DeliveryKind.REPLY, BOT),
    ("public reply by a person", DeliveryKind.REPLY, SOMEBODY),
    ("private reply to the post by the bot", DeliveryKind.PRIVATE_REPLY, BOT),
    ("private reply to the post by a person", DeliveryKind.PRIVATE_REPLY, SOMEBODY),
    ("private message by the bot", DeliveryKind.MESSAGE, BOT),
    ("private message by a person", DeliveryKind.MESSAGE, SOMEBODY),
    ("liking the post", DeliveryKind.LIKE, SOMEBODY),
    ("hiding the post", DeliveryKind.HIDE, SOMEBODY),
    ("deleting the post", DeliveryKind.DELETE, SOMEBODY),
    ("shutting the author out", DeliveryKind.BAN, SOMEBODY),
)
_PLAINLY = {Says.ALLOW: "yes", Says.WAIT: "wait", Says.HOLD: "a person decides", Says.REFUSE: "no"}
_NOTHING = {
    DeliveryKind.MESSAGE: ("nothing-private", "they have not written in private in this case", "invite them in public"),
}
_NO_POST = ("nothing-public", "there is no public post of theirs in this case", "write to them in private")


def run_may_send(settings: Path, case_id: int, *, as_json: bool) -> int:
    """Show for each thing that could be said or done in a case whether it may be, by which rule, and what else may."""
    now = utc_now()
    with opened(settings) as (read, engine), reading(engine) as db:
        case = db.get(Case, case_id)
        if case is None:
            remedy = "`sottovoce cases list --state all` shows them."
            raise terminal.fail(ConfigError([f"case {case_id}: there is none. {remedy}"]))
        found = explain(db, case, conduct=read.conduct(), now=now)
    if as_json:
        terminal.print_json(found)
    else:
        _draw(found)
    return 0


def explain(db: Session, case: Case, *, conduct: Conduct, now: datetime) -> dict[str, Any]:
    """Ask the gate about everything that could be said or done in a case now."""
    rules = book(case.channel)
    return {
        "case": case.id,
        "channel": case.channel,
        "rulebook": rules.version,
        "at": now,
        "may": [_one(db, case, rules, thing, conduct=conduct, now=now) for thing in THINGS],
    }


def _one(
    db: Session,
    case: Case,
    rules: Book,
    thing: tuple[str, DeliveryKind, str],
    *,
    conduct: Conduct,
    now: datetime,
) -> dict[str, Any]:
    what, kind, by = thing
    at = aim(db, case, kind)
    if at is None:
        rule, reason, instead = _NOTHING.get(kind, _NO_POST)
        nothing = Answer(verdict=Says.REFUSE, rule=rule, reason=reason, instead=instead, source="the case's own posts")
        return _said(what, nothing, {})
    # the bot's own words always say what it is
    text = words(conduct.fallback_lang).honesty[0]
    ask = gather(db, wished(case, kind, at, body=text, by=by, now=now), stage=Stage.PLAN, conduct=conduct, now=now)
    answer = gate_by(rules, ask)
    return _said(what, answer, _evidence(rules, ask, answer))


def _evidence(rules: Book, ask: Ask, answer: Answer) -> dict[str, object]:
    """List what the rule that answered went by."""
    rule = next((rule for rule in rules.rules if rule.id == answer.rule), None)
    read = rule.reads if rule else ("summoned", "last_theirs_at") if ask.automatic else ()
    return {name: ask.plainly(name) for name in read if name != "conduct"}


def _said(what: str, answer: Answer, evidence: dict[str, object]) -> dict[str, Any]:
    return {
        "what": what,
        "may": _PLAINLY[answer.verdict],
        "until": answer.until,
        "rule": answer.rule,
        "reason": answer.reason,
        "consent": answer.consent,
        "instead": answer.instead,
        "evidence": evidence,
        "source": answer.source,
    }


def _draw(found: dict[str, Any]) -> None:
    out = terminal.out
    out.print(
        f"Case {found['case']} on {found['channel']}, by the rules of {found['rulebook']}", style="bold", markup=False
    )
    for row in found["may"]:
        may = f"wait until {row['until']:%d %b %H:%M} UTC" if row["until"] else row["may"]
        out.print(f"\n{row['what']}: {may}", style="cyan", markup=False)
        for name, said in _lines(row):
            out.print(f"  {name:9}{said}", markup=False, soft_wrap=True)


def _lines(row: dict[str, Any]) -> list[tuple[str, str]]:
    """List what is told of one thing, as far as there is something to tell."""
    told = [
        ("because", row["consent"].partition(": ")[2] or f"{row['reason']} ({row['rule']})"),
        ("instead", row["instead"]),
        ("went by", ", ".join(f"{name} = {value}" for name, value in row["evidence"].items())),
        ("source", row["source"]),
    ]
    return [(name, said) for name, said in told if said]
