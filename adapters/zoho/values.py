"""Records of Zoho in one form, whatever way they were read, column by column.

===================  ==============================  ===========================  =====================
what                 list pages, COQL                Bulk Read                    here
===================  ==============================  ===========================  =====================
lookup, owner, user  ``{"id": …, "name": …}``        the id                       the id
several values       a list                          joined with ``;`` or ``,``   joined with ``;``
tags                 a list of objects               names joined with ``,``      names joined with ``,``
boolean              true, false                     ``true``, ``false``          True, False
number               a JSON number                   text                         int or Decimal, exact
anything empty       null, ``""``, ``[]``            an empty cell                None
===================  ==============================  ===========================  =====================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, TypeAlias

import msgspec

from adapters.zoho.metadata import Field, Metadata

Columns: TypeAlias = dict[str, list[Any]]
Normal: TypeAlias = Callable[[Sequence[Any]], list[Any]]

LOOKUPS: Final = frozenset(("lookup", "ownerlookup", "userlookup"))
NUMBERS: Final = frozenset(("integer", "bigint", "double", "currency", "percent", "long"))
SEVERAL: Final = frozenset(("multiselectpicklist", "multiselectlookup", "multiuserlookup"))
SEPARATOR: Final = ";"
_PLAIN_TYPES: Final = frozenset((str, int, bool, Decimal, type(None)))


# ---- JSON ----------------------------------------------------------------------------------------------------------


class _Named(msgspec.Struct):
    """Of a lookup's object only the id is kept."""

    id: str | int | None = None


_LINKS: Final = frozenset((_Named, type(None)))


class Rows(msgspec.Struct):
    """A page of JSON: records with the fields that were asked for, and what Zoho says of the page."""

    data: list[Any]
    info: dict[str, Any] = {}


@lru_cache(maxsize=64)
def rows_decoder(names: tuple[str, ...], lookups: frozenset[str]) -> Callable[[bytes], Rows]:
    """A decoder of pages with these fields: twice as fast as one that makes a dict of each record and each lookup.

    Where a lookup is no object with an id, the page is decoded as it stands.
    """
    places = {name: f"f{at}" for at, name in enumerate(names)}
    fields = [(place, _Named | str | None if name in lookups else Any, None) for name, place in places.items()]
    record = msgspec.defstruct("Record", fields, rename={place: name for name, place in places.items()}, gc=False)
    records: Any = list[record]  # type: ignore[valid-type]  # it is made at run time
    page = msgspec.defstruct("Page", [("data", records), ("info", dict[str, Any], {})])
    quick = msgspec.json.Decoder(page, float_hook=Decimal)
    plain = msgspec.json.Decoder(Rows, float_hook=Decimal)

    def decode(body: bytes) -> Any:
        try:
            return quick.decode(body)
        except msgspec.ValidationError:
            return plain.decode(body)

    return decode


def of_json(records: Sequence[Any], names: tuple[str, ...]) -> Columns:
    """Records out of `rows_decoder(names)`, or plain objects, as columns."""
    if records and isinstance(records[0], dict):
        raw = {name: [record.get(name) for record in records] for name in names}
    else:
        raw = {name: list(map(attrgetter(f"f{at}"), records)) for at, name in enumerate(names)}
    return {name: _json_column(cells) for name, cells in raw.items()}


def _json_column(cells: list[Any]) -> list[Any]:
    kinds = set(map(type, cells))
    if kinds <= _PLAIN_TYPES:
        return [None if cell == "" else cell for cell in cells] if str in kinds else cells
    if kinds <= _LINKS:  # the way of nearly every lookup
        ids = [None if cell is None else cell.id for cell in cells]
        return [each if each is None or type(each) is str else str(each) for each in ids]
    return list(map(_one, cells))


def _one(cell: Any) -> Any:
    """One cell of JSON."""
    match cell:
        case _Named():
            return None if cell.id is None else str(cell.id)
        case {"id": str() | int() as record_id}:
            return str(record_id)
        case {"id": None}:
            return None
        case list():
            return _joined(cell)
        case "":
            return None
        case _:
            return cell


def _joined(cells: list[Any]) -> str | None:
    """Several values as one text: tags and objects by their name, or by their id where they have none."""
    if any(isinstance(each, dict) for each in cells):
        named = [each for each in cells if isinstance(each, dict)]
        return ",".join(str(each.get("name") or each.get("id") or "") for each in named) or None
    return SEPARATOR.join(map(str, cells)) or None


# ---- CSV -----------------------------------------------------------------------------------------------------------


def of_csv(rows: Sequence[Sequence[str]], header: Sequence[str], names: tuple[str, ...], metadata: Metadata) -> Columns:
    """Rows of a bulk file as columns; the id's column is called `Id` there."""
    cells = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
    if "id" not in cells and "Id" in cells:
        cells["id"] = cells["Id"]
    empty: list[Any] = [None] * len(rows)
    return {name: csv_normal(_field(name, metadata))(cells.get(name, empty)) for name in names}


def _field(name: str, metadata: Metadata) -> Field | None:
    """An id is text in every way of reading, whatever type Zoho gives it."""
    return None if name == "id" else metadata.fields.get(name)


def csv_normal(field: Field | None) -> Normal:
    """What makes one column of a bulk file normal."""
    kind = field.type if field else ""
    if kind == "boolean":
        return lambda cells: [_BOOLEANS.get(cell, cell or None) for cell in cells]
    if kind in NUMBERS:
        return lambda cells: [_number(cell) for cell in cells]
    if field and kind in SEVERAL:
        known = frozenset(field.values)
        return lambda cells: [_several(cell, known) for cell in cells]
    return lambda cells: [cell or None for cell in cells]


_BOOLEANS: Final[Mapping[Any, bool]] = {"true": True, "false": False}


def _number(cell: Any) -> Any:
    if not cell:
        return None
    try:
        return Decimal(cell) if "." in cell or "e" in cell or "E" in cell else int(cell)
    except (InvalidOperation, ValueError):
        return cell  # the mapping says what is wrong with it


def _several(cell: Any, known: frozenset[str]) -> Any:
    """Zoho does not document what stands between the values: whatever gives values that the field has."""
    if not cell:
        return None
    for separator in (";", ","):
        parts = cell.split(separator)
        if known.issuperset(parts):
            return SEPARATOR.join(parts)
    return cell
