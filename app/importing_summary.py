"""What an import's summary says, and how it looks in a terminal. Masks every word of a customer."""

from pathlib import Path
from typing import Any

from rich.table import Table
from sqlalchemy import Engine

from app import terminal
from domain.masking import mask
from domain.sending import DeliveryKind
from domain.values import Span
from storage import examples
from storage.books import balance
from storage.database import reading
from storage.examples import Example

SHOWN = 8  # examples of each
QUOTE = 180  # characters


def summarise(engine: Engine, *, brand: str) -> dict[str, Any]:
    """Collect what the road made of the posts."""
    with reading(engine) as db:
        books = balance(db)
        first, last = examples.span(db)
        return {
            "brand": brand,
            "heard": books.heard,
            "judged": books.judged,
            "balanced": books.balanced,
            "from": first,
            "to": last,
            "needs": books.needs,
            "sentiments": books.sentiments,
            "languages": books.languages,
            "rules": books.rules,
            "cases": sum(books.cases.values()),
            "answers": books.deliveries.get(DeliveryKind.REPLY.value, {}),
            "refusals": examples.refusals(db),
            "urgent": [_shown(example) for example in examples.urgent(db, limit=SHOWN)],
            "planned": [_shown(example) for example in examples.answered(db, limit=SHOWN)],
        }


def _shown(example: Example) -> dict[str, Any]:
    post, verdict = example.post, example.verdict
    masked = " ".join(mask(post.text, (Span(**span) for span in verdict.personal_data)).split())
    return {
        "id": post.native_id,
        "reason": verdict.reason,
        "lang": verdict.lang,
        "text": masked if len(masked) <= QUOTE else masked[:QUOTE] + "…",
        "answer": example.answer,
    }


def draw(found: dict[str, Any], *, kept: Path | None) -> None:
    """Print the summary."""
    out = terminal.out
    span = f", {found['from']:%d %b %Y} to {found['to']:%d %b %Y}" if found["from"] else ""
    out.print(
        f"\n[bold]{found['brand']}: {found['heard']:,} posts{span}[/]  (dry run: nothing was sent)\n", highlight=False
    )
    for title, key in (("What they need", "needs"), ("How they feel", "sentiments"), ("Languages", "languages")):
        out.print(_bars(title, found[key]))
    out.print(_bars("Why (rule of the policy)", found["rules"]))
    out.print(f"Cases opened: {found['cases']:,}; public acknowledgements planned: {sum(found['answers'].values()):,}")
    for rule, count in found["refusals"].items():
        out.print(f"  the gate would have refused or held {count} more: {rule}", style="dim")
    out.print("\n[bold]A person should see these first[/]")
    for example in found["urgent"]:
        out.print(f"  [red]{example['reason']}[/] ({example['lang']}, {example['id']})")
        out.print(f"    {example['text']}", markup=False)
    out.print("\n[bold]What would have been answered[/]")
    for example in found["planned"]:
        out.print(f"  {example['text']}", markup=False, style="dim")
        out.print(f"    ↳ {example['answer']}", markup=False)
    if found["repeated"] or found["left_out"] or found["undated"]:
        left = sum(row["lines"] for row in found["left_out"])
        out.print(
            f"\n{found['repeated']} repeated ids stored once; {left} lines left out; {found['undated']} without a date"
        )
        for row in found["left_out"]:
            out.print(f"  {row['lines']} × {row['why']}", markup=False)
    books = "balance" if found["balanced"] else "[bold red]do not balance[/]"
    out.print(f"\nThe books {books}: heard {found['heard']} = judged {found['judged']}.")
    if kept:
        out.print(f"Kept in {kept}.", markup=False)


def _bars(title: str, counts: dict[str, int]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False, box=None, padding=(0, 1))
    total, top = sum(counts.values()) or 1, max(counts.values(), default=1)
    for name, count in list(counts.items())[:12]:
        table.add_row(name, f"{count:,}", f"{count / total:4.0%}", "█" * max(1, round(30 * count / top)))
    return table
