"""Facts in, facts marked as deleted, and an admin's own columns.

A fact is never removed: it gets `deleted_at` (a tombstone) and comes back when its record does.
"""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from connector.errors import Message, StoreError
from connector.store.database import Store
from connector.store.schema import STORED_AS
from connector.store.seen import Seen
from connector.store.share import WHOLE, Share
from connector.store.statements import names as column_list
from connector.store.statements import quoted
from connector.store.statements import upsert as upsert_statement
from kpi_engine.facts import FACTS, ColumnType

__all__ = [
    "Seen",
    "blank_other_columns",
    "ensure_columns",
    "extra_columns",
    "ids_of_others",
    "live_count",
    "names",
    "names_what_left",
    "tombstone",
    "upsert",
]

_KEY = ("connection", "id")
_LIVE = "AND deleted_at IS NULL"
_SILENT = "modified_at"
_EXTRA_NAME = re.compile(r"x_[a-z0-9_]{1,60}")


def ensure_columns(store: Store, table: str, columns: Mapping[str, ColumnType]) -> None:
    """Add the admin's own columns (`x_…`) that the table lacks.

    Raises:
        StoreError: a name is not of that form, or the column exists with another type.
    """
    existing = extra_columns(store).get(table, {})
    for name, kind in columns.items():
        if name in existing:
            _refuse_other_type(table, name, wanted=kind, existing=existing[name])
        else:
            _add_column(store, table, name=name, kind=kind)


def _add_column(store: Store, table: str, *, name: str, kind: ColumnType) -> None:
    if not _EXTRA_NAME.fullmatch(name):
        raise StoreError(
            Message("{name} cannot be a column of {table}", name=name, table=table),
            hint=Message("begin with x_ and use small letters, digits and _ only"),
        )
    connection = store.writing
    connection.execute(f"ALTER TABLE {_fact_table(table)} ADD COLUMN {quoted(name)} {STORED_AS[kind]}")
    connection.execute("INSERT INTO extra_columns (table_name, name, type) VALUES (?, ?, ?)", (table, name, kind.value))


def _refuse_other_type(table: str, name: str, *, wanted: ColumnType, existing: ColumnType) -> None:
    if wanted is not existing:
        raise StoreError(
            Message(
                "{table}.{name} is {existing} in the store and {wanted} in the mapping",
                table=table,
                name=name,
                existing=existing.value,
                wanted=wanted.value,
            ),
            hint=Message("give the column another name in the mapping"),
        )


def extra_columns(store: Store) -> dict[str, dict[str, ColumnType]]:
    """The admin's own columns by table, in the order in which they were added."""
    found: dict[str, dict[str, ColumnType]] = {}
    rows = store.db.conn.execute("SELECT table_name, name, type FROM extra_columns ORDER BY rowid")
    for table, name, kind in rows:
        found.setdefault(table, {})[name] = ColumnType(kind)
    return found


