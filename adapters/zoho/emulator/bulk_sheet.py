"""The CSV of a bulk write: its table, which column goes into which field, and rows as records of the API."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.zoho.emulator.bulk_criteria import refused
from adapters.zoho.emulator.meta import FieldMeta
from adapters.zoho.emulator.state import State, quoted

MOST_ROWS, MOST_COLUMNS = 25_000, 200
DELIMITERS = ",;:|"
CHOICE_SEPARATOR = ";"
_NOT_HERE = ("format", "parent_column_index", "module")
"""What a mapping may say in Zoho, but not here."""
_NUMBERS = frozenset(("integer", "double", "currency", "percent"))
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
JSON = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV with its header."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A column that goes into a field."""

    index: int
    header: str
    field: FieldMeta
    parent_field: str = "id"
    """Of a lookup: which field of the other record the cells name."""
    default: Any = None


def sheet_of(content: bytes, *, name: str | None, encoding: str) -> Sheet:
    """The CSV of an uploaded zip.

    Args:
        content: The zip.
        name: Which of its files; None for its only one.
        encoding: Of the CSV.

    Raises:
        Refusal: no such file, or it has too many rows or columns, or is in another encoding.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [each for each in archive.namelist() if each.lower().endswith(".csv")]
        wanted = name if name is not None else names[0] if len(names) == 1 else None
        if wanted not in names:
            raise refused("FILE_NOT_FOUND", "the file is not found in the zip", file_names=names)
        raw = archive.read(wanted)
    header, rows = _table(_decoded(raw, encoding))
    if len(header) > MOST_COLUMNS:
        raise refused("HEADER_LIMIT_EXCEEDED", "too many columns", max_limit=MOST_COLUMNS)
    if len(rows) > MOST_ROWS:
        raise refused("FILE_TOO_LARGE", "too many rows", max_limit=MOST_ROWS)
    return Sheet(wanted, header, rows)


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding).removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError) as fault:
        message = "the file is not in the character encoding"
        raise refused("INVALID_DATA", message, api_name="character_encoding") from fault


def _table(text: str) -> tuple[Sequence[str], list[list[str]]]:
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        lines = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as fault:
        raise refused("INVALID_FILE_FORMAT", "The file format is invalid") from fault
    return [cell.strip() for cell in lines[0]] if lines else [], lines[1:]


def mapped_columns(state: State, module: str, sheet: Sheet, mappings: Sequence[JSON] | None) -> list[Mapped]:
    """Which columns go into which fields: as the mappings say, or by the header.

    Raises:
        Refusal: a mapping names no field or no column, or asks for what this stand-in has not.
    """
    known = state.fields(module)
    if mappings:
        return [_mapping(known, sheet, each) for each in mappings]
    named = ((index, header, *header.partition(".")[::2]) for index, header in enumerate(sheet.header))
    return [
        Mapped(index, header, known[name], parent or "id")
        for index, header, name, parent in named
        if name in known and known[name].api_shown
    ]


def _mapping(known: Mapping[str, FieldMeta], sheet: Sheet, mapping: JSON) -> Mapped:
    name, index = mapping.get("api_name"), mapping.get("index")
    field = known.get(str(name))
    if field is None or not field.api_shown:
        raise refused("INVALID_FIELD", "the field is invalid", api_name=name)
    default = (mapping.get("default_value") or {}).get("value")
    if any(mapping.get(each) is not None for each in _NOT_HERE):
        raise refused("REQUEST_BODY_NOT_SUPPORTED", "the mapping is not supported", api_name=name)
    if not isinstance(index, int) or not 0 <= index < len(sheet.header):
        raise refused("COLUMN_INDEX_NOT_FOUND", "the column index is not found", api_name=name, index=index)
    return Mapped(index, sheet.header[index], field, mapping.get("find_by") or "id", default)


def records_of(
    state: State, sheet: Sheet, columns: Sequence[Mapped], *, ignore_empty: bool
) -> Iterator[dict[str, Any]]:
    """Rows as the records API takes them.

    Args:
        state: Where lookups are found by other fields than the id.
        sheet: The table.
        columns: What its columns are.
        ignore_empty: Whether an empty cell leaves the field as it is, instead of emptying it.
    """
    for row in sheet.rows:
        record: dict[str, Any] = {}
        for column in columns:
            cell = row[column.index] if column.index < len(row) else ""
            value = _value(state, column, cell or column.default)
            if value is not None or not ignore_empty:
                record[column.field.api_name] = value
        yield record


def _value(state: State, column: Mapped, cell: Any) -> Any:
    """What the records API takes for a cell, which is a text whatever its field is; None for an empty one."""
    if cell == "" or not isinstance(cell, str):
        return None if cell == "" else cell
    field = column.field
    if field.data_type in _NUMBERS:
        return _number(cell)
    if field.data_type == "boolean" and cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    if field.data_type == "multiselectpicklist":
        return cell.split(CHOICE_SEPARATOR)
    if field.data_type == "tags":
        return [{"name": name} for name in cell.split(",")]
    if field.is_lookup and column.parent_field != "id":
        return _record_with(state, field, column.parent_field, cell) or cell
    return cell


def _number(cell: str) -> Any:
    """The number in a cell; the cell itself where it is none, to be refused with its field."""
    if not _NUMBER.fullmatch(cell):
        return cell
    return float(cell) if "." in cell else int(cell)


def _record_with(state: State, lookup: FieldMeta, name: str, value: str) -> str | None:
    """The record that a lookup's cell names by another field; None where there is none."""
    module = lookup.lookup or ""
    if module not in state.modules() or name not in state.fields(module):
        return None
    sql = f"SELECT id FROM {quoted(module)} WHERE {quoted(name)} = ? ORDER BY id LIMIT 1"  # noqa: S608
    row = state.db.execute(sql, (value,)).fetchone()
    return None if row is None else str(row[0])
