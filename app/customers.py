"""The commands `customers …`: who is one customer over channels, and a person's word about it. Facts show masked."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from sqlmodel import Session

from app import terminal
from app.opening import opened
from domain.clock import utc_now
from domain.errors import ConfigError
from responder import facts
from responder.facts import Told
from storage import authors, customers, linking, links, suggestions
from storage.authors import Author
from storage.cases import Case
from storage.customers import Customer
from storage.database import reading, writing
from storage.linking import Outcome
from storage.links import Link

AT_MOST = 50
NAMESAKE = "their handles read the same, which alone says next to nothing"
_TELLS_WHO = re.compile(r"@|\d{4,}")  # an address, a handle, a long number
_ACTS = {links.LINK: "linked", links.UNLINK: "taken apart", links.APART: "known to be two"}


def suggest(settings: Path, *, as_json: bool) -> int:
    """List whom a person should look at: what was suggested and not decided, and namesakes."""
    with opened(settings) as (_, engine), reading(engine) as db:
        found = [_suggested(db, each.one, each.other, each.reason) for each in suggestions.undecided(db)]
        suggested = {(row["one"]["author"], row["other"]["author"]) for row in found}
        twins = [(one.id, other.id) for one, other in customers.namesakes(db, limit=AT_MOST)]
        found += [_suggested(db, *twin, NAMESAKE) for twin in twins if twin not in suggested]
    if as_json:
        terminal.print_json(found)
        return 0
    for row in found:
        terminal.out.print(f"{row['one']['who']} and {row['other']['who']}: {row['reason']}", markup=False)
        terminal.out.print(f"    sottovoce customers link {row['one']['who']} {row['other']['who']}", markup=False)
    if not found:
        terminal.out.print("Nobody looks like somebody else.")
    return 0


def _suggested(db: Session, one: int, other: int, reason: str) -> dict[str, Any]:
    return {"one": _author(db.get_one(Author, one)), "other": _author(db.get_one(Author, other)), "reason": reason}


def decide(settings: Path, one: str, other: str, *, verb: str, by: str, why: str) -> int:
    """Link two authors, unlink them, or remember that they are two. Exit code 1 when it could not be done."""
    if _TELLS_WHO.search(why):
        raise terminal.fail(ConfigError(["--why: the reason is kept for ever, so name no handle, address or number"]))
    act = _VERBS[verb]
    with opened(settings) as (_, engine), writing(engine) as db:
        first, second = (_find(db, spec) for spec in (one, other))
        done = act(db, first.id, second.id, by=f"{links.PERSON}{by}", reason=why, now=utc_now())
        together = second.id in links.members(db, {first.id})[first.id]
        obstacles = _drawn(db, done)
    if not done.done:
        terminal.err.print(f"{done.why[:1].upper()}{done.why[1:]}. Nothing changed.", markup=False)
        for line in obstacles:
            terminal.err.print(f"    {line}", markup=False)
        return 1
    said = "one customer" if together else "two customers"
    still = ", by way of others" if together and verb == "unlink" else ""
    terminal.out.print(f"{_named(first)} and {_named(second)} are {said}{still}.", markup=False)
    return 0


_VERBS: Mapping[str, Callable[..., Outcome]] = {
    "link": linking.link,
    "unlink": linking.unlink,
    "apart": linking.apart,
}


def _drawn(db: Session, outcome: Outcome) -> list[str]:
    return [_line(_entry(db, link)) for link in outcome.between]


def show(settings: Path, spec: str, *, as_json: bool) -> int:
    """Show a customer: who they are over channels, their cases and what they told, masked."""
    with opened(settings) as (_, engine), reading(engine) as db:
        found = describe(db, customers.of(db, _find(db, spec).id))
    if as_json:
        terminal.print_json(found)
    else:
        _draw(found)
    return 0


def describe(db: Session, customer: Customer) -> dict[str, Any]:
    """Collect what is known of a customer over all channels."""
    return {
        "customer": customer.number,
        "authors": [_author(author) for author in customer.authors],
        "cases": [_case(case) for case in customers.cases_of(db, customer.ids)],
        "facts": [
            {
                "kind": each.kind,
                "told": facts.masked(Told(each.kind, each.value)),
                "channel": each.channel,
                "case": each.case_id,
                "at": each.at,
            }
            for each in customers.facts_of(db, customer.ids)
        ],
        "links": [_entry(db, link) for link in links.of_authors(db, customer.ids) if link.act == links.LINK],
    }


def history(settings: Path, spec: str, *, as_json: bool) -> int:
    """Show every word of the ledger about a customer, with who said it and why."""
    with opened(settings) as (_, engine), reading(engine) as db:
        everybody = links.ever(db, _find(db, spec).id)
        found = [_entry(db, link) for link in links.of_authors(db, everybody)]
    if as_json:
        terminal.print_json(found)
        return 0
    for row in found:
        terminal.out.print(_line(row), markup=False)
    if not found:
        terminal.out.print("Nobody was ever linked with them.")
    return 0


def _find(db: Session, spec: str) -> Author:
    """Find an author by "channel:@handle", "channel:id", or the number of a case of theirs."""
    channel, colon, who = spec.partition(":")
    if colon:
        found = authors.find(db, channel, who)
    else:
        case = db.get(Case, int(spec)) if spec.isascii() and spec.isdecimal() and len(spec) <= 18 else None  # noqa: PLR2004 (64 bits)
        found = db.get(Author, case.author_id) if case else None
    if found is None:
        message = f"{spec}: there is none. Name somebody as x:@handle or x:id, or by the number of a case of theirs."
        raise ConfigError([message])
    return found


def _named(author: Author) -> str:
    if author.forgotten_at:
        return f"{author.channel}:(forgotten)"
    return f"{author.channel}:@{author.handle}" if author.handle else f"{author.channel}:{author.native_id}"


def _author(author: Author) -> dict[str, Any]:
    return {
        "author": author.id,
        "who": _named(author),
        "channel": author.channel,
        "first_seen_at": author.first_seen_at,
        "opted_out": author.opted_out_at is not None,
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "channel": case.channel,
        "need": case.need,
        "state": case.state,
        "opened_at": case.opened_at,
        "claimed_by": case.claimed_by,
    }


def _entry(db: Session, link: Link) -> dict[str, Any]:
    pair: Sequence[Author] = [db.get_one(Author, author_id) for author_id in (link.one, link.other)]
    return {
        "at": link.at,
        "act": link.act,
        "authors": [_named(author) for author in pair],
        "by": link.by,
        "reason": link.reason,
        "evidence": link.evidence,
    }


def _line(row: dict[str, Any]) -> str:
    posts = row["evidence"].get("posts")
    where = f" (posts {', '.join(map(str, posts))})" if posts else ""
    said = f"{' and '.join(row['authors'])}: {_ACTS[row['act']]} by {row['by']}"
    return f"{row['at']:%d %b %Y %H:%M} {said}: {row['reason']}{where}"


def _draw(found: dict[str, Any]) -> None:
    out = terminal.out
    out.print(f"Customer {found['customer']}", style="bold")
    for author in found["authors"]:
        refused = ", wants no automatic words" if author["opted_out"] else ""
        out.print(f"    {author['who']}, first heard {author['first_seen_at']:%d %b %Y}{refused}", markup=False)
    table = Table("case", "channel", "need", "state", "opened", "held by")
    for case in found["cases"]:
        cells = (str(case["id"]), case["channel"], case["need"], case["state"], f"{case['opened_at']:%d %b %Y}")
        table.add_row(*cells, case["claimed_by"] or "–")
    out.print(table)
    for fact in found["facts"]:
        out.print(f"    told on {fact['channel']}, case {fact['case']}: {fact['told']}", markup=False)
    for row in found["links"]:
        out.print(_line(row), markup=False)
