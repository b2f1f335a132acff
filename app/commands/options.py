"""Options that many commands share. Runs nothing."""

from pathlib import Path
from typing import Annotated

import typer

SettingsFile = Annotated[
    Path, typer.Option("--settings", "-s", help="The settings file.", envvar="SOTTOVOCE_SETTINGS", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for machines instead of text.")]
By = Annotated[str, typer.Option("--as", help="Who you are; kept with what you do.", envvar="USER")]
DEFAULT = Path("sottovoce.toml")
