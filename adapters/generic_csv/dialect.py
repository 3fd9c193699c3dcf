"""How a text file is written, settled before it is read: stated settings verified, the others inferred.

The encoding is settled on every byte. Delimiter, quote and header row are taken from the first part of the text; that
they hold for the rest shows while it is read, because every row that does not fit them is counted and reported.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from adapters.generic_csv import encoding as encodings
from adapters.generic_csv import faults
from adapters.generic_csv.archive import Part
from adapters.generic_csv.encoding import CODECS, LEGACY, Encoding, Inferred
from adapters.generic_csv.settings import FormatSettings
from connector.errors import Message, RejectedError

DELIMITERS = (",", "\t", ";", "|")
_HEAD_BYTES = 1 << 18
_HEAD_RECORDS = 1_000
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """Everything needed to take one text file apart, and to write one like it."""

    encoding: Encoding
    mark: bytes
    """The byte order mark that the file begins with, or nothing."""
    delimiter: str
    quote: str
    """Empty where quotes are ordinary characters."""
    header_row: int

    @property
    def codec(self) -> str:
        return CODECS[self.encoding]

    def as_settings(self) -> dict[str, object]:
        """The settings that state this dialect."""
        with_mark = "utf-16" if self.encoding.startswith("utf-16") else "utf-8-sig"
        return {
            "encoding": with_mark if self.mark else self.encoding,
            "delimiter": self.delimiter,
            "quote": self.quote,
            "header_row": self.header_row,
        }


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text divides into cells."""

    delimiter: str
    quote: str
    header_row: int


def settle(part: Part, stated: FormatSettings) -> Dialect:
    """The dialect of one text file.

    Raises:
        RejectedError: a stated encoding does not fit, or an unstated one cannot be told for sure.
    """
    mark, encoding = settle_encoding(part, stated.encoding)
    layout = infer_layout(head_of(part, mark=mark, encoding=encoding), stated)
    return Dialect(encoding, mark, layout.delimiter, layout.quote, layout.header_row)


# ---- encoding ---------------------------------------------------------------------------------------------------


def settle_encoding(part: Part, stated: Encoding | None) -> tuple[bytes, Encoding]:
    """The byte order mark and the encoding, verified where it was stated and inferred where not."""
    mark, marked = encodings.byte_order_mark(part.open())
    if stated is None:
        return mark, marked or _inferred(part)
    if marked is not None:
        return mark, _agreed(part, stated, marked=marked)
    if stated == "utf-16":
        return mark, _byte_order(part)
    if stated in LEGACY and (line := encodings.line_of_utf8_evidence(part.open())):
        raise faults.wrong_encoding(part.name, line=line, stated=stated, fitting="utf-8")
    return mark, "utf-8" if stated == "utf-8-sig" else stated


def _inferred(part: Part) -> Encoding:
    inferred = encodings.infer_encoding(part.open())
    if inferred is None:
        raise faults.unknown_encoding(part.name)
    if inferred.rivals:
        raise ambiguous_encoding(part.name, inferred)
    return inferred.encoding


def ambiguous_encoding(file: str, inferred: Inferred) -> RejectedError:
    """Two encodings are likely: a person must say which, with a line of the file in each before their eyes."""
    readings = (inferred.encoding, *inferred.rivals)
    shown = "; ".join(f"{reading}: {encodings.excerpt(inferred.sample, reading)}" for reading in readings)
    return faults.rejected(
        Message("{file}: could be in any of these encodings: {readings}", file=file, readings=shown),
        hint=Message("set `encoding` in the format of this table to the one that reads well"),
    )


def _agreed(part: Part, stated: Encoding, *, marked: Encoding) -> Encoding:
    same_family = {"utf-8-sig": ("utf-8", "utf-8-sig")}.get(marked, ("utf-16", marked))
    if stated not in same_family:
        raise faults.wrong_encoding(part.name, line=1, stated=stated, fitting=marked[:6].rstrip("-"))
    return marked


def _byte_order(part: Part) -> Encoding:
    inferred = encodings.infer_encoding(part.open())
    if inferred is None or inferred.encoding not in ("utf-16-le", "utf-16-be"):
        fitting = inferred.encoding if inferred else None
        raise faults.wrong_encoding(part.name, line=1, stated="utf-16", fitting=fitting)
    return inferred.encoding


def head_of(part: Part, *, mark: bytes, encoding: Encoding) -> str:
    """The first lines of the text, whole ones unless there is only one."""
    data = part.open().read(_HEAD_BYTES)
    text = data[len(mark) :].decode(CODECS[encoding], "replace")
    if len(data) < _HEAD_BYTES:
        return text
    return text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text


# ---- delimiter, quote, header row ----------------------------------------------------------------------------------


def infer_layout(head: str, stated: FormatSettings) -> Layout:
    """Delimiter, quote and header row of a text; what is stated is taken as it is."""
    announced = _SEPARATOR_LINE.match(head)
    delimiters = (stated.delimiter or (announced and announced[1]),) if stated.delimiter or announced else DELIMITERS
    trials = [
        _trial(head, delimiter or ",", quote=stated.quote, header_row=stated.header_row) for delimiter in delimiters
    ]
    best = max(trials, key=lambda trial: trial.fit)
    header_row = 2 if announced and stated.header_row is None else best.layout.header_row
    return Layout(best.layout.delimiter, best.layout.quote, header_row)


@dataclass(frozen=True, slots=True)
class _Trial:
    layout: Layout
    fit: tuple[bool, float, int]
    """More than one column; the share of rows that have the usual width; that width."""


def _trial(head: str, delimiter: str, *, quote: str | None, header_row: int | None) -> _Trial:
    mark = _usual_quote(head, delimiter) if quote is None else quote
    records = list(_records(head, delimiter, quote=mark))
    widths = Counter(len(cells) for _, cells in records)
    width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0])) if widths else (0, 0)
    share = count / len(records) if records else 0.0
    row = header_row or next((line for line, cells in records if _like_header(cells, width)), 1)
    return _Trial(Layout(delimiter, mark, row), (width > 1, round(share, 2), width))


def _usual_quote(head: str, delimiter: str) -> str:
    """The double quote, unless only single quotes stand around cells, and around many."""
    edge = re.escape(delimiter)
    double = re.search(rf'(?:^|{edge})"', head, re.MULTILINE)
    single = re.findall(rf"(?:^|{edge})'[^'\r\n]*'(?={edge}|\r?$)", head, re.MULTILINE)
    return "'" if not double and 2 * len(single) >= len(head.splitlines()) > 0 else '"'


def _records(head: str, delimiter: str, *, quote: str) -> Iterator[tuple[int, list[str]]]:
    """The first records with the line that each begins on; lenient, because a wrong guess must not raise."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", head)
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote or None, quoting=quoting(quote))
    begins = 1
    try:
        for cells in reader:
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
            if begins > _HEAD_RECORDS:
                return
    except csv.Error:
        return  # a cell beyond the limit: what came before it is enough to judge by


def quoting(quote: str) -> Literal[0, 3]:
    """The csv module's word for cells with, or without, quotes around them."""
    return csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE


def _like_header(cells: list[str], width: int) -> bool:
    """The first row of the usual width that names most of its columns; a title padded with commas does not."""
    return len(cells) == width and 2 * sum(map(bool, cells)) > width
