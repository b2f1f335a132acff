"""Scenarios, customers and the books."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests
import tweepy
from slack_sdk import WebClient

from domain.clock import utc_now
from sandbox.agenda import Agenda
from sandbox.customers import Customer
from sandbox.pace import Pace
from sandbox.scenario import BUSY_HOUR, Manner, ScenarioError, load
from sandbox.world import World
from sandbox.x_query import Searched, parse
from sandbox.x_text import LIMIT, names_in, weight
from tests.sandbox.conftest import Hands, tweepy_client

STORM = (timedelta(minutes=26), timedelta(minutes=29))


@pytest.fixture
def world(hands: Hands) -> Iterator[World]:
    with World(clock=hands, drive=False) as made:
        yield made


@pytest.fixture
def client(world: World) -> Iterator[tweepy.Client]:
    made = tweepy_client(world.x)
    yield made
    made.session.close()


def written(world: World, username: str) -> list[str]:
    ours = world.x.brand.id
    return [one.text for one in world.x.directs_with(username) if one.sender != ours]


def part(manner: Manner = Manner.ANSWERS, *says: str) -> Customer:
    return Customer(username="ana", manner=manner, after=timedelta(seconds=60), says=says)


def test_the_busy_hour_holds_what_a_brand_meets() -> None:
    scenario = load(BUSY_HOUR)

    storm = [post for post in scenario.posts if STORM[0] <= post.at <= STORM[1] and post.kind == "complaint"]
    overheard = [post for post in scenario.posts if "nordparcel" not in names_in(post.text) and not post.reply_to]
    assert 90 <= len(scenario.posts) <= 140
    assert Counter(post.on for post in scenario.posts).keys() == {"x", "facebook", "instagram"}
    assert len({post.lang for post in scenario.posts}) >= 10
    assert {"en", "es", "th", "lo", "km", "ta"} <= {post.lang for post in scenario.posts}
    assert len(storm) >= 30
    assert len({post.text for post in storm}) == len(storm)
    assert len([post for post in overheard if parse_matches(scenario.brand.query, post.text)]) >= 5
    assert {post.why for post in scenario.posts} >= {"abuse", "hate", "threat", "distress", "personal data"}
    assert set(Manner) <= {post.when_invited for post in scenario.posts}
    assert {outage.of for outage in scenario.outages} == {"x", "slack"}
    assert any(post.malformed for post in scenario.posts)
    assert any(direct.encrypted for direct in scenario.directs)
    assert any(post.reposts for post in scenario.posts)


def parse_matches(query: str, text: str) -> bool:
    return parse(query)(Searched(text=text, author="somebody"))


def test_everything_said_in_the_busy_hour_could_be_said() -> None:
    scenario = load(BUSY_HOUR)

    for post in scenario.posts:
        assert weight(post.text, reply=bool(post.reply_to)) <= LIMIT, post.author
        assert len(post.author) <= 15, post.author
        assert post.edit_after is None or post.edit_text
    names = Counter(post.name for post in scenario.posts if post.name)
    assert max(names.values()) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[post]]\nat = "1:00"\nauthor = "a"\ntext = "x"\ncolour = "red"', "post 1: unknown colour"),
        ('[[post]]\nauthor = "a"\ntext = "x"', "post 1: missing at"),
        ('[[post]]\nat = "soon"\nauthor = "a"\ntext = "x"', "'soon' is not minutes:seconds"),
        ('[[post]]\nat = "1:00"\nauthor = "a"', "it has no text"),
        ('[[post]]\nat = "1:00"\nauthor = "a"\ntext = "x"\nreply_to = "nothing"', "nothing called nothing before it"),
        ('[[post]]\nat = "1:00"\nauthor = "a"\ntext = "x"\nwhen_invited = "dances"', "no such manner: dances"),
        ('[[outage]]\nof = "email"\nat = "1:00"\nlasts = "1:00"', "no server called email"),
        ("[[post", "broken.toml:"),
    ],
)
def test_a_scenario_that_cannot_be_played_says_why(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(text)

    with pytest.raises(ScenarioError, match=says):
        load(file)


def test_two_plays_of_one_scenario_are_the_same(now: datetime) -> None:
    def played() -> list[tuple[int, str, str]]:
        hands = Hands(now)
        world = World(clock=hands, scenario=BUSY_HOUR, drive=False)
        world.slack.server.start()
        world.x.server.start()
        hands.move(hours=2)
        world.step()
        world.slack.stop()
        world.x.stop()
        return [(post.id, post.author, post.text) for post in world.x.state.posts.values()]

    first, second = played(), played()

    assert first == second
    assert len(first) > 100


def test_posts_come_when_they_are_due_and_not_before(now: datetime) -> None:
    hands = Hands(now)
    with World(clock=hands, scenario=BUSY_HOUR, drive=False) as world:
        world.step()
        assert world.x.timeline() == []

        hands.move(seconds=20)
        world.step()

        assert [post.text[:12] for post in world.x.timeline()] == ["Good morning", "@NordParcel "]
        assert not world.over()


def test_edits_and_deletions_come_before_anybody_could_answer(now: datetime) -> None:
    hands = Hands(now)
    with World(clock=hands, scenario=BUSY_HOUR, drive=False) as world:
        hands.move(minutes=12)
        world.step()

        texts = [post.text for post in world.x.timeline()]
        assert any("NP-1187342 is stuck" in text for text in texts)
        assert not any("parcle" in text for text in texts)
        assert not any("worst delivery ever" in text for text in texts)
        assert len([post for post in world.x.timeline() if post.reply_to]) == 2


def test_outages_begin_and_end(now: datetime) -> None:
    hands = Hands(now)
    with World(clock=hands, scenario=BUSY_HOUR, drive=False) as world:
        client = tweepy_client(world.x)
        web = WebClient(token=world.slack.token, base_url=world.slack.base_url, retry_handlers=[])
        hands.move(minutes=34)
        world.step()
        with pytest.raises(requests.ConnectionError):
            client.get_me(user_auth=True)
        web.auth_test()

        hands.move(minutes=5)
        world.step()
        client.get_me(user_auth=True)
        with pytest.raises(OSError):  # noqa: PT011 - reset or cut, as the machine has it
            web.auth_test()

        hands.move(minutes=5)
        world.step()
        web.auth_test()
        client.session.close()


def test_an_invited_customer_writes_after_a_while(world: World, hands: Hands, client: tweepy.Client) -> None:
    world.customer(part(Manner.ANSWERS, "hi, Ana here", "order 88213", "ana@example.com"))
    post = world.x.publish("ana", "@NordParcel where is it")
    client.create_tweet(text="Please write to us privately.", in_reply_to_tweet_id=post)

    hands.move(seconds=59)
    world.step()
    assert written(world, "ana") == []
    hands.move(seconds=1)
    world.step()
    assert written(world, "ana") == ["hi, Ana here"]

    client.create_direct_message(participant_id=world.x.person("ana").id, text="What is your order number?")
    client.create_direct_message(participant_id=world.x.person("ana").id, text="And your mail address?")
    hands.move(minutes=1)
    world.step()
    assert written(world, "ana") == ["hi, Ana here", "order 88213"]

    client.create_direct_message(participant_id=world.x.person("ana").id, text="And your mail?")
    hands.move(minutes=1)
    world.step()
    assert written(world, "ana")[-1] == "ana@example.com"


def test_a_second_public_answer_does_not_invite_twice(world: World, hands: Hands, client: tweepy.Client) -> None:
    world.customer(part(Manner.ANSWERS, "hi", "more"))
    post = world.x.publish("ana", "@NordParcel where is it")
    for words in ("Please write to us.", "Did you see this?", "Still here."):
        client.create_tweet(text=words, in_reply_to_tweet_id=post)
        hands.move(minutes=2)
        world.step()

    assert written(world, "ana") == ["hi"]


def test_who_never_comes_never_comes(world: World, hands: Hands, client: tweepy.Client) -> None:
    world.customer(part(Manner.NEVER_COMES, "hi"))
    post = world.x.publish("ana", "@NordParcel where is it")
    client.create_tweet(text="Please write to us.", in_reply_to_tweet_id=post)

    hands.move(hours=1)

    assert world.step() == 0


def test_who_closes_their_messages_cannot_be_answered(world: World, hands: Hands, client: tweepy.Client) -> None:
    world.customer(part(Manner.CLOSES_DIRECTS, "hi"))
    post = world.x.publish("ana", "@NordParcel where is it")
    client.create_tweet(text="Please write to us.", in_reply_to_tweet_id=post)
    hands.move(minutes=2)
    world.step()

    with pytest.raises(tweepy.Forbidden, match="permission to DM"):
        client.create_direct_message(participant_id=world.x.person("ana").id, text="hello")


def test_a_late_answer_invites_late(world: World, hands: Hands, client: tweepy.Client) -> None:
    world.customer(part(Manner.ANSWERS, "hi"))
    world.x.fault("POST /2/tweets", "late_effect", seconds=120)
    post = world.x.publish("ana", "@NordParcel where is it")
    client.create_tweet(text="Please write to us.", in_reply_to_tweet_id=post)

    hands.move(seconds=179)
    assert world.step() == 0
    hands.move(seconds=1)
    assert world.step() == 1


def test_the_books_tell_what_should_have_been_heard(world: World, hands: Hands) -> None:
    x = world.x
    named = x.publish("ana", "@NordParcel where is it", lang="en")
    overheard = x.publish("bob", "nord parcel is late")
    x.publish("carl", "I like trains")
    own = x.publish("NordParcel", "Good morning @NordParcel fans")
    x.publish("dora", "RT @ana: @NordParcel where is it", reposts=named)
    comment = x.publish("eve", "same here", reply_to=own)
    edited = x.publish("fay", "@NordParcel tpyo")
    x.edit(edited, "@NordParcel typo")
    gone = x.publish("gil", "@NordParcel gone")
    x.delete(gone)
    broken = x.publish("hal", "@NordParcel broken", malformed=True)
    secret = x.direct("ana", "", encrypted=True)
    hands.move(minutes=1)

    books = world.books()

    assert {(one.id, one.way, one.summoned) for one in books.heard} == {
        (named, "mention", True),
        (overheard, "search", False),
        (comment, "mention", True),
        (edited, "mention", True),
        (secret, "direct", False),
    }
    assert [one.encrypted for one in books.heard if one.way == "direct"] == [True]
    assert (books.gone, books.malformed) == ((gone,), (broken,))


def test_the_books_tell_who_got_what_and_what_was_said_twice(world: World, hands: Hands, client: tweepy.Client) -> None:
    web = WebClient(token=world.slack.token, base_url=world.slack.base_url)
    post = world.x.publish("ana", "@NordParcel where is it")
    client.create_tweet(text="We are sorry.", in_reply_to_tweet_id=post)
    world.x.direct("ana", "hi")
    client.create_direct_message(participant_id=world.x.person("ana").id, text="hello")
    metadata = {"event_type": "delivery", "event_payload": {"key": "case-1:alert"}}
    web.chat_postMessage(channel="alerts", text="case", metadata=metadata)
    once = world.books()

    world.x.publish("NordParcel", "We are sorry.", reply_to=post)
    client.create_direct_message(participant_id=world.x.person("ana").id, text="hello")
    web.chat_postMessage(channel="alerts", text="case", metadata=metadata)
    hands.move(seconds=1)
    twice = world.books()

    assert once.received["ana"].replies == ("@ana We are sorry.",)
    assert once.received["ana"].directs == ("hello",)
    assert once.received["ana"].wrote == 1
    assert (once.replies, once.directs, once.doubles) == (1, 1, ())
    assert once.rooms == {"alerts": 1, "cases": 0}
    assert once.bill == {"reply_summoned": 1, "dm_create": 1}
    assert len(twice.doubles) == 3


def test_a_world_can_be_written_down(world: World, tmp_path: Path) -> None:
    world.x.publish("ana", "@NordParcel where is it")
    world.slack.say("U0MIA", "look at this")

    world.dump(tmp_path / "seen")

    assert "where is it" in (tmp_path / "seen" / "x.json").read_text()
    assert "look at this" in (tmp_path / "seen" / "slack.json").read_text()


def test_the_agenda_keeps_order_and_does_what_comes_up_meanwhile(now: datetime) -> None:
    agenda, done = Agenda(), list[str]()
    agenda.plan(now + timedelta(seconds=2), lambda _at: done.append("fourth"))
    agenda.plan(now, lambda _at: done.append("first"))
    agenda.plan(now, lambda _at: done.append("second"))
    agenda.plan(now, lambda at: agenda.plan(at + timedelta(seconds=1), lambda _at: done.append("third")))

    assert agenda.run_due(now + timedelta(seconds=3)) == 5
    assert done == ["first", "second", "third", "fourth"]
    assert agenda.next_at() is None


def test_scenario_time_runs_faster(hands: Hands, now: datetime) -> None:
    pace = Pace(hands, speed=90)

    hands.move(seconds=1)

    assert pace() == now + timedelta(seconds=90)
    assert pace.real_seconds(now + timedelta(seconds=180)) == pytest.approx(1)
    with pytest.raises(ValueError, match="above 0"):
        Pace(hands, speed=0)


def test_the_world_plays_by_itself_as_the_real_clock_goes(tmp_path: Path) -> None:
    file = tmp_path / "short.toml"
    file.write_text(
        'lasts = "01:00"\n'
        '[[post]]\nat = "00:10"\nauthor = "ana"\ntext = "@NordParcel one"\nwhen_invited = "answers"\n'
        'after = "00:05"\nsays = ["hi"]\n'
        '[[post]]\nat = "00:30"\nauthor = "bob"\ntext = "@NordParcel two"\n'
    )
    with World(scenario=file, speed=200) as world:
        client = tweepy_client(world.x)
        while not world.x.timeline():
            world.wait(0.05)
        client.create_tweet(text="Write to us.", in_reply_to_tweet_id=str(world.x.timeline()[0].id))
        client.session.close()

        assert world.wait(10)

        assert written(world, "ana") == ["hi"]
        assert len(world.books().heard) == 3


def test_a_world_may_wait_to_be_played(tmp_path: Path) -> None:
    file = tmp_path / "short.toml"
    file.write_text('lasts = "00:01"\n[[post]]\nat = "00:00"\nauthor = "ana"\ntext = "@NordParcel one"\n')
    with World(scenario=file, speed=100, drive=False) as world:
        assert not world.wait(0.1)

        world.play()
        world.play()

        assert world.wait(5)
        assert len(world.x.timeline()) == 1
        assert world.page_url == f"{world.web.base_url}/"


def test_a_world_starts_at_once() -> None:
    began = utc_now()
    with World():
        took = utc_now() - began

    assert took < timedelta(seconds=0.5)  # measured: 0.05 s; the rest is for a busy machine
