"""The result of a bulk read: a zip with one CSV, written row by row into a file."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from adapters.zoho.emulator.bulk_query import BulkQuery
from adapters.zoho.emulator.coql.scope import Place
from adapters.zoho.emulator.records import zoned
from adapters.zoho.emulator.state import State

SEPARATOR = "bulk_separator"
"""Setting of the stand-in: what stands between the values of a multi-select field; Zoho does not say."""
ID_HEADER = "Id"
_ROWS_AT_ONCE = 5_000
_QUICK = 1
"""Level of compression: the file stays on this machine."""
Cells = Sequence[Any]
Column = Callable[[Cells], Cells]


@dataclass(frozen=True, slots=True)
class Written:
    """What went into a file."""

    count: int
    last_id: str
    more: bool


def write_page(state: State, query: BulkQuery, path: Path, *, after: str, offset: int, most: int) -> Written:
    """One page of a bulk read, as a zip.

    Args:
        state: Where the records are; it is locked for some thousand rows at a time.
        query: What to read.
        path: The file to write; its stem names the CSV within.
        after: The id behind which the page begins.
        offset: How many records are passed over.
        most: How many records a page has.
    """
    with zip_entry(path, f"{path.stem}.csv") as text:
        rows = csv.writer(text)
        rows.writerow([ID_HEADER, *(place.column.name for place in query.columns)])
        spoken = [list, *(_column(state, place) for place in query.columns)]
        count, last = 0, after
        while count < most:
            chunk = _read(state, query, after=last, offset=offset, limit=min(_ROWS_AT_ONCE, most - count))
            if not chunk:
                break
            columns = (speak(values) for speak, values in zip(spoken, zip(*chunk, strict=True), strict=True))
            rows.writerows(zip(*columns, strict=True))
            count, last, offset = count + len(chunk), chunk[-1][0], 0
    return Written(count, last, bool(count) and bool(_read(state, query, after=last, offset=0, limit=1)))


@contextmanager
def zip_entry(path: Path, name: str) -> Iterator[io.TextIOWrapper]:
    """A text file within a new zip."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK) as archive,
        archive.open(name, "w", force_zip64=True) as entry,
        io.TextIOWrapper(entry, "utf-8", newline="") as text,
    ):
        yield text


def _read(state: State, query: BulkQuery, *, after: str, offset: int, limit: int) -> list[Cells]:
    statement = query.statement(after=after, limit=limit, offset=offset)
    with state.lock:
        return state.db.execute(statement.sql, statement.values).fetchall()


def _column(state: State, place: Place) -> Column:
    """How the values of a field are written; lookups stay the ids that they are stored as."""
    field = place.field
    if field.private:
        return lambda values: [None] * len(values)
    if field.data_type == "boolean":
        return _each(lambda value: "true" if value else "false")
    if field.data_type == "datetime":
        return _each(zoned(str(state.setting("zone", "UTC"))))
    if field.sql_type == "REAL":
        return _each(plain_number)
    if field.data_type == "tags":
        return _each(_tags)
    if field.is_array:
        separator = str(state.setting(SEPARATOR, ";"))
        return _each(lambda value: separator.join(map(str, orjson.loads(value))))
    return list


def _each(spoken: Callable[[Any], Any]) -> Column:
    return lambda values: [None if value is None else spoken(value) for value in values]


def plain_number(number: float) -> str:
    """All digits and no exponent.

    >>> plain_number(12.5), plain_number(1e21), plain_number(1e-7)
    ('12.5', '1000000000000000000000', '0.0000001')
    """
    text = repr(number)
    return format(Decimal(text), "f") if "e" in text else text


def _tags(value: str) -> str:
    return ",".join(str(tag["name"]) for tag in orjson.loads(value))
