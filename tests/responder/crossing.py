"""A crossing: the same road with people who write on several channels, in public and in private."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import select

from domain.values import Abuse, NewAuthor, NewPost, Page, PostKind, SourceSpec
from storage import authors, links, posts, sources, suggestions, verdicts
from storage.authors import Author
from storage.clues import Clue
from storage.database import reading, writing
from storage.links import Link
from storage.suggestions import Suggestion
from tests.responder.road import BRAND, Road, spot, verdict

NOTHING: Mapping[str, str] = {}


@dataclass
class Crossing(Road):
    """Drives the responder by hand, over channels."""

    def on(
        self,
        channel: str,
        who: str,
        text: str,
        rule: str = "complaint",
        *,
        private: bool = True,
        given: Mapping[str, str] = NOTHING,
        name: str = "",
        conversation: str = "",
        **post: Any,
    ) -> int:
        """Let somebody write, privately unless said otherwise; `given` are values in the text that the judge marks."""
        kind = PostKind.DIRECT if private else PostKind.MENTION
        native_id = f"{channel}-p{next(self._ids)}"
        said = NewPost(
            native_id=native_id,
            kind=kind,
            text=text,
            author=NewAuthor(native_id=f"u-{who}", handle=who, name=name),
            conversation=conversation or (f"dm-{who}" if private else native_id),
            created_at=self.now,
            summoned=True,
            permalink=f"https://{channel}.example/{native_id}",
            **post,
        )
        spans = [spot(text, value, sort) for sort, value in given.items()]
        with writing(self.engine) as db:
            spec = SourceSpec(name="mentions", endpoint="mentions", every=timedelta(minutes=1))
            sources.register(db, channel, BRAND, spec, now=self.now)
            source = next(each for each in sources.listening(db) if each.channel == channel)
            (post_id,) = posts.store_page(db, source, Page(posts=(said,)), now=self.now).new
            verdicts.store(db, [(post_id, verdict(rule, "en", spans, Abuse.NONE))], now=self.now)
        return post_id

    def tells(self, channel: str, who: str, **given: str) -> None:
        """Let somebody give values in private, and be answered."""
        said = " and ".join(f"{kind} {value}" for kind, value in given.items())
        self.on(channel, who, f"it is about my late parcel, {said}", given=given)
        self.answer()

    def posts_about(self, channel: str, who: str, **given: str) -> None:
        """Let somebody give values in public, and be answered."""
        said = " and ".join(f"{kind} {value}" for kind, value in given.items())
        self.on(channel, who, f"@brand my parcel is late, {said}", private=False, given=given)
        self.answer()

    def author(self, channel: str, who: str) -> Author:
        with reading(self.engine) as db:
            found = authors.find(db, channel, who)
        assert found is not None
        return found

    def customer(self, channel: str, who: str) -> set[str]:
        """Say who is the same customer, as channel:handle."""
        author = self.author(channel, who)
        with reading(self.engine) as db:
            known = authors.by_id(db, links.members(db, {author.id})[author.id])
        return {f"{each.channel}:{each.handle}" for each in known.values()}

    def ledger(self) -> list[Link]:
        with reading(self.engine) as db:
            return list(db.exec(select(Link).order_by("id")))

    def suggested(self) -> list[Suggestion]:
        with reading(self.engine) as db:
            return list(suggestions.undecided(db))

    def clues(self) -> list[Clue]:
        with reading(self.engine) as db:
            return list(db.exec(select(Clue).order_by("id")))

    def case_of(self, channel: str, who: str) -> int:
        """Number the latest case of somebody."""
        author = self.author(channel, who)
        return max(case.id for case in self.cases() if case.author_id == author.id)
