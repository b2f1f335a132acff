"""An office: a case, a room in the Slack look-alike, and the desk between them, with real clients over loopback."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Self

from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import select

from desk import approvals
from desk.buttons import Buttons, Press
from desk.faces import Faces
from desk.slack import Slack
from domain.cards import Card, CardKind
from domain.conduct import Conduct, Rooms
from domain.sending import DeliveryKind
from domain.values import NewAuthor, NewPost, Page, PostKind, Priority, SourceSpec
from responder import claims, deliver
from sandbox import slack as sandbox
from sandbox.slack_state import Message
from storage import cases, deliveries, events, posts, sources
from storage.cases import Case
from storage.database import reading, writing
from storage.deliveries import Delivery
from storage.events import Event
from storage.posts import Post
from storage.sources import Source
from tests.desk.conftest import SlackTold

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MIA, TOM = "U0MIA", "U0TOM"


@dataclass
class Office:
    """Drives the desk by hand; `now` is everybody's clock."""

    engine: Engine
    now: datetime = NOON
    room: sandbox.Slack = field(init=False)
    slack: Slack = field(init=False)
    faces: Faces = field(init=False)
    buttons: Buttons = field(init=False)
    conduct: Conduct = field(init=False)
    _numbers: Any = field(default_factory=count)

    def __enter__(self) -> Self:
        self.room = sandbox.Slack(clock=lambda: self.now)
        self.room.start()
        self.slack = Slack(self.settings, timeout=timedelta(seconds=5))
        self.faces = Faces(self.engine, self.slack)
        self.conduct = Conduct(brand="Nord Parcel", rooms=Rooms(alerts=self.room.alerts.id, cases=self.room.cases.id))
        self.buttons = Buttons(self.engine, self.slack, self.faces, conduct=self.conduct, clock=lambda: self.now)
        return self

    def __exit__(self, *_: object) -> None:
        self.room.stop()

    @property
    def settings(self) -> SlackTold:
        return SlackTold(
            bot_token=SecretStr(self.room.token),
            app_token=SecretStr(self.room.app_token),
            room=self.room.alerts.id,
            api_base=self.room.base_url,
        )

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def case(self, *, alert: bool = True, **card: Any) -> int:
        """Let somebody complain, and the team be told."""
        name = f"ana{next(self._numbers)}"
        said = NewPost(
            native_id=f"p-{name}",
            kind=PostKind.MENTION,
            text="third day without my parcel",
            author=NewAuthor(native_id=f"u-{name}", handle=name),
            conversation=f"p-{name}",
            created_at=self.now,
            permalink=f"https://x.com/{name}/status/1",
            summoned=True,
        )
        with writing(self.engine) as db:
            spec = SourceSpec(name="mentions", endpoint="mentions", every=timedelta(minutes=1))
            sources.register(db, "x", "1", spec, now=self.now)
            source = db.exec(select(Source)).one()
            heard = db.get_one(Post, posts.store_page(db, source, Page(posts=(said,)), now=self.now).new[0])
            case = Case(
                channel="x",
                account="1",
                author_id=heard.author_id,
                conversation=heard.conversation,
                need="complaint",
                opened_at=self.now,
                updated_at=self.now,
            )
            case_id, post_id = cases.open_case(db, case, heard).id, heard.id
        if alert:
            told = Card(kind=CardKind.CASE, headline="Complaint", quote=said.text, case_id=case_id, channel="x")
            self.tell(f"case-{case_id}:alert", told, case_id, **{"post_id": post_id, **card})
            self.settle()
        return case_id

    def tell(self, key: str, card: Card, case_id: int | None, **more: Any) -> None:
        """Promise a card to the team."""
        given: dict[str, Any] = {
            "kind": DeliveryKind.ALERT,
            "via": "slack",
            "account": "1",
            "order_key": f"team:{case_id}",
            "target": self.room.alerts.id,
            "body": card.to_json(),
            "case_id": case_id,
            "priority": Priority.HIGH,
            **more,
        }
        with writing(self.engine) as db:
            assert deliveries.plan(db, key=key, now=self.now, **given)

    def hold(self, case_id: int | None, body: str = "We are sorry.", *, attempts: int = 0, **more: Any) -> int:
        """Let the bot hold words to the customer back; returns the delivery's id."""
        key = f"case-{case_id}:acknowledge"
        with writing(self.engine) as db:
            post = cases.posts_of(db, case_id)[0] if case_id else None
            given: dict[str, Any] = {
                "kind": DeliveryKind.REPLY,
                "via": "x",
                "account": "1",
                "order_key": f"customer:{case_id}",
                "target": "p-1",
                "body": body,
                "case_id": case_id,
                "post_id": post.id if post else None,
                "author_id": post.author_id if post else None,
                "state": deliveries.HELD,
                "why": "approval",
                **more,
            }
            deliveries.plan(db, key=key, now=self.now, **given)
            held = deliveries.by_key(db, key)
            assert held is not None
            held.attempts = attempts
            return held.id

    def settle(self) -> None:
        """Send everything that is due to the team, a second apart."""
        while approvals.run_once(self.engine, conduct=self.conduct, now=self.now):
            pass
        for _ in range(30):
            carriers = {"slack": self.slack}
            worked = deliver.run_once(
                self.engine, via="slack", carriers=carriers, conduct=self.conduct, clock=lambda: self.now
            )
            self.wait(seconds=1)
            if not worked and not self._on_the_way():
                return
        raise AssertionError("the team was not told")

    def _on_the_way(self) -> bool:
        return any(row.state in deliveries.UNSETTLED for row in self.rows() if row.via == "slack")

    def show(self) -> None:
        """Bring every card up to date."""
        while self.faces.run_once(now=self.now):
            pass

    def press(self, action: str, value: object, *, user: str = MIA) -> None:
        self.buttons.press(Press(action=action, value=str(value), user=user, room=self.room.alerts.id))

    def take(self, case_id: int, user: str = MIA) -> None:
        """Take a case by another way than the button."""
        with writing(self.engine) as db:
            assert claims.take(db, case_id, f"person:{user}", now=self.now) is not None

    def message(self, key: str) -> Message:
        """Find the message a delivery became."""
        row = self.row(key)
        return next(one for one in self.room.state.sent if one.ts == row.native_id)

    def looks(self, key: str) -> str:
        """Read everything a message's blocks say."""
        return str(self.message(key).blocks)

    def actions(self, key: str) -> list[str]:
        """List the buttons of a message."""
        blocks = self.message(key).blocks
        return [button["action_id"] for block in blocks if block["type"] == "actions" for button in block["elements"]]

    def whispers(self, user: str) -> list[str]:
        return [message.text for message in self.room.whispers(user)]

    def row(self, key: str) -> Delivery:
        with reading(self.engine) as db:
            found = deliveries.by_key(db, key)
        assert found is not None
        return found

    def rows(self) -> list[Delivery]:
        with reading(self.engine) as db:
            return list(db.exec(select(Delivery).order_by("id")))

    def stored(self, case_id: int) -> Case:
        with reading(self.engine) as db:
            return db.get_one(Case, case_id)

    def history(self, case_id: int) -> list[Event]:
        with reading(self.engine) as db:
            return events.of_case(db, case_id)
