"""Reads Graph's field expressions, such as `id,messages.limit(20){id,from}`; knows no object and no field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ARGUMENT = re.compile(r"\.([A-Za-z_]+)\(([^()]*)\)")
_DEEPEST = 6  # levels of braces


class FieldsError(ValueError):
    """The expression cannot be read; `at` is the character where."""

    def __init__(self, at: int) -> None:
        """Keep where."""
        super().__init__(f"at character {at}")
        self.at = at


@dataclass(frozen=True, slots=True)
class Field:
    """One field that is asked for, with what was said about it."""

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    fields: tuple["Field", ...] = ()


def parse(text: str) -> tuple[Field, ...]:
    """Read an expression; nothing asked gives nothing. Raises FieldsError."""
    if not text.strip():
        return ()
    reader = _Reader(text)
    found = reader.fields(0)
    if reader.at != len(text):
        raise FieldsError(reader.at)
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self.at = text, 0

    def fields(self, depth: int) -> tuple[Field, ...]:
        if depth > _DEEPEST:
            raise FieldsError(self.at)
        found = [self._field(depth)]
        while self._skip(","):
            found.append(self._field(depth))
        return tuple(found)

    def _field(self, depth: int) -> Field:
        self._spaces()
        name = _NAME.match(self._text, self.at)
        if name is None:
            raise FieldsError(self.at)
        self.at = name.end()
        arguments = {}
        while argument := _ARGUMENT.match(self._text, self.at):
            arguments[argument[1]] = argument[2]
            self.at = argument.end()
        below: tuple[Field, ...] = ()
        if self._skip("{"):
            below = self.fields(depth + 1)
            if not self._skip("}"):
                raise FieldsError(self.at)
        return Field(name[0], arguments, below)

    def _skip(self, character: str) -> bool:
        self._spaces()
        if self._text.startswith(character, self.at):
            self.at += 1
            return True
        return False

    def _spaces(self) -> None:
        while self._text.startswith(" ", self.at):
            self.at += 1
