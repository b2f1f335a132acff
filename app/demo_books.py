"""The demo's closing account: what the product says it did, held against what the look-alikes saw. Plays nothing."""

from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from app import house, terminal
from app.settings import MICROS
from sandbox.books import Books as Seen
from sandbox.world import World
from storage import happenings, posts, spending
from storage.books import Books, balance
from storage.database import reading

SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Both sides of the books."""

    ours: Books
    seen: Seen
    missed: tuple[str, ...]  # ids published and never heard
    as_read: int  # posts judged as the scenario's author would
    told_of: int  # posts the scenario's author has an opinion of
    handoffs: dict[str, int]
    alert_seconds: tuple[float, ...]  # from an urgent post's appearance to its alert, real seconds, ascending
    micros: int  # our own ledger

    def lines(self) -> list[tuple[bool, str]]:
        """List what must hold, and whether it does."""
        ours, seen = self.ours, self.seen
        said = tuple(ours.deliveries.get(kind, {}).get(SENT, 0) for kind in ("reply", "private-reply", "message"))
        twice = [double for double in seen.doubles if not double.startswith("the team")]
        return [
            (not self.missed, f"nothing was missed: {len(seen.heard)} published for us, {len(self.missed)} not heard"),
            (ours.balanced, f"heard {ours.heard} = {_parts(ours)}; {ours.waiting} on their way"),
            (ours.unreadable >= len(seen.malformed), f"unreadable and set aside: {ours.unreadable}"),
            (
                said == (seen.replies, seen.private_replies, seen.directs),
                f"sent {_sent(said)}; the networks have {_sent((seen.replies, seen.private_replies, seen.directs))}",
            ),
            (not twice, f"said twice to anybody: {len(twice)}"),
            (not seen.illegal, f"tried against a platform's rules: {len(seen.illegal)}"),
        ]

    @property
    def balances(self) -> bool:
        """Whether everything holds that must."""
        return all(holds for holds, _ in self.lines())


def settle(world: World, built: house.House) -> Account:
    """Close the account now."""
    seen = world.books()
    with reading(built.engine) as db:
        found = {need.native_id: need.need for need in posts.needs(db)}
        missed = tuple(one.id for one in seen.heard if not any(version in found for version in (one.id, *one.versions)))
        agreed = [
            (
                one.kind,
                next((found[version] for version in (*reversed(one.versions), one.id) if version in found), None),
            )
            for one in seen.heard
            if one.kind
        ]
        channel = built.channels["x"]
        return Account(
            ours=balance(db),
            seen=seen,
            missed=missed,
            as_read=sum(kind == need for kind, need in agreed),
            told_of=len(agreed),
            handoffs=happenings.handoffs(db),
            alert_seconds=tuple(wait / world.clock.speed for wait in happenings.waits_for_alerts(db)),
            micros=spending.this_month(db, channel.name, channel.account, now=world.clock()),
        )


def draw_summary(account: Account, world: World, folder: Path, *, keep: bool) -> None:
    """Print the account, and where to look further."""
    out, ours = terminal.out, account.ours
    out.print("\n[bold]What happened in the hour[/]")
    table = Table(show_header=False, box=None, padding=(0, 2))
    for name, value in _rows(account):
        table.add_row(name, value)
    out.print(table)
    out.print("\n[bold]The books[/]")
    for holds, line in account.lines():
        out.print(f"  {'[green]✓[/]' if holds else '[bold red]✗[/]'} {line}")
    repeated = sum(double.startswith("the team") for double in account.seen.doubles)
    if repeated:
        out.print(f"  · the team was told {repeated} things twice: after an outage that is better than not at all")
    out.print("\n[bold]Where to look[/]")
    if keep:
        out.print(f"  the network, the private threads and the Slack room: [link]{world.page_url}[/]")
    out.print(f"  sottovoce cases list --state all --settings {folder}/sottovoce.toml", markup=False)
    case = max(ours.cases, default="")
    if case:
        out.print(f"  sottovoce cases show 1 --settings {folder}/sottovoce.toml", markup=False)
    verdict = "[bold green]The books balance.[/]" if account.balances else "[bold red]The books do not balance.[/]"
    out.print(f"\n{verdict}")


def _rows(account: Account) -> list[tuple[str, str]]:
    ours, handoffs = account.ours, account.handoffs
    sent = {kind: states.get(SENT, 0) for kind, states in ours.deliveries.items()}
    dropped = sum(states.get("dropped", 0) for states in ours.deliveries.values())
    waits = account.alert_seconds
    rows = [
        ("heard", f"{ours.heard} posts in {len(ours.languages)} languages ({_some(ours.languages)})"),
        ("judged", ", ".join(f"{count} {need}" for need, count in ours.needs.items())),
        ("as a careful reader", f"{account.as_read} of {account.told_of} judged alike"),
        ("cases", ", ".join(f"{count} {state}" for state, count in ours.cases.items())),
        ("answered", _sent(tuple(sent.get(kind, 0) for kind in ("reply", "private-reply", "message")))),
        ("moved to private", ", ".join(f"{count} {step}" for step, count in handoffs.items()) or "none"),
        ("told in Slack", f"{sent.get('alert', 0)} threads, {sent.get('note', 0)} notes"),
        ("kept back", f"{dropped} by the gate or because a person had the case"),
        ("money", f"our ledger {account.micros / MICROS:.3f} USD, X's bill {account.seen.micros / MICROS:.3f} USD"),
    ]
    if waits:
        middle, most = waits[len(waits) // 2], waits[min(len(waits) - 1, int(len(waits) * 0.95))]
        text = f"{middle:.1f} s in the middle, {most:.1f} s for 95 of 100 (real seconds, outages included)"
        rows.append(("post to alert", text))
    return rows


def _sent(counts: tuple[int, ...]) -> str:
    return "{} answers, {} private replies and {} private words".format(*counts)


def _parts(ours: Books) -> str:
    return f"judged {ours.judged} + ours {ours.ours} + replaced by an edit {ours.replaced}"


def _some(counts: dict[str, int]) -> str:
    names = list(counts)
    return ", ".join(names[:14]) + (" …" if len(names) > 14 else "")  # noqa: PLR2004 - what fits a line
