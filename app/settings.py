"""Settings: one TOML file plus secrets from the environment or from files. Reading them opens nothing."""

import os
import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

import channels
from app.alerting_settings import AlertsTable
from app.doors_settings import Doors, misfits
from app.model_settings import Model
from app.reporting_settings import HoursTable, ReportTable
from domain.conduct import Approval, Closing, Conduct, QuietHours, Rooms
from domain.errors import ConfigError
from domain.values import Need

PREFIX = "SOTTOVOCE_"
FILE = Path("sottovoce.toml")
MICROS = 1_000_000  # micro-dollars in a dollar


class Table(BaseModel):
    """One table of the file: an unknown key is a mistake, and is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Slack(Table):
    """The team's chat room."""

    bot_token: SecretStr = Field(description="bot token (xoxb-…)")
    app_token: SecretStr | None = Field(  # Socket Mode
        default=None, description="app-level token (xapp-…); empty: the buttons of the cards do nothing"
    )
    room: str = Field(description="id of the room for urgent cases, such as C0123456789")
    cases_room: str = Field(
        default="", description="id of the room for other cases; empty: the same", json_schema_extra={"ask": True}
    )
    api_base: str = "https://slack.com/api/"


class Mail(Table):
    """The way to the team when its room cannot be reached."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    sender: str
    to: str
    user: str = ""
    password: SecretStr | None = None
    tls: Literal["starttls", "tls", "none"] = "starttls"


class Pattern(Table):
    """How the brand writes its own numbers, so that they are masked."""

    kind: Literal["order", "account", "customer", "ticket"]
    regex: str


class PersonalDataTable(Table):
    """What counts as personal data beside what every brand's posts can hold."""

    patterns: tuple[Pattern, ...] = ()
    regions: tuple[str, ...] = ("US", "GB")  # ISO 3166: where national phone numbers are from


class Quiet(Table):
    """Hours in which the bot is silent, on the brand's clock."""

    start: time
    end: time


class Promises(Table):
    """Within how many minutes a person's first word is promised."""

    urgent: float = Field(default=15, gt=0)
    complaint: float = Field(default=60, gt=0)
    question: float = Field(default=360, gt=0)


class Incidents(Table):
    """When many cases are one incident."""

    cases: int = Field(default=8, ge=2)
    minutes: float = Field(default=3, gt=0)


class Windows(Table):
    """How many hours before a platform's window shuts the team is warned."""

    private_reply: float = Field(default=24, gt=0)  # of the 7 days in which a post can be answered in private
    bot_message: float = Field(default=3, gt=0)  # of the 24 hours after a customer's private message
    person_message: float = Field(default=24, gt=0)  # of the 7 days, where people may answer late


class Settings(Table):
    """Everything an operator can set."""

    brand: str = Field(min_length=1)
    timezone: str = "UTC"
    database: Path = Path("sottovoce.db")
    secrets: Path = Path("secrets")  # folder of files named <table>_<key>, each holding one secret
    dry_run: bool = True
    approval: Approval = Approval.PUBLIC
    per_author_hour: int = Field(default=3, ge=1)
    invite_link: bool = False
    privacy_url: str = ""
    fallback_lang: str = "en"
    closing: Closing = Closing.PERSON  # who decides that one line closes a public thread
    budget_usd: dict[str, float] = Field(default_factory=dict)
    quiet: Quiet | None = None
    promises: Promises = Promises()
    incidents: Incidents = Incidents()
    windows: Windows = Windows()
    alerts: AlertsTable = AlertsTable()
    personal_data: PersonalDataTable = PersonalDataTable()
    model: Model = Model()
    slack: Slack | None = None
    mail: Mail | None = None
    hours: HoursTable = HoursTable()
    report: ReportTable = ReportTable()
    doors: Doors | None = None  # how platforms may push to us; off unless the table is there
    channels: dict[str, Any] = Field(default_factory=dict)  # by channel: the connector's own Settings

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            message = "not a time zone; write one such as Europe/Berlin or Asia/Vientiane"
            raise ValueError(message)
        return value

    @property
    def url(self) -> str:
        """The database's address."""
        return f"sqlite:///{self.database}"

    def conduct(self) -> Conduct:
        """Say how the bot is to behave."""
        zone = ZoneInfo(self.timezone)
        return Conduct(
            brand=self.brand,
            dry_run=self.dry_run,
            approval=self.approval,
            per_author_hour=self.per_author_hour,
            quiet=QuietHours(start=self.quiet.start, end=self.quiet.end, zone=zone) if self.quiet else None,
            budgets={channel: int(usd * MICROS) for channel, usd in self.budget_usd.items()},
            invite_link=self.invite_link,
            privacy_url=self.privacy_url,
            sla={
                Need.URGENT: timedelta(minutes=self.promises.urgent),
                Need.COMPLAINT: timedelta(minutes=self.promises.complaint),
                Need.QUESTION: timedelta(minutes=self.promises.question),
            },
            rooms=Rooms(
                # with neither room nor mail, the team reads the terminal
                alerts=self.slack.room if self.slack else "" if self.mail else "terminal",
                cases=self.slack.cases_room if self.slack else "",
                mail=self.mail.to if self.mail else "",
            ),
            incident_cases=self.incidents.cases,
            incident_within=timedelta(minutes=self.incidents.minutes),
            fallback_lang=self.fallback_lang,
            human_agent=frozenset(
                name for name, table in self.channels.items() if getattr(table, "human_agent", False)
            ),
            closing=self.closing,
            window_leads={
                name.replace("_", "-"): timedelta(hours=hours) for name, hours in self.windows.model_dump().items()
            },
        )


