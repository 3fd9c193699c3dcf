"""Gaps: one row a target, rewritten only when it changed, gone when its target is; and the values that they rest on."""

# ruff: noqa: S608 -- names in the statements come from our own schema, values are always bound

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from connector.store.database import Store
from connector.store.schema import VALUE_KEY, columns_of
from connector.store.statements import names, quoted, upsert
from connector.store.values import VALUE_COLUMNS

GAP_COLUMNS = columns_of("gaps", leaving_out=("run_id",))
"""What a row given to `write` holds, in order."""
GAP_KEY = ("target_id", *VALUE_KEY)

Cell = tuple[str, str, str, str, str, str]
"""The key of a KPI value: connection, KPI, scope, scope id, period, period start."""


def write(store: Store, rows: Iterable[tuple[Any, ...]], run_id: int) -> int:
    """Make `gaps` hold exactly these rows.

    Args:
        store: The open store, inside a transaction.
        rows: In the order of `GAP_COLUMNS`; each key once.
        run_id: Stamped on the rows that are written.

    Returns:
        How many rows were inserted, updated or deleted; a row that differs in nothing is not written.
    """
    writing = store.writing
    told, gone = _news(sorted(rows, key=_key), _kept(store))
    before = writing.total_changes
    writing.executemany(_DELETE, gone)
    writing.executemany(_UPSERT, ((*row, run_id) for row in told))
    return writing.total_changes - before


_key = itemgetter(*range(len(GAP_KEY)))
_UPSERT = upsert("gaps", (*GAP_COLUMNS, "run_id"), key=GAP_KEY, silent=("run_id",))
_DELETE = f"DELETE FROM gaps WHERE ({names(GAP_KEY)}) = ({', '.join('?' * len(GAP_KEY))})"


def _kept(store: Store) -> Iterator[tuple[Any, ...]]:
    yield from store.db.conn.execute(f"SELECT {names(GAP_COLUMNS)} FROM gaps ORDER BY {names(GAP_KEY)}")


def _news(rows: Iterable[tuple[Any, ...]], kept: Iterator[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], list[Any]]:
    """Rows that are not kept as they are, and keys that nobody wants any more; both sides in the order of keys."""
    told, gone, old = [], [], next(kept, None)
    for row in rows:
        key = _key(row)
        while old is not None and _key(old) < key:
            gone.append(_key(old))
            old = next(kept, None)
        if old is None or row != old:
            told.append(row)
        if old is not None and _key(old) == key:
            old = next(kept, None)
    gone.extend(map(_key, chain(() if old is None else (old,), kept)))
    return told, gone


def read(store: Store, **where: object) -> Iterator[dict[str, Any]]:
    """Rows as mappings, in the order of the key; `where` names columns and the value that each must have."""
    columns = (*GAP_COLUMNS, "run_id")
    conditions = " AND ".join(f"{quoted(columns[columns.index(name)])} IS ?" for name in where) or "true"
    statement = f"SELECT {names(columns)} FROM gaps WHERE {conditions} ORDER BY {names(GAP_KEY)}"
    for row in store.db.conn.execute(statement, tuple(where.values())):
        yield dict(zip(columns, row, strict=True))


_PARTS = ("target", "target_low", "target_high", "gap", "attainment", "progress", "expected", "pace", "trailing", "rag")
PARTS = {name: name for name in _PARTS} | {"gap_status": "status"}
"""What a field of a CRM may show -> the column that holds it."""


def parts(store: Store, part: str, **where: object) -> list[tuple[str, str, str, Any]]:
    """(scope id, unit, status, one part) of the rows that `where` names, as `values.parts` gives it for values."""
    conditions = " AND ".join(f"{quoted(GAP_COLUMNS[GAP_COLUMNS.index(name)])} = ?" for name in where)
    statement = f"SELECT scope_id, unit, status, {quoted(PARTS[part])} FROM gaps WHERE {conditions}"
    return store.db.conn.execute(statement, tuple(where.values())).fetchall()


