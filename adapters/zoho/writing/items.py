"""Changes as the records of a call: values as Zoho wants them, and several changes of one record as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.zoho.writing.cells import Misfit, as_json, same
from adapters.zoho.writing.described import Described, Fields
from adapters.zoho.writing.naming import KEY_FIELD, NAME_FIELD, api_name, key_of, title_of
from connector.contract import Cell, Change, Receipt, WriteTarget
from connector.errors import Message


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a call."""

    key: str
    """By which the record is found: its id, or the key of a report record."""
    values: Mapping[str, Any]
    """Field -> what it is to hold."""
    changes: tuple[Change, ...]
    """The changes that it settles, the oldest first."""

    @property
    def uncertain(self) -> bool:
        """An earlier run may have written it already."""
        return any(change.uncertain for change in self.changes)

    def receipts(self, outcome: Any, message: Message = Message("")) -> list[Receipt]:
        """One for each of its changes."""
        return [Receipt(change.id, outcome, message) for change in self.changes]

    def held_by(self, found: Mapping[str, Any], fields: Fields) -> bool:
        """Whether a record as it was read back holds everything that we would say."""
        return all(same(found.get(name), value, fields[name]) for name, value in self.values.items())


def items_of(
    target: WriteTarget, changes: Sequence[Change], *, fields: Fields
) -> tuple[list[Item], list[tuple[Item, Message]]]:
    """(what can be sent, what cannot and why): one item a record, for Zoho does not say what twice in a call means."""
    fitting: list[Item] = []
    misfits: list[tuple[Item, Message]] = []
    for record_id, same_record in _by_record(changes).items():
        cells: dict[str, Cell] = {}
        for change in same_record:
            cells.update(change.fields)
        key = record_id if target.kind == "fields" else key_of(record_id)
        try:
            fitting.append(Item(key, _values(target, record_id, cells, fields=fields), same_record))
        except Misfit as misfit:
            misfits.append((Item(key, {}, same_record), misfit.message))
    return fitting, misfits


def _by_record(changes: Iterable[Change]) -> dict[str, tuple[Change, ...]]:
    found: dict[str, tuple[Change, ...]] = {}
    for change in changes:
        found[change.record_id] = (*found.get(change.record_id, ()), change)
    return found


def _values(target: WriteTarget, record_id: str, cells: Mapping[str, Cell], *, fields: Fields) -> dict[str, Any]:
    named = ((api_name(target, name), target.shapes.get(name), cell) for name, cell in cells.items())
    values = {name: as_json(cell, fields[name], shape) for name, shape, cell in named}
    if target.kind == "records" and NAME_FIELD in fields:
        values[NAME_FIELD] = _title(record_id, cells, fields[NAME_FIELD])
    return values


def _title(record_id: str, cells: Mapping[str, Cell], field: Described) -> str:
    return title_of(record_id, cells)[: field.length]


def body_of(item: Item, target: WriteTarget) -> dict[str, Any]:
    """A record as the call's body holds it."""
    return {"id" if target.kind == "fields" else KEY_FIELD: item.key, **item.values}