def upsert(store: Store, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Insert rows or update those that differ; a tombstone among them comes back to life.

    Args:
        store: The open store, inside a transaction.
        table: A fact table.
        columns: The columns given, `connection` and `id` among them, `deleted_at` not. Others keep what they hold.
        rows: One sequence a row, in the order of `columns`, each value as `kpi_engine.facts` says it is stored.

    Returns:
        How many rows are new or differ from before. One of which only `modified_at` differs is stored and does not
        count: the vendor moves it when a field changes that no fact holds, and when we write a KPI back (the echo).
    """
    connection = store.writing
    _fact_table(table)
    rows = rows if isinstance(rows, Sequence) else list(rows)
    values = f"VALUES ({', '.join('?' * len(columns))}, NULL)"
    statement = upsert_statement(table, (*columns, "deleted_at"), key=_KEY, source=values, silent=(_SILENT,))
    before = connection.total_changes
    connection.executemany(statement, rows)
    changed = connection.total_changes - before
    if _SILENT in columns and changed < len(rows):
        _store_silent(store, table, columns, rows)
    return changed


def _store_silent(store: Store, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    moment, connection, id = (columns.index(name) for name in (_SILENT, *_KEY))
    store.writing.executemany(
        f"UPDATE {_fact_table(table)} SET {_SILENT} = ?1 WHERE connection = ?2 AND id = ?3 AND {_SILENT} IS NOT ?1",
        ((row[moment], row[connection], row[id]) for row in rows),
    )


def blank_other_columns(
    store: Store, table: str, connection: str, columns: Collection[str], *, share: Share = WHOLE
) -> int:
    """Empty the columns that a mapping no longer fills, so that no value outlives its source.

    Args:
        store: The open store, inside a transaction.
        table: A fact table.
        connection: Whose rows.
        columns: The columns that the mapping fills; required ones and tombstones are never emptied.
        share: Which of the rows.

    Returns:
        How many rows were written.
    """
    keep = {*columns, *(column.name for column in FACTS[table].columns if not column.nullable), *_KEY, "deleted_at"}
    every = (*FACTS[table].column_names, *extra_columns(store).get(table, {}))
    others = [column for column in every if column not in keep]
    if not others:
        return 0
    cursor = store.writing.execute(
        f"UPDATE {_fact_table(table)} SET {', '.join(f'{quoted(name)} = NULL' for name in others)} "
        f"WHERE connection = ? AND coalesce({column_list(others)}, NULL) IS NOT NULL{share.condition}",
        (connection, *share.parameters),
    )
    return cursor.rowcount


def tombstone(store: Store, table: str, connection: str, ids: Iterable[str], at: str, *, share: Share = WHOLE) -> int:
    """Mark the rows of these ids as deleted at `at` (UTC ISO text); returns how many were alive."""
    cursor = store.writing.executemany(
        f"UPDATE {_fact_table(table)} SET deleted_at = ? WHERE connection = ? AND id = ? {_LIVE}{share.condition}",
        ((at, connection, id, *share.parameters) for id in ids),
    )
    return max(cursor.rowcount, 0)


def live_count(store: Store, table: str, connection: str, *, share: Share = WHOLE) -> int:
    """How many rows of this connection are not tombstones."""
    statement = f"SELECT count(*) FROM {_fact_table(table)} WHERE connection = ? {_LIVE}{share.condition}"
    return int(store.db.conn.execute(statement, (connection, *share.parameters)).fetchone()[0])


def live_ids(store: Store, table: str, connection: str, *, share: Share = WHOLE) -> Iterator[str]:
    """The ids of every live row, in order: the records that the CRM has, as far as we know."""
    statement = f"SELECT id FROM {_fact_table(table)} WHERE connection = ? {_LIVE}{share.condition} ORDER BY id"
    return (row[0] for row in store.db.conn.execute(statement, (connection, *share.parameters)))


def modified(store: Store, table: str, connection: str, ids: Iterable[str]) -> dict[str, str]:
    """When these live rows last changed, as far as their source says so."""
    statement = (
        f"SELECT id, modified_at FROM {_fact_table(table)} WHERE connection = ? {_LIVE} AND modified_at IS NOT NULL "
        "AND id IN (SELECT value FROM json_each(?))"
    )
    return dict(store.db.conn.execute(statement, (connection, json.dumps([*ids]))))


def ids_of_others(store: Store, table: str, connection: str, ids: Iterable[str], *, share: Share) -> set[str]:
    """Which of these ids are live rows of another module that feeds the table."""
    if not share.others:
        return set()
    statement = f"SELECT 1 FROM {_fact_table(table)} WHERE connection = ? AND id = ? {_LIVE}{share.of_others}"
    execute = store.db.conn.execute
    return {id for id in ids if execute(statement, (connection, id, *share.others)).fetchone()}


def names(store: Store, table: str, connection: str) -> Iterator[tuple[str, str]]:
    """(id, name) of every live row that has a name, in the order of ids: what a link by name is resolved with."""
    yield from store.db.conn.execute(
        f"SELECT id, name FROM {_fact_table(table)} "
        "WHERE connection = ? AND deleted_at IS NULL AND name IS NOT NULL ORDER BY id",
        (connection,),
    )


def names_what_left(store: Store, table: str, column: str, *, connection: str, since: str, share: Share) -> bool:
    """Whether a live row names, in a linking column, a row that was marked as deleted after a moment (UTC ISO text)."""
    linked = FACTS[table].column(column)
    assert linked is not None, column
    left = f"SELECT id FROM {quoted(linked.links)} WHERE connection = ? AND deleted_at > ?"
    if store.db.conn.execute(f"{left} LIMIT 1", (connection, since)).fetchone() is None:
        return False  # as a rule; the rows that may name one are many more
    statement = (
        f"SELECT 1 FROM {_fact_table(table)} WHERE connection = ? {_LIVE}{share.condition} "
        f"AND {quoted(column)} IN ({left}) LIMIT 1"
    )
    parameters = (connection, *share.parameters, connection, since)
    return store.db.conn.execute(statement, parameters).fetchone() is not None


def _fact_table(table: str) -> str:
    """The table's name as SQL; a KeyError for anything that is not a fact table."""
    return quoted(FACTS[table].name)
