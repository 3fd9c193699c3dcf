"""On what the values that there are were computed: the same again would give the same again."""

from __future__ import annotations

from collections.abc import Iterable

from connector.store.database import Store

# The schema is named because writing values makes a temporary table that is called the same.


def basis(store: Store) -> str | None:
    """Names all that the values rest on; None where they have to be computed."""
    row = store.db.conn.execute("SELECT basis FROM main.computed").fetchone()
    return None if row is None else row[0]


def note(store: Store, basis: str, *, as_of: str, run_id: int, failed: Iterable[str] = ()) -> None:
    """Keep what the values rest on, in the transaction that writes them.

    Args:
        store: The open store.
        basis: Names all that they rest on.
        as_of: Their moment.
        run_id: The run that computed them.
        failed: KPIs that could not be computed, wholly or in part; because of them all are to be computed again.
    """
    kpis = sorted(failed)
    store.writing.execute("DELETE FROM main.computed")
    store.writing.execute("DELETE FROM failed_kpis")
    store.writing.executemany("INSERT INTO failed_kpis (kpi, run_id) VALUES (?, ?)", ((kpi, run_id) for kpi in kpis))
    if not kpis:
        store.writing.execute(
            "INSERT INTO main.computed (basis, as_of, run_id) VALUES (?, ?, ?)", (basis, as_of, run_id)
        )
