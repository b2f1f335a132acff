"""Who may ask Graph what: tokens, proofs, scopes, versions, and the headers every answer has."""

import json
from datetime import timedelta
from typing import Any

import pytest
import requests

from sandbox.graph import Graph
from tests.sandbox.conftest import Hands, Page, refused


def test_the_token_may_come_as_header_parameter_or_in_the_form(page: Page, graph: Graph) -> None:
    token, post = graph.credentials.page_token, graph.publish("NordParcel", "Good morning")

    header = page.get("me")
    parameter = requests.get(f"{graph.base_url}/v26.0/me?access_token={token}", timeout=5).json()
    form = requests.post(
        f"{graph.base_url}/v26.0/{post}/comments", data={"message": "Hi", "access_token": token}, timeout=5
    )

    assert header == parameter == {"name": "Nord Parcel", "id": graph.page.id}
    assert form.status_code == 200


@pytest.mark.parametrize(("token", "why"), [("", (104, None)), ("EAAwrong", (190, None))])
def test_no_token_and_a_wrong_one_are_refused(page: Page, token: str, why: tuple[int, int | None]) -> None:
    told = page.ask("GET", "me", token=token)

    assert (told.status_code, refused(told.json())) == (400, why)
    assert "OAuth" in told.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("dead", "subcode"),
    [
        ("token_removed", 458),
        ("token_checkpoint", 459),
        ("token_password", 460),
        ("token_expired", 463),
        ("token_unconfirmed", 464),
        ("token_invalid", 467),
    ],
)
def test_a_token_dies_in_many_ways(page: Page, graph: Graph, dead: str, subcode: int) -> None:
    graph.access.dead = dead

    assert refused(page.get("me/feed")) == (190, subcode)


def test_a_token_expires_when_its_time_has_come(page: Page, graph: Graph, hands: Hands) -> None:
    graph.access.expires_at = hands() + timedelta(days=1)
    before = page.get("me")

    hands.move(days=1)

    assert "error" not in before
    assert refused(page.get("me")) == (190, 463)


def test_a_proof_must_be_the_tokens_own(page: Page, graph: Graph) -> None:
    proof = graph.credentials.proof(graph.credentials.page_token)

    right = page.get("me", appsecret_proof=proof)
    wrong = page.get("me", appsecret_proof="0" * 64)
    graph.access.require_proof = True
    without = page.get("me")

    assert right["id"] == graph.page.id
    assert refused(wrong) == refused(without) == (100, None)
    assert "appsecret_proof" in wrong["error"]["message"]


def test_debug_token_tells_what_a_token_may_do(page: Page, graph: Graph, hands: Hands) -> None:
    graph.access.expires_at = hands() + timedelta(days=60)
    graph.access.scopes.discard("pages_messaging")

    told = page.ask(
        "GET", "debug_token", token=graph.credentials.app_token, input_token=graph.credentials.page_token
    ).json()["data"]

    assert told["is_valid"] is True
    assert told["expires_at"] == int((hands() + timedelta(days=60)).timestamp())
    assert told["data_access_expires_at"] == 0
    assert "pages_messaging" not in told["scopes"]
    assert told["profile_id"] == graph.page.id


def test_debug_token_knows_a_dead_token_and_a_strange_one(page: Page, graph: Graph) -> None:
    app = graph.credentials.app_token
    graph.access.dead = "token_password"

    dead = page.ask("GET", "debug_token", token=app, input_token=graph.credentials.page_token).json()["data"]
    strange = page.ask("GET", "debug_token", token=app, input_token="EAAother").json()["data"]

    assert (dead["is_valid"], strange["is_valid"]) == (False, False)
    assert strange["error"]["code"] == 190


def test_the_app_alone_reads_no_page(page: Page, graph: Graph) -> None:
    assert refused(page.ask("GET", "me/feed", token=graph.credentials.app_token).json()) == (210, None)


READS = [
    ("pages_read_engagement", "me/feed"),
    ("pages_read_user_content", "me/tagged"),
    ("pages_read_user_content", "me/ratings"),
    ("pages_read_user_content", "{post}/comments"),
    ("pages_messaging", "me/conversations"),
    ("instagram_manage_messages", "me/conversations?platform=instagram"),
    ("instagram_basic", "{account}/media"),
    ("instagram_manage_comments", "{medium}/comments"),
]


