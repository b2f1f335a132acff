"""The commands about cases: look, decide, answer, ask what may be sent."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import DEFAULT, AsJson, By, SettingsFile

cases_app = typer.Typer(no_args_is_help=True, help="Look at cases, and decide them.")
first_app = typer.Typer(help="Commands of the first rank; given no name, they stand beside `run`.")


@cases_app.command("list")
def cases_list(
    settings: SettingsFile = DEFAULT,
    *,
    state: Annotated[str, typer.Option(help="open, waiting, resolved, dismissed, or all.")] = "open",
    limit: Annotated[int, typer.Option(min=1)] = 50,
    json: AsJson = False,
) -> None:
    """List cases, the most urgent first.

    Example: `sottovoce cases list --state all --json`
    """
    from app.cases import list_cases

    raise typer.Exit(list_cases(settings, state=state, limit=limit, as_json=json))


@cases_app.command("show")
def cases_show(case: int, settings: SettingsFile = DEFAULT, *, json: AsJson = False) -> None:
    """Show one case: its posts, facts, deliveries, the gate's answers and every event with its reason.

    Example: `sottovoce cases show 41`
    """
    from app.cases import show_case

    raise typer.Exit(show_case(settings, case, as_json=json))


def _decide(verb: str, case: int, settings: Path, by: str, why: str = "") -> None:
    from app.cases import decide

    raise typer.Exit(decide(settings, verb, case, by=by, why=why))


@cases_app.command("take")
def cases_take(case: int, settings: SettingsFile = DEFAULT, by: By = "operator") -> None:
    """Take a case: it is yours, and the bot falls silent in it.

    Example: `sottovoce cases take 41 --as ana`
    """
    _decide("take", case, settings, by)


@cases_app.command("release")
def cases_release(case: int, settings: SettingsFile = DEFAULT, by: By = "operator") -> None:
    """Give a case back to the queue.

    Example: `sottovoce cases release 41`
    """
    _decide("release", case, settings, by)


@cases_app.command("answered")
def cases_answered(case: int, settings: SettingsFile = DEFAULT, by: By = "operator") -> None:
    """Note that you have answered the customer in the platform's own app: the clock of the first answer stops.

    Example: `sottovoce cases answered 41`
    """
    _decide("answered", case, settings, by)


@cases_app.command("resolve")
def cases_resolve(case: int, settings: SettingsFile = DEFAULT, by: By = "operator") -> None:
    """Close a case: the matter is settled. It opens again when the customer writes.

    Example: `sottovoce cases resolve 41`
    """
    _decide("resolve", case, settings, by)


@cases_app.command("dismiss")
def cases_dismiss(
    case: int,
    settings: SettingsFile = DEFAULT,
    by: By = "operator",
    why: Annotated[str, typer.Option(help="Why nobody was needed.")] = "not urgent",
) -> None:
    """Close a case that needed nobody.

    Example: `sottovoce cases dismiss 41 --why "a joke"`
    """
    _decide("dismiss", case, settings, by, why)


@cases_app.command("correct")
def cases_correct(
    case: int,
    settings: SettingsFile = DEFAULT,
    by: By = "operator",
    *,
    need: Annotated[str, typer.Option(help="urgent, complaint, question, praise or noise.")] = "",
    sentiment: Annotated[str, typer.Option(help="negative, neutral or positive.")] = "",
    abuse: Annotated[str, typer.Option(help="none, offensive, hateful or threat.")] = "",
    post: Annotated[int, typer.Option(help="Which of the case's posts; 0: the gravest.")] = 0,
) -> None:
    """Say that a post was judged wrong: your word outranks the model, and the case follows it.

    Example: `sottovoce cases correct 41 --need question --sentiment neutral`
    """
    from app.correcting import run_correct

    wanted = {"need": need, "sentiment": sentiment, "abuse": abuse}
    raise typer.Exit(run_correct(settings, case, wanted, post=post, by=by))


@cases_app.command("reply")
def cases_reply(
    case: int,
    text: Annotated[str, typer.Argument(help="Your own words to the customer.")],
    settings: SettingsFile = DEFAULT,
    by: By = "operator",
    *,
    way: Annotated[
        str, typer.Option(help="public, private-reply (to the post) or message (in their thread).")
    ] = "public",
) -> None:
    """Answer in your own words. A platform's rules hold for you as well: `sottovoce may-send` says which.

    Example: `sottovoce cases reply 41 "We found it." --way message --as ana`
    """
    from app.answering import reply

    raise typer.Exit(reply(settings, case, text, way=way, by=by))


@cases_app.command("do")
def cases_do(
    case: int,
    act: Annotated[str, typer.Argument(help="like, hide, delete or ban.")],
    settings: SettingsFile = DEFAULT,
    by: By = "operator",
) -> None:
    """Act on the customer's latest public post, or shut its author out; in your name.

    Example: `sottovoce cases do 41 hide --as ana`
    """
    from app.answering import act as do

    raise typer.Exit(do(settings, case, act, by=by))


@cases_app.command("handoffs")
def cases_handoffs(
    settings: SettingsFile = DEFAULT,
    *,
    days: Annotated[int, typer.Option(min=1, help="How far back the ways began.")] = 7,
    json: AsJson = False,
) -> None:
    """Show how many came from public to private, step by step, and where they were lost; JSON lists the cases.

    Example: `sottovoce cases handoffs --days 30 --json`
    """
    from app.answering import show_handoffs

    raise typer.Exit(show_handoffs(settings, days=days, as_json=json))


@first_app.command("may-send")
def may_send(case: int, settings: SettingsFile = DEFAULT, *, json: AsJson = False) -> None:
    """Say what may be said or done in a case now: yes, no or wait, by which rule, and what is allowed instead.

    Example: `sottovoce may-send 41`
    """
    from app.maysend import run_may_send

    raise typer.Exit(run_may_send(settings, case, as_json=json))


@cases_app.command("effort")
def cases_effort(
    case: int,
    score: Annotated[
        int | None, typer.Argument(help="1 (easy) to 5 (hard), as the customer says; none: they were asked.")
    ] = None,
    settings: SettingsFile = DEFAULT,
    by: By = "operator",
) -> None:
    """Keep how much effort a resolved case was to the customer, in their own words a number from 1 to 5.

    Example: `sottovoce cases effort 41` when you have asked, then `sottovoce cases effort 41 2`
    """
    from app.effort import run_effort

    raise typer.Exit(run_effort(settings, case, score, by=by))
