"""`python -m tests.walks.week [--quick]`: a week of 2,000 conversations on three networks, with faults, and its books.

The real house with its real connectors over loopback, on a clock that only we move; the last line is the result.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from domain.clock import monotonic
from sandbox.customers import Customer
from sandbox.faults import FOR_EVER
from sandbox.graph import Graph
from sandbox.graph_values import GraphMessage, Network
from sandbox.slack import Slack
from sandbox.x import X
from sandbox.x_state import XDirect
from storage import switches
from storage.database import writing
from tests.walks.pages import PageStreet
from tests.walks.week_books import Finding, findings
from tests.walks.week_plan import WEEK, Story, plan

AFTER = timedelta(days=9)  # for the last windows to shut
LAST_WORDS = timedelta(minutes=10)  # for what the last round told a room that takes one message a second
POSTS_EVERY = timedelta(hours=12)  # how often the brand posts, so that there is something to comment on
FAULTY_EVERY = timedelta(hours=2)
TOKEN_DIES_AT, MENDED_AFTER = timedelta(days=3, hours=5), timedelta(hours=2)
MIA = "person:U0MIA"

SENDS = r"^POST .*/(comments|replies|messages)$"
LISTS = r"^GET .*/(comments|conversations|feed|media|messages|replies)$"
ON_X = r"^POST /2/"
FAULTS: tuple[tuple[str, str, str, dict[str, object]], ...] = (
    ("graph", SENDS, "drop", {"applied": True, "count": 2}),
    ("graph", SENDS, "drop", {"count": 2}),
    ("graph", SENDS, "transient", {"applied": True, "count": 2}),
    ("graph", SENDS, "transient", {"count": 2}),
    ("graph", SENDS, "bad_gateway", {"applied": True, "count": 2}),
    ("graph", SENDS, "error", {"applied": True, "count": 1}),
    ("graph", SENDS, "truncate", {"applied": True, "count": 1}),
    ("graph", SENDS, "throttled_messenger", {"seconds": 900, "count": 1}),
    ("graph", SENDS, "vanish", {"count": 1}),
    ("graph", LISTS, "repeat_cursor", {"count": 5}),
    ("graph", LISTS, "empty_next", {"count": 5}),
    ("graph", LISTS, "late_index", {"seconds": 1800, "share": 0.3, "count": FOR_EVER}),
    ("graph", LISTS, "lag", {"seconds": 90, "count": FOR_EVER}),
    ("graph", LISTS, "bad_gateway", {"count": 3}),
    ("graph", LISTS, "drop", {"count": 3}),
    ("graph", LISTS, "reorder", {"count": 10}),
    ("graph", LISTS, "usage", {"share": 0.8, "count": 3}),
    ("graph", LISTS, "usage", {"share": 0.95, "seconds": 600, "count": 1}),
    ("x", ON_X, "drop", {"applied": True, "count": 2}),
    ("x", ON_X, "error", {"applied": True, "count": 1}),
    ("x", ON_X, "rate_limited", {"seconds": 300, "count": 1}),
    ("x", "mentions$", "late_index", {"seconds": 1800, "share": 0.3, "count": FOR_EVER}),
    ("x", "mentions$", "bad_gateway", {"count": 3}),
    ("slack", "chat.postMessage", "drop", {"applied": True, "count": 2}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much happens in how long, and how finely time passes."""

    conversations: int
    lasts: timedelta
    step: timedelta
    later_step: timedelta  # once everybody has written, while the last windows shut
    every: timedelta  # between two polls of a source: more rarely than usual, for a week has many


WHOLE = Size(
    conversations=2000,
    lasts=WEEK,
    step=timedelta(minutes=10),
    later_step=timedelta(hours=2),
    every=timedelta(minutes=20),
)
QUICK = Size(
    conversations=60,
    lasts=timedelta(days=2),
    step=timedelta(minutes=30),
    later_step=timedelta(hours=2),
    every=timedelta(hours=1),
)


