"""Whatever happens, in whatever order: nothing is said twice to a customer, and nothing promised is forgotten."""

import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.errors import Pause, Refused, Unavailable, Uncertain
from domain.sending import CUSTOMER_FACING, DeliveryKind
from storage import switches
from storage.database import migrate, open_database, writing
from storage.deliveries import DROPPED, FAILED, HELD, SENT, Delivery
from tests.responder.network import Hurt, KilledError, Network
from tests.responder.promises import NOON, House

NAMES = ("ana", "ben", "cem")
LAG = timedelta(seconds=100)  # within the two looks: what is later is the residual risk that the docs state

CALLS = {
    "taken": Hurt(effect=True),
    "lost before": Hurt(error=Uncertain("x", "timeout")),
    "lost after": Hurt(effect=True, error=Uncertain("x", "timeout")),
    "lost after, shown late": Hurt(effect=True, error=Uncertain("x", "timeout"), shows_after=LAG),
    "outage": Hurt(error=Unavailable("x", "connection refused")),
    "limit": Hurt(error=Unavailable("x", "limited", pause=Pause.RATE)),
    "refused": Hurt(error=Refused("x", "no", rule="x.no")),
    "killed before": Hurt(error=KilledError()),
    "killed after": Hurt(effect=True, error=KilledError()),
}
LOOKS = {
    "works": Hurt(),
    "outage": Hurt(error=Unavailable("x", "bad gateway")),
    "killed": Hurt(error=KilledError()),
}


class Deliveries(RuleBasedStateMachine):
    """One brand, three customers, and a network that may do anything."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        engine = open_database(f"sqlite:///{self.folder / 'sottovoce.db'}")
        migrate(engine)
        self.house = House(engine)
        self.numbers, self.jumped = count(1), False
        for network in self.networks():
            network.time = lambda: NOON + timedelta(seconds=self.house.ticks)

    def networks(self) -> list[Network]:
        return [self.house.network, self.house.room, self.house.post_office]

    @rule(name=st.sampled_from(NAMES), automatic=st.booleans())
    def somebody_is_to_be_answered(self, *, name: str, automatic: bool) -> None:
        number = next(self.numbers)
        case = self.house.customer(name, native_id=f"p{number}", conversation=f"p{number}")
        self.house.promise(case, f"say-{number}", automatic=automatic)

    @rule(name=st.sampled_from(NAMES))
    def somebody_is_written_to(self, name: str) -> None:
        number = next(self.numbers)
        post = self.house.writes_privately(name, number)
        case = self.house.customer(name, native_id=f"p{number}", conversation=f"p{number}")
        kind = {"kind": DeliveryKind.MESSAGE, "target": f"c-{name}", "body": "Thank you."}
        self.house.promise(case, f"write-{number}", post_id=post, **kind)

    @rule(name=st.sampled_from(NAMES))
    def the_team_is_to_be_told(self, name: str) -> None:
        number = next(self.numbers)
        case = self.house.customer(name, native_id=f"p{number}", conversation=f"p{number}")
        self.house.alert(case, f"alert-{number}")

    @rule(
        via=st.sampled_from(["x", "slack", "mail"]),
        call=st.sampled_from(sorted(CALLS)),
        look=st.sampled_from(sorted(LOOKS)),
        find=st.sampled_from(sorted(LOOKS)),
        complete=st.booleans(),
    )
    def a_stage_runs(self, *, via: str, call: str, look: str, find: str, complete: bool) -> None:
        for network in self.networks():
            network.hurts, network.look_hurts, network.find_hurts = [CALLS[call]], [LOOKS[look]], [LOOKS[find]]
            network.complete = complete
        with suppress(KilledError):  # the next step is a new process
            self.house.step(via)

    @rule(seconds=st.sampled_from([1, 31, 61, 125, 600]))
    def time_passes(self, seconds: int) -> None:
        self.house.wait(seconds=seconds)

    @precondition(lambda self: not self.jumped)
    @rule(hours=st.sampled_from([-1, 1]))
    def the_clock_jumps(self, hours: int) -> None:
        self.jumped = True
        self.house.now += timedelta(hours=hours)

    @rule(on=st.booleans())
    def the_stop_switch_is_turned(self, *, on: bool) -> None:
        with writing(self.house.engine) as db:
            switches.turn(db, switches.PAUSED, on=on, by="person:U7", why="", now=self.house.now)

    @invariant()
    def nothing_is_said_twice_to_a_customer(self) -> None:
        if hasattr(self, "house"):
            keys = [said.order.key for said in self.house.network.said]
            assert len(keys) == len(set(keys)), keys

    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        self.the_stop_switch_is_turned(on=False)
        for network in self.networks():
            network.hurts, network.look_hurts, network.find_hurts, network.complete = [], [], [], True
        for via in ("x", "slack", "mail"):
            self.house.settle(via, hours=6)
        self.nothing_is_said_twice_to_a_customer()
        for row in self.house.rows():
            self._ended_well(row)
        self._kept_the_order()
        self.house.engine.dispose()
        shutil.rmtree(self.folder)

    def _ended_well(self, row: Delivery) -> None:
        told = sum(network.count(row.key) for network in self.networks())
        assert row.state in (SENT, FAILED, HELD, DROPPED), (row.key, row.state, row.why)
        if row.kind not in CUSTOMER_FACING:
            assert told >= 1 or row.state != SENT, row.key
        elif row.state == SENT:
            assert told == 1, row.key
        elif row.state in (FAILED, DROPPED):
            assert told == 0, (row.key, row.why)

    def _kept_the_order(self) -> None:
        rows = {row.key: row for row in self.house.rows()}
        last: dict[str, int] = {}
        for said in self.house.network.said:
            row = rows[said.order.key]
            assert row.id > last.get(row.order_key, 0), "out of order"
            last[row.order_key] = row.id


Deliveries.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestDeliveries = Deliveries.TestCase
