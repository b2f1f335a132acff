"""The people of the X look-alike: who the token belongs to, and everybody by id or name."""

from collections.abc import Sequence
from typing import Any

from flask import Flask

from sandbox.x_answers import not_found
from sandbox.x_api import Call, XApi
from sandbox.x_fields import Asked, give_person
from sandbox.x_state import Person


def register(api: XApi, app: Flask) -> None:
    """Put the endpoints about people on the application."""
    api.route(app, "GET", "/2/users/me", "me", me)
    api.route(app, "GET", "/2/users", "users", users)
    api.route(app, "GET", "/2/users/by", "users", users_by)
    api.route(app, "GET", "/2/users/by/username/<username>", "users", user_by)
    api.route(app, "GET", "/2/users/<person>", "users", user)


def me(api: XApi, call: Call) -> Any:
    """Who the token belongs to."""
    asked = asked_of(call, frozenset({"tweet.fields"}))
    api.bill.read(call.endpoint, "owned_read", [call.me.id], now=call.now)
    return {"data": give_person(call.me, asked)}


def users(api: XApi, call: Call) -> Any:
    """People by id."""
    ids = call.params.ids("ids")
    asked = asked_of(call, frozenset({"ids"}))
    return _people(api, call, asked, [(one, api.state.people.get(one)) for one in ids], "ids")


def users_by(api: XApi, call: Call) -> Any:
    """People by name."""
    names = call.params.ids("usernames")
    asked = asked_of(call, frozenset({"usernames"}))
    return _people(api, call, asked, [(one, api.state.named(one)) for one in names], "usernames")


def user(api: XApi, call: Call, person: str) -> Any:
    """One person by id."""
    return _one_person(api, call, person, api.state.people.get(person), "id")


def user_by(api: XApi, call: Call, username: str) -> Any:
    """One person by name."""
    return _one_person(api, call, username, api.state.named(username), "username")


def asked_of(call: Call, allowed: frozenset[str]) -> Asked:
    """Read the fields a request wants; answer 400 to anything else that is wrong with it."""
    asked = call.params.asked()
    call.params.only(allowed)
    call.params.end()
    return asked


def _people(api: XApi, call: Call, asked: Asked, found: Sequence[tuple[str, Person | None]], parameter: str) -> Any:
    errors = [not_found("user", parameter, one) for one, person in found if person is None]
    people = [person for _, person in found if person is not None]
    api.bill.read(call.endpoint, "user_read", [person.id for person in people], now=call.now)
    body: dict[str, Any] = {"data": [give_person(person, asked) for person in people]} if people else {}
    return body | ({"errors": errors} if errors else {})


def _one_person(api: XApi, call: Call, value: str, person: Person | None, parameter: str) -> Any:
    asked = asked_of(call, frozenset())
    body = _people(api, call, asked, [(value, person)], parameter)
    return {**body, "data": body["data"][0]} if person else body
