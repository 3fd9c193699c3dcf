"""What the store holds: a table per kind of fact, made from the data dictionary, and the tables of our own.

All tables are STRICT, so that a value of the wrong type is refused here and not found by a query later. Vocabularies
are the mapping's business. A change on this page, or in `kpi_engine.facts`, needs a step in `migrations`: a test holds
the schema of every released version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from kpi_engine.facts import COMMON, FACTS, ColumnType, FactTable

APPLICATION_ID = 0x6B70_6963
"""In the header of every store, so that another program's database is never taken for one ("kpic")."""
FIRST_VERSION = 1

STORED_AS: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "TEXT",
    ColumnType.INTEGER: "INTEGER",
    ColumnType.BOOLEAN: "INTEGER",
    ColumnType.MONEY: "INTEGER",
    ColumnType.REAL: "REAL",
    ColumnType.DATE: "TEXT",
    ColumnType.INSTANT: "TEXT",
    ColumnType.DECIMAL: "TEXT",
}

_TEXT, _INTEGER, _REAL = "TEXT", "INTEGER", "REAL"


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table: its columns with their SQLite types, its key, and what must be filled."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    required: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()


def fact_schema(table: FactTable) -> TableSchema:
    """The table of one kind of fact."""
    columns = (*COMMON, *table.columns)
    return TableSchema(
        name=table.name,
        columns={column.name: STORED_AS[column.type] for column in columns},
        key=("connection", "id"),
        required=tuple(column.name for column in columns if not column.nullable),
    )


VALUE_KEY = ("connection", "kpi", "scope", "scope_id", "period", "period_start")

