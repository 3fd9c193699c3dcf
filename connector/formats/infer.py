"""What a column's cells say about their format, all of them, and what only a person can know.

A `ColumnProfile` is fed a column piece by piece and stays small. What could be read in two ways in the whole column
(03/04/2024 without a day above 12, 1,234 without another comma) is reported with both readings, never decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from connector.formats.date import DateFormat
from connector.formats.number import NumberFormat
from connector.formats.seen_dates import SeenDates
from connector.formats.seen_numbers import SeenNumbers

MOST_WORDS: Final = 200

Format: TypeAlias = NumberFormat | DateFormat


class ColumnProfile:
    """Accumulates what the cells of one column show."""

    def __init__(self) -> None:
        self.filled = 0
        self.words: set[str] = set()
        """Its different cells, as long as they are few."""
        self._rows = 0
        self._hashes: set[int] | None = set()
        self._numbers = SeenNumbers()
        self._dates = SeenDates()

    @property
    def many_words(self) -> bool:
        """There were more different cells than are kept."""
        return len(self.words) > MOST_WORDS

    @property
    def unique(self) -> bool:
        """Every row has a cell, and no two are the same."""
        return self._hashes is not None and self.filled == self._rows > 0

    def feed(self, cells: Sequence[Any]) -> None:
        """Look at some more cells: text, or what their source had typed already."""
        self._rows += len(cells)
        counted: Counter[Any] = Counter(_keys(cells))
        self.filled += sum(counted.values())
        self._note_doubles(counted)
        for cell, times in counted.items():
            if not self.many_words:
                self.words.add(str(cell))
            self._numbers.look(cell, times)
            self._dates.look(cell, times)

    def _note_doubles(self, counted: Counter[Any]) -> None:
        if self._hashes is None:
            return
        fresh = {hash(cell) for cell in counted}
        if len(fresh) < sum(counted.values()) or not self._hashes.isdisjoint(fresh):
            self._hashes = None
        else:
            self._hashes |= fresh

    @property
    def numbers(self) -> tuple[NumberFormat, ...]:
        """The ways in which its cells can be read as numbers."""
        return self._numbers.readings(self.filled)

    @property
    def dates(self) -> tuple[DateFormat, ...]:
        """The ways in which its cells can be read as dates, a worksheet's day numbers among them."""
        found = self._dates.readings(self.filled)
        return found or ((DateFormat(pattern="excel"),) if self._numbers.are_serials(self.filled) else ())


def _keys(cells: Iterable[Any]) -> Iterable[Any]:
    """Filled cells as they are counted: text without spaces around it, and true is not 1."""
    for cell in cells:
        if isinstance(cell, str):
            if text := cell.strip():
                yield text
        elif isinstance(cell, bool | list | dict):
            yield str(cell)
        elif cell is not None:
            yield cell
