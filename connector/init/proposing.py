"""From what a CRM says of its modules to a mapping: the adapter's own where the fields are there, labels for the rest.

An organisation's own fields are recognised by what people call them: by label and API name, in the languages of
`synonyms.yaml`, and only where their type can hold the fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from connector.contract import FieldInfo, ModuleInfo
from connector.errors import Message
from connector.init.proposal import ColumnFill, TableFill
from connector.init.vocabulary import plain, vocabulary
from kpi_engine.facts import COMMON, FACTS, Column, ColumnType

ADAPTERS_OWN: Final = 1.0
BY_BOTH: Final = 0.9
"""Label and API name say the same."""
BY_ONE: Final = 0.7
LESS_EACH: Final = 0.02
"""Words further down the list are less likely."""
LEAST: Final = 0.55
"""However far down the list, it is a word for it."""

_NUMBERS: Final = frozenset(("number", "money", "percent"))
_TYPES: Final[Mapping[ColumnType, frozenset[str]]] = {
    ColumnType.TEXT: frozenset(("text", "choice", "choices")),
    ColumnType.INTEGER: frozenset(("number",)),
    ColumnType.REAL: _NUMBERS,
    ColumnType.MONEY: frozenset(("money", "number")),
    ColumnType.BOOLEAN: frozenset(("boolean",)),
    ColumnType.DATE: frozenset(("date", "instant")),
    ColumnType.INSTANT: frozenset(("instant", "date")),
    ColumnType.DECIMAL: _NUMBERS,
}
"""Fact column's type -> types of fields (`FieldInfo.type`) that can hold it."""
_PERSONAL: Final[Mapping[str, frozenset[str]]] = {"contacts": frozenset(("email", "phone"))}
"""Of people at customers, and needed by no KPI: an administrator maps them who has a use for them."""
_OURS: Final = frozenset(("connection", "id", "deleted_at", "modified_at"))


def proposed(default: Mapping[str, Any], modules: Sequence[ModuleInfo]) -> tuple[TableFill, ...]:
    """A mapping for this organisation.

    Args:
        default: The adapter's own mapping, as plain YAML: a table's mapping, or a list of them.
        modules: What the CRM says of its modules.
    """
    known = {module.name: module for module in modules}
    found = [
        _adapted(table, mapping, known[mapping["module"]])
        for table, mapping in _each(default)
        if mapping.get("module") in known
    ]
    used = {each.module for each in found}
    feeds = {each.module: each.table for each in found}
    tables = {each.table for each in found}
    for module in modules:
        table = _table_of(module) if module.name not in used else None
        if table and table not in tables:
            found.append(_custom(table, module))
            tables.add(table)
            feeds[module.name] = table
    completed = (_completed(each, known[each.module], feeds) for each in found)
    return tuple(each for each in completed if each.columns)


def _each(default: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for table, said in default.items():
        for mapping in said if isinstance(said, list) else [said]:
            yield table, {"module": table, **mapping}


def _adapted(table: str, mapping: Mapping[str, Any], module: ModuleInfo) -> TableFill:
    """The adapter's own mapping, as far as the organisation has its fields."""
    fields = {each.name: each for each in module.fields}
    columns: dict[str, ColumnFill] = {}
    missing: dict[str, Message] = {}
    for column, raw in mapping["columns"].items():
        how = {"from": raw} if isinstance(raw, str) else dict(raw)
        sources = _sources(how)
        absent = [name for name in sources if fields and name not in fields]
        withheld = [name for name in sources if name in fields and fields[name].withheld]
        if absent:
            missing[column] = _hint(module, table, column) or _no_field(module, absent[0])
        elif withheld:
            missing[column] = Message(
                "{module} withholds {field} from this account", module=module.name, field=withheld[0]
            )
        else:
            columns[column] = ColumnFill(how, ADAPTERS_OWN, Message(""), _filled(sources, fields))
    record_id = mapping.get("id", "id")
    return TableFill(table, module.name, record_id, columns, module.rows, module.since, missing)


def _sources(how: Mapping[str, Any]) -> tuple[str, ...]:
    said = how.get("from", ())
    return (said,) if isinstance(said, str) else tuple(said)


def _filled(sources: Iterable[str], fields: Mapping[str, FieldInfo]) -> float | None:
    shares = [fields[name].filled for name in sources if name in fields]
    known = [share for share in shares if share is not None]
    return min(known) if known else None


def _no_field(module: ModuleInfo, name: str) -> Message:
    return Message("{module} has no field {field} here", module=module.name, field=name)


def _hint(module: ModuleInfo, table: str, column: str) -> Message | None:
    return module.remedies.get(f"{table}.{column}")


# ---- an organisation's own modules and fields ------------------------------------------------------------------------


def _table_of(module: ModuleInfo) -> str | None:
    """The fact table that a module is called like."""
    names = {plain(module.name), plain(module.label)} - {""}
    return next((table for table, words in vocabulary().tables.items() if names & {*words}), None)


def _custom(table: str, module: ModuleInfo) -> TableFill:
    return TableFill(table, module.name, "id", {}, module.rows, module.since)


def _completed(fill: TableFill, module: ModuleInfo, feeds: Mapping[str, str]) -> TableFill:
    """With the organisation's own fields for what is not filled yet, each field once."""
    taken = {name for column in fill.columns.values() for name in _sources(column.mapping)} | {fill.id}
    columns = dict(fill.columns)
    for column, field, confidence in _ranked(fill.table, module, feeds):
        if column.name not in columns and field.name not in taken:
            taken.add(field.name)
            why = Message("it is called {label}", label=field.label or field.name)
            columns[column.name] = ColumnFill({"from": field.name}, confidence, why, field.filled)
    order = {name: at for at, name in enumerate(FACTS[fill.table].column_names)}
    ordered = dict(sorted(columns.items(), key=lambda each: order.get(each[0], len(order))))
    remedies = {
        column.name: hint
        for column in FACTS[fill.table].columns
        if (hint := _hint(module, fill.table, column.name)) and column.name not in columns
    }
    missing = {name: why for name, why in {**fill.missing, **remedies}.items() if name not in columns}
    return TableFill(fill.table, fill.module, fill.id, ordered, fill.records, fill.since, missing)


def _ranked(table: str, module: ModuleInfo, feeds: Mapping[str, str]) -> list[tuple[Column, FieldInfo, float]]:
    """Pairs of fact column and field, the likeliest first."""
    pairs = [
        (column, field, confidence)
        for column in (*COMMON, *FACTS[table].columns)
        if column.name not in _OURS | _PERSONAL.get(table, frozenset())
        for field in module.fields
        if not field.withheld and _can_hold(column, field, feeds)
        if (confidence := _likeness(table, column, field)) > 0
    ]
    return sorted(pairs, key=lambda pair: -pair[2])


def _can_hold(column: Column, field: FieldInfo, feeds: Mapping[str, str]) -> bool:
    if column.links:
        return bool(field.links) and (feeds.get(field.links) == column.links or field.links.lower() == column.links)
    return field.type in _TYPES[column.type] and not field.links


def _likeness(table: str, column: Column, field: FieldInfo) -> float:
    """How much a field's label and name are like the words for a column; 0 where they are not."""
    words = vocabulary().column_words(table, column.name)
    ranks = [words.index(word) for word in (plain(field.label), plain(field.name)) if word in words]
    if not ranks:
        return 0
    return max((BY_BOTH if len(ranks) > 1 else BY_ONE) - LESS_EACH * min(ranks), LEAST)
