"""A street with a Facebook Page and an Instagram account on it: what the walks over Meta's networks share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select

from app.schedule import Stage
from domain.sending import DeliveryKind
from domain.values import Priority
from sandbox.graph import FACEBOOK, INSTAGRAM, Graph
from sandbox.graph_values import GraphMessage, Item
from storage import deliveries
from storage.authors import Author
from storage.cases import CasePost
from storage.database import reading, writing
from storage.deliveries import Delivery
from storage.posts import Post
from tests.walks.street import Street, settings

REPORT = "report"  # Monday's: it has tests of its own
ROAD = ("listen", "judge", "respond", "deliver")  # how the stages are called that every post goes through


def page_settings(graph: Graph, **more: Any) -> dict[str, dict[str, Any]]:
    """Write settings that talk to a Page and to the Instagram account connected to it."""
    signed = graph.credentials
    page = {
        "api_base": graph.base_url,
        "page_id": graph.page.id,
        "access_token": signed.page_token,
        "app_id": signed.app_id,
        "app_secret": signed.app_secret,
        "human_agent": True,
        **more,
    }
    return {"facebook": page, "instagram": {**page, "user_id": graph.instagram.id, "handle": graph.instagram.username}}


@dataclass
class PageStreet(Street):
    """A street whose house listens on X, Facebook and Instagram."""

    every: float = 0.0  # seconds between two polls of each source; 0: as usual

    def open(self, **more: Any) -> None:
        pages, x = page_settings(self.graph), settings(self.world, self.folder)["x"]
        if self.every:
            x |= {f"{name}_every": self.every for name in ("mentions", "searches", "directs")}
            for page in pages.values():
                page |= {f"{name}_every": self.every for name in ("inbox", "comments", "tags")}
                page |= {"sweep_every": 12 * self.every}
            pages["facebook"] |= {"posts_every": self.every, "reviews_every": 6 * self.every}
        super().open(**{"x": x, **pages, **more})

    def round(self) -> None:
        """Let everybody do what is to be done now; stages that only look after things do so once."""
        self.world.step()
        now, found = self.clock.now, True
        road = [stage for stage in self.stages if stage.name.startswith(ROAD)]
        while found:
            found = sum(_drained(stage, now) for stage in road) > 0  # every one of them has its turn
        for stage in self.stages:
            if stage not in road and stage.name != REPORT:
                stage.run_once(now)

    def sit_out(self, until: datetime) -> None:
        """Let time pass; what waits its turn goes in between, for a room takes one message a second and no more."""
        senders = [stage for stage in self.stages if stage.name.startswith(ROAD[-1])]
        at: datetime | None = self.clock.now  # what the stages that look after things planned last is due at once
        while at is not None:
            self.clock.now = at
            for stage in senders:
                _drained(stage, at)
            at = self._next_turn(until)
        self.clock.now = until

    def _next_turn(self, until: datetime) -> datetime | None:
        with reading(self.house.engine) as db:
            waiting = select(func.min(Delivery.not_before)).where(
                col(Delivery.state).in_(deliveries.UNSETTLED),
                col(Delivery.not_before) > self.clock.now,
                col(Delivery.not_before) < until,
            )
            return db.exec(waiting).one()

    @property
    def graph(self) -> Graph:
        return self.world.graph

    def morning(self, network: str = FACEBOOK) -> str:
        """Let the brand post; returns the post's id."""
        return self.graph.publish("nordparcel", "Good morning", network=network)

    def comment(self, author: str, text: str, network: str = FACEBOOK, **more: Any) -> str:
        """Let somebody comment under a fresh post of ours."""
        post = self.morning(network)
        return self.graph.publish(author, text, network=network, under=post, **more)

    def write(self, author: str, text: str, network: str = FACEBOOK) -> None:
        """Let somebody write in private, and everybody react."""
        self.graph.direct(author, text, network=network)
        self.wait(minutes=5)

    def said(self, author: str, network: str = FACEBOOK) -> list[GraphMessage]:
        """What we wrote to somebody in private, private replies included."""
        return self.graph.sent_directs(author, network)

    def in_public(self, item: str | None = None) -> list[Item]:
        return self.graph.answers(item)

    def speak(self, number: int, text: str, *, by: str, key: str = "person") -> str:
        """Let somebody of the team promise a private message in a case; returns its key."""
        case = self.case(number)
        last = next(post for post in reversed(self.posts()) if post.kind == "direct" and not post.own)
        return self._promise(number, key, DeliveryKind.MESSAGE, last.conversation, text, by, case.author_id, last.id)

    def speak_to(self, author: str, network: str, text: str, *, by: str) -> bool:
        """Let somebody of the team write to a customer by way of the house; False where there is no conversation."""
        person = self.graph.person(author, network).id
        with reading(self.house.engine) as db:
            posts = db.exec(
                select(Post, CasePost.case_id)
                .join(Author, col(Author.id) == col(Post.author_id))
                .join(CasePost, col(CasePost.post_id) == col(Post.id))
                .where(Author.native_id == person, Post.kind == "direct")
                .order_by(col(Post.id).desc())
            ).first()
        if posts is None:
            return False
        last, number = posts
        self._promise(
            number, f"person-{last.id}", DeliveryKind.MESSAGE, last.conversation, text, by, last.author_id, last.id
        )
        return True

    def act(self, number: int, kind: DeliveryKind, target: str, *, by: str = "", name: str = "") -> str:
        """Let somebody of the team, or with nobody named the bot, promise an act on what a customer wrote."""
        case = self.case(number)
        post = next((post for post in self.posts() if post.native_id == target), None)
        return self._promise(
            number, name or kind.value, kind, target, "", by, case.author_id, post.id if post else None
        )

    def _promise(  # noqa: PLR0917 - one row's columns
        self,
        number: int,
        name: str,
        kind: DeliveryKind,
        target: str,
        text: str,
        by: str,
        author_id: int | None,
        post_id: int | None,
    ) -> str:
        case, key = self.case(number), f"case-{number}:{name}"
        with writing(self.house.engine) as db:
            deliveries.plan(
                db,
                key=key,
                kind=kind,
                via=case.channel,
                account=case.account,
                order_key=f"author-{author_id}",
                target=target,
                body=text,
                now=self.clock.now,
                case_id=number,
                post_id=post_id,
                author_id=author_id,
                automatic=not by,
                by=by or "bot",
                priority=Priority.HIGH,
            )
        return key


def _drained(stage: Stage, now: datetime) -> bool:
    found = False
    while stage.run_once(now):
        found = True
    return found


__all__ = ["FACEBOOK", "INSTAGRAM", "PageStreet", "page_settings"]
