"""The command `init`: asks what is needed, says what each permission is for, writes settings and secrets."""

import json
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from app import terminal
from app.settings import Slack, connectors

WELCOME = """[bold]Sottovoce: first settings[/]
Secrets go into files of their own that only you can read; everything else into {path}.
It begins in dry run: everything is heard, judged and planned, nothing reaches a customer.
"""

SLACK = """
[bold]The team's room in Slack[/]
Make an app at api.slack.com/apps → Create New App → From a manifest, and paste docs/slack-manifest.json. It asks for
  chat:write      to post the cards          reactions are not read, nobody's messages are read
  channels:history, groups:history   to find its own card again when Slack did not answer, instead of posting it twice
  channels:read, groups:read         to tell you when it was not invited into the room
  connections:write (app-level)      so that the buttons work without a public address (Socket Mode)
Install it, invite it into the room (/invite @Sottovoce) and copy the two tokens.
"""


def ask_and_write(path: Path) -> None:
    """Ask on the terminal, then write the settings file and the secrets beside it. Overwrites only when told to."""
    out = terminal.out
    if path.exists() and not typer.confirm(f"{path} exists. Write it anew?", default=False):
        raise typer.Exit(1)
    out.print(WELCOME.format(path=path))
    brand = typer.prompt("The brand's name, as customers know it")
    zone = typer.prompt("Its time zone", default="UTC")
    tables: dict[str, dict[str, Any]] = {}
    secrets: dict[str, str] = {}
    found = connectors()
    for name, module in found.items():
        out.print(f"\n[bold]{name}[/]")
        # without any channel there is nothing to hear: the last one is wanted where none was
        if typer.confirm(f"Connect {name}?", default=not tables and name == list(found)[-1]):
            out.print(getattr(module, "PERMISSIONS", ""), markup=False)
            tables[name] = _ask(name, module.Settings, secrets)
    out.print(SLACK)
    if typer.confirm("Connect Slack?", default=True):
        tables["slack"] = _ask("slack", Slack, secrets)
    _write(path, brand, zone, tables, secrets)
    out.print(f"\nWritten: {path} and {len(secrets)} secrets in {path.parent / 'secrets'}.", markup=False)
    out.print("Next: [bold]sottovoce check[/], then [bold]sottovoce run[/]. Set dry_run = false when you trust it.")


def _ask(table: str, model: type[BaseModel], secrets: dict[str, str]) -> dict[str, Any]:
    """Ask for what has no default, and for secrets; an empty answer leaves an optional one out."""
    answers: dict[str, Any] = {}
    for key, field in model.model_fields.items():
        secret, wishes = _is_secret(field), _wishes(field)
        answered = any(f"{table}_{other}" in secrets for other in wishes.get("instead_of", ()))
        if answered or not (field.is_required() or secret or wishes.get("ask")):
            continue
        question = f"  {field.description or key.replace('_', ' ')}"
        value = typer.prompt(
            question, default=None if field.is_required() else "", hide_input=secret, show_default=False
        )
        if value and secret:
            secrets[f"{table}_{key}"] = value
        elif value:
            answers[key] = value
    return answers


def _wishes(field: FieldInfo) -> dict[str, Any]:
    """Read how a setting wants to be asked for: `ask` although it may be left out; only `instead_of` others."""
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in {field.annotation, *getattr(field.annotation, "__args__", ())}


def _write(path: Path, brand: str, zone: str, tables: dict[str, dict[str, Any]], secrets: dict[str, str]) -> None:
    folder = path.parent / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, value in secrets.items():
        file = folder / name
        file.touch(mode=0o600)
        file.chmod(0o600)  # it may have been there, open to others
        file.write_text(value, "utf-8")
    lines = [
        f"brand = {_toml(brand)}",
        f"timezone = {_toml(zone)}",
        "dry_run = true        # false: answers go out",
        'approval = "public"   # none, public or all: what a person releases first',
        "",
    ]
    for table, values in tables.items():
        lines += [f"[{table}]", *(f"{key} = {_toml(value)}" for key, value in values.items()), ""]
    lines.append("# Everything else: docs/settings.md")
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _toml(value: Any) -> str:
    # a JSON string is a TOML basic string
    return json.dumps(value, ensure_ascii=False)
