"""On what the values that there are were computed: the same again would give the same again."""

from __future__ import annotations

from connector.store.database import Store

# The schema is named because writing values makes a temporary table that is called the same.


def basis(store: Store) -> str | None:
    """Names all that the values rest on; None where they have to be computed."""
    row = store.db.conn.execute("SELECT basis FROM main.computed").fetchone()
    return None if row is None else row[0]


def note(store: Store, basis: str | None, *, as_of: str, run_id: int) -> None:
    """Keep what the values rest on, in the transaction that writes them; None: they are to be computed again."""
    store.writing.execute("DELETE FROM main.computed")
    if basis is not None:
        store.writing.execute(
            "INSERT INTO main.computed (basis, as_of, run_id) VALUES (?, ?, ?)", (basis, as_of, run_id)
        )
