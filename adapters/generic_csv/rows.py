"""What both kinds of table hand on: batches of rows, and rows that fit no batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from connector.errors import Message


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that does not fit the table."""

    position: int
    raw: str
    reason: Message


@dataclass(slots=True)
class Batch:
    """Up to a page of records, row by row: the good ones with the lines they begin on, and the bad ones."""

    rows: list[Sequence[Any]] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.bad)


class Table(Protocol):
    """Column names at once, records in batches."""

    name: str
    header_line: int
    columns: tuple[str, ...]

    def batches(self) -> Iterator[Batch]: ...


def wrong_width(count: int, *, width: int) -> Message:
    """Why a ragged row is refused."""
    return Message("{count} cells, the header has {width}", count=count, width=width)
