"""A mapping made ready to run: checked, its digest taken, its readers known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from connector.errors import ConfigError
from connector.mapping.check import column_of, mapping_faults
from connector.mapping.convert import ColumnPlan, Converter
from connector.mapping.links import NameIndex
from connector.mapping.model import ColumnMapping, TableMapping
from connector.mapping.readers import column_reader, plain_value
from connector.store.share import WHOLE, Share
from kpi_engine.facts import FACTS, Column, ColumnType, FactTable

READING: Final = 1
"""Raised when the same cell is read differently than before, so that every store reads its modules again."""


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """One fact table's mapping, checked against it."""

    table: str
    module: str
    fields: tuple[str, ...]
    """The vendor fields that it needs, each once."""
    columns: tuple[str, ...]
    """The fact columns that it fills, beginning with `connection` and `id`, in the order of `Converted.rows`."""
    links: tuple[str, ...]
    """The fact tables whose names it looks up."""
    extra_columns: Mapping[str, ColumnType]
    distinct: bool
    digest: str
    """Changes with anything that changes what a record becomes."""
    mapping: TableMapping
    plans: tuple[ColumnPlan, ...]
    share: Share = WHOLE
    """Which of the table's rows are its own."""

    def bind(self, *, connection: str, names: Mapping[str, NameIndex]) -> Converter:
        """A converter for one read of the module, with the names that its links need."""
        return Converter(
            table=self.table,
            connection=connection,
            ids=self.mapping.id,
            plans=self.plans,
            names={table: names[table] for table in self.links},
        )


def compile_mapping(
    table: str, mapping: TableMapping, *, timezone: str, currency: str, where: str = ""
) -> CompiledMapping:
    """Check a mapping against its fact table and make it ready to run.

    Args:
        table: the fact table that it fills.
        mapping: what the YAML says.
        timezone: the organisation's zone, for local times and midnights.
        currency: the organisation's currency; it is stated for amounts whose currency nobody maps.
        where: how problems name the place, such as `connections.crm.mapping.deals`.

    Raises:
        ConfigError: with everything that is wrong.
    """
    if faults := mapping_faults(table, mapping):
        raise ConfigError(fault.problem(where) for fault in faults)
    facts = FACTS[table]
    mapping = _with_currency(facts, mapping, currency)
    plans = tuple(_plans(facts, mapping, ZoneInfo(timezone)))
    return CompiledMapping(
        table=table,
        module=mapping.module or table,
        fields=tuple(dict.fromkeys((*mapping.id, *(field for plan in plans for field in plan.fields)))),
        columns=("connection", "id", *(plan.column.name for plan in plans)),
        links=tuple(sorted({plan.column.links for plan in plans if plan.by_name})),
        extra_columns={plan.column.name: plan.column.type for plan in plans if plan.column.name.startswith("x_")},
        distinct=mapping.distinct,
        digest=_digest(table, mapping, timezone),
        mapping=mapping,
        plans=plans,
    )


def _with_currency(facts: FactTable, mapping: TableMapping, currency: str) -> TableMapping:
    """An amount without a currency is in the organisation's own: stated once, here, instead of guessed in each KPI."""
    if "currency" in mapping.columns or facts.column("currency") is None:
        return mapping
    mapped = [column_of(facts, name, how) for name, how in mapping.columns.items()]
    if not any(column and column.type is ColumnType.MONEY for column in mapped):
        return mapping
    columns = {**mapping.columns, "currency": ColumnMapping(constant=currency)}
    return mapping.model_copy(update={"columns": columns})


def _plans(facts: FactTable, mapping: TableMapping, zone: ZoneInfo) -> list[ColumnPlan]:
    """The columns in the fact table's order, extra ones last, whatever the order in the YAML."""
    found = {name: column_of(facts, name, how) for name, how in mapping.columns.items()}
    order = {name: at for at, name in enumerate(facts.column_names)}
    names = sorted(mapping.columns, key=lambda name: (order.get(name, len(order)), name))
    return [_plan(column, mapping, zone) for name in names if (column := found[name]) is not None]


def _plan(column: Column, mapping: TableMapping, zone: ZoneInfo) -> ColumnPlan:
    how = mapping.columns[column.name]
    stated = not how.source
    return ColumnPlan(
        column=column,
        how=how,
        read=column_reader(column, how, formats=mapping.formats, zone=zone),
        constant=plain_value(column, how.constant, zone=zone) if stated else None,
    )


def _digest(table: str, mapping: TableMapping, timezone: str) -> str:
    said = [READING, table, timezone, mapping.model_dump(mode="json", exclude_defaults=True)]
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
