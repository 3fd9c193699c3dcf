"""Reads the records of a text file as a stream, and says of each that cannot be taken apart where it stands and why.

The csv module does the work in C; nothing here touches a cell of a good row. What is watched is watched per line
(length, NUL) and per page (width).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from adapters.generic_csv import faults
from adapters.generic_csv.archive import Part
from adapters.generic_csv.columns import column_names
from adapters.generic_csv.cutting import Records, cut_records
from adapters.generic_csv.dialect import Dialect
from adapters.generic_csv.encoding import infer_encoding
from adapters.generic_csv.layout import DELIMITERS
from adapters.generic_csv.limits import Limits
from adapters.generic_csv.rows import BadRow, Batch, wrong_width
from connector.contract import PAGE_ROWS
from connector.errors import Message

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Lines:
    """The physical lines of a text, with the last one at hand for messages."""

    def __init__(self, part: Part, dialect: Dialect, *, limits: Limits) -> None:
        self.last = ""
        self.nul_seen = False
        self._part = part
        self._dialect = dialect
        self._limit = limits.line_characters
        stream = part.open()
        stream.read(len(dialect.mark))
        self._text = io.TextIOWrapper(stream, encoding=dialect.codec, errors="strict", newline="")

    def __iter__(self) -> Iterator[str]:
        readline, limit, number = self._text.readline, self._limit, 0
        try:
            while line := readline(limit):
                number += 1
                if len(line) == limit and line[-1] not in "\r\n":
                    raise faults.endless_line(self._part.name, line=number, limit=limit)
                if "\0" in line:
                    self.nul_seen = True
                self.last = line
                yield line
        except UnicodeDecodeError as exc:
            raise self._not_text(exc, line=number + 1) from exc

    def _not_text(self, exc: UnicodeDecodeError, *, line: int) -> Exception:
        # The decoder fails a block at a time: the lines before the bad byte in its block were not handed out yet.
        readable = exc.object[: exc.start].decode(self._dialect.codec, "ignore")
        inferred = infer_encoding(self._part.open())
        fitting = inferred.encoding if inferred and inferred.encoding != self._dialect.encoding else None
        line += len(_NEWLINE.findall(readable))
        return faults.wrong_encoding(self._part.name, line=line, stated=self._dialect.encoding, fitting=fitting)


def csv_reader(lines: Iterable[str], dialect: Dialect, *, limits: Limits) -> Records:
    """A strict reader in this dialect."""
    return cut_records(lines, dialect.delimiter, quote=dialect.quote, strict=True, limits=limits)


class TextTable:
    """The table in one text: column names at once, records in batches."""

    def __init__(self, part: Part, dialect: Dialect, *, limits: Limits) -> None:
        self.name = part.name
        self._dialect = dialect
        self._limits = limits
        self._lines = Lines(part, dialect, limits=limits)
        lines = iter(self._lines)
        skipped = sum(1 for _ in islice(lines, dialect.header_row - 1))
        self._offset = skipped
        self._reader = csv_reader(lines, dialect, limits=limits)
        self.header_line, self.columns = self._header()

    def _header(self) -> tuple[int, tuple[str, ...]]:
        cells, line = self._first_record()
        if not cells:
            raise self._without_header()
        names = column_names(cells, file=self.name, line=line)
        if len(names) == 1 and (found := _other_delimiter(self._lines.last, self._dialect)):
            raise faults.one_column(self.name, line=line, delimiter=self._dialect.delimiter, found=found)
        return line, names

    def _first_record(self) -> tuple[list[str], int]:
        line = self._offset + 1
        try:
            for cells in self._reader:
                if any(cells):
                    return cells, line
                line = self._line + 1
        except csv.Error as exc:
            raise faults.swallowing_quote(self.name, line=line) from exc
        return [], line

    def _without_header(self) -> Exception:
        if self._dialect.header_row > 1:
            return faults.no_header(self.name, row=self._dialect.header_row)
        return faults.empty_file(self.name)

    @property
    def _line(self) -> int:
        """The line that was read last."""
        return int(self._reader.line_num) + self._offset

    def batches(self) -> Iterator[Batch]:
        """The records after the header, in order.

        Raises:
            RejectedError: the text is not what the dialect says, or a quote swallows the records behind it.
        """
        more = True
        while more:
            batch, more = self._next_batch()
            yield self._sifted(batch)

    def _next_batch(self) -> tuple[Batch, bool]:
        batch = Batch()
        begins = self._line + 1
        while batch.count < PAGE_ROWS:
            wanted = PAGE_ROWS - batch.count
            try:
                for row in islice(self._reader, wanted):
                    batch.rows.append(row)
                    batch.positions.append(begins)
                    begins = self._reader.line_num + self._offset + 1
            except csv.Error as exc:
                batch.bad.append(self._broken(exc, begins=begins))
                begins = self._line + 1
            else:
                return batch, batch.count == PAGE_ROWS
        return batch, True

    def _broken(self, exc: csv.Error, *, begins: int) -> BadRow:
        """A record that the csv module gave up.

        It goes on at the next line, which is right where the record was one line, and a guess where it was more.
        """
        too_long = "field limit" in str(exc)
        open_ended = self._lines.last.count(self._dialect.quote) % 2 == 1 if self._dialect.quote else False
        if self._line > begins or "end of data" in str(exc) or (too_long and open_ended):
            raise faults.swallowing_quote(self.name, line=begins) from exc
        reason = (
            Message("a cell is longer than {limit} characters", limit=self._limits.cell_characters)
            if too_long
            else Message("quotes in this row are not closed or doubled as they should be")
        )
        return BadRow(begins, self._lines.last[: self._limits.raw_characters], reason)

    def _sifted(self, batch: Batch) -> Batch:
        """The batch with rows that are not good ones taken out; the usual page passes three checks made in C."""
        width = len(self.columns)
        if set(map(len, batch.rows)) <= {width} and all(map(any, batch.rows)) and not self._lines.nul_seen:
            return batch
        sifted = Batch(bad=batch.bad)
        for row, position in zip(batch.rows, batch.positions, strict=True):
            if not any(row):
                continue
            if reason := self._fault(row):
                sifted.bad.append(BadRow(position, self._raw(row), reason))
            else:
                sifted.rows.append(row[:width])
                sifted.positions.append(position)
        return sifted

    def _fault(self, row: Sequence[str]) -> Message | None:
        width = len(self.columns)
        if len(row) < width or any(row[width:]):
            return wrong_width(len(row), width=width)
        if self._lines.nul_seen and any("\0" in cell for cell in row):
            return Message("a NUL byte is in this row")
        return None

    def _raw(self, row: Sequence[str]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self._dialect.delimiter, lineterminator="").writerow(row)
        return text.getvalue()[: self._limits.raw_characters]


def _other_delimiter(header: str, dialect: Dialect) -> str | None:
    if dialect.quote and header.startswith(dialect.quote):
        return None
    return next((other for other in DELIMITERS if other != dialect.delimiter and other in header), None)