@pytest.mark.parametrize(("scope", "path"), READS)
def test_reading_without_its_scope_is_refused_by_name(page: Page, graph: Graph, scope: str, path: str) -> None:
    filled = path.format(**things(graph))
    allowed = page.get(filled)
    graph.access.scopes.discard(scope)

    told = page.get(filled)

    assert "error" not in allowed
    assert refused(told) == (10, None)
    assert scope in told["error"]["message"]


WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("pages_manage_engagement", "{comment}/comments", {"message": "Hi"}),
    ("pages_manage_engagement", "{comment}", {"is_hidden": "true"}),
    ("pages_manage_engagement", "{comment}/likes", {}),
    ("pages_manage_engagement", "me/blocked", {"user": "{person}"}),
    ("pages_messaging", "me/messages", {"recipient": '{{"comment_id":"{comment}"}}', "message": '{{"text":"Hi"}}'}),
    ("instagram_manage_comments", "{reply}/replies", {"message": "Hi"}),
    (
        "instagram_manage_messages",
        "me/messages",
        {"recipient": '{{"comment_id":"{reply}"}}', "message": '{{"text":"Hi"}}'},
    ),
]


@pytest.mark.parametrize(("scope", "path", "form"), WRITES)
def test_writing_without_its_scope_is_refused_by_name(
    page: Page, graph: Graph, scope: str, path: str, form: dict[str, str]
) -> None:
    known = things(graph)
    filled = {name: value.format(**known) for name, value in form.items()}
    graph.access.scopes.discard(scope)
    told = page.post(path.format(**known), **filled)
    graph.access.scopes.add(scope)

    allowed = page.post(path.format(**known), **filled)

    assert refused(told) == (200, None)
    assert scope in told["error"]["message"]
    assert "error" not in allowed


def things(graph: Graph) -> dict[str, str]:
    post = graph.publish("NordParcel", "Good morning")
    medium = graph.publish("nordparcel", "New vans", network="instagram")
    return {
        "post": post,
        "medium": medium,
        "account": graph.instagram.id,
        "comment": graph.publish("ana", "late", under=post),
        "reply": graph.publish("ana.ig", "late", network="instagram", under=medium),
        "person": graph.person("ana").id,
    }


@pytest.mark.parametrize(
    ("asked", "served"), [("v26.0/me", "v26.0"), ("v25.0/me", "v25.0"), ("v2.8/me", "v21.0"), ("me", "v21.0")]
)
def test_an_old_version_is_served_as_the_oldest_that_lives(graph: Graph, asked: str, served: str) -> None:
    header = {"Authorization": f"Bearer {graph.credentials.page_token}"}

    told = requests.get(f"{graph.base_url}/{asked}", headers=header, timeout=5)

    assert told.headers["facebook-api-version"] == served


def test_a_version_that_is_not_yet_is_unknown(graph: Graph) -> None:
    told = requests.get(f"{graph.base_url}/v27.0/me", timeout=5)

    assert refused(told.json()) == (2500, None)


def test_every_answer_tells_how_much_of_the_limits_is_used(page: Page, graph: Graph) -> None:
    graph.used = 76

    told = page.ask("GET", "me/conversations")

    assert json.loads(told.headers["x-app-usage"])["call_count"] == 76
    business = json.loads(told.headers["x-business-use-case-usage"])[graph.page.id][0]
    assert (business["type"], business["estimated_time_to_regain_access"]) == ("messenger", 0)


def test_an_error_has_a_trace_and_no_secret(page: Page, graph: Graph) -> None:
    told = page.ask("GET", "nothing")

    assert told.json()["error"]["fbtrace_id"]
    assert told.json()["error"]["type"] == "GraphMethodException"
    assert graph.credentials.page_token not in told.text


def test_strangers_join_once_and_keep_their_id(graph: Graph) -> None:
    ana = graph.person("ana")

    assert graph.person("@Ana", name="Ana Oliveira").id == ana.id
    assert graph.person("ana").name == "Ana Oliveira"
    assert graph.person("ana", "instagram").id != ana.id
