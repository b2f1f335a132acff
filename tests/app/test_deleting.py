"""Requests to be erased: done as `forget` does it, as often as asked, across a crash, and told to nobody else."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from app import deleting
from domain.cards import Card
from domain.conduct import Conduct, Rooms
from domain.values import NewAuthor, NewPost, Page, PostKind, SourceSpec
from storage import deletions, erasure, posts, sources
from storage.authors import Author
from storage.database import reading, sqlite_file, writing
from storage.deletions import Deletion
from storage.deliveries import Delivery
from storage.posts import Post

CONDUCT = Conduct(brand="Nord Parcel", rooms=Rooms(alerts="C1"))
ACCOUNTS = [("facebook", "P1"), ("instagram", "I1")]
HER_WORDS = "Zwetschgenkuchen"
PSID = "218471"


def hear(engine: Engine, now: datetime, channel: str = "facebook", account: str = "P1", number: int = 1) -> None:
    """Let her write."""
    spec = SourceSpec(name="comments", endpoint="e", every=timedelta(minutes=1))
    post = NewPost(
        native_id=f"{number}",
        kind=PostKind.COMMENT,
        text=f"{HER_WORDS} {number}",
        author=NewAuthor(native_id=PSID, name="Ana Banana"),
        conversation="p",
        created_at=now,
    )
    with writing(engine) as db:
        sources.register(db, channel, account, spec, now=now)
        db.flush()
        source = sources.named(db, channel, account, "comments")
        assert source
        posts.store_page(db, source, Page(posts=(post,)), now=now)


def ask(engine: Engine, now: datetime, who: str = PSID) -> str:
    with writing(engine) as db:
        return deletions.ask(db, "meta", who, now=now)


def run(engine: Engine, now: datetime) -> bool:
    return deleting.run_once(engine, ACCOUNTS, conduct=CONDUCT, now=now)


def request(engine: Engine, code: str) -> Deletion:
    with reading(engine) as db:
        found = deletions.by_code(db, code)
    assert found
    return found


def texts(engine: Engine) -> Sequence[str]:
    with reading(engine) as db:
        return db.exec(select(Post.text)).all()


def headlines(engine: Engine) -> list[str]:
    with reading(engine) as db:
        return [Card.from_json(body).headline for body in db.exec(select(Delivery.body))]


def test_whoever_asked_is_erased_from_every_channel_of_metas(engine: Engine, now: datetime) -> None:
    hear(engine, now)
    hear(engine, now, "instagram", "I1")
    code = ask(engine, now)

    worked, again = run(engine, now), run(engine, now)

    assert (worked, again) == (True, False)
    assert set(texts(engine)) == {""}
    with reading(engine) as db:
        assert {(author.name, author.forgotten_at) for author in db.exec(select(Author))} == {("", now)}
    done = request(engine, code)
    assert (done.state, done.who, done.done_at) == ("done", "", now)
    assert headlines(engine) == []


def test_no_byte_of_them_stays_in_the_files(engine: Engine, now: datetime) -> None:
    hear(engine, now)
    ask(engine, now)

    run(engine, now)

    file = sqlite_file(engine.url)
    assert file is not None
    content = b"".join(path.read_bytes() for path in Path(file.parent).glob(f"{file.name}*"))
    left = [needle for needle in (HER_WORDS, PSID, "Ana Banana") if needle.encode() in content]
    assert left == []


def test_somebody_nobody_knows_is_answered_likewise_and_the_team_is_told_once_a_day(
    engine: Engine, now: datetime
) -> None:
    hear(engine, now)
    codes = [ask(engine, now, who) for who in ("1", "2", "3")]

    while run(engine, now):
        pass

    assert {(request(engine, code).state, request(engine, code).who) for code in codes} == {("done", "")}
    assert headlines(engine) == ["Meta: somebody asked to be erased who is not known here by that id"]
    assert texts(engine) == [f"{HER_WORDS} 1"]


def test_asking_again_is_the_same_request_and_erases_again(engine: Engine, now: datetime) -> None:
    hear(engine, now)
    first = ask(engine, now)
    run(engine, now)
    hear(engine, now, number=2)

    second = ask(engine, now + timedelta(days=1))
    between = request(engine, second).state
    run(engine, now + timedelta(days=1))

    assert second == first
    assert between == "asked"
    assert set(texts(engine)) == {""}
    assert request(engine, first).asks == 2


@pytest.mark.parametrize("broken_at", ["UPDATE authors", "UPDATE posts", "UPDATE deletions"])
def test_a_crash_in_the_middle_erases_all_of_it_at_the_next_start(
    engine: Engine, now: datetime, broken_at: str
) -> None:
    hear(engine, now)
    code = ask(engine, now)

    def power_cut(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(broken_at):
            raise OSError("the power went")

    event.listen(engine, "before_cursor_execute", power_cut)
    with pytest.raises(OSError, match="power"):
        run(engine, now)
    event.remove(engine, "before_cursor_execute", power_cut)
    half = request(engine, code).state, list(texts(engine))
    run(engine, now)

    assert half == ("asked", [f"{HER_WORDS} 1"])
    assert (request(engine, code).state, list(texts(engine))) == ("done", [""])


def test_whoever_was_forgotten_by_hand_meanwhile_is_done(engine: Engine, now: datetime) -> None:
    hear(engine, now)
    code = ask(engine, now)

    with writing(engine) as db:
        erasure.forget(db, "facebook", PSID, now=now)

    done = request(engine, code)
    assert (done.state, done.who) == ("done", "")
    assert not run(engine, now)


def test_the_code_tells_nothing_and_cannot_be_guessed(engine: Engine, now: datetime) -> None:
    codes = [ask(engine, now, str(number)) for number in range(50)]

    assert len(set(codes)) == 50
    assert all(re.fullmatch(r"[0-9a-f]{32}", code) for code in codes)


def test_the_same_person_on_another_installation_has_another_digest(engine: Engine, now: datetime) -> None:
    code = ask(engine, now)

    with reading(engine) as db:
        found = deletions.by_code(db, code)
    assert found
    assert PSID not in found.digest
    assert len(found.digest) == 64


def test_the_log_names_nobody(engine: Engine, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    hear(engine, now)
    ask(engine, now)

    run(engine, now)

    told = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records if "app" in record.name)
    assert "request to be erased is done" in told
    assert PSID not in told


def test_somebody_who_took_the_app_away_is_told_to_the_team_once_a_day(engine: Engine, now: datetime) -> None:
    hear(engine, now)

    for _ in range(3):
        deleting.left(engine, ACCOUNTS, conduct=CONDUCT, now=now)

    assert headlines(engine) == ["Meta: somebody removed the app from their account"]


def test_without_a_source_nothing_can_be_told_and_nothing_breaks(engine: Engine, now: datetime) -> None:
    ask(engine, now)

    assert run(engine, now)
    deleting.left(engine, ACCOUNTS, conduct=CONDUCT, now=now)
    assert headlines(engine) == []
