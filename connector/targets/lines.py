"""The lines of a targets file, whatever its format: filled fields, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from connector.errors import Message, Problem

MOST_BYTES = 50_000_000


class Source(Protocol):
    """A file that knows its own places."""

    def where(self, number: int, field: str = "") -> str:
        """How messages call a line, or one field of it."""


@dataclass(frozen=True, slots=True)
class Share:
    """A number from a cell that shows it as a percentage: 0.9 that reads 90 %."""

    value: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands; all that is kept of it."""

    source: Source
    number: int

    def where(self, name: str = "") -> str:
        """The place of the line, or of one of its fields."""
        return self.source.where(self.number, name)

    def problem(self, name: str, message: Message, *, hint: Message = Message("")) -> Problem:
        """Something wrong with it."""
        return Problem(self.where(name), message, hint)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: only what is filled."""

    place: Place
    values: Mapping[str, Any]
    """Field -> text, number, date, or `Share`."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What a file holds: read line by line, because there may be very many."""

    lines: Iterable[Line] = ()
    problems: list[Problem] = field(default_factory=list)
    """What is wrong with the file; known when the last line has been read."""
