"""Whole columns at once: repeated texts are read once, and a column without misfits is never walked in Python.

Column by column the conversion costs about a quarter of what row by row costs; `benchmarks/pull_csv.py` watches it.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType
from typing import Any, Final, NamedTuple

from connector.formats.misfit import Misfit
from connector.formats.number import Reader

REMEMBERED: Final = 8_192
"""Texts that a column remembers before it starts afresh: enough for dates and names, flat in memory."""

TEXT_ONLY: Final = frozenset((str, NoneType))
WHOLE_ONLY: Final = frozenset((int, NoneType))


class Parsed(NamedTuple):
    """A column's values, None where a cell was empty or unreadable, and the unreadable ones with their reasons."""

    values: list[Any]
    misfits: list[tuple[int, Misfit]]


class _Memory(dict[Any, Any]):
    """Text, or whole number -> value; an unreadable one gives None and its reason is kept beside."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self.read = read
        self.misfits: dict[Any, Misfit] = {}

    def __missing__(self, cell: Any) -> Any:
        try:
            value = self.read(cell)
        except Misfit as misfit:
            self.misfits[cell] = misfit
            value = None
        self[cell] = value
        return value

    def forget(self) -> None:
        self.clear()
        self.misfits.clear()


class ColumnParser:
    """Applies a reader of single cells to whole columns."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._texts = _Memory(read)
        self._wholes = _Memory(read)

    def __call__(self, cells: Sequence[Any]) -> Parsed:
        """The column's values and misfits, positions counted from 0."""
        kinds = set(map(type, cells))
        if kinds <= TEXT_ONLY:
            return self._remembered(cells, self._texts)
        if kinds <= WHOLE_ONLY:
            return self._remembered(cells, self._wholes)
        return self._typed(cells)  # 1, 1.0 and True are one key of a dict, so they are never remembered together

    def _remembered(self, cells: Sequence[Any], memory: _Memory) -> Parsed:
        if len(memory) > REMEMBERED:
            memory.forget()
        values = list(map(memory.__getitem__, cells))
        unreadable = memory.misfits
        if not unreadable:
            return Parsed(values, [])
        return Parsed(values, [(at, unreadable[cell]) for at, cell in enumerate(cells) if cell in unreadable])

    def _typed(self, cells: Sequence[Any]) -> Parsed:
        parsed = Parsed([], [])
        for at, cell in enumerate(cells):
            try:
                parsed.values.append(self._read(cell))
            except Misfit as misfit:
                parsed.values.append(None)
                parsed.misfits.append((at, misfit))
        return parsed
