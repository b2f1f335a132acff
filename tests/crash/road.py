"""The road as it runs in production, on one machine, driven through an hour in a second: from a post to its answers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import col, select

from channels import facebook, x
from desk.slack import Slack
from domain.conduct import Conduct, Rooms
from domain.values import Abuse, Kind, Scores, Sentiment
from listener import listen
from moderation import judge as judging
from moderation import policy
from moderation.judge import Judge
from moderation.personal import PersonalData
from responder import deliver, respond
from storage.database import reading
from storage.deliveries import READY, SENDING, UNKNOWN, Delivery
from storage.sources import Source
from tests.crash.faults import FACEBOOK
from tests.crash.outside import BEGIN, BRAND, Places
from tests.crash.shared import Shared

END = BEGIN + timedelta(minutes=50)
POLL = timedelta(minutes=20)
WORK = timedelta(milliseconds=1)  # what a stage takes at least
_MOST_ROUNDS = 1000  # of a stage at one moment: more is a loop without end


class Complaining:
    """A model that takes everything for a complaint."""

    version = "canned"

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        """Score each text the same."""
        scores = Scores(
            sentiment={Sentiment.NEGATIVE: 0.9, Sentiment.NEUTRAL: 0.08, Sentiment.POSITIVE: 0.02},
            abuse={Abuse.NONE: 0.97, Abuse.OFFENSIVE: 0.01, Abuse.HATEFUL: 0.01, Abuse.THREAT: 0.01},
            kind={Kind.COMPLAINT: 0.9, Kind.QUESTION: 0.05, Kind.PRAISE: 0.02, Kind.NOISE: 0.03},
            person=0.3,
            distress=0.0,
            model=self.version,
        )
        return [scores for _ in texts]


def travel(engine: Engine, places: Places, shared: Shared) -> None:
    """Start the house on what its database holds, and run it until the hour is over."""
    channel = _channel(places, shared.now())
    listen.register(engine, {places.network: channel}, now=shared.now())
    listen.resume(engine, now=shared.now())
    stages = _stages(engine, channel, places, shared)
    while shared.now() < END:
        _run(stages, shared)
        shared.set_clock(_next(engine, shared.now()))
    engine.dispose()


def _channel(places: Places, now: datetime) -> Any:
    if places.network == FACEBOOK:
        return facebook.connect(_page_settings(places), now=now)
    return x.connect(_x_settings(places), now=now)


def _page_settings(places: Places) -> facebook.Settings:
    return facebook.Settings(
        page_id=places.account,
        access_token=SecretStr(places.keys[0]),
        api_base=places.url,
        inbox_every=POLL,
        comments_every=POLL,
        posts_every=POLL,
        tags_every=timedelta(hours=2),
        hear_reviews=False,
    )


def _x_settings(places: Places) -> x.Settings:
    key, secret, token, token_secret = (SecretStr(value) for value in places.keys)
    return x.Settings(
        handle=BRAND,
        user_id=places.account,
        consumer_key=key,
        consumer_secret=secret,
        access_token=token,
        access_token_secret=token_secret,
        api_base=places.url,
        mentions_every=POLL,
        directs_every=POLL,
    )


def _stages(engine: Engine, channel: Any, places: Places, shared: Shared) -> list[Callable[[], bool]]:
    rooms = Rooms(alerts=places.slack_room, cases=places.slack_room)
    conduct = Conduct(brand="Nord Parcel", rooms=rooms)
    judge = Judge(Complaining(), PersonalData(), policy.load())
    slack = Slack(
        SimpleNamespace(
            bot_token=SecretStr(places.slack_token),
            app_token=None,
            room=places.slack_room,
            cases_room=places.slack_room,
            api_base=places.slack_url,
        )
    )
    carriers: Mapping[str, Any] = {places.network: channel, "slack": slack}

    def send(via: str) -> Callable[[], bool]:
        return lambda: deliver.run_once(
            engine, via=via, carriers=carriers, conduct=conduct, clock=shared.now, monotonic=shared.seconds
        )

    return [
        lambda: listen.run_once(engine, {places.network: channel}, conduct=conduct, now=shared.now()),
        lambda: judging.run_once(engine, judge, now=shared.now()),
        lambda: respond.run_once(engine, conduct=conduct, now=shared.now()),
        send(places.network),
        send("slack"),
    ]


def _run(stages: Sequence[Callable[[], bool]], shared: Shared) -> None:
    for stage in stages:
        for _ in range(_MOST_ROUNDS):
            if not stage():
                break
            shared.set_clock(shared.now() + WORK)  # no two pages of a poll are read at one instant
        else:
            raise RuntimeError("a stage finds work without end")


def _next(engine: Engine, now: datetime) -> datetime:
    """Say when there is something to do again: time passes in jumps."""
    with reading(engine) as db:
        times = list(db.exec(select(col(Source.next_poll_at))))
        waiting = db.exec(select(Delivery).where(col(Delivery.state).in_((READY, UNKNOWN, SENDING)))).all()
    for delivery in waiting:
        times.append(delivery.not_before)
        if delivery.state == SENDING and delivery.lease_until:
            times.append(delivery.lease_until)
    later = [at for at in times if at > now]
    return min([END, *later]) + timedelta(milliseconds=1)
