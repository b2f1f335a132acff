"""The terminal: colour and progress where somebody looks, plain lines and JSON where a program reads."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from domain.errors import ConfigError, SottovoceError

T = TypeVar("T")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """Write one JSON document on one line to standard output; nothing else goes there."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def fail(exc: SottovoceError) -> typer.Exit:
    """Tell what happened and what to do, on standard error; raise what this returns. Exit code 2."""
    if isinstance(exc, ConfigError):
        err.print("[bold red]Sottovoce cannot start.[/] Nothing was sent. Mend this and try again:")
        for problem in exc.problems:
            err.print(f"  • {problem}", markup=False)
    else:
        err.print(f"[bold red]{type(exc).__name__}:[/]", end=" ")
        err.print(str(exc), markup=False)
    return typer.Exit(2)


def progress(items: Iterable[T], *, total: int, what: str) -> Iterator[T]:
    """Pass items on, with a bar on standard error while somebody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        yield from bar.track(items, total=total, description=what)
