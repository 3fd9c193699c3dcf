"""A copy of a text file with our columns in it, streamed.

Columns that the header does not have are added behind it; those that it has are updated in place. Everything else is
copied as it stands: byte order mark, the lines above the header, quotes, newlines, blank and ragged rows. That this is
so is proven for every file: what was copied is hashed without our cells and must equal the original.
"""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import TypeAlias

from adapters.generic_csv import faults
from adapters.generic_csv.archive import Part
from adapters.generic_csv.cells import DecimalSign, cell_text, harmless
from adapters.generic_csv.columns import column_names
from adapters.generic_csv.cutting import Records
from adapters.generic_csv.dialect import Dialect
from adapters.generic_csv.encoding import chunks
from adapters.generic_csv.limits import Limits
from adapters.generic_csv.raw_record import RawRecords, Remembered, without_newline
from adapters.generic_csv.text_table import Lines, csv_reader
from connector.contract import Cell, Change, WriteTarget
from connector.errors import Message

_BLOCK_RECORDS = 1_000


Replaced: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where things stand in a record."""

    width: int
    id_places: tuple[int, ...]
    in_place: Mapping[str, int]
    """Our fields that the file has already."""
    added: tuple[str, ...]
    """Our fields that come behind its own."""
    quoted: bool
    """The file puts quotes around every text."""


class FieldFile:
    """One copy in the making; `rejections` is complete once `chunks` is exhausted."""

    def __init__(
        self,
        part: Part,
        dialect: Dialect,
        *,
        target: WriteTarget,
        changes: Sequence[Change],
        decimal: DecimalSign,
        limits: Limits,
    ) -> None:
        self._part = part
        self._dialect = dialect
        self._target = target
        self._changes = changes
        self._by_record = {change.record_id: change for change in changes}
        self._decimal = decimal
        self._limits = limits
        self._raw = RawRecords(dialect)
        self._matched: set[str] = set()
        self._rejected: dict[str, Message] = {}

    def rejections(self) -> Mapping[str, Message]:
        """Why a change did not get into the file, by change id."""
        absent = Message("no row of {file} has this id", file=self._part.name)
        return {
            change.id: self._rejected.get(change.id, absent)
            for change in self._changes
            if change.id in self._rejected or change.record_id not in self._matched
        }

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the copy."""
        original, copied = sha256(), sha256(self._dialect.mark)
        for piece in chunks(self._part.open()):
            original.update(piece)
        yield self._dialect.mark
        records = self._records()
        while block := list(islice(records, _BLOCK_RECORDS)):
            copied.update("".join(before for before, _ in block).encode(self._dialect.codec))
            yield "".join(after for _, after in block).encode(self._dialect.codec)
        if original.digest() != copied.digest():
            raise faults.not_reproducible(self._part.name)

    def _records(self) -> Iterator[Replaced]:
        """Each piece of the original, and what takes its place."""
        lines = Remembered(Lines(self._part, self._dialect, limits=self._limits))
        source = iter(lines)
        for line in islice(source, self._dialect.header_row - 1):
            yield line, line
        lines.take()
        records = self._cut_records(csv_reader(source, self._dialect, limits=self._limits), lines)
        columns = yield from self._header(records)
        for cells, raw in records:
            yield raw, self._with_values(cells, raw, columns=columns)

    def _cut_records(self, reader: Records, lines: Remembered) -> Iterator[tuple[list[str], str]]:
        """Each record as cells and as it stands; without cells where the csv module cannot take it apart."""
        while True:
            begins = reader.line_num + self._dialect.header_row
            try:
                cells = next(reader, None)
            except csv.Error as exc:
                if reader.line_num + self._dialect.header_row > begins + 1 or "end of data" in str(exc):
                    raise faults.swallowing_quote(self._part.name, line=begins) from exc
                cells = []
            raw = lines.take()
            if cells is None:
                return
            yield cells, raw

    def _header(self, records: Iterator[tuple[list[str], str]]) -> Generator[Replaced, None, _Columns]:
        """The header with our columns behind it, and the blank lines above it as they are."""
        for cells, raw in records:
            if any(cells):
                columns = self._columns(cells, raw)
                body, newline = without_newline(raw)
                titles = (self._rendered(harmless(field), columns=columns) for field in columns.added)
                yield raw, self._raw.join([body, *titles]) + newline
                return columns
            yield raw, raw
        raise faults.empty_file(self._part.name)

    def _columns(self, cells: list[str], raw: str) -> _Columns:
        line = self._dialect.header_row
        names = column_names(cells, file=self._part.name, line=line)
        missing = [name for name in self._target.id_fields if name not in names]
        if missing:
            raise faults.vanished_columns(self._part.name, line=line, missing=missing, present=names)
        titles = {field: harmless(field) for field in self._target.fields}
        return _Columns(
            width=len(names),
            id_places=tuple(names.index(name) for name in self._target.id_fields),
            in_place={field: names.index(title) for field, title in titles.items() if title in names},
            added=tuple(field for field, title in titles.items() if title not in names),
            quoted=all(map(self._raw.is_quoted, self._raw.cut(without_newline(raw)[0]))),
        )

    def _with_values(self, cells: list[str], raw: str, *, columns: _Columns) -> str:
        """A record with our cells; one that has no place for them stays as it is."""
        if len(cells) < columns.width or any(cells[columns.width :]):
            return raw
        ours = self._our_cells(cells, columns=columns)
        body, newline = without_newline(raw)
        if len(cells) > columns.width or (ours and columns.in_place):
            body = self._updated(body, ours, columns=columns)
        return self._raw.join([body, *(ours.get(field, "") for field in columns.added)]) + newline

    def _updated(self, body: str, ours: Mapping[str, str], *, columns: _Columns) -> str:
        cells = self._raw.cut(body)[: columns.width]
        for field, place in columns.in_place.items():
            cells[place] = ours.get(field, cells[place])
        return self._raw.join(cells)

    def _our_cells(self, cells: list[str], *, columns: _Columns) -> Mapping[str, str]:
        """The rendered cells of the change for this record, nothing where there is none or it cannot be written."""
        record_id = "|".join(cells[place].strip() for place in columns.id_places)
        change = self._by_record.get(record_id)
        if change is None:
            return {}
        self._matched.add(record_id)
        wanted = [field for field in self._target.fields if field in change.fields]
        try:
            ours = {field: self._rendered(change.fields[field], columns=columns) for field in wanted}
            "".join(ours.values()).encode(self._dialect.codec)
        except ValueError as exc:
            self._rejected[change.id] = unwritable(exc, encoding=self._dialect.encoding)
            return {}
        return ours

    def _rendered(self, cell: Cell, *, columns: _Columns) -> str:
        quoted = columns.quoted and isinstance(cell, str)
        return self._raw.render(cell_text(cell, decimal=self._decimal), quoted=quoted)


def unwritable(exc: ValueError, *, encoding: str) -> Message:
    """Why a value cannot be written into a file."""
    if isinstance(exc, UnicodeEncodeError):
        character = exc.object[exc.start]
        return Message("{encoding} has no character {character}", encoding=encoding, character=character)
    return Message("{value} cannot be written into this file", value=exc.args[0] if exc.args else "")
