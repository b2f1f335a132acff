"""The commands about what waits for a person's word."""

from pathlib import Path

import typer

from app.commands.options import DEFAULT, AsJson, By, SettingsFile

held_app = typer.Typer(no_args_is_help=True, help="What waits for a person's word before it is sent.")


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
