"""Targets in CSV, as spreadsheets save it: comma, semicolon or tab between the cells, UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.errors import Message, Problem
from connector.formats.spreadsheet import meant
from connector.targets.fields import FIELDS, field_of, unknown_field
from connector.targets.lines import Line, Lines, Place

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class TextFile:
    """Lines by their number, cells by the heading of their column."""

    name: str

    def where(self, number: int, field: str = "") -> str:
        return f"{self.name}:{number} {field}".rstrip()

    def name_columns(self, columns: Mapping[int, str]) -> None:
        """Told which field each position holds."""


def read_csv(content: bytes, name: str) -> Lines:
    """Every line that says anything."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        hint = Message("save it as CSV UTF-8, or as .xlsx")
        return Lines(problems=[Problem(name, Message("is not written in UTF-8"), hint)])
    problems: list[Problem] = []
    return Lines(table_lines(TextFile(name), _rows(text, name, problems), problems), problems)


def _rows(text: str, name: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that each begins on: a quoted cell may go over several."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for row in reader:
            yield begins, list(map(meant, row))
            begins = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(f"{name}:{begins}", Message("is not CSV: {reason}", reason=str(error))))


def table_lines(
    source: TextFile, rows: Iterable[tuple[int, Sequence[object]]], problems: list[Problem]
) -> Iterator[Line]:
    """The lines of a table whose first filled row is its heading."""
    remaining = iter(rows)
    heading = next(((number, row) for number, row in remaining if any(map(_is_filled, row))), None)
    if heading is None:
        problems.append(Problem(source.name, Message("is empty"), _HOW_TO_BEGIN))
        return
    width = len(heading[1])
    columns = _columns(source, *heading, problems)
    source.name_columns(columns)
    for number, row in remaining:
        if len(row) > width and (beyond := list(filter(_is_filled, row[width:]))):
            message = Message("there are more cells than headings: {cell}", cell=repr(beyond[0])[:60])
            problems.append(Problem(source.where(number), message, Message("quote a cell that has a comma in it")))
            continue
        values = {name: row[at] for at, name in columns.items() if at < len(row) and _is_filled(row[at])}
        if values:
            yield Line(Place(source, number), values)


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
    return cell is not None and cell != "" and not (isinstance(cell, str) and cell.isspace())