OWN_TABLES: tuple[TableSchema, ...] = (
    TableSchema(
        "extra_columns",
        {"table_name": _TEXT, "name": _TEXT, "type": _TEXT},
        key=("table_name", "name"),
        required=("type",),
    ),
    TableSchema(
        "sync_state",
        {"connection": _TEXT, "key": _TEXT, "state": _TEXT, "basis": _TEXT, "at": _TEXT},
        key=("connection", "key"),
        required=("state", "basis", "at"),
    ),
    TableSchema(
        "coverage",
        {
            "connection": _TEXT,
            "module": _TEXT,
            "table_name": _TEXT,
            "vendor_count": _INTEGER,
            "arrived": _INTEGER,
            "facts": _INTEGER,
            "quarantined": _INTEGER,
            "deleted": _INTEGER,
            "complete": _INTEGER,
            "checked_at": _TEXT,
            "accepted": _INTEGER,
            "agreed": _INTEGER,
            "read_whole_at": _TEXT,
            "difference_then": _INTEGER,
            "note": _TEXT,
        },
        key=("connection", "module", "table_name"),
        required=("arrived", "facts", "quarantined", "deleted", "complete", "checked_at"),
    ),
    TableSchema(
        "readings",
        {
            "number": _INTEGER,
            "connection": _TEXT,
            "module": _TEXT,
            "table_name": _TEXT,
            "first": _INTEGER,
            "run_id": _INTEGER,
        },
        key=("number",),
        required=("connection", "module", "table_name", "first", "run_id"),
        indexes=(("connection", "module", "table_name"),),
    ),
    TableSchema("reading_ids", {"reading": _INTEGER, "record_id": _TEXT}, key=("reading", "record_id")),
    TableSchema(
        "sources",
        {"connection": _TEXT, "identity": _TEXT, "title": _TEXT, "first_seen_at": _TEXT, "credits_a_day": _INTEGER},
        key=("connection",),
        required=("identity", "title", "first_seen_at"),
    ),
    TableSchema(
        "credits",
        {"connection": _TEXT, "at": _TEXT, "credits": _INTEGER},
        key=("connection", "at"),
        required=("credits",),
    ),
    TableSchema(
        "withheld",
        {"connection": _TEXT, "module": _TEXT, "table_name": _TEXT, "name": _TEXT, "field": _TEXT, "found_at": _TEXT},
        key=("connection", "module", "table_name", "name"),
        required=("field", "found_at"),
    ),
    TableSchema(
        "quarantine",
        {
            "number": _INTEGER,
            "connection": _TEXT,
            "table_name": _TEXT,
            "module": _TEXT,
            "record_id": _TEXT,
            "source": _TEXT,
            "position": _INTEGER,
            "field": _TEXT,
            "value": _TEXT,
            "reason": _TEXT,
            "raw": _TEXT,
            "run_id": _INTEGER,
            "found_at": _TEXT,
            "message": _TEXT,
        },
        key=("number",),
        required=("connection", "table_name", "module", "reason", "found_at"),
        indexes=(("connection", "table_name", "record_id"),),
    ),
    TableSchema(
        "issues",
        {
            "number": _INTEGER,
            "connection": _TEXT,
            "table_name": _TEXT,
            "record_id": _TEXT,
            "source": _TEXT,
            "position": _INTEGER,
            "field": _TEXT,
            "value": _TEXT,
            "reason": _TEXT,
            "run_id": _INTEGER,
            "found_at": _TEXT,
            "message": _TEXT,
            "module": _TEXT,
        },
        key=("number",),
        required=("connection", "table_name", "reason", "found_at"),
        indexes=(("connection", "table_name", "record_id"),),
    ),
    TableSchema(
        "runs",
        {
            "run_id": _INTEGER,
            "command": _TEXT,
            "started_at": _TEXT,
            "finished_at": _TEXT,
            "status": _TEXT,
            "data_as_of": _TEXT,
            "summary": _TEXT,
        },
        key=("run_id",),
        required=("command", "started_at", "status"),
    ),
    TableSchema(
        "kpi_values",
        {
            "connection": _TEXT,
            "kpi": _TEXT,
            "scope": _TEXT,
            "scope_id": _TEXT,
            "period": _TEXT,
            "period_start": _TEXT,
            "period_end": _TEXT,
            "numerator": _INTEGER,
            "denominator": _INTEGER,
            "n": _INTEGER,
            "value": _REAL,
            "unit": _TEXT,
            "currency": _TEXT,
            "ci_low": _REAL,
            "ci_high": _REAL,
            "status": _TEXT,
            "excluded": _INTEGER,
            "as_of": _TEXT,
            "data_as_of": _TEXT,
            "definition": _TEXT,
            "assumptions": _TEXT,
            "run_id": _INTEGER,
        },
        key=VALUE_KEY,
        required=("status", "run_id"),
    ),
    TableSchema(
        "computed",
        {"basis": _TEXT, "as_of": _TEXT, "run_id": _INTEGER},
        key=("basis",),
        required=("as_of",),
    ),
    TableSchema("failed_kpis", {"kpi": _TEXT, "run_id": _INTEGER}, key=("kpi",)),
    TableSchema(
        "gaps",
        {
            "target_id": _TEXT,
            "connection": _TEXT,
            "kpi": _TEXT,
            "scope": _TEXT,
            "scope_id": _TEXT,
            "period": _TEXT,
            "period_start": _TEXT,
            "period_end": _TEXT,
            "actual": _REAL,
            "target": _REAL,
            "baseline": _REAL,
            "unit": _TEXT,
            "currency": _TEXT,
            "gap": _REAL,
            "attainment": _REAL,
            "progress": _REAL,
            "expected": _REAL,
            "pace": _REAL,
            "forecast": _REAL,
            "p_hit": _REAL,
            "rag": _TEXT,
            "status": _TEXT,
            "run_id": _INTEGER,
            "target_low": _REAL,
            "target_high": _REAL,
            "trailing": _REAL,
            "green_from": _REAL,
            "amber_from": _REAL,
            "judged": _TEXT,
            "judged_at": _TEXT,
        },
        key=("target_id", *VALUE_KEY),
        required=("status", "run_id"),
    ),
    TableSchema(
        "baselines",
        {
            "target_id": _TEXT,
            "version": _INTEGER,
            "connection": _TEXT,
            "kpi": _TEXT,
            "scope": _TEXT,
            "scope_id": _TEXT,
            "period": _TEXT,
            "period_start": _TEXT,
            "value": _REAL,
            "n": _INTEGER,
            "status": _TEXT,
            "as_of": _TEXT,
            "definition": _TEXT,
            "run_id": _INTEGER,
        },
        key=("target_id", "version"),
        required=(*VALUE_KEY, "value", "status", "as_of", "definition"),
    ),
    TableSchema(
        "plans",
        {
            "plan_id": _TEXT,
            "created_at": _TEXT,
            "as_of": _TEXT,
            "basis": _TEXT,
            "status": _TEXT,
            "predicted_calls": _INTEGER,
            "summary": _TEXT,
        },
        key=("plan_id",),
        required=("created_at", "status"),
    ),
    TableSchema(
        "changes",
        {
            "number": _INTEGER,
            "id": _TEXT,
            "plan_id": _TEXT,
            "connection": _TEXT,
            "target": _TEXT,
            "record_id": _TEXT,
            "fields": _TEXT,
            "status": _TEXT,
            "message": _TEXT,
            "attempts": _INTEGER,
            "at": _TEXT,
        },
        key=("number",),
        required=("id", "plan_id", "connection", "target", "record_id", "fields", "status", "attempts", "at"),
        indexes=(("connection", "target", "status"), ("plan_id", "status")),
    ),
    TableSchema(
        "acknowledged",
        {"connection": _TEXT, "target": _TEXT, "record_id": _TEXT, "fields": _TEXT, "mark": "BLOB", "at": _TEXT},
        key=("connection", "target", "record_id"),
        required=("fields", "mark", "at"),
    ),
    TableSchema(
        "write_targets",
        {"connection": _TEXT, "target": _TEXT, "basis": _TEXT, "at": _TEXT},
        key=("connection", "target"),
        required=("basis", "at"),
    ),
    TableSchema(
        "write_places",
        {"connection": _TEXT, "target": _TEXT, "module": _TEXT, "field": _TEXT, "shape": _TEXT, "seen_at": _TEXT},
        key=("connection", "target", "module", "field"),
        required=("shape", "seen_at"),
    ),
    TableSchema(
        "confirmations",
        {"digest": _TEXT, "confirmed_at": _TEXT, "confirmed_by": _TEXT},
        key=("digest",),
        required=("confirmed_at",),
    ),
)


def all_tables() -> Iterator[TableSchema]:
    """Every table of the current version."""
    yield from map(fact_schema, FACTS.values())
    yield from OWN_TABLES


def columns_of(name: str, *, leaving_out: Sequence[str] = ()) -> tuple[str, ...]:
    """The columns of one of our own tables, in order."""
    table = next(table for table in OWN_TABLES if table.name == name)
    return tuple(column for column in table.columns if column not in leaving_out)


def create_tables(db: Database) -> None:
    """Make every table of the current version in an empty database."""
    for table in all_tables():
        create_table(db, table)


def create_table(db: Database, table: TableSchema) -> None:
    """Make one table with its indexes."""
    made = db.table(table.name).create(
        dict(table.columns),
        pk=table.key if len(table.key) > 1 else table.key[0],
        not_null={*table.key, *table.required} - ({"number", "run_id"} & {*table.key}),
        strict=True,
    )
    for columns in table.indexes:
        made.create_index(columns)
    if table.name == "changes":
        made.create_index(["id"], unique=True)
