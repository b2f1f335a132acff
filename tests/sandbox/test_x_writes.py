"""Writing to the X look-alike with the real tweepy, by the self-serve rules."""

import json
from pathlib import Path

import pytest
import requests
import tweepy

from sandbox.x import X
from tests.sandbox.conftest import Hands


@pytest.fixture
def asked(x: X) -> str:
    return x.publish("ana", "@NordParcel third day without my parcel")


def test_a_summoned_reply_is_stored_under_the_post(client: tweepy.Client, x: X, asked: str) -> None:
    sent = client.create_tweet(text="We are sorry.", in_reply_to_tweet_id=asked, user_auth=True)

    reply = x.replies(asked)[0]
    assert sent.data["id"] == str(reply.id)
    assert sent.data["text"] == "@ana We are sorry."
    assert str(reply.conversation) == asked


def test_a_post_that_does_not_call_us_cannot_be_answered(client: tweepy.Client, x: X) -> None:
    overheard = x.publish("ana", "Nord Parcel is slow")

    with pytest.raises(tweepy.Forbidden, match="You can only reply to or quote posts where you are mentioned"):
        client.create_tweet(text="Hello", in_reply_to_tweet_id=overheard)

    assert x.replies() == []


def test_quoting_us_summons_us(client: tweepy.Client, x: X) -> None:
    ours = x.publish("NordParcel", "Good morning")
    quoting = x.publish("ana", "ha!", quotes=ours)

    client.create_tweet(text="Hello", in_reply_to_tweet_id=quoting)

    assert len(x.replies(quoting)) == 1


def test_answering_under_our_own_post_calls_us_by_its_name(client: tweepy.Client, x: X) -> None:
    ours = x.publish("NordParcel", "Good morning")
    under = x.publish("ana", "where is my box", reply_to=ours)

    client.create_tweet(text="Let us look.", in_reply_to_tweet_id=under)

    assert x.post(under).text == "@NordParcel where is my box"


def test_a_deleted_post_cannot_be_answered(client: tweepy.Client, x: X, asked: str) -> None:
    x.delete(asked)

    with pytest.raises(tweepy.Forbidden, match="deleted or not visible"):
        client.create_tweet(text="Hello", in_reply_to_tweet_id=asked)


def test_the_same_words_to_the_same_post_are_a_duplicate_for_a_day(
    client: tweepy.Client, x: X, asked: str, hands: Hands
) -> None:
    other = x.publish("bob", "@NordParcel me too")
    client.create_tweet(text="Hello", in_reply_to_tweet_id=asked)

    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        client.create_tweet(text="Hello", in_reply_to_tweet_id=asked)
    client.create_tweet(text="Hello", in_reply_to_tweet_id=other)
    hands.move(hours=25)
    client.create_tweet(text="Hello", in_reply_to_tweet_id=asked)

    assert len(x.replies(asked)) == 2


@pytest.mark.parametrize(
    ("text", "fits"), [("a" * 280, True), ("a" * 281, False), ("日" * 140, True), ("日" * 141, False)]
)
def test_length_is_weighed(client: tweepy.Client, asked: str, text: str, fits: bool) -> None:  # noqa: FBT001 - a table's column
    if fits:
        client.create_tweet(text=text, in_reply_to_tweet_id=asked)
        return
    with pytest.raises(tweepy.BadRequest, match="too long"):
        client.create_tweet(text=text, in_reply_to_tweet_id=asked)


def test_the_name_a_reply_begins_with_is_not_counted(client: tweepy.Client, x: X, asked: str) -> None:
    client.create_tweet(text="@ana " + "a" * 280, in_reply_to_tweet_id=asked)

    assert x.replies(asked)[0].text == "@ana " + "a" * 280


def test_quoting_is_not_for_self_serve(client: tweepy.Client, asked: str) -> None:
    with pytest.raises(tweepy.Forbidden):
        client.create_tweet(text="Look", quote_tweet_id=asked)


def test_a_post_without_words_is_refused(client: tweepy.Client) -> None:
    with pytest.raises(tweepy.BadRequest):
        client.create_tweet(text="")


def test_we_delete_our_own_posts_only(client: tweepy.Client, x: X, asked: str) -> None:
    sent = client.create_tweet(text="Hello", in_reply_to_tweet_id=asked).data["id"]

    assert client.delete_tweet(sent).data == {"deleted": True}
    with pytest.raises(tweepy.Forbidden):
        client.delete_tweet(asked)

    assert x.replies() == []


