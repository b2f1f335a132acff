"""X's search language, the part brands use: words, "phrases", OR, groups, -negation, from: to: @ # is: has: lang:."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.x_text import links_in, names_in, tags_in

LONGEST = 512  # characters, self-serve
_TOKEN = re.compile(r'\s*(?:(-?\()|(\))|(-?"[^"]*")|([^\s()"]+))')
_RUN_ON = ("THAI", "LAO", "KHMER", "MYANMAR", "CJK", "HIRAGANA", "KATAKANA")  # scripts without spaces between words


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a query can ask of a post."""

    text: str
    author: str  # username
    answers: str = ""  # username replied to
    lang: str = "und"
    is_repost: bool = False
    is_reply: bool = False
    is_quote: bool = False


Matches = Callable[[Searched], bool]


class QueryError(ValueError):
    """The query cannot be read; the message says why, as the API would."""


def parse(query: str) -> Matches:
    """Read a query. Raises QueryError."""
    if not query.strip() or len(query) > LONGEST:
        raise QueryError(f"query must be between 1 and {LONGEST} characters")
    tokens = _tokens(query)
    matches = _either(tokens)
    if tokens:
        raise QueryError("unbalanced parentheses")
    return matches


def _tokens(query: str) -> list[str]:
    tokens, position = [], 0
    rest = query.rstrip()
    while position < len(rest):
        found = _TOKEN.match(rest, position)
        if found is None:
            raise QueryError("unbalanced quotation marks")
        tokens.append(found.group().strip())
        position = found.end()
    return tokens


def _either(tokens: list[str]) -> Matches:
    parts = [_all(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        parts.append(_all(tokens))
    return lambda post: any(part(post) for part in parts)


def _all(tokens: list[str]) -> Matches:
    parts: list[Matches] = []
    while tokens and tokens[0] not in {"OR", ")"}:
        parts.append(_one(tokens))
    if not parts:
        raise QueryError("an operator has nothing to work on")
    return lambda post: all(part(post) for part in parts)


def _one(tokens: list[str]) -> Matches:
    token = tokens.pop(0)
    negated = token.startswith("-") and len(token) > 1
    bare = token[1:] if negated else token
    if bare == "(":
        inner = _either(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise QueryError("unbalanced parentheses")
    else:
        inner = _term(bare)
    return (lambda post: not inner(post)) if negated else inner


def _term(token: str) -> Matches:
    if token.startswith('"'):
        phrase = _folded(token.strip('"'))
        return lambda post: _holds(post.text, phrase)
    if token.startswith("@"):
        return lambda post: token[1:].lower() in names_in(post.text)
    if token.startswith("#"):
        return lambda post: token[1:].lower() in tags_in(post.text)
    operator, colon, value = token.partition(":")
    if colon:
        return _operator(operator.lower(), value.lower().lstrip("@"))
    return lambda post: _holds(post.text, _folded(token))


def _operator(operator: str, value: str) -> Matches:
    operators: dict[str, Matches] = {
        "from": lambda post: post.author.lower() == value,
        "to": lambda post: post.answers.lower() == value,
        "lang": lambda post: post.lang == value,
        "is": lambda post: {"retweet": post.is_repost, "reply": post.is_reply, "quote": post.is_quote}[value],
        "has": lambda post: {"links": links_in, "mentions": names_in, "hashtags": tags_in}[value](post.text) != [],
    }
    kinds = {"is": {"retweet", "reply", "quote"}, "has": {"links", "mentions", "hashtags"}}
    if operator not in operators or not value or value not in kinds.get(operator, {value}):
        raise QueryError(f"Reference to invalid operator '{operator}:{value}'")
    return operators[operator]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _holds(text: str, words: str) -> bool:
    folded = _folded(text)
    if any(unicodedata.name(character, "").startswith(_RUN_ON) for character in words):
        return words in folded
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", folded) is not None
