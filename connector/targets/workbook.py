"""Targets in XLSX: the sheet that a manager filled in. Cells are named as the spreadsheet names them: Targets!D5."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.errors import Message, Problem
from connector.targets.lines import Lines, Share
from connector.targets.text_file import TextFile, table_lines

MOST_UNPACKED = 500_000_000
SHEET = "Targets"
"""The sheet that is read; in a workbook without one of that name the first."""


@dataclass(frozen=True, slots=True)
class SheetFile(TextFile):
    """A sheet: columns have letters."""

    sheet: str
    letters: dict[str, str] = field(default_factory=dict)
    """Field -> the letters of its column."""

    def where(self, number: int, field: str = "") -> str:
        place = f"{self.name} {self.sheet}!{self.letters.get(field, '')}{number}"
        return f"{place} {field}".rstrip()

    def name_columns(self, columns: Mapping[int, str]) -> None:
        """Columns get their letters."""
        from openpyxl.utils import get_column_letter

        self.letters.update({name: get_column_letter(at + 1) for at, name in columns.items()})


def read_workbook(content: bytes, name: str) -> Lines:
    """Every line that says anything."""
    if fault := _bomb(content):
        return Lines(problems=[Problem(name, fault, Message("save it once more as .xlsx, or as CSV UTF-8"))])
    sheet = _sheet(content)
    if sheet is None:
        hint = Message("save it once more as .xlsx, or as CSV UTF-8")
        return Lines(problems=[Problem(name, Message("cannot be read as a workbook"), hint)])
    if merged := [_merged(name, sheet.title, str(cells)) for cells in sheet.merged_cells.ranges]:
        return Lines(problems=merged)
    return _lines(name, sheet)


def _bomb(content: bytes) -> Message | None:
    """What a zip promises to unpack to, before anything is unpacked."""
    try:
        size = sum(info.file_size for info in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return Message("is not an .xlsx file")
    return Message("unpacks to more than {limit} bytes", limit=MOST_UNPACKED) if size > MOST_UNPACKED else None


def _sheet(content: bytes) -> Any:
    """The sheet, or None where no spreadsheet program wrote the file."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that say nothing about values
            workbook = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except Exception:  # noqa: BLE001  # openpyxl raises anything over broken XML
        return None
    if not workbook.worksheets:
        return None
    return next((sheet for sheet in workbook.worksheets if sheet.title == SHEET), workbook.worksheets[0])


def _merged(name: str, sheet: str, cells: str) -> Problem:
    return Problem(
        f"{name} {sheet}!{cells}",
        Message("the cells {cells} are merged: only the first of them holds a value", cells=cells),
        Message("unmerge them, and write the value into each"),
    )


def _lines(name: str, sheet: Any) -> Lines:
    rows = ((number, [_value(cell) for cell in row]) for number, row in enumerate(sheet.iter_rows(), start=1))
    problems: list[Problem] = []
    return Lines(table_lines(SheetFile(name, sheet.title), rows, problems), problems)


def _value(cell: Any) -> Any:
    """The cell's value; one that is shown as a percentage says so."""
    value = cell.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Share(float(value)) if is_number and "%" in (cell.number_format or "") else value
