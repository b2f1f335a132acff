"""The commands about who is one customer over channels."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import DEFAULT, AsJson, By, SettingsFile

customers_app = typer.Typer(no_args_is_help=True, help="Who is one customer over channels, and why.")


Who = Annotated[str, typer.Argument(help="x:@handle, x:id, or the number of a case of theirs.")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept for ever: name no handle, address or number in it.")]


@customers_app.command("suggest")
def customers_suggest(settings: SettingsFile = DEFAULT, *, json: AsJson = False) -> None:
    """List who may be one customer: what a person should decide. Links nobody.

    Example: `sottovoce customers suggest --json`
    """
    from app.customers import suggest

    raise typer.Exit(suggest(settings, as_json=json))


def _decide_customers(verb: str, one: str, other: str, settings: Path, *, by: str, why: str) -> None:
    from app.customers import decide

    raise typer.Exit(decide(settings, one, other, verb=verb, by=by, why=why))


@customers_app.command("link")
def customers_link(
    one: Who, other: Who, settings: SettingsFile = DEFAULT, by: By = "operator", why: Why = "a person knows them"
) -> None:
    """Say that two are one customer: their history and facts show together. Can be taken back without loss.

    Example: `sottovoce customers link x:@ana facebook:10158 --why "said so on the telephone"`
    """
    _decide_customers("link", one, other, settings, by=by, why=why)


@customers_app.command("unlink")
def customers_unlink(
    one: Who,
    other: Who,
    settings: SettingsFile = DEFAULT,
    by: By = "operator",
    why: Why = "a person took it back",
    *,
    not_same: Annotated[bool, typer.Option("--not-same", help="Remember that they are two, and never ask.")] = False,
) -> None:
    """Take a link back: every case, post and fact is as it was before.

    Example: `sottovoce customers unlink 41 52 --not-same --why "mother and daughter"`
    """
    _decide_customers("apart" if not_same else "unlink", one, other, settings, by=by, why=why)


@customers_app.command("show")
def customers_show(who: Who, settings: SettingsFile = DEFAULT, *, json: AsJson = False) -> None:
    """Show a customer over all channels: identities, cases, what they told (masked), and what links them.

    Example: `sottovoce customers show x:@ana`
    """
    from app.customers import show

    raise typer.Exit(show(settings, who, as_json=json))


@customers_app.command("history")
def customers_history(who: Who, settings: SettingsFile = DEFAULT, *, json: AsJson = False) -> None:
    """Show every link and unlink there was, who said it, and on what evidence.

    Example: `sottovoce customers history 41`
    """
    from app.customers import history

    raise typer.Exit(history(settings, who, as_json=json))
