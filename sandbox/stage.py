"""The stage: plays a scenario on the servers, as its clock goes; it waits for nobody."""

from datetime import datetime, timedelta

from domain.clock import Clock
from sandbox.agenda import Agenda
from sandbox.customers import Customer, Customers
from sandbox.faults import FOR_EVER
from sandbox.graph import Graph
from sandbox.scenario import Manner, Outage, Planned, PlannedDirect, PlannedFault, Scenario
from sandbox.slack import Slack
from sandbox.x import X


class Stage:
    """Everything a scenario needs while it is played."""

    def __init__(
        self, x: X, graph: Graph, slack: Slack, *, starts_at: datetime, scenario: Scenario | None = None
    ) -> None:
        """Plan everything the scenario holds; without one only customers cast by hand react."""
        self.x, self.graph, self.slack, self.starts_at = x, graph, slack, starts_at
        self.servers: dict[str, X | Graph | Slack] = {"x": x, "graph": graph, "slack": slack}
        self.agenda = Agenda()
        self.customers = Customers(x, graph, self.agenda)
        self.ids: dict[str, str] = {}  # the scenario's names -> post ids
        self.kinds: dict[str, Planned] = {}  # post id -> what was planned
        self.ends_at = starts_at + (scenario.lasts if scenario else timedelta(0))
        x.state.watchers.append(self.customers.heard)
        graph.state.watchers.append(self.customers.heard_on_graph)
        if scenario is not None:
            self._plan(scenario)

    def run_due(self, now: datetime, *, stamp: Clock | None = None) -> int:
        """Let everything due happen; see `Agenda.run_due`."""
        return self.agenda.run_due(now, stamp=stamp)

    def over(self, now: datetime) -> bool:
        """Whether the scenario's time has passed and nobody has anything left to say."""
        return now >= self.ends_at and self.agenda.next_at() is None

    def _plan(self, scenario: Scenario) -> None:
        for known in scenario.people:
            name = {"name": known.name} if known.name else {}
            self.x.person(known.username, followers=known.followers, verified=known.verified, **name)
            for network in ("facebook", "instagram"):
                self.graph.person(known.username, network, **name)
        for post in scenario.posts:
            self._at(post.at, lambda now, post=post: self._publish(post, now))
        for direct in scenario.directs:
            self._at(direct.at, lambda now, direct=direct: self._write(direct, now))
        for outage in scenario.outages:
            self._plan_outage(outage)
        for fault in scenario.faults:
            self._plan_fault(fault)

    def _at(self, after: timedelta, act: object) -> None:
        self.agenda.plan(self.starts_at + after, act)  # type: ignore[arg-type]  # lambdas that carry their entry

    def _publish(self, planned: Planned, now: datetime) -> None:
        if planned.says:
            parts = {"manner": planned.when_invited, "after": planned.after, "says": planned.says, "on": planned.on}
            self.customers.cast(Customer(username=planned.author, **parts))  # type: ignore[arg-type]  # as planned
        post = self._post(planned, now) if planned.on == "x" else self._comment(planned, now)
        if planned.name:
            self.ids[planned.name] = post
        self.kinds[post] = planned
        if planned.edit_after is not None:
            self.agenda.plan(now + planned.edit_after, lambda later: self._edit(planned, post, later))
        if planned.delete_after is not None:
            network = self.x if planned.on == "x" else self.graph
            self.agenda.plan(now + planned.delete_after, lambda _later: network.delete(post))

    def _comment(self, planned: Planned, now: datetime) -> str:
        return self.graph.publish(
            planned.author,
            planned.text,
            network=planned.on,
            under=self.ids.get(planned.reply_to),
            sort=planned.sort,
            at=now,
            index_after=planned.index_after,
            malformed=planned.malformed,
        )

    def _post(self, planned: Planned, now: datetime) -> str:
        said = planned.text
        if planned.reposts and not said:
            original = self.x.post(self.ids[planned.reposts])
            said = f"RT @{self.x.state.people[original.author].username}: {original.text}"
        return self.x.publish(
            planned.author,
            said,
            at=now,
            reply_to=self.ids.get(planned.reply_to),
            quotes=self.ids.get(planned.quotes),
            reposts=self.ids.get(planned.reposts),
            lang=planned.lang,
            index_after=planned.index_after,
            malformed=planned.malformed,
        )

    def _edit(self, planned: Planned, post: str, now: datetime) -> None:
        if planned.on == "x":
            self.x.edit(post, planned.edit_text, at=now)
        else:
            self.graph.edit(post, planned.edit_text, at=now)

    def _write(self, planned: PlannedDirect, now: datetime) -> None:
        if planned.says:
            words = (planned.text, *planned.says)
            part = Customer(username=planned.author, manner=Manner.ANSWERS, says=words, said=1, on=planned.on)
            self.customers.cast(part)
        if planned.on != "x":
            self.graph.direct(planned.author, planned.text, network=planned.on, at=now)
            return
        self.x.direct(planned.author, planned.text, at=now, encrypted=planned.encrypted)

    def _plan_outage(self, outage: Outage) -> None:
        server = self.servers[outage.of]
        self._at(outage.at, lambda _now: server.outage(reset=outage.reset))
        self._at(outage.at + outage.lasts, lambda _now: server.recover())

    def _plan_fault(self, planned: PlannedFault) -> None:
        self.servers[planned.of].fault(
            planned.match,
            planned.effect,
            count=planned.count or FOR_EVER,
            after=planned.after,
            applied=planned.applied,
            seconds=planned.seconds,
            since=self.starts_at + planned.at,
            until=self.starts_at + planned.at + planned.lasts,
        )
