"""Which line of a text names its columns, once it is known how wide most of its records are.

Usually it is the first record of that width. Not so where the records change their shape on the way, or where names
and records differ in width all through: then an earlier line that reads like names is taken, or pointed out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from adapters.generic_csv import faults
from connector.errors import Message, Problem

_NUMBER_OR_DATE = re.compile(r"[\W\d_]*\d[\W\d_]*")
_PART_OF_A_TABLE = 3
"""So many records of one width above the column names are more than a title."""

_WHICH_LINE = Message("set `header_row` in the format of this table to the line with the column names")


@dataclass(frozen=True, slots=True)
class Header:
    """The line with the column names, and what a person should look at."""

    line: int
    problems: tuple[Problem, ...] = ()


def could_name_columns(cells: Sequence[str]) -> bool:
    """Most cells are filled; in a title that is padded with delimiters they are not."""
    return 2 * sum(map(bool, cells)) > len(cells)


def reads_like_names(cells: Sequence[str]) -> bool:
    """Several texts, all different, none of them a number or a date.

    >>> reads_like_names(["id", "name", ""]), reads_like_names(["1", "Acme", ""]), reads_like_names(["Deals of 2017"])
    (True, False, False)
    """
    filled = [cell for cell in cells if cell]
    different = len(cells) > 1 and could_name_columns(cells) and len(set(filled)) == len(filled)
    return different and not any(map(_NUMBER_OR_DATE.fullmatch, filled))


@dataclass(slots=True)
class _Above:
    """What stands above the first record of the usual width."""

    records: int = 0
    widths: Counter[int] = field(default_factory=Counter)
    named: dict[int, int] = field(default_factory=dict)
    """Width -> the first line of it that reads like column names."""
    hiding: int | None = None
    """The first line that a quoted cell begins on which goes over several."""

    def note(self, line: int, cells: Sequence[str]) -> None:
        width = len(cells)
        self.records += 1
        self.widths[width] += 1
        if width not in self.named and reads_like_names(cells):
            self.named[width] = line
        if self.hiding is None and any("\n" in cell or "\r" in cell for cell in cells):
            self.hiding = line

    def wider(self, width: int) -> int | None:
        """The first names of more columns than there usually are: rows whose empty last cells were left out."""
        return min((line for named, line in self.named.items() if named > width), default=None)

    def table(self) -> int | None:
        """The names of most records above, where those are a part of a table."""
        for width, line in self.named.items():
            if self.widths[width] >= _PART_OF_A_TABLE and 5 * self.widths[width] >= 4 * self.records:
                return line
        return None

    def padded(self, cells: Sequence[str]) -> int | None:
        """Names that are as many as the record's cells without the empty ones at its end."""
        width = max((place for place, cell in enumerate(cells, start=1) if cell), default=0)
        return min((line for named, line in self.named.items() if width <= named < len(cells)), default=None)


def find_header(records: Iterable[tuple[int, Sequence[str]]], *, line: int, fitting: int, file: str) -> Header:
    """Where the column names stand.

    Args:
        records: every record with the line it begins on, from the first line of the text.
        line: where the first record of the usual width begins.
        fitting: how many records have that width.
        file: for messages.
    """
    above = _Above()
    for begins, cells in records:
        if begins >= line:
            header = _decided(above, cells, line=line, file=file)
            outnumbered = header.line == line and above.records > max(fitting, _PART_OF_A_TABLE)
            return Header(line, (*header.problems, _mostly_above(line, file=file))) if outnumbered else header
        above.note(begins, cells)
    return Header(line)


def _mostly_above(line: int, *, file: str) -> Problem:
    message = Message(
        "{file}, line {line}: taken for the column names, though more rows stand above it than belong to it",
        file=file,
        line=line,
    )
    return Problem(file, message, _WHICH_LINE)


def _decided(above: _Above, cells: Sequence[str], *, line: int, file: str) -> Header:
    earlier = above.wider(len(cells)) or above.table()
    if not reads_like_names(cells):
        if chosen := earlier or above.padded(cells):
            return Header(chosen)
        earlier = min(above.named.values(), default=None)
    return Header(line, tuple(_doubts(above, line=line, earlier=earlier, file=file)))


def _doubts(above: _Above, *, line: int, earlier: int | None, file: str) -> Iterable[Problem]:
    if earlier is not None:
        message = Message(
            "{file}, line {line}: taken for the column names, but line {other} reads like column names too",
            file=file,
            line=line,
            other=earlier,
        )
        yield Problem(file, message, _WHICH_LINE)
    if above.hiding is not None:
        error = faults.swallowing_quote(file, line=above.hiding)
        yield Problem(file, error.message, error.hint)
