"""Targets in CSV, as spreadsheets save it: comma, semicolon or tab between the cells, UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector.errors import Message, Problem
from connector.targets.fields import FIELDS, field_of, unknown_field
from connector.targets.lines import Line, Lines

DELIMITERS = (",", ";", "\t")
_FORMULA_SIGNS = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class TextFile:
    """Lines by their number, cells by the heading of their column."""

    name: str

    def where(self, number: int, field: str = "") -> str:
        return f"{self.name}:{number} {field}".rstrip()


def read_csv(content: bytes, name: str) -> Lines:
    """Every line that says anything."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        hint = Message("save it as CSV UTF-8, or as .xlsx")
        return Lines(problems=[Problem(name, Message("is not written in UTF-8"), hint)])
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        return Lines(problems=[Problem(name, Message("is not CSV: {reason}", reason=str(error)))])
    return table_lines(TextFile(name), [(number, [_meant(cell) for cell in row]) for number, row in rows])


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that each begins on: a quoted cell may go over several."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    for row in reader:
        yield begins, row
        begins = reader.line_num + 1


def _meant(cell: str) -> str:
    """A text without the apostrophe that keeps spreadsheets from taking a name for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:2] in _FORMULA_SIGNS else cell


def table_lines(source: TextFile, rows: Sequence[tuple[int, Sequence[object]]]) -> Lines:
    """The lines of a table whose first filled row is its heading."""
    filled = [(number, row) for number, row in rows if any(_is_filled(cell) for cell in row)]
    if not filled:
        return Lines(problems=[Problem(source.name, Message("is empty"), _HOW_TO_BEGIN)])
    (heading_line, headings), *body = filled
    found = Lines()
    columns = _columns(source, heading_line, headings, found.problems)
    for number, row in body:
        values = {columns[at]: cell for at, cell in enumerate(row) if at in columns and _is_filled(cell)}
        if beyond := [cell for at, cell in enumerate(row) if at >= len(headings) and _is_filled(cell)]:
            message = Message("there are more cells than headings: {cell}", cell=repr(beyond[0])[:60])
            found.problems.append(
                Problem(source.where(number), message, Message("quote a cell that has a comma in it"))
            )
        elif values:
            found.lines.append(Line(source, number, values))
    return found


_HOW_TO_BEGIN = Message("`crm-kpi target import --template targets.xlsx` writes a sheet to fill in")


def _columns(source: TextFile, number: int, headings: Sequence[object], problems: list[Problem]) -> dict[int, str]:
    """Position -> field, and what is wrong with the headings."""
    columns: dict[int, str] = {}
    for at, heading in enumerate(headings):
        if not _is_filled(heading):
            continue
        name = field_of(str(heading))
        if name not in FIELDS:
            problems.append(unknown_field(source.where(number), str(heading)))
        elif name in columns.values():
            problems.append(Problem(source.where(number), Message("two columns are called {field}", field=name)))
        else:
            columns[at] = name
    return columns


def _is_filled(cell: object) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))
