"""The command line: one function a command; each loads what it needs only when it is called."""

from pathlib import Path
from typing import Annotated

import typer

SettingsFile = Annotated[
    Path, typer.Option("--settings", "-s", help="The settings file.", envvar="SOTTOVOCE_SETTINGS", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for machines instead of text.")]
By = Annotated[str, typer.Option("--as", help="Who you are; kept with what you do.", envvar="USER")]
DEFAULT = Path("sottovoce.toml")

main = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Hears your brand's social media, tells the team what needs a person, acknowledges complaints "
    "and moves them to a private thread.\n\nBegin with `sottovoce demo`, then `sottovoce init`.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
cases_app = typer.Typer(no_args_is_help=True, help="Look at cases, and decide them.")
customers_app = typer.Typer(no_args_is_help=True, help="Who is one customer over channels, and why.")
held_app = typer.Typer(no_args_is_help=True, help="What waits for a person's word before it is sent.")
main.add_typer(cases_app, name="cases")
main.add_typer(customers_app, name="customers")
main.add_typer(held_app, name="held")
model_app = typer.Typer(no_args_is_help=True, help="Models of your own choice instead of the shipped one.")
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


@main.command(name="import")
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


@main.command()
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


@main.command("eval")
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


@main.command("may-send")
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


@held_app.command("list")
def held_list(settings: SettingsFile = DEFAULT, *, json: AsJson = False) -> None:
    """List what waits for a person: drafts to approve, and sends of which nobody knows whether they arrived.

    Example: `sottovoce held list`
    """
    from app.held import list_held

    raise typer.Exit(list_held(settings, as_json=json))


def _decide_held(verb: str, delivery: int, settings: Path, by: str) -> None:
    from app.held import decide_held

    raise typer.Exit(decide_held(settings, delivery, verb, by=by))


@held_app.command("approve")
def held_approve(delivery: int, settings: SettingsFile = DEFAULT, by: By = "operator") -> None:
    """Release a draft. The gate is asked once more when it goes.

    Example: `sottovoce held approve 7 --as ana`
    """
    _decide_held("approve", delivery, settings, by)


@held_app.command("resend")
def held_resend(delivery: int, settings: SettingsFile = DEFAULT, by: By = "operator") -> None:
    """Send again what is not at the platform. Look there first: nobody could tell whether it went.

    Example: `sottovoce held resend 7`
    """
    _decide_held("resend", delivery, settings, by)


@held_app.command("seen")
def held_seen(delivery: int, settings: SettingsFile = DEFAULT, by: By = "operator") -> None:
    """Settle what you have seen at the platform: it went.

    Example: `sottovoce held seen 7`
    """
    _decide_held("seen", delivery, settings, by)


@held_app.command("drop")
def held_drop(delivery: int, settings: SettingsFile = DEFAULT, by: By = "operator") -> None:
    """Don't send what was held.

    Example: `sottovoce held drop 7`
    """
    _decide_held("drop", delivery, settings, by)


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


@main.command()
def status(settings: SettingsFile = DEFAULT, *, json: AsJson = False) -> None:
    """Show how it goes: sources and their lag, the queue, deliveries, the budget, each stage's sign of life.

    Example: `sottovoce status --json`
    """
    from app.status import show_status

    raise typer.Exit(show_status(settings, as_json=json))


@main.command()
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
