"""The commands that judge: a file, a measuring, the thresholds, models of the team's choice."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import DEFAULT, AsJson, SettingsFile

judging_app = typer.Typer(help="Commands of the first rank; given no name, they stand beside `run`.")
model_app = typer.Typer(no_args_is_help=True, help="Models of your own choice instead of the shipped one.")


@judging_app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines with a column such as text, message or tweet.")],
    *,
    brand: Annotated[str | None, typer.Option(help="The brand's name, as its answers would say it.")] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", "-s", help="The settings file.", envvar="SOTTOVOCE_SETTINGS")
    ] = None,
    database: Annotated[
        Path | None, typer.Option(help="Keep everything in this new database, for `cases` and `status`.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Put real posts through the whole road in dry run: judged, cases, planned answers, a summary.

    Nothing is sent to anybody. Example: `sottovoce import last-week.csv --brand "Nord Parcel"`
    """
    from app.importing import run_import

    raise typer.Exit(run_import(file, settings=settings, brand=brand, database=database, as_json=json))


@judging_app.command()
def score(
    file: Annotated[
        Path | None, typer.Argument(help="CSV or JSON lines (id, text); - or nothing: standard input.")
    ] = None,
    *,
    settings: Annotated[
        Path | None, typer.Option("--settings", "-s", help="The settings file.", envvar="SOTTOVOCE_SETTINGS")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="Own thresholds instead of the shipped ones.")] = None,
    json: AsJson = False,
) -> None:
    """Judge texts and store nothing: language, sentiment, abuse, does this need a person, what to do.

    Example: `echo '{"id": 1, "text": "third day without my parcel"}' | sottovoce score - --json`
    """
    from app.scores import run_score

    read = None if file in {None, Path("-")} else file
    raise typer.Exit(run_score(read, settings=settings, policy=policy, as_json=json))


@judging_app.command("eval")
def eval_(
    file: Annotated[Path | None, typer.Argument(help="Labelled CSV, TSV or JSON lines; -: standard input.")] = None,
    *,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="The team's corrections instead of a file.")
    ] = False,
    functional: Annotated[
        bool, typer.Option("--functional", help="The product's own cases and swaps instead of a file.")
    ] = False,
    settings: Annotated[
        Path | None, typer.Option("--settings", "-s", help="The settings file.", envvar="SOTTOVOCE_SETTINGS")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="Own thresholds instead of the shipped ones.")] = None,
    text: Annotated[str, typer.Option(help="The column with the posts, where its name is none of the usual.")] = "",
    label: Annotated[list[str] | None, typer.Option(help="COLUMN=HEAD: what a column's labels are about.")] = None,
    map_: Annotated[list[str] | None, typer.Option("--map", help="VALUE=LABEL or HEAD:VALUE=LABEL.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="COLUMN=VALUE: measure these rows alone.")] = None,
    precision: Annotated[float, typer.Option(help="Find thresholds that are right in at least this share.")] = 0.8,
    recall: Annotated[float, typer.Option(help="Find thresholds that find at least this share.")] = 0.95,
    worst: Annotated[int, typer.Option(min=0, help="How many mistakes to show for each head.")] = 10,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="With --functional: tables for a model card.")] = False,
    json: AsJson = False,
) -> None:
    """Measure the model on labelled posts: how often it is right, how sure it may be, its worst mistakes.

    Example: `sottovoce eval labelled.csv --label mood=sentiment --map "2=positive" --html eval.html`
    """
    from app.evaluating import Asked, run_eval

    if markdown and not functional:
        raise typer.BadParameter("goes with --functional", param_hint="--markdown")
    if functional:
        from app.functional import Wanted, run_functional

        alone = not (file or corrections or text or label or map_ or only)
        wanted = Wanted(
            settings=settings, policy=policy, worst=worst, as_json=json, markdown=markdown, html=html, alone=alone
        )
        raise typer.Exit(run_functional(wanted))
    asked = Asked(
        file=file,
        corrections=corrections,
        settings=settings,
        policy=policy,
        text=text,
        label=label or (),
        map=map_ or (),
        only=only or (),
        precision=precision,
        recall=recall,
        worst=worst,
        as_json=json,
        html=html,
    )
    raise typer.Exit(run_eval(asked))


@model_app.command("fetch")
def model_fetch(
    name: Annotated[str, typer.Argument(help="Such as cardiffnlp/twitter-roberta-base-sentiment-latest.")],
    *,
    revision: Annotated[str, typer.Option(help="Branch, tag or commit; nothing: the hub's main.")] = "",
    json: AsJson = False,
) -> None:
    """Bring a model of the Hugging Face hub to this machine. Nothing else ever asks the hub, and no pickle is fetched.

    Example: `sottovoce model fetch cardiffnlp/twitter-roberta-base-sentiment-latest`
    """
    from app.fetching import run_fetch

    raise typer.Exit(run_fetch(name, revision=revision, as_json=json))


@judging_app.command()
def thresholds(
    settings: SettingsFile = DEFAULT,
    *,
    alerts_a_day: Annotated[int | None, typer.Option(min=0, help="Try: at most so many on a usual day.")] = None,
    miss: Annotated[
        float | None, typer.Option(min=0, max=1, help="Try: miss at most this share, such as 0.05.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the trade between alerts a day and urgent posts missed, and which thresholds are in force. Changes nothing.

    Exit code 1: what is wanted cannot be had. Example: `sottovoce thresholds --alerts-a-day 20`
    """
    from app.thresholds import run_thresholds

    raise typer.Exit(run_thresholds(settings, alerts_a_day=alerts_a_day, miss=miss, as_json=json))
