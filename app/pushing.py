"""Pushes, built out of the settings: doors, streams, and the stages behind them. Nothing opens before it is started."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine

from app import deleting
from app.doors import Doors, Knocks, WhoAsks
from app.doors_settings import META, misfits
from app.doors_settings import Doors as Table
from app.schedule import TICK, Stage
from channels import meta_signed
from channels.meta_webhook import Door as MetaDoor
from channels.meta_webhook import Reader
from channels.meta_webhook_facebook import FacebookReader
from channels.meta_webhook_instagram import InstagramReader
from channels.x_activity import Door as XDoor
from channels.x_activity_stream import ActivityStream
from channels.x_money import Meter, price_table
from channels.x_parse import Own
from domain.clock import Clock
from domain.conduct import Conduct
from domain.ports import Receives
from listener import arrive, pushes
from listener.follow import Follower
from listener.pushes import Pushing

STREAM_SILENCE = timedelta(minutes=2)  # X breathes every 20 s

_READERS: Mapping[str, Callable[[Any], Reader]] = {"facebook": FacebookReader, "instagram": InstagramReader}

__all__ = ["Pushed", "build", "misfits"]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What pushes take; empty where nothing is pushed."""

    engine: Engine
    conduct: Conduct
    clock: Clock
    receivers: Mapping[str, Receives] = field(default_factory=dict)
    pushing: Mapping[str, Pushing] = field(default_factory=dict)
    doors: Doors | None = None
    followers: Sequence[Follower] = ()
    followed: Sequence[tuple[str, str]] = ()
    erasing: Sequence[tuple[str, str]] = ()  # accounts whose platform hands requests to be erased on

    def stages(self, wakes: tuple[str, ...], tick: timedelta = TICK) -> list[Stage]:
        """List the stages behind the doors; `wakes` has work when an envelope was read."""
        if not self.receivers:
            return []
        road = [Stage("arrive", self._arrive, tick, wakes), Stage("pushes", self._weigh, 10 * tick)]
        if self.erasing:
            road.append(Stage("delete", self._delete, tick))
        return road

    def start(self) -> None:
        """Open the doors and follow the streams. Raises ConfigError when the doors' address cannot be had."""
        if self.doors:
            self.doors.start()
        for follower in self.followers:
            follower.start()

    def stop(self) -> None:
        """Shut the doors and let go of the streams."""
        for follower in self.followers:
            follower.stop()
        if self.doors:
            self.doors.stop()

    def _arrive(self, now: datetime) -> bool:
        return arrive.run_once(self.engine, self.receivers, pushing=self.pushing, conduct=self.conduct, now=now)

    def _weigh(self, now: datetime) -> bool:
        return pushes.run_once(self.engine, self.followed, conduct=self.conduct, now=now)

    def _delete(self, now: datetime) -> bool:
        return deleting.run_once(self.engine, self.erasing, conduct=self.conduct, now=now)


def build(
    table: Table | None,
    *,
    settings: Mapping[str, Any],
    channels: Mapping[str, Any],
    engine: Engine,
    conduct: Conduct,
    clock: Clock,
) -> Pushed:
    """Wire what the table asks for; `settings` and `channels` by channel. Opens nothing."""
    if table is None:
        return Pushed(engine, conduct, clock)
    receivers: dict[str, Receives] = {}
    followers: list[Follower] = []
    followed: list[tuple[str, str]] = []
    erasing: tuple[tuple[str, str], ...] = ()
    webhook = Pushing(sweep_every=table.sweep_every, silent_after=table.silent_after)
    pushing = {"meta": webhook, "x": webhook}
    if table.x_webhook or table.x_stream:
        receivers["x"] = _x_door(table, settings["x"], channels["x"])
    if table.x_stream and table.x_app_token:
        pushing["x"] = Pushing(sweep_every=table.sweep_every, silent_after=STREAM_SILENCE)
        token = table.x_app_token.get_secret_value()
        stream = ActivityStream(settings["x"], account=channels["x"].account, app_token=token)
        followers = [Follower(engine, stream, pushing=pushing["x"], conduct=conduct, clock=clock)]
        followed = [(stream.channel, stream.account)]
    if table.meta:
        meta = {name: channels[name] for name in META if name in channels}
        receivers["meta"] = _meta_door(table, meta)
        erasing = tuple((channel.name, channel.account) for channel in meta.values())
    doors = _doors(table, receivers, erasing, engine, conduct=conduct, clock=clock) if table.serves else None
    return Pushed(engine, conduct, clock, receivers, pushing, doors, followers, followed, erasing)


def _x_door(table: Table, settings: Any, channel: Any) -> XDoor:
    secret = table.x_consumer_secret or settings.consumer_secret
    meter = Meter(price_table() | settings.prices)
    return XDoor(
        Own(channel.account, channel.handle),
        meter,
        consumer_secret=secret.get_secret_value() if secret else "",
    )


def _meta_door(table: Table, channels: Mapping[str, Any]) -> MetaDoor:
    readers = [_READERS[name](channel) for name, channel in channels.items()]
    return MetaDoor(readers, app_secret=_secret(table.meta_app_secret), verify_token=_secret(table.meta_verify_token))


def _secret(value: Any) -> bytes:
    return value.get_secret_value().encode() if value else b""


def _doors(
    table: Table,
    receivers: Mapping[str, Receives],
    erasing: Sequence[tuple[str, str]],
    engine: Engine,
    *,
    conduct: Conduct,
    clock: Clock,
) -> Doors:
    served = {name: door for name, door in receivers.items() if name != "x" or table.x_webhook}
    who_asks: WhoAsks | None = partial(meta_signed.who_asks, _secret(table.meta_app_secret)) if table.meta else None
    knocks = Knocks(
        engine=engine,
        clock=clock,
        doors=served,
        who_asks=who_asks,
        public_url=table.public_url,
        left=lambda _who: deleting.left(engine, erasing, conduct=conduct, now=clock()),
    )
    return Doors(knocks, host=table.host, port=table.port)