def connectors() -> dict[str, ModuleType]:
    """Find the connectors: every module in channels/ that has `Settings` and `connect`."""
    names = sorted(module.name for module in iter_modules(channels.__path__))
    modules = {name: import_module(f"channels.{name}") for name in names}
    return {
        name: module for name, module in modules.items() if hasattr(module, "Settings") and hasattr(module, "connect")
    }


def load(path: Path = FILE, *, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises ConfigError with every problem at once, each with its key and remedy."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as exc:
        raise ConfigError(
            [f"{path}: not found. Run `sottovoce init` to make one, or name it with --settings."]
        ) from exc
    except (OSError, ValueError) as exc:
        raise ConfigError([f"{path}: cannot be read: {exc}"]) from exc
    return build(data, environment=os.environ if environment is None else environment, base=path.parent)


def build(data: dict[str, Any], *, environment: Mapping[str, str], base: Path = Path()) -> Settings:
    """Make settings of a file's content and the secrets around it. Raises ConfigError."""
    found, connected = connectors(), dict[str, Any]()
    problems: list[str] = []
    secrets = _secrets(environment, base / str(data.get("secrets", "secrets")), problems)
    data = {key: dict(value) if isinstance(value, dict) else value for key, value in data.items()}
    for name in [name for name in found if name in data]:
        table = {**data.pop(name), **secrets.pop(name, {})}
        connected[name] = _validated(found[name].Settings, table, name, problems)
    for name, values in secrets.items():
        if name in data:
            data[name] = {**data[name], **values}
    settings: Settings | None = _validated(Settings, {**data, "channels": connected}, "", problems)
    problems += misfits(_doors(data), connected)
    if not connected:
        problems.append(f"no channel is set: add a table such as [x]. Known: {', '.join(found) or 'none'}.")
    if problems or settings is None:
        raise ConfigError(problems)
    database = settings.database if settings.database.is_absolute() else base / settings.database
    return settings.model_copy(update={"database": database})


def _doors(data: Mapping[str, Any]) -> Doors | None:
    """Read the table on its own, so that what does not fit is told even where other tables are wrong."""
    try:
        return Doors.model_validate(data["doors"]) if "doors" in data else None
    except ValidationError:
        return None


def _secrets(environment: Mapping[str, str], folder: Path, problems: list[str]) -> dict[str, dict[str, str]]:
    """Sort secrets by table: files <table>_<key> of the folder, then SOTTOVOCE_<TABLE>_<KEY> and …_FILE."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*_*")) if folder.is_dir() else ():
        _keep(found, path.name, _content(path, str(path), problems))
    for variable, value in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or "_" not in name:
            continue
        if name.endswith("_file"):
            _keep(found, name.removesuffix("_file"), _content(Path(value), variable, problems))
        else:
            _keep(found, name, value)
    return found


def _keep(found: dict[str, dict[str, str]], name: str, value: str | None) -> None:
    table, _, key = name.partition("_")
    if value is not None and key:
        found.setdefault(table, {})[key] = value


def _content(path: Path, named_by: str, problems: list[str]) -> str | None:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        problems.append(
            f"{named_by}: the file cannot be read ({type(exc).__name__}). Check that it exists and is yours."
        )
        return None


def _validated(model: type[BaseModel], values: dict[str, Any], table: str, problems: list[str]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        problems += [_problem(error["loc"], error["msg"], error["type"], table) for error in exc.errors()]
        return None


def _problem(location: tuple[int | str, ...], message: str, kind: str, table: str) -> str:
    """Word one problem: its key and its remedy; never the value, which may be a secret."""
    parts = [table, *(str(part) for part in location)] if table else [str(part) for part in location]
    key = ".".join(part for part in parts if part)
    if kind == "missing":
        name = "_".join(parts)
        return f"{key}: missing. Set it here, in the file {name} of the secrets folder, or as {PREFIX}{name.upper()}."
    if kind == "extra_forbidden":
        return f"{key}: not a setting. See docs/settings.md for the names."
    return f"{key}: {message}"
