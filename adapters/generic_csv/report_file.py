"""Report records as one CSV file: sorted, so that the same records give the same bytes."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence

from adapters.generic_csv.cells import DecimalSign, cell_text, harmless
from adapters.generic_csv.encoding import CODECS, Encoding
from adapters.generic_csv.field_file import unwritable
from connector.contract import Change
from connector.errors import Message

_MARKS: dict[Encoding, tuple[str, bytes]] = {
    "utf-8-sig": ("utf-8", codecs.BOM_UTF8),
    "utf-16": ("utf-16-le", codecs.BOM_UTF16_LE),
    "utf-16-le": ("utf-16-le", codecs.BOM_UTF16_LE),
    "utf-16-be": ("utf-16-be", codecs.BOM_UTF16_BE),
}


def report_bytes(
    fields: Sequence[str],
    changes: Sequence[Change],
    *,
    encoding: Encoding,
    delimiter: str,
    decimal: DecimalSign,
    rejected: dict[str, Message],
) -> Iterator[bytes]:
    """The bytes of the file, record by record.

    Args:
        fields: the header.
        changes: one record each.
        encoding: with a byte order mark where it can have one and is not plain utf-8.
        delimiter: between cells.
        decimal: the decimal sign of numbers.
        rejected: is filled with why a record is left out, by change id.
    """
    codec, mark = _MARKS.get(encoding) or (CODECS[encoding], b"")
    yield mark + _line([harmless(field) for field in fields], delimiter).encode(codec)
    for change in sorted(changes, key=lambda change: change.record_id):
        try:
            texts = [cell_text(change.fields.get(field), decimal=decimal) for field in fields]
            line = _line(texts, delimiter).encode(codec)
        except ValueError as exc:
            rejected[change.id] = unwritable(exc, encoding=encoding)
            continue
        yield line


def _line(cells: Sequence[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
