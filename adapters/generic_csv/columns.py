"""The names of a table's columns, from the cells of its header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from adapters.generic_csv import faults


def column_names(cells: Sequence[Any], *, file: str, line: int) -> tuple[str, ...]:
    """Trimmed names; a column without one is called by its place, so that it can be mapped all the same.

    >>> column_names([" id ", "", "name"], file="a.csv", line=1)
    ('id', 'column 2', 'name')

    Raises:
        RejectedError: two columns have one name.
    """
    names = tuple(_name(cell) or f"column {place}" for place, cell in enumerate(cells, start=1))
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise faults.duplicate_columns(file, line=line, names=twice)
    return names


def _name(cell: Any) -> str:
    return "" if cell is None else str(cell).strip().strip("\ufeff").strip()
