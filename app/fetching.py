"""The command `model fetch`: brings a model of the hub to this machine. The only one that asks the hub."""

import json

from app import terminal
from domain.errors import SottovoceError
from moderation.hub_files import fetch


def run_fetch(name: str, *, revision: str, as_json: bool) -> int:
    """Fetch, and print what to write into the settings."""
    try:
        found = fetch(name, revision=revision)
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    if as_json:
        terminal.print_json(
            {"name": name, "commit": found.commit, "folder": str(found.folder), "labels": list(found.labels)}
        )
        return 0
    lines = [
        f"{name} is here, in {found.folder}. Its labels: {', '.join(found.labels) or 'not told'}.",
        "In the settings, with the very state that was fetched:",
        "",
        "[model]",
        f"name = {json.dumps(name)}",
        f'revision = "{found.commit}"',
    ]
    terminal.out.print("\n".join(lines), markup=False, soft_wrap=True)
    return 0
