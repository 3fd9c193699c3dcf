"""From an open file to pages: which tables are in it, and their records as the contract wants them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO

from adapters.generic_csv import faults
from adapters.generic_csv.archive import Part, parts
from adapters.generic_csv.dialect import settle
from adapters.generic_csv.limits import Limits
from adapters.generic_csv.rows import Batch, Table
from adapters.generic_csv.settings import FormatSettings
from adapters.generic_csv.text_table import TextTable
from adapters.generic_csv.workbook import WorkbookTable
from connector.contract import Page, Unreadable


def open_table(part: Part, stated: FormatSettings, *, limits: Limits) -> Table:
    """The table in one part of a file, behind its header.

    Raises:
        RejectedError: the part is not what was stated, or holds no table.
    """
    if part.kind == "workbook":
        return WorkbookTable(part, stated, limits=limits)
    return TextTable(part, settle(part, stated, limits=limits), limits=limits)


def read_file(
    handle: BinaryIO, stated: FormatSettings, *, file: str, module: str, fields: Collection[str], limits: Limits
) -> Iterator[Page | Unreadable]:
    """Every record of an open file, page by page.

    Raises:
        RejectedError: the file is not what was stated, or a needed column is not in it.
    """
    for part in parts(handle, file=file, limits=limits):
        table = open_table(part, stated, limits=limits)
        require_columns(table, fields)
        for batch in table.batches():
            yield from _events(batch, table, module=module)


def require_columns(table: Table, fields: Collection[str]) -> None:
    """Stop when a column that the mapping reads has left the file: going on would empty it in every record."""
    missing = [name for name in fields if name not in table.columns]
    if missing:
        raise faults.vanished_columns(table.name, line=table.header_line, missing=missing, present=table.columns)


def _events(batch: Batch, table: Table, *, module: str) -> Iterator[Page | Unreadable]:
    for bad in batch.bad:
        yield Unreadable(module=module, source=table.name, position=bad.position, raw=bad.raw, reason=bad.reason)
    if batch.rows:
        yield Page(
            module=module,
            columns=dict(zip(table.columns, zip(*batch.rows, strict=True), strict=True)),
            count=len(batch.rows),
            source=table.name,
            positions=batch.positions,
        )
