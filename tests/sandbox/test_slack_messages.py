"""Messages in the Slack look-alike through the real slack_sdk."""

from pathlib import Path
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import Slack
from tests.sandbox.conftest import Hands

KEY = {"event_type": "delivery", "event_payload": {"key": "case-41:alert"}}


def text(words: str, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": words}


def section(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": text(words), **more}


def button(action_id: str, words: str = "Take it", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": text(words, "plain_text"), **more}


def error(caught: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(caught.value.response["error"])


def test_a_token_tells_who_the_app_is_and_what_it_may(web: WebClient) -> None:
    answer = web.auth_test()

    assert (answer["user"], answer["team"]) == ("sottovoce", "Sandbox")
    assert "chat:write" in answer.headers["x-oauth-scopes"]


@pytest.mark.parametrize(
    ("token", "says"), [("xoxb-wrong", "invalid_auth"), ("xapp-sandbox-1", "not_allowed_token_type")]
)
def test_a_wrong_token_is_refused(slack: Slack, token: str, says: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        WebClient(token=token, base_url=slack.base_url).auth_test()

    assert error(caught) == says


def test_no_token_is_told_apart(slack: Slack) -> None:
    assert requests.post(f"{slack.base_url}auth.test", timeout=30).json()["error"] == "not_authed"


def test_a_message_is_said_in_the_room_and_found_again_with_its_metadata(web: WebClient, slack: Slack) -> None:
    said = web.chat_postMessage(channel=slack.alerts.id, text="Threat", blocks=[section("*Threat*")], metadata=KEY)

    plain = web.conversations_history(channel=slack.alerts.id)["messages"]
    whole = web.conversations_history(channel=slack.alerts.id, include_all_metadata=True)["messages"]

    assert [message["ts"] for message in plain] == [said["ts"]]
    assert "metadata" not in plain[0]
    assert whole[0]["metadata"] == KEY
    assert whole[0]["blocks"][0]["block_id"]
    assert said["channel"] == slack.alerts.id


def test_a_room_is_found_by_its_name_too(web: WebClient, slack: Slack) -> None:
    assert web.chat_postMessage(channel="#cases", text="hi")["channel"] == slack.cases.id


def test_two_messages_of_one_moment_have_two_ids(web: WebClient, slack: Slack) -> None:
    first, second = (web.chat_postMessage(channel=slack.alerts.id, text=word)["ts"] for word in "ab")

    assert float(first) < float(second)


def test_a_thread_hangs_on_its_message_and_stays_out_of_the_room(web: WebClient, slack: Slack) -> None:
    parent = web.chat_postMessage(channel=slack.alerts.id, text="case")["ts"]
    child = web.chat_postMessage(channel=slack.alerts.id, text="news", thread_ts=parent)["ts"]
    nested = web.chat_postMessage(channel=slack.alerts.id, text="more", thread_ts=child)

    room = web.conversations_history(channel=slack.alerts.id)["messages"]
    thread = web.conversations_replies(channel=slack.alerts.id, ts=parent)["messages"]

    assert [message["ts"] for message in room] == [parent]
    assert room[0]["reply_count"] == 2
    assert [message["text"] for message in thread] == ["case", "news", "more"]
    assert nested["message"]["thread_ts"] == parent


def test_a_reply_may_be_broadcast(web: WebClient, slack: Slack) -> None:
    parent = web.chat_postMessage(channel=slack.alerts.id, text="case")["ts"]
    web.chat_postMessage(channel=slack.alerts.id, text="urgent", thread_ts=parent, reply_broadcast=True)

    assert [message["text"] for message in web.conversations_history(channel=slack.alerts.id)["messages"]] == [
        "urgent",
        "case",
    ]


def test_a_thread_that_is_not_there_is_refused(web: WebClient, slack: Slack) -> None:
    with pytest.raises(SlackApiError) as caught:
        web.conversations_replies(channel=slack.alerts.id, ts="1.000001")

    assert error(caught) == "thread_not_found"


def test_history_has_bounds_and_pages(web: WebClient, slack: Slack, hands: Hands) -> None:
    slack.pacing.off = True
    said = []
    for number in range(5):
        said.append(web.chat_postMessage(channel=slack.alerts.id, text=str(number))["ts"])
        hands.move(seconds=1)

    first = web.conversations_history(channel=slack.alerts.id, limit=3)
    rest = web.conversations_history(channel=slack.alerts.id, limit=3, cursor=first["response_metadata"]["next_cursor"])
    after = web.conversations_history(channel=slack.alerts.id, oldest=said[2])
    including = web.conversations_history(channel=slack.alerts.id, oldest=said[2], latest=said[3], inclusive=True)

    assert [message["ts"] for message in (*first["messages"], *rest["messages"])] == said[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert [message["ts"] for message in after["messages"]] == [said[4], said[3]]
    assert [message["ts"] for message in including["messages"]] == [said[3], said[2]]


def test_a_text_without_blocks_takes_the_blocks_away(web: WebClient, slack: Slack) -> None:
    said = web.chat_postMessage(channel=slack.alerts.id, text="a", blocks=[section("a")])

    web.chat_update(channel=slack.alerts.id, ts=said["ts"], text="b", blocks=[section("b")])
    with_blocks = slack.messages()[0]
    assert (with_blocks.blocks[0]["text"]["text"], with_blocks.edited) == ("b", False)

    web.chat_update(channel=slack.alerts.id, ts=said["ts"], text="c")
    assert (slack.messages()[0].blocks, slack.messages()[0].edited) == ([], True)


def test_only_our_own_messages_are_changed_or_taken_away(web: WebClient, slack: Slack) -> None:
    theirs = slack.say("U0MIA", "I take this")
    ours = web.chat_postMessage(channel=slack.alerts.id, text="a")["ts"]

    with pytest.raises(SlackApiError) as caught:
        web.chat_update(channel=slack.alerts.id, ts=theirs, text="b")
    web.chat_delete(channel=slack.alerts.id, ts=ours)

    assert error(caught) == "cant_update_message"
    assert [message.text for message in slack.messages()] == ["I take this"]


def test_a_message_that_is_not_there_is_told(web: WebClient, slack: Slack) -> None:
    with pytest.raises(SlackApiError) as caught:
        web.chat_update(channel=slack.alerts.id, ts="1.000001", text="b")

    assert error(caught) == "message_not_found"


def test_a_whisper_is_seen_by_one_person_only(web: WebClient, slack: Slack) -> None:
    web.chat_postEphemeral(channel=slack.alerts.id, user="U0MIA", text="Tom has it")

    assert [one.text for one in slack.whispers("U0MIA")] == ["Tom has it"]
    assert slack.whispers("U0TOM") == []
    assert slack.messages() == []


def test_rooms_and_people_are_known(web: WebClient, slack: Slack) -> None:
    slack.room("quiet", member=False)

    assert web.conversations_info(channel=slack.alerts.id)["channel"]["is_member"] is True
    assert [room["name"] for room in web.conversations_list()["channels"]] == ["alerts", "cases", "quiet"]
    assert web.users_info(user="U0MIA")["user"]["real_name"] == "Mia Berg"
    with pytest.raises(SlackApiError) as caught:
        web.users_info(user="U0NOBODY")
    assert error(caught) == "user_not_found"


def test_a_message_has_an_address(web: WebClient, slack: Slack) -> None:
    said = web.chat_postMessage(channel=slack.alerts.id, text="a")

    link = web.chat_getPermalink(channel=slack.alerts.id, message_ts=said["ts"])["permalink"]

    assert link.endswith(f"/archives/{slack.alerts.id}/p{said['ts'].replace('.', '')}")


def test_rooms_refuse_whom_they_must(web: WebClient, slack: Slack) -> None:
    slack.scopes = tuple(scope for scope in slack.scopes if scope != "chat:write.public")
    slack.room("quiet", member=False)
    slack.room("old", archived=True)

    def refused(room: str) -> str:
        with pytest.raises(SlackApiError) as caught:
            web.chat_postMessage(channel=room, text="a")
        return error(caught)

    assert (refused("quiet"), refused("old"), refused("C0NOWHERE")) == (
        "not_in_channel",
        "is_archived",
        "channel_not_found",
    )


def test_a_missing_scope_is_named(web: WebClient, slack: Slack) -> None:
    slack.scopes = ("users:read",)

    with pytest.raises(SlackApiError) as caught:
        web.chat_postMessage(channel=slack.alerts.id, text="a")

    assert (error(caught), caught.value.response["needed"]) == ("missing_scope", "chat:write")


def test_more_than_one_message_a_second_has_to_wait(web: WebClient, slack: Slack, hands: Hands) -> None:
    slack.pacing.burst = 1
    web.chat_postMessage(channel=slack.alerts.id, text="a")

    with pytest.raises(SlackApiError) as caught:
        web.chat_postMessage(channel=slack.alerts.id, text="b")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    web.chat_postMessage(channel=slack.cases.id, text="another room")
    hands.move(seconds=1)
    web.chat_postMessage(channel=slack.alerts.id, text="b")
    assert [message.text for message in slack.messages()] == ["a", "b"]


def test_a_message_needs_words(web: WebClient, slack: Slack) -> None:
    with pytest.raises(SlackApiError) as caught:
        web.api_call("chat.postMessage", json={"channel": slack.alerts.id})

    assert error(caught) == "no_text"


def test_metadata_needs_its_shape(web: WebClient, slack: Slack) -> None:
    with pytest.raises(SlackApiError) as caught:
        web.chat_postMessage(channel=slack.alerts.id, text="a", metadata={"event_type": "x"})

    assert error(caught) == "invalid_metadata_format"


@pytest.mark.parametrize(
    ("blocks", "pointer"),
    [
        ([section("x" * 3001)], "/blocks/0/text/text"),
        ([section("")], "/blocks/0/text/text"),
        ([{"type": "section"}], "/blocks/0"),
        ([{"type": "section", "fields": [text("x")] * 11}], "/blocks/0/fields"),
        ([{"type": "section", "fields": [text("x" * 2001)]}], "/blocks/0/fields/0/text"),
        ([{"type": "header", "text": text("x" * 151, "plain_text")}], "/blocks/0/text/text"),
        ([{"type": "header", "text": text("x")}], "/blocks/0/text"),
        ([{"type": "context", "elements": [text("x")] * 11}], "/blocks/0/elements"),
        ([{"type": "context", "elements": []}], "/blocks/0/elements"),
        ([{"type": "actions", "elements": [button(str(n)) for n in range(26)]}], "/blocks/0/elements"),
        ([{"type": "actions", "elements": [button("a"), button("a")]}], "/blocks/0/elements/1"),
        ([{"type": "actions", "elements": [button("a", "x" * 76)]}], "/blocks/0/elements/0/text/text"),
        ([{"type": "actions", "elements": [button("a", value="x" * 2001)]}], "/blocks/0/elements/0/value"),
        ([{"type": "actions", "elements": [button("a", style="pink")]}], "/blocks/0/elements/0/style"),
        ([{"type": "actions", "elements": [button("a" * 256)]}], "/blocks/0/elements/0/action_id"),
        ([{"type": "actions", "elements": [{"type": "slider"}]}], "/blocks/0/elements/0"),
        ([{"type": "image", "image_url": "https://a.example/i.png", "alt_text": ""}], "/blocks/0/alt_text"),
        ([{"type": "rich_text", "elements": [{"type": "nonsense"}]}], "/blocks/0/elements/0"),
        ([{"type": "markdown", "text": "x" * 12_001}], "/blocks/0/text"),
        ([section("a", block_id="x"), section("b", block_id="x")], "/blocks/1/block_id"),
        ([section("a", colour="red")], "/blocks/0"),
        ([section("a")] * 51, "/blocks"),
        ([{"type": "carousel"}], "/blocks/0/type"),
        (
            [section("a", accessory={"type": "overflow", "action_id": "o", "options": [{"text": text("x")}] * 6})],
            "/blocks/0/accessory/options",
        ),
    ],
)
def test_blocks_beyond_slacks_limits_are_refused_and_pointed_at(
    web: WebClient, slack: Slack, blocks: list[dict[str, Any]], pointer: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        web.chat_postMessage(channel=slack.alerts.id, text="a", blocks=blocks)

    assert error(caught) == "invalid_blocks"
    assert f"[json-pointer:{pointer}]" in caught.value.response["errors"][0]
    assert slack.messages() == []


def test_blocks_at_slacks_limits_are_taken(web: WebClient, slack: Slack) -> None:
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": "<b>hostile</b>"}]}
    blocks = [
        {"type": "header", "text": text("x" * 150, "plain_text")},
        section("x" * 3000),
        {"type": "section", "fields": [text("x" * 10)] * 10},
        {"type": "context", "elements": [text("x")] * 10},
        {"type": "rich_text", "elements": [quote]},
        {"type": "divider"},
        {"type": "actions", "elements": [button(str(number)) for number in range(25)]},
    ]

    web.chat_postMessage(channel=slack.alerts.id, text="a", blocks=blocks)

    assert len(slack.messages()[0].blocks) == 7


def test_too_much_in_all_is_refused(web: WebClient, slack: Slack) -> None:
    with pytest.raises(SlackApiError) as caught:
        web.chat_postMessage(channel=slack.alerts.id, text="a", blocks=[section("x" * 3000)] * 5)
    said = web.chat_postMessage(channel=slack.alerts.id, text="a" * 40_001)
    with pytest.raises(SlackApiError) as longer:
        web.chat_update(channel=slack.alerts.id, ts=said["ts"], text="a" * 40_001)

    assert error(caught) == "msg_blocks_too_long"
    assert error(longer) == "msg_too_long"
    assert len(slack.messages()[0].text) == 40_000


def test_a_file_is_shown_in_the_room(web: WebClient, slack: Slack) -> None:
    web.files_upload_v2(
        channel=slack.alerts.id, content="a,b", filename="week.csv", title="The week", initial_comment="hi"
    )

    message = slack.messages()[0]
    assert message.text == "hi"
    assert message.files[0]["title"] == "The week"
    assert slack.state.uploads[message.files[0]["id"]]["content"] == b"a,b"


def test_a_file_nobody_uploaded_is_not_shown(web: WebClient, slack: Slack) -> None:
    with pytest.raises(SlackApiError) as caught:
        web.files_completeUploadExternal(files=[{"id": "F1", "title": "x"}], channel_id=slack.alerts.id)

    assert error(caught) == "file_not_found"


def test_the_state_can_be_written_down(web: WebClient, slack: Slack, tmp_path: Path) -> None:
    web.chat_postMessage(channel=slack.alerts.id, text="Bedrohung — ภัย")

    slack.dump(tmp_path / "slack.json")

    assert "Bedrohung — ภัย" in (tmp_path / "slack.json").read_text(encoding="utf-8")
