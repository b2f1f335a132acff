"""Reads and checks the query of an X request; what is wrong is answered as the API answers it: 400, all at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Response

from sandbox.hurting import problem
from sandbox.x_fields import DIRECT_FIELDS, EXPANSIONS, POST_FIELDS, RENAMED, USER_FIELDS, Asked, Naming

OLD_NAMES = {new: old for old, new in RENAMED.items()}
FREE = frozenset({"media.fields", "poll.fields", "place.fields"})  # accepted, and nothing comes of them
TIMES = frozenset({"since_id", "until_id", "start_time", "end_time"})
PAGED = frozenset({"max_results", "pagination_token"})
_PREFIX = "7140dibdnow9c7btw"  # what tokens of the real server look like; what follows is ours


class Answered(Exception):  # noqa: N818 - carries an answer
    """The request is answered already, with `response`."""

    def __init__(self, response: Response) -> None:
        """Keep the response."""
        super().__init__(response.status)
        self.response = response


@dataclass(slots=True)
class Params:
    """The query of one request, read with complaints collected on the way."""

    given: Mapping[str, str]
    naming: Naming
    complaints: list[dict[str, Any]] = field(default_factory=list)

    def only(self, allowed: frozenset[str]) -> None:
        """Complain of every parameter the endpoint does not know."""
        fields = {
            Naming.OLD: {"tweet.fields"},
            Naming.NEW: {"post.fields"},
            Naming.BOTH: {"tweet.fields", "post.fields"},
        }
        known = allowed | FREE | {"expansions", "user.fields"} | fields[self.naming]
        for name in self.given:
            if name not in known:
                names = ",".join(sorted(known))
                self.complain(name, f"The query parameter [{name}] is not one of [{names}]")

    def complain(self, name: str, message: str) -> None:
        """Keep a complaint about one parameter."""
        self.complaints.append({"parameters": {name: [self.given.get(name, "")]}, "message": message})

    def number(self, name: str, low: int, high: int, default: int) -> int:
        """Read a number within bounds, both included."""
        text = self.given.get(name, str(default))
        if text.isdecimal() and low <= int(text) <= high:
            return int(text)
        self.complain(name, f"The `{name}` query parameter value [{text}] is not between {low} and {high}")
        return default

    def snowflake(self, name: str) -> int | None:
        """Read an id."""
        text = self.given.get(name)
        if text is None or text.isdecimal():
            return int(text) if text else None
        self.complain(name, f"The `{name}` query parameter value [{text}] is not valid")
        return None

    def ids(self, name: str, most: int = 100) -> list[str]:
        """Read a list of ids or names."""
        found = [one for one in self.given.get(name, "").split(",") if one]
        if not 1 <= len(found) <= most:
            self.complain(
                name,
                f"The number of values in the `{name}` query parameter list [{len(found)}] is not between 1 and {most}",
            )
        return found

    def instant(self, name: str) -> datetime | None:
        """Read a time."""
        text = self.given.get(name)
        if text is None:
            return None
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except ValueError:
            self.complain(name, f"The `{name}` query parameter value [{text}] is not a valid time")
            return None

    def page(self, *names: str) -> int | None:
        """Read a paging token: the id before which the page begins."""
        for name in names:
            text = self.given.get(name)
            if text is not None:
                before = untoken(text)
                if before is None:
                    self.complain(name, f"The `{name}` query parameter value [{text}] is not valid")
                return before
        return None

    def asked(self) -> Asked:
        """Read fields and expansions, in whichever names the server speaks."""
        new = "post.fields" in self.given or "referenced_posts" in self.given.get("expansions", "")
        return Asked(
            post=self._fields("tweet.fields", POST_FIELDS) | self._fields("post.fields", POST_FIELDS),
            user=self._fields("user.fields", USER_FIELDS),
            direct=self._fields("dm_event.fields", DIRECT_FIELDS),
            expansions=self._fields("expansions", EXPANSIONS),
            new_names=self.naming is Naming.NEW or (self.naming is Naming.BOTH and new),
        )

    def end(self) -> None:
        """Answer 400 if there is anything to complain of. Raises Answered."""
        if self.complaints:
            raise Answered(invalid(self.complaints))

    def _fields(self, name: str, known: frozenset[str]) -> frozenset[str]:
        found = set()
        for one in filter(None, self.given.get(name, "").split(",")):
            old = one if self.naming is Naming.OLD else OLD_NAMES.get(one, one)
            if old not in known or (self.naming is Naming.NEW and one in RENAMED):
                names = ",".join(sorted(known))
                self.complain(name, f"The `{name}` query parameter value [{one}] is not one of [{names}]")
            found.add(old)
        return frozenset(found & known)


def invalid(errors: list[dict[str, Any]]) -> Response:
    """Answer that the request is wrong."""
    return problem(
        400,
        "Invalid Request",
        "One or more parameters to your request was invalid.",
        "https://api.twitter.com/2/problems/invalid-request",
        errors=errors,
    )


def token(before: int) -> str:
    """Make a paging token."""
    return f"{_PREFIX}{before:x}"


def untoken(text: str) -> int | None:
    """Read a paging token; None if we never made it."""
    try:
        return int(text.removeprefix(_PREFIX), 16) if text.startswith(_PREFIX) else None
    except ValueError:
        return None
