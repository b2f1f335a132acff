"""The command line: one function a command; each loads what it needs only when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.cases import cases_app, first_app
from app.commands.customers import customers_app
from app.commands.held import held_app
from app.commands.judging import judging_app, model_app
from app.commands.options import DEFAULT, AsJson, By, SettingsFile

main = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Hears your brand's social media, tells the team what needs a person, acknowledges complaints "
    "and moves them to a private thread.\n\nBegin with `sottovoce demo`, then `sottovoce init`.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
main.add_typer(first_app)
main.add_typer(judging_app)
main.add_typer(cases_app, name="cases")
main.add_typer(customers_app, name="customers")
main.add_typer(held_app, name="held")
main.add_typer(model_app, name="model")


@main.command()
def init(settings: SettingsFile = DEFAULT) -> None:
    """Ask what is needed, explain each permission, and write the settings.

    Example: `sottovoce init`
    """
    from app.init import ask_and_write

    ask_and_write(settings)


@main.command()
def check(settings: SettingsFile = DEFAULT, *, json: AsJson = False) -> None:
    """Tell every problem of the settings at once, then try sign-in and permissions. Sends nothing.

    Example: `sottovoce check`
    """
    from app.checking import run_check

    raise typer.Exit(run_check(settings, as_json=json))


@main.command()
def run(settings: SettingsFile = DEFAULT) -> None:
    """Listen, judge, answer and alert until stopped with Ctrl-C.

    Example: `sottovoce run --settings sottovoce.toml`
    """
    from app.running import run_until_stopped

    raise typer.Exit(run_until_stopped(settings))


@main.command()
def demo(
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Stay up afterwards, to be looked at in the browser.")] = False,
    port: Annotated[int, typer.Option(help="Port of the page on this machine; 0 takes a free one.")] = 8765,
    speed: Annotated[float, typer.Option(help="How many times faster than life the hour is played.")] = 90.0,
    folder: Annotated[Path, typer.Option("--out", help="Where the demo keeps its database.")] = Path("demo-out"),
) -> None:
    """Play a busy hour of a brand against look-alikes of three networks and Slack. Needs no account.

    Example: `sottovoce demo --keep`
    """
    from app.demo import play

    raise typer.Exit(play(folder, keep=keep, port=port, speed=speed))


@main.command()
def status(settings: SettingsFile = DEFAULT, *, json: AsJson = False) -> None:
    """Show how it goes: sources and their lag, the queue, deliveries, the budget, each stage's sign of life.

    Example: `sottovoce status --json`
    """
    from app.status import show_status

    raise typer.Exit(show_status(settings, as_json=json))


@main.command()
def report(
    settings: SettingsFile = DEFAULT,
    *,
    week: Annotated[str | None, typer.Option(help="Such as 2026-W46; none: the last week that is over.")] = None,
    out: Annotated[Path | None, typer.Option(help="Put a copy of every file into this folder.")] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Send it to the team, unless this revision was sent.")] = False,
    figure: Annotated[str | None, typer.Option(help="Show this figure alone, or all whose names begin so.")] = None,
    cases: Annotated[bool, typer.Option("--cases", help="With --figure: list the cases and posts behind it.")] = False,
    json: AsJson = False,
) -> None:
    """Make the report of a week: sentiment, pain points, answer times, and what the bot did. Past weeks too.

    Example: `sottovoce report --week 2026-W46 --open`, or `sottovoce report --figure answer.first.median --cases`
    """
    from app.report import show_figure, show_report

    if figure:
        raise typer.Exit(show_figure(settings, figure, week=week, cases=cases, as_json=json))
    raise typer.Exit(show_report(settings, week=week, out=out, open_page=open_page, send=send, as_json=json))


@main.command()
def pause(
    why: Annotated[str, typer.Argument(help="The reason, for the others.")] = "paused by hand",
    settings: SettingsFile = DEFAULT,
    by: By = "operator",
) -> None:
    """Stop everything that would go to a customer, at once. Listening and alerts go on.

    Example: `sottovoce pause "the outage is being handled by press"`
    """
    from app.switching import turn

    raise typer.Exit(turn(settings, paused=True, by=by, why=why))


@main.command()
def resume(settings: SettingsFile = DEFAULT, by: By = "operator") -> None:
    """Let the bot speak again. What has become too old meanwhile is not sent.

    Example: `sottovoce resume`
    """
    from app.switching import turn

    raise typer.Exit(turn(settings, paused=False, by=by, why=""))


@main.command()
def forget(
    channel: Annotated[str, typer.Argument(help="The network, such as x.")],
    who: Annotated[str, typer.Argument(help="The person's handle or numeric id there.")],
    settings: SettingsFile = DEFAULT,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    only: Annotated[bool, typer.Option("--only", help="Keep what they wrote on other channels.")] = False,
    json: AsJson = False,
) -> None:
    """Erase a person's words and data everywhere, here and in the team's room. Counts stay.

    Who is known to be the same customer on another channel is erased there as well, unless you say `--only`.

    Example: `sottovoce forget x @ana_example`
    """
    from app.forgetting import run_forget

    raise typer.Exit(run_forget(settings, channel, who, sure=yes, only=only, as_json=json))


@main.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port of the page on this machine.")] = 8765,
    scenario: Annotated[Path | None, typer.Option(help="A scenario file to play; none: only what you inject.")] = None,
    speed: Annotated[float, typer.Option(help="How many times faster than life the scenario is played.")] = 1.0,
) -> None:
    """Serve look-alikes of X, Facebook, Instagram and Slack, with faults, for trying settings and for tests.

    Example: `sottovoce sandbox --port 8765`
    """
    from app.sandboxing import serve

    raise typer.Exit(serve(port=port, scenario=scenario, speed=speed))