@dataclass
class Week:
    """Lets a week happen in a house, and closes its books."""

    street: PageStreet
    stories: Sequence[Story]
    size: Size
    seed: int
    by_author: dict[str, Story] = field(default_factory=dict)  # by their name
    answering: set[str] = field(default_factory=set)
    spoken: int = 0  # private messages the team promised by way of the house

    def run(self, say: Callable[[str], None]) -> None:
        """Let it happen."""
        begins = self.street.clock.now
        self._prepare(begins)
        day = 0
        while self.street.clock.now < begins + self.size.lasts + AFTER:
            within = self.street.clock.now < begins + self.size.lasts
            step = self.size.step if within else self.size.later_step
            self.street.sit_out(self.street.clock.now + step)
            self.street.round()
            if (self.street.clock.now - begins).days > day:
                day = (self.street.clock.now - begins).days
                books = self.street.books()
                say(f"day {day}: heard {books.heard}, {sum(books.cases.values())} cases")
        self.street.sit_out(self.street.clock.now + LAST_WORDS)

    def _prepare(self, begins: datetime) -> None:
        world, agenda, share = self.street.world, self.street.world.stage.agenda, self.size.lasts / WEEK
        world.x.windows.off = True  # a week of X's own limits is no part of this
        for number in range(int((self.size.lasts + AFTER) / POSTS_EVERY)):
            agenda.plan(begins + number * POSTS_EVERY, self._post)
        for story in self.stories:
            self.by_author[story.author] = story
            agenda.plan(story.at, partial(self._happen, story))
        self._hurt(begins)
        agenda.plan(
            begins + TOKEN_DIES_AT * share, lambda _now: setattr(self.street.graph.access, "dead", "token_expired")
        )
        agenda.plan(begins + TOKEN_DIES_AT * share + MENDED_AFTER, lambda _now: self._mend())
        world.x.state.watchers.append(self._wrote)
        world.graph.state.watchers.append(self._wrote)

    def _post(self, now: datetime) -> None:
        graph = self.street.graph
        self.ours = {
            network: graph.publish("nordparcel", "Good morning", network=network, at=now)
            for network in ("facebook", "instagram")
        }

    def _mend(self) -> None:
        """Put a new token in, start the house again and let it speak again, as a person would who was told to."""
        self.street.graph.access.dead = ""
        self.street.open()
        with writing(self.street.house.engine) as db:
            for switch in switches.turned_on(db):
                switches.turn(db, switch.name, on=False, by=MIA, why="resumed", now=self.street.clock.now)

    def _hurt(self, begins: datetime) -> None:
        dice = random.Random(self.seed)
        servers = self.street.world.stage.servers
        agenda = self.street.world.stage.agenda
        for number in range(int(self.size.lasts / FAULTY_EVERY)):
            since = begins + number * FAULTY_EVERY
            of, match, effect, more = FAULTS[number % len(FAULTS)] if number else FAULTS[0]
            servers[of].fault(match, effect, since=since, until=since + FAULTY_EVERY, **more)
            if number % 20 == 7:
                server = servers[("graph", "x", "slack")[number // 20 % 3]]
                agenda.plan(since, partial(_go_away, server, reset=dice.random() < 0.5))
                agenda.plan(since + timedelta(minutes=50), partial(_come_back, server))

    def _happen(self, story: Story, now: datetime) -> None:
        """Let somebody write, and know what they will say once spoken to."""
        world, direct = self.street.world, story.way == "direct"
        said = story.says if story.says or not direct else ()
        part = Customer(
            username=story.author,
            manner=story.manner,
            after=story.after,
            says=(story.text, *said) if direct else said,
            said=int(direct),
            on=story.network,
        )
        world.customer(part)
        if story.network == "x":
            write = world.x.direct if direct else world.x.publish
            post = write(story.author, story.text, at=now)
        elif direct:
            post = world.graph.direct(story.author, story.text, network=story.network, at=now)
        else:
            post = self._publish(story, now)
        if story.deleted_after is not None and not direct:
            network = world.x if story.network == "x" else world.graph
            world.stage.agenda.plan(now + story.deleted_after, lambda _now: network.delete(post))

    def _publish(self, story: Story, now: datetime) -> str:
        under = self.ours[story.network] if story.way == "comment" else None
        sort = {"review": "review", "tag": "tag"}.get(story.way, "")
        return self.street.graph.publish(
            story.author, story.text, network=story.network, under=under, sort=sort, at=now
        )

    def _wrote(self, what: object) -> None:
        """When a customer first writes in private, plan when somebody of the team answers."""
        if not isinstance(what, GraphMessage | XDirect):
            return
        world = self.street.world
        people = world.graph.state.people if isinstance(what, GraphMessage) else world.x.state.people
        story = self.by_author.get(people[what.sender].username)
        if story is None or story.answered_after is None or story.author in self.answering:
            return
        self.answering.add(story.author)
        world.stage.agenda.plan(what.at + story.answered_after, lambda now: self._answer(story, now))

    def _answer(self, story: Story, now: datetime) -> None:
        """Let the team answer: within a day in the network's own app, later through the house."""
        world = self.street.world
        words = f"Mia here, about number {story.number}: it is on its way."
        assert story.answered_after is not None
        if story.answered_after > timedelta(hours=24) and story.network != "x":
            self.spoken += int(self.street.speak_to(story.author, Network(story.network), words, by=MIA))
        elif story.network == "x":
            world.x.state.direct(world.x.brand, world.x.person(story.author), words, at=now)
        else:
            own = world.graph.page if story.network == "facebook" else world.graph.instagram
            world.graph.state.direct(own, world.graph.person(story.author, story.network), words, at=now)


def _go_away(server: X | Graph | Slack, _now: datetime, *, reset: bool) -> None:
    server.outage(reset=reset)


def _come_back(server: X | Graph | Slack, _now: datetime) -> None:
    server.recover()


def play(size: Size, *, seed: int, folder: Path, say: Callable[[str], None]) -> list[Finding]:
    """Play a week; returns what was found, each with whether it holds."""
    with PageStreet(folder, every=size.every.total_seconds()) as street:
        stories = list(plan(size.conversations, begins=street.clock.now, lasts=size.lasts, seed=seed))
        week = Week(street, stories, size, seed)
        week.run(say)
        return list(findings(street, week.stories))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 0 when everything holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.walks.week", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="60 conversations in two days instead of 2,000 in a week")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    size, began = (QUICK if asked.quick else WHOLE), monotonic()
    folder = Path(tempfile.mkdtemp(prefix="sottovoce-week-"))
    found = play(size, seed=asked.seed, folder=folder, say=_say)
    for finding in found:
        _say(f"{'holds' if finding.holds else 'BROKEN'}  {finding.text}")
        for one in finding.examples:
            _say(f"        {one}")
    broken = sum(not finding.holds for finding in found)
    if broken:
        _say(f"what happened can be read in {folder}")
    else:
        shutil.rmtree(folder)
    _say(f"conversations={size.conversations} broken={broken} seconds={monotonic() - began:.0f}")
    return int(bool(broken))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
