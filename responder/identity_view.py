"""Identity view: what the team reads beside a case about the rest of its customer. Masked; names no customer."""

from collections import defaultdict
from collections.abc import Collection

from sqlmodel import Session

from responder import facts
from responder.facts import Told
from responder.topics import CALLBACK
from storage import customers
from storage.cases import Case
from storage.customers import Elsewhere, Known

HELD = " is held by "  # between a case and who holds it, as events name them
LINE = 300  # characters


def lines(db: Session, case: Case, kin: Collection[int]) -> tuple[str, ...]:
    """Write what the customer had with us elsewhere, what they told there, and who holds another case of theirs."""
    history = [_history(each) for each in customers.elsewhere(db, case.author_id, kin)]
    told = _told(customers.facts_elsewhere(db, case.author_id, kin))
    held = [
        f"Case {each.case_id} on {place(each.channel)}{HELD}{each.by}"
        for each in customers.held_beside(db, case.id, kin)
    ]
    return (*history, *told, *held)


def place(channel: str) -> str:
    """Write a channel's name."""
    return channel.title()


def _history(found: Elsewhere) -> str:
    count = "1 case" if found.cases == 1 else f"{found.cases} cases"
    live = f", {found.live} open" if found.live else ""
    return f"Also on {place(found.channel)}: {count}{live}, the last on {found.last_at:%d %b %Y}"


def _told(known: Collection[Known]) -> list[str]:
    by_channel: defaultdict[str, list[str]] = defaultdict(list)
    for each in known:
        if each.kind != CALLBACK:
            by_channel[each.channel].append(facts.masked(Told(each.kind, each.value)))
    return [
        f"Told on {place(channel)}: {'; '.join(dict.fromkeys(said))}"[:LINE]
        for channel, said in sorted(by_channel.items())
    ]
