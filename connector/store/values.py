"""KPI values: one row a cell, rewritten only when it changed, gone when it is no longer computed."""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter
from typing import Any

from connector.store.database import Store
from connector.store.schema import VALUE_KEY, columns_of
from connector.store.statements import names, quoted, upsert

VALUE_COLUMNS = columns_of("kpi_values", leaving_out=("run_id",))
"""What a row given to `write` holds, in order."""

_fields_of = attrgetter(*VALUE_COLUMNS)


def write(store: Store, values: Iterable[Any], run_id: int, *, kpis: Collection[str] | None = None) -> int:
    """Make `kpi_values` hold exactly these values.

    Args:
        store: The open store, inside a transaction.
        values: Tuples in the order of `VALUE_COLUMNS`, or objects with attributes of those names; each cell once.
        run_id: Stamped on the rows that are written.
        kpis: The KPIs that were computed; rows of others stay. None: all of them.

    Returns:
        How many rows were inserted, updated or deleted; a row that differs in nothing is not written.
    """
    writing = store.writing
    writing.execute("DROP TABLE IF EXISTS temp.computed")
    writing.execute(
        f"CREATE TEMP TABLE computed ({names(VALUE_COLUMNS)}, PRIMARY KEY ({names(VALUE_KEY)})) WITHOUT ROWID"
    )
    writing.executemany(f"INSERT INTO computed VALUES ({', '.join('?' * len(VALUE_COLUMNS))})", map(_row, values))
    before = writing.total_changes
    writing.execute(_UPSERT, (run_id,))
    _delete_others(store, kpis)
    changed = writing.total_changes - before
    writing.execute("DROP TABLE temp.computed")
    return changed


_UPSERT = upsert(
    "kpi_values",
    (*VALUE_COLUMNS, "run_id"),
    key=VALUE_KEY,
    source=f"SELECT {names(VALUE_COLUMNS)}, ? FROM temp.computed WHERE true",
    silent=("run_id",),
)


def _row(value: Any) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else _fields_of(value)


def statuses(store: Store) -> dict[str, int]:
    """Status -> how many values have it."""
    return dict(store.db.conn.execute("SELECT status, count(*) FROM kpi_values GROUP BY status ORDER BY status"))


def _delete_others(store: Store, kpis: Collection[str] | None) -> None:
    statement = (
        f"DELETE FROM kpi_values WHERE NOT EXISTS (SELECT 1 FROM temp.computed WHERE "
        f"({names(VALUE_KEY, of='computed')}) = ({names(VALUE_KEY, of='kpi_values')}))"
    )
    if kpis is None:
        store.writing.execute(statement)
    else:
        store.writing.executemany(f"{statement} AND kpi = ?", ((kpi,) for kpi in sorted(kpis)))


def read(store: Store, **where: object) -> Iterator[dict[str, Any]]:
    """Rows as mappings, in the order of the key.

    Args:
        store: the open store.
        where: columns and the value that each must have, as in `read(store, kpi="win_rate", period="quarter")`.
    """
    columns = (*VALUE_COLUMNS, "run_id")
    conditions = " AND ".join(f"{quoted(columns[columns.index(name)])} IS ?" for name in where) or "true"
    statement = f"SELECT {names(columns)} FROM kpi_values WHERE {conditions} ORDER BY {names(VALUE_KEY)}"
    for row in store.db.conn.execute(statement, tuple(where.values())):
        yield dict(zip(columns, row, strict=True))


def parts(store: Store, part: str, **where: object) -> list[tuple[str, str, str, Any]]:
    """(scope id, unit, status, one column) of the rows that `where` names: the short way for very many of them."""
    shown = VALUE_COLUMNS[VALUE_COLUMNS.index(part)]
    conditions = " AND ".join(f"{quoted(VALUE_COLUMNS[VALUE_COLUMNS.index(name)])} = ?" for name in where)
    statement = f"SELECT scope_id, unit, status, {quoted(shown)} FROM kpi_values WHERE {conditions}"
    return store.db.conn.execute(statement, tuple(where.values())).fetchall()
