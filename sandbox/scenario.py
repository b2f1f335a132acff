"""Scenarios: reads the file that says who does what and when; it plays nothing."""

import tomllib
from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

NETWORKS = ("x", "facebook", "instagram")
SERVERS = ("x", "graph", "slack")
BUSY_HOUR = Path(__file__).parent / "scenarios" / "busy_hour.toml"


class Manner(StrEnum):
    """What a customer does once the brand has answered in public."""

    ANSWERS = "answers"  # writes privately and answers what is asked
    WANTS_PERSON = "wants_person"  # writes, then asks for a person
    SAYS_STOP = "says_stop"  # writes, then wants to be left alone
    NEVER_COMES = "never_comes"
    CLOSES_DIRECTS = "closes_directs"  # writes, and closes their private messages behind them


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Whose hour it is. `query` is the search that overhears who does not name it."""

    username: str = "NordParcel"
    name: str = "Nord Parcel"
    query: str = '("nord parcel" OR nordparcel) -from:NordParcel -is:retweet'


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a person beyond their name."""

    username: str
    name: str = ""
    followers: int = 150
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A post that will happen. `kind` and `why` are what a careful reader would say of it.

    `edit_after` and `delete_after` count from the post, `after` from the brand's answer.
    """

    at: timedelta
    author: str
    text: str = ""
    name: str = ""  # `as` in the file: what others refer to
    on: str = "x"  # x, facebook or instagram; there, `reply_to` is what a comment stands under
    sort: str = ""  # on facebook: review or tag; empty: a post or, with `reply_to`, a comment
    lang: str = "und"
    kind: str = ""
    why: str = ""
    reply_to: str = ""
    quotes: str = ""
    reposts: str = ""
    index_after: timedelta = timedelta(0)
    malformed: bool = False
    edit_after: timedelta | None = None
    edit_text: str = ""
    delete_after: timedelta | None = None
    when_invited: Manner = Manner.NEVER_COMES
    after: timedelta = timedelta(minutes=1)
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDirect:
    """A private message somebody writes of their own accord; `says` are their further words, as they are answered."""

    at: timedelta
    author: str
    text: str
    on: str = "x"
    encrypted: bool = False
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A server that is gone for a while."""

    of: str  # "x", "graph" or "slack"
    at: timedelta
    lasts: timedelta
    reset: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFault:
    """A fault in force for a while; the rest as in `faults.Fault`."""

    of: str
    at: timedelta
    lasts: timedelta
    match: str
    effect: str
    count: int = 1
    after: int = 0
    applied: bool = False
    seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything that is going to happen."""

    title: str
    lasts: timedelta
    brand: Brand = Brand()
    people: tuple[Known, ...] = ()
    posts: tuple[Planned, ...] = ()
    directs: tuple[PlannedDirect, ...] = ()
    outages: tuple[Outage, ...] = ()
    faults: tuple[PlannedFault, ...] = ()


class ScenarioError(ValueError):
    """The file says something that cannot be played; the message names the entry and what is wrong."""


def load(path: Path) -> Scenario:
    """Read a scenario. Raises ScenarioError, or OSError when the file cannot be read."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as exc:
        raise ScenarioError(f"{path.name}: {exc}") from exc
    for post in told.get("post", []):
        post["name"] = post.pop("as", "")
    scenario = Scenario(
        title=told.get("title", path.stem),
        lasts=_duration("lasts", told.get("lasts", "60:00")),
        brand=_read(Brand, told.get("brand", {}), "brand"),
        people=_all(Known, told, "person"),
        posts=_all(Planned, told, "post"),
        directs=_all(PlannedDirect, told, "direct"),
        outages=_all(Outage, told, "outage"),
        faults=_all(PlannedFault, told, "fault"),
    )
    _check(scenario)
    return scenario


Entry = TypeVar("Entry")


def _all(kind: type[Entry], told: dict[str, Any], key: str) -> tuple[Entry, ...]:
    return tuple(_read(kind, one, f"{key} {number}") for number, one in enumerate(told.get(key, []), 1))


def _read(kind: type[Entry], told: dict[str, Any], where: str) -> Entry:
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]  # every kind here is a dataclass
    extra = sorted(set(told) - set(known))
    if extra:
        raise ScenarioError(f"{where}: unknown {', '.join(extra)}")
    missing = [name for name, field in known.items() if field.default is MISSING and name not in told]
    if missing:
        raise ScenarioError(f"{where}: missing {', '.join(missing)}")
    hints = get_type_hints(kind)
    return kind(**{name: _value(f"{where}: {name}", hints[name], value) for name, value in told.items()})


def _value(where: str, hint: Any, value: Any) -> Any:
    if hint in (timedelta, timedelta | None):
        return _duration(where, value)
    if hint is Manner:
        if value not in {manner.value for manner in Manner}:
            raise ScenarioError(f"{where}: no such manner: {value}")
        return Manner(value)
    return tuple(value) if isinstance(value, list) else value


def _duration(where: str, value: object) -> timedelta:
    minutes, colon, seconds = str(value).partition(":")
    if not (colon and minutes.isdecimal() and seconds.isdecimal()):
        raise ScenarioError(f"{where}: {value!r} is not minutes:seconds")
    return timedelta(minutes=int(minutes), seconds=int(seconds))


def _check(scenario: Scenario) -> None:
    told: set[str] = set()
    for post in sorted(scenario.posts, key=lambda post: post.at):
        for target in filter(None, (post.reply_to, post.quotes, post.reposts)):
            if target not in told:
                raise ScenarioError(f"post of {post.author} at {post.at}: nothing called {target} before it")
        if not (post.text or post.reposts):
            raise ScenarioError(f"post of {post.author} at {post.at}: it has no text")
        told.add(post.name)
    places = [(one.author, one.at, one.on) for one in scenario.posts]
    for author, at, on in [*places, *((one.author, one.at, one.on) for one in scenario.directs)]:
        if on not in NETWORKS:
            raise ScenarioError(f"{author} at {at}: there is no network called {on}")
    servers = {outage.of for outage in scenario.outages} | {fault.of for fault in scenario.faults}
    for of in sorted(servers - set(SERVERS)):
        raise ScenarioError(f"there is no server called {of}")
