"""Has anything changed since a plan was made, or a file was written? Cheap marks to compare, and no clock."""

from __future__ import annotations

import json

from connector.store.database import Store
from connector.store.outbox import PlanStatus


def values_mark(store: Store) -> str:
    """Changes whenever a KPI value does: each rewritten row carries the run that wrote it, and none comes back."""
    row = store.db.conn.execute("SELECT count(*), max(run_id), max(as_of) FROM kpi_values").fetchone()
    return json.dumps(row)


def gaps_mark(store: Store) -> str:
    """Changes whenever a gap does."""
    row = store.db.conn.execute("SELECT count(*), max(run_id) FROM gaps").fetchone()
    return json.dumps(row)


def values_as_of(store: Store) -> str | None:
    """The moment for which the values were computed; None where there are none."""
    value: str | None = store.db.conn.execute("SELECT max(as_of) FROM kpi_values").fetchone()[0]
    return value


def incomplete_kpis(store: Store) -> frozenset[tuple[str, str]]:
    """KPI and scope of values that could not be computed, or rest on tables of which not everything arrived.

    A KPI that failed may have no value to say so (accounts have one only where they have rows): the organisation lacks
    it then.
    """
    rows = store.db.conn.execute(
        "SELECT kpi, scope FROM kpi_values WHERE status IN ('incomplete', 'error') "
        "UNION SELECT kpi, 'organisation' FROM failed_kpis"
    )
    return frozenset((kpi, scope) for kpi, scope in rows)


def source_mark(store: Store, connection: str, module: str) -> str:
    """Changes whenever something new of this module was read (its file was replaced).

    Conversations of a module have keys that begin with its name.
    """
    rows = store.db.conn.execute(
        "SELECT key, state FROM sync_state WHERE connection = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key",
        (connection, module),
    )
    return json.dumps(rows.fetchall())


def plans_made(store: Store) -> int:
    """How many plans there have been; a part of a plan's name, so that the same plan made again later is another."""
    return int(store.db.conn.execute("SELECT count(*) FROM plans").fetchone()[0])


def last_written(store: Store) -> str | None:
    """The summary of the last plan that was carried out; None where there was none."""
    row = store.db.conn.execute(
        "SELECT summary FROM plans WHERE status = ? ORDER BY rowid DESC LIMIT 1", (PlanStatus.DONE,)
    ).fetchone()
    return None if row is None else row[0]