def test_a_reply_under_our_own_post_is_hidden_and_shown_again(client: tweepy.Client, x: X, asked: str) -> None:
    ours = x.publish("NordParcel", "Good morning")
    rude = x.publish("bob", "idiots", reply_to=ours)

    assert client.hide_reply(rude).data == {"hidden": True}
    assert x.post(rude).hidden
    client.unhide_reply(rude)
    assert not x.post(rude).hidden
    with pytest.raises(tweepy.Forbidden):
        client.hide_reply(asked)


def test_a_private_message_reaches_the_conversation(client: tweepy.Client, x: X) -> None:
    x.direct("ana", "hello")
    conversation = x.directs_with("ana")[0].conversation

    by_conversation = client.create_direct_message(dm_conversation_id=conversation, text="one")
    by_person = client.create_direct_message(participant_id=x.person("ana").id, text="two")

    assert by_conversation.data["dm_conversation_id"] == by_person.data["dm_conversation_id"] == conversation
    assert [direct.text for direct in x.sent_directs("ana")] == ["one", "two"]
    assert by_person.data["dm_event_id"] == str(x.sent_directs("ana")[1].id)


def test_who_closed_their_private_messages_is_not_reached(client: tweepy.Client, x: X) -> None:
    x.direct("ana", "hello")
    x.close_directs("ana")

    with pytest.raises(tweepy.Forbidden, match="permission to DM"):
        client.create_direct_message(participant_id=x.person("ana").id, text="hi")

    assert x.sent_directs("ana") == []


def test_a_conversation_we_are_not_in_is_refused(client: tweepy.Client, x: X) -> None:
    ana, bob = x.person("ana").id, x.person("bob").id

    with pytest.raises(tweepy.Forbidden):
        client.create_direct_message(dm_conversation_id=f"{ana}-{bob}", text="hi")
    with pytest.raises(tweepy.BadRequest):
        client.create_direct_message(participant_id="123456", text="hi")


def test_the_sixteenth_private_message_in_a_window_is_refused_and_the_day_is_told(client: tweepy.Client, x: X) -> None:
    person = x.person("ana").id
    for number in range(15):
        client.create_direct_message(participant_id=person, text=str(number))

    with pytest.raises(tweepy.TooManyRequests) as caught:
        client.create_direct_message(participant_id=person, text="15")

    assert caught.value.response.headers["x-user-limit-24hour-limit"] == "1440"
    assert len(x.sent_directs("ana")) == 15


def test_writing_is_not_for_the_app_alone(x: X) -> None:
    answer = requests.post(
        f"{x.base_url}/2/tweets",
        json={"text": "hi"},
        headers={"Authorization": f"Bearer {x.credentials.bearer_token}"},
        timeout=5,
    )

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/unsupported-authentication")


def test_the_bill_tells_a_reply_from_a_post_and_a_link_from_plain_words(
    client: tweepy.Client, x: X, asked: str
) -> None:
    client.create_tweet(text="plain")
    client.create_tweet(text="sorry", in_reply_to_tweet_id=asked)
    client.create_tweet(text="see https://a.example", in_reply_to_tweet_id=asked)
    client.create_direct_message(participant_id=x.person("ana").id, text="hi")

    assert x.bill.units() == {"post_create": 1, "reply_summoned": 1, "post_create_url": 1, "dm_create": 1}
    assert x.bill.total() == 15_000 + 10_000 + 200_000 + 15_000


def test_the_state_can_be_written_down(client: tweepy.Client, x: X, asked: str, tmp_path: Path) -> None:
    client.create_tweet(text="sorry", in_reply_to_tweet_id=asked)

    x.dump(tmp_path / "x.json")

    told = json.loads((tmp_path / "x.json").read_text())
    assert {post["text"] for post in told["posts"]} == {"@NordParcel third day without my parcel", "@ana sorry"}
    assert told["bill"][0]["resource"] == "reply_summoned"


def test_the_same_seed_gives_the_same_people(x: X, hands: Hands) -> None:
    twin = X(clock=hands)
    stranger = X(clock=hands, seed=2)

    assert twin.person("ana").id == x.person("ana").id
    assert stranger.person("ana").id != x.person("ana").id
