"""The team's corrections as labelled posts: what the model said then, and what people say. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from app.reading import Row
from domain.values import PostKind, Verdict
from moderation.measure.heads import opinions
from moderation.measure.measuring import Sample
from storage import corrections
from storage.database import reading
from storage.posts import Post


@dataclass(frozen=True, slots=True)
class Corrected:
    """One post that a person judged anew."""

    row: Row  # its line is the post's number
    then: dict[str, str]  # head -> what the model had said
    gold: dict[str, str]  # head -> what people say, the latest

    @property
    def sample(self) -> Sample:
        """The post as it is measured."""
        return Sample(line=self.row.line, text=self.row.text, lang=self.row.lang, gold=self.gold)


@dataclass(frozen=True, slots=True)
class Repeated:
    """Of the posts corrected under one head: how often the model was right then, and is now."""

    posts: int
    right_then: int
    right_now: int


def read(engine: Engine) -> list[Corrected]:
    """Read every post that was corrected and whose words are still kept, oldest first.

    How many follow its author is not looked up, so `need` is judged without reach.
    """
    found: dict[int, Corrected] = {}
    with reading(engine) as db:
        for said, post, lang in corrections.told(db):
            one = found.setdefault(post.id, _corrected(post, lang))
            one.then.setdefault(said.head, said.was)
            one.gold[said.head] = said.value
    return list(found.values())


def _corrected(post: Post, lang: str) -> Corrected:
    row = Row(line=post.id, id=str(post.id), text=post.text, lang=lang, direct=post.kind == PostKind.DIRECT)
    return Corrected(row, then={}, gold={})


def repeated(posts: Sequence[Corrected], verdicts: Sequence[Verdict]) -> dict[str, Repeated]:
    """Say by head how often the model was right about the corrected posts, then and now."""
    now = [opinions(verdict) for verdict in verdicts]
    heads = dict.fromkeys(head for post in posts for head in post.then)
    found = {}
    for head in heads:
        about = [(post, said) for post, said in zip(posts, now, strict=True) if head in post.then]
        found[head] = Repeated(
            posts=len(about),
            right_then=sum(post.then[head] == post.gold[head] for post, _ in about),
            right_now=sum(said[head].named == post.gold[head] for post, said in about),
        )
    return found