def coloured(store: Store, *, columns: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...]]]:
    """(Key, the columns asked for) of the gaps whose colour the next evaluation starts from."""
    wanted = tuple(GAP_COLUMNS[GAP_COLUMNS.index(name)] for name in columns)
    statement = f"SELECT {names(GAP_KEY)}, {names(wanted)} FROM gaps WHERE judged IS NOT NULL"
    for row in store.db.conn.execute(statement):
        yield row[: len(GAP_KEY)], row[len(GAP_KEY) :]


def is_empty(store: Store) -> bool:
    """Whether there are none."""
    return store.db.conn.execute("SELECT 1 FROM gaps LIMIT 1").fetchone() is None


def values_at(store: Store, cells: Iterable[Cell], *, columns: tuple[str, ...]) -> dict[Cell, tuple[Any, ...]]:
    """Cell -> the columns asked for of its KPI value; cells without one are left out.

    Some hundred cells a statement: one look-up each takes three times as long, and a temporary table to join with is
    nothing that a store which is only read can have.
    """
    wanted = names(_known(columns), of="kpi_values")
    found: dict[Cell, tuple[Any, ...]] = {}
    asked = iter(dict.fromkeys(cells))
    while some := list(islice(asked, _AT_ONCE)):
        rows = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(some))
        statement = (
            f"WITH asked ({names(VALUE_KEY)}) AS (VALUES {rows}) "
            f"SELECT {names(VALUE_KEY, of='kpi_values')}, {wanted} FROM asked CROSS JOIN kpi_values "
            f"ON {_SAME_CELL}"  # the order of a CROSS JOIN is kept: each cell asked for is looked up by its key
        )
        for row in store.db.conn.execute(statement, list(chain.from_iterable(some))):
            found[row[: len(VALUE_KEY)]] = row[len(VALUE_KEY) :]
    return found


_AT_ONCE = 500
_SAME_CELL = " AND ".join(f"kpi_values.{quoted(name)} = asked.{quoted(name)}" for name in VALUE_KEY)


def values_beside(
    store: Store, cells: Iterable[Cell], *, columns: tuple[str, ...]
) -> Iterator[tuple[Cell, tuple[Any, ...]]]:
    """The values of the same KPIs, scopes and periods that are not among these cells themselves."""
    asked = set(cells)
    series: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for connection, kpi, scope, _, period, start in asked:
        series[connection, kpi, scope].add(f"{period} {start}")
    statement = (
        f"SELECT {names(VALUE_KEY)}, {names(_known(columns))} FROM kpi_values "
        "WHERE connection = ? AND kpi = ? AND scope = ? "
        "AND period || ' ' || period_start IN (SELECT value FROM json_each(?)) "
        f"ORDER BY {names(VALUE_KEY)}"
    )
    for key, periods in sorted(series.items()):
        for row in store.db.conn.execute(statement, (*key, json.dumps(sorted(periods)))).fetchall():
            if row[: len(VALUE_KEY)] not in asked:
                yield row[: len(VALUE_KEY)], row[len(VALUE_KEY) :]


def series(store: Store, cells: Iterable[Cell]) -> dict[tuple[str, ...], dict[str, float | None]]:
    """Cell without its period's start -> start -> value of each period that is over; None where it is not sound."""
    moment = store.db.conn.execute("SELECT max(as_of) FROM kpi_values").fetchone()[0] or ""
    found: dict[tuple[str, ...], dict[str, float | None]] = defaultdict(dict)
    places = {cell[:5] for cell in cells}
    for connection, kpi, scope, period in sorted({(*place[:3], place[4]) for place in places}):
        rows = store.db.conn.execute(_SERIES, (connection, kpi, scope, period, moment[:10]))
        for scope_id, start, value, status in rows.fetchall():
            if (place := (connection, kpi, scope, scope_id, period)) in places:
                found[place][start] = value if status == "ok" else None
    return found


_SERIES = (
    "SELECT scope_id, period_start, value, status FROM kpi_values "
    "WHERE connection = ? AND kpi = ? AND scope = ? AND period = ? AND period_end <= ? ORDER BY scope_id, period_start"
)


def _known(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Only columns that there are."""
    return tuple(VALUE_COLUMNS[VALUE_COLUMNS.index(name)] for name in columns)
