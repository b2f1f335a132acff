"""Delivering: sends what was promised, each thing once, by one way at a time. Never resends blind, never sleeps.

The promise is a row. It is claimed and committed before a byte leaves; what may have been sent is looked for at its
platform (see recover.py) and goes again only when it is certainly not there. Two things remain that no client can
close where a platform knows no idempotency keys: it applies a request later than `SETTLE` and `SECOND_LOOK` together
while its listing lags, or the process freezes for more than half a lease between the guard and the write.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Engine

import domain.clock
from domain.clock import Clock
from domain.conduct import Conduct
from domain.ports import TellsTeam
from responder import claim, handover, recover, send
from responder.senders import LEASE, Sender
from storage import deliveries
from storage.database import reading, writing


def run_once(
    engine: Engine,
    *,
    via: str,
    carriers: Mapping[str, object],
    conduct: Conduct,
    clock: Clock = domain.clock.utc_now,
    monotonic: Callable[[], float] = domain.clock.monotonic,
) -> bool:
    """Look after what is doubtful by `via`, then send the most urgent delivery that may go. False: nothing to do.

    Takes a clock where other stages take `now`: time passes while a platform answers.
    """
    sender = Sender(engine=engine, via=via, carrier=carriers[via], conduct=conduct, clock=clock, monotonic=monotonic)
    mailed = _second_way(sender)
    with reading(engine) as db:
        if not deliveries.anything_to_do(db, via=via, lease=LEASE, now=clock()):
            return mailed
    recovered = recover.run_once(sender)
    begun = sender.monotonic()
    delivery, moved = claim.next_due(sender)
    if delivery is not None:
        send.send(sender, delivery, begun)
    return mailed or recovered or moved


def _second_way(sender: Sender) -> bool:
    """Send urgent alerts by mail that their room has not taken in time."""
    if not sender.conduct.rooms.mail or not isinstance(sender.carrier, TellsTeam) or sender.via == handover.MAIL:
        return False
    now = sender.clock()
    with reading(sender.engine) as db:
        late = deliveries.unheard(db, via=sender.via, promised_by=now - sender.conduct.mail_after)
    if not late:
        return False
    with writing(sender.engine) as db:
        return sum(handover.by_mail(db, alert, conduct=sender.conduct, now=now) for alert in late) > 0
