"""One record of a text as it stands in its file: cut into cells with their quotes on, and put together again.

Write-back changes our cells and leaves every other byte of a record alone, which parsing and rendering would not:
`"a"` and `a` are the same value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from adapters.generic_csv.dialect import Dialect

_NEWLINE = re.compile(r"(?:\r\n|\r|\n)\Z")


@dataclass(frozen=True)
class RawRecords:
    """How the records of one dialect are cut and joined."""

    dialect: Dialect

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        delimiter, quote = re.escape(self.dialect.delimiter), re.escape(self.dialect.quote)
        return re.compile(f"({quote}(?:[^{quote}]|{quote}{quote})*{quote}|[^{delimiter}]*)(?:{delimiter}|\\Z)")

    def cut(self, body: str) -> list[str]:
        """The cells of a record without its newline, quotes and all; joined by the delimiter they are the record.

        Args:
            body: a record that a strict csv reader accepts.
        """
        if not self.dialect.quote or self.dialect.quote not in body:
            return body.split(self.dialect.delimiter)
        cells, at = [], 0
        while match := self._cell.match(body, at):
            cells.append(match[1])
            if match.end() == match.end(1):
                return cells
            at = match.end()
        raise csv.Error("a record that the csv module took apart could not be cut")

    def join(self, cells: Iterable[str]) -> str:
        return self.dialect.delimiter.join(cells)

    def render(self, text: str, *, quoted: bool) -> str:
        """A new cell, in quotes where it needs them or where the file puts them around everything.

        Raises:
            ValueError: it needs quotes, and the file has none.
        """
        special = {self.dialect.delimiter, self.dialect.quote or self.dialect.delimiter, "\r", "\n"}
        if not special.intersection(text) and not (quoted and self.dialect.quote):
            return text
        if not self.dialect.quote:
            raise ValueError(text)
        doubled = text.replace(self.dialect.quote, self.dialect.quote * 2)
        return f"{self.dialect.quote}{doubled}{self.dialect.quote}"

    def is_quoted(self, cell: str) -> bool:
        return bool(self.dialect.quote) and len(cell) > 1 and cell.startswith(self.dialect.quote)


def without_newline(raw: str) -> tuple[str, str]:
    """A record's text and the newline that ends it."""
    match = _NEWLINE.search(raw)
    return (raw[: match.start()], match[0]) if match else (raw, "")


class Remembered:
    """Lines on their way to a csv reader, kept until the record that they make up is taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self._kept: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._kept.append(line)
            yield line

    def take(self) -> str:
        """The text since the last call."""
        text = "".join(self._kept)
        self._kept.clear()
        return text
