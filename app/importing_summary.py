"""What an import's summary says, and how it looks in a terminal. Masks every word of a customer."""

from pathlib import Path
from typing import Any

from rich.table import Table
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from app import terminal
from domain.masking import mask
from domain.sending import DeliveryKind
from domain.values import Span
from storage.books import balance
from storage.database import reading
from storage.deliveries import Delivery
from storage.gatings import Gating
from storage.posts import Post
from storage.verdicts import Verdict

SHOWN = 8  # examples of each
QUOTE = 180  # characters


def summarise(engine: Engine, *, brand: str) -> dict[str, Any]:
    """Collect what the road made of the posts."""
    with reading(engine) as db:
        books = balance(db)
        first, last = db.exec(select(func.min(Post.created_at), func.max(Post.created_at))).one()
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
            "rules": _count(db, Verdict.rule),
            "cases": sum(books.cases.values()),
            "answers": books.deliveries.get(DeliveryKind.REPLY.value, {}),
            "refusals": _refusals(db),
            "urgent": _examples(db),
            "planned": _answers(db),
        }


def _count(db: Session, column: str) -> dict[str, int]:
    rows = db.execute(select(col(column), func.count()).group_by(col(column)).order_by(func.count().desc()))
    return {row[0]: row[1] for row in rows}


def _refusals(db: Session) -> dict[str, int]:
    """Count what the gate would not have let through, by rule; the rehearsal itself does not count."""
    query = (
        select(Gating.rule, func.count())
        .where(Gating.verdict != "allow", Gating.rule != "dry-run")
        .group_by(Gating.rule)
        .order_by(func.count().desc())
    )
    return {rule: count for rule, count in db.exec(query)}  # noqa: C416 - rows are not pairs to the type checker


def _examples(db: Session) -> list[dict[str, Any]]:
    """Show the urgent posts, the surest first, each rule in its turn."""
    query = select(Post, Verdict).join(Verdict, col(Verdict.post_id) == col(Post.id)).where(Verdict.need == "urgent")
    rows = db.exec(query.order_by(col(Verdict.priority), col(Verdict.person).desc()).limit(400)).all()
    turns: dict[str, int] = {}
    ranked: list[tuple[int, int, Post, Verdict]] = []
    for post, verdict in rows:
        turns[verdict.rule] = turns.get(verdict.rule, 0) + 1
        ranked.append((turns[verdict.rule], len(ranked), post, verdict))
    chosen = sorted(ranked, key=lambda row: row[:2])[:SHOWN]
    return [
        {"id": post.native_id, "reason": verdict.reason, "lang": verdict.lang, "text": _quote(post, verdict)}
        for _, _, post, verdict in chosen
    ]


def _answers(db: Session) -> list[dict[str, Any]]:
    query = (
        select(Post, Verdict, Delivery)
        .join(Delivery, col(Delivery.post_id) == col(Post.id))
        .join(Verdict, col(Verdict.post_id) == col(Post.id))
        .where(Delivery.kind == DeliveryKind.REPLY.value)
        .order_by(col(Verdict.priority), col(Delivery.id))
        .limit(SHOWN)
    )
    return [
        {"id": post.native_id, "lang": verdict.lang, "text": _quote(post, verdict), "answer": delivery.body}
        for post, verdict, delivery in db.exec(query)
    ]


def _quote(post: Post, verdict: Verdict) -> str:
    masked = " ".join(mask(post.text, (Span(**span) for span in verdict.personal_data)).split())
    return masked if len(masked) <= QUOTE else masked[:QUOTE] + "…"


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
