"""What the files of a folder look like: columns, and what all their cells say about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.contract import ModuleInfo
from connector.formats.date import DateFormat
from connector.formats.number import NumberFormat


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """One column, after every cell of it was read."""

    name: str
    filled: int = 0
    words: frozenset[str] = frozenset()
    """Its different cells, as long as they are few."""
    many_words: bool = False
    """There were more than are kept."""
    unique: bool = False
    """Every row has a cell, and no two are the same."""
    number: NumberFormat | None = None
    """How its numbers are written; None where they are not all numbers."""
    dates: tuple[DateFormat, ...] = ()
    """The ways in which all its cells can be read as dates; more than one is a question for a person."""


@dataclass(frozen=True, slots=True)
class TableLook:
    """One file, or one sheet of a workbook."""

    module: ModuleInfo
    columns: Mapping[str, ColumnLook] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return self.module.rows or 0
