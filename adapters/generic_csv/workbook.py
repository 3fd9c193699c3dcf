"""Reads a sheet of a workbook as a stream, through openpyxl.

A workbook is a zip of XML, so both kinds of bomb are looked for before openpyxl sees it: parts that unpack to too much,
and document types, which is where XML entities would be declared and which no spreadsheet program writes.
Formulas come as the values that the spreadsheet program stored beside them. Shared texts are held in memory.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from adapters.generic_csv import faults
from adapters.generic_csv.archive import Part, open_member, open_zip
from adapters.generic_csv.columns import column_names
from adapters.generic_csv.limits import Limits
from adapters.generic_csv.rows import BadRow, Batch, wrong_width
from adapters.generic_csv.settings import FormatSettings
from connector.contract import PAGE_ROWS
from connector.errors import Message

_CHUNK = 1 << 20
_BROKEN = (
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    InvalidFileException,
    zipfile.BadZipFile,
    EOFError,
)
"""What openpyxl raises over workbooks that no spreadsheet program wrote."""

Row = Sequence[Any]


class WorkbookTable:
    """The table on one sheet: column names at once, records in batches."""

    def __init__(self, part: Part, stated: FormatSettings, *, limits: Limits) -> None:
        self._file = part.name
        self._limits = limits
        self._workbook = _opened(part, limits=limits)
        self.sheet = self._chosen(stated.sheet)
        self.name = part.name if len(self.sheets) == 1 else f"{part.name} [{self.sheet}]"
        self._rows = enumerate(self._values(), start=1)
        self.header_line, self.columns = self._header(stated.header_row)

    @property
    def sheets(self) -> tuple[str, ...]:
        """The sheets that hold cells; charts have sheets of their own."""
        return tuple(sheet.title for sheet in self._workbook.worksheets)

    def _chosen(self, sheet: str | None) -> str:
        if not self.sheets:
            raise faults.empty_file(self._file)
        if sheet is not None and sheet not in self.sheets:
            raise faults.unknown_sheet(self._file, sheet=sheet, present=self.sheets)
        return sheet or self.sheets[0]

    def _values(self) -> Iterator[Row]:
        """The sheet's rows, with openpyxl's warnings silenced and its failures made ours."""
        sheet = self._workbook[self.sheet]
        sheet.reset_dimensions()  # some programs write a wrong one, and rows or columns would be cut off in silence
        rows = sheet.iter_rows(values_only=True)
        for _ in range(self._limits.sheet_rows):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # such as a date beyond year 9999, which comes as an error text
                    row = next(rows, None)
            except _BROKEN as exc:
                raise faults.damaged(self._file, reason=exc) from exc
            if row is None:
                return
            yield row

    def _header(self, header_row: int | None) -> tuple[int, tuple[str, ...]]:
        for line, row in self._rows:
            if (header_row or line) <= line and not _is_blank(row):
                return line, column_names(_without_empty_end(row), file=self.name, line=line)
        if header_row is not None and header_row > 1:
            raise faults.no_header(self.name, row=header_row)
        raise faults.empty_file(self.name)

    def batches(self) -> Iterator[Batch]:
        """The records below the header, in order; blank rows are skipped."""
        while taken := list(islice(self._rows, PAGE_ROWS)):
            batch = Batch()
            for position, row in taken:
                self._sort(row, position, into=batch)
            yield batch

    def _sort(self, row: Row, position: int, *, into: Batch) -> None:
        width = len(self.columns)
        if _is_blank(row):
            return
        if not _is_blank(row[width:]):
            into.bad.append(BadRow(position, self._raw(row), wrong_width(len(row), width=width)))
        elif any(type(cell) is str and len(cell) > self._limits.cell_characters for cell in row):
            reason = Message("a cell is longer than {limit} characters", limit=self._limits.cell_characters)
            into.bad.append(BadRow(position, self._raw(row), reason))
        else:
            into.rows.append((*row[:width], *(None,) * (width - len(row))))
            into.positions.append(position)

    def _raw(self, row: Row) -> str:
        cells = ("" if cell is None else str(cell)[: self._limits.raw_characters] for cell in row)
        return "\t".join(cells)[: self._limits.raw_characters]


def _is_blank(row: Row) -> bool:
    return all(cell is None or cell == "" for cell in row)


def _without_empty_end(row: Row) -> Row:
    """A header as far as it has names: sheets are often formatted far to the right of their table."""
    width = max(place for place, cell in enumerate(row, start=1) if cell not in (None, ""))
    return row[:width]


def sheet_names(part: Part, *, limits: Limits) -> tuple[str, ...]:
    """The sheets of a workbook that hold cells."""
    return tuple(sheet.title for sheet in _opened(part, limits=limits).worksheets)


def _opened(part: Part, *, limits: Limits) -> Any:
    handle = part.open()
    _refuse_bombs(handle, file=part.name, limits=limits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that say nothing about values
            return load_workbook(handle, read_only=True, data_only=True, keep_links=False)
    except _BROKEN as exc:
        raise faults.damaged(part.name, reason=exc) from exc


def _refuse_bombs(handle: BinaryIO, *, file: str, limits: Limits) -> None:
    archive = open_zip(handle, file=file, limits=limits)
    for info in archive.infolist():
        is_sheet = info.filename.startswith("xl/worksheets/")
        if not is_sheet and info.file_size > limits.workbook_part_bytes:
            raise faults.bomb(
                file,
                reason=Message(
                    "{part} in it is larger than {limit} bytes", part=info.filename, limit=limits.workbook_part_bytes
                ),
            )
        if info.filename.lower().endswith((".xml", ".rels")):
            _refuse_document_type(archive, info, file=file, limits=limits)


def _refuse_document_type(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, file: str, limits: Limits) -> None:
    """Reads a part to its end, which proves its size and ratio, and looks for where entities would be declared."""
    stream = open_member(archive, info, name=file, limits=limits)
    end = b""
    while chunk := stream.read(_CHUNK):
        # UTF-16 has a NUL beside every letter of the keyword
        window = end + chunk.replace(b"\0", b"")
        if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
            raise faults.bomb(file, reason=Message("{part} in it declares XML entities", part=info.filename))
        end = window[-16:]
