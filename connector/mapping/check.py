"""What can be wrong with a mapping: everything at once, each with the place in the YAML and a remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from connector.errors import Message, Problem, did_you_mean
from connector.formats.misfit import Misfit
from connector.mapping.model import ColumnMapping, TableMapping
from connector.mapping.readers import ANY_OTHER, DAYS, NUMBERS, plain_value
from kpi_engine.facts import FACTS, Column, ColumnType, FactTable

EXTRA = re.compile(r"x_[a-z0-9_]{1,60}")
OURS = ("connection", "deleted_at")
"""Columns that the store fills itself."""


class Fault(NamedTuple):
    """Something wrong at a place below the table's mapping; `way` are the keys that lead there."""

    way: tuple[str, ...]
    message: Message
    hint: Message = Message("")

    def problem(self, where: str) -> Problem:
        """The fault as a problem of the file or section `where`."""
        return Problem(".".join(filter(None, (where, *self.way))), self.message, self.hint)


def mapping_faults(table: str, mapping: TableMapping) -> tuple[Fault, ...]:
    """What is wrong with a mapping when it is laid beside the fact table that it fills."""
    facts = FACTS.get(table)
    if facts is None:
        return (Fault((), Message("{table} is not a fact table", table=table), did_you_mean(table, FACTS)),)
    return (*_id_faults(mapping), *_required(facts, mapping), *_column_faults(facts, mapping))


def unknown_fields(mapping: TableMapping, known: Collection[str]) -> tuple[Fault, ...]:
    """The vendor fields that a mapping names and the module does not have."""
    named: list[tuple[tuple[str, ...], str]] = [(("id",), field) for field in mapping.id]
    named += [(("columns", name), field) for name, how in mapping.columns.items() for field in how.source]
    return tuple(
        Fault(way, Message("there is no field {field}", field=field), did_you_mean(field, known))
        for way, field in named
        if field not in known
    )


def column_of(facts: FactTable, name: str, how: ColumnMapping) -> Column | None:
    """The fact column that a mapping names: the table's own, or an extra one."""
    if EXTRA.fullmatch(name):
        return Column(name, how.type or ColumnType.TEXT, "an extra column of the admin's")
    return None if name in OURS else facts.column(name)


def _id_faults(mapping: TableMapping) -> Iterator[Fault]:
    if not mapping.id or not all(mapping.id):
        yield Fault(("id",), Message("names no field"), Message("name the field that identifies a record"))


def _required(facts: FactTable, mapping: TableMapping) -> Iterator[Fault]:
    for column in facts.columns:
        if not column.nullable and column.name not in mapping.columns:
            message = Message("{table} needs the column {column}", table=facts.name, column=column.name)
            yield Fault(("columns",), message, Message("it holds {meaning}", meaning=column.meaning))


def _column_faults(facts: FactTable, mapping: TableMapping) -> Iterator[Fault]:
    for name, how in mapping.columns.items():
        column = column_of(facts, name, how)
        if name == "id":
            message, hint = Message("the id is not a column"), Message("name its field under id:")
            yield Fault(("columns", name), message, hint)
        elif column is None:
            yield _unknown_column(facts, name)
        else:
            yield from (fault._replace(way=("columns", name, *fault.way)) for fault in _how_faults(column, how))


def _unknown_column(facts: FactTable, name: str) -> Fault:
    message = Message("{table} has no column {column}", table=facts.name, column=name)
    if name.startswith("x_"):
        return Fault(("columns", name), message, Message("an extra column is x_ and small letters, digits or _"))
    known = [column for column in facts.column_names if column not in (*OURS, "id")]
    return Fault(("columns", name), message, did_you_mean(name, known))


def _how_faults(column: Column, how: ColumnMapping) -> Iterator[Fault]:
    if how.source and not all(how.source):
        yield Fault(("from",), Message("names no field"))
    if len(how.source) > 1 and column.type is not ColumnType.TEXT:
        yield Fault(("from",), Message("only text can be joined from several fields"))
    for applies, setting, message in _OPTIONS:
        if getattr(how, setting) is not None and not applies(column):
            yield Fault((setting,), message)
    yield from _value_faults(column, how)


_OPTIONS: tuple[tuple[Callable[[Column], bool], str, Message], ...] = (
    (lambda column: column.type in NUMBERS, "number", Message("the column holds no numbers")),
    (lambda column: column.type in DAYS, "date", Message("the column holds no dates")),
    (lambda column: bool(column.links), "link", Message("the column holds no other record's id")),
    (lambda column: bool(column.links), "missing", Message("the column holds no other record's id")),
    (lambda column: column.name.startswith("x_"), "type", Message("only extra columns (x_…) state their type")),
)


def _value_faults(column: Column, how: ColumnMapping) -> Iterator[Fault]:
    stated: list[tuple[tuple[str, ...], Any]] = [(("constant",), how.constant), (("default",), how.default)]
    stated += [(("values", word), meaning) for word, meaning in how.values.items()]
    for way, value in stated:
        try:
            plain_value(column, value, zone=_ANY_ZONE)
        except Misfit as misfit:
            yield Fault(way, misfit.reason)
    if ANY_OTHER in how.values and how.default is not None and how.values[ANY_OTHER] is None:
        yield Fault(("values", ANY_OTHER), Message("every other word is emptied, and the default fills it again"))


_ANY_ZONE = ZoneInfo("UTC")
"""Whether a stated value is one does not depend on the zone."""
