"""The house, built: settings become engine, channels, carriers and stages. The only place that knows all rooms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from app import pushing, reporting
from app.alerting import Daily
from app.pushing import Pushed
from app.schedule import TICK, Stage
from app.settings import Settings, connectors
from desk import approvals, identity
from desk.console import Console
from desk.faces import Faces
from desk.mail import Mail
from desk.report import publish
from desk.slack import Slack
from desk.socket import Socket
from desk.socket import connect as connect_socket
from domain.clock import Clock, monotonic, utc_now
from domain.conduct import Conduct
from domain.ports import Ages, Hears, Replies, RepliesPrivately
from domain.sending import DeliveryKind
from listener import listen, watch
from listener.checkup import Checkup
from moderation import judge as judging
from moderation import reference
from moderation.drifting import Drifting
from moderation.judge import Judge
from responder import closing, deliver, followup, incidents, respond, windows
from responder.plan import Limits
from storage.database import migrate, open_database


@dataclass(frozen=True, slots=True)
class House:
    """Everything that runs, wired. Opens the database and the network only when used."""

    settings: Settings
    engine: Engine
    conduct: Conduct
    channels: Mapping[str, Any]
    carriers: Mapping[str, Any] = field(repr=False)
    faces: Faces | None = None  # without Slack there are no cards to keep in step
    pushed: Pushed | None = None  # without doors nothing is pushed to us
    clock: Clock = utc_now
    monotonic: Callable[[], float] = monotonic


def build(settings: Settings, *, clock: Clock = utc_now, monotonic: Callable[[], float] = monotonic) -> House:
    """Wire the rooms. Raises ConfigError when a connector cannot be made from its settings."""
    modules = connectors()
    channels = {name: modules[name].connect(table, now=clock()) for name, table in settings.channels.items()}
    engine = open_database(settings.url)
    carriers = team(settings)
    slack = carriers["slack"]
    conduct = settings.conduct()
    pushed = pushing.build(
        settings.doors, settings=settings.channels, channels=channels, engine=engine, conduct=conduct, clock=clock
    )
    return House(
        settings=settings,
        engine=engine,
        conduct=conduct,
        pushed=pushed,
        channels=channels,
        carriers={**channels, **carriers},
        faces=Faces(engine, slack) if isinstance(slack, Slack) else None,
        clock=clock,
        monotonic=monotonic,
    )


def team(settings: Settings) -> dict[str, Any]:
    """Make the ways to the team; without Slack the terminal stands in for its room. Asks nobody."""
    ways: dict[str, Any] = {"slack": Slack(settings.slack) if settings.slack else Console()}
    return ways | ({"mail": Mail(settings.mail)} if settings.mail else {})


def prepare(house: House) -> None:
    """Bring the tables up to date, begin to listen to every source, and start again what had stopped."""
    migrate(house.engine)
    listen.register(house.engine, house.channels, now=house.clock())
    listen.resume(house.engine, now=house.clock())


def stages(house: House, judge: Judge, *, tick: timedelta = TICK) -> list[Stage]:
    """List the stages of the road, in its order; `tick` is how often each looks when nothing wakes it."""
    engine, conduct = house.engine, house.conduct
    deliveries = [f"deliver {via}" for via in house.carriers]
    limits = {name: _limits(channel) for name, channel in house.channels.items() if isinstance(channel, Replies)}
    road = [
        Stage(f"listen {name}", partial(_listen, engine, {name: channel}, conduct), tick, ("judge",))
        for name, channel in house.channels.items()
        if isinstance(channel, Hears)
    ]
    road += house.pushed.stages(("judge",), tick) if house.pushed else []
    road += [
        Stage("judge", partial(_judge, engine, judge, _daily(house, judge)), tick, ("respond",)),
        Stage("respond", partial(_respond, engine, conduct, limits), tick, tuple(deliveries)),
    ]
    road += [Stage(f"deliver {via}", partial(_deliver, house, via), tick) for via in house.carriers]
    road += [
        Stage("follow up", lambda now: followup.run_once(engine, conduct=conduct, now=now), 10 * tick),
        Stage("windows", lambda now: windows.run_once(engine, conduct=conduct, now=now), 30 * tick),
        Stage("closing", lambda now: closing.run_once(engine, conduct=conduct, now=now), 10 * tick),
        Stage("approvals", lambda now: approvals.run_once(engine, conduct=conduct, now=now), 2 * tick),
        Stage("customers", lambda now: identity.run_once(engine, conduct=conduct, now=now), 2 * tick),
        Stage("incidents", lambda now: incidents.run_once(engine, conduct=conduct, now=now), 10 * tick),
        Stage("watch", lambda now: watch.run_once(engine, conduct=conduct, now=now) and False, 60 * tick),
        Stage("drift", partial(_drift, _drifting(house, judge), conduct), 60 * tick),
        *_checkups(house, tick),
        Stage("report", partial(_report, engine, reporting.plan(house.settings)), 60 * tick),
    ]
    if house.faces:
        road.append(Stage("cards", partial(_cards, house.faces), tick))
    return road


def _daily(house: House, judge: Judge) -> Daily:
    return Daily(house.engine, judge, house.settings.alerts.choice, zone=ZoneInfo(house.settings.timezone))


def _judge(engine: Engine, judge: Judge, daily: Daily, now: datetime) -> bool:
    daily.keep(now)
    return judging.run_once(engine, judge, now=now)


def _drifting(house: House, judge: Judge) -> Drifting:
    return Drifting(
        house.engine,
        model=judge.version,
        measured=judge.languages,
        reference=reference.load(),
        zone=ZoneInfo(house.settings.timezone),
    )


def _drift(drifting: Drifting, conduct: Conduct, now: datetime) -> bool:
    return drifting.run_once(conduct, now=now) and False  # once a day: nobody need hurry


def _checkups(house: House, tick: timedelta) -> list[Stage]:
    """Look after the sign-ins that run out by themselves, where there are any."""
    aging = {name: channel for name, channel in house.channels.items() if isinstance(channel, Ages)}
    look = Checkup(house.engine, aging, conduct=house.conduct)
    return [Stage("checkup", lambda now: look.run_once(now=now), 60 * tick)] if aging else []


def _limits(channel: Replies) -> Limits:
    def as_(kind: DeliveryKind) -> Callable[[str], bool]:
        return lambda text: channel.fits(text, kind)

    return Limits(
        fits=channel.fits,
        private=as_(DeliveryKind.PRIVATE_REPLY) if isinstance(channel, RepliesPrivately) else None,
        message=as_(DeliveryKind.MESSAGE),
        # where the operator does not pay for links, a channel has no such address
        link=getattr(channel, "invitation", ""),
    )


def _respond(engine: Engine, conduct: Conduct, limits: Mapping[str, Limits], now: datetime) -> bool:
    return respond.run_once(engine, conduct=conduct, now=now, channels=limits)


def _report(engine: Engine, plan: publish.Plan, now: datetime) -> bool:
    return publish.run_once(engine, plan=plan, now=now) and False  # a week's report once a week: nobody need hurry


def _cards(faces: Faces, now: datetime) -> bool:
    return faces.run_once(now=now)


def _listen(engine: Engine, channels: Mapping[str, Hears], conduct: Conduct, now: datetime) -> bool:
    return listen.run_once(engine, channels, conduct=conduct, now=now)


def _deliver(house: House, via: str, _now: datetime) -> bool:
    return deliver.run_once(
        house.engine,
        via=via,
        carriers=house.carriers,
        conduct=house.conduct,
        clock=house.clock,
        monotonic=house.monotonic,
    )


def socket(house: House) -> Socket | None:
    """Wire the buttons of the team's cards; None without Slack or its app token. Not connected yet."""
    if house.settings.slack is None or house.faces is None:
        return None
    return connect_socket(
        house.settings.slack,
        house.engine,
        house.carriers["slack"],
        house.faces,
        conduct=house.conduct,
        clock=house.clock,
    )


def close(house: House) -> None:
    """Let go of the database."""
    house.engine.dispose()
